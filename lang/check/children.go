package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

const codeChildren diag.Code = "FLO0311"

// uselessLines finds lines that nobody looks at.
var uselessLines = rule{
	pages: []diag.Page{
		{
			Code:  codeChildren,
			Title: "lines that are never run",
			Why:   "These lines are nested in one that does not look at what is nested in it.",
			Bad:   "stall _\n  trace 'a'\n",
			Good:  "trace 'a'\nstall _\n",
		},
	},
	call: (*rules).literalHead,
	proc: (*rules).children,
}

func (r *rules) literalHead(c *analysis.Call) {
	if n := c.Node; n.HeadExpr != nil && n.HeadExpr.Head == "_lit" && len(n.Children) > 0 {
		r.uselessChildren(c, "a literal runs nothing")
	}
}

func (r *rules) children(c *analysis.Call) {
	if c.Proc.Body == sig.NoBody && len(c.Node.Children) > 0 {
		r.uselessChildren(c, c.Node.Head+" takes no lines beneath it")
	}
}

func (r *rules) uselessChildren(c *analysis.Call, why string) {
	ch := c.Node.Children[0]
	if r.IsMisplaced(ch.Span.Start) || r.IsMisplaced(c.Node.Span.Start) {
		return
	}
	r.report(diag.Diagnostic{
		Code: codeChildren, Severity: diag.Warning, Span: ch.Span,
		Message: fmt.Sprintf("this is never run: %s", why),
		Hint:    fmt.Sprintf("indent it like line %d to have it run after it", r.row(c.Node.Span)),
		Related: []diag.Related{{Span: r.head(c), Message: "it is nested in this"}},
	})
}
