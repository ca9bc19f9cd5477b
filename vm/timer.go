package vm

import (
	"slices"

	"github.com/florc-lang/florc/lang/retry"
	"github.com/florc-lang/florc/lang/value"
)

// Schedule sets a timer; the procedure's Trigger sees it fire.
func (n *Node) Schedule(v value.Value) error { return n.schedule(v, false) }

// schedule sets a timer that fires after the duration v: a number of seconds,
// or a string such as '2d1h'.
func (n *Node) schedule(v value.Value, timeout bool) error {
	micros, err := durationMicros(v)
	if err != nil {
		return err
	}
	n.setTimer(n.x.state.NowMicros+micros, timeout)
	return nil
}

// ScheduleAt sets a timer, due at a time in microseconds since 1970; the
// procedure's Trigger sees it fire, with the payload as it stands.
func (n *Node) ScheduleAt(dueMicros int64) { n.setTimer(dueMicros, false) }

func (n *Node) setTimer(dueMicros int64, timeout bool) {
	x := n.x
	x.state.Timers++
	t := Timer{ID: x.state.Timers, Timeout: timeout, Payload: n.pl}
	n.f.Timers = append(n.f.Timers, t)
	x.effect(TimerEffect{ID: t.ID, Nid: n.f.Nid, DueMicros: dueMicros})
}

func durationMicros(v value.Value) (int64, error) {
	micros, err := retry.Micros(v)
	if err != nil {
		return 0, BadDuration("%s", err)
	}
	return micros, nil
}

// trigger takes a timer that fired, if the node still holds it.
func (n *Node) trigger() error {
	f := n.f
	i := slices.IndexFunc(f.Timers, func(t Timer) bool { return t.ID == n.m.Timer })
	if i < 0 {
		return nil
	}
	t := f.Timers[i]
	f.Timers = slices.Delete(f.Timers, i, i+1)
	n.pl = t.Payload
	switch {
	case t.Timeout:
		n.x.emit(Message{Point: Cancel, Nid: f.Nid, From: f.Nid, Flavour: TimedOut, Payload: t.Payload})
		return nil
	case f.State == Open && f.Proc.Trigger != nil:
		return f.Proc.Trigger(n)
	}
	return nil
}
