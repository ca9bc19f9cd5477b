package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

const (
	codeSignal diag.Code = "FLO0327"
	codeField  diag.Code = "FLO0328"
	codeTasker diag.Code = "FLO0329"
)

// lostSignal finds signals whose name is a slip for one that is waited for.
var lostSignal = rule{
	pages: []diag.Page{
		{
			Code:  codeSignal,
			Title: "a signal that nothing waits for",
			Why:   "Nothing waits for a signal of this name, but something waits for one whose name is a letter away, and which nothing sends.",
			Bad:   "on 'approved'\n  trace 'yes'\nsignal 'aproved'\n",
			Good:  "on 'approved'\n  trace 'yes'\nsignal 'approved'\n",
		},
	},
	file: (*rules).lostSignals,
}

// misspeltField finds fields that are read, never set, and a letter away from
// one that is set.
var misspeltField = rule{
	pages: []diag.Page{
		{
			Code:  codeField,
			Title: "a field with a misspelt name",
			Why:   "Nothing sets this field, so that it is `null`, which is no failure. A field whose name is a letter away is set.",
			Bad:   "set f.approved true\ntrace 'go' if f.aproved\n",
			Good:  "set f.approved true\ntrace 'go' if f.approved\n",
		},
	},
	file: (*rules).misspeltFields,
}

// misspeltTasker finds tasks for a tasker that is named once, and a letter away
// from one that is named more often.
var misspeltTasker = rule{
	pages: []diag.Page{
		{
			Code:  codeTasker,
			Title: "a tasker with a misspelt name",
			Why:   "This tasker is named but once, and its name is a letter away from that of another, which is named elsewhere. A task for nobody fails, or waits for ever.",
			Bad:   "task 'assessor' 'look'\ntask 'assessor' 'look again'\ntask 'assesor' 'decide'\n",
			Good:  "task 'assessor' 'look'\ntask 'assessor' 'look again'\ntask 'assessor' 'decide'\n",
		},
	},
	file: (*rules).misspeltTaskers,
}

func (r *rules) slipped(code diag.Code, at source.Span, message, meant string) {
	d := diag.Diagnostic{Code: code, Severity: diag.Warning, Span: at, Message: message}
	guess{meant, true}.propose(&d)
	r.report(d)
}

func (r *rules) lostSignals() {
	awaited := r.mentions(analysis.Signal, analysis.Uses)
	for m := range r.Mentions() {
		if m.Entity != analysis.Signal || m.Role != analysis.Defines {
			continue
		}
		if awaited.has(m.Name) {
			continue
		}
		if meant := awaited.slip(m.Name); meant != "" {
			r.slipped(codeSignal, m.Span, fmt.Sprintf("nothing waits for the signal %q", m.Name), meant)
		}
	}
}

func (r *rules) misspeltFields() {
	set := r.mentions(analysis.Field, analysis.Defines, analysis.Changes)
	if set.computed {
		return
	}
	set.more = map[string]bool{}
	for i := range r.Env.Schema.Taskers {
		for _, v := range r.Env.Schema.Taskers[i].Sets {
			set.more[v.Name] = true
		}
	}
	for m := range r.Mentions() {
		if m.Entity != analysis.Field || m.Role != analysis.Uses || len(m.Name) < 5 {
			continue
		}
		if set.has(m.Name) || r.Env.IsGiven(m.Name) {
			continue
		}
		meant := set.slip(m.Name)
		if meant == "" || r.isInComment(m.Name) {
			continue
		}
		r.slipped(codeField, m.Span, fmt.Sprintf("nothing sets the field %q", m.Name), meant)
	}
}

// isInComment tells whether a comment of the file speaks of a name.
func (r *rules) isInComment(name string) bool {
	return slices.ContainsFunc(r.Syntax().Comments, func(c ast.Comment) bool {
		return strings.Contains(r.Source().Text[c.Start:c.End], name)
	})
}

func (r *rules) misspeltTaskers() {
	named := r.mentions(analysis.Tasker, analysis.Uses, analysis.Defines, analysis.Changes)
	count := func(name string) (n int) {
		for _, c := range named.counts {
			n += c[name]
		}
		return n
	}
	var others []string // that will be meant as they are
	for _, c := range named.counts {
		for name := range c {
			if count(name) > 1 || r.Env.Tasker(name) != nil {
				others = append(others, name)
			}
		}
	}
	slices.Sort(others)
	others = slices.Compact(others)
	for m := range r.Mentions() {
		if m.Entity != analysis.Tasker || len(m.Name) < 5 || r.Env.Tasker(m.Name) != nil || count(m.Name) > 1 {
			continue
		}
		if meant := slip(m.Name, others); meant != "" {
			r.slipped(codeTasker, m.Span, fmt.Sprintf("the tasker %q is named nowhere else", m.Name), meant)
		}
	}
}
