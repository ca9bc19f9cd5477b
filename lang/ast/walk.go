package ast

// Walk calls visit for every line of the file in order, and for every node
// within it, each before the nodes it holds; base is what a node's positions
// count from. Where visit returns false, what the node holds is left out; the
// children of a line are visited all the same.
//
// The nodes visited are *Stmt, *Attr, *Postfix, *Block, *Dollar, *Piece,
// *Step, *Index, *Entry, *Operator and every Expr.
func Walk(f *File, visit func(base int, n Node) bool) {
	for _, l := range f.Lines {
		WalkLine(f, l, visit)
	}
}

// WalkLine is Walk for a line of the file and those nested in it.
func WalkLine(f *File, l *Line, visit func(base int, n Node) bool) {
	w := walker{base: f.Base(l), visit: visit}
	w.stmt(l.Stmt)
	for _, ch := range l.Children {
		WalkLine(f, ch, visit)
	}
}

// Inspect visits what is in a statement or expression, itself included.
func Inspect(n Node, visit func(n Node) bool) {
	w := walker{visit: func(_ int, n Node) bool { return visit(n) }}
	switch n := n.(type) {
	case *Stmt:
		w.stmt(n)
	case Expr:
		w.expr(n)
	}
}

type walker struct {
	base  int
	visit func(int, Node) bool
}

func (w walker) stmt(s *Stmt) {
	if !w.visit(w.base, s) {
		return
	}
	w.expr(s.Head)
	w.attrs(s.Attrs)
	for i := range s.Postfixes {
		p := &s.Postfixes[i]
		if w.visit(w.base, p) {
			w.expr(p.Head)
			w.attrs(p.Attrs)
		}
	}
}

func (w walker) attrs(as []Attr) {
	for i := range as {
		if w.visit(w.base, &as[i]) {
			w.expr(as[i].Key)
			w.expr(as[i].Value)
		}
	}
}

func (w walker) expr(e Expr) {
	if e == nil || !w.visit(w.base, e) {
		return
	}
	switch e := e.(type) {
	case *Ref:
		for i := range e.Steps {
			if w.visit(w.base, &e.Steps[i]) {
				w.items(e.Steps[i].Items)
			}
		}
	case *Template:
		w.pieces(e.Pieces)
	case *Regex:
		w.pieces(e.Pieces)
		w.pieces(e.Options)
	case *Array:
		for _, x := range e.Items {
			w.expr(x)
		}
	case *Object:
		for i := range e.Entries {
			if w.visit(w.base, &e.Entries[i]) {
				w.expr(e.Entries[i].Key)
				w.expr(e.Entries[i].Value)
			}
		}
	case *Paren:
		w.block(e.Body)
	case *Infix:
		for i, x := range e.Operands {
			if i > 0 {
				w.visit(w.base, &e.Operators[i-1])
			}
			w.expr(x)
		}
	case *Negation:
		w.expr(e.Operand)
	}
}

func (w walker) items(items []Index) {
	for i := range items {
		x := &items[i]
		if w.visit(w.base, x) {
			for _, e := range []Expr{x.From, x.Count, x.To, x.Step} {
				w.expr(e)
			}
		}
	}
}

func (w walker) pieces(ps []Piece) {
	for i := range ps {
		if !w.visit(w.base, &ps[i]) || ps[i].Dollar == nil || !w.visit(w.base, ps[i].Dollar) {
			continue
		}
		for _, b := range ps[i].Dollar.Alternatives {
			w.block(b)
		}
	}
}

func (w walker) block(b *Block) {
	if w.visit(w.base, b) {
		w.lines(b.Lines)
	}
}

func (w walker) lines(ls []*Line) {
	for _, l := range ls {
		w.stmt(l.Stmt)
		w.lines(l.Children)
	}
}
