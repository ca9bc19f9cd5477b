package parser

import (
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/ast"
)

// str reads a string without $(…) whole, or the opening of one with.
func (s *scanner) str(quote byte) {
	q := s.text[s.pos : s.pos+1]
	if triple := strings.Repeat(q, 3); strings.HasPrefix(s.text[s.pos:], triple) {
		q = triple
	}
	at := s.pos
	if len(q) == 3 && s.neverClosed[s.from+at] {
		s.unclosed(bracket{tokStrOpen, at, 3})
		s.bad(at, s.lineEnd(at))
		s.closeTo(0)
		s.cut = true
		s.swallow(tokStrOpen)
		return
	}
	stop, found := s.textEnd(at+len(q), q)
	switch {
	case found == textDollar:
		s.push(tokStrOpen, len(q))
	case found == textEnd:
		if s.escapes(at+len(q), stop) {
			s.emit(tokText, stop+len(q)-at)
		} else {
			s.bad(at, stop+len(q))
		}
		s.operand = true
		s.lineFrom = max(s.lineFrom, strings.LastIndexAny(s.text[:s.pos], "\r\n")+1)
	case len(q) == 3:
		s.open(bracket{tokStrOpen, at, 3})
		s.pos = stop
	default:
		s.fault(codeUnclosedString, at, stop, "this string is not closed", "close it with "+q+"; a string of several lines stands between "+strings.Repeat(q, 3))
		s.bad(at, stop)
		s.closeIn(s.text[at:stop])
	}
}

// closeIn takes the brackets off the stack that a stretch of text closes. It
// serves strings that are not closed: their quote is the mistake, and not
// the brackets around them, which such a string only hides.
func (s *scanner) closeIn(text string) {
	for i := range len(text) {
		if len(s.stack) > 0 && closers[s.top()] == text[i:i+1] {
			s.pop()
		}
	}
}

type textStop byte

const (
	textOpen   textStop = iota // the end of the line or text came first
	textDollar                 // at a $(
	textEnd                    // at the closing quotes
)

// textEnd looks for the end of the text of a string from there on.
func (s *scanner) textEnd(at int, quotes string) (int, textStop) {
	q := quotes[0]
	for ; at < len(s.text) && at <= s.opts.MaxLineBytes; at++ {
		switch c := s.text[at]; {
		case c == q && strings.HasPrefix(s.text[at:], quotes):
			return at, textEnd
		case c == '\\':
			if at+1 < len(s.text) && s.text[at+1] != '\n' && s.text[at+1] != '\r' {
				at++
			}
		case (c == '\n' || c == '\r') && len(quotes) < 3:
			return at, textOpen
		case c == '$' && q == '"' && strings.HasPrefix(s.text[at:], "$("):
			return at, textDollar
		}
	}
	return min(at, len(s.text)), textOpen
}

// inText reads on in a string or regular expression that holds a $(.
func (s *scanner) inText(top lexer.TokenType) {
	b := s.stack[len(s.stack)-1]
	var stop int
	var found textStop
	switch top {
	case tokStrOpen:
		stop, found = s.textEnd(s.pos, s.text[b.at:b.at+b.size])
	case tokRxOpen:
		stop, found = s.regexEnd(s.pos)
	case tokRxOption:
		stop, found = s.pos, textEnd
		for stop < len(s.text) && ast.IsRegexOption(s.text[stop]) {
			stop++
		}
		if strings.HasPrefix(s.text[stop:], "$(") {
			found = textDollar
		}
	}
	if stop > s.pos {
		kind := lexer.TokenType(tokPiece)
		switch {
		case top == tokRxOption:
			kind = tokRxOption
		case top == tokStrOpen && !s.escapes(s.pos, stop):
			kind = tokBad
		}
		s.emit(kind, stop-s.pos)
	}
	switch {
	case found == textDollar:
		s.push(tokDollar, 2)
		s.first = true
	case found == textOpen && top == tokStrOpen && b.size == 3:
		// the text ends: what is on the stack is reported as never closed
	case found == textOpen:
		s.unclosed(b)
		s.pop()
		s.bad(s.pos, s.pos)
	case top == tokStrOpen:
		s.pop()
		s.emit(tokStrClose, b.size)
		s.operand = true
	case top == tokRxOpen:
		s.pop()
		s.emit(tokRxClose, 1)
		s.open(bracket{tokRxOption, b.at, b.size})
	case top == tokRxOption:
		s.pop()
		s.operand = true
	}
}

// regexEnd looks for the closing slash from there on.
func (s *scanner) regexEnd(at int) (int, textStop) {
	for ; at < len(s.text); at++ {
		switch s.text[at] {
		case '\n', '\r':
			return at, textOpen
		case '\\':
			if at+1 < len(s.text) && s.text[at+1] != '\n' && s.text[at+1] != '\r' {
				at++
			}
		case '$':
			if strings.HasPrefix(s.text[at:], "$(") {
				return at, textDollar
			}
		case '/':
			return at, textEnd
		}
	}
	return at, textOpen
}

// maxLookup bounds the bytes that one chunk may cost in search of the ends of
// regular expressions, against texts made to be slow.
const maxLookup = 32 << 20

// regex returns the length of the regular expression at hand, its options
// included, or 0 where there is none.
func (s *scanner) regex() int {
	n := ast.RegexPrefixLen(s.text[s.pos:])
	if n == 0 || s.lookup > maxLookup {
		return 0
	}
	from := s.pos + n
	at, ok := s.regexSkip(from)
	s.lookup += max(at-from, 0)
	if !ok || at == from || strings.HasPrefix(s.text[at:], "//") {
		return 0
	}
	for at++; at < len(s.text); at++ {
		if strings.HasPrefix(s.text[at:], "$(") {
			end, ok := s.dollarSkip(at+2, 0)
			if !ok {
				break
			}
			at = end
		} else if !ast.IsRegexOption(s.text[at]) {
			break
		}
	}
	return at - s.pos
}

// regexSkip returns the offset of the closing slash, stepping over $(…).
func (s *scanner) regexSkip(at int) (int, bool) {
	for {
		stop, found := s.regexEnd(at)
		if found != textDollar {
			return stop, found == textEnd
		}
		end, ok := s.dollarSkip(stop+2, 0)
		if !ok {
			return end, false
		}
		at = end + 1
	}
}

// dollarSkip returns the offset of the parenthesis that closes a $( within
// the line, stepping over strings and inner parentheses.
func (s *scanner) dollarSkip(at, depth int) (int, bool) {
	open := 1
	for ; at < len(s.text) && depth < s.opts.MaxDepth; at++ {
		switch c := s.text[at]; c {
		case '\n', '\r':
			return at, false
		case '(':
			open++
		case ')':
			if open--; open == 0 {
				return at, true
			}
		case '\'', '"':
			from := at + 1
			for {
				stop, found := s.textEnd(from, s.text[at:at+1])
				if found == textOpen {
					return stop, false
				}
				if found == textEnd {
					at = stop
					break
				}
				end, ok := s.dollarSkip(stop+2, depth+1)
				if !ok {
					return end, false
				}
				from = end + 1
			}
		}
	}
	return at, false
}

// escapes checks the escapes of a stretch of a string, and tells whether they
// are fine.
func (s *scanner) escapes(from, to int) bool {
	for i := from; i < to; i++ {
		if s.text[i] != '\\' {
			continue
		}
		size, _, ok := unescape(s.text[i:to])
		if !ok {
			hint := `the escapes are \' \" \\ \/ \$ \b \f \n \r \t and \u0041; a backslash itself is \\`
			s.fault(codeEscape, i, min(i+size, s.lineEnd(i)), "`"+s.text[i:min(i+size, s.lineEnd(i))]+"` is no escape", hint)
			return false
		}
		i += size - 1
	}
	return true
}

// unescape reads the escape that s starts with: its size in bytes and what it
// stands for. Two \u escapes that form a surrogate pair are one.
func unescape(s string) (size int, value string, ok bool) {
	if len(s) < 2 {
		return 1, "", false
	}
	if i := strings.IndexByte(`'"\/$bfnrt`, s[1]); i >= 0 {
		return 2, "'\"\\/$\b\f\n\r\t"[i : i+1], true
	}
	if s[1] != 'u' {
		_, n := utf8.DecodeRuneInString(s[1:])
		return 1 + n, "", false
	}
	r, ok := hex4(s[2:])
	switch {
	case !ok:
		return min(6, len(s)), "", false
	case r >= 0xdc00 && r < 0xe000:
		return 6, "", false
	case r >= 0xd800 && r < 0xdc00:
		if len(s) < 8 || s[6:8] != `\u` {
			return 6, "", false
		}
		low, ok := hex4(s[8:])
		if !ok || low < 0xdc00 || low > 0xdfff {
			return 6, "", false
		}
		return 12, string((r-0xd800)<<10 + (low - 0xdc00) + 0x10000), true
	}
	return 6, string(r), true
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for i := range 4 {
		c := s[i] | 0x20
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// decode resolves the escapes of a stretch of a string.
func decode(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] == '\\' {
			if size, value, ok := unescape(s[i:]); ok {
				b.WriteString(value)
				i += size
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// decodeRegex resolves what is resolved in a regular expression: \/ and
// \uXXXX. Every other escape is the regular expression's own.
func decodeRegex(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			i++
			continue
		}
		size, value, ok := unescape(s[i:])
		switch {
		case ok && s[i+1] == '/':
			b.WriteByte('/')
		case ok && s[i+1] == 'u' && strings.Contains(`\.+*?()|[]{}^$`, value):
			b.WriteString(`\` + value)
		case ok && s[i+1] == 'u':
			b.WriteString(value)
		default:
			size = 2
			b.WriteString(s[i : i+2])
		}
		i += size
	}
	return b.String()
}

// dedent takes the indentation off a string of several lines. A first line
// that is blank is dropped, and so is a last line that is blank, with the line
// end before it. The smallest indentation of the other lines is taken off
// each; blank lines do not count for it, but the last line does.
func dedent(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(s, "\n")
	if len(lines) == 1 {
		return s
	}
	blank := func(i int) bool { return strings.Trim(lines[i], " \t") == "" }
	indent, last := len(s), len(lines)-1
	for i := 1; i <= last; i++ {
		if i == last || !blank(i) {
			indent = min(indent, leading(lines[i]))
		}
	}
	for i := 1; i <= last; i++ {
		if blank(i) {
			lines[i] = ""
		} else {
			lines[i] = lines[i][indent:]
		}
	}
	if blank(last) {
		lines = lines[:last]
	}
	if blank(0) {
		lines = lines[1:]
	}
	return strings.Join(lines, "\n")
}
