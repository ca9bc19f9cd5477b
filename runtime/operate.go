package runtime

import (
	"context"
	"errors"
	"fmt"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Return returns a task, see Client.
func (r *Runtime) Return(ctx context.Context, exid, task string, payload value.Value, failure error) error {
	return r.giveTask(ctx, exid, task, payload, failure, "")
}

// giveTask returns a task, by a message that is known again by a key.
func (r *Runtime) giveTask(ctx context.Context, exid, task string, payload value.Value, failure error, key string) error {
	rec, err := r.store.TaskRecord(ctx, exid, task)
	if errors.Is(err, ErrNotFound) {
		rec, err = r.taskOfNode(ctx, exid, task)
	}
	if err == nil && rec.Withdrawn {
		err = ErrNotFound
	}
	if err == nil && payload.IsNull() {
		var t *Task
		if t, err = r.newTask(ctx, rec); err == nil {
			payload = t.Payload
		}
	}
	var m *vm.Message
	if err == nil {
		m, err = returnMessage(rec, payload, failure)
	}
	if err == nil {
		m.Key = key
		returned := rec.Key()
		err = r.tell(ctx, exid, m, &Batch{Returned: &returned})
	}
	if err != nil {
		return fmt.Errorf("returning task %s of %s: %w", task, exid, err)
	}
	return nil
}

func (r *Runtime) taskOfNode(ctx context.Context, exid, nid string) (*TaskRecord, error) {
	for rec, err := range r.store.Tasks(ctx, exid) {
		if err != nil {
			return nil, err
		}
		if rec.Nid == nid {
			return rec, nil
		}
	}
	return nil, ErrNotFound
}

// returnMessage is the message by which a task is returned. The payload is
// what the flow goes on with, also after a failure, if it does.
func returnMessage(rec *TaskRecord, payload value.Value, failure error) (*vm.Message, error) {
	nid, err := vm.ParseNID(rec.Nid)
	if err != nil {
		return nil, fmt.Errorf("the record of task %s of %s is damaged: %w", rec.ID, rec.Exid, err)
	}
	if failure == nil && !payload.IsObject() {
		failure = fmt.Errorf("it returned a payload that is a %s, not an object", payload.TypeName())
	}
	var e *vm.Error
	if failure != nil {
		e = vm.TaskFailure(rec.Tasker, failure.Error())
	}
	m := vm.ReturnMessage(nid, rec.ID, vm.NewPayload(payload), e)
	return &m, nil
}

// Cancel asks a node to end early, see Client.
func (r *Runtime) Cancel(ctx context.Context, exid, nid string) error {
	return r.cancel(ctx, exid, nid, vm.Plain, "")
}

// Kill ends a node, see Client.
func (r *Runtime) Kill(ctx context.Context, exid, nid string) error {
	return r.cancel(ctx, exid, nid, vm.Kill, "")
}

// cancel ends a node by a message that is known again by a key.
func (r *Runtime) cancel(ctx context.Context, exid, nid string, flavour vm.Flavour, key string) error {
	id := rootNID
	if nid != "" {
		var err error
		if id, err = vm.ParseNID(nid); err != nil {
			return err
		}
	}
	if err := r.isLive(ctx, exid); err != nil {
		return err
	}
	err := r.tell(ctx, exid, &vm.Message{Point: vm.Cancel, Nid: id, Flavour: flavour, Key: key}, &Batch{})
	if errors.Is(err, ErrNotFound) {
		err = fmt.Errorf("node %s: %w", id, err)
	}
	if err != nil {
		return fmt.Errorf("cancelling in %s: %w", exid, err)
	}
	return nil
}

// Signal emits a signal in an execution, see Client.
func (r *Runtime) Signal(ctx context.Context, exid, name string, payload value.Value) error {
	return r.signal(ctx, exid, name, payload, "")
}

// signal emits a signal that is known again by a key.
func (r *Runtime) signal(ctx context.Context, exid, name string, payload value.Value, key string) error {
	if name == "" {
		return errors.New("a signal has a name")
	}
	if !payload.IsNull() && !payload.IsObject() {
		return fmt.Errorf("a payload is an object, not a %s", payload.TypeName())
	}
	r.mu.Lock()
	active := r.active()
	r.mu.Unlock()
	if !active { // the turn that takes it tells; here there is none
		if err := r.isLive(ctx, exid); err != nil {
			return err
		}
	}
	m := vm.SignalMessage(name, vm.NewPayload(payload))
	m.Key = key
	if err := r.tell(ctx, exid, &m, &Batch{}); err != nil {
		return fmt.Errorf("signalling %s: %w", exid, err)
	}
	return nil
}

// isLive returns an error for an execution that is not there, or has ended.
func (r *Runtime) isLive(ctx context.Context, exid string) error {
	rec, err := r.store.Record(ctx, exid)
	if err == nil && rec.Status == Terminated {
		err = ErrEnded
	}
	if err != nil {
		return fmt.Errorf("execution %s: %w", exid, err)
	}
	return nil
}

// tell takes a message to an execution and returns once it is stored: where
// the runtime is active as part of the commit that works it, else as a letter,
// together with what else is in the batch.
func (r *Runtime) tell(ctx context.Context, exid string, m *vm.Message, passive *Batch) error {
	if err := r.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	if r.post(exid, mail{m, func(err error) { done <- err }}) {
		select {
		case err := <-done:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	passive.Sends = []Send{{exid, vm.AppendMessage(nil, m)}}
	if err := r.store.Commit(ctx, passive); err != nil {
		return err
	}
	r.wakeInbox(exid)
	return nil
}

// Tasks lists the tasks that are out, see Client.
func (r *Runtime) Tasks(ctx context.Context, exid string) ([]*Task, error) {
	ts := []*Task{}
	for rec, err := range r.store.Tasks(ctx, exid) {
		if err != nil {
			return nil, err
		}
		if rec.Withdrawn {
			continue
		}
		t, err := r.newTask(ctx, rec)
		if errors.Is(err, ErrNotFound) {
			continue // it was returned meanwhile
		}
		if err != nil {
			return nil, err
		}
		ts = append(ts, t)
	}
	return ts, nil
}
