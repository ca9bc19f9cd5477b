package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// trapAttrs are the attributes of trap and of what is short for it.
var trapAttrs = []sig.Attr{
	{Names: []string{"point", "points"}, Type: sig.Any, Doc: "What the messages are about: `'signal'`, `'entered'`, `'left'`, `'failed'`, `'terminated'`, `'ceased'`, `'execute'`, `'receive'`, `'cancel'`, `'return'`, or several of them, in an array or with commas."},
	{Names: []string{"tag", "tags"}, Type: sig.Tag, Doc: "Tags, or regular expressions for tags, that are entered or, where `point:` says so, left."},
	{Names: []string{"signal", "sig", "signals"}, Type: sig.SignalName, Doc: "Names of signals, or regular expressions for them."},
	{Names: []string{"name", "names"}, Type: sig.SignalName, Doc: "The same, without asking for the point `'signal'`."},
	{Names: []string{"heap", "heaps"}, Type: sig.Any, Doc: "Procedures that the node runs which the message is for."},
	{Names: []string{"heat", "heats"}, Type: sig.Any, Doc: "Heads of such nodes, as they are written, or regular expressions for them. That of a function call is `_apply`."},
	{Names: []string{"range", "scope"}, Type: sig.String, Doc: "Where the messages happen: `'subnid'`, at or below the node that the trap is bound to; `'execution'`, anywhere in it; `'domain'`, in any execution of its domain; or `'subdomain'`, in those of the domains below it, too.", Default: "'subnid'",
		Values: []string{"'subnid'", "'execution'", "'domain'", "'subdomain'"}},
	{Names: []string{"bind", "bnid"}, Type: sig.Nid, Doc: "The node that the trap is bound to.", Default: "the parent"},
	{Names: []string{"count"}, Type: sig.Integer, Doc: "How often it triggers.", Default: "as often as something fits, and once without a function"},
	{Names: []string{"payload", "pl"}, Type: sig.Any, Doc: "The payload that the function starts with: `'trap'`, that of the trap when it was set; `'event'`, that of the message; or an object.", Default: "'trap'"},
	{Names: []string{"consumed"}, Type: sig.Boolean, Doc: "Understood, and without effect: what a trap does comes after what it has seen, in any case."},
}

var trap = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"trap"},
		Group: sig.Handlers,
		Doc: "Waits for messages of the execution, and calls a function for each that fits. The function gets the message as `msg` (`msg.point`, `msg.nid`, `msg.from`, `msg.tags`, `msg.name`, `msg.payload`), and the name of a signal as `sig`.\n\n" +
			"The flow goes on beside the trap, which ends with its parent. Without a function the trap holds the branch up until something fits, once.\n\n" +
			"With `range: 'domain'` or `'subdomain'` it sees what other executions do, too; `msg.exid` says which one. It sees all that they do after the commit in which it was set, and ends with its own execution. What its function does, with what comes of that, is not seen by any trap of such a range, so that traps do not set each other off without end.",
		Attrs:      trapAttrs,
		Args:       []sig.Arg{{Name: "point", Type: sig.Any, Optional: true, Doc: "The point, where `point:` and `tag:` do not say."}, {Name: "function", Type: sig.Function, Optional: true, Doc: "What to call."}},
		Body:       sig.Arguments,
		Result:     "The function, where the flow goes on beside the trap; else what was in `f.ret` before, or in the message with `payload: 'event'`.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A tag", Source: "set l []\ntrap tag: 'x'\n  def msg \\ push l \"$(msg.point) $(msg.nid)\"\nsequence tag: 'x'\n  stall timeout: '1s'\nl", Ret: `["entered 0_2"]`},
			{Title: "Holding a branch up", Source: "concurrence\n  sequence\n    trap signal: 'green' bind: '0'\n    set f.gone true\n  sequence\n    _skip 3\n    signal 'green'\nf.gone", Ret: "true"},
			{Title: "Signals, twice at most", Source: "set l []\ntrap signal: r/^s/ count: 2\n  def msg \\ push l sig\nsignal 's0'\nsignal 's1'\nsignal 's2'\nstall timeout: '1s'\nl", Ret: `["s0","s1"]`},
		},
		SeeAlso: []string{"do-trap", "on", "signal"},
	},
	Start:    openScope,
	Detached: true,
	Next: func(n *vm.Node, from int) error {
		if from < 0 && n.ArgCount() > 0 {
			return n.Run(0)
		}
		fn := n.Ret()
		if !fn.IsFunc() || from < 0 && len(n.Frame().Atts) == 0 {
			fn = value.Null
		}
		return setTrap(n, fn)
	},
	Other: func(n *vm.Node) error { return n.Wait() },
}

var doTrap = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"do-trap"},
		Group:      sig.Handlers,
		Doc:        "Does what `trap` does, with the children as the body of the function; they see the message as `msg`, and the name of a signal as `sig`.",
		Attrs:      trapAttrs,
		Args:       []sig.Arg{{Name: "point", Type: sig.Any, Optional: true, Doc: "The point, where `point:` and `tag:` do not say."}},
		Body:       sig.Block,
		Result:     "The function.",
		ResultType: sig.Function,
		Examples: []sig.Example{
			{Title: "A tag", Source: "set l []\ndo-trap tag: 'x'\n  push l msg.point\nsequence tag: 'x'\n  stall timeout: '1s'\nl", Ret: `["entered"]`},
			{Title: "Errors", Source: "set l []\ndo-trap 'failed'\n  push l msg.error.msg\nsequence on_error: (def \\ stall timeout: '1s')\n  fail 'no flour'\nl", Ret: `["no flour"]`},
		},
		SeeAlso: []string{"trap", "on", "signal"},
	},
	Params:   msgParam,
	Start:    openScope,
	Detached: true,
	Next: func(n *vm.Node, _ int) error {
		n.Pass(1) // it stands for a trap
		return setTrap(n, blockFunction(n))
	},
	Other: func(n *vm.Node) error { return n.Wait() },
}

func msgParam(*vm.Code) []string { return []string{"msg"} }

func openScope(n *vm.Node) error {
	n.OpenScope()
	return nil
}

// blockFunction makes the function that the node's children are the body of,
// null where it has none. It takes the turns of a def.
func blockFunction(n *vm.Node) value.Value {
	if n.Block() == nil {
		return value.Null
	}
	n.Pass(2)
	fn := n.MakeFunc(n.Block())
	n.SetRet(fn)
	return fn
}

// setTrap sets the trap that the node's attributes describe.
func setTrap(n *vm.Node, fn value.Value) error {
	f := n.Frame()
	t := vm.Trap{Fn: fn, Range: vm.InBranch, Bound: f.Parent, Payload: n.Payload()}
	criteria := func(names ...string) []value.Value {
		v, ok := f.Att(names...)
		if !ok || v.IsNull() {
			return nil
		}
		return patterns(v)
	}
	t.Tags, t.Heaps, t.Heats, t.Names = criteria("tag", "tags"), criteria("heap", "heaps"), criteria("heat", "heats"), criteria("name", "names")
	points, ok := f.Att("point", "points")
	if !ok && t.Tags == nil {
		if points, _ = f.Att(""); points.IsFunc() {
			points = value.Null
		}
	}
	for _, p := range patterns(points) {
		t.Points = append(t.Points, vm.SplitNames(value.ToText(p))...)
	}
	if t.Tags != nil && t.Points == nil {
		t.Points = []string{string(vm.Entered)}
	}
	if signals := criteria("signal", "sig", "signals"); signals != nil {
		t.Points = append(t.Points, string(vm.Signal))
		t.Names = append(t.Names, signals...)
	}
	if t.Points == nil && t.Names == nil && t.Heaps == nil && t.Heats == nil {
		return vm.BadArgument("write trap signal: 'close', or trap tag: 'x'", "%s does not say what to wait for", n.Name())
	}
	if err := limitTrap(n, &t); err != nil {
		return err
	}
	n.SetTrap(t)
	return nil
}

// limitTrap reads where a trap looks, how often it triggers, and with what
// payload.
func limitTrap(n *vm.Node, t *vm.Trap) error {
	f := n.Frame()
	if v, ok := f.Att("range", "scope"); ok {
		switch t.Range = vm.TrapRange(value.ToText(v)); t.Range {
		case vm.InBranch, vm.InExecution, vm.InDomain, vm.InDomains:
		default:
			return vm.BadArgument("write 'subnid', 'execution', 'domain' or 'subdomain'", "%s is no range", value.AppendJSON(nil, v))
		}
	}
	if t.Bound.IsZero() {
		t.Bound = f.Nid
	}
	if v, ok := f.Att("bind", "bnid"); ok {
		nid, err := vm.ParseNID(value.ToText(v))
		if err != nil || nid.IsZero() {
			return vm.BadArgument("write bind: '0', or bind: node.parent", "%s is no node id", value.AppendJSON(nil, v))
		}
		t.Bound = nid
	}
	if v, ok := f.Att("count"); ok {
		if v.Kind() != value.KindInt || v.AsInt() < 1 {
			return vm.BadArgument("write count: 2, say", "a trap can't trigger %s times", value.AppendJSON(nil, v))
		}
		t.Left = v.AsInt()
	}
	if t.Fn.IsNull() {
		t.Left = 1
	}
	switch v, ok := f.Att("payload", "pl"); {
	case !ok || v.IsString() && v.AsString() == "trap":
	case v.IsString() && v.AsString() == "event":
		t.Event = true
	case v.IsObject():
		t.Payload = vm.NewPayload(v)
	default:
		return vm.BadArgument("write 'trap', 'event' or an object", "%s is no payload", value.AppendJSON(nil, v))
	}
	return nil
}

// patterns lists strings and regular expressions; what is neither stands as
// its text, a procedure as its name.
func patterns(v value.Value) []value.Value {
	switch v.Kind() {
	case value.KindNull:
		return nil
	case value.KindRegex, value.KindString:
		return []value.Value{v}
	case value.KindProc:
		return []value.Value{value.String(v.AsProc().Name)}
	case value.KindList:
		list := []value.Value{}
		for _, e := range v.AsList().All() {
			list = append(list, patterns(e)...)
		}
		return list
	}
	return []value.Value{value.String(value.ToText(v))}
}
