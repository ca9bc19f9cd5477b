package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeTooEarly diag.Code = "FLO0378"

// usedBeforeSet finds variables that are looked at before anything sets them.
var usedBeforeSet = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeTooEarly,
			Title: "a variable that is used before it is set",
			Why:   "Lines are run from top to bottom, and the first that sets this variable stands further down. The name stands for nothing yet, so that the line fails. A function that is called later may well use what is set by then.",
			Bad:   "set far (filter f.stops (def s \\ s.x > depot.x))\nset depot { x: 1, y: 2 }\ntrace [ far depot ]\n",
			Good:  "set depot { x: 1, y: 2 }\nset far (filter f.stops (def s \\ s.x > depot.x))\ntrace [ far depot ]\n",
		},
	},
	part: (*rules).tooEarly,
}

func (r *rules) tooEarly(p *analysis.Part) {
	if r.IsOpen() || len(r.Related()) > 1 {
		return
	}
	for _, ref := range p.Refs {
		if ref.Head || ref.Muted || ref.Handled || r.Env.Proc(ref.Name) != nil || r.Env.IsGiven(ref.Name) {
			continue
		}
		later := func(s *analysis.Symbol) bool {
			return s.Kind == analysis.Variable && s.Scope == r.Root && s.Span.Start.Compare(ref.Span.Start) > 0
		}
		// asked first, for few names are one of the outermost scope: else each
		// part would speak of every name of a parameter that some part has
		if len(r.NamedIn(r.Root, ref.Name)) == 0 {
			continue
		}
		symbols := r.Named(ref.Name)
		if len(symbols) == 0 || !later(symbols[0]) || slices.Contains(p.Symbols, symbols[0]) ||
			slices.ContainsFunc(symbols, func(s *analysis.Symbol) bool { return !later(s) }) || r.MayBeGiven(ref) || !isRunInPlace(ref) {
			continue
		}
		r.report(diag.Diagnostic{
			Code: codeTooEarly, Severity: diag.Error, Span: ref.Span,
			Message: fmt.Sprintf("nothing has set %q when this is run", ref.Name),
			Hint:    "set it above, or name what was meant",
			Related: []diag.Related{{Span: symbols[0].Span, Message: "the first line that sets it"}},
		})
	}
}

// isRunInPlace tells whether a name is surely looked at before the lines below
// are run.
func isRunInPlace(ref *analysis.Reference) bool {
	for c := ref.Call; c != nil; c = c.Parent {
		if c.Broken || hasKey(c.Node, "flank") || slices.ContainsFunc(c.Node.Attrs, isFlank) {
			return false
		}
		switch {
		case c.Proc == nil:
			if isWithin(ref, c.Node) {
				return false // in a block that a function is given
			}
		case c.Name() == "define":
			if c.Node.Head == "define" || c.Parent == nil || c.Parent.Proc == nil || c.Parent.Proc.Group != sig.Collections {
				return false
			}
		case c.Proc.Group == sig.Handlers, c.Proc.Body == sig.Raw, c.Proc.Body == sig.Block && c.Proc.Group != sig.Collections:
			return false
		}
	}
	return true
}

func isFlank(a tree.Attr) bool { return a.Value.IsName() && a.Value.Head == "flank" }
