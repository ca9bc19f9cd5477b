package check

import (
	"errors"
	"math/big"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/retry"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
)

const codeRetry diag.Code = "FLO0376"

// badRetry finds retries that cannot be: the node would fail at its attribute.
var badRetry = rule{
	pages: []diag.Page{
		{
			Code:  codeRetry,
			Title: "a retry that can't be",
			Why:   "`retry:` takes how often a node is tried again, a number from 1 on; or an array of delays; or an object of `count`, `delay`, `backoff`, `max`, `jitter` and `on`. With anything else the node fails.",
			Bad:   "task 'alice' 'sign' retry: { count: 3, delay: '10s', backof: 'linear' }\n",
			Good:  "task 'alice' 'sign' retry: { count: 3, delay: '10s', backoff: 'linear' }\n",
		},
	},
	call: (*rules).retries,
}

func (r *rules) retries(c *analysis.Call) {
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		if a.Key != "retry" || r.Attr(c, a.Key) == nil || c.Proc != nil && c.Proc.Attr(a.Key) != nil {
			continue
		}
		if v, ok := r.policy(a.Value); ok {
			r.badPolicy(a.Value, v)
		}
	}
}

// policy is what can be said of what is given to retry: members that are worked
// out are taken to be right.
func (r *rules) policy(n *tree.Node) (value.Value, bool) {
	if n.Literal || n.Head != "_obj" || n.HeadExpr != nil {
		return constant(n)
	}
	o := value.NewObject().AsObject()
	for i := 0; i+1 < len(n.Children); i += 2 {
		key, ok := keyOf(n.Children[i])
		if !ok {
			return value.Null, false
		}
		v, ok := constant(n.Children[i+1])
		if !ok {
			switch key {
			case "count":
				v = value.Int(1)
			case "delay":
				v = value.Int(0)
			case "on":
				v = value.String("")
			default:
				continue
			}
		}
		o = o.Set(key, v)
	}
	if _, given := o.Get("delay"); given {
		if _, given := o.Get("count"); !given && !isConstant(memberOf(n, "delay")) {
			return value.Null, false // it may be a list
		}
	}
	return value.FromObject(o), true
}

func (r *rules) badPolicy(n *tree.Node, v value.Value) {
	_, err := retry.Read(v)
	var bad *retry.Error
	if !errors.As(err, &bad) {
		return
	}
	d := diag.Diagnostic{Code: codeRetry, Severity: diag.Error, Span: n.Span, Message: bad.Message, Hint: bad.Hint}
	if key, at := memberAt(n, bad.Key); at.IsValid() {
		d.Span = at
		if key {
			nearest(bad.Key, retry.Keys).propose(&d)
		}
	}
	r.report(d)
}

// memberAt returns where a member stands: its key, where no policy has it, else
// its value.
func memberAt(n *tree.Node, name string) (key bool, at source.Span) {
	if v := memberOf(n, name); v != nil {
		for _, k := range retry.Keys {
			if k == name {
				return false, v.Span
			}
		}
		for i := 0; i+1 < len(n.Children); i += 2 {
			if k, _ := keyOf(n.Children[i]); k == name {
				return true, n.Children[i].Span
			}
		}
	}
	return false, source.Span{}
}

// memberOf returns the value of a member of an object that is written out, nil
// for none.
func memberOf(n *tree.Node, name string) *tree.Node {
	if n.Literal || n.Head != "_obj" {
		return nil
	}
	for i := 0; i+1 < len(n.Children); i += 2 {
		if k, _ := keyOf(n.Children[i]); k == name {
			return n.Children[i+1]
		}
	}
	return nil
}

// keyOf is the key of a member, where it is written out.
func keyOf(n *tree.Node) (string, bool) {
	if n.IsName() {
		return n.Head, true
	}
	return text(n)
}

func isConstant(n *tree.Node) bool {
	_, ok := constant(n)
	return ok
}

// constant is the value of a literal, or of an array of them; false for what is
// worked out, and for regular expressions, which have a rule of their own.
func constant(n *tree.Node) (value.Value, bool) {
	if n == nil {
		return value.Null, false
	}
	if !n.Literal {
		if n.Head != "_arr" || n.HeadExpr != nil || len(n.Attrs) > 0 {
			return value.Null, false
		}
		var vs []value.Value
		for _, ch := range n.Children {
			v, ok := constant(ch)
			if !ok {
				return value.Null, false
			}
			vs = append(vs, v)
		}
		return value.NewList(vs...), true
	}
	switch v := n.Value.(type) {
	case bool:
		return value.Bool(v), true
	case int64:
		return value.Int(v), true
	case int:
		return value.Int(int64(v)), true
	case *big.Int:
		return value.BigInt(v), true
	case float64:
		return value.Float(v), true
	case string:
		return value.String(v), true
	}
	return value.Null, true
}
