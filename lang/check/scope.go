package check

import (
	"strings"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Scope is a part of the tree in which variables live that are not seen
// outside of it.
type Scope struct {
	Parent *Scope
	Node   *tree.Node
	// Function tells that the scope is run as a function. It then sees all
	// that its caller sees, whoever that is.
	Function bool
	// binds tells that the scope holds only the names bound by a pattern;
	// what set makes in it belongs to the scope around.
	binds bool
	// open tells that more names may live in the scope than the text shows.
	open    bool
	symbols map[string][]*Symbol
}

// inFunction tells whether the scope is, or is within, a function.
func (s *Scope) inFunction() bool {
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

// sees returns the symbols of that name in the scope and those around it, the
// innermost first.
func (s *Scope) sees(name string) []*Symbol {
	var list []*Symbol
	for ; s != nil; s = s.Parent {
		list = append(list, s.symbols[name]...)
	}
	return list
}

// has tells whether the scope sees a symbol of that name.
func (s *Scope) has(name string) bool {
	for ; s != nil; s = s.Parent {
		if len(s.symbols[name]) > 0 {
			return true
		}
	}
	return false
}

// holder returns the scope in which set makes a variable.
func (s *Scope) holder() *Scope {
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
	Name  string
	Span  source.Span
	Scope *Scope
	// Head tells that the name is called, with attributes or children.
	Head bool

	call    *call // that the name is part of
	muted   bool  // where it stands for nothing, that is no failure
	handled bool  // a failure here is handled further up
	only    bool  // muted, and no alternative follows
	words   []string
}

// Definitions returns the symbols that a reference may stand for: those that
// its scope sees, the innermost first, or, in a function that sees none, every
// symbol of that name.
func (a *Analysis) Definitions(ref *Reference) []*Symbol {
	if !ref.Scope.has(ref.Name) && a.seesAll(ref) {
		return a.byName[ref.Name]
	}
	return ref.Scope.sees(ref.Name)
}

// seesAll tells whether a reference may see every symbol of the file: from
// within a function, which sees what its callers see, and where lines stand
// in a place in which they were hardly meant to be.
func (a *Analysis) seesAll(ref *Reference) bool {
	return len(a.layout) > 0 || ref.Scope.inFunction()
}

// isDefined tells whether a reference has definitions.
func (a *Analysis) isDefined(ref *Reference) bool {
	return ref.Scope.has(ref.Name) || len(a.byName[ref.Name]) > 0 && a.seesAll(ref)
}

// implicit are the names that the machine itself may give to a function that
// it calls: arguments, elements of collections, messages and errors.
var implicit = map[string]bool{
	"args": true, "arga": true, "argv": true, "argh": true, "argd": true, "arguments": true, "yield": true,
	"elt": true, "key": true, "val": true, "idx": true, "len": true, "res": true,
	"msg": true, "err": true, "sig": true, "fcid": true,
	"reply": true, "from": true, "replies": true, "branch_count": true, "over": true, "rets": true,
	"a": true, "b": true,
}

// resolves tells whether a reference may stand for something.
func (a *Analysis) resolves(ref *Reference) bool {
	name := ref.Name
	switch {
	case a.checker.procs[name] != nil, a.checker.outside[name], ref.Scope.isOpen(), a.open:
		return true
	case a.isDefined(ref):
		return true
	case ref.Scope.inFunction() && (implicit[name] || a.keyed[name]):
		return true
	}
	for _, w := range a.wildcards {
		if w.matches(name) {
			return true
		}
	}
	return false
}

// wildcard is the pattern of a name that is computed: the text before and
// after what is computed.
type wildcard struct{ prefix, suffix string }

func (w wildcard) matches(name string) bool {
	return len(name) >= len(w.prefix)+len(w.suffix) &&
		strings.HasPrefix(name, w.prefix) && strings.HasSuffix(name, w.suffix)
}

func (a *Analysis) define(name string, kind Kind, n, at *tree.Node, scope *Scope) {
	if name != "" && name != "_" {
		a.add(&Symbol{Name: name, Kind: kind, Span: a.nameSpan(at, name), Scope: scope, Node: n})
	}
}

func (a *Analysis) add(s *Symbol) {
	a.Symbols = append(a.Symbols, s)
	a.byName[s.Name] = append(a.byName[s.Name], s)
	if s.Scope.symbols == nil {
		s.Scope.symbols = map[string][]*Symbol{}
	}
	s.Scope.symbols[s.Name] = append(s.Scope.symbols[s.Name], s)
}

// nameSpan returns where a name stands in the text of a node: most often at
// its start.
func (a *Analysis) nameSpan(n *tree.Node, name string) source.Span {
	src := a.File.Source
	from, to := n.Span.Start.Offset, n.Span.End.Offset
	if !n.Span.IsValid() || to > len(src.Text) || from > to {
		return n.Span
	}
	text := src.Text[from:to]
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return n.Span
		}
		if i += at; wordAt(text, i, len(name)) {
			return src.Span(from+i, from+i+len(name))
		}
		at = i + 1
	}
}
