package vm

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/value"
)

// bind sets a variable of the frame's own.
func (x *Execution) bind(f *Frame, name string, v value.Value) {
	x.noteShadow(name)
	if v.HasFunc() {
		x.escapeInto(f, v)
	}
	f.Vars.Set(name, v)
	x.touch(f)
}

// noteShadow remembers that a procedure's name is, or was, a variable's.
func (x *Execution) noteShadow(name string) {
	if x.prog.lib.named[name] == nil || x.shadow[name] {
		return
	}
	if x.shadow == nil {
		x.shadow = make(map[string]bool)
	}
	x.shadow[name] = true
}

// findVar finds a variable by name, as the frame sees it: its own, those of
// the function that it belongs to, its parent's and so on. Mode "g" looks at
// the root only, "d" at no frame.
func (x *Execution) findVar(f *Frame, mode, name string) (value.Value, bool) {
	for ; f != nil && mode != "d"; f = x.frames[f.Parent] {
		x.hops++
		if f.HasList && !f.sees(name) {
			return value.Null, false
		}
		if mode == "g" && !f.Parent.IsZero() && x.frames[f.Parent] != nil {
			continue
		}
		if f.Lambda != nil && name == "arguments" {
			return argumentsValue(f.Args), true
		}
		if f.Vars != nil {
			if v, ok := f.Vars.Get(name); ok {
				return v, true
			}
		}
		if !f.Cnid.IsZero() {
			if c := x.frames[f.Cnid]; c != nil && c.Vars != nil {
				if v, ok := c.Vars.Get(name); ok {
					return v, true
				}
			}
		}
	}
	return value.Null, false
}

// sees tells whether the frame's list of variables lets the name through.
func (f *Frame) sees(name string) bool {
	in := func(list []value.Value) bool {
		for _, v := range list {
			if v.Kind() == value.KindRegex {
				if re, err := v.AsRegex().Regexp(); err == nil && re.MatchString(name) {
					return true
				}
			} else if v.Kind() == value.KindString && v.AsString() == name {
				return true
			}
		}
		return false
	}
	if f.Allowed != nil && !in(f.Allowed) {
		return false
	}
	return f.Denied == nil || !in(f.Denied)
}

// visible lists every variable that the frame sees, its own first.
func (x *Execution) visible(f *Frame) []Var {
	var vars []Var
	seen := make(map[string]bool)
	add := func(vs *Vars) {
		if vs == nil {
			return
		}
		for _, v := range vs.list {
			if !seen[v.Name] {
				seen[v.Name] = true
				vars = append(vars, v)
			}
		}
	}
	for ; f != nil; f = x.frames[f.Parent] {
		add(f.Vars)
		if c := x.frames[f.Cnid]; c != nil {
			add(c.Vars)
		}
	}
	return vars
}

func argumentsValue(args []Arg) value.Value {
	vs := make([]value.Value, len(args))
	for i, a := range args {
		key := value.Null
		if a.Key != "" {
			key = value.String(a.Key)
		}
		vs[i] = value.NewList(key, a.Value)
	}
	return value.NewList(vs...)
}

// argumentsAs gives the arguments of the function that the frame belongs to:
// as a list (arga, args, argv), or as an object of the keyed ones (argh, argd).
func (x *Execution) argumentsAs(f *Frame, name string) (value.Value, bool) {
	switch name {
	case "arga", "args", "argv", "argh", "argd":
	default:
		return value.Null, false
	}
	for f != nil && f.Lambda == nil {
		f = x.frames[f.Parent]
	}
	if f == nil {
		return value.Null, false
	}
	if name == "argh" || name == "argd" {
		o := value.NewObject().AsObject()
		for _, a := range f.Args {
			if a.Key != "" {
				o = o.Set(a.Key, a.Value)
			}
		}
		return value.FromObject(o), true
	}
	vs := make([]value.Value, len(f.Args))
	for i, a := range f.Args {
		vs[i] = a.Value
	}
	return value.NewList(vs...), true
}

// lookupHead finds what a lone name stands for: a variable, a procedure or a
// tasker.
func (x *Execution) lookupHead(f *Frame, name string) (value.Value, bool) {
	if v, ok := x.argumentsAs(f, name); ok {
		return v, true
	}
	if v, ok := x.findVar(f, "", name); ok {
		return v, true
	}
	return x.builtin(name)
}

func (x *Execution) builtin(name string) (value.Value, bool) {
	if x.prog.lib.Get(name) != nil {
		return value.FromProc(&value.Proc{Name: name, Line: -1}), true
	}
	if x.HasTasker != nil && x.HasTasker(name) {
		return value.FromTasker(&value.Tasker{Name: name, Line: -1}), true
	}
	return value.Null, false
}

// lookupError is an error of Lookup: what was missed, so that callers can
// tell a missing last element from a missing variable.
type lookupError struct {
	err   *Error
	field bool
	miss  *value.Miss
}

func (e *lookupError) Error() string { return e.err.Message }
func (e *lookupError) Unwrap() error { return e.err }

// varMode reads the mode of a variable prefix: "v", "var", "variable" with l,
// g or d before.
func varMode(head string) (mode string, ok bool) {
	switch strings.TrimLeft(head, "lgd") {
	case "v", "var", "variable":
		mode = head[:len(head)-len(strings.TrimLeft(head, "lgd"))]
		return mode, len(mode) <= 1
	}
	return "", false
}

// keyOf returns the key that a path element is, where it is one.
func keyOf(e value.Elem) (string, bool) { return e.Key, e.Kind == value.ElemKey }

// indexOf returns the index that a path element is, where it is one.
func indexOf(e value.Elem) (int, bool) { return e.Index, e.Kind == value.ElemIndex }

// Lookup finds the value at a path such as ["f", "a", 1] or ["x", "y"].
func (n *Node) Lookup(path value.Path) (value.Value, error) {
	if len(path) == 0 {
		return value.Null, errUnknownName.new("an empty path stands for nothing")
	}
	head, isName := keyOf(path[0])
	rest := path[1:]
	switch {
	case len(path) < 2 || !isName:
		return n.lookupVar("", path)
	case isFieldPath(head):
		return n.lookupField(rest)
	case head == "t" || head == "tag":
		key, _ := keyOf(rest[0])
		nids := n.x.Tagged(key)
		if len(nids) == 0 {
			return value.Null, nil
		}
		vs := make([]value.Value, len(nids))
		for i, nid := range nids {
			vs[i] = value.String(nid.String())
		}
		return value.NewList(vs...), nil
	case head == "node":
		return lookIn(n.nodeObject(), rest)
	case head == "exe" || head == "execution":
		return lookIn(n.x.object(), rest)
	}
	if mode, ok := varMode(head); ok {
		return n.lookupVar(mode, rest)
	}
	return n.lookupVar("", path)
}

func lookIn(v value.Value, path value.Path) (value.Value, error) {
	got, miss := value.Get(v, path)
	if miss != nil {
		return value.Null, &lookupError{err: errNoKey.new("found nothing at %q", path), miss: miss}
	}
	return got, nil
}

func (n *Node) lookupField(path value.Path) (value.Value, error) {
	if len(path) == 1 {
		if key, ok := keyOf(path[0]); ok && key == RetKey {
			return n.pl.Ret, nil
		}
	}
	v, miss := value.Get(n.pl.objectFor(path), path)
	if miss == nil {
		return v, nil
	}
	e := missError(miss, "field")
	return value.Null, &lookupError{err: e, field: true, miss: miss}
}

// objectFor returns the object in which to look for the path: with ret only
// where the path may reach it.
func (p Payload) objectFor(path value.Path) value.Value {
	if key, ok := keyOf(path[0]); ok && key != RetKey {
		return value.FromObject(p.fields())
	}
	return p.Object()
}

func (n *Node) lookupVar(mode string, path value.Path) (value.Value, error) {
	x := n.x
	name, ok := keyOf(path[0])
	if !ok {
		name = path[0].String()
	}
	v, found := value.Null, false
	if mode == "" {
		v, found = x.argumentsAs(n.f, name)
	}
	if !found {
		v, found = x.findVar(n.f, mode, name)
	}
	if !found && mode != "d" {
		v, found = x.builtin(name)
	}
	if !found {
		e := errNoVariable.hint(x.suggest(n.f, name), "variable %q not found", name)
		return value.Null, &lookupError{err: e, miss: &value.Miss{}}
	}
	if len(path) == 1 {
		return v, nil
	}
	got, miss := value.Get(v, path[1:])
	if miss == nil {
		return got, nil
	}
	miss.Before = append(value.Path{path[0]}, miss.Before...)
	return value.Null, &lookupError{err: missError(miss, "variable"), miss: miss}
}

// missError words a miss within what a variable or a field holds.
func missError(m *value.Miss, what string) *Error {
	key := m.Key.String()
	if k, ok := keyOf(m.Key); ok {
		key = fmt.Sprintf("%q", k)
	}
	if i, ok := indexOf(m.Key); ok {
		key = fmt.Sprint(i)
	}
	switch m.Coll.Kind() {
	case value.KindObject:
		if len(m.Before) == 0 {
			return errNoVariable.new("%s %s not found", what, key)
		}
		return errNoVariable.new("%s %s not found at %q", what, key, m.Before)
	case value.KindList:
		if _, ok := indexOf(m.Key); !ok {
			e := errNoKey.new("%s at %q is an array, it has no key %s", what, m.Before, key)
			e.Class = "TypeError"
			return e
		}
		return errNoVariable.new("%s %s not found at %q", what, key, m.Before)
	}
	return errNoKey.new("%s at %q is a %s, it has no key %s", what, m.Before, m.Coll.TypeName(), key)
}

// IsMissingKey tells whether the error of a Lookup is that of a key missing
// where it is looked for: in a field, or at the end of a path.
func IsMissingKey(err error) bool {
	e, ok := err.(*lookupError)
	if !ok || !e.keyError() {
		return false
	}
	return e.field || (len(e.miss.Before) > 0 && len(e.miss.Rest) == 0)
}

// IsMissing tells whether the error of a Lookup is that of a missing key.
func IsMissing(err error) bool {
	e, ok := err.(*lookupError)
	return ok && e.keyError()
}

func (e *lookupError) keyError() bool { return e.err.Class == "KeyError" }

// Object shows the frame as flows see it in node.
func (f *Frame) Object() value.Value {
	o := value.NewObject().AsObject().
		Set("nid", value.String(f.Nid.String())).
		Set("parent", nidValue(f.Parent)).
		Set("heat0", value.String(f.Code.Head)).
		Set("heap", value.String(f.Proc.Sig.Name())).
		Set("payload", f.Payload.Object())
	if f.Vars != nil {
		o = o.Set("vars", f.Vars.Object())
	}
	if len(f.Tags) > 0 {
		o = o.Set("tags", strings_(f.Tags))
	}
	return value.FromObject(o)
}

func nidValue(n NID) value.Value {
	if n.IsZero() {
		return value.Null
	}
	return value.String(n.String())
}

// object shows the execution as flows see it in exe.
func (x *Execution) object() value.Value {
	return value.NewObject(
		value.Member{Key: "exid", Value: value.String(x.ID)},
		value.Member{Key: "domain", Value: value.String(x.Domain)},
	)
}

// Variable returns the variable of that name that the node sees.
func (n *Node) Variable(name string) (value.Value, bool) { return n.x.findVar(n.f, "", name) }
