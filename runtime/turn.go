package runtime

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// turn is what a worker does with an execution at a time: it takes what came
// from outside, runs the machine, and commits all that came of it at once.
// What is to happen outside happens after that.
type turn struct {
	r     *Runtime
	slot  *slot
	live  *live
	now   int64
	fired []Timer // that are due, to be taken

	letters    []Letter     // that were taken
	own        []vm.Message // that the runtime itself sends
	batch      Batch
	entry      journalEntry
	touched    map[vm.NID]bool    // nodes whose frame is to be put, whatever the machine says
	timers     map[timerKey]Timer // set in this turn
	handed     map[string]int     // tasks of this turn: where they stand in the batch
	output     []string
	ended      *vm.EndedEffect
	tookTimers []Timer
	broken     bool // the execution cannot be worked
}

type timerKey struct {
	nid vm.NID
	id  int64
}

// journalEntry is what an entry of the journal holds: the machine, given the
// same, gets to the same state again. The messages are delivered in order,
// each followed by a run; an empty one stands for a run alone. Cut tells that
// the last run used up the budget.
type journalEntry struct {
	Launch   *journalLaunch `cbor:"1,keyasint,omitempty"`
	AtMicros int64          `cbor:"2,keyasint,omitempty"`
	Messages [][]byte       `cbor:"3,keyasint,omitempty"`
	Budget   int            `cbor:"4,keyasint,omitempty"`
	Cut      bool           `cbor:"5,keyasint,omitempty"`
}

// journalLaunch is the first entry of a journal.
type journalLaunch struct {
	Tree    string    `cbor:"1,keyasint,omitempty"`
	Payload []byte    `cbor:"2,keyasint,omitempty"`
	Vars    []byte    `cbor:"3,keyasint,omitempty"`
	Seed    uint64    `cbor:"4,keyasint,omitempty"`
	Zone    string    `cbor:"5,keyasint,omitempty"`
	Limits  vm.Limits `cbor:"6,keyasint,omitempty"`
}

// chain returns the entry of a journal that follows the one of that hash.
func chain(before []byte, seq uint64, e *journalEntry) *Entry {
	data := Marshal(e)
	h := sha256.New()
	h.Write(before)
	h.Write(data)
	return &Entry{Seq: seq, Hash: h.Sum(nil), Data: data}
}

// lettersAtOnce is how many letters a turn takes.
const lettersAtOnce = 256

// safely is work, with panics, which are bugs, turned into errors of this
// execution.
func (t *turn) safely() (more bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			t.broken = true
			more, err = false, fmt.Errorf("a bug in florc: %v\n%s", p, debug.Stack())
		}
	}()
	more, err = t.work(context.Background())
	var broken *brokenError
	t.broken = errors.As(err, &broken) || errors.Is(err, ErrTooLarge)
	return more, err
}

// work tells whether there is more to do.
func (t *turn) work(ctx context.Context) (more bool, err error) {
	r, s := t.r, t.slot
	t.now = r.nowMicros()
	letters, err := r.store.Inbox(ctx, s.exid, lettersAtOnce)
	if err != nil {
		return false, err
	}
	if s.live == nil {
		switch s.live, err = r.load(ctx, s.exid); {
		case errors.Is(err, ErrNotFound):
			t.tookTimers = t.fired
			return false, nil
		case err != nil:
			return false, err
		}
	}
	t.live = s.live
	t.touched, t.timers, t.handed = make(map[vm.NID]bool), make(map[timerKey]Timer), make(map[string]int)
	if t.live.x == nil {
		return false, t.discard(ctx, letters)
	}
	if !t.live.x.Pending() && len(letters)+len(t.fired) == 0 {
		return false, nil
	}
	taken := t.take(ctx, letters)
	if err := t.commit(ctx); err != nil {
		return false, err
	}
	t.release()
	return t.live.x != nil && t.live.x.Pending() || taken < len(letters) || len(letters) == lettersAtOnce ||
		len(t.tookTimers) < len(t.fired), nil
}

// discard takes what comes for an execution that has terminated.
func (t *turn) discard(ctx context.Context, letters []Letter) error {
	t.tookTimers = t.fired
	if len(letters)+len(t.fired) == 0 {
		return nil
	}
	rec := *t.live.rec
	rec.Seq++
	t.batch.Record, t.batch.Untimers = &rec, t.fired
	for _, l := range letters {
		t.consume(&rec, l)
	}
	if err := t.r.store.Commit(ctx, &t.batch); err != nil {
		return err
	}
	t.live.rec = &rec
	return nil
}

func (t *turn) consume(rec *Record, l Letter) {
	t.batch.Consumed = append(t.batch.Consumed, l.Number)
	rec.Consumed = l.Number
}

// take delivers letters and timers, one by one, each followed by a run, until
// the budget of a run is used up. It returns the number of letters taken.
func (t *turn) take(ctx context.Context, letters []Letter) int {
	x := t.live.x
	t.entry = journalEntry{AtMicros: t.now, Budget: x.Limits.RunSteps}
	if len(letters)+len(t.fired) == 0 {
		t.entry.Messages = append(t.entry.Messages, nil)
		t.run()
		return 0
	}
	programs := t.r.programsOf(ctx, t.live.rec)
	for i, l := range letters {
		t.letters = append(t.letters, l)
		m, err := x.DecodeMessage(l.Data, programs)
		if err != nil {
			t.r.c.Logger.Error("a message was dropped: it cannot be read", "exid", x.ID, "error", err)
			continue
		}
		if t.deliver(m); t.entry.Cut {
			return i + 1
		}
	}
	for _, timer := range t.fired {
		t.tookTimers = append(t.tookTimers, timer)
		t.batch.Untimers = append(t.batch.Untimers, timer)
		nid, err := vm.ParseNID(timer.Nid)
		if err != nil {
			continue
		}
		if t.deliver(vm.Message{Point: vm.Trigger, Nid: nid, Timer: timer.ID}); t.entry.Cut {
			break
		}
	}
	return len(letters)
}

// deliver gives the machine a message from outside and runs it. A message that
// is about something that is over is dropped.
func (t *turn) deliver(m vm.Message) {
	x := t.live.x
	n := t.live.nodes[m.Nid]
	if n == nil {
		return
	}
	switch m.Point {
	case vm.Trigger:
		i := slices.IndexFunc(n.timers, func(ft FrameTimer) bool { return ft.ID == m.Timer })
		if i < 0 {
			return
		}
		n.timers = slices.Delete(n.timers, i, i+1)
	case vm.Return:
		if n.task != m.TaskID {
			return
		}
		n.task = ""
	case vm.Cancel:
		if m.Payload.Fields.IsNull() && !m.Payload.HasRet {
			m.Payload = x.Frame(m.Nid).Payload
		}
	}
	t.touched[m.Nid] = true
	t.entry.Messages = append(t.entry.Messages, vm.AppendMessage(nil, &m))
	x.Deliver(m, t.now)
	t.run()
}

// run runs the machine, and again with what the runtime itself has to say to
// it.
func (t *turn) run() {
	t.entry.Cut = t.live.x.Run()
	t.effects()
	for len(t.own) > 0 {
		m := t.own[0]
		t.own = t.own[1:]
		t.deliver(m)
	}
}

// commit stores what has changed.
func (t *turn) commit(ctx context.Context) error {
	l, b := t.live, &t.batch
	for _, nid := range l.x.TakeDirty() {
		t.touched[nid] = true
	}
	rec := *l.rec
	rec.Seq++
	for _, letter := range t.letters {
		t.consume(&rec, letter)
	}
	for nid := range t.touched {
		l.noteFailure(nid, l.x.Frame(nid))
	}
	rec.Status, rec.Ready = l.status(), l.x.Pending()
	if e := t.ended; e != nil {
		rec.Payload, rec.Vars = value.AppendCBOR(nil, e.Payload), value.AppendCBOR(nil, e.Vars)
	}
	if rec.Status == Terminated {
		for _, nid := range slices.SortedFunc(maps.Keys(l.nodes), vm.CompareNIDs) {
			t.removed(nid)
		}
		rec.EndedMicros, rec.Header = t.now, nil
	} else {
		for _, nid := range slices.SortedFunc(maps.Keys(t.touched), vm.CompareNIDs) {
			t.frame(nid)
		}
		rec.Header = l.x.AppendHeader(nil)
	}
	for _, timer := range t.timers {
		b.Timers = append(b.Timers, timer)
	}
	b.Tasks = slices.DeleteFunc(b.Tasks, func(task TaskRecord) bool { return task.ID == "" })
	b.Entry = chain(rec.LogHash, rec.Seq, &t.entry)
	rec.LogHash = b.Entry.Hash
	b.Record = &rec
	if err := t.r.store.Commit(ctx, b); err != nil {
		return err
	}
	l.rec = &rec
	for i := range b.Frames {
		nid, _ := vm.ParseNID(b.Frames[i].Nid)
		l.nodes[nid].stored = true
	}
	if rec.Status == Terminated {
		l.x = nil
	}
	return nil
}

// frame puts or removes a node's frame.
func (t *turn) frame(nid vm.NID) {
	l := t.live
	f := l.x.Frame(nid)
	if f == nil {
		t.removed(nid)
		return
	}
	n := l.node(nid, t.now)
	t.batch.Frames = append(t.batch.Frames, Frame{Nid: nid.String(), SinceMicros: n.since, Task: n.task,
		Timers: n.timers, Data: l.x.AppendFrame(nil, f)})
}

// removed forgets a node, with its timers and its task.
func (t *turn) removed(nid vm.NID) {
	n := t.live.nodes[nid]
	if n == nil {
		return
	}
	for _, ft := range slices.Clone(n.timers) {
		t.untime(nid, ft.ID)
	}
	t.drop(n)
	if n.stored {
		t.batch.Removed = append(t.batch.Removed, nid.String())
	}
	delete(t.live.nodes, nid)
}
