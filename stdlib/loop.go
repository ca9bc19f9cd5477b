package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Slots of until and while.
const (
	untilLast = iota // what the last iteration left
	untilRan
)

var until = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"until", "while"},
		Group: sig.Control,
		Doc: "Runs its children again and again: `until` its first argument is true, `while` it is. The condition is evaluated before each round.\n\n" +
			"Within, `break` leaves the loop and `continue` starts the next round.",
		Args:       []sig.Arg{{Name: "condition", Type: sig.Any, Doc: "What decides whether another round is run."}},
		Body:       sig.Sequence,
		Result:     "What the last round left; the `f.ret` from before where there was none.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Counting", Source: "set i 0\nuntil i == 3\n  set i (i + 1)\ni", Ret: "3"},
			{Title: "Leaving early", Source: "set i 0\nwhile true\n  set i (i + 1)\n  break i if i > 4", Ret: "5"},
		},
		SeeAlso: []string{"loop", "cursor", "break"},
	},
	KeyedFirst: true,
	Direct:     directUntil,
	Next: func(n *vm.Node, from int) error {
		f := n.Frame()
		switch {
		case from < 0:
			loopVars(n, "break", "continue")
			if n.ArgCount() == 0 {
				return vm.BadArgument("write until a > 3, or while a < 3", "%s needs a condition", n.Name())
			}
			return n.Run(0)
		case from == 0:
			if n.Ret().Truthy() == (n.Name() == "until") {
				ret := n.StartRet()
				if f.Slot(untilRan).Truthy() {
					ret = f.Slot(untilLast)
				}
				return n.ReplyWith(ret)
			}
			if n.ArgCount() == 1 {
				return n.ReplyWith(n.StartRet()) // nothing to run again and again
			}
			n.SetRet(n.StartRet())
			return n.Run(1)
		case from+1 >= n.ArgCount():
			n.NextRound()
			f.SetSlot(untilLast, n.Ret())
			f.SetSlot(untilRan, value.Bool(true))
			n.SetRet(n.StartRet())
			return n.Run(0)
		}
		return n.Run(from + 1)
	},
	CancelClosed: cancelLoopClosed,
	Cancel: func(n *vm.Node) error {
		if n.Message().Flavour == vm.ContinueOn {
			n.NextRound()
			m := n.ArgMessage(0)
			m.Payload, m.Forced = n.MergedPayload(), true
			n.SetOnLast([]vm.Message{m})
		} else {
			n.SetOnLast(nil)
		}
		return n.CancelDefault()
	},
}

// directUntil evaluates a loop that break and continue do not leave.
func directUntil(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
	evals := dc.ArgEvals(c, keyedFirst)
	if len(evals) == 0 {
		return nil
	}
	test, body, untilTrue := evals[0], evals[1:], c.Head == "until"
	if len(body) == 0 { // nothing to run again and again
		return func(d *vm.Direct, ret value.Value) value.Value {
			test(d, ret)
			return ret
		}
	}
	return func(d *vm.Direct, ret value.Value) value.Value {
		start, last, sub := ret, ret, d.Sub()
		result := d.Scoped(c, func() value.Value {
			for test(d, start).Truthy() != untilTrue {
				d.Step()
				last = start
				if len(body) == 0 {
					break
				}
				for _, e := range body {
					last = e(d, last)
				}
				d.NextRound()
			}
			return last
		})
		d.SetSub(sub)
		return result
	}
}

// loopVars gives a loop its own break, continue and move.
func loopVars(n *vm.Node, names ...string) {
	f := n.Frame()
	nid := f.Nid.String()
	for _, name := range names {
		n.SetOwn(name, value.FromProc(&value.Proc{Name: name, Nid: nid, Line: f.Code.Line()}))
	}
}

// cancelLoopClosed has break leave a loop that is closed already, to go on
// with another round.
func cancelLoopClosed(n *vm.Node) error {
	if n.Frame().Flavour == vm.OnError || n.Message().Flavour == vm.BreakOut {
		return n.Frame().Proc.Cancel(n)
	}
	return nil
}

func newCursor(s sig.Proc, again bool) *vm.Procedure {
	return &vm.Procedure{
		Sig:     s,
		Unkeyed: tagByString,
		Next: func(n *vm.Node, from int) error {
			if from < 0 {
				loopVars(n, "break", "continue", "move")
				start, ok := n.Frame().Att("start", "initial")
				if !ok || start.IsNull() {
					return n.RunNext(from)
				}
				i, err := moveTarget(n, start)
				if err != nil {
					return err
				}
				return n.Run(i)
			}
			if from+1 < n.ArgCount() {
				return n.Run(from + 1)
			}
			if again {
				n.NextRound()
				return n.Run(0)
			}
			return n.Reply()
		},
		CancelClosed: cancelLoopClosed,
		Cancel: func(n *vm.Node) error {
			flavour := n.Message().Flavour
			if flavour != vm.ContinueOn && flavour != vm.MoveTo {
				n.SetOnLast(nil)
				return n.CancelDefault()
			}
			i := 0
			if flavour == vm.MoveTo {
				var err error
				if i, err = moveTarget(n, n.Message().To); err != nil {
					return err
				}
			}
			n.NextRound()
			n.SetOnLast([]vm.Message{n.ArgMessage(i)})
			return n.CancelDefault()
		},
	}
}

var startAttr = []sig.Attr{{Names: []string{"start", "initial"}, Type: sig.String, Doc: "Where to start: what `move to:` would take."}}

var cursor = newCursor(sig.Proc{
	Names: []string{"cursor"},
	Group: sig.Control,
	Doc: "Runs its children one after the other, like `sequence`, but lets them jump: `continue` back to the first, `move to: 'x'` to any, `break` out.\n\n" +
		"`move` finds its target by tag, by a string argument, by a string that stands alone, by the name of a head, or by a line `_ name`, in this order.",
	Attrs:      startAttr,
	Args:       []sig.Arg{{Name: "tag", Type: sig.Tag, Optional: true, Doc: "A tag for the node."}},
	Body:       sig.Sequence,
	Result:     "What the last child left, or what `break` was given.",
	ResultType: sig.Any,
	Examples: []sig.Example{
		{Title: "Jumping ahead", Source: "set l []\ncursor\n  push l 'a'\n  move to: 'c'\n  push l 'b'\n  push l 'c' tag: 'c'\nl", Ret: `["a","c"]`},
		{Title: "Back to the start", Source: "set l []\ncursor\n  push l 0\n  continue _ if (length l) < 3\nl", Ret: "[0,0,0]"},
	},
	SeeAlso: []string{"loop", "move", "break", "sequence"},
}, false)

var loop = newCursor(sig.Proc{
	Names:      []string{"loop"},
	Group:      sig.Control,
	Doc:        "A `cursor` that starts over when it comes to its end. It goes on until `break`, or until it is cancelled.",
	Attrs:      startAttr,
	Args:       []sig.Arg{{Name: "tag", Type: sig.Tag, Optional: true, Doc: "A tag for the node."}},
	Body:       sig.Sequence,
	Result:     "What `break` was given.",
	ResultType: sig.Any,
	Examples: []sig.Example{
		{Title: "Until it breaks", Source: "set i 0\nloop\n  set i (i + 1)\n  break i if i > 2", Ret: "3"},
		{Title: "Skipping the rest of a round", Source: "set l []\nset i 0\nloop\n  set i (i + 1)\n  break l if i > 4\n  continue _ if i % 2 == 0\n  push l i", Ret: "[1,3]"},
	},
	SeeAlso: []string{"cursor", "until", "break"},
}, true)

// moveTarget finds the argument of a cursor that a move goes to.
func moveTarget(n *vm.Node, to value.Value) (int, error) {
	if !to.IsString() {
		return 0, vm.MissingTarget("give to: a string", "move target %s is not a string", value.AppendJSON(nil, to))
	}
	name := to.AsString()
	tests := []func(c *vm.Code) bool{
		func(c *vm.Code) bool { return c.HasTag(name) },
		func(c *vm.Code) bool { return c.HasStringArg(name) },
		func(c *vm.Code) bool { return c.IsLiteral() && c.Lit.IsString() && c.Lit.AsString() == name },
		func(c *vm.Code) bool { return !c.IsLiteral() && c.Head == name },
		func(c *vm.Code) bool { return !c.IsLiteral() && c.Head == "_" && c.HasNameArg(name) },
	}
	for _, test := range tests {
		for i := range n.ArgCount() {
			if test(n.Arg(i)) {
				return i, nil
			}
		}
	}
	return 0, vm.MissingTarget("give a child of the cursor that tag", "move target %q not found", name)
}

var breakOut = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"break", "continue"},
		Group: sig.Control,
		Doc: "`break` leaves the loop that it stands in, `continue` starts its next round.\n\n" +
			"`ref:` names another loop by its tag, one further out or one in another branch.",
		Attrs:      []sig.Attr{{Names: []string{"ref"}, Type: sig.Tag, Doc: "The tag of the loop, where it is not the nearest."}},
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What the loop leaves in `f.ret`."}},
		Body:       sig.Arguments,
		Result:     "Nothing where the loop is around the node; the `f.ret` from before otherwise.",
		ResultType: sig.Any,
		After:      sig.EndsRound,
		Examples: []sig.Example{
			{Title: "Leaving with a value", Source: "loop\n  break 'done'", Ret: `"done"`},
			{Title: "An outer loop", Source: "set l []\nwhile true tag: 'outer'\n  push l 1\n  while true\n    break ref: 'outer'\nl", Ret: "[1]"},
		},
		SeeAlso: []string{"until", "loop", "cursor", "move"},
	},
	Variable: true,
	Done: func(n *vm.Node) error {
		target, found := loopTarget(n, "ref")
		f := n.Frame()
		if v, ok := f.Att(""); ok {
			n.SetRet(v)
		}
		if found {
			n.SendCancel(target, vm.Message{Flavour: vm.Flavour(n.Name())})
		}
		if found && n.IsBelow(target) {
			return n.Wait()
		}
		return n.ReplyWith(n.StartRet())
	},
}

// loopTarget finds the loop that break, continue or move are about: by tag,
// or the one whose variable they were called by.
func loopTarget(n *vm.Node, keys ...string) (vm.NID, bool) {
	f := n.Frame()
	if ref, ok := f.Att(keys...); ok {
		for _, nid := range n.TaggedBy(ref) {
			return nid, true
		}
	}
	if f.Heat.Kind() == value.KindProc {
		if nid, err := vm.ParseNID(f.Heat.AsProc().Nid); err == nil && !nid.IsZero() {
			return nid, true
		}
	}
	return vm.NID{}, false
}

var move = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"move"},
		Group: sig.Control,
		Doc:   "Jumps to another child of the cursor that it stands in.",
		Attrs: []sig.Attr{
			{Names: []string{"to"}, Type: sig.Symbol, Doc: "The target: a tag, a string argument, a string, a head, or the name in a line `_ name`."},
			{Names: []string{"ref"}, Type: sig.Tag, Doc: "The tag of the cursor, where it is not the nearest."},
		},
		Args:       []sig.Arg{{Name: "ref", Type: sig.Tag, Optional: true, Doc: "The tag of the cursor."}},
		Body:       sig.NoBody,
		Result:     "Nothing where the cursor is around the node; what was there before otherwise.",
		ResultType: sig.Any,
		After:      sig.EndsRound,
		Examples: []sig.Example{
			{Title: "To a tag", Source: "set l []\ncursor\n  push l 0\n  move to: 'end'\n  push l 1\n  push l 2 tag: 'end'\nl", Ret: "[0,2]"},
			{Title: "Nowhere", Source: "cursor\n  move to: 'nada'", Error: `"nada" not found`},
		},
		SeeAlso: []string{"cursor", "break"},
	},
	Variable: true,
	Done: func(n *vm.Node) error {
		target, found := loopTarget(n, "ref", "")
		if _, named := n.Frame().Att("ref", ""); !found && named {
			return n.Reply() // that cursor is over
		}
		if !found {
			return vm.MissingTarget("put it inside a cursor, or name one with ref:", "move has no cursor to move in")
		}
		to, _ := n.Frame().Att("to")
		n.SendCancel(target, vm.Message{Flavour: vm.MoveTo, To: to})
		if n.IsBelow(target) {
			return n.Wait()
		}
		return n.Reply()
	},
}
