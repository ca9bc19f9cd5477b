package stdlib

import (
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var includes = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"includes?"},
		Group: sig.Collections,
		Doc:   "Tells whether an array has an element, or an object a key.",
		Args: []sig.Arg{
			{Name: "collection", Type: sig.Collection, Optional: true, Doc: "The array or object: the first one among the arguments, or `f.ret`."},
			{Name: "element", Type: sig.Any, Doc: "The element or key to look for: the first other argument, so either order will do. Elements are compared as `==` compares."},
		},
		Body:       sig.Arguments,
		Result:     "`true` or `false`.",
		ResultType: sig.Boolean,
		Examples: []sig.Example{
			{Title: "An array", Source: "includes? [ 'red' 'blue' ] 'blue'", Ret: "true"},
			{Title: "An object has keys", Source: "[ (includes? { a: 1 } 'a'), (includes? { a: 1 } 1) ]", Ret: "[true,false]"},
			{Title: "What came before", Source: "[ 0 1 2 ]\nincludes? 1", Ret: "true"},
			{Title: "Nothing to look for", Source: "includes? []", Error: "missing element"},
		},
		SeeAlso: []string{"any?", "find", "keys", "match?"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		rest := slices.Clone(a.Rets)
		col := a.Ret
		if i := slices.IndexFunc(rest, value.Value.IsCollection); i >= 0 {
			col = rest[i]
			rest = slices.Delete(rest, i, i+1)
		}
		switch {
		case !col.IsCollection():
			return value.Null, vm.BadArgument("give it an array or an object; for text within a string, use match?", "missing collection")
		case len(rest) == 0:
			return value.Null, vm.BadArgument("say what to look for, as in `includes? a 1`", "missing element")
		case col.IsObject():
			return value.Bool(rest[0].IsString() && col.AsObject().Has(rest[0].AsString())), nil
		}
		found := slices.ContainsFunc(col.AsList().Slice(), func(v value.Value) bool { return value.Equal(v, rest[0]) })
		return value.Bool(found), nil
	},
}
