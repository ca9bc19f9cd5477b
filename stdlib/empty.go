package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var isEmpty = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"empty?"},
		Group:      sig.Collections,
		Doc:        "Tells whether an array, an object or a string has nothing in it. `null` counts as empty; other values are neither, and an error.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What to look at; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "`true` or `false`.",
		ResultType: sig.Boolean,
		Examples: []sig.Example{
			{Title: "Empty ones", Source: "[ (empty? []), (empty? ''), (empty? null) ]", Ret: "[true,true,true]"},
			{Title: "What came before", Source: "{ a: 'A' }\nempty? _", Ret: "false"},
			{Title: "Neither empty nor not", Source: "empty? 0", Error: "argument is not an array, an object, a string or null"},
		},
		SeeAlso: []string{"length", "any?", "null?"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		v := a.LastArg()
		if v.IsNull() {
			return value.True, nil
		}
		n, ok := lengthOf(v)
		if !ok {
			return value.Null, vm.BadArgument("", "argument is not an array, an object, a string or null, but %s", aKind(v))
		}
		return value.Bool(n == 0), nil
	},
}
