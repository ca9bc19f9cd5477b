package vm

import (
	"fmt"

	"github.com/florc-lang/florc/lang/value"
)

// Set sets what the path stands for: a field (["f", …]) or a variable. A
// variable is set where the node finds it; one that it does not find becomes
// one of the nearest scope.
func (n *Node) Set(path value.Path, v value.Value) error {
	return n.change(path, func(at value.Value, rest value.Path) (value.Value, *value.Miss) {
		return value.Set(at, rest, v)
	}, "set")
}

// Unset removes what the path stands for.
func (n *Node) Unset(path value.Path) error {
	return n.change(path, func(at value.Value, rest value.Path) (value.Value, *value.Miss) {
		after, _, miss := value.Unset(at, rest)
		return after, miss
	}, "unset")
}

type changer func(at value.Value, path value.Path) (value.Value, *value.Miss)

func (n *Node) change(path value.Path, do changer, verb string) error {
	if len(path) == 0 {
		return errCannotSet.new("couldn't %s an empty path", verb)
	}
	head, isName := keyOf(path[0])
	if len(path) >= 2 && isName {
		if isFieldPath(head) {
			return n.changeField(path[1:], do, verb)
		}
		if mode, ok := varMode(head); ok {
			return n.changeVar(mode, path[1:], do, verb)
		}
	}
	return n.changeVar("", path, do, verb)
}

func (n *Node) setField(path value.Path, v value.Value) error {
	return n.changeField(path, func(at value.Value, rest value.Path) (value.Value, *value.Miss) {
		return value.Set(at, rest, v)
	}, "set")
}

func (n *Node) changeField(path value.Path, do changer, verb string) error {
	if key, ok := keyOf(path[0]); ok && key == RetKey {
		after, miss := do(value.NewObject(value.Member{Key: RetKey, Value: n.pl.Ret}), path)
		if miss != nil {
			return errCannotSet.hint(cannotSetHint, "couldn't %s field %s", verb, path)
		}
		n.pl.Ret, n.pl.HasRet = after.AsObject().Get(RetKey)
		return nil
	}
	after, miss := do(value.FromObject(n.pl.fields()), path)
	if miss != nil {
		return errCannotSet.hint(setHint("f.", miss), "couldn't %s field %s", verb, path)
	}
	n.pl.Fields = after
	return nil
}

const cannotSetHint = "what it goes into has to be an object or an array: set that first, for example to {}"

// setHint says what stands in the way of setting, or deleting, at a path.
func setHint(prefix string, m *value.Miss) string {
	if !m.Coll.IsCollection() {
		return fmt.Sprintf("%s%s holds %s: set it to an object or an array first", prefix, m.Before, m.Coll)
	}
	at := append(append(value.Path{}, m.Before...), m.Key)
	if len(m.Rest) > 0 {
		return fmt.Sprintf("there is no %s%s: set it first, for example to {}", prefix, at)
	}
	return fmt.Sprintf("there is no %s%s", prefix, at)
}

func (n *Node) changeVar(mode string, path value.Path, do changer, verb string) error {
	hint := cannotSetHint
	fail := func() error {
		return errCannotSet.hint(hint, "couldn't %s var %sv.%s", verb, mode, path)
	}
	if mode == "d" {
		return errCannotSet.new("cannot set domain variables")
	}
	f := n.x.holder(n.f, mode, path)
	name, ok := keyOf(path[0])
	if f == nil || !ok {
		return fail()
	}
	bind := func(v value.Value) error {
		if err := n.x.Limits.checkVar(name, v); err != nil {
			return err
		}
		n.x.bind(f, name, v)
		return nil
	}
	if len(path) == 1 && verb == "set" {
		after, _ := do(value.NewObject(), path)
		v, _ := after.AsObject().Get(name)
		return bind(v)
	}
	old, found := f.Vars.Get(name)
	if !found {
		hint = fmt.Sprintf("there is no variable %s: set it first", name)
		return fail()
	}
	after, miss := do(value.NewObject(value.Member{Key: name, Value: old}), path)
	if miss != nil {
		hint = setHint("", miss)
		return fail()
	}
	if v, there := after.AsObject().Get(name); there {
		return bind(v)
	}
	f.Vars.Delete(name)
	n.x.touch(f)
	return nil
}

// holder finds the frame whose variable the path stands for: the nearest that
// has it or, failing that, the nearest that has a scope. Mode "l" is the
// nearest scope, "g" the root's.
func (x *Execution) holder(f *Frame, mode string, path value.Path) *Frame {
	var nearest *Frame
	for ; f != nil; f = x.frames[f.Parent] {
		x.hops++
		if f.Vars != nil {
			switch {
			case mode == "l":
				return f
			case mode == "" && f.Vars.has(path):
				return f
			case nearest == nil && mode == "":
				nearest = f
			case mode == "g" && x.frames[f.Parent] == nil:
				return f
			}
		}
		if c := x.frames[f.Cnid]; mode == "" && !f.Cnid.IsZero() && c != nil && c.Vars != nil && c.Vars.has(path) {
			return c
		}
	}
	return nearest
}

func (vs *Vars) has(path value.Path) bool {
	name, ok := keyOf(path[0])
	if !ok {
		return false
	}
	v, found := vs.Get(name)
	return found && (len(path) == 1 || value.Has(v, path[1:]))
}

// --- functions that outlive the node whose variables they see ---
//
// A frame is removed when its node replies, unless a function made in it may
// still be called: one that was stored further up, or that the reply carries.

// escapeInto notes that functions in v were stored in frame f.
func (x *Execution) escapeInto(f *Frame, v value.Value) {
	eachFunc(v, func(fn *value.Func) { x.escapeFunc(f, fn) })
}

func (x *Execution) escape(f *Frame, fn value.Value) { x.escapeInto(f, fn) }

func (x *Execution) escapeFunc(into *Frame, fn *value.Func) {
	cnid, err := ParseNID(fn.Cnid)
	if err != nil {
		return
	}
	for f := into; f != nil; f = x.frames[f.Parent] {
		x.hops++
		if f.Nid == cnid {
			return // stored below the node: gone before it is
		}
	}
	if c := x.frames[cnid]; c != nil && !c.Escaped {
		c.Escaped = true
		x.touch(c)
	}
}

// carriesFuncOf tells whether the payload carries a function that sees the
// variables of that node.
func (p *Payload) carriesFuncOf(nid NID) bool {
	if !p.hasFunc() {
		return false
	}
	found, id := false, nid.String()
	see := func(fn *value.Func) { found = found || fn.Cnid == id }
	eachFunc(p.Ret, see)
	eachFunc(p.Fields, see)
	return found
}

// eachFunc visits the functions in a value.
func eachFunc(v value.Value, visit func(*value.Func)) {
	if !v.HasFunc() {
		return
	}
	switch v.Kind() {
	case value.KindFunc:
		visit(v.AsFunc())
	case value.KindList:
		for _, e := range v.AsList().All() {
			eachFunc(e, visit)
		}
	case value.KindObject:
		o := v.AsObject()
		for i := range o.Len() {
			_, e := o.At(i)
			eachFunc(e, visit)
		}
	}
}
