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
	value: (*rules).options,
}

func (r *rules) options(_ *analysis.Call, v given) {
	s, ok := text(v.node)
	if !ok || len(v.values) == 0 {
		return
	}
	var known []string
	for _, value := range v.values {
		known = append(known, strings.Fields(strings.Trim(value, `'"`))...)
	}
	for _, word := range strings.FieldsFunc(s, func(c rune) bool { return c == ' ' || c == '-' || c == '_' }) {
		word, _, _ = strings.Cut(word, ":")
		meant := nearest(word, known)
		if meant.name == "" || isWord(word, known) {
			continue
		}
		d := diag.Diagnostic{
			Code: codeOption, Severity: diag.Warning, Span: v.node.Span,
			Message: fmt.Sprintf("%s: does not know %q", v.key, word),
			Hint:    meant.hint(),
		}
		if strings.Count(r.Text(v.node), word) == 1 {
			d.Fix = rename(v.node.Span, strings.Replace(r.Text(v.node), word, meant.name, 1))
		}
		r.report(d)
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
