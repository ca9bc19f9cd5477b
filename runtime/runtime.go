package runtime

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
)

// Runtime works the executions of a store. Its methods may be called by any
// number of goroutines at once.
type Runtime struct {
	c        Config
	store    Store
	programs programCache
	schedule scheduler
	tasks    dispatcher

	mu      sync.Mutex
	work    *sync.Cond // there is a slot in ready, or the unit ends
	unit    *unit      // nil while it is passive
	slots   map[string]*slot
	ready   []*slot
	idle    list.List // of *slot, the longest idle first
	cached  int       // nodes of the idle ones
	waiters map[string][]chan struct{}
	failed  error // of the store: nothing can be worked anymore
}

// unit is what is running between Start and Stop.
type unit struct {
	ctx      context.Context // ends with the unit
	cancel   context.CancelFunc
	workers  sync.WaitGroup // the scheduler too
	stopping bool
	ended    chan struct{} // closed once all of it has ended
}

// slot is an execution that is in memory: it waits for a worker, is at one, or
// is idle.
type slot struct {
	exid  string
	state slotState
	again bool          // something came in while it was at a worker
	fired []Timer       // timers to take; until that is committed
	live  *live         // nil until it is loaded; a worker's while at it
	idle  *list.Element // while idle
	since int64         // when it became idle
}

type slotState uint8

const (
	slotIdle slotState = iota
	slotReady
	slotWorked
)

// ErrStopped tells that the runtime stopped working while it was waited for.
var ErrStopped = errors.New("the runtime was stopped")

// New returns a runtime, which is passive until it is started.
func New(c Config) (*Runtime, error) {
	if c.Store == nil || c.Library == nil {
		return nil, errors.New("runtime: the configuration needs a Store and a Library")
	}
	r := &Runtime{c: c.withDefaults(), store: c.Store,
		slots: make(map[string]*slot), waiters: make(map[string][]chan struct{})}
	r.work = sync.NewCond(&r.mu)
	r.programs.init(c.Library, c.Store)
	r.schedule.init(r)
	r.tasks.init(r)
	return r, nil
}

// Start begins to work: first what earlier processes left undone. A runtime
// that is started already stays as it is; one that was stopped can be started
// again. The context is for starting only.
func (r *Runtime) Start(ctx context.Context) error {
	r.mu.Lock()
	if r.failed != nil || r.unit != nil {
		defer r.mu.Unlock()
		return r.failed
	}
	u := &unit{ended: make(chan struct{})}
	u.ctx, u.cancel = context.WithCancel(context.Background())
	r.unit = u
	r.mu.Unlock()

	r.tasks.start()
	if err := r.recover(ctx); err != nil {
		r.tasks.stop(0)
		u.cancel()
		r.mu.Lock()
		r.unit = nil
		r.mu.Unlock()
		close(u.ended)
		return fmt.Errorf("runtime: starting: %w", err)
	}
	for range r.c.Workers {
		u.workers.Go(func() { r.worker(u) })
	}
	u.workers.Go(func() { r.schedule.run(u.ctx) })
	return nil
}

// recover queues what is ready in the store: messages and tasks.
func (r *Runtime) recover(ctx context.Context) error {
	for exid, err := range r.store.Ready(ctx) {
		if err != nil {
			return err
		}
		r.wake(exid)
	}
	for t, err := range r.store.Tasks(ctx, "") {
		if err != nil {
			return err
		}
		if !t.Accepted || t.Withdrawn {
			r.tasks.add(t)
		}
	}
	r.schedule.rescan()
	return nil
}

// Stop ends the work: turns under way are committed, tasks under way given
// TaskGrace to finish. What is left is done after the next start, here or
// elsewhere. Stop returns once all is quiet, or with the context's error. A
// runtime that is not started, or is stopped already, stays as it is.
func (r *Runtime) Stop(ctx context.Context) error {
	r.mu.Lock()
	u := r.unit
	if u == nil {
		r.mu.Unlock()
		return nil
	}
	first := !u.stopping
	u.stopping = true
	u.cancel()
	r.work.Broadcast()
	r.mu.Unlock()
	if first {
		go func() {
			r.tasks.stop(r.c.TaskGrace)
			u.workers.Wait()
			r.mu.Lock()
			r.unit = nil
			r.releaseWaiters()
			r.mu.Unlock()
			close(u.ended)
		}()
	}
	select {
	case <-u.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Err returns the error of the store that made the runtime stop working, nil
// where there is none. What was being committed may be stored or not: a new
// Runtime on the store, opened again, knows.
func (r *Runtime) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

// fail ends the work after an error of the store.
func (r *Runtime) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = fmt.Errorf("runtime: the store failed, nothing is worked anymore: %w", err)
		r.c.Logger.Error("the store failed, nothing is worked anymore", "error", err)
	}
	if r.unit != nil {
		r.unit.cancel()
	}
	r.work.Broadcast()
	r.releaseWaiters()
}

func (r *Runtime) releaseWaiters() {
	for exid := range r.waiters {
		r.release(exid)
	}
}

// release lets those go on who wait for the execution. The lock is held.
func (r *Runtime) release(exid string) {
	for _, w := range r.waiters[exid] {
		close(w)
	}
	delete(r.waiters, exid)
}

// --- slots ---

// active tells whether the runtime works executions. The lock is held.
func (r *Runtime) active() bool { return r.unit != nil && r.unit.ctx.Err() == nil }

// slotOf returns the execution's slot, a new one where it has none. The lock
// is held.
func (r *Runtime) slotOf(exid string) *slot {
	s := r.slots[exid]
	if s == nil {
		s = &slot{exid: exid}
		r.slots[exid] = s
	}
	return s
}

// wake has the execution worked: its inbox, or its own messages.
func (r *Runtime) wake(exid string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active() {
		r.wakeSlot(r.slotOf(exid))
	}
}

func (r *Runtime) wakeSlot(s *slot) {
	switch s.state {
	case slotWorked:
		s.again = true
	case slotIdle:
		r.unidle(s)
		s.state = slotReady
		r.ready = append(r.ready, s)
		r.work.Signal()
	}
}

// wakeFired has the execution take a timer that is due.
func (r *Runtime) wakeFired(t Timer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.active() {
		return
	}
	s := r.slotOf(t.Exid)
	for _, f := range s.fired {
		if f == t {
			return
		}
	}
	s.fired = append(s.fired, t)
	r.wakeSlot(s)
}

func (r *Runtime) worker(u *unit) {
	for {
		r.mu.Lock()
		for len(r.ready) == 0 && u.ctx.Err() == nil {
			r.work.Wait()
		}
		if u.ctx.Err() != nil {
			r.mu.Unlock()
			return
		}
		s := r.ready[0]
		r.ready[0] = nil
		r.ready = r.ready[1:]
		s.state, s.again = slotWorked, false
		fired := s.fired[:len(s.fired):len(s.fired)]
		r.mu.Unlock()

		t := turn{r: r, slot: s, fired: fired}
		more, err := t.safely()
		switch {
		case errors.Is(err, ErrConflict):
			s.live, more = nil, true
		case err != nil && t.broken:
			// This execution cannot be worked; the others can.
			s.live, more = nil, false
			r.c.Logger.Error("an execution cannot be worked", "exid", s.exid, "error", err)
		case err != nil:
			s.live = nil
			r.fail(err)
		}
		r.settle(s, more, t.tookTimers)
	}
}

// settle takes a slot back from a worker.
func (r *Runtime) settle(s *slot, more bool, taken []Timer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.fired = without(s.fired, taken)
	s.state = slotIdle
	if more || s.again {
		s.again = false
		r.wakeSlot(s)
		return
	}
	if s.live == nil || s.live.x == nil || r.c.CacheNodes < 0 {
		delete(r.slots, s.exid)
		return
	}
	s.since = r.nowMicros()
	s.idle = r.idle.PushBack(s)
	r.cached += len(s.live.nodes)
	for r.cached > r.c.CacheNodes && r.idle.Len() > 0 {
		r.forget(r.idle.Front().Value.(*slot))
	}
}

func (r *Runtime) unidle(s *slot) {
	if s.idle != nil {
		r.idle.Remove(s.idle)
		r.cached -= len(s.live.nodes)
		s.idle = nil
	}
}

// forget takes an idle execution out of the memory.
func (r *Runtime) forget(s *slot) {
	r.unidle(s)
	delete(r.slots, s.exid)
}

// forgetIdle takes the executions out of the memory that have been idle for
// long enough, and returns when to come again, 0 for no need to.
func (r *Runtime) forgetIdle() (nextMicros int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for e := r.idle.Front(); e != nil; e = r.idle.Front() {
		s := e.Value.(*slot)
		if until := s.since + r.c.CacheFor.Microseconds(); until > r.nowMicros() {
			return until
		}
		r.forget(s)
	}
	return 0
}

// InMemory returns how many executions are in memory.
func (r *Runtime) InMemory() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.slots)
}

func (r *Runtime) nowMicros() int64 { return r.c.Clock.Now().UnixMicro() }

// hasTasker tells the machine whether a name stands for a tasker.
func (r *Runtime) hasTasker(name string) bool { return r.c.Taskers[name] != nil }

func without(ts, taken []Timer) []Timer {
	var left []Timer
	for _, t := range ts {
		keep := true
		for _, u := range taken {
			keep = keep && t != u
		}
		if keep {
			left = append(left, t)
		}
	}
	return left
}
