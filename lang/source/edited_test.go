package source_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/source"
)

// TestNext edits a text, and checks that lines stay in order, that rows and
// numbers lead to each other, and that what did not change keeps its number.
func TestNext(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 4))
		text := strings.Repeat("line\n", int(seed))
		f := source.NewFile("", text)
		if seed%2 == 0 {
			f = source.NewEdited("", text)
		}
		for range 300 {
			at := r.IntN(len(text) + 1)
			if seed%3 == 0 {
				at = len(text) / 2 // where there soon is no room any more
			}
			to := min(len(text), at+r.IntN(9)*r.IntN(2))
			text = text[:at] + []string{"", "\n", "x", "\r\n", "a\nb\nc\n"}[r.IntN(5)] + text[to:]
			g := f.Next(text)
			for row := 1; row <= g.LineCount(); row++ {
				p := g.Pos(g.LineStart(row))
				if row > 1 && p.Line <= g.Number(row-1) || p.Line != g.Number(row) || g.Row(p) != row || g.Offset(p) != g.LineStart(row) {
					t.Fatalf("seed %d, row %d: %v, of row %d", seed, row, p, g.Row(p))
				}
			}
			f = g
		}
	}
}

// TestNumbersStay checks that the numbers of other lines stay as they are where
// lines come and go.
func TestNumbersStay(t *testing.T) {
	f := source.NewEdited("", "a\nb\nc\nd\n")
	for range 100 {
		g := f.Next("a\nb\n\nc\nd\n")
		if head, tail := source.Common(f, g); head != 2 || tail != 3 {
			t.Fatalf("%d and %d lines stay", head, tail)
		}
		f = g.Next("a\nb\nc\nd\n")
	}
	if !f.HasRowsOf(source.NewEdited("", "a\nb\nc\nd\n")) {
		t.Error("the lines do not stand where they stood")
	}
}
