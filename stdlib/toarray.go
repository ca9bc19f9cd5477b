package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var conversion = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"to-array", "to-object"},
		Group: sig.Collections,
		Doc: "Turns a value into an array, or an array into an object.\n\n" +
			"`to-array` turns an object into an array of pairs (key and value), `null` into an empty array, and anything else into an array of that one thing; an array it leaves alone. `to-object` is the way back: it takes an array of pairs, or one with keys and values in turn; an object it leaves alone. Keys that are numbers or booleans become strings.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What to turn; `f.ret` where it is left out. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "The array or object.",
		ResultType: sig.Collection,
		Examples: []sig.Example{
			{Title: "Pairs", Source: "to-array { a: 'A', b: 'B' }", Ret: `[["a","A"],["b","B"]]`},
			{Title: "One thing, or nothing", Source: "[ (to-array 123), (to-array null) ]", Ret: "[[123],[]]"},
			{Title: "Keys and values in turn", Source: "to-object [ 'a' 'A' 'b' 'B' ]", Ret: `{"a":"A","b":"B"}`},
			{Title: "There and back", Source: "{ a: 'A' }\nto-array _\nto-object _", Ret: `{"a":"A"}`},
			{Title: "A key without a value", Source: "to-object [ 'a' 1 'b' ]", Error: "even length"},
		},
		SeeAlso: []string{"keys", "merge", "type-of"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		v := a.LastArg()
		if a.Name == "to-array" {
			return toArray(v), nil
		}
		switch v.Kind() {
		case value.KindObject:
			return v, nil
		case value.KindList:
			return toObject(v.AsList().Slice())
		}
		return value.Null, vm.BadArgument("", "to-object wants an array (or an object), not %s", aKind(v))
	},
}

func toArray(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindNull:
		return value.NewList()
	case value.KindList:
		return v
	case value.KindObject:
		members := v.AsObject().Members()
		pairs := make([]value.Value, len(members))
		for i, m := range members {
			pairs[i] = value.NewList(value.String(m.Key), m.Value)
		}
		return value.NewList(pairs...)
	}
	return value.NewList(v)
}

// toObject makes an object of pairs or, unless all are pairs, of keys and
// values in turn.
func toObject(vs []value.Value) (value.Value, error) {
	pairs := true
	for _, v := range vs {
		pairs = pairs && v.IsList() && v.AsList().Len() == 2
	}
	flat := vs
	if pairs {
		flat = make([]value.Value, 0, 2*len(vs))
		for _, v := range vs {
			flat = append(flat, v.AsList().Slice()...)
		}
	}
	if len(flat)%2 != 0 {
		return value.Null, vm.BadArgument("each key needs a value", "to-object expects array with even length, or one of pairs")
	}
	members := make([]value.Member, len(flat)/2)
	for i := range members {
		key := flat[2*i]
		if !key.IsString() && !key.IsNumber() && key.Kind() != value.KindBool {
			return value.Null, vm.BadArgument("keys are strings, numbers or booleans", "to-object can't take %s for a key", aKind(key))
		}
		members[i] = value.Member{Key: value.ToText(key), Value: flat[2*i+1]}
	}
	return value.NewObject(members...), nil
}
