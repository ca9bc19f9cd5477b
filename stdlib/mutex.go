package stdlib

import (
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// maxMutexName bounds, in bytes, the names of mutexes that executions share.
const maxMutexName = 200

var mutex = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"mutex"},
		Group: sig.Concurrency,
		Doc: "Runs its children in sequence while no other branch of the execution is inside of a mutex of the same name. Who comes first is let in first.\n\n" +
			"A branch leaves with the end of the node, also when that is cancelled or killed, or fails and a handler further up goes on. A failure that nothing handles keeps the branch inside, until somebody has seen to it. A mutex within one of the same name is an error, since the branch would wait for itself. With `retry:` on the node each attempt waits for its turn anew.\n\n" +
			"With `range: 'domain'` the mutex is one for all executions of the domain, which come in the order in which they got there, too.",
		Attrs: []sig.Attr{
			{Names: []string{"range", "scope"}, Type: sig.String, Doc: "Who shares the mutex: `'execution'`, the branches of the execution; or `'domain'`, all executions of its domain.", Default: "'execution'",
				Values: []string{"'execution'", "'domain'"}},
		},
		Args:       []sig.Arg{{Name: "name", Type: sig.String, Doc: "The name."}},
		Body:       sig.Sequence,
		Result:     "What the last child left.",
		ResultType: sig.Any,
		Waits:      true,
		Examples: []sig.Example{
			{Title: "One at a time", Source: "set l []\nconcurrence\n  mutex 'oven'\n    push l 'bread in'\n    sleep '1h'\n    push l 'bread out'\n  mutex 'oven'\n    push l 'cake in'\n    sleep '20m'\n    push l 'cake out'\nl", Ret: `["bread in","bread out","cake in","cake out"]`},
			{Title: "One execution at a time", Source: "mutex 'oven' range: 'domain'\n  task 'baker' 'bread'", Waits: true},
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
		switch v, _ := n.Frame().Att("range", "scope"); {
		case v.IsNull(), v.IsString() && v.AsString() == string(vm.InExecution):
			return n.Lock(name.AsString())
		case v.IsString() && v.AsString() == string(vm.InDomain):
			if s := name.AsString(); len(s) > maxMutexName || strings.Contains(s, "\x00") {
				return vm.BadArgument("a name of up to 200 bytes, without zero bytes", "this is no name of a mutex that executions share")
			}
			return n.LockInDomain(name.AsString())
		default:
			return vm.BadArgument("write 'execution' or 'domain'", "%s is no range of a mutex", value.AppendJSON(nil, v))
		}
	},
	Other: func(n *vm.Node) error {
		n.SetRet(n.StartRet())
		return n.RunNext(-1)
	},
}
