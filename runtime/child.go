package runtime

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// A child is an execution that a node of another one launches. To its parent it
// is a task, which a tasker of the runtime's own does: so it is launched at
// least once, is withdrawn with its node, and a replay of the parent finds what
// came of it in the parent's journal. The id of the child is the key of the
// task: launched a second time it is there already. What comes of it is sent
// with the very commit that it comes to be in.

// Parent is the node that launched an execution, and waits for it.
type Parent struct {
	Exid string `cbor:"1,keyasint,omitempty" json:"exid"`
	Nid  string `cbor:"2,keyasint,omitempty" json:"nid"`
	// Task is the id of the parent's task that the execution is; "" where the
	// parent does not wait for it.
	Task string `cbor:"3,keyasint,omitempty" json:"task,omitempty"`
}

// childOf says whose child an execution is to be.
type childOf struct {
	exid   string
	parent *Parent
}

// children is the tasker that launches them.
type children struct{ r *Runtime }

// Task launches a child.
func (c children) Task(ctx context.Context, t *Task) (*Reply, error) {
	r := c.r
	rec, err := r.store.Record(ctx, t.Exid)
	if err != nil {
		return nil, err
	}
	param := func(name string) value.Value {
		v, _ := t.Params.AsObject().Get(name)
		return v
	}
	o := LaunchOptions{Domain: rec.Origin.Domain, Payload: t.Payload, Vars: param("vars"),
		child: &childOf{exid: t.Key, parent: &Parent{Exid: t.Exid, Nid: t.Nid, Task: t.ID}}}
	if d := param("domain"); d.IsString() {
		o.Domain = d.AsString()
	}
	wait := param("wait")
	waits := wait.IsNull() || wait.Truthy()
	if !waits {
		o.child.parent.Task = ""
	}
	if err := c.launch(ctx, rec, t.Name, o); err != nil {
		return nil, err
	}
	if waits {
		if context.Cause(ctx) == errWithdrawn { // while it was launched
			return nil, c.Withdraw(context.WithoutCancel(ctx), t)
		}
		return &Reply{Later: true}, nil
	}
	payload := t.Payload.AsObject().Set(vm.RetKey, value.String(t.Key))
	return &Reply{Payload: value.FromObject(payload)}, nil
}

func (c children) launch(ctx context.Context, rec *Record, name string, o LaunchOptions) error {
	if _, err := c.r.store.Record(ctx, o.child.exid); !errors.Is(err, ErrNotFound) {
		return err // it is there already
	}
	if c.r.c.Loader == nil {
		return fmt.Errorf("there is no flow %q: this runtime has no loader", name)
	}
	def, err := c.r.c.Loader(Wanted{Name: name, Domain: o.Domain, From: rec.Origin.File})
	switch {
	case errors.Is(err, ErrNotFound):
		return fmt.Errorf("there is no flow %q (domain %q)", name, o.Domain)
	case err != nil:
		return fmt.Errorf("the flow %q can't be read: %w", name, err)
	}
	switch _, err = c.r.Launch(ctx, def, o); {
	case errors.Is(err, ErrConflict):
		return nil
	case errors.Is(err, ErrFull):
		return TryAgain(err, holdFor)
	}
	return err
}

// Withdraw has a child cancelled: by a letter, so that a crash does not lose it.
func (c children) Withdraw(ctx context.Context, t *Task) error {
	rec, err := c.r.store.Record(ctx, t.Key)
	if errors.Is(err, ErrNotFound) || err == nil && rec.Status == Terminated {
		return nil // it was not launched, or has ended
	}
	if err == nil {
		m := vm.Message{Point: vm.Cancel, Nid: rootNID}
		err = c.r.store.Commit(ctx, &Batch{Sends: []Send{{t.Key, vm.AppendMessage(nil, &m)}}})
	}
	if err == nil {
		c.r.wakeInbox(t.Key)
	}
	return err
}

// tellParent sends what became of a child to its parent, once.
func (s *step) tellParent(before Status, rec *Record) {
	o := s.live.rec.Origin
	if o == nil || o.Parent == nil || o.Parent.Task == "" {
		return
	}
	var payload value.Value
	var failure *vm.Error
	switch {
	case s.ended != nil:
		payload = s.ended.Payload
	case rec.Status == Failed && before != Failed:
		f := s.live.x.Frame(slices.MinFunc(slices.Collect(maps.Keys(s.live.failures)), vm.CompareNIDs))
		e := f.Failure
		payload = f.Payload.Object()
		failure = vm.TaskFailure(o.Name, e.Message)
		failure.Hint = fmt.Sprintf("execution %s failed at line %d of %s: florc show %s", s.exid, e.Line, o.Name, s.exid)
	default:
		return
	}
	nid, err := vm.ParseNID(o.Parent.Nid)
	if err != nil {
		return // it was made by us
	}
	m := vm.ReturnMessage(nid, o.Parent.Task, vm.NewPayload(payload), failure)
	s.batch.Sends = append(s.batch.Sends, Send{o.Parent.Exid, vm.AppendMessage(nil, &m)})
}
