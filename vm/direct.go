package vm

import (
	"sync/atomic"

	"github.com/florc-lang/florc/lang/value"
)

// The shortcut. A node that cannot wait, and that touches nothing outside of
// the execution, is evaluated directly, without a frame and a message for it
// and for every node below it. Nothing of it can be seen: it happens only
// while no other message is pending, it draws the same numbers, and whatever
// goes wrong (an error, a value that is no function, a budget that ends) throws
// its work away and lets the node go the long way.

// Eval evaluates a node: it is given the current f.ret and returns the next.
type Eval func(d *Direct, ret value.Value) value.Value

// Direct is an evaluation under way.
type Direct struct {
	x      *Execution
	base   *Frame // the frame that the node would stand below
	env    *env   // the innermost scope of the evaluation; nil for base's
	fields value.Value
	outer  value.Value // the f.ret that the parent of the node at work started with
	sub    int64       // the re-run that the code at work belongs to
	steps  int
	depth  int
	stack  []value.Value // arguments being gathered
	undo   []undo
	envs   []*env          // free ones
	args   []*Args         // free ones
	funcs  map[string]*env // the scopes that functions made here close over
	frame  funcFrame
}

// env is a scope of the evaluation: that of a frame on the long way.
type env struct {
	names    []string
	vals     []value.Value
	parent   *env
	closure  *env   // the scope that the function closes over
	cframe   *Frame // or the frame
	path     string
	sub      int64
	hasFuncs bool
	borrowed bool // names is shared with others of its kind
}

func (e *env) find(name string) int {
	for i, n := range e.names {
		if n == name {
			return i
		}
	}
	return -1
}

func (e *env) nid() string { return NID{Path: e.path, Sub: e.sub}.String() }

// funcFrame remembers the frame that the last function closes over.
type funcFrame struct {
	cnid  string
	frame *Frame
}

type undo struct {
	frame *Frame
	name  string
	old   value.Value
	had   bool
	funcs bool // it is HasFuncs that was changed
}

// bail is what Bail panics with.
type bail struct{ unsupported bool }

var bailError, bailUnsupported = &bail{}, &bail{unsupported: true}

// Fail gives the evaluation up: something went wrong that the long way will
// report.
func (d *Direct) Fail() { panic(bailError) }

// Unsupported gives the evaluation up: it came to something that has to go
// the long way.
func (d *Direct) Unsupported() { panic(bailUnsupported) }

const (
	directMaxSteps = 4_000_000
	directMaxDepth = 500
	// directMaxBails is how often a node may turn out to need the long way
	// before it is not tried any more, in one run: what was learnt in another
	// run, or by another execution, would make a replay take other steps.
	directMaxBails = 4
	// directFewSteps is how much work may be thrown away before the rest of the
	// run goes the long way. In a recursion without end every node on the way
	// would otherwise be tried, each down to the limits of the shortcut.
	directFewSteps = 1_000
)

// Step counts a step and gives up where the budget ends.
func (d *Direct) Step() {
	if d.steps++; d.steps > directMaxSteps {
		d.Fail()
	}
}

// tryDirect evaluates the node of an execute message directly, if it can. It
// sends the node's reply and tells whether it did.
func (x *Execution) tryDirect(m *Message) bool {
	if x.longWay || x.Watched || x.broadTraps > 0 || x.queue.len() > 0 || m.As != "" || m.Vars != nil || m.Attempt > 0 {
		return false
	}
	base := x.frames[m.From]
	if base == nil || x.bails[m.Code] >= directMaxBails {
		return false
	}
	var e Eval
	if m.Lambda == nil {
		if e = m.Code.eval(); e == nil {
			return false
		}
	} else if m.Lambda.evals() == nil {
		return false
	}
	d := &x.direct
	d.x, d.base, d.env, d.fields, d.outer, d.sub = x, base, nil, m.Payload.Fields, base.Payload.Ret, m.Nid.Sub
	d.steps, d.depth, d.stack, d.undo, d.funcs, d.frame = 0, int(base.Depth), d.stack[:0], d.undo[:0], nil, funcFrame{}
	reply, ok := d.run(m, e)
	if !ok {
		x.longWay = d.steps > directFewSteps
		return false
	}
	x.directSteps += d.steps
	x.emit(reply)
	return true
}

// bailed notes that a node turned out to need the long way.
func (x *Execution) bailed(c *Code) {
	if x.bails == nil {
		x.bails = make(map[*Code]uint8)
	}
	x.bails[c]++
}

func (d *Direct) run(m *Message, e Eval) (reply Message, ok bool) {
	before := d.x.state
	defer func() {
		d.env, d.base = nil, nil
		if ok {
			return
		}
		r := recover()
		b, expected := r.(*bail)
		if !expected {
			panic(r)
		}
		if b.unsupported {
			d.x.bailed(m.Code)
		}
		d.x.state = before
		d.takeBack()
	}()
	var ret value.Value
	kid := m.Code.Index
	if m.Lambda != nil {
		kid = -1
		ret = d.runCall(m)
	} else {
		ret = e(d, m.Payload.Ret)
	}
	for _, u := range d.undo {
		d.x.touch(u.frame)
	}
	return Message{Point: Receive, Nid: m.From, From: m.Nid, Kid: kid, Causes: m.Causes, HandledOn: m.InError, Frameless: true,
		Payload: Payload{Fields: d.fields, Ret: ret, HasRet: true}}, true
}

// runCall runs the function call that the message asks for, under the number
// that was drawn when the message was made.
func (d *Direct) runCall(m *Message) value.Value {
	values := make([]value.Value, len(m.Args))
	for i, a := range m.Args {
		values[i] = a.Value
	}
	return d.call(&value.Func{Cnid: m.Cnid.String(), Code: m.Lambda}, argKeys(m.Args), values, m.Payload.Ret, m.Nid.Sub)
}

func (d *Direct) takeBack() {
	for i := len(d.undo) - 1; i >= 0; i-- {
		u := d.undo[i]
		switch {
		case u.funcs:
			u.frame.HasFuncs = false
		case u.had:
			u.frame.Vars.Set(u.name, u.old)
		default:
			u.frame.Vars.Delete(u.name)
		}
	}
}

// Call calls a function with arguments given by their keys ("" for unkeyed
// ones) and values. The values may be overwritten once it returns.
func (d *Direct) Call(fn *value.Func, keys []string, values []value.Value, ret value.Value) value.Value {
	return d.call(fn, keys, values, ret, 0)
}

// call is Call under a given number, or the next where it is 0.
func (d *Direct) call(fn *value.Func, keys []string, values []value.Value, ret value.Value, number int64) value.Value {
	l, ok := fn.Code.(*Lambda)
	if !ok {
		d.Unsupported()
	}
	body := l.evals()
	if body == nil {
		d.Unsupported()
	}
	kp := l.keyed(keys)
	if !kp.simple {
		d.Unsupported()
	}
	d.Step()
	if d.depth++; d.depth > directMaxDepth {
		d.Fail()
	}
	if kp.shadows {
		for _, name := range kp.names {
			d.x.noteShadow(name)
		}
	}
	e := d.newEnv()
	e.names, e.borrowed = kp.names, true
	for _, from := range kp.from {
		v := value.Null
		if from >= 0 {
			v = values[from]
		}
		e.vals = append(e.vals, v)
	}
	if number == 0 {
		d.x.state.Subs++
		number = d.x.state.Subs
	}
	sub, outer := d.sub, d.outer
	d.sub = number
	e.path, e.sub = l.Code.Path, d.sub
	if c, here := d.funcs[fn.Cnid]; here {
		e.closure = c
	} else {
		e.cframe = d.closureFrame(fn.Cnid)
	}
	d.env, d.outer = e, ret
	for _, eval := range body {
		ret = eval(d, ret)
	}
	d.leave(e, ret)
	d.sub, d.outer = sub, outer
	d.depth--
	return ret
}

func (d *Direct) closureFrame(cnid string) *Frame {
	if d.frame.cnid != cnid {
		nid, err := ParseNID(cnid)
		if err != nil {
			d.Unsupported()
		}
		d.frame = funcFrame{cnid, d.x.frames[nid]}
	}
	return d.frame.frame
}

// evals compiles the body of the function, nil where it has to go the long
// way.
func (l *Lambda) evals() []Eval {
	if b := l.body.Load(); b != nil {
		return *b
	}
	var evals []Eval
	for _, i := range l.Body {
		e := l.Code.Parts[i].eval()
		if e == nil {
			evals = nil
			break
		}
		evals = append(evals, e)
	}
	l.body.Store(&evals)
	return evals
}

// directCache holds the compiled form of a node, once it was asked for.
type directCache struct {
	eval atomic.Pointer[Eval]
}
