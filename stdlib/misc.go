package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var noeval = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"noeval"},
		Group:      sig.Control,
		Doc:        "Evaluates nothing: its attributes and children are skipped.",
		Body:       sig.Raw,
		Result:     "The `f.ret` from before.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Switched off", Source: "set a 1\nnoeval\n  set a 2\na", Ret: "1"},
			{Title: "It leaves f.ret alone", Source: "3\nnoeval 4", Ret: "3"},
		},
		SeeAlso: []string{"noret"},
	},
	Start: func(n *vm.Node) error { return n.Reply() },
}

var noret = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"noret"},
		Group:      sig.Control,
		Doc:        "Runs its children in sequence and leaves `f.ret` as it was.",
		Args:       []sig.Arg{{Name: "argument", Type: sig.Any, Repeated: true, Optional: true, Doc: "Evaluated, and forgotten."}},
		Body:       sig.Sequence,
		Result:     "The `f.ret` from before.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Keeping f.ret", Source: "1\nnoret\n  2", Ret: "1"},
			{Title: "On one line", Source: "0\nnoret \\ (+ 1 f.ret)", Ret: "0"},
		},
		SeeAlso: []string{"noeval"},
	},
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		evals := dc.Parts(c)
		if len(evals) == 0 {
			return nil
		}
		return func(d *vm.Direct, ret value.Value) value.Value {
			start := ret
			for _, e := range evals {
				ret = e(d, ret)
			}
			return start
		}
	},
	Done: func(n *vm.Node) error { return n.ReplyWith(n.StartRet()) },
}

var fail = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"fail", "error"},
		Group:      sig.Control,
		Doc:        "Fails, with a message. An `on_error` further up may take care of it.",
		Args:       []sig.Arg{{Name: "message", Type: sig.String, Optional: true, Doc: "The message; `error` without one."}},
		Body:       sig.Arguments,
		Result:     "Nothing: the node does not go on.",
		ResultType: sig.Any,
		After:      sig.Fails,
		Examples: []sig.Example{
			{Title: "Failing", Source: "fail 'not enough flour'", Error: "not enough flour"},
			{Title: "Taken care of", Source: "sequence on_error: (def msg err \\ err.msg)\n  fail 'no water'", Ret: `"no water"`},
		},
		SeeAlso: []string{"on_error"},
	},
	Done: func(n *vm.Node) error {
		message := "error"
		if ret := n.Ret(); !ret.IsNull() && ret.Truthy() {
			message = value.ToText(ret)
		}
		return vm.UserFailure(message)
	},
}

var stall = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"stall"},
		Group:      sig.Control,
		Doc:        "Waits for ever, or until it is cancelled.",
		Body:       sig.NoBody,
		Result:     "Nothing, unless it is cancelled.",
		ResultType: sig.Any,
		After:      sig.NeverEnds,
		Waits:      true,
		Examples: []sig.Example{
			{Title: "For ever", Source: "stall _", Waits: true},
			{Title: "Until cancelled", Source: "concurrence\n  stall tag: 'a'\n  sequence\n    cancel ref: 'a'\n'over'", Ret: `"over"`},
		},
		SeeAlso: []string{"sleep", "cancel"},
	},
	Next: func(n *vm.Node, _ int) error { return n.Wait() },
}

var echo = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"echo"},
		Group:      sig.Data,
		Doc:        "Prints its last attribute: strings as they are, everything else as JSON.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What to print; `f.ret` where it is left out."}},
		Body:       sig.NoBody,
		Result:     "The `f.ret` from before.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Printing", Source: "1\necho 'hello'", Ret: "1"},
			{Title: "Printing JSON", Source: "echo { a: 1 }", Ret: "null"},
		},
		SeeAlso: []string{"trace"},
	},
	Next: func(n *vm.Node, from int) error {
		if from < 0 {
			n.Output(value.ToText(n.Ret()))
		}
		return n.RunNext(from)
	},
	Done: func(n *vm.Node) error { return n.ReplyWith(n.StartRet()) },
}

var trace = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"trace"},
		Group:      sig.Data,
		Doc:        "Writes its arguments to the trace of the execution, which `florc trace` and `florc run --json` show.",
		Args:       []sig.Arg{{Name: "text", Type: sig.Any, Repeated: true, Doc: "What to write; what is no string is written as JSON."}},
		Body:       sig.Arguments,
		Result:     "The `f.ret` from before.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A line", Source: "1\ntrace 'here'", Ret: "1"},
			{Title: "Several", Source: "trace 'a' 'b'", Ret: "null"},
		},
		SeeAlso: []string{"echo"},
	},
	Gather: true,
	Late:   true,
	Done: func(n *vm.Node) error {
		for _, v := range n.Frame().Rets {
			n.Trace(value.ToText(v))
		}
		return n.ReplyWith(n.StartRet())
	},
}

var skip = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"_skip"},
		Group:      sig.Internal,
		Doc:        "Lets a number of the execution's messages pass before it goes on. It serves tests that need branches in a known order.",
		Args:       []sig.Arg{{Name: "count", Type: sig.Integer, Doc: "How many messages."}},
		Body:       sig.Arguments,
		Result:     "The `f.ret` from before.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Waiting for the other branch", Source: "set l []\nconcurrence\n  sequence\n    _skip 9\n    push l 'a'\n  push l 'b'\nl", Ret: `["b","a"]`},
			{Title: "Nothing to wait for", Source: "_skip 1", Ret: "null"},
		},
		SeeAlso: []string{"stall", "sleep"},
	},
	Done: func(n *vm.Node) error {
		f := n.Frame()
		count := int64(0)
		if ret := n.Ret(); ret.Kind() == value.KindInt {
			count = ret.AsInt()
		}
		n.SetRet(n.StartRet())
		f.SetSlot(0, value.Int(count))
		return passTurn(n)
	},
	Other: passTurn,
}

func passTurn(n *vm.Node) error {
	f := n.Frame()
	left := f.Slot(0).AsInt() - 1
	f.SetSlot(0, value.Int(left))
	if left < 1 {
		return n.Reply()
	}
	return n.ReplyAgain()
}

var twig = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"twig"},
		Group: sig.Data,
		Doc:   "Puts a branch of the tree, not evaluated, into a variable or a field. Without a target it leaves the branch in `f.ret`.",
		Args: []sig.Arg{
			{Name: "target", Type: sig.Path, Optional: true, Doc: "Where to put it."},
			{Name: "branch", Type: sig.Any, Doc: "The branch."},
		},
		Body:       sig.Raw,
		Result:     "What the target's evaluation left, or the branch.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A branch as data", Source: "twig a\n  sequence\n    1\nlength a", Ret: "4"},
			{Title: "Without a target", Source: "twig\n  sequence\n    1", Ret: `["sequence",{},[1],[2,3]]`},
		},
		SeeAlso: []string{"noeval"},
	},
	KeyedFirst: true,
	Mode: func(c *vm.Code, i int) vm.Mode {
		if i == 0 {
			return vm.ModePath
		}
		return vm.ModeValue
	},
	Next: func(n *vm.Node, from int) error {
		last := n.Arg(n.ArgCount() - 1)
		switch {
		case last == nil:
			return vm.BadArgument("give it a child", "twig has no branch to take")
		case n.ArgCount() == 1:
			return n.ReplyWith(last.TreeValue())
		case from < 0:
			return n.Run(0)
		}
		path, err := vm.ParsePath(n.Ret())
		if err != nil {
			return err
		}
		if err := n.Set(path, last.TreeValue()); err != nil {
			return err
		}
		return n.Reply()
	},
}
