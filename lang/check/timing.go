package check

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

const (
	codeUnit      diag.Code = "FLO0352"
	codeNeverOver diag.Code = "FLO0368"
	codePatience  diag.Code = "FLO0372"
)

// timing finds durations that are hardly meant.
var timing = rule{
	pages: []diag.Page{
		{
			Code:  codeUnit,
			Title: "a text of digits as a duration",
			Why:   "A number without a unit is seconds, also as a text. Where seconds are meant, write `'10s'` or the number.",
			Bad:   "sleep '10'\n",
			Good:  "sleep '10m'\n",
		},
		{
			Code:  codeNeverOver,
			Title: "a timeout longer than that of a node around it",
			Why:   "The node around it ends first, so that this timeout is never over and its handler never called.",
			Bad:   "sequence timeout: '2h'\n  task 'alice' 'start' timeout: '6h'\n",
			Good:  "sequence timeout: '8h'\n  task 'alice' 'start' timeout: '6h'\n",
		},
	},
	value: (*rules).unit,
	call:  (*rules).neverOver,
}

// taskWithoutTimeout finds tasks that may wait for ever.
var taskWithoutTimeout = rule{
	pages: []diag.Page{
		{
			Code:  codePatience,
			Title: "a task without a timeout",
			Why:   "Neither the task nor a node around it has a `timeout:`, so that the flow waits for ever where nobody answers. Many flows are meant to; so the rule has to be switched on.",
			Bad:   "task 'alice' 'sign'\n",
			Good:  "task 'alice' 'sign' timeout: '10d'\n",
			OptIn: true,
		},
	},
	call: (*rules).patience,
}

func (r *rules) unit(_ *analysis.Call, v given) {
	if v.typ != sig.Duration {
		return
	}
	s, ok := text(v.node)
	if !ok || s == "" || strings.Trim(s, "0123456789") != "" {
		return
	}
	r.report(diag.Diagnostic{
		Code: codeUnit, Severity: diag.Info, Span: v.node.Span,
		Message: fmt.Sprintf("this is %s seconds", s), Hint: fmt.Sprintf("write '%ss', or the unit that is meant", s),
	})
}

func (r *rules) neverOver(c *analysis.Call) {
	own := r.keyed(c, "timeout")
	s, ok := text(own)
	if !ok {
		return
	}
	inner, err := r.memo.duration(s)
	if err != nil {
		return
	}
	for p := c.Parent; p != nil; p = p.Parent {
		if p.Proc == nil || p.Proc.Body == sig.Raw || p.Proc.Body == sig.Block {
			return
		}
		around := r.keyed(p, "timeout")
		t, ok := text(around)
		if !ok {
			continue
		}
		if outer, err := r.memo.duration(t); err == nil && outer < inner {
			r.warn(codeNeverOver, own.Span, fmt.Sprintf("this is never over: the %s around it ends after '%s'", p.Node.Head, t), "make it shorter, or the other longer",
				diag.Related{Span: around.Span, Message: "the timeout around it"})
			return
		}
	}
}

func (r *rules) patience(c *analysis.Call) {
	isTask := c.Proc != nil && c.Proc.Group == sig.People && !r.isShadowed(c) ||
		c.Proc == nil && c.Ref != nil && r.Env.Tasker(c.Ref.Name) != nil && !r.IsDefined(c.Ref)
	if !isTask {
		return
	}
	for p := c; p != nil; p = p.Parent {
		if hasKey(p.Node, "timeout") || p.Proc != nil && p.Proc.Group == sig.Concurrency && hasKey(p.Node, "expect") {
			return
		}
	}
	r.warn(codePatience, r.head(c), "nobody takes care when this task is not done", "give it a `timeout:`, or a node around it")
}
