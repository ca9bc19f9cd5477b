package check

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeSetCondition diag.Code = "FLO0356"
	codeEmptyIf      diag.Code = "FLO0357"
	codeMinus        diag.Code = "FLO0359"
	codeNestedArm    diag.Code = "FLO0360"
	codePiped        diag.Code = "FLO0362"
	codeTwiceNamed   diag.Code = "FLO0369"
	codeReserved     diag.Code = "FLO0371"
)

// misreading finds lines that are read otherwise than they look.
var misreading = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeSetCondition,
			Title: "a set as a condition",
			Why:   "`set` changes what it was to look at, and gives what was there before, so that the condition has nothing to do with it. `==` compares.",
			Bad:   "if (set f.state 'repaired')\n  trace 'well'\n",
			Good:  "if f.state == 'repaired'\n  trace 'well'\n",
		},
		{
			Code:  codeEmptyIf,
			Title: "an if that decides nothing",
			Why:   "What an `if` decides about is indented beneath it, or follows `\\`. A line beside it, or behind `;`, is run in any case.",
			Bad:   "if f.late; trace 'late'\ntrace 'done'\n",
			Good:  "if f.late \\ trace 'late'\ntrace 'done'\n",
		},
		{
			Code:  codeNestedArm,
			Title: "a consequence beneath its condition",
			Why:   "In a `cond` conditions and consequences stand in one column, or are joined by `;`. What is indented below a condition is compared together with it.",
			Bad:   "cond\n  f.sum > 10\n    'large'\n  else; 'small'\n",
			Good:  "cond\n  f.sum > 10; 'large'\n  else; 'small'\n",
		},
		{
			Code:  codePiped,
			Title: "steps beneath a set",
			Why:   "Lines below a `set`, and those joined by `|`, are its children, and each starts with what the `set` found instead of what the one before gave. Put the steps in parentheses, or beneath a `sequence`.",
			Bad:   "set f.names\n  filter f.people (def p \\ p.ok) | map (def p \\ p.name)\n",
			Good:  "set f.names\n  sequence\n    filter f.people (def p \\ p.ok) | map (def p \\ p.name)\n",
		},
		{
			Code:  codeTwiceNamed,
			Title: "a task whose tasker is named twice",
			Why:   "With `by:` the tasker is named, so that the first text is the name of the task, and nothing comes of the second.",
			Bad:   "task 'alice' 'check' by: 'alice'\n",
			Good:  "task 'alice' 'check'\n",
		},
		{
			Code:  codeReserved,
			Title: "a variable with the name of a mark",
			Why:   "`off`, `disable`, `disabled` and `flank` at the end of a line are marks: the line is switched off, or runs beside the others. They can't be set.",
			Bad:   "set off\n  0\n",
			Good:  "set idle\n  0\ntrace idle\n",
		},
	},
	proc: (*rules).misread,
}

// minus finds a minus between two elements of an array.
var minus = rule{
	pages: []diag.Page{
		{
			Code:  codeMinus,
			Title: "a minus between two elements",
			Why:   "Without a comma a minus binds what stands on both sides of it: `[ 12 -4 ]` has one element, 8.",
			Bad:   "trace [ 12 -4 ]\n",
			Good:  "trace [ 12, -4 ]\n",
		},
	},
	internal: (*rules).minus,
}

func (r *rules) misread(c *analysis.Call) {
	n, p := c.Node, c.Proc
	for _, condition := range conditionsOf(c) {
		if q := r.ProcOf(condition); q != nil && len(q.Args) > 0 && q.Args[0].Type == sig.Path && !strings.HasSuffix(condition.Head, "r") {
			r.warn(codeSetCondition, r.start(condition), fmt.Sprintf("%s changes something, and is no condition", condition.Head), "compare with `==`")
		}
	}
	switch {
	case (n.Head == "if" || n.Head == "unless") && c.CountArgs() == 1 && !r.IsRead(n, c.Parent):
		hint := "indent what it decides about beneath it"
		rest := strings.TrimLeft(r.Source().Text[r.Offset(n.Span.End):], " \t)")
		d := diag.Diagnostic{Code: codeEmptyIf, Severity: diag.Warning, Span: r.start(n), Message: fmt.Sprintf("this %s decides nothing", n.Head)}
		if strings.HasPrefix(rest, ";") {
			hint = "write `\\` instead of `;`"
			at := len(r.Source().Text) - len(rest)
			d.Fix = &diag.Fix{Title: hint, Edits: []diag.Edit{{Span: r.Source().Span(at, at+1), NewText: `\`}}}
		}
		d.Hint = hint
		r.report(d)
	case c.Name() == "cond":
		r.nestedArm(c)
	case c.Name() == "set" && n.Head == "set":
		r.misreadSet(c)
	case p.Group == sig.People:
		for i := range n.Attrs {
			if at := p.Attr(n.Attrs[i].Key); at != nil && n.Attrs[i].Key != "" && at.Type == sig.TaskerName {
				if given := r.positional(n); len(given) > 1 {
					r.warn(codeTwiceNamed, n.Attrs[i].KeySpan, "the tasker is named twice", "leave out the first text, or this attribute", diag.Related{Span: given[0].Span, Message: "this is taken for the name of the task"})
				}
			}
		}
	}
}

func (r *rules) nestedArm(c *analysis.Call) {
	conditions, _ := c.Arms()
	for _, n := range conditions {
		if n.HeadExpr == nil || !isComparison(r.ProcOf(n.HeadExpr)) {
			continue
		}
		for _, ch := range n.Children {
			if ch.Line() > n.Line() {
				r.warn(codeNestedArm, r.start(n), "what is indented beneath this condition is compared with it", "put the consequence behind `;`, or in the column of the condition", r.relate(ch, "the consequence"))
				return
			}
		}
	}
}

func (r *rules) misreadSet(c *analysis.Call) {
	n := c.Node
	if len(n.Attrs) == 1 && r.isFlag(n.Attrs[0].Value) {
		r.report(diag.Diagnostic{
			Code: codeReserved, Severity: diag.Error, Span: n.Attrs[0].Value.Span,
			Message: fmt.Sprintf("%q is a mark of the line, and no name of a variable here", n.Attrs[0].Value.Head), Hint: "give the variable another name",
		})
		return
	}
	if len(n.Attrs) == 0 || len(n.Children) < 2 {
		return
	}
	for _, ch := range n.Children[1:] {
		if before := strings.TrimRight(r.Source().Text[:r.Offset(ch.Span.Start)], " \t"); strings.HasSuffix(before, "|") {
			r.warn(codePiped, r.start(ch), "this does not take up what the step before gave: both are children of the set", "put the steps in parentheses, or beneath a `sequence`")
			return
		}
	}
}

func (r *rules) minus(c *analysis.Call) {
	if c.Name() != "_arr" {
		return
	}
	for _, n := range c.Node.Children {
		if p := r.ProcOf(n); p == nil || n.Head != "-" || len(n.Children) != 2 {
			continue
		}
		left, right := n.Children[0].Span, n.Children[1].Span
		between := r.Source().Slice(source.Span{Start: left.End, End: right.Start})
		if isNumber(n.Children[1]) && strings.HasPrefix(between, " ") && strings.HasSuffix(between, "-") {
			r.report(diag.Diagnostic{
				Code: codeMinus, Severity: diag.Warning, Span: n.Span,
				Message: "this is one element, a difference", Hint: "put a comma between two elements",
				Fix: &diag.Fix{Title: "put a comma there", Edits: []diag.Edit{{Span: empty(left.End), NewText: ","}}},
			})
		}
	}
}

func isNumber(n *tree.Node) bool {
	switch n.Value.(type) {
	case int64, float64:
		return n.Literal
	}
	return false
}
