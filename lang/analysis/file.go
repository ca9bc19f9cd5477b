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
	"maps"
	"slices"
	"sync"
	"weak"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// File is what is known of a file on its own. It is immutable and safe for
// concurrent use.
type File struct {
	Env  *Env
	Tree *tree.Node
	// Root is the outermost scope. Versions of the file share it; what lives
	// in it is told by the file (Has, NamedIn).
	Root *Scope

	Parts   []*Part   // what the lines at the outermost level say, in their order
	Imports []*Import // the files it brings in

	// Misplaced are the lines that stand where they hardly belong.
	Misplaced []Misplaced
	// Mentioned are the names that stand in lines that do not parse, any of
	// which may be a definition.
	Mentioned map[string]bool

	source *source.File
	syntax func() *ast.File

	index     *index
	keyed     map[string]bool     // keys under which functions are given arguments
	wildcards []wildcard          // the patterns of names that are only known at run time
	computed  map[computing]bool  // the kinds of names of which some are only known at run time
	isBroken  bool                // some statement does not parse
	damaged   map[source.Pos]bool // statements that such ones are nested in
	crooked   map[int32]bool      // the numbers of the lines of Misplaced
	asked     *Asked              // notes what is asked, where set
}

// Syntax is the file's syntax tree.
func (f *File) Syntax() *ast.File { return f.syntax() }

// Released returns the file less its syntax tree, of which little use is made:
// where it is asked for, the text is parsed again, and the tree kept as long
// as somebody holds it.
func (f *File) Released(parse func() *ast.File) *File {
	g := *f
	var mu sync.Mutex
	var last weak.Pointer[ast.File]
	g.syntax = func() *ast.File {
		mu.Lock()
		defer mu.Unlock()
		syntax := last.Value()
		if syntax == nil {
			syntax = parse()
			last = weak.Make(syntax)
		}
		return syntax
	}
	return &g
}

// Source is the file's text.
func (f *File) Source() *source.File { return f.source }

// Offset is the byte offset of a position in the file's text.
func (f *File) Offset(p source.Pos) int { return f.source.Offset(p) }

// Path is the name of the file.
func (f *File) Path() string { return f.source.Name }

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
func (f *File) Named(name string) []*Symbol {
	f.askSymbols(name)
	return f.named(name)
}

// Defines tells whether there are symbols of that name, whatever their scope.
func (f *File) Defines(name string) bool {
	f.askKinds(name)
	return len(f.named(name)) > 0
}

// RefsTo returns the references of that name, in the order of the text.
func (f *File) RefsTo(name string) []*Reference {
	f.askRefs(name)
	return pick(f.index, f.index.base.refsTo(name), f.index.own.refsTo(name))
}

// FieldMentions returns the places where a field is named, in the order of the
// text.
func (f *File) FieldMentions(name string) []*Mention {
	f.askRefs("f." + name)
	var list []*Mention
	for m := range f.Mentions() {
		if m.Entity == Field && m.Name == name {
			list = append(list, m)
		}
	}
	return list
}

// SymbolNames lists the names of all symbols, each once, in no order.
func (f *File) SymbolNames() []string {
	x := f.index
	list := slices.AppendSeq(make([]string, 0, len(x.base.symbols)), maps.Keys(x.own.symbols))
	for name := range x.base.symbols {
		if _, twice := x.own.symbols[name]; !twice && f.named(name) != nil {
			list = append(list, name)
		}
	}
	return list
}

// IsBroken tells whether a statement of the file does not parse.
func (f *File) IsBroken() bool {
	if f.asked != nil {
		f.asked.broken = true
	}
	return f.isBroken
}

// AnyMisplaced tells whether there are lines in Misplaced.
func (f *File) AnyMisplaced() bool {
	f.askLayout()
	return len(f.Misplaced) > 0
}

func (f *File) askLayout() {
	if f.asked != nil {
		f.asked.layout = true
	}
}

// IsMisplaced tells whether a position is on one of the lines of Misplaced.
func (f *File) IsMisplaced(p source.Pos) bool {
	f.askLayout()
	return f.crooked[p.Line]
}

// Attr returns the attribute of that name which a call understands, or nil.
func (f *File) Attr(c *Call, name string) *sig.Attr { return f.Env.Attr(c.Proc, name) }

// IsDisturbed tells whether a line in or beneath the call, or one around it,
// stands where it hardly belongs, or does not parse where each line counts.
// What is meant by the names there can't be told.
func (f *File) IsDisturbed(c *Call) bool {
	f.askLayout()
	if len(f.crooked) == 0 && len(f.damaged) == 0 {
		return false
	}
	for ; c != nil; c = c.Parent {
		if f.crooked[c.Node.Span.Start.Line] {
			return true
		}
		counts := c.Name() == "set" || c.Proc != nil && c.Proc.Body == sig.Cases
		if counts && f.damaged[c.Node.Span.Start] {
			return true
		}
		for _, ch := range c.Node.Children {
			if f.crooked[ch.Span.Start.Line] {
				return true
			}
		}
	}
	return false
}
