package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

const (
	codeMissingFile diag.Code = "FLO0343"
	codeCycle       diag.Code = "FLO0344"
)

// missingFile finds imports of files that are not there.
var missingFile = rule{
	pages: []diag.Page{
		{
			Code:  codeMissingFile,
			Title: "a file that is not there",
			Why:   "The file is looked for beside the one that names it, then from the root of the project, as it is written and with the ending `.flo`, then in `lib/flows`. It is in none of these places, so that the line fails. Where a service finds flows elsewhere, its schema names them, as `flows`.",
		},
	},
	file: (*rules).missingFiles,
}

// importCycle finds files that bring each other in.
var importCycle = rule{
	pages: []diag.Page{
		{
			Code:  codeCycle,
			Title: "files that bring each other in",
			Why:   "This file brings in another, which brings in this one again, each under no condition. So it never ends. Put what both need into a third file.",
		},
	},
	file: (*rules).importCycles,
}

func (r *rules) missingFiles() {
	if !r.Project.Complete {
		return
	}
	for _, i := range r.Imports {
		if i.Target == "" || strings.ContainsAny(i.Target, "\n ") || strings.Contains(i.Target, "://") || r.Project.Find(r.Path(), i.Target) != nil || r.isGivenFlow(i.Target) {
			continue
		}
		d := diag.Diagnostic{
			Code: codeMissingFile, Severity: diag.Error, Span: i.Span,
			Message: fmt.Sprintf("there is no file %q", i.Target),
			Hint:    "it is looked for beside this file, then from the root of the project, also with .flo at its end",
		}
		var names []string
		for _, other := range r.Project.Paths() {
			if path.Dir(other) == path.Dir(r.Path()) {
				names = append(names, strings.TrimSuffix(path.Base(other), ".flo"))
			}
		}
		nearest(strings.TrimSuffix(i.Target, ".flo"), names).propose(&d)
		r.report(d)
	}
}

func (r *rules) importCycles() {
	for _, i := range r.Imports {
		g := r.Project.Find(r.Path(), i.Target)
		if g == nil || !isUnconditional(i) || !r.bringsIn(g, r.File, nil) {
			continue
		}
		r.report(diag.Diagnostic{
			Code: codeCycle, Severity: diag.Error, Span: r.head(i.Call),
			Message: fmt.Sprintf("%s brings this file in again, and so on for ever", g.Path()),
			Hint:    "put what both need into a third file, or bring one in under a condition",
		})
	}
}

// bringsIn tells whether a file brings another in under no condition, directly
// or not.
func (r *rules) bringsIn(from, to *analysis.File, seen []*analysis.File) bool {
	if from.Path() == to.Path() {
		return true
	}
	if slices.Contains(seen, from) {
		return false
	}
	for _, i := range from.Imports {
		if g := r.Project.Find(from.Path(), i.Target); g != nil && isUnconditional(i) && r.bringsIn(g, to, append(seen, from)) {
			return true
		}
	}
	return false
}

// isUnconditional tells whether an import is always reached.
func isUnconditional(i *analysis.Import) bool {
	for c := i.Call.Parent; c != nil; c = c.Parent {
		if c.Proc == nil || c.IsLoop() {
			return false
		}
		switch c.Proc.Body {
		case sig.Cases, sig.Block, sig.Raw:
			return false
		}
	}
	return true
}
