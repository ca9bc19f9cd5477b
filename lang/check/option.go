package check

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const codeOption diag.Code = "FLO0346"

// badOption finds words that an attribute does not know.
var badOption = rule{
	pages: []diag.Page{
		{
			Code:  codeOption,
			Title: "a word that an attribute does not know",
			Why:   "The attribute takes one of a few words, and this is none of them. It is not understood, and the default is taken.",
			Bad:   "concurrence expect: 1 remaining: 'forgt'\n  task 'alice' 'look'\n  task 'bob' 'look'\n",
			Good:  "concurrence expect: 1 remaining: 'forget'\n  task 'alice' 'look'\n  task 'bob' 'look'\n",
		},
	},
	proc: (*rules).options,
}

func (r *rules) options(c *analysis.Call) {
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		at := c.Proc.Attr(a.Key)
		if a.Key == "" || at == nil || len(at.Values) == 0 {
			continue
		}
		s, ok := text(a.Value)
		if !ok {
			continue
		}
		var known []string
		for _, v := range at.Values {
			known = append(known, strings.Fields(strings.Trim(v, `'"`))...)
		}
		for _, word := range strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == '-' || c == '_' }) {
			word, _, _ = strings.Cut(word, ":")
			best, _ := nearest(word, known)
			if best == "" || isWord(word, known) {
				continue
			}
			d := diag.Diagnostic{
				Code: codeOption, Severity: diag.Warning, Span: a.Value.Span,
				Message: fmt.Sprintf("%s: does not know %q", a.Key, word),
				Hint:    fmt.Sprintf("did you mean %q?", best),
			}
			if strings.Count(r.Text(a.Value), word) == 1 {
				d.Fix = rename(a.Value.Span, strings.Replace(r.Text(a.Value), word, best, 1))
			}
			r.report(d)
		}
	}
}

func isWord(word string, known []string) bool {
	for _, k := range known {
		if k == word {
			return true
		}
	}
	return false
}
