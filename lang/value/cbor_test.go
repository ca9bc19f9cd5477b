package value

import (
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"
)

func TestCBORRoundTrip(t *testing.T) {
	all := samples()
	all = append(all, NewList(samples()...), nested(MaxDepth))
	for _, v := range all {
		data := AppendCBOR(nil, v)
		got, err := DecodeCBOR(data)
		if err != nil || !got.Equal(v) {
			t.Errorf("%.100v: %.100x gives %.100v, %v", v, data, got, err)
		}
		if got.Depth() != v.Depth() || got.HasFunc() != v.HasFunc() {
			t.Errorf("%.100v comes back with depth %d, functions %v", v, got.Depth(), got.HasFunc())
		}
	}
}

// The encodings are those of RFC 8949, appendix A.
func TestCBORForm(t *testing.T) {
	tests := []struct {
		v    Value
		want string
	}{
		{Int(0), "00"}, {Int(23), "17"}, {Int(24), "1818"}, {Int(1000), "1903e8"}, {Int(1000000000000), "1b000000e8d4a51000"},
		{BigInt(bigInt("18446744073709551615")), "1bffffffffffffffff"},
		{BigInt(bigInt("18446744073709551616")), "c249010000000000000000"},
		{BigInt(bigInt("-18446744073709551616")), "3bffffffffffffffff"},
		{BigInt(bigInt("-18446744073709551617")), "c349010000000000000000"},
		{Int(-1), "20"}, {Int(-1000), "3903e7"}, {Float(0), "f90000"}, {Float(math.Copysign(0, -1)), "f98000"},
		{Float(1), "f93c00"}, {Float(1.1), "fb3ff199999999999a"}, {Float(65504), "f97bff"}, {Float(100000), "fa47c35000"},
		{Float(3.4028234663852886e+38), "fa7f7fffff"}, {Float(1e300), "fb7e37e43c8800759c"}, {Float(5.960464477539063e-8), "f90001"},
		{Float(0.00006103515625), "f90400"}, {Float(-4), "f9c400"}, {Float(math.Inf(1)), "f97c00"}, {Float(math.NaN()), "f97e00"},
		{Float(math.Inf(-1)), "f9fc00"}, {False, "f4"}, {True, "f5"}, {Null, "f6"}, {String(""), "60"}, {String("ü"), "62c3bc"},
		{String("\xff"), "41ff"}, {NewList(Int(1), NewList(Int(2), Int(3))), "8201820203"},
		{NewObject(Member{"b", Int(1)}, Member{"a", Int(2)}), "a2616201616102"},
		{FromTasker(&Tasker{Name: "a", Line: -1}), "d9f10682616120"},
	}
	for _, tt := range tests {
		if got := hex.EncodeToString(AppendCBOR(nil, tt.v)); got != tt.want {
			t.Errorf("%v: got %s, want %s", tt.v, got, tt.want)
		}
	}
}

func TestCBORErrors(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", "the data ends within a value"},
		{"18", "the data ends within a value"},
		{"6261", "the data ends within a value"},
		{"0000", "there is more after the value"},
		{"1817", "one form"},               // 23 in two bytes
		{"1900ff", "one form"},             // 255 in three
		{"1a0000ffff", "one form"},         // 65535 in five
		{"1b00000000ffffffff", "one form"}, // 2^32-1 in nine
		{"fb3ff0000000000000", "one form"}, // 1.0 as a double
		{"fa3f800000", "one form"},         // 1.0 as a single
		{"f97e01", "one form"},             // another NaN
		{"c24101", "one form"},             // a small large integer
		{"c2490001000000000000", "the data ends"},
		{"c249000100000000000000", "one form"}, // leading zero
		{"61ff", "one form"},                   // not UTF-8
		{"4161", "one form"},                   // UTF-8 as bytes
		{"9fff", "one form"},                   // indefinite length
		{"1c", "one form"},
		{"f7", "not what is expected"}, // undefined
		{"a10102", "not what is expected"},
		{"a2616101616102", "one form"}, // a key twice
		{"9bffffffffffffffff", "the data ends"},
		{"bb7fffffffffffffff", "the data ends"},
		{"5bffffffffffffffff", "the data ends"},
		{"c100", "not what is expected"},
		{"c180", "the tag 1"},
		{"d9f10480", "an array of 0"},
		{"d9f1068261611bffffffffffffffff", "not what is expected"},
		{"d9f106820100", "not what is expected"},
		{strings.Repeat("81", MaxDepth+1) + "80", "deeper than 10000"},
	}
	for _, tt := range tests {
		data, err := hex.DecodeString(tt.in)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := DecodeCBOR(data); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40s: got %.40v, %v, want an error with %q", tt.in, v, err, tt.want)
		}
	}
}

func TestCBORLink(t *testing.T) {
	f := FromFunc(&Func{Nid: "0_1", Tree: "abc", Code: "old"})
	data := AppendCBOR(nil, NewList(f, f))
	d := CBORDecoder{Link: func(f *Func) error {
		f.Code = "linked to " + f.Tree
		return nil
	}}
	v, err := d.Decode(data)
	if err != nil || v.AsList().At(1).AsFunc().Code != "linked to abc" {
		t.Errorf("got %v, %v", v, err)
	}
	broken := errors.New("there is no such tree")
	d.Link = func(*Func) error { return broken }
	if _, err := d.Decode(data); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestCBORDecodeFirst(t *testing.T) {
	data := AppendCBOR(AppendCBOR(nil, String("a")), Int(5))
	v, rest, err := new(CBORDecoder).DecodeFirst(data)
	if err != nil || v.AsString() != "a" || len(rest) != 1 {
		t.Errorf("got %v, %x, %v", v, rest, err)
	}
}

// FuzzDecodeCBOR sees that whatever is decoded has no other encoding.
func FuzzDecodeCBOR(f *testing.F) {
	for _, v := range samples() {
		f.Add(AppendCBOR(nil, v))
	}
	f.Add(AppendCBOR(nil, NewList(samples()...)))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := DecodeCBOR(data)
		if err != nil {
			return
		}
		if again := AppendCBOR(nil, v); string(again) != string(data) {
			t.Fatalf("%x gives %v, encoded %x", data, v, again)
		}
		AppendJSON(nil, v)
	})
}
