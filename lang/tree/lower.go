package tree

import (
	"math/big"
	"path"
	"strconv"
	"strings"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// Lower makes the tree of a file: a define that holds its lines, named after
// the file. What does not parse is left out, its children taking its place;
// the parser has reported it. The syntax tree is not changed.
func Lower(f *ast.File) (*Node, []diag.Diagnostic) {
	l := NewLowering(f)
	children := make([]*Node, 0, len(f.Lines))
	for _, line := range f.Lines {
		children = l.append(children, line)
	}
	return l.Root(children), nil
}

// Lowering is Lower one line after the other, for those who keep the nodes of
// lines that have not changed.
type Lowering struct{ lowering }

// NewLowering returns the lowering of a file.
func NewLowering(f *ast.File) *Lowering { return &Lowering{lowering{file: f}} }

// Line returns the nodes of one of the file's lines: mostly one.
func (l *Lowering) Line(line *ast.Line) []*Node {
	return l.append(l.links.take(1)[:0], line)
}

// Root returns the define that holds the nodes of all lines.
func (l *Lowering) Root(children []*Node) *Node {
	f := l.file
	root := &Node{Head: "define", Children: children}
	if len(f.Lines) > 0 {
		root.Span = f.Source.Span(0, len(f.Source.Text))
	}
	base := path.Base(strings.ReplaceAll(f.Source.Name, `\`, "/"))
	if name := strings.TrimSuffix(base, path.Ext(base)); name != "" && name != "." && name != "-" {
		root.Attrs = []Attr{{Key: "name", Value: NewLiteral(name, source.Span{})}}
	}
	return root
}

// IsWrapper tells whether a node is the define that wraps a definition, and
// not a call of the procedure define: it has no unkeyed attribute.
func IsWrapper(n *Node) bool {
	if n.Literal || n.HeadExpr != nil || n.Head != "define" {
		return false
	}
	for i := range n.Attrs {
		if !n.Attrs[i].Keyed() {
			return false
		}
	}
	return true
}

// Body returns what a wrapping define holds: its one line, or a sequence, of
// no position, of its lines. Any other node is its own body.
func Body(root *Node) *Node {
	if !IsWrapper(root) {
		return root
	}
	if len(root.Children) == 1 {
		return root.Children[0]
	}
	return &Node{Head: "sequence", Children: root.Children}
}

// lowering makes nodes of the lines of a file.
type lowering struct {
	file *ast.File
	base int
	// at is the place of base, and limit the offset, from base, up to which
	// places are on the same line of text.
	at    source.Pos
	limit int
	// Room for what is yet to come: the nodes of a tree live and die together,
	// and one by one they would cost much more to allocate.
	nodes slab[Node]
	attrs slab[Attr]
	links slab[*Node]
}

// slab gives out pieces of larger pieces of memory, which are the larger the
// more is asked for.
type slab[T any] struct {
	free []T
	size int
}

// take returns n zero values, with no room to grow.
func (s *slab[T]) take(n int) []T {
	if len(s.free) < n {
		s.size = min(s.size+16, 64)
		s.free = make([]T, max(n, s.size))
	}
	out := s.free[:n:n]
	s.free = s.free[n:]
	return out
}

func (l *lowering) node(n Node) *Node {
	p := &l.nodes.take(1)[0]
	*p = n
	return p
}

func (l *lowering) literal(v any, span source.Span) *Node {
	p := &l.nodes.take(1)[0]
	p.Literal, p.Value, p.Span = true, v, span
	return p
}

func (l *lowering) named(head string, span source.Span) *Node {
	p := &l.nodes.take(1)[0]
	p.Head, p.Span = head, span
	return p
}

// append adds the nodes of a line of the file to list.
func (l *lowering) append(list []*Node, line *ast.Line) []*Node {
	var children []*Node
	if len(line.Children) > 0 {
		children = l.links.take(len(line.Children))[:0]
	}
	for _, c := range line.Children {
		children = l.append(children, c)
	}
	if l.at.Line != line.Number {
		src := l.file.Source
		l.at = source.Pos{Line: line.Number, Column: 1}
		l.base = l.file.Base(line)
		row := src.Row(l.at)
		l.at.Column += int32(l.base - src.LineStart(row))
		l.limit = src.LineStart(row+1) - l.base
		if row == src.LineCount() {
			l.limit++
		}
	}
	if line.Stmt.Head == nil {
		return append(list, children...)
	}
	return append(list, l.stmt(line.Stmt, children))
}

func (l *lowering) pos(offset int) source.Pos {
	if offset < l.limit {
		return l.at.Plus(offset)
	}
	return l.file.Source.Pos(l.base + offset)
}

func (l *lowering) span(r ast.Range) source.Span {
	return source.Span{Start: l.pos(r.Start), End: l.pos(r.End)}
}

func (l *lowering) stmt(s *ast.Stmt, children []*Node) *Node {
	span := l.span(s.Range)
	n := l.call(s.Head, s.Attrs, children, span)
	for i := range s.Postfixes {
		p := &s.Postfixes[i]
		cond := l.call(p.Head, p.Attrs, nil, l.span(ast.Range{Start: p.Head.Bounds().Start, End: p.End}))
		n = l.node(Node{Head: "_" + p.Word.Text, Children: []*Node{cond, n}, Span: span})
	}
	return n
}

// lines makes the node of lines within brackets; several are a sequence.
func (l *lowering) lines(list []*ast.Line) []*Node {
	nodes := l.links.take(len(list))
	for i, line := range list {
		nodes[i] = l.stmt(line.Stmt, l.lines(line.Children))
	}
	return nodes
}

// call makes the node of a head with attributes and children.
func (l *lowering) call(head ast.Expr, attrs []ast.Attr, children []*Node, span source.Span) *Node {
	h := l.expr(head)
	if h.IsName() && (h.Head == "+" || h.Head == "-") {
		return l.sum(h.Head, attrs, children, span)
	}
	if len(attrs) == 0 && len(children) == 0 {
		return h
	}
	n := l.node(Node{Children: children, Span: span})
	switch {
	case h.IsName():
		n.Head = h.Head
	case h.Literal:
		n.HeadExpr = l.node(Node{Head: "_lit", Children: []*Node{h}, Span: h.Span})
	case len(children) == 0 && h.HeadExpr == nil && (h.Head == "_arr" || h.Head == "_obj"):
		n.Head, n.Children = h.Head, h.Children
		n.Attrs = append(n.Attrs, h.Attrs...)
	default:
		n.HeadExpr = h
	}
	if len(attrs) > 0 {
		n.Attrs = append(l.attrs.take(len(n.Attrs) + len(attrs))[:0], n.Attrs...)
		for i := range attrs {
			n.Attrs = append(n.Attrs, l.attr(&attrs[i]))
		}
	}
	return n
}

func (l *lowering) attr(a *ast.Attr) Attr {
	if a.Key == nil {
		if name, ok := a.Value.(*ast.Name); ok && name.Text == "_" {
			return Attr{Key: "_", Value: l.literal(nil, l.span(a.Range))}
		}
		return Attr{Value: l.expr(a.Value)}
	}
	out := Attr{KeySpan: l.span(a.Key.Bounds()), Value: l.expr(a.Value)}
	switch key := a.Key.(type) {
	case *ast.Name:
		out.Key = key.Text
	case *ast.Literal:
		out.Key, _ = key.Value.(string)
	}
	if out.Key == "_" {
		out.Key, out.KeyExpr = "", l.literal("_", out.KeySpan)
	} else if out.Key == "" {
		out.KeyExpr = l.expr(a.Key)
	}
	return out
}

// sum makes the node of a prefix + or -, whose unkeyed attributes are
// children. A lone number after - is that number negated; before a sum, the
// minus belongs to the first operand, so that "- a + b" is (- a) + b.
func (l *lowering) sum(op string, attrs []ast.Attr, children []*Node, span source.Span) *Node {
	n := l.node(Node{Head: op, Span: span})
	var args []*Node
	for i := range attrs {
		a := l.attr(&attrs[i])
		if a.Key != "" || a.KeyExpr != nil {
			n.Attrs = append(n.Attrs, a)
			continue
		}
		args = append(args, a.Value)
	}
	if op == "-" && len(attrs) == 1 && len(args) == 1 && len(children) == 0 {
		if sum, ok := attrs[0].Value.(*ast.Infix); ok && ast.Precedence(sum.Operators[0].Text) == ast.Precedence("-") {
			x := l.infix(sum, true)
			x.Span = span
			return x
		}
		return l.negated(args[0], span)
	}
	n.Children = append(args, children...)
	return n
}

// negated returns the node of -n.
func (l *lowering) negated(n *Node, span source.Span) *Node {
	if n.Literal {
		switch v := n.Value.(type) {
		case int64:
			if v == -v && v != 0 {
				return l.literal(new(big.Int).Neg(big.NewInt(v)), span)
			}
			return l.literal(-v, span)
		case *big.Int:
			return l.literal(integer(new(big.Int).Neg(v)), span)
		case float64:
			return l.literal(-v, span)
		}
	}
	return l.node(Node{Head: "-", Children: []*Node{n}, Span: span})
}

// integer returns v as an int64 where it is one.
func integer(v *big.Int) any {
	if v.IsInt64() {
		return v.Int64()
	}
	return v
}

// infix makes the node of a run of operators, left to right. A run of one
// operator is one node; within a run of + a minus negates its operand.
func (l *lowering) infix(e *ast.Infix, negate bool) *Node {
	acc := l.expr(e.Operands[0])
	if negate {
		acc = l.negated(acc, acc.Span)
	}
	run := "" // the operator of acc, where acc is a run to go on with
	for i, op := range e.Operators {
		y := l.expr(e.Operands[i+1])
		switch {
		case run == op.Text:
			acc.Children = append(acc.Children, y)
		case run == "+" && op.Text == "-":
			acc.Children = append(acc.Children, l.negated(y, y.Span))
		default:
			run = op.Text
			acc = l.node(Node{Head: run, Children: []*Node{acc, y}})
		}
		acc.Span = source.Span{Start: l.pos(e.Start), End: l.pos(e.Operands[i+1].Bounds().End)}
	}
	return acc
}

func (l *lowering) expr(e ast.Expr) *Node {
	span := l.span(e.Bounds())
	switch e := e.(type) {
	case *ast.Name:
		return l.named(e.Text, span)
	case *ast.Literal:
		return l.literal(e.Value, span)
	case *ast.Ref:
		return l.ref(e, span)
	case *ast.Template:
		return l.node(Node{Head: "_dqs", Children: l.pieces(e.Pieces), Span: span})
	case *ast.Regex:
		return l.regex(e, span)
	case *ast.Array:
		n := l.node(Node{Head: "_arr", Span: span})
		for _, x := range e.Items {
			n.Children = append(n.Children, l.expr(x))
		}
		return l.orLone(n)
	case *ast.Object:
		n := l.node(Node{Head: "_obj", Span: span})
		for i := range e.Entries {
			n.Children = append(n.Children, l.expr(e.Entries[i].Key), l.expr(e.Entries[i].Value))
		}
		return l.orLone(n)
	case *ast.Paren:
		nodes := l.lines(e.Body.Lines)
		if len(nodes) == 1 {
			return nodes[0]
		}
		return l.node(Node{Head: "sequence", Children: nodes})
	case *ast.Infix:
		return l.infix(e, false)
	case *ast.Negation:
		return l.negated(l.expr(e.Operand), span)
	}
	panic("tree: unknown kind of expression")
}

// orLone gives an empty collection the lone underscore.
func (l *lowering) orLone(n *Node) *Node {
	if len(n.Children) == 0 {
		n.Attrs = []Attr{{Key: "_", Value: l.literal(nil, n.Span)}}
	}
	return n
}

func (l *lowering) ref(e *ast.Ref, span source.Span) *Node {
	n := l.named("_ref", span)
	n.Children = l.links.take(1 + len(e.Steps))[:0]
	n.Children = append(n.Children, l.literal(fieldValue(e.Root.Text), l.span(e.Root.Range)))
	for i := range e.Steps {
		s := &e.Steps[i]
		at := l.span(s.Range)
		switch len(s.Items) {
		case 0:
			n.Children = append(n.Children, l.literal(fieldValue(s.Name), at))
		case 1:
			n.Children = append(n.Children, l.index(&s.Items[0]))
		default:
			several := l.node(Node{Head: "_arr", Span: at})
			for j := range s.Items {
				several.Children = append(several.Children, l.index(&s.Items[j]))
			}
			n.Children = append(n.Children, several)
		}
	}
	return n
}

// fieldValue returns a step of a path: an integer where it is all digits.
func fieldValue(s string) any {
	if !allDigits(s) {
		return s
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return i
	}
	if v, ok := new(big.Int).SetString(s, 10); ok && len(s) <= maxDigits {
		return v
	}
	return s
}

// maxDigits bounds the length of an integer.
const maxDigits = 10_000

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// index makes the node of an index: a value; an object of start and count; or
// one of start, end and step.
func (l *lowering) index(x *ast.Index) *Node {
	span := l.span(x.Range)
	or := func(e ast.Expr, v int64) *Node {
		if e == nil {
			return l.literal(v, span)
		}
		return l.expr(e)
	}
	name := func(s string) *Node { return l.literal(s, span) }
	switch x.Kind {
	case ast.IndexCount:
		return l.node(Node{Head: "_obj", Span: span, Children: []*Node{name("start"), l.expr(x.From), name("count"), l.expr(x.Count)}})
	case ast.IndexSlice:
		return l.node(Node{Head: "_obj", Span: span, Children: []*Node{
			name("start"), or(x.From, 0), name("end"), or(x.To, -1), name("step"), or(x.Step, 1),
		}})
	}
	return l.expr(x.From)
}

func (l *lowering) pieces(ps []ast.Piece) []*Node {
	var nodes []*Node
	for i := range ps {
		p := &ps[i]
		span := l.span(p.Range)
		if p.Dollar == nil {
			if p.Text != "" {
				nodes = append(nodes, l.literal(p.Text, span))
			}
			continue
		}
		dol := l.node(Node{Head: "_dol", Span: span})
		for _, b := range p.Dollar.Alternatives {
			dol.Children = append(dol.Children, l.node(Node{Head: "_dmute", Children: l.lines(b.Lines), Span: l.span(b.Range)}))
		}
		nodes = append(nodes, dol)
	}
	return nodes
}

func (l *lowering) regex(e *ast.Regex, span source.Span) *Node {
	n := l.node(Node{Head: "_rxs", Children: l.pieces(e.Pieces), Span: span})
	if len(e.Options) == 0 {
		return n
	}
	at := l.span(ast.Range{Start: e.Options[0].Start, End: e.End})
	opts := l.node(Node{Head: "_dqs", Children: l.pieces(e.Options), Span: at})
	if len(opts.Children) == 1 && opts.Children[0].Literal {
		opts = opts.Children[0]
	}
	n.Attrs = []Attr{{Key: "rxopts", KeySpan: at, Value: opts}}
	return n
}
