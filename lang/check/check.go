// Package check holds the rules of florc check: it looks for mistakes in a
// definition without running it. The command and the language server share
// it, and give the same diagnostics.
//
// A rule reports what surely fails or surely does nothing of what was meant;
// where it cannot know, it keeps silent.
package check

import (
	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
)

// Options says what a definition may rely on, and what is accepted.
type Options struct {
	Schema sig.Schema
	Parser parser.Options
	// Levels says how the findings of rules are reported, by code; those that
	// are not named are reported as the rule has it.
	Levels map[diag.Code]Level
}

// Checker checks definitions against one set of options. It is immutable and
// safe for concurrent use.
type Checker struct {
	Env  *analysis.Env
	opts Options
	memo *memo
}

// New returns a checker.
func New(opts Options) *Checker {
	return &Checker{Env: analysis.NewEnv(opts.Schema), opts: opts, memo: &memo{}}
}

// Check parses a file that stands alone, and returns what is wrong with it, in
// the order of the text.
func Check(file *source.File, opts Options) []diag.Diagnostic { return New(opts).Check(file) }

// Check parses a file that stands alone, and returns what is wrong with it, in
// the order of the text.
func (c *Checker) Check(file *source.File) []diag.Diagnostic {
	f, ds := parser.Parse(file, c.opts.Parser)
	return c.Report(analysis.Alone(analysis.Analyze(c.Env, f)), ds)
}

// Report returns what is wrong with a file of a project, in the order of the
// text: what the parser found, and what the rules find.
func (c *Checker) Report(v *analysis.View, parsed []diag.Diagnostic) []diag.Diagnostic {
	return c.report(nil, v, parsed)
}

// ReportNext is Report for a file that is edited, of which the same memory is
// given each time.
func (c *Checker) ReportNext(m *Memory, v *analysis.View, parsed []diag.Diagnostic) []diag.Diagnostic {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.checker != c {
		m.checker, m.view, m.states = c, nil, map[*analysis.Part]*state{}
	}
	return c.report(m, v, parsed)
}

func (c *Checker) report(m *Memory, v *analysis.View, parsed []diag.Diagnostic) []diag.Diagnostic {
	r := rules{View: v, memo: c.memo, isOff: c.isOff, mentioned: map[string]bool{}, unknown: map[*analysis.Call]bool{}, loose: map[string]bool{}, counted: &counted{}}
	r.apply(m)
	found := append(parsed[:len(parsed):len(parsed)], c.level(c.suppress(v.File, r.found))...)
	diag.Sort(found)
	return found
}
