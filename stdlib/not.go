package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var not = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"not"},
		Group: sig.Control,
		Doc: "Turns true into false and false into true. Everything but `false` and `null` counts as true, so `not 0` is false.\n\n" +
			"As an operand it needs parentheses around it, as in `and (not a) (not b)`: in `and not(a) not(b)`, each `not` stands alone and is an operand of its own.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What to negate; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "`true` or `false`.",
		ResultType: sig.Boolean,
		Examples: []sig.Example{
			{Title: "A condition", Source: "not 1 > 2", Ret: "true"},
			{Title: "Zero is not false", Source: "[ (not 0), (not null) ]", Ret: "[false,true]"},
			{Title: "The last child counts", Source: "not\n  true\n  false", Ret: "true"},
		},
		SeeAlso: []string{"and", "if", "false?"},
	},
	Call: func(a *vm.Args) (value.Value, error) {
		return value.Bool(!a.LastArg().Truthy()), nil
	},
}
