package analysis

import (
	"slices"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Part is what a line at the outermost level says, with the lines nested in
// it. Nothing in it depends on other lines, so that the next version of a file
// takes over the parts whose lines did not change, wherever they stand now. It
// is immutable once made, and versions share it.
type Part struct {
	Nodes    []*tree.Node
	Calls    []*Call
	Symbols  []*Symbol
	Refs     []*Reference
	Mentions []*Mention
	Imports  []*Import
	start    source.Pos // of its line
	depths   depths
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
	f := &File{Env: env, source: syntax.Source, syntax: func() *ast.File { return syntax }, Root: &Scope{}, Parts: make([]*Part, len(syntax.Lines))}
	old := &ast.File{}
	if before != nil {
		f.Root = before.Root // the scopes of parts end in it
		if s := before.Syntax(); s.HasMark() == syntax.HasMark() {
			old = s
		}
	}
	lower := tree.NewLowering(syntax)
	w := walker{f: f, syntax: syntax, role: Uses}
	nodes := make([]*tree.Node, 0, len(syntax.Lines))
	at := 0
	for i, line := range syntax.Lines {
		for at < len(old.Lines) && old.Lines[at].Number < line.Number {
			at++
		}
		var p *Part
		if at < len(old.Lines) && syntax.IsSame(line, old, old.Lines[at]) {
			p = before.Parts[at]
		} else {
			p = w.part(line, lower)
		}
		f.Parts[i] = p
		nodes = append(nodes, p.Nodes...)
		f.Imports = append(f.Imports, p.Imports...)
	}
	f.Tree = lower.Root(nodes)
	f.sum()
	f.index = indexOf(f, before)
	f.Misplaced, f.crooked = layout(env, syntax, f.Parts)
	return f
}

// part analyses a line of the file with those nested in it.
func (w *walker) part(line *ast.Line, lower *tree.Lowering) *Part {
	p := &w.found // whose lists are filled again and again
	*p = Part{Calls: p.Calls[:0], Symbols: p.Symbols[:0], Refs: p.Refs[:0], Mentions: p.Mentions[:0], Imports: p.Imports[:0]}
	p.Nodes = lower.Line(line)
	w.broken, w.loose = nil, nil
	w.noteBroken(nil, line)
	w.nodes(p.Nodes, Context{Scope: w.f.Root})
	return &Part{
		start: w.syntax.Span(w.syntax.Base(line), line.Stmt).Start, Nodes: p.Nodes, Calls: slices.Clone(p.Calls), Symbols: slices.Clone(p.Symbols), Refs: slices.Clone(p.Refs),
		Mentions: slices.Clone(p.Mentions), Imports: slices.Clone(p.Imports), depths: w.layout.depthsIn(line), more: p.more,
	}
}

// sum makes of the parts what is asked of the file as a whole.
func (f *File) sum() {
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

// noteBroken remembers the statements that do not parse, and the names in them.
func (w *walker) noteBroken(parent, l *ast.Line) {
	if len(l.Stmt.Bad) > 0 {
		f, m := w.f, w.found.note()
		m.isBroken = true
		span := w.syntax.Span(w.syntax.Base(l), l.Stmt)
		if w.broken == nil {
			w.broken, w.loose = map[source.Pos]bool{}, map[source.Pos]bool{}
		}
		w.broken[span.Start] = true
		src := f.Source()
		if parent != nil {
			m.damaged = append(m.damaged, src.Pos(w.syntax.Base(parent)+parent.Stmt.Start))
		}
		for _, ch := range l.Children {
			w.loose[src.Pos(w.syntax.Base(ch)+ch.Stmt.Start)] = true
		}
		first, last := src.Row(span.Start), src.Row(span.End)
		for row := first; row <= max(first, last); row++ {
			m.mentioned = append(m.mentioned, names(src.Line(row))...)
		}
	}
	for _, ch := range l.Children {
		w.noteBroken(l, ch)
	}
}
