package tree_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/tree"
)

func TestParseJSONErrors(t *testing.T) {
	cases := []struct{ json, code, want string }{
		{``, "FLO0100", "$: this is no JSON: a value is expected, at line 1, column 1"},
		{`["a", {}, []`, "FLO0100", "$: this is no JSON: `]` is expected, at line 1, column 13"},
		{`["a", {}, []] 1`, "FLO0100", "$: this is no JSON: something follows the tree, at line 1, column 15"},
		{`["a", {"x": tru}, []]`, "FLO0100", "$[1].x: this is no JSON: a value is expected, at line 1, column 13"},
		{`["a\q", {}, []]`, "FLO0100", "$[0]: this is no JSON: an unknown escape in a string, at line 1, column 4"},
		{`["a\ud800", {}, []]`, "FLO0100", "$[0]: this is no JSON: half of a surrogate pair in a string, at line 1, column 4"},
		{"[\"a\xff\", {}, []]", "FLO0100", "$: this is no JSON: bytes that are no valid UTF-8, at line 1, column 4"},
		{`["a", {"x": 01}, []]`, "FLO0100", "$[1].x: this is no JSON: a malformed number, at line 1, column 15"},
		{`["a", {"x": 1e999}, []]`, "FLO0100", "$[1].x: this number is too large"},
		{`[]`, "FLO0101", "$: a node has a head, attributes and children, this array has only 0 of them"},
		{`{}`, "FLO0101", "$: an object stands where a literal or a node is expected"},
		{`[1, 2, 3]`, "FLO0101", "$[0]: the head of a node is a string or a node"},
		{`["", {}, []]`, "FLO0101", "$[0]: the head of a node is empty"},
		{`["a", [], []]`, "FLO0101", "$[1]: the attributes of a node are an object"},
		{`["a", {}, 1]`, "FLO0101", "$[2]: the children of a node are an array"},
		{`["a", {}, [], 1, 2]`, "FLO0101", "$[4]: a node has at most four elements"},
		{`["a", {}, [], "x"]`, "FLO0101", "$[3]: a position is a line, or a line and a column"},
		{`["a", {}, [], -1]`, "FLO0101", "$[3]: a position counts from 1"},
		{`["a", {}, [["b", {}, [{"x": 1}]]]]`, "FLO0101", "$[2][0][2][0]: an object stands where a literal or a node is expected"},
		{`["a", {"_0": 1, "_0": 2}, []]`, "FLO0102", "$[1]._0: the number of this attribute is not above that of the one before"},
		{`["a", {"_1": 1, "_0": 2}, []]`, "FLO0102", "$[1]._0: the number of this attribute is not above that of the one before"},
		{`["a", {"x": 1, "x": 2}, []]`, "FLO0102", "$[1].x: attribute 1 of key \"x\" stands where number 2 is expected"},
		{`["a", {"x~3": 1}, []]`, "FLO0102", "$[1][\"x~3\"]: attribute 3 of key \"x\" stands where number 1 is expected"},
		{`["a", {"_": 1}, []]`, "FLO0102", "$[1]._: the value of `_`, which stands for no arguments, is null"},
		{`["a", {"_k0": 1}, []]`, "FLO0102", "$[1]._k0: an attribute whose key is an expression is a `_key` node of key and value"},
		{`["a", {"": 1}, []]`, "FLO0102", "$[1][\"\"]: the name of an attribute is empty"},
		{strings.Repeat(`["a", {}, [`, 6000), "FLO0103", ""},
		{strings.Repeat(`[`, 1<<20), "FLO0103", ""},
	}
	for _, c := range cases {
		_, err := tree.ParseJSON([]byte(c.json), tree.ReadOptions{})
		var read *tree.ReadError
		if !errors.As(err, &read) {
			t.Errorf("%.80s: %v", c.json, err)
			continue
		}
		if string(read.Code) != c.code || c.want != "" && err.Error() != c.want {
			t.Errorf("%.80s\n got %s %.200s\nwant %s %s", c.json, read.Code, err, c.code, c.want)
		}
	}
	if _, err := tree.ParseJSON(make([]byte, 100), tree.ReadOptions{MaxBytes: 99}); err == nil {
		t.Error("a tree above the bound is accepted")
	}
}

func TestParseJSONAccepts(t *testing.T) {
	const body = `["sequence",{},[["participant",{"ref":"alice"},[]],["participant",{"ref":"bob"},[]]]]`
	cases := []struct{ json, body string }{
		{`["define", {"name": "test"}, [` + body + `]]`, body},
		{body, body},
		{`["define", {}, [1, ["a", {}, [], 3]], [1, 2]]`, `["sequence",{},[1,["a",{},[]]]]`},
		{`["define", {"_0": ["f", {}, []]}, [1]]`, `["define",{"_0":["f",{},[]]},[1]]`},
		{` 12345678901234567890 `, `12345678901234567890`},
		{`-0.5e2`, `-50.0`},
		{`"a\u00e9\ud83d\ude00\n"`, `"aé😀\n"`},
		{`[["a", {}, []], {"x": 1}, [], null]`, `["a",{"x":1},[]]`},
		{`["define", {}, []]`, `["sequence",{},[]]`},
	}
	for _, c := range cases {
		root, err := tree.ParseJSON([]byte(c.json), tree.ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", c.json, err)
			continue
		}
		if got := bare(tree.Body(root)); got != c.body {
			t.Errorf("%s\n got %s\nwant %s", c.json, got, c.body)
		}
	}
}

// TestAttributeNames checks the names of attributes that could be mixed up.
func TestAttributeNames(t *testing.T) {
	cases := []struct{ text, want string }{
		{`a tag: 'x' tag: 'y' tag: 'z'`, `["a",{"tag":"x","tag~2":"y","tag~3":"z"},[]]`},
		{`a tag~2: 'x' tag: 'y' tag: 'z' tag~2: 1`, `["a",{"_=tag~2~1":"x","tag":"y","tag~2":"z","_=tag~2~2":1},[]]`},
		{`a _0: 1 2 _k0: 3 _x: 4 '_=': 5`, `["a",{"_=_0":1,"_0":2,"_=_k0":3,"_x":4,"_=_=":5},[]]`},
		{`a _0: 1 _0: 2`, `["a",{"_=_0":1,"_=_0~2":2},[]]`},
		{`a _ _`, `["a",{"_":null,"_~2":null},[]]`},
		{`a (+ 't' 'ag'): 'x', v.k: 2`, `["a",{"_k0":["_key",{},[["+",{},["t","ag"]],"x"]],"_k1":["_key",{},[["_ref",{},["v","k"]],2]]},[]]`},
		{`a '': 1 '_': 2 _: 3 'b c': 4`, `["a",{"_k0":["_key",{},["",1]],"_k1":["_key",{},["_",2]],"_k2":["_key",{},["_",3]],"b c":4},[]]`},
	}
	for _, c := range cases {
		if got := bare(tree.Body(lower(t, c.text))); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
		checkStable(t, c.text)
	}
}

func TestPages(t *testing.T) {
	for _, p := range tree.Pages() {
		if p.Title == "" || p.Why == "" {
			t.Errorf("the page of %s has no title or reason", p.Code)
		}
		if p.Bad == "" {
			continue
		}
		var read *tree.ReadError
		if _, err := tree.ParseJSON([]byte(p.Bad), tree.ReadOptions{}); !errors.As(err, &read) || read.Code != p.Code {
			t.Errorf("%s: the bad example gets %v", p.Code, err)
		}
		if _, err := tree.ParseJSON([]byte(p.Good), tree.ReadOptions{}); err != nil {
			t.Errorf("%s: the good example gets %v", p.Code, err)
		}
	}
}

func FuzzTreeJSON(f *testing.F) {
	for _, c := range conformance(f, "tree") {
		f.Add(string(c.Expect.Tree))
	}
	for _, p := range tree.Pages() {
		f.Add(p.Bad)
	}
	f.Fuzz(func(t *testing.T, data string) {
		root, err := tree.ParseJSON([]byte(data), tree.ReadOptions{MaxDepth: 200})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "$") {
				t.Fatal(err)
			}
			return
		}
		written := tree.AppendJSON(nil, root, tree.Columns)
		again, err := tree.ParseJSON(written, tree.ReadOptions{})
		if err != nil {
			t.Fatalf("%v in %s", err, written)
		}
		if got := tree.AppendJSON(nil, again, tree.Columns); string(got) != string(written) {
			t.Fatalf("%s\ngives\n%s", written, got)
		}
		if tree.Hash(again) != tree.Hash(root) {
			t.Fatal("the hash differs")
		}
		tree.Print(root)
	})
}

func FuzzRoundTrip(f *testing.F) {
	for _, name := range []string{"tree", "core", "unit"} {
		for _, c := range conformance(f, name) {
			f.Add(c.Src)
		}
	}
	for _, text := range lowered {
		f.Add(text[0])
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, diags := parse(text); len(diags) == 0 {
			checkStable(t, text)
		}
	})
}
