package vm

import (
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// Undo is a step back that a saga takes where it does not come to its end: a
// function, and the payload that it starts with.
type Undo struct {
	Fn      value.Value
	Payload Payload
}

// AddUndo records a step back, with the payload as it stands, for the nearest
// saga around the node. It tells whether there is one.
func (n *Node) AddUndo(fn value.Value) bool {
	found := false
	for f := n.x.frames[n.f.Parent]; f != nil; f = n.x.frames[f.Parent] {
		if f.Proc == nil || !f.Proc.Undoes {
			continue
		}
		if found = true; f.State == Open {
			n.x.addUndos(f, []Undo{{fn, n.pl}})
			break
		} // else it is one that takes steps back itself
	}
	return found
}

func (x *Execution) addUndos(f *Frame, us []Undo) {
	f.Undos = append(f.Undos[:len(f.Undos):len(f.Undos)], us...)
	for _, u := range us {
		x.escape(f, u.Fn)
	}
	x.touch(f)
}

// HandUndos ends a saga: what it did is from now on a part of what the one
// around it, if there is one, did.
func (n *Node) HandUndos() {
	for f := n.x.frames[n.f.Parent]; f != nil; f = n.x.frames[f.Parent] {
		if f.Proc != nil && f.Proc.Undoes && f.State == Open {
			n.x.addUndos(f, n.f.Undos)
			break
		}
	}
	n.f.Undos = nil
}

// undoes tells whether a failure below the node is first undone by it.
func (f *Frame) undoes() bool { return f.State == Open && len(f.Undos) > 0 && f.Proc.Undoes }

// CancelUndoing ends a saga early: it takes its steps back once what goes on
// below it has ended.
func (n *Node) CancelUndoing() error {
	f := n.f
	f.Failure = nil
	if f.closed() { // it takes steps back: that at hand ends, the others are taken
		n.CancelChildren(Plain)
		n.over = true
		return nil
	}
	n.Close(n.m.Flavour)
	left := n.pl
	f.Left = &left
	if n.CancelChildren(Plain) > 0 {
		n.over = true
		return nil
	}
	return n.UndoNext()
}

// UndoNext takes the next step back and, where none is left, ends the saga: by
// the failure that led to it, or as a node ends that is cancelled.
func (n *Node) UndoNext() error {
	f := n.f
	n.x.touch(f)
	for len(f.Undos) > 0 {
		u := f.Undos[len(f.Undos)-1]
		f.Undos = slices.Clone(f.Undos[:len(f.Undos)-1])
		n.pl = u.Payload
		args := []Arg{{"err", value.Null}}
		if f.Failure != nil {
			args[0].Value = f.Failure.Object()
		}
		if m, ok := n.callMessage(u.Fn, args); ok {
			n.emit(m)
			n.over = true
			return nil
		}
	}
	if f.Left != nil {
		n.pl, f.Left = *f.Left, nil
	}
	err := f.Failure
	if f.Failure = nil; err == nil || len(f.OnLast) > 0 {
		return n.LeaveClosed()
	}
	n.x.setState(f, Open)
	f.Flavour, f.ClosedBy = Plain, 0
	n.emit(Message{Point: Failed, Nid: f.Nid, From: f.Nid, Payload: n.pl, Err: err, Wait: n.wait, Causes: n.m.Causes})
	n.over = true
	return nil
}
