package stdlib

import (
	"math"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var randomNumber = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"rand"},
		Group: sig.Arithmetic,
		Doc: "Draws a random number: `rand 10` an integer from 0 to 9, `rand 1 7` one from 1 to 6, `rand 1.0` a float of at least 0 and below 1. A bound that is a float makes the number a float.\n\n" +
			"The numbers come from the execution's own seed: a replay draws the same ones. They are no secrets; do not make passwords of them.",
		Args: []sig.Arg{
			{Name: "from", Type: sig.Number, Optional: true, Doc: "The lower bound, which may be drawn; 0 where only one bound is given."},
			{Name: "to", Type: sig.Number, Optional: true, Doc: "The upper bound, which is not drawn; `f.ret` where no bound is given."},
		},
		Body:       sig.Arguments,
		Result:     "The number drawn.",
		ResultType: sig.Number,
		Examples: []sig.Example{
			{Title: "A die", Source: "set n (rand 1 7)\nn >= 1 and n <= 6", Ret: "true"},
			{Title: "A range of one", Source: "rand 41 42", Ret: "41"},
			{Title: "A float", Source: "float? (rand 10.0)", Ret: "true"},
			{Title: "Nothing to draw from", Source: "rand 0", Error: "from 0 up to 0"},
			{Title: "No number", Source: "rand 'abcd'", Error: "expects an integer or a float"},
		},
		SeeAlso: []string{"sample", "shuffle", "range"},
	},
	Call: func(a *vm.Args) (value.Value, error) {
		var bounds []value.Value
		for _, v := range a.Rets {
			if v.IsNumber() {
				bounds = append(bounds, v)
			}
		}
		switch len(bounds) {
		case 0:
			if len(a.Rets) > 0 || !a.Ret.IsNumber() {
				return value.Null, vm.BadArgument("give it a bound, as in `rand 10`", "'%s' expects an integer or a float", a.Name)
			}
			bounds = []value.Value{value.Int(0), a.Ret}
		case 1:
			bounds = []value.Value{value.Int(0), bounds[0]}
		}
		return draw(a.Random, bounds[0], bounds[1])
	},
}

// draw draws a number of at least from and below to.
func draw(random func() uint64, from, to value.Value) (value.Value, error) {
	if c, err := value.Compare(from, to); err != nil || c >= 0 {
		return value.Null, vm.BadArgument("give the lower bound first; the upper one is not drawn itself",
			"there is no number to draw from %s up to %s", from, to)
	}
	switch {
	case from.Kind() == value.KindBig || to.Kind() == value.KindBig,
		math.IsInf(value.ToFloat(from), 0), math.IsInf(value.ToFloat(to), 0):
		return value.Null, vm.BadArgument("", "cannot draw a number of more than 64 bits")
	case from.Kind() == value.KindFloat || to.Kind() == value.KindFloat:
		return value.Float(floatBetween(random, value.ToFloat(from), value.ToFloat(to))), nil
	}
	// The difference may be beyond an int64, but never beyond a uint64.
	span := uint64(to.AsInt()) - uint64(from.AsInt())
	return value.Int(int64(uint64(from.AsInt()) + below(random, span))), nil
}
