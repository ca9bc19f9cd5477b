package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/odvcencio/gotreesitter"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
)

// TestAgreement holds the grammar against florc's own parser: where each
// statement starts and which one it is nested in, and where each name, field,
// number, string, regular expression, operator, key and bracket stands.
func TestAgreement(t *testing.T) {
	for name, text := range sources(t) {
		t.Run(name, func(t *testing.T) {
			tree, lang := parse(t, text)
			if tree.RootNode().HasErrorOrMissing() {
				t.Errorf("the grammar finds an error in\n%s", text)
			}
			file, _ := parser.Parse(source.NewFile(name, text), parser.Options{})
			if diff := cmp.Diff(florcParts(file), grammarParts(tree.RootNode(), lang)); diff != "" {
				t.Errorf("florc's parser (-) and the grammar (+) differ on\n%s\n%s", text, diff)
			}
		})
	}
}

// parts is what was found in a text: kind, start and end, in the order of the
// text. A statement has its start, and that of the one around it, -1 for none.
type parts []string

func (p *parts) add(kind string, start, end int) {
	*p = append(*p, fmt.Sprintf("%06d %06d %s", start, end, kind))
}

func (p parts) sorted() parts {
	slices.Sort(p)
	return p
}

func florcParts(f *ast.File) parts {
	var found parts
	var lines func(ls []*ast.Line, base, parent int)
	inspect := func(s *ast.Stmt, base int) {
		ast.Inspect(s, func(n ast.Node) bool {
			start, end := base+n.Bounds().Start, base+n.Bounds().End
			switch n := n.(type) {
			case *ast.Block:
				lines(n.Lines, base, -1)
				return false
			case *ast.Name:
				found.add("name", start, end)
			case *ast.Ref:
				found.add("name", base+n.Root.Start, base+n.Root.End)
			case *ast.Step:
				if n.Name == "" {
					found.add("index", start, end)
				} else {
					found.add("field", start+1, end)
				}
			case *ast.Literal:
				switch n.Value.(type) {
				case nil, bool:
					found.add("constant", start, end)
				case string:
					found.add("string", start, end)
				default:
					found.add("number", start, end)
				}
			case *ast.Attr:
				if n.Key != nil {
					found.add("key", base+n.Key.Bounds().Start, base+n.Key.Bounds().End)
				}
			case *ast.Entry:
				found.add("key", base+n.Key.Bounds().Start, base+n.Key.Bounds().End)
			case *ast.Postfix:
				found.add("postfix", base+n.Word.Start, base+n.Word.End)
			case *ast.Operator:
				found.add("operator", start, end)
			case *ast.Template:
				found.add("string", start, end)
			case *ast.Dollar:
				found.add("interpolation", start, end)
			case *ast.Regex:
				found.add("regex", start, end)
			case *ast.Array:
				found.add("array", start, end)
			case *ast.Object:
				found.add("object", start, end)
			case *ast.Paren:
				found.add("parenthesized", start, end)
			case *ast.Negation:
				found.add("negation", start, end)
			}
			return true
		})
	}
	lines = func(ls []*ast.Line, base, parent int) {
		for _, l := range ls {
			start := base + f.Base(l) + l.Stmt.Start
			found.add("statement in "+fmt.Sprint(parent), start, start)
			inspect(l.Stmt, base+f.Base(l))
			lines(l.Children, base, start)
		}
	}
	lines(f.Lines, 0, -1)
	for _, c := range f.Comments {
		found.add("comment", c.Start, c.End)
	}
	return found.sorted()
}

func grammarParts(root *gotreesitter.Node, lang *gotreesitter.Language) parts {
	var found parts
	var walk func(n *gotreesitter.Node, parent int)
	walk = func(n *gotreesitter.Node, parent int) {
		start, end := int(n.StartByte()), int(n.EndByte())
		switch kind := n.Type(lang); kind {
		case "statement":
			found.add("statement in "+fmt.Sprint(parent), start, start)
			parent = start
		case "attribute", "pair":
			key := n.ChildByFieldName("key", lang)
			found.add("key", int(key.StartByte()), int(key.EndByte()))
		case "keyword":
			found.add("postfix", start, end)
		case "true", "false", "null":
			if n.IsNamed() {
				found.add("constant", start, end)
			}
		case "parenthesized", "interpolation":
			found.add(kind, start, end)
			parent = -1
		case "name", "field", "index", "number", "string", "operator", "regex", "array", "object", "negation", "comment":
			found.add(kind, start, end)
		}
		for i := range n.ChildCount() {
			walk(n.Child(i), parent)
		}
	}
	walk(root, -1)
	return found.sorted()
}

// TestPartsTellApart makes sure that TestAgreement can fail.
func TestPartsTellApart(t *testing.T) {
	tree, lang := parse(t, "a\n  b\n")
	file, _ := parser.Parse(source.NewFile("", "a\nb\n"), parser.Options{})
	if cmp.Equal(florcParts(file), grammarParts(tree.RootNode(), lang)) {
		t.Error("a child and a sibling look the same")
	}
	if got := strings.Join(florcParts(file), "\n"); !strings.Contains(got, "statement in -1") {
		t.Errorf("no statements in\n%s", got)
	}
}
