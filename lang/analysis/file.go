// Package analysis says what a definition means without running it: which
// names it gives a meaning to and where they are used, in which scopes; which
// procedures, taskers, tags, fields, signals and files it speaks of. It sees
// one file (File) or a project (Project). The rules of florc check, the
// language server and its refactorings all ask it.
//
// The language is dynamically scoped and calls taskers by their names, so
// little can be proved; what is not known is said to be not known.
package analysis

import (
	"sync"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// File is what is known of a file on its own. It is immutable and safe for
// concurrent use.
type File struct {
	Env    *Env
	Syntax *ast.File
	Tree   *tree.Node
	Root   *Scope

	Calls    []*Call      // what does something, in the order of the text
	Symbols  []*Symbol    // the variables and functions that the file defines, likewise
	Refs     []*Reference // where names of variables, functions and procedures are used
	Mentions []*Mention   // where tags, fields, signals, taskers and files are named
	Imports  []*Import    // the files it brings in

	// Misplaced are the lines that stand where they hardly belong.
	Misplaced []Misplaced
	// Mentioned are the names that stand in lines that do not parse, any of
	// which may be a definition.
	Mentioned map[string]bool

	byName    map[string][]*Symbol
	keyed     map[string]bool     // keys under which functions are given arguments
	wildcards []wildcard          // the patterns of names that are only known at run time
	computed  map[computing]bool  // the kinds of names of which some are only known at run time
	broken    map[source.Pos]bool // statements that do not parse
	loose     map[source.Pos]bool // statements nested in those
	damaged   map[source.Pos]bool // statements that those are nested in
	crooked   map[int]bool        // the lines of Misplaced

	flowOnce sync.Once
	stops    map[*tree.Node]sig.After // the nodes after which nothing is run
	refsOnce sync.Once
	refs     map[string][]*Reference
}

// Analyze resolves the names of a parsed file. What does not parse is taken
// to define every name that stands in it, so that one mistake does not bring
// others about.
func Analyze(env *Env, syntax *ast.File) *File {
	root, _ := tree.Lower(syntax)
	f := &File{
		Env: env, Syntax: syntax, Tree: root, Root: &Scope{Node: root}, Mentioned: map[string]bool{},
		byName: map[string][]*Symbol{}, keyed: map[string]bool{}, computed: map[computing]bool{},
		broken: map[source.Pos]bool{}, loose: map[source.Pos]bool{}, damaged: map[source.Pos]bool{},
	}
	f.noteBroken(nil, syntax.Lines)
	f.Misplaced, f.crooked = layout(env, syntax)
	w := walker{f: f, role: Uses}
	w.nodes(root.Children, Context{Scope: f.Root})
	return f
}

// Source is the file's text.
func (f *File) Source() *source.File { return f.Syntax.Source }

// Offset is the byte offset of a position in the file's text.
func (f *File) Offset(p source.Pos) int { return f.Syntax.Source.Offset(p) }

// Path is the name of the file.
func (f *File) Path() string { return f.Syntax.Source.Name }

// noteBroken remembers the statements that do not parse, and the names in them.
func (f *File) noteBroken(parent *ast.Line, lines []*ast.Line) {
	for _, l := range lines {
		if len(l.Stmt.Bad) > 0 {
			span := f.Syntax.Span(l.Base, l.Stmt)
			f.broken[span.Start] = true
			if parent != nil {
				f.damaged[f.Source().Pos(parent.Base+parent.Stmt.Start)] = true
			}
			for _, ch := range l.Children {
				f.loose[f.Source().Pos(ch.Base+ch.Stmt.Start)] = true
			}
			src := f.Source()
			for line := span.Start.Line; line <= max(span.End.Line, span.Start.Line); line++ {
				for _, name := range names(src.Line(int(line))) {
					f.Mentioned[name] = true
				}
			}
		}
		f.noteBroken(l, l.Children)
	}
}

// names lists the names that stand in a text.
func names(text string) []string {
	var list []string
	for text != "" {
		n := ast.SymbolLen(text)
		if n > 0 {
			list = append(list, text[:n])
		}
		text = text[max(n, 1):]
	}
	return list
}

// Named returns the symbols of that name, in the order of the text, whatever
// their scope.
func (f *File) Named(name string) []*Symbol { return f.byName[name] }

// RefsTo returns the references of that name, in the order of the text.
func (f *File) RefsTo(name string) []*Reference {
	f.refsOnce.Do(func() {
		f.refs = make(map[string][]*Reference, len(f.byName))
		for _, r := range f.Refs {
			f.refs[r.Name] = append(f.refs[r.Name], r)
		}
	})
	return f.refs[name]
}

// SymbolNames lists the names of all symbols, each once, in no order.
func (f *File) SymbolNames() []string {
	list := make([]string, 0, len(f.byName))
	for name := range f.byName {
		list = append(list, name)
	}
	return list
}

// IsBroken tells whether a statement of the file does not parse.
func (f *File) IsBroken() bool { return len(f.broken) > 0 }

// IsMisplaced tells whether a line, from 1, is one of Misplaced.
func (f *File) IsMisplaced(line int) bool { return f.crooked[line] }

// Attr returns the attribute of that name which a call understands, or nil.
func (f *File) Attr(c *Call, name string) *sig.Attr { return f.Env.Attr(c.Proc, name) }

// IsDisturbed tells whether a line in or beneath the call, or one around it,
// stands where it hardly belongs, or does not parse where each line counts.
// What is meant by the names there can't be told.
func (f *File) IsDisturbed(c *Call) bool {
	if len(f.crooked) == 0 && len(f.damaged) == 0 {
		return false
	}
	for ; c != nil; c = c.Parent {
		if f.crooked[c.Node.Line()] {
			return true
		}
		counts := c.Name() == "set" || c.Proc != nil && c.Proc.Body == sig.Cases
		if counts && f.damaged[c.Node.Span.Start] {
			return true
		}
		for _, ch := range c.Node.Children {
			if f.crooked[ch.Line()] {
				return true
			}
		}
	}
	return false
}
