package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var typeTests = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{
			"array?", "list?", "object?", "dict?", "hash?", "boolean?", "number?", "float?",
			"string?", "null?", "nil?", "true?", "false?", "pair?",
		},
		Group: sig.Data,
		Doc: "Tells whether a value is of a type, or is a particular value.\n\n" +
			"`array?` is also `list?`, `object?` also `dict?` and `hash?`, `null?` also `nil?`. `number?` takes integers and floats, `float?` only floats: `1.0` is one, `1` is none. `pair?` is true of arrays of two elements. `true?` and `false?` are true of that very value only: `true? 1` is false.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What to look at; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "`true` or `false`.",
		ResultType: sig.Boolean,
		Examples: []sig.Example{
			{Title: "A look at literals", Source: "[ (array? []), (number? 'one'), (null? null) ]", Ret: "[true,false,true]"},
			{Title: "A look at what came before", Source: "[ 0 1 ]\npair? _", Ret: "true"},
			{Title: "Integers and floats", Source: "[ (float? 1.0), (float? 1) ]", Ret: "[true,false]"},
		},
		SeeAlso: []string{"type-of", "empty?"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		return value.Bool(isType(a.Name, a.LastArg())), nil
	},
}

func isType(test string, v value.Value) bool {
	switch test {
	case "array?", "list?":
		return v.IsList()
	case "object?", "dict?", "hash?":
		return v.IsObject()
	case "boolean?":
		return v.Kind() == value.KindBool
	case "number?":
		return v.IsNumber()
	case "float?":
		return v.Kind() == value.KindFloat
	case "string?":
		return v.IsString()
	case "null?", "nil?":
		return v.IsNull()
	case "true?":
		return v.Equal(value.True)
	case "false?":
		return v.Equal(value.False)
	case "pair?":
		return v.IsList() && v.AsList().Len() == 2
	}
	panic("stdlib: no type test is named " + test)
}
