package florc

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/florc-lang/florc"

// layers says which packages of the project each package may import, directly
// or through others. A folder that is not listed may import anything.
var layers = map[string][]string{
	"lang/source":   {},
	"lang/sig":      {},
	"lang/value":    {},
	"lang/when":     {},
	"lang/spell":    {},
	"lang/retry":    {"lang/value", "lang/when"},
	"lang/diag":     {"lang/source"},
	"lang/ast":      {"lang/source"},
	"lang/parser":   {"lang/ast", "lang/diag", "lang/source"},
	"lang/tree":     {"lang/ast", "lang/diag", "lang/source"},
	"lang/analysis": {"lang/tree", "lang/ast", "lang/sig", "lang/diag", "lang/source", "lang/when", "lang/parser", "lang/value"},
	"lang/check": {"lang/analysis", "lang/tree", "lang/ast", "lang/sig", "lang/diag", "lang/source", "lang/when",
		"lang/parser", "lang/value", "lang/spell", "lang/retry"},
	"lang/report": {"lang/diag", "lang/source"},
	"lang/project": {"lang/check", "lang/analysis", "lang/tree", "lang/ast", "lang/sig", "lang/diag", "lang/source", "lang/when",
		"lang/parser", "lang/value", "lang/spell", "lang/retry"},
	"lang/format": {"lang/ast", "lang/source"},
	"lang/graph":  {"lang/tree", "lang/ast", "lang/sig", "lang/diag", "lang/source"},
	"vm":          {"lang/spell", "lang/tree", "lang/ast", "lang/sig", "lang/diag", "lang/source", "lang/value", "lang/when", "lang/retry"},
	"stdlib":      {"vm", "lang/spell", "lang/tree", "lang/ast", "lang/sig", "lang/diag", "lang/source", "lang/value", "lang/when", "lang/retry"},
	"runtime": {"vm", "lang/spell", "lang/tree", "lang/ast", "lang/sig", "lang/diag", "lang/source", "lang/value",
		"lang/when", "lang/retry", "lang/parser"},
	"runtime/memstore":    stores,
	"runtime/badgerstore": stores,
	"runtime/storetest":   stores,
	"runtime/socket":      stores,
	"runtime/folder":      append([]string{"lang/project", "lang/check", "lang/analysis"}, stores...),
	"lsp/feature":         language,
	"lsp":                 append([]string{"lsp/feature"}, language...),
}

// language is what works on definitions without running them.
var language = []string{"lang/source", "lang/sig", "lang/diag", "lang/ast", "lang/parser", "lang/tree", "lang/when",
	"lang/analysis", "lang/check", "lang/format", "lang/value", "lang/spell", "lang/graph", "lang/project", "lang/retry"}

// stores is what stores and the socket may import.
var stores = []string{"runtime", "vm", "lang/spell", "lang/tree", "lang/ast", "lang/sig", "lang/diag", "lang/source",
	"lang/value", "lang/when", "lang/retry", "lang/parser"}

// outside says which packages may import these modules.
var outside = map[string][]string{
	"github.com/alecthomas/participle/v2": {"lang/parser"},
	"github.com/dgraph-io/badger/v4":      {"runtime/badgerstore"},
	"github.com/go-git/go-git/v5":         {"lang/project"},
	"go.lsp.dev/protocol":                 {"lsp"},
	"go.lsp.dev/jsonrpc2":                 {"lsp"},
	"github.com/coder/websocket":          {"lsp"},
	"os/exec":                             {"runtime", "cmd/florc"},
}

// TestLayers reads the imports of every package, tests apart, and holds them
// to the layers. (Asking the go command would be cached by it, and would miss
// changes.)
func TestLayers(t *testing.T) {
	imports := readImports(t)
	for pkg, allowed := range layers {
		for _, reached := range reach(imports, pkg) {
			if !slices.Contains(allowed, reached) {
				t.Errorf("%s may not import %s", pkg, reached)
			}
		}
	}
	for pkg, list := range imports {
		for _, path := range list {
			for mod, users := range outside {
				if (path == mod || strings.HasPrefix(path, mod+"/")) && !slices.Contains(users, pkg) {
					t.Errorf("%s imports %s, which only %v may", pkg, path, users)
				}
			}
		}
	}
	if len(imports) < 12 {
		t.Errorf("found %d packages only", len(imports))
	}
}

// readImports lists what each package of the project imports; its own
// packages without the module's name.
func readImports(t *testing.T) map[string][]string {
	t.Helper()
	imports := map[string][]string{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "bench" || d.Name() == "crash" || d.Name() == "testdata" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		for _, spec := range f.Imports {
			p, _ := strconv.Unquote(spec.Path.Value)
			if ours, is := strings.CutPrefix(p, module+"/"); is {
				p = ours
			} else if p == "runtime" {
				p = "std/runtime" // Go's, and not the package of ours
			}
			imports[pkg] = append(imports[pkg], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return imports
}

// reach lists the project's packages that pkg imports, directly or not.
func reach(imports map[string][]string, pkg string) []string {
	seen := map[string]bool{}
	var visit func(string)
	visit = func(p string) {
		for _, q := range imports[p] {
			if _, ours := imports[q]; ours && !seen[q] {
				seen[q] = true
				visit(q)
			}
		}
	}
	visit(pkg)
	list := make([]string, 0, len(seen))
	for p := range seen {
		list = append(list, p)
	}
	slices.Sort(list)
	return list
}
