package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/when"
	"github.com/florc-lang/florc/runtime"
)

var archiveCommand = command{
	name:    "archive",
	usage:   "[flags]",
	summary: "writes executions that have ended to files, and removes them",
	long: `Writes the executions that ended longer ago than --older into a new file in the
folder --to, as florc dump does, and removes them from the store once they are
safe there. florc load brings them back. With --drop they are removed as they are.

It prints their ids. florc compact gives back the room on the disk.`,
	example: "florc archive --store orders --older 90d --to archive\nflorc archive --store orders --older 7d --domain test --drop",
	setup: func(fs *pflag.FlagSet) action {
		var o archiveOptions
		fs.StringVar(&o.older, "older", "", "those that ended longer ago than this `DURATION`, such as 90d")
		fs.StringVar(&o.domain, "domain", "", "only those of this `DOMAIN`, and of those below it")
		fs.StringVar(&o.to, "to", "", "the `DIR` that gets the file")
		fs.BoolVar(&o.drop, "drop", false, "remove them without writing them")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			return o.run(ctx, s)
		}
	},
}

type archiveOptions struct {
	storeOptions
	older, domain, to string
	drop              bool
}

// archivedAtOnce is how many executions are written before they are removed.
const archivedAtOnce = 100

func (o *archiveOptions) run(ctx context.Context, s *streams) error {
	d, err := when.ParseDuration(o.older)
	switch {
	case err != nil || o.older == "" || d < 0:
		return badUsage("as in --older 90d", "--older %q is not a duration", o.older)
	case (o.to == "") == !o.drop:
		return badUsage("", "either --to DIR or --drop has to say what becomes of them")
	}
	before := time.Now().Add(-d)
	return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
		all, err := u.Executions(ctx, runtime.ListOptions{Status: runtime.Terminated, Domain: o.domain, Brief: true})
		if err != nil {
			return err
		}
		var old []runtime.Summary
		for _, e := range all {
			if e.Ended != nil && e.Ended.Before(before) {
				old = append(old, e)
			}
		}
		for len(old) > 0 {
			n := min(archivedAtOnce, len(old))
			if err := o.archive(ctx, s, u, old[:n]); err != nil {
				return err
			}
			old = old[n:]
		}
		return nil
	})
}

// archive writes some executions to a file, and removes them then.
func (o *archiveOptions) archive(ctx context.Context, s *streams, u *unit, list []runtime.Summary) (err error) {
	if !o.drop {
		if err := o.write(ctx, u, list); err != nil {
			return err
		}
	}
	for _, e := range list {
		err := u.Forget(ctx, e.Exid, e.Seq)
		if errors.Is(err, runtime.ErrConflict) || errors.Is(err, runtime.ErrNotFound) {
			continue // it has changed since: the next time
		}
		if err == nil {
			err = o.printExid(s, e.Exid, e.Exid)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (o *archiveOptions) write(ctx context.Context, u *unit, list []runtime.Summary) (err error) {
	if err := os.MkdirAll(o.to, 0o755); err != nil {
		return err
	}
	name := filepath.Join(o.to, fmt.Sprintf("florc-%s.jsonl", time.Now().UTC().Format("20060102T150405.000000000")))
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	exids := make([]string, len(list))
	for i, e := range list {
		exids[i] = e.Exid
	}
	return errors.Join(u.Dump(ctx, f, exids...), f.Sync(), f.Close())
}
