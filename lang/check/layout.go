package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const codeLayout diag.Code = "FLO0310"

// misplacedLine finds lines that stand where they hardly belong.
var misplacedLine = rule{
	pages: []diag.Page{
		{
			Code:  codeLayout,
			Title: "a line that stands beside the others",
			Why:   "Indentation says what is nested in what. This line is a column or so beside the lines that it seems to belong with, and is nested in another line than it looks like.",
			Bad:   "set l []\nsequence\n  push l 1\n   push l 2\n  push l 3\n",
			Good:  "set l []\nsequence\n  push l 1\n  push l 2\n  push l 3\n",
		},
	},
	file: (*rules).layout,
}

// layout reports the lines that stand where they hardly belong.
func (r *rules) layout() {
	for _, m := range r.Misplaced {
		r.report(diag.Diagnostic{
			Code: codeLayout, Severity: diag.Warning, Span: m.Span,
			Message: fmt.Sprintf("this line is indented by %s, which fits none of the lines around it", analysis.Columns(m.Indent)),
			Hint:    m.Hint,
		})
	}
}
