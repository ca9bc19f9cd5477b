package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/when"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/socket"
)

var workCommand = command{
	name:    "work",
	usage:   "[flags]",
	summary: "works the executions of a store until it is told to stop",
	long: `Works the executions of a store: an active unit. Other commands reach it through
the socket in the directory of the store. It logs to standard output. Beside the
taskers that are given it has those of the project, see docs/domains.md.

With --spool it takes in files NAME.json from a folder, each once, also over
crashes; write them under another name, and rename them. What cannot be taken in
goes to the folder rejected in it, with the reason in NAME.txt. A message is one
of

  {"point": "launch", "flow": "NAME", "domain": "…", "payload": {…}, "vars": {…}}
  {"point": "signal", "exid": "…", "name": "…", "payload": {…}}
  {"point": "return", "exid": "…", "nid": "0_1", "payload": {…}}, or "error": "…"
  {"point": "cancel", "exid": "…", "nid": "0_1"}, or "kill"

A launch may have the text of the flow, as "text", instead of its name.

On SIGTERM or Ctrl-C it takes no more, lets what is under way end, stores it and
exits within ten seconds; tasks that take longer are done again at the next
start. A second signal ends it at once: nothing that was stored is lost.`,
	example: `florc work --store orders --tasker stock='python3 stock.py'
FLORC_STORE=orders florc work --log json`,
	setup: func(fs *pflag.FlagSet) action {
		var o workOptions
		fs.StringArrayVar(&o.taskers, "tasker", nil, "a tasker, `NAME=COMMAND`, NAME=URL or NAME=ask; may be repeated")
		o.projectOptions.declare(fs)
		fs.StringVar(&o.spool, "spool", "", "take in the messages that are put into this `DIR` as JSON files, see docs/commands.md")
		fs.StringVar(&o.keep, "keep", "", "remove executions that ended longer ago than this `DURATION`, such as 90d")
		fs.StringVar(&o.log, "log", "text", "how to log: text or json")
		fs.StringVar(&o.dir, "store", "", "the `DIR` of the store; default: FLORC_STORE of the environment")
		o.declareKey(fs)
		fs.BoolVar(&o.acceptLoss, "accept-loss", false, "open a damaged store even where its last commits are lost")
		return func(ctx context.Context, s *streams, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			return o.run(ctx, s)
		}
	},
}

type workOptions struct {
	storeOptions
	projectOptions
	taskers          []string
	log, spool, keep string
}

const (
	// taskGrace is how long tasks may go on once it is told to stop.
	taskGrace = 5 * time.Second
	// healthEvery is how often it is looked whether the store is well.
	healthEvery = 500 * time.Millisecond
)

func (o *workOptions) run(ctx context.Context, s *streams) error {
	taskers, err := parseTaskers(s, o.taskers, true)
	if err != nil {
		return err
	}
	var handler slog.Handler
	switch o.log {
	case "text":
		handler = slog.NewTextHandler(s.stdout, nil)
	case "json":
		handler = slog.NewJSONHandler(s.stdout, nil)
	default:
		return badUsage("it is text or json", "--log %q is no way to log", o.log)
	}
	if err := o.resolve(); err != nil {
		return err
	}
	log := slog.New(handler)
	p, err := o.around(".")
	if err != nil {
		return err
	}
	c := runtime.Config{Taskers: taskers, Fallback: runtime.Worklist, TaskGrace: taskGrace, Output: &echoes{log: log}, Logger: log}
	configure(&c, p, "")
	if o.keep != "" {
		d, err := when.ParseDuration(o.keep)
		if err != nil || d <= 0 {
			return badUsage("as in --keep 90d", "--keep %q is not a duration", o.keep)
		}
		c.Retention.Keep = map[string]time.Duration{"": d}
	}
	u, err := o.acquire(ctx, s, c)
	if ctx.Err() != nil && u == nil {
		return nil // it was told to stop before it began
	}
	if err != nil {
		return err
	}
	log.Info("working", "store", o.dir, "pid", os.Getpid())
	failed := o.work(ctx, u)
	log.Info("stopping")
	err = errors.Join(failed, u.close())
	if err == nil {
		log.Info("stopped")
	}
	return err
}

// acquire opens a store to keep. A process that has it open for a while only, as
// to wait for an execution, is asked to give it up.
func (o *workOptions) acquire(ctx context.Context, s *streams, c runtime.Config) (*unit, error) {
	for said := false; ; {
		u, err := o.open(ctx, s, toKeep, c)
		if err != nil || u.owner == 0 {
			return u, err
		}
		switch err := u.Client.(*socket.Client).Release(ctx); {
		case errors.Is(err, runtime.ErrUnsupported):
			return nil, &inputError{fmt.Errorf("process %d works the store %s already: end it first, or let it", u.owner, o.dir)}
		case err != nil && !ownerWent(err):
			return nil, err
		}
		if !said {
			said = true
			c.Logger.Info("waiting for the store", "store", o.dir, "owner", u.owner)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(maxPause / 10):
		}
	}
}

// work works until the context ends, or something fails.
func (o *workOptions) work(ctx context.Context, u *unit) error {
	if o.spool == "" {
		return u.healthy(ctx)
	}
	spooling, stop := context.WithCancel(ctx)
	defer stop()
	spooled := make(chan error, 1)
	go func() {
		defer stop() // where it fails, the rest stops, too
		spooled <- u.rt.Spool(spooling, o.spool)
	}()
	err := u.healthy(spooling)
	stop()
	return errors.Join(err, <-spooled)
}

// healthy returns once the context has ended, or the store has failed.
func (u *unit) healthy(ctx context.Context) error {
	for {
		if err := u.rt.Err(); err != nil {
			return fmt.Errorf("%w. Look at the disk, then start it again", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-u.served:
			u.served <- err
			return err
		case <-time.After(healthEvery):
		}
	}
}

// echoes logs what flows print, a line at a time.
type echoes struct{ log *slog.Logger }

func (e *echoes) Write(p []byte) (int, error) {
	e.log.Info("echo", "text", string(bytes.TrimRight(p, "\n")))
	return len(p), nil
}
