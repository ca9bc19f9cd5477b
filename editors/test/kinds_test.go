//go:build editors

package test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
)

// kindsOf says of each byte of a text what florc's parser takes it for: c for
// a comment, s for a string, r for a regular expression, n for a number, o for
// an operator, a blank for anything else, what stands in $(…) included.
func kindsOf(text string) []byte {
	kinds := []byte(text)
	for i := range kinds {
		if kinds[i] != '\n' {
			kinds[i] = ' '
		}
	}
	fill := func(start, end int, kind byte) {
		for i := start; i < end; i++ {
			if kinds[i] != '\n' {
				kinds[i] = kind
			}
		}
	}
	file, _ := parser.Parse(source.NewFile("", text), parser.Options{})
	ast.Walk(file, func(base int, n ast.Node) bool {
		start, end := base+n.Bounds().Start, base+n.Bounds().End
		switch n := n.(type) {
		case *ast.Literal:
			switch n.Value.(type) {
			case nil, bool:
			case string:
				fill(start, end, 's')
			default:
				fill(start, end, 'n')
			}
		case *ast.Template:
			fill(start, end, 's')
		case *ast.Regex:
			fill(start, end, 'r')
		case *ast.Dollar:
			fill(start, end, ' ')
		case *ast.Operator:
			fill(start, end, 'o')
		}
		return true
	})
	for _, c := range file.Comments {
		fill(c.Start, c.End, 'c')
	}
	return kinds
}

// compareKinds compares what an editor takes the bytes of flows for with what
// florc does: the files beside the flows, with the ending .kinds.
func compareKinds(t *testing.T, paths []string, equal func(want, got byte) bool) {
	t.Helper()
	for _, path := range paths {
		text := strings.Split(read(t, path), "\n")
		want := strings.Split(string(kindsOf(read(t, path))), "\n")
		got := strings.Split(read(t, path+".kinds"), "\n")
		for i := range text {
			if text[i] == "" {
				continue
			}
			if i >= len(got) || len(got[i]) != len(want[i]) {
				t.Errorf("%s:%d: %d bytes are shown as %q", path, i+1, len(want[i]), got[min(i, len(got)-1)])
				break
			}
			for k := range want[i] {
				if c := text[i][k]; c != ' ' && c != '\t' && c != '\r' && !equal(want[i][k], got[i][k]) {
					t.Errorf("%s:%d:%d (- florc, + editor)\n  %s\n- %s\n+ %s", filepath.Base(path), i+1, k+1, text[i], want[i], got[i])
					break
				}
			}
		}
	}
}

// copies writes the examples and the conformance sources into a folder.
func copies(t *testing.T) []string {
	t.Helper()
	paths := conformance(t)
	for _, example := range examples(t) {
		path := filepath.Join(filepath.Dir(paths[0]), filepath.Base(example))
		write(t, path, read(t, example))
		paths = append(paths, path)
	}
	return paths
}

// TestVimKinds holds the syntax file against florc's parser, on every example
// and conformance source.
func TestVimKinds(t *testing.T) {
	paths := copies(t)
	vim(t, "nvim", ".", "source "+absolute(t, "testdata/dump.vim"), "call Kinds('"+list(t, paths)+"')")
	compareKinds(t, paths, func(want, got byte) bool { return want == got })
}

// TestEmacsKinds does the same for Emacs, where a regular expression is a
// string, and a string one whole.
func TestEmacsKinds(t *testing.T) {
	paths := copies(t)
	emacs(t, ".", `(test-kinds "`+list(t, paths)+`")`)
	compareKinds(t, paths, func(want, got byte) bool {
		switch got {
		case 's':
			return want != 'c'
		case 'c':
			return want == 'c'
		}
		return want != 's' && want != 'r' && want != 'c'
	})
}
