package stdlib

import (
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var reverse = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"reverse"},
		Group:      sig.Collections,
		Doc:        "Turns an array, or a string, back to front.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "The array or string; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "The reversed array or string.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "An array", Source: "reverse [ 0 2 4 ]", Ret: "[4,2,0]"},
			{Title: "A string", Source: "reverse 'stressed'", Ret: `"desserts"`},
			{Title: "What came before", Source: "[ 5 6 4 ]\nreverse _", Ret: "[4,6,5]"},
			{Title: "Objects have no back", Source: "reverse { a: 1 }", Error: "found no argument that could be reversed"},
		},
		SeeAlso: []string{"sort", "shuffle", "slice"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		switch v := a.LastArg(); v.Kind() {
		case value.KindList:
			vs := slices.Clone(v.AsList().Slice())
			slices.Reverse(vs)
			return value.NewList(vs...), nil
		case value.KindString:
			runes := []rune(v.AsString())
			slices.Reverse(runes)
			return value.String(string(runes)), nil
		default:
			return value.Null, vm.BadArgument("give it an array or a string",
				"found no argument that could be reversed, only %s", aKind(v))
		}
	},
}
