package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/ast"
)

// same tells whether two files say the same: their syntax trees differ in
// positions at most, and their comments are the same in the same order.
// Lowering looks at no more than that.
func same(a, b *ast.File) bool {
	return slices.EqualFunc(a.Comments, b.Comments, func(x, y ast.Comment) bool {
		return x.OwnLine == y.OwnLine && commentText(a, x) == commentText(b, y)
	}) && sameLines(a, b, a.Lines, b.Lines)
}

func commentText(f *ast.File, c ast.Comment) string {
	return strings.TrimRight(f.Source.Text[c.Start:c.End], " \t")
}

// sameLines compares lines of two files.
func sameLines(a, b *ast.File, x, y []*ast.Line) bool {
	return slices.EqualFunc(x, y, func(x, y *ast.Line) bool {
		p := comparison{a, b, a.Base(x), b.Base(y)}
		return x.Join == y.Join && p.stmt(x.Stmt, y.Stmt) && sameLines(a, b, x.Children, y.Children)
	})
}

// comparison compares what is in two lines, given the files and what the positions
// in the lines count from.
type comparison struct {
	a, b         *ast.File
	aBase, bBase int
}

func (p comparison) stmt(x, y *ast.Stmt) bool {
	return x == y || len(x.Bad) == len(y.Bad) && p.expr(x.Head, y.Head) && p.attrs(x.Attrs, y.Attrs) &&
		slices.EqualFunc(x.Postfixes, y.Postfixes, func(x, y ast.Postfix) bool {
			return x.Word.Text == y.Word.Text && p.expr(x.Head, y.Head) && p.attrs(x.Attrs, y.Attrs)
		})
}

func (p comparison) attrs(x, y []ast.Attr) bool {
	return slices.EqualFunc(x, y, func(x, y ast.Attr) bool { return p.expr(x.Key, y.Key) && p.expr(x.Value, y.Value) })
}

// block compares lines in brackets, whose positions count from what those of
// the line around them count from.
func (p comparison) block(x, y []*ast.Line) bool {
	return slices.EqualFunc(x, y, func(x, y *ast.Line) bool {
		return x.Join == y.Join && p.stmt(x.Stmt, y.Stmt) && p.block(x.Children, y.Children)
	})
}

func (p comparison) exprs(x, y []ast.Expr) bool { return slices.EqualFunc(x, y, p.expr) }

func (p comparison) pieces(x, y []ast.Piece) bool {
	return slices.EqualFunc(x, y, func(x, y ast.Piece) bool {
		if x.Dollar == nil || y.Dollar == nil {
			return x.Dollar == y.Dollar && x.Text == y.Text
		}
		return slices.EqualFunc(x.Dollar.Alternatives, y.Dollar.Alternatives, func(x, y *ast.Block) bool { return p.block(x.Lines, y.Lines) })
	})
}

func (p comparison) expr(x, y ast.Expr) bool {
	switch x := x.(type) {
	case nil:
		return y == nil
	case *ast.Name:
		y, ok := y.(*ast.Name)
		return ok && x.Text == y.Text
	case *ast.Literal:
		y, ok := y.(*ast.Literal)
		if !ok {
			return false
		}
		s, isString := x.Value.(string)
		t, also := y.Value.(string)
		return isString == also && s == t && (isString || p.a.Text(p.aBase, x) == p.b.Text(p.bBase, y))
	case *ast.Ref:
		y, ok := y.(*ast.Ref)
		return ok && x.Root.Text == y.Root.Text && slices.EqualFunc(x.Steps, y.Steps, func(x, y ast.Step) bool {
			return x.Name == y.Name && slices.EqualFunc(x.Items, y.Items, func(x, y ast.Index) bool {
				return x.Kind == y.Kind && p.exprs(indexParts(&x), indexParts(&y))
			})
		})
	case *ast.Template:
		y, ok := y.(*ast.Template)
		return ok && p.pieces(x.Pieces, y.Pieces)
	case *ast.Regex:
		y, ok := y.(*ast.Regex)
		return ok && p.pieces(x.Pieces, y.Pieces) && p.pieces(x.Options, y.Options)
	case *ast.Array:
		y, ok := y.(*ast.Array)
		return ok && p.exprs(x.Items, y.Items)
	case *ast.Object:
		y, ok := y.(*ast.Object)
		return ok && slices.EqualFunc(x.Entries, y.Entries, func(x, y ast.Entry) bool {
			return p.expr(x.Key, y.Key) && p.expr(x.Value, y.Value)
		})
	case *ast.Paren:
		y, ok := y.(*ast.Paren)
		return ok && p.block(x.Body.Lines, y.Body.Lines)
	case *ast.Infix:
		y, ok := y.(*ast.Infix)
		return ok && p.exprs(x.Operands, y.Operands) && slices.EqualFunc(x.Operators, y.Operators, func(x, y ast.Operator) bool {
			return x.Text == y.Text
		})
	case *ast.Negation:
		y, ok := y.(*ast.Negation)
		return ok && p.expr(x.Operand, y.Operand)
	}
	panic(fmt.Sprintf("format: unknown kind of expression %T", x))
}

// indexParts returns what an index is made of, in the order written.
func indexParts(x *ast.Index) []ast.Expr { return []ast.Expr{x.From, x.Count, x.To, x.Step} }
