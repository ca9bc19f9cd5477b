package check

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeEndless diag.Code = "FLO0324"

// endlessLoop finds loops that turn for ever.
var endlessLoop = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeEndless,
			Title: "a loop that never ends and waits for nothing",
			Why:   "Nothing in the loop changes what its condition looks at, nothing leaves it, and nothing in it waits. Once it turns, it turns until a limit stops the execution.",
			Bad:   "set free [ 1 2 ]\nset sold []\nwhile (length free) > 0\n  push sold free.0\n",
			Good:  "set free [ 1 2 ]\nset sold []\nwhile (length free) > 0\n  push sold free.0\n  set free (slice free 1 (length free))\n",
		},
	},
	part: (*rules).endlessLoops,
}

// endlessLoops goes through the calls from the inside outwards, and finds the
// loops in which nothing waits, leaves, or is not known.
func (r *rules) endlessLoops(p *analysis.Part) {
	if !slices.ContainsFunc(p.Calls, isTurning) {
		return
	}
	open := map[*analysis.Call]bool{}
	for i := len(p.Calls) - 1; i >= 0; i-- {
		c := p.Calls[i]
		if !open[c] && r.mayEnd(c) {
			open[c] = true
		}
		if open[c] {
			open[c.Parent] = true
			continue
		}
		if n := c.Node; isTurning(c) && len(n.Children) > 0 && r.isEndless(c) {
			r.warn(codeEndless, r.start(n), "this loop never ends, and waits for nothing",
				"change what its condition looks at, or leave it with `break _ if …`")
		}
	}
}

// isTurning tells whether a call is a loop that goes on until something ends it.
func isTurning(c *analysis.Call) bool { return c.Name() == "until" || c.Name() == "loop" }

// mayEnd tells whether a call on its own may wait, leave the loop around it, or
// do what is not known.
func (r *rules) mayEnd(c *analysis.Call) bool {
	p := c.Proc
	switch {
	case c.Broken, p == nil, r.isShadowed(c):
		return c.Node.HeadExpr == nil || c.Node.HeadExpr.Head != "_lit"
	case p.Waits, p.After != sig.GoesOn, p.Name() == "apply", p.Name() == "return", p.Name() == "break", p.Name() == "move":
		return true
	}
	switch p.Group {
	case sig.Handlers, sig.People, sig.Time, sig.Concurrency:
		return true
	}
	for i := range c.Node.Attrs {
		if a := &c.Node.Attrs[i]; a.KeyExpr != nil || a.Key != "" && r.Env.Common(a.Key) != nil {
			return true
		}
	}
	for _, at := range p.Attrs {
		if at.Type == sig.FilePath {
			return true
		}
		if at.Type == sig.Nid || at.Type == sig.Tag {
			return p.Name() != "loop"
		}
	}
	return false
}

func (r *rules) isEndless(c *analysis.Call) bool {
	if c.Name() == "loop" {
		return true
	}
	args := c.Args()
	if len(args) < 2 {
		return false
	}
	condition := args[0]
	endsAt := c.Node.Head == "until"
	if v, known := r.Truth(condition); known {
		return v != endsAt && condition.Literal
	}
	looked, certain := r.lookedAt(condition)
	if !certain || len(looked) == 0 {
		return false
	}
	changes := false
	for _, n := range args[1:] {
		walkTree(n, func(n *tree.Node) bool {
			p := r.Env.Proc(n.Head)
			if n.Literal || p == nil || n.IsName() {
				return true
			}
			if len(p.Args) == 0 || p.Args[0].Type != sig.Path && p.Name() != "define" && p.Name() != "twig" {
				return true
			}
			for i, target := range n.Attrs {
				if i > 0 && i == len(n.Attrs)-1 && len(n.Children) == 0 {
					break // the value
				}
				name, ok := rootName(target.Value)
				changes = changes || !ok || looked[name]
			}
			if len(n.Attrs) == 0 {
				changes = true
			}
			return true
		})
	}
	return !changes
}

// lookedAt lists what a condition looks at; certain tells whether that is all,
// so that the condition does not change unless one of these does.
func (r *rules) lookedAt(n *tree.Node) (names map[string]bool, certain bool) {
	names, certain = map[string]bool{}, true
	walkTree(n, func(n *tree.Node) bool {
		switch {
		case n.Literal:
		case n.IsName() || n.Head == "_ref":
			name, ok := rootName(n)
			if ok && r.Env.Proc(name) == nil {
				names[name] = true
			}
			certain = certain && ok && !strings.HasPrefix(name, "f.ret")
			return n.Head != "_ref" || len(n.Attrs) == 0
		default:
			p := r.ProcOf(n)
			known := p != nil && (p.ResultType == sig.Boolean || p.ResultType == sig.Integer || p.Group == sig.Arithmetic && p.ResultType == sig.Any || p.Name() == "and")
			for i := range n.Attrs {
				known = known && n.Attrs[i].Key == ""
			}
			certain = certain && known
		}
		return true
	})
	return names, certain
}

// rootName returns what a path starts with: a variable, or a field with its f.
func rootName(n *tree.Node) (string, bool) {
	if s, ok := text(n); ok {
		name, _, _ := strings.Cut(s, ".")
		return name, name == s
	}
	if n.IsName() {
		return n.Head, true
	}
	if n.Literal || n.Head != "_ref" || len(n.Children) < 2 {
		return "", false
	}
	first, _ := n.Children[0].Value.(string)
	second, isName := n.Children[1].Value.(string)
	switch first {
	case "f", "fld", "field":
		return "f." + second, isName
	case "v", "var", "variable", "lv", "gv":
		return second, isName
	case "t", "tag", "node", "exe", "execution":
		return "", false
	}
	return first, first != ""
}
