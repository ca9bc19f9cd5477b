package vm

import (
	"slices"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
)

// A node is reapplied in its frame: its children are cancelled, what it has
// out is withdrawn and, where it would reply then, it starts over, with
// another tree or the one it has. It keeps its id, its place below its parent
// and the variables of its scope, since functions may see them; its children
// get new ids.

// Reapplication says how a node starts over.
type Reapplication struct {
	// Tree is the tree that the node becomes, as JSON with positions; "" for the
	// one it has.
	Tree string
	File string // that it was read from, "" for none
	// Payload is what the node starts with; nil for what it started with before.
	Payload *Payload
	// Vars are set before it starts: each where the node sees a variable of that
	// name, or else as one of the root.
	Vars []Var
}

// ReapplyMessage is the message by which a node starts over. The zero NID
// stands for every node that failed, if nothing handles that; only is to have
// the message refused where the node did not fail.
func ReapplyMessage(nid NID, r Reapplication, only bool) Message {
	m := Message{Point: Reapply, Nid: nid, Vars: r.Vars, OnlyFailed: only}
	if r.Tree != "" {
		m.Tree, m.File = value.String(r.Tree), r.File
	}
	if r.Payload != nil {
		m.Payload, m.Forced = *r.Payload, true
	}
	return m
}

// FailedNodes lists the nodes that failed, where nothing handles that, sorted.
func (x *Execution) FailedNodes() []NID {
	var nids []NID
	for nid, f := range x.frames {
		if f.Failure != nil && f.State == Open {
			nids = append(nids, nid)
		}
	}
	slices.SortFunc(nids, CompareNIDs)
	return nids
}

// reapply takes a reapply message.
func (x *Execution) reapply(m *Message) {
	if x.Accepts(m) != nil {
		return // not anymore
	}
	nids := []NID{m.Nid}
	if m.Nid.IsZero() {
		nids = x.FailedNodes()
	}
	for _, nid := range nids {
		if f := x.frames[nid]; f != nil {
			x.reapplyNode(f, m)
		}
	}
}

// reapplyNode ends what the node does, so that it can start over.
func (x *Execution) reapplyNode(f *Frame, m *Message) {
	again := *m
	again.Point, again.Nid, again.Mark = Reapplied, f.Nid, f.Mark
	f.Again, f.Failure, f.OnLast = &again, nil, nil
	if x.pausing() && x.PausedAt(f) {
		x.liftBranch(f) // what is below it has to end
	}
	x.queue.drop(func(q *Message) bool { // what would still start something
		own := q.Nid == f.Nid && (q.Point == TrapSet || q.Point == Grafted || q.Point == Trigger && q.OnLast != nil)
		return own || q.turnOf() == f.Nid
	})
	x.touch(f)
	// No cancel closes it, so that those above it know that it has still to end.
	c := Message{Point: Reapply, Nid: f.Nid, Payload: f.Payload, Causes: m.Causes}
	x.stackCause(&c)
	n := x.at(f, &c)
	n.guard(func() error {
		switch {
		case f.closed():
			if n.CancelChildren(Plain) == 0 {
				n.startOver()
			}
			return nil
		case f.Proc.Cancel != nil:
			return f.Proc.Cancel(n)
		}
		return n.CancelDefault()
	})
}

// startOver has the node start over, if it is to and nothing is left of what it
// did. It tells whether it is to.
func (n *Node) startOver() bool {
	f := n.f
	if f.Again == nil || f.endsInstead() {
		return false
	}
	n.over = true
	n.x.comesAgain(f)
	return true
}

// endsInstead tells whether a node that was to start over was cancelled
// meanwhile: it ends once those have replied that have to, whatever its
// procedure counted before.
func (f *Frame) endsInstead() bool { return f.Again != nil && f.Again.Point == Cancel }

// comesAgain queues the start of a node that is to start over, once nothing is
// left of what it did.
func (x *Execution) comesAgain(f *Frame) {
	if f.endsInstead() || f.HasChildren() && !f.Proc.Detached || f.withdrawing() {
		return
	}
	x.mark(f, f.Again.Mark)
	x.emit(Message{Point: Reapplied, Nid: f.Nid, Payload: f.Payload})
}

// endsForAnother tells whether a cancel is on the way to the node, or to one
// above it, because of a node above that is to start over. If it fails
// meanwhile, that is part of what the node above did before.
func (x *Execution) endsForAnother(f *Frame) bool {
	for off := false; f != nil; f = x.frames[f.Parent] {
		if off && f.Again != nil {
			return true
		}
		off = off || f.CalledOff
	}
	return false
}

// withdrawing tells whether a task of the node has still to come back.
func (f *Frame) withdrawing() bool { return f.closed() && f.TaskID != "" }

// reapplied starts a node over.
func (x *Execution) reapplied(m *Message) {
	f := x.frames[m.Nid]
	if f == nil || f.State == Ended || f.Again == nil || f.endsInstead() {
		return // it was cancelled meanwhile
	}
	again := f.Again
	x.clear(f, m.Payload)
	if again.Forced {
		f.Payload = again.Payload
	}
	m.Payload = f.Payload
	if p := x.tried(f); p != nil && !again.Forced {
		m.Payload = p.Retry.Payload
	}
	n := x.at(f, m)
	n.guard(func() error {
		if err := n.become(again.Tree, again.File); err != nil {
			return err
		}
		if err := n.setOutside(again.Vars); err != nil {
			return err
		}
		if err := n.resolveHead(f.As); err != nil {
			return err
		}
		return n.begin()
	})
}

// clear leaves of a frame what its place in the execution is.
func (x *Execution) clear(f *Frame, p Payload) {
	late := func(m *Message) bool { return m.Point == Receive && m.Nid == f.Nid } // from what it did before
	x.queue.drop(late)
	f.held = slices.DeleteFunc(f.held, func(h heldMessage) bool { return late(h.m) })
	x.leaveTags(f, p)
	x.unlock(f)
	for _, t := range f.Timers {
		x.effect(UntimeEffect{ID: t.ID, Nid: f.Nid})
	}
	if f.Trap != nil {
		x.spend(f)
	}
	for kid := range f.Children() { // of one that is detached
		kid.replyToNone()
		x.setApart(kid)
	}
	x.setState(f, Open)
	x.state.Subs++
	*f = Frame{
		Nid: f.Nid, Parent: f.Parent, ReplyTo: f.ReplyTo, Code: f.Code, Proc: f.Proc, Payload: f.Payload, As: f.As,
		Lambda: f.Lambda, Cnid: f.Cnid, Args: f.Args, Depth: f.Depth, Called: f.Called, Subs: x.state.Subs,
		Vars: f.Vars, HasFuncs: f.HasFuncs, Escaped: f.Escaped, Apart: f.Apart, Kept: f.Kept, InError: f.InError, CalledOff: f.CalledOff,
		Mark: f.Mark, held: f.held, Attempt: f.Attempt, Unseen: f.Unseen,
		above: f.above, awaited: f.awaited, uncalled: f.uncalled, sibling: f.sibling, dirty: f.dirty,
	}
	if f.Lambda != nil {
		f.Depth-- // the call counts itself
	}
	x.touch(f)
}

// become gives the node another tree; null leaves it the one that it has.
func (n *Node) become(text value.Value, file string) error {
	f := n.f
	if text.IsNull() {
		return nil
	}
	p, err := n.x.addGraft(graft{text: text, path: f.Nid.Path, file: file})
	if err != nil {
		return BadArgument("", "the tree can't be read: %s", err)
	}
	f.Called, f.Attempt = f.Called || f.Lambda != nil || f.Attempt > 0, 0
	f.Code, f.Lambda, f.Args, f.As = p.Root, nil, nil, ""
	return nil
}

// setOutside sets variables that come from outside.
func (n *Node) setOutside(vars []Var) error {
	for _, v := range vars {
		if err := n.x.Limits.checkVar(v.Name, v.Value); err != nil {
			return err
		}
		f := n.f
		for f.Vars == nil || f.Vars.find(v.Name) < 0 {
			up := n.x.frames[f.Parent]
			if up == nil {
				break
			}
			f = up
		}
		if f.Vars == nil {
			f.Vars = &Vars{}
		}
		n.x.bind(f, v.Name, v.Value)
	}
	return nil
}

// CheckTree tells why a text is no tree that a node can become.
func CheckTree(text string) error {
	_, err := tree.ParseJSON([]byte(text), tree.ReadOptions{MaxBytes: len(text)})
	return err
}

// drop drops the queued messages that which tells of.
func (q *queue) drop(which func(*Message) bool) {
	for _, m := range q.all() {
		if which(m) {
			m.disown()
			m.dead = true
			q.dead++
		}
	}
}
