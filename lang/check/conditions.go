package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeElseInIf     diag.Code = "FLO0339"
	codeConstant     diag.Code = "FLO0340"
	codeFunctionCond diag.Code = "FLO0341"
	codeSelf         diag.Code = "FLO0342"
)

// elseInIf finds else in an if.
var elseInIf = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeElseInIf,
			Title: "an else in an if",
			Why:   "`if` has no `else` line: its second line is run when the condition holds, its third when it does not. `else` is looked up as a name, and nothing has that name.",
			Bad:   "if f.ok\n  trace 'yes'\n  else\n",
			Good:  "if f.ok\n  trace 'yes'\n  trace 'no'\n",
		},
	},
	proc: (*rules).elseInIf,
}

// constantCondition finds conditions that always decide the same way.
var constantCondition = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeConstant,
			Title: "a condition that always decides the same way",
			Why:   "Everything but `false` and `null` counts as true: texts, numbers (0 too), arrays. So this condition always holds, or never does. `a = 'x' or 'y'` compares with `'x'` only; `(length l)` is a number, compare it with 0.",
			Bad:   "trace 'by rail' if f.kind = 'train' or 'tram'\n",
			Good:  "trace 'by rail' if f.kind = 'train' or f.kind = 'tram'\n",
		},
	},
	proc: (*rules).constantConditions,
}

// functionAsCondition finds conditions that are a function instead of a call of
// it.
var functionAsCondition = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeFunctionCond,
			Title: "a function as a condition, instead of a call",
			Why:   "`if empty? l` has a condition of its own, `empty?`, and `l` is what is done when it holds. A name alone is no call but the function or procedure as a value, which counts as true. A call that is a condition stands in parentheses.",
			Bad:   "set l []\nif empty? l\n  trace 'nothing'\n",
			Good:  "set l []\nif (empty? l)\n  trace 'nothing'\n",
		},
	},
	proc: (*rules).functionConditions,
}

// selfComparison finds comparisons of a thing with itself.
var selfComparison = rule{
	pages: []diag.Page{
		{
			Code:  codeSelf,
			Title: "a comparison of a thing with itself",
			Why:   "Both sides are the same, so that the comparison says nothing.",
			Bad:   "trace 'fits' if f.bed.ward == f.bed.ward\n",
			Good:  "trace 'fits' if f.bed.ward == f.patient.ward\n",
		},
	},
	proc: (*rules).selfComparison,
}

func (r *rules) elseInIf(c *analysis.Call) {
	if c.Name() != "if" {
		return
	}
	for i, n := range c.Args() {
		if i > 0 && !n.Literal && n.Head == "else" && !r.Defines("else") {
			r.report(diag.Diagnostic{
				Code: codeElseInIf, Severity: diag.Error, Span: r.start(n),
				Message: "if has no else line",
				Hint:    "the third part of an if is what is done otherwise: put its lines beneath a `sequence` instead of `else`",
			})
		}
	}
}

// conditionsOf lists the conditions of a call that decides something.
func conditionsOf(c *analysis.Call) []*tree.Node {
	switch c.Name() {
	case "if", "until":
		if args := c.Args(); len(args) > 0 {
			return args[:1]
		}
	case "cond":
		if conditions, consequences := c.Arms(); len(conditions) == len(consequences) {
			return conditions
		}
	}
	return nil
}

func (r *rules) constantConditions(c *analysis.Call) {
	for _, n := range conditionsOf(c) {
		if _, isBool := n.Value.(bool); n.Literal && (isBool || n.Value == nil) || n.IsName() {
			continue // on purpose, or somebody else's
		}
		v, known := r.Truth(n)
		if !known {
			continue
		}
		always, hint := "never holds", "false and null never hold"
		if v {
			always, hint = "always holds", "everything but false and null holds; compare it with something"
		}
		if p := r.ProcOf(n); p != nil && p.Name() == "and" {
			hint = "each side has to be a condition of its own: `a == 1 or a == 2`"
		}
		r.warn(codeConstant, n.Span, "this condition "+always, hint)
	}
}

func (r *rules) functionConditions(c *analysis.Call) {
	for _, n := range conditionsOf(c) {
		if !n.IsName() || isElse(n) || n.Head == "_" {
			continue
		}
		symbols := r.Named(n.Head)
		isProc := len(symbols) == 0 && r.Env.Proc(n.Head) != nil && !r.Env.IsGiven(n.Head) && len(r.Definitions(&analysis.Reference{Name: n.Head, Context: c.Context})) == 0
		isFunc := len(symbols) > 0 && !slices.ContainsFunc(symbols, func(s *analysis.Symbol) bool { return s.Kind != analysis.Function })
		if !isProc && !isFunc {
			continue
		}
		d := diag.Diagnostic{
			Code: codeFunctionCond, Severity: diag.Warning, Span: n.Span,
			Message: fmt.Sprintf("%q is not called here, and a function always counts as true", n.Head),
			Hint:    fmt.Sprintf("write `(%s …)`", n.Head),
		}
		if given := r.positional(c.Node); len(given) == 2 && given[0] == n && given[1].Line() == n.Line() {
			d.Fix = &diag.Fix{Title: "put the call in parentheses", Edits: []diag.Edit{
				{Span: empty(n.Span.Start), NewText: "("},
				{Span: empty(given[1].Span.End), NewText: ")"},
			}}
		}
		r.report(d)
	}
}

func (r *rules) selfComparison(c *analysis.Call) {
	if !isComparison(c.Proc) {
		return
	}
	args := c.Args()
	if len(args) != 2 || !isPath(args[0]) || !isPath(args[1]) || args[0].IsName() && r.Env.Proc(args[0].Head) != nil && !r.Defines(args[0].Head) {
		return
	}
	if a := r.Text(args[0]); a != "" && a == r.Text(args[1]) {
		r.warn(codeSelf, c.Node.Span, fmt.Sprintf("`%s` is compared with itself", a), "compare it with something else")
	}
}
