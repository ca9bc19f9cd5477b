package parser

import (
	"io"

	"github.com/alecthomas/participle/v2/lexer"
)

// The kinds of tokens. Which kind a stretch of text is, depends on what
// stands before it: the scanner tells an operator from a name, a regular
// expression from a division, an index from an array, so that the grammar
// needs no lookahead.
const (
	tokEOF       = lexer.EOF
	tokName      = lexer.TokenType(-iota - 1) // a name with its dotted fields: f.a.0
	tokField                                  // dotted fields after an index: .name
	tokNumber                                 //
	tokKeyword                                // true, false, null
	tokText                                   // a string without $(…), with its quotes
	tokStrOpen                                // the quotes that open a string with $(…)
	tokPiece                                  // text within a string or regular expression
	tokStrClose                               //
	tokDollar                                 // $(
	tokRxOpen                                 // / or r/, opening a regular expression
	tokRxClose                                //
	tokRxOption                               // letters after the closing slash
	tokOperator                               // an infix operator between two operands
	tokParen                                  // (
	tokParenEnd                               //
	tokArray                                  // [ opening an array
	tokIndex                                  // [ opening an index
	tokArrayEnd                               // ]
	tokObject                                 // {
	tokObjectEnd                              //
	tokComma                                  //
	tokColon                                  //
	tokSemicolon                              // ; within an index
	tokOr                                     // || within $(…)
	tokPostfix                                // if or unless after the head of a line
	tokJoin                                   // \ | ; between two lines
	tokNewline                                // the end of a line within parentheses
	tokBad                                    // what the scanner reports itself
)

var symbols = map[string]lexer.TokenType{
	"EOF": tokEOF, "Name": tokName, "Field": tokField, "Number": tokNumber, "Keyword": tokKeyword,
	"Text": tokText, "StrOpen": tokStrOpen, "Piece": tokPiece, "StrClose": tokStrClose, "Dollar": tokDollar,
	"RxOpen": tokRxOpen, "RxClose": tokRxClose, "RxOption": tokRxOption, "Operator": tokOperator,
	"Paren": tokParen, "ParenEnd": tokParenEnd, "Array": tokArray, "Index": tokIndex, "ArrayEnd": tokArrayEnd,
	"Object": tokObject, "ObjectEnd": tokObjectEnd, "Comma": tokComma, "Colon": tokColon,
	"Semicolon": tokSemicolon, "Or": tokOr, "Postfix": tokPostfix, "Join": tokJoin, "Newline": tokNewline,
	"Bad": tokBad,
}

// definition is the hand-written lexer that participle is given.
type definition struct{}

// Symbols names the kinds of tokens for the grammar.
func (definition) Symbols() map[string]lexer.TokenType { return symbols }

// Lex reads one logical line.
func (d definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return d.LexString(name, string(b))
}

// LexString reads one logical line.
func (definition) LexString(_ string, text string) (lexer.Lexer, error) {
	var s scanner
	s.reset(text, 0, Options{}.withDefaults(), nil)
	s.scan()
	return &tokens{list: s.toks}, nil
}

// tokens hands scanned tokens to participle.
type tokens struct {
	list []lexer.Token
	end  int
}

// Next returns the next token, for ever EOF after the last.
func (t *tokens) Next() (lexer.Token, error) {
	if len(t.list) == 0 {
		return lexer.Token{Type: tokEOF, Pos: lexer.Position{Offset: t.end}}, nil
	}
	next := t.list[0]
	t.list = t.list[1:]
	t.end = end(&next)
	return next, nil
}

// end returns the offset after a token.
func end(t *lexer.Token) int { return t.Pos.Offset + len(t.Value) }

// tape hands the tokens of one chunk after another to participle. The lexer
// that it makes of tokens grows a list and allocates; so one is made with
// room to spare, and its tokens are overwritten in place.
type tape struct {
	lx    *lexer.PeekingLexer
	start lexer.Checkpoint
	room  []lexer.Token
}

// load returns a lexer of the tokens, valid until the next load.
func (t *tape) load(toks []lexer.Token) *lexer.PeekingLexer {
	if len(toks) >= len(t.room) {
		filler := make([]lexer.Token, max(64, 2*len(toks)))
		for i := range filler {
			filler[i].Type = tokBad
		}
		lx, err := lexer.Upgrade(&tokens{list: filler})
		if err != nil {
			panic(err) // tokens never fails
		}
		*t = tape{lx, lx.MakeCheckpoint(), lx.Range(0, lexer.RawCursor(len(filler)))}
	}
	n := copy(t.room, toks)
	t.room[n] = lexer.Token{Type: tokEOF}
	if n > 0 {
		t.room[n].Pos.Offset = end(&toks[n-1])
	}
	t.lx.LoadCheckpoint(t.start)
	return t.lx
}
