package vm

import (
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
)

// Node is a frame at work on a message: what the handlers of a procedure get.
// It is valid during the call only.
type Node struct {
	x    *Execution
	f    *Frame
	m    *Message
	pl   Payload // the message's, as the node changes it
	from NID     // the node that the reply is from
	wait int32   // turns that parts without a message of their own took
	todo int     // the argument to run next, -1 for none
	part int     // the attribute at work
	run  runOptions
	over bool // the node replied, or was told to wait
	// noticed is how many messages of traps are queued before the node's own.
	noticed int
	// fromChild tells whether the message is the reply of a child.
	fromChild bool
}

type runOptions struct {
	vars []Var
	as   string
}

// Frame returns the node's frame.
func (n *Node) Frame() *Frame { return n.f }

// Message returns the message at work. It must not be changed.
func (n *Node) Message() *Message { return n.m }

// ShowMessage gives the message at work as flows see it.
func (n *Node) ShowMessage() value.Value { return n.x.show(n.m) }

// Code returns the node's code.
func (n *Node) Code() *Code { return n.f.Code }

// Payload returns the payload as it stands.
func (n *Node) Payload() Payload { return n.pl }

// SetPayload replaces the payload.
func (n *Node) SetPayload(p Payload) { n.pl = p }

// Ret returns the current f.ret: what the last part left.
func (n *Node) Ret() value.Value { return n.pl.Ret }

// SetRet sets the current f.ret.
func (n *Node) SetRet(v value.Value) { n.pl = n.pl.WithRet(v) }

// StartRet returns the f.ret that the node started with.
func (n *Node) StartRet() value.Value { return n.f.Payload.Ret }

// Execution returns the execution. Handlers read it, and change it through
// the node's methods only.
func (n *Node) Execution() *Execution { return n.x }

// evaluate runs the node's attributes from position pos of its order, then
// goes on to its arguments.
func (n *Node) evaluate(pos int) error {
	f, c := n.f, n.f.Code
	if f.Proc == headProc {
		n.wait++
		n.send(c.HeadExpr, n.childNID(c.HeadExpr), Message{})
		n.over = true
		return nil
	}
	order := n.order()
	for ; pos < len(order); pos++ {
		part := order[pos]
		key, code := c.Keys[part], c.Parts[part]
		if key.Name == "_" {
			n.wait += 2
			continue
		}
		if key.Expr != nil && !n.keyKnown(part) {
			n.wait += 2
			n.send(key.Expr, n.childNID(key.Expr), Message{})
			n.over = true
			return nil
		}
		name := n.keyName(part)
		if name == "vars" && code.Head == "_obj" {
			n.wait += 6 // for its quote: 'keys'
		}
		v, inline := n.inlinePart(code, n.attrMode(name, code))
		if !inline {
			n.wait++
			if name != "" {
				n.wait += 2
			}
			n.send(code, n.childNID(code), Message{})
			n.over = true
			return nil
		}
		n.wait += 4
		if name != "" {
			n.wait += 2
		}
		n.SetRet(v)
		n.part = part
		if err := n.attribute(name); err != nil || n.over {
			return err
		}
	}
	return n.next(-1)
}

// order lists the parts that are evaluated as attributes.
func (n *Node) order() []int {
	if n.f.Proc.KeyedFirst {
		return n.f.Code.keyed
	}
	return n.f.Code.attrs
}

// inlinePart evaluates a part that needs no message: a literal, or a name
// that stands for itself.
func (n *Node) inlinePart(c *Code, mode Mode) (value.Value, bool) {
	switch {
	case c.IsLit:
		return c.Lit, true
	case c.hasAtomic && !n.x.shadow[c.Head]:
		n.wait += c.atomicTurns
		return c.atomic, true
	case mode == ModeKey && c.isName():
		return value.String(c.Head), true
	case mode == ModeName && c.isName():
		if v, ok := n.x.lookupHead(n.f, c.Head); ok {
			return v, true
		}
		return value.String(c.Head), true
	}
	return value.Null, false
}

// attrMode says how the attribute of that name is read: a symbol may be a
// name that stands for itself.
func (n *Node) attrMode(name string, c *Code) Mode {
	if name == "" {
		if len(n.f.Proc.NameAttrs) > 0 && c.IsName(n.f.Proc.NameAttrs...) {
			return ModeKey
		}
		return ModeValue
	}
	if a := n.f.Proc.Sig.Attr(name); a != nil && a.Type == sig.Symbol {
		return ModeName
	}
	return ModeValue
}

// keyName returns the key of an attribute. A key that is no attribute of the
// procedure may be a variable that holds the key.
func (n *Node) keyName(part int) string {
	f := n.f
	k := f.Code.Keys[part]
	if k.Expr != nil {
		return n.evaluatedKey(part)
	}
	if k.Name == "" || isCommonAttribute(k.Name) || f.Proc.Sig.Attr(k.Name) != nil {
		return k.Name
	}
	if v, ok := n.x.findVar(f, "", k.Name); ok && v.Kind() == value.KindString {
		return v.AsString()
	}
	return k.Name
}

// received continues after a part of the node has replied.
func (n *Node) received(part int) error {
	f, c := n.f, n.f.Code
	switch {
	case f.Proc == headProc:
		return n.headReceived()
	case f.Proc.Part != nil:
		return f.Proc.Part(n)
	case part < c.NAttr && n.isAttribute(part):
		n.wait++
		if c.Keys[part].Expr != nil && !n.keyKnown(part) {
			n.setKey(part, n.pl.Ret)
			return n.evaluate(n.position(part))
		}
		n.part = part
		if err := n.attribute(n.keyName(part)); err != nil || n.over {
			return err
		}
		return n.evaluate(n.position(part) + 1)
	}
	if i, ok := slices.BinarySearch(c.args(f.Proc), part); ok {
		return n.gotArg(i)
	}
	return n.reply()
}

func (n *Node) isAttribute(part int) bool {
	return !n.f.Proc.KeyedFirst || n.f.Code.Keys[part].Name != "" && n.f.Code.Keys[part].Name != "_" ||
		n.f.Code.Keys[part].Expr != nil
}

func (n *Node) position(part int) int {
	for i, p := range n.order() {
		if p == part {
			return i
		}
	}
	return len(n.order())
}

// next runs the procedure's Next, or the default one.
func (n *Node) next(from int) error {
	p := n.f.Proc
	if p.Next != nil {
		return p.Next(n, from)
	}
	if from >= 0 && p.gathers() {
		if n.f.Rets == nil {
			n.f.Rets = make([]value.Value, 0, n.ArgCount())
		}
		n.f.Rets = append(n.f.Rets, n.pl.Ret)
	}
	return n.RunNext(from)
}

// gotArg sees the reply of the i-th argument.
func (n *Node) gotArg(i int) error { return n.next(i) }

// RunNext runs the argument after the given one, or ends the node.
func (n *Node) RunNext(from int) error {
	if from+1 < n.f.Code.ArgCount(n.f.Proc) {
		return n.Run(from + 1)
	}
	return n.finish()
}

// inTurn is the Kid of the message that a node sends itself to let the turns
// pass that parts without a message took.
const inTurn = -2

// finish ends the node: Done, or Call, or a plain reply. A procedure that
// takes its children as a function gets it as a last argument first.
func (n *Node) finish() error {
	p := n.f.Proc
	switch {
	case p.Late && n.wait > 0 && n.x.queue.len() > 0:
		n.emit(Message{Point: Receive, Nid: n.f.Nid, Kid: inTurn, Payload: n.pl, Wait: n.wait - 1, Causes: n.m.Causes})
		n.over = true
		return nil
	case p.Done != nil:
		return p.Done(n)
	case p.Call != nil:
		n.x.args = n.callArgs()
		v, err := p.Call(&n.x.args)
		if err != nil {
			return err
		}
		return n.ReplyWith(v)
	}
	return n.reply()
}

func (n *Node) callArgs() Args {
	f := n.f
	name := f.Code.Head
	if f.Heat.Kind() == value.KindProc {
		name = f.Heat.AsProc().Name
	}
	return Args{Name: name, Rets: f.Rets, Keyed: f.Atts, Ret: f.Payload.Ret, Last: n.pl.Ret, env: n.x}
}

// Name returns the name that the procedure was called by.
func (n *Node) Name() string {
	if n.f.As != "" {
		return n.f.As
	}
	if n.f.Heat.Kind() == value.KindProc {
		return n.f.Heat.AsProc().Name
	}
	return n.f.Code.Head
}

// ArgCount returns the number of the node's arguments.
func (n *Node) ArgCount() int { return n.f.Code.ArgCount(n.f.Proc) }

// Arg returns the code of the i-th argument, or nil.
func (n *Node) Arg(i int) *Code { return n.f.Code.Arg(n.f.Proc, i) }

// Run runs the i-th argument; Next sees its result.
func (n *Node) Run(i int) error {
	n.todo = i
	return nil
}

// Pass lets turns pass before others see what the node does next: those that
// the longer form takes which the node stands for.
func (n *Node) Pass(turns int32) { n.wait += turns }

// RunWith runs the i-th argument with variables of its own.
func (n *Node) RunWith(i int, vars []Var) error {
	n.todo, n.run = i, runOptions{vars: vars}
	return nil
}

// RunAs runs the i-th argument as a node of another procedure, with variables
// of its own.
func (n *Node) RunAs(i int, as string, vars []Var) error {
	n.todo, n.run = i, runOptions{vars: vars, as: as}
	return nil
}

// maxInlined bounds how many arguments run without a message, so that a loop
// over literals ends its turn.
const maxInlined = 32

// drive runs the arguments that were asked for, one after the other while
// they are literals.
func (n *Node) drive() error {
	f := n.f
	for inlined := 0; n.todo >= 0 && !n.over; inlined++ {
		i, opts := n.todo, n.run
		n.todo, n.run = -1, runOptions{}
		c := n.Arg(i)
		if c == nil {
			if err := n.finish(); err != nil {
				return err
			}
			continue
		}
		mode := ModeValue
		if f.Proc.Mode != nil {
			mode = f.Proc.Mode(f.Code, i)
		}
		if f.Proc.KeepRet {
			n.SetRet(f.Payload.Ret)
		}
		if opts.as == "" && inlined < maxInlined && len(f.Handlers[HandleReceive]) == 0 {
			if done, err := n.inlineArg(c, i, mode); err != nil {
				return err
			} else if done {
				continue
			}
		}
		m := Message{Vars: opts.vars, As: opts.as}
		if mode == ModePath && c.isReference() {
			m.As = "_rep"
		}
		n.send(c, n.childNID(c), m)
		n.over = true
	}
	return nil
}

// inlineArg evaluates an argument that needs no message.
func (n *Node) inlineArg(c *Code, i int, mode Mode) (bool, error) {
	if i < len(n.f.Code.args(n.f.Proc)) && n.f.Code.lone(n.f.Code.args(n.f.Proc)[i]) {
		n.wait += 2
		return true, n.gotArg(i)
	}
	if mode == ModePath {
		if path, ok := c.constPath(); ok {
			n.wait += 2 + 2*int32(path.AsList().Len())
			n.SetRet(path)
			return true, n.gotArg(i)
		}
	}
	v, ok := n.inlinePart(c, mode)
	if !ok {
		return false, nil
	}
	n.wait += 2
	n.SetRet(v)
	return true, n.gotArg(i)
}

// lone tells whether the part is the lone underscore.
func (c *Code) lone(part int) bool { return part < c.NAttr && c.Keys[part].Name == "_" }

// childNID returns the id under which a part of the node runs now.
func (n *Node) childNID(c *Code) NID { return NID{Path: c.Path, Sub: n.f.Subs} }

// send starts a part.
func (n *Node) send(c *Code, nid NID, m Message) {
	m.Point, m.Nid, m.From, m.Code, m.Wait = Execute, nid, n.f.Nid, c, n.wait
	if !m.Forced {
		m.Payload = n.pl
	}
	m.Causes = n.m.Causes
	m.Handlers = n.f.ChildOn
	n.emit(m)
}

// RunPart runs a part of the node out of turn; the procedure's Part sees its
// reply.
func (n *Node) RunPart(c *Code) error {
	n.send(c, n.childNID(c), Message{})
	n.over = true
	return nil
}

// NextRound has the node's children run again, under new ids.
func (n *Node) NextRound() {
	n.x.state.Subs++
	n.f.Subs = n.x.state.Subs
}

// ArgMessage returns the message that runs the i-th argument, not sent.
func (n *Node) ArgMessage(i int) Message {
	c := n.Arg(i)
	return Message{Point: Execute, Nid: n.childNID(c), From: n.f.Nid, Code: c, Wait: n.wait, Handlers: n.f.ChildOn}
}

// MergedPayload returns the payload that the node started with, with the
// fields of the message at work over it.
func (n *Node) MergedPayload() Payload {
	p := Payload{Fields: value.FromObject(n.f.Payload.fields().Merge(n.pl.fields()))}
	p.Ret, p.HasRet = n.f.Payload.Ret, n.f.Payload.HasRet
	if n.pl.HasRet {
		p.Ret, p.HasRet = n.pl.Ret, true
	}
	return p
}

// SetOwn sets a variable of the node's own scope.
func (n *Node) SetOwn(name string, v value.Value) {
	n.scope()
	n.f.Vars.Set(name, v)
	n.x.touch(n.f)
}

// TaggedBy lists the nodes that have the tag, or one of the tags, in v.
func (n *Node) TaggedBy(v value.Value) []NID {
	var nids []NID
	for _, t := range tagNames(v) {
		nids = append(nids, n.x.Tagged(t)...)
	}
	return nids
}

// IsBelow tells whether the node is the one of that id, or stands below it.
func (n *Node) IsBelow(nid NID) bool {
	for f := n.f; f != nil; f = n.x.frames[f.Parent] {
		if f.Nid == nid {
			return true
		}
	}
	return false
}

// EnclosingCall returns the function call that the node is part of.
func (n *Node) EnclosingCall() (NID, bool) {
	for f := n.f; f != nil; f = n.x.frames[f.Parent] {
		if f.Lambda != nil {
			return f.Nid, true
		}
	}
	return NID{}, false
}
