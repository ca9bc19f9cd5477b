package runtime

import (
	"context"
	"slices"
	"sync"
	"time"
)

// scheduler fires the timers that are in the store. It sleeps until the next
// one is due, or until it is told of an earlier one.
type scheduler struct {
	r      *Runtime
	wakeup chan struct{}
	atOnce int // how many timers are read at a time

	mu      sync.Mutex
	ahead   []Timer        // the first ones that are set and not fired, in order
	known   Timer          // up to this one ahead has all of them
	all     bool           // it has all there are
	reading bool           // ahead is being read from the store
	news    []news         // what was committed meanwhile
	next    int64          // when it looks again, as far as it knows; 0 for at once
	firing  map[Timer]bool // those that were fired and are not taken yet
}

// news is a timer that was set, or removed.
type news struct {
	Timer
	set bool
}

const (
	// maxSleep bounds the sleep: a clock that is set, or a machine that was
	// suspended, makes timers late by no more than this.
	maxSleep = time.Minute
	// timersAtOnce is how many timers are read at a time. Four times as many are
	// kept in memory.
	timersAtOnce = 256
)

func (s *scheduler) init(r *Runtime) {
	s.r, s.wakeup, s.atOnce, s.firing = r, make(chan struct{}, 1), timersAtOnce, make(map[Timer]bool)
}

// nudge has the scheduler look again.
func (s *scheduler) nudge() {
	select {
	case s.wakeup <- struct{}{}:
	default: // it will look anyway
	}
}

// committed tells of timers that were set and removed by a commit.
func (s *scheduler) committed(set, removed []Timer) {
	if len(set)+len(removed) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range set {
		s.hear(news{t, true})
	}
	for _, t := range removed {
		s.hear(news{t, false})
	}
	if len(s.ahead) > 0 && s.next > s.ahead[0].DueMicros {
		s.next = s.ahead[0].DueMicros
		s.nudge()
	}
}

// hear brings ahead up to date, or leaves that to who is reading. The lock is
// held.
func (s *scheduler) hear(n news) {
	if s.reading {
		s.news = append(s.news, n)
		return
	}
	if !s.all && n.Compare(s.known) > 0 {
		return // it is read when its time comes
	}
	i, found := slices.BinarySearchFunc(s.ahead, n.Timer, Timer.Compare)
	switch {
	case n.set && !found && !s.firing[n.Timer]:
		s.ahead = slices.Insert(s.ahead, i, n.Timer)
	case !n.set && found:
		s.ahead = slices.Delete(s.ahead, i, i+1)
	}
	if len(s.ahead) > 4*s.atOnce {
		s.ahead = slices.Delete(s.ahead, 2*s.atOnce, len(s.ahead))
		s.known, s.all = s.ahead[len(s.ahead)-1], false
	}
}

// rescan has it look at the timers from the first one.
func (s *scheduler) rescan() {
	s.mu.Lock()
	s.ahead, s.known, s.all, s.news, s.next = nil, Timer{}, false, nil, 0
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
		now := s.r.nowMicros()
		due, more := s.take(now)
		for _, t := range due {
			s.r.wakeFired(t)
		}
		if more {
			if err := s.read(ctx); err != nil {
				return 0, err
			}
			continue
		}
		idle, held := s.r.forgetIdle(), s.r.wakeHeld()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.next = now + maxSleep.Microseconds()
		if len(s.ahead) > 0 {
			s.next = min(s.next, s.ahead[0].DueMicros)
		}
		for _, until := range [...]int64{idle, held} {
			if until != 0 {
				s.next = min(s.next, until)
			}
		}
		return time.Duration(max(s.next-now, 0)) * time.Microsecond, nil
	}
}

// take takes the timers that are due off ahead. It tells whether more have to be
// read before the next one is known: read is to be called then.
func (s *scheduler) take(now int64) (due []Timer, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for n < len(s.ahead) && s.ahead[n].DueMicros <= now {
		s.firing[s.ahead[n]] = true
		n++
	}
	due = slices.Clone(s.ahead[:n])
	clear(s.ahead[:n])
	s.ahead = s.ahead[n:]
	s.reading = len(s.ahead) == 0 && !s.all
	return due, s.reading
}

// read reads the timers that come next. One that is committed meanwhile may be
// among them or not, so who commits it tells.
func (s *scheduler) read(ctx context.Context) error {
	s.mu.Lock()
	after := s.known
	s.mu.Unlock()
	ts, err := s.r.store.Timers(ctx, after, s.atOnce)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading = false
	if err != nil {
		return err
	}
	s.ahead, s.all = ts, len(ts) < s.atOnce
	if !s.all {
		s.known = ts[len(ts)-1]
	}
	for _, n := range s.news {
		s.hear(n)
	}
	s.news = nil
	return nil
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
