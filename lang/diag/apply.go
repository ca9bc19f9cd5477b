package diag

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/source"
)

// Apply makes the edits of fixes in a text. A fix is made whole or not at all:
// one that overlaps another that stands before it in the list, or that does
// not fit the text, is left out. It returns the new text and how many fixes
// were made.
func Apply(file *source.File, fixes []*Fix) (string, int) {
	text := file.Text
	var made []Edit
	count := 0
	for _, f := range fixes {
		if !fits(file, made, f.Edits) {
			continue
		}
		for _, e := range f.Edits {
			if !slices.Contains(made, e) {
				made = append(made, e)
			}
		}
		count++
	}
	slices.SortStableFunc(made, func(a, b Edit) int { return a.Span.Start.Compare(b.Span.Start) })
	var b strings.Builder
	at := 0
	for _, e := range made {
		from, to := file.Offsets(e.Span)
		b.WriteString(text[at:from])
		b.WriteString(e.NewText)
		at = to
	}
	b.WriteString(text[at:])
	return b.String(), count
}

// fits tells whether edits can be made beside those that are to be made
// already. The same edit, asked for twice, is one.
func fits(file *source.File, made, edits []Edit) bool {
	for i, e := range edits {
		if from, to := file.Offsets(e.Span); !e.Span.IsValid() || from > to || to > len(file.Text) {
			return false
		}
		for _, o := range append(made[:len(made):len(made)], edits[:i]...) {
			start, end := e.Span.Start, e.Span.End
			overlap := start.Compare(o.Span.End) < 0 && o.Span.Start.Compare(end) < 0 || start == o.Span.Start
			if overlap && e != o {
				return false
			}
		}
	}
	return true
}
