// Package check looks for mistakes in a definition without running it: it
// parses, resolves names, and applies rules to what it found. The command
// florc check and the language server share it.
//
// The language is dynamically scoped and calls taskers by their names, so
// little can be proved. A rule reports what surely fails or surely does
// nothing of what was meant; where it cannot know, it keeps silent.
package check

import (
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Options says what a definition may rely on. The zero value knows no
// procedure at all.
type Options struct {
	Procs  []sig.Proc     // the procedures there are
	Common []sig.Attr     // the attributes that every node understands
	Parser parser.Options // bounds of what is accepted
	// Taskers and Vars name what is known from outside: taskers, functions
	// and variables given at launch.
	Taskers []string
	Vars    []string
	// StrictTaskers says that Taskers lists every tasker there is: an unknown
	// head is an error then, and not a warning.
	StrictTaskers bool
}

// Checker checks definitions against one set of options. It is immutable and
// safe for concurrent use.
type Checker struct {
	opts    Options
	procs   map[string]*sig.Proc
	common  map[string]*sig.Attr
	attrs   map[string]bool // the names of every attribute of any procedure
	outside map[string]bool // taskers and variables known from outside
}

// New returns a checker.
func New(opts Options) *Checker {
	c := &Checker{
		opts: opts, procs: map[string]*sig.Proc{}, common: map[string]*sig.Attr{},
		attrs: map[string]bool{}, outside: map[string]bool{},
	}
	for i := range opts.Procs {
		p := &opts.Procs[i]
		for _, name := range p.Names {
			c.procs[name] = p
		}
		for _, a := range p.Attrs {
			for _, name := range a.Names {
				c.attrs[name] = true
			}
		}
	}
	for i := range opts.Common {
		for _, name := range opts.Common[i].Names {
			c.common[name] = &opts.Common[i]
			c.attrs[name] = true
		}
	}
	for _, list := range [][]string{opts.Taskers, opts.Vars} {
		for _, name := range list {
			c.outside[name] = true
		}
	}
	return c
}

// Check parses a file and returns what is wrong with it, in the order of the
// text.
func Check(file *source.File, opts Options) []diag.Diagnostic { return New(opts).Check(file) }

// Check parses a file and returns what is wrong with it, in the order of the
// text.
func (c *Checker) Check(file *source.File) []diag.Diagnostic {
	f, ds := parser.Parse(file, c.opts.Parser)
	ds = append(ds, c.Analyze(f).Diagnostics()...)
	diag.Sort(ds)
	return ds
}

// Analysis is what is known about the names of a file. It is immutable.
type Analysis struct {
	File    *ast.File
	Tree    *tree.Node
	Root    *Scope
	Symbols []*Symbol    // what the file defines, in the order of the text
	Refs    []*Reference // where names are used

	checker *Checker
	calls   []*call
	byName  map[string][]*Symbol
	keyed   map[string]bool // keys under which functions are given arguments
	// wildcards are the patterns of names that are only known at run time.
	wildcards []wildcard
	open      bool            // the file brings in names from elsewhere
	broken    map[int]bool    // offsets of statements that do not parse
	loose     map[int]bool    // offsets of statements nested in those
	damaged   map[int]bool    // offsets of statements that those are nested in
	mentioned map[string]bool // names that a broken line may define
	layout    []diag.Diagnostic
	crooked   map[int]bool // lines that stand where they hardly belong
}

// Analyze resolves the names of a file that is parsed already. What does not
// parse is taken to define every name that stands in it, so that one mistake
// does not bring others about.
func (c *Checker) Analyze(f *ast.File) *Analysis {
	root, _ := tree.Lower(f)
	a := &Analysis{
		File: f, Tree: root, Root: &Scope{Node: root}, checker: c,
		byName: map[string][]*Symbol{}, keyed: map[string]bool{},
		broken: map[int]bool{}, loose: map[int]bool{}, damaged: map[int]bool{}, mentioned: map[string]bool{},
	}
	a.noteBroken(nil, f.Lines)
	a.layout, a.crooked = c.layout(f)
	w := walker{a: a}
	w.nodes(root.Children, context{scope: a.Root})
	return a
}

// noteBroken remembers the statements that do not parse, and the names in them.
func (a *Analysis) noteBroken(parent *ast.Line, lines []*ast.Line) {
	for _, l := range lines {
		if len(l.Stmt.Bad) > 0 {
			span := a.File.Span(l.Base, l.Stmt)
			a.broken[span.Start.Offset] = true
			if parent != nil {
				a.damaged[parent.Base+parent.Stmt.Start] = true
			}
			for _, ch := range l.Children {
				a.loose[ch.Base+ch.Stmt.Start] = true
			}
			src := a.File.Source
			for line := span.Start.Line; line <= max(span.End.Line, span.Start.Line); line++ {
				for _, name := range names(src.Line(line)) {
					a.mentioned[name] = true
				}
			}
		}
		a.noteBroken(l, l.Children)
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

// Diagnostics applies the rules. It does not repeat what the parser reported.
func (a *Analysis) Diagnostics() []diag.Diagnostic {
	r := rules{Analysis: a, c: a.checker, found: append([]diag.Diagnostic(nil), a.layout...)}
	r.names()
	for _, c := range a.calls {
		if !c.broken {
			r.call(c)
		}
	}
	diag.Sort(r.found)
	return r.found
}
