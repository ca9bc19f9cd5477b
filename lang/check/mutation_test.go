package check_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// mutant is a definition with one mistake, of which the line is known.
type mutant struct {
	kind string
	text string
	line int
	// to is the line of the bracket that the one that is missing would close,
	// where that is another one.
	to int
}

// mutator makes mistakes in a definition.
type mutator struct {
	rand  *rand.Rand
	file  *source.File
	ast   *ast.File
	names map[string]bool // that are no misspelling
	procs map[string]*sig.Proc
}

func newMutator(r *rand.Rand, text string, procs map[string]*sig.Proc) *mutator {
	file := source.NewFile("", text)
	f, _ := parser.Parse(file, parser.Options{})
	m := &mutator{rand: r, file: file, ast: f, names: map[string]bool{}, procs: procs}
	for n := range procs {
		m.names[n] = true
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return ast.SymbolLen(string(r)) == 0 }) {
		m.names[word] = true
	}
	return m
}

// cut removes the byte at an offset.
func (m *mutator) cut(kind string, at int) mutant {
	text := m.file.Text
	return mutant{kind: kind, text: text[:at] + text[at+1:], line: int(m.file.LineAt(at))}
}

// brackets drops each closing bracket in turn.
func (m *mutator) brackets() (list []mutant) {
	ast.Walk(m.ast, func(base int, n ast.Node) bool {
		var open, shut string
		switch n := n.(type) {
		case *ast.Array:
			open, shut = "[", "]"
		case *ast.Object:
			open, shut = "{", "}"
		case *ast.Paren:
			open, shut = "(", ")"
		case *ast.Dollar:
			open, shut = "$", ")"
		case *ast.Step:
			if len(n.Items) == 0 {
				return true
			}
			open, shut = "[", "]"
		default:
			return true
		}
		text := m.ast.Text(base, n)
		if !strings.HasPrefix(text, open) || !strings.HasSuffix(text, shut) {
			return true
		}
		x := m.cut("bracket", base+n.Bounds().End-1)
		x.to = int(m.file.LineAt(base + n.Bounds().Start))
		list = append(list, x)
		return true
	})
	return list
}

// strings drops the first or the last quote of each string.
func (m *mutator) strings() (list []mutant) {
	ast.Walk(m.ast, func(base int, n ast.Node) bool {
		switch n.(type) {
		case *ast.Literal, *ast.Template:
			text := m.ast.Text(base, n)
			if strings.HasPrefix(text, `'''`) || strings.HasPrefix(text, `"""`) || text[0] != '\'' && text[0] != '"' {
				return true
			}
			at := base + n.Bounds().Start
			if m.rand.IntN(2) == 1 {
				at += len(text) - 1
			}
			list = append(list, m.cut("string", at))
		}
		return true
	})
	return list
}

// shifts moves each line by a column. Lines within brackets keep their place,
// for their indentation has no meaning.
func (m *mutator) shifts() (list []mutant) {
	var lines func([]*ast.Line)
	lines = func(ls []*ast.Line) {
		for _, l := range ls {
			start := m.ast.Base(l)
			at := m.file.Pos(start)
			if l.Join == ast.NoJoin && l.Stmt.Start == l.Indent && at.Column == 1 {
				text := m.file.Text
				if m.rand.IntN(2) == 1 || l.Indent == 0 {
					text = text[:start] + " " + text[start:]
				} else {
					text = text[:start] + text[start+1:]
				}
				list = append(list, mutant{kind: "shift", text: text, line: int(at.Line)})
			}
			lines(l.Children)
		}
	}
	lines(m.ast.Lines)
	return list
}

// heads misspells each head.
func (m *mutator) heads() (list []mutant) {
	ast.Walk(m.ast, func(base int, n ast.Node) bool {
		s, ok := n.(*ast.Stmt)
		if !ok {
			return true
		}
		name, ok := s.Head.(*ast.Name)
		if !ok || len(name.Text) < 3 || len(s.Attrs) == 0 && !m.hasChildren(s) || ast.IsOperator(name.Text) {
			return true
		}
		at := base + name.Start
		if wrong := m.misspell(name.Text); wrong != "" {
			text := m.file.Text
			list = append(list, mutant{kind: "head", text: text[:at] + wrong + text[at+len(name.Text):], line: int(m.file.LineAt(at))})
		}
		return true
	})
	return list
}

// isPlausible tells whether a mutant may as well have been meant: where
// functions have names that are computed, where a part is switched off, and
// where a line, nested in one that takes lines, is the only one that is nested
// in any.
func (m *mutator) isPlausible(x mutant) bool {
	switch x.kind {
	case "head":
		return strings.Contains(x.text, "define \"$(") || strings.Contains(x.text, "noeval")
	case "shift":
		f, _ := parser.Parse(source.NewFile("", x.text), parser.Options{})
		for _, l := range m.ast.Lines {
			if len(l.Children) > 0 {
				return false
			}
		}
		for _, l := range f.Lines {
			if len(l.Children) == 0 {
				continue
			}
			p := m.procs[f.Text(f.Base(l), l.Stmt.Head)]
			return p != nil && (p.Body == sig.Sequence || p.Body == sig.Arguments && len(l.Stmt.Attrs) < min(len(p.Args), 2))
		}
	}
	return false
}

func (m *mutator) hasChildren(s *ast.Stmt) bool {
	found := false
	var lines func([]*ast.Line)
	lines = func(ls []*ast.Line) {
		for _, l := range ls {
			found = found || l.Stmt == s && len(l.Children) > 0
			lines(l.Children)
		}
	}
	lines(m.ast.Lines)
	return found
}

// misspell drops, doubles, swaps or replaces a letter.
func (m *mutator) misspell(name string) string {
	for range 20 {
		i := m.rand.IntN(len(name) - 1)
		var wrong string
		switch m.rand.IntN(4) {
		case 0:
			wrong = name[:i] + name[i+1:]
		case 1:
			wrong = name[:i+1] + name[i:]
		case 2:
			wrong = name[:i] + name[i+1:i+2] + name[i:i+1] + name[i+2:]
		default:
			wrong = name[:i] + string(rune('a'+m.rand.IntN(26))) + name[i+1:]
		}
		if !m.names[wrong] && ast.IsName(wrong) {
			return wrong
		}
	}
	return ""
}

// version returns the hash of a definition, "" where it does not parse.
func version(text string) string {
	f, ds := parser.Parse(source.NewFile("", text), parser.Options{})
	if len(ds) > 0 {
		return ""
	}
	root, _ := tree.Lower(f)
	return tree.Hash(root)
}

// TestMutants makes mistakes in definitions that are well, and expects each
// to be reported on its line, nearly always alone.
func TestMutants(t *testing.T) {
	opts := options()
	procs := map[string]*sig.Proc{}
	for i := range opts.Schema.Procs {
		for _, n := range opts.Schema.Procs[i].Names {
			procs[n] = &opts.Schema.Procs[i]
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	type tally struct{ all, hit, alone int }
	kinds := []string{"bracket", "shift", "head", "string"}
	tallies := map[string]*tally{}
	for _, k := range kinds {
		tallies[k] = &tally{}
	}
	seen := map[string]bool{}
	for _, d := range corpus(t) {
		if strings.HasPrefix(d.text, "import ") {
			continue // any name may be defined in a file that is not there
		}
		if d.fails || len(alarms(d.check(opts))) > 0 || len(d.check(opts)) > 0 {
			continue
		}
		m := newMutator(r, d.text, procs)
		before := version(d.text)
		for _, x := range append(append(append(m.brackets(), m.shifts()...), m.heads()...), m.strings()...) {
			if seen[x.text] || version(x.text) == before || m.isPlausible(x) {
				continue
			}
			seen[x.text] = true
			ds := definition{text: x.text, vars: d.vars}.check(opts)
			c := tallies[x.kind]
			c.all++
			switch {
			case !x.reported(ds):
				t.Errorf("%s: a %s on line %d is not seen\n%s%s", d.name, x.kind, x.line, x.text, text(ds))
			case len(ds) == 1:
				c.hit++
				c.alone++
			default:
				c.hit++
				t.Logf("%s: a %s on line %d\n%s%s", d.name, x.kind, x.line, x.text, text(ds))
			}
		}
	}
	var b strings.Builder
	var sum tally
	for _, k := range kinds {
		c := tallies[k]
		sum.all, sum.alone = sum.all+c.all, sum.alone+c.alone
		fmt.Fprintf(&b, "%-8s %5d mutants, %5d on their line, %5d alone\n", k, c.all, c.hit, c.alone)
	}
	t.Logf("\n%s", b.String())
	if sum.all < 300 || sum.alone*10 < sum.all*9 {
		t.Errorf("%d of %d mutants have one diagnostic, want nine in ten of at least 300", sum.alone, sum.all)
	}
}

func (x mutant) reported(ds []diag.Diagnostic) bool {
	for _, d := range ds {
		line := int(d.Span.Start.Line)
		if line == x.line || line == x.to {
			return true
		}
		// of two lines either may be the one that stands wrong
		if x.kind == "shift" && d.Code == "FLO0310" && (line == x.line-1 || line == x.line+1) {
			return true
		}
	}
	return false
}
