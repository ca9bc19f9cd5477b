package feature

import (
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/tree"
)

// variable is what bears a name: the symbols that make it, and the references
// to it, in one file or, where it is seen from others, in several. Variables
// are found by name and lexical scope; where a function sees a name that is
// defined around none of it, any symbol of that name in the file may be meant,
// and they count as one variable.
type variable struct {
	name  string
	parts []part
}

// part is what a file has of a variable.
type part struct {
	file    *analysis.File
	symbols []*analysis.Symbol
	refs    []*analysis.Reference
	// outer tells that the part lives in the outermost scope of the file, or
	// is looked for outside of the file.
	outer bool
}

// isOwn tells whether a symbol surely makes a variable of its scope, and
// never changes one further out.
func isOwn(f *analysis.File, s *analysis.Symbol) bool {
	switch {
	case s.Kind == analysis.Parameter, s.Kind == analysis.Binding, s.Node == s.Scope.Node:
		return true
	}
	before := f.Source().Text[:f.Offset(s.Span.Start)]
	for _, mode := range []string{"lv.", "lvar.", "lvariable."} {
		if strings.HasSuffix(before, mode) {
			return true
		}
	}
	return false
}

// seen lists the symbols of a name that a scope may mean, the innermost
// first, up to the scope that surely has a variable of that name.
func seen(f *analysis.File, scope *analysis.Scope, name string) []*analysis.Symbol {
	var list []*analysis.Symbol
	for s := scope; s != nil; s = s.Parent {
		named := f.NamedIn(s, name)
		list = append(list, named...)
		for _, sym := range named {
			if isOwn(f, sym) {
				return list
			}
		}
	}
	return list
}

// seenBy lists the symbols of a name that a reference may mean: for gv.name
// those of the outermost scope, else those that its scope sees.
func seenBy(f *analysis.File, r *analysis.Reference, name string) []*analysis.Symbol {
	if c := r.Call; c != nil && !r.Head && c.Node.Head == "_ref" && len(c.Node.Children) > 1 && c.Node.Children[1].Span == r.Span {
		if root, _ := c.Node.Children[0].Value.(string); strings.HasPrefix(root, "gv") {
			return f.NamedIn(f.Root, name)
		}
	}
	return seen(f, r.Scope, name)
}

// partition parts the symbols and references of a name in a file into those
// of each variable.
func partition(f *analysis.File, name string) []*part {
	symbols := f.Named(name)
	root := map[*analysis.Symbol]*analysis.Symbol{}
	var find func(s *analysis.Symbol) *analysis.Symbol
	find = func(s *analysis.Symbol) *analysis.Symbol {
		if root[s] != s && root[s] != nil {
			root[s] = find(root[s])
			return root[s]
		}
		root[s] = s
		return s
	}
	join := func(list []*analysis.Symbol) {
		for _, s := range list[min(1, len(list)):] {
			root[find(s)] = find(list[0])
		}
	}
	for _, s := range symbols {
		join(seen(f, s.Scope, name))
	}
	given := f.Env.Proc(name) != nil || f.Env.IsGiven(name)
	var refs []*analysis.Reference
	meant := map[*analysis.Reference]*analysis.Symbol{} // nil for what is looked for outside
	for _, r := range f.Uses(name) {
		list := seenBy(f, r, name)
		if len(list) == 0 && given {
			continue
		}
		if len(list) == 0 && (r.Scope.InFunction() || len(f.Misplaced) > 0) {
			list = symbols
		}
		join(list)
		refs = append(refs, r)
		if len(list) > 0 {
			meant[r] = list[0]
		}
	}
	parts := map[*analysis.Symbol]*part{}
	var order []*part
	get := func(key *analysis.Symbol) *part {
		if parts[key] == nil {
			parts[key] = &part{file: f, outer: key == nil}
			order = append(order, parts[key])
		}
		return parts[key]
	}
	for _, s := range symbols {
		p := get(find(s))
		p.symbols = append(p.symbols, s)
		p.outer = p.outer || s.Scope == f.Root
	}
	for _, r := range refs {
		var key *analysis.Symbol
		if s := meant[r]; s != nil {
			key = find(s)
		}
		p := get(key)
		p.refs = append(p.refs, r)
	}
	return order
}

// outerPart returns what a file has of the variable of a name in its
// outermost scope, nil where it neither makes nor uses one.
func outerPart(f *analysis.File, name string) *part {
	var found *part
	for _, p := range partition(f, name) {
		if !p.outer {
			continue
		}
		if found == nil {
			found = p
			continue
		}
		found.symbols = append(found.symbols, p.symbols...)
		found.refs = append(found.refs, p.refs...)
	}
	return found
}

// variableOf returns the variable of a name that a symbol or a reference, one
// of which is nil, is about.
func variableOf(v *analysis.View, name string, s *analysis.Symbol, r *analysis.Reference) *variable {
	for _, p := range partition(v.File, name) {
		for _, x := range p.symbols {
			if x == s {
				return spread(v, name, p)
			}
		}
		for _, x := range p.refs {
			if x == r {
				return spread(v, name, p)
			}
		}
	}
	return nil
}

// spread adds what other files have of a variable.
func spread(v *analysis.View, name string, p *part) *variable {
	found := &variable{name: name, parts: []part{*p}}
	if !p.outer {
		return found
	}
	found.parts[0] = *outerPart(v.File, name)
	links := linksOf(v.Project)
	done := map[*analysis.File]bool{v.File: true}
	for queue := []*analysis.File{v.File}; len(queue) > 0; queue = queue[1:] {
		for _, g := range links.reach(queue[0]) {
			if done[g] {
				continue
			}
			if q := outerPart(g, name); q != nil {
				done[g] = true
				found.parts = append(found.parts, *q)
				queue = append(queue, g)
			}
		}
	}
	return found
}

// imports says which files bring which in.
type imports struct {
	of, by map[*analysis.File][]*analysis.File
}

func linksOf(p *analysis.Project) imports {
	l := imports{map[*analysis.File][]*analysis.File{}, map[*analysis.File][]*analysis.File{}}
	for _, f := range p.Files() {
		for _, i := range f.Imports {
			if g := p.Find(f.Path(), i.Target); g != nil && g != f {
				l.of[f] = append(l.of[f], g)
				l.by[g] = append(l.by[g], f)
			}
		}
	}
	return l
}

// reach lists the files that a file brings in, and those that bring it in,
// directly or not.
func (l imports) reach(f *analysis.File) []*analysis.File {
	var list []*analysis.File
	for _, next := range []map[*analysis.File][]*analysis.File{l.of, l.by} {
		seen := map[*analysis.File]bool{f: true}
		for queue := []*analysis.File{f}; len(queue) > 0; queue = queue[1:] {
			for _, g := range next[queue[0]] {
				if !seen[g] {
					seen[g] = true
					list = append(list, g)
					queue = append(queue, g)
				}
			}
		}
	}
	return list
}

// isDefined tells whether something makes the variable.
func (x *variable) isDefined() bool {
	for i := range x.parts {
		if len(x.parts[i].symbols) > 0 {
			return true
		}
	}
	return false
}

// symbol returns the first symbol of the variable, one of a function first,
// with its file; nil where there is none.
func (x *variable) symbol() (*analysis.File, *analysis.Symbol) {
	var file *analysis.File
	var found *analysis.Symbol
	for _, p := range x.parts {
		for _, s := range p.symbols {
			if found == nil || functionNode(s) != nil && functionNode(found) == nil {
				file, found = p.file, s
			}
		}
	}
	return file, found
}

// functionNode returns the node that makes the function that a symbol is
// defined as, nil where it is none, or where that can't be told.
func functionNode(s *analysis.Symbol) *tree.Node {
	node := s.Node
	switch {
	case s.Kind == analysis.Variable && !node.Literal && node.Head == "set":
		if node = node.At(len(node.Attrs) + len(node.Children) - 1); node == nil {
			return nil
		}
	case s.Kind != analysis.Function:
		return nil
	}
	if node.Literal || node.Head != "define" && node.Head != "def" && node.Head != "fun" {
		return nil
	}
	return node
}

// parameters lists the parameters of the function that a node makes, in
// order.
func parameters(f *analysis.File, n *tree.Node) []*analysis.Symbol {
	var list []*analysis.Symbol
	for _, s := range f.PartAt(f.Offset(n.Span.Start)).Symbols {
		if s.Kind == analysis.Parameter && s.Node == n {
			list = append(list, s)
		}
	}
	return list
}
