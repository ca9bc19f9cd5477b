package value

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func path(t testing.TB, s string) Path {
	t.Helper()
	p, err := ParsePath(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func num(i int) *int { return &i }

func rx(source string) *Regex { return regex(source).AsRegex() }

// pathOptions compare paths by their meaning.
var pathOptions = cmp.Comparer(func(a, b *Regex) bool { return a == b || a != nil && b != nil && a.Source == b.Source })

func TestParsePath(t *testing.T) {
	star, dot, dotstar := Elem{Kind: ElemStar}, Elem{Kind: ElemDot}, Elem{Kind: ElemDotStar}
	step := SliceElem(Slice{Step: num(2)})
	tests := []struct {
		in     string
		want   Path
		out    string // "" if it is in
		single bool
	}{
		{"name", Path{Key("name")}, "", true},
		{"0", Path{Index(0)}, "", true},
		{"-1.b", Path{Index(-1), Key("b")}, "", true},
		{"a.0.b", Path{Key("a"), Index(0), Key("b")}, "", true},
		{"11[0]", Path{Index(11), Index(0)}, "11.0", true},
		{"a['b']", Path{Key("a"), Key("b")}, "a.b", true},
		{`a["b"].c`, Path{Key("a"), Key("b"), Key("c")}, "a.b.c", true},
		{"[0].a", Path{Index(0), Key("a")}, "0.a", true},
		{"0_1_2", Path{Key("0_1_2")}, "", true},
		{"a.0x", Path{Key("a"), Key("0x")}, "", true},
		{`aZ/\0-9^`, Path{Key(`aZ/\0-9^`)}, "", true},
		{"é.名", Path{Key("é"), Key("名")}, "", true},
		{"a.!=.<", Path{Key("a"), Key("!="), Key("<")}, "", true},
		{`\*`, Path{Key("*")}, "", true},
		{`a.\.`, Path{Key("a"), Key(".")}, "", true},
		{`["a b"]`, Path{Key("a b")}, "", true},
		{`x["a.b"].c`, Path{Key("x"), Key("a.b"), Key("c")}, "", true},
		{`x["q\"\n\u00e9"]`, Path{Key("x"), Key("q\"\né")}, `x["q\"\né"]`, true},
		{`x['q\'"']`, Path{Key("x"), Key(`q'"`)}, `x["q'\""]`, true},
		{"*", Path{star}, "", false},
		{"a.*", Path{Key("a"), star}, "", false},
		{"a[*].b", Path{Key("a"), star, Key("b")}, "a.*.b", false},
		{"a..b", Path{Key("a"), dot, Key("b")}, "", false},
		{".a", Path{dot, Key("a")}, "", false},
		{`.["a"]`, Path{dot, Key("a")}, ".a", false},
		{"a...b....c", Path{Key("a"), dot, Key("b"), dot, Key("c")}, "a..b..c", false},
		{"a..*", Path{Key("a"), dotstar}, "", false},
		{"a.[*]", Path{Key("a"), dotstar}, "a..*", false},
		{"a..[*]", Path{Key("a"), dotstar}, "a..*", false},
		{".*", Path{dotstar}, "", false},
		{".*[0]", Path{dotstar, Index(0)}, ".*.0", false},
		{"a[1:3]", Path{Key("a"), SliceElem(Slice{Start: num(1), End: num(3)})}, "", false},
		{"a[-3:-2:2]", Path{Key("a"), SliceElem(Slice{Start: num(-3), End: num(-2), Step: num(2)})}, "", false},
		{"a[::2].b", Path{Key("a"), step, Key("b")}, "", false},
		{"a[2:]", Path{Key("a"), SliceElem(Slice{Start: num(2)})}, "", false},
		{"a[:]", Path{Key("a"), SliceElem(Slice{})}, "", false},
		{"a[0,4]", Path{Key("a"), SliceElem(Slice{Start: num(0), Count: num(4)})}, "", false},
		{"a[,4]", Path{Key("a"), SliceElem(Slice{Start: num(0), Count: num(4)})}, "a[0,4]", false},
		{"a[0,]", Path{Key("a"), Index(0)}, "a.0", true},
		{"a[0,;3]", Path{Key("a"), Union(Index(0), Index(3))}, "a[0;3]", false},
		{"a[0;2]", Path{Key("a"), Union(Index(0), Index(2))}, "", false},
		{`["a","b"]`, Path{Union(Key("a"), Key("b"))}, `["a";"b"]`, false},
		{"x[a,b]", Path{Key("x"), Union(Key("a"), Key("b"))}, `x["a";"b"]`, false},
		{`x["a";]`, Path{Key("x"), Union(Key("a"))}, "", false},
		{"[::2,10:20;99;1,2]", Path{Union(step, SliceElem(Slice{Start: num(10), End: num(20)}), Index(99), SliceElem(Slice{Start: num(1), Count: num(2)}))}, "[::2;10:20;99;1,2]", false},
		{"[ 1 , 2 ]", Path{Union(Index(1), Index(2))}, "[1;2]", false},
		{"x./(a|b)/i", Path{Key("x"), RegexElem(rx("/(a|b)/i"))}, "", false},
		{"x[/a\\/b/,y]", Path{Key("x"), Union(RegexElem(rx(`/a\/b/`)), Key("y"))}, `x[/a\/b/;"y"]`, false},
	}
	for _, tt := range tests {
		p, err := ParsePath(tt.in)
		if err != nil {
			t.Error(err)
			continue
		}
		if d := cmp.Diff(tt.want, p, pathOptions); d != "" {
			t.Errorf("%s: %s", tt.in, d)
		}
		if tt.out == "" {
			tt.out = tt.in
		}
		if got := p.String(); got != tt.out || p.Single() != tt.single {
			t.Errorf("%s: printed %s, single %v; want %s, %v", tt.in, got, p.Single(), tt.out, tt.single)
		}
		back, err := PathFromValue(p.Value())
		if err != nil || !cmp.Equal(back, p, pathOptions) {
			t.Errorf("%s: through the value %v comes %v, %v", tt.in, p.Value(), back, err)
		}
	}
}

func TestParsePathErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "a path can't be empty",
		"a b":                         `path "a b": a dot or a bracket is expected, at character 2`,
		"é.b$":                        `a dot or a bracket is expected, at character 4`,
		"$":                           "a key, an index or a star is expected, at character 1",
		"a[":                          "a comma, a semicolon or a closing bracket is expected",
		"a[]":                         "nothing is in the brackets",
		"a[,]":                        "nothing is in the brackets",
		"a[1x]":                       "a comma, a semicolon or a closing bracket is expected",
		"a[$]":                        "a key, an index, a slice or a star is expected",
		"a[::0]":                      "the step of a slice can't be 0",
		`a["b]`:                       "a quote is not closed",
		`a["\x"]`:                     "this is no quoted key",
		"a./b(/":                      "a parenthesis is not closed",
		"a[99999999999999999999]":     "an index is too large",
		"a[1:99999999999999999999]":   "an index is too large",
		"a[0,99999999999999999999;1]": "an index is too large",
	} {
		if p, err := ParsePath(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want an error with %q", in, p, err, want)
		}
	}
}

func TestPathFromValue(t *testing.T) {
	for in, want := range map[string]string{
		`["f","a",0,-1,2.0]`:                   "f.a.0.-1.2",
		`["*",".","a.b"]`:                      `\*.\.["a.b"]`,
		`[{"start":1,"end":-1,"step":1}]`:      "[1:-1:1]",
		`[{"start":null,"end":null,"step":2}]`: "[::2]",
		`[{"start":1,"count":2}]`:              "[1,2]",
		`["a",["b",1,{"start":0,"end":2}]]`:    `a["b";1;0:2]`,
		`"a..b"`:                               "a..b",
		`[]`:                                   "",
	} {
		p, err := PathFromValue(parse(t, in))
		if err != nil || p.String() != want {
			t.Errorf("%s: got %v, %v, want %s", in, p, err, want)
		}
	}
	for in, want := range map[string]string{
		"1":                       "a path is a list or a string, not a number",
		`["a",null]`:              `element 1 of the path ["a",null]: null is no key, index or slice`,
		`[1.5]`:                   "1.5 is no index",
		`[[]]`:                    "[] is no key",
		`[[["a"]]]`:               `["a"] is no key`,
		`[{"start":"a"}]`:         `"start" of a slice: "a" is no index`,
		`[{"begin":1}]`:           `"begin" is none of`,
		`[{"step":0}]`:            "the step of a slice can't be 0",
		`[{"count":-1}]`:          "the count of a slice can't be negative",
		`[{"count":1,"end":2}]`:   "either a count or an end",
		`[100000000000000000000]`: "is no key, index or slice",
		`[1e300]`:                 "is no index",
	} {
		if p, err := PathFromValue(parse(t, in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v, want an error with %q", in, p, err, want)
		}
	}
}

const pathData = `{
	"cars": [
		{"id": 1, "brand": "audi", "price": 10.5},
		{"id": 2, "brand": "bentley", "price": 99},
		{"id": 3, "brand": "citroën", "price": 7, "color": "red"}],
	"shop": {"name": "north", "7": "seven", "8": ["e", "i"], "price": 0, "first": "mover"},
	"nil": null, "text": "abc", "none": [], "l": [1, 2, 3, 4, 5], "deep": {"price": {"price": [1]}}}`

func TestGet(t *testing.T) {
	data := parse(t, pathData)
	tests := []struct{ path, want, miss string }{
		{"shop.name", `"north"`, ""},
		{"shop.7", `"seven"`, ""},
		{"shop[7]", `"seven"`, ""},
		{"shop.8.1", `"i"`, ""},
		{"shop.8.last", `"i"`, ""},
		{"shop.first", `"mover"`, ""},
		{"cars.1.brand", `"bentley"`, ""},
		{"cars.-1.brand", `"citroën"`, ""},
		{"cars.first.brand", `"audi"`, ""},
		{"cars.First.brand", `"audi"`, ""},
		{"nil", "null", ""},
		{"cars.*.brand", `["audi","bentley","citroën"]`, ""},
		{"cars.*.color", `["red"]`, ""},
		{"cars[1:2].id", "[2,3]", ""},
		{"cars[::2].id", "[1,3]", ""},
		{"cars[1::2].id", "[2]", ""},
		{"cars[-2:-1].id", "[2,3]", ""},
		{"cars[1,5].id", "[2,3]", ""},
		{"cars[2;0].id", "[3,1]", ""},
		{"cars[0;0].id", "[1]", ""},
		{"l[1:3]", "[2,3,4]", ""},
		{"l[3:]", "[4,5]", ""},
		{"l[-2:]", "[4,5]", ""},
		{"l[1:-2]", "[2,3,4]", ""},
		{"l[:1]", "[1,2]", ""},
		{"l[:]", "[1,2,3,4,5]", ""},
		{"l[::-1]", "[5,4,3,2,1]", ""},
		{"l[0:-1:-1]", "[5,4,3,2,1]", ""},
		{"l[3:1:-1]", "[4,3,2]", ""},
		{"l[-1:0:-2]", "[5,3,1]", ""},
		{"l[3:1]", "[]", ""},
		{"l[3:99]", "[4,5]", ""},
		{"l[-9:1]", "[1,2]", ""},
		{"l[0,0]", "[]", ""},
		{"l[4,9223372036854775807]", "[5]", ""},
		{"l[-9223372036854775808:9223372036854775807:9223372036854775807]", "[5]", ""},
		{"l[9223372036854775807:-9223372036854775808:-9223372036854775808]", "", `found nothing at "l.9223372036854775807"`},
		{`shop["name","7","x"]`, `["north","seven"]`, ""},
		{"shop./^n|^p/", `["north",0]`, ""},
		{"..price", `[10.5,99,7,0,{"price":[1]}]`, ""},
		{"deep..price", `[{"price":[1]}]`, ""},
		{"deep..price..0", "[1]", ""},
		{"shop..*", `["north","seven",["e","i"],"e","i",0,"mover"]`, ""},
		{"..nothing", "[]", ""},
		{"none.*", "[]", ""},

		{"x", "", `found nothing at "x"`},
		{"x.0.b", "", `found nothing at "x" ("0.b" remains)`},
		{"shop.x", "", `found nothing at "shop.x"`},
		{"shop.0.b", "", `found nothing at "shop.0" ("b" remains)`},
		{"shop.name.x", "", `found no collection at "shop.name" for key "x"`},
		{"shop.name.0.y", "", `found no collection at "shop.name" for key 0 ("y" remains)`},
		{"nil.x", "", `found no collection at "nil" for key "x"`},
		{"cars.x", "", `no key "x" for array at "cars"`},
		{"cars.x.y", "", `no key "x" for array at "cars"`},
		{"cars.9", "", `found nothing at "cars.9"`},
		{"cars.-4", "", `found nothing at "cars.-4"`},
		{"none.first", "", `found nothing at "none.0"`},
		{"none.last", "", `found nothing at "none.-1"`},
		{"cars.first.x", "", `found nothing at "cars.0.x"`},
		{"cars.*.x", "", `found nothing at "cars.0.x"`},
		{"shop[0:1]", "", `found nothing at "shop[0:1]"`},
		{"cars./x/", "", `no key /x/ for array at "cars"`},
		{"l[7;8]", "", `found nothing at "l.7"`},
		{"text.*", "", `found no collection at "text" for key *`},
	}
	for _, tt := range tests {
		p := path(t, tt.path)
		got, miss := Get(data, p)
		switch {
		case tt.miss != "" && (miss == nil || miss.Error() != tt.miss):
			t.Errorf("%s: got %v, %v, want a miss: %s", tt.path, got, miss, tt.miss)
		case tt.miss == "" && (miss != nil || got.String() != tt.want):
			t.Errorf("%s: got %v, %v, want %s", tt.path, got, miss, tt.want)
		}
		if has := miss == nil && (p.Single() || got.AsList().Len() > 0); Has(data, p) != has {
			t.Errorf("%s: Has is %v", tt.path, Has(data, p))
		}
	}
	if v, miss := Get(data, nil); miss != nil || !v.Equal(data) {
		t.Errorf("the empty path gives %v, %v", v, miss)
	}
	if _, miss := Get(Null, path(t, "a.b")); miss == nil || miss.Error() != `found no collection at root for key "a" ("b" remains)` {
		t.Errorf("got %v", miss)
	}
}

func TestMiss(t *testing.T) {
	data := parse(t, `{"a":{"b":[{"c":1}]}}`)
	tests := []struct {
		path, before, coll, key, rest string
		reason                        MissReason
	}{
		{"a.b.first.d.e.f", "a.b.0", `{"c":1}`, `"d"`, "e.f", MissNothing},
		{"a.7.x", "a", `{"b":[{"c":1}]}`, `"7"`, "x", MissNothing},
		{"a.b.last.c.d", "a.b.-1.c", "1", `"d"`, "", MissNoCollection},
		{"a.b.d", "a.b", `[{"c":1}]`, `"d"`, "", MissBadKey},
		{"a.b.*.d", "a.b.0", `{"c":1}`, `"d"`, "", MissNothing},
	}
	for _, tt := range tests {
		_, m := Get(data, path(t, tt.path))
		if m == nil || m.Before.String() != tt.before || m.Coll.String() != tt.coll || m.Key.String() != tt.key ||
			m.Rest.String() != tt.rest || m.Reason != tt.reason {
			t.Errorf("%s: got %+v", tt.path, m)
		}
	}
}

func TestSet(t *testing.T) {
	tests := []struct{ data, path, want, miss string }{
		{`{}`, "a", `{"a":"S"}`, ""},
		{`{"a":1,"b":2}`, "a", `{"a":"S","b":2}`, ""},
		{`{"h":{}}`, "h.i", `{"h":{"i":"S"}}`, ""},
		{`{"h":{}}`, "h.1", `{"h":{"1":"S"}}`, ""},
		{`{"h":{"1":0}}`, "h[1]", `{"h":{"1":"S"}}`, ""},
		{`{"a":[1,2,3]}`, "a.1", `{"a":[1,"S",3]}`, ""},
		{`{"a":[1,2,3]}`, "a.-1", `{"a":[1,2,"S"]}`, ""},
		{`{"a":[1,2,3]}`, "a.first", `{"a":["S",2,3]}`, ""},
		{`[[1,[2]]]`, "0.last.0", `[[1,["S"]]]`, ""},
		{`{"a":[1,2,3,4]}`, "a[1:2]", `{"a":[1,"S","S",4]}`, ""},
		{`{"a":[1,2,3,4]}`, "a[::2]", `{"a":["S",2,"S",4]}`, ""},
		{`{"a":[1,2,3,4]}`, "a[0;-1;3]", `{"a":["S",2,3,"S"]}`, ""},
		{`{"a":[{"x":1},{}]}`, "a.*.x", `{"a":[{"x":"S"},{"x":"S"}]}`, ""},
		{`{"a":[{"x":[0]},{"x":[1,2]}]}`, "a[-1;1].x.0", `{"a":[{"x":[0]},{"x":["S",2]}]}`, ""},
		{`{"a":1,"b":{"a":2}}`, "..a", `{"a":"S","b":{"a":2}}`, ""},
		{`{"c":1,"b":{"a":2},"d":[{"a":{"a":3}}]}`, "..a", `{"c":1,"b":{"a":"S"},"d":[{"a":"S"}]}`, ""},
		{`{"c":1,"b":{"a":2}}`, "..*", `{"c":"S","b":"S"}`, ""},
		{`{"aa":1,"ab":2,"b":3}`, "/^a/", `{"aa":"S","ab":"S","b":3}`, ""},
		{`{"o":{"x":1}}`, `o["x","y"]`, `{"o":{"x":"S","y":"S"}}`, ""},
		{`{}`, "..x", `{}`, ""},

		{`{}`, "a.b", "", `found nothing at "a" ("b" remains)`},
		{`{"a":[]}`, "a.b", "", `no key "b" for array at "a"`},
		{`{"a":[1]}`, "a.1", "", `no key 1 for array at "a"`},
		{`{"a":[1]}`, "a.-2", "", `no key -2 for array at "a"`},
		{`{"a":[1]}`, "a.1.x", "", `found nothing at "a.1" ("x" remains)`},
		{`{"a":[]}`, "a.first", "", `no key 0 for array at "a"`},
		{`{"a":[1]}`, "a[0:1]", "", `no key 1 for array at "a"`},
		{`{"a":null}`, "a.b", "", `found no collection at "a" for key "b"`},
		{`{"a":"text"}`, "a.0", "", `found no collection at "a" for key 0`},
		{`{"a":{}}`, "a[0:1]", "", `found nothing at "a[0:1]"`},
		{`[]`, "a", "", `no key "a" for array at root`},
	}
	for _, tt := range tests {
		data := parse(t, tt.data)
		got, miss := Set(data, path(t, tt.path), String("S"))
		switch {
		case tt.miss != "" && (miss == nil || miss.Error() != tt.miss):
			t.Errorf("%s in %s: got %v, %v, want a miss: %s", tt.path, tt.data, got, miss, tt.miss)
		case tt.miss == "" && (miss != nil || got.String() != tt.want):
			t.Errorf("%s in %s: got %v, %v, want %s", tt.path, tt.data, got, miss, tt.want)
		}
		if data.String() != tt.data {
			t.Errorf("%s changed %s to %v", tt.path, tt.data, data)
		}
	}
	if v, miss := Set(Int(1), nil, Int(2)); miss != nil || v.AsInt() != 2 {
		t.Errorf("the empty path gives %v, %v", v, miss)
	}
}

func TestUnset(t *testing.T) {
	tests := []struct{ data, path, want, removed, miss string }{
		{`{"a":1,"b":2}`, "a", `{"b":2}`, "1", ""},
		{`{"a":[1,2,3]}`, "a.1", `{"a":[1,3]}`, "2", ""},
		{`{"a":[1,2,3]}`, "a.first", `{"a":[2,3]}`, "1", ""},
		{`{"h":{"a":[1,2,3]}}`, "h.a.last", `{"h":{"a":[1,2]}}`, "3", ""},
		{`{"a":[1,2,3,4,5,"six"]}`, "a[2:4]", `{"a":[1,2,"six"]}`, "[3,4,5]", ""},
		{`{"a":[1,2,3,4]}`, "a[-2:-1]", `{"a":[1,2]}`, "[3,4]", ""},
		{`{"a":[1,2,3,4]}`, "a[-1;3;0]", `{"a":[2,3]}`, "[4,4,1]", ""},
		{`{"h":{"i":1,"j":2,"k":3}}`, "h[i,k]", `{"h":{"j":2}}`, "[1,3]", ""},
		{`{"h":{"i":1,"j":{"i":2}}}`, "..*", `{}`, `[{"i":1,"j":{"i":2}},1,{"i":2},2]`, ""},
		{`[{"x":[1,2]},{"x":[3,4]}]`, "*.x.0", `[{"x":[2]},{"x":[4]}]`, "[1,3]", ""},
		{`[{"x":[1,2]}]`, "[0;-1].x.0", `[{"x":[2]}]`, "[1,1]", ""},
		{`{"a":null}`, "a", `{}`, "null", ""},
		{`{"a":1}`, "..x", `{"a":1}`, "[]", ""},

		{`{}`, "a", "", "", `found nothing at "a"`},
		{`[]`, "a", "", "", `no key "a" for array at root`},
		{`[]`, "1", "", "", `found nothing at "1"`},
		{`{"a":{}}`, "a.1.c", "", "", `found nothing at "a.1" ("c" remains)`},
		{`{"a":1}`, "a.1.c", "", "", `found no collection at "a" for key 1 ("c" remains)`},
		{`{"a":1,"b":2}`, "[a,b,c]", "", "", `found nothing at "c"`},
		{`{"a":[1]}`, "a[0:1]", "", "", `found nothing at "a.1"`},
	}
	for _, tt := range tests {
		data := parse(t, tt.data)
		got, removed, miss := Unset(data, path(t, tt.path))
		switch {
		case tt.miss != "" && (miss == nil || miss.Error() != tt.miss):
			t.Errorf("%s in %s: got %v, %v, want a miss: %s", tt.path, tt.data, got, miss, tt.miss)
		case tt.miss == "" && (miss != nil || got.String() != tt.want || removed.String() != tt.removed):
			t.Errorf("%s in %s: got %v, %v, %v, want %s, %s", tt.path, tt.data, got, removed, miss, tt.want, tt.removed)
		}
		if data.String() != tt.data {
			t.Errorf("%s changed %s to %v", tt.path, tt.data, data)
		}
	}
	if v, removed, miss := Unset(Int(1), nil); miss != nil || !v.IsNull() || removed.AsInt() != 1 {
		t.Errorf("the empty path gives %v, %v, %v", v, removed, miss)
	}
}

func TestPathTooManyPlaces(t *testing.T) {
	p := path(t, strings.Repeat("..*", 40)+".x")
	if _, miss := Get(nested(100), p); miss == nil || miss.Reason != MissTooMany {
		t.Errorf("got %v", miss)
	}
	p = path(t, strings.Repeat("..0", 40)+".x")
	if _, miss := Get(nested(100), p); miss == nil || miss.Reason != MissTooMany {
		t.Errorf("got %v", miss)
	}
}

func TestGetDoesNotAllocate(t *testing.T) {
	data, p := parse(t, pathData), path(t, "cars.1.brand")
	q := Path{Key("shop"), Index(7)}
	if n := testing.AllocsPerRun(100, func() { Get(data, p); Get(data, q) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestSliceIndexesStayFew(t *testing.T) {
	for _, start := range []int{math.MinInt, -7, -1, 0, 3, 4, math.MaxInt} {
		for _, end := range []int{math.MinInt, -7, -1, 0, 3, 4, math.MaxInt} {
			for _, step := range []int{math.MinInt, -3, -1, 1, 3, math.MaxInt} {
				s := Slice{Start: &start, End: &end, Step: &step}
				if got := s.indexes(4); len(got) > 6 {
					t.Errorf("%v: %v", s, got)
				}
			}
			s := Slice{Start: &start, Count: &end}
			if got := s.indexes(4); len(got) > 6 {
				t.Errorf("%v: %v", s, got)
			}
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"cars.*.brand", "..price", "l[::-1]", "l[-2:;0]", `shop["name",/7/]`, "cars[-1;2].id", "deep..*"} {
		f.Add(s)
	}
	data := parse(f, pathData)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePath(s)
		if err != nil {
			return
		}
		got, _ := Get(data, p)
		again, err := ParsePath(p.String())
		if err != nil || again.String() != p.String() {
			t.Fatalf("%q prints %q, which gives %q, %v", s, p, again, err)
		}
		if v, _ := Get(data, again); !v.Equal(got) && !strings.Contains(s, `"`) && !strings.Contains(s, "'") {
			t.Fatalf("%q gives %v, and %v when printed and read", s, got, v)
		}
		set, miss := Set(data, p, Int(1))
		if miss == nil && p.Single() && !Has(set, p) {
			t.Fatalf("%q is not there after it was set", s)
		}
		Unset(data, p)
		if _, err := PathFromValue(p.Value()); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
	})
}
