package check

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

const codeAttribute diag.Code = "FLO0303"

// misspeltAttribute finds attributes whose name is a misspelt one.
var misspeltAttribute = rule{
	pages: []diag.Page{
		{
			Code:  codeAttribute,
			Title: "an attribute with a misspelt name",
			Why:   "A procedure does not look at attributes that it does not know. This one is so much like one of its own that it will have been meant. A task hands every attribute on to its tasker; one that is all but `timeout`, `on_error` or the like is reported there as well.",
			Bad:   "sequence timout: '1h'\n  stall _\n",
			Good:  "sequence timeout: '1h'\n  stall _\n",
		},
	},
	proc: (*rules).attributes,
}

// takesAny tells whether a procedure hands its attributes on, so that they
// may have any name.
func takesAny(p *sig.Proc) bool {
	return p.Group == sig.People || p.Body == sig.Raw || p.Name() == "apply" || p.Name() == "signal"
}

// attributes finds attributes whose name is a misspelt one.
func (r *rules) attributes(c *analysis.Call) {
	task := c.Proc.Group == sig.People
	if takesAny(c.Proc) && !task {
		return
	}
	for i := range c.Node.Attrs {
		at := &c.Node.Attrs[i]
		if at.Key == "" || at.Key == "_" || r.Env.IsAttr(at.Key) || len(at.Key) < 3 || len(r.Named(at.Key)) > 0 {
			continue
		}
		var candidates []string
		for _, list := range [][]sig.Attr{c.Proc.Attrs, r.Env.Schema.Common} {
			for _, a := range list {
				candidates = append(candidates, a.Names...)
			}
		}
		best, certain := nearest(at.Key, candidates)
		if best == "" || len(at.Key) == 3 && len(best) == 3 && !isSwap(at.Key, best) {
			continue
		}
		if task && (!certain || len(best) < 6) {
			continue // it may well be a parameter, unless it is all but timeout, on_error or the like
		}
		d := diag.Diagnostic{
			Code: codeAttribute, Severity: diag.Warning, Span: at.KeySpan,
			Message: fmt.Sprintf("%s has no attribute %q", c.Node.Head, at.Key),
			Hint:    fmt.Sprintf("did you mean %q?", best),
		}
		if task {
			d.Message = fmt.Sprintf("%q is but a parameter of the task", at.Key)
		}
		if certain {
			d.Fix = rename(at.KeySpan, best)
		}
		r.report(d)
	}
}

// isSwap tells whether two names hold the same letters.
func isSwap(a, b string) bool {
	for _, c := range a {
		if strings.Count(a, string(c)) != strings.Count(b, string(c)) {
			return false
		}
	}
	return true
}
