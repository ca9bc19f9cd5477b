package check

import (
	"fmt"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

const codeHidden diag.Code = "FLO0313"

// hiddenParameter finds paths that do not look into the parameter they name.
var hiddenParameter = rule{
	pages: []diag.Page{
		{
			Code:  codeHidden,
			Title: "a parameter that a path does not reach",
			Why:   "Some names have a meaning of their own at the start of a path: `f`, `fld` and `field` stand for the payload, `v`, `var` and `variable` for the variables, `t` and `tag` for tags, `node`, `exe` and `execution` for what runs. A parameter of that name can be used alone, but a path that starts with it goes elsewhere.",
			Bad:   "map [ { n: 1 } ] (def v \\ v.n)\n",
			Good:  "map [ { n: 1 } ] (def elt \\ elt.n)\n",
		},
	},
	internal: (*rules).hidden,
}

// hiddenBy returns the parameter that a path seems to look into, while its
// first name means something else there: v.x is the variable x, whatever the
// parameter v holds. It is nil where there is none.
func (r *rules) hiddenBy(c *analysis.Call) *analysis.Symbol {
	n := c.Node
	if len(n.Children) < 2 || len(n.Attrs) > 0 {
		return nil
	}
	root, _ := n.Children[0].Value.(string)
	if _, name, _ := analysis.VariableOf(n); root == "" || name == root {
		return nil
	}
	for scope := c.Scope; scope != nil && scope.Parent != nil; scope = scope.Parent {
		for _, s := range r.NamedIn(scope, root) {
			if s.Kind == analysis.Parameter || s.Kind == analysis.Binding {
				return s
			}
		}
	}
	return nil
}

func (r *rules) hidden(c *analysis.Call) {
	if c.Name() != "_ref" {
		return
	}
	s := r.hiddenBy(c)
	if s == nil {
		return
	}
	what := "a field of the payload"
	switch mode, _, _ := analysis.VariableOf(c.Node); {
	case mode:
		what = "a variable"
	case s.Name == "t" || s.Name == "tag":
		what = "a tag"
	case s.Name == "node" || s.Name == "exe" || s.Name == "execution":
		what = "something of the " + s.Name
	}
	r.report(diag.Diagnostic{
		Code: codeHidden, Severity: diag.Warning, Span: c.Node.Span,
		Message: fmt.Sprintf("`%s.` starts the path of %s, it does not look into %q", s.Name, what, s.Name),
		Hint:    fmt.Sprintf("give %q another name", s.Name),
		Related: []diag.Related{{Span: s.Span, Message: fmt.Sprintf("%q is this", s.Name)}},
	})
}
