package graph

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

// effect is what running a node may do, apart from computing.
type effect uint8

const (
	works   effect = 1 << iota // it has a node of its own in the chart
	leaves                     // it jumps in, or out of, a loop around it
	returns                    // it ends the call of the function around it
)

// of returns the effects of a node.
func (a *analysis) of(n *tree.Node) effect {
	if n.Literal || n.IsName() {
		return 0
	}
	e, known := a.effects[n]
	if !known {
		e = a.find(n)
		a.effects[n] = e
	}
	return e
}

func (a *analysis) find(n *tree.Node) effect {
	var e effect
	patterns := a.patterns(part{node: n})
	for i := range len(n.Attrs) + len(n.Children) {
		if q := n.At(i); !patterns[q] {
			e |= a.passed(q)
		}
	}
	if n.HeadExpr != nil {
		return e | a.of(n.HeadExpr)
	}
	if f := a.named[n.Head]; f != nil {
		if f.works {
			e |= works
		}
		return e &^ returns
	}
	r, known := a.roles[n.Head]
	switch {
	case !known && (a.variables[n.Head] || n.Head == "_" || a.bodies[n.Head]):
		return e &^ returns
	case !known:
		return e | works
	}
	switch r {
	case asks, waits, acts, fails, forks, parts:
		return e | works
	case jumps:
		if a.procs[n.Head].After == sig.EndsFunction {
			return e | returns
		}
		return e | leaves
	case defines, skips:
		return 0
	case handles:
		if !a.isHandler(n) {
			return e | works
		}
	case loops:
		if !refers(n) {
			e &^= leaves
		}
	case computes:
		if a.definition(part{node: n}) != nil {
			return 0
		}
	}
	return e
}

// refers tells whether a loop has a jump in it that names its loop.
func refers(n *tree.Node) bool {
	for i := range n.Attrs {
		if n.Attrs[i].Key == "ref" || refers(n.Attrs[i].Value) {
			return true
		}
	}
	for _, c := range n.Children {
		if refers(c) {
			return true
		}
	}
	return false
}

// passed returns the effects of something handed to a procedure, which calls
// it where it is a function.
func (a *analysis) passed(n *tree.Node) effect {
	switch {
	case n.IsName():
		if f := a.named[n.Head]; f != nil && f.works {
			return works
		}
		return 0
	case a.isLambda(n):
		var e effect
		for _, c := range n.Children {
			e |= a.of(c)
		}
		return e &^ returns
	}
	return a.of(n)
}
