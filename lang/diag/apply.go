package diag

import (
	"cmp"
	"slices"
	"strings"
)

// Apply makes the edits of fixes in a text. A fix is made whole or not at all:
// one that overlaps another that stands before it in the list, or that does
// not fit the text, is left out. It returns the new text and how many fixes
// were made.
func Apply(text string, fixes []*Fix) (string, int) {
	var made []Edit
	count := 0
	for _, f := range fixes {
		if !fits(text, made, f.Edits) {
			continue
		}
		for _, e := range f.Edits {
			if !slices.Contains(made, e) {
				made = append(made, e)
			}
		}
		count++
	}
	slices.SortStableFunc(made, func(a, b Edit) int { return cmp.Compare(a.Span.Start.Offset, b.Span.Start.Offset) })
	var b strings.Builder
	at := 0
	for _, e := range made {
		b.WriteString(text[at:e.Span.Start.Offset])
		b.WriteString(e.NewText)
		at = e.Span.End.Offset
	}
	b.WriteString(text[at:])
	return b.String(), count
}

// fits tells whether edits can be made beside those that are to be made
// already. The same edit, asked for twice, is one.
func fits(text string, made, edits []Edit) bool {
	for i, e := range edits {
		from, to := e.Span.Start.Offset, e.Span.End.Offset
		if !e.Span.IsValid() || from > to || to > len(text) {
			return false
		}
		for _, o := range append(made[:len(made):len(made)], edits[:i]...) {
			overlap := from < o.Span.End.Offset && o.Span.Start.Offset < to || from == o.Span.Start.Offset
			if overlap && e != o {
				return false
			}
		}
	}
	return true
}
