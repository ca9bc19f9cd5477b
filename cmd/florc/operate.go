package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/socket"
	"github.com/florc-lang/florc/vm"
)

var cancelCommand = ending("cancel", "asks an execution, or a node of it, to end early",
	`Asks a node of an execution to end early, the whole execution where none is
named: what it has handed out is taken back, and what its on_cancel says is
done.`, "asked", runtime.Client.Cancel)

var killCommand = ending("kill", "ends an execution, or a node of it, at once",
	`Ends a node of an execution and all below it, the whole execution where none is
named, without asking: no on_cancel is done.`, "killed", runtime.Client.Kill)

// ending is a command that ends nodes.
func ending(name, summary, long, done string, end func(c runtime.Client, ctx context.Context, exid, nid string) error) command {
	return command{
		name: name, usage: "[flags] EXID [NID]", summary: summary, long: long,
		example: fmt.Sprintf("florc %s --store orders bakidofunami\nflorc %s --store orders bakidofunami 0_1", name, name),
		setup: func(fs *pflag.FlagSet) action {
			var o storeOptions
			o.declare(fs)
			return func(ctx context.Context, s *streams, args []string) error {
				part, nid, err := twoArguments(args, "the execution", "")
				if err != nil {
					return err
				}
				return o.operate(ctx, s, part, cmp.Or(nid, "0"), done, func(ctx context.Context, u *unit, exid string) error {
					return end(u, ctx, exid, nid)
				})
			}
		},
	}
}

// operate does something to an execution, or to a node of it: done says what
// was done. What cannot be done to it, or not anymore, is bad input.
func (o *storeOptions) operate(ctx context.Context, s *streams, part, nid, done string, do func(ctx context.Context, u *unit, exid string) error) error {
	return o.act(ctx, s, part, func(ctx context.Context, u *unit, exid string) (string, error) {
		text := done + " " + exid
		if nid != "" {
			text = fmt.Sprintf("%s node %s of %s", done, nid, exid)
		}
		err := u.hasNode(ctx, exid, nid)
		if err == nil {
			err = do(ctx, u, exid)
		}
		return text, err
	})
}

// act does something to an execution, and says what that gives.
func (o *storeOptions) act(ctx context.Context, s *streams, part string, do func(ctx context.Context, u *unit, exid string) (string, error)) error {
	return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
		exid, err := u.find(ctx, part)
		if err != nil {
			return err
		}
		text, err := do(ctx, u, exid)
		if errors.Is(err, runtime.ErrEnded) || errors.Is(err, runtime.ErrRefused) || errors.Is(err, runtime.ErrNotFound) {
			err = &inputError{err}
		}
		if err != nil {
			return err
		}
		s.noteIdle(u, "that is done")
		return o.printExid(s, exid, text)
	})
}

// hasNode checks that an execution has a live node of that id; "" and "0" are
// the root, which may not have started yet.
func (u *unit) hasNode(ctx context.Context, exid, nid string) error {
	if nid == "" || nid == "0" {
		return nil
	}
	v, err := u.Execution(ctx, exid, 0)
	if err != nil || v.Status == runtime.Terminated {
		return err
	}
	for _, n := range v.Nodes {
		if n.Nid == nid && n.Status != vm.Ended.String() {
			return nil
		}
	}
	return &inputError{fmt.Errorf("there is no live node %s in %s: florc show %s shows those that there are", nid, exid, exid)}
}

var returnCommand = command{
	name:    "return",
	usage:   "[flags] EXID TASK|NID",
	summary: "returns a task: it is done, or has failed",
	long: `Returns a task that waits for someone to do it, named by its id or by its node's:
the execution goes on with the payload given, or with that of the task. With
--error the task's node fails. florc tasks lists the tasks.`,
	example: `florc return --store orders bakidofunami 0_1 --payload '{"packed": true}'
florc return --store orders bakidofunami 0_1 --error 'out of boxes'`,
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		payload := fs.String("payload", "", "the payload to go on with: a JSON `OBJECT`, or @FILE")
		failure := fs.String("error", "", "fail the task's node, with this `MESSAGE`")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, task, err := twoArguments(args, "the execution", "the task, or its node,")
			if err != nil {
				return err
			}
			p := value.Null
			if *payload != "" {
				if p, err = objectFlag(s, "payload", *payload); err != nil {
					return err
				}
			}
			var failed error
			if fs.Changed("error") {
				failed = errors.New(*failure)
			}
			lost := false // an earlier attempt may have returned it
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				exid, err := u.find(ctx, part)
				if err != nil {
					return err
				}
				err = u.Return(ctx, exid, task, p, failed)
				switch {
				case errors.Is(err, runtime.ErrNotFound) && lost:
					s.note("the process that works the store went away meanwhile: it, or someone else, has returned the task")
				case errors.Is(err, runtime.ErrNotFound), errors.Is(err, runtime.ErrEnded):
					return &inputError{fmt.Errorf("%w: it was returned already, or withdrawn, or never was. florc tasks %s lists those that are out", err, exid)}
				case err != nil:
					lost = lost || errors.Is(err, socket.ErrLost)
					return err
				}
				s.noteIdle(u, "it goes on")
				return o.printExid(s, exid, fmt.Sprintf("returned %s of %s", task, exid))
			})
		}
	},
}

// twoArguments returns the first and the second argument of a command; the
// second may be missing where nothing says what it is.
func twoArguments(args []string, first, second string) (string, string, error) {
	switch {
	case len(args) == 0:
		return "", "", badUsage("", "%s is missing", first)
	case len(args) == 1 && second != "":
		return "", "", badUsage("", "%s is missing", second)
	case len(args) == 1:
		return args[0], "", nil
	case len(args) > 2:
		return "", "", badUsage("", "one argument too many: %q", args[2])
	}
	return args[0], args[1], nil
}
