package runtime_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/runtime/memstore"
)

// diary is a tasker that writes down what it is told, and answers at once.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) tasker() runtime.Tasker {
	return runtime.TaskerFunc(func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.lines = append(d.lines, t.Name)
		return nil, nil
	})
}

func (d *diary) read() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.lines, " ")
}

// TestMutexAcross has executions want to be inside of one mutex, a second
// apart; each of them says "NAME" once it is inside.
func TestMutexAcross(t *testing.T) {
	inside := func(name, body string) string {
		return "mutex 'm' range: 'domain'\n  task 'diary' '" + name + "'\n  " + body + "\n"
	}
	for _, tt := range []struct {
		name  string
		flows []string
		do    func(o *operated, exids []string) // after ten seconds
		want  string
	}{
		{name: "in their order", flows: []string{inside("a", "sleep '20s'"), inside("b", "sleep '20s'"), inside("c", "sleep '1s'")}, want: "a b c"},
		{name: "other names, and the mutex of an execution", want: "a b c d",
			flows: []string{inside("a", "stall _"), strings.Replace(inside("b", "1"), "'m'", "'n'", 1), strings.Replace(inside("c", "1"), "'domain'", "'execution'", 1),
				"concurrence\n  " + strings.ReplaceAll(inside("no", "1"), "\n", "\n  ") + "\n  task 'diary' 'd'\n"}},
		{name: "branches of one execution", want: "a b c d",
			flows: []string{"concurrence\n  " + strings.ReplaceAll(inside("a", "sleep '20s'"), "\n", "\n  ") + "\n  sequence\n    sleep '5s'\n    " +
				strings.ReplaceAll(inside("d", "sleep '1s'"), "\n", "\n    "), inside("b", "sleep '5s'"), inside("c", "sleep '1s'")}},
		{name: "a failure that is handled", flows: []string{"sequence on_error: (def \\ stall _)\n  " + strings.ReplaceAll(inside("a", "fail 'no'"), "\n", "\n  "), inside("b", "1")}, want: "a b"},
		{name: "a failure that nothing handles", flows: []string{inside("a", "fail 'no'"), inside("no", "1")}, want: "a"},
		{name: "the cancel of one that failed", flows: []string{inside("a", "fail 'no'"), inside("b", "1")}, want: "a b",
			do: func(o *operated, exids []string) { o.must(o.r.Cancel(o.Context(), exids[0], "")) }},
		{name: "a kill", flows: []string{inside("a", "stall _"), inside("b", "1")}, want: "a b",
			do: func(o *operated, exids []string) { o.must(o.r.Kill(o.Context(), exids[0], "")) }},
		{name: "a timeout", flows: []string{strings.Replace(inside("a", "stall _"), "'domain'", "'domain' timeout: '5s'", 1), inside("b", "1")}, want: "a b"},
		{name: "one that waits is cancelled", flows: []string{inside("a", "sleep '20s'"), inside("no", "1"), inside("c", "1")}, want: "a c",
			do: func(o *operated, exids []string) { o.must(o.r.Cancel(o.Context(), exids[1], "")) }},
		{name: "one that waits is killed", flows: []string{inside("a", "sleep '20s'"), inside("no", "1"), inside("c", "1")}, want: "a c",
			do: func(o *operated, exids []string) { o.must(o.r.Kill(o.Context(), exids[1], "")) }},
		{name: "one that waits is paused: it is let in, and does nothing", flows: []string{inside("a", "sleep '20s'"), inside("b", "1"), inside("c", "1")}, want: "a b c",
			do: func(o *operated, exids []string) {
				o.must(o.r.Pause(o.Context(), exids[1], "", runtime.PauseOptions{}))
				time.Sleep(time.Hour)
				o.must(o.r.Resume(o.Context(), exids[1], ""))
			}},
		{name: "an attempt waits anew", want: "a b a",
			flows: []string{"mutex 'm' range: 'domain' retry: { count: 1, delay: 1 }\n  task 'diary' 'a'\n  sleep '5s'\n  fail 'no' if node.attempt == 1\n", inside("b", "sleep '20s'")}},
		{name: "one that is reapplied waits anew", flows: []string{inside("a", "sleep '1h'"), inside("b", "1")}, want: "a b a",
			do: func(o *operated, exids []string) {
				o.must(o.r.Reapply(o.Context(), exids[0], "0", runtime.ReapplyOptions{}))
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, cache := range []int{0, -1} {
				synctest.Test(t, func(t *testing.T) {
					store, d := memstore.New(), &diary{}
					r := start(t, runtime.Config{Store: store, Taskers: map[string]runtime.Tasker{"diary": d.tasker()}, CacheNodes: cache, CheckpointEvery: 2})
					defer stop(t, r)
					var exids []string
					for _, src := range tt.flows {
						exids = append(exids, launch(t, r, src))
						time.Sleep(time.Second)
					}
					time.Sleep(10 * time.Second)
					if tt.do != nil {
						tt.do(&operated{t, r, exids[0]}, exids)
					}
					time.Sleep(time.Hour)
					if got := d.read(); got != tt.want {
						t.Errorf("want %s, got %s", tt.want, got)
					}
					sound(t, r, exids...)
					for _, exid := range exids {
						o := &operated{t, r, exid}
						if o.view().Status != runtime.Terminated {
							o.must(r.Kill(t.Context(), exid, ""))
						}
					}
					synctest.Wait()
					for l := range store.Row(t.Context(), "main", "m") {
						t.Errorf("left in the row: %+v", l)
					}
					sound(t, r, exids...)
				})
			}
		})
	}
}

// TestMutexDomains has executions of other domains not wait.
func TestMutexDomains(t *testing.T) {
	inDomain(t, runtime.Config{}, func(t *testing.T, r *runtime.Runtime, _ *memstore.Store) {
		const src = "mutex 'm' range: 'domain'\n  trace 'in'\n  task 'alice'\n"
		var exids []string
		for i, domain := range []string{"acme", "acme", "acme.sales", "org"} {
			exids = append(exids, launchIn(t, r, domain, src))
			synctest.Wait()
			want := "in"
			if i == 1 {
				want = ""
			}
			traced(t, r, exids[i], want)
		}
		v, err := r.Execution(t.Context(), exids[1], 0)
		if err != nil || len(v.Waiting) != 1 || v.Waiting[0].Mutex != "m" || v.Waiting[0].Holder != exids[0] {
			t.Errorf("who it waits for: %+v, %v", v, err)
		}
		if err := r.Return(t.Context(), exids[0], "0_3", value.Null, nil); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		traced(t, r, exids[1], "in")
		sound(t, r, exids...)
		for src, want := range map[string]string{
			"mutex 'm' range: 'domain'\n  mutex 'm' range: 'domain'\n    1\n": `this is inside of mutex "m" already, since line 1`,
			"mutex 'n' range: 'domain'\n  mutex 'n'\n    1\n":                 `{"ret":1}`,
			"mutex 'm' range: 'world'\n  1\n":                                 `"world" is no range of a mutex`,
			"mutex \"a\\u0000b\" range: 'domain'\n  1\n":                      "this is no name of a mutex that executions share",
		} {
			ends(t, r, launch(t, r, src), want)
		}
	})
}

// TestMutexDumped moves executions that are inside, and that wait, to another
// store.
func TestMutexDumped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const src = "mutex 'm' range: 'domain'\n  trace 'in'\n  sleep '1h'\n"
		r := start(t, runtime.Config{})
		var exids []string
		for range 3 {
			exids = append(exids, launch(t, r, src))
			synctest.Wait()
		}
		dump := func(exid string) *bytes.Buffer {
			var b bytes.Buffer
			if err := r.Dump(t.Context(), &b, exid); err != nil {
				t.Fatal(err)
			}
			return &b
		}
		first, second := dump(exids[0]), dump(exids[1])
		stop(t, r)

		store := memstore.New()
		to := start(t, runtime.Config{Store: store})
		defer stop(t, to)
		own := launch(t, to, src)
		synctest.Wait()
		if _, err := to.Load(t.Context(), first); !errors.Is(err, runtime.ErrConflict) || !strings.Contains(err.Error(), own) {
			t.Errorf("one that is inside where somebody else is: %v", err)
		}
		if _, err := to.Load(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		traced(t, to, exids[1], "")
		wait(t, to, own)
		wait(t, to, exids[1])
		traced(t, to, exids[1], "in")
		sound(t, to, own, exids[1])

		empty := start(t, runtime.Config{})
		defer stop(t, empty)
		for _, exid := range exids[:2] {
			if _, err := empty.Load(t.Context(), dump(exid)); err != nil {
				t.Fatal(err)
			}
		}
		for _, exid := range exids[:2] {
			wait(t, empty, exid)
			traced(t, empty, exid, "in")
		}
	})
}

// TestMutexReopened has executions go through a mutex one by one while their
// store is closed and opened.
func TestMutexReopened(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	const flows = 4
	var exids []string
	for n := range flows + 1 {
		store, err := badgerstore.Open(dir, badgerstore.Options{MinFreeBytes: -1})
		if err != nil {
			t.Fatal(err)
		}
		r := start(t, runtime.Config{Store: store, CacheNodes: -1})
		if n == 0 {
			for i := range flows {
				exids = append(exids, launch(t, r, fmt.Sprintf("mutex 'm' range: 'domain'\n  sequence tag: 'in'\n    trace 'in'\n    on 'go'\n%d\n", i)))
			}
		} else {
			if err := r.Signal(t.Context(), exids[n-1], "go", value.Null); err != nil {
				t.Fatal(err)
			}
			wait(t, r, exids[n-1])
		}
		if n < flows { // the next one is let in by the commit of the one before
			if _, err := r.WaitFor(t.Context(), exids[n], runtime.WaitOptions{}, runtime.Condition{Kind: runtime.UntilTag, Name: "in"}); err != nil {
				t.Fatal(err)
			}
		}
		sound(t, r, exids...)
		stop(t, r)
		for i, exid := range exids {
			want := ""
			if i <= n {
				want = "in"
			}
			traced(t, r, exid, want)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
