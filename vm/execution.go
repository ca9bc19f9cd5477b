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
	// TaskerTimeout tells after how many microseconds a task for that tasker
	// times out, 0 for never; nil for none does. It is asked for tasks without a
	// timeout of their own, and has to answer the same in a replay.
	TaskerTimeout func(name string) int64
	// LoadTree finds a tree that a flow imports, as JSON with positions, and the
	// file that it is from; nil where there is none of that name. The same name
	// has to give the same in a replay.
	LoadTree func(name string) (tree []byte, file string, err error)
	// Watched turns the shortcut off: every node gets its frame and its
	// messages, and observers see them all.
	Watched bool
	// Observe sees each message before it is worked, where it is set. It must
	// not keep the message.
	Observe func(m *Message)
	// Hook sees each message before it is worked, where it is set. It may change
	// its payload, and returns messages that are to follow those that are
	// queued. In a replay it has to do the same.
	Hook func(m *Message) []Message
	// Watchers are the traps of other executions that see the messages of this
	// one. No state depends on them.
	Watchers []*Watcher
	// Budget, above 0, is how many messages are worked in one Run, instead of
	// Limits.RunSteps.
	Budget int

	prog   *Program
	progs  map[string]*Program // by hash, of every other tree the execution holds; nil for none
	grafts []graft             // the trees that it loaded, in that order
	frames map[NID]*Frame
	tags   map[string]*chain
	traps  chain             // the nodes whose traps are set
	locks  map[string]*chain // the nodes that are, or want to be, inside of a mutex
	shadow map[string]bool   // procedure names that a variable may shadow
	state  Counters
	queue  queue
	ended  bool
	unseen bool            // wide traps see nothing of it
	live   int             // frames that have not Ended
	paused bool            // as a whole
	marked map[*Frame]bool // the nodes that have a Mark; nil for none
	// holding are the nodes that hold messages; heldBack are those for no node.
	holding  map[*Frame]bool
	heldBack []heldMessage
	// broadTraps is how many traps see messages that direct evaluation does
	// without.
	broadTraps int

	direct      Direct
	directSteps int
	longWay     bool            // no node is evaluated directly in the rest of this run
	hops        int             // frames that variables were looked for in
	bails       map[*Code]uint8 // nodes that turned out to need the long way, in this run

	// Scratch of the message at work: its node, the node's slots from before,
	// the arguments of its Call.
	node  Node
	slots []value.Value
	args  Args

	removed []*Frame // while a message was worked; they are empty

	effects   []Effect
	sightings []Sighting
	// dirty holds the frames that were changed, made or removed since the last
	// TakeDirty; false for those that were made since.
	dirty map[NID]bool
}

// Counters are the execution's numbers. They are part of its state.
type Counters struct {
	Subs, Funs, Causes, Timers, Tasks int64
	Held                              int64 // messages that waited for a resume
	Outer                             int64 // traps and locks that others know of
	Draws                             int64 // random numbers drawn
	Seed                              uint64
	NowMicros                         int64 // of the last message from outside
	Zone                              string
}

// Limits bound what one execution may take; a zero field means its default.
type Limits struct {
	Nodes     int // live nodes; default 1,000,000
	CallDepth int // of function calls; default 2,000
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
	def(&l.CallDepth, 2_000)
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
	Unseen    bool // what a wide trap called has launched it: wide traps see nothing of it
}

// New returns an execution whose first message is queued; Run works it.
func New(p *Program, l Launch) *Execution {
	x := &Execution{
		ID: l.ID, Domain: l.Domain, Limits: l.Limits.withDefaults(), HasTasker: l.HasTasker,
		prog: p, unseen: l.Unseen,
		frames: make(map[NID]*Frame), dirty: make(map[NID]bool),
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
	if m.Point == Failed && m.Nid.IsZero() {
		x.halt(&m)
		return
	}
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

// Roots lists the nodes that no other node ends: the root, and those that run
// beside it, sorted.
func (x *Execution) Roots() []NID {
	var nids []NID
	for nid, f := range x.frames {
		if f.State != Ended && (f.above == nil || f.above.Proc.Detached) {
			nids = append(nids, nid)
		}
	}
	slices.SortFunc(nids, CompareNIDs)
	return nids
}

// Len returns the number of frames: of the live nodes, and of those that are
// kept because functions see their variables.
func (x *Execution) Len() int { return len(x.frames) }

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
	return x.ended && x.queue.len() == 0 && x.live == 0
}

// Terminated tells whether the root has ended.
func (x *Execution) Terminated() bool { return x.ended }

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
	if len(nids) > manyDirty {
		x.dirty = make(map[NID]bool) // clearing it would cost as much for ever
	} else {
		clear(x.dirty)
	}
	return nids
}

// manyDirty is how many ids are too many for their map to be used again.
const manyDirty = 64

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
