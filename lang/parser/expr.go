package parser

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/ast"
)

// Parse reads an expression: participle's interface for a rule by hand.
func (e *exprG) Parse(lx *lexer.PeekingLexer) (err error) {
	e.node, err = expression(lx)
	return err
}

// expression reads an expression; NextMatch tells that none stands there.
func expression(lx *lexer.PeekingLexer) (ast.Expr, error) {
	left, err := operand(lx)
	if err != nil || lx.Peek().Type != tokOperator {
		return left, err
	}
	return climb(lx, left, 1)
}

// climb reads the operators that follow an operand and bind at least as
// tightly as level, by precedence climbing. Operators of one precedence make
// one flat run.
func climb(lx *lexer.PeekingLexer, left ast.Expr, level int) (ast.Expr, error) {
	for {
		op := lx.Peek()
		if op.Type != tokOperator {
			return left, nil
		}
		prec := ast.Precedence(op.Value)
		if prec < level {
			return left, nil
		}
		run := &ast.Infix{Operands: []ast.Expr{left}}
		for op.Type == tokOperator && ast.Precedence(op.Value) == prec {
			run.Operators = append(run.Operators, ast.Operator{Range: rangeOf(op), Text: op.Value})
			lx.Next()
			right, err := rightOperand(lx, op)
			if err != nil {
				return nil, err
			}
			if right, err = climb(lx, right, prec+1); err != nil {
				return nil, err
			}
			run.Operands = append(run.Operands, right)
			op = lx.Peek()
		}
		last := run.Operands[len(run.Operands)-1]
		run.Range = ast.Range{Start: left.Bounds().Start, End: last.Bounds().End}
		left = run
	}
}

// rightOperand reads what follows an infix operator.
func rightOperand(lx *lexer.PeekingLexer, op *lexer.Token) (ast.Expr, error) {
	t := lx.Peek()
	if t.Type == tokName && ast.IsOperator(t.Value) {
		lx.Next()
		if !startsOperand(lx.Peek().Type) {
			return &ast.Name{Range: rangeOf(t), Text: t.Value}, nil
		}
		if t.Value != "-" {
			return nil, unexpected(t, "a value is expected after `"+op.Value+"`", "to pass an operator as a value, write it in parentheses: ("+t.Value+")")
		}
		x, err := operand(lx)
		if err != nil {
			return nil, err
		}
		return &ast.Negation{Range: ast.Range{Start: t.Pos.Offset, End: x.Bounds().End}, Operand: x}, nil
	}
	x, err := operand(lx)
	if err == participle.NextMatch {
		return nil, unexpected(t, "a value is expected after `"+op.Value+"`", "")
	}
	return x, err
}

func startsOperand(kind lexer.TokenType) bool {
	switch kind {
	case tokName, tokNumber, tokKeyword, tokText, tokStrOpen, tokRxOpen, tokArray, tokObject, tokParen:
		return true
	}
	return false
}

func rangeOf(t *lexer.Token) ast.Range {
	return ast.Range{Start: t.Pos.Offset, End: end(t)}
}

// operand reads a value; NextMatch tells participle that none stands there.
func operand(lx *lexer.PeekingLexer) (ast.Expr, error) {
	t := lx.Peek()
	switch t.Type {
	case tokName:
		lx.Next()
		return path(lx, t)
	case tokNumber:
		lx.Next()
		return number(t)
	case tokKeyword:
		lx.Next()
		lit := &ast.Literal{Range: rangeOf(t)}
		if t.Value != "null" {
			lit.Value = t.Value == "true"
		}
		return lit, nil
	case tokText:
		lx.Next()
		return &ast.Literal{Range: rangeOf(t), Value: textOf(t.Value)}, nil
	case tokArray:
		g, err := parse(grammar().array, lx)
		if err != nil {
			return nil, explain(err, "the items of an array, or `]`, are expected", "")
		}
		return &ast.Array{Range: upTo(t, lx), Items: g.Items.list}, nil
	case tokObject:
		g, err := parse(grammar().object, lx)
		if err != nil {
			return nil, explain(err, "the entries of an object, each `key: value`, or `}`, are expected", "")
		}
		return &ast.Object{Range: upTo(t, lx), Entries: g.Entries.list}, nil
	case tokParen:
		g, err := parse(grammar().paren, lx)
		if err != nil {
			return nil, explain(err, "`)` is expected", "")
		}
		if len(g.Body.Lines) == 0 {
			return nil, unexpected(last(lx), "something is expected between the parentheses", "for a call without arguments write `_`, as in `now _`")
		}
		return &ast.Paren{Range: upTo(t, lx), Body: g.Body.Block}, nil
	case tokStrOpen:
		return template(lx)
	case tokRxOpen:
		return regex(lx)
	case tokBad:
		return nil, unexpected(t, "", "")
	}
	return nil, participle.NextMatch
}

// last returns the token that was read last.
func last(lx *lexer.PeekingLexer) *lexer.Token {
	at := lx.RawCursor()
	return &lx.Range(at-1, at)[0]
}

// upTo returns the range from a token to the one read last.
func upTo(t *lexer.Token, lx *lexer.PeekingLexer) ast.Range {
	return ast.Range{Start: t.Pos.Offset, End: end(last(lx))}
}

// Parse reads the items of an array: participle's interface for a rule by
// hand.
func (g *exprsG) Parse(lx *lexer.PeekingLexer) error {
	for {
		if lx.Peek().Type == tokComma {
			lx.Next()
			continue
		}
		x, err := expression(lx)
		if err == participle.NextMatch {
			return nil
		}
		if err != nil {
			return err
		}
		g.list = append(g.list, x)
	}
}

// Parse reads the entries of an object: participle's interface for a rule by
// hand.
func (g *entriesG) Parse(lx *lexer.PeekingLexer) error {
	brace := last(lx)
	for {
		if lx.Peek().Type == tokComma {
			lx.Next()
			continue
		}
		key, err := expression(lx)
		if err == participle.NextMatch {
			return nil
		}
		if err != nil {
			return err
		}
		if t := lx.Peek(); t.Type != tokColon {
			if _, ok := key.(*ast.Object); ok && len(g.list) > 0 {
				// no key, but the object after one that is not closed
				return &syntaxError{token: *brace, code: codeUnclosedBracket, message: "this `{` is not closed before the next one", hint: "close it with `}`"}
			}
			return unexpected(t, "`:` and a value are expected after a key", "an object is written { key: value, … }, an array [ value, … ]")
		}
		lx.Next()
		t := lx.Peek()
		value, err := expression(lx)
		if err == participle.NextMatch {
			err = unexpected(t, "a value is expected after `:`", "")
		}
		if err != nil {
			return err
		}
		r := ast.Range{Start: key.Bounds().Start, End: value.Bounds().End}
		g.list = append(g.list, ast.Entry{Range: r, Key: key, Value: value})
	}
}

// path makes a name, or a path with its fields and indexes, of a token.
func path(lx *lexer.PeekingLexer, t *lexer.Token) (ast.Expr, error) {
	r := rangeOf(t)
	dot := strings.IndexByte(t.Value, '.')
	next := lx.Peek().Type
	if dot < 0 && next != tokIndex {
		return &ast.Name{Range: r, Text: t.Value}, nil
	}
	if dot < 0 {
		dot = len(t.Value)
	}
	ref := &ast.Ref{Steps: make([]ast.Step, 0, 1+strings.Count(t.Value[dot:], ".")), Root: ast.Name{Range: ast.Range{Start: r.Start, End: r.Start + dot}, Text: t.Value[:dot]}}
	fields(ref, t.Value[dot:], r.Start+dot)
	for ; next == tokIndex || next == tokField; next = lx.Peek().Type {
		if next == tokField {
			t = lx.Next()
			fields(ref, t.Value, t.Pos.Offset)
			continue
		}
		open := lx.Peek()
		g, err := parse(grammar().index, lx)
		if err != nil {
			return nil, explain(err, "an index is expected: [1], [1, 2], [1:3], [1:7:2], or several parted by `;`", "")
		}
		ref.Steps = append(ref.Steps, index(g, upTo(open, lx)))
	}
	ref.Range = ast.Range{Start: r.Start, End: ref.Steps[len(ref.Steps)-1].End}
	return ref, nil
}

// fields adds the dotted fields in text to a path.
func fields(ref *ast.Ref, text string, at int) {
	for len(text) > 0 {
		n := strings.IndexByte(text[1:], '.') + 1
		if n == 0 {
			n = len(text)
		}
		ref.Steps = append(ref.Steps, ast.Step{Range: ast.Range{Start: at, End: at + n}, Name: text[1:n]})
		text, at = text[n:], at+n
	}
}

func index(g *indexG, r ast.Range) ast.Step {
	step := ast.Step{Range: r}
	for i := range g.Items {
		it := &g.Items[i]
		x := ast.Index{From: it.From.expr(), Count: it.Count.expr()}
		colon1, colon2, to, by := it.Colon1, it.Colon2, it.To1, it.Step1
		if it.Colon3 != nil {
			colon1, colon2, to, by = it.Colon3, it.Colon4, it.To2, it.Step2
		}
		switch {
		case x.Count != nil:
			x.Kind = ast.IndexCount
		case colon1 != nil:
			x.Kind, x.To, x.Step = ast.IndexSlice, to.expr(), by.expr()
		}
		x.Start = -1
		grow := func(r ast.Range) {
			if x.Start < 0 {
				x.Start = r.Start
			}
			x.Start, x.End = min(x.Start, r.Start), max(x.End, r.End)
		}
		for _, e := range []ast.Expr{x.From, x.Count, x.To, x.Step} {
			if e != nil {
				grow(e.Bounds())
			}
		}
		for _, t := range []*lexer.Token{colon1, colon2} {
			if t != nil {
				grow(rangeOf(t))
			}
		}
		step.Items = append(step.Items, x)
	}
	return step
}

func (e *exprG) expr() ast.Expr {
	if e == nil {
		return nil
	}
	return e.node
}

// number makes a literal of a number's text. An integer of any size is kept
// exactly; a number with a point or an exponent is a float.
func number(t *lexer.Token) (ast.Expr, error) {
	lit := &ast.Literal{Range: rangeOf(t)}
	if strings.ContainsAny(t.Value, ".eE") {
		f, err := strconv.ParseFloat(t.Value, 64)
		if err != nil || math.IsInf(f, 0) {
			return nil, &syntaxError{token: *t, code: codeNumber, message: "this number is too large", hint: "the largest is about 1.8e308"}
		}
		lit.Value = f
		return lit, nil
	}
	if i, err := strconv.ParseInt(t.Value, 10, 64); err == nil {
		lit.Value = i
		return lit, nil
	}
	if len(t.Value) > maxDigits {
		return nil, &syntaxError{token: *t, code: codeNumber, message: "this number is too large", hint: "a number has at most " + numberText(maxDigits) + " digits"}
	}
	lit.Value, _ = new(big.Int).SetString(strings.TrimPrefix(t.Value, "+"), 10)
	return lit, nil
}

// maxDigits bounds the length of an integer: converting one takes time that
// grows faster than its length.
const maxDigits = 10_000

// textOf returns what a string without $(…) stands for, its quotes included
// in text.
func textOf(text string) string {
	if q := text[:1]; len(text) >= 6 && text[:3] == q+q+q {
		return decode(dedent(text[3 : len(text)-3]))
	}
	return decode(text[1 : len(text)-1])
}

func template(lx *lexer.PeekingLexer) (ast.Expr, error) {
	open := lx.Peek()
	g, err := parse(grammar().template, lx)
	if err != nil {
		return nil, explain(err, "the rest of a string is expected", "")
	}
	x := &ast.Template{Range: upTo(open, lx), Triple: len(open.Value) == 3, Pieces: g.Pieces.list}
	if x.Triple {
		dedentPieces(x.Pieces)
	}
	for i := range x.Pieces {
		x.Pieces[i].Text = decode(x.Pieces[i].Text)
	}
	return x, nil
}

// dedentPieces takes the indentation off the text of a string in which $(…)
// stands. A mark holds the place of each, so that a line with but a $(…)
// counts as one that holds something.
func dedentPieces(pieces []ast.Piece) {
	const mark = "\x00"
	var all strings.Builder
	for i := range pieces {
		if pieces[i].Dollar != nil {
			all.WriteString(mark)
		} else {
			all.WriteString(strings.ReplaceAll(pieces[i].Text, mark, ""))
		}
	}
	texts := strings.Split(dedent(all.String()), mark)
	k := 0
	for i := range pieces {
		if pieces[i].Dollar != nil {
			k++
		} else {
			pieces[i].Text = texts[k]
		}
	}
}

func regex(lx *lexer.PeekingLexer) (ast.Expr, error) {
	open := lx.Peek()
	g, err := parse(grammar().regex, lx)
	if err != nil {
		return nil, explain(err, "the rest of a regular expression is expected", "")
	}
	x := &ast.Regex{Range: upTo(open, lx), Pieces: g.Pieces.list, Options: g.Options.list}
	for i := range x.Pieces {
		x.Pieces[i].Text = decodeRegex(x.Pieces[i].Text)
	}
	return x, nil
}

// Parse reads the pieces of a string or regular expression, their text as
// written: participle's interface for a rule by hand.
func (g *piecesG) Parse(lx *lexer.PeekingLexer) error {
	for {
		t := lx.Peek()
		switch t.Type {
		case tokPiece, tokRxOption:
			lx.Next()
			g.list = append(g.list, ast.Piece{Range: rangeOf(t), Text: t.Value})
			continue
		case tokDollar:
		default:
			return nil
		}
		d, err := parse(grammar().dollar, lx)
		if err != nil {
			return explain(err, "`)` is expected", "")
		}
		dollar := &ast.Dollar{Range: upTo(t, lx), Alternatives: make([]*ast.Block, len(d.Alternatives))}
		for i := range d.Alternatives {
			b := d.Alternatives[i].Block
			if len(b.Lines) == 0 {
				return unexpected(last(lx), "something is expected within `$(…)`", `for the characters themselves write \$( or use single quotes`)
			}
			dollar.Alternatives[i] = b
		}
		g.list = append(g.list, ast.Piece{Range: dollar.Range, Dollar: dollar})
	}
}
