package format

import (
	"strings"

	"github.com/florc-lang/florc/lang/ast"
)

func (w *writer) attrs(as []ast.Attr) {
	for i := range as {
		w.pair(as[i].Key, as[i].Value)
	}
}

// pair writes a value with its key, where it has one.
func (w *writer) pair(key, value ast.Expr) {
	if key == nil {
		w.expr(value)
		return
	}
	w.enter(w.base + key.Bounds().Start)
	w.expr(key)
	w.expr(value)
	w.leave()
}

func (w *writer) expr(e ast.Expr) {
	if e == nil {
		return
	}
	r := e.Bounds()
	start, end := w.base+r.Start, w.base+r.End
	switch e := e.(type) {
	case *ast.Literal:
		if _, ok := e.Value.(string); ok && lineEnds(w.text[start:end]) > 0 {
			w.text3(start, end, nil)
			return
		}
		w.token(atom, start, end)
	case *ast.Template:
		if e.Triple && lineEnds(w.text[start:end]) > 0 {
			w.text3(start, end, e.Pieces)
			return
		}
		w.token(atom, start, end)
	case *ast.Ref:
		w.ref(e)
	case *ast.Array:
		w.bracket(openWide, closeWide, start, end, func() {
			for _, x := range e.Items {
				w.expr(x)
			}
		})
	case *ast.Object:
		w.bracket(openWide, closeWide, start, end, func() {
			for i := range e.Entries {
				w.pair(e.Entries[i].Key, e.Entries[i].Value)
			}
		})
	case *ast.Paren:
		w.bracket(openTight, closeTight, start, end, func() { w.block(e.Body) })
	case *ast.Infix:
		w.enter(start)
		w.infix(e)
		w.leave()
	case *ast.Negation:
		w.token(atom, start, start+1)
		w.expr(e.Operand)
	default:
		w.token(atom, start, end)
	}
}

// infix writes a run of operators. One within another goes on where that one
// does.
func (w *writer) infix(e *ast.Infix) {
	for i, x := range e.Operands {
		if i > 0 {
			op := &e.Operators[i-1]
			w.token(atom, w.base+op.Start, w.base+op.End)
		}
		if inner, ok := x.(*ast.Infix); ok {
			w.infix(inner)
		} else {
			w.expr(x)
		}
	}
}

// bracket writes brackets with what they hold.
func (w *writer) bracket(open, close kind, start, end int, inner func()) {
	w.enter(start)
	w.token(open, start, start+1)
	w.brackets = append(w.brackets, open)
	inner()
	w.gap(end - 1)
	w.brackets = w.brackets[:len(w.brackets)-1]
	w.token(close, end-1, end)
	w.leave()
}

// ref writes a path: names in one piece, and indexes.
func (w *writer) ref(e *ast.Ref) {
	at, k := e.Start, atom
	for i := range e.Steps {
		s := &e.Steps[i]
		if len(s.Items) == 0 {
			continue
		}
		if at < s.Start {
			w.token(k, w.base+at, w.base+s.Start)
		}
		w.bracket(openIndex, closeTight, w.base+s.Start, w.base+s.End, func() {
			for j := range s.Items {
				for _, part := range indexParts(&s.Items[j]) {
					w.expr(part)
				}
			}
		})
		at, k = s.End, field
	}
	if at < e.End {
		w.token(k, w.base+at, w.base+e.End)
	}
}

// text3 writes a string of several lines between three quotes. The blanks
// that all its lines start with are no part of it, and follow the indentation
// of the row: its lines stand below the row or a level deeper, or, where they
// start in column 0 and the row does not, stay there. Lines that start within
// a $(…) are none of the string's.
func (w *writer) text3(start, end int, pieces []ast.Piece) {
	w.place(atom, start)
	r := &w.rows[len(w.rows)-1]
	var starts []int // of the lines of the string but the first
	in := func(from, to int) {
		for i := from; i < to; i++ {
			switch c := w.text[i]; {
			case c == '\n', c == '\r' && !strings.HasPrefix(w.text[i:], "\r\n"):
				starts = append(starts, i+1)
			}
		}
	}
	if pieces == nil {
		in(start, end)
	}
	for i := range pieces {
		if pieces[i].Dollar == nil {
			in(w.base+pieces[i].Start, w.base+pieces[i].End)
		}
	}
	was := -1 // the indentation that the lines share
	shifts := func(i int) (blanks int, shifts bool) {
		n := leading(w.text[starts[i]:])
		c := w.text[starts[i]+n]
		return n, i == len(starts)-1 || c != '\n' && c != '\r'
	}
	for i := range starts {
		if n, ok := shifts(i); ok && (was < 0 || n < was) {
			was = n
		}
	}
	to := r.indent
	switch row := leading(w.text[r.start:]); {
	case was > row:
		to += indentStep
	case was == 0 && row > 0:
		to = 0
	}
	at := start
	for i, s := range starts {
		w.buf = append(w.buf, w.text[at:s]...)
		at = s
		if _, ok := shifts(i); ok {
			w.buf = appendBlanks(w.buf, to)
			at += was
		}
	}
	w.buf = append(w.buf, w.text[at:end]...)
	w.done(atom, end)
}
