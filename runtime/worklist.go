package runtime

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"time"

	"github.com/florc-lang/florc/lang/value"
)

// TaskClient is what people, and workers that pull, do with the tasks that are
// out. It is a part of Client.
type TaskClient interface {
	// FindTasks lists tasks that are out.
	FindTasks(ctx context.Context, q TaskQuery) ([]*ListedTask, error)
	// Task returns a task, given by its id or its node's, with its history. Of
	// a task that is over it gives the history alone, where it has one.
	Task(ctx context.Context, exid, task string) (*ListedTask, error)
	// MoveTask does something with a task that is left to people and workers,
	// and returns how it stands then. It gives ErrTaken where somebody else has
	// the task, ErrLeaseLost where the lease has ended, ErrState where the task
	// stands otherwise than the act takes it, ErrNotFound where it is not out.
	// Then nothing is changed. Of many that do something at once one succeeds.
	MoveTask(ctx context.Context, exid, task string, m TaskMove) (*ListedTask, error)
	// ClaimTasks leases tasks to a worker, the oldest of each tasker first: until
	// the lease ends nobody else gets them. Where there are none it waits. It
	// returns none once the time is up.
	ClaimTasks(ctx context.Context, o ClaimOptions) ([]*ListedTask, error)
	// KnownTaskers lists the taskers that units have registered with the store.
	KnownTaskers(ctx context.Context) ([]KnownTasker, error)
	// ForgetTasker has the store know taskers of that name, or expression, no
	// more, until a unit registers one again. It returns how many there were.
	ForgetTasker(ctx context.Context, name string) (int, error)
}

// TaskQuery says which tasks to list. The zero value is all that are out.
type TaskQuery struct {
	Exid   string    // of that execution
	Tasker string    // for that tasker
	Person string    // that this person has, or may take: offered to him, or to one of his groups
	Groups []string  // of the person
	State  TaskState // that stand so
	Domain string    // of executions in that domain and below
	Tag    string    // in a node of that tag
	// Field and Value find tasks by a field of their payload, a path such as
	// "order.customer". A Value of null is for tasks that have the field.
	Field string
	Value value.Value `json:"-"`
	// After is the place of the last task of the list before, to go on behind it
	// with the same Tasker or Exid. Limit bounds the list; 0 is for no bound.
	After Place
	Limit int
}

// ListedTask is a task that is out, and how it stands.
type ListedTask struct {
	Task
	Domain  string        `json:"domain"`
	Since   time.Time     `json:"since"`
	State   TaskState     `json:"state"`
	Offered []string      `json:"offered,omitempty"` // people and groups
	Person  string        `json:"person,omitempty"`  // who has it
	Lease   uint64        `json:"lease,omitempty"`
	Until   *time.Time    `json:"until,omitempty"` // when the lease ends
	Unit    string        `json:"unit,omitempty"`  // the only one that may do it
	Left    bool          `json:"left,omitempty"`  // it waits for a unit that has its tasker
	History []TaskHistory `json:"history,omitempty"`
}

// TaskHistory is something that was done with a task.
type TaskHistory struct {
	At   time.Time `json:"at"`
	Act  TaskAct   `json:"act"`
	By   string    `json:"by,omitempty"`
	To   []string  `json:"to,omitempty"`
	Note string    `json:"note,omitempty"`
}

// TaskMove is something to be done with a task.
type TaskMove struct {
	Act    TaskAct
	By     string   // who does it
	Groups []string // that he is in: a claim is checked against them, unless nil
	To     []string // to whom it goes, for offer, allocate and delegate
	Note   string   // for the history
	// Force does it although somebody else has the task, as a manager may.
	Force bool
	// Lease is that of a worker who does it.
	Lease uint64
	Unit  string // that it is done in: what is for this one alone may be claimed then
	// For has a claim lease the task for so long, and an extend begin anew.
	For time.Duration
	// Payload goes on in the flow after complete: an object, or null for the
	// task's own. Failure is why it failed, for fail.
	Payload value.Value `json:"-"`
	Failure string
}

// ClaimOptions say what a worker takes.
type ClaimOptions struct {
	Worker string         // its name, for all to see
	Tasker []string       // the names of taskers that it stands for
	Match  *regexp.Regexp // likewise, those that it matches from beginning to end; nil for none
	Domain string         // of executions in that domain and below; "" for all
	Unit   string         // that it is part of: it gets what is for this one alone, too
	Max    int            // how many; default: 1
	Lease  time.Duration  // for how long; default: one minute
	Wait   time.Duration  // how long to wait for the first one; default: not at all
}

// KnownTasker is a tasker that some unit has registered with a store.
type KnownTasker struct {
	Name   string `json:"name"`
	Match  bool   `json:"match,omitempty"` // the name is an expression
	Domain string `json:"domain,omitempty"`
	Unit   string `json:"unit,omitempty"` // the only one that has it
}

// Place returns where the task stands among those of its tasker.
func (l *ListedTask) Place() Place { return Place{l.Since.UnixMicro(), l.Exid, l.ID} }

// standing returns how a task stands, as far as anybody has dealt with it.
func (r *Runtime) standing(ctx context.Context, t *TaskRecord) (*Item, error) {
	i, err := r.store.Item(ctx, t.Exid, t.ID)
	if errors.Is(err, ErrNotFound) {
		return &Item{Exid: t.Exid, ID: t.ID, State: Offered, Offered: []string{t.Tasker}}, nil
	}
	return i, err
}

// listedTask puts together what is to be said of a task at a time.
func (r *Runtime) listedTask(ctx context.Context, t *TaskRecord, i *Item, now int64) (*ListedTask, error) {
	task, err := r.newTask(ctx, t)
	if err != nil {
		return nil, err
	}
	l := &ListedTask{Task: *task, Domain: t.Domain, Since: micros(t.SinceMicros), Unit: t.Unit, Left: t.Left}
	l.stand(i, now)
	if !t.Accepted { // its tasker has it
		l.State, l.Offered = Allocated, nil
	}
	return l, nil
}

func (l *ListedTask) stand(i *Item, now int64) {
	l.State, l.Offered, l.Person, l.Lease = i.State, i.Offered, i.Person, i.Lease
	if i.Lease != 0 {
		until := micros(i.UntilMicros)
		l.Until = &until
	}
	for _, e := range i.History {
		l.History = append(l.History, TaskHistory{At: micros(e.AtMicros), Act: e.Act, By: e.By, To: e.To, Note: e.Note})
	}
	if i.ended(now) {
		l.State, l.Person, l.Lease, l.Until = Offered, "", 0, nil
	}
}

// FindTasks lists tasks, see TaskClient.
func (r *Runtime) FindTasks(ctx context.Context, q TaskQuery) ([]*ListedTask, error) {
	list := []*ListedTask{}
	path, err := value.ParsePath(q.Field)
	if err != nil && q.Field != "" {
		return nil, fmt.Errorf("%q is no field of a payload: %w", q.Field, err)
	}
	for rec, err := range r.candidates(ctx, &q) {
		if err != nil {
			return nil, err
		}
		if rec.Withdrawn || q.Exid != "" && rec.Exid != q.Exid || q.Tasker != "" && rec.Tasker != q.Tasker || !InDomain(rec.Domain, q.Domain) {
			continue
		}
		i, err := r.standing(ctx, rec)
		if err != nil {
			return nil, err
		}
		t, err := r.listedTask(ctx, rec, i, r.nowMicros())
		if errors.Is(err, ErrNotFound) {
			continue // it was returned meanwhile
		}
		if err != nil {
			return nil, err
		}
		if !q.matches(t, path) {
			continue
		}
		if list = append(list, t); len(list) == q.Limit {
			break
		}
	}
	return list, nil
}

// candidates gives the tasks that a query may be for, found by what is indexed.
func (r *Runtime) candidates(ctx context.Context, q *TaskQuery) iter.Seq2[*TaskRecord, error] {
	after := q.After
	behind := func(all iter.Seq2[*TaskRecord, error]) iter.Seq2[*TaskRecord, error] {
		return func(yield func(*TaskRecord, error) bool) {
			for t, err := range all {
				if (err != nil || after == (Place{}) || t.Place().Compare(after) > 0) && !yield(t, err) {
					return
				}
			}
		}
	}
	switch {
	case q.Exid != "":
		return behind(r.store.Tasks(ctx, q.Exid))
	case q.Tasker != "":
		return byAge(r.store.Listed(ctx, q.Tasker, true, after), r.store.Listed(ctx, q.Tasker, false, after), behind(r.outbox(ctx, q.Tasker)))
	case q.Person != "":
		return concat(append([]iter.Seq2[*TaskRecord, error]{r.store.Held(ctx, q.Person)}, r.free(ctx)...)...)
	}
	return behind(r.store.Tasks(ctx, ""))
}

// free gives the tasks that nobody has, tasker by tasker.
func (r *Runtime) free(ctx context.Context) (all []iter.Seq2[*TaskRecord, error]) {
	for name, err := range r.store.ListedTaskers(ctx) {
		if err != nil {
			return append(all, func(yield func(*TaskRecord, error) bool) { yield(nil, err) })
		}
		all = append(all, r.store.Listed(ctx, name, true, Place{}))
	}
	return all
}

// outbox gives the tasks of a tasker that it is about to do, the oldest first.
func (r *Runtime) outbox(ctx context.Context, tasker string) iter.Seq2[*TaskRecord, error] {
	return func(yield func(*TaskRecord, error) bool) {
		var list []*TaskRecord
		for t, err := range r.store.Outbox(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if t.Tasker == tasker && !t.Withdrawn {
				list = append(list, t)
			}
		}
		slices.SortFunc(list, func(a, b *TaskRecord) int { return a.Place().Compare(b.Place()) })
		for _, t := range list {
			if !yield(t, nil) {
				return
			}
		}
	}
}

func concat(all ...iter.Seq2[*TaskRecord, error]) iter.Seq2[*TaskRecord, error] {
	return func(yield func(*TaskRecord, error) bool) {
		for _, seq := range all {
			for t, err := range seq {
				if !yield(t, err) {
					return
				}
			}
		}
	}
}

// byAge merges rows of tasks that are in order of age.
func byAge(all ...iter.Seq2[*TaskRecord, error]) iter.Seq2[*TaskRecord, error] {
	return func(yield func(*TaskRecord, error) bool) {
		type row struct {
			next func() (*TaskRecord, error, bool)
			head *TaskRecord
		}
		var rows []*row
		advance := func(w *row) (more bool, err error) {
			t, err, ok := w.next()
			w.head = t
			return ok && err == nil, err
		}
		for _, seq := range all {
			next, stop := iter.Pull2(seq)
			defer stop()
			w := &row{next: next}
			more, err := advance(w)
			if err != nil {
				yield(nil, err)
				return
			}
			if more {
				rows = append(rows, w)
			}
		}
		for len(rows) > 0 {
			w := slices.MinFunc(rows, func(a, b *row) int { return a.head.Place().Compare(b.head.Place()) })
			if !yield(w.head, nil) {
				return
			}
			more, err := advance(w)
			if err != nil {
				yield(nil, err)
				return
			}
			if !more {
				rows = slices.DeleteFunc(rows, func(x *row) bool { return x == w })
			}
		}
	}
}

// matches tells whether a task is one of those that are asked for.
func (q *TaskQuery) matches(t *ListedTask, field value.Path) bool {
	if q.State != "" && t.State != q.State || q.Tag != "" && !slices.Contains(t.Tags, q.Tag) {
		return false
	}
	if q.Person != "" && t.Person != q.Person {
		i := Item{Offered: t.Offered}
		if t.State != Offered || !i.offeredTo(q.Person, q.Groups) {
			return false
		}
	}
	if q.Field == "" {
		return true
	}
	v, miss := value.Get(t.Payload, field)
	return miss == nil && (q.Value.IsNull() || value.Equal(v, q.Value))
}

// Task returns a task, see TaskClient.
func (r *Runtime) Task(ctx context.Context, exid, task string) (*ListedTask, error) {
	rec, err := r.findTask(ctx, exid, task)
	if errors.Is(err, ErrNotFound) {
		if i, err := r.store.Item(ctx, exid, task); err == nil {
			l := &ListedTask{Task: Task{Exid: exid, ID: task, Key: exid + "-" + task, Params: value.NewObject(), Payload: value.NewObject()}}
			l.stand(i, r.nowMicros())
			if !i.over() {
				l.State, l.Person, l.Lease, l.Until, l.Offered = Gone, "", 0, nil, nil
			}
			return l, nil
		}
	}
	var i *Item
	if err == nil {
		i, err = r.standing(ctx, rec)
	}
	if err == nil {
		var l *ListedTask
		if l, err = r.listedTask(ctx, rec, i, r.nowMicros()); err == nil {
			return l, nil
		}
	}
	return nil, fmt.Errorf("task %s of %s: %w", task, exid, err)
}

// findTask finds a task by its id or its node's.
func (r *Runtime) findTask(ctx context.Context, exid, task string) (*TaskRecord, error) {
	rec, err := r.store.TaskRecord(ctx, exid, task)
	if errors.Is(err, ErrNotFound) {
		rec, err = r.taskOfNode(ctx, exid, task)
	}
	if err == nil && rec.Withdrawn {
		err = ErrNotFound
	}
	return rec, err
}
