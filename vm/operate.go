package vm

import (
	"errors"
	"fmt"

	"github.com/florc-lang/florc/lang/value"
)

// What operators do to an execution comes in messages, as everything does. The
// host asks Accepts before it delivers one, so that who sent it learns that it
// cannot be done; the machine then does it or, in doubt, nothing.

// ErrGone tells that a message is for a node that is not there, or has ended.
var ErrGone = errors.New("there is no such node")

// operate takes a message of an operator; it tells whether it is one. No trap
// sees them.
func (x *Execution) operate(m *Message) bool {
	switch m.Point {
	case Pause:
		x.pause(m)
	case Resume:
		x.resume(m)
	case Reapply:
		x.reapply(m)
	case Add:
		x.add(m)
	default:
		return false
	}
	return true
}

// Accepts tells why an operator's message cannot be taken: ErrGone, or an error
// that says what the node does instead.
func (x *Execution) Accepts(m *Message) error {
	f := x.frames[m.Nid]
	switch {
	case m.Nid.IsZero() && m.Point == Reapply:
		if len(x.FailedNodes()) == 0 {
			return errors.New("no node has failed")
		}
		return nil
	case m.Nid.IsZero():
		return nil
	case f == nil || f.State == Ended || x.hasReplied(f):
		return ErrGone
	}
	switch m.Point {
	case Reapply:
		switch {
		case m.OnlyFailed && (f.Failure == nil || f.State != Open):
			return fmt.Errorf("node %s has not failed", m.Nid)
		case f.State == Closed && f.Again == nil, f.endsInstead():
			return fmt.Errorf("node %s is being cancelled", m.Nid)
		}
	case Add:
		return f.takes(m)
	}
	return nil
}

// hasReplied tells whether the node has ended, and its reply has not been taken
// yet.
func (x *Execution) hasReplied(f *Frame) bool {
	for _, m := range x.queue.all() {
		if m.ends(f) {
			return true
		}
	}
	return x.ReplyHeld(f)
}

// AddMessage is the message by which a node gets another branch, a tree as
// JSON, which starts with the payload, or with the node's where it is nil.
func AddMessage(nid NID, tree, file string, payload *Payload) Message {
	m := Message{Point: Add, Nid: nid, Tree: value.String(tree), File: file}
	if payload != nil {
		m.Payload, m.Forced = *payload, true
	}
	return m
}

// AddElementsMessage is the message by which a node gets more elements to
// iterate over.
func AddElementsMessage(nid NID, elements []value.Value) Message {
	return Message{Point: Add, Nid: nid, Elements: elements}
}

// takes tells why the node cannot take what an Add message has for it.
func (f *Frame) takes(m *Message) error {
	a := f.Proc.Adds
	what := "a branch"
	if m.Tree.IsNull() {
		what = "an element"
	}
	switch {
	case f.State != Open:
		return fmt.Errorf("node %s is about to end", f.Nid)
	case a == nil || m.Tree.IsNull() && a.Elements == nil || !m.Tree.IsNull() && a.Branch == nil:
		return fmt.Errorf("node %s, a %s, cannot take %s", f.Nid, f.heap(), what)
	case a.Takes != nil:
		if err := a.Takes(f, m.Elements); err != nil {
			return fmt.Errorf("node %s cannot take %s: %w", f.Nid, what, err)
		}
	}
	return nil
}

// Adds is how a procedure takes branches and elements that come from outside
// while it runs.
type Adds struct {
	// Takes tells why the node can take none, or none of these elements; nil for
	// it always can.
	Takes func(f *Frame, elements []value.Value) error
	// Branch starts another branch, with the payload as it stands; nil where
	// there are none. Other sees its reply.
	Branch func(n *Node, c *Code) error
	// Elements takes more elements; nil where there are none.
	Elements func(n *Node, elements []value.Value) error
}

// add gives a node what comes to it from outside.
func (x *Execution) add(m *Message) {
	f := x.frames[m.Nid]
	if f == nil || f.takes(m) != nil {
		return
	}
	x.touch(f)
	n := x.at(f, m)
	if !m.Forced {
		n.pl = f.Payload
	}
	n.guard(func() error {
		if m.Tree.IsNull() {
			return f.Proc.Adds.Elements(n, m.Elements)
		}
		place := len(f.Code.Parts) + f.Added
		if f.Code.HeadExpr != nil {
			place++ // that is the part after the last
		}
		p, err := x.addGraft(graft{text: m.Tree, path: fmt.Sprintf("%s_%d", f.Code.Path, place), file: m.File})
		if err != nil {
			return BadArgument("", "the branch can't be read: %s", err)
		}
		f.Added++
		return f.Proc.Adds.Branch(n, p.Root)
	})
}
