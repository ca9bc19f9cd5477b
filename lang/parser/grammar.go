package parser

import (
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/ast"
)

// The grammar of a logical line. What stands between the quotes of a tag is
// the language; expressions alone are read by hand (expr.go), by precedence
// climbing, which participle's structs do slowly.

// stmtG is what a line says: a head, then attributes and postfix conditions.
type stmtG struct {
	Head  exprG  `parser:"@@"`
	Items itemsG `parser:"@@"`
}

// itemsG is any number of items, each an attribute, or the word that opens a
// postfix condition: the items that follow the word are the condition's head
// and attributes. Its Parse method stands in stmt.go; as a grammar it is
//
//	( Comma? ( Postfix | expr ( Colon expr )? ) )*
type itemsG struct {
	list []itemG
}

type itemG struct {
	word  *lexer.Token
	first ast.Expr
	value ast.Expr // nil where first has no key
}

// blockG is what stands between parentheses: lines, each ended by a line end
// or bound to the next by a join.
type blockG struct {
	Parts []partG `parser:"@@*"`
}

type partG struct {
	Sep  *lexer.Token `parser:"  @( Newline | Join )"`
	Line *stmtG       `parser:"| @@"`
}

type parenG struct {
	Open  lexer.Token `parser:"@Paren"`
	Body  blockG      `parser:"@@"`
	Close lexer.Token `parser:"@ParenEnd"`
}

type arrayG struct {
	Open  lexer.Token `parser:"@Array"`
	Items []exprG     `parser:"( @@ | Comma )*"`
	Close lexer.Token `parser:"@ArrayEnd"`
}

type objectG struct {
	Open    lexer.Token `parser:"@Object"`
	Entries []entryG    `parser:"( @@ | Comma )*"`
	Close   lexer.Token `parser:"@ObjectEnd"`
}

type entryG struct {
	Key   exprG `parser:"@@"`
	Value exprG `parser:"Colon @@"`
}

type indexG struct {
	Open  lexer.Token  `parser:"@Index"`
	Items []indexItemG `parser:"@@ ( Semicolon @@ )*"`
	Close lexer.Token  `parser:"@ArrayEnd"`
}

// indexItemG is an index, [1]; a start and a count, [1,2]; or a slice, [1:7:2].
type indexItemG struct {
	From   *exprG       `parser:"( @@"`
	Count  *exprG       `parser:"  ( Comma? @@"`
	Colon1 *lexer.Token `parser:"  | @Colon"`
	To1    *exprG       `parser:"    @@?"`
	Colon2 *lexer.Token `parser:"    ( @Colon"`
	Step1  *exprG       `parser:"      @@? )? )?"`
	Colon3 *lexer.Token `parser:"| @Colon"`
	To2    *exprG       `parser:"  @@?"`
	Colon4 *lexer.Token `parser:"  ( @Colon"`
	Step2  *exprG       `parser:"    @@? )? )"`
}

type templateG struct {
	Open   lexer.Token `parser:"@StrOpen"`
	Pieces []pieceG    `parser:"@@*"`
	Close  lexer.Token `parser:"@StrClose"`
}

type pieceG struct {
	Text   *lexer.Token `parser:"  @Piece"`
	Dollar *dollarG     `parser:"| @@"`
}

type dollarG struct {
	Open         lexer.Token `parser:"@Dollar"`
	Alternatives []blockG    `parser:"@@ ( Or @@ )*"`
	Close        lexer.Token `parser:"@ParenEnd"`
}

type regexG struct {
	Open    lexer.Token `parser:"@RxOpen"`
	Pieces  []pieceG    `parser:"@@*"`
	Close   lexer.Token `parser:"@RxClose"`
	Options []optionG   `parser:"@@*"`
}

type optionG struct {
	Text   *lexer.Token `parser:"  @RxOption"`
	Dollar *dollarG     `parser:"| @@"`
}

// exprG is an expression; its Parse method stands in expr.go.
type exprG struct {
	node ast.Expr
}

// rules are the parsers that participle builds from the grammar. They are
// immutable and safe for concurrent use.
type rules struct {
	stmt     *participle.Parser[stmtG]
	paren    *participle.Parser[parenG]
	array    *participle.Parser[arrayG]
	object   *participle.Parser[objectG]
	index    *participle.Parser[indexG]
	template *participle.Parser[templateG]
	regex    *participle.Parser[regexG]
}

var grammar = sync.OnceValue(func() *rules {
	return &rules{
		stmt:     build[stmtG](),
		paren:    build[parenG](),
		array:    build[arrayG](),
		object:   build[objectG](),
		index:    build[indexG](),
		template: build[templateG](),
		regex:    build[regexG](),
	}
})

// build makes a parser that decides on the token at hand alone.
func build[G any]() *participle.Parser[G] {
	return participle.MustBuild[G](participle.Lexer(definition{}), participle.UseLookahead(0))
}

// parse runs a rule from where lx stands, and leaves lx behind what it took.
// What was read before an error is returned beside it.
func parse[G any](p *participle.Parser[G], lx *lexer.PeekingLexer) (*G, error) {
	return p.ParseFromLexer(lx, participle.AllowTrailing(true))
}
