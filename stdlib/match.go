package stdlib

import (
	"regexp"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var match = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"match"},
		Group: sig.Control,
		Doc: "Compares a value with patterns and runs the consequence of the first that fits. The arms are patterns and consequences in turn; `_` and `else` fit always.\n\n" +
			"An array or an object is a pattern: `_` in it fits anything, a lower-case name fits anything and becomes a variable of the consequence, `name__2` two elements of an array, `name___` as many as the others leave; everything else is evaluated and has to be equal. An object pattern has to find its keys, and with `only` no others. `or` gives alternatives; `guard name condition` and `bind name pattern` name what has to fit a condition or a pattern as well; a regular expression has to match, and leaves `match` behind.\n\n" +
			"`!` behind an array, an object or `or` means that it is no pattern.",
		Args: []sig.Arg{
			{Name: "value", Type: sig.Any, Optional: true, Doc: "What is compared; `f.ret` where the number of arguments is even."},
			{Name: "arm", Type: sig.Any, Repeated: true, Doc: "Patterns and consequences in turn."},
		},
		Body:       sig.Cases,
		Result:     "What the consequence left; the `f.ret` from before where no pattern fits.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Arrays", Source: "match [ 'move' 3 4 ]\n  [ 'stop' ]; 'stopped'\n  [ 'move' x y ]; x + y\n  else; 'what?'", Ret: "7"},
			{Title: "Objects", Source: "match { type: 'order', lines: [ 1 2 ] }\n  { type: 'order', lines: [ first rest___ ] }; [ first rest ]\n  else; null", Ret: "[1,[2]]"},
			{Title: "A condition", Source: "match [ 1 2 3 ]\n  (guard a ((length a) > 2)); 'long'\n  else; 'short'", Ret: `"long"`},
		},
		SeeAlso: []string{"case", "cond", "if"},
	},
	KeyedFirst: true,
	Next: func(n *vm.Node, from int) error {
		return matchArms.next(n, from)
	},
}

var matchArms = arms{
	otherwise: []string{"else", "_"},
	run: func(n *vm.Node, i int) error {
		if as := patternOf(n.Arg(i)); as != "" {
			return n.RunAs(i, as, patternVars(n.Frame().Slot(caseValue)))
		}
		return n.Run(i)
	},
	fits: func(n *vm.Node, i int) ([]vm.Var, bool, error) {
		if patternOf(n.Arg(i)) == "" {
			return nil, value.Equal(n.Ret(), n.Frame().Slot(caseValue)), nil
		}
		if n.Ret().IsNull() {
			return nil, false, nil
		}
		return varsOf(n.Ret()), true, nil
	},
}

// varsOf lists the members of an object as variables.
func varsOf(o value.Value) []vm.Var {
	vars := make([]vm.Var, 0, o.AsObject().Len())
	for k, v := range o.AsObject().All() {
		vars = append(vars, vm.Var{Name: k, Value: v})
	}
	return vars
}

// Patterns are nodes that are run by one of the procedures below. What they
// have to fit is their variable patternValue; they give the object of the
// names that they bind, or null where they do not fit.

const patternValue = "_pat_val"

func patternVars(v value.Value) []vm.Var { return []vm.Var{{Name: patternValue, Value: v}} }

// patternOf names the procedure of a node that is a pattern, "" for one that
// is evaluated.
func patternOf(c *vm.Code) string {
	if c.IsLiteral() || c.HasKey("!") {
		return ""
	}
	switch c.Head {
	case "_arr", "_obj":
		return "_pat" + c.Head
	case "_rxs":
		return "_pat_regex"
	case "or":
		return "_pat_or"
	case "guard", "bind":
		return "_pat_guard"
	}
	return ""
}

var bindingName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// part says what a part of a pattern is.
type part struct {
	any   bool   // _
	name  string // binds
	splat bool   // binds several, count of them or, where it is negative, the others
	count int
	as    string // the procedure of a pattern within
}

func partOf(c *vm.Code) part {
	if c.IsName() {
		if c.Head == "_" {
			return part{any: true}
		}
		if name, count, ok := ast.Splat(c.Head); ok {
			return part{splat: true, name: name, count: count}
		}
		if bindingName.MatchString(c.Head) {
			return part{name: c.Head}
		}
	}
	p := part{as: patternOf(c)}
	if p.as == "_pat_guard" {
		if first := c.Arg(keyedFirst, 0); first != nil && first.IsName() {
			_, p.count, p.splat = ast.Splat(first.Head)
		}
	}
	return p
}

func patternProc(name, doc string, example sig.Example, p vm.Procedure) *vm.Procedure {
	p.Sig = sig.Proc{
		Names: []string{name}, Group: sig.Internal, Doc: doc, Body: sig.Raw,
		Args:       []sig.Arg{{Name: "part", Type: sig.Any, Repeated: true, Doc: "A part of the pattern."}},
		Result:     "The object of the names that it binds, `null` where it does not fit.",
		ResultType: sig.Object,
		Examples: []sig.Example{example,
			{Title: "Where nothing fits", Source: "match 1\n  [ 2 ]; 'array'\n  { a: 1 }; 'object'\n  else; 'none'", Ret: `"none"`}},
		SeeAlso: []string{"match"},
	}
	return &p
}

// Slots of patterns.
const (
	patBound = iota // the object of the names bound so far
	patIndex        // of the next element
	patTook         // how many elements the part at work is about
	patKey          // the path of the member at work
	patKeys         // the keys seen, an array
	patName         // the name that a guard binds
)

func bound(f *vm.Frame) *value.Object {
	if b := f.Slot(patBound); b.IsObject() {
		return b.AsObject()
	}
	return value.NewObject().AsObject()
}

func bindName(f *vm.Frame, name string, v value.Value) {
	if name != "" {
		f.SetSlot(patBound, value.FromObject(bound(f).Set(name, v)))
	}
}

func bindAll(f *vm.Frame, o value.Value) {
	f.SetSlot(patBound, value.FromObject(bound(f).Merge(o.AsObject())))
}

func noMatch(n *vm.Node) error { return n.ReplyWith(value.Null) }

func matched(n *vm.Node) error { return n.ReplyWith(value.FromObject(bound(n.Frame()))) }

// subject is what the pattern has to fit.
func subject(n *vm.Node) value.Value {
	if vars := n.Frame().Vars; vars != nil {
		if v, ok := vars.Get(patternValue); ok {
			return v
		}
	}
	return n.StartRet()
}

// runPart runs a part of a pattern against v, or evaluates it.
func runPart(n *vm.Node, i int, p part, v value.Value) error {
	n.SetRet(n.StartRet())
	if p.as != "" {
		return n.RunAs(i, p.as, patternVars(v))
	}
	return n.Run(i)
}

// fitsPart tells whether the part that was just run fits v.
func fitsPart(n *vm.Node, p part, v value.Value) bool {
	if p.as == "" {
		return value.Equal(n.Ret(), v)
	}
	if n.Ret().IsNull() {
		return false
	}
	bindAll(n.Frame(), n.Ret())
	return true
}

var patternArray = patternProc("_pat_arr", "Fits an array part by part: what `[ … ]` is in `match`.",
	sig.Example{Title: "Splats", Source: "match [ 1 2 3 4 ]\n  [ a b__2 c ]; [ a b c ]", Ret: "[1,[2,3],4]"},
	vm.Procedure{
		Next: func(n *vm.Node, from int) error {
			f := n.Frame()
			v := subject(n)
			if !v.IsList() {
				return noMatch(n)
			}
			elts := v.AsList()
			at := 0
			if from >= 0 {
				at = int(f.Slot(patIndex).AsInt())
				took := int(f.Slot(patTook).AsInt())
				if !fitsPart(n, partOf(n.Arg(from)), taken(elts, at, took)) {
					return noMatch(n)
				}
				if took < 0 {
					took = 1
				}
				at += took
			}
			for i := from + 1; i < n.ArgCount(); i++ {
				p := partOf(n.Arg(i))
				switch {
				case p.splat:
					count := splatCount(n, i, p, elts.Len()-at)
					if p.as != "" {
						f.SetSlot(patIndex, value.Int(int64(at)))
						f.SetSlot(patTook, value.Int(int64(count)))
						return runPart(n, i, p, taken(elts, at, count))
					}
					n.Pass(1)
					bindName(f, p.name, taken(elts, at, count))
					at += count
					continue
				case at >= elts.Len():
					return noMatch(n)
				case p.any, p.name != "":
					n.Pass(1)
					bindName(f, p.name, elts.At(at))
					at++
					continue
				}
				f.SetSlot(patIndex, value.Int(int64(at)))
				f.SetSlot(patTook, value.Int(-1))
				return runPart(n, i, p, elts.At(at))
			}
			if at < elts.Len() {
				return noMatch(n)
			}
			return matched(n)
		},
	})

// taken is what a part is compared with: one element where took is negative,
// an array of that many otherwise.
func taken(elts *value.List, at, took int) value.Value {
	if took >= 0 {
		return value.FromList(elts.Sub(at, at+took))
	}
	return elts.At(at)
}

// splatCount is how many of the elements that are left a splat takes: those
// that the parts after it leave, but no more than it asks for.
func splatCount(n *vm.Node, i int, p part, left int) int {
	for j := i + 1; j < n.ArgCount(); j++ {
		q := partOf(n.Arg(j))
		if q.splat && q.count >= 0 {
			left -= q.count
		} else {
			left--
		}
	}
	if p.count >= 0 {
		left = min(left, p.count)
	}
	return max(left, 0)
}

var patternObject = patternProc("_pat_obj", "Fits an object key by key: what `{ … }` is in `match`. A key that is a lone name stands for the variable of that name, where there is one, or for itself; with `quote: 'keys'` always for itself. With `only` there may be no other keys.",
	sig.Example{Title: "No other keys", Source: "match { a: 1, b: 2 }\n  { a: 1 } only; 'a'\n  { a: 1, b: x }; x", Ret: "2"},
	vm.Procedure{
		Mode: func(_ *vm.Code, i int) vm.Mode {
			if i%2 == 0 {
				return vm.ModePath
			}
			return vm.ModeValue
		},
		Next: func(n *vm.Node, from int) error {
			f := n.Frame()
			v := subject(n)
			if !v.IsObject() {
				return noMatch(n)
			}
			switch {
			case from < 0:
				return memberNext(n, 0)
			case from%2 == 0:
				return memberKey(n, from, v)
			}
			path, err := vm.ParsePath(f.Slot(patKey))
			if err != nil {
				return err
			}
			member, _ := value.Get(v, path)
			if !fitsPart(n, partOf(n.Arg(from)), member) {
				return noMatch(n)
			}
			return memberNext(n, from+1)
		},
	})

// memberNext goes on to the key that is the i-th argument of an object
// pattern, or ends it.
func memberNext(n *vm.Node, i int) error {
	if i < n.ArgCount() {
		n.SetRet(n.StartRet())
		return n.Run(i)
	}
	f := n.Frame()
	if only, _ := f.Att("only"); only.Truthy() && subject(n).AsObject().Len() != len(keysSeen(f)) {
		return noMatch(n)
	}
	return matched(n)
}

func keysSeen(f *vm.Frame) map[string]bool {
	seen := make(map[string]bool)
	if l := f.Slot(patKeys); l.IsList() {
		for _, k := range l.AsList().All() {
			seen[value.ToText(k)] = true
		}
	}
	return seen
}

// memberKey sees a key of an object pattern and goes on to its member.
func memberKey(n *vm.Node, i int, v value.Value) error {
	f := n.Frame()
	key := n.Ret()
	if c := n.Arg(i); c.IsName() {
		n.Pass(-2) // it is a string rather than a path
		key = value.NewList(value.String(c.Head))
		quote, _ := f.Att("quote")
		if held, ok := n.Variable(c.Head); ok && held.IsString() && !value.Equal(quote, value.String("keys")) {
			key = value.NewList(held)
		}
	} else if !key.IsList() {
		key = value.NewList(value.String(value.ToText(key)))
	}
	path, err := vm.ParsePath(key)
	if err != nil {
		return err
	}
	member, miss := value.Get(v, path)
	if miss != nil {
		return noMatch(n)
	}
	f.SetSlot(patKey, key)
	keys := f.Slot(patKeys)
	if keys.IsNull() {
		keys = value.NewList()
	}
	f.SetSlot(patKeys, value.FromList(keys.AsList().Append(key.AsList().At(0))))
	c := n.Arg(i + 1)
	if c == nil {
		return matched(n)
	}
	p := partOf(c)
	if p.any || p.splat && p.as == "" || p.name != "" {
		n.Pass(1)
		bindName(f, p.name, member)
		return memberNext(n, i+2)
	}
	return runPart(n, i+1, p, member)
}

var patternOr = patternProc("_pat_or", "Fits where one of its alternatives does: what `or` is in `match`.",
	sig.Example{Title: "Two values", Source: "match 11\n  22 or 11; 'either'\n  else; 'neither'", Ret: `"either"`},
	vm.Procedure{
		KeyedFirst: true,
		Next: func(n *vm.Node, from int) error {
			v := subject(n)
			if from >= 0 && fitsPart(n, part{as: patternOf(n.Arg(from))}, v) {
				return matched(n)
			}
			if from+1 >= n.ArgCount() {
				return noMatch(n)
			}
			return runPart(n, from+1, part{as: patternOf(n.Arg(from + 1))}, v)
		},
	})

var patternGuard = patternProc("_pat_guard", "Names what it fits, and fits it only where a condition holds or a pattern fits as well: what `guard` and `bind` are in `match`.",
	sig.Example{Title: "A name for alternatives", Source: "match [ 1 3 ]\n  [ 1 (bind y (or 2 3)) ]; y", Ret: "3"},
	vm.Procedure{
		KeyedFirst: true,
		Mode: func(_ *vm.Code, i int) vm.Mode {
			if i == 0 {
				return vm.ModeKey
			}
			return vm.ModeValue
		},
		Next: func(n *vm.Node, from int) error {
			f := n.Frame()
			v := subject(n)
			switch {
			case from == 0:
				name := value.ToText(n.Ret())
				if splat, _, ok := ast.Splat(name); ok {
					name = splat
				}
				f.SetSlot(patName, value.String(name))
				if name != "_" {
					bindName(f, name, v)
				}
			case from > 0 && patternOf(n.Arg(from)) != "":
				if n.Ret().IsNull() {
					return noMatch(n)
				}
				b := n.Ret().AsObject()
				if m, ok := b.Get("match"); ok {
					name := f.Slot(patName).AsString()
					b = b.Set(name+"__match", m).Set(name+"__matched", v)
				}
				bindAll(f, value.FromObject(b))
			case from > 0 && !n.Ret().Truthy():
				return noMatch(n)
			}
			next := from + 1
			switch {
			case next >= n.ArgCount():
				return matched(n)
			case next == 0:
				return n.Run(0)
			case patternOf(n.Arg(next)) != "":
				return runPart(n, next, partOf(n.Arg(next)), v)
			}
			n.SetRet(n.StartRet())
			return n.RunWith(next, varsOf(value.FromObject(bound(f))))
		},
	})

var patternRegex = patternProc("_pat_regex", "Fits a string that it matches: what a regular expression is in `match`. It binds `matched`, the string, and `match`, what was captured.",
	sig.Example{Title: "Captures", Source: "match 'v1.2'\n  /^v(\\d+)/; match.1", Ret: `"1"`},
	vm.Procedure{
		KeepRet: true,
		Gather:  true,
		Done: func(n *vm.Node) error {
			v := subject(n)
			if !v.IsString() {
				return noMatch(n)
			}
			rx, err := regexLiteral.Call(n.Args())
			if err != nil {
				return err
			}
			groups, err := capture(rx, v.AsString())
			if err != nil {
				return err
			}
			if groups == nil {
				return noMatch(n)
			}
			bindName(n.Frame(), "matched", v)
			bindName(n.Frame(), "match", value.NewList(groups...))
			return matched(n)
		},
	})
