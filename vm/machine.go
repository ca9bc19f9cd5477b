package vm

import (
	"errors"

	"github.com/florc-lang/florc/lang/value"
)

// Run works the queued messages until none is left, or until the step budget
// is used up; it tells whether messages are left. It never blocks.
func (x *Execution) Run() (more bool) {
	x.directSteps, x.hops, x.longWay = 0, 0, false
	clear(x.bails)
	budget := x.Limits.RunSteps
	if x.Budget > 0 {
		budget = x.Budget
	}
	for steps := 0; x.queue.len() > 0; {
		if steps >= budget {
			return true
		}
		m := x.queue.pop()
		if x.pausing() && x.holdBack(m) {
			steps++
			continue
		}
		if m.Wait > 0 && x.queue.len() > 0 {
			m.Wait--
			x.queue.again(m)
			continue
		}
		if m.Point == Terminated && x.queue.len() > 0 {
			x.queue.again(m) // the end comes last
			continue
		}
		steps += 1 + x.directSteps/directPerStep + x.hops/hopsPerStep
		x.directSteps %= directPerStep
		x.hops %= hopsPerStep
		if x.Observe != nil {
			x.Observe(m)
		}
		if x.Hook != nil {
			for _, more := range x.Hook(m) {
				x.emit(more)
			}
		}
		m.disown()
		x.work(m)
		x.queue.release(m)
		for _, f := range x.removed { // while the message was worked some still looked at them
			freeFrames.Put(f)
		}
		clear(x.removed)
		x.removed = x.removed[:0]
	}
	return false
}

// directPerStep is how many steps of direct evaluation, and hopsPerStep how
// many frames that a variable was looked for in, count as one message: a deep
// recursion spends its time looking for names, and has to let others go on too.
const (
	directPerStep = 8
	hopsPerStep   = 64
)

// work takes one message.
func (x *Execution) work(m *Message) {
	if x.operate(m) {
		return
	}
	if m.Point != Execute {
		x.notice(m, x.frames[m.Nid])
	}
	switch m.Point {
	case Execute:
		x.execute(m)
	case Receive, Return:
		x.receive(m)
	case Trigger:
		if m.OnLast != nil {
			x.triggered(m)
		} else {
			x.receive(m)
		}
	case TrapSet:
		x.trapSet(m)
	case Grafted:
		x.grafted(m)
	case Reapplied:
		x.reapplied(m)
	case Locked:
		x.locked(m)
	case Sighted:
		x.sighted(m)
	case Cancel:
		x.cancel(m)
	case Failed:
		x.failed(m)
	case Terminated:
		x.terminated(m)
	}
}

// at puts the node of frame f to work on m. There is one at work at a time.
func (x *Execution) at(f *Frame, m *Message) *Node {
	x.node = Node{x: x, f: f, m: m, pl: m.Payload, todo: -1}
	return &x.node
}

// execute starts a node.
func (x *Execution) execute(m *Message) {
	if len(x.frames) >= x.Limits.Nodes {
		x.rejectNode(m)
		return
	}
	if x.tryDirect(m) {
		return
	}
	f := freeFrames.Get().(*Frame)
	f.Nid, f.Parent, f.ReplyTo, f.Code, f.Payload = m.Nid, m.From, m.From, m.Code, m.Payload
	f.Lambda, f.Cnid, f.Args, f.InError, f.Subs = m.Lambda, m.Cnid, m.Args, m.InError, m.Nid.Sub
	parent := x.frames[m.From]
	if parent != nil {
		f.Depth = parent.Depth
	}
	for k, h := range m.Handlers {
		if h != nil {
			f.Handlers[k] = []Handler{*h}
		}
	}
	f.Attempt, f.Unseen = m.Attempt, m.Unseen || parent != nil && parent.Unseen
	if m.Vars != nil || parent == nil {
		f.Vars = &Vars{}
		for _, v := range m.Vars {
			x.bind(f, v.Name, v.Value)
		}
	}
	x.frames[f.Nid] = f
	f.dirty = true
	if _, known := x.dirty[f.Nid]; !known {
		x.dirty[f.Nid] = false
	}
	x.live++
	switch {
	case parent != nil:
		parent.adopt(f, parent.children.next())
	case !m.From.IsZero():
		f.sibling.order = loose
	}
	n := x.at(f, m)
	n.guard(func() error {
		if err := n.resolveHead(m.As); err != nil {
			return err
		}
		if parent == nil {
			if err := x.Limits.checkLaunch(m); err != nil {
				f.Payload, m.Payload = Payload{}, Payload{}
				return err
			}
		}
		n.noticed = x.notice(m, f)
		return n.begin()
	})
}

// rejectNode fails the node that would have been started by m; it has no
// frame, so its parent carries the failure.
func (x *Execution) rejectNode(m *Message) {
	f := x.frames[m.From]
	if f == nil {
		return
	}
	n := x.at(f, m)
	n.fail(errLimit.hint("raise the limit, or look for a loop that starts branches without end",
		"the execution has %d live nodes, its limit", x.Limits.Nodes))
}

// begin runs a node up to its first wait.
func (n *Node) begin() error {
	if n.f.Lambda != nil {
		return n.beginCall()
	}
	if n.f.Proc.Start != nil {
		if err := n.f.Proc.Start(n); err != nil || n.over {
			return err
		}
	}
	first := 0
	if p := n.x.tried(n.f); p != nil {
		first = p.Retry.Position + 1
	}
	return n.evaluate(first)
}

// receive takes a reply, a returned task or a timer.
func (x *Execution) receive(m *Message) {
	m.Unseen = m.Unseen || m.Nid.IsZero() && x.isUnseen(m) // while the node that it comes from is there
	child := x.leave(m)
	if m.Nid.IsZero() {
		x.parentless(m)
		return
	}
	f := x.frames[m.Nid]
	if f == nil {
		return
	}
	if f.Trap != nil && f.State == Ended && !f.HasChildren() && !f.outlives(x.prog.Root.Path) {
		x.removeUnused(f)
		return
	}
	n := x.at(f, m)
	n.fromChild = child
	n.guard(n.receive)
}

// parentless takes the reply of a node that has no parent: the root's, which
// ends the execution, or a flanking branch's.
func (x *Execution) parentless(m *Message) {
	if m.Flavour == FlankReply {
		return
	}
	point := Ceased
	if m.From.Path == x.prog.Root.Path && m.From.Sub == 0 {
		if x.queue.has(Terminated) {
			return // the root ends once
		}
		point = Terminated
	}
	x.emit(Message{Point: point, From: m.From, Payload: m.Payload, Causes: m.Causes, Unseen: m.Unseen})
}

func (n *Node) receive() error {
	f, m := n.f, n.m
	n.x.touch(f)
	switch {
	case m.Point == Trigger:
		return n.trigger()
	case f.closed():
		expected := n.fromChild || f.Flavour != Plain
		switch {
		case m.Flavour == FlankReply || m.Flavour == PartReply:
			// Its child goes on by itself: nothing else may come from it.
			expected = expected || !n.x.replying(f)
		case m.Point == Return:
			expected = f.TaskID != "" && m.TaskID == f.TaskID
		}
		if expected && f.Again != nil {
			if m.Point == Return {
				f.TaskID = ""
			}
			if f.endsInstead() && !f.isRepliedTo() && !f.withdrawing() {
				return n.LeaveClosed()
			}
			n.startOver()
			return nil
		}
		if expected {
			return n.receiveFromChildWhenClosed()
		}
		return nil
	case f.State == Ended:
		return nil
	case m.Point == Return:
		return n.returned()
	case n.handlesReceive():
		return n.callReceiveHandler()
	}
	if f.OnReceive[0] == m.From && !m.From.IsZero() {
		// The handler is done: go on as if the child itself had replied.
		n.from = f.OnReceive[1]
		return n.proceed(f.OnReceiveKid)
	}
	n.from = m.From
	return n.proceed(m.Kid)
}

// proceed continues a node after one of its parts, or something that it
// called (part -1), has replied.
func (n *Node) proceed(part int) error {
	f := n.f
	if f.Lambda != nil {
		return n.callReceived(part)
	}
	if part == inTurn {
		return n.finish()
	}
	if part < 0 || part > len(f.Code.Parts) || part == len(f.Code.Parts) && f.Code.HeadExpr == nil {
		if f.Proc.Other != nil {
			return f.Proc.Other(n)
		}
		return n.reply()
	}
	return n.received(part)
}

func (n *Node) receiveFromChildWhenClosed() error {
	if n.f.Proc != nil && n.f.Proc.ReceiveClosed != nil {
		return n.f.Proc.ReceiveClosed(n)
	}
	return n.LeaveClosed()
}

// LeaveClosed ends a closed node: with what was to be done once it is
// cancelled, if anything, and if its children are gone; otherwise with a
// reply.
func (n *Node) LeaveClosed() error {
	if !n.f.HasChildren() && n.popOnLast() {
		return nil
	}
	return n.reply()
}

// failed takes the failure of a node to the nearest handler above it.
func (x *Execution) failed(m *Message) {
	f := x.frames[m.Nid]
	if f == nil || m.Err == nil {
		return
	}
	if m.Err.Nid.IsZero() && !x.failedByHost(f, m) {
		return
	}
	if !m.Forced && x.endsForAnother(f) {
		return
	}
	x.touch(f)
	if h := x.errorHandler(f, m.Err); h != nil && !m.Forced {
		if f != h && f.Proc == valueProc && !f.HasHeat && f.Heat.IsNull() {
			x.remove(f) // its head stands for nothing: there is nothing to cancel
		}
		n := x.at(h, m)
		n.guard(n.triggerOnError)
		return
	}
	f.Failure = m.Err
	x.effect(FailedEffect{Nid: m.Nid, Err: m.Err})
}

// failedByHost readies the failure of a node that comes from outside, and
// tells whether the node can fail yet. Its task, if it waits for one, is taken
// back; what its tasker still returns changes nothing.
func (x *Execution) failedByHost(f *Frame, m *Message) bool {
	if f.State == Ended {
		return false
	}
	m.Err, m.Payload = f.place(m.Err), f.Payload
	if f.TaskID != "" {
		x.effect(TaskEffect{ID: f.TaskID, Nid: f.Nid, Withdraw: true})
		f.TaskID = ""
	}
	return true
}

func (x *Execution) terminated(m *Message) {
	x.ended = true
	vars := value.Null
	if r := x.Root(); r != nil && r.Vars != nil {
		vars = r.Vars.Object()
	}
	x.effect(EndedEffect{Payload: m.Payload.Object(), Vars: vars})
}

// guard runs a handler and fails the node if it errs: the messages that the
// handler queued before are taken back.
func (n *Node) guard(do func() error) {
	q := &n.x.queue
	queued, effects := q.mark(), len(n.x.effects)
	n.x.slots = append(n.x.slots[:0], n.f.Slots...)
	err := do()
	if err == nil {
		err = n.drive()
	}
	if err == nil {
		err = n.checkOutcome(queued, n.x.slots)
	}
	if err == nil {
		return
	}
	n.x.truncate(queued + n.noticed)
	n.x.effects = n.x.effects[:effects]
	n.fail(err)
}

// fail queues the failure of the node.
func (n *Node) fail(err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = errArgument.new("%s", err)
	}
	p := n.m.Payload
	p.Ret, p.HasRet = n.pl.Ret, n.pl.HasRet // what the parts left
	if n.x.Limits.checkPayload(&p) != nil {
		p = n.f.Payload // a tasker's, say: no handler could hand it on
	}
	n.x.emit(Message{Point: Failed, Nid: n.f.Nid, From: n.m.From, Wait: n.wait, Payload: p, Err: n.f.place(e), Causes: n.m.Causes})
}
