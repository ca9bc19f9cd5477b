package analysis

import (
	"slices"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Part is what a line at the outermost level says, with the lines nested in
// it. Nothing in it depends on other lines, so that the next version of a file
// takes over the parts whose lines did not change and did not move. It is
// immutable once made, and versions share it.
type Part struct {
	Nodes    []*tree.Node
	Calls    []*Call
	Symbols  []*Symbol
	Refs     []*Reference
	Mentions []*Mention
	Imports  []*Import
	more     *more // nil for nothing
}

// more is what few parts have.
type more struct {
	keyed     []string
	wildcards []wildcard
	computed  []computing
	mentioned []string
	damaged   []source.Pos
	isBroken  bool
}

func (p *Part) note() *more {
	if p.more == nil {
		p.more = &more{}
	}
	return p.more
}

// Analyze resolves the names of a parsed file. What does not parse is taken
// to define every name that stands in it, so that one mistake does not bring
// others about.
func Analyze(env *Env, syntax *ast.File) *File { return analyze(env, syntax, nil) }

// Next is Analyze for the next version of the file, which shares with it what
// the lines say that did not change. The file itself stays as it is.
func (f *File) Next(syntax *ast.File) *File { return analyze(f.Env, syntax, f) }

func analyze(env *Env, syntax *ast.File, before *File) *File {
	f := &File{Env: env, source: syntax.Source, syntax: func() *ast.File { return syntax }, Root: &Scope{}, Parts: make([]*Part, len(syntax.Lines)), lazy: &lazy{}}
	var old []*ast.Line
	if before != nil {
		// the scopes of parts end in the outermost one
		f.Root, old = before.Root, before.Syntax().Lines
		f.Calls = make([]*Call, 0, len(before.Calls)+64)
		f.Symbols = make([]*Symbol, 0, len(before.Symbols)+16)
		f.Refs = make([]*Reference, 0, len(before.Refs)+64)
		f.Mentions = make([]*Mention, 0, len(before.Mentions)+16)
	}
	lower := tree.NewLowering(syntax)
	w := walker{f: f, syntax: syntax, role: Uses}
	nodes := make([]*tree.Node, 0, len(syntax.Lines))
	at := 0
	for i, line := range syntax.Lines {
		for at < len(old) && old[at].Row < line.Row {
			at++
		}
		var p *Part
		if at < len(old) && line.IsSame(old[at]) {
			p = before.Parts[at]
		} else {
			p = w.part(line, lower)
		}
		f.Parts[i] = p
		nodes = append(nodes, p.Nodes...)
		f.Calls = append(f.Calls, p.Calls...)
		f.Symbols = append(f.Symbols, p.Symbols...)
		f.Refs = append(f.Refs, p.Refs...)
		f.Mentions = append(f.Mentions, p.Mentions...)
		f.Imports = append(f.Imports, p.Imports...)
	}
	if before == nil {
		f.share()
	}
	f.Tree = lower.Root(nodes)
	f.index()
	f.Misplaced, f.crooked = layout(env, syntax)
	return f
}

// share makes the lists of the parts pieces of those of the file.
func (f *File) share() {
	var calls, symbols, refs, mentions int
	for _, p := range f.Parts {
		p.Calls, calls = piece(f.Calls, calls, len(p.Calls))
		p.Symbols, symbols = piece(f.Symbols, symbols, len(p.Symbols))
		p.Refs, refs = piece(f.Refs, refs, len(p.Refs))
		p.Mentions, mentions = piece(f.Mentions, mentions, len(p.Mentions))
	}
}

func piece[T any](list []T, from, n int) ([]T, int) { return list[from : from+n : from+n], from + n }

// part analyses a line of the file with those nested in it.
func (w *walker) part(line *ast.Line, lower *tree.Lowering) *Part {
	p := &w.found // whose lists are filled again and again
	*p = Part{Calls: p.Calls[:0], Symbols: p.Symbols[:0], Refs: p.Refs[:0], Mentions: p.Mentions[:0], Imports: p.Imports[:0]}
	p.Nodes = lower.Line(line)
	w.broken, w.loose = nil, nil
	w.noteBroken(nil, line)
	w.nodes(p.Nodes, Context{Scope: w.f.Root})
	return &Part{
		Nodes: p.Nodes, Calls: slices.Clone(p.Calls), Symbols: slices.Clone(p.Symbols), Refs: slices.Clone(p.Refs),
		Mentions: slices.Clone(p.Mentions), Imports: slices.Clone(p.Imports), more: p.more,
	}
}

// index makes of the parts what is asked of the file as a whole.
func (f *File) index() {
	f.byName = make(map[string][]*Symbol, len(f.Symbols))
	f.outermost = map[string][]*Symbol{}
	for i, s := range f.Symbols {
		put(f.byName, f.Symbols, i)
		if s.Scope == f.Root {
			put(f.outermost, f.Symbols, i)
		}
	}
	f.keyed, f.computed = map[string]bool{}, map[computing]bool{}
	f.Mentioned, f.damaged = map[string]bool{}, map[source.Pos]bool{}
	for _, p := range f.Parts {
		m := p.more
		if m == nil {
			continue
		}
		f.wildcards = append(f.wildcards, m.wildcards...)
		f.isBroken = f.isBroken || m.isBroken
		for _, name := range m.keyed {
			f.keyed[name] = true
		}
		for _, c := range m.computed {
			f.computed[c] = true
		}
		for _, name := range m.mentioned {
			f.Mentioned[name] = true
		}
		for _, at := range m.damaged {
			f.damaged[at] = true
		}
	}
}

// put adds a symbol of a list to those of its name. Where it is the only one
// it needs no list of its own.
func put(index map[string][]*Symbol, list []*Symbol, i int) {
	name := list[i].Name
	if before, known := index[name]; known {
		index[name] = append(before, list[i])
	} else {
		index[name] = list[i : i+1 : i+1]
	}
}

// noteBroken remembers the statements that do not parse, and the names in them.
func (w *walker) noteBroken(parent, l *ast.Line) {
	if len(l.Stmt.Bad) > 0 {
		f, m := w.f, w.found.note()
		m.isBroken = true
		span := w.syntax.Span(l.Base, l.Stmt)
		if w.broken == nil {
			w.broken, w.loose = map[source.Pos]bool{}, map[source.Pos]bool{}
		}
		w.broken[span.Start] = true
		src := f.Source()
		if parent != nil {
			m.damaged = append(m.damaged, src.Pos(parent.Base+parent.Stmt.Start))
		}
		for _, ch := range l.Children {
			w.loose[src.Pos(ch.Base+ch.Stmt.Start)] = true
		}
		for line := span.Start.Line; line <= max(span.End.Line, span.Start.Line); line++ {
			m.mentioned = append(m.mentioned, names(src.Line(int(line)))...)
		}
	}
	for _, ch := range l.Children {
		w.noteBroken(l, ch)
	}
}
