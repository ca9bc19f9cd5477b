package vm

import "github.com/florc-lang/florc/lang/value"

// A wide trap sees messages of other executions. It is known to them by what it
// asks for (Watch, Watcher); what one of them sees comes to the trap's execution
// as a message from outside (Sighting, Sighted).
//
// A trap that did what another one waits for, and the other way around, would
// never end, and with many of them each message would become many. So what the
// function of a wide trap does is unseen: by all wide traps, in whatever comes
// of it: the signals that it emits, the functions that these call, and the
// executions that it launches.

// Watch is what others have to know of a wide trap.
type Watch struct {
	ID       int64 // unique within the execution
	Below    bool  // it sees the domains below its own, too
	Criteria []byte
}

// WatchID is the number of the trap of the node, if that sees other executions
// now; 0 otherwise.
func (f *Frame) WatchID() int64 {
	if t := f.Trap; t != nil && t.wide() && t.link.order != loose {
		return t.ID
	}
	return 0
}

// Watch describes a trap that has a WatchID.
func (f *Frame) Watch() Watch {
	t := f.Trap
	c := coder{complete: true}
	c.trap(&Trap{Points: t.Points, Tags: t.Tags, Heaps: t.Heaps, Heats: t.Heats, Names: t.Names})
	return Watch{ID: t.ID, Below: t.Range == InDomains, Criteria: c.out}
}

// Watcher is a trap of another execution, as this one knows it.
type Watcher struct {
	Exid string // of the trap
	Nid  NID
	ID   int64
	trap Trap // what it asks for
}

// NewWatcher reads the criteria of a Watch.
func NewWatcher(exid, nid string, id int64, criteria []byte) (*Watcher, error) {
	w := &Watcher{Exid: exid, ID: id}
	var err error
	if w.Nid, err = ParseNID(nid); err != nil {
		return nil, err
	}
	c := newDecoder(&Execution{ID: exid}, criteria, nil, nil)
	c.trap(&w.trap)
	return w, c.finish("trap")
}

// Broad tells whether it may see messages that direct evaluation does without.
func (w *Watcher) Broad() bool { return w.trap.broad() }

// Sighting is a message that a trap of another execution is to see. Event is
// the message as flows see it, without functions.
type Sighting struct {
	To    *Watcher
	Name  string // of the signal
	Event value.Value
}

// Message is the message by which the trap's execution learns of it.
func (s *Sighting) Message() Message {
	return Message{Point: Sighted, Nid: s.To.Nid, Timer: s.To.ID, Name: s.Name, Event: s.Event}
}

// TakeSightings returns the sightings since the last call.
func (x *Execution) TakeSightings() []Sighting {
	ss := x.sightings
	x.sightings = nil
	return ss
}

// showOutside shows a message to the traps of other executions.
func (x *Execution) showOutside(m *Message, f *Frame) {
	event := value.Null
	for _, w := range x.Watchers {
		if !w.trap.asksFor(m, f) {
			continue
		}
		if event.IsNull() {
			if x.isUnseen(m) {
				return
			}
			event = x.show(m)
			if event.HasFunc() { // there is nobody to call it there
				if plain, err := value.ParseJSON(value.AppendJSON(nil, event)); err == nil {
					event = plain
				}
			}
		}
		x.sightings = append(x.sightings, Sighting{To: w, Name: m.Name, Event: event})
	}
}

// Awaits tells whether there is a trap that a message of the point Sighted is
// for.
func (x *Execution) Awaits(m *Message) bool {
	f := x.frames[m.Nid]
	return f != nil && m.Timer != 0 && f.WatchID() == m.Timer
}

// sighted triggers a trap with what another execution did.
func (x *Execution) sighted(m *Message) {
	if !x.Awaits(m) || !m.Event.IsObject() {
		return
	}
	payload, _ := m.Event.AsObject().Get("payload")
	if !payload.IsObject() {
		payload = value.NewObject()
	}
	m.Payload = NewPayload(payload)
	x.trigger(x.frames[m.Nid], m, m.Event)
}

// isUnseen tells whether wide traps are not to see a message.
func (x *Execution) isUnseen(m *Message) bool {
	return m.Unseen || x.isUnseenAt(x.frames[m.Nid]) || x.isUnseenAt(x.frames[m.From])
}

func (x *Execution) isUnseenAt(f *Frame) bool { return x.unseen || f != nil && f.Unseen }

// Unseen tells whether wide traps do not see what the node does.
func (n *Node) Unseen() bool { return n.x.isUnseenAt(n.f) }
