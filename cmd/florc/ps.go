package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/runtime"
)

var psCommand = command{
	name:    "ps",
	usage:   "[flags]",
	summary: "lists the executions of a store",
	long: `Lists the executions of a store, the newest first: how each stands, and what it
waits for. Only the newest are listed, see --limit.`,
	example: `florc ps --store orders
florc ps --store orders --status failed --domain acme.sales
florc ps --store orders --tasker alice --var region=eu
florc ps --json | jq -r '.[].exid'`,
	setup: func(fs *pflag.FlagSet) action {
		var o psOptions
		fs.StringVar(&o.status, "status", "", "only those that are active, paused, failed or terminated")
		fs.StringVar(&o.domain, "domain", "", "only those of this `DOMAIN`, and of those below it")
		fs.StringVar(&o.tag, "tag", "", "only those with a node in this `TAG`")
		fs.StringVar(&o.tasker, "tasker", "", "only those with a task out to this `TASKER`")
		fs.StringArrayVar(&o.vars, "var", nil, "only those whose root has this variable, `NAME=VALUE`; may be repeated")
		fs.StringVar(&o.after, "after", "", "only those that follow this `EXID` in the list")
		fs.IntVar(&o.limit, "limit", 50, "at most so many; 0 for all")
		fs.BoolVar(&o.watch, "watch", false, "show it again whenever it changes, until Ctrl-C")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			return o.run(ctx, s)
		}
	},
}

type psOptions struct {
	storeOptions
	status, domain, tag, tasker, after string

	vars  []string
	limit int
	watch bool
}

const watchEvery = time.Second

func (o *psOptions) run(ctx context.Context, s *streams) error {
	switch runtime.Status(o.status) {
	case "", runtime.Active, runtime.Paused, runtime.Terminated, runtime.Failed:
	default:
		return badUsage("the statuses are active, paused, failed and terminated", "--status %q is no status", o.status)
	}
	if o.limit < 0 {
		return badUsage("", "--limit has to be 0 or more")
	}
	if !o.watch {
		list, more, err := o.list(ctx, s)
		if err != nil {
			return err
		}
		return o.print(s.stdout, s, list, more, time.Now())
	}
	return o.runWatch(ctx, s)
}

// list lists the executions, and tells whether there are more.
func (o *psOptions) list(ctx context.Context, s *streams) (list []runtime.Summary, more bool, err error) {
	lo := runtime.ListOptions{Status: runtime.Status(o.status), Domain: o.domain, Tag: o.tag, Tasker: o.tasker,
		Vars: o.vars, Limit: o.limit}
	if lo.Limit > 0 {
		lo.Limit++
	}
	err = o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
		if o.after != "" {
			if lo.After, err = u.find(ctx, o.after); err != nil {
				return err
			}
		}
		list, err = u.Executions(ctx, lo)
		return err
	})
	if o.limit > 0 && len(list) > o.limit {
		return list[:o.limit], true, err
	}
	return list, false, err
}

// runWatch shows the list again whenever it changes.
func (o *psOptions) runWatch(ctx context.Context, s *streams) error {
	var last []byte
	for {
		list, more, err := o.list(ctx, s)
		if ctx.Err() != nil {
			return nil // Ctrl-C is how one leaves
		}
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := o.print(&b, s, list, more, time.Now()); err != nil {
			return err
		}
		if !bytes.Equal(b.Bytes(), last) {
			last = b.Bytes()
			if s.columns > 0 && !o.json {
				fmt.Fprint(s.stdout, "\x1b[H\x1b[2J") // a clear screen, from its top
			}
			if _, err := s.stdout.Write(last); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(watchEvery):
		}
	}
}

// print prints the list.
func (o *psOptions) print(w io.Writer, s *streams, list []runtime.Summary, more bool, now time.Time) error {
	if o.json {
		return printJSON(w, list)
	}
	if len(list) == 0 {
		fmt.Fprintln(w, "no executions")
		return nil
	}
	t := table{ids: true}
	t.header("EXID", "STATUS", "LAUNCHED", "NAME", "WAITS FOR")
	// On a narrow terminal the age says enough.
	const wide = 110
	when := localTime
	if s.columns > 0 && s.columns < wide {
		when = func(t time.Time) string { return ago(t, now) }
	}
	for i := range list {
		e := &list[i]
		t.add(cell{text: e.Exid}, cell{string(e.Status), statusStyle(string(e.Status))}, cell{text: when(e.Launched)},
			cell{text: cmp.Or(e.Name, e.File, "-")}, cell{text: waitsBriefly(e.Waiting)})
	}
	t.write(w, s.outColors, s.columns)
	if more {
		fmt.Fprintf(w, "there are more: these are the newest %d, --after %s lists the next, --limit 0 all\n", o.limit, list[len(list)-1].Exid)
	}
	return nil
}

// waitsBriefly says what an execution waits for, in a few words.
func waitsBriefly(ws []runtime.Waiting) string {
	if len(ws) == 0 {
		return ""
	}
	text := ws[0].Head
	if ws[0].Line > 0 {
		text += fmt.Sprintf(", line %d", ws[0].Line)
	}
	if len(ws) > 1 {
		text += fmt.Sprintf(", and %d more", len(ws)-1)
	}
	return text
}

// statusStyle is the colour of a status.
func statusStyle(status string) style {
	switch status {
	case string(runtime.Failed):
		return red
	case string(runtime.Terminated), "done":
		return green
	case string(runtime.Paused):
		return cyan
	case string(runtime.Active), "live", "waits", "closing":
		return yellow
	}
	return ""
}
