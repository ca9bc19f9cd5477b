package stdlib

import (
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var merge = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"merge"},
		Group: sig.Collections,
		Doc: "Merges objects, or arrays, into one. Where two objects have a key in common, the value of the later one counts. Arrays are merged by index: each element of a later one takes the place of the element at the same index.\n\n" +
			"The first array or object among the arguments says which of the two it is about. A single argument is merged into `f.ret`, if that is of the same type; with two or more, `f.ret` plays no part unless it is named.",
		Attrs: []sig.Attr{
			{Names: []string{"lax", "loose"}, Type: sig.Boolean, Default: "false", Doc: "When true, arguments that do not fit are skipped rather than an error."},
			{Names: []string{"strict"}, Type: sig.Boolean, Default: "true", Doc: "`strict: false` is another way to say `lax: true`."},
		},
		Args:       []sig.Arg{{Name: "collection", Type: sig.Collection, Repeated: true, Doc: "What to merge."}},
		Body:       sig.Arguments,
		Result:     "The merged object or array.",
		ResultType: sig.Collection,
		Examples: []sig.Example{
			{Title: "Defaults, and what overrides them", Source: "merge { color: 'red', size: 1 } { size: 2 }", Ret: `{"color":"red","size":2}`},
			{Title: "Arrays", Source: "merge [ 0 1 2 3 ] [ 'a' 'b' ]", Ret: `["a","b",2,3]`},
			{Title: "Into what came before", Source: "{ a: 0 }\nmerge { b: 1 }", Ret: `{"a":0,"b":1}`},
			{Title: "A stranger", Source: "merge { a: 0 } { b: 1 } 'nada'", Error: "found a non-object item (string item)"},
			{Title: "A stranger, skipped", Source: "merge { a: 0 } { b: 1 } 'nada' lax: true", Ret: `{"a":0,"b":1}`},
		},
		SeeAlso: []string{"+", "keys", "set", "flatten"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		first := slices.IndexFunc(a.Rets, value.Value.IsCollection)
		if first < 0 {
			return value.Null, vm.BadArgument("give it objects or arrays", "found no array or object to merge")
		}
		kind := a.Rets[first].Kind()
		lax, _ := a.Key("lax", "loose")
		strict, _ := a.Key("strict")
		skip := lax.Equal(value.True) || strict.Equal(value.False)
		cols := make([]value.Value, 0, len(a.Rets)+1)
		for _, v := range a.Rets {
			switch {
			case v.Kind() == kind:
				cols = append(cols, v)
			case !skip:
				return value.Null, vm.BadArgument("leave it out, or add `lax: true` to skip it",
					"found a non-%s item (%s item)", kind, v.TypeName())
			}
		}
		if len(cols) == 1 && a.Ret.Kind() == kind {
			cols = slices.Insert(cols, 0, a.Ret)
		}
		if kind == value.KindList {
			return mergeLists(cols), nil
		}
		o := cols[0].AsObject()
		for _, v := range cols[1:] {
			o = o.Merge(v.AsObject())
		}
		return value.FromObject(o), nil
	},
}

// mergeLists lays the lists over one another, the last one on top.
func mergeLists(lists []value.Value) value.Value {
	var vs []value.Value
	for _, l := range lists {
		top := l.AsList().Slice()
		if len(top) > len(vs) {
			vs = append(vs, top[len(vs):]...)
		}
		copy(vs, top)
	}
	return value.NewList(vs...)
}
