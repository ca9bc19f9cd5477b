package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/value"
)

var addBranchCommand = command{
	name:    "add-branch",
	usage:   "[flags] EXID NID FILE|-",
	summary: "gives a concurrence that runs another branch",
	long: `Gives a concurrence that runs another branch, after those that it has: the
definition in FILE. It starts with the payload that the concurrence started
with, or with --payload. One that has heard enough takes no more.`,
	example: "florc add-branch --store orders bakidofunami 0_1 audit.flo\necho \"task 'bob' 'check'\" | florc add-branch bakidofunami 0_1 -",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		payload := fs.String("payload", "", "the payload to start with: a JSON `OBJECT`, or @FILE")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			if len(args) == 2 {
				return badUsage("", "the file is missing")
			}
			part, nid, err := twoArguments(args[:min(len(args), 2)], "the execution", "the node")
			if err == nil && len(args) > 3 {
				err = badUsage("", "one argument too many: %q", args[3])
			}
			if err != nil {
				return err
			}
			p, err := optionalObject(s, "payload", *payload)
			if err != nil {
				return err
			}
			def, err := o.definition(s, args[2])
			if err != nil {
				return err
			}
			return o.operate(ctx, s, part, nid, "added a branch to", func(ctx context.Context, u *unit, exid string) error {
				return once(u.AddBranch(ctx, exid, nid, def, p), "See florc show "+exid)
			})
		}
	},
}

var addIterationCommand = command{
	name:    "add-iteration",
	usage:   "[flags] EXID NID JSON…",
	summary: "gives a node more elements to iterate over",
	long: `Gives a node that iterates, such as map, each or cmap, more elements: values as
JSON or, where it iterates over an object, objects whose members are added.`,
	example: "florc add-iteration --store orders bakidofunami 0_1 '{\"item\": 7}'\nflorc add-iteration --store orders bakidofunami 0_1 '\"north\"' '\"south\"'",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, nid, err := twoArguments(args[:min(len(args), 2)], "the execution", "the node")
			if err != nil {
				return err
			}
			if len(args) == 2 {
				return badUsage("", "the elements are missing")
			}
			var elements []value.Value
			for _, a := range args[2:] {
				v, err := value.ParseJSON([]byte(a))
				if err != nil {
					return badUsage(`a string is written '"so"'`, "the element %q is no JSON: %s", a, err)
				}
				elements = append(elements, v)
			}
			return o.operate(ctx, s, part, nid, "added to", func(ctx context.Context, u *unit, exid string) error {
				return once(u.AddIteration(ctx, exid, nid, elements...), "See florc show "+exid)
			})
		}
	},
}
