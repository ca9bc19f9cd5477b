package check

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/spell"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeNoTimeout    diag.Code = "FLO0347"
	codeHandlerTakes diag.Code = "FLO0348"
	codeTooLate      diag.Code = "FLO0349"
	codeNeverAsked   diag.Code = "FLO0350"
)

// handlers finds handlers that are never called, or not with what they expect.
var handlers = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeNoTimeout,
			Title: "a handler of timeouts without a timeout",
			Why:   "`on timeout` is called when the node that it stands in times out. This node has no `timeout:`, so that it never does.",
			Bad:   "sequence\n  on timeout\n    trace 'late'\n  task 'alice' 'answer'\n",
			Good:  "sequence timeout: '2d'\n  on timeout\n    trace 'late'\n  task 'alice' 'answer'\n",
		},
		{
			Code:  codeHandlerTakes,
			Title: "a handler with more parameters than it is given arguments",
			Why:   "A handler of errors is given `msg` and `err`; those of timeouts and of cancelling are given `msg`. What else it has as parameters is always `null`.",
			Bad:   "sequence on_error: (def msg err tries \\ trace tries)\n  task 'alice' 'sign'\n",
			Good:  "sequence on_error: (def msg err \\ trace err.msg)\n  task 'alice' 'sign'\n",
		},
		{
			Code:  codeTooLate,
			Title: "a handler of errors below what may fail",
			Why:   "A handler is in force from its line on. Nothing comes after this one, so that it is never called.",
			Bad:   "sequence\n  task 'customs' 'clear'\n  on error\n    trace err.msg\n",
			Good:  "sequence\n  on error\n    trace err.msg\n  task 'customs' 'clear'\n",
		},
		{
			Code:  codeNeverAsked,
			Title: "a special handler below one that takes every error",
			Why:   "Handlers are asked in the order in which they stand. The one above takes every error, so that this one is never asked.",
			Bad:   "sequence\n  on error\n    trace 'failed'\n  on error 'closed'\n    sleep '12h'\n  task 'market' 'buy'\n",
			Good:  "sequence\n  on error 'closed'\n    sleep '12h'\n  on error\n    trace 'failed'\n  task 'market' 'buy'\n",
		},
	},
	proc:  (*rules).handlerAttributes,
	lines: (*rules).handlerLines,
}

// takes says how many arguments handlers are given.
var takes = map[string]int{"on_error": 2, "on_timeout": 1, "on_cancel": 1}

func (r *rules) handlerAttributes(c *analysis.Call) {
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		most, ok := takes[a.Key]
		if !ok {
			continue
		}
		if a.Key == "on_timeout" && !hasKey(c.Node, "timeout") {
			r.warn(codeNoTimeout, a.KeySpan, "this is never called: there is no timeout", "give the line an attribute `timeout:`")
		}
		if !r.isFunction(a.Value) {
			continue
		}
		if _, params := parameters(a.Value); len(params) > most && !params[most].Keyed() {
			r.warn(codeHandlerTakes, params[most].Value.Span, fmt.Sprintf("%s gives its function %s, this one is always null", a.Key, count(most, "argument")), "leave it out, or give it a default")
		}
	}
}

// handlerOf tells what a line handles, error or timeout, and whether it handles
// only some of that; "" for none.
func (r *rules) handlerOf(n *tree.Node) (what string, special bool) {
	p := r.ProcOf(n)
	if p == nil || p.Group != sig.Handlers {
		return "", false
	}
	given := r.positional(n)
	switch {
	case n.Head == "on_error" || n.Head == "on_timeout":
		return n.Head[3:], len(n.Attrs) > 1 || len(given) > 1
	case p.Name() == "on" && len(given) > 0 && given[0].IsName():
		return given[0].Head, len(n.Attrs) > 1
	}
	return "", false
}

func (r *rules) handlerLines(c *analysis.Call, lines []*tree.Node) {
	var general *tree.Node
	for i, n := range lines {
		what, special := r.handlerOf(n)
		switch {
		case what == "timeout":
			if c != nil && c.Proc != nil && c.Proc.Body == sig.Sequence && !mayHaveTimeout(c.Node) {
				r.warn(codeNoTimeout, r.start(n), fmt.Sprintf("this is never called: the %s has no timeout", c.Node.Head), "give it an attribute `timeout:`", r.relate(c.Node, "it stands in this"))
			}
		case what != "error":
		case special && general != nil:
			r.warn(codeNeverAsked, r.start(n), fmt.Sprintf("this is never asked: line %d takes every error", r.row(general.Span)), "put it above that line", r.relate(general, "this takes every error"))
		case i > 0 && i == len(lines)-1 && c != nil && !c.IsLoop() && c.Proc != nil && c.Proc.Body == sig.Sequence && !slices.ContainsFunc(lines[:i], r.isHandler):
			r.warn(codeTooLate, r.start(n), "nothing that may fail comes after this handler", "put it above what may fail")
		}
		if what == "error" && !special && general == nil {
			general = n
		}
	}
}

// mayHaveTimeout tells whether a node has a timeout, or a misspelt one.
func mayHaveTimeout(n *tree.Node) bool {
	return slices.ContainsFunc(n.Attrs, func(a tree.Attr) bool { return a.KeyExpr != nil || spell.Distance(a.Key, "timeout", 2) <= 2 })
}

func (r *rules) isHandler(n *tree.Node) bool {
	what, _ := r.handlerOf(n)
	return what != ""
}
