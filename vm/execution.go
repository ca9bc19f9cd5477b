package vm

import (
	"cmp"
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// Execution is a running instance of a definition: its live frames, its
// counters, and the messages it has still to take.
type Execution struct {
	ID     string
	Domain string
	Limits Limits
	// HasTasker tells whether a name stands for a tasker; nil for none does.
	HasTasker func(name string) bool
	// Watched turns the shortcut off: every node gets its frame and its
	// messages, and observers see them all.
	Watched bool
	// Observe sees each message before it is worked, where it is set. It must
	// not keep the message.
	Observe func(m *Message)

	prog   *Program
	progs  map[string]*Program // by hash, of every tree the execution holds
	frames map[NID]*Frame
	tags   map[string][]NID
	shadow map[string]bool // procedure names that a variable may shadow
	state  Counters
	queue  queue
	ended  bool

	direct      Direct
	directSteps int

	// Scratch of the message at work: its node, the node's slots from before,
	// the arguments of its Call.
	node  Node
	slots []value.Value
	args  Args

	freeFrames []*Frame

	effects []Effect
	// dirty holds the frames that were changed, made or removed since the last
	// TakeDirty; false for those that were made since.
	dirty map[NID]bool
}

// Counters are the execution's numbers. They are part of its state.
type Counters struct {
	Subs, Funs, Causes, Timers, Tasks int64
	Draws                             int64 // random numbers drawn
	Seed                              uint64
	NowMicros                         int64 // of the last message from outside
	Zone                              string
}

// Limits bound what one execution may take; a zero field means its default.
type Limits struct {
	Nodes     int // live nodes; default 1,000,000
	CallDepth int // of function calls; default 10,000
	RunSteps  int // messages in one Run; default 1,000,000
	// PayloadBytes bounds the weight (see value.Value.Weight) of f.ret, of the
	// other fields together, and of each variable; default 64 MiB, at most
	// 4 GiB.
	PayloadBytes int
	// PayloadDepth bounds how deeply these are nested; default, and at most,
	// 5,000.
	PayloadDepth int
}

func (l Limits) withDefaults() Limits {
	def := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	def(&l.Nodes, 1_000_000)
	def(&l.CallDepth, 10_000)
	def(&l.RunSteps, 1_000_000)
	def(&l.PayloadBytes, 64<<20)
	def(&l.PayloadDepth, value.MaxDepth/2)
	l.PayloadBytes = min(l.PayloadBytes, value.MaxWeight-1)
	l.PayloadDepth = min(l.PayloadDepth, value.MaxDepth/2)
	return l
}

// Launch says what an execution starts with.
type Launch struct {
	ID        string
	Domain    string
	Payload   value.Value // an object; null for an empty one
	Vars      value.Value // an object; null for none
	NowMicros int64
	Seed      uint64
	Zone      string
	Limits    Limits
	HasTasker func(name string) bool
}

// New returns an execution whose first message is queued; Run works it.
func New(p *Program, l Launch) *Execution {
	x := &Execution{
		ID: l.ID, Domain: l.Domain, Limits: l.Limits.withDefaults(), HasTasker: l.HasTasker,
		prog: p, progs: map[string]*Program{p.Hash: p},
		frames: make(map[NID]*Frame), tags: make(map[string][]NID), dirty: make(map[NID]bool),
		state: Counters{Seed: l.Seed, NowMicros: l.NowMicros, Zone: l.Zone},
	}
	m := Message{Point: Execute, Nid: NID{Path: p.Root.Path}, Code: p.Root, Payload: NewPayload(l.Payload)}
	if l.Vars.Kind() == value.KindObject {
		o := l.Vars.AsObject()
		for i := range o.Len() {
			k, v := o.At(i)
			m.Vars = append(m.Vars, Var{k, v})
		}
	}
	x.queue.push(&m)
	return x
}

// Deliver queues a message from outside, taken at that time.
func (x *Execution) Deliver(m Message, nowMicros int64) {
	x.state.NowMicros = max(x.state.NowMicros, nowMicros)
	x.queue.push(&m)
}

// Pending tells whether messages are queued.
func (x *Execution) Pending() bool { return x.queue.len() > 0 }

// Root returns the frame of the root, nil before it started.
func (x *Execution) Root() *Frame { return x.frames[NID{Path: x.prog.Root.Path}] }

// Program returns the program that the execution was launched with.
func (x *Execution) Program() *Program { return x.prog }

// Frame returns the live frame of that id, or nil. It is to be used before
// the next Run only.
func (x *Execution) Frame(nid NID) *Frame { return x.frames[nid] }

// Nids lists the live nodes, sorted.
func (x *Execution) Nids() []NID {
	nids := make([]NID, 0, len(x.frames))
	for nid := range x.frames {
		nids = append(nids, nid)
	}
	slices.SortFunc(nids, CompareNIDs)
	return nids
}

// Over tells whether nothing is left to happen: the root has ended and no
// node is alive.
func (x *Execution) Over() bool {
	return x.ended && x.queue.len() == 0 && !slices.ContainsFunc(x.Nids(), func(nid NID) bool {
		return x.frames[nid].State != Ended
	})
}

// Terminated tells whether the root has ended.
func (x *Execution) Terminated() bool { return x.ended }

// Failures lists the frames that failed and that no handler took care of.
func (x *Execution) Failures() []*Frame {
	var fs []*Frame
	for _, nid := range x.Nids() {
		if f := x.frames[nid]; f.Failure != nil && f.State == Open {
			fs = append(fs, f)
		}
	}
	return fs
}

func (x *Execution) touch(f *Frame) {
	if f.dirty {
		return
	}
	f.dirty = true
	if _, known := x.dirty[f.Nid]; !known {
		x.dirty[f.Nid] = true
	}
}

func (x *Execution) emit(m Message) { x.queue.push(&m) }

func (x *Execution) effect(e Effect) { x.effects = append(x.effects, e) }

// TakeEffects returns the effects since the last call.
func (x *Execution) TakeEffects() []Effect {
	es := x.effects
	x.effects = nil
	return es
}

// TakeDirty returns the ids of the frames that were changed, made or removed
// since the last call, sorted.
func (x *Execution) TakeDirty() []NID {
	nids := make([]NID, 0, len(x.dirty))
	for nid := range x.dirty {
		nids = append(nids, nid)
		if f := x.frames[nid]; f != nil {
			f.dirty = false
		}
	}
	slices.SortFunc(nids, CompareNIDs)
	clear(x.dirty)
	return nids
}

// CompareNIDs orders ids by path, then by re-run.
func CompareNIDs(a, b NID) int {
	if c := cmp.Compare(a.Path, b.Path); c != 0 {
		return c
	}
	return cmp.Compare(a.Sub, b.Sub)
}

func (x *Execution) nowMicros() int64 { return x.state.NowMicros }
func (x *Execution) zone() string     { return x.state.Zone }

// random draws the next number of the execution's sequence: splitmix64
// (Steele, Lea, Flood, 2014) at a position that is part of the state, so that
// a replay draws the same ones.
func (x *Execution) random() uint64 {
	x.state.Draws++
	z := x.state.Seed + uint64(x.state.Draws)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Counters returns the execution's numbers.
func (x *Execution) Counters() Counters { return x.state }

// queue is a first-in first-out queue of messages.
type queue struct {
	items []*Message
	head  int
	free  []*Message
}

func (q *queue) len() int { return len(q.items) - q.head }

func (q *queue) has(p Point) bool {
	return slices.ContainsFunc(q.items[q.head:], func(m *Message) bool { return m.Point == p })
}

// push queues a copy of m.
func (q *queue) push(m *Message) {
	var c *Message
	if n := len(q.free) - 1; n >= 0 {
		c, q.free = q.free[n], q.free[:n]
	} else {
		c = new(Message)
	}
	*c = *m
	q.again(c)
}

// again queues a message that pop returned.
func (q *queue) again(m *Message) {
	if q.head > 64 && q.head*2 > len(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, m)
}

// pop takes the first message. It belongs to the caller until its release.
func (q *queue) pop() *Message {
	m := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	return m
}

// release takes a message back that pop returned.
func (q *queue) release(m *Message) {
	*m = Message{}
	if len(q.free) < maxFree {
		q.free = append(q.free, m)
	}
}

// takeBack drops what the node has still to wait for its turn with: to start
// a part or a function, or to finish.
func (q *queue) takeBack(nid NID) {
	kept := slices.DeleteFunc(q.items[q.head:], func(m *Message) bool {
		return m.Wait > 0 && (m.Point == Execute && m.From == nid || m.Nid == nid && m.Kid == inTurn)
	})
	q.items = q.items[:q.head+len(kept)]
}

// truncate drops all but the first n messages.
func (q *queue) truncate(n int) {
	clear(q.items[q.head+n:])
	q.items = q.items[:q.head+n]
}
