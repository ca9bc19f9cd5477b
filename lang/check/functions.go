package check

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeTooMany   diag.Code = "FLO0330"
	codeTooFew    diag.Code = "FLO0331"
	codeExcessive diag.Code = "FLO0332"
)

// functionArguments finds calls of functions with too many or too few
// arguments.
var functionArguments = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeTooMany,
			Title: "more arguments than the function has parameters",
			Why:   "The function has fewer parameters and does not look at `args`, so that nothing comes of the last arguments.",
			Bad:   "define area width height\n  width * height\ntrace (area 2 3 4)\n",
			Good:  "define area width height\n  width * height\ntrace (area 2 3)\n",
		},
		{
			Code:  codeTooFew,
			Title: "fewer arguments than the function needs",
			Why:   "A parameter without an argument is `null` unless it has a default. The function uses this one without a look at whether it is there.",
			Bad:   "define area width height\n  width * height\ntrace (area 2)\n",
			Good:  "define area width height: 1\n  width * height\ntrace (area 2)\n",
		},
	},
	call: (*rules).functionCall,
}

// tooManyArguments finds calls of procedures with too many arguments.
var tooManyArguments = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeExcessive,
			Title: "more arguments than the procedure takes",
			Why:   "The procedure takes fewer arguments, and nothing comes of the others. Something in parentheses may have been meant: without them, each name is an argument of its own.",
			Bad:   "set l [ 1 ]\npush l length l\n",
			Good:  "set l [ 1 ]\npush l (length l)\n",
		},
	},
	proc: (*rules).excessive,
}

// function returns the define of the function that a call surely is of, nil
// where that can't be told.
func (r *rules) function(ref *analysis.Reference) (*analysis.File, *tree.Node) {
	defs := r.Definitions(ref)
	if len(defs) != 1 || defs[0].Symbol.Kind != analysis.Function {
		return nil, nil
	}
	d := defs[0]
	if len(d.File.Named(ref.Name)) != 1 || d.File != r.File && r.Defines(ref.Name) {
		return nil, nil
	}
	if d.Symbol.Node.Head != "define" {
		return nil, nil
	}
	return d.File, d.Symbol.Node
}

func (r *rules) functionCall(c *analysis.Call) {
	if c.Ref == nil || c.Proc != nil {
		return
	}
	file, def := r.function(c.Ref)
	if def == nil || file.IsBroken() || takesAll(file, def) {
		return
	}
	_, params := parameters(def)
	given := r.positional(c.Node)
	named := map[string]bool{}
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		if a.KeyExpr != nil {
			return
		}
		named[a.Key] = a.Keyed()
	}
	free := 0 // parameters that the unkeyed arguments are bound to
	for _, p := range params {
		name := paramName(p)
		if name == "" || strings.Contains(name, "__") {
			return
		}
		if named[name] {
			continue
		}
		free++
		if free > len(given) && !p.Keyed() && len(c.Node.Children) == 0 && needs(file, def, name) {
			r.warn(codeTooFew, r.head(c), fmt.Sprintf("%s gets no argument for %q", c.Node.Head, name),
				fmt.Sprintf("give it one, or give the parameter a default: `%s: 0`", name), r.definedAt(file, def))
			return
		}
	}
	if len(given) > free {
		r.warn(codeTooMany, given[free].Span, fmt.Sprintf("%s takes %s, and this is one too many", c.Node.Head, count(free, "argument")),
			"leave it out, or add a parameter", r.definedAt(file, def))
	}
}

func (r *rules) definedAt(file *analysis.File, def *tree.Node) diag.Related {
	rel := diag.Related{Span: def.Span, Message: "the function"}
	rel.Span.End = rel.Span.Start
	if name, _ := parameters(def); name != nil {
		rel.Span = name.Span
	}
	if file != r.File {
		rel.Path = file.Path()
	}
	return rel
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + what
	case 1:
		return "one " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func paramName(a *tree.Attr) string {
	if a.Key != "" {
		return a.Key
	}
	if a.KeyExpr == nil && a.Value.IsName() {
		return a.Value.Head
	}
	if !a.Value.Literal && a.Value.Head == "_ref" {
		return "."
	}
	return ""
}

// needs tells whether a function surely makes something of a parameter, and
// never asks whether it is there.
func needs(f *analysis.File, def *tree.Node, param string) bool {
	needed := false
	for _, ref := range f.RefsTo(param) {
		if !isWithin(ref, def) {
			continue
		}
		call := ref.Call
		if call != nil && call.Name() == "_ref" {
			call = call.Parent
		}
		if call == nil || call.Proc == nil {
			return false // handed on, or given back
		}
		if call.Name() == "and" || call.Proc.Body == sig.Cases || call.Proc.ResultType == sig.Boolean || call.Proc.Body == sig.Raw || call.Proc.Group == sig.People {
			return false
		}
		if call.Proc.Group == sig.Arithmetic || call.Proc.Group == sig.Collections {
			needed = true
		}
	}
	return needed
}

func (r *rules) excessive(c *analysis.Call) {
	p := c.Proc
	if p.Body != sig.NoBody && p.Body != sig.Arguments || len(p.Args) == 0 || takesAny(p) {
		return
	}
	for _, a := range p.Args {
		if a.Repeated || a.Type == sig.Path && len(p.Args) == 1 {
			return
		}
	}
	given := r.positional(c.Node)
	if len(given) <= len(p.Args) {
		return
	}
	extra := given[len(p.Args)]
	if r.wrongArgument(c) != nil {
		return
	}
	hint := "leave it out"
	for _, n := range given {
		if n.IsName() && (r.Env.Proc(n.Head) != nil || r.isCalled(n.Head)) {
			hint = fmt.Sprintf("put parentheses around a call that is an argument: `(%s …)`", n.Head)
			break
		}
	}
	r.warn(codeExcessive, extra.Span, fmt.Sprintf("%s takes %s, and this is one too many", c.Node.Head, count(len(p.Args), "argument")), hint)
}
