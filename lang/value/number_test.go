package value

import (
	"errors"
	"math"
	"testing"
)

func TestArithmetic(t *testing.T) {
	type op = func(a, b Value) (Value, error)
	tests := []struct {
		op         op
		a, b, want string
	}{
		{Add, "1", "2", "3"},
		{Add, "1", "2.5", "3.5"},
		{Add, "9223372036854775807", "1", "9223372036854775808"},
		{Add, "-9223372036854775808", "-1", "-9223372036854775809"},
		{Add, "9223372036854775808", "-1", "9223372036854775807"},
		{Add, "9223372036854775808", "0.0", "9.223372036854775808e18"},
		{Sub, "1", "2", "-1"},
		{Sub, "0", "-9223372036854775808", "9223372036854775808"},
		{Sub, "-9223372036854775808", "1", "-9223372036854775809"},
		{Sub, "5", "0", "5"},
		{Sub, "1.5", "1", "0.5"},
		{Mul, "3", "-4", "-12"},
		{Mul, "4611686018427387904", "2", "9223372036854775808"},
		{Mul, "-1", "-9223372036854775808", "9223372036854775808"},
		{Mul, "-9223372036854775808", "-1", "9223372036854775808"},
		{Mul, "4294967296", "4294967296", "18446744073709551616"},
		{Mul, "-9223372036854775808", "1", "-9223372036854775808"},
		{Mul, "0.1", "3", "0.30000000000000004"},
		{Mul, "0", "-5", "0"},
		{Div, "7", "2", "3.5"},
		{Div, "6", "2", "3"},
		{Div, "-6", "4", "-1.5"},
		{Div, "7.0", "2", "3.5"},
		{Div, "-9223372036854775808", "-1", "9223372036854775808"},
		{Div, "18446744073709551616", "4294967296", "4294967296"},
		{Div, "18446744073709551616", "3", "6.148914691236517e18"},
		{FloorDiv, "7", "2", "3"},
		{FloorDiv, "-7", "2", "-4"},
		{FloorDiv, "7", "-2", "-4"},
		{FloorDiv, "-7", "-2", "3"},
		{FloorDiv, "-6", "2", "-3"},
		{FloorDiv, "-7.5", "2", "-4.0"},
		{FloorDiv, "-18446744073709551617", "2", "-9223372036854775809"},
		{FloorDiv, "-9223372036854775808", "-1", "9223372036854775808"},
		{Mod, "7", "3", "1"},
		{Mod, "-7", "3", "2"},
		{Mod, "7", "-3", "-2"},
		{Mod, "-7", "-3", "-1"},
		{Mod, "-6", "3", "0"},
		{Mod, "5", "-1", "0"},
		{Mod, "-7.5", "2", "0.5"},
		{Mod, "7.5", "-2", "-0.5"},
		{Mod, "-18446744073709551617", "10", "3"},
		{Mod, "18446744073709551617", "-10", "-3"},
	}
	for i, tt := range tests {
		a, b, want := parse(t, tt.a), parse(t, tt.b), parse(t, tt.want)
		got, err := tt.op(a, b)
		if err != nil || !got.Equal(want) {
			t.Errorf("%d: with %s and %s: got %v, %v, want %s", i, tt.a, tt.b, got, err, tt.want)
		}
		if a.String() != parse(t, tt.a).String() || b.String() != parse(t, tt.b).String() {
			t.Errorf("%d: the operands changed to %v and %v", i, a, b)
		}
	}
	if v, err := Mod(Float(-1), Float(math.Inf(1))); err != nil || !math.IsInf(v.AsFloat(), 1) {
		t.Errorf("-1.0 modulo infinity is %v, %v", v, err)
	}
	if v, err := Neg(Int(math.MinInt64)); err != nil || v.String() != "9223372036854775808" {
		t.Errorf("the negative of the least integer is %v, %v", v, err)
	}
	if v, err := Neg(Float(0)); err != nil || v.String() != "-0.0" {
		t.Errorf("the negative of 0.0 is %v, %v", v, err)
	}
}

func TestArithmeticErrors(t *testing.T) {
	for _, op := range []func(a, b Value) (Value, error){Div, FloorDiv, Mod} {
		if _, err := op(Int(1), Int(0)); !errors.Is(err, ErrZeroDivision) {
			t.Errorf("got %v", err)
		}
	}
	if v, err := Div(Float(1), Int(0)); err != nil || !math.IsInf(v.AsFloat(), 1) {
		t.Errorf("1.0 / 0 is %v, %v", v, err)
	}
	for _, op := range []func(a, b Value) (Value, error){Add, Sub, Mul, Div, FloorDiv, Mod} {
		if _, err := op(Int(1), String("a")); err == nil {
			t.Error("a string is taken for a number")
		}
	}
	if _, err := Add(NewList(), Int(1)); err == nil || err.Error() != "+ needs numbers, it can't do with an array" {
		t.Errorf("got %v", err)
	}
	v, err := Int(3), error(nil)
	for range 100 {
		if v, err = Mul(v, v); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("squaring on and on gives %v", err)
	}
}

func TestIntegral(t *testing.T) {
	for in, want := range map[string]string{
		"2.0": "2", "-0.0": "0", "2.5": "2.5", "1e20": "100000000000000000000", "9223372036854775808.0": "9223372036854775808",
		"7": "7", `"2.0"`: `"2.0"`,
	} {
		if got := Integral(parse(t, in)); !got.Equal(parse(t, want)) {
			t.Errorf("Integral(%s) = %v, want %s", in, got, want)
		}
	}
	if v := Integral(Float(math.Inf(-1))); v.Kind() != KindFloat {
		t.Error(v)
	}
}
