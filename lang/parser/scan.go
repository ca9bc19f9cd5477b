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

	toks     []lexer.Token
	comments []ast.Comment
	faults   []fault
	stack    []bracket

	prev     lexer.TokenType // kind of the last token
	operand  bool            // an operand has just ended: an infix operator may follow
	first    bool            // the next token is the first of a statement
	lineFrom int             // offset at which the line of text starts
	lookup   int             // bytes looked over in search of the ends of regular expressions

	cut    bool // the chunk ends with brackets still open
	peeked bool // what follows the chunk had a say in how it is read
}

// bracket is an open bracket, or a string that is open around a $(.
type bracket struct {
	kind lexer.TokenType // tokParen, tokArray, …, tokStrOpen, tokRxOpen, tokRxOption
	at   int
	size int
}

func newScanner(text string, from int, opts Options, neverClosed map[int]bool) *scanner {
	return &scanner{text: text[from:], from: from, opts: opts, neverClosed: neverClosed, prev: tokEOF, first: true}
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
	if s.pos < len(s.text) { // too long
		if len(s.stack) == 0 {
			s.faults = nil
			s.fault(codeTooLong, 0, min(s.lineEnd(0), 80), "this line is too long", "a logical line holds at most "+bytesText(s.opts.MaxLineBytes))
			s.toks = nil
			s.bad(0, s.lineEnd(s.pos))
			s.cut = true
			return nil
		}
	}
	if s.top() == tokRxOption {
		s.pop()
	}
	s.peeked = true // the file ends here
	if s.hopeless() {
		s.giveUp()
	}
	for _, b := range s.stack {
		unclosed = append(unclosed, s.from+b.at)
	}
	return unclosed
}

// hopeless tells whether a bracket is open that nothing closes.
func (s *scanner) hopeless() bool {
	for i := 0; i < len(s.stack) && len(s.neverClosed) > 0; i++ {
		if s.neverClosed[s.from+s.stack[i].at] {
			return true
		}
	}
	return false
}

func (s *scanner) top() lexer.TokenType {
	if len(s.stack) == 0 {
		return tokEOF
	}
	return s.stack[len(s.stack)-1].kind
}

func (s *scanner) emit(kind lexer.TokenType, size int) {
	s.toks = append(s.toks, lexer.Token{Type: kind, Value: s.text[s.pos : s.pos+size], Pos: lexer.Position{Offset: s.pos}})
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
	s.stack = append(s.stack, bracket{kind, s.pos, size})
	if len(s.stack) > s.opts.MaxDepth {
		s.fault(codeTooDeep, s.pos, s.pos+size, "brackets are nested too deep here", "at most "+numberText(s.opts.MaxDepth)+" may be open; bring parts into functions of their own")
		s.stack = nil
		s.bad(s.pos, s.lineEnd(s.pos))
		return
	}
	s.emit(kind, size)
	s.operand = false
}

func (s *scanner) pop() { s.stack = s.stack[:len(s.stack)-1] }

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
	if s.hopeless() {
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
	s.stack = nil
	s.cut = true
	if b.kind == tokArray || b.kind == tokObject || b.kind == tokIndex {
		s.swallow(b.kind)
	}
}

// swallow takes lines into the chunk that can only be further items of an
// array or object that nothing closes: they would be bad lines on their own.
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
		taken := strings.IndexByte("'\"[]{},-0123456789", line[0]) >= 0
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
		s.stack = s.stack[:match]
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

// word reads an operator, a number, a regular expression or a name.
func (s *scanner) word() {
	rest := s.text[s.pos:]
	if s.operand {
		if n := s.operator(); n > 0 {
			s.emit(tokOperator, n)
			s.operand = false
			return
		}
	}
	// the longest reading wins, as in upstream; a name with fields only
	// where it is longer
	path := ast.PathLen(rest)
	if n := s.regex(); n > 0 && n >= path {
		prefix := ast.RegexPrefixLen(rest)
		s.push(tokRxOpen, prefix)
		return
	}
	if n := ast.NumberLen(rest); n > 0 && n >= path && !s.indexAt(s.pos+n) {
		s.emit(tokNumber, n)
		s.operand = true
		return
	}
	if path == 0 {
		s.stray()
		return
	}
	name := rest[:path]
	switch {
	case s.indexAt(s.pos + path):
	case name == "true" || name == "false" || name == "null":
		s.emit(tokKeyword, path)
		s.operand = true
		return
	case (name == "if" || name == "unless") && s.postfix(path):
		s.emit(tokPostfix, path)
		s.operand = false
		return
	}
	s.emit(tokName, path)
	s.operand = true
	s.afterIndex()
}

// afterIndex reads the fields and the opening of the index that follow
// without a blank.
func (s *scanner) afterIndex() {
	if n := ast.FieldsLen(s.text[s.pos:]); n > 0 {
		s.emit(tokField, n)
		s.operand = true
	}
	if s.indexAt(s.pos) {
		s.push(tokIndex, 1)
	}
}

// indexAt tells whether an index opens there; [] is an empty array instead.
func (s *scanner) indexAt(at int) bool {
	return at < len(s.text) && s.text[at] == '[' && !strings.HasPrefix(strings.TrimLeft(s.text[at+1:min(len(s.text), at+80)], " \t"), "]")
}

// postfix tells whether the if or unless at hand starts a postfix condition:
// it stands where an attribute may, and is no key.
func (s *scanner) postfix(size int) bool {
	switch s.top() {
	case tokEOF, tokParen, tokDollar:
	default:
		return false
	}
	if s.first || s.prev == tokColon || s.prev == tokOperator || s.prev == tokPostfix {
		return false
	}
	return s.following(s.pos+size) != ':'
}

// following returns the byte after blanks, a line end being one; 0 at the end.
func (s *scanner) following(at int) byte {
	for at < len(s.text) && (s.text[at] == ' ' || s.text[at] == '\t') {
		at++
	}
	switch {
	case at == len(s.text):
		return 0
	case s.text[at] == '#' || strings.HasPrefix(s.text[at:], "//"):
		return '\n'
	case s.text[at] == '\r':
		return '\n'
	}
	return s.text[at]
}

// operator returns the length of the infix operator at hand, 0 where there is
// none. An operator that no operand can follow is a name: in "reduce l +" the
// procedure is passed.
func (s *scanner) operator() int {
	rest := s.text[s.pos:]
	n := 0
	switch {
	case hasOneOf(rest, "<=", "<>", ">=", "==", "!="):
		n = 2
	case strings.IndexByte("%*/+-<>=", rest[0]) >= 0:
		n = 1
	case strings.HasPrefix(rest, "and"):
		n = 3
	case strings.HasPrefix(rest, "or"):
		n = 2
	default:
		return 0
	}
	word := rest[0] == 'a' || rest[0] == 'o'
	if word && (len(rest) == n || strings.IndexByte(" \t\r\n", rest[n]) < 0) {
		return 0
	}
	switch s.following(s.pos + n) {
	case 0, ')', ']', '}', ',', ':', ';', '|', '\\':
		return 0
	case '\n':
		if len(s.stack) > 0 || word {
			s.peeked = s.peeked || len(s.stack) == 0
			if strings.IndexByte(")]},:;|\\", s.followingLine(s.pos+n)) >= 0 {
				return 0
			}
			return n
		}
		return 0
	}
	return n
}

// followingLine returns the first byte on the lines after at that is neither
// blank nor part of a comment; ')' at the end, which nothing can follow.
func (s *scanner) followingLine(at int) byte {
	for limit := min(len(s.text), at+s.opts.MaxLineBytes); at < limit; {
		at = s.lineEnd(at)
		for at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[at]) >= 0 {
			at++
		}
		if c := s.following(at); at < len(s.text) && c != '\n' {
			return c
		}
	}
	return ')'
}

func hasOneOf(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// stray reports a character that nothing starts with.
func (s *scanner) stray() {
	at := s.pos
	c := s.text[at]
	if c == '.' {
		s.fault(codeUnexpected, at, at+1, "a stray `.`", "a path is written without blanks: f.a.b; a number has a digit before its point")
	} else {
		s.fault(codeCharacter, at, at+1, "a control character, code "+numberText(int(c)), "remove it; in a string write it as an escape, such as \\u00"+hexText(c))
	}
	s.bad(at, at+1)
}
