package parser

import (
	"strings"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/florc-lang/florc/lang/ast"
)

// statement makes a statement of what the grammar read, as far as it got.
func statement(g *stmtG, r ast.Range) (*ast.Stmt, error) {
	s := &ast.Stmt{Head: g.Head.node}
	err := addItems(s, g.Items.list)
	s.Range = extent(s, r)
	return s, err
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

// Parse reads items: participle's interface for a rule by hand.
func (g *itemsG) Parse(lx *lexer.PeekingLexer) error {
	for {
		t := lx.Peek()
		comma := t.Type == tokComma
		if comma {
			lx.Next()
			t = lx.Peek()
		}
		if t.Type == tokPostfix {
			g.list = append(g.list, itemG{word: lx.Next()})
			continue
		}
		first, err := expression(lx)
		switch {
		case err == participle.NextMatch && comma:
			return unexpected(t, "", "")
		case err == participle.NextMatch:
			return nil
		case err != nil:
			return err
		}
		it := itemG{first: first}
		if lx.Peek().Type == tokColon {
			lx.Next()
			t = lx.Peek()
			if it.value, err = expression(lx); err == participle.NextMatch {
				err = unexpected(t, "", "")
			}
		}
		if err != nil {
			return err
		}
		g.list = append(g.list, it)
	}
}

// addItems adds attributes and postfix conditions to a statement.
func addItems(s *ast.Stmt, items []itemG) error {
	if n := wordless(items); n > 0 {
		s.Attrs = make([]ast.Attr, 0, n)
	}
	for i := 0; i < len(items); i++ {
		word := items[i].word
		if word == nil {
			s.Attrs = append(s.Attrs, attribute(&items[i]))
			continue
		}
		n := wordless(items[i+1:])
		clause := items[i+1 : i+1+n]
		name := ast.Name{Range: rangeOf(word), Text: word.Value}
		switch {
		case n == 0:
			return &syntaxError{token: *word, code: codePostfix, message: "a condition is expected after `" + word.Value + "`", hint: "as in `push f.l 1 if a > b`; for a thing of that name write (" + word.Value + ")"}
		case clause[0].value != nil:
			// "push a 1 if x: 'y'": a key follows, so "if" is but a name
			s.Attrs = append(s.Attrs, ast.Attr{Range: name.Range, Value: &name})
			continue
		}
		p := ast.Postfix{Word: name, Head: clause[0].first}
		p.Range = ast.Range{Start: name.Start, End: p.Head.Bounds().End}
		for k := 1; k < n; k++ {
			a := attribute(&clause[k])
			if a.Key != nil {
				return &syntaxError{token: spanToken(a.Key), code: codePostfix, message: "a keyed attribute after a postfix `" + word.Value + "`", hint: "write it before the `" + word.Value + "`, or, where it belongs to the condition, put the condition in parentheses"}
			}
			p.Attrs = append(p.Attrs, a)
			p.End = a.End
		}
		s.Postfixes = append(s.Postfixes, p)
		i += n
	}
	return nil
}

// spanToken returns a token that stands where a node does, to report it.
func spanToken(n ast.Node) lexer.Token {
	r := n.Bounds()
	return lexer.Token{Pos: lexer.Position{Offset: r.Start}, Value: strings.Repeat(" ", r.End-r.Start)}
}

// wordless returns how many items come before the next if or unless.
func wordless(items []itemG) int {
	for i := range items {
		if items[i].word != nil {
			return i
		}
	}
	return len(items)
}

func attribute(it *itemG) ast.Attr {
	if it.value == nil {
		return ast.Attr{Range: it.first.Bounds(), Value: it.first}
	}
	return ast.Attr{Range: ast.Range{Start: it.first.Bounds().Start, End: it.value.Bounds().End}, Key: it.first, Value: it.value}
}

// maxBlockDepth bounds how deep lines within parentheses may nest before
// their depth is looked at closely, see height.
const maxBlockDepth = 10_000

// block makes lines of what stands between parentheses. The first line
// counts as standing in column 0 where it follows the parenthesis at once, so
// that whatever is indented beneath it is its child.
func block(g *blockG) (*ast.Block, error) {
	b := &ast.Block{}
	var at placer
	indent, join := 0, ast.NoJoin
	for i := range g.Parts {
		p := &g.Parts[i]
		switch {
		case p.Sep != nil && p.Sep.Type == tokNewline:
			indent = len(p.Sep.Value) - strings.LastIndexAny(p.Sep.Value, "\r\n") - 1
		case p.Sep != nil:
			if join == ast.NoJoin {
				join = ast.Join(p.Sep.Value[0])
			}
		case p.Line != nil:
			s, err := statement(p.Line, ast.Range{})
			if err != nil {
				return nil, err
			}
			line := &ast.Line{Stmt: s}
			if at.place(line, indent, join, maxBlockDepth) {
				return nil, &syntaxError{token: lexer.Token{Pos: lexer.Position{Offset: s.Start}, Value: " "}, code: codeTooDeep, message: "lines are nested too deep here"}
			}
			if len(at.roots) == 1 && line == at.roots[0] {
				b.Start = s.Start
			}
			b.End = s.End
			join = ast.NoJoin
		}
	}
	b.Lines = at.roots
	return b, nil
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
