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
	blocks  []block
	habit   habit
	found   []Misplaced
	crooked map[int]bool // the lines found
}

func layout(env *Env, f *ast.File) (found []Misplaced, crooked map[int]bool) {
	y := &layouter{env: env, f: f, crooked: map[int]bool{}}
	y.blocks = make([]block, 0, f.Source.LineCount()/3+1)
	y.collect(block{}, f.Lines)
	y.findHabit()
	for i := range y.blocks {
		y.block(&y.blocks[i])
	}
	return y.found, y.crooked
}

func (y *layouter) block(b *block) {
	p := b.parent
	if p != nil && len(y.crooked) > 0 && y.crooked[y.line(p)] {
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
		y.report(first, fmt.Sprintf("elsewhere in the file lines stand %s deeper than the line they are nested in; is it one of the lines beside line %d?", Columns(y.habit.step), y.line(p)))
	case d != 1:
	case y.isLoneRoot(b):
		y.report(b.lead, fmt.Sprintf("the lines after it are indented by %s", Columns(usual)))
	case y.habit.step > 0 && p.Join != ast.Child || y.takesBody(p):
	case b.isNarrow():
		y.report(b.lead, fmt.Sprintf("the lines after it are indented by %s", Columns(usual)))
	default:
		y.report(first, fmt.Sprintf("is it one of the lines beside line %d?", y.line(p)))
	}
}

// isNarrow tells whether the parent stands but one column deeper than the line
// it is nested in.
func (b *block) isNarrow() bool { return b.around != nil && b.parent.Indent == b.around.Indent+1 }

// isLoneRoot tells whether all other lines are nested in the parent, which does
// not start at the margin.
func (y *layouter) isLoneRoot(b *block) bool {
	return b.around == nil && b.lead.Indent > 0 && len(y.blocks[0].lines) == 1
}

func (y *layouter) line(l *ast.Line) int { return int(y.f.Span(l.Base, l.Stmt).Start.Line) }

// report reports a line that starts a line of text.
func (y *layouter) report(l *ast.Line, hint string) {
	line := y.line(l)
	if y.crooked[line] {
		return
	}
	y.crooked[line] = true
	src := y.f.Source
	start := src.LineStart(line)
	y.found = append(y.found, Misplaced{Span: src.Span(start+l.Indent, start+len(src.Line(line))), Indent: l.Indent, Hint: hint})
}

// Columns counts columns in words.
func Columns(n int) string {
	if n == 1 {
		return "1 column"
	}
	return fmt.Sprintf("%d columns", n)
}

// collect lists the blocks of indented lines, those that come first first.
// Joined lines have no indentation of their own. The block at hand has no lines
// yet.
func (y *layouter) collect(b block, lines []*ast.Line) {
	isOwn := func(l *ast.Line, i int) bool {
		return l.Join != ast.Child && (l.Join == ast.NoJoin || i == 0) && l.Stmt.Head != nil
	}
	n := 0
	for n < len(lines) && isOwn(lines[n], n) {
		n++
	}
	b.lines = lines[:n:n]
	for i := n; i < len(lines); i++ {
		if isOwn(lines[i], i) {
			b.lines = append(b.lines, lines[i])
		}
	}
	if len(b.lines) > 0 {
		y.blocks = append(y.blocks, b)
	}
	var lead *ast.Line
	for i, l := range lines {
		switch {
		case l.Join == ast.Child:
			lead = b.lead
		case l.Join == ast.NoJoin || i == 0:
			lead = l
		}
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

func (y *layouter) findHabit() {
	h := habit{count: map[int]int{}}
	for i := range y.blocks {
		b := &y.blocks[i]
		if b.parent == nil || b.parent.Join == ast.Child {
			continue
		}
		d := b.delta()
		if d == 1 && b.isNarrow() {
			continue // the same slip, seen again
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
