package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeLoneName    diag.Code = "FLO0319"
	codeUnusedValue diag.Code = "FLO0320"
)

// loneName finds lines that name what they were to call.
var loneName = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeLoneName,
			Title: "a name that is not called",
			Why:   "A procedure, a function or a tasker alone on a line is that procedure, function or tasker as a value, and no call of it. Without arguments a call has an underscore behind the name.",
			Bad:   "trace 'waiting'\nstall\n",
			Good:  "trace 'waiting'\nstall _\n",
		},
	},
	lines: (*rules).loneNames,
}

// unusedValue finds lines that work something out for nobody.
var unusedValue = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeUnusedValue,
			Title: "a result that nobody looks at",
			Why:   "The line compares or computes, and its result is thrown away. To change a field or a variable, write `set`.",
			Bad:   "f.status = 'rejected'\ntask 'alice' 'send the answer'\n",
			Good:  "set f.status 'rejected'\ntask 'alice' 'send the answer'\n",
		},
	},
	lines: (*rules).unusedValues,
}

func (r *rules) loneNames(c *analysis.Call, lines []*tree.Node) {
	for _, n := range lines {
		if !n.IsName() || n.Head == "_" || r.moveTargets().names[n.Head] {
			continue
		}
		p := r.Env.Proc(n.Head)
		symbols := r.Named(n.Head)
		what, certain := "", false
		switch {
		case len(symbols) > 0:
			if slices.ContainsFunc(symbols, func(s *analysis.Symbol) bool { return s.Kind != analysis.Function }) {
				continue
			}
			what, certain = "function", true
		case p != nil && r.Env.Var(n.Head) == nil:
			what, certain = "procedure", p.Body == sig.NoBody || p.After != sig.GoesOn
		case r.Env.Tasker(n.Head) != nil:
			what = "tasker"
		default:
			continue
		}
		// nobody returns stall, break or the like as a value
		acts := what == "procedure" && (p.After != sig.GoesOn || p.Waits) && isBlock(c, n)
		if !acts && r.IsRead(n, c) {
			continue
		}
		d := diag.Diagnostic{
			Code: codeLoneName, Severity: diag.Warning, Span: n.Span,
			Message: fmt.Sprintf("the %s %q is named here, but not called", what, n.Head),
			Hint:    fmt.Sprintf("write `%s _` to call it without arguments", n.Head),
		}
		if certain {
			d.Fix = &diag.Fix{Title: "call it", Edits: []diag.Edit{{Span: empty(n.Span.End), NewText: " _"}}}
		}
		r.report(d)
	}
}

// isBlock tells whether a node is one of the lines that a call runs, rather
// than an argument of it.
func isBlock(c *analysis.Call, n *tree.Node) bool {
	if c == nil || c.Proc == nil {
		return true
	}
	switch c.Proc.Body {
	case sig.Sequence, sig.Branches, sig.Block, sig.Raw:
		return true
	case sig.Cases:
		if c.Name() == "if" {
			return len(c.Args()) > 0 && c.Args()[0] != n
		}
		_, consequences := c.Arms()
		return slices.Contains(consequences, n)
	}
	return false
}

func (r *rules) unusedValues(c *analysis.Call, lines []*tree.Node) {
	for _, n := range lines {
		p := r.ProcOf(n)
		if p == nil || p.Group != sig.Arithmetic || len(p.Args) == 0 || !p.Args[0].Repeated || len(n.Attrs)+len(n.Children) < 2 || r.IsRead(n, c) {
			continue
		}
		hint := "remove the line, or give the result to something"
		if n.Head == "=" || n.Head == "==" {
			hint = "to give a field or a variable a value, write `set`"
		}
		r.warn(codeUnusedValue, n.Span, "nobody looks at what this gives", hint)
	}
}
