package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/runtime"
)

var timersCommand = command{
	name:    "timers",
	usage:   "[flags] [EXID]",
	summary: "lists the timers that are set",
	long: `Lists the timers that are set, of an execution or of all, those first that are due
first: when, and why: a timeout, or what waits for the time. Those that were due
while their node was paused are listed for a single execution.`,
	example: "florc timers --store orders\nflorc timers --store orders --json bakidofunami",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		limit := fs.Int("limit", 100, "at most so many; 0 for all")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part := ""
			if len(args) > 0 {
				var err error
				if part, err = oneArgument(args, ""); err != nil {
					return err
				}
			}
			if *limit < 0 {
				return badUsage("", "--limit has to be 0 or more")
			}
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) (err error) {
				var to runtime.TimerOptions
				if part != "" {
					if to.Exid, err = u.find(ctx, part); err != nil {
						return err
					}
				}
				if *limit > 0 {
					to.Limit = *limit + 1
				}
				timers, err := u.Timers(ctx, to)
				if err != nil {
					return err
				}
				more := *limit > 0 && len(timers) > *limit
				if more {
					timers = timers[:*limit]
				}
				if o.json {
					return printJSON(s.stdout, timers)
				}
				s.listTimers(timers, time.Now())
				if more {
					fmt.Fprintf(s.stdout, "there are more: these are the first %d, --limit 0 lists all\n", *limit)
				}
				return nil
			})
		}
	},
}

func (s *streams) listTimers(timers []runtime.SetTimer, now time.Time) {
	if len(timers) == 0 {
		fmt.Fprintln(s.stdout, "no timers")
		return
	}
	t := table{ids: true}
	t.header("EXID", "NODE", "DUE", "WHY", "LINE", "TEXT")
	for _, st := range timers {
		line := ""
		if st.Line > 0 {
			line = strings.TrimSpace(fmt.Sprintf("%s %d", st.File, st.Line))
		}
		due, why := "was due", cell{text: st.Why}
		if !st.Fired {
			due = timeAndAge(st.Due, now)
		}
		if st.Paused {
			why = cell{st.Why + ", paused", statusStyle(string(runtime.Paused))}
		}
		t.add(cell{text: st.Exid}, cell{text: st.Nid}, cell{text: due}, why, cell{text: line}, cell{text: cut(st.Text, maxPayload)})
	}
	t.write(s.stdout, s.outColors, s.columns)
}
