package check

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const codeUnknownFlow diag.Code = "FLO0381"

// unknownFlow finds flows that are launched and that are not there.
var unknownFlow = rule{
	pages: []diag.Page{
		{
			Code:  codeUnknownFlow,
			Title: "a flow that is not there",
			Why:   "`launch` looks for the flow as `import` does: beside the file that names it, from the root of the project, then in `lib/flows`, for the domain and those above it. No flow has this name, for any domain, so that the line fails. Where a service finds flows elsewhere, its schema names them, as `flows`.",
			Bad:   "launch 'invioce' payload: { order: 12 }\n",
			Good:  "launch 'invoice' payload: { order: 12 }\n",
		},
	},
	file: (*rules).unknownFlows,
}

func (r *rules) unknownFlows() {
	if !r.Project.Complete && !r.Env.Schema.AllFlows {
		return
	}
	var names []string // of flows, once one is missing
	for m := range r.Mentions() {
		if m.Entity != analysis.Flow || m.Role != analysis.Launches || m.Name == "" || r.hasFlow(m.Name) {
			continue
		}
		if names == nil {
			names = r.flowNames()
		}
		d := diag.Diagnostic{
			Code: codeUnknownFlow, Severity: diag.Error, Span: m.Span,
			Message: fmt.Sprintf("there is no flow %q", m.Name),
			Hint:    "it is looked for beside this file, from the root of the project, then in lib/flows",
		}
		nearest(strings.TrimSuffix(m.Name, ".flo"), names).propose(&d)
		r.report(d)
	}
}

// hasFlow tells whether there is a flow of that name, for whatever domain.
func (r *rules) hasFlow(name string) bool {
	if r.Env.Flow(name) != nil || r.Project.Find(r.Path(), name) != nil {
		return true
	}
	name = "/" + strings.TrimSuffix(name, ".flo") + ".flo"
	return slices.ContainsFunc(r.Project.Paths(), func(file string) bool {
		return inFlows(file) && strings.HasSuffix("/"+file, name)
	})
}

// isGivenFlow tells whether a schema says that there is a flow of that name for
// all domains.
func (r *rules) isGivenFlow(name string) bool {
	f := r.Env.Flow(name)
	return f != nil && f.Domain == ""
}

func inFlows(file string) bool { return strings.Contains("/"+path.Dir(file)+"/", "/lib/flows/") }

// flowNames lists the names of flows that may be meant.
func (r *rules) flowNames() []string {
	var names []string
	for _, f := range r.Env.Schema.Flows {
		if !f.Pattern {
			names = append(names, f.Name)
		}
	}
	for _, file := range r.Project.Paths() {
		if file != r.Path() && (path.Dir(file) == path.Dir(r.Path()) || path.Dir(file) == "." || inFlows(file)) {
			names = append(names, strings.TrimSuffix(path.Base(file), ".flo"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
