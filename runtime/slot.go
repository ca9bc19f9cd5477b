package runtime

import (
	"container/list"
	"context"
	"errors"
	"time"
)

// slot is an execution that is in memory: it waits for a worker, is at one, or
// is idle.
type slot struct {
	exid    string
	state   slotState
	moving  bool    // it is active, and whoever waits for it will be told
	again   bool    // something came in while it was at a worker
	letters bool    // there may be letters in its inbox
	mail    []mail  // to take; until that is committed
	fired   []Timer // likewise
	live    *live   // nil until it is loaded; a worker's while at it
	idle    *list.Element
	since   int64 // when it became idle
}

type slotState uint8

const (
	slotIdle slotState = iota
	slotReady
	slotWorked
	slotHeld // the store had no room: it is tried again in a while
)

// slotOf returns the execution's slot, a new one where it has none. The lock
// is held.
func (r *Runtime) slotOf(exid string) *slot {
	s := r.slots[exid]
	if s == nil {
		s = &slot{exid: exid}
		r.slots[exid] = s
	}
	return s
}

// wakeInbox has the execution take its letters, or work its own messages.
func (r *Runtime) wakeInbox(exid string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active() {
		s := r.slotOf(exid)
		s.letters = true
		r.wake(s)
	}
}

// post has the execution take mail. It tells whether the runtime can: a
// passive one leaves it alone.
func (r *Runtime) post(exid string, m mail) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.active() {
		return false
	}
	s := r.slotOf(exid)
	s.mail = append(s.mail, m)
	r.mails++
	r.wake(s)
	return true
}

// wakeFired has the execution take a timer that is due.
func (r *Runtime) wakeFired(t Timer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active() {
		s := r.slotOf(t.Exid)
		s.fired = append(s.fired, t)
		r.wake(s)
	}
}

// wake has a slot worked. The lock is held.
func (r *Runtime) wake(s *slot) {
	switch s.state {
	case slotWorked:
		s.again = true
	case slotIdle:
		r.unidle(s)
		s.state = slotReady
		r.ready = append(r.ready, s)
		r.work.Signal()
	}
}

// worker works slots until the unit ends, and until no mail is left.
func (r *Runtime) worker(u *unit) {
	for {
		s := r.next(u)
		if s == nil {
			return
		}
		r.workSlot(s)
	}
}

// next waits for a slot to work; nil tells that it is time to end.
func (r *Runtime) next(u *unit) *slot {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if r.failed != nil || u.draining && r.mails == 0 {
			u.closed = true
			r.work.Broadcast()
			return nil
		}
		for len(r.ready) > 0 {
			s := r.ready[0]
			r.ready[0] = nil
			r.ready = r.ready[1:]
			if !u.draining || len(s.mail) > 0 {
				s.state, s.again = slotWorked, false
				return s
			}
			delete(r.slots, s.exid) // what it has to do is stored
		}
		r.work.Wait()
	}
}

// workSlot takes a turn with a slot that next returned.
func (r *Runtime) workSlot(s *slot) {
	ctx := context.Background() // a turn that has begun is ended
	r.mu.Lock()
	t := turn{r: r, slot: s, mail: s.mail[:len(s.mail):len(s.mail)], fired: s.fired[:len(s.fired):len(s.fired)]}
	letters := s.letters
	s.letters = false
	r.mu.Unlock()

	var more bool
	var err error
	if letters {
		t.letters, err = r.store.Inbox(ctx, s.exid, lettersAtOnce)
		t.more = len(t.letters) == lettersAtOnce
	}
	if err == nil {
		more, err = t.work(ctx)
	}
	switch {
	case err == nil:
	case errors.Is(err, ErrConflict):
		s.live, more, t.took = nil, true, taken{}
	case errors.Is(err, ErrFull):
		s.live, t.took = nil, taken{}
		r.hold(s, letters)
		return
	case isBroken(err):
		// Not even its failure can be stored. The others can be worked.
		r.c.Logger.Error("an execution cannot be worked", "exid", s.exid, "error", err)
		s.live = nil
		_ = t.refuse(err)
	default:
		s.live = nil
		r.fail(err)
		_ = t.refuse(err)
	}
	r.settle(s, more, letters && err != nil || t.moreLetters(), t.took)
}

// holdFor is how long an execution is held that the store had no room for.
const holdFor = time.Second

// hold has the slot tried again in a while.
func (r *Runtime) hold(s *slot, letters bool) {
	r.c.Logger.Warn("the store has no room, an execution waits", "exid", s.exid)
	r.mu.Lock()
	defer r.mu.Unlock()
	s.state, s.letters = slotHeld, s.letters || letters
	s.since = r.nowMicros()
	if r.held = append(r.held, s); r.failed != nil || r.unit.draining {
		r.dropHeld()
	}
	r.schedule.nudge()
}

// wakeHeld has those worked that were held for long enough, and returns when
// to come again, 0 for no need to.
func (r *Runtime) wakeHeld() (nextMicros int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.held) > 0 {
		s := r.held[0]
		if until := r.since(s) + holdFor.Microseconds(); until > r.nowMicros() {
			return until
		}
		r.held = r.held[1:]
		s.state = slotIdle
		r.wake(s)
	}
	return 0
}

// since is when the slot came to be as it is, also where the clock was set
// back after that.
func (r *Runtime) since(s *slot) int64 {
	s.since = min(s.since, r.nowMicros())
	return s.since
}

// dropHeld tells those who wait for what is held that it is not stored. The
// lock is held.
func (r *Runtime) dropHeld() {
	for _, s := range r.held {
		r.answerAll(s, ErrFull)
		delete(r.slots, s.exid)
	}
	r.held = nil
}

// settle takes a slot back from a worker.
func (r *Runtime) settle(s *slot, more, letters bool, took taken) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.schedule.taken(s.fired[:took.fired])
	s.mail, s.fired = drop(s.mail, took.mail), drop(s.fired, took.fired)
	r.mails -= took.mail
	if r.failed != nil { // what came meanwhile is answered by nobody else
		r.answerAll(s, r.failed)
		delete(r.slots, s.exid)
		r.releaseWaitersOf(s.exid, nil)
		r.work.Broadcast()
		return
	}
	s.state, s.letters = slotIdle, s.letters || letters
	if more || s.again || len(s.mail)+len(s.fired) > 0 {
		s.again = false
		r.wake(s)
		return
	}
	if s.live == nil || s.live.x == nil || r.c.CacheNodes < 0 || !r.active() {
		delete(r.slots, s.exid)
		r.releaseWaitersOf(s.exid, nil) // it may have come to rest elsewhere
		return
	}
	if s.moving = !s.live.rec.Status.resting(); !s.moving {
		r.releaseWaitersOf(s.exid, nil)
	}
	s.since = r.nowMicros()
	s.idle = r.idle.PushBack(s)
	r.cached += s.live.size()
	for r.cached > r.c.CacheNodes && r.idle.Len() > 0 {
		r.forget(r.idle.Front().Value.(*slot))
	}
}

// drop returns the list without its first n elements; nil where none is left.
func drop[T any](list []T, n int) []T {
	if n == len(list) {
		return nil
	}
	return list[n:]
}

func (r *Runtime) unidle(s *slot) {
	if s.idle != nil {
		r.idle.Remove(s.idle)
		r.cached -= s.live.size()
		s.idle = nil
	}
}

// forget takes an idle execution out of the memory.
func (r *Runtime) forget(s *slot) {
	r.unidle(s)
	delete(r.slots, s.exid)
}

// forgetIdle takes the executions out of the memory that have been idle for
// long enough, and returns when to come again, 0 for no need to.
func (r *Runtime) forgetIdle() (nextMicros int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for e := r.idle.Front(); e != nil; e = r.idle.Front() {
		s := e.Value.(*slot)
		if until := r.since(s) + r.c.CacheFor.Microseconds(); until > r.nowMicros() {
			return until
		}
		r.forget(s)
	}
	return 0
}

// InMemory returns how many executions are in memory.
func (r *Runtime) InMemory() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.slots)
}
