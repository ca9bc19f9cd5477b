package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeTakenProc diag.Code = "FLO0321"
	codeTakenFunc diag.Code = "FLO0322"
	codePattern   diag.Code = "FLO0323"
)

// takenName finds variables that take the name of what is called elsewhere.
var takenName = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeTakenProc,
			Title: "a variable with the name of a procedure that is called",
			Why:   "Variables are looked up before procedures. Where this variable is seen, a line that starts with the name is no call of the procedure any more.",
			Bad:   "set max 40\nset largest (max [ 1 2 ])\ntrace largest\n",
			Good:  "set limit 40\nset largest (max [ 1 2 ])\ntrace \"$(largest) of $(limit)\"\n",
		},
		{
			Code:  codeTakenFunc,
			Title: "a set that overwrites a function",
			Why:   "`set` changes the variable that it finds, and a function is in a variable. So the name no longer stands for the function once this line has run, and the next call of it gives this value.",
			Bad:   "define premium age\n  set premium (age * 2)\n  premium + 1\ntrace (premium 30)\n",
			Good:  "define premium age\n  set sum (age * 2)\n  sum + 1\ntrace (premium 30)\n",
		},
	},
	part: (*rules).takenNames,
}

func (r *rules) takenNames(p *analysis.Part) {
	for _, s := range p.Symbols {
		d, taken := r.takes(s)
		if !taken {
			continue
		}
		for _, other := range r.Named(s.Name) {
			if other == s {
				r.report(d) // the first one
				break
			}
			if _, taken := r.takes(other); taken {
				break
			}
		}
	}
}

// takes tells whether a variable takes the name of what is called elsewhere.
func (r *rules) takes(s *analysis.Symbol) (diag.Diagnostic, bool) {
	if s.Kind != analysis.Variable {
		return diag.Diagnostic{}, false
	}
	v := r.ValueOf(s)
	if v == nil {
		return diag.Diagnostic{}, false
	}
	d := diag.Diagnostic{Severity: diag.Warning, Span: s.Span, Hint: "give the variable another name"}
	if f := r.functionNamed(s); f != nil {
		t := r.Type(v)
		d.Code, d.Message = codeTakenFunc, fmt.Sprintf("this overwrites the function %q", s.Name)
		d.Related = []diag.Related{{Span: f.Span, Message: "the function"}}
		return d, !r.isFunction(v) && t != sig.Function && (t != sig.Any || r.isCalled(s.Name))
	}
	if p := r.Env.Proc(s.Name); p == nil || p.Group == sig.Internal || len(s.Name) < 2 {
		return d, false
	}
	if t := r.Type(v); t == sig.Any || t == sig.Function || t == "" {
		return d, false
	}
	for _, ref := range r.RefsTo(s.Name) {
		if ref.Head && ref.Span.Start.Compare(s.Node.Span.End) > 0 && r.Has(ref.Scope, s.Name) {
			d.Code, d.Message = codeTakenProc, fmt.Sprintf("this variable hides the procedure %q, which line %d calls", s.Name, r.row(ref.Span))
			d.Related = []diag.Related{{Span: ref.Span, Message: "no call of the procedure"}}
			return d, true
		}
	}
	return d, false
}

// functionNamed returns the function of the same name that the scope of a
// variable sees.
func (r *rules) functionNamed(s *analysis.Symbol) *analysis.Symbol {
	for scope := s.Scope; scope != nil; scope = scope.Parent {
		for _, other := range r.NamedIn(scope, s.Name) {
			switch other.Kind {
			case analysis.Function:
				return other
			case analysis.Parameter, analysis.Binding:
				return nil
			}
		}
	}
	return nil
}

func (r *rules) isCalled(name string) bool {
	for _, ref := range r.RefsTo(name) {
		if ref.Head {
			return true
		}
	}
	return false
}

// procedureAsPattern finds arms of case and match that are a procedure's name.
var procedureAsPattern = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codePattern,
			Title: "the name of a procedure as an arm",
			Why:   "A lone name in an arm is looked up. This one is a procedure, and no value is ever equal to it. The text stands in quotes.",
			Bad:   "case f.kind\n  return; 'sent back'\n  else; 'kept'\n",
			Good:  "case f.kind\n  'return'; 'sent back'\n  else; 'kept'\n",
		},
	},
	proc: (*rules).patterns,
}

func (r *rules) patterns(c *analysis.Call) {
	if c.Proc.Body != sig.Cases || c.Name() != "case" && c.Name() != "match" {
		return
	}
	conditions, _ := c.Arms()
	for _, n := range conditions {
		if c.Name() == "case" && !n.Literal && n.Head == "_arr" {
			for _, item := range n.Children {
				r.pattern(item)
			}
			continue
		}
		r.pattern(n)
	}
}

func (r *rules) pattern(n *tree.Node) {
	if !n.IsName() || n.Head == "_" || isElse(n) || r.Defines(n.Head) || r.Env.IsGiven(n.Head) || r.Env.Proc(n.Head) == nil {
		return
	}
	r.report(diag.Diagnostic{
		Code: codePattern, Severity: diag.Error, Span: n.Span,
		Message: fmt.Sprintf("%q is a procedure here, and nothing is equal to it", n.Head),
		Hint:    fmt.Sprintf("write '%s' where the text is meant", n.Head),
		Fix:     rename(n.Span, "'"+n.Head+"'"),
	})
}
