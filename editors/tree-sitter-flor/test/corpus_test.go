package test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/odvcencio/gotreesitter"
)

// TestCorpus compares the trees of the cases in corpus/, which "tree-sitter
// test" runs too.
func TestCorpus(t *testing.T) {
	paths, err := filepath.Glob("corpus/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		cases := splitCorpus(string(text))
		if len(cases) == 0 {
			t.Errorf("%s holds no case", path)
		}
		var rewritten strings.Builder
		for _, c := range cases {
			tree, lang := parse(t, c.text+"\n")
			got := sexpr(tree.RootNode(), lang, 0)
			rewritten.WriteString(strings.Repeat("=", 80) + "\n" + c.title + "\n" + strings.Repeat("=", 80) + "\n" + c.text + "\n---\n\n" + got + "\n\n")
			if diff := cmp.Diff(c.tree, got); diff != "" && !*update {
				t.Errorf("%s, %s (- expected, + parsed):\n%s", path, c.title, diff)
			}
		}
		if *update {
			if err := os.WriteFile(path, []byte(rewritten.String()), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

type example struct{ title, text, tree string }

func splitCorpus(text string) []example {
	var cases []example
	blocks := regexp.MustCompile(`(?m)^={3,}$`).Split(text, -1)
	for i := 1; i+1 < len(blocks); i += 2 {
		body := regexp.MustCompile(`(?m)^-{3,}$`).Split(blocks[i+1], 2)
		c := example{title: strings.TrimSpace(blocks[i]), text: strings.TrimSuffix(strings.TrimPrefix(body[0], "\n"), "\n")}
		if len(body) == 2 {
			c.tree = strings.TrimSpace(body[1])
		}
		cases = append(cases, c)
	}
	return cases
}

// sexpr writes the named nodes with their fields, as "tree-sitter test" does.
func sexpr(n *gotreesitter.Node, lang *gotreesitter.Language, depth int) string {
	var b strings.Builder
	b.WriteString("(" + n.Type(lang))
	for i := range n.ChildCount() {
		child := n.Child(i)
		if !child.IsNamed() {
			continue
		}
		b.WriteString("\n" + strings.Repeat("  ", depth+1))
		if field := n.FieldNameForChild(i, lang); field != "" {
			b.WriteString(field + ": ")
		}
		b.WriteString(sexpr(child, lang, depth+1))
	}
	return b.String() + ")"
}
