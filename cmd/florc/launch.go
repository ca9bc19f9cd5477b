package main

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/folder"
)

var launchCommand = command{
	name:    "launch",
	usage:   "[flags] FILE|-",
	summary: "launches a definition in a store",
	long: `Launches a definition, a .flo text or a tree in a .json file, in a store, and
prints the id of the execution. In a project, FILE may also be the name of a flow
of the domain, or of one above it. Whoever works the store takes it further: the
process of florc work, or with --wait this command itself where there is none.

Exit status with --wait: as florc run.`,
	example: `florc launch --store orders order.flo
florc launch --store orders --payload '{"qty": 2}' --wait --timeout 1m order.flo`,
	setup: func(fs *pflag.FlagSet) action {
		var o waitOptions
		var lo launchOptions
		lo.declare(fs)
		wait := fs.Bool("wait", false, "wait until it has ended, and print how")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			path, err := oneArgument(args, "the file")
			if err != nil {
				return err
			}
			if (o.timeout != "" || len(o.taskers) > 0) && !*wait {
				return badUsage("add --wait", "--timeout and --tasker are for where it is waited for the end")
			}
			start, err := lo.read(s)
			if err != nil {
				return err
			}
			path, p, err := o.file(path, lo.domain)
			if err != nil {
				return err
			}
			def, err := acceptDefinition(s, path, o.json)
			if err != nil {
				return err
			}
			if *wait {
				return o.wait(ctx, s, toWork, p, &runner{def: def}, func(context.Context, *unit) (runtime.LaunchOptions, error) { return start, nil })
			}
			return o.useProject(ctx, s, toAdd, p, func(ctx context.Context, u *unit) error {
				exid, err := u.Launch(ctx, runtime.Definition{Name: definitionName(def.root), File: nameOf(def.file), Tree: def.root}, start)
				if err != nil {
					return once(err, "See florc ps")
				}
				s.noteIdle(u, "it goes on")
				return o.printExid(s, exid, exid)
			})
		}
	},
}

var waitCommand = command{
	name:    "wait",
	usage:   "[flags] EXID",
	summary: "waits until an execution has ended, or until something happens in it",
	long: `Waits until an execution has ended, or has failed in part, and prints how it
stands. With --for it waits for something else instead, for one after the other
where there are several, and prints what came:

  end, failed             it has ended, a node has failed
  tag:NAME, left:NAME     a node is in a tag, has left it
  task:TASKER             a tasker has a task
  signal:NAME             a signal is emitted
  point:POINT[@NID]       a message is worked, such as cancel, of a node
  var:NAME=VALUE          a variable of the root has a value

What is so already counts: end, failed, tag, task and var. Of the others that
counts which happens from then on, or with --since from that commit on.

 Where no process works the store, this one does meanwhile, until one
comes; tasks that no --tasker does then wait for it, or for someone to return
them.

Exit status: 0 where the execution terminated, or what was waited for came, 1
where it failed, or still waits at the end of the --timeout.`,
	example: "florc wait --store orders bakidofunami\nflorc wait --store orders bakidofunami --for task:alice --for tag:shipped --timeout 1h\nflorc wait --store orders --timeout 1h --json main-u0-20261121.1844.bakidofunami",
	setup: func(fs *pflag.FlagSet) action {
		var o waitOptions
		var w awaited
		fs.StringArrayVar(&w.texts, "for", nil, "wait for this `CONDITION`; may be repeated")
		fs.Uint64Var(&w.since, "since", 0, "with --for: what happens counts from the commit of this `NUMBER` on, 1 for the launch")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, err := oneArgument(args, "the execution")
			if err == nil {
				err = w.parse()
			}
			if err != nil {
				return err
			}
			if len(w.conditions) > 0 {
				return o.waitFor(ctx, s, part, &w)
			}
			r := &runner{}
			p, err := o.around(".")
			if err != nil {
				return err
			}
			return o.wait(ctx, s, toFinish, p, r, func(ctx context.Context, u *unit) (lo runtime.LaunchOptions, err error) {
				if r.exid, err = u.find(ctx, part); err != nil {
					return lo, err
				}
				v, err := u.Execution(ctx, r.exid, 0)
				if err == nil {
					r.def, err = definitionOf(v)
				}
				return lo, err
			})
		}
	},
}

// waitOptions are the flags of what waits.
type waitOptions struct {
	storeOptions
	projectOptions
	timeout string
	taskers []string
}

func (o *waitOptions) declare(fs *pflag.FlagSet) {
	fs.StringArrayVar(&o.taskers, "tasker", nil, "a tasker, `NAME=COMMAND`, for where nobody else works the store; may be repeated")
	declareTimeout(fs, &o.timeout)
	o.projectOptions.declare(fs)
	o.storeOptions.declare(fs)
}

// wait has a runner launch an execution, unless prepare finds one that is there,
// and wait for it.
func (o *waitOptions) wait(ctx context.Context, s *streams, a access, p *folder.Project, r *runner, prepare func(context.Context, *unit) (runtime.LaunchOptions, error)) error {
	timed, cancel, err := withTimeout(ctx, o.timeout)
	if err != nil {
		return err
	}
	defer cancel()
	r.s, r.json, r.patient = s, o.json, true
	c, err := o.config(s, p)
	if err != nil {
		return err
	}
	r.taskers = c.Taskers
	return o.useWith(timed, s, a, c, func(ctx context.Context, u *unit) error {
		r.dir = o.dir
		// Also what is interrupted early, or at a bad time, says what it waits for.
		lo, err := prepare(context.WithoutCancel(ctx), u)
		if err != nil {
			return err
		}
		return r.work(ctx, u, lo)
	})
}

// config is that of a runtime which works a store while it waits.
func (o *waitOptions) config(s *streams, p *folder.Project) (runtime.Config, error) {
	taskers, err := parseTaskers(s, o.taskers, false)
	c := runtime.Config{Taskers: taskers, Fallback: runtime.Worklist, Output: s.stderr}
	configure(&c, p, "")
	return c, err
}

// printExid prints the id of the execution that something was done to.
func (o *storeOptions) printExid(s *streams, exid, text string) error {
	if o.json {
		return printJSON(s.stdout, struct {
			Exid string `json:"exid"`
		}{exid})
	}
	_, err := fmt.Fprintln(s.stdout, text)
	return err
}

// definitionOf returns the definition that an execution runs, with its text
// where the file that it was read from is there and still says the same.
func definitionOf(v *runtime.View) (*definition, error) {
	root, err := tree.ParseJSON(v.Tree, tree.ReadOptions{MaxBytes: len(v.Tree)})
	if err != nil {
		return nil, fmt.Errorf("the tree of %s: %w", v.Exid, err)
	}
	name := cmp.Or(v.File, v.Name, v.Exid)
	if text, err := os.ReadFile(v.File); err == nil && v.File != "" {
		d := parseText(name, string(text))
		if d.root != nil && string(tree.AppendJSON(nil, d.root, tree.Columns)) == string(tree.AppendJSON(nil, root, tree.Columns)) {
			return d, nil
		}
	}
	return &definition{file: source.NewFile(name, ""), root: root}, nil
}
