package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

const (
	codeBreakEach diag.Code = "FLO0367"
	codeInstead   diag.Code = "FLO0366"
)

// breakInEach finds breaks in what goes through a collection.
var breakInEach = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeBreakEach,
			Title: "a break in an each",
			Why:   "`each` and its kin call a function for each element, and are no loops that `break` ends. There is no loop around, so that it does nothing. `find` and `detect` stop at the first element that fits; `while` with an index can be left.",
			Bad:   "each f.suppliers\n  task elt 'ask'\n  break _ if f.stock > 0\n",
			Good:  "detect f.suppliers\n  task elt 'ask'\n  f.stock > 0\n",
		},
	},
	proc: (*rules).breakInEach,
}

// instead finds alternatives in $(…) that are never taken.
var instead = rule{
	pages: []diag.Page{
		{
			Code:  codeInstead,
			Title: "an alternative for a missing field",
			Why:   "`||` in `$(…)` takes the alternative where the first one fails, is an empty text or `false`. A field that is missing is `null`, which is no failure, and gives an empty text. `or` takes the alternative for `null`.",
			Bad:   "trace \"Dear $(f.name || 'customer')\"\n",
			Good:  "trace \"Dear $(f.name or 'customer')\"\n",
		},
	},
	internal: (*rules).instead,
}

func (r *rules) breakInEach(c *analysis.Call) {
	if c.Name() != "break" || c.Loop != nil || hasKey(c.Node, "ref") || !c.Scope.InFunction() {
		return
	}
	var around *analysis.Call
	for p := c.Parent; p != nil; p = p.Parent {
		switch {
		case p.IsLoop(), p.Proc == nil, r.isShadowed(p), p.Proc.Body == sig.Raw:
			return // a loop further out, or a function that a loop may call
		case p.Proc.Body == sig.Block && p.Proc.Group != sig.Collections:
			return
		case p.Proc.Body == sig.Block && around == nil:
			around = p
		}
	}
	if around == nil || len(r.RefsTo("break")) > 0 && r.Defines("break") {
		return
	}
	r.warn(codeBreakEach, r.head(c), fmt.Sprintf("%s is no loop that %s could leave, so that this does nothing", around.Node.Head, c.Node.Head),
		"use find or detect, or a while with an index", r.relate(around.Node, "it stands in this"))
}

func (r *rules) instead(c *analysis.Call) {
	if c.Name() != "_dol" || len(c.Node.Children) < 2 {
		return
	}
	n := c.Node.Children[0]
	for !n.Literal && n.Head != "_ref" && len(n.Children) == 1 && len(n.Attrs) == 0 {
		n = n.Children[0] // what the compiler puts around it
	}
	if name, ok := rootName(n); !ok || n.Literal || n.Head != "_ref" || len(name) < 2 || name[:2] != "f." {
		return
	}
	r.warn(codeInstead, n.Span, "a field that is missing is no failure, so that the alternative is not taken for it", "write `or` instead of `||`")
}
