package stdlib

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// call is a call of a procedure: the arguments, the keyed attributes and the
// f.ret it starts with as JSON, in which a string "r/…/" stands for a regular
// expression; and what it gives, or what its error says.
type call struct {
	name, args, keyed, ret string
	want, err              string
}

func (c call) String() string {
	return strings.Join(strings.Fields(fmt.Sprintf("%s %s %s ret:%s", c.name, c.args, c.keyed, c.ret)), " ")
}

func (c call) run(t *testing.T) (value.Value, error) {
	t.Helper()
	parse := func(s, absent string) value.Value {
		if s == "" {
			s = absent
		}
		v, err := value.ParseJSON([]byte(s))
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		return withRegexes(t, v)
	}
	a := &vm.Args{Name: c.name, Rets: parse(c.args, "[]").AsList().Slice(), Ret: parse(c.ret, "null")}
	for k, v := range parse(c.keyed, "{}").AsObject().All() {
		a.Keyed = append(a.Keyed, vm.Arg{Key: k, Value: v})
	}
	a.Last = a.LastArg()
	return vm.NewLibrary(functions()...).Get(c.name).Call(a)
}

func withRegexes(t *testing.T, v value.Value) value.Value {
	switch v.Kind() {
	case value.KindString:
		source, ok := strings.CutPrefix(v.AsString(), "r/")
		if !ok {
			return v
		}
		re, err := value.NewRegex("/" + source)
		if err != nil {
			t.Fatal(err)
		}
		return re
	case value.KindList:
		l := v.AsList()
		for i, e := range l.All() {
			l = l.Set(i, withRegexes(t, e))
		}
		return value.FromList(l)
	}
	return v
}

func testCalls(t *testing.T, calls []call) {
	t.Helper()
	for _, c := range calls {
		got, err := c.run(t)
		switch {
		case c.err == "" && err != nil:
			t.Errorf("%s: unexpected error: %v", c, err)
		case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
			t.Errorf("%s: want an error with %q, got %v, %v", c, c.err, got, err)
		case c.err == "":
			if diff := cmp.Diff(c.want, got.String()); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", c, diff)
			}
		}
	}
}

func TestArith(t *testing.T) {
	testCalls(t, []call{
		{name: "+", want: `0`},
		{name: "+", args: `[null]`, want: `0`},
		{name: "-", want: `0`},
		{name: "*", want: `1`},
		{name: "/", want: `1`},
		{name: "%", err: "modulo % requires at least 2 arguments"},
		{name: "%", args: `[1]`, err: "modulo % requires at least 2 arguments"},
		{name: "%", args: `[null, null]`, err: "% needs numbers"},

		{name: "+", args: `[3, 2, -1]`, want: `4`},
		{name: "+", args: `[0.5, 1, 1.5]`, want: `3`},
		{name: "+", args: `[9223372036854775807, 1]`, want: `9223372036854775808`},
		{name: "-", args: `[3, 2, -1, 5]`, want: `-3`},
		{name: "-", args: `[5]`, want: `-5`},
		{name: "-", args: `[-9223372036854775808]`, want: `9223372036854775808`},
		{name: "*", args: `[3, 2, -1]`, want: `-6`},
		{name: "*", args: `[9223372036854775807, 9223372036854775807]`, want: `85070591730234615847396907784232501249`},
		{name: "*", args: `[0, -1.5]`, want: `0`},
		{name: "/", args: `[1, 2]`, want: `0.5`},
		{name: "/", args: `[6, 3]`, want: `2`},
		{name: "/", args: `[3, 4, 5]`, want: `0.15`},
		{name: "/", args: `[9007199254740993, 1]`, want: `9007199254740993`},
		{name: "%", args: `[11, 5]`, want: `1`},
		{name: "%", args: `[-7, 3]`, want: `2`},
		{name: "%", args: `[7.5, -2]`, want: `-0.5`},

		{name: "+", ret: `[2, 4, 6, 8]`, want: `20`},
		{name: "+", ret: `7`, want: `0`},
		{name: "-", args: `[[10, 3, 2]]`, want: `5`},
		{name: "-", args: `[[10]]`, want: `10`},
		{name: "*", args: `[[2, 4, 6, 8]]`, want: `384`},
		{name: "+", args: `[[]]`, want: `0`},
		{name: "+", args: `[[1], [2, [3]]]`, want: `[1,2,[3]]`},

		{name: "+", args: `["fa", "ble"]`, want: `"fable"`},
		{name: "+", args: `["", 1, true, [1, 2]]`, want: `"1true[1, 2]"`},
		{name: "+", args: `["", null, 1.0, 1e20, {"a": ["x", {}]}]`, want: `"1.01.0e+20{\"a\": [\"x\", {}]}"`},
		{name: "*", args: `["ab", 2, 2]`, want: `"abababab"`},
		{name: "*", args: `["ab", 2.0]`, want: `"abab"`},
		{name: "*", args: `["", 1000000000000000]`, want: `""`},

		{name: "+", keyed: `{"join": 1}`, ret: `[2, 4, 6, 8]`, want: `23`},
		{name: "+", keyed: `{"join": "."}`, ret: `[2, 3, 4]`, want: `"2.3.4"`},
		{name: "+", keyed: `{"join": "-"}`, ret: `[null, null]`, want: `"-"`},
		{name: "+", keyed: `{"join": "."}`, ret: `[]`, want: `0`},
		{name: "+", keyed: `{"join": null}`, ret: `[1, 2]`, want: `3`},
		{name: "*", keyed: `{"join": 10}`, args: `[2, 3]`, want: `60`},

		{name: "+", args: `[1, "nada"]`, err: "+ needs numbers, it can't do with a string"},
		{name: "+", args: `[1, null]`, err: "can't do with null"},
		{name: "+", args: `[true]`, err: `"+" can't do with a boolean`},
		{name: "+", args: `[[1], 2]`, err: "can't do with an array"},
		{name: "-", args: `["a"]`, err: "- needs numbers"},
		{name: "/", args: `["10", 2]`, err: "/ needs numbers"},
		{name: "/", args: `["10"]`, err: `"/" can't do with a string`},
		{name: "*", args: `[2, "a"]`, err: "* needs numbers"},
		{name: "*", args: `["a", 1.5]`, err: "a whole number of times, not 1.5 times"},
		{name: "*", args: `["a", -1]`, err: "can't be repeated -1 times"},
		{name: "*", args: `["a", 1000000000]`, err: `"*" would give a string of more than 16 MiB`},
		{name: "*", args: `["a", 100000000000000000000000]`, err: "more than 16 MiB"},
		{name: "*", args: `[1e308, 10]`, err: "too large for a float"},
		{name: "/", args: `[1, 0]`, err: "divided by 0"},
		{name: "/", args: `[1.5, 0.0]`, err: "divided by 0"},
		{name: "%", args: `[5, 0]`, err: "divided by 0"},
		{name: "%", args: `[5.5, -0.0]`, err: "divided by 0"},
	})
}

// Values share their parts: what is small in memory may be endless as a text,
// or when it is flattened.
func TestSharedParts(t *testing.T) {
	nested := func(v value.Value) value.Value {
		for range 30 {
			v = value.NewList(v, v, v)
		}
		return v
	}
	v := nested(value.String("x"))
	long := value.String(strings.Repeat("x", maxTextBytes/2))
	for _, a := range []*vm.Args{
		{Name: "+", Rets: []value.Value{value.String(""), v}},
		{Name: "flatten", Rets: []value.Value{v}},
		{Name: "flatten", Rets: []value.Value{nested(value.NewList())}},
		{Name: "upcase", Rets: []value.Value{v}},
		{Name: "trim", Rets: []value.Value{value.NewList(long, long, long)}},
	} {
		if _, err := vm.NewLibrary(functions()...).Get(a.Name).Call(a); err == nil || !strings.Contains(err.Error(), "more than") {
			t.Errorf("%s: got %v", a.Name, err)
		}
	}
}

func TestComparison(t *testing.T) {
	testCalls(t, []call{
		{name: "=", want: `true`},
		{name: "!=", args: `[1]`, want: `true`},
		{name: "==", args: `[1, 1.0]`, want: `true`},
		{name: "=", args: `[1, 1, 1]`, want: `true`},
		{name: "=", args: `[1, 2, 1]`, want: `false`},
		{name: "!=", args: `[1, 2, 1]`, want: `true`},
		{name: "<>", args: `["a", "a"]`, want: `false`},
		{name: "!=", args: `[true, 1]`, want: `true`},
		{name: "==", args: `[null, false]`, want: `false`},
		{name: "==", args: `[{"a": 1, "b": [2]}, {"b": [2.0], "a": 1}]`, want: `true`},
		{name: "==", args: `["r/a/", "r/a/"]`, want: `true`},
		{name: "<", args: `[2, 3]`, want: `true`},
		{name: "<", args: `[3, 2.5]`, want: `false`},
		{name: ">", args: `[3, 2, 1]`, want: `true`},
		{name: ">", args: `[3, 2, 4]`, want: `false`},
		{name: ">", args: `[1, 3, 2]`, want: `false`},
		{name: "<=", args: `["alpha", "alphab"]`, want: `true`},
		{name: ">=", args: `["alpha", "alphab"]`, want: `false`},
		{name: "<", args: `["Z", "a"]`, want: `true`},
		{name: "<", args: `[[1, 2], [1, 3]]`, want: `true`},
		{name: "<", args: `[18446744073709551616, 1e20]`, want: `true`},
		{name: "<", args: `["a", 1]`, err: "a string can't be compared with a number"},
		{name: "<=", args: `[true, true]`, err: "can't be compared"},
		{name: ">", args: `[null, 1]`, err: "null can't be compared with a number"},
	})
}

func TestTypes(t *testing.T) {
	testCalls(t, []call{
		{name: "array?", args: `[[]]`, want: `true`},
		{name: "list?", ret: `[]`, want: `true`},
		{name: "array?", args: `[false]`, ret: `[]`, want: `false`},
		{name: "object?", args: `[{}]`, want: `true`},
		{name: "dict?", args: `[{}]`, want: `true`},
		{name: "hash?", args: `[[]]`, want: `false`},
		{name: "boolean?", args: `[false]`, want: `true`},
		{name: "boolean?", args: `[null]`, want: `false`},
		{name: "number?", args: `[0.1]`, want: `true`},
		{name: "number?", args: `[100000000000000000000]`, want: `true`},
		{name: "number?", args: `["1"]`, want: `false`},
		{name: "float?", args: `[1.0]`, want: `true`},
		{name: "float?", args: `[1]`, want: `false`},
		{name: "string?", args: `[1, "a"]`, want: `true`},
		{name: "string?", args: `["r/a/"]`, want: `false`},
		{name: "null?", want: `true`},
		{name: "nil?", args: `[false]`, want: `false`},
		{name: "true?", args: `[1]`, want: `false`},
		{name: "true?", args: `[true]`, want: `true`},
		{name: "false?", args: `["false"]`, want: `false`},
		{name: "pair?", args: `[[0, 1]]`, want: `true`},
		{name: "pair?", args: `[{"a": 1, "b": 2}]`, want: `false`},
		{name: "type-of", args: `[0.1]`, want: `"number"`},
		{name: "type", ret: `{}`, want: `"object"`},
		{name: "type", args: `[true]`, want: `"boolean"`},
		{name: "type", args: `["r/a/"]`, want: `"regex"`},
		{name: "type-of", args: `[null]`, ret: `1`, want: `"null"`},
		{name: "not", want: `true`},
		{name: "not", args: `[0]`, want: `false`},
		{name: "not", args: `[true, false]`, want: `true`},
		{name: "not", ret: `"x"`, want: `false`},
	})
}

// FuzzFunctions calls every function of its arguments with values made up
// from JSON: whatever they are, it has to give a value or an error.
func FuzzFunctions(f *testing.F) {
	for _, seed := range []string{`[]`, `[1, "a"]`, `[[1, [2]], -1.5]`, `[{"a": null}, ["b", true]]`, `["a,b", ","]`, `[3, 9, -2]`} {
		f.Add(seed, `{"join": ".", "lax": true, "from": -2, "count": 3}`)
	}
	lib := vm.NewLibrary(functions()...)
	f.Fuzz(func(t *testing.T, args, keyed string) {
		rets, err := value.ParseJSON([]byte(args))
		attrs, err2 := value.ParseJSON([]byte(keyed))
		if err != nil || err2 != nil || !rets.IsList() || !attrs.IsObject() {
			t.Skip()
		}
		for _, p := range lib.Procedures() {
			for _, name := range p.Sig.Names {
				switch name {
				case "rand", "shuffle", "sample", "timestamp", "ltimestamp", "range", "*":
					continue // they need an execution, or may take long
				}
				a := &vm.Args{Name: name, Rets: rets.AsList().Slice(), Ret: rets, Last: rets}
				for k, v := range attrs.AsObject().All() {
					a.Keyed = append(a.Keyed, vm.Arg{Key: k, Value: v})
				}
				if v, err := p.Call(a); err == nil {
					_ = v.String()
				}
			}
		}
	})
}
