package vm

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
)

// resolveHead finds what the node's head stands for.
func (n *Node) resolveHead(as string) error {
	f, c := n.f, n.f.Code
	f.Proc = valueProc // what a node is whose head stands for nothing: it can be cancelled
	if p := n.x.tried(f); p != nil {
		n.inherit(p)
		return nil
	}
	switch {
	case f.Lambda != nil:
		f.Proc = callProc
		return nil
	case c.IsLit:
		f.Proc, f.Heat = valueProc, c.Lit
		return nil
	case as != "":
		f.Proc, f.As = n.lib().Get(as), as
		return nil
	case c.HeadExpr != nil:
		if c.HeadExpr.IsLit {
			f.HasHeat = true
			n.wait += 4 // as if it had been a node
			return n.heat(c.HeadExpr.Lit)
		}
		f.Proc = headProc
		return nil
	case c.Head == "_":
		f.Proc = n.lib().Get("noeval")
		return nil
	}
	if c.Proc != nil && !c.Proc.Variable && !n.x.shadow[c.Head] {
		if len(c.Parts) == 0 && !c.standsAlone() {
			f.Proc, f.Heat = valueProc, value.FromProc(&value.Proc{Name: c.Head, Line: c.Line()})
			return nil
		}
		f.Proc = c.Proc
		return nil
	}
	v, ok := n.x.lookupHead(f, c.Head)
	if !ok {
		return n.unknownHead()
	}
	return n.heat(v)
}

// standsAlone tells whether the head is one of those that the compiler makes:
// they mean a call even without arguments.
func (c *Code) standsAlone() bool { return len(c.Head) > 1 && c.Head[0] == '_' }

func (n *Node) unknownHead() error {
	c := n.f.Code
	if len(c.Parts) == 0 {
		return errUnknownName.hint(n.x.suggest(n.f, c.Head), "cannot find %q", c.Head)
	}
	return errNotCallable.hint(n.x.suggest(n.f, c.Head), "don't know how to apply %q", c.Head)
}

// heat makes the node do what its head turned out to be.
func (n *Node) heat(v value.Value) error {
	f, c := n.f, n.f.Code
	f.Heat = v
	bare := len(c.Parts) == 0
	switch k := v.Kind(); {
	case bare && c.HeadExpr == nil:
		f.Proc = valueProc
	case k == value.KindProc:
		f.Proc = n.lib().Get(v.AsProc().Name)
		if f.Proc == nil {
			return errNotCallable.new("don't know how to apply %q", v.AsProc().Name)
		}
	case k == value.KindFunc:
		f.Proc = n.lib().Get("apply")
	case k == value.KindTasker:
		f.Proc = n.lib().Get("task")
	default:
		f.Proc = valueProc
	}
	return nil
}

func (n *Node) lib() *Library { return n.x.prog.lib }

// headProc stands in while a head that is an expression is evaluated.
var headProc = &Procedure{Sig: sig.Proc{Names: []string{"_head"}}}

// valueProc gives what its head stands for, once its children ran.
var valueProc = &Procedure{
	Sig: sig.Proc{Names: []string{"_val"}},
	Done: func(n *Node) error {
		return n.ReplyWith(n.f.Heat)
	},
}

func (n *Node) headReceived() error {
	f, c := n.f, n.f.Code
	v := n.pl.Ret
	if isRetPath(c.HeadExpr) {
		v = f.Payload.Ret
	}
	if v.IsNull() {
		return errNotCallable.hint("", "don't know how to apply %q", c.Head)
	}
	f.HasHeat = true
	if err := n.heat(v); err != nil {
		return err
	}
	n.wait++
	if f.Proc.Start != nil {
		if err := f.Proc.Start(n); err != nil || n.over {
			return err
		}
	}
	return n.evaluate(0)
}

func isRetPath(c *Code) bool {
	if !c.hasPath {
		return false
	}
	l := c.path.AsList()
	return l.Len() == 2 && isFieldPath(value.ToText(l.At(0))) && value.ToText(l.At(1)) == RetKey
}
