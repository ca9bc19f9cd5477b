package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeNoValue diag.Code = "FLO0364"

// noValue finds functions that give nothing, and whose result is asked for.
var noValue = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeNoValue,
			Title: "a function without a value where one is asked for",
			Why:   "`set` and `push` give what was there before, and this function has no other lines. Something goes through a collection with it and looks at what it gives.",
			Bad:   "define price item\n  set sum (item.net * 2)\n  set f.last sum\ntrace (map f.items price)\n",
			Good:  "define price item\n  set sum (item.net * 2)\n  set f.last sum\n  sum\ntrace (map f.items price)\n",
		},
	},
	part: (*rules).noValues,
}

func (r *rules) noValues(p *analysis.Part) {
	for _, s := range p.Symbols {
		if s.Kind != analysis.Function || s.Node.Head != "define" || len(s.Node.Children) == 0 || len(r.Named(s.Name)) > 1 || !r.onlySets(s.Node) {
			continue
		}
		for _, ref := range r.RefsTo(s.Name) {
			c := ref.Call
			if ref.Head || c == nil || c.Proc == nil || c.Proc.Group != sig.Collections || c.Proc.Name() == "for-each" {
				continue
			}
			at := last(s.Node.Children)
			r.warn(codeNoValue, at.Span, fmt.Sprintf("%q gives nothing, and %s in line %d looks at what it gives", s.Name, c.Node.Head, r.row(c.Node.Span)),
				"add a line with the value", diag.Related{Span: ref.Span, Message: "asked for here"})
			break
		}
	}
}

// onlySets tells whether all lines of a function are such as give what was
// there before.
func (r *rules) onlySets(n *tree.Node) bool {
	for _, ch := range n.Children {
		if p := r.ProcOf(ch); p == nil || ch.Head != "set" && ch.Head != "push" {
			return false
		}
	}
	return true
}
