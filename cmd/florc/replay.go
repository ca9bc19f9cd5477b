package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/runtime"
)

var replayCommand = command{
	name:    "replay",
	usage:   "[flags] [EXID…]",
	summary: "proves that the journals of executions give what is stored",
	long: `Works the journals of executions again, of all where none is named, and proves
that they give what is stored of them. Nothing is changed, and nothing is done
outside.

Exit status: 0 where all agree, 1 where one does not.`,
	example: "florc replay --store orders bakidofunami\nflorc replay --store orders --from-checkpoint",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		checkpoint := fs.Bool("from-checkpoint", false, "begin with the last checkpoint, not with the launch")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				exids, err := u.findAll(ctx, args)
				if err != nil {
					return err
				}
				return o.replay(ctx, s, u, exids, *checkpoint, len(args) > 0)
			})
		}
	},
}

// replayedJSON is a replay as programs read it.
type replayedJSON struct {
	Exid string `json:"exid"`
	*runtime.Replayed
	Problem string `json:"problem,omitempty"`
}

// replay replays executions; each tells whether one that agrees is worth a
// line.
func (o *storeOptions) replay(ctx context.Context, s *streams, u *unit, exids []string, checkpoint, each bool) error {
	m := s.meter("replaying")
	defer m.end()
	results := []replayedJSON{}
	agree := 0
	var wrong error
	for i, exid := range exids {
		m.count(int64(i), int64(len(exids)))
		r, err := u.Replay(ctx, exid, checkpoint)
		if ctx.Err() != nil || ownerWent(err) {
			return err
		}
		var problem string
		if err != nil {
			wrong, problem = errFailed, err.Error()
		}
		results = append(results, replayedJSON{exid, r, problem})
		if err == nil {
			agree++
		}
		if o.json || err == nil && !each {
			continue
		}
		m.end()
		if err != nil {
			fmt.Fprintf(s.stdout, "%s  %s\n", s.outColors.paint(red, "differs"), sanitize(problem))
		} else {
			fmt.Fprintf(s.stdout, "%s  %s  commits %d to %d, %s\n", s.outColors.paint(green, "agrees"), exid, r.From, r.To,
				plural(r.Messages, "message from outside", "messages from outside"))
		}
	}
	m.end()
	if o.json {
		return errors.Join(wrong, printJSON(s.stdout, results))
	}
	if !each {
		fmt.Fprintf(s.stdout, "%d agree, %d do not\n", agree, len(results)-agree)
	}
	return wrong
}

// findAll returns the ids of the executions that are meant, of all where no
// parts are given.
func (u *unit) findAll(ctx context.Context, parts []string) (exids []string, err error) {
	if len(parts) == 0 {
		list, err := u.Executions(ctx, runtime.ListOptions{Brief: true})
		for _, e := range list {
			exids = append(exids, e.Exid)
		}
		return exids, err
	}
	for _, part := range parts {
		exid, err := u.find(ctx, part)
		if err != nil {
			return nil, err
		}
		exids = append(exids, exid)
	}
	return exids, nil
}

var verifyCommand = command{
	name:    "verify",
	usage:   "[flags]",
	summary: "reads all of a store, and tells what is wrong with it",
	long: `Reads all that is stored, and tells what is wrong with it: damaged bytes, parts of
an execution that do not agree, journals that are not whole, an index that finds
what it should not. It can be done beside the process that works the store.

With --reindex the index by which florc ps finds executions is built anew first.

Exit status: 0 where all is well, 1 where something is wrong.`,
	example: "florc verify --store orders\nflorc verify --store orders --reindex",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		reindex := fs.Bool("reindex", false, "build the index of the executions anew before")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				if *reindex {
					if err := u.Reindex(ctx); err != nil {
						return err
					}
				}
				return o.verify(ctx, s, u)
			})
		}
	},
}

func (o *storeOptions) verify(ctx context.Context, s *streams, u *unit) error {
	m := s.meter("verifying")
	defer m.end()
	problems := []runtime.Problem{}
	for p, err := range u.Verify(ctx, m.bytes) {
		if err != nil {
			return err
		}
		problems = append(problems, p)
	}
	m.end()
	if o.json {
		if err := printJSON(s.stdout, problems); err != nil {
			return err
		}
	}
	switch {
	case len(problems) > 0 && !o.json:
		for _, p := range problems {
			where := p.Exid
			if where == "" {
				where = "the store"
			}
			fmt.Fprintf(s.stdout, "%s: %s\n", s.outColors.paint(bold, where), indented(p.Text, "  "))
		}
		fmt.Fprintf(s.stdout, "%s\n", s.outColors.paint(red, plural(len(problems), "problem", "problems")))
	case len(problems) == 0 && !o.json:
		fmt.Fprintln(s.stdout, "nothing is wrong")
	}
	if len(problems) > 0 {
		return errFailed
	}
	return nil
}
