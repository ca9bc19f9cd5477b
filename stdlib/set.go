package stdlib

import (
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Slots of set.
const (
	setTargets = iota // the paths to set, a list
)

var set = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"set", "setr"},
		Group: sig.Data,
		Doc: "Sets a variable or a field. With one argument the value is the `f.ret` from before; with several targets the value, an array, is spread over them.\n\n" +
			"A variable is set where it is found, looking outwards; one that is found nowhere becomes a variable of the nearest scope. `lv.x` always is of the nearest scope, `gv.x` of the root.\n\n" +
			"Among several targets `name__2` takes two elements and `name___` all that the others leave; without a name, `__2`, they are dropped.\n\n" +
			"`set` leaves `f.ret` as it was, `setr` leaves the value in it.",
		Args: []sig.Arg{
			{Name: "target", Type: sig.Path, Repeated: true, Doc: "The variables or fields to set."},
			{Name: "value", Type: sig.Any, Optional: true, Doc: "The value."},
		},
		Body:       sig.Arguments,
		Result:     "What was there before for `set`, the value for `setr`.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A variable and a field", Source: "set a 1\nset f.b (a + 1)", Want: `{"b":2,"ret":null}`},
			{Title: "Several at once", Source: "set a b___ c\n  [ 0 1 2 3 ]\n[ a b c ]", Ret: "[0,[1,2],3]"},
			{Title: "What stands on the way has to be there", Source: "set f.h.i 7", Error: "couldn't set field h.i"},
		},
		SeeAlso: []string{"push", "del", "vars"},
	},
	KeyedFirst: true,
	Late:       true,
	KeepRet:    true,
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		evals := dc.ArgEvals(c, keyedFirst)
		if len(evals) != 2 {
			return nil
		}
		target, ok := dc.Target(c.Arg(keyedFirst, 0))
		if !ok {
			return nil
		}
		v, keep := evals[1], c.Head == "setr" || target.IsRet()
		return func(d *vm.Direct, ret value.Value) value.Value {
			got := v(d, ret)
			d.Assign(&target, got)
			if keep {
				return got
			}
			return ret
		}
	},
	Mode: func(c *vm.Code, i int) vm.Mode {
		if last := c.ArgCount(keyedFirst) - 1; i < last || last == 0 {
			return vm.ModePath
		}
		return vm.ModeValue
	},
	Next: func(n *vm.Node, from int) error {
		last := n.ArgCount() - 1
		if from >= 0 && (from < last || last == 0) {
			addTarget(n, from)
		}
		if c := n.Arg(from + 1); from+1 == last && last > 0 && c.IsName() {
			n.Pass(2) // it is read as a reference
		}
		return n.RunNext(from)
	},
	Done: func(n *vm.Node) error {
		v := n.Ret()
		if n.ArgCount() < 2 {
			v = n.StartRet()
		}
		keep := n.Name() == "setr"
		targets := n.Frame().Slot(setTargets)
		if targets.IsList() {
			var paths []value.Path
			for _, t := range targets.AsList().All() {
				p, err := vm.ParsePath(t)
				if err != nil {
					return err
				}
				paths = append(paths, p)
				keep = keep || vm.IsRetPath(p)
			}
			if err := assign(n, paths, v); err != nil {
				return err
			}
		}
		if keep {
			return n.ReplyWith(v)
		}
		return n.ReplyWith(n.StartRet())
	},
}

// keyedFirst stands for any procedure that takes its unkeyed attributes as
// arguments, where only the counting of arguments matters.
var keyedFirst = &vm.Procedure{KeyedFirst: true}

// addTarget keeps what the i-th argument names as a target: a reference gave
// a path, a string is one.
func addTarget(n *vm.Node, i int) {
	v, c := n.Ret(), n.Arg(i)
	if !c.IsReference() && !c.IsTemplate() && !(c.IsLiteral() && v.IsString()) {
		return
	}
	f := n.Frame()
	targets := f.Slot(setTargets)
	if targets.IsNull() {
		targets = value.NewList()
	}
	f.SetSlot(setTargets, value.FromList(targets.AsList().Append(v)))
}

// assign sets the value at the paths: as it is at a single one, spread over
// several.
func assign(n *vm.Node, paths []value.Path, v value.Value) error {
	if len(paths) == 1 {
		return n.Set(paths[0], v)
	}
	var left []value.Value
	if v.IsList() {
		left = v.AsList().Slice()
	} else if len(paths) > 1 {
		return vm.BadArgument("give as many values as targets, in an array",
			"cannot spread %s over %d targets", article(v), len(paths))
	}
	for i, p := range paths {
		name, count, isSplat := splat(p)
		if !isSplat {
			e := value.Null
			if len(left) > 0 {
				e, left = left[0], left[1:]
			}
			if err := n.Set(p, e); err != nil {
				return err
			}
			continue
		}
		if count < 0 {
			count = len(left) - (len(paths) - i - 1)
		}
		count = min(max(count, 0), len(left))
		if name != "" {
			at := append(append(value.Path{}, p[:len(p)-1]...), value.Key(name))
			if err := n.Set(at, value.NewList(append([]value.Value(nil), left[:count]...)...)); err != nil {
				return err
			}
		}
		left = left[count:]
	}
	return nil
}

// splat reads a target such as name__2 or name___; count is -1 for the
// latter.
func splat(p value.Path) (name string, count int, ok bool) {
	last := p[len(p)-1]
	if last.Kind != value.ElemKey {
		return "", 0, false
	}
	return ast.Splat(last.Key)
}

// article names the type of a value with its article: "an array".
func article(v value.Value) string {
	switch t := v.TypeName(); t {
	case "array", "object":
		return "an " + t
	case "null":
		return t
	default:
		return "a " + t
	}
}
