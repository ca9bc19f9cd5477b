package runtime

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// step is one advance of an execution: messages are delivered, each followed by
// a run, and all that came of it is gathered for one commit. It does no I/O:
// the same messages at the same time, with the same answers, give the same
// batch, be it for the first time or in a replay.
type step struct {
	exid  string
	live  *live
	now   int64
	entry journalEntry
	knows func(name string) bool // tells a tasker's name
	loads func(name string) loadedTree
	times func(name string) int64 // tells the timeout of a tasker, in microseconds
	r     *Runtime                // nil in a replay, which hands nothing out

	batch   Batch
	own     []vm.Message       // that the runtime itself sends
	touched []vm.NID           // nodes whose frame is to be put, whatever the machine says
	timers  map[timerKey]Timer // set in this step
	handed  map[string]int     // tasks of this step: where they stand in the batch
	tasks   []*Task            // these, as taskers see them
	inline  []string           // those to be done inline
	inlined int                // how many were
	output  []string

	hooks  *hookSet // nil for none
	gave   []hooked // what they gave, in a replay
	shown  int      // messages that were counted for them
	failed []vm.FailedEffect
	ended  *vm.EndedEffect
	grown  int64 // bytes of frames and parts, put less removed

	messageBytes int   // of the messages delivered
	sightBytes   int64 // of what it shows to traps of others
}

type timerKey struct {
	nid vm.NID
	id  int64
}

// steps are kept for their room.
var steps = sync.Pool{New: func() any { return new(step) }}

// recycle takes back a step whose batch nobody has anymore.
func (s *step) recycle() {
	b := &s.batch
	if s.live.x != nil {
		s.live.x.Hook, s.live.x.Watched = nil, false
		s.live.x.Watchers, s.live.x.Budget = nil, 0
		s.live.x.HasTasker, s.live.x.TaskerTimeout, s.live.x.LoadTree = nil, nil, nil
	}
	clear(s.entry.Messages)
	clear(b.Frames)
	clear(b.Tasks)
	clear(b.Entries)
	clear(s.tasks)
	*s = step{touched: s.touched[:0], tasks: s.tasks[:0], batch: Batch{Frames: b.Frames[:0], Removed: b.Removed[:0],
		Tasks: b.Tasks[:0], Untasks: b.Untasks[:0], Entries: b.Entries[:0]},
		entry: journalEntry{Messages: s.entry.Messages[:0]}}
	steps.Put(s)
}

func (r *Runtime) newStep(l *live, now int64) *step {
	s := steps.Get().(*step)
	s.exid, s.live, s.now, s.r = l.rec.Exid, l, now, r
	s.entry.AtMicros = now
	if l.x != nil {
		s.entry.Budget = l.x.Limits.RunSteps
		l.x.HasTasker, l.x.TaskerTimeout, l.x.LoadTree = s.hasTasker, s.taskerTimeout, s.loadTree
	}
	s.knows = func(name string) bool { return r.knowsTasker(l.x.Domain, name) }
	s.times = func(name string) int64 {
		if t := r.registry.find(l.x.Domain, name); t != nil {
			return t.Timeout.Microseconds()
		}
		return 0
	}
	s.loads = func(name string) loadedTree { return r.loadTree(l.rec.Origin, name) }
	if l.x != nil {
		s.useHooks(r.hooksOf(l.x.Domain))
		s.useWatchers(r.watches.seeing(s.exid, l.x.Domain))
	}
	return s
}

// loadTree finds a tree for the machine, and notes it.
func (s *step) loadTree(name string) (json []byte, file string, err error) {
	i := slices.IndexFunc(s.entry.Loaded, func(t loadedTree) bool { return t.Name == name })
	if i < 0 {
		i = len(s.entry.Loaded)
		s.entry.Loaded = append(s.entry.Loaded, s.loads(name))
	}
	t := s.entry.Loaded[i]
	if t.Error != "" {
		return nil, "", errors.New(t.Error)
	}
	return t.Tree, t.File, nil
}

// hasTasker answers the machine, the same each time within a step, and notes
// the answer.
func (s *step) hasTasker(name string) bool {
	switch {
	case slices.Contains(s.entry.Known, name):
		return true
	case slices.Contains(s.entry.Unknown, name):
		return false
	}
	known := s.knows(name)
	if known {
		s.entry.Known = append(s.entry.Known, name)
	} else {
		s.entry.Unknown = append(s.entry.Unknown, name)
	}
	return known
}

// taskerTimeout answers the machine likewise.
func (s *step) taskerTimeout(name string) int64 {
	if micros, known := s.entry.Timeouts[name]; known {
		return micros
	}
	micros := s.times(name)
	if micros > 0 {
		if s.entry.Timeouts == nil {
			s.entry.Timeouts = make(map[string]int64)
		}
		s.entry.Timeouts[name] = micros
	}
	return micros
}

// again runs on where a run before was cut short.
func (s *step) again() {
	s.entry.Messages = append(s.entry.Messages, nil)
	s.run()
}

// deliver gives the machine a message from outside and runs it. It returns
// ErrNotFound for one that is about something that is over, ErrRefused for what
// the node cannot do.
func (s *step) deliver(m *vm.Message) error {
	if err := s.accept(m); err != nil {
		return err
	}
	data := vm.AppendMessage(make([]byte, 0, 128), m)
	s.entry.Messages = append(s.entry.Messages, data)
	s.messageBytes += len(data)
	s.live.x.Deliver(*m, s.now)
	s.run()
	return nil
}

// accept tells why what the message is about is not there anymore, or cannot be
// done, and takes note of it otherwise.
func (s *step) accept(m *vm.Message) error {
	switch m.Point {
	case vm.Pause, vm.Resume, vm.Reapply, vm.Add:
		return s.acceptOperator(m)
	}
	if m.Nid.IsZero() && (m.Point == vm.Failed || m.Point == vm.Signal) {
		return nil // it is for whatever is pending, or waits for the signal
	}
	f := s.live.x.Frame(m.Nid)
	if f == nil || m.Point == vm.Sighted && !s.live.x.Awaits(m) || m.Point == vm.Locked && !s.live.x.WaitsFor(m) {
		return ErrNotFound
	}
	n := s.live.node(m.Nid, s.now)
	switch m.Point {
	case vm.Trigger:
		i := slices.IndexFunc(n.timers, func(ft FrameTimer) bool { return ft.ID == m.Timer })
		if i < 0 {
			return ErrNotFound
		}
		s.untime(m.Nid, m.Timer)
	case vm.Return:
		if n.task == "" || n.task != m.TaskID {
			return ErrNotFound
		}
		n.task, n.taskParts = "", nil
		if i, fresh := s.handed[m.TaskID]; fresh { // it was done inline, and is never stored
			s.tasks[i] = nil
			delete(s.handed, m.TaskID)
		} else {
			s.batch.Untasks = append(s.batch.Untasks, TaskKey{s.exid, m.TaskID})
		}
	case vm.Cancel:
		if m.Payload.Fields.IsNull() && !m.Payload.HasRet {
			m.Payload = f.Payload
		}
	}
	s.touch(m.Nid)
	return nil
}

// run runs the machine, and again with what the runtime itself has to say to
// it.
func (s *step) run() {
	s.runOnce()
	for len(s.own) > 0 {
		m := s.own[0]
		s.own = s.own[1:]
		if s.accept(&m) == nil {
			s.live.x.Deliver(m, s.now)
			s.runOnce()
		}
	}
	s.answerInline()
}

func (s *step) runOnce() {
	s.entry.Cut = s.live.x.Run() || s.entry.Cut
	s.effects()
}

// safely does a part of a step, with panics, which are bugs, turned into
// errors of this execution.
func (s *step) safely(do func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &brokenError{fmt.Errorf("a bug in florc: %v\n%s", p, debug.Stack())}
		}
	}()
	do()
	return nil
}

// finish completes the batch.
func (s *step) finish() {
	l, b := s.live, &s.batch
	s.touched = append(s.touched, l.x.TakeDirty()...)
	slices.SortFunc(s.touched, vm.CompareNIDs)
	s.touched = slices.Compact(s.touched)
	rec := *l.rec
	rec.Seq++
	b.Record = &rec
	for _, nid := range s.touched {
		l.noteFailure(nid, l.x.Frame(nid))
	}
	rec.Status, rec.Ready = l.status(), l.x.Pending()
	s.tellParent(l.rec.Status, &rec)
	if e := s.ended; e != nil {
		l.outcome = Marshal(outcome{Payload: value.AppendCBOR(nil, e.Payload), Vars: value.AppendCBOR(nil, e.Vars)})
		b.Outcome = l.outcome
	}
	if rec.Status == Terminated {
		s.terminate(&rec)
	} else {
		for _, nid := range s.touched {
			s.frame(nid)
		}
		rec.Header = l.x.AppendHeader(make([]byte, 0, 48), s.put)
		s.sweep()
	}
	rec.Bare = len(l.parts) == 0 && l.outcome == nil
	if len(s.timers) > 0 {
		for _, k := range slices.SortedFunc(maps.Keys(s.timers), compareTimerKeys) {
			b.Timers = append(b.Timers, s.timers[k])
		}
	}
	s.dropUnhanded()
	slices.SortFunc(b.Locks, func(x, y Lock) int { return cmp.Compare(x.ID, y.ID) }) // as they came
	rec.Bytes += s.grown
	s.entry.Sum = l.sum(&rec).bytes()
	entry := chain(rec.LogHash, rec.Seq, &s.entry)
	rec.LogHash, b.Entries = entry.Hash, append(b.Entries, entry)
	rec.Traces += uint64(len(b.Traces))
	for i := range b.Traces {
		b.Traces[i].Seq = rec.Seq
	}
}

// sum is that of the state that goes with a record.
func (l *live) sum(rec *Record) sum {
	return l.frames.plus(digest(append([]byte(rec.Status), rec.Header...)))
}

// outcome is what an execution ended with.
type outcome struct {
	Payload []byte `cbor:"1,keyasint,omitempty"`
	Vars    []byte `cbor:"2,keyasint,omitempty"`
}

// terminate removes all that is left of the state.
func (s *step) terminate(rec *Record) {
	l := s.live
	for _, nid := range slices.SortedFunc(maps.Keys(l.nodes), vm.CompareNIDs) {
		s.removed(nid)
	}
	if len(l.parts) > 0 {
		s.batch.Unparts = l.parts.unreachable(func(func(value.Ref)) {})
	}
	rec.EndedMicros, rec.Header, rec.Bytes, s.grown = s.now, nil, 0, 0
	l.frames = sum{}
}

// put takes a part of a value that is encoded.
func (s *step) put(ref value.Ref, data func() []byte) {
	if s.live.parts[ref] != nil {
		return
	}
	d := data()
	if err := s.live.parts.add(ref, d); err != nil {
		panic(err) // it was just made
	}
	s.grown += int64(len(d))
	s.live.partBytes += int64(len(d))
	s.batch.Parts = append(s.batch.Parts, Part{ref, d})
}

// sweepFrom is of how many bytes the parts have to be for a sweep.
const sweepFrom = 64 << 10

// sweep removes the parts that nothing refers to anymore, whenever they have
// become twice as large.
func (s *step) sweep() {
	l := s.live
	if l.partBytes < max(sweepFrom, 2*l.sweptBytes) {
		return
	}
	gone := l.parts.unreachable(func(walk func(value.Ref)) {
		for _, n := range l.nodes {
			for _, refs := range [][]value.Ref{n.parts, n.taskParts} {
				for _, ref := range refs {
					walk(ref)
				}
			}
		}
		if err := value.EachRef(s.batch.Record.Header, walk); err != nil {
			panic(err) // it was just made
		}
	})
	fresh := make(map[value.Ref]bool)
	for _, ref := range gone {
		s.grown -= int64(l.parts[ref].bytes)
		l.partBytes -= int64(l.parts[ref].bytes)
		delete(l.parts, ref)
		fresh[ref] = true
	}
	// One that this very step made was not stored.
	s.batch.Parts = slices.DeleteFunc(s.batch.Parts, func(p Part) bool {
		drop := fresh[p.Ref]
		delete(fresh, p.Ref)
		return drop
	})
	s.batch.Unparts = slices.SortedFunc(maps.Keys(fresh), compareRefs)
	l.sweptBytes = l.partBytes
}

// touch has a node's frame put, or removed.
func (s *step) touch(nid vm.NID) {
	if n := len(s.touched); n == 0 || s.touched[n-1] != nid {
		s.touched = append(s.touched, nid)
	}
}

func compareTimerKeys(a, b timerKey) int {
	if c := vm.CompareNIDs(a.nid, b.nid); c != 0 {
		return c
	}
	return int(a.id - b.id)
}

// frame puts a node's frame where it has changed, or removes it.
func (s *step) frame(nid vm.NID) {
	l := s.live
	vf := l.x.Frame(nid)
	if vf == nil {
		s.removed(nid)
		return
	}
	n := l.node(nid, s.now)
	s.watch(nid, n, vf)
	s.lock(nid, n, vf)
	f := Frame{Nid: nid.String(), SinceMicros: n.since, Task: n.task, Timers: slices.Clone(n.timers),
		TaskParts: joinRefs(n.taskParts), Data: l.x.AppendFrame(make([]byte, 0, 96), vf, s.put)}
	d := frameDigest(&f)
	if n.stored && d == n.digest {
		return // it was touched, and is as it was
	}
	s.grown += int64(len(f.Data) - n.bytes)
	if err := l.stored(n, &f, d); err != nil {
		panic(err) // it was just made
	}
	s.batch.Frames = append(s.batch.Frames, f)
}

// removed forgets a node, with its timers and its task.
func (s *step) removed(nid vm.NID) {
	n := s.live.nodes[nid]
	if n == nil {
		return
	}
	for _, ft := range slices.Clone(n.timers) {
		s.untime(nid, ft.ID)
	}
	s.drop(n)
	s.watch(nid, n, nil)
	s.lock(nid, n, nil)
	if n.stored {
		s.batch.Removed = append(s.batch.Removed, nid.String())
		s.live.frames = s.live.frames.minus(n.digest)
		s.grown -= int64(n.bytes)
	}
	delete(s.live.nodes, nid)
}
