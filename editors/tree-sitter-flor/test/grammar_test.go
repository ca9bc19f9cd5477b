package test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/odvcencio/gotreesitter"
	"github.com/odvcencio/gotreesitter/grammargen"
	_ "github.com/odvcencio/gotreesitter/grammargen/grammarjs"

	"github.com/florc-lang/florc/editors/tree-sitter-flor/test/scanner"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
)

// language makes the language of grammar.js, once.
var language = sync.OnceValues(func() (*gotreesitter.Language, error) {
	js, err := os.ReadFile("../grammar.js")
	if err != nil {
		return nil, err
	}
	g, err := grammargen.ImportGrammarJS(js)
	if err != nil {
		return nil, err
	}
	lang, err := grammargen.GenerateLanguage(g)
	if err != nil {
		return nil, err
	}
	lang.ExternalScanner = scanner.New(lang)
	// This runtime takes several ends of blocks at one place only from
	// languages that it knows by name; tree-sitter's own takes them from any.
	lang.Name = "bend"
	return lang, nil
})

func parse(t *testing.T, src string) (*gotreesitter.Tree, *gotreesitter.Language) {
	t.Helper()
	lang, err := language()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := gotreesitter.NewParser(lang).ParseStrict([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return tree, lang
}

// sources gives the flows of the examples and the conformance sources that
// florc itself reads without an error, by name.
func sources(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	flows, err := filepath.Glob("../../../examples/*/*.flo")
	if err != nil || len(flows) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range flows {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	suites, err := filepath.Glob("../../../testdata/conformance/*.jsonl")
	if err != nil || len(suites) == 0 {
		t.Fatalf("no conformance sources: %v", err)
	}
	for _, path := range suites {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var c struct{ ID, Src string }
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			if _, diags := parser.Parse(source.NewFile(c.ID, c.Src), parser.Options{}); len(diags) == 0 && c.Src != "" {
				texts[c.ID] = c.Src
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return texts
}
