package main

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"
)

var signalCommand = command{
	name:    "signal",
	usage:   "[flags] EXID NAME",
	summary: "emits a signal in an execution",
	long: `Emits a signal in an execution, for the on and trap that wait for it, wherever
they stand. One that nothing waits for is lost.`,
	example: `florc signal --store orders bakidofunami paid
florc signal --store orders bakidofunami paid --payload '{"amount": 12}'`,
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		payload := fs.String("payload", "", "what the signal carries: a JSON `OBJECT`, or @FILE")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, name, err := twoArguments(args, "the execution", "the name of the signal")
			if err != nil {
				return err
			}
			if name == "" {
				return badUsage("", "a signal has a name")
			}
			p, err := objectFlag(s, "payload", *payload)
			if err != nil {
				return err
			}
			return o.act(ctx, s, part, func(ctx context.Context, u *unit, exid string) (string, error) {
				return fmt.Sprintf("signalled %s to %s", name, exid), once(u.Signal(ctx, exid, name, p), "See florc log "+exid)
			})
		}
	},
}
