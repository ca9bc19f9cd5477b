package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

// block is a number of lines beside each other, with the line they are
// nested in.
type block struct {
	parent *ast.Line // nil at the outermost level
	lines  []*ast.Line
}

// delta is how much deeper the block stands than its parent.
func (b *block) delta() int { return b.usual(0) - b.parent.Indent }

// usual returns the indentation of most lines; where as many have another,
// the one that is step deeper than the parent, or the first one.
func (b *block) usual(step int) int {
	count := map[int]int{}
	best := b.lines[0].Indent
	for _, l := range b.lines {
		count[l.Indent]++
	}
	for _, l := range b.lines {
		switch n := count[l.Indent]; {
		case n > count[best], n == count[best] && b.parent != nil && l.Indent == b.parent.Indent+step:
			best = l.Indent
		}
	}
	return best
}

// layout finds lines that stand a column or so beside the lines that they
// seem to belong to. Indentation is meaning, and such a line is taken for
// something else than it looks like.
func (c *Checker) layout(f *ast.File) (found []diag.Diagnostic, crooked map[int]bool) {
	blocks := blocksOf(nil, f.Lines, nil)
	h := habitOf(blocks)
	crooked = map[int]bool{}
	report := func(l *ast.Line, hint string) {
		span := f.Span(l.Base, l.Stmt)
		if crooked[span.Start.Line] {
			return
		}
		crooked[span.Start.Line] = true
		if span.End.Line != span.Start.Line {
			span = f.Source.Span(span.Start.Offset, f.Source.LineStart(span.Start.Line)+len(f.Source.Line(span.Start.Line)))
		}
		found = append(found, diag.Diagnostic{
			Code: codeLayout, Severity: diag.Warning, Span: span,
			Message: fmt.Sprintf("this line is indented by %s, which fits none of the lines around it", columns(l.Indent)),
			Hint:    hint,
		})
	}
	for i := range blocks {
		b := &blocks[i]
		if b.parent != nil && crooked[f.Span(b.parent.Base, b.parent.Stmt).Start.Line] {
			continue // their parent is what is wrong
		}
		usual := b.usual(h.step)
		for _, l := range b.lines {
			if l.Indent != usual {
				report(l, fmt.Sprintf("the lines beside it are indented by %s", columns(usual)))
			}
		}
		if b.parent == nil {
			continue
		}
		switch d := b.delta(); {
		case h.isSlip(d):
			report(b.lines[0], fmt.Sprintf("elsewhere in the file lines stand %s deeper than the line they are nested in; is it one of the lines beside line %d?", columns(h.step), f.Span(b.parent.Base, b.parent.Stmt).Start.Line))
		case h.step == 0 && d == 1 && !c.takesBody(b.parent.Stmt):
			l := b.lines[0]
			if len(b.lines) > 1 && b.parent.Indent > 0 {
				l = b.parent
			}
			report(l, "indent it like the lines that it belongs with")
		}
	}
	return found, crooked
}

func columns(n int) string {
	if n == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", n)
}

// blocksOf lists the blocks of indented lines, those that come first first.
// Lines joined to others have no indentation of their own.
func blocksOf(parent *ast.Line, lines []*ast.Line, list []block) []block {
	b := block{parent: parent}
	for _, l := range lines {
		if l.Join == ast.NoJoin && l.Stmt.Head != nil {
			b.lines = append(b.lines, l)
		}
	}
	if len(b.lines) > 0 && (parent == nil || parent.Join == ast.NoJoin) {
		list = append(list, b)
	}
	for _, l := range lines {
		list = blocksOf(l, l.Children, list)
	}
	return list
}

// habit is by how much the blocks of a file are indented.
type habit struct {
	step  int         // what most blocks have, of 2 and more; 0 for none
	count map[int]int // of the blocks of each depth
}

func habitOf(blocks []block) habit {
	h := habit{count: map[int]int{}}
	narrow := map[*ast.Line]bool{} // lines that stand but one column deeper
	for i := range blocks {
		b := &blocks[i]
		if b.parent == nil {
			continue
		}
		d := b.delta()
		if d == 1 {
			for _, l := range b.lines {
				narrow[l] = true
			}
			if narrow[b.parent] {
				continue // the same slip, seen again
			}
		}
		h.count[d]++
	}
	for d, n := range h.count {
		if d > 1 && (n > h.count[h.step] || n == h.count[h.step] && d < h.step) {
			h.step = d
		}
	}
	if h.count[1] > h.count[h.step] {
		h.step = 0
	}
	return h
}

// isSlip tells whether a depth is one that the author hardly meant: a single
// column where others have more, or the only one that is off by one.
func (h habit) isSlip(d int) bool {
	if h.step == 0 || d == h.step {
		return false
	}
	if d == 1 {
		return true
	}
	blocks := 0
	for _, n := range h.count {
		blocks += n
	}
	return (d == h.step-1 || d == h.step+1) && blocks > 3 && h.count[h.step] == blocks-1
}

// takesBody tells whether lines nested in a statement surely make sense.
func (c *Checker) takesBody(s *ast.Stmt) bool {
	name, ok := s.Head.(*ast.Name)
	if !ok {
		return false
	}
	p := c.procs[name.Text]
	if p == nil {
		return true
	}
	switch p.Body {
	case sig.NoBody:
		return false
	case sig.Arguments:
		return len(s.Attrs) < 2
	}
	return true
}
