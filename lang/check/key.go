package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeTakenKey diag.Code = "FLO0380"

// takenKey finds keys in whose place a variable's value is taken.
var takenKey = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeTakenKey,
			Title: "a key that is the name of a variable",
			Why:   "A key that the procedure does not know, and that is the name of a variable that holds a string, is replaced by that string. The task gets a parameter of another name than it seems.",
			Bad:   "set region 'EMEA'\ntask 'bob' 'report' region: region\n",
			Good:  "set home 'EMEA'\ntask 'bob' 'report' region: home\n",
		},
	},
	call: (*rules).takenKeys,
}

func (r *rules) takenKeys(c *analysis.Call) {
	if c.Proc == nil && c.Ref == nil || c.Proc != nil && c.Proc.Group != sig.People {
		return
	}
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		if !a.Keyed() || a.KeyExpr != nil || r.Attr(c, a.Key) != nil || !r.Has(c.Scope, a.Key) {
			continue
		}
		symbols := r.Named(a.Key)
		if len(symbols) != 1 {
			continue
		}
		if v := r.ValueOf(symbols[0]); v != nil && r.mayBeString(v, 4) {
			r.warn(codeTakenKey, a.KeySpan, fmt.Sprintf("what the variable %q holds takes the place of this key", a.Key),
				"give the variable another name", diag.Related{Span: symbols[0].Span, Message: "the variable"})
		}
	}
}

// mayBeString tells whether a node is seen to give a string, at least sometimes.
func (r *rules) mayBeString(n *tree.Node, depth int) bool {
	if depth == 0 {
		return false
	}
	maybe := func(n *tree.Node) bool { return r.mayBeString(n, depth-1) }
	if n.Literal || n.IsName() || n.HeadExpr != nil {
		return r.Type(n) == sig.String
	}
	if symbols := r.Named(n.Head); len(symbols) > 0 {
		s := symbols[0]
		return len(symbols) == 1 && s.Kind == analysis.Function && len(s.Node.Children) > 0 && maybe(last(s.Node.Children))
	}
	p := r.Env.Proc(n.Head)
	switch {
	case p == nil:
		return false
	case p.Body == sig.Cases:
		c := analysis.Call{Node: n, Proc: p}
		if p.Name() == "if" {
			args := c.Args()
			return slices.ContainsFunc(args[min(1, len(args)):], maybe)
		}
		_, consequences := c.Arms()
		return slices.ContainsFunc(consequences, maybe)
	case p.Name() == "sequence":
		return len(n.Children) > 0 && maybe(last(n.Children))
	}
	return r.Type(n) == sig.String
}
