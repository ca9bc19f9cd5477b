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
	var awaited mentioned
	for m := range r.Mentions() {
		if m.Entity != analysis.Signal || m.Role != analysis.Defines {
			continue
		}
		if awaited.names == nil {
			awaited = r.mentions(analysis.Signal, analysis.Uses)
		}
		if meant := slip(m.Name, awaited.list); !awaited.names[m.Name] && meant != "" {
			r.slipped(codeSignal, m.Span, fmt.Sprintf("nothing waits for the signal %q", m.Name), meant)
		}
	}
}

func (r *rules) misspeltFields() {
	var set mentioned
	for m := range r.Mentions() {
		if m.Entity != analysis.Field || m.Role != analysis.Uses || len(m.Name) < 5 {
			continue
		}
		if set.names == nil {
			set = r.mentions(analysis.Field, analysis.Defines, analysis.Changes)
			for i := range r.Env.Schema.Taskers {
				for _, v := range r.Env.Schema.Taskers[i].Sets {
					set.names[v.Name] = true
				}
			}
		}
		if set.names[m.Name] || set.computed || r.Env.IsGiven(m.Name) {
			continue
		}
		meant := slip(m.Name, set.list)
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
	count := map[string]int{}
	var others []string // that will be meant as they are
	counted := false
	for m := range r.Mentions() {
		if m.Entity != analysis.Tasker || len(m.Name) < 5 || r.Env.Tasker(m.Name) != nil {
			continue
		}
		if !counted {
			counted = true
			for _, f := range r.Related() {
				for m := range f.Mentions() {
					if m.Entity == analysis.Tasker {
						count[m.Name]++
					}
				}
			}
			for name, n := range count {
				if n > 1 || r.Env.Tasker(name) != nil {
					others = append(others, name)
				}
			}
			slices.Sort(others)
		}
		if count[m.Name] > 1 {
			continue
		}
		if meant := slip(m.Name, others); meant != "" {
			r.slipped(codeTasker, m.Span, fmt.Sprintf("the tasker %q is named nowhere else", m.Name), meant)
		}
	}
}
