package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var keysAndValues = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"keys", "values"},
		Group:      sig.Collections,
		Doc:        "Lists the keys, or the values, of an object, in the object's order. The keys of an array are its indexes, from 0; its values are its elements.",
		Args:       []sig.Arg{{Name: "collection", Type: sig.Collection, Optional: true, Doc: "The object or array; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "The keys or values.",
		ResultType: sig.Array,
		Examples: []sig.Example{
			{Title: "An object", Source: "set o { name: 'Ada', born: 1815 }\n[ (keys o), (values o) ]", Ret: `[["name","born"],["Ada",1815]]`},
			{Title: "An array", Source: "[ 'a' 'b' 'c' ]\nkeys _", Ret: "[0,1,2]"},
			{Title: "No collection", Source: "keys 'x'", Error: "no keys"},
		},
		SeeAlso: []string{"length", "to-array", "merge"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		v := a.LastArg()
		switch {
		case v.IsNull():
			return value.Null, vm.BadArgument("give it an array or an object", "no argument given")
		case v.IsList() && a.Name == "values":
			return v, nil
		case v.IsList():
			return integers(v.AsList().Len()), nil
		case !v.IsObject():
			return value.Null, vm.BadArgument("give it an array or an object", "received %s, no %s", aKind(v), a.Name)
		}
		members := v.AsObject().Members()
		vs := make([]value.Value, len(members))
		for i, m := range members {
			if a.Name == "keys" {
				vs[i] = value.String(m.Key)
			} else {
				vs[i] = m.Value
			}
		}
		return value.NewList(vs...), nil
	},
}

// integers returns the list of the integers from 0 up to, but not including, n.
func integers(n int) value.Value {
	vs := make([]value.Value, n)
	for i := range vs {
		vs[i] = value.Int(int64(i))
	}
	return value.NewList(vs...)
}
