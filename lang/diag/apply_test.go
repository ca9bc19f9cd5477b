package diag_test

import (
	"testing"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

func TestApply(t *testing.T) {
	file := source.NewFile("", "one two three")
	edit := func(from, to int, text string) diag.Edit { return diag.Edit{Span: file.Span(from, to), NewText: text} }
	fix := func(edits ...diag.Edit) *diag.Fix { return &diag.Fix{Edits: edits} }
	for _, c := range []struct {
		name  string
		fixes []*diag.Fix
		want  string
		count int
	}{
		{"none", nil, "one two three", 0},
		{"two, the later one first", []*diag.Fix{fix(edit(8, 13, "3")), fix(edit(0, 3, "1"))}, "1 two 3", 2},
		{"neighbours", []*diag.Fix{fix(edit(0, 4, "")), fix(edit(4, 7, "2"))}, "2 three", 2},
		{"overlapping", []*diag.Fix{fix(edit(0, 7, "x")), fix(edit(4, 13, "y"))}, "x three", 1},
		{"insertions at one place", []*diag.Fix{fix(edit(4, 4, "x ")), fix(edit(4, 4, "y "))}, "one x two three", 1},
		{"the same twice", []*diag.Fix{fix(edit(4, 8, "")), fix(edit(4, 8, ""))}, "one three", 2},
		{"whole or not at all", []*diag.Fix{fix(edit(4, 7, "2")), fix(edit(0, 3, "1"), edit(5, 6, "-"))}, "one 2 three", 1},
		{"outside of the text", []*diag.Fix{fix(diag.Edit{Span: source.Span{Start: source.Pos{Line: 1, Column: 11}, End: source.Pos{Line: 1, Column: 41}}})}, "one two three", 0},
	} {
		got, count := diag.Apply(file, c.fixes)
		if got != c.want || count != c.count {
			t.Errorf("%s: %q, %d fixes, want %q, %d", c.name, got, count, c.want, c.count)
		}
	}
}
