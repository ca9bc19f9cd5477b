package vm

// Lock is a node's place in the row of those that want to be inside of
// something of that name: the first one is inside.
type Lock struct {
	Name   string
	Inside bool // it was told that it is
	link   link
}

// Lock has the node wait until no other one that came before it is inside of
// what has that name. Once it is inside the procedure's Other sees a message
// from nobody. It leaves with its end, however it comes to that.
func (n *Node) Lock(name string) error {
	x, f := n.x, n.f
	for p := x.frames[f.Parent]; p != nil; p = x.frames[p.Parent] {
		if p.Lock != nil && p.Lock.Name == name {
			return BadArgument("a branch that is inside of it would wait for itself: leave the inner one out",
				"this is inside of mutex %q already, since line %d", name, p.Code.Line())
		}
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

func (x *Execution) setLock(name string, c *chain) {
	if x.locks == nil {
		x.locks = make(map[string]*chain)
	}
	x.locks[name] = c
}

// locked tells a node that it is inside.
func (x *Execution) locked(m *Message) {
	f := x.frames[m.Nid]
	if f == nil || f.State != Open || f.Lock == nil || f.Lock.Inside {
		return
	}
	f.Lock.Inside = true
	x.touch(f)
	n := x.at(f, m)
	n.guard(func() error { return f.Proc.Other(n) })
}

// unlock takes the node out of the row, and lets the next one in.
func (x *Execution) unlock(f *Frame) {
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
