package runtime

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/florc-lang/florc/lang/value"
)

// dispatcher has tasks done, some at a time.
type dispatcher struct {
	r       *Runtime
	mu      sync.Mutex
	queue   []*job
	jobs    map[TaskKey]*job // queued or under way
	workers sync.WaitGroup
	count   int           // of workers
	idle    int           // workers that wait
	more    *sync.Cond    // there is a job, or the dispatcher is stopped
	active  bool          // between start and stop
	halt    chan struct{} // closed by stop
}

type job struct {
	rec      *TaskRecord
	task     *Task       // nil where it has to be read from the record
	tasker   *registered // nil for none
	counted  bool        // it is one of those that its tasker has now
	attempts int
	ctx      context.Context
	cancel   context.CancelCauseFunc
}

var (
	errWithdrawn = errors.New("the task is withdrawn")
	errStopping  = errors.New("the runtime is stopping")
)

func (d *dispatcher) init(r *Runtime) {
	d.r, d.jobs = r, make(map[TaskKey]*job)
	d.more = sync.NewCond(&d.mu)
}

// add queues a task that is committed; task may be nil.
func (d *dispatcher) add(rec *TaskRecord, task *Task) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.active || d.jobs[rec.Key()] != nil {
		return // what is left out is found in the store by the next start
	}
	j := &job{rec: rec, task: task, tasker: d.r.tasker(rec.Domain, rec.Tasker)}
	j.ctx, j.cancel = context.WithCancelCause(context.Background())
	d.jobs[rec.Key()] = j
	d.enqueue(j)
}

// enqueue has a job done as soon as there is a worker, and its tasker takes
// more. The lock is held.
func (d *dispatcher) enqueue(j *job) {
	if !j.rec.Withdrawn && d.hold(j) {
		return
	}
	d.queue = append(d.queue, j)
	if len(d.queue) > d.idle && d.count < d.r.c.TaskWorkers {
		d.count++
		d.workers.Go(d.run)
	} else {
		d.more.Signal()
	}
}

// run does tasks until the dispatcher is stopped.
func (d *dispatcher) run() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		j := d.next(0)
		switch {
		case j != nil:
			d.mu.Unlock()
			d.work(j)
			d.mu.Lock()
		case !d.active:
			d.count--
			return
		default:
			d.idle++
			d.more.Wait()
			d.idle--
		}
	}
}

// next takes the i-th job off the queue; nil where it is empty. The lock is
// held.
func (d *dispatcher) next(i int) *job {
	if i >= len(d.queue) {
		return nil
	}
	j := d.queue[i]
	if i == 0 {
		d.queue[0] = nil
		d.queue = d.queue[1:]
	} else {
		d.queue = slices.Delete(d.queue, i, i+1)
	}
	return j
}

// work does a job that next returned.
func (d *dispatcher) work(j *job) {
	err := d.do(j)
	again, isAgain := asAgain(err)
	if err != nil && !isAgain {
		d.r.fail(err)
	}
	d.mu.Lock()
	d.letNext(j)
	if !isAgain && d.jobs[j.rec.Key()] == j {
		delete(d.jobs, j.rec.Key())
	}
	d.mu.Unlock()
	if isAgain {
		d.again(j, again.after)
	} else {
		j.cancel(nil)
	}
}

// do has a task done, or taken back, and gives back what comes of it. It
// returns errors of the store, and that of a tasker that is to be called again.
func (d *dispatcher) do(j *job) error {
	ctx := context.Background() // what a task came to is stored, whatever happens to its context
	if j.ctx.Err() != nil {
		return nil
	}
	task := j.task
	if !j.rec.Withdrawn && d.r.leaves(j.rec) {
		return d.r.leave(ctx, j.rec)
	}
	if task == nil {
		var err error
		task, err = d.r.newTask(ctx, j.rec)
		switch {
		case errors.Is(err, ErrNotFound) && j.rec.Withdrawn: // its execution is over, with all its values
			task = &Task{Exid: j.rec.Exid, Nid: j.rec.Nid, ID: j.rec.ID, Key: j.rec.Exid + "-" + j.rec.ID, Tasker: j.rec.Tasker,
				Name: j.rec.Name, Params: value.NewObject(), Payload: value.NewObject(), Line: j.rec.Line}
		case errors.Is(err, ErrNotFound):
			return nil // it was returned meanwhile
		case isStoreError(err):
			return err
		case err != nil:
			return d.giveBack(ctx, j.rec, value.NewObject(), err)
		}
	}
	if j.rec.Withdrawn {
		if c, ok := j.child(); ok {
			return c.takeBack(ctx, j.rec, task.Payload)
		}
		if w, ok := j.withdrawer(); ok {
			if err := callWithdraw(j.ctx, w, task); err != nil {
				d.r.c.Logger.Warn("a tasker failed to withdraw a task", "tasker", j.rec.Tasker, "key", task.Key, "error", err)
			}
		}
		return d.giveBack(ctx, j.rec, task.Payload, nil)
	}
	if j.tasker == nil {
		return d.giveBack(ctx, j.rec, task.Payload, fmt.Errorf("there is no tasker named %q", j.rec.Tasker))
	}
	j.attempts++
	task.Attempt = j.attempts
	reply, err := j.tasker.call(j.ctx, task)
	_, again := asAgain(err)
	switch {
	case context.Cause(j.ctx) == errWithdrawn, err != nil && j.ctx.Err() != nil:
		return nil // what is withdrawn is given back by itself; the other is done again after the next start
	case again:
		return err
	case err != nil:
		return d.giveBack(ctx, j.rec, task.Payload, err)
	case reply != nil && reply.begun:
		return nil
	case reply != nil && reply.Later:
		return d.accept(ctx, j.rec, reply)
	case reply == nil || reply.Payload.IsNull():
		return d.giveBack(ctx, j.rec, task.Payload, nil)
	}
	return d.giveBack(ctx, j.rec, reply.Payload, nil)
}

// child tells whether the task is a child execution.
func (j *job) child() (c children, ok bool) {
	if j.tasker != nil {
		c, ok = j.tasker.Tasker.(children)
	}
	return c, ok
}

func (j *job) withdrawer() (Withdrawer, bool) {
	if j.tasker == nil {
		return nil, false
	}
	w, ok := j.tasker.Tasker.(Withdrawer)
	return w, ok
}

// accept notes that the tasker has taken charge of the task. Where the disk is
// full it cannot be noted: then the tasker gets the task again after the next
// start.
func (d *dispatcher) accept(ctx context.Context, rec *TaskRecord, reply *Reply) error {
	items, err := d.r.allocation(ctx, rec, reply)
	if err == nil {
		b := &Batch{Accepted: []TaskKey{rec.Key()}, Items: items}
		if d.r.registry.find(rec.Domain, rec.Tasker) == nil { // the fallback has it
			b.Accepted, b.Left = nil, b.Accepted
		}
		err = d.r.store.Commit(ctx, b)
	}
	switch {
	case err == nil:
		d.r.claims.free(rec)
	case len(items) > 0 && (errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict)):
		return nil // it was returned, or withdrawn, meanwhile
	case errors.Is(err, ErrFull):
		d.r.c.Logger.Warn("that a tasker took charge of a task cannot be stored", "exid", rec.Exid, "task", rec.ID, "error", err)
		return nil
	}
	return err
}

// giveBack returns a task, unless it was returned meanwhile. It does not wait
// for the commit: until then the task is in the store, to be done again.
func (d *dispatcher) giveBack(ctx context.Context, rec *TaskRecord, payload value.Value, failure error) error {
	m, err := returnMessage(rec, payload, failure)
	if err != nil {
		return err
	}
	done := func(err error) {
		if errors.Is(err, ErrNotFound) || errors.Is(err, ErrEnded) { // nobody waits for it anymore
			if err := d.r.store.Commit(ctx, &Batch{Untasks: []TaskKey{rec.Key()}}); err != nil {
				d.r.c.Logger.Warn("a task that is over is still stored", "exid", rec.Exid, "task", rec.ID, "error", err)
			}
		}
	}
	d.r.post(rec.Exid, mail{m, done})
	return nil
}

func callWithdraw(ctx context.Context, w Withdrawer, t *Task) (err error) {
	defer recoverTasker(t, &err)
	return w.Withdraw(ctx, t)
}

func callTasker(ctx context.Context, tasker Tasker, t *Task) (reply *Reply, err error) {
	defer recoverTasker(t, &err)
	return tasker.Task(ctx, t)
}

func recoverTasker(t *Task, err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the tasker panicked: %v\n%s", p, debug.Stack())
	}
}

// withdraw takes a task back whose withdrawal is committed.
func (d *dispatcher) withdraw(key TaskKey) {
	d.mu.Lock()
	if j := d.jobs[key]; j != nil {
		j.cancel(errWithdrawn)
		delete(d.jobs, key)
	}
	d.mu.Unlock()
	rec, err := d.r.store.TaskRecord(context.Background(), key.Exid, key.ID)
	switch {
	case err == nil:
		d.add(rec, nil)
	case !errors.Is(err, ErrNotFound):
		d.r.fail(err)
	}
}

// start lets tasks be done.
func (d *dispatcher) start() {
	d.mu.Lock()
	d.active, d.halt = true, make(chan struct{})
	d.mu.Unlock()
}

// stop forgets the tasks that wait, and has those under way end: those that
// take longer than grace by cancelling them.
func (d *dispatcher) stop(grace time.Duration) {
	d.mu.Lock()
	if d.active {
		close(d.halt)
	}
	d.active = false
	waiting := d.queue
	for _, t := range d.r.registry.all {
		waiting = append(waiting, t.limit.waiting...)
		t.limit.waiting = nil
	}
	for _, j := range waiting {
		d.letNext(j)
		delete(d.jobs, j.rec.Key())
	}
	d.queue = nil
	d.more.Broadcast()
	d.mu.Unlock()
	done := make(chan struct{})
	go func() {
		d.workers.Wait()
		close(done)
	}()
	deadline, end := d.r.c.Clock.After(grace)
	defer end()
	select {
	case <-done:
		return
	case <-deadline:
	}
	d.mu.Lock()
	for _, j := range d.jobs {
		j.cancel(errStopping)
	}
	d.mu.Unlock()
	<-done
}
