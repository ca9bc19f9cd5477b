package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/florc-lang/florc/vm"
)

// MoveTask does something with a task, see TaskClient.
func (r *Runtime) MoveTask(ctx context.Context, exid, task string, m TaskMove) (*ListedTask, error) {
	l, err := r.moveTask(ctx, exid, task, &m)
	if err != nil {
		return nil, fmt.Errorf("%s task %s of %s: %w", m.Act, task, exid, err)
	}
	return l, nil
}

func (r *Runtime) moveTask(ctx context.Context, exid, task string, m *TaskMove) (*ListedTask, error) {
	if err := r.Err(); err != nil {
		return nil, err
	}
	for {
		rec, err := r.findTask(ctx, exid, task)
		if errors.Is(err, ErrNotFound) && m.Lease != 0 {
			// Whoever had the lease after this one has done it.
			if i, err := r.store.Item(ctx, exid, task); err == nil && (i.Leases > m.Lease || i.over()) {
				return nil, fmt.Errorf("%w: the task is over", ErrLeaseLost)
			}
		}
		if err != nil {
			return nil, err
		}
		var l *ListedTask
		l, err = r.moveOnce(ctx, rec, m)
		if !errors.Is(err, ErrConflict) {
			return l, err
		}
	}
}

// moveOnce gives ErrConflict where somebody else came first.
func (r *Runtime) moveOnce(ctx context.Context, rec *TaskRecord, m *TaskMove) (*ListedTask, error) {
	if !rec.Accepted {
		return nil, fmt.Errorf("%w: the tasker %q is at it", ErrState, rec.Tasker)
	}
	if rec.Unit != "" && rec.Unit != m.Unit && !m.Force {
		return nil, fmt.Errorf("%w: it is for the unit %q alone", ErrTaken, rec.Unit)
	}
	i, err := r.standing(ctx, rec)
	if err != nil {
		return nil, err
	}
	before, now := i, r.nowMicros()
	if i.ended(now) && m.Lease == 0 {
		if i, err = i.act(&TaskMove{Act: lapse, Note: i.Person}, rec.Tasker, now); err != nil {
			return nil, err
		}
	}
	next, err := i.act(m, rec.Tasker, now)
	if err != nil {
		return nil, err
	}
	next.Version = before.Version + 1
	b := &Batch{Items: []Item{*next}}
	t, err := r.newTask(ctx, rec)
	if err != nil {
		return nil, err
	}
	if next.over() {
		if err := r.returnWith(b, rec, t, m); err != nil {
			return nil, err
		}
	}
	if err := r.store.Commit(ctx, b); err != nil {
		return nil, err
	}
	if next.over() {
		r.wakeInbox(rec.Exid)
	}
	if next.Free() && !next.over() {
		r.claims.free(rec)
	}
	l := &ListedTask{Task: *t, Domain: rec.Domain, Since: micros(rec.SinceMicros), Unit: rec.Unit, Left: rec.Left}
	l.stand(next, now)
	return l, nil
}

// returnWith has a batch return a task: its return is a letter, so that who
// has completed it, and that it is, are one commit.
func (r *Runtime) returnWith(b *Batch, rec *TaskRecord, t *Task, m *TaskMove) error {
	payload, failure := m.Payload, error(nil)
	if payload.IsNull() {
		payload = t.Payload
	}
	if !payload.IsObject() {
		return fmt.Errorf("the payload is a %s, it has to be an object", payload.TypeName())
	}
	if m.Act == FailTask {
		failure = errors.New(cmp.Or(m.Failure, "it has failed"))
	}
	back, err := returnMessage(rec, payload, failure)
	if err != nil {
		return err
	}
	key := rec.Key()
	b.Returned, b.Sends = &key, []Send{{rec.Exid, vm.AppendMessage(nil, back)}}
	return nil
}

// allocation is the item of a task that its tasker leaves to people.
func (r *Runtime) allocation(ctx context.Context, rec *TaskRecord, reply *Reply) ([]Item, error) {
	if len(reply.Offer) == 0 && reply.Allocate == "" {
		return nil, nil
	}
	i, err := r.standing(ctx, rec)
	if err != nil {
		return nil, err
	}
	next := *i
	by := rec.Tasker
	for _, m := range [...]TaskMove{{Act: OfferTask, By: by, To: reply.Offer}, {Act: AllocateTask, By: by, To: []string{reply.Allocate}}} {
		if len(m.To) == 0 || m.To[0] == "" {
			continue
		}
		done, err := next.act(&m, rec.Tasker, r.nowMicros())
		if err != nil {
			return nil, err
		}
		next = *done
	}
	next.Version = i.Version + 1
	return []Item{next}, nil
}
