package feature

import (
	"sort"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/source"
)

// Fold is a number of lines, from 1, of which all but the first may be hidden.
type Fold struct {
	First, Last int
	Comment     bool
}

// Folds returns what can be folded: lines with those nested in them, brackets
// and strings of several lines, comments of several lines.
func Folds(v *analysis.View) []Fold {
	src, f := v.Source(), v.Syntax()
	var list []Fold
	add := func(start, end int) {
		if a, b := src.LineAt(start), src.LineAt(end); b > a && (len(list) == 0 || list[len(list)-1] != Fold{First: a, Last: b}) {
			list = append(list, Fold{First: a, Last: b})
		}
	}
	var lines func(ls []*ast.Line)
	lines = func(ls []*ast.Line) {
		for _, l := range ls {
			start, end := lineSpan(f, l)
			if len(l.Children) > 0 {
				add(start, blockEnd(f, l))
			}
			if src.LineAt(start) < src.LineAt(end) {
				ast.Inspect(l.Stmt, func(n ast.Node) bool {
					switch n.(type) {
					case *ast.Array, *ast.Object, *ast.Paren, *ast.Template, *ast.Literal:
						add(f.Base(l)+n.Bounds().Start, f.Base(l)+n.Bounds().End)
					}
					return true
				})
			}
			lines(l.Children)
		}
	}
	lines(v.Syntax().Lines)
	first, last := 0, -1
	flush := func() {
		if last > first {
			list = append(list, Fold{first, last, true})
		}
	}
	for _, c := range v.Syntax().Comments {
		if !c.OwnLine {
			continue
		}
		line := src.LineAt(c.Start)
		if line != last+1 {
			flush()
			first = line
		}
		last = line
	}
	flush()
	sort.SliceStable(list, func(i, j int) bool { return list[i].First < list[j].First })
	return list
}

// Selection returns the stretches of text around an offset that belong
// together, from the word to the file, each within the next.
func Selection(v *analysis.View, offset int) []source.Span {
	offset = clamp(v, offset)
	src, f := v.Source(), v.Syntax()
	type stretch struct{ start, end int }
	list := []stretch{{0, len(src.Text)}} // outermost first
	add := func(start, end int) {
		last := list[len(list)-1]
		if start <= offset && offset <= end && last.start <= start && end <= last.end && (stretch{start, end}) != last {
			list = append(list, stretch{start, end})
		}
	}
	path := linePath(v.Syntax(), offset)
	beside := v.Syntax().Lines
	for _, l := range path {
		start, _ := lineSpan(f, l)
		if n := len(beside); n > 1 {
			first, _ := lineSpan(f, beside[0])
			add(first, blockEnd(f, beside[n-1]))
		}
		add(start, blockEnd(f, l))
		beside = l.Children
	}
	if len(path) > 0 {
		l := path[len(path)-1]
		start, end := lineSpan(f, l)
		add(start, end)
		base := f.Base(l)
		ast.Inspect(l.Stmt, func(n ast.Node) bool {
			b := n.Bounds()
			start, end := base+b.Start, base+b.End
			if offset < start || offset > end {
				return false
			}
			add(start, end)
			switch n := n.(type) {
			case *ast.Step:
				if n.Name != "" {
					add(start+1, end)
				}
			case *ast.Ref:
				add(base+n.Root.Start, base+n.Root.End)
			case *ast.Literal:
				if _, ok := n.Value.(string); ok && end-start >= 2 {
					add(start+1, end-1)
				}
			case *ast.Template:
				add(start+1, end-1)
			}
			return true
		})
	}
	out := make([]source.Span, len(list))
	for i, s := range list {
		out[len(list)-1-i] = src.Span(s.start, s.end)
	}
	return out
}
