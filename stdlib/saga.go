package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/vm"
)

var saga = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"saga"},
		Group: sig.Handlers,
		Doc: "Runs its children in sequence and, where it does not come to its end, takes the steps back that `undo` has recorded in it, the last one first.\n\n" +
			"It does so when something in it fails and nothing in it handles that, when it is cancelled, and when it times out; not when it is killed. Then it ends as it would have: it fails, and `retry:` and `on_error` see that; or it leaves, with `on_cancel` or `on_timeout`. A saga that came to its end within another one is undone with that. A step back that fails is a failure like any other: it may have `retry:` or a handler of its own; where none is, it waits until somebody has seen to it, and the steps before it are taken then.",
		Args:       []sig.Arg{{Name: "tag", Type: sig.Tag, Optional: true, Doc: "A tag for the node."}},
		Body:       sig.Sequence,
		Result:     "What the last child left.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A step fails", Source: "set l []\nsequence on_error: (def err \\ l)\n  saga\n    push l 'room booked'\n    undo\n      push l 'room cancelled'\n    push l 'car booked'\n    undo\n      push l 'car cancelled'\n    fail 'no flight'", Ret: `["room booked","car booked","car cancelled","room cancelled"]`},
			{Title: "It comes to its end", Source: "saga\n  set f.room 12\n  undo\n    trace 'cancelled'\n  f.room", Ret: "12"},
		},
		SeeAlso: []string{"undo", "on_error", "sequence"},
	},
	Undoes:  true,
	Unkeyed: tagByString,
	Done: func(n *vm.Node) error {
		n.HandUndos()
		return n.Reply()
	},
	Cancel:        (*vm.Node).CancelUndoing,
	CancelClosed:  (*vm.Node).CancelUndoing,
	ReceiveClosed: (*vm.Node).UndoNext,
}

var undo = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"undo", "compensate"},
		Group: sig.Handlers,
		Doc: "Says how to take a step back: its children are what the `saga` around it does where it does not come to its end. It stands behind the step, so that nothing is undone that was not done.\n\n" +
			"The children start with the payload that is there when `undo` is reached; after a failure they see it as `err`. What they give is dropped.",
		Body:       sig.Block,
		Result:     "The `f.ret` from before.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "With the payload of its step", Source: "set l []\nsequence on_error: (def err \\ l)\n  saga\n    set f.room 12\n    undo\n      push l \"room $(f.room): $(err.msg)\"\n    set f.room 13\n    fail 'no flight'", Ret: `["room 12: no flight"]`},
			{Title: "Outside of a saga", Source: "undo\n  trace 'cancelled'", Error: "there is no saga around it"},
		},
		SeeAlso: []string{"saga", "on_error"},
	},
	Next: func(n *vm.Node, _ int) error {
		if n.Block() == nil {
			return vm.BadArgument("give it children", "undo has nothing to do")
		}
		fn := n.MakeFunc(n.Block())
		n.SetRet(n.StartRet())
		if !n.AddUndo(fn) {
			return vm.BadArgument("put the step and its undo into a saga", "undo cannot be taken: there is no saga around it")
		}
		return n.ReplyWith(n.StartRet())
	},
}
