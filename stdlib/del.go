package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Slots of del.
const delTargets = 0

var del = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"del", "delf"},
		Group:      sig.Data,
		Doc:        "Deletes variables, fields, or what is within them. `del` fails where there is nothing to delete, `delf` does not.",
		Args:       []sig.Arg{{Name: "target", Type: sig.Path, Repeated: true, Doc: "What to delete."}},
		Body:       sig.Arguments,
		Result:     "What was deleted last.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "An element", Source: "set a [ 0 1 2 ]\ndel a.1\na", Ret: "[0,2]"},
			{Title: "Nothing there", Source: "del f.a", Error: "couldn't unset field a"},
			{Title: "Nothing there, and no matter", Source: "delf f.a", Ret: "null"},
		},
		SeeAlso: []string{"set"},
	},
	KeyedFirst: true,
	Late:       true,
	Mode:       func(*vm.Code, int) vm.Mode { return vm.ModePath },
	Next: func(n *vm.Node, from int) error {
		if from >= 0 {
			c := n.Arg(from)
			if c.IsReference() || c.IsTemplate() {
				f := n.Frame()
				targets := f.Slot(delTargets)
				if targets.IsNull() {
					targets = value.NewList()
				}
				f.SetSlot(delTargets, value.FromList(targets.AsList().Append(n.Ret())))
			} else {
				n.SetRet(n.StartRet())
			}
		}
		return n.RunNext(from)
	},
	Done: func(n *vm.Node) error {
		ret := value.Null
		targets := n.Frame().Slot(delTargets)
		if targets.IsNull() {
			return n.ReplyWith(ret)
		}
		for _, t := range targets.AsList().All() {
			path, err := vm.ParsePath(t)
			if err != nil {
				return err
			}
			if ret, err = n.Lookup(path); err != nil {
				ret = value.Null
			}
			if err := n.Unset(path); err != nil && n.Name() != "delf" {
				return err
			}
		}
		return n.ReplyWith(ret)
	},
}
