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
			return nil, unexpected(t, "a value is expected after `"+op.Value+"`", "to pass an operator as a value, write it in parentheses: (`"+t.Value+"`)")
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
		x := &ast.Array{Range: between(&g.Open, &g.Close), Items: make([]ast.Expr, len(g.Items))}
		for i := range g.Items {
			x.Items[i] = g.Items[i].node
		}
		return x, nil
	case tokObject:
		g, err := parse(grammar().object, lx)
		if err != nil {
			return nil, explain(err, "the entries of an object, each `key: value`, or `}`, are expected", "")
		}
		x := &ast.Object{Range: between(&g.Open, &g.Close), Entries: make([]ast.Entry, len(g.Entries))}
		for i := range g.Entries {
			k, v := g.Entries[i].Key.node, g.Entries[i].Value.node
			x.Entries[i] = ast.Entry{Range: ast.Range{Start: k.Bounds().Start, End: v.Bounds().End}, Key: k, Value: v}
		}
		return x, nil
	case tokParen:
		g, err := parse(grammar().paren, lx)
		if err != nil {
			return nil, explain(err, "`)` is expected", "")
		}
		r := between(&g.Open, &g.Close)
		body, err := block(&g.Body)
		if err != nil {
			return nil, err
		}
		if len(body.Lines) == 0 {
			return nil, unexpected(&g.Close, "something is expected between the parentheses", "for a call without arguments write `_`, as in `now _`")
		}
		return &ast.Paren{Range: r, Body: body}, nil
	case tokStrOpen:
		return template(lx)
	case tokRxOpen:
		return regex(lx)
	case tokBad:
		return nil, unexpected(t, "", "")
	}
	return nil, participle.NextMatch
}

func between(open, close *lexer.Token) ast.Range {
	return ast.Range{Start: open.Pos.Offset, End: end(close)}
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
	ref := &ast.Ref{Root: ast.Name{Range: ast.Range{Start: r.Start, End: r.Start + dot}, Text: t.Value[:dot]}}
	fields(ref, t.Value[dot:], r.Start+dot)
	for ; next == tokIndex || next == tokField; next = lx.Peek().Type {
		if next == tokField {
			t = lx.Next()
			fields(ref, t.Value, t.Pos.Offset)
			continue
		}
		g, err := parse(grammar().index, lx)
		if err != nil {
			return nil, explain(err, "an index is expected: [1], [1, 2], [1:3], [1:7:2], or several parted by `;`", "")
		}
		ref.Steps = append(ref.Steps, index(g))
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

func index(g *indexG) ast.Step {
	step := ast.Step{Range: between(&g.Open, &g.Close)}
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
	g, err := parse(grammar().template, lx)
	if err != nil {
		return nil, explain(err, "the rest of a string is expected", "")
	}
	x := &ast.Template{Range: between(&g.Open, &g.Close), Triple: len(g.Open.Value) == 3}
	raw := make([]string, len(g.Pieces))
	for i, p := range g.Pieces {
		if p.Text != nil {
			raw[i] = p.Text.Value
		}
	}
	if x.Triple {
		raw = dedentAround(raw, g.Pieces)
	}
	for i, p := range g.Pieces {
		piece, err := makePiece(p.Text, p.Dollar)
		if err != nil {
			return nil, err
		}
		if p.Text != nil {
			piece.Text = decode(raw[i])
		}
		x.Pieces = append(x.Pieces, piece)
	}
	return x, nil
}

// dedentAround takes the indentation off the text of a string in which $(…)
// stands; a mark keeps its place, so that a line that holds but a $(…) counts
// as one that holds something.
func dedentAround(raw []string, pieces []pieceG) []string {
	marked := make([]string, len(raw))
	for i, p := range pieces {
		marked[i] = raw[i]
		if p.Dollar != nil {
			marked[i] = "\x00"
		}
	}
	out := strings.SplitAfter(dedent(strings.Join(marked, "")), "\x00")
	texts := make([]string, len(raw))
	k := 0
	for i, p := range pieces {
		if p.Dollar != nil {
			k++
			continue
		}
		if k < len(out) {
			texts[i] = strings.TrimSuffix(out[k], "\x00")
		}
	}
	return texts
}

func regex(lx *lexer.PeekingLexer) (ast.Expr, error) {
	g, err := parse(grammar().regex, lx)
	if err != nil {
		return nil, explain(err, "the rest of a regular expression is expected", "")
	}
	x := &ast.Regex{Range: between(&g.Open, &g.Close)}
	for _, p := range g.Pieces {
		piece, err := makePiece(p.Text, p.Dollar)
		if err != nil {
			return nil, err
		}
		if p.Text != nil {
			piece.Text = decodeRegex(p.Text.Value)
		}
		x.Pieces = append(x.Pieces, piece)
	}
	for _, o := range g.Options {
		piece, err := makePiece(o.Text, o.Dollar)
		if err != nil {
			return nil, err
		}
		x.Options = append(x.Options, piece)
		x.End = piece.End
	}
	return x, nil
}

func makePiece(text *lexer.Token, d *dollarG) (ast.Piece, error) {
	if d == nil {
		return ast.Piece{Range: rangeOf(text), Text: text.Value}, nil
	}
	dollar := &ast.Dollar{Range: between(&d.Open, &d.Close)}
	for i := range d.Alternatives {
		b, err := block(&d.Alternatives[i])
		if err != nil {
			return ast.Piece{}, err
		}
		if len(b.Lines) == 0 {
			return ast.Piece{}, unexpected(&d.Close, "something is expected within `$(…)`", `for the characters themselves write \$( or use single quotes`)
		}
		dollar.Alternatives = append(dollar.Alternatives, b)
	}
	return ast.Piece{Range: dollar.Range, Dollar: dollar}, nil
}
