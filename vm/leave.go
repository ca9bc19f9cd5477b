package vm

// leave removes the node that a reply came from. It tells whether that was a
// child of the one that is replied to.
func (x *Execution) leave(m *Message) (child bool) {
	if m.Point != Receive || m.Flavour == FlankReply || m.From.IsZero() {
		return false
	}
	f := x.frames[m.From]
	if f == nil {
		return m.Frameless
	}
	above := f.above
	child = above != nil && above.Nid == m.Nid
	if m.Flavour == PartReply && f.Attempt > 0 {
		return child // it is the node that is tried again that becomes the part
	}
	x.orphan(f)
	if above != nil && !child && above.Again != nil {
		defer x.comesAgain(above)
	}
	if m.Flavour == PartReply {
		x.setApart(f)
		return child
	}
	x.setState(f, Ended)
	f.Flavour = m.Flavour
	x.touch(f)
	if f.HasChildren() {
		x.at(f, m).CancelChildren(Plain)
	}
	for _, t := range f.Timers {
		x.effect(UntimeEffect{ID: t.ID, Nid: f.Nid})
	}
	f.Timers = nil
	x.leaveTags(f, m.Payload)
	x.unlock(f)
	if f.HasFuncs && m.Payload.carriesFuncOf(f.Nid) {
		f.Escaped = true
	}
	if f.Kept > 0 {
		x.setApart(f)
	}
	x.removeUnused(f)
	return child
}

// removeUnused removes a node that has ended, unless something sees it still.
func (x *Execution) removeUnused(f *Frame) {
	switch {
	case f.Kept > 0, f.HasFuncs && f.Escaped, f.outlives(x.prog.Root.Path):
	case f.Parent.IsZero() && f.Nid.Path == x.prog.Root.Path: // it keeps its variables until the execution is over
	default:
		x.remove(f)
	}
}

// setApart lets a node go on when its parent ends. The nodes above it stay as
// long, since it sees their variables.
func (x *Execution) setApart(f *Frame) {
	x.orphan(f)
	if p := x.frames[f.Parent]; p != nil && !f.Apart {
		f.Apart = true
		p.Kept++
		x.touch(f)
		x.touch(p)
	}
}

// unsetApart notes that a node that was apart is no more.
func (x *Execution) unsetApart(f *Frame) {
	p := x.frames[f.Parent]
	if !f.Apart || p == nil {
		return
	}
	p.Kept--
	x.touch(p)
	if p.State == Ended {
		x.removeUnused(p)
	}
}

func (x *Execution) remove(f *Frame) {
	x.orphan(f)
	for kid := range f.Children() {
		x.orphan(kid)
	}
	x.untag(f)
	x.unlock(f)
	x.forgetPause(f)
	if f.Trap != nil {
		x.spend(f)
	}
	for _, m := range f.waiting {
		m.owner = nil
	}
	if f.State != Ended {
		x.live--
	}
	delete(x.frames, f.Nid)
	x.unsetApart(f)
	if seen, known := x.dirty[f.Nid]; known && !seen {
		delete(x.dirty, f.Nid) // made and gone since the last TakeDirty
	} else {
		x.touch(f)
	}
	*f = Frame{}
	x.removed = append(x.removed, f)
}
