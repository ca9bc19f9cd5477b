package check

import (
	"slices"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// call is a node that does something: a head with attributes or children.
type call struct {
	node   *tree.Node
	proc   *sig.Proc // what the head names; nil where it is no procedure's name
	ref    *Reference
	ctx    context
	broken bool // it does not parse
	// unknown tells, once names are resolved, that the head is a misspelt
	// procedure: what its parts mean is not known.
	unknown bool
}

// name returns the preferred name of the call's procedure, "" for none.
func (c *call) name() string {
	if c == nil || c.proc == nil {
		return ""
	}
	return c.proc.Name()
}

// context is what is around a node.
type context struct {
	scope   *Scope
	parent  *call
	loop    *call // the loop around it in the same function
	cursor  *call // the same, of those that move knows
	muted   bool
	only    bool
	handled bool
	words   []string // words that stand for themselves here
}

// function returns the context of the body of a function.
func (ctx context) function(n *tree.Node) context {
	ctx.scope = &Scope{Parent: ctx.scope, Node: n, Function: true}
	ctx.loop, ctx.cursor = nil, nil
	return ctx
}

// walker finds the scopes, symbols, references and calls of a tree.
type walker struct{ a *Analysis }

func (w *walker) nodes(ns []*tree.Node, ctx context) {
	for _, n := range ns {
		w.node(n, ctx)
	}
}

func (w *walker) node(n *tree.Node, ctx context) {
	if w.a.loose[n.Span.Start.Offset] && !ctx.scope.open {
		ctx = ctx.function(n)
		ctx.scope.open = true
	}
	words := ctx.words
	ctx.words = nil
	switch {
	case n.Literal:
		return
	case n.IsName():
		if n.Head != "_" && !slices.Contains(words, n.Head) {
			w.refer(n.Head, w.a.nameSpan(n, n.Head), ctx, words)
		}
		return
	}
	c := &call{node: n, ctx: ctx}
	w.a.calls = append(w.a.calls, c)
	c.broken = len(w.a.broken) > 0 && w.a.broken[n.Span.Start.Offset]
	in := ctx
	in.parent = c
	switch {
	case n.HeadExpr != nil:
		w.headExpr(n.HeadExpr, in)
	case n.Head == "_":
		return
	case !w.isBody(c):
		c.proc = w.a.checker.procs[n.Head]
		if c.proc == nil || c.proc.Group != sig.Internal {
			c.ref = w.refer(n.Head, w.a.nameSpan(n, n.Head), ctx, words)
			c.ref.Head, c.ref.call = true, c
		}
	}
	if handlesErrors(w.a.checker, n) {
		in.handled = true
	}
	w.parts(c, in)
}

// headExpr walks a head that is an expression. A literal there gives itself.
func (w *walker) headExpr(n *tree.Node, ctx context) {
	if n.Head == "_lit" {
		return
	}
	w.node(n, ctx)
}

// isBody tells whether the node is no call but gives, as a child, an
// attribute of its parent a function: on_merge in a concurrence.
func (w *walker) isBody(c *call) bool {
	p, name := c.ctx.parent, c.node.Head
	if p == nil || w.a.checker.procs[name] != nil || !w.a.checker.attrs[name] || len(c.node.Children) == 0 {
		return false
	}
	if at := w.a.checker.common[name]; at != nil && at.Type == sig.Function {
		return true
	}
	return p.proc == nil || p.proc.Attr(name) != nil
}

// handlesErrors tells whether a failure within a node is handled by it.
func handlesErrors(c *Checker, n *tree.Node) bool {
	for i := range n.Attrs {
		switch n.Attrs[i].Key {
		case "on_error", "child_on_error", "children_on_error":
			return true
		}
	}
	for _, ch := range n.Children {
		switch {
		case ch.Literal, ch.IsName():
		case ch.Head == "on_error", ch.Head == "child_on_error", ch.Head == "children_on_error":
			return true
		case ch.Head == "on":
			for i := range ch.Attrs {
				if v := ch.Attrs[i].Value; v.IsName() && v.Head == "error" {
					return true
				}
			}
		}
	}
	return false
}

func (w *walker) refer(name string, at source.Span, ctx context, words []string) *Reference {
	r := &Reference{Name: name, Span: at, Scope: ctx.scope, call: ctx.parent,
		muted: ctx.muted, only: ctx.only, handled: ctx.handled, words: words}
	w.a.Refs = append(w.a.Refs, r)
	return r
}

// parts walks the attributes and children of a call as its procedure takes
// them.
func (w *walker) parts(c *call, ctx context) {
	n := c.node
	if c.proc == nil {
		if c.ref == nil && n.HeadExpr == nil { // the body of an attribute
			ctx = ctx.function(n)
			w.attrs(c, ctx)
			w.nodes(n.Children, ctx)
			return
		}
		for i := range n.Attrs {
			if n.Attrs[i].Key != "" {
				w.a.keyed[n.Attrs[i].Key] = true
			}
		}
		ctx = w.attrs(c, ctx)
		w.nodes(n.Children, ctx.function(n))
		return
	}
	switch c.name() {
	case "define":
		w.definition(c, ctx)
		return
	case "noeval":
		return
	case "set", "twig":
		w.set(c, ctx)
		return
	case "match", "case":
		w.arms(c, ctx)
		return
	case "_ref":
		w.path(c, ctx)
		return
	case "_obj":
		w.attrs(c, ctx)
		w.object(n, ctx)
		return
	case "_dol":
		ctx.muted, ctx.only = true, len(n.Children) == 1
	case "until", "loop", "cursor":
		ctx.loop = c
		if c.name() != "until" {
			ctx.cursor = c
		}
	case "apply":
		for i := range n.Attrs {
			w.a.keyed[n.Attrs[i].Key] = true
		}
	case "import", "graft":
		w.a.open = true
	}
	switch c.proc.Body {
	case sig.Block:
		ctx = w.attrs(c, ctx)
		ctx = ctx.function(n)
	case sig.Raw:
		ctx = w.attrs(c, ctx.function(n))
	case sig.Cases:
		ctx = w.attrs(c, ctx)
		ctx.words = []string{"else"}
	default:
		ctx = w.attrs(c, ctx)
	}
	w.nodes(n.Children, ctx)
}

// attrs walks the attributes of a call and returns the context of its
// children, which vars: may change.
func (w *walker) attrs(c *call, ctx context) context {
	for i := range c.node.Attrs {
		ctx = w.attr(c, &c.node.Attrs[i], ctx)
	}
	return ctx
}

func (w *walker) attr(c *call, at *tree.Attr, ctx context) context {
	v := at.Value
	switch {
	case at.Lone():
		return ctx
	case at.KeyExpr != nil:
		w.node(at.KeyExpr, ctx)
	case at.Key == "":
		if v.IsName() && (w.isFlag(v.Head) || w.takesSymbols(c)) {
			return ctx
		}
		if c.proc != nil && c.proc.Body == sig.Block {
			w.blockParameter(c, v, ctx)
		}
	case at.Key == "vars":
		w.node(v, ctx)
		return w.vars(v, ctx)
	default:
		if def := w.a.attribute(c, at.Key); def != nil && def.Type == sig.Symbol && v.IsName() {
			return ctx
		}
	}
	w.node(v, ctx)
	return ctx
}

// attribute returns the attribute of that name that a call understands.
func (a *Analysis) attribute(c *call, name string) *sig.Attr {
	if c.proc != nil {
		if at := c.proc.Attr(name); at != nil {
			return at
		}
	}
	return a.checker.common[name]
}

// isFlag tells whether a lone name is an attribute that means true when
// written without a value, or the mark of a pattern.
func (w *walker) isFlag(name string) bool {
	at := w.a.checker.common[name]
	return at != nil && at.Type == sig.Boolean || name == "!" || name == "only"
}

// takesSymbols tells whether names given to a call stand for themselves.
func (w *walker) takesSymbols(c *call) bool {
	if c.proc == nil {
		return false
	}
	return slices.ContainsFunc(c.proc.Args, func(a sig.Arg) bool { return a.Type == sig.Symbol })
}

// blockParameter notes the variable that v.name, given to a procedure with a
// block, names for the block.
func (w *walker) blockParameter(c *call, v *tree.Node, ctx context) {
	if mode, name, deep := variable(v); mode && name != "" && !deep {
		w.a.define(name, Parameter, c.node, v, ctx.scope)
	}
}

// vars opens the scope that an attribute vars: gives to a node.
func (w *walker) vars(v *tree.Node, ctx context) context {
	s := &Scope{Parent: ctx.scope, Node: v}
	switch {
	case !v.Literal && v.Head == "_arr" && v.HeadExpr == nil:
		return ctx
	case !v.Literal && v.Head == "_obj" && v.HeadExpr == nil:
		for i := 0; i+1 < len(v.Children); i += 2 {
			k := v.Children[i]
			name, ok := k.Value.(string)
			switch {
			case k.IsName():
				w.a.define(k.Head, Variable, v, k, s)
			case k.Literal && ok:
				w.a.define(name, Variable, v, k, s)
			default:
				s.open = true
			}
		}
	case !v.Literal:
		s.open = true
	}
	ctx.scope = s
	return ctx
}

// object walks the keys and values of an object. A lone name is a key as it
// stands.
func (w *walker) object(n *tree.Node, ctx context) {
	for i, ch := range n.Children {
		if i%2 == 1 || !ch.IsName() {
			w.node(ch, ctx)
		}
	}
}

// path walks a reference: its root, unless it is a field's or the like, and
// the indexes that are computed.
func (w *walker) path(c *call, ctx context) {
	n := c.node
	if mode, name, _ := variable(n); name != "" && len(n.Attrs) == 0 {
		at := n.Children[0].Span
		if mode {
			at = n.Children[1].Span
		}
		w.refer(name, at, ctx, nil)
	}
	w.attrs(c, ctx)
	w.nodes(n.Children, ctx)
}

// variable returns the name of the variable that a reference is about, "" for
// none. Mode tells that it is written v.name or the like, deep that the path
// goes on into what the variable holds.
func variable(n *tree.Node) (mode bool, name string, deep bool) {
	if n.Literal || n.Head != "_ref" || len(n.Children) == 0 {
		return false, "", false
	}
	root, _ := n.Children[0].Value.(string)
	switch root {
	case "f", "fld", "field", "t", "tag", "node", "exe", "execution":
		return false, "", false
	case "dv", "dvar", "dvariable":
		return true, "", false
	case "v", "var", "variable", "lv", "lvar", "lvariable", "gv", "gvar", "gvariable":
		if len(n.Children) > 1 {
			name, _ = n.Children[1].Value.(string)
		}
		return true, name, len(n.Children) > 2
	}
	return false, root, len(n.Children) > 1
}

// arguments lists the unkeyed attributes of a node, and its children.
func arguments(n *tree.Node) []*tree.Node {
	var list []*tree.Node
	for i := range n.Attrs {
		if a := &n.Attrs[i]; !a.Keyed() && !a.Lone() {
			list = append(list, a.Value)
		}
	}
	return append(list, n.Children...)
}

// wordAt tells whether text[i:i+n] is a name of its own and no part of one.
func wordAt(text string, i, n int) bool {
	return (i == 0 || ast.SymbolLen(text[i-1:i]) == 0) && ast.SymbolLen(text[i:]) == n
}
