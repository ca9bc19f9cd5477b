package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var ifElse = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"if", "ife", "unless", "unlesse", "_if", "_unless"},
		Group: sig.Control,
		Doc: "Runs its second argument when the first is true, its third otherwise; `unless` turns that round. Everything but `false` and `null` counts as true.\n\n" +
			"Written behind a line, as in `push l 1 if a > b`, it decides whether the line is run at all.",
		Args: []sig.Arg{
			{Name: "condition", Type: sig.Any, Doc: "What decides."},
			{Name: "then", Type: sig.Any, Optional: true, Doc: "Run when the condition holds."},
			{Name: "else", Type: sig.Any, Optional: true, Doc: "Run when it does not."},
		},
		Body:       sig.Cases,
		Result:     "What the branch that was run left; the `f.ret` from before where none was.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Two branches", Source: "if 2 > 1\n  'yes'\n  'no'", Ret: `"yes"`},
			{Title: "Behind a line", Source: "set f.a 1\nset f.a 2 unless f.a == 1\nf.a", Want: `{"a":1,"ret":1}`},
		},
		SeeAlso: []string{"cond", "case", "match"},
	},
	KeyedFirst: true,
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		evals := dc.ArgEvals(c, keyedFirst)
		if len(evals) == 0 {
			return nil
		}
		test, not := evals[0], negated(c.Head)
		var then, otherwise vm.Eval
		if len(evals) > 1 {
			then = evals[1]
		}
		if len(evals) > 2 {
			otherwise = evals[2]
		}
		return func(d *vm.Direct, ret value.Value) value.Value {
			got := test(d, ret)
			branch := then
			if got.Truthy() == not {
				branch = otherwise
			}
			if branch == nil {
				return ret
			}
			return branch(d, got)
		}
	},
	Next: func(n *vm.Node, from int) error {
		switch from {
		case -1:
			if n.ArgCount() == 0 {
				return n.Reply()
			}
			return n.Run(0)
		case 0:
			next := 1
			if n.Ret().Truthy() == negated(n.Name()) {
				next = 2
			}
			if next < n.ArgCount() {
				return n.Run(next)
			}
			return n.ReplyWith(n.StartRet())
		}
		return n.Reply()
	},
}

func negated(name string) bool {
	return name == "unless" || name == "unlesse" || name == "_unless"
}
