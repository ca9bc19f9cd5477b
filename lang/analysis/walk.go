package analysis

import (
	"slices"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Call is a node that does something: a head with attributes or children.
type Call struct {
	Node *tree.Node
	Proc *sig.Proc  // what the head names; nil where it is no procedure's name
	Ref  *Reference // the head, nil where it is none that people write
	Context
	Inner  *Scope // that of its children
	Broken bool   // it does not parse
}

// Name returns the preferred name of the call's procedure, "" for none.
func (c *Call) Name() string {
	if c == nil || c.Proc == nil {
		return ""
	}
	return c.Proc.Name()
}

// Args lists what is given to the call without a key: its unkeyed attributes,
// and its children. The list is not to be changed.
func (c *Call) Args() []*tree.Node { return arguments(c.Node) }

// CountArgs returns how many there are of Args.
func (c *Call) CountArgs() int { return countArguments(c.Node) }

// Context is what is around a node.
type Context struct {
	Scope  *Scope
	Parent *Call // the call that the node is given to, or is a line of
	Loop   *Call // the loop around it in the same function
	Cursor *Call // the same, of those that move knows

	Muted   bool    // a name that stands for nothing is no failure here
	Only    bool    // Muted, and no alternative follows
	Handled bool    // a failure here is handled further up
	words   wordSet // words that stand for themselves here
}

// wordSet is a list of words, by its place in wordLists.
type wordSet uint8

const (
	noWords wordSet = iota
	elseWord
	patternWords
)

var wordLists = [...][]string{noWords: nil, elseWord: {"else"}, patternWords: {"else", "guard", "bind"}}

// Words lists the words that stand for themselves here.
func (ctx *Context) Words() []string { return wordLists[ctx.words] }

// function returns the context of the body of a function.
func (ctx Context) function(n *tree.Node) Context {
	ctx.Scope = &Scope{Parent: ctx.Scope, Node: n, Function: true}
	ctx.Loop, ctx.Cursor = nil, nil
	return ctx
}

// walker finds the scopes, symbols, references and calls of a tree.
type walker struct {
	f      *File
	syntax *ast.File
	found  Part // what the part at hand says
	// broken are the statements of the part that do not parse, loose those
	// nested in one.
	broken, loose map[source.Pos]bool
	layout        layouter
	// role is what is done with what the next path is about.
	role Role
	// What is found in a file lives and dies together; one by one it would
	// cost more to allocate.
	calls slab[Call]
	refs  slab[Reference]
}

// slab gives out values of larger pieces of memory, which are the larger the
// more is asked for.
type slab[T any] struct {
	free []T
	size int
}

func (s *slab[T]) next() *T {
	if len(s.free) == 0 {
		s.size = min(s.size+16, 64)
		s.free = make([]T, s.size)
	}
	p := &s.free[0]
	s.free = s.free[1:]
	return p
}

func (w *walker) nodes(ns []*tree.Node, ctx Context) {
	for _, n := range ns {
		w.node(n, ctx)
	}
}

func (w *walker) node(n *tree.Node, ctx Context) {
	if len(w.loose) > 0 && w.loose[n.Span.Start] && !ctx.Scope.open {
		ctx = ctx.function(n)
		ctx.Scope.open = true
	}
	words := ctx.words
	ctx.words = noWords
	switch {
	case n.Literal:
		return
	case n.IsName():
		if n.Head != "_" && !slices.Contains(wordLists[words], n.Head) {
			w.refer(n.Head, w.f.nameSpan(n, n.Head), ctx, words)
		}
		return
	}
	c := w.calls.next()
	*c = Call{Node: n, Context: ctx}
	w.found.Calls = append(w.found.Calls, c)
	c.Inner = ctx.Scope
	c.Broken = len(w.broken) > 0 && w.broken[n.Span.Start]
	in := ctx
	in.Parent = c
	switch {
	case n.HeadExpr != nil:
		w.headExpr(n.HeadExpr, in)
	case n.Head == "_":
		return
	case !w.isBody(c):
		c.Proc = w.f.Env.procs[n.Head]
		if c.Proc == nil || c.Proc.Group != sig.Internal {
			c.Ref = w.refer(n.Head, w.f.nameSpan(n, n.Head), ctx, words)
			c.Ref.Head, c.Ref.Call = true, c
		}
	}
	if handlesErrors(n) {
		in.Handled = true
	}
	w.parts(c, in)
}

// headExpr walks a head that is an expression. A literal there gives itself.
func (w *walker) headExpr(n *tree.Node, ctx Context) {
	if n.Head == "_lit" {
		return
	}
	w.node(n, ctx)
}

// isBody tells whether the node is no call but gives, as a child, an
// attribute of its parent a function: on_merge in a concurrence.
func (w *walker) isBody(c *Call) bool {
	p, name := c.Parent, c.Node.Head
	if p == nil || !w.f.Env.attrs[name] || len(c.Node.Children) == 0 {
		return false
	}
	if w.f.Env.procs[name] != nil { // on_receive is a procedure, too
		return p.Proc != nil && p.Proc.Attr(name) != nil && p.Proc.Attr(name).Type == sig.Function
	}
	if at := w.f.Env.common[name]; at != nil && at.Type == sig.Function {
		return true
	}
	return p.Proc == nil || p.Proc.Attr(name) != nil
}

// handlesErrors tells whether a failure within a node is handled by it.
func handlesErrors(n *tree.Node) bool {
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

func (w *walker) refer(name string, at source.Span, ctx Context, words wordSet) *Reference {
	ctx.words = words
	r := w.refs.next()
	*r = Reference{Name: name, Span: at, Call: ctx.Parent, Context: ctx}
	w.found.Refs = append(w.found.Refs, r)
	return r
}

// parts walks the attributes and children of a call as its procedure takes
// them.
func (w *walker) parts(c *Call, ctx Context) {
	n := c.Node
	if c.Proc == nil {
		if c.Ref == nil && n.HeadExpr == nil { // the body of an attribute
			ctx = ctx.function(n)
			c.Inner = ctx.Scope
			w.attrs(c, ctx)
			w.nodes(n.Children, ctx)
			return
		}
		for i := range n.Attrs {
			if n.Attrs[i].Key != "" {
				w.found.note().keyed = append(w.found.note().keyed, n.Attrs[i].Key)
			}
		}
		ctx = w.attrs(c, ctx).function(n)
		c.Inner = ctx.Scope
		w.nodes(n.Children, ctx)
		return
	}
	switch c.Name() {
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
		ctx.Muted, ctx.Only = true, len(n.Children) == 1
	case "until", "loop", "cursor":
		ctx.Scope = &Scope{Parent: ctx.Scope, Node: n}
		ctx.Loop = c
		if c.Name() != "until" {
			ctx.Cursor = c
		}
	case "apply":
		for i := range n.Attrs {
			w.found.note().keyed = append(w.found.note().keyed, n.Attrs[i].Key)
		}
	}
	switch c.Proc.Body {
	case sig.Block:
		ctx = w.attrs(c, ctx)
		ctx = ctx.function(n)
	case sig.Raw:
		ctx = w.attrs(c, ctx.function(n))
	case sig.Cases:
		ctx = w.attrs(c, ctx)
		ctx.words = elseWord
	case sig.Arguments:
		ctx = w.attrs(c, ctx)
		c.Inner = ctx.Scope
		given := c.CountArgs() - len(n.Children)
		for i, ch := range n.Children {
			w.argument(c, given+i, ch, ctx)
			w.node(ch, ctx)
			w.role = Uses
		}
		return
	default:
		ctx = w.attrs(c, ctx)
	}
	c.Inner = ctx.Scope
	w.nodes(n.Children, ctx)
}

// attrs walks the attributes of a call and returns the context of its
// children, which vars: may change.
func (w *walker) attrs(c *Call, ctx Context) Context {
	given := 0 // unkeyed arguments so far
	for i := range c.Node.Attrs {
		at := &c.Node.Attrs[i]
		switch {
		case at.Lone(), at.KeyExpr != nil:
		case at.Key != "":
			if e, role := w.attrEntity(c, at.Key); e != "" {
				w.mention(e, role, c, at.Value, ctx.Scope)
			}
		default:
			w.argument(c, given, at.Value, ctx)
			given++
		}
		ctx = w.attr(c, at, ctx)
		w.role = Uses
	}
	return ctx
}

// argument notes what the i-th unkeyed argument of a call is about.
func (w *walker) argument(c *Call, i int, v *tree.Node, ctx Context) {
	if e, role := argEntity(c.Proc, i); e != "" && !(e == Tasker && w.namesTasker(c)) {
		w.mention(e, role, c, v, ctx.Scope)
	}
	if c.Proc != nil && i < len(c.Proc.Args) && c.Proc.Args[i].Type == sig.Path && !v.Literal && v.Head == "_ref" {
		w.role = Changes
	}
}

func (w *walker) attr(c *Call, at *tree.Attr, ctx Context) Context {
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
		if c.Proc != nil && c.Proc.Body == sig.Block {
			w.blockParameter(c, v, ctx)
		}
	case at.Key == "vars":
		w.node(v, ctx)
		return w.vars(v, ctx)
	default:
		if def := w.f.Attr(c, at.Key); def != nil && def.Type == sig.Symbol && v.IsName() {
			return ctx
		}
	}
	w.node(v, ctx)
	return ctx
}

// namesTasker tells whether an attribute of the call says whose task it is, so
// that no argument does.
func (w *walker) namesTasker(c *Call) bool {
	for i := range c.Node.Attrs {
		if at := w.f.Attr(c, c.Node.Attrs[i].Key); at != nil && at.Type == sig.TaskerName {
			return true
		}
	}
	return false
}

// isFlag tells whether a lone name is an attribute that means true when
// written without a value, or the mark of a pattern.
func (w *walker) isFlag(name string) bool {
	at := w.f.Env.common[name]
	return at != nil && at.Type == sig.Boolean || name == "!" || name == "only"
}

// takesSymbols tells whether names given to a call stand for themselves.
func (w *walker) takesSymbols(c *Call) bool {
	if c.Proc == nil {
		return false
	}
	return slices.ContainsFunc(c.Proc.Args, func(a sig.Arg) bool { return a.Type == sig.Symbol })
}

// blockParameter notes the variable that v.name, given to a procedure with a
// block, names for the block.
func (w *walker) blockParameter(c *Call, v *tree.Node, ctx Context) {
	if mode, name, deep := VariableOf(v); mode && name != "" && !deep {
		w.define(name, Parameter, c.Node, v, ctx.Scope)
	}
}

// vars opens the scope that an attribute vars: gives to a node.
func (w *walker) vars(v *tree.Node, ctx Context) Context {
	s := &Scope{Parent: ctx.Scope, Node: v}
	switch {
	case !v.Literal && v.Head == "_arr" && v.HeadExpr == nil:
		return ctx
	case !v.Literal && v.Head == "_obj" && v.HeadExpr == nil:
		for i := 0; i+1 < len(v.Children); i += 2 {
			k := v.Children[i]
			name, ok := k.Value.(string)
			switch {
			case k.IsName():
				w.define(k.Head, Variable, v, k, s)
			case k.Literal && ok:
				w.define(name, Variable, v, k, s)
			default:
				s.open = true
			}
		}
	case !v.Literal:
		s.open = true
	}
	ctx.Scope = s
	return ctx
}

// object walks the keys and values of an object. A lone name is a key as it
// stands.
func (w *walker) object(n *tree.Node, ctx Context) {
	for i, ch := range n.Children {
		if i%2 == 1 || !ch.IsName() {
			w.node(ch, ctx)
		}
	}
}

// path walks a reference: its root, unless it is a field's or the like, and
// the indexes that are computed.
func (w *walker) path(c *Call, ctx Context) {
	n := c.Node
	w.field(c, w.role, ctx)
	w.role = Uses
	if mode, name, _ := VariableOf(n); name != "" && len(n.Attrs) == 0 {
		at := n.Children[0].Span
		if mode {
			at = n.Children[1].Span
		}
		w.refer(name, at, ctx, noWords)
	}
	w.attrs(c, ctx)
	w.nodes(n.Children, ctx)
}

// VariableOf returns the name of the variable that a reference is about, "" for
// none. Mode tells that it is written v.name or the like, deep that the path
// goes on into what the variable holds.
func VariableOf(n *tree.Node) (mode bool, name string, deep bool) {
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

// arguments lists the unkeyed attributes of a node, and its children. The list is
// not to be changed.
func arguments(n *tree.Node) []*tree.Node {
	count := countArguments(n)
	if count == len(n.Children) {
		return n.Children[:count:count]
	}
	list := make([]*tree.Node, 0, count)
	for i := range n.Attrs {
		if a := &n.Attrs[i]; a.Unkeyed() {
			list = append(list, a.Value)
		}
	}
	return append(list, n.Children...)
}

func countArguments(n *tree.Node) int {
	count := len(n.Children)
	for i := range n.Attrs {
		if n.Attrs[i].Unkeyed() {
			count++
		}
	}
	return count
}

// wordAt tells whether text[i:i+n] is a name of its own and no part of one.
func wordAt(text string, i, n int) bool {
	return (i == 0 || ast.SymbolLen(text[i-1:i]) == 0) && ast.SymbolLen(text[i:]) == n
}
