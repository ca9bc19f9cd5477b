package vm

import (
	"iter"
	"sync"
)

// queue is a first-in first-out queue of messages.
type queue struct {
	items []*Message
	head  int
	dead  int // messages that were taken back where they stood
}

// Messages and frames are used again, by whichever execution needs one: an idle
// one keeps none.
var (
	freeMessages = sync.Pool{New: func() any { return new(Message) }}
	freeFrames   = sync.Pool{New: func() any { return new(Frame) }}
)

func (q *queue) len() int { return q.mark() - q.dead }

// mark is the place where the next message will stand, for truncate.
func (q *queue) mark() int { return len(q.items) - q.head }

// all iterates over the messages, first first.
func (q *queue) all() iter.Seq2[int, *Message] {
	return func(yield func(int, *Message) bool) {
		i := 0
		for _, m := range q.items[q.head:] {
			if !m.dead {
				if !yield(i, m) {
					return
				}
				i++
			}
		}
	}
}

func (q *queue) has(p Point) bool {
	for _, m := range q.all() {
		if m.Point == p {
			return true
		}
	}
	return false
}

// push queues a copy of m.
func (q *queue) push(m *Message) *Message {
	c := freeMessages.Get().(*Message)
	*c = *m
	q.again(c)
	return c
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

// pop takes the first message, of which there must be one. It belongs to the
// caller until its release.
func (q *queue) pop() *Message {
	for {
		m := q.items[q.head]
		q.items[q.head] = nil
		q.head++
		if q.head == len(q.items) {
			q.items, q.head = q.items[:0], 0
		}
		if !m.dead {
			return m
		}
		q.dead--
		q.release(m)
	}
}

// release takes a message back that pop returned.
func (q *queue) release(m *Message) {
	*m = Message{}
	freeMessages.Put(m)
}

// takeBack drops what the node has still to do in its turn: to start a part or a
// function, or to finish. Of a node that goes on only what lets turns pass is
// dropped: what it starts at once has started.
func (q *queue) takeBack(f *Frame, goesOn bool) {
	for i := 0; i < len(f.waiting); {
		m := f.waiting[i]
		if goesOn && m.Wait == 0 {
			i++
			continue
		}
		m.disown()
		m.dead = true
		q.dead++
	}
}

// truncate drops the messages that were queued since mark gave n.
func (x *Execution) truncate(n int) {
	q := &x.queue
	for _, m := range q.items[q.head+n:] {
		m.disown()
		if m.dead {
			q.dead--
		}
		if f := x.frames[m.Nid]; m.Point == Cancel && f != nil {
			x.callOff(f, false)
		}
	}
	clear(q.items[q.head+n:])
	q.items = q.items[:q.head+n]
}

// turnOf returns the node that waits for its turn with the message, if one
// does.
func (m *Message) turnOf() NID {
	switch {
	case m.Point == Execute:
		return m.From
	case m.Kid == inTurn:
		return m.Nid
	}
	return NID{}
}

// own notes that the node waits for its turn with the message.
func (m *Message) own(f *Frame) {
	m.owner, m.place = f, len(f.waiting)
	f.waiting = append(f.waiting, m)
}

// disown undoes own: the message's turn has come, or the node is gone.
func (m *Message) disown() {
	if m.owner == nil {
		return
	}
	w := m.owner.waiting
	last := len(w) - 1
	w[m.place], w[last].place = w[last], m.place
	w[last] = nil
	m.owner.waiting, m.owner = w[:last], nil
}

// emit queues a message of the node.
func (n *Node) emit(m Message) {
	c := n.x.queue.push(&m)
	if c.turnOf() == n.f.Nid {
		c.own(n.f)
	}
}

// replying tells whether the node's reply is queued.
func (x *Execution) replying(f *Frame) bool {
	for _, m := range x.queue.all() {
		if m.Point == Receive && m.From == f.Nid && m.Flavour != FlankReply && m.Flavour != PartReply {
			return true
		}
	}
	return false
}
