package check

import (
	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const codeUndo diag.Code = "FLO0377"

// strayUndo finds steps back that nobody takes.
var strayUndo = rule{
	pages: []diag.Page{
		{
			Code:  codeUndo,
			Title: "an undo outside of a saga",
			Why:   "A `saga` takes the steps back that `undo` records in it. Where there is none around it, also none that calls the function, the line fails.",
			Bad:   "sequence\n  task 'hotel' 'book'\n  undo\n    task 'hotel' 'cancel'\n",
			Good:  "saga\n  task 'hotel' 'book'\n  undo\n    task 'hotel' 'cancel'\n",
		},
	},
	proc: (*rules).undo,
}

func (r *rules) undo(c *analysis.Call) {
	if c.Name() != "undo" || c.Scope.InFunction() {
		return
	}
	for p := c.Parent; p != nil; p = p.Parent {
		if p.Name() == "saga" || p.Proc == nil {
			return
		}
	}
	r.report(diag.Diagnostic{Code: codeUndo, Severity: diag.Error, Span: r.head(c), Message: "there is no saga around this undo",
		Hint: "put the step and its undo into a saga"})
}
