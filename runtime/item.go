package runtime

import (
	"cmp"
	"context"
	"iter"
)

// ItemStore is what a Store keeps of the tasks that are left to people and to
// pulled workers: those that are accepted and not withdrawn.
type ItemStore interface {
	// Item returns how a task stands, also one that is over; ErrNotFound where
	// nobody has dealt with it.
	Item(ctx context.Context, exid, id string) (*Item, error)
	// Items gives the items of an execution, also of tasks that are over.
	Items(ctx context.Context, exid string) iter.Seq2[*Item, error]
	// Listed gives the tasks of a tasker that are left to people and workers,
	// the oldest first: those that are free or those that somebody has. It
	// gives those after a place; the zero Place stands before all.
	Listed(ctx context.Context, tasker string, free bool, after Place) iter.Seq2[*TaskRecord, error]
	// Held gives the tasks that a person has, in any order.
	Held(ctx context.Context, person string) iter.Seq2[*TaskRecord, error]
	// ListedTaskers gives the names of the taskers that Listed has tasks of.
	ListedTaskers(ctx context.Context) iter.Seq2[string, error]
	// Leases gives the leases, the one that ends first before the others.
	Leases(ctx context.Context) iter.Seq2[Lease, error]
	// Taskers gives the taskers that are known, by name.
	Taskers(ctx context.Context) iter.Seq2[*TaskerRecord, error]
}

// Item says how a task stands that is left to people and pulled workers.
type Item struct {
	Exid        string      `cbor:"-"`
	ID          string      `cbor:"-"`                    // of the task
	Version     uint64      `cbor:"1,keyasint,omitempty"` // counts its changes
	State       TaskState   `cbor:"2,keyasint,omitempty"`
	Offered     []string    `cbor:"3,keyasint,omitempty"` // people and groups
	Person      string      `cbor:"4,keyasint,omitempty"` // who has it, "" for nobody
	Lease       uint64      `cbor:"5,keyasint,omitempty"` // its number, 0 for none
	UntilMicros int64       `cbor:"6,keyasint,omitempty"` // when the lease ends
	History     []TaskEvent `cbor:"7,keyasint,omitempty"` // the oldest first
	Dropped     int         `cbor:"8,keyasint,omitempty"` // events that the history has no room for
	Leases      uint64      `cbor:"9,keyasint,omitempty"` // how many there were
}

// Key returns the task's key.
func (i *Item) Key() TaskKey { return TaskKey{i.Exid, i.ID} }

// Free tells whether nobody has the task.
func (i *Item) Free() bool { return i == nil || i.Person == "" }

// Place is where a task stands among those of its tasker.
type Place struct {
	SinceMicros int64
	Exid, ID    string
}

// Place returns where the task stands among those of its tasker.
func (t *TaskRecord) Place() Place { return Place{t.SinceMicros, t.Exid, t.ID} }

// Compare orders places by age, then by execution and task.
func (p Place) Compare(q Place) int {
	return cmp.Or(cmp.Compare(p.SinceMicros, q.SinceMicros), cmp.Compare(p.Exid, q.Exid), cmp.Compare(p.ID, q.ID))
}

// Lease is when a lease ends.
type Lease struct {
	UntilMicros int64
	Exid, ID    string // of the task
}

// TaskerRecord is a tasker that some unit has registered.
type TaskerRecord struct {
	Name   string `cbor:"1,keyasint,omitempty"` // or the expression
	Match  bool   `cbor:"2,keyasint,omitempty"` // Name is an expression
	Domain string `cbor:"3,keyasint,omitempty"`
	Unit   string `cbor:"4,keyasint,omitempty"` // the only one that has it; "" for any
}
