package stdlib

import (
	"errors"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Slots of concurrence.
const (
	ccPayloads = iota // what the branches replied, by node id, in order
	ccBranches        // how many branches there are
	ccReceiver        // the function that sees each reply, or null
	ccMerger          // the function that merges the replies, or null
	ccCall            // the id of the call of the receiver that is under way
	ccCallFrom        // the branch it is about
	ccQueue           // branches that the receiver has still to see, after those that it saw
	ccOver            // no further reply is waited for
	ccMerged          // the merged payload
	ccReplied
	ccSeen    // how many of the queue the receiver saw
	ccMerging // the id of the call of the merger
	ccElements
	ccFunction // that is called for each element
	ccNames    // other names for its parameters
)

// gathering is what the procedures that run branches at the same time have in
// common: they gather what the branches reply and merge it.
type gathering struct {
	// after sees the merged payload before it is replied; nil leaves it alone.
	after func(f *vm.Frame, p vm.Payload) vm.Payload
}

// gatheringAttrs are their attributes.
var gatheringAttrs = []sig.Attr{
	{Names: []string{"expect"}, Type: sig.Integer, Doc: "How many branches to wait for.", Default: "all"},
	{Names: []string{"remaining", "rem"}, Type: sig.String, Doc: "What becomes of the other branches: `'cancel'`, `'forget'` (they go on, unheard) or `'wait'`.", Default: "'cancel'",
		Values: []string{"'cancel'", "'forget'", "'wait'"}},
	{Names: []string{"merge", "merger", "on_merge"}, Type: sig.Any, Doc: "How to merge, or a function that does.", Default: "'first deep'",
		Values: []string{"'first deep'", "'last deep'", "'top deep'", "'bottom deep'", "'first mix'", "'override'", "'ignore'", "'stack'"}},
	{Names: []string{"on_receive", "receiver"}, Type: sig.Function, Doc: "A function that sees each reply (`reply`, `from`, `replies`, `branch_count`, `over`) and tells whether enough have come. It may give `{ done: …, payload: … }` to replace the reply."},
}

var concurrence = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"concurrence"},
		Group: sig.Concurrency,
		Doc: "Runs its children at the same time, each with a payload of its own, and goes on when all have replied, or as many as `expect:` says. The payloads are merged; the branches that are left are cancelled.\n\n" +
			"`merge:` names how: whose fields win (`first` or `last` to reply, `top` or `bottom` in the text), and whether objects and arrays are merged within (`deep`, the default), fields as a whole (`mix`, `plain`), the winner's payload is taken alone (`override`), all are dropped (`ignore`) or gathered in an array (`stack`, `'stack:name'`). It may be a function of `rets`, `replies` and `branch_count`.",
		Attrs:      gatheringAttrs,
		Body:       sig.Branches,
		Result:     "The merged payload.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Two branches", Source: "concurrence\n  set f.a 1\n  set f.b 2", Want: `{"a":1,"b":2,"ret":null}`},
			{Title: "The first to reply", Source: "concurrence expect: 1\n  sequence\n    stall _\n  'quick'", Ret: `"quick"`},
			{Title: "The others go on", Source: "set l []\nconcurrence expect: 1 remaining: 'forget'\n  sequence\n    sleep '1s'\n    push l 'slow'\n  push l 'quick'\npush l 'next'\nsleep '2s'\nl", Ret: `["quick","next","slow"]`},
		},
		SeeAlso: []string{"sequence", "cmap", "task"},
	},
	Next: func(n *vm.Node, from int) error {
		if from < 0 {
			return startBranches(n)
		}
		return gathering{}.branchReplied(n)
	},
	Other: func(n *vm.Node) error {
		if n.Message().HandledOn == n.Frame().Nid {
			return n.Reply()
		}
		return gathering{}.other(n)
	},
	Adds: &vm.Adds{
		Takes: notOver,
		Branch: func(n *vm.Node, c *vm.Code) error {
			moreBranches(n.Frame(), 1)
			return n.RunPart(c)
		},
	},
	ReceiveClosed: func(n *vm.Node) error {
		return n.InsteadOfLast(func() error { return n.Proceed() })
	},
}

// other sees what a receiver, a merger or a branch gave that is no argument.
func (g gathering) other(n *vm.Node) error {
	f, from := n.Frame(), value.String(n.Message().From.String())
	if value.Equal(f.Slot(ccCall), from) || value.Equal(f.Slot(ccMerging), from) {
		return g.called(n)
	}
	return g.branchReplied(n)
}

// notOver tells why a node takes no more branches.
func notOver(f *vm.Frame, _ []value.Value) error {
	switch {
	case f.Slot(ccBranches).IsNull():
		return errors.New("it has not started its branches yet")
	case f.Slot(ccOver).Truthy():
		return errors.New("enough of its branches have replied")
	}
	return nil
}

func moreBranches(f *vm.Frame, n int) {
	f.SetSlot(ccBranches, value.Int(f.Slot(ccBranches).AsInt()+int64(n)))
}

// called sees what a receiver or a merger gave.
func (g gathering) called(n *vm.Node) error {
	if value.Equal(n.Frame().Slot(ccCall), value.String(n.Message().From.String())) {
		return g.received(n, n.Ret())
	}
	return g.merged(n, mergedBy(n))
}

// bodyAttributes are children of a concurrence that stand for attributes of
// that name: the function is their body.
var bodyAttributes = map[string]bool{"on_receive": true, "on_merge": true, "child_on_error": true, "children_on_error": true}

func startBranches(n *vm.Node) error {
	f := n.Frame()
	readGathering(f)
	var branches []int
	for i := range n.ArgCount() {
		c := n.Arg(i)
		if c.IsLiteral() || !bodyAttributes[c.Head] {
			branches = append(branches, i)
			continue
		}
		fn := n.MakeFunc(c.BodyFunction())
		switch c.Head {
		case "on_receive":
			f.SetSlot(ccReceiver, fn)
		case "on_merge":
			f.SetSlot(ccMerger, fn)
		default:
			f.ChildOn[vm.HandleError] = &vm.Handler{Fn: fn}
		}
	}
	f.SetSlot(ccBranches, value.Int(int64(len(branches))))
	if len(branches) == 0 {
		return n.Reply()
	}
	for _, i := range branches {
		n.Send(n.ArgMessage(i))
	}
	return n.Wait()
}

func readGathering(f *vm.Frame) {
	f.SetSlot(ccPayloads, value.NewObject())
	if v, ok := f.Att("on_merge", "merger", "merge"); ok {
		f.SetSlot(ccMerger, v)
	}
	if v, ok := f.Att("on_receive", "receiver"); ok {
		f.SetSlot(ccReceiver, v)
	}
}

func (g gathering) branchReplied(n *vm.Node) error {
	f := n.Frame()
	from := n.From().String()
	f.SetSlot(ccPayloads, value.FromObject(payloads(f).Set(from, n.Payload().Object())))
	expect, _ := f.Att("expect")
	switch recv := f.Slot(ccReceiver); {
	case expect.Kind() == value.KindInt && expect.AsInt() > 0:
		return g.received(n, value.Bool(int64(payloads(f).Len()) >= expect.AsInt()))
	case recv.IsFunc():
		queue := f.Slot(ccQueue)
		if queue.IsNull() {
			queue = value.NewList()
		}
		f.SetSlot(ccQueue, value.FromList(queue.AsList().Append(value.String(from))))
		return callReceiver(n)
	}
	return g.received(n, value.Bool(int64(payloads(f).Len()) >= f.Slot(ccBranches).AsInt()))
}

func payloads(f *vm.Frame) *value.Object {
	if v := f.Slot(ccPayloads); v.IsObject() {
		return v.AsObject()
	}
	return value.NewObject().AsObject()
}

// callReceiver has the receiver see the next reply, unless it is at one.
func callReceiver(n *vm.Node) error {
	f := n.Frame()
	queue := f.Slot(ccQueue)
	if !f.Slot(ccCall).IsNull() || !queue.IsList() {
		return n.Wait()
	}
	seen := 0
	if v := f.Slot(ccSeen); !v.IsNull() {
		seen = int(v.AsInt())
	}
	from := queue.AsList().At(seen)
	if seen++; seen < queue.AsList().Len() {
		f.SetSlot(ccSeen, value.Int(int64(seen)))
	} else {
		f.SetSlot(ccQueue, value.Null)
		f.SetSlot(ccSeen, value.Null)
	}
	reply, _ := payloads(f).Get(from.AsString())
	call, err := n.Call(f.Slot(ccReceiver),
		vm.Arg{Key: "reply", Value: reply}, vm.Arg{Key: "from", Value: from},
		vm.Arg{Key: "replies", Value: f.Slot(ccPayloads)},
		vm.Arg{Key: "branch_count", Value: f.Slot(ccBranches)},
		vm.Arg{Key: "over", Value: value.Bool(f.Slot(ccOver).Truthy())})
	if err != nil {
		return err
	}
	f.SetSlot(ccCall, value.String(call.String()))
	f.SetSlot(ccCallFrom, from)
	return nil
}

// doneAndPayload reads what receivers and mergers may give instead of a plain
// result: { done: …, payload: … }.
func doneAndPayload(v value.Value) (done, payload value.Value, ok bool) {
	if !v.IsObject() || v.AsObject().Len() != 2 {
		return done, payload, false
	}
	done, hasDone := v.AsObject().Get("done")
	payload, hasPayload := v.AsObject().Get("payload")
	return done, payload, hasDone && hasPayload
}

// received goes on once a reply has been seen: enough tells whether no
// further one is waited for.
func (g gathering) received(n *vm.Node, enough value.Value) error {
	f := n.Frame()
	if done, payload, ok := doneAndPayload(enough); ok {
		f.SetSlot(ccPayloads, value.FromObject(payloads(f).Set(f.Slot(ccCallFrom).AsString(), payload)))
		enough = done
	}
	f.SetSlot(ccCall, value.Null)
	wasOver := f.Slot(ccOver).Truthy()
	var err error
	switch {
	case wasOver:
		err = g.leaveBranches(n)
	case enough.Truthy():
		f.SetSlot(ccOver, value.Bool(true))
		err = g.mergeReplies(n)
	}
	if err != nil {
		return err
	}
	return callReceiver(n)
}

func (g gathering) mergeReplies(n *vm.Node) error {
	f := n.Frame()
	m := f.Slot(ccMerger)
	if !m.IsFunc() {
		return g.merged(n, mergePayloads(readMerging(m), payloads(f), f.Payload.Object()))
	}
	rets := value.NewObject().AsObject()
	for from, p := range payloads(f).All() {
		ret, _ := p.AsObject().Get(vm.RetKey)
		rets = rets.Set(from, ret)
	}
	call, err := n.Call(m, vm.Arg{Key: "rets", Value: value.FromObject(rets)},
		vm.Arg{Key: "replies", Value: f.Slot(ccPayloads)},
		vm.Arg{Key: "branch_count", Value: f.Slot(ccBranches)})
	f.SetSlot(ccMerging, value.String(call.String()))
	return err
}

// mergedBy is the payload that a merging function made.
func mergedBy(n *vm.Node) value.Value {
	if _, payload, ok := doneAndPayload(n.Ret()); ok {
		return payload
	}
	return n.Payload().Object()
}

func (g gathering) merged(n *vm.Node, payload value.Value) error {
	f := n.Frame()
	if f.Slot(ccMerged).IsNull() {
		f.SetSlot(ccMerged, payload)
	}
	return g.leaveBranches(n)
}

// leaveBranches replies, and sees to the branches that are left.
func (g gathering) leaveBranches(n *vm.Node) error {
	f := n.Frame()
	remaining := "cancel"
	if v, ok := f.Att("remaining", "rem"); ok && v.IsString() {
		remaining = v.AsString()
	}
	switch remaining {
	case "forget":
		n.Forget()
	case "wait":
	default:
		n.CancelChildren(vm.Plain)
	}
	waiting := remaining == "wait" && int64(payloads(f).Len()) < f.Slot(ccBranches).AsInt()
	if waiting || f.Slot(ccReplied).Truthy() || f.Slot(ccMerged).IsNull() {
		return nil
	}
	f.SetSlot(ccReplied, value.Bool(true))
	p := vm.NewPayload(f.Slot(ccMerged))
	if g.after != nil {
		p = g.after(f, p)
	}
	n.SetPayload(p)
	return n.Reply()
}
