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
// is a task, which a tasker of the runtime's own does: so it is withdrawn with
// its node, and a replay of the parent finds what came of it in the parent's
// journal. It is launched with the commit that marks the task as accepted, and
// only while the task is out; what comes of it is sent with the commit that it
// comes to be in, and its cancel with the one that ends the task. So no crash
// leaves one of the two without the other.

// Parent is the node that launched an execution, and waits for it.
type Parent struct {
	Exid string `cbor:"1,keyasint,omitempty" json:"exid"`
	Nid  string `cbor:"2,keyasint,omitempty" json:"nid"`
	// Task is the id of the parent's task that the execution is; "" where the
	// parent does not wait for it.
	Task string `cbor:"3,keyasint,omitempty" json:"task,omitempty"`
}

// childOf says whose child an execution is to be. Its id is the task's key.
type childOf struct {
	exid   string
	parent *Parent
	unseen bool // by traps of others, see vm.Launch
	task   TaskKey
	back   *vm.Message // by which the task returns with the launch; nil where it does with the end
}

// errCalledOff tells that nobody wants a child anymore that is to be launched.
var errCalledOff = errors.New("the task is over, or withdrawn")

// join has a batch that launches a child take the parent's task.
func (c *childOf) join(b *Batch) {
	b.Begun = &c.task
	if c.back != nil {
		b.Returned = &c.task
		b.Sends = append(b.Sends, Send{c.task.Exid, vm.AppendMessage(nil, c.back)})
	}
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
	child := &childOf{exid: t.Key, parent: &Parent{Exid: t.Exid, Nid: t.Nid}, task: TaskKey{t.Exid, t.ID}}
	o := LaunchOptions{Domain: rec.Origin.Domain, Payload: t.Payload, Vars: param("vars"), child: child}
	if d := param("domain"); d.IsString() {
		o.Domain = d.AsString()
	}
	child.unseen = param(vm.UnseenParam).Truthy()
	reply := &Reply{Later: true}
	if wait := param("wait"); wait.IsNull() || wait.Truthy() {
		child.parent.Task = t.ID
	} else {
		reply = &Reply{Payload: value.FromObject(t.Payload.AsObject().Set(vm.RetKey, value.String(t.Key)))}
		if child.back, err = returnMessage(&TaskRecord{Exid: t.Exid, ID: t.ID, Nid: t.Nid}, reply.Payload, nil); err != nil {
			return nil, err
		}
	}
	switch err := c.launch(ctx, rec, t.Name, o); {
	case err == nil, errors.Is(err, errCalledOff):
		reply.begun = true
	case errors.Is(err, ErrConflict): // an earlier version has launched it, in a commit of its own
	case errors.Is(err, ErrFull):
		return nil, TryAgain(err, holdFor)
	default:
		return nil, err
	}
	return reply, nil
}

func (c children) launch(ctx context.Context, rec *Record, name string, o LaunchOptions) error {
	if _, err := c.r.store.Record(ctx, o.child.exid); err == nil {
		return ErrConflict // it is there
	} else if !errors.Is(err, ErrNotFound) {
		return err
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
	_, err = c.r.Launch(ctx, def, o)
	return err
}

// takeBack ends a task that is withdrawn: its child is cancelled, if there is
// one, and its node told.
func (c children) takeBack(ctx context.Context, rec *TaskRecord, payload value.Value) error {
	back, err := returnMessage(rec, payload, nil)
	if err != nil {
		return err
	}
	key := rec.Key()
	b := &Batch{Returned: &key}
	for _, send := range []Send{
		{rec.Exid + "-" + rec.ID, vm.AppendMessage(nil, &vm.Message{Point: vm.Cancel, Nid: rootNID})},
		{rec.Exid, vm.AppendMessage(nil, back)},
	} {
		switch to, err := c.r.store.Record(ctx, send.Exid); {
		case errors.Is(err, ErrNotFound): // it was not launched
		case err != nil:
			return err
		case to.Status != Terminated:
			b.Sends = append(b.Sends, send)
		}
	}
	switch err := c.r.store.Commit(ctx, b); {
	case errors.Is(err, ErrNotFound): // the child has ended meanwhile
		return nil
	case errors.Is(err, ErrFull):
		return TryAgain(err, holdFor)
	case err != nil:
		return err
	}
	for _, send := range b.Sends {
		c.r.wakeInbox(send.Exid)
	}
	return nil
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
