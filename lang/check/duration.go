package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

const codeDuration diag.Code = "FLO0307"

// badDuration finds durations that cannot be read.
var badDuration = rule{
	pages: []diag.Page{
		{
			Code:  codeDuration,
			Title: "a duration that can't be read",
			Why:   "A duration is a number of seconds, or a text with units: `y` years, `M` months, `w` weeks, `d` days, `h` hours, `m` minutes, `s` seconds. Words and ISO 8601 are read as well.",
			Bad:   "sleep '2 fortnights'\n",
			Good:  "sleep '4 weeks'\n",
		},
	},
	value: (*rules).duration,
}

func (r *rules) duration(_ *analysis.Call, v given) {
	s, ok := text(v.node)
	if !ok || v.typ != sig.Duration {
		return
	}
	if _, err := r.memo.duration(s); err != nil {
		r.report(diag.Diagnostic{
			Code: codeDuration, Severity: diag.Error, Span: v.node.Span,
			Message: fmt.Sprintf("%q is no duration", s),
			Hint:    "write it like '10s', '1h30m', '2 days and 1 hour' or 'P1DT2H'",
		})
	}
}
