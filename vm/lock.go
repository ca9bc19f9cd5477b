package vm

// Lock is a node's place in the row of those that want to be inside of
// something of that name: the first one is inside. The row is one of the
// execution, or, for one that has an ID, one that the host keeps for all
// executions of the domain.
type Lock struct {
	Name   string
	Inside bool  // it was told that it is
	ID     int64 // unique within the execution
	link   link
}

// Lock has the node wait until no other one that came before it is inside of
// what has that name. Once it is inside the procedure's Other sees a message
// from nobody. It leaves with its end, however it comes to that.
func (n *Node) Lock(name string) error {
	x, f := n.x, n.f
	if err := n.notInside(name, false); err != nil {
		return err
	}
	c := x.locks[name]
	if c == nil {
		c = &chain{}
		x.setLock(name, c)
	}
	f.Lock = &Lock{Name: name, link: link{frame: f, order: c.next()}}
	c.add(&f.Lock.link)
	x.touch(f)
	n.over = true
	if c.first == &f.Lock.link {
		n.x.emit(Message{Point: Locked, Nid: f.Nid, Payload: n.pl, Wait: n.wait, Causes: n.m.Causes})
	}
	return nil
}

// LockInDomain does what Lock does among all executions of the domain. The host
// sees from the frame that the node has joined the row (OuterLock), and sends a
// LetInMessage once it is inside.
func (n *Node) LockInDomain(name string) error {
	if err := n.notInside(name, true); err != nil {
		return err
	}
	n.x.state.Outer++
	n.f.Lock = &Lock{Name: name, ID: n.x.state.Outer}
	n.x.touch(n.f)
	n.over = true
	return nil
}

// notInside checks that the node is not part of one that is, or wants to be,
// inside of what it wants to be inside of.
func (n *Node) notInside(name string, outer bool) error {
	for p := n.x.frames[n.f.Parent]; p != nil; p = n.x.frames[p.Parent] {
		if p.Lock != nil && p.Lock.Name == name && (p.Lock.ID != 0) == outer {
			return BadArgument("a branch that is inside of it would wait for itself: leave the inner one out",
				"this is inside of mutex %q already, since line %d", name, p.Code.Line())
		}
	}
	return nil
}

// OuterLock returns the node's place in a row of the host, nil for none.
func (f *Frame) OuterLock() *Lock {
	if f.Lock != nil && f.Lock.ID != 0 {
		return f.Lock
	}
	return nil
}

// LetInMessage is the message by which the host tells a node that it is inside.
func LetInMessage(nid NID, id int64) Message { return Message{Point: Locked, Nid: nid, Timer: id} }

// WaitsFor tells whether the node waits for a message of the point Locked that
// comes from the host.
func (x *Execution) WaitsFor(m *Message) bool {
	f := x.frames[m.Nid]
	return f != nil && f.OuterLock() != nil && f.Lock.ID == m.Timer && !f.Lock.Inside
}

func (x *Execution) setLock(name string, c *chain) {
	if x.locks == nil {
		x.locks = make(map[string]*chain)
	}
	x.locks[name] = c
}

// locked tells a node that it is inside.
func (x *Execution) locked(m *Message) {
	f := x.frames[m.Nid]
	if f == nil || f.State != Open || f.Lock == nil || f.Lock.Inside || f.Lock.ID != m.Timer {
		return
	}
	if f.Lock.ID != 0 {
		m.Payload = f.Payload
	}
	f.Lock.Inside = true
	x.touch(f)
	n := x.at(f, m)
	n.guard(func() error { return f.Proc.Other(n) })
}

// unlock takes the node out of the row, and lets the next one in.
func (x *Execution) unlock(f *Frame) {
	if f.OuterLock() != nil { // the host lets the next one in
		f.Lock = nil
		x.touch(f)
	}
	if f.Lock == nil {
		return
	}
	c, l := x.locks[f.Lock.Name], &f.Lock.link
	wasFirst := c.first == l
	c.remove(l)
	if c.first == nil {
		delete(x.locks, f.Lock.Name)
	} else if next := c.first.frame; wasFirst {
		x.emit(Message{Point: Locked, Nid: next.Nid, Payload: next.Payload})
	}
	f.Lock = nil
	x.touch(f)
}
