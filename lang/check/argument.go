package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeArgument diag.Code = "FLO0304"

// missingArgument finds calls that miss an argument.
var missingArgument = rule{
	pages: []diag.Page{
		{
			Code:  codeArgument,
			Title: "an argument is missing",
			Why:   "The procedure can't do without this argument and fails when the line is reached.",
			Bad:   "sleep _\n",
			Good:  "sleep '2h'\n",
		},
	},
	proc: (*rules).arguments,
}

// lacks says what procedures are not told that take it either as an argument
// or as an attribute, and fail without. What a signature itself says to be
// required is no part of it.
var lacks = map[string]struct {
	attr     string // the name of the attribute
	argument bool   // an unkeyed argument will do as well
	what     string
	example  string
}{
	"sleep": {"for", true, "how long", "sleep '2h'"},
	"move":  {"to", false, "where to", "move to: 'start'"},
	"task":  {"by", true, "whose task it is", "task 'alice' 'clean up'"},
}

// arguments finds calls that miss an argument.
func (r *rules) arguments(c *analysis.Call) {
	n, p := c.Node, c.Proc
	args := c.CountArgs()
	if l, ok := lacks[c.Name()]; ok && !(l.argument && args > 0) && !r.hasAttribute(c, l.attr) {
		r.report(diag.Diagnostic{
			Code: codeArgument, Severity: diag.Error, Span: r.head(c),
			Message: fmt.Sprintf("%s is not told %s", n.Head, l.what),
			Hint:    "write for example `" + l.example + "`",
		})
	}
	if args == 0 && !r.doesWithout(c) {
		for _, a := range p.Args {
			if !a.Optional && !a.Repeated && !hasKey(n, a.Name) {
				r.report(diag.Diagnostic{
					Code: codeArgument, Severity: diag.Error, Span: r.head(c),
					Message: fmt.Sprintf("%s needs an argument: %s", n.Head, a.Name),
					Hint:    a.Doc,
				})
				break
			}
		}
	}
}

// doesWithout tells whether a call runs although its signature asks for an
// argument: handlers and conditions may be empty, and the lone underscore may
// stand for a condition, or for what is not evaluated.
func (r *rules) doesWithout(c *analysis.Call) bool {
	switch c.Proc.Body {
	case sig.Cases:
		return true
	case sig.Raw, sig.Sequence:
		return hasKey(c.Node, "_")
	}
	return c.Proc.Group == sig.Handlers
}

// hasAttribute tells whether a call has, or may have, an attribute, under any
// of its names.
func (r *rules) hasAttribute(c *analysis.Call, name string) bool {
	if at := r.Attr(c, name); at != nil {
		return hasKey(c.Node, at.Names...)
	}
	return hasKey(c.Node, name)
}

// hasKey tells whether a node has, or may have, an attribute of one of these
// names.
func hasKey(n *tree.Node, keys ...string) bool {
	for i := range n.Attrs {
		if a := &n.Attrs[i]; a.KeyExpr != nil || a.Key != "" && slices.Contains(keys, a.Key) {
			return true
		}
	}
	return false
}
