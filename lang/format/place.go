package format

import (
	"strings"
	"unicode/utf8"

	"github.com/florc-lang/florc/lang/ast"
)

// indentStep is the number of columns of a level.
const indentStep = 2

// spot is a line of the file with the place that it gets.
type spot struct {
	line   *ast.Line
	base   int // that of the line
	parent int // index of the line it is nested in; -1 at the outermost level
	col    int // the column it will count as standing in
	end    int // offset at which it ends in the file
	bad    bool
	// kept tells that the line is left as it is: it, or one that it is
	// nested in, does not parse, or it is none of those to format.
	kept bool
}

// places finds the places of all lines, in the order of the text.
//
// A line that is kept stays in its column, which may fit the others no more.
// Then all lines beside it and beside those that it is nested in stay in
// their columns too: what a line belongs to depends on no others.
func (w *writer) places() {
	w.flatten(w.f.Lines, -1)
	w.markKept()
	// Pinning the outermost lines may move others away from what is nested
	// in them: then all is pinned that holds a line that is kept.
	if !w.columns(nil) && !w.columns(w.pinned(false)) {
		w.columns(w.pinned(true))
	}
}

func (w *writer) flatten(lines []*ast.Line, parent int) {
	before := -1
	for _, l := range lines {
		i := len(w.spots)
		s := spot{line: l, base: w.f.Base(l), parent: parent, bad: l.Stmt.Head == nil || len(l.Stmt.Bad) > 0}
		s.end = s.base + l.Stmt.End
		for _, r := range l.Stmt.Bad {
			s.end = max(s.end, s.base+r.End)
		}
		// Where lines nest too deep, the parser puts them beside others, and
		// their columns contradict that.
		switch l.Join {
		case ast.NoJoin:
			s.bad = s.bad || before >= 0 && l.Indent > w.spots[before].line.Indent
		case ast.Child:
			s.bad = s.bad || parent != i-1
		default:
			s.bad = s.bad || parent != w.spots[i-1].parent
		}
		w.spots = append(w.spots, s)
		before = i
		w.flatten(l.Children, i)
	}
}

// markKept finds the lines that are left as they are. Lines of one base share
// their lines of text, and their fate.
func (w *writer) markKept() {
	valid := utf8.ValidString(w.text) && strings.IndexByte(w.text, 0) < 0
	for i := 0; i < len(w.spots); {
		base, bad, end, j := w.spots[i].base, false, 0, i
		for ; j < len(w.spots) && w.spots[j].base == base; j++ {
			s := &w.spots[j]
			bad = bad || s.bad || s.parent >= 0 && w.spots[s.parent].bad
			end = max(end, s.end)
		}
		if !valid {
			text := w.text[base:w.lineEnd(end)]
			bad = bad || !utf8.ValidString(text) || strings.IndexByte(text, 0) >= 0
		}
		out := w.outside(base, end)
		for ; i < j; i++ {
			w.spots[i].bad, w.spots[i].kept = bad, bad || out
		}
	}
}

// outside tells whether a stretch of text has no part in the lines to format.
func (w *writer) outside(start, end int) bool {
	return end < w.first || start >= w.last
}

// columns gives each line its column: that of the line it is nested in, and
// two; or its own where the lines beside it are pinned. It tells whether the
// lines that are kept are where that puts them.
func (w *writer) columns(pinned map[int]bool) bool {
	fits := true
	for i := range w.spots {
		s := &w.spots[i]
		switch {
		case s.line.Join == ast.Child:
			s.col = w.spots[i-1].col + indentStep
		case s.line.Join != ast.NoJoin:
			s.col = w.spots[i-1].col
		case pinned[s.parent]:
			s.col = s.line.Indent
		case s.parent >= 0:
			s.col = w.spots[s.parent].col + indentStep
		default:
			s.col = 0
		}
		if s.kept && s.line.Join == ast.NoJoin && s.col != s.line.Indent {
			fits = false
		}
	}
	return fits
}

// pinned lists the lines of which those nested in them stay in their columns,
// -1 for the outermost level: those that a line that is kept is nested in,
// within all outermost lines or within those where such a line does not fit.
func (w *writer) pinned(all bool) map[int]bool {
	root, misfits := -1, map[int]bool{}
	for i := range w.spots {
		s := &w.spots[i]
		if s.parent < 0 {
			root = i
		}
		if s.kept && s.line.Join == ast.NoJoin && s.col != s.line.Indent {
			misfits[root] = true
		}
	}
	pinned := map[int]bool{}
	for i := range w.spots {
		s := &w.spots[i]
		if s.parent < 0 {
			root = i
		}
		if !all && !misfits[root] || !s.kept || s.line.Join != ast.NoJoin {
			continue
		}
		for at := i; ; {
			for at > 0 && w.spots[at].line.Join != ast.NoJoin {
				at--
			}
			at = w.spots[at].parent
			if pinned[at] {
				break
			}
			pinned[at] = true
			if at < 0 {
				break
			}
		}
	}
	return pinned
}

// commentColumn returns the column of a comment on a line of its own that
// stands in column was, after the line of index last: that of the next line,
// which stands in column nextWas and comes to stand in next; or, where it is
// indented deeper than that, of those lines above that it is indented like.
func (w *writer) commentColumn(was, last, nextWas, next int) int {
	if was <= nextWas || last < 0 {
		return next
	}
	found := -1
	for at := last; at >= 0; at = w.spots[at].parent {
		s := &w.spots[at]
		switch {
		case s.line.Join != ast.NoJoin:
			continue // it has no column that one could see
		case s.line.Indent >= was:
			found = s.col
		case found < 0:
			found = s.col + indentStep
		}
		if s.line.Indent <= was {
			break
		}
	}
	return max(found, next)
}
