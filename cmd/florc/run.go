package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/lang/when"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
)

var runCommand = command{
	name:    "run",
	usage:   "[flags] FILE|-",
	summary: "runs a definition to its end",
	long: `Runs a definition, a .flo text or a tree in a .json file, to its end, and prints
the payload. What the flow prints with echo comes first.

A tasker is a program that gets each task as JSON on its standard input, and
writes the new payload, or {"error": "…"}, to its standard output; or "ask",
which asks at the terminal.

Exit status: 0 where the execution terminated, 1 where it failed or waits for
something that will not come, 2 where the definition cannot be run.`,
	example: `florc run order.flo
florc run --json --payload '{"qty": 2}' --timeout 30s order.flo
florc run --tasker alice=ask --tasker stock='python3 stock.py' order.flo`,
	setup: func(fs *pflag.FlagSet) action {
		var o runOptions
		fs.BoolVar(&o.json, "json", false, "print the outcome as one JSON object")
		fs.StringVar(&o.payload, "payload", "", "the payload to start with: a JSON `OBJECT`, or @FILE")
		fs.StringVar(&o.vars, "vars", "", "the variables to start with: a JSON `OBJECT`, or @FILE")
		fs.StringVar(&o.store, "store", "", "keep the execution in the folder `DIR`, so that it outlives the command")
		fs.StringVar(&o.timeout, "timeout", "", "stop waiting after this `DURATION`, such as 30s or 1h30m")
		fs.BoolVar(&o.trace, "trace", false, "show what the flow writes with trace")
		fs.StringArrayVar(&o.taskers, "tasker", nil, "a tasker, `NAME=COMMAND` or NAME=ask; may be repeated")
		return func(ctx context.Context, s *streams, args []string) error {
			path, err := oneArgument(args, "the file")
			if err != nil {
				return err
			}
			return o.run(ctx, s, path)
		}
	},
}

type runOptions struct {
	json, trace                   bool
	payload, vars, store, timeout string
	taskers                       []string
}

// run runs the definition in a file.
func (o *runOptions) run(ctx context.Context, s *streams, path string) error {
	payload, err := objectFlag(s, "payload", o.payload)
	if err != nil {
		return err
	}
	vars, err := objectFlag(s, "vars", o.vars)
	if err != nil {
		return err
	}
	taskers, err := parseTaskers(s, o.taskers, path != "-")
	if err != nil {
		return err
	}
	if o.timeout != "" {
		d, err := when.ParseDuration(o.timeout)
		if err != nil || d <= 0 {
			return badUsage("write it like 30s or 1h30m", "--timeout %q is not a duration", o.timeout)
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d)
		defer cancel()
	}
	def, err := readDefinition(s, path)
	if err != nil {
		return err
	}
	r := &runner{runOptions: o, s: s, def: def, taskers: taskers}
	if o.json {
		if r.rejectJSON() {
			return errRejected
		}
	} else if s.reject(def) {
		return errRejected
	}
	if err := r.open(); err != nil {
		return err
	}
	err = r.work(ctx, runtime.LaunchOptions{Payload: payload, Vars: vars})
	return errors.Join(err, r.close())
}

// runner is one use of run.
type runner struct {
	*runOptions
	s       *streams
	def     *definition
	taskers map[string]runtime.Tasker
	store   runtime.Store
	rt      *runtime.Runtime
	exid    string
	traced  int    // lines of trace that were shown
	moving  uint64 // the commit after which the execution was seen not to be stuck
}

// open starts a runtime, on a store on disk where one is asked for.
func (r *runner) open() error {
	r.store = memstore.New()
	if dir := r.runOptions.store; dir != "" {
		var err error
		if r.store, err = badgerstore.Open(dir, badgerstore.Options{}); err != nil {
			return &inputError{err}
		}
	}
	var output io.Writer = r.s.stdout
	if r.json {
		output = r.s.stderr
	}
	var err error
	r.rt, err = runtime.New(runtime.Config{Store: r.store, Library: stdlib.All(), Taskers: r.taskers,
		Fallback: runtime.Worklist, Output: output})
	if err != nil {
		return err
	}
	return r.rt.Start(context.Background())
}

func (r *runner) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(r.rt.Stop(ctx), r.store.Close())
}

// The outcomes of a run, as programs read them.
type (
	terminatedJSON struct {
		Exid    string          `json:"exid"`
		Point   string          `json:"point"`
		Payload value.Value     `json:"payload"`
		Vars    value.Value     `json:"vars"`
		Trace   []runtime.Trace `json:"trace"`
	}
	failedJSON struct {
		Exid    string          `json:"exid"`
		Point   string          `json:"point"`
		Payload value.Value     `json:"payload"`
		Trace   []runtime.Trace `json:"trace"`
		Error   errorJSON       `json:"error"`
	}
	rejectedJSON struct {
		Point       string        `json:"point"`
		Diagnostics []findingJSON `json:"diagnostics"`
	}
	waitingJSON struct {
		Exid  string            `json:"exid"`
		Point string            `json:"point"`
		Nodes []runtime.Waiting `json:"nodes"`
	}
	errorJSON struct {
		Code    string `json:"code"`
		Kind    string `json:"kind"`
		Message string `json:"message"`
		Hint    string `json:"hint,omitempty"`
		Nid     string `json:"nid"`
		File    string `json:"file"`
		Line    int    `json:"line,omitempty"`
		Column  int    `json:"column,omitempty"`
	}
)

// rejectJSON tells whether the definition cannot be run; if so, it says why.
func (r *runner) rejectJSON() bool {
	if r.def.root != nil && firstError(r.def.diags).Severity == "" {
		return false
	}
	printJSON(r.s.stdout, rejectedJSON{"rejected", findingsJSON(r.def.file, r.def.diags)})
	return true
}

// work launches the execution and reports how it ends.
func (r *runner) work(ctx context.Context, o runtime.LaunchOptions) error {
	var err error
	// Also what is interrupted early says what it waited for.
	lasting := context.WithoutCancel(ctx)
	def := runtime.Definition{Name: definitionName(r.def.root), File: nameOf(r.def.file), Tree: r.def.root}
	if r.exid, err = r.rt.Launch(lasting, def, o); err != nil {
		return err
	}
	if err := r.wait(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	v, err := r.rt.Execution(lasting, r.exid, 0)
	if err != nil {
		return err
	}
	switch {
	case v.Status == runtime.Terminated:
		err = r.terminated(v)
	case len(v.Errors) > 0:
		err = r.failed(v)
	default:
		err = r.waiting(lasting, v)
	}
	return err
}

// How often it is looked whether an execution can still go on.
const (
	firstLook  = 20 * time.Millisecond
	rarestLook = time.Second
)

// wait waits until the execution has ended, or until nothing that happens in
// this process can take it further.
func (r *runner) wait(ctx context.Context) error {
	for pause := firstLook; ; pause = min(2*pause, rarestLook) {
		short, cancel := context.WithTimeout(ctx, pause)
		res, err := r.rt.Wait(short, r.exid)
		cancel()
		if r.trace && !r.json {
			r.showTrace(ctx)
		}
		switch {
		case err == nil && res.Point == string(runtime.Terminated):
			return nil
		case err != nil && (ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded)):
			return err
		}
		if stuck, err := r.stuck(ctx); err != nil || stuck {
			return err
		}
		if err == nil { // it failed in part, and the rest goes on
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(pause):
			}
		}
	}
}

// stuck tells whether the execution has come to rest with nothing under way
// that could move it: no message, no timer, no task that a tasker here does.
// As one process owns the store, nothing else can come either.
func (r *runner) stuck(ctx context.Context) (bool, error) {
	before, err := r.store.Record(ctx, r.exid)
	if err != nil || before.Ready || before.Seq == r.moving {
		return false, err
	}
	letters, err := r.store.Inbox(ctx, r.exid, 1)
	if err != nil || len(letters) > 0 {
		return false, err
	}
	tasks, err := r.rt.Tasks(ctx, r.exid)
	if err != nil {
		return false, err
	}
	for _, t := range tasks {
		if r.taskers[t.Tasker] != nil {
			r.moving = before.Seq
			return false, nil
		}
	}
	v, err := r.rt.Execution(ctx, r.exid, 0)
	if err != nil {
		return false, err
	}
	for _, n := range v.Nodes {
		if !n.Due.IsZero() {
			r.moving = before.Seq
			return false, nil
		}
	}
	// Had it been worked meanwhile, then what was read does not go together.
	after, err := r.store.Record(ctx, r.exid)
	return err == nil && after.Seq == before.Seq, err
}

// showTrace shows the lines of trace that were not shown yet.
func (r *runner) showTrace(ctx context.Context) {
	i := 0
	for t, err := range r.store.Traces(ctx, r.exid) {
		if err != nil {
			return // it is in what is reported at the end, or the error is
		}
		if i++; i > r.traced {
			fmt.Fprintf(r.s.stderr, "%s %s\n", r.s.errColors.paint(blue, t.Nid), sanitize(t.Text))
			r.traced = i
		}
	}
}
