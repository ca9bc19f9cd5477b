// Package tree holds the tree that a definition compiles to: its Go form,
// its public JSON form, its canonical hash (the definition's version), its
// printer, and the lowering from the syntax tree.
package tree

import "github.com/florc-lang/florc/lang/source"

// Node is a node of a tree, or a literal. Trees are immutable once built and
// may be shared between goroutines.
type Node struct {
	// Literal tells that the node is the literal Value: nil, bool, int64,
	// *big.Int, float64 or string. Only Value and Span matter then.
	Literal bool
	Value   any

	Head     string // the procedure, function, tasker or variable name, "" where HeadExpr is set
	HeadExpr *Node  // the head where it is itself an expression
	Attrs    []Attr // in the order written
	Children []*Node

	// Span is where the node stands in its text. A tree read from JSON
	// has at most a line and a column.
	Span source.Span
}

// Attr is an attribute of a node.
type Attr struct {
	// Key is the name under which a keyed attribute was written, "" for an
	// unkeyed one, "_" for the lone underscore (a call without arguments).
	Key string
	// KeyExpr is set where the key is itself an expression, as in
	// (+ 't' 'ag'): 'x'. Key is "" then.
	KeyExpr *Node
	// KeySpan is where the key stands, invalid for an unkeyed attribute.
	KeySpan source.Span
	// Value is never nil; that of the lone underscore is a literal null.
	Value *Node
}

// Keyed tells whether the attribute has a key.
func (a *Attr) Keyed() bool { return a.KeyExpr != nil || (a.Key != "" && a.Key != "_") }

// Lone tells whether the attribute is the lone underscore.
func (a *Attr) Lone() bool { return a.Key == "_" && a.KeyExpr == nil }

// Unkeyed tells whether the attribute is a value without a key.
func (a *Attr) Unkeyed() bool { return a.Key == "" && a.KeyExpr == nil }

// Line returns the line the node starts on, 0 where it is not known.
func (n *Node) Line() int { return int(n.Span.Start.Line) }

// IsName tells whether the node is a lone name: no attributes, no children.
func (n *Node) IsName() bool {
	return !n.Literal && n.HeadExpr == nil && len(n.Attrs) == 0 && len(n.Children) == 0
}

// NewLiteral returns a literal node.
func NewLiteral(v any, span source.Span) *Node {
	return &Node{Literal: true, Value: v, Span: span}
}

// At returns the i-th of the node's attribute values and children counted
// together, attributes first, as node ids count them; nil where there is none.
func (n *Node) At(i int) *Node {
	switch {
	case i < 0:
		return nil
	case i < len(n.Attrs):
		return n.Attrs[i].Value
	case i < len(n.Attrs)+len(n.Children):
		return n.Children[i-len(n.Attrs)]
	}
	return nil
}
