package stdlib

import (
	"time"
	_ "time/tzdata" // so that zones are known, and the same, on every machine

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var timestamp = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"timestamp", "ltimestamp"},
		Group: sig.Time,
		Doc: "Gives the time as a string: `timestamp` in UTC, as in `'2018-08-13T08:04:06Z'`, and `ltimestamp` in the execution's own time zone, as in `'2018-08-13T10:04:06'`.\n\n" +
			"It is the time at which the execution received what it is working on; a replay gives the same one.",
		Body:       sig.Arguments,
		Result:     "The time, to the second.",
		ResultType: sig.String,
		Examples: []sig.Example{
			{Title: "When it was", Source: `match? (timestamp _) r/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/`, Ret: "true"},
			{Title: "Local time has no Z", Source: "length (ltimestamp _)", Ret: "19"},
		},
		SeeAlso: []string{"sleep", "task"},
	},
	Call: func(a *vm.Args) (value.Value, error) {
		if a.Name != "ltimestamp" {
			return value.String(stamp(a.NowMicros(), time.UTC)), nil
		}
		zone, err := time.LoadLocation(a.Zone())
		if err != nil {
			return value.Null, vm.BadArgument("name the zone as in 'Europe/Paris'", "there is no time zone %q", a.Zone())
		}
		return value.String(stamp(a.NowMicros(), zone)[:len("2006-01-02T15:04:05")]), nil
	},
}

// stamp writes a time, in microseconds since 1970, to the second.
func stamp(micros int64, zone *time.Location) string {
	return time.UnixMicro(micros).In(zone).Format(time.RFC3339)
}
