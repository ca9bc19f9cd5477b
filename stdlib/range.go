package stdlib

import (
	"math/big"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var numberRange = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"range"},
		Group: sig.Collections,
		Doc: "Lists the numbers from a start up, or down, to an end, the end left out.\n\n" +
			"`range 4` starts at 0, `range 4 7` at 4, and `range 4 14 2` goes in steps of 2. Without a step, it goes by 1 towards the end, so `range 3 0` counts down. As arguments the numbers are cut down to integers; as attributes they may be floats.",
		Attrs: []sig.Attr{
			{Names: []string{"from", "start"}, Type: sig.Number, Doc: "Where to start.", Default: "0"},
			{Names: []string{"to", "end"}, Type: sig.Number, Doc: "Where to stop; this number itself is not in the range.", Default: "0"},
			{Names: []string{"by", "step", "inc"}, Type: sig.Number, Doc: "How far each step goes, negative to go down; not 0."},
		},
		Args: []sig.Arg{
			{Name: "start", Type: sig.Integer, Optional: true, Doc: "Where to start; 0 where there is only one number, which then is the end."},
			{Name: "end", Type: sig.Integer, Optional: true, Doc: "Where to stop."},
			{Name: "step", Type: sig.Integer, Optional: true, Doc: "How far each step goes."},
		},
		Body:       sig.Arguments,
		Result:     "The numbers, in order.",
		ResultType: sig.Array,
		Examples: []sig.Example{
			{Title: "Up to four", Source: "range 4", Ret: "[0,1,2,3]"},
			{Title: "With a start and a step", Source: "range 4 14 3", Ret: "[4,7,10,13]"},
			{Title: "Downwards", Source: "[ (range 3 0), (range from: 9 to: 1 by: -2) ]", Ret: "[[3,2,1],[9,7,5,3]]"},
			{Title: "Halves", Source: "range to: 2 by: 0.5", Ret: "[0,0.5,1.0,1.5]"},
			{Title: "No progress", Source: "range 1 8 0", Error: "range step is 0"},
		},
		SeeAlso: []string{"each", "map", "slice"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		var given []value.Value
		for _, v := range a.Rets {
			if v.IsNumber() {
				given = append(given, truncated(v))
			}
		}
		start, end, step := value.Int(0), value.Int(0), value.Null
		switch len(given) {
		case 0:
		case 1:
			end = given[0]
		case 2:
			start, end = given[0], given[1]
		default:
			start, end, step = given[0], given[1], given[2]
		}
		for _, attr := range []struct {
			to    *value.Value
			names []string
		}{{&start, []string{"from", "start"}}, {&end, []string{"to", "end"}}, {&step, []string{"by", "step", "inc"}}} {
			v, _ := a.Key(attr.names...)
			switch {
			case !v.Truthy():
			case !v.IsNumber():
				return value.Null, vm.TypeMismatch("", "%s: of %q wants a number, not %s", attr.names[0], a.Name, aKind(v))
			default:
				*attr.to = v
			}
		}
		vs, err := numbersBetween(start, end, step)
		if err != nil {
			return value.Null, err
		}
		return value.NewList(vs...), nil
	},
}

// truncated returns a number without its fraction, as an integer.
func truncated(v value.Value) value.Value {
	if v.Kind() != value.KindFloat {
		return v
	}
	i, _ := big.NewFloat(v.AsFloat()).Int(nil)
	return value.BigInt(i)
}

// numbersBetween lists the numbers from start to end, end left out. A null
// step is 1, or -1 where end is below start.
func numbersBetween(start, end, step value.Value) ([]value.Value, error) {
	order := func(a, b value.Value) int { // numbers compare: none of them is NaN
		c, _ := value.Compare(a, b)
		return c
	}
	ahead := order(end, start)
	if step.IsNull() {
		step = value.Int(1)
		if ahead < 0 {
			step = value.Int(-1)
		}
	}
	direction := order(step, value.Int(0))
	if direction == 0 {
		return nil, vm.BadArgument("a step of 1 goes up, one of -1 down", "range step is 0")
	}
	if ahead != direction {
		return nil, nil
	}
	distance, err := value.Sub(end, start)
	if err == nil {
		distance, err = value.Div(distance, step)
	}
	if err != nil || order(distance, value.Int(maxElements)) > 0 {
		return nil, errTooManyElements("range")
	}
	var vs []value.Value
	for at := start; order(end, at) == direction; {
		vs = append(vs, at)
		next, err := value.Add(at, step)
		if err != nil || order(next, at) == 0 {
			return nil, vm.BadArgument("", "the range step %s is too small to get on from %s", step, at)
		}
		at = next
	}
	return vs, nil
}
