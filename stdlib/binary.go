package stdlib

import "github.com/florc-lang/florc/lang/value"

// Two small integers are by far the most frequent operands: the functions
// here compute what Call would for them, and leave everything else to it.

func binaryArith(name string) func(a, b value.Value) (value.Value, bool) {
	switch name {
	case "+":
		return func(a, b value.Value) (value.Value, bool) {
			if !areInts(a, b) {
				return value.Null, false
			}
			x, y := a.AsInt(), b.AsInt()
			sum := x + y
			return value.Int(sum), (sum > x) == (y > 0)
		}
	case "-":
		return func(a, b value.Value) (value.Value, bool) {
			if !areInts(a, b) {
				return value.Null, false
			}
			x, y := a.AsInt(), b.AsInt()
			difference := x - y
			return value.Int(difference), (difference < x) == (y > 0)
		}
	case "*":
		return func(a, b value.Value) (value.Value, bool) {
			if !areInts(a, b) {
				return value.Null, false
			}
			x, y := a.AsInt(), b.AsInt()
			return value.Int(x * y), isSmall(x) && isSmall(y)
		}
	case "%":
		return func(a, b value.Value) (value.Value, bool) {
			if !areInts(a, b) || a.AsInt() < 0 || b.AsInt() <= 0 {
				return value.Null, false
			}
			return value.Int(a.AsInt() % b.AsInt()), true
		}
	}
	return nil
}

func binaryCompare(name string) func(a, b value.Value) (value.Value, bool) {
	var holds func(x, y int64) bool
	switch name {
	case "=", "==":
		holds = func(x, y int64) bool { return x == y }
	case "!=", "<>":
		holds = func(x, y int64) bool { return x != y }
	case "<":
		holds = func(x, y int64) bool { return x < y }
	case "<=":
		holds = func(x, y int64) bool { return x <= y }
	case ">":
		holds = func(x, y int64) bool { return x > y }
	case ">=":
		holds = func(x, y int64) bool { return x >= y }
	default:
		return nil
	}
	return func(a, b value.Value) (value.Value, bool) {
		if !areInts(a, b) {
			return value.Null, false
		}
		return value.Bool(holds(a.AsInt(), b.AsInt())), true
	}
}

func areInts(a, b value.Value) bool { return a.Kind() == value.KindInt && b.Kind() == value.KindInt }

func isSmall(x int64) bool { return -1<<31 < x && x < 1<<31 }
