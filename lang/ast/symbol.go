package ast

import (
	"strconv"
	"strings"
)

// The rules of names, numbers and regular expressions stand here because the
// lexer, the printer and the formatter must agree on them to the letter.

// symbolEnd marks the bytes that end a name.
var symbolEnd = func() (end [256]bool) {
	for _, c := range ".:;|\"',()[]{}#\\ \x7f" {
		end[c] = true
	}
	for c := range 0x20 {
		end[c] = true
	}
	return end
}()

// SymbolLen returns the length of the name that s starts with, 0 for none. A
// name is a run of anything but blanks, control characters, brackets, quotes
// and . : ; | , # \ and it ends before //.
func SymbolLen(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if symbolEnd[c] || c == '/' && i+1 < len(s) && s[i+1] == '/' {
			return i
		}
	}
	return len(s)
}

// PathLen returns the length of the name with dotted fields that s starts
// with, as in f.a.0.
func PathLen(s string) int {
	n := SymbolLen(s)
	if n == 0 {
		return 0
	}
	return n + FieldsLen(s[n:])
}

// FieldsLen returns the length of the dotted fields that s starts with.
func FieldsLen(s string) int {
	n := 0
	for n < len(s) && s[n] == '.' {
		m := SymbolLen(s[n+1:])
		if m == 0 {
			break
		}
		n += 1 + m
	}
	return n
}

// NumberLen returns the length of the number that s starts with, 0 for none.
func NumberLen(s string) int {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	n := digits(s, i)
	if n == i {
		return 0
	}
	if n < len(s) && s[n] == '.' {
		if m := digits(s, n+1); m > n+1 {
			n = m
		}
	}
	if n < len(s) && (s[n] == 'e' || s[n] == 'E') {
		m := n + 1
		if m < len(s) && (s[m] == '-' || s[m] == '+') {
			m++
		}
		if k := digits(s, m); k > m {
			n = k
		}
	}
	return n
}

func digits(s string, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// RegexPrefixLen returns the length of what opens a regular expression at the
// start of s, its first slash included: / or r/ rx/ re/ rex/ regex/.
func RegexPrefixLen(s string) int {
	i := strings.IndexByte(s[:min(len(s), 6)], '/')
	if i < 0 || i+1 < len(s) && s[i+1] == '/' {
		return 0
	}
	switch s[:i] {
	case "", "r", "rx", "re", "rex", "regex":
		return i + 1
	}
	return 0
}

// IsRegexOption tells whether c may follow the closing slash.
func IsRegexOption(c byte) bool { return strings.IndexByte("imxouesn", c) >= 0 }

// IsName tells whether s, written on its own, reads as that name.
func IsName(s string) bool {
	if s == "" || SymbolLen(s) != len(s) || NumberLen(s) == len(s) {
		return false
	}
	switch s {
	case "true", "false", "null":
		return false
	}
	// a name such as r/x could open a regular expression together with
	// what follows it
	return RegexPrefixLen(s) == 0 || s == "/"
}

// IsOperator tells whether s is an infix operator.
func IsOperator(s string) bool { return Precedence(s) > 0 }

// Precedence returns how tightly an infix operator binds, from 1 (or) to 7
// (%), and 0 for what is none.
func Precedence(op string) int {
	switch op {
	case "or":
		return 1
	case "and":
		return 2
	case "=", "==", "!=", "<>":
		return 3
	case "<", ">", "<=", ">=":
		return 4
	case "+", "-":
		return 5
	case "*", "/":
		return 6
	case "%":
		return 7
	}
	return 0
}

// Splat reads a name that takes several values, such as pair__2 or rest___;
// count is -1 for the latter, which takes those that others leave.
func Splat(s string) (name string, count int, ok bool) {
	if name, found := strings.CutSuffix(s, "___"); found {
		return name, -1, true
	}
	at := strings.LastIndex(s, "__")
	if at < 0 {
		return "", 0, false
	}
	count, err := strconv.Atoi(s[at+2:])
	if err != nil || count < 0 {
		return "", 0, false
	}
	return s[:at], count, true
}
