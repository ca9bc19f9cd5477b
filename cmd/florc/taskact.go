package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/when"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/socket"
)

// taskActs are the commands that do something with a task.
func taskActs() []command {
	return []command{
		claimCommand,
		taskAct(runtime.StartTask, "started", "begins a task that one has", ""),
		taskAct(runtime.SuspendTask, "suspended", "lays a task aside that one has begun", ""),
		taskAct(runtime.ResumeTask, "resumed", "goes on with a task that was laid aside", ""),
		taskAct(runtime.DelegateTask, "delegated", "hands a task that one has to another person", " --to carl"),
		taskAct(runtime.ReleaseTask, "released", "gives a task back that one has", ""),
		taskAct(runtime.AllocateTask, "allocated", "gives a task to a person", " --to carl"),
		taskAct(runtime.OfferTask, "offered", "offers a task to people and groups", " --to clerks --to carl"),
		taskAct(runtime.ExtendTask, "extended", "goes on to have a task that one has leased: a heartbeat", " --lease 1 --lease-for 60s"),
		taskAct(runtime.CompleteTask, "completed", "returns a task that one has: it is done", " --payload '{\"packed\": true}'"),
		taskAct(runtime.FailTask, "failed", "returns a task that one has: it has failed", " --error 'out of boxes'"),
	}
}

// actOptions are the flags of those commands.
type actOptions struct {
	storeOptions
	m        runtime.TaskMove
	leaseFor string
	payload  string
}

func (o *actOptions) declare(fs *pflag.FlagSet, act runtime.TaskAct) {
	o.m.Act = act
	fs.StringVar(&o.m.By, "as", "", "the `NAME` of who does it, a person or a worker")
	switch act {
	case runtime.DelegateTask, runtime.AllocateTask:
		fs.StringArrayVar(&o.m.To, "to", nil, "the `PERSON` whom it goes to")
	case runtime.OfferTask:
		fs.StringArrayVar(&o.m.To, "to", nil, "a person or `GROUP` whom it is offered to; may be repeated")
	case runtime.ClaimTask:
		fs.StringArrayVar(&o.m.Groups, "group", nil, "a `GROUP` that one is in: the task has to be offered to it, or to oneself; may be repeated")
	case runtime.CompleteTask:
		fs.StringVar(&o.payload, "payload", "", "the payload to go on with: a JSON `OBJECT`, or @FILE")
	case runtime.FailTask:
		fs.StringVar(&o.m.Failure, "error", "", "fail the task's node with this `MESSAGE`")
	}
	if act == runtime.ClaimTask || act == runtime.ExtendTask {
		fs.StringVar(&o.leaseFor, "lease-for", "", "lease it for this `DURATION`, such as 60s, after which others may have it; default for workers: 1m")
	}
	if act != runtime.ClaimTask && act != runtime.OfferTask && act != runtime.AllocateTask {
		fs.Uint64Var(&o.m.Lease, "lease", 0, "the number of the lease, of a worker that has it")
	}
	fs.StringVar(&o.m.Note, "note", "", "a `TEXT` for the history of the task")
	fs.StringVar(&o.m.Unit, "unit", "", "the `NAME` of the unit that one is part of: some tasks are for one unit alone")
	if act != runtime.ClaimTask {
		fs.BoolVar(&o.m.Force, "force", false, "do it although somebody else has the task")
	}
	o.storeOptions.declare(fs)
}

// read reads what the flags say.
func (o *actOptions) read(s *streams) (err error) {
	if o.m.By == "" {
		return badUsage("name yourself with --as", "who does it?")
	}
	if o.payload != "" {
		if o.m.Payload, err = objectFlag(s, "payload", o.payload); err != nil {
			return err
		}
	}
	o.m.For, err = durationFlag("lease-for", o.leaseFor)
	if err == nil && o.m.Act == runtime.ExtendTask && o.m.For == 0 {
		o.m.For = time.Minute
	}
	return err
}

func durationFlag(name, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := when.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, badUsage("write it like 30s or 1h30m", "--%s %q is not a duration", name, text)
	}
	return d, nil
}

func taskAct(act runtime.TaskAct, done, summary, example string) command {
	return command{
		name: "tasks " + string(act), usage: "[flags] EXID TASK|NID", summary: summary,
		long: strings.ToUpper(summary[:1]) + summary[1:] + `. The task is named by its id or by its node's.
Where somebody else has it, or it stands otherwise, nothing is done, and the
exit status is 1.`,
		example: fmt.Sprintf("florc tasks %s --store orders --as bob bakidofunami 0_1%s", act, example),
		setup: func(fs *pflag.FlagSet) action {
			var o actOptions
			o.declare(fs, act)
			return func(ctx context.Context, s *streams, args []string) error {
				return o.act(ctx, s, args, done)
			}
		},
	}
}

// act does it.
func (o *actOptions) act(ctx context.Context, s *streams, args []string, done string) error {
	part, task, err := twoArguments(args, "the execution", "the task, or its node,")
	if err == nil {
		err = o.read(s)
	}
	if err != nil {
		return err
	}
	lost := false // an earlier attempt may have done it
	return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
		exid, err := u.find(ctx, part)
		if err != nil {
			return err
		}
		t, err := u.MoveTask(ctx, exid, task, o.m)
		switch {
		case err != nil && lost && !errors.Is(err, socket.ErrLost):
			return fmt.Errorf("%w. The process that works the store went away meanwhile: it may be done already, see florc tasks show %s %s", err, exid, task)
		case errors.Is(err, runtime.ErrNotFound):
			return &inputError{fmt.Errorf("%w: it was returned already, or withdrawn, or never was. florc tasks %s lists those that are out", err, exid)}
		case err != nil:
			lost = lost || errors.Is(err, socket.ErrLost)
			return err
		}
		if t.State == runtime.Completed || t.State == runtime.FailedTask {
			s.noteIdle(u, "it goes on")
		}
		if o.json {
			return printJSON(s.stdout, t)
		}
		text := fmt.Sprintf("%s %s of %s", done, task, exid)
		if t.Person != "" && t.Person != o.m.By {
			text += " to " + t.Person
		}
		if t.Lease != 0 {
			text += fmt.Sprintf(", lease %d until %s", t.Lease, localTime(*t.Until))
		}
		_, err = fmt.Fprintln(s.stdout, text)
		return err
	})
}

var claimCommand = command{
	name:    "tasks claim",
	usage:   "[flags] [EXID TASK|NID]",
	summary: "takes a task for a person, or tasks for a worker",
	long: `Takes a task for a person, so that nobody else gets it.

Without a task it takes whichever there are for the taskers that a worker stands
for, the oldest first, and leases them: until the lease ends nobody else gets
them, and florc tasks extend begins it anew. After that they are others' to
take, and the worker's answer is refused. With --wait it waits for the first one.`,
	example: `florc tasks claim --store orders --as bob bakidofunami 0_1
florc tasks claim --store orders --as worker1 --tasker ocr --max 10 --wait 30s --json
florc tasks claim --store orders --as worker1 --match 'ocr-.*' --domain acme --lease-for 5m`,
	setup: func(fs *pflag.FlagSet) action {
		var o claimOptions
		fs.StringArrayVar(&o.c.Tasker, "tasker", nil, "take tasks for the tasker `NAME`; may be repeated")
		fs.StringVar(&o.match, "match", "", "take tasks for the taskers that this regular `EXPRESSION` matches from beginning to end")
		fs.StringVar(&o.c.Domain, "domain", "", "only those of executions in this `DOMAIN`, and below")
		fs.IntVar(&o.c.Max, "max", 1, "at most so many")
		fs.StringVar(&o.wait, "wait", "", "wait for the first one for this `DURATION`, such as 30s")
		o.declare(fs, runtime.ClaimTask)
		return func(ctx context.Context, s *streams, args []string) error {
			pulls := len(o.c.Tasker) > 0 || o.match != ""
			switch {
			case len(args) > 0 && pulls:
				return badUsage("name a task, or taskers", "it takes a task, or whichever there are for some taskers")
			case len(args) == 0 && !pulls:
				return badUsage("name a task, or taskers with --tasker or --match", "which task is meant?")
			case pulls:
				return o.pull(ctx, s)
			}
			return o.act(ctx, s, args, "claimed")
		}
	},
}

type claimOptions struct {
	actOptions
	c           runtime.ClaimOptions
	match, wait string
}

// pull takes tasks for a worker.
func (o *claimOptions) pull(ctx context.Context, s *streams) (err error) {
	if err = o.read(s); err == nil {
		o.c.Wait, err = durationFlag("wait", o.wait)
	}
	if err != nil {
		return err
	}
	o.c.Worker, o.c.Unit, o.c.Lease = o.m.By, o.m.Unit, o.m.For
	if o.match != "" {
		if o.c.Match, err = regexp.Compile(o.match); err != nil {
			return badUsage("", "--match: %s", err)
		}
	}
	return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
		list, err := u.ClaimTasks(ctx, o.c)
		switch {
		case err != nil:
			return err
		case o.json:
			return printJSON(s.stdout, list)
		case len(list) == 0:
			fmt.Fprintln(s.stdout, "no tasks")
			return nil
		}
		t := table{ids: true}
		t.header("EXID", "TASK", "TASKER", "LEASE", "UNTIL", "PAYLOAD")
		for _, l := range list {
			t.add(cell{text: l.Exid}, cell{text: l.ID}, cell{text: l.Tasker}, cell{text: fmt.Sprint(l.Lease)},
				cell{text: localTime(*l.Until)}, cell{text: cut(l.Payload.String(), maxPayload)})
		}
		t.write(s.stdout, s.outColors, s.columns)
		return nil
	})
}
