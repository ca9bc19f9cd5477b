package check

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// rule is a kind of mistake, or several that are found together: what they
// are, and how to find them. Each stands in a file of its own, with its codes.
// What is nil is not asked.
type rule struct {
	pages []diag.Page
	// settled tells that the rule is asked only where every line of the file
	// parses, stands in its place and has a head that is known. What it looks for is easily brought
	// about by one that does not.
	settled bool
	// file looks at the file as a whole.
	file func(r *rules)
	// call looks at each call that parses.
	call func(r *rules, c *analysis.Call)
	// proc looks at each call of a procedure, unless its head may be a
	// variable's name as well; internal at those of the procedures that the
	// compiler makes.
	proc, internal func(r *rules, c *analysis.Call)
	// lines looks at the lines nested in each call, and at those of the file
	// itself, with a call of nil.
	lines func(r *rules, c *analysis.Call, lines []*tree.Node)
}

// all lists the rules. Names come first: what others say depends on whether a
// name is known.
func all() []rule {
	return []rule{
		unknownName, misplacedLine, misspeltAttribute, missingArgument, strayReturn, strayJump, badDuration, badRegex,
		uselessLines, hiddenParameter, unreachable, unusedNames, unusedTag, loneName, unusedValue, takenName,
		procedureAsPattern, endlessLoop, unknownTag, lostSignal, misspeltField, misspeltTasker,
		functionArguments, tooManyArguments, argumentType, tooGreatExpect, duplicateKey, duplicateAttribute, duplicateArm,
		elseInIf, constantCondition, functionAsCondition, selfComparison, missingFile, importCycle, singleQuotes, badOption,
		handlers, misreading, minus, timing, taskWithoutTimeout, hiddenName,
		lostWrite, breakInEach, instead, errorMember, badSchedule, badRetry, noValue, endlessRecursion,
		ignoreComments,
	}
}

// Pages explains the codes of the rules, in the order of the codes.
func Pages() []diag.Page {
	var pages []diag.Page
	for _, r := range all() {
		pages = append(pages, r.pages...)
	}
	slices.SortFunc(pages, func(a, b diag.Page) int { return cmp.Compare(a.Code, b.Code) })
	return pages
}

// rules applies the rules to a file.
type rules struct {
	*analysis.View
	found   []diag.Diagnostic
	regexes *regexes
	// mentioned are the names that may be defined where it is not known what
	// a line means.
	mentioned map[string]bool
	// everyName are the names of anything, sorted, and slips what was found
	// among them; see near.
	everyName []string
	slips     map[string][]string
	attrSlips map[attrKey]attrSlip
	said      map[*analysis.File]*said
	// unknown are the calls whose head is a misspelt procedure: what their
	// parts mean is not known.
	unknown map[*analysis.Call]bool
	moves   *moves
}

func (r *rules) apply() {
	var call, proc, internal []func(*rules, *analysis.Call)
	var lines []func(*rules, *analysis.Call, []*tree.Node)
	for _, x := range all() {
		if x.settled && r.isDisturbed() {
			continue
		}
		if x.file != nil {
			x.file(r)
		}
		if x.call != nil {
			call = append(call, x.call)
		}
		if x.proc != nil {
			proc = append(proc, x.proc)
		}
		if x.internal != nil {
			internal = append(internal, x.internal)
		}
		if x.lines != nil {
			lines = append(lines, x.lines)
		}
	}
	for _, look := range lines {
		look(r, nil, r.Tree.Children)
	}
	for _, c := range r.Calls {
		if c.Broken {
			continue
		}
		for _, look := range call {
			look(r, c)
		}
		known := c.Proc != nil && !r.isShadowed(c)
		if known && c.Proc.Group == sig.Internal {
			for _, look := range internal {
				look(r, c)
			}
			continue
		}
		if len(c.Node.Children) > 0 {
			for _, look := range lines {
				look(r, c, c.Node.Children)
			}
		}
		if known {
			for _, look := range proc {
				look(r, c)
			}
		}
	}
}

// isDisturbed tells whether some line does not parse, stands in the wrong place,
// or starts with a misspelt name.
func (r *rules) isDisturbed() bool {
	if r.IsBroken() || len(r.Misplaced) > 0 {
		return true
	}
	for _, misspelt := range r.unknown {
		if misspelt {
			return true
		}
	}
	return false
}

func (r *rules) report(d diag.Diagnostic) {
	// a diagnostic never spans past the line it starts on
	if s := &d.Span; s.IsValid() && s.End.Line > s.Start.Line {
		s.End = r.Source().LineEnd(s.Start.Line)
	}
	r.found = append(r.found, d)
}

// rename is the fix that writes another name.
func rename(at source.Span, name string) *diag.Fix {
	return &diag.Fix{Title: fmt.Sprintf("write %q", name), Edits: []diag.Edit{{Span: at, NewText: name}}}
}

// isShadowed tells whether the head may be a variable's name as well.
func (r *rules) isShadowed(c *analysis.Call) bool {
	switch {
	case c.Ref == nil || !r.IsDefined(c.Ref):
		return false
	case r.Has(c.Ref.Scope, c.Ref.Name):
		return true
	}
	// what an arm of case or match binds, match itself, is seen there only
	return slices.ContainsFunc(r.Definitions(c.Ref), func(d analysis.Definition) bool { return d.Symbol.Kind != analysis.Binding })
}

func (r *rules) head(c *analysis.Call) source.Span {
	if c.Ref != nil {
		return c.Ref.Span
	}
	return c.Node.Span
}
