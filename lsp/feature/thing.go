package feature

import (
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// thing is what stands at a place of the text: exactly one of its pointers, or
// its entity, tells what it is.
type thing struct {
	span source.Span
	name string

	variable *variable
	proc     *sig.Proc
	attr     *sig.Attr // an attribute of call
	given    *sig.Var  // a variable that is given at launch
	entity   analysis.Entity
	implicit bool // a name that the machine gives to functions
	literal  *tree.Node

	call   *analysis.Call      // that it is the head of, or is given to
	symbol *analysis.Symbol    // where it defines the variable
	ref    *analysis.Reference // where it uses it
	scope  *analysis.Scope     // in which it stands
	role   analysis.Role       // of an entity
}

// thingAt returns what stands at an offset, or ends there; nil for nothing
// that has a meaning of its own.
func thingAt(v *analysis.View, offset int) *thing {
	at := v.Source().Pos(offset)
	p := v.PartAt(offset)
	var best *thing
	better := func(s source.Span) bool {
		if !touches(v.File, s, offset) || s.Start == s.End {
			return false
		}
		if best == nil {
			return true
		}
		a, b := s.Contains(at), best.span.Contains(at)
		return a && !b || a == b && covers(best.span, s) && s != best.span
	}
	for _, m := range p.Mentions {
		if better(m.Span) {
			best = &thing{span: m.Span, name: m.Name, entity: m.Entity, call: m.Call, scope: m.Scope, role: m.Role}
		}
	}
	for _, s := range p.Symbols {
		if s.Name != "matched" && s.Name != "match" && better(s.Span) && named(v.File, s.Span, s.Name) {
			best = &thing{span: s.Span, name: s.Name, symbol: s, scope: s.Scope}
		}
	}
	for _, r := range p.Refs {
		if better(r.Span) && named(v.File, r.Span, r.Name) {
			best = &thing{span: r.Span, name: r.Name, ref: r, call: r.Call, scope: r.Scope}
		}
	}
	for _, c := range p.Calls {
		if !touches(v.File, c.Node.Span, offset) {
			continue
		}
		for _, m := range jumps(v.File, c) {
			if better(m.Span) {
				best = &thing{span: m.Span, name: m.Name, entity: m.Entity, call: m.Call, scope: m.Scope, role: m.Role}
			}
		}
		for i := range c.Node.Attrs {
			if at := &c.Node.Attrs[i]; at.Key != "" && better(at.KeySpan) {
				if t := keyThing(v, c, at); t != nil {
					best = t
				}
			}
		}
	}
	switch {
	case best == nil:
		return postfixAt(v, offset)
	case best.symbol != nil:
		best.variable = variableOf(v, best.name, best.symbol, nil)
	case best.ref != nil:
		resolve(v, best)
	}
	return best
}

// named tells whether the text of a span is a name, or starts with it, as
// that of a name which takes several values does.
func named(f *analysis.File, at source.Span, name string) bool {
	text := textOf(f, at)
	if plain, _, ok := ast.Splat(text); ok {
		text = plain
	}
	return text == name
}

// resolve finds out what a reference stands for.
func resolve(v *analysis.View, t *thing) {
	r := t.ref
	if x := variableOf(v, r.Name, nil, r); x != nil && x.isDefined() {
		t.variable = x
		return
	}
	switch p := v.Env.Proc(r.Name); {
	case p != nil:
		t.proc = p
	case v.Env.Tasker(r.Name) != nil:
		t.entity, t.role = analysis.Tasker, analysis.Uses
	case v.Env.Var(r.Name) != nil:
		t.given = v.Env.Var(r.Name)
	case r.Scope.InFunction() && isImplicit(r.Name):
		t.implicit = true
	case r.Head:
		t.entity, t.role = analysis.Tasker, analysis.Uses
	default:
		t.variable = variableOf(v, r.Name, nil, r)
	}
}

// keyThing returns what the key of an attribute is: an attribute of the
// procedure, a common one, or a parameter of the function that is called.
func keyThing(v *analysis.View, c *analysis.Call, at *tree.Attr) *thing {
	t := &thing{span: at.KeySpan, name: at.Key, call: c, scope: c.Scope}
	if c.Proc == nil || v.Env.Attr(c.Proc, at.Key) == nil {
		for _, p := range calledParameters(v, c) {
			if p.symbol.Name == at.Key {
				t.variable = variableOf(v.Project.View(p.file), at.Key, p.symbol, nil)
				return t
			}
		}
	}
	if t.attr = v.Env.Attr(c.Proc, at.Key); t.attr == nil {
		if s := keySymbol(v, at.KeySpan); s != nil { // a parameter with a default
			t.symbol = s
			return t
		}
		return nil
	}
	return t
}

func keySymbol(v *analysis.View, at source.Span) *analysis.Symbol {
	for _, s := range v.PartAt(v.Offset(at.Start)).Symbols {
		if s.Span == at {
			return s
		}
	}
	return nil
}

// fileSymbol is a symbol with its file.
type fileSymbol struct {
	file   *analysis.File
	symbol *analysis.Symbol
}

// calledParameters lists the parameters of the functions that a call may
// call.
func calledParameters(v *analysis.View, c *analysis.Call) []fileSymbol {
	var list []fileSymbol
	for _, d := range calledFunctions(v, c) {
		if f := functionNode(d.symbol); f != nil {
			for _, p := range parameters(d.file, f) {
				list = append(list, fileSymbol{d.file, p})
			}
		}
	}
	return list
}

// calledFunctions lists the symbols of the functions that a call may call.
func calledFunctions(v *analysis.View, c *analysis.Call) []fileSymbol {
	if c == nil || c.Ref == nil {
		return nil
	}
	x := variableOf(v, c.Ref.Name, nil, c.Ref)
	if x == nil {
		return nil
	}
	var list []fileSymbol
	for _, p := range x.parts {
		for _, s := range p.symbols {
			if functionNode(s) != nil {
				list = append(list, fileSymbol{p.file, s})
			}
		}
	}
	return list
}

// postfixAt returns the if or unless behind a line, or the literal, that
// stands at an offset.
func postfixAt(v *analysis.View, offset int) *thing {
	path := linePath(v.Syntax(), offset)
	if len(path) == 0 {
		return nil
	}
	l := path[len(path)-1]
	base := v.Syntax().Base(l)
	var t *thing
	ast.Inspect(l.Stmt, func(n ast.Node) bool {
		b := n.Bounds()
		if offset < base+b.Start || offset > base+b.End {
			return false
		}
		switch n := n.(type) {
		case *ast.Postfix:
			if at := v.Syntax().Span(base, n.Word); touches(v.File, at, offset) {
				t = &thing{span: at, name: n.Word.Text, proc: v.Env.Proc(n.Word.Text)}
			}
		case *ast.Operator:
			if at := v.Syntax().Span(base, n); touches(v.File, at, offset) {
				t = &thing{span: at, name: n.Text, proc: v.Env.Proc(n.Text)}
			}
		case *ast.Literal:
			at := v.Syntax().Span(base, n)
			t = &thing{span: at, name: textOf(v.File, at), literal: tree.NewLiteral(n.Value, at)}
		}
		return true
	})
	if t != nil && t.proc == nil && t.literal == nil {
		return nil
	}
	return t
}

// mentionsOf lists the mentions of a file, and with them the tags that move
// and its kin jump to.
func mentionsOf(f *analysis.File) []*analysis.Mention {
	list := slices.Collect(f.Mentions())
	for c := range f.Calls() {
		list = append(list, jumps(f, c)...)
	}
	return list
}

// jumps lists the tags that a call jumps to.
func jumps(f *analysis.File, c *analysis.Call) []*analysis.Mention {
	switch c.Node.Head {
	case "move", "cursor", "loop":
	default:
		return nil
	}
	var list []*analysis.Mention
	for i := range c.Node.Attrs {
		at := &c.Node.Attrs[i]
		name, isText := at.Value.Value.(string)
		if at.Key != "to" && at.Key != "start" && at.Key != "initial" || !at.Value.Literal || !isText || !definesTag(f, name) {
			continue
		}
		s := at.Value.Span
		if text := textOf(f, s); len(text) == len(name)+2 && text[1:len(text)-1] == name {
			s.Start, s.End = s.Start.Plus(1), s.End.Plus(-1)
			list = append(list, &analysis.Mention{Entity: analysis.Tag, Name: name, Span: s, Role: analysis.Uses, Call: c, Scope: c.Scope})
		}
	}
	return list
}

func definesTag(f *analysis.File, name string) bool {
	for m := range f.Mentions() {
		if m.Entity == analysis.Tag && m.Role == analysis.Defines && m.Name == name {
			return true
		}
	}
	return false
}

var implicitNames = func() map[string]bool {
	set := map[string]bool{}
	for _, name := range analysis.ImplicitNames() {
		set[name] = true
	}
	return set
}()

func isImplicit(name string) bool { return implicitNames[name] }
