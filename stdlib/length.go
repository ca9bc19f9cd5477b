package stdlib

import (
	"unicode/utf8"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var length = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"length", "size"},
		Group:      sig.Collections,
		Doc:        "Counts the elements of an array, the keys of an object, or the characters of a string.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What to measure; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "The count.",
		ResultType: sig.Integer,
		Examples: []sig.Example{
			{Title: "An array", Source: "length [ 'a' 'b' 'c' ]", Ret: "3"},
			{Title: "What came before", Source: "{ a: 'A', b: 'B' }\nsize _", Ret: "2"},
			{Title: "Characters, not bytes", Source: "length 'crème'", Ret: "5"},
			{Title: "A number has none", Source: "length 12", Error: "found no argument that has a length"},
		},
		SeeAlso: []string{"empty?", "keys", "slice"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		v := a.LastArg()
		n, ok := lengthOf(v)
		if !ok {
			return value.Null, vm.BadArgument("give it an array, an object or a string",
				"found no argument that has a length, only %s", aKind(v))
		}
		return value.Int(int64(n)), nil
	},
}

// lengthOf returns the length of a list, an object or a string.
func lengthOf(v value.Value) (n int, ok bool) {
	switch v.Kind() {
	case value.KindList:
		return v.AsList().Len(), true
	case value.KindObject:
		return v.AsObject().Len(), true
	case value.KindString:
		return utf8.RuneCountInString(v.AsString()), true
	}
	return 0, false
}
