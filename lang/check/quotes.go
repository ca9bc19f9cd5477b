package check

import (
	"regexp"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeQuotes diag.Code = "FLO0345"

// singleQuotes finds $(…) in single quotes, where it stands for itself.
var singleQuotes = rule{
	pages: []diag.Page{
		{
			Code:  codeQuotes,
			Title: "$(…) in single quotes",
			Why:   "Only double quotes fill in `$(…)`. In single quotes it is text like any other, and the reader sees the dollar. Where that is meant, an ignore comment says so.",
			Bad:   "set name 'Ada'\ntrace 'Dear $(name)'\n",
			Good:  "set name 'Ada'\ntrace \"Dear $(name)\"\n",
		},
	},
	call: (*rules).quotes,
}

var dollar = regexp.MustCompile(`\$\(\s*((?:f\.)?[a-z][\w-]*)[^()]*\)`)

func (r *rules) quotes(c *analysis.Call) {
	if c.Proc != nil && c.Proc.Group == sig.Internal && c.Name() != "_arr" && c.Name() != "_obj" {
		return
	}
	for i := range c.Node.Attrs {
		r.quoted(c, c.Node.Attrs[i].Value)
	}
	for _, n := range c.Node.Children {
		r.quoted(c, n)
	}
}

func (r *rules) quoted(c *analysis.Call, n *tree.Node) {
	s, ok := text(n)
	if !ok || !strings.Contains(s, "$(") {
		return
	}
	written := r.Text(n)
	if !strings.HasPrefix(written, "'") {
		return
	}
	for _, m := range dollar.FindAllStringSubmatch(s, -1) {
		name := m[1]
		if !strings.HasPrefix(name, "f.") && !r.Resolves(&analysis.Reference{Name: name, Context: c.Context}) {
			continue
		}
		d := diag.Diagnostic{
			Code: codeQuotes, Severity: diag.Warning, Span: n.Span,
			Message: "single quotes do not fill in " + m[0],
			Hint:    "write it in double quotes",
		}
		if !strings.ContainsAny(s, "\"\\\n") && written == "'"+s+"'" {
			d.Fix = rename(n.Span, `"`+s+`"`)
			d.Fix.Title = d.Hint
		}
		r.report(d)
		return
	}
}
