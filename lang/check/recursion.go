package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeRecursion diag.Code = "FLO0353"

// endlessRecursion finds functions that call themselves with their own
// parameters, in which nothing changes.
var endlessRecursion = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeRecursion,
			Title: "a function that calls itself with the same arguments",
			Why:   "The function calls itself with its own parameters, and changes nothing that it could look at. So the inner call does what the outer one does, and never comes to an end.",
			Bad:   "define size team\n  map team.parts (def part \\ size team)\nsize f.team\n",
			Good:  "define size team\n  map team.parts (def part \\ size part)\nsize f.team\n",
		},
	},
	part: (*rules).recursions,
}

func (r *rules) recursions(p *analysis.Part) {
	for _, s := range p.Symbols {
		if s.Kind != analysis.Function || s.Node.Head != "define" || len(r.Named(s.Name)) > 1 {
			continue
		}
		_, params := parameters(s.Node)
		if len(params) == 0 {
			continue
		}
		for _, ref := range r.RefsTo(s.Name) {
			if !ref.Head || !isWithin(ref, s.Node) || !isSame(r.positional(ref.Call.Node), params) || r.changes(s.Node) {
				continue
			}
			r.warn(codeRecursion, ref.Span, fmt.Sprintf("%q calls itself with the arguments that it was called with", s.Name), "call it with a part of them")
		}
	}
}

// isSame tells whether arguments are the parameters, in their order.
func isSame(given []*tree.Node, params []*tree.Attr) bool {
	if len(given) != len(params) {
		return false
	}
	for i, n := range given {
		if !n.IsName() || n.Head != paramName(params[i]) {
			return false
		}
	}
	return true
}

// changes tells whether anything in a function may change what it looks at.
func (r *rules) changes(def *tree.Node) bool {
	found := false
	for _, ch := range def.Children {
		walkTree(ch, func(n *tree.Node) bool {
			if n.Literal || n.IsName() {
				return true
			}
			p := r.Env.Proc(n.Head)
			switch {
			case n.HeadExpr != nil:
			case p == nil:
				found = found || !r.Defines(n.Head) // a tasker
			case p.Waits, p.After != sig.GoesOn, p.Name() == "rand", p.Group == sig.People, p.Group == sig.Handlers,
				len(p.Args) > 0 && p.Args[0].Type == sig.Path && (len(n.Attrs) == 0 || !isOwn(n, def)):
				found = true
			}
			return !found
		})
	}
	return found
}

// isOwn tells whether a set makes a variable of the function, by a lone name
// that is none of its parameters.
func isOwn(n, def *tree.Node) bool {
	target := n.Attrs[0].Value
	if n.Head != "set" || !target.IsName() {
		return false
	}
	_, params := parameters(def)
	for _, p := range params {
		if paramName(p) == target.Head {
			return false
		}
	}
	return true
}
