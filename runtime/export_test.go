package runtime

import (
	"context"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// What follows lets a simulation drive a Runtime step by step, in one
// goroutine: nothing happens but what it asks for.

// SimStart starts the runtime without any goroutine of its own. TaskWorkers
// has to be negative.
func (r *Runtime) SimStart(ctx context.Context) error {
	u := &unit{ended: make(chan struct{})}
	u.ctx, u.cancel = context.WithCancel(ctx)
	r.unit = u
	r.schedule.atOnce = 3 // so that they do not all fit into the memory
	r.tasks.start()
	return r.recover(ctx)
}

// SimReady is how many executions wait for a worker.
func (r *Runtime) SimReady() int { return len(r.ready) }

// SimWork has the i-th of them worked.
func (r *Runtime) SimWork(i int) {
	r.mu.Lock()
	s := r.ready[i]
	r.ready = append(r.ready[:i:i], r.ready[i+1:]...)
	s.state, s.again = slotWorked, false
	r.mu.Unlock()
	r.workSlot(s)
}

// SimTasks is how many tasks wait to be done.
func (r *Runtime) SimTasks() int { return len(r.tasks.queue) }

// SimTask has the i-th of them done.
func (r *Runtime) SimTask(i int) {
	r.tasks.mu.Lock()
	j := r.tasks.next(i)
	r.tasks.mu.Unlock()
	r.tasks.work(j)
}

// SimFire has the timers fire that are due, and returns how long the scheduler
// would sleep now.
func (r *Runtime) SimFire(ctx context.Context) (sleepMicros int64, err error) {
	d, err := r.schedule.fire(ctx)
	return d.Microseconds(), err
}

// SimForget has idle executions leave the memory.
func (r *Runtime) SimForget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for e := r.idle.Front(); e != nil; e = r.idle.Front() {
		r.forget(e.Value.(*slot))
	}
}

// SimIndex has the index told of what has not changed since it was told last,
// or of all that has changed.
func (r *Runtime) SimIndex(ctx context.Context, all bool) error {
	_, err := r.index.pass(ctx, all)
	return err
}

// SimReturn returns a task; done is told what comes of it.
func (r *Runtime) SimReturn(t *Task, payload value.Value, done func(error)) error {
	nid, err := vm.ParseNID(t.Nid)
	if err == nil {
		m := vm.ReturnMessage(nid, t.ID, vm.NewPayload(payload), nil)
		r.post(t.Exid, mail{&m, done})
	}
	return err
}

// SimInbox tells the runtime that a letter has come for an execution.
func (r *Runtime) SimInbox(exid string) { r.wakeInbox(exid) }

// SimPost takes a message to an execution without waiting for what comes of it.
func (r *Runtime) SimPost(exid string, m *vm.Message) { r.post(exid, mail{msg: m}) }

// SimTell takes an operator's message to an execution, as another process does.
func (r *Runtime) SimTell(ctx context.Context, exid string, m *vm.Message) error {
	return r.operate(ctx, "telling", exid, m)
}

// SimCancel cancels or kills a node without waiting for what comes of it.
func (r *Runtime) SimCancel(exid, nid string, kill bool) error {
	m := vm.Message{Point: vm.Cancel}
	if kill {
		m.Flavour = vm.Kill
	}
	var err error
	if m.Nid, err = vm.ParseNID(nid); err == nil {
		r.post(exid, mail{msg: &m})
	}
	return err
}

// SimForgetTold puts a bug back: what was committed while the scheduler read
// the timers was forgotten.
func (r *Runtime) SimForgetTold() {
	r.schedule.mu.Lock()
	r.schedule.news = nil
	r.schedule.mu.Unlock()
}
