package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/runtime"
)

var pauseCommand = command{
	name:    "pause",
	usage:   "[flags] EXID [NID]",
	summary: "pauses an execution, or a node of it",
	long: `Pauses an execution, or a node of it and all below that, until florc resume.

What comes meanwhile is kept and taken then, in the order in which it came: tasks
that are returned, timers that are due (late, and once), what signals lead to.
Tasks that are out stay out. cancel and kill go through, and so does the timeout
of a node above. A florc wait goes on waiting.`,
	example: "florc pause --store orders bakidofunami\nflorc pause --store orders --alone bakidofunami 0_1",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		alone := fs.Bool("alone", false, "the node alone: what is below it goes on, up to its reply")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, nid, err := twoArguments(args, "the execution", "")
			if err != nil {
				return err
			}
			if *alone && nid == "" {
				return badUsage("an execution is paused with all that is in it", "--alone takes a node")
			}
			return o.operate(ctx, s, part, nid, "paused", func(ctx context.Context, u *unit, exid string) error {
				return u.Pause(ctx, exid, nid, runtime.PauseOptions{Alone: *alone})
			})
		}
	},
}

var resumeCommand = command{
	name:    "resume",
	usage:   "[flags] EXID [NID]",
	summary: "has what is paused go on",
	long: `Has an execution, with all that is paused in it, or a node with all below that, go
on. A node may go on while what is around it is paused: up to its reply.`,
	example: "florc resume --store orders bakidofunami\nflorc resume --store orders bakidofunami 0_1",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, nid, err := twoArguments(args, "the execution", "")
			if err != nil {
				return err
			}
			return o.operate(ctx, s, part, nid, "resumed", func(ctx context.Context, u *unit, exid string) error {
				return u.Resume(ctx, exid, nid)
			})
		}
	},
}
