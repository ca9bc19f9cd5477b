package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/runtime"
)

var logCommand = command{
	name:    "log",
	usage:   "[flags] EXID",
	summary: "shows the journal of an execution",
	long: `Shows the journal of an execution: each commit, and the messages from outside
that it took. With --messages the internal messages are shown too; they are not
stored, the journal is worked again for that.`,
	example: "florc log --store orders bakidofunami\nflorc log --store orders --messages --from 3 bakidofunami",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		messages := fs.Bool("messages", false, "the internal messages, too")
		from := fs.Uint64("from", 0, "begin with the commit `N`")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, err := oneArgument(args, "the execution")
			if err != nil {
				return err
			}
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				exid, err := u.find(ctx, part)
				if err != nil {
					return err
				}
				entries := []logEntryJSON{}
				for e, err := range u.Log(ctx, exid, runtime.LogOptions{From: *from, Internal: *messages}) {
					if err != nil {
						return err
					}
					if o.json {
						entries = append(entries, newLogEntryJSON(e))
					} else {
						s.showLogEntry(e)
					}
				}
				if o.json {
					return printJSON(s.stdout, entries)
				}
				return nil
			})
		}
	},
}

// logEntryJSON is a commit as programs read it.
type logEntryJSON struct {
	*runtime.LogEntry
	Messages []logMessageJSON `json:"messages"`
}

type logMessageJSON struct {
	runtime.LogMessage
	Error *errorJSON `json:"error,omitempty"`
}

func newLogEntryJSON(e *runtime.LogEntry) logEntryJSON {
	j := logEntryJSON{e, []logMessageJSON{}}
	for _, m := range e.Messages {
		mj := logMessageJSON{LogMessage: m}
		if ve := m.Error; ve != nil {
			mj.Error = &errorJSON{Code: string(ve.Code), Kind: ve.Kind, Message: ve.Message, Hint: ve.Hint, Nid: ve.Nid.String(),
				File: ve.File, Line: ve.Line, Column: ve.Column}
		}
		j.Messages = append(j.Messages, mj)
	}
	return j
}

func (s *streams) showLogEntry(e *runtime.LogEntry) {
	what := ""
	if e.Launch {
		what = "  launched"
	}
	if e.Cut {
		what += "  goes on with the next"
	}
	fmt.Fprintf(s.stdout, "%s  %s%s\n", s.outColors.paint(bold, fmt.Sprint(e.Seq)), e.At.Local().Format("2006-01-02 15:04:05.000"), what)
	t := table{indent: "    "}
	for i := range e.Messages {
		m := &e.Messages[i]
		st := style("")
		switch {
		case m.Error != nil:
			st = red
		case m.Internal:
			st = dim
		}
		t.add(cell{m.Point, st}, cell{text: cmp.Or(m.Nid, "-")}, cell{text: messageDetails(m)})
	}
	t.write(s.stdout, s.outColors, s.columns)
}

// messageDetails says what else there is to a message.
func messageDetails(m *runtime.LogMessage) string {
	var parts []string
	if m.From != "" {
		parts = append(parts, "from "+m.From)
	}
	if m.Flavour != "" {
		parts = append(parts, m.Flavour)
	}
	if m.Task != "" {
		parts = append(parts, "task "+m.Task)
	}
	if m.Timer != 0 {
		parts = append(parts, fmt.Sprintf("timer %d", m.Timer))
	}
	if m.Error != nil {
		parts = append(parts, m.Error.Message)
	}
	if !m.Payload.IsNull() {
		parts = append(parts, cut(m.Payload.String(), maxPayload))
	}
	return strings.Join(parts, "  ")
}

var traceCommand = command{
	name:    "trace",
	usage:   "[flags] EXID",
	summary: "shows what an execution has traced",
	long:    "Shows what an execution has written with trace, each line with its node.",
	example: "florc trace --store orders bakidofunami",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, err := oneArgument(args, "the execution")
			if err != nil {
				return err
			}
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				exid, err := u.find(ctx, part)
				if err != nil {
					return err
				}
				traces := []runtime.Trace{}
				for t, err := range u.Traces(ctx, exid) {
					if err != nil {
						return err
					}
					traces = append(traces, t)
				}
				if o.json {
					return printJSON(s.stdout, traces)
				}
				var t table
				for _, tr := range traces {
					t.add(cell{tr.Nid, blue}, cell{text: tr.Text})
				}
				t.write(s.stdout, s.outColors, 0)
				return nil
			})
		}
	},
}
