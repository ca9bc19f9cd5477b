package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

// deskFlow has tasks for workers and people, one after the other and at once.
const deskFlow = `
concurrence expect: 2
  sequence
    task 'ocr' 'a' k: 'a'
    task 'clerks' 'b' k: 'b'
  task 'ocr' 'c' k: 'c'
task 'clerks' 'd' k: 'd'
`

// workDesk has workers and people do what there is until the execution ends, or
// the process does. It tells which tasks somebody was told he has completed.
func workDesk(t *testing.T, r *runtime.Runtime, exid string, completed map[string]bool) error {
	ctx := t.Context()
	complete := func(l *runtime.ListedTask, m runtime.TaskMove) error {
		m.Act, m.By, m.Payload = runtime.CompleteTask, l.Person, marked(&l.Task)
		done, err := r.MoveTask(ctx, l.Exid, l.ID, m)
		if err != nil {
			return err
		}
		if completed[l.Key] || done.State != runtime.Completed {
			return fmt.Errorf("task %s is completed again", l.Key)
		}
		completed[l.Key] = true
		if _, err := r.MoveTask(ctx, l.Exid, l.ID, m); !errors.Is(err, runtime.ErrNotFound) && !errors.Is(err, runtime.ErrLeaseLost) {
			return fmt.Errorf("completing %s twice gives %w", l.Key, err)
		}
		return nil
	}
	for {
		time.Sleep(time.Second)
		v, err := r.Execution(ctx, exid, 0)
		if err != nil || v.Status != runtime.Active {
			return errors.Join(err, r.Err())
		}
		list, err := r.ClaimTasks(ctx, runtime.ClaimOptions{Worker: "w", Tasker: []string{"ocr"}, Max: 2, Lease: 10 * time.Second})
		if err != nil {
			return err
		}
		for _, l := range list {
			if err := complete(l, runtime.TaskMove{Lease: l.Lease}); err != nil {
				return err
			}
		}
		list, err = r.FindTasks(ctx, runtime.TaskQuery{Tasker: "clerks"})
		if err != nil {
			return err
		}
		for _, l := range list {
			if l.State == runtime.Offered {
				if l, err = r.MoveTask(ctx, l.Exid, l.ID, runtime.TaskMove{Act: runtime.ClaimTask, By: "bob"}); err != nil {
					return err
				}
			}
			if err := complete(l, runtime.TaskMove{}); err != nil {
				return err
			}
		}
	}
}

// TestDeskCrashAtEachCommit ends the process at each commit that people and
// workers bring about: what they were told holds, and each task is done once.
func TestDeskCrashAtEachCommit(t *testing.T) {
	config := func(s runtime.Store) runtime.Config {
		return runtime.Config{Store: s, Taskers: map[string]runtime.Tasker{"ocr": runtime.Worklist, "clerks": runtime.Worklist}}
	}
	crashed := 0
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			over := false
			synctest.Test(t, func(t *testing.T) {
				store := memstore.New()
				exid := launch(t, newRuntime(t, runtime.Config{Store: store}), deskFlow)
				crashing := &crashingStore{Store: store, after: after}
				crashing.left.Store(int64(n))
				completed := make(map[string]bool)
				r := newRuntime(t, config(crashing))
				err := r.Start(t.Context())
				if err == nil {
					err = workDesk(t, r, exid, completed)
				}
				if over = err == nil; !over && !errors.Is(err, errCrash) {
					t.Fatalf("commit %d: %v", n, err)
				}
				stop(t, r)
				r = start(t, config(store))
				defer stop(t, r)
				if err := workDesk(t, r, exid, completed); err != nil {
					t.Fatalf("after a crash at commit %d (after it: %t): %v", n, after, err)
				}
				res := wait(t, r, exid)
				for _, k := range []string{"a", "b", "c", "d"} {
					if v, _ := res.Payload.AsObject().Get(k); res.Error != nil || v.String() != "1" {
						t.Errorf("crashed at commit %d (after it: %t): %s %s %v", n, after, k, res.Payload, res.Error)
					}
				}
				if _, err := r.Replay(t.Context(), exid, false); err != nil {
					t.Error(err)
				}
				checkEmpty(t, store, exid)
			})
			if over {
				break
			}
			crashed++
		}
	}
	if crashed < 20 {
		t.Errorf("it crashed %d times only", crashed)
	}
}

// heldClaim is a store in which a claim is written, and not acknowledged yet.
type heldClaim struct {
	runtime.Store
	held, open chan struct{}
	once       sync.Once
}

func (s *heldClaim) Commit(ctx context.Context, b *runtime.Batch) error {
	err := s.Store.Commit(ctx, b)
	if len(b.Items) > 0 && b.Items[0].Lease > 0 {
		s.once.Do(func() {
			close(s.held)
			<-s.open
		})
	}
	return err
}

// TestLeaseEndsWhileClaimed lets a lease end before the worker hears of it: the
// next one gets the task.
func TestLeaseEndsWhileClaimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &heldClaim{Store: memstore.New(), held: make(chan struct{}), open: make(chan struct{})}
		r := start(t, runtime.Config{Store: store, Taskers: map[string]runtime.Tasker{"ocr": runtime.Worklist}})
		defer stop(t, r)
		launch(t, r, "task 'ocr' 'a' k: 'a'\n")
		claim := func(lease time.Duration) int {
			list, err := r.ClaimTasks(t.Context(), runtime.ClaimOptions{Worker: "w", Tasker: []string{"ocr"}, Lease: lease})
			if err != nil {
				t.Error(err)
			}
			return len(list)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			if n := claim(time.Second); n != 1 {
				t.Errorf("%d tasks were claimed first", n)
			}
		}()
		<-store.held
		time.Sleep(2 * time.Second)
		claim(time.Minute) // it is still with the first one
		close(store.open)
		<-done
		if n := claim(time.Minute); n != 1 {
			t.Errorf("%d tasks can be claimed after the lease has ended", n)
		}
	})
}
