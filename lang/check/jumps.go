package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/tree"
)

func (r *rules) misplacedReturn(c *call) {
	if c.ctx.scope.inFunction() {
		return
	}
	r.report(diag.Diagnostic{
		Code: codeReturn, Severity: diag.Error, Span: r.head(c),
		Message: "this return is outside of any function",
		Hint:    "return ends the call of a function: put it inside define, def or fun",
	})
}

// misplacedJump finds break, continue and move outside of any loop, and moves
// to where nothing is. In a function they may be about a loop of its caller.
func (r *rules) misplacedJump(c *call) {
	n := c.node
	if hasKey(n, "ref") || c.ctx.scope.inFunction() {
		return
	}
	move := c.name() == "move"
	if move && len(arguments(n)) > 0 {
		return // the cursor's tag
	}
	d := diag.Diagnostic{
		Code: codeJump, Severity: diag.Warning, Span: r.head(c),
		Message: fmt.Sprintf("this %s is outside of any loop and does nothing", n.Head),
		Hint:    "put it inside until, while, loop or cursor, or name the loop with ref:",
	}
	switch {
	case move && c.ctx.cursor == nil:
		d.Severity = diag.Error
		d.Message = "this move is outside of any cursor"
		d.Hint = "put it inside cursor or loop, or name the cursor with ref:"
		r.report(d)
	case move:
		for i := range n.Attrs {
			if n.Attrs[i].Key == "to" {
				r.target(c.ctx.cursor, n.Attrs[i].Value)
			}
		}
	case c.ctx.loop == nil:
		r.report(d)
	}
}

// target finds targets of move that are not in the cursor.
func (r *rules) target(cursor *call, to *tree.Node) {
	name, ok := to.Value.(string)
	if to.IsName() && len(r.byName[to.Head]) == 0 && !r.c.outside[to.Head] && r.c.procs[to.Head] == nil {
		name, ok = to.Head, true
	}
	if !ok || len(r.layout) > 0 || len(r.broken) > 0 || r.isTarget(cursor.node.Children, name) {
		return
	}
	d := diag.Diagnostic{
		Code: codeTarget, Severity: diag.Error, Span: to.Span,
		Message: fmt.Sprintf("the cursor has no %q to move to", name),
		Hint:    fmt.Sprintf("give one of its lines `tag: '%s'`; only lines directly beneath it count", name),
		Related: []diag.Related{{Span: r.head(cursor), Message: "this cursor"}},
	}
	if best, _ := nearest(name, targets(cursor.node.Children)); best != "" {
		d.Hint = fmt.Sprintf("did you mean %q?", best)
	}
	r.report(d)
}

// isTarget tells whether move finds the name among the lines of a cursor, or
// may find it once their tags are computed.
func (r *rules) isTarget(lines []*tree.Node, name string) bool {
	for _, n := range lines {
		for i := range n.Attrs {
			if a := &n.Attrs[i]; a.KeyExpr != nil || a.Key == "tag" && !a.Value.Literal {
				return true
			}
		}
	}
	return slices.Contains(targets(lines), name)
}

// targets lists the names under which move finds the lines of a cursor.
func targets(lines []*tree.Node) []string {
	var names []string
	for _, n := range lines {
		if s, ok := n.Value.(string); n.Literal && ok {
			names = append(names, s)
		}
		names = append(names, n.Head)
		for i := range n.Attrs {
			a := &n.Attrs[i]
			s, isString := a.Value.Value.(string)
			switch {
			case isString && (a.Key == "tag" || a.Key == "" && a.KeyExpr == nil):
				names = append(names, s)
			case n.Head == "_" && a.Key == "" && a.Value.IsName():
				names = append(names, a.Value.Head)
			}
		}
	}
	return names
}
