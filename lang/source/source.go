// Package source holds positions, spans and files: what every later layer
// uses to say where something stands.
package source

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// Pos is a place in a text. Line and Column count from 1, Column in bytes. The
// zero Pos means "no place known". It is kept small, as a tree holds two of
// them for each node; its offset is told by the file (File.Offset).
//
// In a text that is edited (NewEdited) Line is a number that a line keeps when
// others come or go above it. The numbers tell which line stands first; how
// many there are above is told by the file (File.Row).
type Pos struct {
	Line, Column int32
}

// IsValid tells whether the position is known.
func (p Pos) IsValid() bool { return p.Line > 0 }

// Compare is negative where p stands before q in the same text, positive where
// it stands after it, and 0 where the two are the same.
func (p Pos) Compare(q Pos) int {
	if p.Line != q.Line {
		return int(p.Line) - int(q.Line)
	}
	return int(p.Column) - int(q.Column)
}

// Plus returns the position a number of bytes further on the same line.
func (p Pos) Plus(bytes int) Pos {
	p.Column += int32(bytes)
	return p
}

func (p Pos) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// Span is a half-open stretch of text, from Start up to End.
type Span struct {
	Start, End Pos
}

// IsValid tells whether the span is known.
func (s Span) IsValid() bool { return s.Start.IsValid() }

// Contains tells whether a position lies in the span; an empty span contains
// its own start.
func (s Span) Contains(p Pos) bool {
	return s.Start.Compare(p) <= 0 && (p.Compare(s.End) < 0 || p == s.Start)
}

// File is a named text with its lines indexed. It is immutable and safe for
// concurrent use.
type File struct {
	Name    string // as shown to people; empty for a text that has no name
	Text    string
	lines   []int32 // offset of the first byte of each line
	numbers []int32 // of the lines, in order; nil where they count from 1
}

// NewFile indexes the lines of text. A line ends at \n, \r\n or a lone \r.
func NewFile(name, text string) *File {
	f := &File{Name: name, Text: text, lines: make([]int32, 1, strings.Count(text, "\n")+1)}
	if strings.IndexByte(text, '\r') < 0 {
		for at := 0; ; {
			n := strings.IndexByte(text[at:], '\n')
			if n < 0 {
				return f
			}
			at += n + 1
			f.lines = append(f.lines, int32(at))
		}
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			f.lines = append(f.lines, int32(i+1))
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				continue
			}
			f.lines = append(f.lines, int32(i+1))
		}
	}
	return f
}

// LineCount returns the number of lines; an empty text has one.
func (f *File) LineCount() int { return len(f.lines) }

// Line returns the text of line n (from 1) without its line end, or "" where
// there is no such line.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	end := len(f.Text)
	if n < len(f.lines) {
		end = int(f.lines[n])
	}
	return strings.TrimRight(f.Text[f.lines[n-1]:end], "\r\n")
}

// LineEnd returns the position where the line of a position ends.
func (f *File) LineEnd(p Pos) Pos {
	return Pos{Line: p.Line, Column: int32(len(f.Line(f.Row(p)))) + 1}
}

// LineStart returns the offset of the first byte of line n (from 1).
func (f *File) LineStart(n int) int {
	if n < 1 {
		return 0
	}
	if n > len(f.lines) {
		return len(f.Text)
	}
	return int(f.lines[n-1])
}

// Pos returns the position of a byte offset, clamped to the text.
func (f *File) Pos(offset int) Pos {
	offset = max(0, min(offset, len(f.Text)))
	line := sort.Search(len(f.lines), func(i int) bool { return int(f.lines[i]) > offset })
	return Pos{Line: f.Number(line), Column: int32(offset) - f.lines[line-1] + 1}
}

// LineAt returns the line, from 1, that a byte offset is in, clamped to the
// text.
func (f *File) LineAt(offset int) int { return f.Row(f.Pos(offset)) }

// Offset returns the byte offset of a position, counted from 0. That of no
// known place is 0.
func (f *File) Offset(p Pos) int {
	if !p.IsValid() {
		return 0
	}
	return f.LineStart(f.Row(p)) + int(p.Column) - 1
}

// Offsets returns the byte offsets between which a span lies.
func (f *File) Offsets(s Span) (start, end int) { return f.Offset(s.Start), f.Offset(s.End) }

// Slice returns the text of a span, "" for one that is not in the text.
func (f *File) Slice(s Span) string {
	start, end := f.Offsets(s)
	if !s.IsValid() || start > end || end > len(f.Text) {
		return ""
	}
	return f.Text[start:end]
}

// Span returns the span between two byte offsets.
func (f *File) Span(start, end int) Span {
	return Span{Start: f.Pos(start), End: f.Pos(end)}
}

// RuneColumn returns the column of p counted from 1 in characters, as people
// and most editors count.
func (f *File) RuneColumn(p Pos) int {
	line := f.Line(f.Row(p))
	before := min(max(int(p.Column)-1, 0), len(line))
	return utf8.RuneCountInString(line[:before]) + int(p.Column) - before
}

// UTF16Column returns the column of p counted from 0 in UTF-16 units, as
// editors speaking the Language Server Protocol want it by default.
func (f *File) UTF16Column(p Pos) int {
	n := 0
	line := f.Line(f.Row(p))
	for _, r := range line[:min(int(p.Column)-1, len(line))] {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// PosAtUTF16 is the inverse of UTF16Column: line from 1, column from 0 in
// UTF-16 units. A column past the end of the line gives the line's end.
func (f *File) PosAtUTF16(line, column int) Pos {
	text := f.Line(line)
	at := 0
	for column > 0 && at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		at += size
		column--
		if r > 0xffff {
			column--
		}
	}
	return Pos{Line: f.Number(line), Column: int32(at + 1)}
}
