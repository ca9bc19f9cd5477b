package parser

import (
	"errors"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/diag"
)

// syntaxError is an error at a token, in our own words. Without a message it
// says only where.
type syntaxError struct {
	token   lexer.Token
	code    diag.Code
	message string
	hint    string
}

func (e *syntaxError) Error() string { return e.message }

// unexpected returns an error at a token, saying what is expected there.
func unexpected(t *lexer.Token, expected, hint string) error {
	e := &syntaxError{token: *t, code: codeUnexpected, message: expected, hint: hint}
	if expected != "" {
		e.message += ", found " + tokenText(t)
	}
	return e
}

// explain puts an error of participle's into our words.
func explain(err error, expected, hint string) error {
	var u *participle.UnexpectedTokenError
	if errors.As(err, &u) {
		return unexpected(&u.Unexpected, expected, hint)
	}
	return err
}

// describe makes a fault of an error. Its message is empty where the tokens
// around must tell what was expected.
func describe(err error) fault {
	var e *syntaxError
	if errors.As(err, &e) {
		return fault{e.code, e.token.Pos.Offset, end(&e.token), e.message, e.hint}
	}
	f := fault{code: codeUnexpected}
	var p participle.Error
	if errors.As(err, &p) {
		f.start = p.Position().Offset
	}
	var u *participle.UnexpectedTokenError
	if errors.As(err, &u) {
		f.end = end(&u.Unexpected)
	}
	return f
}

// stray says what is wrong with a token that stands where a statement, an
// attribute or the end of the line is expected, prev being the token before it
// and second telling that it is the second of its line.
func stray(t, prev *lexer.Token, second bool) (code diag.Code, message, hint string) {
	switch t.Type {
	case tokParenEnd, tokArrayEnd, tokObjectEnd:
		return codeStrayBracket, "nothing is open here that this `" + t.Value + "` closes", "remove it, or open a bracket before it"
	case tokOr:
		return codeUnexpected, "`||` stands only within `$(…)`, between alternatives", "the operator is `or`: a or b"
	}
	if prev == nil {
		return codeUnexpected, "a head is expected here, found " + tokenText(t), "a line starts with a name, a value or an expression"
	}
	if t.Type == tokColon && second {
		return codeUnexpected, "a key stands where the head of a line is expected", "a line starts with its head, then come attributes: `task 'bob' due: now`; an object stands in braces: { a: 1 }"
	}
	message, hint = afterToken(prev)
	return codeUnexpected, message + ", found " + tokenText(t), hint
}

// afterToken says what is expected after a token.
func afterToken(prev *lexer.Token) (message, hint string) {
	switch prev.Type {
	case tokComma:
		return "an attribute is expected after the comma", "remove the comma, or go on with a value or with `key: value`"
	case tokColon:
		return "a value is expected after `:`", "as in `task 'bob' due: now`"
	case tokOperator:
		return "a value is expected after `" + prev.Value + "`", ""
	}
	return "an attribute or the end of the line is expected", ""
}

// tokenText says what a token is, to a person.
func tokenText(t *lexer.Token) string {
	switch t.Type {
	case tokEOF, tokBad:
		return "the end of the line"
	case tokNewline:
		return "the end of the line"
	case tokText, tokStrOpen:
		return "a string"
	case tokRxOpen:
		return "a regular expression"
	}
	text := t.Value
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	if runes := []rune(text[:min(len(text), 200)]); len(runes) > 40 {
		text = string(runes[:40]) + "…"
	}
	return "`" + text + "`"
}

func numberText(n int) string { return strconv.Itoa(n) }

func hexText(c byte) string {
	return string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15])
}

func bytesText(n int) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return numberText(n>>20) + " MiB"
	case n >= 1<<10 && n%(1<<10) == 0:
		return numberText(n>>10) + " KiB"
	}
	return numberText(n) + " bytes"
}
