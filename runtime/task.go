package runtime

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Tasker does tasks. It may be called by several goroutines at once, and more
// than once for one task, as after a crash: Task.Key tells it which it did.
type Tasker interface {
	// Task does a task, or takes charge of it. An error fails the task's node.
	// The context is cancelled when the task is withdrawn, and when the
	// runtime stops; what is returned then does not count.
	Task(ctx context.Context, t *Task) (*Reply, error)
}

// Withdrawer is a Tasker that wants to be told when a task that it has taken
// charge of is withdrawn, because its node was cancelled. Errors are logged.
type Withdrawer interface {
	Withdraw(ctx context.Context, t *Task) error
}

// TaskerFunc is a function that is a Tasker.
type TaskerFunc func(ctx context.Context, t *Task) (*Reply, error)

// Task calls the function.
func (f TaskerFunc) Task(ctx context.Context, t *Task) (*Reply, error) { return f(ctx, t) }

// Task is a piece of work that a flow hands out.
type Task struct {
	Exid   string `json:"exid"`
	Nid    string `json:"nid"`
	ID     string `json:"id"`     // unique within the execution
	Key    string `json:"key"`    // unique, the same each time that the task is handed out
	Tasker string `json:"tasker"` // as the flow calls it
	Name   string `json:"name,omitempty"`

	Args    []value.Value `json:"args"`   // the unkeyed attributes
	Params  value.Value   `json:"params"` // the keyed ones, an object
	Tags    []string      `json:"tags"`   // that the task is in
	Payload value.Value   `json:"payload"`
	Line    int           `json:"line,omitempty"` // of the definition
}

// Reply is what a tasker gives for a task. A nil Reply is an empty one.
type Reply struct {
	// Payload goes on in the flow, an object; null for the task's own.
	Payload value.Value
	// Later tells that the tasker has taken charge of the task: it, or someone
	// else, calls Runtime.Return when it is done.
	Later bool
}

// Worklist is a tasker that leaves its tasks to whoever lists them and returns
// them.
var Worklist Tasker = TaskerFunc(func(context.Context, *Task) (*Reply, error) { return &Reply{Later: true}, nil })

// taskData is the part of a task that no store has to look into.
type taskData struct {
	Args    []byte   `cbor:"1,keyasint,omitempty"`
	Params  []byte   `cbor:"2,keyasint,omitempty"`
	Tags    []string `cbor:"3,keyasint,omitempty"`
	Payload []byte   `cbor:"4,keyasint,omitempty"`
}

// newTask reads the task from its record.
func newTask(rec *TaskRecord) (*Task, error) {
	var d taskData
	if err := Unmarshal(rec.Data, &d); err != nil {
		return nil, err
	}
	args, err1 := value.DecodeCBOR(d.Args)
	params, err2 := value.DecodeCBOR(d.Params)
	payload, err3 := value.DecodeCBOR(d.Payload)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if !args.IsList() {
		return nil, errors.New("the arguments of a task are no list")
	}
	return &Task{Exid: rec.Exid, Nid: rec.Nid, ID: rec.ID, Key: rec.Exid + "-" + rec.ID, Tasker: rec.Tasker, Name: rec.Name,
		Args: args.AsList().Slice(), Params: params, Tags: d.Tags, Payload: payload, Line: rec.Line}, nil
}

// dispatcher has tasks done, some at a time.
type dispatcher struct {
	r       *Runtime
	mu      sync.Mutex
	queue   []*job
	jobs    map[TaskKey]*job // queued or under way
	workers sync.WaitGroup
	busy    int  // workers
	active  bool // between start and stop
}

type job struct {
	rec    *TaskRecord
	ctx    context.Context
	cancel context.CancelFunc
}

func (d *dispatcher) init(r *Runtime) {
	d.r, d.jobs = r, make(map[TaskKey]*job)
}

// add queues a task that is committed.
func (d *dispatcher) add(rec *TaskRecord) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.active || d.jobs[rec.Key()] != nil {
		return // what is left out is found in the store by the next start
	}
	j := &job{rec: rec}
	j.ctx, j.cancel = context.WithCancel(context.Background())
	d.jobs[rec.Key()] = j
	d.queue = append(d.queue, j)
	if d.busy < d.r.c.TaskWorkers {
		d.busy++
		d.workers.Go(d.run)
	}
}

// run does tasks until none is queued.
func (d *dispatcher) run() {
	for {
		d.mu.Lock()
		if len(d.queue) == 0 {
			d.busy--
			d.mu.Unlock()
			return
		}
		j := d.queue[0]
		d.queue[0] = nil
		d.queue = d.queue[1:]
		d.mu.Unlock()
		if err := d.do(j); err != nil {
			d.r.fail(err)
		}
		j.cancel()
		d.mu.Lock()
		if d.jobs[j.rec.Key()] == j {
			delete(d.jobs, j.rec.Key())
		}
		d.mu.Unlock()
	}
}

// do has a task done, or taken back, and stores what comes of it. It returns
// errors of the store only.
func (d *dispatcher) do(j *job) error {
	if j.ctx.Err() != nil {
		return nil
	}
	task, err := newTask(j.rec)
	if err != nil {
		return d.giveBack(j.rec, value.Null, err)
	}
	tasker := d.r.c.Taskers[j.rec.Tasker]
	if tasker == nil {
		tasker = d.r.c.Fallback
	}
	if j.rec.Withdrawn {
		if w, ok := tasker.(Withdrawer); ok {
			if err := callWithdraw(j.ctx, w, task); err != nil {
				d.r.c.Logger.Warn("a tasker failed to withdraw a task", "tasker", j.rec.Tasker, "key", task.Key, "error", err)
			}
		}
		return d.giveBack(j.rec, task.Payload, nil)
	}
	if tasker == nil {
		return d.giveBack(j.rec, value.Null, fmt.Errorf("there is no tasker named %q", j.rec.Tasker))
	}
	reply, err := callTasker(j.ctx, tasker, task)
	switch {
	case j.ctx.Err() != nil: // withdrawn, or to be done again after the next start
		return nil
	case err != nil:
		return d.giveBack(j.rec, value.Null, err)
	case reply == nil || !reply.Later && reply.Payload.IsNull():
		return d.giveBack(j.rec, task.Payload, nil)
	case reply.Later:
		return d.r.store.Commit(context.Background(), &Batch{Accepted: []TaskKey{j.rec.Key()}})
	}
	return d.giveBack(j.rec, reply.Payload, nil)
}

// giveBack returns a task, unless it was returned meanwhile.
func (d *dispatcher) giveBack(rec *TaskRecord, payload value.Value, failure error) error {
	err := d.r.returnTask(context.Background(), rec, payload, failure)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
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
		j.cancel()
		delete(d.jobs, key)
	}
	d.mu.Unlock()
	rec, err := d.r.store.TaskRecord(context.Background(), key.Exid, key.ID)
	switch {
	case err == nil:
		d.add(rec)
	case !errors.Is(err, ErrNotFound):
		d.r.fail(err)
	}
}

// start lets tasks be done.
func (d *dispatcher) start() {
	d.mu.Lock()
	d.active = true
	d.mu.Unlock()
}

// stop forgets the tasks that wait, and has those under way end: those that
// take longer than grace by cancelling them.
func (d *dispatcher) stop(grace time.Duration) {
	d.mu.Lock()
	d.active = false
	for _, j := range d.queue {
		delete(d.jobs, j.rec.Key())
	}
	d.queue = nil
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
		j.cancel()
	}
	d.mu.Unlock()
	<-done
}

// returnTask puts a task's result into the execution's inbox. It returns
// ErrNotFound where the task was returned already.
func (r *Runtime) returnTask(ctx context.Context, rec *TaskRecord, payload value.Value, failure error) error {
	nid, err := vm.ParseNID(rec.Nid)
	if err != nil {
		return fmt.Errorf("the record of task %s of %s is damaged: %w", rec.ID, rec.Exid, err)
	}
	if failure == nil && !payload.IsObject() {
		failure = fmt.Errorf("it returned a payload that is a %s, not an object", payload.TypeName())
	}
	var e *vm.Error
	if failure != nil { // the flow goes on, if it does, with what it had
		e, payload = vm.TaskFailure(rec.Tasker, failure.Error()), value.Null
		if t, err := newTask(rec); err == nil {
			payload = t.Payload
		}
	}
	m := vm.ReturnMessage(nid, rec.ID, vm.NewPayload(payload), e)
	key := rec.Key()
	err = r.store.Commit(ctx, &Batch{Returned: &key, Sends: []Send{{rec.Exid, vm.AppendMessage(nil, &m)}}})
	if err == nil {
		r.wake(rec.Exid)
	}
	return err
}
