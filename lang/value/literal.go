package value

import "math/big"

// FromLiteral returns the value of a literal as trees hold it: nil, a bool, an
// int64 or int, a *big.Int, a float64 or a string.
func FromLiteral(v any) Value {
	switch v := v.(type) {
	case bool:
		return Bool(v)
	case int64:
		return Int(v)
	case int:
		return Int(int64(v))
	case *big.Int:
		return BigInt(v)
	case float64:
		return Float(v)
	case string:
		return String(v)
	}
	return Null
}
