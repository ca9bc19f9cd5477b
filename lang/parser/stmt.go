package parser

import (
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/ast"
)

// readStmt reads what a line says, a head, then attributes and postfix
// conditions, from where lx stands, as far as it goes; what was read before an
// error is in the statement. Without a head its range stays as it is.
//
//	expr items
func readStmt(lx *lexer.PeekingLexer, s *ast.Stmt) (err error) {
	t := lx.Peek()
	if s.Head, err = expression(lx); err == nil {
		err = readItems(lx, s)
	} else if err == participle.NextMatch {
		err = unexpected(t, "", "")
	}
	s.Range = extent(s, s.Range)
	return err
}

// extent returns the range from the head to the last attribute; r where there
// is no head.
func extent(s *ast.Stmt, r ast.Range) ast.Range {
	if s.Head != nil {
		r = s.Head.Bounds()
	}
	if n := len(s.Attrs); n > 0 {
		r.End = max(r.End, s.Attrs[n-1].End)
	}
	if n := len(s.Postfixes); n > 0 {
		r.End = max(r.End, s.Postfixes[n-1].End)
	}
	return r
}

// readItems reads any number of items, each an attribute, or the word that opens
// a postfix condition: the items that follow the word are the condition's head
// and attributes. What was read before an error is in the statement, which
// must have neither.
//
//	( Comma? ( Postfix | expr ( Colon expr )? ) )*
func readItems(lx *lexer.PeekingLexer, s *ast.Stmt) error {
	var room [6]ast.Attr // for what most lines have
	attrs := room[:0]
	defer func() { s.Attrs = append([]ast.Attr(nil), attrs...) }()
	var word *lexer.Token // the last if or unless, its condition yet to come
	for {
		t := lx.Peek()
		comma := t.Type == tokComma
		if comma {
			lx.Next()
			t = lx.Peek()
		}
		if t.Type == tokPostfix && word == nil {
			word = lx.Next()
			continue
		}
		a, err := attribute(lx)
		switch {
		case err == participle.NextMatch && word != nil:
			return &syntaxError{token: *word, code: codePostfix, message: "a condition is expected after `" + word.Value + "`", hint: "as in `push f.l 1 if a > b`; for a thing of that name write (" + word.Value + ")"}
		case err == participle.NextMatch && comma:
			return unexpected(t, "", "")
		case err == participle.NextMatch:
			return nil
		case err != nil:
			return err
		}
		n := len(s.Postfixes)
		switch {
		case word != nil && a.Key != nil:
			// "push a 1 if x: 'y'": a key follows, so "if" is but a name
			name := &ast.Name{Range: rangeOf(word), Text: word.Value}
			attrs = append(attrs, ast.Attr{Range: name.Range, Value: name}, a)
		case word != nil:
			s.Postfixes = append(s.Postfixes, ast.Postfix{
				Range: ast.Range{Start: word.Pos.Offset, End: a.End},
				Word:  ast.Name{Range: rangeOf(word), Text: word.Value},
				Head:  a.Value,
			})
		case n == 0:
			attrs = append(attrs, a)
		case a.Key != nil:
			name := s.Postfixes[n-1].Word.Text
			return &syntaxError{token: spanToken(a.Key), code: codePostfix, message: "a keyed attribute after a postfix `" + name + "`", hint: "write it before the `" + name + "`, or, where it belongs to the condition, put the condition in parentheses"}
		default:
			s.Postfixes[n-1].Attrs = append(s.Postfixes[n-1].Attrs, a)
			s.Postfixes[n-1].End = a.End
		}
		word = nil
	}
}

// attribute reads an attribute; NextMatch tells that none stands there.
func attribute(lx *lexer.PeekingLexer) (ast.Attr, error) {
	first, err := expression(lx)
	if err != nil {
		return ast.Attr{}, err
	}
	if lx.Peek().Type != tokColon {
		return ast.Attr{Range: first.Bounds(), Value: first}, nil
	}
	lx.Next()
	t := lx.Peek()
	value, err := expression(lx)
	if err == participle.NextMatch {
		err = unexpected(t, "", "")
	}
	if err != nil {
		return ast.Attr{}, err
	}
	return ast.Attr{Range: ast.Range{Start: first.Bounds().Start, End: value.Bounds().End}, Key: first, Value: value}, nil
}

// spanToken returns a token that stands where a node does, to report it.
func spanToken(n ast.Node) lexer.Token {
	r := n.Bounds()
	return lexer.Token{Pos: lexer.Position{Offset: r.Start}, Value: strings.Repeat(" ", r.End-r.Start)}
}

// maxBlockDepth bounds how deep lines within parentheses may nest before
// their depth is looked at closely, see height.
const maxBlockDepth = 10_000

// Parse reads the lines of a block: participle's interface for a rule by
// hand. The first line counts as standing in column 0 where it follows the
// parenthesis at once, so that whatever is indented beneath it is its child.
func (g *blockG) Parse(lx *lexer.PeekingLexer) error {
	g.Block = &ast.Block{Range: ast.Range{Start: end(last(lx)), End: end(last(lx))}}
	var at placer
	indent, join := 0, ast.NoJoin
	for {
		t := lx.Peek()
		switch t.Type {
		case tokNewline:
			indent = len(t.Value) - strings.LastIndexAny(t.Value, "\r\n") - 1
			lx.Next()
			continue
		case tokJoin:
			if join == ast.NoJoin {
				join = ast.Join(t.Value[0])
			}
			lx.Next()
			continue
		}
		if !startsOperand(t.Type) && t.Type != tokBad {
			g.Lines = at.roots
			return nil
		}
		s := &ast.Stmt{}
		if err := readStmt(lx, s); err != nil {
			return err
		}
		line := &ast.Line{Stmt: s}
		if at.place(line, indent, join, maxBlockDepth) {
			return &syntaxError{token: spanToken(s.Head), code: codeTooDeep, message: "lines are nested too deep here"}
		}
		if len(at.path) == 1 && len(at.roots) == 1 {
			g.Start = s.Start
		}
		g.End = s.End
		join = ast.NoJoin
	}
}

// placer builds blocks of lines by their indentation and joins.
type placer struct {
	roots []*ast.Line
	path  []*ast.Line // the last line placed, and those it is nested in
}

// place puts a line under the line it belongs to, and tells whether that is
// deeper than limit; it is then put beside the deepest.
func (p *placer) place(l *ast.Line, indent int, join ast.Join, limit int) (tooDeep bool) {
	l.Indent = indent
	if n := len(p.path); n > 0 && join != ast.NoJoin {
		l.Join = join
		l.Indent = p.path[n-1].Indent
		if join == ast.Child {
			l.Indent += 2
		}
	}
	for n := len(p.path); n > 0 && p.path[n-1].Indent >= l.Indent; n-- {
		p.path = p.path[:n-1]
	}
	if tooDeep = len(p.path) >= limit; tooDeep {
		p.path = p.path[:limit-1]
	}
	if n := len(p.path); n > 0 {
		p.path[n-1].Children = append(p.path[n-1].Children, l)
	} else {
		p.roots = append(p.roots, l)
	}
	p.path = append(p.path, l)
	return tooDeep
}

// height returns how deep a statement nests. A run of operators counts as
// often as the operator changes, each change being a node around the last.
func height(s *ast.Stmt) int {
	h := exprHeight(s.Head)
	attrs := func(as []ast.Attr) {
		for i := range as {
			h = max(h, exprHeight(as[i].Key), exprHeight(as[i].Value))
		}
	}
	attrs(s.Attrs)
	for i := range s.Postfixes {
		h = max(h, exprHeight(s.Postfixes[i].Head))
		attrs(s.Postfixes[i].Attrs)
	}
	return h + 1 + len(s.Postfixes)
}

func exprHeight(e ast.Expr) int {
	h := 0
	most := func(es ...ast.Expr) {
		for _, x := range es {
			h = max(h, exprHeight(x))
		}
	}
	pieces := func(ps []ast.Piece) {
		for i := range ps {
			if ps[i].Dollar != nil {
				for _, b := range ps[i].Dollar.Alternatives {
					h = max(h, 2+linesHeight(b.Lines))
				}
			}
		}
	}
	switch e := e.(type) {
	case nil:
		return 0
	case *ast.Ref:
		for i := range e.Steps {
			for j := range e.Steps[i].Items {
				x := &e.Steps[i].Items[j]
				most(x.From, x.Count, x.To, x.Step)
			}
		}
	case *ast.Template:
		pieces(e.Pieces)
	case *ast.Regex:
		pieces(e.Pieces)
		pieces(e.Options)
	case *ast.Array:
		most(e.Items...)
	case *ast.Object:
		for i := range e.Entries {
			most(e.Entries[i].Key, e.Entries[i].Value)
		}
	case *ast.Paren:
		return linesHeight(e.Body.Lines)
	case *ast.Infix:
		most(e.Operands...)
		for i := 1; i < len(e.Operators); i++ {
			if e.Operators[i].Text != e.Operators[i-1].Text {
				h++
			}
		}
	case *ast.Negation:
		most(e.Operand)
	}
	return h + 1
}

func linesHeight(ls []*ast.Line) int {
	h := 0
	for _, l := range ls {
		h = max(h, height(l.Stmt), 1+linesHeight(l.Children))
	}
	return h
}
