package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeOuterMember diag.Code = "FLO0379"

// outerMember finds members that are set in a variable further out, which does
// not have them.
var outerMember = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeOuterMember,
			Title: "a new member of a variable further out",
			Why:   "`set` changes a variable where it is found, from the inside outwards, and a path is found where all of it is there. From within a function, a loop or `each`, it can change a member of a variable outside, but not add one: the line fails. Fields have no scope.",
			Bad:   "set votes {}\neach f.ballots\n  set votes[elt] ((votes[elt] or 0) + 1)\ntrace votes\n",
			Good:  "set f.votes {}\neach f.ballots\n  set f.votes[elt] ((f.votes[elt] or 0) + 1)\ntrace f.votes\n",
		},
	},
	proc: (*rules).outerMembers,
}

func (r *rules) outerMembers(c *analysis.Call) {
	if c.Node.Head != "set" || c.Handled || c.CountArgs() < 2 {
		return
	}
	target := c.Args()[0]
	mode, name, deep := analysis.VariableOf(target)
	if mode || !deep || len(r.Named(name)) != 1 || !r.Has(c.Scope, name) {
		return
	}
	s := r.Named(name)[0]
	if s.Scope == c.Scope.Holder() || !isEmptyObject(r.ValueOf(s)) {
		return
	}
	for _, ref := range r.RefsTo(name) {
		if ref.Scope.Holder() == s.Scope && mayChange(ref.Call) {
			return // the member may be there by then
		}
	}
	r.report(diag.Diagnostic{
		Code: codeOuterMember, Severity: diag.Error, Span: target.Span,
		Message: fmt.Sprintf("%q is a variable further out, to which no member can be added from here", name),
		Hint:    fmt.Sprintf("make it a field, `f.%s`, or put all of it together before it is set", name),
		Related: []diag.Related{{Span: s.Span, Message: "it is set here, without members"}},
	})
}

// isEmptyObject tells whether a node is {}.
func isEmptyObject(n *tree.Node) bool {
	return n != nil && !n.Literal && n.HeadExpr == nil && n.Head == "_obj" && len(n.Children) == 0
}

// mayChange tells whether a call, a name or a path that is looked at, is given to
// something that may change what it stands for.
func mayChange(c *analysis.Call) bool {
	if c.Name() == "_ref" {
		c = c.Parent
	}
	return c != nil && (c.Proc == nil || len(c.Proc.Args) > 0 && c.Proc.Args[0].Type == sig.Path || c.Name() == "define")
}
