package stdlib

import (
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var handlerArg = sig.Arg{Name: "handler", Type: sig.Function, Doc: "The function to call."}

// newHandler makes on_cancel, on_timeout and on_receive.
func newHandler(kind vm.HandlerKind, s sig.Proc) *vm.Procedure {
	s.Group, s.Body = sig.Handlers, sig.Arguments
	s.Args = []sig.Arg{handlerArg}
	s.Result, s.ResultType = "The function.", sig.Function
	return &vm.Procedure{
		Sig:        s,
		KeyedFirst: true,
		Gather:     true,
		Done: func(n *vm.Node) error {
			for _, v := range n.Frame().Rets {
				if v.IsFunc() {
					n.StoreHandler(kind, vm.Handler{Fn: v})
					break
				}
			}
			return n.ReplySetting(kind)
		},
	}
}

var onCancel = newHandler(vm.HandleCancel, sig.Proc{
	Names: []string{"on_cancel"},
	Doc:   "Has its parent call a function when it is cancelled. The function gets the cancel message as `msg`; its result is what the parent leaves.",
	Examples: []sig.Example{
		{Title: "Tidying up", Source: "set l []\nconcurrence\n  sequence tag: 'work'\n    on_cancel (def msg \\ push l 'tidied')\n    stall _\n  sequence\n    _skip 9\n    cancel ref: 'work'\nl", Ret: `["tidied"]`},
		{Title: "It is the same as the attribute", Source: "set l []\nsequence on_cancel: (def msg \\ push l msg.point)\n  cancel '0_1'\nl", Ret: `["cancel"]`},
	},
	SeeAlso: []string{"on", "cancel", "on_error"},
})

var onTimeout = newHandler(vm.HandleTimeout, sig.Proc{
	Names: []string{"on_timeout"},
	Doc:   "Has its parent call a function when it times out. The function gets the cancel message as `msg`; its result is what the parent leaves.",
	Examples: []sig.Example{
		{Title: "Too late", Source: "sequence timeout: '1s'\n  on_timeout (def msg \\ 'too late')\n  stall _", Ret: `"too late"`},
		{Title: "In time", Source: "sequence timeout: '1h'\n  on_timeout (def msg \\ 'too late')\n  'in time'", Ret: `"in time"`},
	},
	SeeAlso: []string{"on", "sleep"},
})

var onReceive = newHandler(vm.HandleReceive, sig.Proc{
	Names: []string{"on_receive"},
	Doc:   "Has its parent call a function each time a child of it replies. The function gets the message as `msg` and the number of the child as `fcid`; what it leaves in the payload is what the parent goes on with.",
	Examples: []sig.Example{
		{Title: "Following the steps", Source: "set l []\nsequence\n  on_receive (def msg fcid \\ push l fcid)\n  'a'\n  'b'\nl", Ret: "[1,2]"},
		{Title: "Fields pass through", Source: "set l []\nsequence\n  on_receive (def msg fcid \\ push l fcid)\n  set f.a 1\n  set f.b 2\nl", Want: `{"a":1,"b":2,"ret":[1,2]}`},
	},
	SeeAlso: []string{"on", "on_error"},
})

var onError = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"on_error"},
		Group: sig.Handlers,
		Doc: "Has its parent call a function when it, or anything below it, fails. The function gets the message as `msg` and the error as `err` (`err.msg`, `err.kla`, `err.kind`, `err.code`, `err.lin`, and `err.file` in what was imported); its result is what the parent leaves.\n\n" +
			"A string, a regular expression or `class:` limit it to some errors: those of that message, class, kind or code, or whose message or class match.",
		Attrs:      []sig.Attr{{Names: []string{"class", "klass"}, Type: sig.String, Doc: "The class, kind or code of the errors."}},
		Args:       []sig.Arg{{Name: "criterion", Type: sig.Any, Optional: true, Doc: "A message, a class, or a regular expression."}, handlerArg},
		Body:       sig.Arguments,
		Result:     "The function.",
		ResultType: sig.Function,
		Examples: []sig.Example{
			{Title: "Every error", Source: "sequence\n  on_error (def msg err \\ \"caught: $(err.msg)\")\n  fail 'no flour'", Ret: `"caught: no flour"`},
			{Title: "Some errors", Source: "sequence\n  on_error r/flour/ (def err \\ 'buy flour')\n  on_error (def err \\ 'give up')\n  fail 'no flour'", Ret: `"buy flour"`},
		},
		SeeAlso: []string{"on", "fail", "on_cancel"},
	},
	KeyedFirst: true,
	Gather:     true,
	Done: func(n *vm.Node) error {
		var h vm.Handler
		f := n.Frame()
		if class, ok := f.Att("class", "klass"); ok {
			h.Criteria = append(h.Criteria, value.NewList(value.String(vm.CriterionClass), class))
		}
		var text, rx value.Value
		for _, v := range f.Rets {
			switch {
			case v.IsFunc() && h.Fn.IsNull():
				h.Fn = v
			case v.IsString() && text.IsNull():
				text = v
			case v.Kind() == value.KindRegex && rx.IsNull():
				rx = v
			}
		}
		for _, c := range []value.Value{text, rx} {
			if !c.IsNull() {
				h.Criteria = append(h.Criteria, c)
			}
		}
		n.StoreHandler(vm.HandleError, h)
		return n.ReplySetting(vm.HandleError)
	},
}

var on = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"on"},
		Group: sig.Handlers,
		Doc: "`on 'close'` waits for a signal and runs its children each time it comes; they see its name as `sig`, the message as `msg`, and start with the payload of the signal. The flow goes on beside it. Without children it holds the branch up until the signal comes, once.\n\n" +
			"`on error`, `on cancel`, `on timeout` and `on receive`, without quotes, are `on_error` and its kin with the children as the body of the function; they see the message as `msg` and an error as `err`.",
		Args: []sig.Arg{
			{Name: "what", Type: sig.Symbol, Doc: "The name of a signal, a regular expression or an array of them; or the word `error`, `cancel`, `timeout` or `receive`.",
				Values: []string{"error", "cancel", "timeout", "receive"}},
			{Name: "criterion", Type: sig.Any, Optional: true, Doc: "As for `on_error`."},
		},
		Attrs:      append([]sig.Attr{{Names: []string{"class", "klass"}, Type: sig.String, Doc: "The class, kind or code of the errors."}}, trapAttrs...),
		Body:       sig.Block,
		Result:     "The function; for a signal that was waited for, what came with it.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A signal", Source: "set l []\non [ 'red' r/^b/ ]\n  push l sig\nsignal 'red'\nsignal 'green'\nsignal 'blue'\nstall timeout: '1s'\nl", Ret: `["red","blue"]`},
			{Title: "An error", Source: "sequence\n  on error\n    \"caught: $(err.msg)\"\n  fail 'no flour'", Ret: `"caught: no flour"`},
			{Title: "Trying again", Source: "set i 0\ncursor\n  on error\n    continue _\n  set i (i + 1)\n  fail 'not yet' if i < 3\ni", Ret: "3"},
			{Title: "Holding a branch up", Source: "on 'green'", Waits: true},
		},
		SeeAlso: []string{"signal", "trap", "on_error", "on_cancel", "on_timeout", "on_receive"},
	},
	Params: func(c *vm.Code) []string {
		if kind, ok := caught(c); ok && kind == vm.HandleError {
			return []string{"msg", "err"}
		}
		return msgParam(c)
	},
	// The word is an attribute, not a variable.
	NameAttrs: []string{"error", "cancel", "timeout", "receive"},
	Gather:    true,
	Detached:  true,
	Start: func(n *vm.Node) error {
		if _, ok := caught(n.Code()); ok {
			return nil
		}
		return openScope(n)
	},
	Next: func(n *vm.Node, from int) error {
		kind, ok := caught(n.Code())
		if !ok {
			return onSignal(n)
		}
		if n.Block() == nil {
			return vm.BadArgument("give it children", "on %s has nothing to do", kind)
		}
		n.Pass(-1) // the word is no attribute of on_error and its kin
		n.SetRet(n.MakeFunc(n.Block()))
		if kind != vm.HandleError {
			n.StoreHandler(kind, vm.Handler{Fn: n.Ret()})
			return n.ReplySetting(kind)
		}
		f := n.Frame()
		f.Rets = append(f.Rets[1:len(f.Rets):len(f.Rets)], n.Ret())
		return onError.Done(n)
	},
	Other: func(n *vm.Node) error { return n.Wait() },
}

// onSignal sets the trap that on stands for: trap point: 'signal' name: …
func onSignal(n *vm.Node) error {
	f := n.Frame()
	i := slices.IndexFunc(f.Atts, func(a vm.Arg) bool { return a.Key == "" })
	if i < 0 {
		return vm.BadArgument("write on 'close', or on error", "on does not say what to wait for")
	}
	n.Pass(9) // its two keys, the point, and that it stands for a trap
	f.Atts[i].Key = "name"
	f.Atts = append(f.Atts, vm.Arg{Key: "point", Value: value.String(string(vm.Signal))})
	if _, ok := f.Att("payload", "pl"); !ok {
		n.Pass(6)
		f.Atts = append(f.Atts, vm.Arg{Key: "payload", Value: value.String("event")})
	}
	n.SetRet(value.Null)
	return setTrap(n, blockFunction(n))
}

// caught tells what on is about.
func caught(c *vm.Code) (vm.HandlerKind, bool) {
	for _, k := range []vm.HandlerKind{vm.HandleError, vm.HandleCancel, vm.HandleTimeout, vm.HandleReceive} {
		if c.HasNameArg(k.String()) {
			return k, true
		}
	}
	return 0, false
}
