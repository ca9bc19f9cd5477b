package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Hook sees messages of executions before they are worked, and may change or
// add some. Where it says nothing of a kind, it sees all of that kind.
//
// It is called while the execution is worked, and again where that is not
// committed, as after a crash: what it does outside it must be able to do
// twice. What it gives is part of the journal, so a replay does not call it.
type Hook struct {
	// Domain has it see the executions in that domain and below only.
	Domain string
	// Points are what messages are about: "entered", "left", "cancel",
	// "signal", "failed", "return", "trigger", "terminated", …; and "task" for
	// a task that is handed out. A hook of "execute" or "receive", or of all
	// points, sees each step of each node, and makes all of them slow.
	Points []string
	// Tags are those that are entered or left.
	Tags []string
	// Heaps are the procedures of the nodes that messages are for; of nodes that
	// are about to start, their heads as they are written.
	Heaps []string
	// Taskers are those that tasks are handed to.
	Taskers []string
	// Message sees a message, and gives what is to change; nil for nothing. It
	// is called by several goroutines at once, for different executions. An
	// error is logged, and changes nothing.
	Message func(ctx context.Context, m *HookMessage) (*HookReply, error)
}

// HookMessage is a message as hooks see it.
type HookMessage struct {
	Exid    string      `json:"exid"`
	Domain  string      `json:"domain"`
	Point   string      `json:"point"`
	Nid     string      `json:"nid,omitempty"`
	Heap    string      `json:"heap,omitempty"`
	Tags    []string    `json:"tags,omitempty"`
	Tasker  string      `json:"tasker,omitempty"`
	Name    string      `json:"name,omitempty"` // of the signal, or the task
	Error   *vm.Error   `json:"error,omitempty"`
	Payload value.Value `json:"payload"`
}

// HookReply is what a hook changes.
type HookReply struct {
	// Payload takes the place of the message's, or the task's: an object; null
	// for none.
	Payload value.Value
	// Signals are emitted in the execution, Cancel and Kill are nodes to be
	// cancelled: once what is pending is worked. Hooks do not see these.
	Signals      []HookSignal
	Cancel, Kill []string
}

// HookSignal is a signal that a hook emits.
type HookSignal struct {
	Name    string
	Payload value.Value // an object; null for an empty one
}

// hookSet are the hooks of a domain.
type hookSet struct {
	hooks  []*Hook
	points []string // that one of them sees; nil for all
}

// counts tells whether messages of a point are counted: a replay counts the
// same ones.
func (h *hookSet) counts(point string) bool {
	return h.points == nil || slices.Contains(h.points, point)
}

// watches tells whether one of the hooks sees what the shortcut does without.
func (h *hookSet) watches() bool {
	return len(h.hooks) > 0 && (h.counts(string(vm.Execute)) || h.counts(string(vm.Receive)))
}

// hooksOf returns the hooks of a domain, nil for none.
func (r *Runtime) hooksOf(domain string) *hookSet {
	if len(r.c.Hooks) == 0 {
		return nil
	}
	if h, known := r.hooks.Load(domain); known {
		return h.(*hookSet)
	}
	h := &hookSet{points: []string{}}
	all := false
	for i := range r.c.Hooks {
		if hook := &r.c.Hooks[i]; InDomain(domain, hook.Domain) {
			h.hooks, h.points = append(h.hooks, hook), append(h.points, hook.Points...)
			all = all || len(hook.Points) == 0
		}
	}
	slices.Sort(h.points)
	if h.points = slices.Compact(h.points); all {
		h.points = nil
	}
	r.hooks.Store(domain, h)
	return h
}

// taskPoint is the point of tasks that are handed out.
const taskPoint = "task"

// hooked is what hooks gave for a message, as the journal keeps it. At counts
// the messages of the entry's HookPoints.
type hooked struct {
	At      int            `cbor:"1,keyasint"`
	Payload []byte         `cbor:"2,keyasint,omitempty"`
	Signals []hookedSignal `cbor:"3,keyasint,omitempty"`
	Cancel  []string       `cbor:"4,keyasint,omitempty"`
	Kill    []string       `cbor:"5,keyasint,omitempty"`
}

type hookedSignal struct {
	Name    string `cbor:"1,keyasint"`
	Payload []byte `cbor:"2,keyasint,omitempty"`
}

// useHooks has the machine show its messages to hooks.
func (s *step) useHooks(h *hookSet) {
	if s.hooks = nil; h == nil || len(h.hooks) == 0 {
		return
	}
	s.hooks = h
	s.live.x.Hook, s.live.x.Watched = s.hookMessage, h.watches()
	s.entry.Watched = s.live.x.Watched
}

// replayHooks has a step give what the journal says that hooks gave.
func (s *step) replayHooks(je *journalEntry) {
	x := s.live.x
	x.Hook, x.Watched, s.hooks, s.entry.Watched = nil, je.Watched, nil, je.Watched
	x.Watchers, x.Budget = nil, 0
	if len(je.Hooked) > 0 {
		s.hooks, s.gave = &hookSet{points: je.HookPoints}, je.Hooked
		x.Hook = s.hookMessage
	}
}

// hookMessage shows a message to the hooks, and returns what they add.
func (s *step) hookMessage(m *vm.Message) []vm.Message {
	if m.Hooked || !s.hooks.counts(string(m.Point)) {
		return nil
	}
	f := s.live.x.Frame(m.Nid)
	heap := ""
	switch {
	case f != nil && f.Proc != nil && m.Point != vm.Execute:
		heap = f.Proc.Sig.Name()
	case m.Code != nil:
		heap = m.Code.Head
	}
	g := s.askHooks(func() *HookMessage {
		h := &HookMessage{Point: string(m.Point), Heap: heap, Tags: m.Tags, Name: m.Name, Error: m.Err, Payload: m.Payload.Object()}
		if !m.Nid.IsZero() {
			h.Nid = m.Nid.String()
		}
		return h
	})
	if v := g.payload(); !v.IsNull() {
		m.Payload = vm.NewPayload(v)
	}
	return s.added(g)
}

// hookTask shows a task to the hooks.
func (s *step) hookTask(e *vm.TaskEffect) {
	if s.hooks == nil || e.Withdraw || !s.hooks.counts(taskPoint) {
		return
	}
	g := s.askHooks(func() *HookMessage {
		return &HookMessage{Point: taskPoint, Nid: e.Nid.String(), Tasker: e.Tasker, Name: e.Name, Tags: e.Tags, Payload: e.Payload}
	})
	if v := g.payload(); !v.IsNull() {
		e.Payload = v
	}
	s.own = append(s.own, s.added(g)...)
}

// askHooks asks the hooks, or the journal, about a message.
func (s *step) askHooks(show func() *HookMessage) *hooked {
	g := &hooked{At: s.shown}
	s.shown++
	if s.gave != nil {
		i := slices.IndexFunc(s.gave, func(h hooked) bool { return h.At == g.At })
		if i >= 0 {
			g = &s.gave[i]
			s.entry.Hooked, s.entry.HookPoints = append(s.entry.Hooked, *g), s.hooks.points
		}
		return g
	}
	m := show()
	m.Exid, m.Domain = s.exid, s.live.x.Domain
	any := false
	for _, h := range s.hooks.hooks {
		if !h.sees(m) {
			continue
		}
		reply, err := callHook(h, m)
		if err != nil {
			s.r.c.Logger.Warn("a hook failed", "exid", s.exid, "point", m.Point, "nid", m.Nid, "error", err)
		}
		if err == nil && reply != nil {
			any = true
			if reply.Payload.IsObject() {
				m.Payload = reply.Payload
				g.Payload = value.AppendCBOR(nil, reply.Payload)
			}
			for _, sig := range reply.Signals {
				g.Signals = append(g.Signals, hookedSignal{sig.Name, value.AppendCBOR(nil, sig.Payload)})
			}
			g.Cancel, g.Kill = append(g.Cancel, reply.Cancel...), append(g.Kill, reply.Kill...)
		}
	}
	if any {
		s.entry.Hooked, s.entry.HookPoints = append(s.entry.Hooked, *g), s.hooks.points
	}
	return g
}

func callHook(h *Hook, m *HookMessage) (reply *HookReply, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panicked: %v\n%s", p, debug.Stack())
		}
	}()
	reply, err = h.Message(context.Background(), m)
	if err == nil && reply != nil && !reply.Payload.IsNull() && !reply.Payload.IsObject() {
		err = fmt.Errorf("the payload that it gave is a %s, not an object", reply.Payload.TypeName())
	}
	return reply, err
}

// sees tells whether a hook is to see a message.
func (h *Hook) sees(m *HookMessage) bool {
	fits := func(want []string, has ...string) bool {
		return len(want) == 0 || slices.ContainsFunc(has, func(s string) bool { return slices.Contains(want, s) })
	}
	return fits(h.Points, m.Point) && fits(h.Heaps, m.Heap) && fits(h.Taskers, m.Tasker) && fits(h.Tags, m.Tags...)
}

func (g *hooked) payload() value.Value {
	if len(g.Payload) == 0 {
		return value.Null
	}
	v, err := value.DecodeCBOR(g.Payload)
	if err != nil {
		return value.Null // the journal's hash tells of damage
	}
	return v
}

// added are the messages that hooks add.
func (s *step) added(g *hooked) (ms []vm.Message) {
	for _, sig := range g.Signals {
		payload, err := value.DecodeCBOR(sig.Payload)
		if err == nil && sig.Name != "" && (payload.IsNull() || payload.IsObject()) {
			ms = append(ms, vm.SignalMessage(sig.Name, vm.NewPayload(payload)))
		}
	}
	cancel := func(nids []string, flavour vm.Flavour) {
		for _, text := range nids {
			nid, err := vm.ParseNID(text)
			if f := s.live.x.Frame(nid); err == nil && f != nil {
				ms = append(ms, vm.Message{Point: vm.Cancel, Nid: nid, Flavour: flavour, Payload: f.Payload})
			}
		}
	}
	cancel(g.Cancel, vm.Plain)
	cancel(g.Kill, vm.Kill)
	for i := range ms {
		ms[i].Hooked = true
	}
	return ms
}

// CommandHook returns a function for Hook.Message that runs a program for each
// message, in a folder, "" for that of this process. The program gets the
// message as JSON on its standard input, and may write a JSON object to its
// standard output: {"payload": {…}, "signals": [{"name": …, "payload": {…}}],
// "cancel": [NID, …], "kill": [NID, …]}.
func CommandHook(command []string, dir string) func(ctx context.Context, m *HookMessage) (*HookReply, error) {
	return func(ctx context.Context, m *HookMessage) (*HookReply, error) {
		input, err := json.Marshal(m)
		if err != nil {
			return nil, err
		}
		out, err := (&CommandTasker{Command: command, Dir: dir}).run(ctx, input)
		if err != nil || len(out) == 0 {
			return nil, err
		}
		var wire struct {
			Payload json.RawMessage `json:"payload"`
			Signals []struct {
				Name    string          `json:"name"`
				Payload json.RawMessage `json:"payload"`
			} `json:"signals"`
			Cancel, Kill []string
		}
		if err := json.Unmarshal(out, &wire); err != nil {
			return nil, fmt.Errorf("%s: what it wrote cannot be read: %w", command[0], err)
		}
		r := &HookReply{Cancel: wire.Cancel, Kill: wire.Kill}
		if r.Payload, err = optionalJSON(wire.Payload); err != nil {
			return nil, err
		}
		for _, s := range wire.Signals {
			payload, err := optionalJSON(s.Payload)
			if err != nil {
				return nil, err
			}
			r.Signals = append(r.Signals, HookSignal{s.Name, payload})
		}
		return r, nil
	}
}

func optionalJSON(data []byte) (value.Value, error) {
	if len(data) == 0 {
		return value.Null, nil
	}
	return value.ParseJSON(data)
}

// Change is what a commit has done.
type Change struct {
	Exid   string
	Domain string
	Seq    uint64 // the number of the commit, 1 for the launch
	Status Status // after it
	// Tasks are those that were handed out, by id, Returned those that are over,
	// Withdrawn those that are taken back.
	Tasks, Returned, Withdrawn []string
	Timers, Untimers           int // set and removed
	Traces                     int
}

// changed tells who wants to know of a commit.
func (r *Runtime) changed(b *Batch) {
	if r.c.Committed == nil {
		return
	}
	rec := b.Record
	c := Change{Exid: rec.Exid, Domain: rec.Origin.Domain, Seq: rec.Seq, Status: rec.Status,
		Timers: len(b.Timers), Untimers: len(b.Untimers), Traces: len(b.Traces)}
	for i := range b.Tasks {
		c.Tasks = append(c.Tasks, b.Tasks[i].ID)
	}
	for _, k := range b.Untasks {
		c.Returned = append(c.Returned, k.ID)
	}
	for _, k := range b.Withdrawn {
		c.Withdrawn = append(c.Withdrawn, k.ID)
	}
	r.c.Committed(c)
}
