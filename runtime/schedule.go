package runtime

import (
	"context"
	"sync"
	"time"
)

// scheduler fires the timers that are in the store. It sleeps until the next
// one is due, or until it is told of an earlier one.
type scheduler struct {
	r      *Runtime
	wakeup chan struct{}

	mu     sync.Mutex
	cursor Timer          // the last one that was fired: the next are behind it
	told   *Timer         // the first of those committed since it last looked
	next   int64          // when the next one is due, as far as is known
	firing map[Timer]bool // those that were fired and are not taken yet
}

const (
	// maxSleep bounds the sleep: a clock that is set, or a machine that was
	// suspended, makes timers late by no more than this.
	maxSleep = time.Minute
	// timersAtOnce is how many timers are read at a time.
	timersAtOnce = 256
)

func (s *scheduler) init(r *Runtime) {
	s.r, s.wakeup, s.firing = r, make(chan struct{}, 1), make(map[Timer]bool)
}

// nudge has the scheduler look again.
func (s *scheduler) nudge() {
	select {
	case s.wakeup <- struct{}{}:
	default: // it will look anyway
	}
}

// set tells of timers that were committed.
func (s *scheduler) set(ts []Timer) {
	if len(ts) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range ts {
		if s.told == nil || t.Compare(*s.told) < 0 {
			s.told = &t
		}
		if s.next == 0 || t.DueMicros < s.next {
			s.next = t.DueMicros
			s.nudge()
		}
	}
}

// rescan has it look at the timers from the first one.
func (s *scheduler) rescan() {
	s.mu.Lock()
	s.cursor, s.told, s.next = Timer{}, nil, 0
	clear(s.firing)
	s.mu.Unlock()
	s.nudge()
}

func (s *scheduler) run(ctx context.Context) {
	for ctx.Err() == nil {
		wait, err := s.fire(ctx)
		if err != nil {
			if ctx.Err() == nil {
				s.r.fail(err)
			}
			return
		}
		c, stop := s.r.c.Clock.After(wait)
		select {
		case <-ctx.Done():
		case <-s.wakeup:
		case <-c:
		}
		stop()
	}
}

// fire fires what is due and returns how long to sleep.
func (s *scheduler) fire(ctx context.Context) (time.Duration, error) {
	for {
		after := s.look()
		ts, err := s.r.store.Timers(ctx, after, timersAtOnce)
		if err != nil {
			return 0, err
		}
		now, last := s.r.nowMicros(), after
		next := int64(0)
		for _, t := range ts {
			if t.DueMicros > now {
				next = t.DueMicros
				break
			}
			if s.begin(t) {
				s.r.wakeFired(t)
			}
			last = t
		}
		s.mu.Lock()
		s.cursor, s.next = last, next
		behind := s.told != nil && s.told.Compare(last) <= 0
		s.mu.Unlock()
		if behind || next == 0 && len(ts) == timersAtOnce {
			continue
		}
		wait := maxSleep.Microseconds()
		until := func(micros int64) {
			if micros != 0 {
				wait = min(wait, micros-now)
			}
		}
		until(next)
		until(s.r.forgetIdle())
		until(s.r.wakeHeld())
		return time.Duration(max(wait, 0)) * time.Microsecond, nil
	}
}

// begin tells whether a timer is not fired yet: one that is read again, after
// the cursor was set back, may be.
func (s *scheduler) begin(t Timer) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.firing[t] {
		return false
	}
	s.firing[t] = true
	return true
}

// taken tells of fired timers that were taken.
func (s *scheduler) taken(ts []Timer) {
	if len(ts) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range ts {
		delete(s.firing, t)
	}
}

// look returns the timer behind which to look for the next ones. One that was
// committed meanwhile and lies before the cursor sets the cursor back.
func (s *scheduler) look() Timer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.told != nil && s.told.Compare(s.cursor) <= 0 {
		s.cursor = *s.told
		s.cursor.ID-- // just before it
	}
	s.told, s.next = nil, 0 // what is committed from here on may not be seen: be told
	return s.cursor
}
