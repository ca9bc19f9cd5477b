package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var launchFlow = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"launch"},
		Group: sig.Control,
		Doc: "Launches another flow, by name, as an execution of its own, and waits for its end: what is in its payload then is the payload here.\n\n" +
			"The flow is looked for as `import` looks for one. The child has its own id, which starts with that of its parent, its own variables and its own journal. When it fails, and nothing in it handles that, the node fails; the child stays as it failed. When the node is cancelled, so is the child, whose end is not waited for. With `retry:` each attempt launches another child.",
		Attrs: []sig.Attr{
			{Names: []string{"flow", "name"}, Type: sig.FlowName, Doc: "The name of the flow."},
			{Names: []string{"payload"}, Type: sig.Object, Doc: "The payload that it starts with.", Default: "the current one"},
			{Names: []string{"vars"}, Type: sig.Object, Doc: "Its variables.", Default: "none"},
			{Names: []string{"domain"}, Type: sig.String, Doc: "Its domain.", Default: "that of its parent"},
			{Names: []string{"wait"}, Type: sig.Boolean, Doc: "When false, the flow goes on at once, with the child's id in `f.ret`, and hears nothing of it anymore.", Default: "true"},
		},
		Args:       []sig.Arg{{Name: "flow", Type: sig.FlowName, Optional: true, Doc: "The name, where no attribute gives it."}},
		Body:       sig.NoBody,
		Result:     "What the child ended with, or its id.",
		ResultType: sig.Any,
		Waits:      true,
		Examples: []sig.Example{
			{Title: "Waiting for its end", Source: "launch 'invoice' payload: { order: 12 }", Waits: true},
			{Title: "Without a name", Source: "launch _", Error: "null is no name of a flow"},
		},
		SeeAlso: []string{"import", "task", "signal"},
	},
	Next: func(n *vm.Node, _ int) error {
		t, payload, err := childTask(n)
		if err != nil {
			return err
		}
		n.SetPayload(payload)
		return n.Dispatch(t)
	},
	Return: func(n *vm.Node) error { return n.Reply() },
	Cancel: func(n *vm.Node) error {
		if n.Frame().TaskID == "" {
			return n.CancelDefault()
		}
		n.Close(n.Message().Flavour)
		t, _, err := childTask(n)
		t.Withdraw = true
		if err != nil {
			return err
		}
		return n.Dispatch(t)
	},
}

// childTask is the task that a child execution is to its parent, and the
// payload that it starts with.
func childTask(n *vm.Node) (vm.TaskEffect, vm.Payload, error) {
	f := n.Frame()
	t, payload := vm.TaskEffect{Tasker: vm.ChildTasker}, n.Payload()
	name, _ := f.Att("flow", "name", "")
	if !name.IsString() || name.AsString() == "" {
		return t, payload, vm.BadArgument("write launch 'name'", "%s is no name of a flow", value.AppendJSON(nil, name))
	}
	t.Name = name.AsString()
	params := value.NewObject().AsObject()
	for _, key := range []string{"payload", "vars"} {
		if v, ok := f.Att(key); ok && !v.IsNull() {
			if !v.IsObject() {
				return t, payload, vm.BadArgument("write "+key+": { key: value }", "%s: is an object, not %s", key, value.AppendJSON(nil, v))
			}
			if key == "payload" {
				payload = vm.NewPayload(v)
				continue
			}
			params = params.Set(key, v)
		}
	}
	for _, key := range []string{"domain", "wait"} {
		if v, ok := f.Att(key); ok {
			params = params.Set(key, v)
		}
	}
	if n.Unseen() {
		params = params.Set(vm.UnseenParam, value.True)
	}
	t.Params = value.FromObject(params)
	return t, payload, nil
}
