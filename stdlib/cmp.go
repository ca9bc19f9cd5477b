package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var comparison = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"==", "=", "!=", "<>", "<", ">", "<=", ">="},
		Group: sig.Arithmetic,
		Doc: "Compares values: `==` (or `=`) tells whether they are equal, `!=` (or `<>`) whether they are not, `<`, `<=`, `>` and `>=` how they are ordered.\n\n" +
			"Numbers are equal when they stand for the same number (`1 == 1.0`), arrays when their elements are, objects when their keys and values are, in whatever order. Values of different types are never equal.\n\n" +
			"Numbers are ordered among each other, so are strings (by their characters' code points, capitals before small letters) and arrays (by the first element that differs). To order anything else is an error.\n\n" +
			"With more than two values, each is compared to the one after it: `< 1 x 10` tells whether `x` lies between 1 and 10.",
		Args: []sig.Arg{{
			Name: "value", Type: sig.Any, Repeated: true,
			Doc: "What to compare. With fewer than two values, the result is true.",
		}},
		Body:       sig.Arguments,
		Result:     "`true` or `false`.",
		ResultType: sig.Boolean,
		Examples: []sig.Example{
			{Title: "Between values", Source: "[ 1 < 2, 'b' >= 'a', 1 == 1.0 ]", Ret: "[true,true,true]"},
			{Title: "Objects", Source: "{ a: 1, b: [ 2 ] } == { b: [ 2 ], a: 1 }", Ret: "true"},
			{Title: "A chain", Source: "[ (< 1 5 10), (< 1 15 10) ]", Ret: "[true,false]"},
			{Title: "No order", Source: "1 < 'two'", Error: "a number can't be compared with a string"},
		},
		SeeAlso: []string{"max", "and", "not", "includes?"},
	},
	Binary: binaryCompare,
	Call: func(a *vm.Args) (value.Value, error) {
		if len(a.Rets) < 2 {
			return value.True, nil
		}
		differ := a.Name == "!=" || a.Name == "<>"
		for i, v := range a.Rets[1:] {
			holds, err := compare(a.Name, a.Rets[i], v)
			if err != nil {
				return value.Null, err
			}
			if !holds {
				return value.Bool(differ), nil
			}
		}
		return value.Bool(!differ), nil
	},
}

// compare tells whether a and b are in the relation op; for those of
// (in)equality, whether they are equal.
func compare(op string, a, b value.Value) (bool, error) {
	switch op {
	case "<", ">", "<=", ">=":
	default:
		return value.Equal(a, b), nil
	}
	c, err := value.Compare(a, b)
	if err != nil {
		return false, vm.NotComparable("%s", err)
	}
	switch op {
	case "<":
		return c < 0, nil
	case ">":
		return c > 0, nil
	case "<=":
		return c <= 0, nil
	}
	return c >= 0, nil
}
