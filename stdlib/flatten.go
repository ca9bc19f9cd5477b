package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var flatten = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"flatten"},
		Group: sig.Collections,
		Doc:   "Puts the elements of nested arrays in place of those arrays. Objects within the array stay as they are.",
		Args: []sig.Arg{
			{Name: "array", Type: sig.Array, Optional: true, Doc: "The array to flatten: the first one among the arguments, or `f.ret`."},
			{Name: "levels", Type: sig.Integer, Optional: true, Doc: "How many levels to flatten; all of them where it is left out or negative."},
		},
		Body:       sig.Arguments,
		Result:     "The flat array.",
		ResultType: sig.Array,
		Examples: []sig.Example{
			{Title: "All levels", Source: "flatten [ 1, [ 2, [ 3 ], 4 ] ]", Ret: "[1,2,3,4]"},
			{Title: "One level", Source: "flatten [ 1, [ 2, [ 3 ], 4 ] ] 1", Ret: "[1,2,[3],4]"},
			{Title: "What came before", Source: "[ 1, [ 2, [ 3 ], 4 ] ]\nflatten _", Ret: "[1,2,3,4]"},
			{Title: "No array", Source: "flatten 1", Error: "missing collection"},
		},
		SeeAlso: []string{"map", "merge", "to-array"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		list, ok := firstList(a)
		if !ok {
			return value.Null, vm.BadArgument("give it an array", "missing collection: found no array to flatten")
		}
		levels := int64(-1)
		if is := indexes(a.Rets); len(is) > 0 {
			levels = is[0]
		}
		left := maxElements
		n, ok := countFlat(list, levels, &left)
		if !ok {
			return value.Null, errTooManyElements(a.Name)
		}
		return value.NewList(appendFlat(make([]value.Value, 0, n), list, levels)...), nil
	},
}

// firstList returns the first list among the arguments and f.ret.
func firstList(a *vm.Args) (*value.List, bool) {
	for _, v := range a.Rets {
		if v.IsList() {
			return v.AsList(), true
		}
	}
	if a.Ret.IsList() {
		return a.Ret.AsList(), true
	}
	return nil, false
}

// countFlat returns how many elements a list has when it is flattened. It
// takes each element, and each list on the way, from left, and stops with
// false when that is used up.
func countFlat(l *value.List, levels int64, left *int) (n int, ok bool) {
	for _, v := range l.All() {
		if *left--; *left < 0 {
			return 0, false
		}
		if levels == 0 || !v.IsList() {
			n++
			continue
		}
		inner, ok := countFlat(v.AsList(), levels-1, left)
		if !ok {
			return 0, false
		}
		n += inner
	}
	return n, true
}

// appendFlat appends the elements of a list, flattened.
func appendFlat(flat []value.Value, l *value.List, levels int64) []value.Value {
	for _, v := range l.All() {
		if levels != 0 && v.IsList() {
			flat = appendFlat(flat, v.AsList(), levels-1)
		} else {
			flat = append(flat, v)
		}
	}
	return flat
}
