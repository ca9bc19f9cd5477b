package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/vm"
)

// gate is a store that holds a commit up.
type gate struct {
	runtime.Store
	armed   atomic.Bool
	entered chan struct{}
	let     chan error
}

func (g *gate) Commit(ctx context.Context, b *runtime.Batch) error {
	if b.Record != nil && b.Record.Seq > 1 && g.armed.CompareAndSwap(true, false) {
		close(g.entered)
		if err := <-g.let; err != nil {
			return err
		}
	}
	return g.Store.Commit(ctx, b)
}

// TestFailureAnswers has the store fail while more mail comes: all of it is
// answered, and nothing more is taken.
func TestFailureAnswers(t *testing.T) {
	g := &gate{Store: memstore.New(), entered: make(chan struct{}), let: make(chan error)}
	r := start(t, runtime.Config{Store: g, Taskers: taskers()})
	defer stop(t, r)
	exid := launch(t, r, "concurrence expect: 2\n  task 'alice'\n  task 'alice'\n")
	g.armed.Store(true)
	res := make(chan error, 2)
	back := func(task string) { res <- r.Return(context.Background(), exid, task, value.Null, nil) }
	go back("1")
	<-g.entered
	go back("2")
	time.Sleep(10 * time.Millisecond) // it comes while the commit hangs
	io := errors.New("the disk is gone")
	g.let <- io
	for range 2 {
		if err := <-res; !errors.Is(err, io) {
			t.Errorf("answered %v", err)
		}
	}
	if _, err := r.Launch(t.Context(), definition(t, "1\n"), runtime.LaunchOptions{}); !errors.Is(err, io) {
		t.Errorf("launching after the failure: %v", err)
	}
}

// TestStopTogether stops a runtime that is being started, and starts one that
// is being stopped: each waits for the other.
func TestStopTogether(t *testing.T) {
	r := newRuntime(t, runtime.Config{Taskers: taskers()})
	for range 200 {
		done := make(chan error, 2)
		go func() { done <- r.Start(context.Background()) }()
		go func() { done <- r.Stop(context.Background()) }()
		for range 2 {
			if err := <-done; err != nil && !errors.Is(err, runtime.ErrStopped) {
				t.Fatal(err)
			}
		}
	}
	if err := r.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ends(t, r, launch(t, r, "task 'same'\n'done'\n"), `{"ret":"done"}`)
	stop(t, r)
}

// TestReplacing replaces a large value again and again: what counts is what is
// live.
func TestReplacing(t *testing.T) {
	r := start(t, runtime.Config{Taskers: taskers(), StoredBytes: 200_000})
	defer stop(t, r)
	exid := launch(t, r, "set f.n 0\nloop\n  set f.n (+ f.n 1)\n  break _ if f.n > 40\n  set f.s \"$(f.n) "+
		strings.Repeat("x", 10_000)+"\"\n  task 'same'\n")
	if res := wait(t, r, exid); res.Error != nil {
		t.Error(res.Error)
	}
}

// TestManyReplies has replies come at once that together are more than a turn
// takes.
func TestManyReplies(t *testing.T) {
	r := start(t, runtime.Config{Store: &refusing{Store: memstore.New(), most: 1 << 30}, Taskers: taskers()})
	defer stop(t, r)
	const n = 40
	exid := launch(t, r, "concurrence\n"+strings.Repeat("  task 'alice'\n", n)+"'done'\n")
	payload := object(t, `{"s": "`+strings.Repeat("x", 1<<20)+`"}`)
	res := make(chan error)
	for i := range n {
		go func() { res <- r.Return(context.Background(), exid, fmt.Sprint(i+1), payload, nil) }()
	}
	for range n {
		if err := <-res; err != nil {
			t.Error(err)
		}
	}
	if res := wait(t, r, exid); res.Error != nil {
		t.Error(res.Error)
	}
}

// TestReplayBudgets replays runs that were cut short, where the shortcut was at
// work: memory that is not stored must not say where a budget ends.
func TestReplayBudgets(t *testing.T) {
	for steps := 5; steps < 30; steps += 4 {
		for _, cache := range []int{-1, 1000} {
			synctest.Test(t, func(t *testing.T) {
				r := start(t, runtime.Config{Taskers: taskers(), CacheNodes: cache, Limits: vm.Limits{RunSteps: steps}, CheckpointEvery: 4})
				defer stop(t, r)
				def := definition(t, `
set length 3 if f.k # the shortcut cannot know what length is
set f.n 0
cursor
  set f.n (+ f.n 1)
  set f.i 0
  until f.i > 3
    set f.i (+ f.i 1)
    set f.m (length [ 1, 2 ]) if not(f.k)
  sleep 0.01
  until f.i > 6
    set f.i (+ f.i 1)
  continue _ if f.n < 10
task 'alice'
`)
				for i := range 8 {
					payload := object(t, fmt.Sprintf(`{"k": %t}`, i%2 == 1))
					exid, err := r.Launch(t.Context(), def, runtime.LaunchOptions{Payload: payload})
					if err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Hour)
					for _, fromCheckpoint := range []bool{false, true} {
						if _, err := r.Replay(t.Context(), exid, fromCheckpoint); err != nil {
							t.Errorf("budget %d: %v", steps, err)
						}
					}
					for _, err := range r.Log(t.Context(), exid, runtime.LogOptions{Internal: true}) {
						if err != nil {
							t.Errorf("budget %d: %v", steps, err)
						}
					}
				}
			})
		}
	}
}

// TestFarTimer has a timer that is due in centuries: the scheduler sleeps.
func TestFarTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &countingStore{Store: memstore.New()}
		r := start(t, runtime.Config{Store: s})
		defer stop(t, r)
		launch(t, r, "sleep 12623040000.0\n")
		time.Sleep(time.Hour)
		if n := s.timers.Load(); n > 70 {
			t.Errorf("the timers were read %d times in an hour", n)
		}
	})
}
