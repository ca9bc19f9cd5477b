package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var logic = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"and", "or", "or!"},
		Group:      sig.Control,
		Doc:        "Evaluates its arguments until the result is known: `and` stops at the first that is false, `or` at the first that is true. Without arguments `and` is true and `or` is false. `or!` is `or` where `or` would be a pattern, in `match`.",
		Args:       []sig.Arg{{Name: "condition", Type: sig.Any, Repeated: true, Doc: "Everything but `false` and `null` counts as true."}},
		Body:       sig.Arguments,
		Result:     "What the argument that decided left, or `true` or `false` without arguments.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Infix", Source: "1 > 2 or 2 > 1", Ret: "true"},
			{Title: "Prefix", Source: "and true false", Ret: "false"},
		},
		SeeAlso: []string{"not", "if"},
	},
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		evals := dc.Parts(c)
		if evals == nil {
			return nil
		}
		or := c.Head != "and"
		return func(d *vm.Direct, _ value.Value) value.Value {
			ret := value.Bool(!or)
			for _, e := range evals {
				if ret = e(d, ret); ret.Truthy() == or {
					break
				}
			}
			return ret
		}
	},
	Start: func(n *vm.Node) error {
		n.SetRet(value.Bool(n.Name() == "and"))
		return nil
	},
	Unkeyed: func(n *vm.Node, v value.Value) error {
		if decides(n) {
			return n.Reply()
		}
		return nil
	},
	Next: func(n *vm.Node, from int) error {
		if from >= 0 && decides(n) {
			return n.Reply()
		}
		return n.RunNext(from)
	},
}

func decides(n *vm.Node) bool { return n.Ret().Truthy() == (n.Name() != "and") }
