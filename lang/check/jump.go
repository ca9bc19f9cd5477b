package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeJump   diag.Code = "FLO0306"
	codeTarget diag.Code = "FLO0309"
)

// strayJump finds break, continue and move outside of any loop, and moves to
// where nothing is.
var strayJump = rule{
	pages: []diag.Page{
		{
			Code:  codeJump,
			Title: "break, continue or move outside of a loop",
			Why:   "`break` and `continue` are about the loop that they stand in, `move` is about a cursor. Outside of any, the first two do nothing and `move` fails. A loop in another branch is named by its tag, with `ref:`.",
			Bad:   "set i 0\nbreak _ if i > 3\n",
			Good:  "set i 0\nloop\n  set i (i + 1)\n  break _ if i > 3\n",
		},
		{
			Code:  codeTarget,
			Title: "a move to where nothing is",
			Why:   "`move` looks for its target among the lines directly beneath the cursor: a tag, a string, the name of a head, or a line `_ name`. None is called so, and the move fails.",
			Bad:   "cursor\n  move to: 'edn' if f.over\n  trace 'on'\n  trace 'there' tag: 'end'\n",
			Good:  "cursor\n  move to: 'end' if f.over\n  trace 'on'\n  trace 'there' tag: 'end'\n",
		},
	},
	proc: (*rules).misplacedJump,
}

// misplacedJump finds break, continue and move outside of any loop, and moves
// to where nothing is. In a function they may be about a loop of its caller.
func (r *rules) misplacedJump(c *analysis.Call) {
	n := c.Node
	switch c.Name() {
	case "cursor", "loop":
		for i := range n.Attrs {
			if k := n.Attrs[i].Key; k == "start" || k == "initial" {
				r.target(c, n.Attrs[i].Value)
			}
		}
		return
	case "break", "move":
	default:
		return
	}
	if hasKey(n, "ref") || c.Scope.InFunction() {
		return
	}
	move := c.Name() == "move"
	if move && c.CountArgs() > 0 {
		return // the cursor's tag
	}
	d := diag.Diagnostic{
		Code: codeJump, Severity: diag.Warning, Span: r.head(c),
		Message: fmt.Sprintf("this %s is outside of any loop and does nothing", n.Head),
		Hint:    "put it inside until, while, loop or cursor, or name the loop with ref:",
	}
	switch {
	case move && c.Cursor == nil:
		d.Severity = diag.Error
		d.Message = "this move is outside of any cursor"
		d.Hint = "put it inside cursor or loop, or name the cursor with ref:"
		r.report(d)
	case move:
		for i := range n.Attrs {
			if n.Attrs[i].Key == "to" {
				r.target(c.Cursor, n.Attrs[i].Value)
			}
		}
	case c.Loop == nil:
		r.report(d)
	}
}

// target finds targets of move that are not in the cursor.
func (r *rules) target(cursor *analysis.Call, to *tree.Node) {
	name, ok := to.Value.(string)
	if to.IsName() && !r.Defines(to.Head) && !r.Env.IsGiven(to.Head) && r.Env.Proc(to.Head) == nil {
		name, ok = to.Head, true
	}
	if !ok || r.AnyMisplaced() || r.IsBroken() || r.isTarget(cursor.Node.Children, name) {
		return
	}
	d := diag.Diagnostic{
		Code: codeTarget, Severity: diag.Error, Span: to.Span,
		Message: fmt.Sprintf("the cursor has no %q to move to", name),
		Hint:    fmt.Sprintf("give one of its lines `tag: '%s'`; only lines directly beneath it count", name),
		Related: []diag.Related{{Span: r.head(cursor), Message: "this cursor"}},
	}
	if g := nearest(name, targets(cursor.Node.Children)); g.name != "" {
		d.Hint = g.hint()
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
