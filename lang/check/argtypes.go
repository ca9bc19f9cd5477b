package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeType   diag.Code = "FLO0333"
	codeExpect diag.Code = "FLO0334"
)

// argumentType finds calls whose arguments are all of types that the procedure
// can't use.
var argumentType = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeType,
			Title: "an argument of the wrong type",
			Why:   "The procedure can't do anything with an argument of this type, and fails.",
			Bad:   "max 0 (2 * 3)\n",
			Good:  "max [ 0, 2 * 3 ]\n",
		},
	},
	proc: (*rules).types,
}

// tooGreatExpect finds concurrences that expect more replies than they have
// branches.
var tooGreatExpect = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeExpect,
			Title: "more replies expected than there are branches",
			Why:   "The concurrence waits for so many replies, and has fewer branches to reply. It never goes on.",
			Bad:   "concurrence expect: 3\n  task 'alice' 'vote'\n  task 'bob' 'vote'\n",
			Good:  "concurrence expect: 2\n  task 'alice' 'vote'\n  task 'bob' 'vote'\n",
		},
	},
	proc: (*rules).expectations,
}

// fits tells whether a value of a type may serve where another is asked for.
func fits(have, want sig.Type) bool {
	if have == want || have == sig.Any || have == "" {
		return true
	}
	switch want {
	case sig.Collection:
		return have == sig.Array || have == sig.Object
	case sig.Array, sig.Object:
		return have == sig.Collection
	case sig.Function:
		return have == sig.Any
	}
	return false
}

// types looks at procedures that need a collection: where each argument is
// surely something else, they find none.
func (r *rules) types(c *analysis.Call) {
	wrong := r.wrongArgument(c)
	if wrong == nil {
		return
	}
	want := c.Proc.Args[0].Type
	r.report(diag.Diagnostic{
		Code: codeType, Severity: diag.Error, Span: wrong.Span,
		Message: fmt.Sprintf("%s needs %s, and this is %s", c.Node.Head, withArticle(want), withArticle(r.Type(wrong))),
		Hint:    fmt.Sprintf("write for example `%s [ … ]`", c.Node.Head),
	})
}

// wrongArgument returns the first argument of a call that has none of the type
// that it needs; nil where it may have one.
func (r *rules) wrongArgument(c *analysis.Call) (wrong *tree.Node) {
	p := c.Proc
	if p.Group != sig.Collections || len(p.Args) == 0 || p.Args[0].Type != sig.Collection && p.Args[0].Type != sig.Array || p.Body == sig.Raw || hasKey(c.Node, "vars", "ret") {
		return nil
	}
	args := c.Args()
	if len(args) < len(p.Args) && len(p.Args) > 1 {
		return nil // what it needs may be in f.ret, and this something else
	}
	for i, n := range args {
		if p.Body == sig.Block && i >= len(args)-len(c.Node.Children) {
			break // the body
		}
		t := r.Type(n)
		if fits(t, p.Args[0].Type) || n.IsName() || t == sig.Function {
			return nil
		}
		if wrong == nil {
			wrong = n
		}
	}
	return wrong
}

func withArticle(t sig.Type) string {
	switch t {
	case sig.Array, sig.Object, sig.Integer:
		return "an " + string(t)
	case sig.Null:
		return "null"
	case sig.Any:
		return "something else"
	}
	return "a " + string(t)
}

func (r *rules) expectations(c *analysis.Call) {
	if c.Proc.Body != sig.Branches {
		return
	}
	v := r.keyed(c, "expect")
	if v == nil || !v.Literal || len(r.positional(c.Node)) > 0 {
		return
	}
	n, ok := v.Value.(int64)
	branches := int64(0)
	for _, ch := range c.Node.Children {
		if !ch.IsName() || ch.Head != "_" {
			branches++
		}
	}
	if !ok || branches == 0 || n <= branches {
		return
	}
	r.report(diag.Diagnostic{
		Code: codeExpect, Severity: diag.Error, Span: v.Span,
		Message: fmt.Sprintf("%d replies are expected, of %s", n, countOf(branches)),
		Hint:    fmt.Sprintf("expect at most %d", branches),
	})
}

func countOf(branches int64) string {
	if branches == 1 {
		return "one branch"
	}
	return fmt.Sprintf("%d branches", branches)
}
