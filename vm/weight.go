package vm

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// Values share their parts, so that a few steps can make one that is small in
// memory and endless to store. What nodes hand on and keep is bounded, by its
// size written out.

// fits tells whether v is within the limits of a value.
func (l *Limits) fits(v value.Value) bool {
	return v.Kind() < value.KindString || v.Weight() <= int64(l.PayloadBytes) && v.Depth() <= l.PayloadDepth
}

// tooLarge is the error of a value that does not fit; what names it.
func (l *Limits) tooLarge(v value.Value, what string) error {
	if v.Depth() > l.PayloadDepth {
		return LimitExceeded("look for a loop that puts a value into itself",
			"%s would be nested more than %d deep, the limit", what, l.PayloadDepth)
	}
	size := fmt.Sprintf("%d bytes", l.PayloadBytes)
	if l.PayloadBytes >= 1<<20 {
		size = fmt.Sprintf("%d MiB", l.PayloadBytes>>20)
	}
	return LimitExceeded("look for a loop that puts a value into itself; keep large data elsewhere and its name here; or raise the limit",
		"%s would take more than %s, the limit", what, size)
}

func (l *Limits) checkPayload(p *Payload) error {
	if !l.fits(p.Ret) {
		return l.tooLarge(p.Ret, "f.ret")
	}
	if !l.fits(p.Fields) {
		return l.tooLarge(p.Fields, "the payload")
	}
	return nil
}

// checkVar returns the error of a variable whose value does not fit.
func (l *Limits) checkVar(name string, v value.Value) error {
	if l.fits(v) {
		return nil
	}
	return l.tooLarge(v, fmt.Sprintf("variable %q", name))
}

// checkLaunch returns the error of a launch with values that do not fit.
func (l *Limits) checkLaunch(m *Message) error {
	for _, v := range m.Vars {
		if err := l.checkVar(v.Name, v.Value); err != nil {
			return err
		}
	}
	return l.checkPayload(&m.Payload)
}

// checkOutcome returns the error of a handler that sent, after the messages
// queued before it, or keeps what does not fit. The node then keeps the slots
// that it had.
func (n *Node) checkOutcome(queued int, slots []value.Value) error {
	l, q := &n.x.Limits, &n.x.queue
	for i := q.head + queued; i < len(q.items); i++ {
		if err := l.checkPayload(&q.items[i].Payload); err != nil {
			return err
		}
	}
	for _, v := range n.f.Slots {
		if !l.fits(v) {
			n.f.Slots = slices.Clone(slots)
			return l.tooLarge(v, fmt.Sprintf("what %q gathers", n.Name()))
		}
	}
	return nil
}
