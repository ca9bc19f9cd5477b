package source

import (
	"math"
	"slices"
)

// spacing is how far apart the numbers of lines are at first, so that there is
// room for others between them.
const spacing = 1 << 14

// NewEdited is NewFile for a text of which there will be other versions, see
// Next.
func NewEdited(name, text string) *File {
	f := NewFile(name, text)
	f.numbers = make([]int32, len(f.lines))
	f.spread(0, len(f.lines))
	return f
}

// Next returns the next version of the file. Lines that stay as they are, be it
// further up or down, keep their numbers, and so do those that change.
func (f *File) Next(text string) *File {
	g := NewFile(f.Name, text)
	rows, before := len(g.lines), len(f.lines)
	if rows == before {
		g.numbers = f.numbers
		return g
	}
	if f.numbers == nil {
		f = &File{Text: f.Text, lines: f.lines, numbers: make([]int32, before)}
		f.spread(0, before)
	}
	_, tail := common(f, g)
	g.numbers = make([]int32, rows)
	copy(g.numbers[rows-tail:], f.numbers[before-tail:])
	kept := copy(g.numbers, f.numbers[:min(rows, before)-tail])
	if kept < rows-tail {
		g.number(kept, rows-tail)
	}
	return g
}

// Common returns how many lines at the start, and how many at the end, are the
// same in two versions of a file and have the same numbers.
func Common(f, g *File) (head, tail int) {
	most, least := common(f, g)
	for head < most && f.Number(head+1) == g.Number(head+1) {
		head++
	}
	for tail < least && f.Number(len(f.lines)-tail) == g.Number(len(g.lines)-tail) {
		tail++
	}
	return head, tail
}

func common(f, g *File) (head, tail int) {
	n := min(len(f.lines), len(g.lines))
	for head < n && f.raw(head) == g.raw(head) {
		head++
	}
	for tail < n-head && f.raw(len(f.lines)-1-tail) == g.raw(len(g.lines)-1-tail) {
		tail++
	}
	return head, tail
}

// raw returns a line, from 0, with its line end.
func (f *File) raw(i int) string {
	if i+1 < len(f.lines) {
		return f.Text[f.lines[i]:f.lines[i+1]]
	}
	return f.Text[f.lines[i]:]
}

// number numbers the lines, from 0, of a stretch in which they have no numbers
// yet. Where there is no room for them, some around get other ones.
func (f *File) number(from, to int) {
	if f.spread(from, to) {
		return
	}
	for more := 8; ; more *= 8 {
		lo, hi := max(0, from-more), min(len(f.lines), to+more)
		if f.spread(lo, hi) && (hi-lo == len(f.lines) || f.numbers[lo+1]-f.numbers[lo] > 64) {
			return
		}
	}
}

// spread gives the lines of a stretch numbers that are as far apart as those
// around allow. It returns false where there is no room.
func (f *File) spread(from, to int) bool {
	low, high := 0, math.MaxInt32
	if from > 0 {
		low = int(f.numbers[from-1])
	}
	if to < len(f.lines) {
		high = int(f.numbers[to])
	}
	step := min(spacing, (high-low)/(to-from+1))
	for i := from; i < to && step > 0; i++ {
		f.numbers[i] = int32(low + step*(i-from+1))
	}
	return step > 0
}

// Number returns the number that the line of a row, from 1, has in positions.
func (f *File) Number(row int) int32 {
	if f.numbers == nil || row < 1 || row > len(f.numbers) {
		return int32(row)
	}
	return f.numbers[row-1]
}

// Row returns the line, from 1, that a position is on; 0 for no known place.
func (f *File) Row(p Pos) int {
	if f.numbers == nil || p.Line <= 0 {
		return int(p.Line)
	}
	i, found := slices.BinarySearch(f.numbers, p.Line)
	if !found && i == len(f.numbers) {
		i-- // it is of no line here
	}
	return i + 1
}

// HasRowsOf tells whether all lines of another version of the file that are
// here still are on the rows that they were on.
func (f *File) HasRowsOf(other *File) bool { return slices.Equal(f.numbers, other.numbers) }
