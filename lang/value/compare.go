package value

import (
	"fmt"
	"math"
	"math/big"
	"strings"
)

// Equal tells whether a and b are equal in the language: numbers by what they
// stand for (1 is 1.0, NaN is nothing), lists by their elements
// in order, objects by their members in any order. Where functions,
// procedures, taskers and regular expressions were written makes no
// difference.
func Equal(a, b Value) bool {
	if a.IsNumber() && b.IsNumber() {
		c, ok := compareNumbers(a, b)
		return ok && c == 0
	}
	if a.kind != b.kind {
		return false
	}
	if a.shares(b) {
		return true
	}
	switch a.kind {
	case KindList:
		x, y := a.AsList().Slice(), b.AsList().Slice()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case KindObject:
		x, y := a.AsObject(), b.AsObject()
		if x.Len() != y.Len() {
			return false
		}
		for k, v := range x.All() {
			w, ok := y.Get(k)
			if !ok || !Equal(v, w) {
				return false
			}
		}
		return true
	case KindFunc:
		x, y := *a.AsFunc(), *b.AsFunc()
		x.Line, y.Line = 0, 0
		return x.same(&y)
	case KindProc:
		x, y := a.AsProc(), b.AsProc()
		return x.Name == y.Name && x.Nid == y.Nid
	case KindTasker:
		return a.AsTasker().Name == b.AsTasker().Name
	case KindRegex:
		return a.AsRegex().Source == b.AsRegex().Source
	}
	return a.Equal(b)
}

// Equal tells whether a and b are the same to the last bit: 1 is not 1.0, 0.0
// is not -0.0, NaN is NaN, the order of an object's keys counts. Only a
// function's Code is not looked at. Stored values read back are Equal to what
// was stored.
func (a Value) Equal(b Value) bool {
	if a.kind != b.kind {
		return false
	}
	if a.shares(b) {
		return true
	}
	switch a.kind {
	case KindFloat:
		x, y := a.AsFloat(), b.AsFloat()
		return a.num == b.num || x != x && y != y
	case KindBig:
		return a.AsBig().Cmp(b.AsBig()) == 0
	case KindString:
		return a.AsString() == b.AsString()
	case KindList:
		x, y := a.AsList().Slice(), b.AsList().Slice()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if !x[i].Equal(y[i]) {
				return false
			}
		}
		return true
	case KindObject:
		x, y := a.AsObject().Members(), b.AsObject().Members()
		if len(x) != len(y) {
			return false
		}
		for i := range x {
			if x[i].Key != y[i].Key || !x[i].Value.Equal(y[i].Value) {
				return false
			}
		}
		return true
	case KindFunc:
		return a.AsFunc().same(b.AsFunc())
	case KindProc:
		return *a.AsProc() == *b.AsProc()
	case KindTasker:
		return *a.AsTasker() == *b.AsTasker()
	case KindRegex:
		x, y := a.AsRegex(), b.AsRegex()
		return x.Source == y.Source && x.Line == y.Line
	}
	return a.num == b.num
}

// Compare returns whether a is less than (-1), equal to (0) or greater than
// (1) b. Two numbers compare, two strings do (byte by byte), and two lists
// whose elements do; everything else, and NaN, is an error.
func Compare(a, b Value) (int, error) {
	switch {
	case a.IsNumber() && b.IsNumber():
		if c, ok := compareNumbers(a, b); ok {
			return c, nil
		}
		return 0, fmt.Errorf("NaN can't be compared")
	case a.kind == KindString && b.kind == KindString:
		return strings.Compare(a.AsString(), b.AsString()), nil
	case a.kind == KindList && b.kind == KindList:
		x, y := a.AsList(), b.AsList()
		for i := range min(x.Len(), y.Len()) {
			if c, err := Compare(x.At(i), y.At(i)); c != 0 || err != nil {
				return c, err
			}
		}
		return sign(x.Len(), y.Len()), nil
	}
	return 0, fmt.Errorf("%s can't be compared with %s", withArticle(a), withArticle(b))
}

func withArticle(v Value) string {
	name := v.TypeName()
	switch {
	case v.IsNull():
		return name
	case strings.IndexByte("aeiou", name[0]) >= 0:
		return "an " + name
	}
	return "a " + name
}

func sign[T int | int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// compareNumbers compares exactly, however large the integer and the float
// are. It is false where one is NaN.
func compareNumbers(a, b Value) (int, bool) {
	switch {
	case a.kind == KindInt && b.kind == KindInt:
		return sign(a.AsInt(), b.AsInt()), true
	case a.kind == KindFloat && b.kind == KindFloat:
		x, y := a.AsFloat(), b.AsFloat()
		return sign(x, y), x == x && y == y
	case a.kind == KindFloat:
		c, ok := compareNumbers(b, a)
		return -c, ok
	case b.kind != KindFloat:
		return toBig(a).Cmp(toBig(b)), true
	}
	f := b.AsFloat()
	switch {
	case f != f:
		return 0, false
	case math.IsInf(f, 0):
		return sign(0, f), true
	case a.kind == KindInt && -1<<53 <= a.AsInt() && a.AsInt() <= 1<<53:
		return sign(float64(a.AsInt()), f), true
	}
	return new(big.Float).SetInt(toBig(a)).Cmp(big.NewFloat(f)), true
}
