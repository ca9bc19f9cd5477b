package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/vm"
)

var partProc = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"part", "flank"},
		Group: sig.Concurrency,
		Doc: "Runs its children in sequence beside what follows it. `flank` ends with its parent; `part` goes on by itself, also when the rest of the flow is over.\n\n" +
			"The node's id is left in `f.ret`, by which it can be cancelled.",
		Attrs: []sig.Attr{
			{Names: []string{"reply", "rep", "r"}, Type: sig.Boolean, Doc: "When false, the parent gets no reply: where it waits for one, it waits for ever.", Default: "true"},
			{Names: []string{"cancellable", "can", "c"}, Type: sig.Boolean, Doc: "Whether it ends with its parent.", Default: "true for flank, false for part"},
		},
		Body:       sig.Sequence,
		Result:     "The node's id.",
		ResultType: sig.Nid,
		Examples: []sig.Example{
			{Title: "Beside the rest", Source: "set l []\npart\n  sleep '1s'\n  push l 'a'\npush l 'b'\nsleep '2s'\nl", Ret: `["b","a"]`},
			{Title: "With the variables around it", Source: "set l []\neach [ 1 2 ]\n  part\n    sleep '1s'\n    push l elt\nsleep '2s'\nl", Ret: `[1,2]`},
			{Title: "Until the parent ends", Source: "set l []\nsequence\n  flank\n    sleep '1h'\n    push l 'an hour has passed'\n  push l 'done'\nsleep '2h'\nl", Ret: `["done"]`},
			{Title: "Cancelled by id", Source: "set l []\nset p\n  part\n    sleep '1h'\n    push l 'too late'\ncancel p\nsleep '2h'\nl", Ret: "[]"},
		},
		SeeAlso: []string{"concurrence", "cancel"},
	},
	Next: func(n *vm.Node, from int) error {
		if from < 0 {
			f := n.Frame()
			reply, cancellable := true, n.Name() == "flank"
			if v, ok := f.Att("reply", "rep", "r"); ok && !v.IsNull() {
				reply = v.Truthy()
			}
			if v, ok := f.Att("cancellable", "can", "c"); ok && !v.IsNull() {
				cancellable = v.Truthy()
			}
			n.Diverge(reply, cancellable)
		}
		return n.RunNext(from)
	},
}

var abort = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"abort", "kabort"},
		Group:      sig.Control,
		Doc:        "Ends the whole execution before its time, with all that goes on beside it. `abort` lets `on_cancel` handlers run, `kabort` does not.",
		Body:       sig.NoBody,
		Result:     "Nothing: the node does not go on.",
		ResultType: sig.Any,
		After:      sig.EndsExecution,
		Examples: []sig.Example{
			{Title: "Enough", Source: "set f.a 1\nabort _\nset f.a 2", Want: `{"a":1,"ret":null}`},
			{Title: "Beside the rest, too", Source: "part\n  stall _\nsequence\n  sleep '1s'\n  kabort _", Ret: `"1s"`},
		},
		SeeAlso: []string{"cancel", "part"},
	},
	Done: func(n *vm.Node) error {
		flavour := vm.Flavour("cancel")
		if n.Name() == "kabort" {
			flavour = vm.Kill
		}
		for _, nid := range n.Execution().Roots() {
			n.SendCancel(nid, vm.Message{Flavour: flavour})
		}
		return n.Wait()
	},
}
