package stdlib

import "github.com/florc-lang/florc/vm"

// functions lists the procedures that are functions of their arguments.
func functions() []*vm.Procedure {
	return []*vm.Procedure{
		arith, comparison, conversion, extremes, flatten, includes, isEmpty, keysAndValues,
		length, letterCase, matchr, merge, not, numberRange, randomNumber, reverse,
		shuffle, slice, split, timestamp, typeOf, typeTests,
	}
}
