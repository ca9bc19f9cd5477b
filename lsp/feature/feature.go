// Package feature holds what an editor asks about a definition: hover,
// completion, references, renaming, refactorings and the like. It knows
// nothing of any protocol: places are byte offsets and spans, and a document
// is a view of a file in its project.
//
// Every function is pure: it changes nothing and keeps nothing, takes any
// offset in any text, well-formed or not, and is safe for concurrent use.
package feature

import (
	"sort"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// Location is a place in a file of the project.
type Location struct {
	Path string
	Span source.Span
}

// FileEdits are the changes to a file: in order, apart from each other.
type FileEdits struct {
	Path  string
	Edits []diag.Edit
}

// clamp brings an offset into the text.
func clamp(v *analysis.View, offset int) int {
	return max(0, min(offset, len(v.Source().Text)))
}

// linePath returns the lines that an offset is in or, from the left, nested in,
// the outermost first: the last one that starts at or before it, and those
// around that.
func linePath(f *ast.File, offset int) []*ast.Line {
	var path []*ast.Line
	lines := f.Lines
	for {
		i := sort.Search(len(lines), func(i int) bool { return f.Base(lines[i])+lines[i].Stmt.Start > offset })
		if i == 0 {
			return path
		}
		path = append(path, lines[i-1])
		lines = lines[i-1].Children
	}
}

// lineSpan returns the offsets at which a line of the file starts and ends,
// what does not parse included, those nested in it not.
func lineSpan(f *ast.File, l *ast.Line) (start, end int) {
	base := f.Base(l)
	end = base + l.Stmt.End
	for _, r := range l.Stmt.Bad {
		end = max(end, base+r.End)
	}
	return base + l.Stmt.Start, end
}

// blockEnd returns the offset at which a line of the file ends with all that
// is nested in it.
func blockEnd(f *ast.File, l *ast.Line) int {
	_, end := lineSpan(f, l)
	for n := len(l.Children); n > 0; n = len(l.Children) {
		l = l.Children[n-1]
		_, e := lineSpan(f, l)
		end = max(end, e)
	}
	return end
}

// touches tells whether an offset of a file is within a span or at its end.
func touches(f *analysis.File, s source.Span, offset int) bool {
	start, end := f.Source().Offsets(s)
	return s.IsValid() && start <= offset && offset <= end
}

// covers tells whether the outer span holds the inner one.
func covers(outer, inner source.Span) bool {
	return outer.Start.Compare(inner.Start) <= 0 && inner.End.Compare(outer.End) <= 0
}

// row returns the line, from 1, on which something in a file starts.
func row(f *analysis.File, s source.Span) int { return f.Source().Row(s.Start) }

// textOf returns the text of a span.
func textOf(f *analysis.File, s source.Span) string { return f.Source().Slice(s) }

// docAbove returns the text of the comments on the lines right above a line,
// without their marks.
func docAbove(f *analysis.File, line int) string {
	src := f.Source()
	var list []string
	for n := line - 1; n > 0; n-- {
		text := strings.TrimSpace(src.Line(n))
		var found bool
		if text, found = strings.CutPrefix(text, "#"); !found {
			if text, found = strings.CutPrefix(text, "//"); !found {
				break
			}
		}
		list = append([]string{strings.TrimPrefix(text, " ")}, list...)
	}
	return strings.TrimSpace(strings.Join(list, "\n"))
}

// sortLocations orders places by path, then by offset, each once.
func sortLocations(list []Location) []Location {
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		if a.Path != b.Path {
			return a.Path < b.Path
		}
		if c := a.Span.Start.Compare(b.Span.Start); c != 0 {
			return c < 0
		}
		return a.Span.End.Compare(b.Span.End) < 0
	})
	out := list[:0]
	for i, l := range list {
		if i == 0 || l != list[i-1] {
			out = append(out, l)
		}
	}
	return out
}
