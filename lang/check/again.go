package check

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const (
	codeShadow       diag.Code = "FLO0354"
	codeDefinedTwice diag.Code = "FLO0370"
)

// hiddenName finds names that hide another of the same kind.
var hiddenName = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeShadow,
			Title: "a parameter that hides another",
			Why:   "The function stands within one that has a parameter of the same name. Within, the name stands for the inner one.",
			Bad:   "define order vehicle\n  map vehicle.parts (def vehicle \\ vehicle.make)\norder f.vehicle\n",
			Good:  "define order vehicle\n  map vehicle.parts (def part \\ part.make)\norder f.vehicle\n",
		},
		{
			Code:  codeDefinedTwice,
			Title: "a function that is defined twice",
			Why:   "The second definition takes the place of the first before anything has called it.",
			Bad:   "define net n \\ n * 0.9\ndefine net n \\ n * 0.8\ntrace (net 1)\n",
			Good:  "define net n \\ n * 0.9\ndefine reduced n \\ n * 0.8\ntrace [ (net 1) (reduced 1) ]\n",
		},
	},
	part: (*rules).hiddenNames,
}

func (r *rules) hiddenNames(p *analysis.Part) {
	for _, s := range p.Symbols {
		switch s.Kind {
		case analysis.Parameter:
			for scope := s.Scope.Parent; scope != nil && !strings.HasPrefix(s.Name, "_"); scope = scope.Parent {
				if !scope.Function || len(r.NamedIn(scope, s.Name)) == 0 || r.NamedIn(scope, s.Name)[0].Kind != analysis.Parameter {
					continue
				}
				r.warn(codeShadow, s.Span, fmt.Sprintf("%q hides the parameter of the function around", s.Name), "give one of the two another name",
					diag.Related{Span: r.NamedIn(scope, s.Name)[0].Span, Message: "the other one"})
				break
			}
		case analysis.Function:
			same := r.NamedIn(s.Scope, s.Name)
			if len(same) != 2 || same[1] != s || same[0].Kind != analysis.Function || s.Node.Head != "define" {
				continue
			}
			between := false
			for _, ref := range r.RefsTo(s.Name) {
				at := ref.Span.Start
				between = between || same[0].Span.Start.Compare(at) < 0 && at.Compare(s.Span.Start) < 0
			}
			if !between && r.isLine(s) && r.isLine(same[0]) {
				r.warn(codeDefinedTwice, s.Span, fmt.Sprintf("the function %q is defined above already, and has not been called since", s.Name), "give one of the two another name, or remove it",
					diag.Related{Span: same[0].Span, Message: "the first one"})
			}
		}
	}
}

// isLine tells whether a definition is always run: it is a line of its scope.
func (r *rules) isLine(s *analysis.Symbol) bool {
	n := r.NodeOf(s.Scope)
	if n == nil {
		return false
	}
	for _, n := range n.Children {
		if n == s.Node {
			return true
		}
	}
	return false
}
