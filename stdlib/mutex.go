package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var mutex = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"mutex"},
		Group: sig.Concurrency,
		Doc: "Runs its children in sequence while no other branch of the execution is inside of a mutex of the same name. Who comes first is let in first.\n\n" +
			"A branch leaves with the end of the node, also when that is cancelled or killed, or fails and a handler further up goes on. A failure that nothing handles keeps the branch inside, until somebody has seen to it. A mutex within one of the same name is an error, since the branch would wait for itself. With `retry:` on the node each attempt waits for its turn anew.",
		Args:       []sig.Arg{{Name: "name", Type: sig.String, Doc: "The name."}},
		Body:       sig.Sequence,
		Result:     "What the last child left.",
		ResultType: sig.Any,
		Waits:      true,
		Examples: []sig.Example{
			{Title: "One at a time", Source: "set l []\nconcurrence\n  mutex 'oven'\n    push l 'bread in'\n    sleep '1h'\n    push l 'bread out'\n  mutex 'oven'\n    push l 'cake in'\n    sleep '20m'\n    push l 'cake out'\nl", Ret: `["bread in","bread out","cake in","cake out"]`},
			{Title: "Within itself", Source: "mutex 'oven'\n  mutex 'oven'\n    'bread'", Error: `this is inside of mutex "oven" already, since line 1`},
		},
		SeeAlso: []string{"concurrence", "sequence"},
	},
	Next: func(n *vm.Node, from int) error {
		if from >= 0 {
			return n.RunNext(from)
		}
		name, _ := n.Frame().Att("")
		if !name.IsString() || name.AsString() == "" {
			return vm.BadArgument("write mutex 'name'", "%s is no name of a mutex", value.AppendJSON(nil, name))
		}
		return n.Lock(name.AsString())
	},
	Other: func(n *vm.Node) error {
		n.SetRet(n.StartRet())
		return n.RunNext(-1)
	},
}
