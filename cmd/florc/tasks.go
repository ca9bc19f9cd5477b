package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

var tasksCommand = command{
	name:    "tasks",
	usage:   "[flags] [EXID]",
	summary: "lists the tasks that are out",
	long: `Lists the tasks that are out, of an execution or of all: those that taskers work
on, and those that are left to people and to workers. A task is offered, to all
who stand for its tasker or to those named; allocated to a person; started;
suspended. Those that a tasker of the process works on are allocated.

florc tasks claim, start, suspend, resume, delegate, allocate, offer, release,
extend, complete and fail do something with a task, florc tasks show shows one.`,
	example: `florc tasks --store orders
florc tasks --store orders --for bob --group clerks
florc tasks --json --tasker stock --state offered --field order.country='"fr"'`,
	setup: func(fs *pflag.FlagSet) action {
		var o tasksOptions
		fs.StringVar(&o.q.Tasker, "tasker", "", "only those for the tasker `NAME`")
		fs.StringVar(&o.q.Domain, "domain", "", "only those of executions in this `DOMAIN`, and below")
		fs.StringVar(&o.q.Tag, "tag", "", "only those in a node of this `TAG`")
		fs.StringVar((*string)(&o.q.State), "state", "", "only those that are offered, allocated, started or suspended")
		fs.StringVar(&o.q.Person, "for", "", "only those that this `PERSON` has, or may take")
		fs.StringArrayVar(&o.q.Groups, "group", nil, "a `GROUP` of that person; may be repeated")
		fs.StringVar(&o.field, "field", "", "only those whose payload has this `FIELD`, or FIELD=JSON for one of that value")
		fs.IntVar(&o.q.Limit, "limit", 0, "at most so many; 0 for all")
		o.declare(fs)
		return o.list
	},
}

type tasksOptions struct {
	storeOptions
	q     runtime.TaskQuery
	field string
}

func (o *tasksOptions) list(ctx context.Context, s *streams, args []string) error {
	part := ""
	if len(args) > 0 {
		var err error
		if part, err = oneArgument(args, ""); err != nil {
			return err
		}
	}
	states := []runtime.TaskState{"", runtime.Offered, runtime.Allocated, runtime.Started, runtime.Suspended}
	if !containsState(states, o.q.State) {
		return badUsage("it is offered, allocated, started or suspended", "no task that is out is %q", o.q.State)
	}
	if len(o.q.Groups) > 0 && o.q.Person == "" {
		return badUsage("give --for", "--group says more of a person, and none is given")
	}
	field, json, given := strings.Cut(o.field, "=")
	o.q.Field = field
	if given {
		var err error
		if o.q.Value, err = value.ParseJSON([]byte(json)); err != nil {
			return badUsage(`as in --field order.n=2, or --field order.country='"fr"'`, "--field %s: its value is not JSON: %s", o.field, err)
		}
	}
	return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) (err error) {
		if part != "" {
			if o.q.Exid, err = u.find(ctx, part); err != nil {
				return err
			}
		}
		list, err := u.FindTasks(ctx, o.q)
		if err != nil {
			return err
		}
		if o.json {
			return printJSON(s.stdout, list)
		}
		s.listTasks(list)
		return nil
	})
}

func containsState(states []runtime.TaskState, state runtime.TaskState) bool {
	for _, s := range states {
		if s == state {
			return true
		}
	}
	return false
}

// maxPayload is how much of a payload stands in a list, in columns.
const maxPayload = 100

func (s *streams) listTasks(tasks []*runtime.ListedTask) {
	if len(tasks) == 0 {
		fmt.Fprintln(s.stdout, "no tasks")
		return
	}
	t := table{ids: true}
	t.header("EXID", "NODE", "TASKER", "TASK", "STATE", "LINE", "PAYLOAD")
	for _, task := range tasks {
		line := ""
		if task.Line > 0 {
			line = fmt.Sprint(task.Line)
		}
		t.add(cell{text: task.Exid}, cell{text: task.Nid}, cell{text: task.Tasker}, cell{text: cmp.Or(task.Name, "-")},
			cell{text: strings.TrimSpace(string(task.State) + " " + task.Person)}, cell{text: line}, cell{text: cut(task.Payload.String(), maxPayload)})
	}
	t.write(s.stdout, s.outColors, s.columns)
}

var tasksShowCommand = command{
	name:    "tasks show",
	usage:   "[flags] EXID TASK|NID",
	summary: "shows a task, and what was done with it",
	long: `Shows a task, named by its id or by its node's, and its history: who did what
with it, and when. Of a task that is over the history is left.`,
	example: "florc tasks show --store orders bakidofunami 0_1",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, task, err := twoArguments(args, "the execution", "the task, or its node,")
			if err != nil {
				return err
			}
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				exid, err := u.find(ctx, part)
				if err != nil {
					return err
				}
				t, err := u.Task(ctx, exid, task)
				if errors.Is(err, runtime.ErrNotFound) {
					return &inputError{fmt.Errorf("%w: florc tasks %s lists those that are out", err, exid)}
				}
				if err != nil {
					return err
				}
				if o.json {
					return printJSON(s.stdout, t)
				}
				s.showTask(t)
				return nil
			})
		}
	},
}

func (s *streams) showTask(t *runtime.ListedTask) {
	about := table{}
	row := func(name, text string) {
		if text != "" {
			about.add(cell{name, bold}, cell{text: text})
		}
	}
	row("task", cmp.Or(t.Name, t.ID))
	row("tasker", t.Tasker)
	row("state", string(t.State))
	row("person", t.Person)
	row("offered to", strings.Join(t.Offered, ", "))
	if t.Until != nil {
		row("lease", fmt.Sprintf("%d, until %s", t.Lease, localTime(*t.Until)))
	}
	if t.Unit != "" {
		row("unit", t.Unit)
	}
	if t.Left {
		row("left", "for want of a tasker")
	}
	if t.Tasker != "" {
		row("node", t.Nid)
		row("domain", t.Domain)
		row("since", localTime(t.Since))
		row("params", t.Params.String())
		row("payload", t.Payload.String())
	}
	about.write(s.stdout, s.outColors, s.columns)
	if len(t.History) == 0 {
		return
	}
	fmt.Fprintln(s.stdout)
	history := table{}
	history.header("WHEN", "WHO", "DID", "TO", "NOTE")
	for _, e := range t.History {
		history.add(cell{text: localTime(e.At)}, cell{text: cmp.Or(e.By, "-")}, cell{text: string(e.Act)},
			cell{text: cmp.Or(strings.Join(e.To, ", "), "-")}, cell{text: e.Note})
	}
	history.write(s.stdout, s.outColors, s.columns)
}

var taskersCommand = command{
	name:    "taskers",
	usage:   "[flags]",
	summary: "lists the taskers that a store knows",
	long: `Lists the taskers that units have registered with a store. A unit that lacks one
of them keeps its tasks for a unit that has it; a tasker that no unit will have
again is to be forgotten, so that flows that ask for it fail.`,
	example: "florc taskers --store orders\nflorc taskers --store orders --forget stock",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		forget := fs.String("forget", "", "forget the tasker `NAME`, or the expression")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				if *forget != "" {
					n, err := u.ForgetTasker(ctx, *forget)
					if err == nil && n == 0 {
						err = &inputError{fmt.Errorf("the store knows no tasker %q: florc taskers lists those that it knows", *forget)}
					}
					if err != nil {
						return err
					}
				}
				list, err := u.KnownTaskers(ctx)
				if err != nil {
					return err
				}
				if o.json {
					return printJSON(s.stdout, list)
				}
				if len(list) == 0 {
					fmt.Fprintln(s.stdout, "no taskers")
					return nil
				}
				t := table{}
				t.header("TASKER", "DOMAIN", "UNIT")
				for _, k := range list {
					name := k.Name
					if k.Match {
						name = "/" + name + "/"
					}
					t.add(cell{text: name}, cell{text: cmp.Or(k.Domain, "all")}, cell{text: cmp.Or(k.Unit, "any")})
				}
				t.write(s.stdout, s.outColors, s.columns)
				return nil
			})
		}
	},
}
