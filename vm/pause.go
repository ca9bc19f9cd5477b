package vm

import (
	"cmp"
	"slices"
)

// A paused node does nothing, and nor does what is below it: the messages for
// it are kept in its frame, in order, until it is resumed. What is paused is
// found by walking up from a node to the nearest mark, so that a branch is
// paused at constant cost, with whatever is still to start in it.

// Mark says whether a node is paused by itself, rather than with a node above.
type Mark uint8

// The marks.
const (
	Unmarked Mark = iota // it is as the node above it
	Stopped              // it is paused, with all below it
	Halted               // it is paused, those below it are not
	Lifted               // it goes on, with all below it, though a node above is paused
)

// heldMessage is a message that waits for a resume.
type heldMessage struct {
	order int64
	m     *Message
}

// PauseMessage is the message by which a node is paused, the whole execution
// for the zero NID. With alone the nodes below it go on, up to their reply.
func PauseMessage(nid NID, alone bool) Message {
	m := Message{Point: Pause, Nid: nid, Mark: Stopped}
	if alone {
		m.Mark = Halted
	}
	return m
}

// ResumeMessage is the message by which a node, with all below it, goes on;
// the whole execution for the zero NID.
func ResumeMessage(nid NID) Message { return Message{Point: Resume, Nid: nid} }

// Paused tells whether the execution as a whole is paused.
func (x *Execution) Paused() bool { return x.paused }

// PausedAt tells whether the node is paused, by itself or with a node above.
func (x *Execution) PausedAt(f *Frame) bool {
	for at := f; at != nil; at = x.frames[at.Parent] {
		switch at.Mark {
		case Stopped:
			return true
		case Halted:
			if at == f {
				return true
			}
		case Lifted:
			return false
		}
	}
	return x.paused
}

// Held returns how many messages wait until the node is resumed.
func (f *Frame) Held() int { return len(f.held) }

// ReplyHeld tells whether the node has ended: its reply waits for a resume.
func (x *Execution) ReplyHeld(f *Frame) bool {
	at := x.heldBack
	if to := x.frames[f.ReplyTo]; to != nil {
		at = to.held
	} else if len(f.held) > 0 {
		at = f.held
	}
	return slices.ContainsFunc(at, func(h heldMessage) bool { return h.m.ends(f) })
}

// ends tells whether the message is the reply with which the node ends.
func (m *Message) ends(f *Frame) bool {
	return m.Point == Receive && m.From == f.Nid && m.Nid == f.ReplyTo && m.Flavour != FlankReply && m.Flavour != PartReply
}

// whole tells whether the id stands for the whole execution.
func (x *Execution) whole(nid NID) bool {
	return nid.IsZero() || nid == NID{Path: x.prog.Root.Path}
}

func (x *Execution) mark(f *Frame, m Mark) {
	if f.Mark == m {
		return
	}
	f.Mark = m
	x.touch(f)
	x.noteMark(f)
}

func (x *Execution) noteMark(f *Frame) {
	if f.Mark == Unmarked {
		delete(x.marked, f)
		return
	}
	if x.marked == nil {
		x.marked = make(map[*Frame]bool)
	}
	x.marked[f] = true
}

// pause takes a pause message.
func (x *Execution) pause(m *Message) {
	switch f := x.frames[m.Nid]; {
	case x.whole(m.Nid) && m.Mark != Halted:
		x.paused = true
		x.unmark(func(f *Frame) bool { return f.Mark == Lifted })
	case f != nil && f.State != Ended:
		x.unmark(func(g *Frame) bool { return g.Mark == Lifted && x.isAtOrBelow(g, f.Nid) })
		x.mark(f, m.Mark)
	}
}

// resume takes a resume message.
func (x *Execution) resume(m *Message) {
	if f := x.frames[m.Nid]; f != nil || x.whole(m.Nid) {
		x.lift(f)
	}
}

// lift has a node go on, with all below it; the root, or nil, stands for the
// whole execution.
func (x *Execution) lift(f *Frame) {
	if f != nil && !x.whole(f.Nid) {
		x.liftBranch(f)
		return
	}
	x.paused = false
	x.unmark(func(*Frame) bool { return true })
	x.letGo()
}

// liftBranch has a node go on, with all below it.
func (x *Execution) liftBranch(f *Frame) {
	x.unmark(func(g *Frame) bool { return g == f || x.isAtOrBelow(g, f.Nid) })
	if x.PausedAt(f) {
		x.mark(f, Lifted)
	}
	x.letGo()
}

func (x *Execution) unmark(which func(*Frame) bool) {
	for f := range x.marked {
		if which(f) {
			x.mark(f, Unmarked)
		}
	}
}

// letGo queues the messages again that nothing holds anymore, in the order in
// which they were held.
func (x *Execution) letGo() {
	var free []heldMessage
	if !x.paused {
		free, x.heldBack = x.heldBack, nil
	}
	for f := range x.holding {
		if x.PausedAt(f) {
			continue
		}
		free = append(free, f.held...)
		f.held = nil
		delete(x.holding, f)
		x.touch(f)
	}
	slices.SortFunc(free, func(a, b heldMessage) int { return cmp.Compare(a.order, b.order) })
	for _, h := range free {
		x.queue.again(h.m)
	}
}

// pausing tells whether anything is paused.
func (x *Execution) pausing() bool { return x.paused || len(x.marked) > 0 }

// holdBack keeps a message that is for a paused node, and tells whether it did. A
// cancel goes on: it lifts the pause of the node that it is for, and comes to
// it after what was held.
func (x *Execution) holdBack(m *Message) bool {
	to, from := x.frames[m.Nid], x.frames[m.From]
	switch m.Point {
	case Pause, Resume, Reapply, Add, Signal:
		return false
	case Cancel:
		if to == nil {
			return false
		}
		if from != nil && x.PausedAt(from) || from == nil && !m.From.IsZero() && x.paused {
			break // it is part of what is paused
		}
		if x.PausedAt(to) {
			x.lift(to)
			x.queue.again(m)
			return true
		}
		return false
	case Failed:
		if m.Forced {
			return false
		}
	case Execute:
		to = from
	}
	if to == nil {
		to = from
	}
	if !x.PausedAt(to) {
		return false
	}
	m.disown()
	m.Wait = 0 // how long it still had to wait differs with the shortcut
	x.state.Held++
	h := heldMessage{x.state.Held, m}
	if to == nil {
		x.heldBack = append(x.heldBack, h)
		return true
	}
	to.held = append(to.held, h)
	x.noteHeld(to)
	x.touch(to)
	return true
}

func (x *Execution) noteHeld(f *Frame) {
	if x.holding == nil {
		x.holding = make(map[*Frame]bool)
	}
	x.holding[f] = true
}

// forgetPause drops what is noted of a node that is removed.
func (x *Execution) forgetPause(f *Frame) {
	delete(x.marked, f)
	delete(x.holding, f)
}
