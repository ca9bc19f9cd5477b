package socket

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/florc-lang/florc/runtime"
)

const (
	// maxRequestBytes bounds the arguments of a call: room for a payload and
	// variables of 64 MiB each, in base64, and a large tree.
	maxRequestBytes = 512 << 20
	// Once the server is to stop, calls may go on for drainFor; then they are
	// cancelled, and have cutAfter to say so.
	drainFor = 4 * time.Second
	cutAfter = time.Second

	headerTimeout = 10 * time.Second
)

// Serve answers calls with what c says, until ctx ends. Calls that are under
// way then may end within some seconds; those of Wait, and those that take
// longer, give [runtime.ErrStopped]. It closes the listener. The error is nil
// where ctx ended it.
func Serve(ctx context.Context, l net.Listener, c runtime.Client, log *slog.Logger) error {
	calls, cancelCalls := context.WithCancelCause(context.Background())
	defer cancelCalls(nil)
	s := &server{client: c, log: log, waits: ctx}
	h := &http.Server{
		Handler:           s,
		BaseContext:       func(net.Listener) context.Context { return calls },
		ReadHeaderTimeout: headerTimeout,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	h.SetKeepAlivesEnabled(false)
	down := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(down)
		within, cancel := context.WithTimeout(context.Background(), drainFor)
		defer cancel()
		if h.Shutdown(within) == nil {
			return
		}
		cancelCalls(runtime.ErrStopped)
		last, cancel := context.WithTimeout(context.Background(), cutAfter)
		defer cancel()
		if h.Shutdown(last) != nil {
			h.Close()
		}
	})
	err := h.Serve(l)
	if stop() { // it failed by itself
		h.Close()
		return fmt.Errorf("the socket: %w", err)
	}
	<-down
	return nil
}

// server answers the calls.
type server struct {
	client runtime.Client
	log    *slog.Logger
	waits  context.Context // calls that may last for ever end with it
}

// Releaser is a Client whose process owns a store only for what it does just
// now. Release asks it to give the store up to whoever calls, as soon as it can;
// it returns at once.
type Releaser interface{ Release() }

// hello is what a server says of itself.
type hello struct {
	PID     int  `json:"pid"`
	Passing bool `json:"passing,omitempty"` // it is a Releaser
}

// call is a call as its handler sees it.
type call struct {
	client runtime.Client
	body   io.Reader
	out    *frameWriter
}

// progress passes on how far the work is.
func (c *call) progress(done, total int64) {
	_ = c.out.json(progressFrame, [2]int64{done, total}) // one who is gone is noticed otherwise
}

// ServeHTTP answers a call.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(versionHeader, protocolVersion)
	if v := r.Header.Get(versionHeader); v != protocolVersion {
		http.Error(w, fmt.Sprintf("this process speaks version %s of the protocol, not %q", protocolVersion, v), http.StatusBadRequest)
		return
	}
	handle := handlers[r.URL.Path]
	if handle == nil || r.Method != http.MethodPost {
		http.NotFound(w, r)
		return
	}
	control := http.NewResponseController(w)
	if err := control.EnableFullDuplex(); err != nil {
		s.log.Warn("a call by HTTP cannot be answered before it was read", "error", err)
	}
	out := bufio.NewWriterSize(w, dataBytes)
	frames := &frameWriter{w: out, flush: func() error { return errors.Join(out.Flush(), control.Flush()) }}
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	if r.URL.Path == waitPath || r.URL.Path == waitForPath || r.URL.Path == claimPath {
		defer context.AfterFunc(s.waits, func() { cancel(runtime.ErrStopped) })()
	}
	err := handle(ctx, &call{s.client, r.Body, frames})
	if err != nil && errors.Is(context.Cause(ctx), runtime.ErrStopped) {
		err = runtime.ErrStopped
	}
	if err := frames.json(endFrame, newFailure(err)); err != nil && ctx.Err() == nil {
		s.log.Warn("a call was not answered", "call", r.URL.Path, "error", err)
	}
	// Who has more to say would else not get to read the answer.
	_, _ = io.Copy(io.Discard, r.Body)
}

// handler does a call and writes what comes of it, but for the end.
type handler func(ctx context.Context, c *call) error

const (
	helloPath   = "/hello"
	waitPath    = "/wait"
	waitForPath = "/wait-for"
	claimPath   = "/tasks/claim"
	loadPath    = "/load"
)

var handlers = map[string]handler{
	helloPath: one(func(_ context.Context, c *call, _ noArgs) (hello, error) {
		_, passing := c.client.(Releaser)
		return hello{os.Getpid(), passing}, nil
	}),
	"/release": none(func(_ context.Context, c *call, _ noArgs) error {
		r, ok := c.client.(Releaser)
		if !ok {
			return runtime.ErrUnsupported
		}
		r.Release()
		return nil
	}),
	"/launch": one(func(ctx context.Context, c *call, a launchArgs) (string, error) {
		def, err := a.read()
		if err != nil {
			return "", err
		}
		return c.client.Launch(ctx, def, runtime.LaunchOptions{Exid: a.Exid, Domain: a.Domain, Zone: a.Zone, Payload: a.Payload.Value, Vars: a.Vars.Value})
	}),
	waitPath: one(func(ctx context.Context, c *call, a exidArgs) (*result, error) {
		return mapped(newResult)(c.client.Wait(ctx, a.Exid))
	}),
	waitForPath: one(func(ctx context.Context, c *call, a waitForArgs) ([]runtime.Met, error) {
		return c.client.WaitFor(ctx, a.Exid, a.Options, a.Conditions...)
	}),
	"/return": none(func(ctx context.Context, c *call, a returnArgs) error {
		return c.client.Return(ctx, a.Exid, a.Task, a.Payload.Value, a.Failure.error())
	}),
	"/cancel": none(func(ctx context.Context, c *call, a nodeArgs) error { return c.client.Cancel(ctx, a.Exid, a.Nid) }),
	"/kill":   none(func(ctx context.Context, c *call, a nodeArgs) error { return c.client.Kill(ctx, a.Exid, a.Nid) }),
	"/signal": none(func(ctx context.Context, c *call, a signalArgs) error {
		return c.client.Signal(ctx, a.Exid, a.Name, a.Payload.Value)
	}),
	"/pause": none(func(ctx context.Context, c *call, a pauseArgs) error {
		return c.client.Pause(ctx, a.Exid, a.Nid, a.Options)
	}),
	"/resume": none(func(ctx context.Context, c *call, a nodeArgs) error { return c.client.Resume(ctx, a.Exid, a.Nid) }),
	"/reapply": none(func(ctx context.Context, c *call, a reapplyArgs) error {
		o, err := a.options()
		if err != nil {
			return err
		}
		return c.client.Reapply(ctx, a.Exid, a.Nid, o)
	}),
	"/retry": none(func(ctx context.Context, c *call, a reapplyArgs) error {
		o, err := a.options()
		if err != nil {
			return err
		}
		return c.client.Retry(ctx, a.Exid, a.Nid, o)
	}),
	"/add-branch": none(func(ctx context.Context, c *call, a branchArgs) error {
		def, err := a.read()
		if err != nil {
			return err
		}
		return c.client.AddBranch(ctx, a.Exid, a.Nid, def, a.Payload.Value)
	}),
	"/add-iteration": none(func(ctx context.Context, c *call, a iterationArgs) error {
		return c.client.AddIteration(ctx, a.Exid, a.Nid, unpack(a.Elements)...)
	}),
	"/timers": one(func(ctx context.Context, c *call, a runtime.TimerOptions) ([]runtime.SetTimer, error) {
		return c.client.Timers(ctx, a)
	}),
	"/execution": one(func(ctx context.Context, c *call, a executionArgs) (*view, error) {
		return mapped(newView)(c.client.Execution(ctx, a.Exid, a.Seq))
	}),
	"/executions": one(func(ctx context.Context, c *call, a runtime.ListOptions) ([]runtime.Summary, error) {
		return c.client.Executions(ctx, a)
	}),
	"/tasks": one(func(ctx context.Context, c *call, a exidArgs) ([]*task, error) {
		return mapped(func(ts []*runtime.Task) []*task { return convert(ts, newTask) })(c.client.Tasks(ctx, a.Exid))
	}),
	"/tasks/find": one(func(ctx context.Context, c *call, a findArgs) ([]*listedTask, error) {
		a.TaskQuery.Value = a.Value.Value
		return mapped(newListedTasks)(c.client.FindTasks(ctx, a.TaskQuery))
	}),
	"/task": one(func(ctx context.Context, c *call, a taskArgs) (*listedTask, error) {
		return mapped(newListedTask)(c.client.Task(ctx, a.Exid, a.Task))
	}),
	"/task/move": one(func(ctx context.Context, c *call, a moveArgs) (*listedTask, error) {
		a.Move.Payload = a.Payload.Value
		return mapped(newListedTask)(c.client.MoveTask(ctx, a.Exid, a.Task, a.Move))
	}),
	claimPath: one(func(ctx context.Context, c *call, a runtime.ClaimOptions) ([]*listedTask, error) {
		return mapped(newListedTasks)(c.client.ClaimTasks(ctx, a))
	}),
	"/taskers": one(func(ctx context.Context, c *call, _ noArgs) ([]runtime.KnownTasker, error) {
		return c.client.KnownTaskers(ctx)
	}),
	"/taskers/forget": one(func(ctx context.Context, c *call, a nameArgs) (int, error) {
		return c.client.ForgetTasker(ctx, a.Name)
	}),
	"/log": many(func(ctx context.Context, c *call, a logArgs) iter.Seq2[*runtime.LogEntry, error] {
		return c.client.Log(ctx, a.Exid, a.Options)
	}, newLogEntry),
	"/traces": many(func(ctx context.Context, c *call, a exidArgs) iter.Seq2[runtime.Trace, error] {
		return c.client.Traces(ctx, a.Exid)
	}, newTrace),
	"/replay": one(func(ctx context.Context, c *call, a replayArgs) (*runtime.Replayed, error) {
		return c.client.Replay(ctx, a.Exid, a.FromCheckpoint)
	}),
	"/verify": many(func(ctx context.Context, c *call, _ noArgs) iter.Seq2[runtime.Problem, error] {
		return c.client.Verify(ctx, c.progress)
	}, func(p runtime.Problem) runtime.Problem { return p }),
	"/reindex": none(func(ctx context.Context, c *call, _ noArgs) error { return c.client.Reindex(ctx) }),
	"/dump":    none(func(ctx context.Context, c *call, a dumpArgs) error { return c.client.Dump(ctx, c.out, a.Exids...) }),
	"/forget":  none(func(ctx context.Context, c *call, a forgetArgs) error { return c.client.Forget(ctx, a.Exid, a.Seq) }),
	loadPath: func(ctx context.Context, c *call) error {
		exids, err := c.client.Load(ctx, &dataReader{frames: newFrameReader(c.body)})
		return errors.Join(c.out.json(itemFrame, exids), err)
	},
	"/backup": none(func(ctx context.Context, c *call, _ noArgs) error { return c.client.Backup(ctx, c.out, c.progress) }),
}

func readArgs(c *call, args any) error {
	data, err := io.ReadAll(http.MaxBytesReader(nil, io.NopCloser(c.body), maxRequestBytes))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return fmt.Errorf("%w to be sent: a call may have %d bytes", runtime.ErrTooLarge, large.Limit)
	}
	if err == nil {
		err = json.Unmarshal(data, args)
	}
	if err != nil {
		return fmt.Errorf("the call cannot be read: %w", err)
	}
	return nil
}

// none makes a handler of a method that gives nothing but an error.
func none[A any](f func(context.Context, *call, A) error) handler {
	return func(ctx context.Context, c *call) error {
		var args A
		if err := readArgs(c, &args); err != nil {
			return err
		}
		return f(ctx, c, args)
	}
}

// one makes a handler of a method that gives one thing.
func one[A, R any](f func(context.Context, *call, A) (R, error)) handler {
	return none(func(ctx context.Context, c *call, args A) error {
		r, err := f(ctx, c, args)
		if err != nil {
			return err
		}
		return c.out.json(itemFrame, r)
	})
}

// many makes a handler of a method that gives a row of things.
func many[A, T, R any](f func(context.Context, *call, A) iter.Seq2[T, error], wire func(T) R) handler {
	return none(func(ctx context.Context, c *call, args A) error {
		for t, err := range f(ctx, c, args) {
			if err == nil {
				err = c.out.json(itemFrame, wire(t))
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// mapped converts what comes without an error.
func mapped[T, R any](f func(T) R) func(T, error) (R, error) {
	return func(t T, err error) (r R, _ error) {
		if err == nil {
			r = f(t)
		}
		return r, err
	}
}
