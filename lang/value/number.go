package value

import (
	"errors"
	"fmt"
	"math"
	"math/big"
)

// MaxIntBits bounds the integers that arithmetic gives, so that a program
// that squares in a loop gets an error rather than all of the memory.
const MaxIntBits = 1 << 16

// The errors of arithmetic, beside operands that are no numbers.
var (
	ErrZeroDivision = errors.New("division by zero")
	ErrTooLarge     = fmt.Errorf("the result is an integer of more than %d bits", MaxIntBits)
)

// toBig returns an integer of either kind as a big.Int, not to be changed.
func toBig(v Value) *big.Int {
	if v.kind == KindBig {
		return v.AsBig()
	}
	return big.NewInt(v.AsInt())
}

// ToFloat returns the float nearest to the number v; ±Inf where an integer is
// beyond all floats. It panics where v is no number.
func ToFloat(v Value) float64 {
	switch v.kind {
	case KindInt:
		return float64(v.AsInt())
	case KindBig:
		f, _ := new(big.Float).SetInt(v.AsBig()).Float64()
		return f
	}
	return v.AsFloat()
}

// operands checks that both are numbers and tells whether both are integers.
func operands(op string, a, b Value) (integers bool, err error) {
	for _, v := range [...]Value{a, b} {
		if !v.IsNumber() {
			return false, fmt.Errorf("%s needs numbers, it can't do with %s", op, withArticle(v))
		}
	}
	return a.kind != KindFloat && b.kind != KindFloat, nil
}

func bigResult(z *big.Int) (Value, error) {
	if z.BitLen() > MaxIntBits {
		return Null, ErrTooLarge
	}
	return BigInt(z), nil
}

// Add returns a+b: of two integers an integer of whatever size, else a float.
func Add(a, b Value) (Value, error) {
	if a.kind == KindInt && b.kind == KindInt {
		x, y := a.AsInt(), b.AsInt()
		if z := x + y; (z > x) == (y > 0) {
			return Int(z), nil
		}
	}
	switch integers, err := operands("+", a, b); {
	case err != nil:
		return Null, err
	case integers:
		return bigResult(new(big.Int).Add(toBig(a), toBig(b)))
	}
	return Float(ToFloat(a) + ToFloat(b)), nil
}

// Sub returns a-b: of two integers an integer of whatever size, else a float.
func Sub(a, b Value) (Value, error) {
	if a.kind == KindInt && b.kind == KindInt {
		x, y := a.AsInt(), b.AsInt()
		if z := x - y; (z < x) == (y > 0) {
			return Int(z), nil
		}
	}
	switch integers, err := operands("-", a, b); {
	case err != nil:
		return Null, err
	case integers:
		return bigResult(new(big.Int).Sub(toBig(a), toBig(b)))
	}
	return Float(ToFloat(a) - ToFloat(b)), nil
}

// Mul returns a*b: of two integers an integer of whatever size, else a float.
func Mul(a, b Value) (Value, error) {
	if a.kind == KindInt && b.kind == KindInt {
		x, y := a.AsInt(), b.AsInt()
		if x == 0 || y == 0 {
			return Int(0), nil
		}
		if z := x * y; z/y == x && (z < 0) == ((x < 0) != (y < 0)) {
			return Int(z), nil
		}
	}
	switch integers, err := operands("*", a, b); {
	case err != nil:
		return Null, err
	case integers:
		x, y := toBig(a), toBig(b)
		if x.BitLen()+y.BitLen() > MaxIntBits+1 {
			return Null, ErrTooLarge
		}
		return bigResult(new(big.Int).Mul(x, y))
	}
	// The conversion keeps the compiler from fusing the product with a later
	// sum, which would round differently on arm64.
	return Float(float64(ToFloat(a) * ToFloat(b))), nil
}

// Div returns a/b: of two integers the integer if it is one, else the float
// nearest to the quotient. Dividing an integer by the integer 0 is
// ErrZeroDivision; with a float it gives an infinity or NaN.
func Div(a, b Value) (Value, error) {
	integers, err := operands("/", a, b)
	switch {
	case err != nil:
		return Null, err
	case !integers:
		return Float(ToFloat(a) / ToFloat(b)), nil
	case isZero(b):
		return Null, ErrZeroDivision
	case a.kind == KindInt && b.kind == KindInt && b.AsInt() != -1:
		x, y := a.AsInt(), b.AsInt()
		if x%y == 0 {
			return Int(x / y), nil
		}
	}
	x, y := toBig(a), toBig(b)
	if q, r := new(big.Int).QuoRem(x, y, new(big.Int)); r.Sign() == 0 {
		return BigInt(q), nil
	}
	f, _ := new(big.Rat).SetFrac(x, y).Float64()
	return Float(f), nil
}

// FloorDiv returns the quotient of a and b rounded down: of two integers an
// integer, else a float. Division by the integer 0 is ErrZeroDivision.
func FloorDiv(a, b Value) (Value, error) {
	integers, err := operands("/", a, b)
	switch {
	case err != nil:
		return Null, err
	case !integers:
		return Float(math.Floor(ToFloat(a) / ToFloat(b))), nil
	case isZero(b):
		return Null, ErrZeroDivision
	}
	q, _ := floorDivMod(a, b)
	return q, nil
}

// Mod returns a modulo b, which has the sign of b: of two integers an integer,
// else a float. Modulo the integer 0 is ErrZeroDivision.
func Mod(a, b Value) (Value, error) {
	integers, err := operands("%", a, b)
	switch {
	case err != nil:
		return Null, err
	case !integers:
		x, y := ToFloat(a), ToFloat(b)
		m := math.Mod(x, y)
		switch {
		case math.IsInf(y, 0) && !math.IsInf(x, 0) && x != 0 && (x < 0) != (y < 0):
			m = y
		case m != 0 && (m < 0) != (y < 0):
			m += y
		}
		return Float(m), nil
	case isZero(b):
		return Null, ErrZeroDivision
	}
	_, m := floorDivMod(a, b)
	return m, nil
}

// floorDivMod divides integers, b not being 0.
func floorDivMod(a, b Value) (q, m Value) {
	if a.kind == KindInt && b.kind == KindInt && b.AsInt() != -1 {
		x, y := a.AsInt(), b.AsInt()
		q, r := x/y, x%y
		if r != 0 && (r < 0) != (y < 0) {
			q, r = q-1, r+y
		}
		return Int(q), Int(r)
	}
	x, y := toBig(a), toBig(b)
	z, r := new(big.Int).QuoRem(x, y, new(big.Int))
	if r.Sign() != 0 && r.Sign() != y.Sign() {
		z.Sub(z, big.NewInt(1))
		r.Add(r, y)
	}
	return BigInt(z), BigInt(r)
}

func isZero(v Value) bool { return v.kind == KindInt && v.num == 0 }

// Neg returns -a.
func Neg(a Value) (Value, error) {
	if a.kind == KindFloat {
		return Float(-a.AsFloat()), nil
	}
	return Sub(Int(0), a)
}

// Integral returns the integer that the float v stands for where it has no
// fraction (2.0 gives 2), and any other value as it is.
func Integral(v Value) Value {
	if v.kind != KindFloat {
		return v
	}
	f := v.AsFloat()
	switch {
	case f != math.Trunc(f) || math.IsInf(f, 0):
		return v
	case -1<<63 <= f && f < 1<<63:
		return Int(int64(f))
	}
	i, _ := big.NewFloat(f).Int(nil)
	return BigInt(i)
}
