package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const (
	codeUnknownTag diag.Code = "FLO0325"
	codeDeadTrap   diag.Code = "FLO0326"
)

// unknownTag finds tags that are named and that nothing has.
var unknownTag = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeUnknownTag,
			Title: "a tag that nothing has",
			Why:   "`cancel`, `break` and their kin look for the nodes that have a tag. No node is given this one, so that nothing happens.",
			Bad:   "concurrence\n  sequence tag: 'work'\n    task 'alice' 'paint'\n  sequence\n    sleep '1h'\n    cancel ref: 'wrok'\n",
			Good:  "concurrence\n  sequence tag: 'work'\n    task 'alice' 'paint'\n  sequence\n    sleep '1h'\n    cancel ref: 'work'\n",
		},
		{
			Code:  codeDeadTrap,
			Title: "a trap for a tag that nothing has",
			Why:   "The trap waits for nodes with this tag, and no node is given it. One with `range: 'domain'` or `'subdomain'` sees other executions, whose tags are not known here.",
			Bad:   "trap tag: 'loading'\n  def msg \\ trace msg.point\nsequence tag: 'load'\n  task 'crew' 'load'\n",
			Good:  "trap tag: 'load'\n  def msg \\ trace msg.point\nsequence tag: 'load'\n  task 'crew' 'load'\n",
		},
	},
	file: (*rules).unknownTags,
}

// seesOthers tells whether a call may be a trap that sees other executions too,
// whose tags nobody knows here.
func seesOthers(c *analysis.Call) bool {
	switch c.Name() {
	case "trap", "do-trap", "on":
		for i := range c.Node.Attrs {
			if a := &c.Node.Attrs[i]; a.Key == "range" || a.Key == "scope" {
				kind, known := text(a.Value)
				return !known || kind == "domain" || kind == "subdomain"
			}
		}
	}
	return false
}

func (r *rules) unknownTags() {
	if r.IsOpen() {
		return
	}
	defined := r.tags(analysis.Defines)
	for m := range r.Mentions() {
		if m.Entity != analysis.Tag || m.Role != analysis.Uses || m.Call == nil || m.Call.Name() == "_ref" || m.Name == "" || m.Name[0] >= '0' && m.Name[0] <= '9' {
			continue
		}
		if defined.has(m.Name) || seesOthers(m.Call) {
			continue
		}
		d := diag.Diagnostic{
			Code: codeUnknownTag, Severity: diag.Warning, Span: m.Span, Message: fmt.Sprintf("nothing has the tag %q", m.Name),
			Hint: fmt.Sprintf("give a node the attribute `tag: '%s'`", m.Name),
		}
		g := nearest(m.Name, defined.list())
		if defined.computed && (g.name == "" || !isSlip(m.Name, g.name)) {
			continue
		}
		g.propose(&d)
		switch m.Call.Name() {
		case "trap", "do-trap", "on":
			d.Code = codeDeadTrap
		}
		r.report(d)
	}
}
