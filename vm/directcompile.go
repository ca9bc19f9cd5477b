package vm

import (
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// DirectCompiler compiles nodes for direct evaluation. A nil Eval means that
// the node has to go the long way.
type DirectCompiler struct{}

// eval returns the compiled form of the node, nil where it has none.
func (c *Code) eval() Eval {
	if e := c.direct.eval.Load(); e != nil {
		return *e
	}
	e := (&DirectCompiler{}).compile(c)
	c.direct.eval.Store(&e)
	return e
}

// Eval returns the compiled form of the node.
func (*DirectCompiler) Eval(c *Code) Eval { return c.eval() }

func (dc *DirectCompiler) compile(c *Code) Eval {
	var e Eval
	switch {
	case c.IsLit:
		v := c.Lit
		return func(*Direct, value.Value) value.Value { return v }
	case c.HeadExpr != nil:
		return nil
	case c.hasAtomic:
		v := c.atomic
		e = func(*Direct, value.Value) value.Value { return v }
		return dc.headed(c, e)
	case c.Head == "_":
		return func(_ *Direct, ret value.Value) value.Value { return ret }
	case len(c.Parts) == 0 && !c.standsAlone():
		return dc.name(c)
	case c.Proc == nil:
		e = dc.call(c)
	case c.Proc.Direct != nil:
		e = dc.headed(c, c.Proc.Direct(dc, c))
	case c.Proc.Call != nil && c.Proc.Start == nil && c.Proc.Next == nil && c.Proc.Done == nil:
		e = dc.headed(c, dc.procedure(c, c.Proc))
	}
	if e == nil {
		return nil
	}
	if slices.ContainsFunc(c.Parts, isRetPath) {
		inner := e
		e = func(d *Direct, ret value.Value) value.Value {
			outer := d.outer
			d.outer = ret
			v := inner(d, ret)
			d.outer = outer
			return v
		}
	}
	return e
}

// headed guards a node of a procedure: a variable of its name sends it the
// long way, as does a result beyond the limits.
func (dc *DirectCompiler) headed(c *Code, e Eval) Eval {
	if e == nil || c.Proc == nil || c.Proc.Variable {
		return nil
	}
	head := c.Head
	return func(d *Direct, ret value.Value) value.Value {
		if len(d.x.shadow) > 0 && d.x.shadow[head] {
			d.Unsupported()
		}
		v := e(d, ret)
		if v.Kind() >= value.KindString && !d.x.Limits.fits(v) {
			d.Fail()
		}
		return v
	}
}

// name compiles a lone name.
func (dc *DirectCompiler) name(c *Code) Eval {
	name := c.Head
	switch name {
	case "args", "arga", "argv", "argh", "argd", "arguments":
		return nil
	}
	if c.Proc != nil {
		if c.Proc.Variable {
			return nil
		}
		v := value.FromProc(&value.Proc{Name: name, Line: c.Line()})
		return dc.headed(c, func(*Direct, value.Value) value.Value { return v })
	}
	return func(d *Direct, _ value.Value) value.Value {
		if v, ok := d.variable(name); ok {
			return v
		}
		v, ok := d.x.builtin(name)
		if !ok {
			d.Fail()
		}
		return v
	}
}

// call compiles a node whose head is a variable: a function, to be called.
func (dc *DirectCompiler) call(c *Code) Eval {
	if len(c.plain) > 0 || c.standsAlone() {
		return nil
	}
	var keys []string
	var evals []Eval
	for i, k := range c.Keys {
		if k.Name == "_" {
			continue
		}
		if k.Expr != nil || k.Flag || k.Name != "" {
			return nil
		}
		e := c.Parts[i].eval()
		if e == nil {
			return nil
		}
		keys, evals = append(keys, k.Name), append(evals, e)
	}
	head := c.Head
	return func(d *Direct, ret value.Value) value.Value {
		v, ok := d.variable(head)
		if !ok || !v.IsFunc() {
			d.Unsupported()
		}
		base := len(d.stack)
		for _, e := range evals {
			ret = e(d, ret)
			d.stack = append(d.stack, ret)
		}
		ret = d.Call(v.AsFunc(), keys, d.stack[base:], ret)
		clear(d.stack[base:])
		d.stack = d.stack[:base]
		return ret
	}
}

// step is a part of a node that is evaluated for a Call.
type step struct {
	eval Eval
	key  string // of a keyed attribute
	lone bool   // the lone underscore: the current f.ret
}

// steps lists what a node evaluates, in order; ok tells whether it can be
// done directly.
func (dc *DirectCompiler) steps(c *Code, p *Procedure) (steps []step, ok bool) {
	attrs := c.attrs
	if p.KeyedFirst {
		attrs = c.keyed
	}
	for _, i := range attrs {
		k := c.Keys[i]
		if k.Name == "_" {
			continue
		}
		e := c.Parts[i].eval()
		switch {
		case e == nil || k.Expr != nil || k.Flag:
			return nil, false
		case k.Name == "" && p.Unkeyed != nil:
			return nil, false
		case k.Name != "" && p.Sig.Attr(k.Name) == nil:
			return nil, false
		}
		steps = append(steps, step{eval: e, key: k.Name})
	}
	for i, part := range c.args(p) {
		if c.lone(part) {
			steps = append(steps, step{lone: true})
			continue
		}
		mode := ModeValue
		if p.Mode != nil {
			mode = p.Mode(c, i)
		}
		e := dc.inMode(c.Parts[part], mode)
		if e == nil {
			return nil, false
		}
		steps = append(steps, step{eval: e})
	}
	return steps, true
}

// inMode compiles an argument that is read in a mode.
func (dc *DirectCompiler) inMode(c *Code, mode Mode) Eval {
	constant := func(v value.Value) Eval {
		return func(*Direct, value.Value) value.Value { return v }
	}
	switch {
	case mode == ModeKey && c.isName():
		return constant(value.String(c.Head))
	case mode == ModeName && c.isName():
		return nil
	case mode == ModePath && c.isReference():
		path, ok := c.constPath()
		if !ok {
			return nil
		}
		return constant(path)
	}
	return c.eval()
}

// ArgEvals compiles the arguments of a node that has nothing else; nil where
// one cannot be, or where it has attributes with keys.
func (dc *DirectCompiler) ArgEvals(c *Code, p *Procedure) []Eval {
	steps, ok := dc.steps(c, p)
	if !ok {
		return nil
	}
	evals := make([]Eval, 0, len(steps))
	for _, s := range steps {
		switch {
		case s.key != "":
			return nil
		case s.lone:
			evals = append(evals, func(_ *Direct, ret value.Value) value.Value { return ret })
		default:
			evals = append(evals, s.eval)
		}
	}
	return evals
}

// procedure compiles a node of a procedure that is a function of its
// arguments.
func (dc *DirectCompiler) procedure(c *Code, p *Procedure) Eval {
	steps, ok := dc.steps(c, p)
	if !ok {
		return nil
	}
	name := c.Head
	general := func(d *Direct, ret value.Value) value.Value {
		start, base := ret, len(d.stack)
		var keyed []Arg
		for i := range steps {
			s := &steps[i]
			if p.KeepRet && s.key == "" {
				ret = start
			}
			if !s.lone {
				ret = s.eval(d, ret)
			}
			if s.key != "" {
				keyed = append(keyed, Arg{s.key, ret})
				ret = value.Null
				continue
			}
			d.stack = append(d.stack, ret)
		}
		v := d.callProcedure(p, name, base, keyed, start, ret)
		clear(d.stack[base:])
		d.stack = d.stack[:base]
		return v
	}
	if p.Binary == nil || len(steps) != 2 || steps[0].key != "" || steps[1].key != "" || steps[0].lone || steps[1].lone {
		return general
	}
	binary := p.Binary(name)
	if binary == nil {
		return general
	}
	left, right := steps[0].eval, steps[1].eval
	return func(d *Direct, ret value.Value) value.Value {
		a := left(d, ret)
		b := right(d, a)
		if v, ok := binary(a, b); ok {
			return v
		}
		base := len(d.stack)
		d.stack = append(d.stack, a, b)
		v := d.callProcedure(p, name, base, nil, ret, b)
		clear(d.stack[base:])
		d.stack = d.stack[:base]
		return v
	}
}

func (d *Direct) callProcedure(p *Procedure, name string, base int, keyed []Arg, start, last value.Value) value.Value {
	var a *Args
	if n := len(d.args); n > 0 {
		a, d.args = d.args[n-1], d.args[:n-1]
	} else {
		a = &Args{}
	}
	*a = Args{Name: name, Rets: d.stack[base:len(d.stack):len(d.stack)], Keyed: keyed, Ret: start, Last: last, env: d.x}
	v, err := p.Call(a)
	if err != nil {
		d.Fail()
	}
	*a = Args{}
	d.args = append(d.args, a)
	return v
}

// CallProcedure gives what a procedure that is a function of its arguments
// gives for these.
func (d *Direct) CallProcedure(name string, args ...value.Value) value.Value {
	p := d.x.prog.lib.Get(name)
	if p == nil || p.Call == nil {
		d.Unsupported()
	}
	base := len(d.stack)
	d.stack = append(d.stack, args...)
	v := d.callProcedure(p, name, base, nil, value.Null, value.Null)
	clear(d.stack[base:])
	d.stack = d.stack[:base]
	return v
}

// Target is a variable or a field that is known beforehand.
type Target struct {
	name string // of a variable
	path value.Path
	ret  bool // f.ret
}

// Target reads what a reference stands for; ok tells whether it is a variable
// or a field that is known beforehand.
func (dc *DirectCompiler) Target(c *Code) (t Target, ok bool) {
	v, ok := c.constPath()
	if !ok {
		return t, false
	}
	path, err := PathOf(v.AsList().Slice())
	if err != nil || !path.Single() {
		return t, false
	}
	head, isName := keyOf(path[0])
	switch {
	case !isName:
		return t, false
	case len(path) == 1:
		return Target{name: head}, true
	case isFieldRet(path):
		return Target{ret: true}, true
	case isFieldPath(head):
		if key, ok := keyOf(path[1]); ok && key == RetKey {
			return t, false
		}
		return Target{path: path[1:]}, true
	}
	if mode, isVar := varMode(head); isVar && mode == "" && len(path) == 2 {
		name, ok := keyOf(path[1])
		return Target{name: name}, ok
	}
	return t, false
}

// IsRet tells whether the target is f.ret.
func (t *Target) IsRet() bool { return t.ret }

// Assign sets the target.
func (d *Direct) Assign(t *Target, v value.Value) {
	switch {
	case t.ret:
	case t.name != "":
		d.SetVar(t.name, v)
	default:
		d.setField(t.path, v)
	}
}

// Read returns what the target holds.
func (d *Direct) Read(t *Target) value.Value {
	switch {
	case t.ret:
		return d.outer
	case t.name != "":
		v, ok := d.variable(t.name)
		if !ok {
			d.Fail()
		}
		return v
	}
	return d.field(t.path)
}

// Reference compiles a reference whose path is known beforehand.
func (dc *DirectCompiler) Reference(c *Code) Eval {
	if t, ok := dc.Target(c); ok && t.name == "" {
		return func(d *Direct, _ value.Value) value.Value { return d.Read(&t) }
	}
	v, ok := c.constPath()
	if !ok {
		return nil
	}
	path, err := PathOf(v.AsList().Slice())
	if err != nil {
		return nil
	}
	head, isName := keyOf(path[0])
	if !isName || head == "node" || head == "exe" || head == "execution" || head == "t" || head == "tag" || isFieldPath(head) {
		return nil
	}
	if mode, isVar := varMode(head); isVar {
		if path = path[1:]; mode != "" || len(path) == 0 {
			return nil
		}
		if head, isName = keyOf(path[0]); !isName {
			return nil
		}
	}
	switch head {
	case "args", "arga", "argv", "argh", "argd", "arguments":
		return nil
	}
	rest := path[1:]
	return func(d *Direct, _ value.Value) value.Value {
		v, ok := d.variable(head)
		if !ok {
			if v, ok = d.x.builtin(head); !ok {
				d.Fail()
			}
		}
		if len(rest) == 0 {
			return v
		}
		got, miss := value.Get(v, rest)
		switch {
		case miss == nil:
			return got
		case len(miss.Rest) == 0 && (miss.Coll.IsObject() || miss.Coll.IsList() && miss.Key.Kind == value.ElemIndex):
			return value.Null
		}
		d.Fail()
		return value.Null
	}
}

// Parts compiles the parts of a node without keyed attributes, the lone
// underscore left out; nil where one cannot be.
func (dc *DirectCompiler) Parts(c *Code) []Eval {
	evals := make([]Eval, 0, len(c.Parts))
	for i, part := range c.Parts {
		if c.lone(i) {
			continue
		}
		if i < c.NAttr && (c.Keys[i].Name != "" || c.Keys[i].Expr != nil) {
			return nil
		}
		e := part.eval()
		if e == nil {
			return nil
		}
		evals = append(evals, e)
	}
	return evals
}

// AttrEvals compiles the attributes of a node that has no keyed ones; nil
// where one cannot be.
func (dc *DirectCompiler) AttrEvals(c *Code) []Eval {
	evals := make([]Eval, 0, c.NAttr+1)
	for i := range c.NAttr {
		k := c.Keys[i]
		switch e := c.Parts[i].eval(); {
		case k.Name == "_":
			evals = append(evals, func(_ *Direct, ret value.Value) value.Value { return ret })
		case k.Name != "" || k.Expr != nil || e == nil:
			return nil
		default:
			evals = append(evals, e)
		}
	}
	return evals
}

// Definition returns the function that the node, a def, fun or define, makes.
func (c *Code) Definition() *Lambda { return c.def }

// Block returns the function whose body the node's children are, or nil.
func (c *Code) Block() *Lambda { return c.block }

// Bad tells whether a parameter cannot be one.
func (l *Lambda) Bad() bool { return l.bad != "" }
