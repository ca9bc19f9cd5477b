package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// TestEveryRuleIsListed finds rules that are not in all, and codes that two
// rules have.
func TestEveryRuleIsListed(t *testing.T) {
	fset := token.NewFileSet()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var source string
	var rules []string
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.VAR {
				continue
			}
			for _, s := range g.Specs {
				v := s.(*ast.ValueSpec)
				for i, x := range v.Values {
					if lit, ok := x.(*ast.CompositeLit); ok {
						if id, ok := lit.Type.(*ast.Ident); ok && id.Name == "rule" {
							rules = append(rules, v.Names[i].Name)
						}
					}
				}
			}
		}
		if e.Name() == "rule.go" {
			data, err := os.ReadFile(e.Name())
			if err != nil {
				t.Fatal(err)
			}
			_, rest, _ := strings.Cut(string(data), "func all() []rule {")
			source, _, _ = strings.Cut(rest, "\n}\n")
		}
	}
	listed := map[string]bool{}
	for _, name := range strings.FieldsFunc(source, func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}) {
		listed[name] = true
	}
	for _, name := range rules {
		if !listed[name] {
			t.Errorf("the rule %s is not in all", name)
		}
	}
	if len(rules) != len(all()) {
		t.Errorf("there are %d rules, and %d in all", len(rules), len(all()))
	}
	codes := map[string]bool{}
	for _, p := range Pages() {
		if codes[string(p.Code)] {
			t.Errorf("two rules have the code %s", p.Code)
		}
		codes[string(p.Code)] = true
	}
	if len(codes) < 40 {
		t.Errorf("there are %d codes, want 40 at least", len(codes))
	}
}
