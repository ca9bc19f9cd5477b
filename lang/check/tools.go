package check

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// warn reports a warning.
func (r *rules) warn(code diag.Code, at source.Span, message, hint string, related ...diag.Related) {
	r.report(diag.Diagnostic{Code: code, Severity: diag.Warning, Span: at, Message: message, Hint: hint, Related: related})
}

// relate relates a finding to a line.
func (r *rules) relate(n *tree.Node, message string) diag.Related {
	return diag.Related{Span: r.start(n), Message: message}
}

// row returns the line, from 1, on which something starts, for people to read.
func (r *rules) row(s source.Span) int {
	r.here.rows = true
	return r.Source().Row(s.Start)
}

// start returns the place of a node's head, or of the node where it has none
// that stands at its start.
func (r *rules) start(n *tree.Node) source.Span {
	s := n.Span
	if !n.Literal && n.HeadExpr == nil && n.Head != "" && strings.HasPrefix(r.Text(n), n.Head) {
		s.End = s.Start.Plus(len(n.Head))
	}
	return s
}

// empty is the place between two characters.
func empty(at source.Pos) source.Span { return source.Span{Start: at, End: at} }

// positional lists the unkeyed attributes of a node but for the lone underscore
// and the words that are attributes without a value.
func (r *rules) positional(n *tree.Node) []*tree.Node {
	var list []*tree.Node
	for i := range n.Attrs {
		if a := &n.Attrs[i]; a.Unkeyed() && !r.isFlag(a.Value) {
			list = append(list, a.Value)
		}
	}
	return list
}

// isFlag tells whether a lone name is an attribute that needs no value, as off
// and flank are.
func (r *rules) isFlag(n *tree.Node) bool {
	if !n.IsName() {
		return false
	}
	at := r.Env.Common(n.Head)
	return at != nil && at.Type == sig.Boolean
}

// keyed returns the value of the attribute of a call with that name, under any
// of its names, and nil where it has none.
func (r *rules) keyed(c *analysis.Call, name string) *tree.Node {
	names := []string{name}
	if at := r.Attr(c, name); at != nil {
		names = at.Names
	}
	for i := range c.Node.Attrs {
		if a := &c.Node.Attrs[i]; a.Key != "" && slices.Contains(names, a.Key) {
			return a.Value
		}
	}
	return nil
}

// text returns the string that a node is, and whether it is one.
func text(n *tree.Node) (string, bool) {
	if n == nil || !n.Literal {
		return "", false
	}
	s, ok := n.Value.(string)
	return s, ok
}

// isElse tells whether a node is the word else.
func isElse(n *tree.Node) bool { return n.IsName() && n.Head == "else" }

// isWithin tells whether a reference stands in a function.
func isWithin(ref *analysis.Reference, def *tree.Node) bool {
	for s := ref.Scope; s != nil; s = s.Parent {
		if s.Node == def {
			return true
		}
	}
	return false
}

// takesAll tells whether a function looks at its arguments as a whole.
func takesAll(f *analysis.File, def *tree.Node) bool {
	for _, name := range []string{"args", "arga", "argv", "argd", "argh", "arguments"} {
		if slices.ContainsFunc(f.RefsTo(name), func(ref *analysis.Reference) bool { return isWithin(ref, def) }) {
			return true
		}
	}
	return false
}

// walkTree calls visit for a node and all that is in it, as long as visit says
// so.
func walkTree(n *tree.Node, visit func(*tree.Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	walkTree(n.HeadExpr, visit)
	for i := range n.Attrs {
		walkTree(n.Attrs[i].KeyExpr, visit)
		walkTree(n.Attrs[i].Value, visit)
	}
	for _, ch := range n.Children {
		walkTree(ch, visit)
	}
}

// isPath tells whether a node is a name or a path, whose value is the same each
// time it is looked at.
func isPath(n *tree.Node) bool {
	if n.IsName() {
		return true
	}
	if n.Literal || n.Head != "_ref" {
		return false
	}
	for _, ch := range n.Children {
		if !ch.Literal && !isPath(ch) {
			return false
		}
	}
	return len(n.Attrs) == 0
}

// isComparison tells whether a procedure compares.
func isComparison(p *sig.Proc) bool {
	return p != nil && p.Group == sig.Arithmetic && p.ResultType == sig.Boolean
}

// parameters returns the name of a define, nil for def and fun, and its
// parameters.
func parameters(n *tree.Node) (name *tree.Node, params []*tree.Attr) {
	attrs := n.Attrs
	if n.Head == "define" && len(attrs) > 0 {
		name, attrs = attrs[0].Value, attrs[1:]
	}
	for i := range attrs {
		if a := &attrs[i]; !a.Lone() {
			params = append(params, a)
		}
	}
	return name, params
}

// isFunction tells whether a node makes a function.
func (r *rules) isFunction(n *tree.Node) bool {
	p := r.ProcOf(n)
	return p != nil && p.Name() == "define"
}
