package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

const againOptionsLong = `It starts with the payload that it started with, or with --payload. --vars sets
variables before: each where the node sees one of that name, or else as one of
the whole execution.`

var reapplyCommand = command{
	name:    "reapply",
	usage:   "[flags] EXID NID [FILE|-]",
	summary: "has a node start over, as it is or as another definition",
	long: `Has a node of an execution start over, 0 for all of it: what is below it is
cancelled, its task is taken back, and then it runs again, or runs the
definition in FILE instead. It keeps its id, and the variables of its scope;
nodes below it get new ids. A node that is paused stays so.

` + againOptionsLong,
	example: `florc reapply --store orders bakidofunami 0_1
florc reapply --store orders --payload '{"qty": 2}' bakidofunami 0_1 better.flo
echo "task 'bob' 'pack'" | florc reapply bakidofunami 0_1 -`,
	setup: func(fs *pflag.FlagSet) action {
		var o againOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			file := ""
			if len(args) == 3 {
				file, args = args[2], args[:2]
			}
			part, nid, err := twoArguments(args, "the execution", "the node")
			if err != nil {
				return err
			}
			ro, err := o.read(s, file)
			if err != nil {
				return err
			}
			return o.operate(ctx, s, part, nid, "reapplied", func(ctx context.Context, u *unit, exid string) error {
				return once(u.Reapply(ctx, exid, nid, ro), "See florc log "+exid)
			})
		}
	},
}

var retryCommand = command{
	name:    "retry",
	usage:   "[flags] EXID [NID]",
	summary: "has failed nodes start over",
	long: `Has a node that failed start over, or all of an execution that did: once the
cause is mended, say. florc show says what failed.

` + againOptionsLong,
	example: "florc retry --store orders bakidofunami\nflorc retry --store orders --vars '{\"depot\": \"north\"}' bakidofunami 0_1",
	setup: func(fs *pflag.FlagSet) action {
		var o againOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, nid, err := twoArguments(args, "the execution", "")
			if err != nil {
				return err
			}
			if nid == "" && o.payload != "" {
				return badUsage("florc show lists those that failed", "--payload is for one node: name it")
			}
			ro, err := o.read(s, "")
			if err != nil {
				return err
			}
			did := "retried"
			if nid == "" {
				did = "retried all that failed in"
			}
			return o.operate(ctx, s, part, nid, did, func(ctx context.Context, u *unit, exid string) error {
				return once(u.Retry(ctx, exid, nid, ro), "See florc log "+exid)
			})
		}
	},
}

// againOptions are the flags of what starts nodes over.
type againOptions struct {
	storeOptions
	payload, vars string
}

func (o *againOptions) declare(fs *pflag.FlagSet) {
	fs.StringVar(&o.payload, "payload", "", "the payload to start with: a JSON `OBJECT`, or @FILE; default: that of before")
	fs.StringVar(&o.vars, "vars", "", "variables to set: a JSON `OBJECT`, or @FILE")
	o.storeOptions.declare(fs)
}

// read reads how to start over; file is that of another definition, or "".
func (o *againOptions) read(s *streams, file string) (ro runtime.ReapplyOptions, err error) {
	if ro.Payload, err = optionalObject(s, "payload", o.payload); err == nil {
		ro.Vars, err = optionalObject(s, "vars", o.vars)
	}
	if err == nil && file != "" {
		ro.Definition, err = o.definition(s, file)
	}
	return ro, err
}

// optionalObject reads the value of a flag as objectFlag does; null where it is
// not given.
func optionalObject(s *streams, flag, text string) (value.Value, error) {
	if text == "" {
		return value.Null, nil
	}
	return objectFlag(s, flag, text)
}

// definition reads a definition that goes into an execution.
func (o *storeOptions) definition(s *streams, file string) (runtime.Definition, error) {
	def, err := acceptDefinition(s, file, o.json)
	if err != nil {
		return runtime.Definition{}, err
	}
	return runtime.Definition{Name: definitionName(def.root), File: nameOf(def.file), Tree: def.root}, nil
}
