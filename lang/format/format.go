// Package format lays out definitions in the one style of the language: two
// blanks a level, one between attributes, comments and line breaks where the
// author put them. It changes blanks, blank lines and the indentation of what
// stands between three quotes, and nothing else.
package format

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/source"
)

// Options says what is formatted.
type Options struct {
	// Parse parses the formatted text, so that it can be held against the
	// file it was made of. It is required. An editor passes one that keeps
	// what it has parsed before: most of the cost is here.
	Parse func(*source.File) *ast.File
	// First and Last are the lines to format, both from 1, both included;
	// zero stands for the first and the last line of the file. A logical
	// line of which they take a part is formatted as a whole.
	First, Last int
}

// Edit replaces a stretch of the text that was formatted.
type Edit struct {
	Span source.Span
	Text string
}

// ErrChanged tells that the formatted text would not have meant the same. It
// is a bug of the formatter, and the text is left as it is.
var ErrChanged = errors.New("formatting this file would change what it means, which is a bug of the formatter; the file is left as it is")

// Source formats a file. It returns the text and the edits that lead to it:
// in order, apart from each other, and each within what changes of a line or
// of several next to each other.
//
// Lines that do not parse are left as they are, and so are those nested in
// them; the indentation of others is kept where it would otherwise change
// what such a line belongs to. Formatting the result again changes nothing.
//
// Source does not change the file and is safe for concurrent use where
// opts.Parse is.
func Source(f *ast.File, opts Options) (text string, edits []Edit, err error) {
	w := newWriter(f, opts)
	defer w.release()
	w.file()
	if w.lost {
		return f.Source.Text, nil, ErrChanged
	}
	w.alignComments()
	text, edits = w.assemble()
	if len(edits) > 0 && !same(f, opts.Parse(source.NewFile(f.Source.Name, text))) {
		return f.Source.Text, nil, ErrChanged
	}
	return text, edits, nil
}

// assembly puts the new text together out of what replaces each stretch of
// the old one.
type assembly struct {
	file  *source.File
	out   []byte
	edits []Edit
}

// put writes what takes the place of old[start:end].
func (a *assembly) put(start, end int, text []byte) {
	old := a.file.Text[start:end]
	a.out = append(a.out, text...)
	if old == string(text) {
		return
	}
	from := 0
	for from < len(old) && from < len(text) && old[from] == text[from] {
		from++
	}
	for from > 0 && !boundary(old, from) {
		from--
	}
	old, text = old[from:], text[from:]
	n := 0
	for n < len(old) && n < len(text) && old[len(old)-1-n] == text[len(text)-1-n] {
		n++
	}
	for n > 0 && !boundary(old, len(old)-n) {
		n--
	}
	start += from
	end = start + len(old) - n
	text = text[:len(text)-n]
	if k := len(a.edits) - 1; k >= 0 && a.file.Offset(a.edits[k].Span.End) == start {
		a.edits[k].Span.End = a.file.Pos(end)
		a.edits[k].Text += string(text)
		return
	}
	a.edits = append(a.edits, Edit{a.file.Span(start, end), string(text)})
}

// boundary tells whether a text can be cut there: at the start of a character,
// and not within a line end of two bytes.
func boundary(s string, at int) bool {
	return at == len(s) || utf8.RuneStart(s[at]) && !(s[at] == '\n' && at > 0 && s[at-1] == '\r')
}

// keep writes a stretch of the old text as it is.
func (a *assembly) keep(start, end int) { a.out = append(a.out, a.file.Text[start:end]...) }

// assemble makes the text of the rows.
func (w *writer) assemble() (string, []Edit) {
	a := assembly{file: w.f.Source, out: w.out}
	at := bomLen(w.text)
	a.keep(0, at)
	eol := lineEnding(w.text)
	var line []byte
	wasRaw := false
	for i := range w.rows {
		r := &w.rows[i]
		switch {
		case r.raw || i > 0 && wasRaw:
			a.keep(at, r.start)
		case i == 0:
			a.put(at, r.start, nil)
		default:
			line = append(line[:0], eol...)
			if lineEnds(w.text[at:r.start]) > 1 && !w.rows[i-1].opens && !r.closes {
				line = append(line, eol...)
			}
			a.put(at, r.start, line)
		}
		if r.raw {
			a.keep(r.start, r.end)
		} else {
			line = w.render(line[:0], r)
			a.put(r.start, r.end, line)
		}
		at, wasRaw = r.end, r.raw
	}
	switch {
	case len(w.rows) == 0:
		a.put(at, len(w.text), nil)
	case wasRaw:
		a.keep(at, len(w.text))
	default:
		a.put(at, len(w.text), []byte(eol))
	}
	w.out = a.out
	return string(a.out), a.edits
}

// render appends a row.
func (w *writer) render(b []byte, r *row) []byte {
	if r.from < r.to {
		b = appendBlanks(b, r.indent)
		b = append(b, w.buf[r.from:r.to]...)
		if r.comment.End > 0 {
			b = appendBlanks(b, r.commentAt-r.width)
		}
	} else {
		b = appendBlanks(b, r.indent)
	}
	return append(b, strings.TrimRight(w.text[r.comment.Start:r.comment.End], " \t")...)
}

// minCommentGap is the number of blanks before a comment at the end of a line.
const minCommentGap = 2

// alignComments finds the columns of the comments at the ends of lines. Those
// of lines that follow each other stand in one column, and so do those that
// stood in one column before, whatever lines are between them.
func (w *writer) alignComments() {
	var group []*row
	at, last := 0, 0 // the column of the group, the index of its last row
	flush := func() {
		for _, r := range group {
			r.commentAt = at
		}
		group, at = group[:0], 0
	}
	for i := range w.rows {
		r := &w.rows[i]
		if r.comment.End == 0 || !r.raw && r.from == r.to {
			continue
		}
		start := w.lineOf(r.comment.Start)
		r.commentWas = utf8.RuneCountInString(w.text[start:r.comment.Start])
		if n := len(group); n > 0 {
			before := group[n-1]
			follows := last+1 == i && lineEnds(w.text[before.end:r.start]) == 1
			if !follows && (before.raw || r.raw || before.commentWas != r.commentWas) {
				flush()
			}
		}
		if r.raw {
			at = max(at, r.commentWas)
		} else {
			code := w.buf[r.from:r.to]
			r.width = r.indent
			if n := bytes.LastIndexAny(code, "\r\n"); n >= 0 {
				code, r.width = code[n+1:], 0
			}
			r.width += utf8.RuneCount(code)
			at = max(at, r.width+minCommentGap)
		}
		group = append(group, r)
		last = i
	}
	flush()
}

func appendBlanks(b []byte, n int) []byte {
	const blanks = "                                                                "
	for ; n > len(blanks); n -= len(blanks) {
		b = append(b, blanks...)
	}
	return append(b, blanks[:max(n, 0)]...)
}

// bomLen returns the length of the byte order mark that a text starts with.
func bomLen(text string) int {
	if strings.HasPrefix(text, "\ufeff") {
		return len("\ufeff")
	}
	return 0
}

// lineEnding returns the line ending that most lines of a text have. Blank
// lines have no say, for some of them will be gone.
func lineEnding(text string) string {
	count := map[string]int{}
	for len(text) > 0 {
		n := strings.IndexAny(text, "\r\n")
		if n < 0 {
			break
		}
		size := 1
		if strings.HasPrefix(text[n:], "\r\n") {
			size = 2
		}
		if strings.Trim(text[:n], " \t") != "" {
			count[text[n:n+size]]++
		}
		text = text[n+size:]
	}
	best := "\n"
	for _, ending := range []string{"\r\n", "\r"} {
		if count[ending] > count[best] {
			best = ending
		}
	}
	return best
}

// lineEnds counts the line ends in a text.
func lineEnds(text string) int {
	return strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}

// leading returns the number of blanks that a text starts with.
func leading(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }
