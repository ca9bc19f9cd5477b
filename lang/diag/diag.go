// Package diag holds diagnostics: what is wrong with a definition, where, and
// what to do about it. Every kind of diagnostic has a code, and every code a
// page in Codes that florc explain prints.
package diag

import (
	"sort"

	"github.com/florc-lang/florc/lang/source"
)

// Severity says how bad it is.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // the definition cannot run, or will fail
	Warning Severity = "warning" // it runs, but hardly does what was meant
	Info    Severity = "info"
)

// Code names a kind of diagnostic or of runtime error, "FLO0123". A code,
// once released, keeps its meaning for ever.
type Code string

// Diagnostic is one finding.
type Diagnostic struct {
	Code     Code
	Severity Severity
	Span     source.Span
	Message  string // one sentence, no final stop
	Hint     string // what to do, "" where nothing certain can be said
	Related  []Related
	Fix      *Fix
}

// Related points at another place that matters to a diagnostic.
type Related struct {
	Path    string // of the file, "" where it is the same
	Span    source.Span
	Message string
}

// Fix is a change that surely mends the finding.
type Fix struct {
	Title string
	Edits []Edit
}

// Edit replaces the text of a span.
type Edit struct {
	Span    source.Span
	NewText string
}

// Page explains a code.
type Page struct {
	Code  Code
	Title string // a few words
	Why   string // Markdown: what it means and why it matters
	Bad   string // a definition that gets this code; "" for what no text alone can show
	Good  string // the same, mended
	// OptIn tells that it is reported only where a configuration asks for it.
	OptIn bool
}

// Sort orders diagnostics by place, then by code.
func Sort(ds []Diagnostic) {
	sort.SliceStable(ds, func(i, j int) bool {
		a, b := ds[i], ds[j]
		if c := a.Span.Start.Compare(b.Span.Start); c != 0 {
			return c < 0
		}
		return a.Code < b.Code
	})
}

// HasErrors tells whether one of the diagnostics is an error.
func HasErrors(ds []Diagnostic) bool {
	for _, d := range ds {
		if d.Severity == Error {
			return true
		}
	}
	return false
}
