package tree_test

import (
	"bufio"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

type conformanceCase struct {
	ID     string
	Src    string
	Expect struct{ Tree json.RawMessage }
}

func conformance(t testing.TB, name string) []conformanceCase {
	t.Helper()
	f, err := os.Open("../../testdata/conformance/" + name + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []conformanceCase
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c conformanceCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

func parse(text string) (*ast.File, []diag.Diagnostic) {
	return parser.Parse(source.NewFile("", text), parser.Options{})
}

// lower returns the tree of a text that must be without fault.
func lower(t testing.TB, text string) *tree.Node {
	t.Helper()
	file, diags := parse(text)
	for _, d := range diags {
		t.Fatalf("%s: %s %s\n%s", d.Span.Start, d.Code, d.Message, text)
	}
	root, diags := tree.Lower(file)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return root
}

func bare(n *tree.Node) string { return string(tree.AppendJSON(nil, n, tree.Bare)) }

func TestConformanceTrees(t *testing.T) {
	for _, c := range conformance(t, "tree") {
		t.Run(c.ID, func(t *testing.T) {
			var want, got any
			if err := json.Unmarshal(c.Expect.Tree, &want); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(bare(tree.Body(lower(t, c.Src)))), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\n%s", c.Src, diff)
			}
		})
	}
}

// checkStable checks that the tree of a text goes through text and JSON and
// back unchanged.
func checkStable(t testing.TB, text string) {
	t.Helper()
	root := lower(t, text)
	want := bare(root)
	source := tree.Print(root)
	file, diags := parse(source)
	if len(diags) > 0 {
		t.Fatalf("the source printed does not parse: %s %s\n%s\nfrom\n%s", diags[0].Span.Start, diags[0].Message, source, text)
	}
	again, _ := tree.Lower(file)
	if got := bare(again); got != want {
		t.Fatalf("text:\n%s\nprinted:\n%s\ngives\n%s\nwant\n%s", text, source, got, want)
	}
	if tree.Hash(again) != tree.Hash(root) {
		t.Fatal("the hash differs")
	}
	if got := tree.Print(again); got != source {
		t.Fatalf("printing is not stable:\n%s\nthen\n%s", source, got)
	}
	for _, positions := range []tree.Positions{tree.Lines, tree.Columns, tree.Bare} {
		data := tree.AppendJSON(nil, root, positions)
		read, err := tree.ParseJSON(data, tree.ReadOptions{})
		if err != nil {
			t.Fatalf("%v in %s", err, data)
		}
		if got := tree.AppendJSON(nil, read, positions); string(got) != string(data) {
			t.Fatalf("JSON\n%s\ngives\n%s", data, got)
		}
		if tree.Hash(read) != tree.Hash(root) {
			t.Fatalf("the hash differs after reading %s", data)
		}
	}
}

func TestRoundTripConformance(t *testing.T) {
	for _, name := range []string{"tree", "core", "unit"} {
		for _, c := range conformance(t, name) {
			t.Run(c.ID, func(t *testing.T) { checkStable(t, c.Src) })
		}
	}
}
