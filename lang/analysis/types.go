package analysis

import (
	"math/big"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

// Type returns the type of what a node gives, as far as it can be told: that
// of a literal, of what a procedure gives, of a variable that is set once;
// sig.Any where it can't.
func (f *File) Type(n *tree.Node) sig.Type { return f.typeOf(n, 4) }

func (f *File) typeOf(n *tree.Node, depth int) sig.Type {
	if depth == 0 {
		return sig.Any
	}
	if n.Literal {
		switch n.Value.(type) {
		case nil:
			return sig.Null
		case bool:
			return sig.Boolean
		case string:
			return sig.String
		case int64, *big.Int:
			return sig.Integer
		}
		return sig.Number
	}
	if n.IsName() {
		return f.typeOfName(n.Head, depth)
	}
	if n.HeadExpr != nil {
		if n.HeadExpr.Head == "_lit" && len(n.HeadExpr.Children) > 0 {
			return f.typeOf(n.HeadExpr.Children[0], depth-1)
		}
		return sig.Any
	}
	if n.Head == "_ref" {
		if mode, name, deep := VariableOf(n); mode && name != "" && !deep && len(n.Attrs) == 0 {
			return f.typeOfName(name, depth)
		}
		return sig.Any
	}
	p := f.ProcOf(n)
	switch {
	case p == nil || p.ResultType == "":
		return sig.Any
	case p.Group == sig.Arithmetic && p.ResultType == sig.Any && n.Head != "+":
		return sig.Number // only + takes anything but numbers
	}
	return p.ResultType
}

func (f *File) typeOfName(name string, depth int) sig.Type {
	f.askKinds(name)
	symbols := f.named(name)
	switch {
	case len(symbols) == 0 && f.Env.procs[name] != nil && f.Env.vars[name] == nil:
		return sig.Function
	case len(symbols) != 1:
		return sig.Any
	case symbols[0].Kind == Function:
		return sig.Function
	}
	f.askSymbols(name)
	if v := f.ValueOf(symbols[0]); v != nil {
		return f.typeOf(v, depth-1)
	}
	return sig.Any
}

// ValueOf returns the node whose value a variable is set to where it is
// defined; nil where that can't be told.
func (f *File) ValueOf(s *Symbol) *tree.Node {
	if s.Kind != Variable || s.Node == nil || s.Node.Head != "set" {
		return nil
	}
	args := arguments(s.Node)
	if len(args) != 2 || !args[0].IsName() || args[0].Head != s.Name {
		return nil
	}
	return args[1]
}

// Truth tells whether a node always counts as true, or always as false, as a
// condition.
func (f *File) Truth(n *tree.Node) (value, known bool) {
	if n.Literal {
		b, isBool := n.Value.(bool)
		return n.Value != nil && (!isBool || b), true
	}
	if p := f.ProcOf(n); p != nil && p.Name() == "and" {
		return f.truthOfAll(n)
	}
	switch f.Type(n) {
	case sig.Null:
		return false, !n.IsName() && n.Head != "_ref" // a variable may change
	case sig.Any, sig.Boolean, "":
		return false, false
	}
	return true, true
}

// truthOfAll tells the same of and, or.
func (f *File) truthOfAll(n *tree.Node) (value, known bool) {
	decides := n.Head != "and" // what makes the rest not matter
	known = true
	for _, arg := range arguments(n) {
		v, k := f.Truth(arg)
		if k && v == decides {
			return decides, true
		}
		known = known && k
	}
	return !decides, known
}
