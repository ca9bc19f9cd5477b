package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var extremes = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"max", "min"},
		Group: sig.Collections,
		Doc: "Picks the largest, or the smallest, element of an array, or value of an object. Of several that are equal it picks the first; of none, `null`.\n\n" +
			"The elements have to be comparable with `<`: numbers, or strings, or arrays of such. `lax: true` takes any mixture, and puts strings before numbers, then arrays, `false`, `null`, `true`, and objects.",
		Attrs: []sig.Attr{{
			Names: []string{"lax", "loose"}, Type: sig.Boolean, Default: "false",
			Doc: "When true, elements of different types can be compared too.",
		}},
		Args:       []sig.Arg{{Name: "collection", Type: sig.Collection, Optional: true, Doc: "The array or object; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "The largest or smallest element.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Numbers", Source: "set a [ 3 7 5 ]\n[ (max a), (min a) ]", Ret: "[7,3]"},
			{Title: "The values of an object", Source: "max { ada: 36, alan: 41 }", Ret: "41"},
			{Title: "A mixture", Source: "max [ 1 'two' ]", Error: "can't be compared"},
			{Title: "A mixture, by force", Source: "min [ 1 'two' ] lax: true", Ret: `"two"`},
		},
		SeeAlso: []string{"sort", "<", "reduce"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		var vs []value.Value
		switch v := a.LastArg(); v.Kind() {
		case value.KindList:
			vs = v.AsList().Slice()
		case value.KindObject:
			for _, m := range v.AsObject().Members() {
				vs = append(vs, m.Value)
			}
		default:
			return value.Null, vm.BadArgument("give it an array or an object, as in `"+a.Name+" [ 1 2 3 ]`",
				"found no argument that can %s, only %s", a.Name, aKind(v))
		}
		lax, _ := a.Key("lax", "loose")
		return extreme(vs, a.Name == "max", lax.Equal(value.True))
	},
}

// extreme returns the first of the greatest, or of the smallest, values.
func extreme(vs []value.Value, greatest, lax bool) (value.Value, error) {
	if len(vs) == 0 {
		return value.Null, nil
	}
	best := vs[0]
	for _, v := range vs[1:] {
		var c int
		if lax {
			c = compareLax(v, best)
		} else {
			var err error
			if c, err = value.Compare(v, best); err != nil && !value.Equal(v, best) {
				return value.Null, vm.NotComparable("%s", err)
			}
		}
		if greatest && c > 0 || !greatest && c < 0 {
			best = v
		}
	}
	return best, nil
}

// compareLax is a total order that keeps to the natural one within numbers,
// strings and arrays. Across types it is the order of their JSON texts, which
// the first character decides; functions and the like come last.
func compareLax(a, b value.Value) int {
	if ra, rb := laxRank(a), laxRank(b); ra != rb {
		return ra - rb
	}
	if c, err := value.Compare(a, b); err == nil {
		return c
	}
	switch {
	case a.IsList() && b.IsList():
		x, y := a.AsList().Slice(), b.AsList().Slice()
		for i := range min(len(x), len(y)) {
			if c := compareLax(x[i], y[i]); c != 0 {
				return c
			}
		}
		return len(x) - len(y)
	case a.IsObject() && b.IsObject():
		x, y := a.AsObject().Members(), b.AsObject().Members()
		for i := range min(len(x), len(y)) {
			if c := compareLax(value.String(x[i].Key), value.String(y[i].Key)); c != 0 {
				return c
			}
			if c := compareLax(x[i].Value, y[i].Value); c != 0 {
				return c
			}
		}
		return len(x) - len(y)
	}
	return 0
}

func laxRank(v value.Value) int {
	switch v.Kind() {
	case value.KindString:
		return 0
	case value.KindInt, value.KindFloat, value.KindBig:
		return 1
	case value.KindList:
		return 2
	case value.KindBool:
		if v.AsBool() {
			return 5
		}
		return 3
	case value.KindNull:
		return 4
	case value.KindObject:
		return 6
	}
	return 7
}
