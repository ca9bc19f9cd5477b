package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeUnreachable diag.Code = "FLO0314"

// unreachable finds lines below one after which nothing is run.
var unreachable = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeUnreachable,
			Title: "a line that is never reached",
			Why:   "The line above it never goes on: it leaves the loop, the function or the flow, fails, or waits for ever, and does so under no condition. Often a postfix `if` was forgotten, or the line above stands one level too far out.",
			Bad:   "define price n\n  return n * 2\n  trace 'computed'\nprice 1\n",
			Good:  "define price n\n  trace 'computed'\n  return n * 2\nprice 1\n",
		},
	},
	lines: (*rules).unreachable,
}

// ends says what a line does after which nothing is run.
var ends = map[sig.After]string{
	sig.EndsRound: "leaves the round of the loop", sig.EndsFunction: "leaves the function", sig.EndsExecution: "ends the execution",
	sig.Fails: "fails", sig.NeverEnds: "waits for ever",
}

func (r *rules) unreachable(c *analysis.Call, lines []*tree.Node) {
	if c != nil && c.Proc != nil {
		switch c.Proc.Body {
		case sig.Sequence, sig.Block, sig.Raw:
		default:
			return
		}
	}
	for i, n := range lines[:max(len(lines), 1)-1] {
		after := r.stop(n)
		if after == sig.GoesOn {
			continue
		}
		next := lines[i+1]
		if next.IsName() || isEmpty(next) || c != nil && c.IsLoop() && r.isMovedTo(next) {
			return
		}
		r.warn(codeUnreachable, r.start(next), "this is never reached",
			fmt.Sprintf("line %d %s; is a condition missing there?", r.row(n.Span), ends[after]), r.relate(n, "nothing is run after this"))
		return
	}
}

// isEmpty tells whether a line does nothing, and stands there to end a block.
func isEmpty(n *tree.Node) bool {
	return n.Head == "_" || len(n.Attrs) == 1 && n.Attrs[0].Lone() && len(n.Children) == 0 && n.Head == "noret"
}

// isMovedTo tells whether a move may go to a line.
func (r *rules) isMovedTo(n *tree.Node) bool {
	m := r.moveTargets()
	for i := range n.Attrs {
		if a := &n.Attrs[i]; a.KeyExpr != nil || a.Key == "tag" && !a.Value.Literal {
			return true
		}
	}
	return m.computed || slices.ContainsFunc(targets([]*tree.Node{n}), func(name string) bool { return m.names[name] })
}

// moveTargets returns the targets of the file's moves.
func (r *rules) moveTargets() *moves {
	r.here.moves = true
	return r.moves
}
