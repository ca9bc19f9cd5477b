package stdlib

import (
	"cmp"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Slots of sort: a binary insertion sort, one comparison a call.
const (
	sortFun    = iota
	sortCol    // the collection, as given
	sortElts   // its elements
	sortNext   // how many of them are in sortSorted
	sortSorted // those in order
	sortLow    // the next goes at sortLow or further on,
	sortHigh   // and at sortHigh or before
)

var sort = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"sort"},
		Group: sig.Collections,
		Doc: "Sorts an array. Numbers are sorted as numbers and strings as strings; elements of different types, and objects, by their JSON.\n\n" +
			"A function of two elements, `a` and `b`, gives another order: `true` or a negative number puts `a` before `b`. Elements that it does not tell apart keep their order. An object is sorted by its `[ key, value ]` pairs, with a function only.",
		Attrs:      []sig.Attr{{Names: []string{"memo", "cache"}, Type: sig.Boolean, Doc: "Accepted for flows written for flor; it changes nothing."}},
		Args:       []sig.Arg{collectionArg, {Name: "function", Type: sig.Function, Optional: true, Doc: "Called with `a` and `b`."}},
		Body:       sig.Arguments,
		Result:     "The sorted collection.",
		ResultType: sig.Collection,
		Examples: []sig.Example{
			{Title: "Numbers", Source: "sort [ 3 1 2 ]", Ret: "[1,2,3]"},
			{Title: "Another order", Source: "sort [ 3 1 2 ] (def a b \\ a > b)", Ret: "[3,2,1]"},
		},
		SeeAlso: []string{"sort_by", "reverse", "max"},
	},
	KeyedFirst: true,
	Gather:     true,
	Done: func(n *vm.Node) error {
		f := n.Frame()
		var fun, col value.Value
		for _, v := range f.Rets {
			switch {
			case v.IsFunc() && fun.IsNull():
				fun = v
			case v.IsCollection() && col.IsNull():
				col = v
			}
		}
		if col.IsNull() {
			col = n.StartRet()
		}
		switch {
		case !col.IsCollection():
			return vm.BadArgument("give it an array", "collection not given to %q", n.Name())
		case elements(col).Len() < 2 || fun.IsNull() && col.IsObject():
			return n.ReplyWith(col)
		case fun.IsNull():
			return n.ReplyWith(sorted(col.AsList(), col.AsList().Slice()))
		}
		elts := elements(col)
		f.SetSlot(sortFun, fun)
		f.SetSlot(sortCol, col)
		f.SetSlot(sortElts, value.FromList(elts))
		f.SetSlot(sortSorted, value.NewList(elts.At(0)))
		f.SetSlot(sortNext, value.Int(1))
		return insertNext(n)
	},
	Other: func(n *vm.Node) error {
		f := n.Frame()
		ret := n.Ret()
		before := ret.Kind() == value.KindBool && ret.AsBool() || ret.IsNumber() && value.ToFloat(ret) < 0
		low, high := f.Slot(sortLow).AsInt(), f.Slot(sortHigh).AsInt()
		if mid := (low + high) / 2; before {
			high = mid
		} else {
			low = mid + 1
		}
		f.SetSlot(sortLow, value.Int(low))
		f.SetSlot(sortHigh, value.Int(high))
		if low < high {
			return compareNext(n)
		}
		next := f.Slot(sortNext).AsInt()
		elt := f.Slot(sortElts).AsList().At(int(next))
		f.SetSlot(sortSorted, value.FromList(f.Slot(sortSorted).AsList().Insert(int(low), elt)))
		f.SetSlot(sortNext, value.Int(next+1))
		return insertNext(n)
	},
}

// insertNext begins to look for the place of the next element.
func insertNext(n *vm.Node) error {
	f := n.Frame()
	next := f.Slot(sortNext).AsInt()
	if int(next) == f.Slot(sortElts).AsList().Len() {
		return n.ReplyWith(asCollection(f.Slot(sortCol), f.Slot(sortSorted).AsList()))
	}
	f.SetSlot(sortLow, value.Int(0))
	f.SetSlot(sortHigh, value.Int(next))
	return compareNext(n)
}

// compareNext compares the next element with the middle one of those that it
// may go before or behind.
func compareNext(n *vm.Node) error {
	f := n.Frame()
	elt := f.Slot(sortElts).AsList().At(int(f.Slot(sortNext).AsInt()))
	mid := (f.Slot(sortLow).AsInt() + f.Slot(sortHigh).AsInt()) / 2
	_, err := n.Call(f.Slot(sortFun), vm.Arg{Key: "a", Value: elt},
		vm.Arg{Key: "b", Value: f.Slot(sortSorted).AsList().At(int(mid))})
	return err
}

// sorted sorts elts by their keys, an array as long. Keys of one comparable
// type are compared as such, others as JSON.
func sorted(elts *value.List, keys []value.Value) value.Value {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	compare := keyOrder(keys)
	slices.SortStableFunc(order, func(i, j int) int { return compare(keys[i], keys[j]) })
	out := make([]value.Value, len(order))
	for i, j := range order {
		out[i] = elts.At(j)
	}
	return value.NewList(out...)
}

func keyOrder(keys []value.Value) func(a, b value.Value) int {
	comparable := !slices.ContainsFunc(keys, func(v value.Value) bool {
		_, err := value.Compare(keys[0], v)
		return err != nil
	})
	if comparable {
		return func(a, b value.Value) int {
			c, err := value.Compare(a, b)
			if err != nil { // arrays whose elements do not compare
				return strings.Compare(sortText(a), sortText(b))
			}
			return c
		}
	}
	return func(a, b value.Value) int { return cmp.Compare(sortText(a), sortText(b)) }
}

func sortText(v value.Value) string { return value.ToText(nullAsJSON(v)) }

// nullAsJSON keeps null apart from the empty string among texts.
func nullAsJSON(v value.Value) value.Value {
	if v.IsNull() {
		return value.String("null")
	}
	return v
}

var sortByIterator = iterator{
	sig: sig.Proc{
		Names:      []string{"sort_by"},
		Group:      sig.Collections,
		Doc:        "Sorts a collection by what a function gives for each element. Elements for which it gives the same keep their order.",
		Args:       []sig.Arg{collectionArg, functionArg(false)},
		Result:     "The sorted collection.",
		ResultType: sig.Collection,
		Examples: []sig.Example{
			{Title: "By a field", Source: "sort_by [ { n: 2 } { n: 1 } ] (def e \\ e.n)", Ret: `[{"n":1},{"n":2}]`},
			{Title: "An object by its values", Source: "sort_by { a: 2, b: 1 } (def k v \\ v)", Ret: `{"b":1,"a":2}`},
		},
		SeeAlso: []string{"sort"},
	},
	each: mapIterator.each,
	result: func(f *vm.Frame, _ bool) (value.Value, error) {
		elts, keys := f.Slot(itElts).AsList(), f.Slot(itRes).AsList().Slice()
		if len(keys) == 0 {
			return f.Slot(itCol), nil
		}
		return asCollection(f.Slot(itCol), sorted(elts, keys).AsList()), nil
	},
}

var sortBy = sortByIterator.procedure()
