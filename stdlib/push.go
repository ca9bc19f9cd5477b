package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Slots of push.
const (
	pushTarget = iota
	pushValue
	pushHasValue
)

var push = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"push", "pushr"},
		Group: sig.Data,
		Doc: "Appends a value to the array in a variable or a field. Without a value it appends `f.ret`.\n\n" +
			"`push` leaves `f.ret` as it was, `pushr` leaves the value in it.",
		Args: []sig.Arg{
			{Name: "target", Type: sig.Path, Doc: "The variable or field that holds the array."},
			{Name: "value", Type: sig.Any, Optional: true, Doc: "What to append."},
		},
		Body:       sig.Arguments,
		Result:     "What was there before for `push`, the value for `pushr`.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Gathering", Source: "set l []\npush l 1\npush l\n  1 + 1\nl", Ret: "[1,2]"},
			{Title: "Not an array", Source: "set a 1\npush a 2", Error: "cannot push"},
		},
		SeeAlso: []string{"set", "map"},
	},
	KeyedFirst: true,
	Late:       true,
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		evals := dc.ArgEvals(c, keyedFirst)
		if len(evals) == 0 || len(evals) > 2 || c.FirstReference(keyedFirst) != 0 || c.HasKey("_") {
			return nil
		}
		target, ok := dc.Target(c.Arg(keyedFirst, 0))
		if !ok || target.IsRet() {
			return nil
		}
		keep := c.Head == "pushr"
		return func(d *vm.Direct, ret value.Value) value.Value {
			v := ret
			got := evals[0](d, ret)
			if len(evals) > 1 {
				got = evals[1](d, got)
				v = got
			}
			list := d.Read(&target)
			if !list.IsList() {
				d.Fail()
			}
			d.Assign(&target, value.FromList(list.AsList().Append(v)))
			if keep {
				return got
			}
			return ret
		}
	},
	Mode: func(c *vm.Code, i int) vm.Mode {
		if c.FirstReference(keyedFirst) == i {
			return vm.ModePath
		}
		return vm.ModeValue
	},
	Next: func(n *vm.Node, from int) error {
		f := n.Frame()
		switch {
		case from < 0:
		case f.Slot(pushTarget).IsNull():
			f.SetSlot(pushTarget, n.Ret())
		default:
			f.SetSlot(pushValue, n.Ret())
			f.SetSlot(pushHasValue, value.Bool(true))
		}
		return n.RunNext(from)
	},
	Done: func(n *vm.Node) error {
		f := n.Frame()
		v := n.StartRet()
		if f.Slot(pushHasValue).Truthy() {
			v = f.Slot(pushValue)
		}
		path, err := vm.ParsePath(f.Slot(pushTarget))
		if err != nil {
			return err
		}
		target, err := n.Lookup(path)
		if err != nil && !vm.IsMissing(err) {
			target = value.Null
		}
		if !target.IsList() {
			return vm.BadArgument("set it to an array first, for example []",
				"cannot push to given target %s, it holds %s", path, article(target))
		}
		if err := n.Set(path, value.FromList(target.AsList().Append(v))); err != nil {
			return err
		}
		if n.Name() == "pushr" {
			return n.Reply()
		}
		return n.ReplyWith(n.StartRet())
	},
}
