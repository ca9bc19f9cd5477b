package value

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"
)

func bigInt(s string) *big.Int {
	i, ok := new(big.Int).SetString(s, 0)
	if !ok {
		panic(s)
	}
	return i
}

// parse reads a test's JSON.
func parse(t testing.TB, s string) Value {
	t.Helper()
	v, err := ParseJSON([]byte(s))
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return v
}

func regex(source string) Value {
	v, err := NewRegex(source)
	if err != nil {
		panic(err)
	}
	return v
}

// samples returns a value of every kind and of every encoding.
func samples() []Value {
	vs := []Value{
		Null, True, False,
		Float(0), Float(math.Copysign(0, -1)), Float(1), Float(-1.5), Float(0.1), Float(1e300), Float(math.NaN()),
		Float(math.Inf(1)), Float(math.Inf(-1)), Float(65504), Float(65505), Float(6e-8), Float(5.960464477539063e-8),
		Float(2.9802322387695312e-8), Float(6.103515625e-5), Float(1e10), Float(16777216), Float(math.MaxFloat32), Float(math.SmallestNonzeroFloat64),
		String(""), String("a"), String("héllo\n\"\\\x01\u2028"), String(strings.Repeat("x", 300)), String("\xff\x00"),
		NewList(), NewObject(),
		NewList(Int(1), NewList(Null, String("x")), NewObject(Member{"k", NewList()})),
		NewObject(Member{"z", Int(1)}, Member{"a", Int(2)}, Member{"", NewObject(Member{"z", Null})}, Member{"\xfe", Null}),
		FromFunc(&Func{Nid: "0_1", Cnid: "0", Fun: 3, Line: 7, Tree: "abc", OnFlavour: "error"}),
		FromProc(&Proc{Name: "sequence", Line: -1}), FromProc(&Proc{Name: "push", Nid: "0_2-1", Line: 12}),
		FromTasker(&Tasker{Name: "bob", Line: 1}),
		regex("/a+b/i"),
	}
	for _, i := range []int64{0, 1, 23, 24, 255, 256, 65535, 65536, math.MaxUint32, math.MaxUint32 + 1, math.MaxInt64} {
		vs = append(vs, Int(i), Int(-i), Int(-i-1))
	}
	for _, s := range []string{"9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775809",
		"-18446744073709551616", "-18446744073709551617", "123456789012345678901234567890123456789"} {
		vs = append(vs, BigInt(bigInt(s)))
	}
	var long []Value
	var members []Member
	for i := range 300 {
		long = append(long, Int(int64(i)))
		members = append(members, Member{fmt.Sprintf("key %d", i), Int(int64(i))})
	}
	return append(vs, NewList(long...), NewObject(members...))
}

func TestKinds(t *testing.T) {
	tests := []struct {
		v      Value
		kind   Kind
		name   string
		truthy bool
	}{
		{Value{}, KindNull, "null", false},
		{Bool(true), KindBool, "boolean", true},
		{Bool(false), KindBool, "boolean", false},
		{Int(0), KindInt, "number", true},
		{BigInt(big.NewInt(5)), KindInt, "number", true},
		{BigInt(bigInt("9223372036854775808")), KindBig, "number", true},
		{Float(0), KindFloat, "number", true},
		{String(""), KindString, "string", true},
		{NewList(), KindList, "array", true},
		{FromList(nil), KindList, "array", true},
		{NewObject(), KindObject, "object", true},
		{FromObject(nil), KindObject, "object", true},
		{FromFunc(&Func{}), KindFunc, "function", true},
		{FromProc(&Proc{}), KindProc, "procedure", true},
		{FromTasker(&Tasker{}), KindTasker, "tasker", true},
		{regex("/a/"), KindRegex, "regex", true},
	}
	for _, tt := range tests {
		if tt.v.Kind() != tt.kind || tt.v.TypeName() != tt.name || tt.v.Truthy() != tt.truthy {
			t.Errorf("%v: kind %d, name %s, truthy %v; want %d, %s, %v",
				tt.v, tt.v.Kind(), tt.v.TypeName(), tt.v.Truthy(), tt.kind, tt.name, tt.truthy)
		}
	}
	if size := unsafe.Sizeof(Value{}); size != 16+unsafe.Sizeof(uintptr(0)) {
		t.Errorf("a Value takes %d bytes", size)
	}
	if Kind(99).String() != "unknown kind" {
		t.Error("an unknown kind has a name")
	}
}

func TestAccessors(t *testing.T) {
	l, o := ListOf([]Value{Int(1)}), ObjectOf([]Member{{"a", Null}})
	f, p, k := &Func{Nid: "0"}, &Proc{Name: "p"}, &Tasker{Name: "k"}
	if !True.AsBool() || Int(-3).AsInt() != -3 || Float(2.5).AsFloat() != 2.5 || String("é").AsString() != "é" ||
		FromList(l).AsList() != l || FromObject(o).AsObject() != o || FromFunc(f).AsFunc() != f ||
		FromProc(p).AsProc() != p || FromTasker(k).AsTasker() != k || regex("/x/").AsRegex().Source != "/x/" ||
		BigInt(bigInt("0x10000000000000000")).AsBig().BitLen() != 65 {
		t.Error("an accessor gives something else than what went in")
	}
	defer func() {
		if r := recover(); r != "value: a number is used as a string" {
			t.Errorf("recovered %v", r)
		}
	}()
	_ = Int(1).AsString()
}

func TestHasFuncAndDepth(t *testing.T) {
	fn := FromFunc(&Func{Nid: "0"})
	in := NewList(Int(1), NewObject(Member{"a", NewList(fn)}))
	tests := []struct {
		name    string
		v       Value
		hasFunc bool
		depth   int
	}{
		{"scalar", Int(1), false, 0},
		{"function", fn, true, 0},
		{"procedure", FromProc(&Proc{}), false, 0},
		{"empty", NewList(), false, 1},
		{"nested", in, true, 3},
		{"appended", FromList(new(List).Append(Int(1)).Append(in)), true, 4},
		{"set", FromList(in.AsList().Set(1, Null)), false, 1},
		{"set other", FromList(in.AsList().Set(0, NewList())), true, 3},
		{"deleted", FromList(in.AsList().Delete(1)), false, 1},
		{"inserted", FromList(new(List).Append(Null).Insert(0, in)), true, 4},
		{"sub", FromList(in.AsList().Sub(0, 1)), false, 1},
		{"concatenated", FromList(new(List).Append(Null).Concat(in.AsList().Append(Null))), true, 3},
		{"object set", FromObject(new(Object).Set("a", in)), true, 4},
		{"object reset", FromObject(new(Object).Set("a", in).Set("a", Null)), false, 1},
		{"object deleted", FromObject(new(Object).Set("a", in).Set("b", NewList()).Delete("a")), false, 2},
	}
	for _, tt := range tests {
		if tt.v.HasFunc() != tt.hasFunc || tt.v.Depth() != tt.depth {
			t.Errorf("%s: HasFunc %v, Depth %d, want %v, %d", tt.name, tt.v.HasFunc(), tt.v.Depth(), tt.hasFunc, tt.depth)
		}
	}
}

func TestEqual(t *testing.T) {
	b := func(s string) Value { return BigInt(bigInt(s)) }
	tests := []struct {
		a, b          Value
		equal, strict bool
	}{
		{Null, Null, true, true},
		{Null, False, false, false},
		{Int(1), Int(1), true, true},
		{Int(1), Float(1), true, false},
		{Int(1<<53 + 1), Float(1 << 53), false, false},
		{b("1180591620717411303424"), Float(1 << 70), true, false},
		{b("1180591620717411303425"), Float(1 << 70), false, false},
		{b("1180591620717411303424"), b("1180591620717411303424"), true, true},
		{Float(0), Float(math.Copysign(0, -1)), true, false},
		{Float(math.NaN()), Float(math.NaN()), false, true},
		{String("a"), String("a"), true, true},
		{String("1"), Int(1), false, false},
		{NewList(Int(1)), NewList(Float(1)), true, false},
		{NewList(Int(1)), NewList(Int(1), Int(2)), false, false},
		{parse(t, `{"a":1,"b":[2]}`), parse(t, `{"b":[2],"a":1}`), true, false},
		{parse(t, `{"a":1,"b":[2]}`), parse(t, `{"a":1,"b":[2]}`), true, true},
		{parse(t, `{"a":1}`), parse(t, `{"b":1}`), false, false},
		{parse(t, `{"a":1}`), parse(t, `{"a":1,"b":1}`), false, false},
		{FromFunc(&Func{Nid: "0", Code: []int{1}}), FromFunc(&Func{Nid: "0", Code: 2}), true, true},
		{FromFunc(&Func{Nid: "0"}), FromFunc(&Func{Nid: "1"}), false, false},
		{FromFunc(&Func{Nid: "0", Line: 1}), FromFunc(&Func{Nid: "0"}), true, false},
		{FromProc(&Proc{Name: "a", Line: 1}), FromProc(&Proc{Name: "a"}), true, false},
		{FromProc(&Proc{Name: "a"}), FromTasker(&Tasker{Name: "a"}), false, false},
		{FromTasker(&Tasker{Name: "a"}), FromTasker(&Tasker{Name: "a"}), true, true},
		{regex("/a/"), regex("/a/"), true, true},
		{regex("/a/"), regex("/a/i"), false, false},
	}
	for _, tt := range tests {
		for _, ab := range [][2]Value{{tt.a, tt.b}, {tt.b, tt.a}} {
			if Equal(ab[0], ab[1]) != tt.equal || ab[0].Equal(ab[1]) != tt.strict {
				t.Errorf("%v and %v: Equal %v, strictly %v, want %v, %v", ab[0], ab[1], Equal(ab[0], ab[1]), ab[0].Equal(ab[1]), tt.equal, tt.strict)
			}
		}
	}
	for i, v := range samples() {
		for j, w := range samples() {
			if v.Equal(w) != (i == j) {
				// 0 comes twice, as 0 and as -0
				if v.Kind() == KindInt && w.Kind() == KindInt && v.AsInt() == w.AsInt() {
					continue
				}
				t.Errorf("%v (%d) and %v (%d): %v", v, i, w, j, v.Equal(w))
			}
		}
	}
}

func TestCompare(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"1", "2", -1}, {"2", "1.5", 1}, {"1", "1.0", 0}, {"9007199254740993", "9007199254740992.0", 1},
		{"9223372036854775807", "9223372036854775808.0", -1}, {"9223372036854775808", "9223372036854775808.0", 0},
		{"-9223372036854775809", "-1e300", 1}, {"100000000000000000000", "3", 1}, {`"a"`, `"b"`, -1}, {`"Z"`, `"a"`, -1},
		{`"a"`, `"a"`, 0}, {"[1,2]", "[1,3]", -1}, {"[1]", "[1,0]", -1}, {"[]", "[]", 0},
	}
	for _, tt := range tests {
		a, b := parse(t, tt.a), parse(t, tt.b)
		if got, err := Compare(a, b); got != tt.want || err != nil {
			t.Errorf("Compare(%s, %s) = %d, %v, want %d", tt.a, tt.b, got, err, tt.want)
		}
		if got, err := Compare(b, a); got != -tt.want || err != nil {
			t.Errorf("Compare(%s, %s) = %d, %v, want %d", tt.b, tt.a, got, err, -tt.want)
		}
	}
	if c, err := Compare(Int(1), Float(math.Inf(1))); c != -1 || err != nil {
		t.Errorf("1 and infinity: %d, %v", c, err)
	}
	for want, ab := range map[string][2]Value{
		"a string can't be compared with a number":   {String("a"), Int(1)},
		"null can't be compared with null":           {Null, Null},
		"an object can't be compared with a boolean": {NewObject(), True},
		"NaN can't be compared":                      {Int(1), Float(math.NaN())},
	} {
		if _, err := Compare(ab[0], ab[1]); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestGoCmpUsesEqual(t *testing.T) {
	a, b := parse(t, `{"a":[1,2.0,"x"]}`), parse(t, `{"a":[1,2.0,"x"]}`)
	if d := cmp.Diff(a, b); d != "" {
		t.Error(d)
	}
	if cmp.Equal(a, parse(t, `{"a":[1,2,"x"]}`)) {
		t.Error("2.0 and 2 are the same to go-cmp")
	}
}
