package vm

import (
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// cancel takes a cancel message.
func (x *Execution) cancel(m *Message) {
	f := x.frames[m.Nid]
	if f == nil || x.pausing() && x.ReplyHeld(f) {
		return
	}
	if m.From.IsZero() && !m.Forced {
		m.Payload = f.Payload // from outside: the node leaves with what it came with
	}
	x.stackCause(m)
	x.callOff(f, false)
	x.touch(f)
	n := x.at(f, m)
	if m.Flavour == Kill {
		n.guard(n.doKill)
		return
	}
	n.guard(n.doCancel)
}

// stackCause records that what follows comes from this message.
func (x *Execution) stackCause(m *Message) {
	kind := string(m.Point)
	if m.Flavour == Kill || m.Flavour == TimedOut {
		kind = string(m.Flavour)
	}
	x.state.Causes++
	m.Causes = append([]Cause{{ID: x.state.Causes, Kind: kind, Nid: m.Nid}}, m.Causes...)
	if len(m.Causes) > maxCauses {
		m.Causes = m.Causes[:maxCauses:maxCauses]
	}
}

// maxCauses bounds the memory of cancels that lead to cancels without end.
const maxCauses = 64

func (n *Node) doCancel() error {
	f, m := n.f, n.m
	if f.Again != nil && !f.endsInstead() {
		f.Again = &Message{Point: Cancel} // it is not to start over: it ends
		if !f.isRepliedTo() && !f.withdrawing() {
			return n.reply()
		}
	}
	if f.closed() && n.closedByCause() {
		return n.reply()
	}
	switch {
	case m.OnLast != nil:
		n.setOnLast(m.OnLast)
	case m.Flavour == TimedOut && n.x.retries(f, timedOut):
		n.setOnLast(n.failAttempt(timedOut))
	case m.Flavour == TimedOut && len(f.Handlers[HandleTimeout]) > 0:
		n.setOnLast(n.prepare(f.Handlers[HandleTimeout], nil, 0))
	case len(f.Handlers[HandleCancel]) > 0:
		n.setOnLast(n.prepare(f.Handlers[HandleCancel], nil, 0))
	}
	switch {
	case f.State == Ended:
		return nil
	case f.closed():
		if f.Proc.CancelClosed != nil {
			return f.Proc.CancelClosed(n)
		}
		return nil
	case f.Proc.Cancel != nil:
		return f.Proc.Cancel(n)
	}
	return n.CancelDefault()
}

// closedByCause tells whether the cancel that closed the node led to the
// message at work.
func (n *Node) closedByCause() bool {
	id := n.f.ClosedBy
	return id != 0 && slices.ContainsFunc(n.m.Causes, func(c Cause) bool { return c.ID == id })
}

func (n *Node) doKill() error {
	if n.f.State == Ended {
		return nil
	}
	n.f.Again = nil
	n.dropTrap()
	n.Close(n.m.Flavour)
	n.CancelChildren(Kill)
	return n.reply()
}

// CancelDefault closes the node and cancels its children; without any it does
// what was to be done once cancelled, or replies.
func (n *Node) CancelDefault() error {
	n.dropTrap()
	n.Close(n.m.Flavour)
	if n.CancelChildren(Plain) > 0 || n.popOnLast() {
		n.over = true
		return nil
	}
	return n.reply()
}

// Close marks the node as closed: it works no more but for leaving.
func (n *Node) Close(flavour Flavour) {
	goesOn := flavour == ContinueOn || flavour == MoveTo
	n.x.queue.takeBack(n.f, goesOn)
	if n.f.Lock != nil && !n.f.Lock.Inside {
		n.x.unlock(n.f)
	}
	state := ClosedElse
	n.f.Flavour, n.f.ClosedBy = flavour, 0
	if n.m.Point == Cancel {
		state, n.f.ClosedBy = Closed, n.m.Causes[0].ID
	}
	n.x.setState(n.f, state)
}

// CancelChildren sends cancel messages to the node's children, but for those
// that were cancelled already, and returns how many have still to see one that
// will reply.
func (n *Node) CancelChildren(flavour Flavour) int {
	f := n.f
	if flavour == Plain && f.Proc.Detached {
		return 0
	}
	if flavour == Plain && f.uncalled == 0 {
		return f.awaited
	}
	for kid := range f.Children() {
		if kid.State == Closed || flavour == Plain && kid.CalledOff {
			continue
		}
		n.SendCancel(kid.Nid, Message{Flavour: flavour})
		n.x.callOff(kid, true)
	}
	return f.awaited
}

// SendCancel sends a cancel message with the current payload, unless m has
// one.
func (n *Node) SendCancel(nid NID, m Message) {
	m.Point, m.Nid, m.From, m.Wait, m.Causes = Cancel, nid, n.f.Nid, n.wait, n.m.Causes
	if !m.Forced {
		m.Payload = n.pl
	}
	n.x.emit(m)
}

func (n *Node) setOnLast(ms []Message) {
	n.f.OnLast = ms
}

// SetOnLast says what the node does once it is cancelled, instead of
// replying; nil is nothing.
func (n *Node) SetOnLast(ms []Message) { n.setOnLast(ms) }

// popOnLast does what was to be done once the node is cancelled, and tells
// whether there was anything.
func (n *Node) popOnLast() bool {
	f := n.f
	if len(f.OnLast) == 0 {
		return false
	}
	handled := f.Flavour == OnError
	for _, c := range n.m.Causes {
		if c.Nid == f.Nid {
			handled = handled || c.Kind == "cancel" && len(f.Handlers[HandleCancel]) > 0 ||
				c.Kind == "timeout" && len(f.Handlers[HandleTimeout]) > 0
			break
		}
	}
	if !handled {
		n.x.setState(f, Open)
		f.Again = nil
		f.Flavour, f.ClosedBy = n.m.Flavour, 0
	}
	ms := f.OnLast
	f.OnLast = nil
	for _, m := range ms {
		if !m.Forced {
			m.Payload = n.pl
		}
		m.Causes = n.m.Causes
		n.emit(m)
	}
	n.over = true
	return true
}

// --- error handlers ---

// errorHandler finds the nearest node above f, f included, that handles err, be
// it as an attempt that is followed by another one. A node that is itself part
// of a handler does not see the errors that it handles.
func (x *Execution) errorHandler(f *Frame, err *Error) *Frame {
	skip := false
	for ; f != nil; f = x.frames[f.Parent] {
		if f.State == Ended {
			continue // it is there for its variables only
		}
		if f.undoes() || x.retries(f, err) {
			return f
		}
		if !f.InError.IsZero() {
			skip = true
		}
		if slices.ContainsFunc(f.Handlers[HandleError], func(h Handler) bool { return h.matches(err) }) {
			if !skip {
				return f
			}
			skip = false
		}
	}
	return nil
}

// CriterionClass is the first element of a criterion of on_error that names a
// class: ["class", name].
const CriterionClass = "class"

// matches tells whether a handler of errors handles this one.
func (h *Handler) matches(err *Error) bool {
	if err == nil {
		return true
	}
	for _, c := range h.Criteria {
		if !matchesCriterion(c, err) {
			return false
		}
	}
	return true
}

func matchesCriterion(c value.Value, err *Error) bool {
	named := func(s string) bool {
		return s == err.Class || s == "Flor::"+err.Class || s == err.Kind || s == string(err.Code)
	}
	switch c.Kind() {
	case value.KindRegex:
		re, bad := c.AsRegex().Regexp()
		return bad == nil && (re.MatchString(err.Message) || re.MatchString(err.Class) || re.MatchString(err.Kind))
	case value.KindString:
		return named(c.AsString()) || c.AsString() == err.Message
	case value.KindList: // ["class", name]
		l := c.AsList()
		return l.Len() == 2 && named(value.ToText(l.At(1)))
	}
	return true
}

// triggerOnError has the node's handler take care of a failure below it.
func (n *Node) triggerOnError() error {
	f := n.f
	n.x.touch(f)
	n.pl = n.m.Payload
	undoes, again := f.undoes(), n.x.retries(f, n.m.Err)
	n.Close(OnError)
	if undoes {
		left := n.m.Payload
		f.Failure, f.Left = n.m.Err, &left
	} else if again {
		n.setOnLast(n.failAttempt(n.m.Err))
	} else {
		n.setOnLast(n.prepare(f.Handlers[HandleError], n.m.Err, 1))
	}
	if n.CancelChildren(Plain) > 0 {
		return nil
	}
	return n.receiveFromChildWhenClosed()
}

// prepare makes the messages that call handlers, at most limit of them (0 for
// all).
func (n *Node) prepare(hs []Handler, err *Error, limit int) []Message {
	ms := []Message{}
	for _, h := range hs {
		if limit > 0 && len(ms) >= limit {
			break
		}
		if !h.matches(err) {
			continue
		}
		if h.Mute {
			ms = append(ms, Message{Point: Receive, Nid: n.f.Nid, Kid: -1, Forced: true,
				Payload: n.f.Payload.WithRet(value.String(""))})
			continue
		}
		args := []Arg{{"msg", n.x.show(n.m)}}
		errValue := value.Null
		if err != nil {
			errValue = err.Object()
		}
		m, ok := n.callMessage(h.Fn, append(args, Arg{"err", errValue}))
		if !ok {
			continue
		}
		if err != nil {
			m.InError = n.f.Nid
		}
		ms = append(ms, m)
	}
	return ms
}

// storeHandler gives a node a handler. One of the same criteria goes before
// the one that is there.
func (x *Execution) storeHandler(f *Frame, kind HandlerKind, h Handler) {
	if h.Fn.Kind() != value.KindFunc {
		return
	}
	if p := x.tried(f); p != nil && kind == HandleError {
		f, h.Attempt = p, true // for when all attempts have failed
	}
	hs := f.Handlers[kind]
	at := slices.IndexFunc(hs, func(o Handler) bool {
		return slices.EqualFunc(o.Criteria, h.Criteria, value.Equal)
	})
	if at < 0 {
		at = len(hs)
	}
	f.Handlers[kind] = slices.Insert(hs, at, h)
	x.escape(f, h.Fn)
	x.touch(f)
}

// StoreHandler gives the node's parent a handler: what on_error and its kin
// do. A postfix if or unless in between does not count.
func (n *Node) StoreHandler(kind HandlerKind, h Handler) {
	p := n.x.frames[n.f.Parent]
	for p != nil && (p.Code.Head == "_if" || p.Code.Head == "_unless") {
		p = n.x.frames[p.Parent]
	}
	if p != nil {
		n.x.storeHandler(p, kind, h)
	}
}

// --- on_receive ---

func (n *Node) handlesReceive() bool {
	f := n.f
	return len(f.Handlers[HandleReceive]) > 0 && f.Retry == nil && n.m.SetsOn != HandleReceive.String() &&
		n.m.Point == Receive && n.m.Kid != inTurn && (f.OnReceive[0].IsZero() || f.OnReceive[0] != n.m.From)
}

func (n *Node) callReceiveHandler() error {
	f := n.f
	fcid := value.Null
	if n.m.Kid >= 0 {
		fcid = value.Int(int64(n.m.Kid))
	}
	m, ok := n.callMessage(f.Handlers[HandleReceive][0].Fn, []Arg{{"msg", n.x.show(n.m)}, {"fcid", fcid}})
	if !ok {
		return n.proceed(n.m.Kid)
	}
	m.Payload, m.Wait = n.pl, n.wait
	f.OnReceive, f.OnReceiveKid = [2]NID{m.Nid, n.m.From}, n.m.Kid
	n.emit(m)
	n.over = true
	return nil
}
