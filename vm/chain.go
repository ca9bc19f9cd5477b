package vm

import (
	"cmp"
	"iter"
	"slices"
)

// chain is a row of frames: the children of a node, or the nodes that have a
// tag. Frames come last and leave from anywhere, both at constant cost. What is
// stored of it is each frame's order.
type chain struct {
	first, last *link
}

// link is a frame's place in a chain.
type link struct {
	frame      *Frame
	prev, next *link
	// order is one more than that of the link before it when it came, 0 where
	// there was none.
	order int64
}

// loose is the order of a frame that is no child of its parent: it ended, or
// its parent did, or it runs beside it for good.
const loose = -1

func compareLinks(a, b *link) int { return cmp.Compare(a.order, b.order) }

func (c *chain) next() int64 {
	if c.last == nil {
		return 0
	}
	return c.last.order + 1
}

func (c *chain) add(l *link) {
	l.prev, l.next = c.last, nil
	if c.last == nil {
		c.first = l
	} else {
		c.last.next = l
	}
	c.last = l
}

func (c *chain) remove(l *link) {
	if l.prev == nil {
		c.first = l.next
	} else {
		l.prev.next = l.next
	}
	if l.next == nil {
		c.last = l.prev
	} else {
		l.next.prev = l.prev
	}
	l.prev, l.next = nil, nil
}

// all iterates over the frames. The one at hand may leave meanwhile.
func (c *chain) all() iter.Seq[*Frame] {
	return func(yield func(*Frame) bool) {
		for l := c.first; l != nil; {
			next := l.next
			if !yield(l.frame) {
				return
			}
			l = next
		}
	}
}

func (c *chain) nids() []NID {
	var nids []NID
	for f := range c.all() {
		nids = append(nids, f.Nid)
	}
	return nids
}

// HasChildren tells whether the node has live children.
func (f *Frame) HasChildren() bool { return f.children.first != nil }

// isRepliedTo tells whether a live child of the node has still to reply to it.
func (f *Frame) isRepliedTo() bool {
	for kid := range f.Children() {
		if kid.ReplyTo == f.Nid {
			return true
		}
	}
	return false
}

// Children iterates over the frames of the node's live children, in the order
// in which they started. The one at hand may leave meanwhile.
func (f *Frame) Children() iter.Seq[*Frame] { return f.children.all() }

// adopt makes kid the last child of f.
func (f *Frame) adopt(kid *Frame, order int64) {
	kid.above, kid.sibling.frame, kid.sibling.order = f, kid, order
	f.children.add(&kid.sibling)
	kid.counted(1)
}

// counted adds the frame, n times, to what its parent counts.
func (f *Frame) counted(n int) {
	if f.above == nil || f.State == Closed {
		return
	}
	if f.ReplyTo == f.above.Nid {
		f.above.awaited += n
	}
	if !f.CalledOff {
		f.above.uncalled += n
	}
}

// replyToNone has the node's parent wait for no reply.
func (f *Frame) replyToNone() {
	f.counted(-1)
	f.ReplyTo = NID{}
	f.counted(1)
}

// setState changes the state of a node.
func (x *Execution) setState(f *Frame, s State) {
	if f.State != Ended {
		x.live--
	}
	f.counted(-1)
	f.State = s
	f.counted(1)
	if s != Ended {
		x.live++
	}
}

// callOff notes that a cancel was sent to the node by its parent, or that it
// is there, or was taken back.
func (x *Execution) callOff(f *Frame, sent bool) {
	if f.CalledOff != sent {
		f.counted(-1)
		f.CalledOff = sent
		f.counted(1)
		x.touch(f)
	}
}

// orphan takes the node away from its parent's children.
func (x *Execution) orphan(f *Frame) {
	if f.above == nil {
		return
	}
	f.counted(-1)
	f.above.children.remove(&f.sibling)
	f.above, f.sibling.order = nil, loose
	x.touch(f)
}

func (x *Execution) setTag(t string, c *chain) {
	if x.tags == nil {
		x.tags = make(map[string]*chain)
	}
	x.tags[t] = c
}

// tag gives the node a tag that it has not yet.
func (x *Execution) tag(f *Frame, t string) {
	c := x.tags[t]
	if c == nil {
		c = &chain{}
		x.setTag(t, c)
	}
	l := &link{frame: f, order: c.next()}
	c.add(l)
	f.Tags, f.tagged = append(f.Tags, t), append(f.tagged, l)
}

// untag takes the node out of the index of tags.
func (x *Execution) untag(f *Frame) {
	for i, l := range f.tagged {
		c := x.tags[f.Tags[i]]
		if c.remove(l); c.first == nil {
			delete(x.tags, f.Tags[i])
		}
	}
	f.tagged = nil
}

// Tagged lists the live nodes that have the tag, in the order they entered it.
func (x *Execution) Tagged(tag string) []NID {
	if c := x.tags[tag]; c != nil {
		return c.nids()
	}
	return nil
}

// chainOf makes a chain of its links, in any order.
func chainOf(links []*link) *chain {
	slices.SortFunc(links, compareLinks)
	c := &chain{}
	for _, l := range links {
		c.add(l)
	}
	return c
}

// relink makes the chains of restored frames, and the counts.
func (x *Execution) relink() {
	var kids, trapped []*Frame
	tags, locks := make(map[string][]*link), make(map[string][]*link)
	for _, f := range x.frames {
		if f.State != Ended {
			x.live++
			for i, l := range f.tagged {
				l.frame = f
				tags[f.Tags[i]] = append(tags[f.Tags[i]], l)
			}
		} else {
			f.tagged = nil
		}
		if f.Lock != nil && f.Lock.ID == 0 {
			f.Lock.link.frame = f
			locks[f.Lock.Name] = append(locks[f.Lock.Name], &f.Lock.link)
		}
		if f.Trap != nil && f.Trap.link.order != loose {
			trapped = append(trapped, f)
		}
		if x.noteMark(f); len(f.held) > 0 {
			x.noteHeld(f)
		}
		if f.sibling.order != loose && x.frames[f.Parent] != nil && f.Parent != f.Nid {
			kids = append(kids, f)
		}
	}
	slices.SortFunc(kids, func(a, b *Frame) int { return compareLinks(&a.sibling, &b.sibling) })
	for _, f := range kids {
		x.frames[f.Parent].adopt(f, f.sibling.order)
	}
	for t, links := range tags {
		x.setTag(t, chainOf(links))
	}
	for name, links := range locks {
		x.setLock(name, chainOf(links))
	}
	slices.SortFunc(trapped, func(a, b *Frame) int { return compareLinks(&a.Trap.link, &b.Trap.link) })
	for _, f := range trapped {
		x.linkTrap(f)
	}
	for _, m := range x.queue.all() {
		if nid := m.turnOf(); !nid.IsZero() && x.frames[nid] != nil {
			m.own(x.frames[nid])
		}
	}
}
