package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/vm"
)

// turn is what a worker does with an execution at a time: it takes what came
// from outside, works a step, and commits all that came of it at once. What is
// to happen outside happens after that.
type turn struct {
	r    *Runtime
	slot *slot

	// What is there to be taken, and how much of it was.
	letters []Letter
	more    bool // there may be more letters
	mail    []mail
	fired   []Timer
	took    taken
	most    int  // how much it may take
	halting bool // it stores that what came cannot be worked

	step    *step
	answers []error // for the mail that was taken
}

type taken struct{ letters, mail, fired int }

func (t taken) sum() int { return t.letters + t.mail + t.fired }

// mail is a message for an execution that is not stored before it is taken.
// Whoever sends it learns what came of it: nil once it is part of a commit;
// ErrNotFound where it is about something that is over; else why it was not
// taken.
type mail struct {
	msg  *vm.Message
	done func(error) // must not block; nil for nobody
}

func (m *mail) answer(err error) {
	if m.done != nil {
		m.done(err)
	}
}

// lettersAtOnce is how many letters a turn takes.
const lettersAtOnce = 256

// work takes a turn and tells whether there is more to do. After an error
// nothing of it was done, but where the error is one of the store's own.
func (t *turn) work(ctx context.Context) (more bool, err error) {
	t.most = manyMessages
	err = t.try(ctx, t.take)
	if isBroken(err) && t.took.sum() > 1 {
		t.slot.live, t.most = nil, 1 // it may be one of what came
		err = t.try(ctx, t.take)
	}
	if isBroken(err) {
		// What came cannot be worked: what was to take it fails, for all to see,
		// and others go on.
		t.r.c.Logger.Error("what came for an execution cannot be worked", "exid", t.slot.exid, "error", err)
		t.slot.live, t.halting = nil, true
		failure := vm.LimitExceeded("florc log "+t.slot.exid+" shows what led to it", "this could not be worked: %s", firstLine(err.Error()))
		err = t.try(ctx, func(context.Context) error {
			return t.step.safely(func() { t.halt(failure, err) })
		})
	}
	if err != nil {
		return false, err
	}
	return t.pending(), nil
}

// halt fails what was about to go on, instead of taking the first of what
// came, and the node that this is for.
func (t *turn) halt(failure *vm.Error, why error) {
	m := vm.HaltMessage(failure)
	if t.slot.live.x.Pending() {
		_ = t.step.deliver(&m)
	}
	fail := func(nid vm.NID) {
		if nid.IsZero() {
			return
		}
		m := vm.FailMessage(nid, failure)
		m.Forced = true
		_ = t.step.deliver(&m) // a node that is gone cannot fail
	}
	switch {
	case len(t.letters) > 0:
		t.took.letters = 1
		if m, err := t.slot.live.x.DecodeMessage(t.letters[0].Data, t.r.programsOf(context.Background(), t.slot.live.rec.Origin)); err == nil {
			fail(m.Nid)
		}
	case len(t.mail) > 0:
		t.took.mail, t.answers = 1, []error{why}
		fail(t.mail[0].msg.Nid)
	case len(t.fired) > 0:
		t.took.fired = 1
		if nid, err := vm.ParseNID(t.fired[0].Nid); err == nil {
			fail(nid)
		}
		t.step.forgetTimer(t.fired[0])
	}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// pending tells whether there is more to do at once.
func (t *turn) pending() bool {
	l := t.slot.live
	return l != nil && l.x != nil && l.x.Pending() || t.moreLetters()
}

func (t *turn) moreLetters() bool { return t.more || t.took.letters < len(t.letters) }

// try loads the execution where it is not in memory, takes what came and
// commits.
func (t *turn) try(ctx context.Context, take func(context.Context) error) (err error) {
	t.took, t.answers = taken{}, nil
	s := t.slot
	if s.live == nil {
		if s.live, err = t.r.load(ctx, s.exid); errors.Is(err, ErrNotFound) {
			return t.refuse(fmt.Errorf("execution %s: %w", s.exid, err))
		} else if err != nil {
			return err
		}
	}
	if s.live.x == nil {
		return t.discard(ctx)
	}
	if !s.live.x.Pending() && len(t.letters)+len(t.mail)+len(t.fired) == 0 {
		return nil
	}
	t.step = t.r.newStep(s.live, t.r.nowMicros())
	if err := take(ctx); err != nil {
		return err
	}
	if err := t.step.safely(t.step.finish); err != nil {
		return err
	}
	return t.commit(ctx)
}

// take delivers letters, mail and timers, one by one, each followed by a run,
// until the budget of a run is used up.
func (t *turn) take(ctx context.Context) (failed error) {
	err := t.step.safely(func() {
		s := t.step
		if len(t.letters)+len(t.mail)+len(t.fired) == 0 {
			s.again()
			return
		}
		for ; t.took.letters < len(t.letters) && t.room(); t.took.letters++ {
			m, err := s.live.x.DecodeMessage(t.letters[t.took.letters].Data, t.r.programsOf(ctx, t.slot.live.rec.Origin))
			if isStoreError(err) {
				failed = err
				return
			}
			if err != nil {
				t.r.c.Logger.Error("a message was dropped: it cannot be read", "exid", s.exid, "error", err)
				continue
			}
			_ = s.deliver(&m) // one about something that is over is dropped
		}
		for ; t.took.mail < len(t.mail) && t.room(); t.took.mail++ {
			t.answers = append(t.answers, s.deliver(t.mail[t.took.mail].msg))
		}
		for ; t.took.fired < len(t.fired) && t.room(); t.took.fired++ {
			t.trigger(t.fired[t.took.fired])
		}
	})
	return cmp.Or(failed, err)
}

const (
	// manyMessages is more than a turn gets.
	manyMessages = 1 << 30
	// turnBytes is how much a turn takes at most, in bytes of messages, unless
	// a single one has more: all of them stand in one entry of the journal.
	turnBytes = 4 << 20
)

// room tells whether the turn may take another message.
func (t *turn) room() bool {
	return !t.step.entry.Cut && t.step.messageBytes < turnBytes && t.took.sum() < t.most
}

// trigger delivers a timer that is due.
func (t *turn) trigger(f Timer) {
	nid, err := vm.ParseNID(f.Nid)
	if err == nil {
		err = t.step.deliver(&vm.Message{Point: vm.Trigger, Nid: nid, Timer: f.ID})
	}
	if err != nil {
		t.step.forgetTimer(f)
	}
}

// forgetTimer removes a timer from the store that fired and is not to be taken.
func (s *step) forgetTimer(f Timer) {
	if nid, err := vm.ParseNID(f.Nid); err == nil {
		s.untime(nid, f.ID)
	}
	if !slices.Contains(s.batch.Untimers, f) {
		s.batch.Untimers = append(s.batch.Untimers, f)
	}
}

// discard takes what comes for an execution that has terminated.
func (t *turn) discard(ctx context.Context) error {
	l := t.slot.live
	if len(t.letters)+len(t.fired) > 0 {
		rec := *l.rec
		rec.Seq++
		b := &Batch{Record: &rec, Untimers: t.fired}
		consume(b, t.letters)
		if err := t.r.store.Commit(ctx, b); err != nil {
			return err
		}
		l.rec = &rec
	}
	return t.refuse(fmt.Errorf("execution %s: %w", t.slot.exid, ErrEnded))
}

// refuse answers all that came.
func (t *turn) refuse(why error) error {
	t.took = taken{len(t.letters), len(t.mail), len(t.fired)}
	for i := range t.mail {
		t.mail[i].answer(why)
	}
	t.answers = nil
	return nil
}

func consume(b *Batch, letters []Letter) {
	for _, l := range letters {
		b.Consumed = append(b.Consumed, l.Number)
		b.Record.Consumed = l.Number
	}
}

// commit stores what has changed and lets its effects out.
func (t *turn) commit(ctx context.Context) error {
	l, b := t.slot.live, &t.step.batch
	consume(b, t.letters[:t.took.letters])
	if !t.halting {
		if err := t.r.checkSize(t.step); err != nil {
			return err
		}
	}
	if err := t.r.dropLost(ctx, t.step); err != nil {
		return err
	}
	t.step.checkpoint(t.r.c.CheckpointEvery)
	if err := t.r.store.Commit(ctx, b); err != nil {
		return err
	}
	t.step.committed()
	l.rec = b.Record
	t.r.release(t.step)
	for i, err := range t.answers {
		t.mail[i].answer(err)
	}
	t.step.recycle()
	t.step = nil
	return nil
}

// dropLost drops what is sent to executions that are not there: nobody would
// ever take it.
func (r *Runtime) dropLost(ctx context.Context, s *step) (err error) {
	b, there := &s.batch, "" // an execution that is there
	b.Sends = slices.DeleteFunc(b.Sends, func(send Send) bool {
		if send.Exid == there {
			return false
		}
		_, missing := r.store.Record(ctx, send.Exid)
		if !errors.Is(missing, ErrNotFound) {
			err, there = cmp.Or(err, missing), send.Exid
			return false
		}
		r.c.Logger.Warn("a message was dropped: there is no such execution", "exid", s.exid, "to", send.Exid)
		return true
	})
	return err
}

// print writes what a flow prints.
func (r *Runtime) print(s *step) {
	if len(s.output) == 0 {
		return
	}
	r.output.Lock()
	defer r.output.Unlock()
	for _, text := range s.output {
		if _, err := fmt.Fprintln(r.c.Output, text); err != nil {
			r.c.Logger.Warn("what a flow prints cannot be written", "exid", s.exid, "error", err)
		}
	}
}

// checkSize holds an execution that grows to the limit.
func (r *Runtime) checkSize(s *step) error {
	if n := s.batch.Record.Bytes; n > r.c.StoredBytes && s.grown > 0 {
		return &brokenError{fmt.Errorf("%w: the execution has %d bytes, the limit of this runtime is %d (StoredBytes)", ErrTooLarge, n, r.c.StoredBytes)}
	}
	return nil
}

// committed brings the live execution to what was committed.
func (s *step) committed() {
	s.live.rec = s.batch.Record
	if s.live.rec.Status == Terminated {
		s.live.x = nil
	}
}

// release lets the effects of a committed step out.
func (r *Runtime) release(s *step) {
	r.schedule.committed(s.batch.Timers, s.batch.Untimers)
	r.index.nudge()
	r.told(s.exid)
	r.changed(&s.batch)
	for _, send := range s.batch.Sends {
		r.wakeInbox(send.Exid)
	}
	for _, exid := range s.batch.LetIn {
		r.wakeInbox(exid)
	}
	for _, key := range s.batch.Withdrawn {
		r.tasks.withdraw(key)
	}
	for i, task := range s.tasks {
		if rec := s.batch.Tasks[i]; !rec.Accepted {
			r.tasks.add(&rec, task)
		} else {
			r.claims.free(&rec)
		}
	}
	r.print(s)
	for _, e := range s.failed {
		r.c.Logger.Info("a node failed", "exid", s.exid, "nid", e.Nid.String(),
			"line", e.Err.Line, "code", string(e.Err.Code), "error", e.Err.Message)
	}
	if s.live.rec.Status.resting() {
		r.rested(s)
	}
}
