package format

import (
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/florc-lang/florc/lang/ast"
)

// kind is a kind of token, as far as the blanks around it go.
type kind byte

const (
	atom       kind = iota // a name, number, string, operator: a blank on both sides
	field                  // what follows an index, .name
	openTight              // ( or the [ of an index
	openIndex              // the [ of an index: openTight, and tight before it
	closeTight             // ) or the ] of an index
	openWide               // [ or {
	closeWide              // ] or }
	comma                  //
	colon                  // of a key
	slice                  // : or ; in an index
	semicolon              // ; between lines
	join                   // \ or | between lines
)

// row is a line of the text to come. Where strings of several lines stand in
// it, it is several.
type row struct {
	start, end int // of the line of the old text, without its line end
	raw        bool
	indent     int
	from, to   int       // what it says, in buf; nothing for a comment on its own
	comment    ast.Range // at its end; of a raw row, where other comments may align with it
	commentWas int       // the column of the comment in the old text
	commentAt  int       // and the one it gets
	width      int       // columns before the blanks before the comment
	said       bool      // something but joins stands on it
	opens      bool      // it ends with an opening bracket
	closes     bool      // it starts with a closing bracket
}

// frame is something that may go on over several rows.
type frame struct {
	begun bool
	row   int // the row on which it begins
	next  int // the indentation of the rows on which it goes on; 0 while not known
}

// writer makes rows of a file.
type writer struct {
	f           *ast.File
	text        string
	first, last int // the offsets between which to format
	spots       []spot

	buf       []byte
	out       []byte // the text to come
	rows      []row
	base      int // what the positions at hand count from
	pos       int // offset up to which the old text is done
	lineStart int // where the line of text at pos starts
	fresh     bool
	prev      kind
	prevEnd   int
	comments  []ast.Comment // those to come
	pending   []ast.Comment // those on lines of their own, the next row not known yet
	brackets  []kind        // those that are open
	frames    []frame
	begun     start
	start     *start // begun, set where the next token is the first of a line
	afterBad  bool   // the lines before do not parse
	lost      bool   // something in the text is not accounted for
}

// start is what is known of a line about to start.
type start struct {
	show   int // the column it stands in where it starts a row
	joined bool
	before int // the indentation of the row on which the line before it starts
	last   int // for a line of the file, the index of the line before; else -2
}

func newWriter(f *ast.File, opts Options) *writer {
	text := f.Source.Text
	w := writers.Get().(*writer)
	*w = writer{
		f: f, text: text, last: len(text) + 1, comments: f.Comments, fresh: true, pos: bomLen(text),
		spots: w.spots[:0], rows: w.rows[:0], buf: w.buf[:0], out: w.out[:0],
	}
	w.lineStart = w.pos
	if opts.First > 1 {
		w.first = f.Source.LineStart(opts.First)
		if opts.First > f.Source.LineCount() {
			w.first = len(text) + 1
		}
	}
	if opts.Last > 0 && opts.Last < f.Source.LineCount() {
		w.last = f.Source.LineStart(opts.Last + 1)
	}
	w.spots, w.rows = slices.Grow(w.spots, f.Source.LineCount()), slices.Grow(w.rows, f.Source.LineCount())
	w.buf, w.out = slices.Grow(w.buf, len(text)+len(text)/8), slices.Grow(w.out, len(text)+len(text)/8)
	return w
}

// writers are those that have been used, whose lists serve again: an editor
// formats the same long file whenever it is saved.
var writers = sync.Pool{New: func() any { return &writer{} }}

// release gives the writer back. It must not be used any more, nor its lists.
func (w *writer) release() {
	clear(w.spots)
	*w = writer{spots: w.spots, rows: w.rows, buf: w.buf, out: w.out}
	writers.Put(w)
}

// starts says that the next token is the first of a line.
func (w *writer) starts(s start) {
	w.begun = s
	w.start = &w.begun
}

// file makes the rows of the file.
func (w *writer) file() {
	w.places()
	before := 0
	for i := 0; i < len(w.spots) && !w.lost; {
		s := &w.spots[i]
		w.starts(start{show: s.col, joined: s.line.Join != ast.NoJoin, before: before, last: i - 1})
		if s.kept {
			before = leading(w.text[s.base:])
			i = w.keep(i)
			continue
		}
		w.base = s.base
		w.gap(w.base)
		w.afterBad = false
		before = w.stmt(s.line)
		i++
	}
	w.starts(start{last: len(w.spots) - 1})
	w.gap(len(w.text))
	w.flush(0, 0)
	w.endRow(len(w.text))
}

// keep makes one row of a line that is left as it is. A line that does not
// parse takes those nested in it along, and what is between them. It returns
// the index of the next line.
func (w *writer) keep(i int) int {
	first := &w.spots[i]
	end := first.end
	j := i + 1
	for ; j < len(w.spots); j++ {
		s := &w.spots[j]
		if s.base != first.base && !(first.bad && s.bad) {
			break
		}
		end = max(end, s.end)
	}
	from := first.base // a line of text starts there
	w.base = 0
	if w.pos > from { // its line of text has begun with what came before
		w.lost = true
		return j
	}
	w.gap(from)
	to := w.lineEnd(end)
	w.keepLines(from, to)
	if c := w.dropComments(to); !first.bad && c.End == to {
		w.rows[len(w.rows)-1].comment = c
	}
	w.start, w.afterBad = nil, first.bad
	return j
}

// keepLines makes a row of whole lines of text as they are.
func (w *writer) keepLines(from, to int) {
	was := leading(w.text[from:])
	w.flush(was, was)
	w.endRow(from)
	w.rows = append(w.rows, row{start: from, end: to, raw: true, indent: was})
	w.pos, w.fresh = to, false
}

// dropComments passes over the comments up to an offset, and returns where the
// last of them is.
func (w *writer) dropComments(to int) (last ast.Range) {
	for len(w.comments) > 0 && w.comments[0].Start < to {
		last = w.comments[0].Range
		w.comments = w.comments[1:]
	}
	return last
}

func (w *writer) lineOf(offset int) int {
	return max(strings.LastIndexAny(w.text[:offset], "\r\n")+1, bomLen(w.text))
}

func (w *writer) lineEnd(offset int) int {
	if i := strings.IndexAny(w.text[offset:], "\r\n"); i >= 0 {
		return offset + i
	}
	return len(w.text)
}

// gap reads on to an offset over what the syntax tree has no nodes for:
// blanks, line ends, comments and punctuation.
func (w *writer) gap(to int) {
	for w.pos < to && !w.lost {
		switch c := w.text[w.pos]; {
		case c == ' ' || c == '\t':
			w.pos++
		case c == '\n' || c == '\r':
			w.endRow(w.pos)
			if strings.HasPrefix(w.text[w.pos:], "\r\n") {
				w.pos++
			}
			w.pos++
			w.lineStart, w.fresh = w.pos, true
		case len(w.comments) > 0 && w.comments[0].Start == w.pos:
			w.comment()
		case w.between() && (w.afterBad || w.fresh && !w.isJoins(to)):
			if !w.fresh {
				w.lost = true
				return
			}
			w.keepLines(w.lineStart, w.lineEnd(w.pos))
			w.dropComments(w.pos)
		default:
			w.punctuation(c)
		}
	}
}

// between tells whether the text at hand is between two lines of the file.
func (w *writer) between() bool { return w.start != nil && w.start.last > -2 }

// isJoins tells whether only joins stand from here to an offset, the end of
// the line or a comment.
func (w *writer) isJoins(to int) bool {
	to = min(to, w.lineEnd(w.pos))
	if len(w.comments) > 0 {
		to = min(to, w.comments[0].Start)
	}
	return strings.Trim(w.text[w.pos:to], " \t|;\\") == ""
}

func (w *writer) punctuation(c byte) {
	k := comma
	inIndex := len(w.brackets) > 0 && w.brackets[len(w.brackets)-1] == openIndex
	switch {
	case (c == ':' || c == ';') && inIndex:
		k = slice
	case c == ',':
	case c == ':':
		k = colon
	case c == ';':
		k = semicolon
	case c == '\\' || c == '|':
		k = join
	default:
		w.lost = true
		return
	}
	w.token(k, w.pos, w.pos+1)
}

// comment puts the comment at hand at the end of the row, or among those that
// wait for the next row.
func (w *writer) comment() {
	c := w.comments[0]
	w.comments = w.comments[1:]
	if w.fresh {
		w.pending = append(w.pending, c)
	} else {
		w.rows[len(w.rows)-1].comment = c.Range
	}
	w.pos = c.End
}

// flush makes rows of the comments that wait, the column of the next row
// being known: the one it had, and the one it gets.
func (w *writer) flush(nextWas, next int) {
	for _, c := range w.pending {
		from := w.lineOf(c.Start)
		r := row{start: from, end: c.End, comment: c.Range, indent: next}
		if w.between() {
			r.indent = w.commentColumn(c.Start-from, w.start.last, nextWas, next)
		}
		if w.outside(from, c.End) {
			r.raw, r.comment = true, ast.Range{}
		}
		w.rows = append(w.rows, r)
	}
	w.pending = w.pending[:0]
}

func (w *writer) endRow(at int) {
	if n := len(w.rows); n > 0 && !w.fresh && !w.rows[n-1].raw {
		w.rows[n-1].end = at
	}
}

// token writes a token that is old[start:end].
func (w *writer) token(k kind, start, end int) {
	w.place(k, start)
	w.buf = append(w.buf, w.text[start:end]...)
	w.done(k, end)
}

// place reads on to a token, and makes a row for it or puts a blank before it.
func (w *writer) place(k kind, start int) {
	w.gap(start)
	if w.fresh {
		w.startRow(k)
	} else if w.spaced(k, start) {
		w.buf = append(w.buf, ' ')
	}
}

func (w *writer) done(k kind, end int) {
	r := &w.rows[len(w.rows)-1]
	r.to = len(w.buf)
	r.opens = k == openTight || k == openIndex || k == openWide
	w.prev, w.prevEnd, w.pos = k, end, end
	if w.start != nil && (k == join || k == semicolon) {
		return
	}
	w.start, r.said = nil, true
	for i := len(w.frames) - 1; i >= 0 && !w.frames[i].begun; i-- {
		if i == 0 || w.frames[i-1].begun {
			w.begin(i)
		}
	}
}

// begin notes for the frames from the i-th on that they begin on this row. A
// row has its next ones indented once, however much begins on it.
func (w *writer) begin(i int) {
	at := len(w.rows) - 1
	for ; i < len(w.frames); i++ {
		f := &w.frames[i]
		f.begun, f.row = true, at
		switch {
		case f.next > 0:
		case i > 0 && w.frames[i-1].row == at:
			f.next = w.frames[i-1].next
		default:
			f.next = w.rows[at].indent + indentStep
		}
	}
}

// spaced tells whether a blank stands between the last token and one of kind
// k on the same row.
func (w *writer) spaced(k kind, start int) bool {
	switch k {
	case comma, colon, slice, semicolon, closeTight, openIndex, field:
		return false
	}
	switch w.prev {
	case openTight, openIndex, slice:
		return false
	case openWide:
		return k != closeWide
	case atom:
		if w.prevEnd == start {
			// in "x and(y)" a blank would make an operator of the name, and
			// in "/$(y)" it might let a regular expression begin
			s := w.buf[w.rows[len(w.rows)-1].from:]
			return !endsInWord(s, "and") && !endsInWord(s, "or") && s[len(s)-1] != '$'
		}
	}
	return true
}

func endsInWord(s []byte, word string) bool {
	n := len(s) - len(word)
	return n >= 0 && string(s[n:]) == word && (n == 0 || s[n-1] == ' ')
}

// startRow makes the row that starts with a token of kind k.
func (w *writer) startRow(k kind) {
	indent, comments := 0, 0
	top := len(w.frames) - 1
	for top >= 0 && !w.frames[top].begun {
		top--
	}
	closes := k == closeTight || k == closeWide
	switch {
	case w.start != nil && w.start.joined && (k == join || k == semicolon):
		indent = max(w.start.before, w.start.show-indentStep)
		comments = indent
	case w.start != nil:
		indent = w.start.show
		comments = indent
	case top >= 0:
		indent = w.frames[top].next
		comments = indent
		if closes {
			indent -= indentStep
		}
	}
	w.flush(leading(w.text[w.lineStart:]), comments)
	n := len(w.buf)
	w.rows = append(w.rows, row{start: w.lineStart, indent: indent, from: n, to: n, closes: closes})
	w.fresh = false
}

// enter notes that something begins at an offset which may go on over several
// rows.
func (w *writer) enter(at int) {
	w.gap(at)
	w.frames = append(w.frames, frame{})
}

func (w *writer) leave() { w.frames = w.frames[:len(w.frames)-1] }

// stmt writes a line, of which w.start says where it goes. It returns the
// indentation of the row on which it starts.
func (w *writer) stmt(l *ast.Line) (indent int) {
	s := l.Stmt
	next := w.start.show + indentStep
	w.enter(w.base + s.Start)
	switch {
	case slices.ContainsFunc(l.Children, func(c *ast.Line) bool { return c.Join == ast.NoJoin }):
		next += indentStep // apart from the lines nested in it
	case !w.fresh && w.rows[len(w.rows)-1].said:
		next = 0 // it does not start its row
	}
	w.frames[len(w.frames)-1].next = next
	w.expr(s.Head)
	w.attrs(s.Attrs)
	for i := range s.Postfixes {
		p := &s.Postfixes[i]
		w.token(atom, w.base+p.Word.Start, w.base+p.Word.End)
		w.expr(p.Head)
		w.attrs(p.Attrs)
	}
	indent = w.rows[w.frames[len(w.frames)-1].row].indent
	w.leave()
	return indent
}

// block writes the lines in a bracket that was opened in the frame on top.
func (w *writer) block(b *ast.Block) {
	base := w.frames[len(w.frames)-1].next - indentStep
	p := blockPlacer{w: w, show: base, before: base, first: true}
	p.lines(b.Lines, -1, base)
}

// blockPlacer places the lines in a bracket. What such a line belongs to
// depends on its column in the text, and the first one counts as standing in
// column 0 where it stands on the row of the bracket. So besides the column
// where a line should stand there is the one that it counts as standing in.
type blockPlacer struct {
	w         *writer
	col, show int // of the last line
	before    int // the indentation of the row on which the last line starts
	first     bool
}

func (p *blockPlacer) lines(ls []*ast.Line, parentCol, parentShow int) {
	most := math.MaxInt
	for _, l := range ls {
		at := p.w.base + l.Stmt.Start
		switch {
		case l.Join == ast.Child:
			p.col += indentStep
			p.show += indentStep
		case l.Join != ast.NoJoin:
		case p.first && !strings.ContainsAny(p.w.text[p.w.pos:at], "\r\n"):
			p.col = 0
		default:
			p.col = min(max(parentShow+indentStep, parentCol+1), most)
			p.show = p.col
		}
		p.first = false
		col, show := p.col, p.show
		most = col
		p.w.starts(start{show: show, joined: l.Join != ast.NoJoin, before: p.before, last: -2})
		p.before = p.w.stmt(l)
		p.lines(l.Children, col, show)
	}
}
