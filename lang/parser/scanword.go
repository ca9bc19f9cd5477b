package parser

import (
	"strings"

	"github.com/florc-lang/florc/lang/ast"
)

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
	// a name that a parenthesis closes is a name, as in "(/)": what starts
	// with an unmatched one is no regular expression
	if n := s.regex(); n > 0 && n >= path && !(n > path && rest[path] == ')') {
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
