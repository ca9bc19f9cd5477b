// Package source holds positions, spans and files: what every later layer
// uses to say where something stands.
package source

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// Pos is a place in a text. Line and Column count from 1, Column in bytes;
// Offset counts bytes from 0. The zero Pos means "no place known".
type Pos struct {
	Offset, Line, Column int
}

// IsValid tells whether the position is known.
func (p Pos) IsValid() bool { return p.Line > 0 }

func (p Pos) String() string { return fmt.Sprintf("%d:%d", p.Line, p.Column) }

// Span is a half-open stretch of text, from Start up to End.
type Span struct {
	Start, End Pos
}

// IsValid tells whether the span is known.
func (s Span) IsValid() bool { return s.Start.IsValid() }

// Contains tells whether offset lies in the span; an empty span contains its
// own start.
func (s Span) Contains(offset int) bool {
	return s.Start.Offset <= offset && (offset < s.End.Offset || offset == s.Start.Offset)
}

// File is a named text with its lines indexed. It is immutable and safe for
// concurrent use.
type File struct {
	Name  string // as shown to people; empty for a text that has no name
	Text  string
	lines []int // offset of the first byte of each line
}

// NewFile indexes the lines of text. A line ends at \n, \r\n or a lone \r.
func NewFile(name, text string) *File {
	f := &File{Name: name, Text: text, lines: []int{0}}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\n':
			f.lines = append(f.lines, i+1)
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				continue
			}
			f.lines = append(f.lines, i+1)
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
		end = f.lines[n]
	}
	return strings.TrimRight(f.Text[f.lines[n-1]:end], "\r\n")
}

// LineStart returns the offset of the first byte of line n (from 1).
func (f *File) LineStart(n int) int {
	if n < 1 {
		return 0
	}
	if n > len(f.lines) {
		return len(f.Text)
	}
	return f.lines[n-1]
}

// Pos returns the position of a byte offset, clamped to the text.
func (f *File) Pos(offset int) Pos {
	offset = max(0, min(offset, len(f.Text)))
	line := sort.SearchInts(f.lines, offset+1)
	return Pos{Offset: offset, Line: line, Column: offset - f.lines[line-1] + 1}
}

// Span returns the span between two byte offsets.
func (f *File) Span(start, end int) Span {
	return Span{Start: f.Pos(start), End: f.Pos(end)}
}

// RuneColumn returns the column of p counted from 1 in characters, as people
// and most editors count.
func (f *File) RuneColumn(p Pos) int {
	line := f.Line(p.Line)
	before := min(max(p.Column-1, 0), len(line))
	return utf8.RuneCountInString(line[:before]) + p.Column - before
}

// UTF16Column returns the column of p counted from 0 in UTF-16 units, as
// editors speaking the Language Server Protocol want it by default.
func (f *File) UTF16Column(p Pos) int {
	n := 0
	for _, r := range f.Line(p.Line)[:min(p.Column-1, len(f.Line(p.Line)))] {
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
	return Pos{Offset: f.LineStart(line) + at, Line: line, Column: at + 1}
}
