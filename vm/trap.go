package vm

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/value"
)

// Trap is what a node waits for: the messages that fit all its criteria. Each
// of them triggers it.
type Trap struct {
	Points []string // nil for every point
	// Strings, or regular expressions: of tags entered or left, of the
	// procedures and the heads of the nodes that messages are for, of signals.
	// Nil is no criterion.
	Tags, Heaps, Heats, Names []value.Value

	Range TrapRange
	Bound NID         // of range InBranch: the node at or below which messages happen
	Left  int64       // how often it still triggers, 0 for as often as it likes
	Fn    value.Value // the function to call; without one the node replies
	Event bool        // the function, or the reply, gets the payload of the message
	// Payload is what it gets otherwise.
	Payload Payload

	ID int64 // of one that sees other executions: the number of it in this one

	pending int64 // triggers that are queued
	spent   bool  // it triggers no more
	link    link  // its place among the execution's traps
}

// TrapRange says where the messages happen that a trap sees.
type TrapRange string

// The ranges.
const (
	InBranch    TrapRange = "subnid" // at or below a node
	InExecution TrapRange = "execution"
	InDomain    TrapRange = "domain"    // in the executions of the domain
	InDomains   TrapRange = "subdomain" // and in those of the domains below it
)

// wide tells whether the trap sees other executions too.
func (t *Trap) wide() bool { return t.Range == InDomain || t.Range == InDomains }

// SetTrap sets a trap. Where it has a function to call, the node runs beside
// its parent from here on; else it waits until the trap triggers, and replies.
func (n *Node) SetTrap(t Trap) {
	f := n.f
	t.link.order = loose
	f.Trap = &t
	n.x.touch(f)
	n.emit(Message{Point: TrapSet, Nid: f.Nid, From: f.Nid, Payload: n.pl, Wait: n.wait, Causes: n.m.Causes})
	if !t.Fn.IsNull() {
		n.Flank(value.Null, false)
	}
	n.over = true
}

// trapSet has the trap of a node see messages from here on.
func (x *Execution) trapSet(m *Message) {
	f := x.frames[m.Nid]
	if f == nil || f.Trap == nil || f.State != Open || f.Trap.link.order != loose {
		return
	}
	t := f.Trap
	t.link.order = 0
	if last := x.traps.last; last != nil {
		t.link.order = last.order + 1
	}
	if t.wide() {
		x.state.Outer++
		t.ID = x.state.Outer
	}
	x.linkTrap(f)
	x.touch(f)
}

func (x *Execution) linkTrap(f *Frame) {
	t := f.Trap
	t.link.frame = f
	x.traps.add(&t.link)
	if t.broad() {
		x.broadTraps++
	}
}

// spend ends a trap.
func (x *Execution) spend(f *Frame) {
	t := f.Trap
	t.spent = true
	if t.link.order == loose {
		return
	}
	x.traps.remove(&t.link)
	t.link.order = loose
	if t.broad() {
		x.broadTraps--
	}
	x.touch(f)
}

// broad tells whether the trap may see messages that direct evaluation does
// without.
func (t *Trap) broad() bool {
	if t.Points == nil {
		return t.Tags == nil && t.Names == nil
	}
	return slices.Contains(t.Points, string(Execute)) || slices.Contains(t.Points, string(Receive))
}

// notice shows a message to the traps, before it is worked; f is the node that
// it is for, nil where there is none. It returns how many messages it queued.
func (x *Execution) notice(m *Message, f *Frame) (queued int) {
	if m.Point == Trigger || m.Point == Sighted {
		return 0
	}
	if x.Watchers != nil {
		x.showOutside(m, f)
	}
	if x.traps.first == nil {
		return 0
	}
	event := value.Null
	for owner := range x.traps.all() {
		if !x.fits(owner, m, f) {
			continue
		}
		if event.IsNull() {
			event = x.show(m)
		}
		x.trigger(owner, m, event)
		queued++
	}
	return queued
}

func (x *Execution) fits(owner *Frame, m *Message, f *Frame) bool {
	t := owner.Trap
	if !t.asksFor(m, f) {
		return false
	}
	from := m.From
	if from.IsZero() {
		from = m.Nid
	}
	if x.isAtOrBelow(x.frames[from], owner.Nid) {
		return false // what the trap itself does
	}
	switch {
	case t.Range == InBranch && f != nil && !x.isAtOrBelow(f, t.Bound):
		return false
	case t.Range == InBranch && f == nil && m.Point != Signal && t.Bound.Path != x.prog.Root.Path:
		return false
	}
	return !t.wide() || !x.isUnseen(m)
}

// asksFor tells whether a message fits what the trap asks for, wherever it
// happens; f is the node that it is for.
func (t *Trap) asksFor(m *Message, f *Frame) bool {
	switch {
	case t.Points != nil && !slices.Contains(t.Points, string(m.Point)):
		return false
	case t.Tags != nil && (m.Point != Entered && m.Point != Left || !slices.ContainsFunc(m.Tags, func(tag string) bool { return matchesAny(t.Tags, tag) })):
		return false
	case t.Names != nil && (m.Name == "" || !matchesAny(t.Names, m.Name)):
		return false
	case t.Heaps != nil && (f == nil || !matchesAny(t.Heaps, f.heap())):
		return false
	case t.Heats != nil && (f == nil || !matchesAny(t.Heats, f.heat0())):
		return false
	}
	return true
}

func (x *Execution) isAtOrBelow(f *Frame, nid NID) bool {
	for ; f != nil; f = x.frames[f.Parent] {
		if f.Nid == nid || f.Parent == nid {
			return true
		}
	}
	return false
}

// matchesAny tells whether one of the strings is s, or one of the regular
// expressions matches it.
func matchesAny(criteria []value.Value, s string) bool {
	for _, c := range criteria {
		switch c.Kind() {
		case value.KindString:
			if c.AsString() == s {
				return true
			}
		case value.KindRegex:
			if re, err := c.AsRegex().Regexp(); err == nil && re.MatchString(s) {
				return true
			}
		}
	}
	return false
}

// heap is the name of the procedure that the node runs, heat0 its head as it
// is written.
func (f *Frame) heap() string { return f.Proc.Sig.Name() }

func (f *Frame) heat0() string {
	if f.Lambda != nil {
		return callProc.Sig.Name()
	}
	return f.Code.Head
}

// trigger queues what the trap does about a message.
func (x *Execution) trigger(owner *Frame, m *Message, event value.Value) {
	t := owner.Trap
	n := Node{x: x, f: owner, m: &Message{}, pl: t.Payload, todo: -1}
	if t.Event {
		n.pl = m.Payload
	}
	var do Message
	if t.Fn.IsNull() {
		do = n.replyMessage()
		if owner.ARet != nil {
			do.Payload = do.Payload.WithRet(*owner.ARet)
		}
	} else {
		args := []Arg{{"msg", event}}
		if m.Point == Signal || m.Point == Sighted && m.Name != "" {
			args = append(args, Arg{"sig", value.String(m.Name)})
		}
		if t.Event {
			args = append(args, Arg{"payload", t.Payload.Object()})
		}
		call, ok := n.numberlessCall(t.Fn, args)
		if !ok {
			return
		}
		do = call
		do.Unseen = t.wide() || x.isUnseen(m)
	}
	do.Forced = true
	t.pending++
	x.touch(owner)
	if t.Left > 0 {
		if t.Left--; t.Left == 0 {
			x.spend(owner)
		}
	}
	x.emit(Message{Point: Trigger, Nid: owner.Nid, From: owner.Nid, Payload: n.pl, OnLast: []Message{do}, Causes: m.Causes})
}

// triggered does what a trap that was triggered has to do.
func (x *Execution) triggered(m *Message) {
	f := x.frames[m.Nid]
	if f != nil && f.Trap != nil {
		f.Trap.pending--
		x.touch(f)
	}
	x.stackCause(m)
	for _, do := range m.OnLast {
		switch {
		case do.Point == Execute:
			x.state.Subs++
			do.Nid.Sub = x.state.Subs
		case f == nil || f.State != Open:
			continue // it was cancelled meanwhile
		}
		do.Causes = m.Causes
		x.emit(do)
	}
}

// outlives tells whether the trap of a node that ended goes on: one that sees
// the whole execution, until that ends.
func (f *Frame) outlives(root string) bool {
	t := f.Trap
	return t != nil && (t.pending > 0 || !t.spent && (t.Range != InBranch || t.Bound.Path == root && t.Bound.Sub == 0))
}

// dropTrap ends the trap of a node that is cancelled by itself, not because its
// parent ends, or that starts over.
func (n *Node) dropTrap() {
	if n.f.Trap != nil && (n.m.From != n.f.Parent || n.x.startsOver(n.f)) {
		n.x.spend(n.f)
	}
}

// startsOver tells whether the node is part of one that is to start over.
func (x *Execution) startsOver(f *Frame) bool {
	for ; f != nil; f = x.frames[f.Parent] {
		if f.Again != nil {
			return true
		}
	}
	return false
}

// SplitNames splits a string such as "entered, left".
func SplitNames(s string) []string {
	var names []string
	for name := range strings.SplitSeq(s, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// Signal emits a signal in the execution.
func (n *Node) Signal(name string, p Payload) {
	n.emit(Message{Point: Signal, Nid: n.f.Nid, From: n.f.Nid, Name: name, Payload: p, Wait: n.wait, Causes: n.m.Causes, Unseen: n.x.isUnseenAt(n.f)})
}

// SignalTo emits a signal for the execution of that id.
func (n *Node) SignalTo(exid, name string, p Payload) {
	if exid == n.x.ID {
		n.Signal(name, p)
		return
	}
	m := SignalMessage(name, p)
	m.Unseen = n.x.isUnseenAt(n.f)
	n.x.effect(SignalEffect{Exid: exid, Message: m})
}

// SignalMessage is the message by which a signal comes from outside. It is for
// the whole execution.
func SignalMessage(name string, p Payload) Message {
	return Message{Point: Signal, Name: name, Payload: p}
}
