package vm

import (
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// The fields of the stored records, each described once for both directions;
// see codec.go. Numbers up to 23 take a byte, those above two.

func (c *coder) origin() {
	x := c.x
	format, semantics := int64(storedFormat), int64(Semantics)
	number(c, 1, &format)
	if c.err == nil && format != storedFormat {
		c.failf("its format is %d, this program reads format %d", format, storedFormat)
	}
	number(c, 2, &semantics)
	if c.err == nil && semantics > Semantics {
		c.failf("it was launched by a newer florc, under version %d of the semantics; this one knows version %d: upgrade it", semantics, Semantics)
	}
	c.string(3, &x.ID)
	c.string(4, &x.Domain)
	hash := c.main
	c.string(5, &hash)
	if c.decoding {
		c.main = hash
		x.prog = c.program(hash)
	}
	c.string(6, &x.state.Zone)
	number(c, 7, &x.state.Seed)
	number(c, 8, &x.Limits.Nodes)
	number(c, 9, &x.Limits.CallDepth)
	number(c, 10, &x.Limits.RunSteps)
	number(c, 11, &x.Limits.PayloadBytes)
	number(c, 12, &x.Limits.PayloadDepth)
	c.bool(13, &x.unseen)
	c.end()
}

func (c *coder) header() {
	x := c.x
	c.counters(&x.state)
	c.bool(8, &x.ended)
	if c.decoding || len(x.grafts) == 0 {
		c.queue(9, &x.queue)
	}
	var shadow []string
	for name := range x.shadow {
		shadow = append(shadow, name)
	}
	slices.Sort(shadow)
	list(c, 10, &shadow, stringElement)
	list(c, 11, &x.grafts, (*coder).graft)
	if c.decoding || len(x.grafts) > 0 {
		c.queue(12, &x.queue) // it refers to what was loaded
	}
	c.graftFiles(13)
	c.bool(16, &x.paused)
	list(c, 17, &x.heldBack, (*coder).held)
	number(c, 18, &x.state.Held)
	number(c, 19, &x.state.Outer)
	c.end()
	if c.decoding && len(shadow) > 0 {
		x.shadow = make(map[string]bool)
		for _, name := range shadow {
			x.shadow[name] = true
		}
	}
}

// graft is a tree that the execution loaded; frames refer to it, which are read
// later, and so do messages.
func (c *coder) graft(g *graft) {
	c.element(&g.text)
	stringElement(c, &g.path)
	if !c.decoding || c.err != nil {
		return
	}
	if nid, err := ParseNID(g.path); err != nil || nid.IsZero() || g.text.Kind() != value.KindString || c.x.prog == nil {
		c.failf("a tree that was loaded is damaged")
		return
	}
	if c.err = c.x.compileGraft(g); c.err == nil {
		c.x.hold(g.prog)
	}
}

// graftFiles are the files of the trees that the execution loaded.
func (c *coder) graftFiles(field int64) {
	files, known := []string{}, false
	for i := range c.x.grafts {
		files = append(files, c.x.grafts[i].file)
		known = known || files[i] != ""
	}
	if !known {
		files = nil
	}
	if list(c, field, &files, stringElement); !c.decoding || c.err != nil || len(files) == 0 {
		return
	}
	if len(files) != len(c.x.grafts) {
		c.failf("%d files are those of %d trees", len(files), len(c.x.grafts))
		return
	}
	for i, file := range files {
		g := &c.x.grafts[i]
		g.file, g.prog.File = file, file
	}
}

// counters are all but those that the origin has.
func (c *coder) counters(s *Counters) {
	number(c, 1, &s.Subs)
	number(c, 2, &s.Funs)
	number(c, 3, &s.Causes)
	number(c, 4, &s.Timers)
	number(c, 5, &s.Tasks)
	number(c, 6, &s.Draws)
	number(c, 7, &s.NowMicros)
}

func (c *coder) queue(field int64, q *queue) {
	var items []*Message
	for _, m := range q.all() {
		items = append(items, m)
	}
	list(c, field, &items, func(c *coder, m **Message) {
		if c.decoding {
			*m = new(Message)
		}
		c.message(*m)
	})
	if c.decoding && len(items) > 0 {
		q.items, q.head = items, 0
	}
}

// topMessage is a message that is a record of its own.
func (c *coder) topMessage(m *Message) {
	c.message(m)
	c.end()
}

func (c *coder) frame(f *Frame) {
	c.nid(1, &f.Nid)
	c.nidUnless(2, &f.Parent, f.Nid.above())
	c.nidUnless(3, &f.ReplyTo, f.Parent)
	number(c, 4, &f.sibling.order)
	c.code(5, &f.Code, f.Nid)
	c.lambda(6, &f.Lambda, f.Code)
	c.procedure(7, f)
	c.payload(8, &f.Payload)
	c.value(9, &f.Heat)
	c.bool(10, &f.HasHeat)
	c.bool(11, &f.CalledOff)
	c.subs(12, f)
	list(c, 13, &f.Slots, valueElement)
	list(c, 14, &f.Rets, valueElement)
	list(c, 15, &f.Atts, (*coder).arg)
	pointer(c, 16, &f.Vars, (*coder).vars)
	c.nid(17, &f.Cnid)
	list(c, 18, &f.Args, (*coder).arg)
	number(c, 19, &f.Depth)
	c.tags(20, f)
	list(c, 21, &f.Timers, (*coder).timer)
	c.string(22, &f.TaskID)
	number(c, 23, &f.State)
	text(c, 24, &f.Flavour)
	number(c, 25, &f.ClosedBy)
	c.bool(26, &f.HasFuncs)
	c.bool(27, &f.Escaped)
	pointer(c, 28, &f.ARet, valueElement)
	listOrNil(c, 29, &f.Allowed, valueElement)
	listOrNil(c, 30, &f.Denied, valueElement)
	c.bool(31, &f.HasList)
	for i := range f.Handlers {
		list(c, 32+int64(i), &f.Handlers[i], (*coder).handler)
	}
	for i := range f.ChildOn {
		pointer(c, 40+int64(i), &f.ChildOn[i], (*coder).handler)
	}
	c.nid(48, &f.OnReceive[0])
	c.nid(49, &f.OnReceive[1])
	number(c, 50, &f.OnReceiveKid)
	listOrNil(c, 51, &f.OnLast, (*coder).message)
	c.nid(53, &f.InError)
	pointer(c, 54, &f.Failure, (*coder).failure)
	c.keyNames(55, &f.KeyNames)
	c.string(56, &f.As)
	pointer(c, 57, &f.Trap, (*coder).trap)
	c.bool(58, &f.Apart)
	number(c, 59, &f.Kept)
	number(c, 60, &f.Mark)
	list(c, 61, &f.held, (*coder).held)
	pointer(c, 62, &f.Again, (*coder).message)
	c.bool(63, &f.Called)
	number(c, 64, &f.Added)
	pointer(c, 65, &f.Retry, (*coder).retry)
	number(c, 66, &f.Attempt)
	pointer(c, 67, &f.Lock, (*coder).lock)
	list(c, 68, &f.Undos, (*coder).undo)
	pointer(c, 69, &f.Left, func(c *coder, p *Payload) {
		c.payload(1, p)
		c.end()
	})
	c.bool(70, &f.Unseen)
	c.end()
}

func (c *coder) undo(u *Undo) {
	c.value(1, &u.Fn)
	c.payload(2, &u.Payload)
	c.end()
}

func (c *coder) lock(l *Lock) {
	c.string(1, &l.Name)
	c.bool(2, &l.Inside)
	number(c, 3, &l.link.order)
	number(c, 4, &l.ID)
	c.end()
}

func (c *coder) retry(r *Retry) {
	c.value(1, &r.Spec)
	name := procName(r.Proc)
	c.string(2, &name)
	if c.decoding {
		r.Proc = c.procedureNamed(name)
	}
	number(c, 3, &r.Position)
	c.payload(4, &r.Payload)
	number(c, 5, &r.Made)
	c.end()
}

func (c *coder) held(h *heldMessage) {
	if c.decoding {
		h.order, h.m = c.getInt(), new(Message)
	} else {
		c.put(value.Int(h.order))
	}
	c.message(h.m)
}

func (c *coder) trap(t *Trap) {
	number(c, 1, &t.link.order)
	listOrNil(c, 2, &t.Points, stringElement)
	listOrNil(c, 3, &t.Tags, valueElement)
	listOrNil(c, 4, &t.Heaps, valueElement)
	listOrNil(c, 5, &t.Heats, valueElement)
	listOrNil(c, 6, &t.Names, valueElement)
	text(c, 7, &t.Range)
	c.nid(8, &t.Bound)
	number(c, 9, &t.Left)
	c.value(10, &t.Fn)
	c.bool(11, &t.Event)
	c.payload(12, &t.Payload)
	number(c, 13, &t.pending)
	c.bool(14, &t.spent)
	number(c, 15, &t.ID)
	c.end()
}

// subs is the re-run that the node's children are in: that of the node itself,
// or else as the field says.
func (c *coder) subs(field int64, f *Frame) {
	switch {
	case !c.has(field, f.Subs != f.Nid.Sub):
		f.Subs = f.Nid.Sub
	case c.decoding:
		f.Subs = c.getInt()
	default:
		c.put(value.Int(f.Subs))
	}
}

// tags are the node's tags, each with its order among the nodes that have it.
// Those of a node that ended have none.
func (c *coder) tags(field int64, f *Frame) {
	var links []*link
	for i := range f.Tags {
		l := &link{}
		if i < len(f.tagged) {
			l = f.tagged[i]
		}
		links = append(links, l)
	}
	tags, i := f.Tags, 0
	list(c, field, &tags, func(c *coder, t *string) {
		stringElement(c, t)
		if c.decoding {
			links = append(links, &link{order: c.getInt()})
		} else {
			c.put(value.Int(links[i].order))
			i++
		}
	})
	if c.decoding {
		f.Tags, f.tagged = tags, links
	}
}

// maxNesting bounds messages within messages: what a node does once it is
// cancelled may include cancelling others with the like.
const maxNesting = 100

func (c *coder) message(m *Message) {
	if c.depth++; c.depth > maxNesting && c.decoding {
		c.failf("messages are nested more than %d deep", maxNesting)
	}
	defer func() { c.depth-- }()
	if c.err != nil {
		return
	}
	text(c, 1, &m.Point)
	c.nid(2, &m.Nid)
	c.nid(3, &m.From)
	number(c, 4, &m.Kid)
	c.payload(5, &m.Payload)
	if wait := m.Wait; !c.noWait {
		number(c, 6, &wait)
		m.Wait = wait
	}
	if m.Point == Execute {
		c.code(7, &m.Code, m.Nid)
		c.lambda(8, &m.Lambda, m.Code)
	}
	c.string(9, &m.As)
	list(c, 10, &m.Args, (*coder).arg)
	c.nid(11, &m.Cnid)
	listOrNil(c, 12, &m.Vars, (*coder).variable)
	c.nid(13, &m.InError)
	text(c, 14, &m.Flavour)
	c.value(15, &m.To)
	listOrNil(c, 16, &m.OnLast, (*coder).message)
	list(c, 17, &m.Causes, (*coder).cause)
	c.nid(19, &m.HandledOn)
	c.string(20, &m.SetsOn)
	pointer(c, 22, &m.Err, (*coder).failure)
	list(c, 23, &m.Tags, stringElement)
	c.string(24, &m.Name)
	number(c, 25, &m.Timer)
	c.string(26, &m.TaskID)
	c.bool(27, &m.Forced)
	c.bool(28, &m.Frameless)
	for i := range m.Handlers {
		pointer(c, 32+int64(i), &m.Handlers[i], (*coder).handler)
	}
	number(c, 36, &m.Attempt)
	c.value(40, &m.Tree)
	c.string(41, &m.File)
	list(c, 42, &m.Elements, valueElement)
	number(c, 43, &m.Mark)
	c.bool(44, &m.OnlyFailed)
	c.bool(50, &m.Hooked)
	c.string(51, &m.Key)
	c.value(52, &m.Event)
	c.bool(53, &m.Unseen)
	c.end()
}

func (c *coder) payload(field int64, p *Payload) {
	if !c.has(field, p.HasRet || !p.Fields.IsNull()) {
		return
	}
	c.value(1, &p.Fields)
	if p.HasRet = c.has(2, p.HasRet); p.HasRet {
		c.element(&p.Ret)
	}
	c.end()
	if k := p.Fields.Kind(); k != value.KindObject && k != value.KindNull {
		c.failf("a payload is a %s", k)
	}
}

func (c *coder) arg(a *Arg) {
	stringElement(c, &a.Key)
	c.element(&a.Value)
}

func (c *coder) variable(v *Var) {
	stringElement(c, &v.Name)
	c.element(&v.Value)
}

func (c *coder) vars(vs *Vars) {
	elements(c, &vs.list, (*coder).variable)
	if c.decoding && len(vs.list) >= varsIndexFrom {
		vs.reindex()
	}
}

func (c *coder) timer(t *Timer) {
	number(c, 1, &t.ID)
	c.bool(2, &t.Timeout)
	c.payload(3, &t.Payload)
	c.end()
}

func (c *coder) handler(h *Handler) {
	list(c, 1, &h.Criteria, valueElement)
	c.value(2, &h.Fn)
	c.bool(3, &h.Mute)
	c.bool(4, &h.Attempt)
	c.end()
}

func (c *coder) cause(cs *Cause) {
	number(c, 1, &cs.ID)
	c.string(2, &cs.Kind)
	c.nid(3, &cs.Nid)
	c.end()
}

func (c *coder) failure(e *Error) {
	text(c, 1, &e.Code)
	c.string(2, &e.Kind)
	c.string(3, &e.Class)
	c.string(4, &e.Message)
	c.string(5, &e.Hint)
	c.nid(6, &e.Nid)
	c.string(7, &e.Proc)
	number(c, 8, &e.Line)
	number(c, 9, &e.Column)
	c.string(10, &e.File)
	c.end()
}

func (c *coder) keyNames(field int64, names *map[int]string) {
	var keys []Arg
	for part, name := range *names {
		keys = append(keys, Arg{Key: name, Value: value.Int(int64(part))})
	}
	slices.SortFunc(keys, func(a, b Arg) int { return int(a.Value.AsInt() - b.Value.AsInt()) })
	list(c, field, &keys, (*coder).arg)
	if !c.decoding || len(keys) == 0 {
		return
	}
	*names = make(map[int]string)
	for _, k := range keys {
		if k.Value.Kind() != value.KindInt {
			c.failf("the number of a key is a %s", k.Value.TypeName())
			return
		}
		(*names)[int(k.Value.AsInt())] = k.Key
	}
}
