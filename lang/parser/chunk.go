package parser

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/ast"
)

// chunk is what a stretch of text says on its own: whole lines of text, with
// one logical line or several joined ones. Its positions count from its
// start. It is immutable, and may be shared between files.
type chunk struct {
	size     int // bytes, without the line end
	items    []item
	trailing ast.Join // the join at its end, where nothing follows it
	comments []ast.Comment
	faults   []fault // at most one
}

type item struct {
	stmt   *ast.Stmt
	indent int
	join   ast.Join
}

// readChunk parses the tokens of a chunk.
func readChunk(s *scanner, tape *tape) *chunk {
	text := s.text[:s.pos]
	c := &chunk{size: s.pos, comments: s.comments}
	r := reader{chunk: c, toks: s.toks, faults: s.faults, opts: s.opts, tape: tape}
	if at := badEncoding(text); at >= 0 {
		message, hint := "this is no valid UTF-8", "save the file in the encoding UTF-8"
		if text[at] == 0 {
			message, hint = "a NUL byte", "remove it; the file may be no text at all"
		}
		c.faults = []fault{{codeEncoding, at, at + 1, message, hint}}
	}
	if len(s.toks) > 0 {
		r.read(leading(text))
	}
	return c
}

// badEncoding returns the offset of the first byte that is no valid UTF-8, or
// that is NUL, and -1 where there is none.
func badEncoding(text string) int {
	if utf8.ValidString(text) {
		return strings.IndexByte(text, 0)
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if r == 0 || r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// reader parses the statements of a chunk.
type reader struct {
	chunk  *chunk
	toks   []lexer.Token
	faults []fault // those of the scanner, one for each bad token
	opts   Options
	tape   *tape
}

func (r *reader) read(indent int) {
	lx := r.tape.load(r.toks)
	for t := lx.Peek(); !t.EOF(); t = lx.Peek() {
		if t.Type == tokJoin {
			if r.chunk.trailing == ast.NoJoin {
				r.chunk.trailing = ast.Join(t.Value[0])
			}
			lx.Next()
			continue
		}
		from := int(lx.RawCursor())
		stmt := &ast.Stmt{Range: rangeOf(t)}
		err := readStmt(lx, stmt)
		if err == nil {
			err = endOfStatement(lx)
		}
		if err != nil {
			r.recover(lx, stmt, from, err)
		} else if len(r.toks) > r.opts.MaxDepth && height(stmt) > r.opts.MaxDepth {
			r.report(fault{codeTooDeep, stmt.Start, stmt.Start + 1, "this expression is nested too deep", "bring parts of it into functions or variables of their own"})
			stmt = &ast.Stmt{Range: stmt.Range, Bad: []ast.Range{stmt.Range}}
		}
		r.chunk.items = append(r.chunk.items, item{stmt, indent, r.chunk.trailing})
		r.chunk.trailing = ast.NoJoin
	}
}

// endOfStatement gives an error where a statement does not end.
func endOfStatement(lx *lexer.PeekingLexer) error {
	if next := lx.Peek(); !next.EOF() && next.Type != tokJoin {
		return unexpected(next, "", "")
	}
	return nil
}

// maxResume bounds how often reading is taken up again in one statement.
const maxResume = 8

// recover reports what is wrong with a statement, and takes up reading after
// the next comma or at the next key, for the attributes that are well. It
// leaves lx where the statement ends.
func (r *reader) recover(lx *lexer.PeekingLexer, stmt *ast.Stmt, from int, err error) {
	for try := 0; err != nil; try++ {
		f, at := r.fault(err, from)
		if try == 0 {
			r.report(f)
		}
		at = max(at, int(lx.RawCursor()))
		to := r.resumeAt(from, at)
		if try == maxResume {
			to = len(r.toks)
		}
		for int(lx.RawCursor()) < to {
			lx.Next()
		}
		stmt.Bad = append(stmt.Bad, r.stretch(at, to))
		stmt.End = max(stmt.End, stmt.Bad[len(stmt.Bad)-1].End)
		if next := lx.Peek(); next.EOF() || next.Type == tokJoin {
			return
		}
		var rest ast.Stmt
		err = readItems(lx, &rest)
		stmt.Attrs = append(stmt.Attrs, rest.Attrs...)
		stmt.Postfixes = append(stmt.Postfixes, rest.Postfixes...)
		stmt.Range = extent(stmt, stmt.Range)
		if err == nil {
			err = endOfStatement(lx)
		}
	}
}

// stretch returns the range that a number of tokens cover.
func (r *reader) stretch(from, to int) ast.Range {
	if from >= len(r.toks) {
		n := end(&r.toks[len(r.toks)-1])
		return ast.Range{Start: n, End: n}
	}
	return ast.Range{Start: r.toks[from].Pos.Offset, End: end(&r.toks[max(from, to-1)])}
}

// resumeAt returns the token, from at on, at which reading of a statement can
// be taken up again: after a comma, at a key, or where the statement ends.
func (r *reader) resumeAt(from, at int) int {
	depth := 0
	for i := from; i < len(r.toks); i++ {
		kind := r.toks[i].Type
		switch kind {
		case tokParen, tokArray, tokIndex, tokObject, tokDollar, tokStrOpen:
			depth++
		case tokParenEnd, tokArrayEnd, tokObjectEnd, tokStrClose:
			depth = max(depth-1, 0)
		}
		if i < at || depth > 0 {
			continue
		}
		switch {
		case kind == tokJoin:
			return i
		case kind == tokComma && i+1 < len(r.toks):
			return i + 1
		case i > at && (kind == tokName || kind == tokText) && i+1 < len(r.toks) && r.toks[i+1].Type == tokColon:
			return i
		}
	}
	return len(r.toks)
}

// report notes what is wrong; a chunk has but one fault.
func (r *reader) report(f fault) {
	if len(r.chunk.faults) == 0 {
		r.chunk.faults = append(r.chunk.faults, f)
	}
}

// fault makes words of an error, and returns the index of the token it is at.
func (r *reader) fault(err error, from int) (fault, int) {
	f := describe(err)
	i := from + sort.Search(len(r.toks)-from, func(i int) bool { return r.toks[from+i].Pos.Offset >= f.start })
	if i == len(r.toks) {
		last := &r.toks[i-1]
		if f.message == "" {
			f.message, f.hint = afterToken(last)
			f.message += ", found the end of the line"
		}
		f.start, f.end = last.Pos.Offset, end(last)
		return f, i
	}
	t := &r.toks[i]
	if t.Type == tokBad {
		n := 0
		for k := range r.toks[:i] {
			if r.toks[k].Type == tokBad {
				n++
			}
		}
		return r.faults[n], i
	}
	if f.message == "" {
		var prev *lexer.Token
		if i > from {
			prev = &r.toks[i-1]
		}
		f.code, f.message, f.hint = stray(t, prev, i == from+1)
	}
	return f, i
}
