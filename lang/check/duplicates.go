package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeKeyTwice  diag.Code = "FLO0335"
	codeAttrTwice diag.Code = "FLO0336"
	codeArmTwice  diag.Code = "FLO0337"
	codeAfterElse diag.Code = "FLO0338"
)

// duplicateKey finds objects that have a key twice.
var duplicateKey = rule{
	pages: []diag.Page{
		{
			Code:  codeKeyTwice,
			Title: "a key that stands twice in an object",
			Why:   "The later value takes the place of the earlier one.",
			Bad:   "trace { first: 7, second: 14, second: 28 }\n",
			Good:  "trace { first: 7, second: 14, third: 28 }\n",
		},
	},
	internal: (*rules).objectKeys,
}

// duplicateAttribute finds lines that have an attribute twice.
var duplicateAttribute = rule{
	pages: []diag.Page{
		{
			Code:  codeAttrTwice,
			Title: "an attribute that stands twice on a line",
			Why:   "Only one of the two counts.",
			Bad:   "task 'alice' 'run' priority: 'high' tests: 3 priority: 'low'\n",
			Good:  "task 'alice' 'run' priority: 'high' tests: 3\n",
		},
	},
	call: (*rules).attributeTwice,
}

// duplicateArm finds arms that an earlier one stands in the way of.
var duplicateArm = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeArmTwice,
			Title: "an arm that stands above already",
			Why:   "The first arm that fits is taken. An earlier one fits whenever this one does.",
			Bad:   "case f.topic\n  [ 'password' 'invoice' ]; 'desk'\n  'invoice'; 'accounting'\n  else; 'desk'\n",
			Good:  "case f.topic\n  'password'; 'desk'\n  'invoice'; 'accounting'\n  else; 'desk'\n",
		},
		{
			Code:  codeAfterElse,
			Title: "an arm below else",
			Why:   "`else` always fits, so that what stands below it is never looked at.",
			Bad:   "case f.kind\n  'car'; 1\n  else; 2\n  'lorry'; 3\n",
			Good:  "case f.kind\n  'car'; 1\n  'lorry'; 3\n  else; 2\n",
		},
	},
	proc: (*rules).arms,
}

func (r *rules) objectKeys(c *analysis.Call) {
	if c.Name() != "_obj" {
		return
	}
	first := map[string]*tree.Node{}
	for i := 0; i+1 < len(c.Node.Children); i += 2 {
		k := c.Node.Children[i]
		name, ok := text(k)
		if !ok && k.IsName() {
			name, ok = k.Head, true
		}
		if !ok {
			continue
		}
		if before := first[name]; before != nil {
			r.warn(codeKeyTwice, k.Span, fmt.Sprintf("the key %q stands here already", name), "leave one of the two out, or rename it",
				diag.Related{Span: before.Span, Message: "the first one"})
			continue
		}
		first[name] = k
	}
}

func (r *rules) attributeTwice(c *analysis.Call) {
	if len(c.Node.Attrs) < 2 || c.Proc != nil && (c.Proc.Group == sig.Internal || c.Proc.Body == sig.Raw) {
		return
	}
	each := 0 // where those begin that are about each attempt, not about all
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		if a.Key == "retry" {
			each = i + 1
		}
		if !a.Keyed() || a.Key == "" || a.Key == "tag" || a.Key == "tags" {
			continue
		}
		for j := each; j < i; j++ {
			if b := &c.Node.Attrs[j]; b.Key == a.Key {
				r.warn(codeAttrTwice, a.KeySpan, fmt.Sprintf("%q stands on this line already", a.Key), "leave one of the two out",
					diag.Related{Span: b.KeySpan, Message: "the first one"})
				break
			}
		}
	}
}

func (r *rules) arms(c *analysis.Call) {
	if c.Proc.Body != sig.Cases || c.Name() == "if" {
		return
	}
	conditions, _ := c.Arms()
	first := map[string]*tree.Node{}
	note := func(n *tree.Node, key string) {
		if before := first[key]; before != nil {
			r.warn(codeArmTwice, n.Span, "this stands above already, and is never taken here", "leave it out, or change one of the two",
				r.relate(before, "the first one"))
			return
		}
		first[key] = n
	}
	for i, n := range conditions {
		if isElse(n) || c.Name() == "match" && n.IsName() && n.Head == "_" {
			if i < len(conditions)-1 {
				r.warn(codeAfterElse, conditions[i+1].Span, "this is never looked at: it stands below else", fmt.Sprintf("move line %d to the end", r.row(n.Span)), r.relate(n, "this always fits"))
			}
			return
		}
		if c.Name() == "case" && !n.Literal && n.Head == "_arr" {
			if slices.ContainsFunc(n.Children, func(item *tree.Node) bool { return item.IsName() && item.Head == "!" }) {
				continue
			}
			for _, item := range n.Children {
				if item.Literal {
					note(item, key(r, item))
				}
			}
			continue
		}
		if r.isConstantArm(c, n) {
			note(n, key(r, n))
		}
	}
}

// key is equal for nodes that mean the same: the text, blanks aside.
func key(r *rules, n *tree.Node) string {
	if s, ok := text(n); ok {
		return "'" + s
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(r.Text(n), ",", " ")), " ")
}

// isConstantArm tells whether an arm fits the same values each time that it is
// looked at.
func (r *rules) isConstantArm(c *analysis.Call, n *tree.Node) bool {
	if n.Literal {
		return c.Name() != "cond"
	}
	constant := r.Text(n) != ""
	walkTree(n, func(n *tree.Node) bool {
		switch {
		case n.Literal, isPath(n):
			return false
		case n.HeadExpr != nil:
			constant = false
		default:
			p := r.ProcOf(n)
			if p == nil || !isComparison(p) && p.Name() != "and" && n.Head != "_arr" && n.Head != "_obj" && n.Head != "_rxs" && n.Head != "or" {
				constant = false
			}
		}
		return constant
	})
	return constant && (c.Name() != "match" || !n.IsName())
}
