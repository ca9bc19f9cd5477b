package stdlib

import (
	"errors"
	"fmt"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Slots of the iterators.
const (
	itFun  = iota // the function
	itCol  = iota // the collection, as given
	itElts        // its elements, an array; those of an object are pairs
	itIdx         // the number of the element at work
	itRes         // what was gathered
)

// iterator is what the procedures that call a function for each element of a
// collection have in common, and what sets them apart.
type iterator struct {
	sig sig.Proc
	// block takes the children as the body of the function.
	block bool
	// optional does without a function: it gives none's result.
	optional bool
	none     func(col value.Value) value.Value
	// begin prepares what is gathered: rest are the arguments that are neither
	// the function nor the collection.
	begin func(f *vm.Frame, rest []value.Value)
	// each sees what the function gave for the element at work; it tells
	// whether the iteration is over.
	each func(f *vm.Frame, ret value.Value) bool
	// result gives what the node leaves in f.ret; over tells whether each
	// ended the iteration, last is what the function gave last.
	result func(f *vm.Frame, over bool) (value.Value, error)
	// first are arguments that go before the element.
	first func(f *vm.Frame) []vm.Arg
	// procs lets a procedure stand for the function: v.+.
	procs bool
}

func (it *iterator) procedure() *vm.Procedure {
	if it.block {
		it.sig.Body = sig.Block
	} else {
		it.sig.Body = sig.Arguments
	}
	return &vm.Procedure{
		Sig:        it.sig,
		KeyedFirst: true,
		Direct:     it.direct,
		Start: func(n *vm.Node) error {
			n.OpenScope()
			if it.block {
				n.Pass(1) // it becomes the one that takes a function
			}
			return nil
		},
		Next: func(n *vm.Node, from int) error {
			f := n.Frame()
			if from >= 0 {
				f.Rets = append(f.Rets, n.Ret())
			}
			if next := from + 1; next < n.ArgCount() && !(it.block && n.IsChild(next)) {
				return n.Run(next)
			}
			if it.block && n.Block() != nil {
				n.Pass(2)
				f.Rets = append(f.Rets, n.MakeFunc(n.Block()))
			}
			return it.start(n)
		},
		Other: func(n *vm.Node) error {
			f := n.Frame()
			over := it.each(f, n.Ret())
			f.SetSlot(itIdx, value.Int(f.Slot(itIdx).AsInt()+1))
			return it.next(n, over)
		},
		Adds: &vm.Adds{
			Takes: func(f *vm.Frame, more []value.Value) error {
				if !f.Slot(itElts).IsList() {
					return errors.New("it has not begun to iterate yet")
				}
				return fitting(f.Slot(itCol), more)
			},
			Elements: func(n *vm.Node, more []value.Value) error {
				f := n.Frame()
				elts := f.Slot(itElts).AsList()
				for _, e := range elements(joined(emptyLike(f.Slot(itCol)), more)).All() {
					elts = elts.Append(e)
				}
				f.SetSlot(itCol, joined(f.Slot(itCol), more))
				f.SetSlot(itElts, value.FromList(elts))
				return n.Wait()
			},
		},
	}
}

// fitting tells why elements cannot be added to a collection.
func fitting(col value.Value, more []value.Value) error {
	for _, e := range more {
		if !col.IsObject() {
			continue
		}
		if !e.IsObject() {
			return fmt.Errorf("it iterates over an object: %s is none", value.AppendJSON(nil, e))
		}
		for k := range e.AsObject().All() {
			if _, there := col.AsObject().Get(k); there {
				return fmt.Errorf("the object that it iterates over has a %q already", k)
			}
		}
	}
	return nil
}

func emptyLike(col value.Value) value.Value {
	if col.IsObject() {
		return value.NewObject()
	}
	return value.NewList()
}

// joined is the collection with more elements, an object with the members of
// more objects.
func joined(col value.Value, more []value.Value) value.Value {
	for _, e := range more {
		if col.IsObject() {
			col = value.FromObject(col.AsObject().Merge(e.AsObject()))
		} else {
			col = value.FromList(col.AsList().Append(e))
		}
	}
	return col
}

// start sorts the arguments out and begins to iterate.
func (it *iterator) start(n *vm.Node) error {
	f := n.Frame()
	fun, col, rest := it.sort(n.StartRet(), f.Rets)
	f.Rets = nil
	switch {
	case fun.IsNull() && !it.optional:
		return vm.BadArgument("give it one, as in map [ 1 2 ] (def x \\ x + 1)", "function not given to %q", n.Name())
	case !col.IsCollection():
		return vm.BadArgument("give it an array or an object", "collection not given to %q", n.Name())
	case fun.IsNull():
		return n.ReplyWith(it.none(col))
	}
	it.prepare(f, fun, col, rest)
	return it.next(n, false)
}

func (it *iterator) prepare(f *vm.Frame, fun, col value.Value, rest []value.Value) {
	f.Slots = []value.Value{itFun: fun, itCol: col, itElts: value.FromList(elements(col)), itIdx: value.Int(0), itRes: value.NewList()}
	if it.begin != nil {
		it.begin(f, rest)
	}
}

// sort tells function, collection and other arguments apart.
func (it *iterator) sort(ret value.Value, args []value.Value) (fun, col value.Value, rest []value.Value) {
	for _, a := range args {
		switch {
		case a.IsFunc() || it.procs && a.Kind() == value.KindProc:
			if fun.IsNull() {
				fun = a
			}
		case a.IsCollection():
			if col.IsNull() {
				col = a
				continue
			}
			rest = append(rest, a)
		default:
			rest = append(rest, a)
		}
	}
	if col.IsNull() {
		col = ret
	}
	return fun, col, rest
}

// next calls the function for the element at work, or ends the node.
func (it *iterator) next(n *vm.Node, over bool) error {
	f := n.Frame()
	elts := f.Slot(itElts).AsList()
	for {
		idx := int(f.Slot(itIdx).AsInt())
		if over || idx >= elts.Len() {
			v, err := it.result(f, over)
			if err != nil {
				return err
			}
			return n.ReplyWith(v)
		}
		var args []vm.Arg
		if it.first != nil {
			args = it.first(f)
		}
		args = append(args, elementArgs(f.Slot(itCol), elts, idx)...)
		fun := f.Slot(itFun)
		if fun.Kind() != value.KindProc {
			_, err := n.Call(fun, args...)
			return err
		}
		ret, err := n.CallProcedure(fun.AsProc().Name, args[0].Value, args[1].Value)
		if err != nil {
			return err
		}
		over = it.each(f, ret)
		f.SetSlot(itIdx, value.Int(int64(idx+1)))
	}
}

// elements returns the elements of an array, the pairs of an object.
func elements(col value.Value) *value.List {
	if col.IsList() {
		return col.AsList()
	}
	o := col.AsObject()
	pairs := make([]value.Value, 0, o.Len())
	for k, v := range o.All() {
		pairs = append(pairs, value.NewList(value.String(k), v))
	}
	return value.ListOf(pairs)
}

// elementArgs are the arguments with which a function is called for an
// element: elt, or key and val, then idx and len.
func elementArgs(col value.Value, elts *value.List, idx int) []vm.Arg {
	e := elts.At(idx)
	args := make([]vm.Arg, 0, 4)
	if col.IsList() {
		args = append(args, vm.Arg{Key: "elt", Value: e})
	} else {
		pair := e.AsList()
		args = append(args, vm.Arg{Key: "key", Value: pair.At(0)}, vm.Arg{Key: "val", Value: pair.At(1)})
	}
	return append(args, vm.Arg{Key: "idx", Value: value.Int(int64(idx))},
		vm.Arg{Key: "len", Value: value.Int(int64(elts.Len()))})
}

func gather(f *vm.Frame, v value.Value) {
	f.SetSlot(itRes, value.FromList(f.Slot(itRes).AsList().Append(v)))
}

func element(f *vm.Frame) value.Value {
	return f.Slot(itElts).AsList().At(int(f.Slot(itIdx).AsInt()))
}

// gathered gives what was gathered: pairs of an object make an object again.
func gathered(f *vm.Frame, _ bool) (value.Value, error) {
	return asCollection(f.Slot(itCol), f.Slot(itRes).AsList()), nil
}

func asCollection(col value.Value, elts *value.List) value.Value {
	if col.IsList() {
		return value.FromList(elts)
	}
	members := make([]value.Member, 0, elts.Len())
	for _, e := range elts.All() {
		pair := e.AsList()
		members = append(members, value.Member{Key: value.ToText(pair.At(0)), Value: pair.At(1)})
	}
	return value.FromObject(value.ObjectOf(members))
}

// direct evaluates the whole iteration.
func (it *iterator) direct(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
	var evals []vm.Eval
	if !it.block {
		evals = dc.ArgEvals(c, keyedFirst)
	} else if evals = dc.AttrEvals(c); evals != nil && c.Block() != nil {
		evals = append(evals, func(d *vm.Direct, _ value.Value) value.Value { return d.MakeFunc(c.Block()) })
	}
	if len(evals) == 0 {
		return nil
	}
	return func(d *vm.Direct, ret value.Value) value.Value {
		return d.Scoped(c, func() value.Value { return it.iterate(d, evals, ret) })
	}
}

func (it *iterator) iterate(d *vm.Direct, evals []vm.Eval, ret value.Value) value.Value {
	start := ret
	args := make([]value.Value, len(evals))
	for i, e := range evals {
		ret = e(d, ret)
		args[i] = ret
	}
	fun, col, rest := it.sort(start, args)
	if fun.IsNull() && !it.optional || !col.IsCollection() {
		d.Fail()
	}
	if fun.IsNull() {
		return it.none(col)
	}
	var f vm.Frame
	it.prepare(&f, fun, col, rest)
	var elts = f.Slot(itElts).AsList().Slice()
	values := make([]value.Value, 0, 5)
	keys, over := it.keys(col), false
	for i := 0; i < len(elts) && !over; i++ {
		values = values[:0]
		if it.first != nil {
			values = append(values, it.first(&f)[0].Value)
		}
		if col.IsList() {
			values = append(values, elts[i])
		} else {
			values = append(values, elts[i].AsList().Slice()...)
		}
		if fun.IsFunc() {
			values = append(values, value.Int(int64(i)), value.Int(int64(len(elts))))
			ret = d.Call(fun.AsFunc(), keys, values, ret)
		} else {
			d.Step()
			ret = d.CallProcedure(fun.AsProc().Name, values[0], values[1])
		}
		over = it.each(&f, ret)
		f.Slots[itIdx] = value.Int(int64(i + 1))
	}
	v, err := it.result(&f, over)
	if err != nil {
		d.Fail()
	}
	return v
}

var (
	listKeys   = []string{"res", "elt", "idx", "len"}
	objectKeys = []string{"res", "key", "val", "idx", "len"}
)

// keys are those of the arguments that the function is called with.
func (it *iterator) keys(col value.Value) []string {
	keys := listKeys
	if col.IsObject() {
		keys = objectKeys
	}
	if it.first == nil {
		keys = keys[1:]
	}
	return keys
}
