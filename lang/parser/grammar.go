package parser

import (
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/ast"
)

// The grammar of a logical line: what stands in the tags is the language.
// Statements, what repeats (an array, a block) and the expressions are read by
// hand, most in Parse methods: profiling shows that participle's own repetition
// costs several times the rest of parsing, and a rule of its that is run once
// for each line half of it. The grammar of each is given beside it, an
// expression's by its precedences in ast.Precedence.

// parenG is a block in parentheses.
type parenG struct {
	Body blockG `parser:"Paren @@ ParenEnd"`
}

// blockG is lines, each ended by a line end or bound to the next by a join.
//
//	( Newline | Join | stmt )*
type blockG struct {
	*ast.Block
}

// arrayG is an array.
type arrayG struct {
	Items exprsG `parser:"Array @@ ArrayEnd"`
}

// exprsG is the items of an array.
//
//	( expr | Comma )*
type exprsG struct {
	list []ast.Expr
}

// objectG is an object.
type objectG struct {
	Entries entriesG `parser:"Object @@ ObjectEnd"`
}

// entriesG is the entries of an object.
//
//	( expr Colon expr | Comma )*
type entriesG struct {
	list []ast.Entry
}

// indexG is an index, or several.
type indexG struct {
	Items []indexItemG `parser:"Index @@ ( Semicolon @@ )* ArrayEnd"`
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

// templateG is a double-quoted string with $(…) in it.
type templateG struct {
	Pieces piecesG `parser:"StrOpen @@ StrClose"`
}

// regexG is a regular expression.
type regexG struct {
	Pieces  piecesG `parser:"RxOpen @@ RxClose"`
	Options piecesG `parser:"@@"`
}

// piecesG is what stands between quotes or slashes, or after the latter.
//
//	( Piece | RxOption | dollar )*
type piecesG struct {
	list []ast.Piece
}

// dollarG is $(…) with its alternatives.
type dollarG struct {
	Alternatives []blockG `parser:"Dollar @@ ( Or @@ )* ParenEnd"`
}

// exprG is an expression.
type exprG struct {
	node ast.Expr
}

// rules are the parsers that participle builds from the grammar. They are
// immutable and safe for concurrent use.
type rules struct {
	paren    *participle.Parser[parenG]
	array    *participle.Parser[arrayG]
	object   *participle.Parser[objectG]
	index    *participle.Parser[indexG]
	template *participle.Parser[templateG]
	regex    *participle.Parser[regexG]
	dollar   *participle.Parser[dollarG]
}

var grammar = sync.OnceValue(func() *rules {
	return &rules{
		paren:    build[parenG](),
		array:    build[arrayG](),
		object:   build[objectG](),
		index:    build[indexG](),
		template: build[templateG](),
		regex:    build[regexG](),
		dollar:   build[dollarG](),
	}
})

// build makes a parser that decides on the token at hand alone.
func build[G any]() *participle.Parser[G] {
	return participle.MustBuild[G](participle.Lexer(definition{}), participle.UseLookahead(0))
}

// parse runs a rule from where lx stands, and leaves lx behind what it took.
// What was read before an error is returned beside it.
func parse[G any](p *participle.Parser[G], lx *lexer.PeekingLexer) (*G, error) {
	return p.ParseFromLexer(lx, allowTrailing)
}

var allowTrailing = participle.AllowTrailing(true)
