package check

import (
	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const codeReturn diag.Code = "FLO0305"

// strayReturn finds return outside of any function.
var strayReturn = rule{
	pages: []diag.Page{
		{
			Code:  codeReturn,
			Title: "return outside of a function",
			Why:   "`return` ends the call of the function that it stands in. Here it stands in none, and fails. The last value of a flow is its result as it is.",
			Bad:   "sequence\n  return 1\n",
			Good:  "define one\n  return 1\none _\n",
		},
	},
	proc: (*rules).misplacedReturn,
}

func (r *rules) misplacedReturn(c *analysis.Call) {
	if c.Name() != "return" || c.Scope.InFunction() {
		return
	}
	r.report(diag.Diagnostic{
		Code: codeReturn, Severity: diag.Error, Span: r.head(c),
		Message: "this return is outside of any function",
		Hint:    "return ends the call of a function: put it inside define, def or fun",
	})
}
