package vm

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// TestPagesAreComplete reads the kinds of errors from their source, and finds
// those that no page explains.
func TestPagesAreComplete(t *testing.T) {
	explained := map[string]bool{}
	for _, p := range Pages() {
		explained[string(p.Code)] = true
	}
	f, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	kinds := 0
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || !strings.HasPrefix(lit.Value, `"FLO`) {
			return true
		}
		kinds++
		if code := strings.Trim(lit.Value, `"`); !explained[code] {
			t.Errorf("no page explains %s", code)
		}
		return true
	})
	if kinds < 16 || kinds != len(explained) {
		t.Errorf("%d kinds of errors, %d pages", kinds, len(explained))
	}
}
