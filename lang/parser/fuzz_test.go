package parser_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// conformance returns the texts of the conformance cases.
func conformance(t testing.TB) []string {
	t.Helper()
	var texts []string
	for _, name := range []string{"tree", "core", "unit"} {
		f, err := os.Open("../../testdata/conformance/" + name + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var c struct{ Src string }
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, c.Src)
		}
	}
	return texts
}

func TestConformanceParses(t *testing.T) {
	for _, text := range conformance(t) {
		file, diags := parse(text)
		if len(diags) > 0 {
			t.Errorf("%s: %s\n%s", diags[0].Span.Start, diags[0].Message, text)
		}
		checkRanges(t, file)
	}
}

func TestGrammarParsesConformance(t *testing.T) {
	for _, text := range conformance(t) {
		if err := parser.ParseByGrammar(text); err != nil {
			t.Errorf("%v\n%s", err, text)
		}
	}
	for _, text := range []string{"a (b", "a b:", "a, , b", "a if", "{ a }", "[ 1: 2 ]"} {
		if parser.ParseByGrammar(text) == nil {
			t.Errorf("parsed %s", text)
		}
	}
}

// shape says all that a parse gives, for comparison.
func shape(file *source.File, cache *parser.Cache) string {
	parse := parser.Parse
	if cache != nil {
		parse = cache.Parse
	}
	f, diags := parse(file, parser.Options{})
	root, _ := tree.Lower(f)
	return fmt.Sprintf("%v\n%v\n%s", diags, f.Comments, tree.AppendJSON(nil, root, tree.Columns))
}

// checkCache parses the texts one after the other with one cache, and checks
// that each parse gives what a fresh one does.
func checkCache(t testing.TB, texts ...string) {
	t.Helper()
	var cache parser.Cache
	file := source.NewEdited("", "")
	for _, text := range texts {
		file = file.Next(text)
		if diff := cmp.Diff(shape(file, nil), shape(file, &cache)); diff != "" {
			t.Fatalf("with the cache:\n%s\n%s", text, diff)
		}
	}
}

func TestCacheAfterEdits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	bits := []string{"(", ")", "[", "]", "{", "}", "\"", "'", "'''", "\"\"\"", "\n", "\n  ", " ", ",", ":", "\\", "|", "$(", "/", "r/", "# c\n", " if ", " and ", "-", ".", "a", "1", "\x00", "\xff", "\r\n", ";"}
	text := strings.Join(conformance(t)[147:220], "\n")
	texts := []string{text}
	for range 400 {
		at := random.IntN(len(text) + 1)
		to := min(len(text), at+random.IntN(4))
		if random.IntN(2) == 0 {
			to = at
		}
		next := text[:at] + bits[random.IntN(len(bits))] + text[to:]
		texts = append(texts, next)
		if random.IntN(3) == 0 {
			text = next
		}
	}
	checkCache(t, texts...)
}

func TestCacheForgets(t *testing.T) {
	var cache parser.Cache
	for i := range 5000 {
		cache.Parse(source.NewFile("", fmt.Sprintf("a %d", i)), parser.Options{})
	}
	if n := parser.CacheSize(&cache); n > 2000 {
		t.Errorf("%d entries are kept for a text of one line", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range conformance(f) {
		f.Add(text)
	}
	for _, c := range strings.Split(faulty, "----\n") {
		f.Add(c)
	}
	f.Add("set a \"\"\"\n  b $(c | d || 'e')\n  \"\"\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		opts := parser.Options{MaxDepth: 50}
		file, diags := parser.Parse(source.NewFile("", text), opts)
		lines := map[int]bool{}
		for _, d := range diags {
			if d.Span.Start.Line != d.Span.End.Line || d.Message == "" || strings.Contains(d.Message, "parser.") || d.Code == "" {
				t.Fatalf("%+v", d)
			}
			if lines[int(d.Span.Start.Line)] && d.Code != "FLO0010" {
				t.Fatalf("line %d has two diagnostics: %v", d.Span.Start.Line, diags)
			}
			lines[int(d.Span.Start.Line)] = true
		}
		checkRanges(t, file)
		root, _ := tree.Lower(file)
		tree.Hash(root)
		tree.Print(root)
		checkCache(t, text, text+"\na", text)
	})
}
