package runtime

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/florc-lang/florc/vm"
)

// Runtime works the executions of a store. Its methods may be called by any
// number of goroutines at once.
type Runtime struct {
	c        Config
	store    Store
	programs programCache
	schedule scheduler
	tasks    dispatcher
	registry *registry
	index    indexer
	hooks    sync.Map // *hookSet, by domain
	known    known
	claims   claims
	watches  *Watches // of the store

	mu      sync.Mutex
	work    *sync.Cond // there is a slot in ready, or the unit ends
	unit    *unit      // nil while it is passive
	slots   map[string]*slot
	ready   []*slot
	held    []*slot   // the longest held first
	mails   int       // that were not taken yet, of all slots
	idle    list.List // of *slot, the longest idle first
	cached  int       // the size of the idle ones
	waiters map[string][]waiter
	// Those who are told of each commit of an execution.
	watchers map[string][]chan struct{}
	watched  atomic.Int32 // how many these are
	output   sync.Mutex   // held while flows print
	failed   error        // of the store: nothing can be worked anymore
}

// unit is what is running between Start and Stop.
type unit struct {
	ctx      context.Context // of the scheduler and of what is held; ends once it drains
	cancel   context.CancelFunc
	workers  sync.WaitGroup // the scheduler too
	stopping bool
	ending   bool          // it is seen to
	started  chan struct{} // closed once its workers are, or are known not to be
	draining bool          // only mail is worked anymore
	closed   bool          // no more mail is taken
	ended    chan struct{} // closed once all of it has ended
}

// New returns a runtime, which is passive until it is started.
func New(c Config) (*Runtime, error) {
	if c.Store == nil || c.Library == nil {
		return nil, errors.New("runtime: the configuration needs a Store and a Library")
	}
	if c.Domain != "" {
		if err := checkDomain(c.Domain); err != nil {
			return nil, err
		}
	}
	for _, h := range c.Hooks {
		if h.Message == nil {
			return nil, errors.New("runtime: a hook needs its Message")
		}
	}
	r := &Runtime{c: c.withDefaults(), store: c.Store, watches: c.Store.Watches(),
		slots: make(map[string]*slot), waiters: make(map[string][]waiter),
		watchers: make(map[string][]chan struct{})}
	var err error
	if r.registry, err = newRegistry(&r.c); err != nil {
		return nil, fmt.Errorf("runtime: %w", err)
	}
	r.registry.children = &registered{Registration: Registration{Name: vm.ChildTasker, Tasker: children{r}}}
	r.work = sync.NewCond(&r.mu)
	r.programs.init(c.Library, c.Store)
	r.schedule.init(r)
	r.tasks.init(r)
	r.index.init(r)
	r.claims.init()
	return r, nil
}

// Start begins to work: first what earlier processes left undone. A runtime
// that is started already stays as it is; one that was stopped can be started
// again, and one that is being stopped is waited for. The context is for
// starting only.
func (r *Runtime) Start(ctx context.Context) error {
	u := &unit{started: make(chan struct{}), ended: make(chan struct{})}
	u.ctx, u.cancel = context.WithCancel(context.Background())
	for {
		r.mu.Lock()
		failed, old := r.failed, r.unit
		if failed == nil && old == nil {
			r.unit = u
		}
		stopping := old != nil && old.stopping
		r.mu.Unlock()
		switch {
		case failed != nil:
			return failed
		case old == nil:
			return r.start(ctx, u)
		case !stopping:
			return nil
		}
		select {
		case <-old.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (r *Runtime) start(ctx context.Context, u *unit) error {
	r.tasks.start()
	err := r.recover(ctx)
	r.mu.Lock()
	switch {
	case err != nil:
		err = fmt.Errorf("runtime: starting: %w", err)
	case u.stopping:
		err = ErrStopped
	default:
		for range r.c.Workers {
			u.workers.Go(func() { r.worker(u) })
		}
		u.workers.Go(func() { r.schedule.run(u.ctx) })
		u.workers.Go(func() { r.index.run(u.ctx) })
		if len(r.c.Retention.Keep) > 0 {
			u.workers.Go(func() { r.retain(u.ctx) })
		}
	}
	close(u.started)
	r.mu.Unlock()
	if err != nil {
		r.end(u, 0)
		<-u.ended
	}
	return err
}

// recover queues what is ready in the store: messages and tasks.
func (r *Runtime) recover(ctx context.Context) error {
	if err := r.registerTaskers(ctx); err != nil {
		return err
	}
	if err := r.takeUp(ctx); err != nil {
		return err
	}
	for exid, err := range r.store.Ready(ctx) {
		if err != nil {
			return err
		}
		r.wakeInbox(exid)
	}
	for t, err := range r.store.Outbox(ctx) {
		if err != nil {
			return err
		}
		r.tasks.add(t, nil)
	}
	r.schedule.rescan()
	return nil
}

// Stop ends the work: turns under way are committed, tasks under way given
// TaskGrace to finish, and what they and others returned is committed. What is left is done after the next start, here or
// elsewhere. Stop returns once all is quiet, or with the context's error. A
// runtime that is not started, or is stopped already, stays as it is.
func (r *Runtime) Stop(ctx context.Context) error {
	r.mu.Lock()
	u := r.unit
	if u == nil {
		r.mu.Unlock()
		return nil
	}
	r.mu.Unlock()
	r.end(u, r.c.TaskGrace)
	select {
	case <-u.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// end ends the unit, in the background.
func (r *Runtime) end(u *unit, grace time.Duration) {
	r.mu.Lock()
	first := !u.ending
	u.stopping, u.ending = true, true
	r.mu.Unlock()
	if !first {
		return
	}
	go func() {
		<-u.started
		r.tasks.stop(grace)
		r.mu.Lock()
		u.draining = true
		r.dropHeld()
		u.cancel()
		r.work.Broadcast()
		r.mu.Unlock()
		u.workers.Wait()
		r.mu.Lock()
		r.reset()
		r.mu.Unlock()
		close(u.ended)
	}()
}

// reset forgets what is in memory, and tells those who wait. The lock is held.
func (r *Runtime) reset() {
	for _, s := range r.slots {
		r.answerAll(s, ErrStopped)
	}
	r.unit, r.slots, r.ready, r.held, r.cached = nil, make(map[string]*slot), nil, nil, 0
	r.idle.Init()
	r.releaseWaiters()
	r.tellAllWatchers()
}

// answerAll answers the mail of a slot that is not taken anymore. The lock is
// held.
func (r *Runtime) answerAll(s *slot, err error) {
	for i := range s.mail {
		s.mail[i].answer(err)
	}
	r.mails -= len(s.mail)
	s.mail = nil
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
	for _, s := range r.slots {
		if s.state != slotWorked { // else its worker answers
			r.answerAll(s, r.failed)
		}
	}
	r.work.Broadcast()
	r.releaseWaiters()
	r.tellAllWatchers()
}

// active tells whether the runtime works executions. The lock is held.
func (r *Runtime) active() bool { return r.unit != nil && !r.unit.closed && r.failed == nil }

func (r *Runtime) nowMicros() int64 { return r.c.Clock.Now().UnixMicro() }
