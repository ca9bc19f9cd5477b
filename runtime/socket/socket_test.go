package socket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/runtime/socket"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

func definition(t testing.TB, src string) runtime.Definition {
	t.Helper()
	file, ds := parser.Parse(source.NewFile("test.flo", src), parser.Options{})
	root, more := tree.Lower(file)
	if ds = append(ds, more...); len(ds) > 0 {
		t.Fatalf("%v\n%s", ds, src)
	}
	return runtime.Definition{Name: "test", File: "test.flo", Tree: root}
}

// store is a store in memory that can be backed up, and found damaged.
type store struct {
	*memstore.Store
	backup []byte
	broken error
}

func (s *store) Backup(_ context.Context, w io.Writer, progress func(int64)) error {
	for i := 0; i < len(s.backup); i += 1000 {
		if _, err := w.Write(s.backup[i:min(i+1000, len(s.backup))]); err != nil {
			return err
		}
		progress(int64(i))
	}
	return s.broken
}

func (s *store) Check(ctx context.Context, progress func(done, total int64)) error {
	for i := range int64(5) {
		if progress != nil {
			progress(i, 5)
		}
	}
	return errors.Join(s.Store.Check(ctx, nil), s.broken)
}

// clock stands still.
type clock struct{}

func (clock) Now() time.Time { return time.Unix(1_800_000_000, 123_000) }

func (clock) After(time.Duration) (<-chan time.Time, func()) { return nil, func() {} }

// newRuntime returns a runtime that does the same whenever the same is asked of
// it.
func newRuntime(t testing.TB, s runtime.Store) *runtime.Runtime {
	t.Helper()
	var mu sync.Mutex
	launched := 0
	rt, err := runtime.New(runtime.Config{Store: s, Library: stdlib.All(), Clock: clock{}, Fallback: runtime.Worklist,
		Seed: func() uint64 { return 7 }, CheckpointEvery: 2,
		NewID: func(domain, unit string, _ time.Time) string {
			mu.Lock()
			defer mu.Unlock()
			launched++
			return fmt.Sprintf("%s-%s-%d", domain, unit, launched)
		}})
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

// serve has a client served in a directory until the function that it returns
// is called.
func serve(t testing.TB, dir string, c runtime.Client) (stop func()) {
	t.Helper()
	l, err := socket.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- socket.Serve(ctx, l, c, slog.New(slog.DiscardHandler)) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func dial(t testing.TB, dir string) *socket.Client {
	t.Helper()
	c, err := socket.Dial(dir)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// said is what a call gave.
type said struct {
	Call   string
	Result any
	Error  string
	Is     []bool
	As     []any
}

var sentinels = []error{runtime.ErrNotFound, runtime.ErrConflict, runtime.ErrEnded, runtime.ErrStopped, runtime.ErrFull,
	runtime.ErrTooLarge, runtime.ErrUnsupported, runtime.ErrRefused, runtime.ErrClosed, runtime.ErrTaken, runtime.ErrLeaseLost, runtime.ErrState, context.Canceled, context.DeadlineExceeded}

func say(call string, result any, err error) said {
	s := said{Call: call, Result: result}
	if err != nil {
		s.Error = err.Error()
		for _, e := range sentinels {
			s.Is = append(s.Is, errors.Is(err, e))
		}
		var d *runtime.Difference
		var v *vm.Error
		errors.As(err, &d)
		errors.As(err, &v)
		s.As = []any{d, v}
	}
	return s
}

// odd holds values that JSON would not keep.
func odd() value.Value {
	big := new(big.Int).Lsh(big.NewInt(3), 200)
	return value.NewObject(
		value.Member{Key: "z", Value: value.BigInt(big)}, value.Member{Key: "a", Value: value.Float(1)},
		value.Member{Key: "m", Value: value.Float(math.Copysign(0, -1))}, value.Member{Key: "nan", Value: value.Float(math.NaN())},
		value.Member{Key: "n", Value: value.Int(math.MinInt64)}, value.Member{Key: "bytes\xff", Value: value.String("\x00\xfe")},
		value.Member{Key: "list", Value: value.NewList(value.Null, value.Bool(true), value.NewObject())},
		value.Member{Key: "html", Value: value.String("<&>\u2028")})
}

const flow = `
sequence
  trace 'one'
  trace "two <&>"
  define f x
    x + 1
  set f.fun f
  set f.rex (/ab+/)
  concurrence
    task 'alice' 'pack' due: 'now' tags: 'x'
    sequence
      sleep '1h'
`

// scenario does all that a Client can, and tells what it said.
func scenario(t *testing.T, c runtime.Client, rt *runtime.Runtime, s *store) (all []said) {
	ctx := t.Context()
	note := func(call string, result any, err error) { all = append(all, say(call, result, err)) }
	launch := func(src string, o runtime.LaunchOptions) string {
		exid, err := c.Launch(ctx, definition(t, src), o)
		note("launch "+src, exid, err)
		return exid
	}
	look := func(exid string, seq uint64) {
		v, err := c.Execution(ctx, exid, seq)
		note(fmt.Sprintf("execution %s at %d", exid, seq), v, err)
	}
	wait := func(exid string) {
		r, err := c.Wait(ctx, exid)
		note("wait "+exid, r, err)
	}
	entries := func(exid string, o runtime.LogOptions) {
		var es []*runtime.LogEntry
		for e, err := range c.Log(ctx, exid, o) {
			if err != nil {
				note("log", nil, err)
				break
			}
			es = append(es, e)
		}
		note("log "+exid, es, nil)
	}
	traces := func(exid string) {
		var ts []runtime.Trace
		for tr, err := range c.Traces(ctx, exid) {
			if err != nil {
				note("traces", nil, err)
				break
			}
			ts = append(ts, tr)
		}
		note("traces "+exid, ts, nil)
	}
	list := func(o runtime.ListOptions) {
		es, err := c.Executions(ctx, o)
		note(fmt.Sprint("executions ", o), es, err)
	}
	tasks := func(exid string) []*runtime.Task {
		ts, err := c.Tasks(ctx, exid)
		note("tasks "+exid, ts, err)
		return ts
	}
	replay := func(exid string, checkpoint bool) {
		r, err := c.Replay(ctx, exid, checkpoint)
		note("replay "+exid, r, err)
	}
	verify := func() {
		var ps []runtime.Problem
		var at [][2]int64
		for p, err := range c.Verify(ctx, func(done, total int64) { at = append(at, [2]int64{done, total}) }) {
			if err != nil {
				note("verify", nil, err)
				break
			}
			ps = append(ps, p)
		}
		note("verify", []any{ps, at}, nil)
	}

	// Passive, then active.
	early := launch("1 + 1", runtime.LaunchOptions{})
	wait(early)
	if err := rt.Start(ctx); err != nil {
		t.Fatal(err)
	}
	wait(early)
	first := launch(flow, runtime.LaunchOptions{Domain: "acme.sales", Zone: "Europe/Vienna", Payload: odd(), Vars: value.NewObject(value.Member{Key: "v", Value: odd()})})
	for len(mustTasks(t, rt, first)) == 0 {
		time.Sleep(time.Millisecond)
	}
	look(first, 0)
	look(first, 1)
	look(first, 99)
	look("nowhere", 0)
	failing := launch("fail 'no \\u0007 good'\n", runtime.LaunchOptions{})
	wait(failing)
	look(failing, 0)
	broken := launch("push 1 2", runtime.LaunchOptions{Payload: odd()})
	wait(broken)
	wait("nowhere")
	for _, o := range []runtime.LaunchOptions{{Domain: "a b"}, {Payload: value.Int(1)}, {Vars: value.String("x")}} {
		launch("1", o)
	}
	_, err := c.Launch(ctx, runtime.Definition{}, runtime.LaunchOptions{})
	note("launch nothing", nil, err)
	for _, o := range []runtime.ListOptions{{}, {Status: runtime.Failed}, {Domain: "acme"}, {Limit: 1}, {Domain: "none"}} {
		list(o)
	}
	tasks("nowhere")
	tasks("")
	ts := tasks(first)
	note("cancel a bad node", nil, c.Cancel(ctx, first, "x y"))
	note("cancel no node", nil, c.Cancel(ctx, first, "0_9_9"))
	note("cancel nothing", nil, c.Cancel(ctx, "nowhere", ""))
	note("kill nothing", nil, c.Kill(ctx, "nowhere", ""))
	note("return nothing", nil, c.Return(ctx, first, "none", value.Null, nil))
	note("return", nil, c.Return(ctx, first, ts[0].ID, ts[0].Payload, nil))
	note("return again", nil, c.Return(ctx, first, ts[0].Nid, value.Null, nil))
	look(first, 0)
	entries(first, runtime.LogOptions{})
	entries(first, runtime.LogOptions{From: 2, Internal: true})
	entries("nowhere", runtime.LogOptions{})
	traces(first)
	traces("nowhere")
	replay(first, false)
	replay(first, true)
	replay("nowhere", false)
	note("kill", nil, c.Kill(ctx, first, ""))
	wait(first)
	note("cancel what ended", nil, c.Cancel(ctx, first, ""))
	second := launch("task 'bob'\n", runtime.LaunchOptions{})
	note("return a failure", nil, c.Return(ctx, second, tasks(second)[0].ID, value.Null, errors.New("out of \xff boxes")))
	wait(second)
	entries(second, runtime.LogOptions{Internal: true})

	operators(t, c, rt, second, note)
	look(second, 0)
	desk(t, c, rt, note, launch)

	// Streams.
	verify()
	var dump bytes.Buffer
	note("dump", nil, c.Dump(ctx, &dump))
	note("dumped", dump.String(), nil)
	note("dump nothing", nil, c.Dump(ctx, io.Discard, first, "nowhere"))
	dump.Reset()
	note("dump one", nil, c.Dump(ctx, &dump, first))
	load := func(what string, r io.Reader) {
		exids, err := c.Load(ctx, r)
		note("load "+what, exids, err)
	}
	load("what is there", bytes.NewReader(dump.Bytes()))
	load("nothing", strings.NewReader("\n\n"))
	load("no dump", strings.NewReader("hello\n"))
	other := strings.ReplaceAll(dump.String(), first, "acme.sales-u0-99")
	load("another", strings.NewReader(other))
	load("what is cut", io.MultiReader(strings.NewReader(other[:100]), iotest.ErrReader(errors.New("the disk is on fire"))))
	look("acme.sales-u0-99", 0)
	backup := func() {
		var b bytes.Buffer
		var at []int64
		err := c.Backup(ctx, &b, func(done, _ int64) { at = append(at, done) })
		note("backup", []any{b.String(), at}, err)
	}
	backup()
	s.broken = fmt.Errorf("sector 9: %w", runtime.ErrFull)
	backup()
	verify()

	// Ends.
	third := launch("task 'carol'\n", runtime.LaunchOptions{})
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, err = c.Wait(short, third)
	note("wait in vain", nil, err)
	stopped := make(chan error)
	go func() {
		_, err := c.Wait(ctx, third)
		stopped <- err
	}()
	time.Sleep(20 * time.Millisecond)
	if err := rt.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	note("wait, stopped", nil, <-stopped)
	s.Close()
	look(third, 0)
	list(runtime.ListOptions{})
	note("return to a closed store", nil, c.Return(ctx, third, "x", value.Null, nil))
	return all
}

func mustTasks(t *testing.T, rt *runtime.Runtime, exid string) []*runtime.Task {
	t.Helper()
	ts, err := rt.Tasks(t.Context(), exid)
	if err != nil {
		t.Fatal(err)
	}
	return ts
}

var comparable = cmp.Options{
	cmp.Comparer(func(a, b value.Value) bool { return bytes.Equal(value.AppendCBOR(nil, a), value.AppendCBOR(nil, b)) }),
	cmpopts.EquateEmpty(),
}

// TestSameAsRuntime does the same with a Runtime and, through a socket, with
// another one: both say the same.
func TestSameAsRuntime(t *testing.T) {
	newStore := func() *store {
		return &store{Store: memstore.New(), backup: bytes.Repeat([]byte("0123456789"), 50_000)}
	}
	near, far := newStore(), newStore()
	rt := newRuntime(t, near)
	want := scenario(t, rt, rt, near)
	rt = newRuntime(t, far)
	dir := t.TempDir()
	defer serve(t, dir, rt)()
	got := scenario(t, dial(t, dir), rt, far)
	for i := range want {
		if i >= len(got) {
			t.Fatalf("%d calls, want %d", len(got), len(want))
		}
		if diff := cmp.Diff(want[i], got[i], comparable); diff != "" {
			t.Errorf("call %d, %s (-near +far):\n%s", i, want[i].Call, diff)
		}
	}
	if testing.Verbose() {
		for _, s := range want {
			t.Logf("%s: %.80v %s", s.Call, s.Result, s.Error)
		}
	}
}

// TestLongDirectory has a socket in a directory whose name is longer than the
// address of a socket may be.
func TestLongDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30), strings.Repeat("long", 20))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	stop := serve(t, dir, newRuntime(t, memstore.New()))
	if _, err := dial(t, dir).Executions(t.Context(), runtime.ListOptions{}); err != nil {
		t.Error(err)
	}
	st, err := os.Stat(filepath.Join(dir, socket.Name))
	if err != nil {
		t.Fatal(err)
	}
	if st.Mode().Perm() != 0o600 {
		t.Errorf("the socket's mode is %v", st.Mode())
	}
	stop()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left are %v, %v", left, err)
	}
	if _, err := socket.Dial(dir); !errors.Is(err, socket.ErrNoOwner) {
		t.Error(err)
	}
}

// TestStaleSocket dials, and replaces, the socket of a process that is gone.
func TestStaleSocket(t *testing.T) {
	dir := t.TempDir()
	l, err := socket.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, socket.Name)
	if err := os.Link(path, path+".kept"); err != nil {
		t.Skip(err)
	}
	l.Close()
	if err := os.Rename(path+".kept", path); err != nil {
		t.Fatal(err)
	}
	if _, err := socket.Dial(dir); !errors.Is(err, socket.ErrNoOwner) {
		t.Error(err)
	}
	defer serve(t, dir, newRuntime(t, memstore.New()))()
	dial(t, dir)
	if _, err := socket.Dial(filepath.Join(dir, "missing")); !errors.Is(err, socket.ErrNoOwner) {
		t.Error(err)
	}
}

// failing is a client whose calls fail.
type failing struct {
	*runtime.Runtime
	err error
}

func (f failing) Cancel(context.Context, string, string) error { return f.err }

// TestErrors has errors keep what they are on their way.
func TestErrors(t *testing.T) {
	nid, err := vm.ParseNID("0_1-2")
	if err != nil {
		t.Fatal(err)
	}
	errs := []error{
		fmt.Errorf("at \xff: %w", &runtime.Difference{Seq: 7, What: "the frame", Stored: "a", Replayed: "b"}),
		fmt.Errorf("so: %w", &vm.Error{Code: "FLO0201", Kind: "k", Class: "c", Message: "m\xfe", Hint: "h", Nid: nid, Proc: "p", Line: 3, Column: 4}),
		errors.Join(runtime.ErrNotFound, runtime.ErrFull),
		errors.New(""),
	}
	for _, e := range sentinels {
		errs = append(errs, e, fmt.Errorf("more: %w", e))
	}
	for _, want := range errs {
		dir := t.TempDir()
		stop := serve(t, dir, failing{err: want})
		got := dial(t, dir).Cancel(t.Context(), "x", "")
		if diff := cmp.Diff(say("", nil, want), say("", nil, got)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", want, diff)
		}
		stop()
	}
}
