package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

func definition(t testing.TB, src string) runtime.Definition {
	t.Helper()
	def, err := runtime.Parse("test.flo", src)
	if err != nil {
		t.Fatal(err)
	}
	return def
}

func newRuntime(t testing.TB, c runtime.Config) *runtime.Runtime {
	t.Helper()
	if c.Store == nil {
		c.Store = memstore.New()
	}
	c.Library = stdlib.All()
	r, err := runtime.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// start starts a runtime that the test has to stop, so that tests with
// simulated time can.
func start(t testing.TB, c runtime.Config) *runtime.Runtime {
	t.Helper()
	r := newRuntime(t, c)
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r
}

func stop(t testing.TB, r *runtime.Runtime) {
	t.Helper()
	if err := r.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func launch(t testing.TB, r *runtime.Runtime, src string) string {
	t.Helper()
	exid, err := r.Launch(t.Context(), definition(t, src), runtime.LaunchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return exid
}

func wait(t testing.TB, r *runtime.Runtime, exid string) *runtime.Result {
	t.Helper()
	res, err := r.Wait(t.Context(), exid)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// ends checks how an execution ends: its payload, or the error's message.
func ends(t testing.TB, r *runtime.Runtime, exid, want string) {
	t.Helper()
	res := wait(t, r, exid)
	got := res.Payload.String()
	if res.Error != nil {
		got = res.Error.Message
	}
	if got != want {
		t.Errorf("%s: want %s, got %s", res.Point, want, got)
	}
}

// taskers that tests use: echo gives the payload with what it was asked.
func taskers() map[string]runtime.Tasker {
	return map[string]runtime.Tasker{
		"echo": runtime.TaskerFunc(func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
			return &runtime.Reply{Payload: value.FromObject(t.Payload.AsObject().Set("echo", t.Params))}, nil
		}),
		"same": runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) { return nil, nil }),
		"bad": runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) {
			return nil, errors.New("no luck")
		}),
		"wrong": runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) {
			return &runtime.Reply{Payload: value.Int(1)}, nil
		}),
		"panics": runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) { panic("oops") }),
		"alice":  runtime.Worklist,
		"slow": runtime.TaskerFunc(func(ctx context.Context, _ *runtime.Task) (*runtime.Reply, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}),
	}
}

func TestRun(t *testing.T) {
	r := start(t, runtime.Config{Taskers: taskers()})
	defer stop(t, r)
	for _, test := range []struct{ src, want string }{
		{"sequence\n  set f.a 1\n  f.a + 2\n", `{"a":1,"ret":3}`},
		{"task 'echo' n: 1\n", `{"echo":{"n":1},"ret":null}`},
		{"echo 'x'\n", `{"ret":null}`},
		{"set f.a 1\ntask 'same'\n", `{"a":1,"ret":"same"}`},
		{"task 'bad'\n", `no luck`},
		{"task 'wrong'\n", `it returned a payload that is a number, not an object`},
		{"task 'nobody'\n", `there is no tasker named "nobody"`},
		{"sequence on_error: (def msg err \\ err.msg)\n  task 'bad'\n", `{"ret":"no luck"}`},
		{"concurrence\n  task 'echo' n: 1\n  task 'echo' n: 1\n", `{"echo":{"n":1},"ret":null}`},
		{"sleep 0\n", `{"ret":0}`},
		{"fail 'ouch'\n", "ouch"},
		{"define f x \\ x * 2\nset f.o { f: f }\nsequence\n  task 'same'\n  f.o.f 4\n  set f.o 1\n", `{"o":1,"ret":8}`},
	} {
		t.Run(test.src, func(t *testing.T) { ends(t, r, launch(t, r, test.src), test.want) })
	}
	res := wait(t, r, launch(t, r, "task 'panics'\n"))
	if res.Error == nil || !strings.Contains(res.Error.Message, "panicked: oops") || res.Error.Line != 1 {
		t.Errorf("a tasker that panics: %+v", res.Error)
	}
}

func TestResult(t *testing.T) {
	var out bytes.Buffer
	r := start(t, runtime.Config{Output: &out})
	defer stop(t, r)
	exid, err := r.Launch(t.Context(), definition(t, "trace 'a'\necho 'hello'\nset w (v + 1)\ntrace 'b'\n"), runtime.LaunchOptions{
		Domain: "acme.sales", Payload: object(t, `{"p": 1}`), Vars: object(t, `{"v": 2}`)})
	if err != nil {
		t.Fatal(err)
	}
	res := wait(t, r, exid)
	got := []string{res.Exid, res.Point, res.Payload.String(), res.Vars.String(), out.String()}
	for _, trace := range res.Trace {
		got = append(got, trace.Nid+" "+trace.Text)
	}
	want := []string{exid, "terminated", `{"p":1,"ret":null}`, `{"v":2,"w":3}`, "hello\n", "0_0 a", "0_3 b"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(exid, "acme.sales-u0-") {
		t.Errorf("exid %s", exid)
	}
	for _, o := range []runtime.LaunchOptions{{Domain: "a/b"}, {Payload: value.Int(1)}, {Vars: value.String("x")}} {
		if exid, err := r.Launch(t.Context(), definition(t, "1\n"), o); err == nil {
			t.Errorf("launched %s with %+v", exid, o)
		}
	}
}

func object(t testing.TB, s string) value.Value {
	t.Helper()
	v, err := value.ParseJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// settled waits until the execution waits for the given number of nodes.
func settled(t testing.TB, r *runtime.Runtime, exid string, nodes int) *runtime.View {
	t.Helper()
	for range 5000 {
		v, err := r.Execution(t.Context(), exid, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Waiting) == nodes {
			return v
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%s does not come to wait for %d nodes", exid, nodes)
	return nil
}

func TestReturn(t *testing.T) {
	r := start(t, runtime.Config{Taskers: taskers()})
	defer stop(t, r)
	exid := launch(t, r, "sequence\n  set f.a 1\n  task 'alice' 'clean' room: 7\n  push f.l 1\n  sequence on_error: (def msg err \\ err.msg)\n    task 'alice'\n")
	settled(t, r, exid, 1)
	tasks, err := r.Tasks(t.Context(), exid)
	if err != nil || len(tasks) != 1 {
		t.Fatal(tasks, err)
	}
	task := tasks[0]
	got := fmt.Sprintln(task.Exid == exid, task.Nid, task.Key == exid+"-"+task.ID, task.Tasker, task.Name, task.Args, task.Params, task.Payload, task.Line)
	if want := `true 0_1 true alice clean ["alice" "clean"] {"room":7} {"a":1,"ret":null} 3` + "\n"; got != want {
		t.Errorf("want %s\n got %s", want, got)
	}
	if err := r.Return(t.Context(), exid, "77", value.Null, nil); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("returning no task: %v", err)
	}
	if err := r.Return(t.Context(), exid, task.ID, object(t, `{"l": []}`), nil); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := r.Return(t.Context(), exid, task.ID, object(t, `{"l": [9]}`), nil); !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("a second return: %v", err)
		}
	}
	for {
		if v := settled(t, r, exid, 1); v.Waiting[0].Nid != "0_1" {
			break
		}
	}
	if err := r.Return(t.Context(), exid, "0_3_1", value.Null, errors.New("dirty")); err != nil {
		t.Fatal(err)
	}
	ends(t, r, exid, `{"l":[1],"ret":"dirty"}`)
}

func TestCancel(t *testing.T) {
	r := start(t, runtime.Config{Taskers: taskers()})
	defer stop(t, r)
	exid := launch(t, r, "sequence\n  set f.a 1\n  task 'alice'\n  set f.b 2\n")
	settled(t, r, exid, 1)
	if err := r.Cancel(t.Context(), exid, "0_1"); err != nil {
		t.Fatal(err)
	}
	ends(t, r, exid, `{"a":1,"b":2,"ret":"alice"}`)
	if err := r.Cancel(t.Context(), exid, "0_1"); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("cancelling what has ended: %v", err)
	}
	if err := r.Cancel(t.Context(), "none", ""); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("cancelling none: %v", err)
	}
	if err := r.Cancel(t.Context(), exid, "x"); err == nil {
		t.Error("cancelling the node x")
	}
	for name, end := range map[string]func(context.Context, string, string) error{"cancel": r.Cancel, "kill": r.Kill} {
		t.Run(name, func(t *testing.T) {
			exid := launch(t, r, "concurrence\n  task 'alice'\n  task 'slow'\n  sleep '1y'\n  stall _\n")
			settled(t, r, exid, 4)
			if err := end(t.Context(), exid, ""); err != nil {
				t.Fatal(err)
			}
			if res := wait(t, r, exid); res.Point != "terminated" {
				t.Errorf("it is %s", res.Point)
			}
			for range 1000 {
				tasks, err := r.Tasks(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				if len(tasks) == 0 {
					return
				}
				time.Sleep(time.Millisecond)
			}
			t.Error("tasks are left")
		})
	}
}

// withdrawer remembers what was withdrawn.
type withdrawer struct {
	mu        sync.Mutex
	withdrawn []string
}

func (w *withdrawer) Task(context.Context, *runtime.Task) (*runtime.Reply, error) {
	return &runtime.Reply{Later: true}, nil
}

func (w *withdrawer) Withdraw(_ context.Context, t *runtime.Task) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.withdrawn = append(w.withdrawn, t.Name)
	return errors.New("logged only")
}

func TestWithdraw(t *testing.T) {
	w := &withdrawer{}
	r := start(t, runtime.Config{Taskers: map[string]runtime.Tasker{"bob": w}})
	defer stop(t, r)
	exid := launch(t, r, "sequence timeout: 0.05\n  task 'bob' 'late'\n")
	ends(t, r, exid, `{"ret":"late"}`)
	if !slices.Equal(w.withdrawn, []string{"late"}) {
		t.Errorf("withdrawn: %v", w.withdrawn)
	}
}

func TestStartStop(t *testing.T) {
	store := memstore.New()
	r := newRuntime(t, runtime.Config{Store: store, Taskers: taskers()})
	stop(t, r) // before it was started
	exid := launch(t, r, "sequence\n  task 'echo' n: 1\n  sleep 0.01\n  'done'\n")
	if _, err := r.Wait(t.Context(), exid); !errors.Is(err, runtime.ErrStopped) {
		t.Errorf("waiting for a passive runtime: %v", err)
	}
	for range 2 {
		for range 2 {
			if err := r.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ends(t, r, exid, `{"echo":{"n":1},"ret":"done"}`)
		stop(t, r)
		stop(t, r)
	}
	// Tasks under way are done again after the next start.
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	exid = launch(t, r, "task 'slow'\n")
	settled(t, r, exid, 1)
	stop(t, r)
	fast := taskers()
	fast["slow"] = fast["same"]
	r = start(t, runtime.Config{Store: store, Taskers: fast})
	defer stop(t, r)
	ends(t, r, exid, `{"ret":"slow"}`)
	if _, err := runtime.New(runtime.Config{}); err == nil {
		t.Error("a runtime without a store")
	}
}

// TestSleepMonths has 30 days pass in no time.
func TestSleepMonths(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, runtime.Config{Taskers: taskers()})
		defer stop(t, r)
		began := time.Now()
		exid := launch(t, r, "sequence\n  sleep '30d'\n  concurrence\n    sleep '1d'\n    sleep '2d'\n  sequence timeout: '1h'\n    task 'alice'\n  'late'\n")
		other := launch(t, r, "sleep '1s'\n'done'\n")
		ends(t, r, other, `{"ret":"done"}`)
		if d := time.Since(began); d != time.Second {
			t.Errorf("one second took %s", d)
		}
		ends(t, r, exid, `{"ret":"late"}`)
		if d := time.Since(began); d != 32*24*time.Hour+time.Hour {
			t.Errorf("it took %s", d)
		}
		if n := r.InMemory(); n > 2 {
			t.Errorf("%d executions in memory", n)
		}
	})
}

// TestIdle has executions leave the memory while they wait.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct{ nodes, before, after int }{{-1, 0, 0}, {10, 5, 0}, {0, 20, 0}} {
			r := start(t, runtime.Config{CacheNodes: c.nodes})
			var exids []string
			for range 20 {
				exids = append(exids, launch(t, r, "sequence\n  sleep '1h'\n  'done'\n"))
			}
			synctest.Wait()
			if n := r.InMemory(); n != c.before {
				t.Errorf("CacheNodes %d: %d executions in memory, want %d", c.nodes, n, c.before)
			}
			time.Sleep(10 * time.Minute)
			if n := r.InMemory(); n != c.after {
				t.Errorf("CacheNodes %d: %d executions in memory after a while, want %d", c.nodes, n, c.after)
			}
			for _, exid := range exids {
				ends(t, r, exid, `{"ret":"done"}`)
			}
			stop(t, r)
		}
	})
}

// countingStore counts the calls of a store.
type countingStore struct {
	runtime.Store
	timers atomic.Int64
}

func (s *countingStore) Timers(ctx context.Context, after runtime.Timer, limit int) ([]runtime.Timer, error) {
	s.timers.Add(1)
	return s.Store.Timers(ctx, after, limit)
}

func TestNoPolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &countingStore{Store: memstore.New()}
		r := start(t, runtime.Config{Store: s})
		defer stop(t, r)
		launch(t, r, "sleep '1y'\n")
		time.Sleep(24 * time.Hour)
		if n := s.timers.Load(); n > 24*60+10 {
			t.Errorf("the timers were read %d times in a day without any", n)
		}
	})
}

func TestManyTimers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, runtime.Config{})
		defer stop(t, r)
		exid := launch(t, r, "concurrence\n"+strings.Repeat("  sequence\n    sleep 10\n    sleep 0\n    sleep 1\n", 600)+"'done'\n")
		began := time.Now()
		ends(t, r, exid, `{"ret":"done"}`)
		if d := time.Since(began); d != 11*time.Second {
			t.Errorf("it took %s", d)
		}
	})
}

// TestLoopForever has an execution that never rests leave others their turn,
// and heed a cancel.
func TestLoopForever(t *testing.T) {
	r := start(t, runtime.Config{Workers: 1, Limits: vm.Limits{RunSteps: 100}})
	defer stop(t, r)
	busy := launch(t, r, "loop\n  set f.a 1\n")
	ends(t, r, launch(t, r, "sequence\n  sleep 0\n  'done'\n"), `{"ret":"done"}`)
	if err := r.Cancel(t.Context(), busy, ""); err != nil {
		t.Fatal(err)
	}
	if res := wait(t, r, busy); res.Point != "terminated" {
		t.Errorf("it is %s", res.Point)
	}
}

func TestView(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, runtime.Config{Taskers: taskers()})
		defer stop(t, r)
		began := time.Now().UTC()
		exid := launch(t, r, "set v 1\nconcurrence tag: 'x'\n  sleep '1h'\n  sequence\n    sleep 60\n    fail 'ouch'\n  task 'alice'\n")
		time.Sleep(5 * time.Minute)
		v, err := r.Execution(t.Context(), exid, 0)
		if err != nil {
			t.Fatal(err)
		}
		if v.Status != runtime.Failed || v.Name != "test" || !v.Launched.Equal(began) || v.Vars.String() != `{"v":1}` || len(v.Tree) == 0 {
			t.Errorf("%+v", v)
		}
		want := []runtime.Node{
			{Nid: "0", Head: "sequence", Status: "open", Since: began},
			{Nid: "0_1", Head: "concurrence", Status: "open", Line: 2, Parent: "0", Since: began, Tags: []string{"x"}},
			{Nid: "0_1_1", Head: "sleep", Status: "open", Line: 3, Parent: "0_1", Since: began, Due: began.Add(time.Hour)},
			{Nid: "0_1_2", Head: "sequence", Status: "open", Line: 4, Parent: "0_1", Since: began},
			{Nid: "0_1_2_1", Head: "fail", Status: "failed", Line: 6, Parent: "0_1_2", Since: began.Add(time.Minute)},
			{Nid: "0_1_3", Head: "task", Status: "open", Line: 7, Parent: "0_1", Since: began, Task: "1"},
		}
		if diff := cmp.Diff(want, v.Nodes); diff != "" {
			t.Error(diff)
		}
		if len(v.Errors) != 1 || v.Errors[0].Message != "ouch" || v.Errors[0].Line != 6 {
			t.Errorf("errors: %+v", v.Errors)
		}
		list, err := r.Executions(t.Context(), runtime.ListOptions{})
		if err != nil || len(list) != 1 || len(list[0].Waiting) != 2 {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := r.Execution(t.Context(), "none", 0); !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("the execution none: %v", err)
		}
	})
}

func TestExids(t *testing.T) {
	r := newRuntime(t, runtime.Config{Unit: "web1"})
	var exids []string
	seen := map[string]bool{}
	for range 500 {
		exid := launch(t, r, "1\n")
		exids = append(exids, exid)
		if seen[exid] {
			t.Fatalf("%s is there twice", exid)
		}
		seen[exid] = true
	}
	if !slices.IsSorted(exids) {
		t.Error("they do not sort by the time of their launch")
	}
	if !strings.HasPrefix(exids[0], "main-web1-2") {
		t.Error(exids[0])
	}
}
