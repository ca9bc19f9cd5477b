package vm

import (
	"errors"
	"slices"

	"github.com/florc-lang/florc/lang/retry"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
)

// Retry is what a node has that is tried again where it fails. From its
// attribute retry on, the node is done by attempts, one after the other: each a
// child of it with a frame of its own, which starts from what the attributes
// before gave, and evaluates those after.
type Retry struct {
	Spec value.Value // as the flow gives it

	Proc     *Procedure // what each attempt does
	Position int        // of the attribute in the order of evaluation
	Payload  Payload    // that each attempt goes on with
	Made     int64      // attempts so far
}

// retryProc stands in for the procedure of a node that is tried again.
var retryProc = &Procedure{
	Sig: sig.Proc{Names: []string{"_retry"}},
	Other: func(n *Node) error {
		switch m := n.m; {
		case m.Flavour == FlankReply, m.Flavour == PartReply:
			if n.f.ReplyTo.IsZero() {
				return n.Wait() // an attempt before has let the parent go on
			}
			ret := m.Payload.Ret
			if ret.IsString() && ret.AsString() == m.From.String() {
				ret = value.String(n.f.Nid.String())
			}
			n.Flank(ret, m.Flavour == PartReply)
			return n.Wait()
		case m.Err != nil:
			return n.awaitAttempt()
		}
		return n.reply()
	},
	Trigger: (*Node).nextAttempt,
	CancelClosed: func(n *Node) error {
		if n.f.Flavour == OnError {
			return n.CancelDefault()
		}
		return nil
	},
}

// retry has the node be done by attempts from here on.
func (n *Node) retry(v value.Value) error {
	var bad *retry.Error
	if _, err := retry.Read(v); errors.As(err, &bad) {
		return BadArgument(bad.Hint, "%s", bad.Message)
	}
	f := n.f
	f.Retry = &Retry{Spec: v, Proc: f.Proc, Position: n.position(n.part)}
	switch last := len(f.Atts) - 1; {
	case f.Retry.Position == 0: // as if there were no such attribute
		n.pl.Ret, n.pl.HasRet = f.Payload.Ret, f.Payload.HasRet
	case last >= 0 && f.Atts[last].Key == "":
		n.SetRet(f.Atts[last].Value)
	default:
		n.SetRet(value.Null)
	}
	f.Retry.Payload, f.Proc = n.pl, retryProc
	return n.nextAttempt()
}

func (n *Node) nextAttempt() error {
	f, r := n.f, n.f.Retry
	f.Handlers[HandleError] = slices.DeleteFunc(slices.Clone(f.Handlers[HandleError]), func(h Handler) bool { return h.Attempt })
	r.Made++
	n.x.state.Subs++
	n.emit(Message{Point: Execute, Nid: NID{Path: f.Nid.Path, Sub: n.x.state.Subs}, From: f.Nid, Code: f.Code, Attempt: r.Made,
		Payload: r.Payload, Wait: n.wait, Causes: n.m.Causes})
	n.x.touch(f)
	n.over = true
	return nil
}

// awaitAttempt waits as long as the policy says after an attempt that failed.
func (n *Node) awaitAttempt() error {
	r := n.f.Retry
	policy, err := retry.Read(r.Spec)
	if err != nil {
		return err
	}
	delay := policy.Delay(r.Made, n.x.random)
	if delay == 0 {
		return n.nextAttempt()
	}
	n.pl = n.f.Payload
	n.ScheduleAt(n.x.state.NowMicros + delay)
	return n.Wait()
}

// inherit gives an attempt what its node was before the attribute retry.
func (n *Node) inherit(p *Frame) {
	f := n.f
	f.Proc, f.Heat, f.HasHeat, f.As = p.Retry.Proc, p.Heat, p.HasHeat, p.As
	f.Payload, f.ChildOn, f.KeyNames = p.Payload, p.ChildOn, p.KeyNames
	f.Atts, f.Rets = slices.Clone(p.Atts), slices.Clone(p.Rets)
	f.Handlers[HandleReceive] = p.Handlers[HandleReceive]
}

// tried returns the node that the frame is an attempt of, or nil.
func (x *Execution) tried(f *Frame) *Frame {
	if f.Attempt == 0 {
		return nil
	}
	if p := x.frames[f.Parent]; p != nil && p.Retry != nil {
		return p
	}
	return nil
}

// retries tells whether the frame is an attempt that another one follows
// where it fails with that error.
func (x *Execution) retries(f *Frame, err *Error) bool {
	p := x.tried(f)
	if p == nil || p.State != Open || f.State != Open && !f.failsAttempt() {
		return false
	}
	policy, bad := retry.Read(p.Retry.Spec)
	return bad == nil && p.Retry.Made <= policy.Count &&
		(policy.On == nil || slices.ContainsFunc(policy.On, func(c value.Value) bool { return matchesCriterion(c, err) }))
}

// timedOut is what criteria see where an attempt took too long. It is no
// failure, and seen nowhere else.
var timedOut = &Error{Kind: string(TimedOut), Message: "timed out"}

// failAttempt is what an attempt does that failed: its node hears of it.
func (n *Node) failAttempt(err *Error) []Message {
	return []Message{{Point: Receive, Nid: n.f.Parent, From: n.f.Nid, Kid: -1, Err: err, Payload: n.pl, Forced: true}}
}

// failsAttempt tells whether the frame is that of an attempt that failed, and
// has still to see its children end: what else fails in it does not go further.
func (f *Frame) failsAttempt() bool {
	return len(f.OnLast) == 1 && f.OnLast[0].Nid == f.Parent && f.OnLast[0].Err != nil
}

// attempt returns the number of the attempt that the node is, or is part of,
// the innermost; 0 for none.
func (x *Execution) attempt(f *Frame) int64 {
	for ; f != nil; f = x.frames[f.Parent] {
		if f.Attempt > 0 {
			return f.Attempt
		}
	}
	return 0
}

// nodeObject shows the node as flows see it in node.
func (n *Node) nodeObject() value.Value {
	v := n.f.Object()
	if a := n.x.attempt(n.f); a > 0 {
		v = value.FromObject(v.AsObject().Set("attempt", value.Int(a)))
	}
	return v
}
