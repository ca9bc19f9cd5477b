package runtime_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

// childLoader knows the flows that the tests launch.
func childLoader(w runtime.Wanted) (runtime.Definition, error) {
	text, ok := map[string]string{
		"sum":  "set f.sum (f.a + f.b + n)\n'done'\n",
		"bad":  "set f.x 1\nfail 'no flour'\n",
		"wait": "task 'alice' 'read'\n",
		"tidy": "define tidy msg\n  task 'same'\n  trace 'tidied'\nsequence on_cancel: tidy\n  task 'alice'\n",
		"kid":  "push f.l 'kid'\ntask 'echo' n: 2\nsleep 0.01\npush f.l 'end of kid'\n",
		"deep": "launch 'sum' vars: { n: 1 }\n",
	}[w.Name]
	if !ok {
		return runtime.Definition{}, runtime.ErrNotFound
	}
	return runtime.Parse(w.Name+".flo", text)
}

func TestChild(t *testing.T) { synctest.Test(t, testChild) }

func testChild(t *testing.T) {
	r := start(t, runtime.Config{CacheNodes: -1, Taskers: taskers(), Loader: childLoader})
	defer stop(t, r)
	for src, want := range map[string]string{
		"launch 'sum' payload: { a: 1, b: 2 } vars: { n: 3 }":     `{"a":1,"b":2,"sum":6,"ret":"done"}`,
		"set f.a 1\nset f.b 2\nlaunch 'deep'":                     `{"a":1,"b":2,"sum":4,"ret":"done"}`,
		"sequence on_error: (def err \\ err.msg)\n  launch 'bad'": `{"x":1,"ret":"no flour"}`,
		"launch 'bad'":  "no flour",
		"launch 'nada'": `there is no flow "nada" (domain "main")`,
		"sequence on_error: (def err \\ node.nid)\n  launch 'bad' retry: 1\nset f.ret 1":                   `{"x":1,"ret":1}`,
		"sequence on_timeout: (def \\ 'late') timeout: '0.01s'\n  launch 'wait'":                           `{"ret":"late"}`,
		"set f.id\n  launch 'wait' wait: false\nset f.is (match? f.id (/^main/))\nset f.id 1\nset f.ret 1": `{"id":1,"is":true,"ret":1}`,
	} {
		exid := launch(t, r, src)
		ends(t, r, exid, want)
		if _, err := r.Replay(t.Context(), exid, false); err != nil {
			t.Errorf("%s: %v", src, err)
		}
	}
	list, err := r.Executions(t.Context(), runtime.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	kids := 0
	for _, x := range list {
		if x.Parent == nil {
			continue
		}
		kids++
		if !strings.HasPrefix(x.Exid, x.Parent.Exid+"-") || x.Parent.Nid == "" {
			t.Errorf("%s has the parent %+v", x.Exid, x.Parent)
		}
		if _, err := r.Replay(t.Context(), x.Exid, false); err != nil {
			t.Errorf("%s: %v", x.Exid, err)
		}
	}
	if kids != 9 {
		t.Errorf("there are %d children", kids)
	}
}

// TestChildCancelled cancels a node that waits for a child.
func TestChildCancelled(t *testing.T) {
	started := make(chan struct{})
	alice := runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) {
		close(started)
		return &runtime.Reply{Later: true}, nil
	})
	r := start(t, runtime.Config{Taskers: map[string]runtime.Tasker{"alice": alice}, Loader: childLoader})
	defer stop(t, r)
	exid := launch(t, r, "sequence on_cancel: (def \\ 'off')\n  launch 'wait'")
	child := exid + "-1"
	<-started
	if err := r.Cancel(t.Context(), exid, ""); err != nil {
		t.Fatal(err)
	}
	ends(t, r, exid, `{"ret":"off"}`)
	if res, err := r.Wait(t.Context(), child); err != nil || res.Point != "terminated" {
		t.Error(res, err)
	}
}

// heldLaunch is a store in which the launch of an execution is held.
type heldLaunch struct {
	runtime.Store
	exid          string
	reached, open chan struct{}
	crash         bool // after it was written the process ends
}

func (s *heldLaunch) Commit(ctx context.Context, b *runtime.Batch) error {
	if b.Record == nil || b.Record.Exid != s.exid || b.Record.Seq > 1 {
		return s.Store.Commit(ctx, b)
	}
	close(s.reached)
	<-s.open
	if err := s.Store.Commit(ctx, b); err != nil || !s.crash {
		return err
	}
	return errCrash
}

// TestChildCalledOff cancels a node while its child is being launched: none is,
// whatever becomes of the process.
func TestChildCalledOff(t *testing.T) {
	for _, crash := range []bool{false, true} {
		for _, src := range []string{"launch 'tidy'", "launch 'tidy' wait: false"} {
			synctest.Test(t, func(t *testing.T) {
				store := memstore.New()
				exid := launch(t, newRuntime(t, runtime.Config{Store: store}), src)
				s := &heldLaunch{store, exid + "-1", make(chan struct{}), make(chan struct{}), crash}
				r := start(t, runtime.Config{Store: s, Taskers: taskers(), Loader: childLoader})
				<-s.reached
				if err := r.Cancel(t.Context(), exid, ""); err != nil {
					t.Fatal(err)
				}
				if res := wait(t, r, exid); res.Point != "terminated" {
					t.Errorf("it came to %s", res.Point)
				}
				close(s.open)
				synctest.Wait()
				stop(t, r)
				r = start(t, runtime.Config{Store: store, Taskers: taskers(), Loader: childLoader})
				defer stop(t, r)
				if v, err := r.Execution(t.Context(), s.exid, 0); !errors.Is(err, runtime.ErrNotFound) {
					t.Errorf("the child is %v, %v", v, err)
				}
				checkEmpty(t, store, exid)
			})
		}
	}
}

// TestChildWithoutRoom cancels a node whose child has to wait for room on the
// disk to hear of it.
func TestChildWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &fullStore{Store: memstore.New()}
		r := start(t, runtime.Config{Store: store, Taskers: taskers(), Loader: childLoader})
		defer stop(t, r)
		exid := launch(t, r, "launch 'tidy'")
		child := exid + "-1"
		synctest.Wait()
		store.full.Store(true)
		if err := r.Cancel(t.Context(), exid, ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		store.full.Store(false)
		if res := wait(t, r, child); len(res.Trace) != 1 {
			t.Errorf("the child was cancelled %d times", len(res.Trace))
		}
		wait(t, r, exid)
		checkEmpty(t, store, child)
	})
}

// fullStore has no room for what takes tasks back.
type fullStore struct {
	runtime.Store
	full atomic.Bool
}

func (s *fullStore) Commit(ctx context.Context, b *runtime.Batch) error {
	if s.full.Load() && b.Record == nil && b.Returned != nil {
		return runtime.ErrFull
	}
	return s.Store.Commit(ctx, b)
}

// TestForgetChildless does not forget an execution before its child has heard
// that it is cancelled.
func TestForgetChildless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &fullStore{Store: memstore.New()}
		r := start(t, runtime.Config{Store: store, Taskers: taskers(), Loader: childLoader})
		defer stop(t, r)
		exid := launch(t, r, "launch 'tidy'")
		synctest.Wait()
		store.full.Store(true)
		if err := r.Kill(t.Context(), exid, ""); err != nil {
			t.Fatal(err)
		}
		wait(t, r, exid)
		v, err := r.Execution(t.Context(), exid, 0)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Forget(t.Context(), exid, v.Seq); !errors.Is(err, runtime.ErrConflict) {
			t.Errorf("it was forgotten too early: %v", err)
		}
		store.full.Store(false)
		wait(t, r, exid+"-1")
		time.Sleep(time.Minute)
		if v, err = r.Execution(t.Context(), exid, 0); err != nil {
			t.Fatal(err)
		}
		if err := r.Forget(t.Context(), exid, v.Seq); err != nil {
			t.Error(err)
		}
	})
}
