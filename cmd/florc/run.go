package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/report"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/lang/when"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

var runCommand = command{
	name:    "run",
	usage:   "[flags] FILE|-",
	summary: "runs a definition to its end",
	long: `Runs a definition, a .flo text or a tree in a .json file, to its end, and prints
the payload. What the flow prints with echo comes first.

A tasker is a program that gets each task as JSON on its standard input, and
writes the new payload, or {"error": "…"}, to its standard output; or a URL that
tasks are posted to; or "ask", which asks at the terminal. A project has its own, see docs/domains.md; FILE may
also be the name of a flow of its domain.

Exit status: 0 where the execution terminated, 1 where it failed or waits for
something that will not come, 2 where the definition cannot be run.`,
	example: `florc run order.flo
florc run --json --payload '{"qty": 2}' --timeout 30s order.flo
florc run --tasker alice=ask --tasker stock='python3 stock.py' order.flo`,
	setup: func(fs *pflag.FlagSet) action {
		var o runOptions
		fs.BoolVar(&o.json, "json", false, "print the outcome as one JSON object")
		o.launchOptions.declare(fs)
		o.projectOptions.declare(fs)
		fs.StringVar(&o.store.dir, "store", "", "keep the execution in the store in `DIR`, so that it outlives the command")
		o.store.declareKey(fs)
		declareTimeout(fs, &o.timeout)
		fs.BoolVar(&o.trace, "trace", false, "show what the flow writes with trace")
		fs.StringArrayVar(&o.taskers, "tasker", nil, "a tasker, `NAME=COMMAND`, NAME=URL or NAME=ask; may be repeated")
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
	launchOptions
	projectOptions
	json, trace bool
	timeout     string
	store       storeOptions
	taskers     []string
}

// launchOptions are the flags that say how an execution starts.
type launchOptions struct{ payload, vars, domain string }

func (o *launchOptions) declare(fs *pflag.FlagSet) {
	fs.StringVar(&o.payload, "payload", "", "the payload to start with: a JSON `OBJECT`, or @FILE")
	fs.StringVar(&o.vars, "vars", "", "the variables to start with: a JSON `OBJECT`, or @FILE")
	fs.StringVar(&o.domain, "domain", "", "the `DOMAIN` of the execution, such as acme.sales; default: main")
}

func (o *launchOptions) read(s *streams) (lo runtime.LaunchOptions, err error) {
	lo.Domain = o.domain
	if lo.Payload, err = objectFlag(s, "payload", o.payload); err == nil {
		lo.Vars, err = objectFlag(s, "vars", o.vars)
	}
	return lo, err
}

func declareTimeout(fs *pflag.FlagSet, timeout *string) {
	fs.StringVar(timeout, "timeout", "", "stop waiting after this `DURATION`, such as 30s or 1h30m")
}

// withTimeout bounds a context by the duration that a flag gives, if any.
func withTimeout(ctx context.Context, timeout string) (context.Context, context.CancelFunc, error) {
	if timeout == "" {
		return ctx, func() {}, nil
	}
	d, err := when.ParseDuration(timeout)
	if err != nil || d <= 0 {
		return nil, nil, badUsage("write it like 30s or 1h30m", "--timeout %q is not a duration", timeout)
	}
	ctx, cancel := context.WithTimeout(ctx, d)
	return ctx, cancel, nil
}

// run runs the definition in a file.
func (o *runOptions) run(ctx context.Context, s *streams, path string) error {
	lo, err := o.launchOptions.read(s)
	if err != nil {
		return err
	}
	taskers, err := parseTaskers(s, o.taskers, path != "-")
	if err != nil {
		return err
	}
	ctx, cancel, err := withTimeout(ctx, o.timeout)
	if err != nil {
		return err
	}
	defer cancel()
	path, p, err := o.file(path, o.domain)
	if err != nil {
		return err
	}
	def, err := acceptDefinition(s, path, o.json)
	if err != nil {
		return err
	}
	output := s.stdout
	if o.json {
		output = s.stderr
	}
	r := &runner{s: s, json: o.json, trace: o.trace, def: def, taskers: taskers}
	c := runtime.Config{Taskers: taskers, Fallback: runtime.Worklist, Output: output}
	configure(&c, p, path)
	r.registered = c.Registrations
	work := func(ctx context.Context, u *unit) error { return r.work(ctx, u, lo) }
	if o.store.dir != "" {
		r.dir = o.store.dir
		return o.store.useWith(ctx, s, toWork, c, work)
	}
	u, err := newUnit(ctx, memstore.New(), toWork, c)
	if err != nil {
		return err
	}
	return errors.Join(work(ctx, u), u.close())
}

// acceptDefinition reads a definition that is to be launched. Where it cannot
// be, it says why.
func acceptDefinition(s *streams, path string, asJSON bool) (*definition, error) {
	def, err := readDefinition(s, path)
	switch {
	case err != nil:
		return nil, err
	case !asJSON && s.reject(def):
		return nil, errRejected
	case asJSON && (def.root == nil || firstError(def.diags).Severity != ""):
		return nil, errors.Join(errRejected, printJSON(s.stdout, rejectedJSON{"rejected", findingsJSON(def.file, def.diags)}))
	}
	return def, nil
}

// runner waits for an execution, and reports how it ends.
type runner struct {
	s           *streams
	json, trace bool
	def         *definition
	taskers     map[string]runtime.Tasker
	dir         string                 // of the store, "" where there is none on disk
	registered  []runtime.Registration // taskers of the project
	patient     bool                   // it waits also for what nothing here can bring about

	unit   *unit
	exid   string // "" until it is launched
	traced int    // lines of trace that were shown
	moving uint64 // the commit after which the execution was seen not to be stuck
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
		Diagnostics []report.JSON `json:"diagnostics"`
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

// work launches the execution, unless it is, and reports how it ends.
func (r *runner) work(ctx context.Context, u *unit, o runtime.LaunchOptions) error {
	r.unit = u
	// Also what is interrupted early says what it waited for.
	lasting := context.WithoutCancel(ctx)
	if r.exid == "" {
		if u.owner != 0 && len(r.taskers) > 0 {
			r.s.note("process %d works this store: its taskers do the tasks, not those given here", u.owner)
		}
		def := runtime.Definition{Name: definitionName(r.def.root), File: nameOf(r.def.file), Tree: r.def.root}
		exid, err := u.Launch(lasting, def, o)
		if err != nil {
			return once(err, "See florc ps")
		}
		r.exid = exid
	}
	if err := r.wait(ctx); err != nil && ctx.Err() == nil {
		return err
	}
	v, err := u.Execution(lasting, r.exid, 0)
	if err != nil {
		return err
	}
	return r.report(lasting, v)
}

// report tells how an execution stands once it was waited for.
func (r *runner) report(ctx context.Context, v *runtime.View) error {
	switch {
	case v.Status == runtime.Terminated:
		return r.terminated(v)
	case len(v.Errors) > 0:
		return r.failed(v)
	}
	return r.waiting(ctx, v)
}

// How often it is looked whether an execution can still go on.
const (
	firstLook  = 20 * time.Millisecond
	rarestLook = time.Second
)

// wait waits until the execution has ended, or until nothing that happens in
// this process can take it further.
func (r *runner) wait(ctx context.Context) (err error) {
	patient := r.patient || r.unit.owner != 0
	if patient && r.unit.owner == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(r.unit.wanted, cancel)()
		defer func() {
			if err != nil && r.unit.wanted.Err() != nil {
				err = runtime.ErrStopped // here; it is waited for with the next owner
			}
		}()
	}
	if patient && !r.trace {
		_, err = r.unit.Wait(ctx, r.exid)
		return err
	}
	for pause := firstLook; ; pause = min(2*pause, rarestLook) {
		short, cancel := context.WithTimeout(ctx, pause)
		res, err := r.unit.Wait(short, r.exid)
		cancel()
		if r.trace && !r.json {
			r.showTrace(ctx)
		}
		switch {
		case err == nil && (patient || res.Point == string(runtime.Terminated)):
			return nil
		case err != nil && (ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded)):
			return err
		}
		if patient {
			continue
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
	before, err := r.unit.store.Record(ctx, r.exid)
	if err != nil || before.Ready || before.Seq == r.moving {
		return false, err
	}
	letters, err := r.unit.store.Inbox(ctx, r.exid, 1)
	if err != nil || len(letters) > 0 {
		return false, err
	}
	tasks, err := r.unit.Tasks(ctx, r.exid)
	if err != nil {
		return false, err
	}
	for _, t := range tasks {
		if r.does(t.Tasker) {
			r.moving = before.Seq
			return false, nil
		}
	}
	v, err := r.unit.Execution(ctx, r.exid, 0)
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
	after, err := r.unit.store.Record(ctx, r.exid)
	return err == nil && after.Seq == before.Seq, err
}

// does tells whether a tasker here does its tasks by itself.
func (r *runner) does(tasker string) bool {
	return r.taskers[tasker] != nil || slices.ContainsFunc(r.registered, func(g runtime.Registration) bool {
		return g.Name == tasker && g.Tasker != runtime.Worklist
	})
}

// showTrace shows the lines of trace that were not shown yet.
func (r *runner) showTrace(ctx context.Context) {
	i := 0
	for t, err := range r.unit.Traces(ctx, r.exid) {
		if err != nil {
			return // it is in what is reported at the end, or the error is
		}
		if i++; i > r.traced {
			fmt.Fprintf(r.s.stderr, "%s %s\n", r.s.errColors.paint(blue, t.Nid), sanitize(t.Text))
			r.traced = i
		}
	}
}
