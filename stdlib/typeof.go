package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var typeOf = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"type-of", "type"},
		Group:      sig.Data,
		Doc:        "Names the type of a value: `'null'`, `'boolean'`, `'number'`, `'string'`, `'array'`, `'object'`, `'function'`, `'procedure'`, `'tasker'` or `'regex'`.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What to look at; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "The name of the type.",
		ResultType: sig.String,
		Examples: []sig.Example{
			{Title: "An integer and a float", Source: "[ (type-of 1), (type-of 1.5) ]", Ret: `["number","number"]`},
			{Title: "What came before", Source: "{ a: 1 }\ntype _", Ret: `"object"`},
			{Title: "Null has a type too", Source: "type-of null", Ret: `"null"`},
		},
		SeeAlso: []string{"array?", "to-array"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		return value.String(a.LastArg().TypeName()), nil
	},
}
