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
		if at.Key == "" || at.Key == "_" || r.Env.IsAttr(at.Key) || len(at.Key) < 3 || r.Defines(at.Key) {
			continue
		}
		g := r.nearestAttr(c.Proc, at.Key)
		if g.name == "" || len(at.Key) == 3 && len(g.name) == 3 && !isSwap(at.Key, g.name) {
			continue
		}
		if task && (!g.certain || len(g.name) < 6) {
			continue // it may well be a parameter, unless it is all but timeout, on_error or the like
		}
		d := diag.Diagnostic{
			Code: codeAttribute, Severity: diag.Warning, Span: at.KeySpan,
			Message: fmt.Sprintf("%s has no attribute %q", c.Node.Head, at.Key),
		}
		if task {
			d.Message = fmt.Sprintf("%q is but a parameter of the task", at.Key)
		}
		g.propose(&d)
		r.report(d)
	}
}

// nearestAttr returns the attribute of a procedure that is most like a key. A key
// that is no attribute's is often given many times.
func (r *rules) nearestAttr(p *sig.Proc, key string) guess {
	names := r.attrNames[p]
	if names == nil {
		names = &lexicon{}
		for _, list := range [][]sig.Attr{p.Attrs, r.Env.Schema.Common} {
			for _, a := range list {
				names.names = append(names.names, a.Names...)
			}
		}
		if r.attrNames == nil {
			r.attrNames = map[*sig.Proc]*lexicon{}
		}
		r.attrNames[p] = names
	}
	return nearest(key, names.near(key))
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
