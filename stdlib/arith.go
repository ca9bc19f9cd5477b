package stdlib

import (
	"errors"
	"math"
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var arith = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"+", "-", "*", "/", "%"},
		Group: sig.Arithmetic,
		Doc: "Adds, subtracts, multiplies, divides, or takes the remainder. Written between its operands (`a + b`) or before them (`+ a b c`), it works from left to right; given a single array, it works on the elements.\n\n" +
			"Integers have no upper bound. A division gives an integer where it comes out even and a float where it does not, so `7 / 2` is `3.5`. Dividing by zero is an error. The remainder has the sign of the divisor: `-7 % 3` is `2`. A lone operand of `-` is negated.\n\n" +
			"`+` joins strings too: once a string has come up, everything after it is turned into text. It also joins arrays. `*` repeats a string.",
		Attrs: []sig.Attr{{
			Names: []string{"join"}, Type: sig.Any,
			Doc: "A value put between each two operands. A string makes `+` join all of them as text.",
		}},
		Args: []sig.Arg{{
			Name: "operand", Type: sig.Any, Optional: true, Repeated: true,
			Doc: "What to compute with. Without operands, the elements of the array in `f.ret`; failing that `+` and `-` give 0, `*` and `/` give 1.",
		}},
		Body:       sig.Arguments,
		Result:     "The number, string or array that comes out. A float without a fraction becomes an integer.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Between operands", Source: "10 - 3 + 2 * 4", Ret: "15"},
			{Title: "Before them", Source: "* 2 3 7", Ret: "42"},
			{Title: "Even and uneven divisions", Source: "[ 6 / 3, 7 / 2 ]", Ret: "[2,3.5]"},
			{Title: "The sum of an array", Source: "[ 2 4 6 8 ]\n+ _", Ret: "20"},
			{Title: "Text first, then anything", Source: `"total: " + 12 + null + [ 1 2 ]`, Ret: `"total: 12[1, 2]"`},
			{Title: "A list of words", Source: "[ 'a' 'b' 'c' ]\n+ join: ', '", Ret: `"a, b, c"`},
			{Title: "A number first", Source: `1 + "one"`, Error: "+ needs numbers"},
			{Title: "Division by zero", Source: "1 / 0", Error: "divided by 0"},
		},
		SeeAlso: []string{"==", "range", "max"},
	},
	KeyedFirst: true,
	Call:       callArith,
	Binary:     binaryArith,
}

func callArith(a *vm.Args) (value.Value, error) {
	operands := a.Rets
	if len(operands) == 0 && a.Ret.IsList() {
		operands = []value.Value{a.Ret}
	}
	unary := len(operands) == 1 && !operands[0].IsList()
	if len(operands) == 1 && !unary {
		operands = operands[0].AsList().Slice()
	}
	if a.Name == "%" && len(operands) < 2 {
		return value.Null, vm.BadArgument("write `a % b`", "modulo %% requires at least 2 arguments")
	}
	if join, ok := a.Key("join"); ok && join.Truthy() && len(operands) > 0 {
		operands = interleave(operands, join)
	}
	if allNull(operands) && a.Name != "%" {
		if a.Name == "*" || a.Name == "/" {
			return value.Int(1), nil
		}
		return value.Int(0), nil
	}
	var result value.Value
	var err error
	switch {
	case a.Name == "+":
		result, err = sum(operands)
	case a.Name == "-" && unary:
		result, err = value.Neg(operands[0])
	default:
		result, err = fold(a.Name, operands)
	}
	if err != nil {
		return value.Null, arithError(a.Name, err)
	}
	switch {
	case result.Kind() == value.KindFloat:
		if f := result.AsFloat(); math.IsInf(f, 0) || math.IsNaN(f) {
			return value.Null, vm.BadArgument("floats end near 1.8e308; integers do not", "the result of %q is too large for a float", a.Name)
		}
		return value.Integral(result), nil
	case result.IsNumber(),
		result.IsString() && (a.Name == "+" || a.Name == "*"),
		result.IsList() && a.Name == "+":
		return result, nil
	}
	// A lone operand went through untouched.
	return value.Null, vm.TypeMismatch("", "%q can't do with %s", a.Name, aKind(result))
}

// arithError turns an error of lang/value into one for the node.
func arithError(op string, err error) error {
	var known *vm.Error
	switch {
	case errors.As(err, &known):
		return known
	case errors.Is(err, value.ErrZeroDivision):
		return vm.ZeroDivision()
	case errors.Is(err, value.ErrTooLarge):
		return vm.BadArgument("use floats where the last digits do not matter", "%s", err)
	case op == "+":
		return vm.TypeMismatch(`to make text of it all, put a string first: "" + 1 + 2`, "%s", err)
	case op == "*":
		return vm.TypeMismatch(`look where the value comes from; to repeat a string, put it first: "ab" * 3`, "%s", err)
	}
	return vm.TypeMismatch("", "%s", err)
}

// interleave returns the operands with join between each two. A string makes
// a text of the first operand, and so of the sum.
func interleave(operands []value.Value, join value.Value) []value.Value {
	all := make([]value.Value, 0, 2*len(operands)-1)
	for i, v := range operands {
		if i > 0 {
			all = append(all, join)
		}
		all = append(all, v)
	}
	if join.IsString() {
		all[0] = value.String(displayText(all[0]))
	}
	return all
}

func allNull(vs []value.Value) bool {
	for _, v := range vs {
		if !v.IsNull() {
			return false
		}
	}
	return true
}

// sum adds numbers up to the first string, then text.
func sum(operands []value.Value) (value.Value, error) {
	acc := operands[0]
	for i, v := range operands[1:] {
		var err error
		switch {
		case acc.IsString():
			return joinText(operands[i:], acc)
		case acc.IsList() && v.IsList():
			if acc.AsList().Len()+v.AsList().Len() > maxElements {
				return value.Null, errTooManyElements("+")
			}
			acc = value.FromList(acc.AsList().Concat(v.AsList()))
		default:
			acc, err = value.Add(acc, v)
		}
		if err != nil {
			return value.Null, err
		}
	}
	return acc, nil
}

// joinText appends to the string first the text of the operands behind the
// first one, which first stands for.
func joinText(operands []value.Value, first value.Value) (value.Value, error) {
	var b strings.Builder
	b.WriteString(first.AsString())
	for _, v := range operands[1:] {
		b.WriteString(displayText(v))
		if b.Len() > maxTextBytes {
			return value.Null, errTooLongText("+")
		}
	}
	return value.String(b.String()), nil
}

func fold(op string, operands []value.Value) (value.Value, error) {
	acc := operands[0]
	for _, v := range operands[1:] {
		var err error
		switch op {
		case "-":
			acc, err = value.Sub(acc, v)
		case "*":
			acc, err = times(acc, v)
		case "/", "%":
			if acc.IsNumber() && v.IsNumber() && value.ToFloat(v) == 0 {
				return value.Null, value.ErrZeroDivision
			}
			if op == "/" {
				acc, err = value.Div(acc, v)
			} else {
				acc, err = value.Mod(acc, v)
			}
		}
		if err != nil {
			return value.Null, err
		}
	}
	return acc, nil
}

// times multiplies numbers, and repeats strings.
func times(a, b value.Value) (value.Value, error) {
	if !a.IsString() || !b.IsNumber() {
		return value.Mul(a, b)
	}
	s := a.AsString()
	n, ok := asIndex(value.Integral(b))
	switch {
	case !ok:
		return value.Null, vm.TypeMismatch("", "a string can be repeated a whole number of times, not %s times", b)
	case n < 0:
		return value.Null, vm.BadArgument("", "a string can't be repeated %s times", b)
	case s == "":
		return a, nil
	case n > int64(maxTextBytes/len(s)):
		return value.Null, errTooLongText("*")
	}
	return value.String(strings.Repeat(s, int(n))), nil
}
