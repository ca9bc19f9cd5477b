package analysis

import (
	"strings"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Scope is a part of the tree in which variables live that are not seen
// outside of it.
type Scope struct {
	Parent *Scope
	Node   *tree.Node // nil for the outermost one; see File.NodeOf
	// Function tells that the scope is run as a function. It then sees all
	// that its caller sees, whoever that is.
	Function bool
	// binds tells that the scope holds only the names bound by a pattern;
	// what set makes in it belongs to the scope around.
	binds bool
	// open tells that more names may live in the scope than the text shows.
	open bool
	// symbols are those that live in the scope, but for the outermost one; a
	// map of them where there are many.
	symbols []*Symbol
	byName  map[string][]*Symbol
}

// manySymbols is from how many on a scope has a map of its symbols.
const manySymbols = 12

func (s *Scope) add(sym *Symbol) {
	s.symbols = append(s.symbols, sym)
	switch n := len(s.symbols); {
	case n == manySymbols:
		s.byName = map[string][]*Symbol{}
		for _, old := range s.symbols {
			s.byName[old.Name] = append(s.byName[old.Name], old)
		}
	case n > manySymbols:
		s.byName[sym.Name] = append(s.byName[sym.Name], sym)
	}
}

// named returns the symbols of that name that live in the scope itself.
func (s *Scope) named(name string) []*Symbol {
	if s.byName != nil {
		return s.byName[name]
	}
	var list []*Symbol
	for i, sym := range s.symbols {
		switch {
		case sym.Name != name:
		case list == nil:
			list = s.symbols[i : i+1 : i+1]
		default:
			list = append(list, sym)
		}
	}
	return list
}

// encloses tells whether another scope is within the scope.
func (s *Scope) encloses(inner *Scope) bool {
	for ; inner != nil; inner = inner.Parent {
		if inner == s {
			return true
		}
	}
	return false
}

// InFunction tells whether the scope is, or is within, a function.
func (s *Scope) InFunction() bool {
	for ; s != nil; s = s.Parent {
		if s.Function {
			return true
		}
	}
	return false
}

func (s *Scope) isOpen() bool {
	for ; s != nil; s = s.Parent {
		if s.open {
			return true
		}
	}
	return false
}

// NamedIn returns the symbols of that name that live in a scope itself.
func (f *File) NamedIn(s *Scope, name string) []*Symbol {
	if s == f.Root {
		f.askOuter(name)
		return f.outermost(name)
	}
	return s.named(name)
}

// NodeOf returns the node that a scope is of.
func (f *File) NodeOf(s *Scope) *tree.Node {
	if s == f.Root {
		return f.Tree
	}
	return s.Node
}

// sees returns the symbols of that name in the scope and those around it, the
// innermost first.
func (f *File) sees(s *Scope, name string) []*Symbol {
	var list []*Symbol
	for ; s != nil; s = s.Parent {
		list = append(list, f.NamedIn(s, name)...)
	}
	return list
}

// Has tells whether a scope sees a symbol of that name.
func (f *File) Has(s *Scope, name string) bool {
	for ; s != nil && s != f.Root; s = s.Parent {
		if len(s.named(name)) > 0 {
			return true
		}
	}
	if s == nil {
		return false
	}
	f.askKinds(name)
	return len(f.outermost(name)) > 0
}

// Holder returns the scope in which set makes a variable.
func (s *Scope) Holder() *Scope {
	for s.binds && s.Parent != nil {
		s = s.Parent
	}
	return s
}

// Kind says what a symbol is.
type Kind string

// The kinds of symbols.
const (
	Variable  Kind = "variable"
	Function  Kind = "function"
	Parameter Kind = "parameter"
	Binding   Kind = "binding" // bound by a pattern, or by case and match
)

// Symbol is a name that the file gives a meaning to.
type Symbol struct {
	Name  string
	Kind  Kind
	Span  source.Span // of the name, where it stands in the text
	Scope *Scope
	Node  *tree.Node // the node that defines it
}

// Reference is a place where a name is used.
type Reference struct {
	Name string
	Span source.Span
	// Head tells that the name is called, with attributes or children.
	Head bool

	// Call is the call whose head the name is, or else the one that it is
	// given to.
	Call    *Call
	Context // around the name
}

// wildcard is the pattern of a name that is computed: the text before and
// after what is computed.
type wildcard struct{ prefix, suffix string }

func (w wildcard) matches(name string) bool {
	return len(name) >= len(w.prefix)+len(w.suffix) &&
		strings.HasPrefix(name, w.prefix) && strings.HasSuffix(name, w.suffix)
}

func (w *walker) define(name string, kind Kind, n, at *tree.Node, scope *Scope) {
	if name != "" && name != "_" {
		w.add(&Symbol{Name: name, Kind: kind, Span: w.f.nameSpan(at, name), Scope: scope, Node: n})
	}
}

func (w *walker) add(s *Symbol) {
	w.found.Symbols = append(w.found.Symbols, s)
	if s.Scope == w.f.Root {
		return // the file tells what lives there
	}
	s.Scope.add(s)
}

// nameSpan returns where a name stands in the text of a node: most often at
// its start.
func (f *File) nameSpan(n *tree.Node, name string) source.Span {
	text := f.Source().Slice(n.Span)
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return n.Span
		}
		if i += at; wordAt(text, i, len(name)) {
			return f.spanAt(n.Span.Start, text[:i], len(name))
		}
		at = i + 1
	}
}

// spanAt returns the place of size bytes that come after a position and the
// text that follows it.
func (f *File) spanAt(p source.Pos, text string, size int) source.Span {
	if strings.ContainsAny(text, "\n\r") {
		at := f.Offset(p) + len(text)
		return f.Source().Span(at, at+size)
	}
	p = p.Plus(len(text))
	return source.Span{Start: p, End: p.Plus(size)}
}
