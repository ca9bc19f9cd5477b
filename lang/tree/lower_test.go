package tree_test

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// lowered holds texts and the trees of their bodies.
var lowered = [][2]string{
	// operators
	{`10 - 3 + 2`, `["+",{},[["-",{},[10,3]],2]]`},
	{`- 10 - 3 + 2`, `["+",{},[["-",{},[-10,3]],2]]`},
	{`10 + - 5`, `["+",{},[10,-5]]`},
	{`10 + 1 - c`, `["+",{},[10,1,["-",{},[["c",{},[]]]]]]`},
	{`- a -b`, `["-",{},[["-",{},[["a",{},[]]]],["b",{},[]]]]`},
	{`- (a + b)`, `["-",{},[["+",{},[["a",{},[]],["b",{},[]]]]]]`},
	{`- a * b`, `["-",{},[["*",{},[["a",{},[]],["b",{},[]]]]]]`},
	{"-\n  10", `["-",{},[10]]`},
	{`a / b * c / d`, `["/",{},[["*",{},[["/",{},[["a",{},[]],["b",{},[]]]],["c",{},[]]]],["d",{},[]]]]`},
	{`3 * 7 % 4`, `["*",{},[3,["%",{},[7,4]]]]`},
	{`a <> b`, `["<>",{},[["a",{},[]],["b",{},[]]]]`},
	{`1 < 2 <= 3`, `["<=",{},[["<",{},[1,2]],3]]`},
	{`a and b or c and d`, `["or",{},[["and",{},[["a",{},[]],["b",{},[]]]],["and",{},[["c",{},[]],["d",{},[]]]]]]`},
	{`a and(b)`, `["a",{"_0":["and",{},[]],"_1":["b",{},[]]},[]]`},
	{"a and\n  b", `["and",{},[["a",{},[]],["b",{},[]]]]`},
	{`range (-4)`, `["range",{"_0":-4},[]]`},
	{`index ,-3`, `["index",{"_0":-3},[]]`},
	{`reduce [ 1 2 ] +`, `["reduce",{"_0":["_arr",{},[1,2]],"_1":["+",{},[]]},[]]`},
	{"[ 1\n  -2 ]", `["_arr",{},[1,-2]]`},
	{`[ 1 -2 ]`, `["_arr",{},[["-",{},[1,2]]]]`},
	{`- 10 tag: 'x'`, `["-",{"tag":"x"},[10]]`},
	{`+ _`, `["+",{"_":null},[]]`},
	{`(+) 1 2`, `["+",{},[1,2]]`},
	// names and numbers: the longest reading wins
	{`f 1st trueish a-b 10-5 1.5 1.5.6 true.a`, `["f",{"_0":["1st",{},[]],"_1":["trueish",{},[]],"_2":["a-b",{},[]],"_3":["10-5",{},[]],"_4":1.5,"_5":["_ref",{},[1,5,6]],"_6":["_ref",{},["true","a"]]},[]]`},
	{`f 1e3 12345678901234567890`, `["f",{"_0":1000.0,"_1":12345678901234567890},[]]`},
	{`f.a.-1`, `["_ref",{},["f","a","-1"]]`},
	{`f.a[ 1 ]`, `["_ref",{},["f","a",1]]`},
	{`a[1;2][3,4].b[:2]`, `["_ref",{},["a",["_arr",{},[1,2]],["_obj",{},["start",3,"count",4]],"b",["_obj",{},["start",0,"end",2,"step",1]]]]`},
	{`a[]`, `["a",{"_0":["_arr",{"_":null},[]]},[]]`},
	{`push a iffy`, `["push",{"_0":["a",{},[]],"_1":["iffy",{},[]]},[]]`},
	// regular expressions or divisions
	{`a /b`, `["/",{},[["a",{},[]],["b",{},[]]]]`},
	{`hello, /wor\/ld\b/i`, `["hello",{"_0":["_rxs",{"rxopts":"i"},["wor/ld\\b"]]},[]]`},
	{`r/a$(b)c/$(i)m`, `["_rxs",{"rxopts":["_dqs",{},[["_dol",{},[["_dmute",{},[["i",{},[]]]]]],"m"]]},["a",["_dol",{},[["_dmute",{},[["b",{},[]]]]]],"c"]]`},
	{"push l\n  /\n    1\n    /\n    2", `["push",{"_0":["l",{},[]]},[["/",{},[1,["/",{},[]],2]]]]`},
	{`e key,=v.ke`, `["e",{"_0":["key",{},[]],"_1":["_ref",{},["=v","ke"]]},[]]`},
	{`(/) 1 (a / b) (r/x)`, `["/",{"_0":1,"_1":["/",{},[["a",{},[]],["b",{},[]]]],"_2":["r/x",{},[]]},[]]`},
	{`/hello/abc`, `["/hello/abc",{},[]]`},
	{`/jkl/i / 1`, `["/",{},[["_rxs",{"rxopts":"i"},["jkl"]],1]]`},
	{`/a\u0041\u002e/`, `["_rxs",{},["aA\\."]]`},
	// strings
	{`'a"\'\u00e9\ud83d\ude00'`, `"a\"'é😀"`},
	{`"a\$(b) $c"`, `"a$(b) $c"`},
	{`"$(a | b _ || c || 'd')"`, `["_dqs",{},[["_dol",{},[["_dmute",{},[["a",{},[]],["b",{"_":null},[]]]],["_dmute",{},[["c",{},[]]]],["_dmute",{},["d"]]]]]]`},
	{"f '''\n  a\n    b\n\n  c\n  '''", `["f",{"_0":"a\n  b\n\nc"},[]]`},
	{"f '''a\n    b'''", `["f",{"_0":"a\nb"},[]]`},
	{"f '''\n    a\n  '''", `["f",{"_0":"  a"},[]]`},
	{"f '''it's''' ''''''", `["f",{"_0":"it's","_1":""},[]]`},
	{"f \"\"\"\n  $(a)\n    \"b\"\n  \"\"\"", `["f",{"_0":["_dqs",{},[["_dol",{},[["_dmute",{},[["a",{},[]]]]]],"\n  \"b\""]]},[]]`},
	// postfix conditions
	{`a if b if c`, `["_if",{},[["c",{},[]],["_if",{},[["b",{},[]],["a",{},[]]]]]]`},
	{`push a 1 if x: 'y' unless > a.1 b`, `["_unless",{},[[">",{"_0":["_ref",{},["a",1]],"_1":["b",{},[]]},[]],["push",{"_0":["a",{},[]],"_1":1,"_2":["if",{},[]],"x":"y"},[]]]]`},
	{`continue ref: 'out', if (= f.i 1)`, `["_if",{},[["=",{"_0":["_ref",{},["f","i"]],"_1":1},[]],["continue",{"ref":"out"},[]]]]`},
	{"sequence if a\n  b", `["_if",{},[["a",{},[]],["sequence",{},[["b",{},[]]]]]]`},
	{`+ 1 2 if true`, `["_if",{},[true,["+",{},[1,2]]]]`},
	{`a if: 1`, `["a",{"if":1},[]]`},
	// heads
	{`f.a 2`, `[["_ref",{},["f","a"]],{"_0":2},[]]`},
	{`(def x \ x) 7`, `[["def",{"_0":["x",{},[]]},[["x",{},[]]]],{"_0":7},[]]`},
	{`3 tags: 'x'`, `[["_lit",{},[3]],{"tags":"x"},[]]`},
	{"null\n  1", `[["_lit",{},[null]],{},[1]]`},
	{`[] tag: 't'`, `["_arr",{"_":null,"tag":"t"},[]]`},
	{"[ 1 ]\n  2", `[["_arr",{},[1]],{},[2]]`},
	{`(a) 1`, `["a",{"_0":1},[]]`},
	{`(_)`, `["_",{},[]]`},
	{`a (_) b: _`, `["a",{"_0":["_",{},[]],"b":["_",{},[]]},[]]`},
	// lines, joins, parentheses
	{"a\n# c\n\n| b // d", `["sequence",{},[["a",{},[]],["b",{},[]]]]`},
	{"sequence\n\\a\n  b | c ; d", `["sequence",{},[["a",{},[]],["b",{},[]],["c",{},[]],["d",{},[]]]]`},
	{"f (\n  a\n  b\n)", `["f",{"_0":["sequence",{},[["a",{},[]],["b",{},[]]]]},[]]`},
	{"f (a\n  b\n  c)", `["f",{"_0":["a",{},[["b",{},[]],["c",{},[]]]]},[]]`},
	{"f (x; y | z \\ w) b", `["f",{"_0":["sequence",{},[["x",{},[]],["y",{},[]],["z",{},[["w",{},[]]]]]],"_1":["b",{},[]]},[]]`},
	{"map,\n  [ 1, 2 ]\n  fun", `["map",{"_0":["_arr",{},[1,2]]},[["fun",{},[]]]]`},
	{"\ufeffa\r\n  b\r  c", `["a",{},[["b",{},[]],["c",{},[]]]]`},
	{"[ ,1,,, 2, 3, ]", `["_arr",{},[1,2,3]]`},
	{"{ a: A # x\n  'b': 2 c: # y\n  true, 7: 1 }", `["_obj",{},[["a",{},[]],["A",{},[]],"b",2,["c",{},[]],true,7,1]]`},
	{``, `["sequence",{},[]]`},
}

func TestLower(t *testing.T) {
	for _, c := range lowered {
		if got := bare(tree.Body(lower(t, c[0]))); got != c[1] {
			t.Errorf("%s\n got %s\nwant %s", c[0], got, c[1])
		}
		checkStable(t, c[0])
	}
}

// TestLowerBad checks what is left of a text that does not parse.
func TestLowerBad(t *testing.T) {
	file, diags := parse("a b\n  ) c\n    d\n  e x: , y: 2\nf (g\nh")
	if len(diags) != 3 {
		t.Fatal(diags)
	}
	root, _ := tree.Lower(file)
	const want = `["sequence",{},[["a",{"_0":["b",{},[]]},[["d",{},[]],["e",{"y":2},[]]]],["f",{},[]],["h",{},[]]]]`
	if got := bare(tree.Body(root)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestNameAndPositions(t *testing.T) {
	file, _ := parser.Parse(source.NewFile("flows/order.flo", "sequence\n  a (\n    b)\n"), parser.Options{})
	root, _ := tree.Lower(file)
	const want = `["define",{"name":"order"},[["sequence",{},[["a",{"_0":["b",{},[],[3,5]]},[],[2,3]]],[1,1]]],[1,1]]`
	if got := string(tree.AppendJSON(nil, root, tree.Columns)); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	n := root.Children[0].Children[0]
	if got := file.Source.Slice(n.Span); got != "a (\n    b)" || n.Span.End.Line != 3 {
		t.Errorf("the span holds %q up to %v", got, n.Span.End)
	}
}

func TestHash(t *testing.T) {
	one := tree.Hash(lower(t, "sequence a: 1, b: 2 # x\n  c"))
	if tree.Hash(lower(t, "sequence   a: 1 b: 2 \\ c")) != one {
		t.Error("layout and comments change the version")
	}
	for _, other := range []string{"sequence b: 2, a: 1\n  c", "sequence a: 1, b: 2.0\n  c", "sequence a: 1, b: 2\n  'c'"} {
		if tree.Hash(lower(t, other)) == one {
			t.Errorf("%s has the same version", other)
		}
	}
}

// TestDocumentation checks the tables of docs/tree.md that set text beside
// tree.
func TestDocumentation(t *testing.T) {
	data, err := os.ReadFile("../../docs/tree.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| (`.*?`[^`|]*) \\| `([^`]*)` \\|$")
	code := regexp.MustCompile("`[^`]*`")
	checked := 0
	for _, m := range row.FindAllStringSubmatch(strings.ReplaceAll(string(data), `\|`, "\x00"), -1) {
		var want any
		if json.Unmarshal([]byte(m[2]), &want) != nil {
			continue
		}
		text := code.FindString(m[1])
		text = strings.ReplaceAll(strings.Trim(text, "`"), "\x00", "|")
		var got any
		if err := json.Unmarshal([]byte(bare(tree.Body(lower(t, text)))), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", text, diff)
		}
		checked++
	}
	if checked < 40 {
		t.Errorf("only %d rows were found", checked)
	}
}
