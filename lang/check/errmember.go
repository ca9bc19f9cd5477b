package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const codeErrMember diag.Code = "FLO0363"

// errorMember finds members of err that errors do not have.
var errorMember = rule{
	pages: []diag.Page{
		{
			Code:  codeErrMember,
			Title: "a member that errors do not have",
			Why:   "An error has `msg`, its text, `code`, `kind`, `kla`, `prc`, the procedure that failed, `lin`, its line, and `file`, where that is one that was imported. Any other member is `null`.",
			Bad:   "sequence\n  on error\n    trace err.message\n  task 'alice' 'sign'\n",
			Good:  "sequence\n  on error\n    trace err.msg\n  task 'alice' 'sign'\n",
		},
	},
	internal: (*rules).errorMember,
}

var errorMembers = []string{"msg", "code", "kind", "kla", "prc", "lin", "file"}

func (r *rules) errorMember(c *analysis.Call) {
	n := c.Node
	if c.Name() != "_ref" || len(n.Children) < 2 || len(n.Attrs) > 0 || !c.Scope.InFunction() {
		return
	}
	root, _ := n.Children[0].Value.(string)
	member, ok := text(n.Children[1])
	if root != "err" || !ok || slices.Contains(errorMembers, member) || !r.inHandler(c) {
		return
	}
	d := diag.Diagnostic{
		Code: codeErrMember, Severity: diag.Warning, Span: n.Children[1].Span,
		Message: fmt.Sprintf("errors have no %q", member), Hint: "they have msg, code, kind, kla, prc, lin and file",
	}
	if member == "message" {
		d.Hint = guess{name: "msg"}.hint()
	}
	r.report(d)
}

// inHandler tells whether a call stands in an `on error`, whose err nothing in
// the file defines.
func (r *rules) inHandler(c *analysis.Call) bool {
	if r.Defines("err") && r.Has(c.Scope, "err") {
		return false
	}
	for p := c.Parent; p != nil; p = p.Parent {
		if what, _ := r.handlerOf(p.Node); what == "error" {
			return true
		}
	}
	return false
}
