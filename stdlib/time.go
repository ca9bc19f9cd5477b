package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var sleep = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"sleep"},
		Group:      sig.Time,
		Doc:        "Makes a branch sleep for a while, `'2d1m'` for two days and a minute. A number is a number of seconds.",
		Attrs:      []sig.Attr{{Names: []string{"for"}, Type: sig.Duration, Doc: "How long."}},
		Args:       []sig.Arg{{Name: "duration", Type: sig.Duration, Optional: true, Doc: "How long, where `for:` does not say."}},
		Body:       sig.NoBody,
		Result:     "The duration, or `null` where it was given with `for:`.",
		ResultType: sig.Any,
		Waits:      true,
		Examples: []sig.Example{
			{Title: "Two days", Source: "sleep '2d'", Ret: `"2d"`},
			{Title: "How long?", Source: "sleep _", Error: "missing a sleep time duration"},
		},
		SeeAlso: []string{"stall", "timestamp"},
	},
	Done: func(n *vm.Node) error {
		d, ok := n.Frame().Att("for", "")
		if !ok || d.IsNull() {
			return vm.BadDuration("missing a sleep time duration")
		}
		if err := n.Schedule(d); err != nil {
			return err
		}
		return n.Wait()
	},
	Trigger: func(n *vm.Node) error { return n.Reply() },
}

var task = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"task", "participant"},
		Group: sig.People,
		Doc: "Hands a task to a tasker, a person or a program, and waits for it to return the payload. A tasker's name as head does the same: `alice 'clean up'` is `task 'alice' 'clean up'`.\n\n" +
			"All attributes reach the tasker, the keyed ones as the task's parameters.",
		Attrs: []sig.Attr{
			{Names: []string{"by", "for", "assign", "ref"}, Type: sig.TaskerName, Doc: "The tasker."},
			{Names: []string{"with", "task"}, Type: sig.String, Doc: "The name of the task."},
		},
		Args: []sig.Arg{
			{Name: "tasker", Type: sig.TaskerName, Optional: true, Doc: "The tasker, where no attribute names it."},
			{Name: "name", Type: sig.String, Optional: true, Doc: "The name of the task."},
		},
		Body:       sig.NoBody,
		Result:     "What the tasker returned.",
		ResultType: sig.Any,
		Waits:      true,
		Examples: []sig.Example{
			{Title: "Waiting for Alice", Source: "task 'alice' 'clean up' room: 12", Waits: true},
			{Title: "In the order of words", Source: "task 'clean up' by: 'alice'", Waits: true},
		},
		SeeAlso: []string{"concurrence", "sleep"},
	},
	Next: func(n *vm.Node, _ int) error {
		return n.Dispatch(taskOf(n.Frame()))
	},
	Return: func(n *vm.Node) error { return n.Reply() },
	Cancel: func(n *vm.Node) error {
		if n.Frame().TaskID == "" {
			return n.CancelDefault()
		}
		n.Close(n.Message().Flavour)
		t := taskOf(n.Frame())
		t.Withdraw = true
		return n.Dispatch(t)
	},
}

// taskOf reads tasker, name and parameters of a task from its attributes.
func taskOf(f *vm.Frame) vm.TaskEffect {
	var t vm.TaskEffect
	params := value.NewObject().AsObject()
	for _, a := range f.Atts {
		if a.Key == "" {
			t.Args = append(t.Args, a.Value)
		} else {
			params = params.Set(a.Key, a.Value)
		}
	}
	t.Params = value.FromObject(params)
	unkeyed := t.Args
	tasker, ok := f.Att("by", "for", "assign", "ref")
	switch {
	case f.Heat.Kind() == value.KindTasker:
		tasker = f.Heat
	case !ok && len(unkeyed) > 0:
		tasker, unkeyed = unkeyed[0], unkeyed[1:]
	}
	if tasker.Kind() == value.KindTasker {
		t.Tasker = tasker.AsTasker().Name
	} else {
		t.Tasker = value.ToText(tasker)
	}
	name, ok := f.Att("with", "task")
	if !ok && len(unkeyed) > 0 {
		name = unkeyed[0]
	}
	t.Name = value.ToText(name)
	return t
}
