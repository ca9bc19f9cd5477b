package check

import (
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/when"
)

const (
	codeCron diag.Code = "FLO0374"
	codeZone diag.Code = "FLO0375"
)

// badSchedule finds schedules that cannot be read.
var badSchedule = rule{
	pages: []diag.Page{
		{
			Code:  codeCron,
			Title: "a schedule that can't be read",
			Why:   "A schedule is a cron expression, minute, hour, day, month and day of the week, with a time zone or without; or words, as in `'every weekday at eight'`; where it is repeated, also a duration.",
			Bad:   "cron '30 25 * * *'\n  trace 'backup'\n",
			Good:  "cron '30 23 * * *'\n  trace 'backup'\n",
		},
		{
			Code:  codeZone,
			Title: "a time zone that does not exist",
			Why:   "Time zones are those of the IANA database, such as `Europe/Zurich`, or `UTC`.",
			Bad:   "cron '0 8 * * mon Europe/Zurch'\n  trace 'open'\n",
			Good:  "cron '0 8 * * mon Europe/Zurich'\n  trace 'open'\n",
		},
	},
	value: (*rules).schedule,
}

func (r *rules) schedule(c *analysis.Call, v given) {
	if v.typ != sig.Cron {
		return
	}
	s, ok := text(v.node)
	if !ok {
		return
	}
	how := v.key
	if how == "" {
		how = c.Name()
	}
	kind := when.EverySo
	if how == string(when.CronLike) {
		kind = when.CronLike
	}
	_, err := when.ParseSchedule(kind, s, time.Unix(0, 0).UTC())
	if err == nil {
		return
	}
	d := diag.Diagnostic{
		Code: codeCron, Severity: diag.Error, Span: v.node.Span, Message: err.Error(),
		Hint: "write for example '0 8 * * mon-fri' or 'every day at eight'",
	}
	if fields := strings.Fields(s); len(fields) > 1 {
		zone := fields[len(fields)-1]
		if _, bad := when.ParseZone(zone); bad != nil && strings.Contains(zone, "/") && zone[0] >= 'A' && zone[0] <= 'Z' {
			d.Code, d.Message, d.Hint = codeZone, bad.Error(), "time zones are those of the IANA database, such as Europe/Zurich"
		}
	}
	r.report(d)
}
