package check

import (
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/tree"
)

const codeRegex diag.Code = "FLO0308"

// badRegex finds regular expressions that cannot be compiled.
var badRegex = rule{
	pages: []diag.Page{
		{
			Code:  codeRegex,
			Title: "a regular expression that can't be compiled",
			Why:   "Regular expressions are Go's, which take time in proportion to the text and no more. They have no look-around and no back-references.",
			Bad:   "match? 'abab' r/(ab)\\1/\n",
			Good:  "match? 'abab' r/(ab){2}/\n",
		},
	},
	internal: (*rules).regex,
}

// regex finds regular expressions that cannot be compiled.
func (r *rules) regex(c *analysis.Call) {
	n := c.Node
	if c.Name() != "_rxs" {
		return
	}
	text, ok := literalText(n.Children)
	if !ok {
		return
	}
	options := ""
	for i := range n.Attrs {
		if n.Attrs[i].Key == "rxopts" {
			if options, ok = n.Attrs[i].Value.Value.(string); !ok {
				return
			}
		}
	}
	if err := r.memo.regex("/" + text + "/" + options); err != nil {
		r.report(diag.Diagnostic{
			Code: codeRegex, Severity: diag.Error, Span: n.Span,
			Message: strings.TrimSuffix(err.Error(), "."),
			Hint:    "regular expressions are Go's: without look-around and back-references",
		})
	}
}

// literalText returns what literal pieces make together.
func literalText(pieces []*tree.Node) (string, bool) {
	var b strings.Builder
	for _, p := range pieces {
		s, ok := p.Value.(string)
		if !p.Literal || !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}
