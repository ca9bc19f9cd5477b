package vm

import "github.com/florc-lang/florc/lang/value"

// variable finds a variable, as findVar does.
func (d *Direct) variable(name string) (value.Value, bool) {
	for e := d.env; e != nil; e = e.parent {
		if i := e.find(name); i >= 0 {
			return e.vals[i], true
		}
		if c := e.closure; c != nil {
			if i := c.find(name); i >= 0 {
				return c.vals[i], true
			}
		} else if c := e.cframe; c != nil && c.Vars != nil {
			if v, ok := c.Vars.Get(name); ok {
				return v, true
			}
		}
	}
	return d.x.findVar(d.base, "", name)
}

// SetVar sets a variable, as set does.
func (d *Direct) SetVar(name string, v value.Value) {
	if v.Kind() >= value.KindString {
		if v.HasFunc() {
			d.Unsupported() // it might outlive its scope: the long way keeps track
		}
		if !d.x.Limits.fits(v) {
			d.Fail()
		}
	}
	for e := d.env; e != nil; e = e.parent {
		if i := e.find(name); i >= 0 {
			e.vals[i] = v
			return
		}
		if c := e.closure; c != nil {
			if i := c.find(name); i >= 0 {
				c.vals[i] = v
				return
			}
		} else if c := e.cframe; c != nil && c.Vars != nil {
			if old, ok := c.Vars.Get(name); ok {
				d.setFrameVar(c, name, old, true, v)
				return
			}
		}
	}
	f, old, had := d.x.varHolder(d.base, name)
	if e := d.env; e != nil && !had {
		d.x.noteShadow(name)
		if e.borrowed {
			e.names = append(make([]string, 0, len(e.names)+4), e.names...)
			e.borrowed = false
		}
		e.names, e.vals = append(e.names, name), append(e.vals, v)
		return
	}
	if f == nil {
		d.Unsupported()
	}
	d.setFrameVar(f, name, old, had, v)
}

// varHolder finds the frame whose variable set would set: the nearest that
// has it or, failing that, the nearest that has a scope.
func (x *Execution) varHolder(f *Frame, name string) (holder *Frame, old value.Value, had bool) {
	for ; f != nil; f = x.frames[f.Parent] {
		x.hops++
		if f.Vars != nil {
			if i := f.Vars.find(name); i >= 0 {
				return f, f.Vars.list[i].Value, true
			}
			if holder == nil {
				holder = f
			}
		}
		if !f.Cnid.IsZero() {
			if c := x.frames[f.Cnid]; c != nil && c.Vars != nil {
				if i := c.Vars.find(name); i >= 0 {
					return c, c.Vars.list[i].Value, true
				}
			}
		}
	}
	return holder, value.Null, false
}

func (d *Direct) setFrameVar(f *Frame, name string, old value.Value, had bool, v value.Value) {
	if !had {
		d.x.noteShadow(name)
	}
	if !d.saved(f, name) {
		d.undo = append(d.undo, undo{frame: f, name: name, old: old, had: had})
	}
	f.Vars.Set(name, v)
}

// saved tells whether what the variable held before the evaluation is known.
// It looks at the first changes only: a variable that is set often is nearly
// always among them, and a change that is saved twice does no harm.
func (d *Direct) saved(f *Frame, name string) bool {
	for i := range d.undo[:min(len(d.undo), 16)] {
		if u := &d.undo[i]; u.frame == f && u.name == name {
			return true
		}
	}
	return false
}

// field returns the value at a path of the fields.
func (d *Direct) field(path value.Path) value.Value {
	v, miss := value.Get(d.object(), path)
	switch {
	case miss == nil:
		return v
	case miss.Coll.IsObject() || miss.Coll.IsList() && miss.Key.Kind == value.ElemIndex:
		return value.Null
	}
	d.Fail()
	return value.Null
}

func (d *Direct) object() value.Value {
	if d.fields.IsObject() {
		return d.fields
	}
	return value.NewObject()
}

func (d *Direct) setField(path value.Path, v value.Value) {
	if v.HasFunc() {
		d.Unsupported()
	}
	after, miss := value.Set(d.object(), path, v)
	if miss != nil || !d.x.Limits.fits(after) {
		d.Fail()
	}
	d.fields = after
}

// --- scopes ---

func (d *Direct) newEnv() *env {
	var e *env
	if n := len(d.envs); n > 0 {
		e, d.envs = d.envs[n-1], d.envs[:n-1]
	} else {
		e = &env{}
	}
	e.parent = d.env
	return e
}

// leave ends a scope. Where a function that sees it lives on, the long way
// has to keep it.
func (d *Direct) leave(e *env, ret value.Value) {
	d.env = e.parent
	if !e.hasFuncs {
		clear(e.vals)
		names := e.names[:0]
		if e.borrowed {
			names = nil
		}
		*e = env{names: names, vals: e.vals[:0]}
		d.envs = append(d.envs, e)
		return
	}
	nid := e.nid()
	see := func(f *value.Func) {
		if f.Cnid == nid {
			d.Unsupported()
		}
	}
	eachFunc(ret, see)
	eachFunc(d.fields, see)
	delete(d.funcs, nid)
}

// Scoped evaluates within a scope of the node's own.
func (d *Direct) Scoped(c *Code, do func() value.Value) value.Value {
	e := d.newEnv()
	e.path, e.sub = c.Path, d.sub
	d.env = e
	ret := do()
	d.leave(e, ret)
	return ret
}

// Round evaluates as another round of a loop, under new node ids.
func (d *Direct) NextRound() {
	d.x.state.Subs++
	d.sub = d.x.state.Subs
}

// Sub returns the re-run that the code at work belongs to; SetSub sets it.
func (d *Direct) Sub() int64 { return d.sub }

// SetSub sets the re-run that the code at work belongs to.
func (d *Direct) SetSub(sub int64) { d.sub = sub }

// MakeFunc makes the function that l stands for, as Node.MakeFunc does.
func (d *Direct) MakeFunc(l *Lambda) value.Value {
	f := &value.Func{Nid: NID{Path: l.Code.Path, Sub: d.sub}.String(), Fun: d.x.state.Funs,
		Line: l.Code.Line(), Tree: l.Code.Prog.Hash, Place: l.place(), Code: l}
	d.x.state.Funs++
	if e := d.env; e != nil {
		e.hasFuncs = true
		f.Cnid = e.nid()
		if d.funcs == nil {
			d.funcs = make(map[string]*env)
		}
		d.funcs[f.Cnid] = e
		return value.FromFunc(f)
	}
	holder := d.base
	for holder.Vars == nil {
		if holder = d.x.frames[holder.Parent]; holder == nil {
			d.Unsupported()
		}
	}
	if !holder.HasFuncs {
		d.undo = append(d.undo, undo{frame: holder, funcs: true})
		holder.HasFuncs = true
	}
	f.Cnid = holder.Nid.String()
	return value.FromFunc(f)
}
