package parser

import (
	"strings"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
)

// fault is something that the scanner or the parser finds wrong. Positions
// count from the start of the chunk.
type fault struct {
	code       diag.Code
	start, end int
	message    string
	hint       string
}

// scanner cuts one chunk into tokens: a logical line, or several joined on
// one line of text. A chunk spans several lines of text where brackets are
// open, or where a line ends with a comma, a colon, "and" or "or".
type scanner struct {
	text string // from the start of the chunk to the end of the file
	from int    // where the chunk starts in the file
	pos  int
	opts Options
	// neverClosed holds the offsets, in the file, of brackets of which an
	// earlier attempt found that nothing closes them.
	neverClosed map[int]bool
	doomed      int // how many of those are on the stack

	toks     []lexer.Token
	comments []ast.Comment
	faults   []fault
	stack    []bracket

	prev     lexer.TokenType // kind of the last token
	operand  bool            // an operand has just ended: an infix operator may follow
	first    bool            // the next token is the first of a statement
	lineFrom int             // offset at which the line of text starts
	lookup   int             // bytes looked over in search of the ends of regular expressions

	cut bool // the chunk ends with brackets still open
	// tooDeep tells that brackets were nested too deep: where the chunk ends
	// is still looked for, but no tokens are made any more.
	tooDeep bool
	peeked  bool // what follows the chunk had a say in how it is read
}

// bracket is an open bracket, or a string that is open around a $(.
type bracket struct {
	kind lexer.TokenType // tokParen, tokArray, …, tokStrOpen, tokRxOpen, tokRxOption
	at   int
	size int
}

// reset makes the scanner ready for the chunk that starts at from. The tokens
// of the chunk before are overwritten; what else it found stays valid.
func (s *scanner) reset(text string, from int, opts Options, neverClosed map[int]bool) {
	*s = scanner{text: text[from:], from: from, opts: opts, neverClosed: neverClosed, toks: s.toks[:0], stack: s.stack[:0], prev: tokEOF, first: true}
}

// scan reads the chunk. Afterwards pos is the offset of the line end that
// ends it, or the length of the text. It returns the offsets of brackets that
// nothing closes, for the caller to try again with.
func (s *scanner) scan() (unclosed []int) {
	for s.pos < len(s.text) {
		if s.pos > s.opts.MaxLineBytes {
			break
		}
		switch top := s.top(); top {
		case tokStrOpen, tokRxOpen, tokRxOption:
			s.inText(top)
			continue
		}
		c := s.text[s.pos]
		switch {
		case c == ' ' || c == '\t':
			s.pos++
		case c == '\n' || c == '\r':
			if s.newline() {
				return nil
			}
		case c == '#' || c == '/' && strings.HasPrefix(s.text[s.pos:], "//"):
			s.comment()
		default:
			s.token(c)
		}
	}
	if s.pos < len(s.text) && len(s.stack) == 0 {
		s.tooLong(s.lineEnd(s.pos))
		return nil
	}
	if s.top() == tokRxOption {
		s.pop()
	}
	s.peeked = true // the file ends here
	if s.doomed > 0 {
		s.giveUp()
	}
	for _, b := range s.stack {
		unclosed = append(unclosed, s.from+b.at)
	}
	return unclosed
}

// tooLong makes one bad token of the chunk, up to an offset.
func (s *scanner) tooLong(to int) {
	s.faults, s.toks, s.tooDeep = nil, s.toks[:0], false
	s.fault(codeTooLong, 0, min(s.lineEnd(0), 80), "this line is too long", "a logical line holds at most "+bytesText(s.opts.MaxLineBytes))
	s.bad(0, to)
	s.cut = true
}

func (s *scanner) top() lexer.TokenType {
	if len(s.stack) == 0 {
		return tokEOF
	}
	return s.stack[len(s.stack)-1].kind
}

func (s *scanner) emit(kind lexer.TokenType, size int) {
	if !s.tooDeep {
		s.toks = append(s.toks, lexer.Token{Type: kind, Value: s.text[s.pos : s.pos+size], Pos: lexer.Position{Offset: s.pos}})
	}
	s.pos += size
	s.prev = kind
	s.first = false
}

// bad puts a token in place that no grammar rule takes.
func (s *scanner) bad(from, to int) {
	s.pos = from
	s.emit(tokBad, to-from)
	s.operand = true
}

func (s *scanner) fault(code diag.Code, from, to int, message, hint string) {
	s.faults = append(s.faults, fault{code, from, to, message, hint})
}

func (s *scanner) push(kind lexer.TokenType, size int) {
	s.open(bracket{kind, s.pos, size})
	if len(s.stack) > s.opts.MaxDepth && !s.tooDeep {
		s.fault(codeTooDeep, s.pos, s.pos+size, "brackets are nested too deep here", "at most "+numberText(s.opts.MaxDepth)+" may be open; bring parts into functions of their own")
		s.bad(s.pos, s.pos)
		s.tooDeep = true
	}
	s.emit(kind, size)
	s.operand = false
}

// open puts a bracket on the stack.
func (s *scanner) open(b bracket) {
	s.stack = append(s.stack, b)
	if s.neverClosed[s.from+b.at] {
		s.doomed++
	}
}

// closeTo takes the brackets from the n-th on off the stack.
func (s *scanner) closeTo(n int) {
	for i := n; i < len(s.stack) && s.doomed > 0; i++ {
		if s.neverClosed[s.from+s.stack[i].at] {
			s.doomed--
		}
	}
	s.stack = s.stack[:n]
}

func (s *scanner) pop() { s.closeTo(len(s.stack) - 1) }

func (s *scanner) lineEnd(from int) int {
	if i := strings.IndexAny(s.text[from:], "\r\n"); i >= 0 {
		return from + i
	}
	return len(s.text)
}

func (s *scanner) comment() {
	end := s.lineEnd(s.pos)
	own := strings.Trim(s.text[s.lineFrom:s.pos], " \t") == ""
	s.comments = append(s.comments, ast.Comment{Range: ast.Range{Start: s.pos, End: end}, OwnLine: own})
	s.pos = end
}

// skipNewline steps over one line end.
func (s *scanner) skipNewline() {
	if strings.HasPrefix(s.text[s.pos:], "\r\n") {
		s.pos++
	}
	s.pos++
	s.lineFrom = s.pos
}

// newline handles a line end outside of strings, and tells whether it ends
// the chunk.
func (s *scanner) newline() bool {
	open := s.prev == tokComma || s.prev == tokColon || s.prev == tokOperator
	if len(s.stack) == 0 {
		if open && strings.TrimLeft(s.text[s.pos:], " \t\r\n") != "" {
			s.skipNewline()
			return false
		}
		s.peeked = s.peeked || open
		return true
	}
	if s.doomed > 0 {
		s.giveUp()
		return true
	}
	switch s.top() {
	case tokParen, tokDollar:
		if !open {
			at := s.pos
			s.skipNewline()
			to := s.pos + leading(s.text[s.pos:])
			s.pos = at
			s.emit(tokNewline, to-at)
			s.first, s.operand = true, false
			return false
		}
	}
	s.operand = false
	s.skipNewline()
	return false
}

// giveUp ends a chunk at the end of a line, brackets still open. The
// innermost is the one to blame: what stands around it may well be closed
// further down.
func (s *scanner) giveUp() {
	b := s.stack[len(s.stack)-1]
	s.unclosed(b)
	at := s.pos
	s.bad(at, at)
	s.closeTo(0)
	s.cut = true
	if b.kind == tokArray || b.kind == tokObject || b.kind == tokIndex {
		s.swallow(b.kind)
	}
}

// swallow takes lines into the chunk that are indented deeper than it and can
// only be further items of an array or object that nothing closes, or lines of
// such a string: they would be bad lines on their own.
func (s *scanner) swallow(kind lexer.TokenType) {
	indent := leading(s.text)
	for {
		next := s.pos
		for next < len(s.text) && strings.IndexByte(" \t\r\n", s.text[next]) >= 0 {
			next++
		}
		from := strings.LastIndexAny(s.text[:next], "\r\n") + 1
		if next == len(s.text) || next-from <= indent {
			return
		}
		line := s.text[next:s.lineEnd(next)]
		taken := kind == tokStrOpen || strings.IndexByte("'\"[]{},-0123456789", line[0]) >= 0
		if kind == tokObject {
			n := ast.SymbolLen(line)
			taken = taken || n > 0 && strings.HasPrefix(strings.TrimLeft(line[n:], " \t"), ":")
		}
		if !taken {
			return
		}
		s.pos = next + len(line)
	}
}

// leading returns the number of blanks that the text starts with.
func leading(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

func (s *scanner) unclosed(b bracket) {
	what, closer := s.text[b.at:b.at+b.size], closers[b.kind]
	switch b.kind {
	case tokStrOpen:
		s.fault(codeUnclosedString, b.at, min(b.at+b.size, s.lineEnd(b.at)), "this string is not closed", "close it with "+what)
	case tokRxOpen, tokRxOption:
		s.fault(codeUnclosedString, b.at, b.at+b.size, "this regular expression is not closed", "close it with a slash")
	default:
		s.fault(codeUnclosedBracket, b.at, b.at+b.size, "this `"+what+"` is never closed", "close it with `"+closer+"`")
	}
}

var closers = map[lexer.TokenType]string{
	tokParen: ")", tokDollar: ")", tokArray: "]", tokIndex: "]", tokObject: "}",
}

// token reads one token outside of strings.
func (s *scanner) token(c byte) {
	switch c {
	case '\'', '"':
		s.str(c)
	case '(':
		s.push(tokParen, 1)
		s.first = true
	case '[':
		s.push(tokArray, 1)
	case '{':
		s.push(tokObject, 1)
	case ')':
		s.closing(tokParenEnd)
	case ']':
		s.closing(tokArrayEnd)
	case '}':
		s.closing(tokObjectEnd)
	case ',':
		s.emit(tokComma, 1)
		s.operand = false
	case ':':
		s.emit(tokColon, 1)
		s.operand = false
	case '\\', '|', ';':
		s.join(c)
	default:
		s.word()
	}
}

// join reads what binds two lines, or two alternatives, or two indexes.
func (s *scanner) join(c byte) {
	top := s.top()
	switch {
	case c == ';' && top == tokIndex:
		s.emit(tokSemicolon, 1)
	case c == '|' && strings.HasPrefix(s.text[s.pos:], "||"):
		s.emit(tokOr, 2)
		s.first = true
	default:
		s.emit(tokJoin, 1)
		s.first = true
	}
	s.operand = false
}

// closing reads a closing bracket. Where an inner bracket is still open, that
// one is reported, and the outer is closed all the same.
func (s *scanner) closing(kind lexer.TokenType) {
	match := -1
	for i := len(s.stack) - 1; i >= 0; i-- {
		if closers[s.stack[i].kind] == s.text[s.pos:s.pos+1] {
			match = i
			break
		}
		if k := s.stack[i].kind; k == tokDollar || k == tokStrOpen || k == tokRxOpen {
			break // what stands around a string can't be closed within it
		}
	}
	if match >= 0 {
		if match < len(s.stack)-1 {
			b := s.stack[len(s.stack)-1]
			s.fault(codeUnclosedBracket, b.at, b.at+b.size, "this `"+s.text[b.at:b.at+b.size]+"` is never closed", "close it with `"+closers[b.kind]+"` before the `"+s.text[s.pos:s.pos+1]+"` that closes what is around it")
			s.bad(s.pos, s.pos)
		}
		index := s.stack[match].kind == tokIndex
		s.closeTo(match)
		s.emit(kind, 1)
		s.operand = true
		if index {
			s.afterIndex()
		}
		return
	}
	s.emit(kind, 1)
	s.operand = true
}
