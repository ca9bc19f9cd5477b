package runtime

import (
	"cmp"
	"context"
	"errors"

	"github.com/florc-lang/florc/lang/value"
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
// charge of is withdrawn, because its node was cancelled. Its values may be gone
// by then: the task comes without them. Errors are logged.
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

	// Attempt counts the calls of the tasker for this task, from 1 on, since the
	// start of the runtime; see TryAgain.
	Attempt int `json:"attempt,omitempty"`
	// NodeAttempt is the number of the attempt that the task is part of, where
	// its node, or one around it, has the attribute retry (the innermost one); 0
	// for none. Each attempt has a task of its own, with its own Key.
	NodeAttempt int64 `json:"nodeAttempt,omitempty"`
}

// Reply is what a tasker gives for a task. A nil Reply is an empty one.
type Reply struct {
	// Payload goes on in the flow, an object; null for the task's own.
	Payload value.Value
	// Later tells that the tasker has taken charge of the task: it, or someone
	// else, calls Runtime.Return when it is done.
	Later bool
	// Offer, with Later, leaves the task to these people and groups, Allocate to
	// this person. Default: it is offered to whoever stands for the tasker.
	Offer    []string
	Allocate string

	begun bool // it is stored already that the tasker has the task, or is done with it
}

// Worklist is a tasker that leaves its tasks to whoever lists them and returns
// them.
var Worklist Tasker = worklist{}

type worklist struct{}

func (worklist) Task(context.Context, *Task) (*Reply, error) { return &Reply{Later: true}, nil }

// taskData is the part of a task that no store has to look into.
type taskData struct {
	Args    []byte   `cbor:"1,keyasint,omitempty"`
	Params  []byte   `cbor:"2,keyasint,omitempty"`
	Tags    []string `cbor:"3,keyasint,omitempty"`
	Payload []byte   `cbor:"4,keyasint,omitempty"`
	Attempt int64    `cbor:"5,keyasint,omitempty"`
}

// data encodes the task; large parts of its values are put apart. The refs are
// those in the encoding itself, whatever was put apart before.
func (t *Task) data(put func(value.Ref, func() []byte)) (data []byte, refs []value.Ref) {
	d := taskData{Args: value.AppendPacked(nil, value.NewList(t.Args...), put), Params: value.AppendPacked(nil, t.Params, put),
		Tags: t.Tags, Attempt: t.NodeAttempt, Payload: value.AppendPacked(nil, t.Payload, put)}
	for _, encoded := range [...][]byte{d.Args, d.Params, d.Payload} {
		if err := value.EachRef(encoded, func(ref value.Ref) { refs = append(refs, ref) }); err != nil {
			panic(err) // it was just made
		}
	}
	return Marshal(d), refs
}

// newTask reads the task from its record.
func (r *Runtime) newTask(ctx context.Context, rec *TaskRecord) (*Task, error) {
	var d taskData
	if err := Unmarshal(rec.Data, &d); err != nil {
		return nil, err
	}
	var failed error // of the store
	part := func(ref value.Ref) ([]byte, error) {
		data, err := r.store.Part(ctx, rec.Exid, ref)
		if err != nil && !errors.Is(err, ErrNotFound) {
			failed = &storeError{err}
		}
		return data, err
	}
	args, err1 := decodeValue(d.Args, part)
	params, err2 := decodeValue(d.Params, part)
	payload, err3 := decodeValue(d.Payload, part)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, cmp.Or(failed, err)
	}
	if !args.IsList() {
		return nil, errors.New("the arguments of a task are no list")
	}
	return &Task{Exid: rec.Exid, Nid: rec.Nid, ID: rec.ID, Key: rec.Exid + "-" + rec.ID, Tasker: rec.Tasker, Name: rec.Name,
		Args: args.AsList().Slice(), Params: params, Tags: d.Tags, NodeAttempt: d.Attempt, Payload: payload, Line: rec.Line}, nil
}
