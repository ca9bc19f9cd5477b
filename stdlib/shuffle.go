package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var shuffle = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"shuffle", "sample"},
		Group: sig.Collections,
		Doc: "Puts the elements of an array in random order, or draws some of them. `sample` without a count draws a single element; with a count the two do the same: they draw that many, none of them twice.\n\n" +
			"The order comes from the execution's own seed: a replay shuffles alike.",
		Attrs: []sig.Attr{{Names: []string{"count"}, Type: sig.Integer, Doc: "How many elements to draw; all of them where there are fewer."}},
		Args: []sig.Arg{
			{Name: "array", Type: sig.Array, Optional: true, Doc: "What to draw from: the first array among the arguments, or `f.ret`."},
			{Name: "count", Type: sig.Integer, Optional: true, Doc: "How many elements to draw."},
		},
		Body:       sig.Arguments,
		Result:     "The shuffled array, or the elements drawn. `sample` without a count gives the element itself, `null` if the array is empty.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Nothing gets lost", Source: "shuffle [ 0 1 2 3 4 ]\nsort _", Ret: "[0,1,2,3,4]"},
			{Title: "Two of five", Source: "length (shuffle [ 0 1 2 3 4 ] 2)", Ret: "2"},
			{Title: "One of them", Source: "includes? [ 'a' 'b' ] (sample [ 'a' 'b' ])", Ret: "true"},
			{Title: "None to draw", Source: "sample []", Ret: "null"},
			{Title: "No array", Source: "shuffle 1", Error: "no array to shuffle"},
		},
		SeeAlso: []string{"rand", "reverse", "slice"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		list, ok := firstList(a)
		if !ok {
			return value.Null, vm.BadArgument("give it an array", "no array to %s", a.Name)
		}
		count, given, err := indexAttr(a, "count")
		if err != nil {
			return value.Null, err
		}
		if is := indexes(a.Rets); !given && len(is) > 0 {
			count, given = is[0], true
		}
		if count < 0 {
			return value.Null, vm.BadArgument("", "can't %s a negative number of elements", a.Name)
		}
		if given {
			return value.NewList(drawn(a.Random, list.Slice(), int(min(count, int64(list.Len()))))...), nil
		}
		if a.Name != "sample" {
			return value.NewList(drawn(a.Random, list.Slice(), list.Len())...), nil
		}
		if list.Len() == 0 {
			return value.Null, nil
		}
		return list.At(int(below(a.Random, uint64(list.Len())))), nil
	},
}
