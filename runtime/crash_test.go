package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/vm"
)

// crashFlow has some of everything that a crash could lose or do twice.
const crashFlow = `
set f.l []
push f.l 1
define twice x \ + x x
concurrence expect: 2
  sequence
    task 'echo' n: 1
    sleep 0.02
    push f.l 2
  sequence
    sleep 0.01
    push f.l (twice 3)
sequence on_error: (def msg err \ push f.l 'caught')
  task 'bad'
trace 'half'
launch 'kid'
sequence on_error: (def msg err \ push f.l err.msg)
  launch 'bad' payload: { l: [] } retry: 1
sequence timeout: '0.01s'
  launch 'tidy'
launch 'kid' wait: false
set f.ret 1
cursor
  push f.l 'x'
  task 'same'
  sleep 0.01
  break _ if (f.l.-1 == 'x' and f.l.-2 == 'x')
  continue _
sequence timeout: '0.02s'
  task 'alice'
push f.l 'end'
trace 'end'
`

var errCrash = errors.New("crash")

// crashingStore is a store whose process dies at a commit: before it is
// written, or after that.
type crashingStore struct {
	runtime.Store
	left  atomic.Int64 // commits before the crash
	after bool
}

func (s *crashingStore) Commit(ctx context.Context, b *runtime.Batch) error {
	switch left := s.left.Add(-1); {
	case left < 0:
		return errCrash
	case left > 0:
		return s.Store.Commit(ctx, b)
	}
	if s.after {
		if err := s.Store.Commit(ctx, b); err != nil {
			return err
		}
	}
	return errCrash
}

// TestCrashAtEachCommit ends the process at the first commit, at the second,
// and so on: what a new one makes of it is what would have come anyway.
func TestCrashAtEachCommit(t *testing.T) {
	store := memstore.New()
	r := start(t, runtime.Config{Store: store, Taskers: taskers(), Loader: childLoader})
	exid := launch(t, r, crashFlow)
	want := describe(wait(t, r, exid))
	kids := describeKids(t, r)
	stop(t, r)
	t.Log(want)
	commits := 0
	for range store.Journal(t.Context(), exid, 0) {
		commits++
	}
	for _, after := range []bool{false, true} {
		for n := range 2 * commits {
			synctest.Test(t, func(t *testing.T) {
				store := memstore.New()
				exid := launch(t, newRuntime(t, runtime.Config{Store: store}), crashFlow)
				crashing := &crashingStore{Store: store, after: after}
				crashing.left.Store(int64(n + 1))
				r := newRuntime(t, runtime.Config{Store: crashing, Taskers: taskers(), Loader: childLoader, Limits: vm.Limits{RunSteps: 20}})
				err := r.Start(t.Context()) // its first commit makes its taskers known
				if err == nil {
					_, err = r.Wait(t.Context(), exid)
				}
				if err != nil && !errors.Is(err, errCrash) {
					t.Fatal(err)
				}
				stop(t, r)
				r = start(t, runtime.Config{Store: store, Taskers: taskers(), Loader: childLoader})
				defer stop(t, r)
				if got := describe(wait(t, r, exid)); got != want {
					t.Errorf("crashed at commit %d (after it: %t):\nwant %s\n got %s", n, after, want, got)
				}
				checkEmpty(t, store, exid)
				if got := describeKids(t, r); got != kids {
					t.Errorf("crashed at commit %d (after it: %t): children that are not cancelled:\nwant %s\n got %s", n, after, kids, got)
				}
			})
		}
	}
}

// describeKids tells what all children came to, but for those that are cancelled:
// whether they were launched depends on when.
func describeKids(t *testing.T, r *runtime.Runtime) string {
	list, err := r.Executions(t.Context(), runtime.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var kids []string
	for _, x := range list {
		if x.Parent == nil {
			continue
		}
		res := wait(t, r, x.Exid)
		if x.Name != "tidy" {
			kids = append(kids, x.Name+" "+describe(res))
		} else if len(res.Trace) != 1 {
			t.Errorf("a child was cancelled %d times", len(res.Trace))
		}
	}
	slices.Sort(kids)
	return strings.Join(kids, "; ")
}

func describe(res *runtime.Result) string {
	var b strings.Builder
	fmt.Fprint(&b, res.Point, " ", res.Payload)
	for _, trace := range res.Trace {
		fmt.Fprint(&b, " ", trace.Text)
	}
	return b.String()
}

// checkEmpty checks that an execution left nothing behind that waits.
func checkEmpty(t testing.TB, s runtime.Store, exid string) {
	t.Helper()
	time.Sleep(time.Minute) // simulated: what is under way comes to its end
	st, err := s.Load(t.Context(), exid)
	timers, err2 := s.Timers(t.Context(), runtime.Timer{}, 9)
	letters, err3 := s.Inbox(t.Context(), exid, 9)
	if err := errors.Join(err, err2, err3); err != nil {
		t.Fatal(err)
	}
	for task, err := range s.Tasks(t.Context(), "") {
		t.Errorf("a task is left: %+v %v", task, err)
	}
	for exid := range s.Ready(t.Context()) {
		t.Errorf("%s is ready", exid)
	}
	if len(st.Frames)+len(st.Parts)+len(timers)+len(letters) > 0 {
		t.Errorf("left: %v %v %v %v", st.Frames, st.Parts, timers, letters)
	}
}
