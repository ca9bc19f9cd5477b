package analysis

import (
	"regexp"
	"strings"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/tree"
)

// definition walks define, def and fun.
func (w *walker) definition(c *Call, ctx Context) {
	n := c.Node
	attrs := n.Attrs
	if n.Head == "define" && len(attrs) > 0 {
		if name := attrs[0].Value; name.Literal {
			s, _ := name.Value.(string)
			w.define(s, Function, n, name, ctx.Scope.Holder())
		} else if !w.computed(name) {
			w.define(name.Head, Function, n, name, ctx.Scope.Holder())
		}
		attrs = attrs[1:]
	}
	ctx = ctx.function(n)
	c.Inner = ctx.Scope
	// the parameters may stand in parentheses: a node with the others as its
	// attributes
	if len(attrs) == 1 && !attrs[0].Keyed() {
		if first := attrs[0].Value; !first.Literal && len(first.Attrs) > 0 && first.Head != "_ref" {
			w.define(first.Head, Parameter, n, first, ctx.Scope)
			attrs = first.Attrs
		}
	}
	for i := range attrs {
		at := &attrs[i]
		switch {
		case at.Lone(), at.Value.Literal && !at.Keyed():
		case at.KeyExpr != nil:
			w.node(at.Value, ctx)
		case at.Key != "":
			w.add(&Symbol{Name: at.Key, Kind: Parameter, Span: at.KeySpan, Scope: ctx.Scope, Node: n})
			w.node(at.Value, ctx)
		case at.Value.IsName():
			w.define(at.Value.Head, Parameter, n, at.Value, ctx.Scope)
		}
	}
	w.nodes(n.Children, ctx)
}

// computed notes the names that a string with $(…) in it may give.
func (w *walker) computed(n *tree.Node) bool {
	if n.Literal || n.Head != "_dqs" {
		return false
	}
	var wild wildcard
	if len(n.Children) > 0 {
		wild.prefix, _ = n.Children[0].Value.(string)
		wild.suffix, _ = n.Children[len(n.Children)-1].Value.(string)
	}
	if before, _, found := strings.Cut(wild.prefix, "__"); found { // a splat
		wild = wildcard{prefix: before}
	}
	for _, field := range []string{"f.", "fld.", "field."} {
		if strings.HasPrefix(wild.prefix, field) {
			return true
		}
	}
	w.found.note().wildcards = append(w.found.note().wildcards, wild)
	return true
}

// set walks set and twig: the last of several arguments is the value, the
// others are what is set.
func (w *walker) set(c *Call, ctx Context) {
	n := c.Node
	for i := range n.Attrs {
		if n.Attrs[i].Keyed() {
			ctx = w.attr(c, &n.Attrs[i], ctx)
		}
	}
	args := arguments(n)
	for i, arg := range args {
		switch {
		case i == 0 && (len(args) > 1 || c.Name() == "set"), i < len(args)-1:
			w.target(c, arg, ctx)
		case c.Name() == "twig":
			w.node(arg, ctx.function(arg))
		default:
			w.node(arg, ctx)
		}
	}
}

// target walks what a set sets.
func (w *walker) target(c *Call, n *tree.Node, ctx Context) {
	scope := ctx.Scope.Holder()
	define := func(name string) {
		if plain, _, ok := ast.Splat(name); ok {
			name = plain
		}
		w.define(name, Variable, c.Node, n, scope)
	}
	switch {
	case n.Literal:
		s, _ := n.Value.(string)
		if i := strings.IndexAny(s, ".["); i < 0 {
			define(s)
		} else if strings.HasSuffix(strings.TrimLeft(s[:i], "lg"), "v") || strings.Contains(s[:i], "var") {
			define(strings.TrimRight(strings.SplitN(s[i+1:], ".", 2)[0], "]"))
		}
	case n.IsName():
		define(n.Head)
	case w.computed(n):
		w.nodes(n.Children, ctx)
	case n.Head == "_ref" && n.HeadExpr == nil:
		mode, name, deep := VariableOf(n)
		if !mode || deep || name == "" {
			w.role = Defines
			w.node(n, ctx)
			w.role = Uses
			return
		}
		if root, _ := n.Children[0].Value.(string); root[0] == 'g' {
			scope = w.f.Root
		}
		define(name)
	default:
		w.node(n, ctx)
	}
}

// arms walks case and match: a value, unless the number of arguments is even,
// then conditions and consequences in turn.
func (w *walker) arms(c *Call, ctx Context) {
	n := c.Node
	for i := range n.Attrs {
		if n.Attrs[i].Keyed() {
			ctx = w.attr(c, &n.Attrs[i], ctx)
		}
	}
	args := arguments(n)
	if len(args)%2 == 1 {
		w.node(args[0], ctx)
		args = args[1:]
	}
	for i, arg := range args {
		if i%2 == 1 {
			continue
		}
		arm := ctx
		arm.Scope = &Scope{Parent: ctx.Scope, Node: arg, binds: true}
		w.define("matched", Binding, c.Node, arg, arm.Scope)
		w.define("match", Binding, c.Node, arg, arm.Scope)
		if c.Name() == "match" {
			w.pattern(arg, arm)
		} else {
			cond := arm
			cond.words = elseWord
			w.node(arg, cond)
		}
		if i+1 < len(args) {
			w.node(args[i+1], arm)
		}
	}
}

var bindingName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// isPattern tells whether match takes a node as a pattern, rather than to
// evaluate it.
func isPattern(n *tree.Node) bool {
	if n.Literal || n.HeadExpr != nil {
		return false
	}
	switch n.Head {
	case "_arr", "_obj", "_rxs", "or", "guard", "bind":
		for i := range n.Attrs {
			if a := &n.Attrs[i]; a.Key == "!" || a.Key == "" && a.Value.IsName() && a.Value.Head == "!" {
				return false
			}
		}
		return true
	}
	return false
}

// pattern walks a pattern of match, or what stands in its place.
func (w *walker) pattern(n *tree.Node, ctx Context) {
	ctx.words = patternWords
	if n.IsName() || !isPattern(n) {
		w.node(n, ctx)
		return
	}
	ctx.words = noWords
	parts := arguments(n)
	switch n.Head {
	case "_rxs":
		w.node(n, ctx)
	case "_arr":
		for _, p := range n.Children {
			w.patternPart(p, ctx)
		}
	case "_obj":
		for i, p := range n.Children {
			if i%2 == 1 {
				w.patternPart(p, ctx)
			}
		}
	case "or":
		for _, p := range parts {
			w.patternPart(p, ctx)
		}
	default: // guard, bind
		for i, p := range parts {
			switch {
			case i == 0 && p.IsName():
				w.bindName(p, ctx)
			case i == 0:
				w.node(p, ctx)
			case n.Head == "bind" || isPattern(p):
				w.patternPart(p, ctx)
			default:
				w.node(p, ctx)
			}
		}
	}
}

func (w *walker) patternPart(n *tree.Node, ctx Context) {
	if n.IsName() {
		_, _, several := ast.Splat(n.Head)
		if several || bindingName.MatchString(n.Head) {
			w.bindName(n, ctx)
			return
		}
	}
	w.pattern(n, ctx)
}

func (w *walker) bindName(n *tree.Node, ctx Context) {
	name := n.Head
	if plain, _, ok := ast.Splat(name); ok {
		name = plain
	}
	w.define(name, Binding, n, n, ctx.Scope)
	w.define(name+"__match", Binding, n, n, ctx.Scope)
}
