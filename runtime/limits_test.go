package runtime_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/vm"
)

// TestGrowing has an execution grow without end: it fails alone, and what
// failed can be proven.
func TestGrowing(t *testing.T) {
	r := start(t, runtime.Config{Taskers: taskers(), StoredBytes: 100_000, Limits: vm.Limits{RunSteps: 50}})
	defer stop(t, r)
	exid := launch(t, r, "set f.n 0\nloop\n  set f.n (+ f.n 1)\n  set f[\"k$(f.n)\"] \"$(f.n) "+strings.Repeat("x", 1000)+"\"\n  task 'same'\n")
	res := wait(t, r, exid)
	if res.Error == nil || !strings.Contains(res.Error.Message, "StoredBytes") {
		t.Errorf("%s, %v", res.Point, res.Error)
	}
	ends(t, r, launch(t, r, "task 'same'\n'done'\n"), `{"ret":"done"}`)
	if _, err := r.Replay(t.Context(), exid, false); err != nil {
		t.Error(err)
	}
	if err := r.Kill(t.Context(), exid, ""); err != nil {
		t.Error(err)
	}
	if res := wait(t, r, exid); res.Point != "terminated" {
		t.Errorf("killed, it is %s", res.Point)
	}
}

// refusing is a store that refuses batches that are too large for it.
type refusing struct {
	runtime.Store
	full atomic.Bool
	most int
}

func (s *refusing) Commit(ctx context.Context, b *runtime.Batch) error {
	if s.full.Load() {
		return runtime.ErrFull
	}
	for _, p := range b.Parts {
		if len(p.Data) > s.most {
			return runtime.ErrTooLarge
		}
	}
	return s.Store.Commit(ctx, b)
}

func TestTooLarge(t *testing.T) {
	r := start(t, runtime.Config{Store: &refusing{Store: memstore.New(), most: 5000}, Taskers: taskers()})
	defer stop(t, r)
	large := "set f.s '" + strings.Repeat("x", 10_000) + "'\ntask 'alice'\n"
	if exid, err := r.Launch(t.Context(), definition(t, large), runtime.LaunchOptions{}); !errors.Is(err, runtime.ErrTooLarge) {
		t.Errorf("launched %s, %v", exid, err)
	}
	exid := launch(t, r, "task 'same'\n"+large)
	if res := wait(t, r, exid); res.Error == nil || !strings.Contains(res.Error.Message, "too large") {
		t.Errorf("%s, %v", res.Point, res.Error)
	}
}

// TestFull has the disk be full for a while: launches are refused, what runs
// waits, nothing is lost or done twice.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &refusing{Store: memstore.New(), most: 1 << 30}
		r := start(t, runtime.Config{Store: s, Taskers: taskers()})
		defer stop(t, r)
		exid := launch(t, r, "sequence\n  sleep 10\n  task 'alice'\n  task 'same'\n  'done'\n")
		other := launch(t, r, "sequence\n  task 'alice'\n  'done'\n")
		s.full.Store(true)
		if exid, err := r.Launch(t.Context(), definition(t, "1\n"), runtime.LaunchOptions{}); !errors.Is(err, runtime.ErrFull) {
			t.Errorf("launched %s, %v", exid, err)
		}
		returned := make(chan error)
		go func() { returned <- r.Return(context.Background(), other, "0_0", value.Null, nil) }()
		time.Sleep(time.Minute)
		select {
		case err := <-returned:
			t.Errorf("returned: %v", err)
		default:
		}
		s.full.Store(false)
		if err := <-returned; err != nil {
			t.Error(err)
		}
		ends(t, r, other, `{"ret":"done"}`)
		time.Sleep(time.Minute) // it is tried again
		if err := r.Return(t.Context(), exid, "0_1", value.Null, nil); err != nil {
			t.Error(err)
		}
		ends(t, r, exid, `{"ret":"done"}`)
	})
}

// TestStopDispatchesOnce stops a runtime while tasks are under way: those that
// end in time are not handed out again.
func TestStopDispatchesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		calls := map[string]int{}
		tasker := runtime.TaskerFunc(func(ctx context.Context, task *runtime.Task) (*runtime.Reply, error) {
			mu.Lock()
			calls[task.Key]++
			mu.Unlock()
			time.Sleep(3 * time.Second) // it does not heed the context
			return nil, nil
		})
		store := memstore.New()
		config := runtime.Config{Store: store, Taskers: map[string]runtime.Tasker{"slow": tasker}, TaskGrace: 9 * time.Second, TaskWorkers: 20}
		r := start(t, config)
		var exids []string
		for range 50 {
			exids = append(exids, launch(t, r, "sequence\n  task 'slow'\n  task 'slow'\n"))
		}
		time.Sleep(time.Second)
		began := time.Now()
		stop(t, r)
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("it took %s to stop", d)
		}
		r = start(t, config)
		defer stop(t, r)
		for _, exid := range exids {
			wait(t, r, exid)
		}
		for key, n := range calls {
			if n != 1 {
				t.Errorf("task %s was handed out %d times", key, n)
			}
		}
		if len(calls) != 100 {
			t.Errorf("%d tasks were handed out", len(calls))
		}
	})
}

// TestDamaged has a frame that cannot be read: its execution cannot be worked,
// says so, and others can.
func TestDamaged(t *testing.T) {
	store := memstore.New()
	r := start(t, runtime.Config{Store: store, Taskers: taskers(), CacheNodes: -1})
	defer stop(t, r)
	exid := launch(t, r, "sequence\n  task 'alice'\n")
	settled(t, r, exid, 1)
	rec, err := store.Record(t.Context(), exid)
	if err != nil {
		t.Fatal(err)
	}
	rec.Seq++
	if err := store.Commit(t.Context(), &runtime.Batch{Record: rec, Frames: []runtime.Frame{{Nid: "0_0", Task: "1", Data: []byte("xyz")}}}); err != nil {
		t.Fatal(err)
	}
	if err := r.Return(t.Context(), exid, "1", value.Null, nil); err == nil {
		t.Error("a task of a damaged execution was returned")
	}
	found := ""
	for p, err := range r.Verify(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		found += p.Exid + " " + p.Text + "\n"
	}
	if !strings.Contains(found, exid) {
		t.Errorf("verify says %q", found)
	}
	if _, err := r.Replay(t.Context(), exid, false); err == nil {
		t.Error("the replay of a damaged execution proves it")
	}
	ends(t, r, launch(t, r, "task 'same'\n'done'\n"), `{"ret":"done"}`)
}
