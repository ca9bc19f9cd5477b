package value

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestAppendJSON(t *testing.T) {
	tests := []struct {
		v    Value
		want string
	}{
		{Null, "null"}, {True, "true"}, {Int(-5), "-5"},
		{BigInt(bigInt("-123456789012345678901234567890")), "-123456789012345678901234567890"},
		{Float(1), "1.0"}, {Float(math.Copysign(0, -1)), "-0.0"}, {Float(0.1), "0.1"}, {Float(1.5), "1.5"},
		{Float(1e15), "1000000000000000.0"}, {Float(1e16), "1.0e+16"}, {Float(123456789012345680), "1.2345678901234568e+17"},
		{Float(1e100), "1.0e+100"}, {Float(0.0001), "0.0001"}, {Float(0.00001), "1.0e-05"}, {Float(1.5e-7), "1.5e-07"},
		{Float(-2e-9), "-2.0e-09"}, {Float(5e-324), "5.0e-324"}, {Float(9007199254740993), "9007199254740992.0"},
		{Float(math.NaN()), "null"}, {Float(math.Inf(-1)), "null"},
		{String("a/\"\\\b\f\n\r\t\x01\x7f\u2028é<>&"), `"a/\"\\\b\f\n\r\t\u0001` + "\x7f\u2028" + `é<>&"`},
		{String("a\xffb"), `"a` + "\uFFFD" + `b"`},
		{NewList(), "[]"}, {NewObject(), "{}"},
		{NewList(Int(1), NewObject(Member{"b", Null}, Member{"a", NewList(True, False)})), `[1,{"b":null,"a":[true,false]}]`},
		{FromFunc(&Func{Nid: "0_1", Cnid: "0", Fun: 2, Tree: "ab", Line: 3}), `["_func",{"nid":"0_1","cnid":"0","fun":2,"tree":"ab"},3]`},
		{FromFunc(&Func{OnFlavour: "error"}), `["_func",{"nid":"","cnid":"","fun":0,"tree":"","flavour":"error"},0]`},
		{FromProc(&Proc{Name: "sequence", Line: -1}), `["_proc",{"proc":"sequence"},-1]`},
		{FromProc(&Proc{Name: "push", Nid: "0_2", Line: 4}), `["_proc",{"proc":"push","nid":"0_2"},4]`},
		{FromTasker(&Tasker{Name: "bob", Line: 5}), `["_tasker",{"tasker":"bob"},5]`},
		{regex("/a\"b/i"), `["_rxs","/a\"b/i",-1]`},
	}
	for _, tt := range tests {
		got := AppendJSON([]byte("x"), tt.v)
		if string(got) != "x"+tt.want {
			t.Errorf("got %s, want x%s", got, tt.want)
		}
		if b, err := json.Marshal(tt.v); err != nil || !json.Valid(b) {
			t.Errorf("json.Marshal(%s): %s, %v", tt.want, b, err)
		}
	}
}

func TestToText(t *testing.T) {
	for _, tt := range []struct {
		v    Value
		want string
	}{{Null, ""}, {String(`a"b`), `a"b`}, {Int(7), "7"}, {Float(1), "1.0"}, {NewList(String("a"), Null), `["a",null]`}} {
		if got := ToText(tt.v); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestParseJSON(t *testing.T) {
	tests := []struct {
		in   string
		want Value
	}{
		{" null ", Null}, {"\ttrue\n", True}, {"false\r", False},
		{"0", Int(0)}, {"-0", Int(0)}, {"-12", Int(-12)}, {"9223372036854775807", Int(math.MaxInt64)},
		{"9223372036854775808", BigInt(bigInt("9223372036854775808"))},
		{"0.5", Float(0.5)}, {"-0.0", Float(math.Copysign(0, -1))}, {"1e2", Float(100)}, {"1E-2", Float(0.01)}, {"1.5e+1", Float(15)},
		{"1e-999", Float(0)},
		{`"a"`, String("a")}, {`""`, String("")}, {`"é\n\u00e9\/\\\""`, String("é\né/\\\"")},
		{`"\ud83d\ude00"`, String("😀")}, {`"\ud83dx"`, String("\uFFFDx")}, {`"\ude00"`, String("\uFFFD")},
		{`"\ud83d\ud83d\ude00"`, String("\uFFFD😀")},
		{"[]", NewList()}, {"[ ]", NewList()}, {"{ }", NewObject()},
		{"[1 , [2],\n3]", NewList(Int(1), NewList(Int(2)), Int(3))},
		{`{"b":1,"a":{"c":[]}}`, NewObject(Member{"b", Int(1)}, Member{"a", NewObject(Member{"c", NewList()})})},
		{`{"a":1,"b":2,"a":3}`, NewObject(Member{"a", Int(3)}, Member{"b", Int(2)})},
		{strings.Repeat("[", 5000) + strings.Repeat("]", 5000), nested(5000)},
	}
	for _, tt := range tests {
		got, err := ParseJSON([]byte(tt.in))
		if err != nil || !got.Equal(tt.want) {
			t.Errorf("%.50s: got %.50v, %v", tt.in, got, err)
		}
		var v Value
		if err := json.Unmarshal([]byte(tt.in), &v); err != nil || !v.Equal(tt.want) {
			t.Errorf("json.Unmarshal(%.50s): got %.50v, %v", tt.in, v, err)
		}
	}
}

// nested returns lists nested to a depth.
func nested(depth int) Value {
	v := NewList()
	for range depth - 1 {
		v = NewList(v)
	}
	return v
}

func TestParseJSONErrors(t *testing.T) {
	tests := []struct {
		in     string
		offset int
		msg    string
	}{
		{"", 0, "the text ends where a value is expected"},
		{"nul", 0, `'n' stands where a value is expected`},
		{"1 2", 2, "there is more after the value"},
		{"[1,]", 3, `']' stands where a value is expected`},
		{"[1 2]", 3, `'2' stands where a comma or a closing bracket is expected`},
		{"[", 1, "the text ends where a value is expected"},
		{`{"a" 1}`, 5, `'1' stands where a colon is expected`},
		{`{a:1}`, 1, `'a' stands where a key in double quotes is expected`},
		{`{"a":1,}`, 7, `'}' stands where a key in double quotes is expected`},
		{`{"a":1`, 6, "the text ends where a comma or a closing brace is expected"},
		{"01", 0, "a number starts with a needless 0"},
		{"-", 1, "the text ends where a digit is expected"},
		{"+1", 0, `'+' stands where a value is expected`},
		{".5", 0, `'.' stands where a value is expected`},
		{"1.", 2, "the text ends where a digit is expected"},
		{"1e", 2, "the text ends where a digit is expected"},
		{"1e999", 0, "a number is beyond the range of floats"},
		{"NaN", 0, `'N' stands where a value is expected`},
		{`"a`, 2, "the text ends where the end of a string is expected"},
		{"\"a\nb\"", 2, "the control character 0x0a stands bare in a string"},
		{`"\x"`, 2, `'x' stands where an escape sequence is expected`},
		{`"\u12"`, 3, `'1' stands where four hexadecimal digits is expected`},
		{"\"\xff\"", 1, "a string is not valid UTF-8"},
		{strings.Repeat("[", MaxDepth+1), MaxDepth, "collections are nested deeper than 10000"},
		{strings.Repeat("9", 100000), 0, "a number has more than 21845 digits"},
	}
	for _, tt := range tests {
		_, err := ParseJSON([]byte(tt.in))
		var e *JSONError
		if !errors.As(err, &e) || e.Offset != tt.offset || e.Msg != tt.msg {
			t.Errorf("%.20s: got %v, want %s, at byte %d", tt.in, err, tt.msg, tt.offset)
		}
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, v := range samples() {
		f.Add(AppendJSON(nil, v))
	}
	for _, s := range []string{`{"a":1,"a":2}`, `"\ud83d\ude00"`, "[1e5,-0.0,1E-7]", "[[[["} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := ParseJSON(data)
		if err != nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q is taken and is no JSON", data)
		}
		text := AppendJSON(nil, v)
		again, err := ParseJSON(text)
		if err != nil || !again.Equal(v) {
			t.Fatalf("%q gives %s, which gives %v, %v", data, text, again, err)
		}
	})
}
