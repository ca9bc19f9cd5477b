package stdlib

import (
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// What a single call may build: enough for any process, and little enough
// that a slip such as `range 1000000000` fails instead of eating the memory.
const (
	maxElements  = 10_000_000
	maxTextBytes = 16 << 20
)

// errTooManyElements is the error of a call that would build too long an array.
func errTooManyElements(proc string) error {
	return vm.LimitExceeded("work on a part of the data at a time",
		"%q would give more than %d elements", proc, maxElements)
}

// errTooLongText is the error of a call that would build too long a string.
func errTooLongText(proc string) error {
	return vm.LimitExceeded("work on a part of the text at a time",
		"%q would give a string of more than %d MiB", proc, maxTextBytes>>20)
}

// aKind names the kind of a value within a sentence: "a string", "an array".
func aKind(v value.Value) string {
	switch v.Kind() {
	case value.KindNull:
		return "null"
	case value.KindList, value.KindObject:
		return "an " + v.TypeName()
	}
	return "a " + v.TypeName()
}
