package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var signal = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"signal"},
		Group: sig.Handlers,
		Doc: "Emits a signal, which `on` and `trap` wait for. Its children run first; the payload that they leave goes with the signal.\n\n" +
			"With `exid:` the signal goes to another execution. There it is for the whole execution, wherever the `on` or `trap` stands.",
		Attrs: []sig.Attr{
			{Names: []string{"name"}, Type: sig.SignalName, Doc: "The name of the signal."},
			{Names: []string{"exid"}, Type: sig.String, Doc: "The execution that it is for.", Default: "this one"},
			{Names: []string{"payload"}, Type: sig.Object, Doc: "The payload that goes with it.", Default: "the current one"},
		},
		Args:       []sig.Arg{{Name: "name", Type: sig.SignalName, Optional: true, Doc: "The name, where `name:` does not say."}},
		Body:       sig.Sequence,
		Result:     "What the last child gave, or the name.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A signal", Source: "set l []\non 'close'\n  push l sig\nsignal 'close'\nstall timeout: '1s'\nl", Ret: `["close"]`},
			{Title: "With a payload", Source: "set l []\non 'close'\n  push l f.reason\nsignal 'close' payload: { reason: 'late' }\nstall timeout: '1s'\nl", Ret: `["late"]`},
		},
		SeeAlso: []string{"on", "trap"},
	},
	Done: func(n *vm.Node) error {
		f := n.Frame()
		name, _ := f.Att("name", "")
		if name.IsNull() {
			return n.Reply()
		}
		if !name.IsString() {
			return vm.BadArgument("write signal 'close'", "%s is no name of a signal", value.AppendJSON(nil, name))
		}
		payload := n.Payload()
		if v, ok := f.Att("payload"); ok {
			if !v.IsObject() {
				return vm.BadArgument("write payload: { key: value }", "%s is no payload", value.AppendJSON(nil, v))
			}
			payload = vm.NewPayload(v)
		}
		exid, ok := f.Att("exid")
		if ok && !exid.IsString() {
			return vm.BadArgument("exid: takes the id of an execution, such as exe.exid there", "%s is no id of an execution", value.AppendJSON(nil, exid))
		}
		if ok {
			n.SignalTo(exid.AsString(), name.AsString(), payload)
		} else {
			n.Signal(name.AsString(), payload)
		}
		return n.Reply()
	},
}
