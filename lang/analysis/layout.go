package analysis

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
)

// block is a number of lines beside each other, with the line they are
// nested in.
type block struct {
	parent *ast.Line // nil at the outermost level
	around *ast.Line // the line that the parent is nested in, or nil
	lead   *ast.Line // of the parent, the one that starts the line of text
	lines  []*ast.Line
}

// delta is how much deeper the block stands than its parent.
func (b *block) delta() int { return b.usual(0) - b.parent.Indent }

// usual returns the indentation of most lines; where as many have another,
// the one that is step deeper than the parent, or the first one.
func (b *block) usual(step int) int {
	best := b.lines[0].Indent
	if !slices.ContainsFunc(b.lines, func(l *ast.Line) bool { return l.Indent != best }) {
		return best
	}
	count := map[int]int{}
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

// Misplaced is a line that stands where it hardly belongs.
type Misplaced struct {
	Span   source.Span // of the line, without its indentation
	Indent int         // in columns
	Hint   string      // what speaks against its place
}

// layouter finds lines that stand a column or so beside the lines that they
// seem to belong to. Indentation is meaning, and such a line is taken for
// something else than it looks like.
type layouter struct {
	env     *Env
	f       *ast.File
	outer   block   // the outermost one
	blocks  []block // those that are looked at, the ones that come first first
	habit   habit
	found   []Misplaced
	crooked map[int32]bool // the numbers of the lines found
}

// depths says how deep the blocks of a part stand, all but the outermost one.
type depths struct {
	counts []depth
	step   int  // what all of them have, 0 for none
	uneven bool // or they differ, or lines beside each other do
}

// depth is how many blocks stand by so many columns deeper than their parents.
type depth struct{ by, blocks int }

// depthsIn finds the depths of a line with those nested in it.
func (y *layouter) depthsIn(line *ast.Line) (d depths) {
	y.blocks = y.blocks[:0]
	y.collect(block{parent: line, lead: line}, line.Children)
	for i := range y.blocks {
		b := &y.blocks[i]
		by := b.delta()
		first := b.lines[0].Indent
		d.uneven = d.uneven || by < 2 || slices.ContainsFunc(b.lines, func(l *ast.Line) bool { return l.Indent != first })
		if b.parent.Join == ast.Child || by == 1 && b.isNarrow() { // the same slip, seen again
			continue
		}
		d.uneven = d.uneven || d.step != 0 && d.step != by
		d.step = by
		at := slices.IndexFunc(d.counts, func(c depth) bool { return c.by == by })
		if at < 0 {
			at = len(d.counts)
			d.counts = append(d.counts, depth{by: by})
		}
		d.counts[at].blocks++
	}
	return d
}

func layout(env *Env, f *ast.File, parts []*Part) (found []Misplaced, crooked map[int32]bool) {
	y := &layouter{env: env, f: f, crooked: map[int32]bool{}, outer: block{lines: own(f.Lines)}}
	y.findHabit(parts)
	if len(y.outer.lines) > 0 {
		y.block(&y.outer)
	}
	var lead *ast.Line
	for i, l := range f.Lines {
		lead = y.outer.leads(f.Lines, i, lead)
		if d := &parts[i].depths; len(l.Children) == 0 || !d.uneven && (d.step == 0 || d.step == y.habit.step) {
			continue // nothing in it is out of line
		}
		y.blocks = y.blocks[:0]
		y.collect(block{parent: l, lead: lead}, l.Children)
		for i := range y.blocks {
			y.block(&y.blocks[i])
		}
	}
	return y.found, y.crooked
}

func (y *layouter) block(b *block) {
	p := b.parent
	if p != nil && len(y.crooked) > 0 && y.crooked[y.at(p).Line] {
		return // their parent is what is wrong
	}
	usual := b.usual(y.habit.step)
	for _, l := range b.lines {
		if l.Indent == usual {
			continue
		}
		if p != nil && (b.isNarrow() || y.isLoneRoot(b)) {
			y.report(b.lead, fmt.Sprintf("the lines after it are indented by %s", Columns(usual)))
			return
		}
		y.report(l, fmt.Sprintf("the lines beside it are indented by %s", Columns(usual)))
	}
	if p == nil {
		return
	}
	first := b.lines[0]
	switch d := b.delta(); {
	case p.Join == ast.Child && (d != 1 || y.takesBody(p)):
	case y.habit.isSlip(d) && p.Join != ast.Child && !y.isLoneRoot(b):
		y.report(first, fmt.Sprintf("elsewhere in the file lines stand %s deeper than the line they are nested in; is it one of the lines beside line %d?", Columns(y.habit.step), y.row(p)))
	case d != 1:
	case y.isLoneRoot(b):
		y.report(b.lead, fmt.Sprintf("the lines after it are indented by %s", Columns(usual)))
	case y.habit.step > 0 && p.Join != ast.Child || y.takesBody(p):
	case b.isNarrow():
		y.report(b.lead, fmt.Sprintf("the lines after it are indented by %s", Columns(usual)))
	default:
		y.report(first, fmt.Sprintf("is it one of the lines beside line %d?", y.row(p)))
	}
}

// isNarrow tells whether the parent stands but one column deeper than the line
// it is nested in.
func (b *block) isNarrow() bool { return b.around != nil && b.parent.Indent == b.around.Indent+1 }

// isLoneRoot tells whether all other lines are nested in the parent, which does
// not start at the margin.
func (y *layouter) isLoneRoot(b *block) bool {
	return b.around == nil && b.lead.Indent > 0 && len(y.outer.lines) == 1
}

// at is where a line of the definition starts, row the row that this is on.
func (y *layouter) at(l *ast.Line) source.Pos { return y.f.Source.Pos(y.f.Base(l) + l.Stmt.Start) }
func (y *layouter) row(l *ast.Line) int       { return y.f.Source.Row(y.at(l)) }

// report reports a line that starts a line of text.
func (y *layouter) report(l *ast.Line, hint string) {
	number, row := y.at(l).Line, y.row(l)
	if y.crooked[number] {
		return
	}
	y.crooked[number] = true
	src := y.f.Source
	start := src.LineStart(row)
	y.found = append(y.found, Misplaced{Span: src.Span(start+l.Indent, start+len(src.Line(row))), Indent: l.Indent, Hint: hint})
}

// Columns counts columns in words.
func Columns(n int) string {
	if n == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", n)
}

// own lists those of several lines that have an indentation of their own: joined
// ones have none.
func own(lines []*ast.Line) []*ast.Line {
	isOwn := func(i int) bool {
		l := lines[i]
		return l.Join != ast.Child && (l.Join == ast.NoJoin || i == 0) && l.Stmt.Head != nil
	}
	n := 0
	for n < len(lines) && isOwn(n) {
		n++
	}
	list := lines[:n:n]
	for i := n; i < len(lines); i++ {
		if isOwn(i) {
			list = append(list, lines[i])
		}
	}
	return list
}

// leads returns the line that starts the line of text which the i-th of the
// block's lines is on, given that of the one before.
func (b *block) leads(lines []*ast.Line, i int, before *ast.Line) *ast.Line {
	switch l := lines[i]; {
	case l.Join == ast.Child:
		return b.lead
	case l.Join == ast.NoJoin || i == 0:
		return l
	}
	return before
}

// collect lists the blocks of indented lines, those that come first first. The
// block at hand has no lines yet.
func (y *layouter) collect(b block, lines []*ast.Line) {
	b.lines = own(lines)
	if len(b.lines) > 0 {
		y.blocks = append(y.blocks, b)
	}
	var lead *ast.Line
	for i, l := range lines {
		lead = b.leads(lines, i, lead)
		if len(l.Children) > 0 {
			y.collect(block{parent: l, around: b.parent, lead: lead}, l.Children)
		}
	}
}

// habit is by how much the blocks of a file are indented.
type habit struct {
	step  int         // what most blocks have, of 2 and more; 0 for none
	count map[int]int // of the blocks of each depth
}

func (y *layouter) findHabit(parts []*Part) {
	h := habit{count: map[int]int{}}
	for _, p := range parts {
		for _, d := range p.depths.counts {
			h.count[d.by] += d.blocks
		}
	}
	for d, n := range h.count {
		if d > 1 && (n > h.count[h.step] || n == h.count[h.step] && d < h.step) {
			h.step = d
		}
	}
	if h.count[1] > h.count[h.step] {
		h.step = 0
	}
	y.habit = h
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

// takesBody tells whether lines nested in a line make sense, by what is
// written in the line itself. It is asked where nothing else tells.
func (y *layouter) takesBody(l *ast.Line) bool {
	for _, ch := range l.Children {
		if ch.Join == ast.Child {
			return false // it has its body on its line
		}
	}
	name, ok := l.Stmt.Head.(*ast.Name)
	if !ok {
		return false
	}
	given := 0
	for i := range l.Stmt.Attrs {
		a := &l.Stmt.Attrs[i]
		if v, ok := a.Value.(*ast.Name); ok && v.Text == "_" {
			return false // it is told to have none
		}
		if a.Key == nil {
			given++
		}
	}
	p := y.env.procs[name.Text]
	if p == nil {
		return len(l.Stmt.Attrs) > 0
	}
	switch p.Body {
	case sig.NoBody:
		return false
	case sig.Arguments:
		// most often a handler is given its function on its line
		return given == 0 || given < 2 && given < len(p.Args) && p.Group != sig.Handlers
	}
	return true
}
