package stdlib

import (
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// maxIndex is beyond every index; larger integers are taken for it, so that
// sums of a few of them do not overflow.
const maxIndex = 1 << 40

// asIndex returns the integer that v is, brought within ±maxIndex.
func asIndex(v value.Value) (int64, bool) {
	switch v.Kind() {
	case value.KindInt:
		return min(max(v.AsInt(), -maxIndex), maxIndex), true
	case value.KindBig:
		return int64(v.AsBig().Sign()) * maxIndex, true
	}
	return 0, false
}

// indexes returns the integers among the arguments.
func indexes(args []value.Value) []int64 {
	var is []int64
	for _, v := range args {
		if i, ok := asIndex(v); ok {
			is = append(is, i)
		}
	}
	return is
}

// indexAttr reads a keyed attribute as an index or a count. Null and false
// count as not given.
func indexAttr(a *vm.Args, names ...string) (i int64, given bool, err error) {
	v, _ := a.Key(names...)
	if !v.Truthy() {
		return 0, false, nil
	}
	i, ok := asIndex(value.Integral(v))
	if !ok {
		return 0, false, vm.TypeMismatch("give a whole number such as 2 or -1",
			"%s: of %q wants an integer, not %s", names[0], a.Name, aKind(v))
	}
	return i, true, nil
}
