package check

import (
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

const codeLostWrite diag.Code = "FLO0351"

// lostWrite finds fields that two branches write and that are read afterwards.
var lostWrite = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeLostWrite,
			Title: "a field that two branches write",
			Why:   "Each branch has a payload of its own. When they are merged, one branch wins, and what another one wrote into the same field is lost. Have each write a field of its own, use a variable, which branches share, or keep all payloads with `merge: 'stack:name'`.",
			Bad:   "concurrence\n  sequence\n    task 'alice' 'look'\n    set f.result f.a\n  sequence\n    task 'bob' 'look'\n    set f.result f.b\ntrace f.result\n",
			Good:  "concurrence\n  sequence\n    task 'alice' 'look'\n    set f.first f.a\n  sequence\n    task 'bob' 'look'\n    set f.second f.b\ntrace [ f.first f.second ]\n",
		},
	},
	proc: (*rules).lostWrites,
}

func (r *rules) lostWrites(c *analysis.Call) {
	n := c.Node
	if c.Proc.Body != sig.Branches || len(n.Children) < 2 || hasKey(n, "expect", "on_receive", "receiver") {
		return
	}
	if merge := r.keyed(c, "merge"); merge != nil {
		if s, ok := text(merge); !ok || strings.Contains(s, "stack") || strings.Contains(s, "ignore") || strings.Contains(s, "override") || len(s) < 3 {
			return
		}
	}
	type write struct {
		at     *tree.Node
		value  string
		branch int
	}
	first := map[string]write{}
	for branch, ch := range n.Children {
		walkTree(ch, func(m *tree.Node) bool {
			if r.isFunction(m) {
				return false
			}
			p := r.ProcOf(m)
			if p == nil || len(p.Args) == 0 || p.Args[0].Type != sig.Path || p.Name() == "del" || len(m.Attrs) == 0 {
				return true
			}
			target := m.Attrs[0].Value
			name, ok := rootName(target)
			if target.Literal || target.IsName() || !ok || !strings.HasPrefix(name, "f.") || name == "f.ret" {
				return true
			}
			where, value := r.Text(target), strings.TrimPrefix(r.Text(m), m.Head)
			before, twice := first[where]
			switch {
			case !twice:
				first[where] = write{target, value, branch}
			case before.branch != branch && !(before.value == value && last(arguments(m)).Literal) && r.isReadAfter(name[2:], n):
				r.warn(codeLostWrite, target.Span, fmt.Sprintf("another branch writes %s too, and one of the two is lost", where),
					"write a field of its own in each branch, or keep all payloads with `merge: 'stack:…'`", diag.Related{Span: before.at.Span, Message: "the other one"})
				first[where] = write{target, value, branch}
			}
			return true
		})
	}
}

// arguments lists what is given to a node without a key.
func arguments(n *tree.Node) []*tree.Node {
	var list []*tree.Node
	for i := range n.Attrs {
		if a := &n.Attrs[i]; !a.Keyed() {
			list = append(list, a.Value)
		}
	}
	return append(list, n.Children...)
}

// isReadAfter tells whether a field is read below a node.
func (r *rules) isReadAfter(field string, n *tree.Node) bool {
	end := n.Span.End
	walkTree(n, func(m *tree.Node) bool {
		if m.Span.End.Compare(end) > 0 {
			end = m.Span.End
		}
		return true
	})
	for _, m := range r.FieldMentions(field) {
		if m.Role == analysis.Uses && m.Span.Start.Compare(end) > 0 {
			return true
		}
	}
	return false
}
