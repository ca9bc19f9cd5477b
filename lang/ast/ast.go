// Package ast holds the syntax tree of a definition. The tree is lossless:
// every node knows the stretch of text it stands for, comments are listed,
// and the text itself is at hand in the source file, so that a formatter can
// see the author's layout.
//
// The statements of a file are cached by their text and shared between
// parses. Therefore the positions in a Stmt are relative: they count bytes
// from the base of the line of the file that holds it, File.Base.
package ast

import (
	"strings"

	"github.com/florc-lang/florc/lang/source"
)

// Range is a half-open stretch of bytes, counted from the base of the line of
// the file that holds the node.
type Range struct {
	Start, End int
}

// Bounds returns the range itself; nodes embed it.
func (r Range) Bounds() Range { return r }

// Node is anything in a statement that has a place.
type Node interface {
	Bounds() Range
}

// File is the syntax tree of a file. It is immutable once parsed.
type File struct {
	Source *source.File
	// Lines are the lines at the outermost level, in order; those indented
	// beneath them are their children.
	Lines []*Line
	// Comments lists every comment, in order, wherever it stands. Its
	// ranges count from the start of the file.
	Comments []Comment
}

// Comment is a comment, from its # or // up to the end of its line.
type Comment struct {
	Range
	// OwnLine tells that nothing but blanks stands before it on its line.
	OwnLine bool
}

// Base returns what the positions in the statement of a line count from: for a
// line of the file, the offset at which its line of text starts. For a line
// within brackets it is 0: its positions count from the base of the line of the
// file around it.
func (f *File) Base(l *Line) int {
	base := f.Source.Offset(source.Pos{Line: l.Number, Column: 1})
	if base == 0 && l.Number > 0 && f.HasMark() {
		base = len("\ufeff")
	}
	return base
}

// HasMark tells whether the file starts with a mark of the order of its bytes,
// which is no part of its first line.
func (f *File) HasMark() bool { return f.Source != nil && strings.HasPrefix(f.Source.Text, "\ufeff") }

// Span returns where a node stands that is part of a line of the given base.
func (f *File) Span(base int, n Node) source.Span {
	r := n.Bounds()
	return f.Source.Span(base+r.Start, base+r.End)
}

// Text returns the text of a node that is part of a line of the given base.
func (f *File) Text(base int, n Node) string {
	r := n.Bounds()
	return f.Source.Text[base+r.Start : base+r.End]
}

// Join says how a line is bound to the one before it.
type Join byte

// The joins.
const (
	NoJoin  Join = 0    // by its indentation
	Child   Join = '\\' // as a child of the line before
	Sibling Join = '|'  // beside the line before, written |
	Next    Join = ';'  // beside the line before, written ;
)

// Line is a logical line with the lines nested beneath it.
type Line struct {
	Stmt *Stmt
	// Number is that of the line of text that a line of the file starts on
	// (source.Pos.Line); 0 for a line within brackets.
	Number int32
	// Rows is how many lines of text it takes, with those it is joined with.
	Rows int32
	// Indent is the column (from 0) that the line counts as standing in. A
	// joined line counts as deeper by two than the line before, or as deep.
	Indent   int
	Join     Join
	Children []*Line
}

// IsSame tells whether a line of the file and those nested in it are the same
// statements, in the same places, as a line of another version of the file;
// where offsets and rows differ, numbers of lines and columns do not.
func (f *File) IsSame(l *Line, g *File, other *Line) bool {
	if l == other {
		return true
	}
	if l.Stmt != other.Stmt || l.Number != other.Number || l.Indent != other.Indent || l.Join != other.Join || len(l.Children) != len(other.Children) {
		return false
	}
	if l.Rows > 1 {
		at := source.Pos{Line: l.Number}
		for i, row, was := 1, f.Source.Row(at), g.Source.Row(at); i < int(l.Rows); i++ {
			if f.Source.Number(row+i) != g.Source.Number(was+i) {
				return false
			}
		}
	}
	for i, c := range l.Children {
		if !f.IsSame(c, g, other.Children[i]) {
			return false
		}
	}
	return true
}

// Stmt is what a logical line says: a head, its attributes, and any number of
// postfix conditions. It is immutable and may be shared between files.
type Stmt struct {
	Range
	Head      Expr // nil only where the line does not parse
	Attrs     []Attr
	Postfixes []Postfix
	// Bad lists the stretches that do not parse; empty for a good line.
	Bad []Range
}

// Attr is an attribute.
type Attr struct {
	Range
	Key   Expr // nil for an unkeyed one
	Value Expr
}

// Postfix is an if or unless at the end of a line with its condition: a head
// and its attributes.
type Postfix struct {
	Range
	Word  Name // if or unless
	Head  Expr
	Attrs []Attr
}

// Block is a number of lines within brackets.
type Block struct {
	Range
	Lines []*Line
}

// Expr is an expression: *Name, *Literal, *Ref, *Template, *Regex, *Array,
// *Object, *Paren, *Infix or *Negation.
type Expr interface {
	Node
	expr()
}

// Name is a lone name.
type Name struct {
	Range
	Text string
}

// Literal is a null, boolean, number or plain string. Value is nil, bool,
// int64, *big.Int, float64 or string.
type Literal struct {
	Range
	Value any
}

// Ref is a path: a name followed by fields and indexes.
type Ref struct {
	Range
	Root  Name
	Steps []Step
}

// Step is a step of a path: .name, or [index] with one item or several.
type Step struct {
	Range
	Name  string // "" for an index
	Items []Index
}

// IndexKind says what is written between the brackets of an index.
type IndexKind byte

// The kinds of index.
const (
	IndexAt    IndexKind = iota // [From]
	IndexCount                  // [From, Count]
	IndexSlice                  // [From:To:Step], each part optional
)

// Index is an item of an index step.
type Index struct {
	Range
	Kind                  IndexKind
	From, Count, To, Step Expr // nil where not written
}

// Template is a double-quoted string with $(…) in it.
type Template struct {
	Range
	Triple bool // written between """
	Pieces []Piece
}

// Piece is a part of a string or regular expression: text, or a dollar.
type Piece struct {
	Range
	Text   string // with escapes resolved, where Dollar is nil
	Dollar *Dollar
}

// Dollar is $(…): alternatives parted by ||, each a number of lines.
type Dollar struct {
	Range
	Alternatives []*Block
}

// Regex is a regular expression. Its text is kept as written but for \/.
type Regex struct {
	Range
	Pieces  []Piece
	Options []Piece
}

// Array is an array literal.
type Array struct {
	Range
	Items []Expr
}

// Object is an object literal.
type Object struct {
	Range
	Entries []Entry
}

// Entry is a key of an object with its value.
type Entry struct {
	Range
	Key, Value Expr
}

// Paren is a number of lines in parentheses.
type Paren struct {
	Range
	Body *Block
}

// Infix is a run of infix operators of one precedence; there is one operand
// more than there are operators.
type Infix struct {
	Range
	Operands  []Expr
	Operators []Operator
}

// Operator is an infix operator.
type Operator struct {
	Range
	Text string
}

// Negation is a minus apart from its operand, as in 10 + - 5.
type Negation struct {
	Range
	Operand Expr
}

func (*Name) expr()     {}
func (*Literal) expr()  {}
func (*Ref) expr()      {}
func (*Template) expr() {}
func (*Regex) expr()    {}
func (*Array) expr()    {}
func (*Object) expr()   {}
func (*Paren) expr()    {}
func (*Infix) expr()    {}
func (*Negation) expr() {}
