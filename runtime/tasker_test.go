package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

// says is a tasker that tells who did the task.
func says(who string) runtime.Tasker {
	return runtime.TaskerFunc(func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
		return &runtime.Reply{Payload: value.FromObject(t.Payload.AsObject().Set("ret", value.String(who+" did "+t.Tasker)))}, nil
	})
}

// TestRegistrations finds taskers by name, expression and domain, and behind
// what the flow itself defines.
func TestRegistrations(t *testing.T) {
	r := start(t, runtime.Config{
		Taskers: map[string]runtime.Tasker{"alice": says("map")},
		Registrations: []runtime.Registration{
			{Match: regexp.MustCompile("bob|bob-.+"), Tasker: says("bobs")},
			{Match: regexp.MustCompile("b.*"), Tasker: says("b")},
			{Name: "alice", Domain: "acme", Tasker: says("acme")},
			{Name: "alice", Domain: "acme.sales", Tasker: says("sales")},
			{Match: regexp.MustCompile("ali.*"), Domain: "acme.sales", Tasker: says("never")},
			{Match: regexp.MustCompile("alice"), Domain: "acme.sales.fr", Tasker: says("fr")},
		}})
	defer stop(t, r)
	for _, test := range []struct{ domain, src, want string }{
		{"main", "task 'alice'\n", "map did alice"},
		{"main", "alice 'x'\n", "map did alice"},
		{"acme", "alice 'x'\n", "acme did alice"},
		{"acme.it", "alice 'x'\n", "acme did alice"},
		{"acmeries", "alice 'x'\n", "map did alice"},
		{"acme.sales", "alice 'x'\n", "sales did alice"},
		{"acme.sales.fr", "alice 'x'\n", "fr did alice"},
		{"acme.sales.de", "alice 'x'\n", "sales did alice"},
		{"main", "task 'bob'\n", "bobs did bob"},
		{"main", "task 'bob-2'\n", "bobs did bob-2"},
		{"main", "task 'bobo'\n", "b did bobo"},
		{"main", "task 'xbob'\n", `there is no tasker named "xbob"`},
		{"main", "define alice x \\ + x 1\nalice 1\n", "2"},
		{"main", "set alice (def x \\ + x 2)\nalice 1\n", "3"},
	} {
		t.Run(test.domain+" "+test.src, func(t *testing.T) {
			exid, err := r.Launch(t.Context(), definition(t, test.src), runtime.LaunchOptions{Domain: test.domain})
			if err != nil {
				t.Fatal(err)
			}
			res := wait(t, r, exid)
			got := ""
			if res.Error != nil {
				got = res.Error.Message
			} else {
				ret, _ := res.Payload.AsObject().Get("ret")
				got = value.ToText(ret)
			}
			if got != test.want {
				t.Errorf("want %q, got %q", test.want, got)
			}
			if _, err := r.Replay(t.Context(), exid, false); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBadRegistrations(t *testing.T) {
	bob := says("bob")
	for _, test := range []struct {
		regs []runtime.Registration
		want string
	}{
		{[]runtime.Registration{{Tasker: bob}}, "with a Name or with a Match"},
		{[]runtime.Registration{{Name: "a", Match: regexp.MustCompile("a"), Tasker: bob}}, "not with both"},
		{[]runtime.Registration{{Name: "a"}}, `the tasker "a": its Tasker is missing`},
		{[]runtime.Registration{{Name: "a", Tasker: bob, Timeout: -1}}, "cannot be negative"},
		{[]runtime.Registration{{Name: "a", Tasker: bob, Domain: "a..b"}}, "cannot be a domain"},
		{[]runtime.Registration{{Name: "a", Tasker: runtime.Worklist, Inline: true}}, "cannot answer inline"},
		{[]runtime.Registration{{Name: "a", Tasker: bob}, {Name: "a", Tasker: bob}}, "registered twice"},
	} {
		_, err := runtime.New(runtime.Config{Store: memstore.New(), Library: newLibrary(), Registrations: test.regs})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("want %q, got %v", test.want, err)
		}
	}
}

// TestTaskerTimeout has a tasker's own timeout cancel its node, unless the flow
// has one, which goes first whichever is longer.
func TestTaskerTimeout(t *testing.T) {
	for _, test := range []struct {
		attrs string
		after time.Duration
	}{{"", time.Hour}, {" timeout: '10s'", 10 * time.Second}, {" timeout: '2h'", 2 * time.Hour}} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, runtime.Config{CacheNodes: -1, Registrations: []runtime.Registration{{Name: "alice", Tasker: runtime.Worklist, Timeout: time.Hour}}})
			defer stop(t, r)
			exid := launch(t, r, "task 'alice'"+test.attrs+"\n'over'\n")
			began := time.Now()
			ends(t, r, exid, `{"ret":"over"}`)
			if got := time.Since(began); got != test.after {
				t.Errorf("%q is over after %s", test.attrs, got)
			}
			if _, err := r.Replay(t.Context(), exid, false); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestTaskerOnError has a tasker take care of its own failures.
func TestTaskerOnError(t *testing.T) {
	mend := func(_ context.Context, t *runtime.Task, failure error) (*runtime.Reply, error) {
		if t.Name == "give up" {
			return nil, fmt.Errorf("really: %w", failure)
		}
		return &runtime.Reply{Payload: value.NewObject(value.Member{Key: "mended", Value: value.String(firstLineOf(failure))})}, nil
	}
	r := start(t, runtime.Config{Registrations: []runtime.Registration{
		{Name: "bad", Tasker: taskers()["bad"], OnError: mend},
		{Name: "panics", Tasker: taskers()["panics"], OnError: mend},
		{Name: "inline", Tasker: taskers()["bad"], OnError: mend, Inline: true},
	}})
	defer stop(t, r)
	for src, want := range map[string]string{
		"task 'bad'\n":              `{"mended":"no luck"}`,
		"task 'panics'\n":           `{"mended":"the tasker panicked: oops"}`,
		"task 'inline'\n":           `{"mended":"no luck"}`,
		"task 'bad' 'give up'\n":    "really: no luck",
		"task 'inline' 'give up'\n": "really: no luck",
	} {
		ends(t, r, launch(t, r, src), want)
	}
}

func firstLineOf(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// TestInline does tasks inline: they cost no commit, and a replay does not call
// the tasker again.
func TestInline(t *testing.T) {
	store := memstore.New()
	var calls atomic.Int64
	count := runtime.TaskerFunc(func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
		if t.Name == "fail" {
			return nil, errors.New("no luck")
		}
		return &runtime.Reply{Payload: value.FromObject(t.Payload.AsObject().Set("n", value.Int(calls.Add(1))))}, nil
	})
	r := start(t, runtime.Config{Store: store, CacheNodes: -1, Registrations: []runtime.Registration{{Name: "count", Tasker: count, Inline: true}}})
	defer stop(t, r)
	exid := launch(t, r, `
set f.pad '`+strings.Repeat("x", 3000)+`'
count _
concurrence
  count 'a'
  count 'b'
sequence on_error: (def msg err \ set f.e err.msg)
  count 'fail'
count _ timeout: '1h'
set f.pad ''
`)
	ends(t, r, exid, `{"pad":"","n":4,"e":"no luck","ret":"1h"}`)
	entries := 0
	for range store.Journal(t.Context(), exid, 0) {
		entries++
	}
	if entries != 1 {
		t.Errorf("%d commits", entries)
	}
	called := calls.Load()
	if _, err := r.Replay(t.Context(), exid, false); err != nil {
		t.Error(err)
	}
	if calls.Load() != called {
		t.Error("the replay called the tasker")
	}
	for p := range r.Verify(t.Context(), nil) {
		t.Error(p)
	}
	checkNoTasks(t, store)
	calls.Store(0)
	long := launch(t, r, "set f.n 0\nuntil f.n > 349\n  count _\n'done'\n")
	ends(t, r, long, `{"n":350,"ret":"done"}`)
	rec, err := store.Record(t.Context(), long)
	if err != nil || rec.Seq < 4 {
		t.Errorf("a loop of inline tasks took %d commits (%v): it does not give way", rec.Seq, err)
	}
	if _, err := r.Replay(t.Context(), long, false); err != nil {
		t.Error(err)
	}
}

func checkNoTasks(t *testing.T, s runtime.Store) {
	t.Helper()
	for task, err := range s.Tasks(t.Context(), "") {
		t.Errorf("a task is left: %+v %v", task, err)
	}
}

// TestAtOnce bounds the calls of one tasker; those of others go on beside it.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most, done atomic.Int64
		busy := runtime.TaskerFunc(func(ctx context.Context, _ *runtime.Task) (*runtime.Reply, error) {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			time.Sleep(time.Second)
			done.Add(1)
			return nil, ctx.Err()
		})
		c := runtime.Config{Store: memstore.New(), Taskers: taskers(), Registrations: []runtime.Registration{{Name: "busy", Tasker: busy, AtOnce: 3}}}
		r := start(t, c)
		exid := launch(t, r, "concurrence expect: 10\n"+strings.Repeat("  task 'busy'\n", 10))
		cut := launch(t, r, "concurrence\n"+strings.Repeat("  task 'busy'\n", 10))
		other := launch(t, r, "task 'echo'\n")
		time.Sleep(time.Millisecond)
		wait(t, r, other)
		if done.Load() > 0 || most.Load() != 3 {
			t.Errorf("%d done, %d at once", done.Load(), most.Load())
		}
		if err := r.Cancel(t.Context(), cut, ""); err != nil { // those that wait are withdrawn
			t.Fatal(err)
		}
		time.Sleep(1500 * time.Millisecond)
		stop(t, r) // and those that are left are done after the next start
		r = start(t, c)
		defer stop(t, r)
		wait(t, r, exid)
		wait(t, r, cut)
		if most.Load() != 3 || done.Load() > 16 {
			t.Errorf("%d at once, %d in all", most.Load(), done.Load())
		}
		checkEmpty(t, c.Store, exid)
	})
}

// TestTryAgain has a tasker ask for more attempts, which wait without a worker.
func TestTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var keys []string
		down := runtime.TaskerFunc(func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
			mu.Lock()
			defer mu.Unlock()
			keys = append(keys, fmt.Sprint(t.ID, " ", t.Attempt))
			if t.Attempt < 3 {
				return nil, runtime.TryAgain(errors.New("down"), time.Hour)
			}
			return nil, nil
		})
		c := runtime.Config{Store: memstore.New(), TaskWorkers: 1, Taskers: taskers(),
			Registrations: []runtime.Registration{{Name: "down", Tasker: down, AtOnce: 1, OnError: func(context.Context, *runtime.Task, error) (*runtime.Reply, error) {
				return nil, errors.New("this is no failure yet")
			}}}}
		r := start(t, c)
		exid := launch(t, r, "task 'down'\n'done'\n")
		began := time.Now()
		ends(t, r, launch(t, r, "task 'same'\n'done'\n"), `{"ret":"done"}`)
		ends(t, r, exid, `{"ret":"done"}`)
		if got := time.Since(began); got != 2*time.Hour {
			t.Errorf("it took %s", got)
		}
		cancelled := launch(t, r, "task 'down'\n")
		restarted := launch(t, r, "task 'down'\n'done'\n")
		time.Sleep(time.Minute)
		if err := r.Cancel(t.Context(), cancelled, ""); err != nil {
			t.Fatal(err)
		}
		wait(t, r, cancelled)
		stop(t, r)
		r = start(t, c)
		defer stop(t, r)
		ends(t, r, restarted, `{"ret":"done"}`)
		if got, want := fmt.Sprint(keys), "[1 1 1 2 1 3 1 1 1 1 1 1 1 2 1 3]"; got != want {
			t.Errorf("calls: %s, not %s", got, want)
		}
	})
}

func newLibrary() *vm.Library { return stdlib.All() }
