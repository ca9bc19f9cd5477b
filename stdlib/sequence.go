package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var sequence = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"sequence", "begin"},
		Group: sig.Control,
		Doc: "Runs its children one after the other. Each child starts once the one before it has replied, and sees what that one left in `f.ret`.\n\n" +
			"A first unkeyed string tags the node: `sequence 'phase one'` is `sequence tag: 'phase one'`.",
		Args:       []sig.Arg{{Name: "tag", Type: sig.Tag, Optional: true, Doc: "A tag for the node."}},
		Body:       sig.Sequence,
		Result:     "What the last child left.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Two steps", Source: "sequence\n  set f.a 1\n  f.a + 1", Want: `{"a":1,"ret":2}`},
			{Title: "A tagged phase", Source: "sequence 'one'\n  tag.one", Ret: `["0"]`},
		},
		SeeAlso: []string{"concurrence", "cursor", "loop"},
	},
	Unkeyed: tagByString,
	Direct:  directSequence,
	CancelClosed: func(n *vm.Node) error {
		if n.Frame().Flavour == vm.OnError {
			return n.CancelDefault()
		}
		return nil
	},
}

// tagByString tags the node with an unkeyed string, unless it has a tag.
func tagByString(n *vm.Node, v value.Value) error {
	if v.IsString() && len(n.Frame().Tags) == 0 {
		n.EnterTags([]string{v.AsString()})
	}
	return nil
}

// directSequence evaluates children in order.
func directSequence(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
	evals := dc.ArgEvals(c, c.Proc)
	if len(evals) == 0 {
		return nil
	}
	return func(d *vm.Direct, ret value.Value) value.Value {
		for _, e := range evals {
			ret = e(d, ret)
		}
		return ret
	}
}
