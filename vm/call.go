package vm

import (
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
)

// callProc is what the frame of a function call does.
var callProc = &Procedure{Sig: sig.Proc{Names: []string{"_apply"}}}

// MakeFunc returns the function that l stands for, closed over the variables
// that the node sees.
func (n *Node) MakeFunc(l *Lambda) value.Value {
	x := n.x
	holder := n.f
	for holder.Vars == nil {
		holder = x.frames[holder.Parent]
		if holder == nil {
			holder = x.Root()
			break
		}
	}
	fun := x.state.Funs
	x.state.Funs++
	holder.HasFuncs = true
	x.touch(holder)
	return value.FromFunc(&value.Func{
		Nid: NID{Path: l.Code.Path, Sub: n.f.Nid.Sub}.String(), Cnid: holder.Nid.String(), Fun: fun,
		Line: l.Code.Line(), Tree: l.Code.Prog.Hash, Place: l.place(), Code: l,
	})
}

// Definition returns the function that the node defines: that of def, fun or
// define.
func (n *Node) Definition() (*Lambda, error) {
	l := n.f.Code.def
	if l == nil { // the head is an alias of def
		l = newDefinition(n.f.Code)
	}
	if l.bad != "" {
		return nil, BadArgument("a parameter is a name, or a field such as f.x",
			"cannot accept %q as parameter", l.bad)
	}
	return l, nil
}

// Block returns the function whose body the node's children are, nil where it
// has none.
func (n *Node) Block() *Lambda { return n.f.Code.block }

// NameArg returns the part that gives the name of a define, and whether it
// has to be evaluated.
func (l *Lambda) NameArg() (code *Code, evaluated bool) {
	if l.nameAt < 0 {
		return nil, false
	}
	c := l.Code.Parts[l.nameAt]
	return c, c.IsLit || c.Head == "_dqs"
}

// callMessage makes the message that calls a function.
func (n *Node) callMessage(fn value.Value, args []Arg) (Message, bool) {
	m, ok := n.numberlessCall(fn, args)
	if ok {
		n.x.state.Subs++
		m.Nid.Sub = n.x.state.Subs
	}
	return m, ok
}

// numberlessCall makes a message that calls a function once it got the number
// of the re-run.
func (n *Node) numberlessCall(fn value.Value, args []Arg) (Message, bool) {
	if fn.Kind() != value.KindFunc {
		return Message{}, false
	}
	f := fn.AsFunc()
	l, ok := f.Code.(*Lambda)
	if !ok {
		return Message{}, false
	}
	cnid, _ := ParseNID(f.Cnid)
	return Message{
		Point: Execute, Nid: NID{Path: l.Code.Path}, From: n.f.Nid,
		Code: l.Code, Lambda: l, Args: args, Cnid: cnid, Payload: n.pl, Wait: n.wait,
		Causes: n.m.Causes, Handlers: n.f.ChildOn,
	}, true
}

// Call calls a function; the procedure's Other sees its reply. It returns the
// id of the call.
func (n *Node) Call(fn value.Value, args ...Arg) (NID, error) {
	m, ok := n.callMessage(fn, args)
	if !ok {
		return NID{}, BadArgument("", "%s is not a function", fn.TypeName())
	}
	n.emit(m)
	n.over = true
	return m.Nid, nil
}

func argKeys(args []Arg) []string {
	keys := make([]string, len(args))
	for i, a := range args {
		keys[i] = a.Key
	}
	return keys
}

// beginCall binds the arguments of a function call and starts its body.
func (n *Node) beginCall() error {
	f := n.f
	f.Depth++
	if int(f.Depth) > n.x.Limits.CallDepth {
		return errLimit.hint("look for a recursion without end, or raise the limit",
			"functions call each other %d deep, the limit", n.x.Limits.CallDepth)
	}
	plan := f.Lambda.planFor(f.Args)
	f.Vars = &Vars{list: make([]Var, 0, len(plan))}
	for _, b := range plan {
		switch {
		case b.from >= 0:
			if err := n.setParam(b.name, f.Args[b.from].Value); err != nil {
				return err
			}
		case b.def == nil:
			if err := n.setParam(b.name, value.Null); err != nil {
				return err
			}
		}
	}
	return n.callStep(0)
}

// callSteps lists what a call runs: the defaults that it needs, then its body.
func (f *Frame) callSteps() (defaults []binding, body []int) {
	for _, b := range f.Lambda.planFor(f.Args) {
		if b.def != nil {
			defaults = append(defaults, b)
		}
	}
	return defaults, f.Lambda.Body
}

func (n *Node) callStep(step int) error {
	f := n.f
	defaults, body := f.callSteps()
	for ; ; step++ {
		f.SetSlot(0, value.Int(int64(step)))
		var c *Code
		switch {
		case step < len(defaults):
			c = defaults[step].def.def
			n.wait += 5 // a default is a set
		case step-len(defaults) < len(body):
			c = f.Lambda.Code.Parts[body[step-len(defaults)]]
		default:
			return n.reply()
		}
		v, inline := n.inlinePart(c, ModeValue)
		if !inline {
			n.send(c, n.childNID(c), Message{})
			n.over = true
			return nil
		}
		n.wait += 2
		if err := n.stepDone(step, defaults, v); err != nil {
			return err
		}
	}
}

func (n *Node) stepDone(step int, defaults []binding, v value.Value) error {
	if step >= len(defaults) {
		n.SetRet(v)
		return nil
	}
	n.wait++
	n.SetRet(n.f.Payload.Ret)
	return n.setParam(defaults[step].name, v)
}

// callReceived continues a call after a step of it.
func (n *Node) callReceived(int) error {
	f := n.f
	step := int(f.Slot(0).AsInt())
	defaults, _ := f.callSteps()
	if err := n.stepDone(step, defaults, n.pl.Ret); err != nil {
		return err
	}
	return n.callStep(step + 1)
}

// setParam sets a parameter: a variable of the call or, for a path such as
// f.x, a field.
func (n *Node) setParam(key string, v value.Value) error {
	head, rest, dotted := strings.Cut(key, ".")
	switch {
	case !dotted:
		n.x.bind(n.f, key, v)
		return nil
	case isFieldPath(head):
		path, err := value.ParsePath(rest)
		if err != nil {
			return BadArgument("", "cannot accept %q as parameter", key)
		}
		return n.setField(path, v)
	case head == "v" || head == "var" || head == "variable":
		n.x.bind(n.f, rest, v)
		return nil
	}
	return BadArgument("", "cannot accept %q as parameter", key)
}

// --- replies ---

// ReplyWith ends the node: its parent receives v as f.ret.
func (n *Node) ReplyWith(v value.Value) error {
	n.SetRet(v)
	return n.reply()
}

// Reply ends the node with the payload as it stands.
func (n *Node) Reply() error { return n.reply() }

func (n *Node) reply() error {
	if n.startOver() {
		return nil
	}
	m := n.replyMessage()
	if n.f.ARet != nil {
		m.Payload = m.Payload.WithRet(*n.f.ARet)
	}
	n.x.emit(m)
	n.over = true
	return nil
}

func (n *Node) replyMessage() Message {
	f := n.f
	kid := f.Code.Index
	if f.Lambda != nil || f.Called || f.Attempt > 0 {
		kid = -1
	}
	return Message{Point: Receive, Nid: f.ReplyTo, From: f.Nid, Kid: kid, Payload: n.pl,
		Wait: n.wait, Causes: n.m.Causes, HandledOn: f.InError}
}

// ReplySetting ends on_error and its kin: the reply is not one that an
// on_receive handler sees.
func (n *Node) ReplySetting(kind HandlerKind) error {
	m := n.replyMessage()
	m.SetsOn = kind.String()
	n.x.emit(m)
	n.over = true
	return nil
}

// ReplyAgain sends the node a message as if its part after the last had
// replied: it lets a turn pass.
func (n *Node) ReplyAgain() error {
	m := n.replyMessage()
	m.Nid, m.From, m.Kid = n.f.Nid, NID{}, -1
	n.x.emit(m)
	n.over = true
	return nil
}

// Wait ends the work on the message without a reply.
func (n *Node) Wait() error {
	n.over = true
	return nil
}

// Flank lets the node run beside its parent: the parent goes on, with ret, or
// the payload as it stands where ret is null, and is not replied to again.
func (n *Node) Flank(ret value.Value, part bool) {
	if n.f.ReplyTo.IsZero() {
		return // the parent has gone on already: the node was reapplied, say
	}
	m := n.replyMessage()
	m.Nid, m.Flavour = n.f.Parent, FlankReply
	if part {
		m.Flavour = PartReply
	}
	if !ret.IsNull() {
		m.Payload = m.Payload.WithRet(ret)
	}
	n.f.replyToNone()
	n.x.emit(m)
}

// Diverge lets the node run beside its parent: one that is cancellable ends
// with its parent. The parent goes on with the node's id as f.ret or, without
// reply, does not hear of it.
func (n *Node) Diverge(reply, cancellable bool) {
	switch {
	case reply:
		n.Flank(value.String(n.f.Nid.String()), !cancellable)
		return
	case !cancellable:
		n.x.setApart(n.f)
	}
	n.f.replyToNone()
}

// Forget lets the node's children go on by themselves: it hears nothing of
// them anymore.
func (n *Node) Forget() {
	for kid := range n.f.Children() {
		kid.replyToNone()
		n.x.setApart(kid)
	}
}

// CallProcedure gives what a procedure that is a function of its arguments
// gives for these.
func (n *Node) CallProcedure(name string, args ...value.Value) (value.Value, error) {
	p := n.lib().Get(name)
	if p == nil || p.Call == nil {
		return value.Null, BadArgument("write a function around it: def a b \\ …", "%q cannot be called as a function", name)
	}
	return p.Call(&Args{Name: name, Rets: args, Ret: n.pl.Ret, Last: n.pl.Ret, env: n.x})
}

// IsChild tells whether the i-th argument is a child, not an attribute.
func (n *Node) IsChild(i int) bool {
	args := n.f.Code.args(n.f.Proc)
	return i < len(args) && args[i] >= n.f.Code.NAttr
}

// OpenScope gives the node a scope of its own, unless it has one.
func (n *Node) OpenScope() { n.scope() }

// Args returns what a Call would get.
func (n *Node) Args() *Args {
	a := n.callArgs()
	return &a
}

// Send sends a message that the node made, such as an ArgMessage, with the
// payload as it stands.
func (n *Node) Send(m Message) {
	m.Payload, m.Causes, m.Wait = n.pl, n.m.Causes, n.wait
	n.emit(m)
}

// From returns the node that the reply at work is from.
func (n *Node) From() NID { return n.from }

// Proceed sees the reply at work as if the node were not closed.
func (n *Node) Proceed() error {
	n.from = n.m.From
	return n.proceed(n.m.Kid)
}

// InsteadOfLast runs do for a closed node. Where it sends something and the
// node has something to do once it is cancelled, that is done instead.
func (n *Node) InsteadOfLast(do func() error) error {
	q, pl := &n.x.queue, n.pl
	queued := q.mark()
	if err := do(); err != nil {
		return err
	}
	if q.mark() == queued || len(n.f.OnLast) == 0 {
		return nil
	}
	n.x.truncate(queued)
	n.pl = pl
	n.popOnLast()
	return nil
}
