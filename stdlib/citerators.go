package stdlib

import (
	"errors"
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// concurrently makes an iterator that calls the function for all elements at
// the same time. Ret is what the node leaves in f.ret; block takes the
// children as the body of the function.
func concurrently(s sig.Proc, block bool, ret func(f *vm.Frame) value.Value) *vm.Procedure {
	g := gathering{after: func(f *vm.Frame, p vm.Payload) vm.Payload { return p.WithRet(ret(f)) }}
	s.Group, s.Attrs, s.Body = sig.Concurrency, gatheringAttrs, sig.Arguments
	s.Args = []sig.Arg{collectionArg}
	if block {
		s.Body = sig.Block
		s.Args = append(s.Args, sig.Arg{Name: "names", Type: sig.Path, Optional: true, Repeated: true,
			Doc: "Other names, as `v.x` or `f.x`, for `elt` (or `key` and `val`), `idx` and `len`."})
	} else {
		s.Args = append(s.Args, functionArg(true))
	}
	return &vm.Procedure{
		Sig:        s,
		KeyedFirst: true,
		Start: func(n *vm.Node) error {
			if block {
				n.Pass(1) // it becomes the one that takes a function
			}
			return nil
		},
		Next: func(n *vm.Node, from int) error {
			f := n.Frame()
			if from >= 0 {
				f.Rets = append(f.Rets, n.Ret())
			}
			switch next := from + 1; {
			case next >= n.ArgCount() || block && n.IsChild(next):
			case n.Arg(next).RefText() != "" && !n.IsChild(next):
				return n.RunAs(next, "_reff", nil) // it may be a name for the element
			default:
				return n.Run(next)
			}
			if block && n.Block() != nil {
				f.Rets = append(f.Rets, blockFunction(n))
			}
			return startIteration(n, ret)
		},
		Other: func(n *vm.Node) error {
			return g.other(n)
		},
		Adds: &vm.Adds{
			Takes: func(f *vm.Frame, more []value.Value) error {
				return errors.Join(notOver(f, more), fitting(f.Slot(ccElements), more))
			},
			Elements: addConcurrently,
		},
	}
}

// startIteration sorts the arguments out and calls the function for each
// element.
func startIteration(n *vm.Node, ret func(f *vm.Frame) value.Value) error {
	f := n.Frame()
	var fun, col value.Value
	var names []value.Value
	for i, a := range f.Rets {
		switch code := n.Arg(i); {
		case a.IsFunc() && fun.IsNull():
			fun = a
		case a.IsCollection() && col.IsNull():
			col = a
		case code != nil && code.RefText() != "":
			names = append(names, value.String(code.RefText()))
		}
	}
	if col.IsNull() {
		col = n.StartRet()
	}
	if !col.IsCollection() {
		return vm.BadArgument("give it an array or an object", "collection not given to %q", n.Name())
	}
	if fun.IsNull() {
		return n.ReplyWith(col)
	}
	readGathering(f)
	elts := elements(col)
	f.Rets = nil
	f.SetSlot(ccElements, col)
	f.SetSlot(ccBranches, value.Int(int64(elts.Len())))
	if elts.Len() == 0 {
		return n.ReplyWith(ret(f))
	}
	f.SetSlot(ccFunction, fun)
	f.SetSlot(ccNames, value.NewList(names...))
	return callConcurrently(n, 0)
}

// callConcurrently calls the function for the elements from one on.
func callConcurrently(n *vm.Node, from int) error {
	f := n.Frame()
	col, names := f.Slot(ccElements), f.Slot(ccNames).AsList()
	elts := elements(col)
	for i := from; i < elts.Len(); i++ {
		args := elementArgs(col, elts, i)
		for j := range min(len(args), names.Len()) {
			args[j].Key = names.At(j).AsString()
		}
		if _, err := n.Call(f.Slot(ccFunction), args...); err != nil {
			return err
		}
	}
	return nil
}

// addConcurrently calls the function for elements that come from outside.
func addConcurrently(n *vm.Node, more []value.Value) error {
	f := n.Frame()
	before := elements(f.Slot(ccElements)).Len()
	f.SetSlot(ccElements, joined(f.Slot(ccElements), more))
	after := elements(f.Slot(ccElements)).Len()
	moreBranches(f, after-before)
	return callConcurrently(n, before)
}

// resultsInOrder lists what the branches gave, in the order of the elements.
func resultsInOrder(f *vm.Frame) value.Value {
	type result struct {
		number int64
		ret    value.Value
	}
	var rs []result
	for from, p := range payloads(f).All() {
		nid, _ := vm.ParseNID(from)
		ret, _ := p.AsObject().Get(vm.RetKey)
		rs = append(rs, result{nid.Sub, ret})
	}
	slices.SortFunc(rs, func(a, b result) int { return int(a.number - b.number) })
	list := make([]value.Value, len(rs))
	for i, r := range rs {
		list[i] = r.ret
	}
	return value.NewList(list...)
}

func theCollection(f *vm.Frame) value.Value { return f.Slot(ccElements) }

const concurrentDoc = " It goes on when all have replied, or as many as `expect:` says; the payloads are merged as `concurrence` does."

var cmapProc = concurrently(sig.Proc{
	Names:      []string{"cmap", "c-map"},
	Doc:        "Calls a function for each element, for all of them at the same time, and gives the results, in an array." + concurrentDoc,
	Result:     "The results, in the order of the elements.",
	ResultType: sig.Array,
	Examples: []sig.Example{
		{Title: "An array", Source: "cmap [ 1 2 3 ]\n  def x \\ x * 2", Ret: "[2,4,6]"},
		{Title: "The first to reply", Source: "cmap [ 2 1 3 ] expect: 1\n  def x\n    sleep x\n    \"after $(x)s\"", Ret: `["after 1s"]`},
	},
	SeeAlso: []string{"ccollect", "map", "concurrence"},
}, false, resultsInOrder)

var ccollect = concurrently(sig.Proc{
	Names:      []string{"ccollect", "c-collect"},
	Doc:        "Does what `cmap` does. " + blockDoc,
	Result:     "The results, in the order of the elements.",
	ResultType: sig.Array,
	Examples: []sig.Example{
		{Title: "With elt", Source: "ccollect [ 10 11 ]\n  [ idx elt ]", Ret: "[[0,10],[1,11]]"},
		{Title: "Under another name", Source: "ccollect { a: 1, b: 2 } v.name v.count\n  \"$(name)$(count)\"", Ret: `["a1","b2"]`},
	},
	SeeAlso: []string{"cmap", "collect"},
}, true, resultsInOrder)

var cForEach = concurrently(sig.Proc{
	Names:      []string{"c-for-each"},
	Doc:        "Calls a function for each element, for all of them at the same time, for what it does rather than for what it gives." + concurrentDoc,
	Result:     "The collection.",
	ResultType: sig.Collection,
	Examples: []sig.Example{
		{Title: "An array", Source: "set l []\nc-for-each [ 2 1 ]\n  def x\n    sleep x\n    push l x\nl", Ret: "[1,2]"},
		{Title: "It gives the collection", Source: "c-for-each { a: 1 }\n  def key val \\ 0", Ret: `{"a":1}`},
	},
	SeeAlso: []string{"ceach", "for-each", "concurrence"},
}, false, theCollection)

var ceach = concurrently(sig.Proc{
	Names:      []string{"ceach", "c-each"},
	Doc:        "Does what `c-for-each` does. " + blockDoc,
	Result:     "The collection.",
	ResultType: sig.Collection,
	Examples: []sig.Example{
		{Title: "With elt", Source: "set l []\nceach [ 10 11 ]\n  push l [ idx elt ]\nl", Ret: "[[0,10],[1,11]]"},
		{Title: "Asking several people", Source: "ceach [ 'alice' 'bob' ]\n  task elt 'review'", Waits: true},
	},
	SeeAlso: []string{"c-for-each", "each"},
}, true, theCollection)
