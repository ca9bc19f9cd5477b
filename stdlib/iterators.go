package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var collectionArg = sig.Arg{Name: "collection", Type: sig.Collection, Optional: true, Doc: "An array or an object; `f.ret` where it is left out."}

func functionArg(optional bool) sig.Arg {
	return sig.Arg{Name: "function", Type: sig.Function, Optional: optional,
		Doc: "Called with `elt` (`key` and `val` for an object), `idx` and `len`, by position or by these names."}
}

const blockDoc = "The children are the body of the function; they see the element as `elt` (`key` and `val` for an object), its number as `idx` and how many there are as `len`."

// withBlock gives an iterator its twin that takes the children as the body of
// the function.
func withBlock(it iterator, names []string, like string, examples ...sig.Example) *vm.Procedure {
	it.sig.Names = names
	it.block = true
	it.sig.Doc = "Does what `" + like + "` does. " + blockDoc
	it.sig.Args = []sig.Arg{collectionArg}
	it.sig.Examples = examples
	it.sig.SeeAlso = []string{like}
	return it.procedure()
}

var mapIterator = iterator{
	sig: sig.Proc{
		Names:      []string{"map"},
		Group:      sig.Collections,
		Doc:        "Calls a function for each element and gives the results, in an array. Without a function it gives the collection.",
		Args:       []sig.Arg{collectionArg, functionArg(true)},
		Result:     "The results, in order.",
		ResultType: sig.Array,
		Examples: []sig.Example{
			{Title: "An array", Source: "map [ 1 2 3 ]\n  def x \\ x * 2", Ret: "[2,4,6]"},
			{Title: "An object", Source: "map { a: 1, b: 2 }\n  def k v \\ [ v k ]", Ret: `[[1,"a"],[2,"b"]]`},
		},
		SeeAlso: []string{"collect", "filter", "reduce", "for-each"},
	},
	optional: true,
	none:     func(col value.Value) value.Value { return col },
	each: func(f *vm.Frame, ret value.Value) bool {
		gather(f, ret)
		return false
	},
	result: func(f *vm.Frame, _ bool) (value.Value, error) { return f.Slot(itRes), nil },
}

var mapProc = mapIterator.procedure()

var collect = withBlock(mapIterator, []string{"collect"}, "map",
	sig.Example{Title: "With elt", Source: "collect [ 1 2 3 ]\n  elt * 2", Ret: "[2,4,6]"},
	sig.Example{Title: "With key and val", Source: "collect { a: 1 }\n  [ key val idx len ]", Ret: `[["a",1,0,1]]`})

var forEachIterator = iterator{
	sig: sig.Proc{
		Names:      []string{"for-each"},
		Group:      sig.Collections,
		Doc:        "Calls a function for each element, for what it does rather than for what it gives.",
		Args:       []sig.Arg{collectionArg, functionArg(false)},
		Result:     "The collection.",
		ResultType: sig.Collection,
		Examples: []sig.Example{
			{Title: "An array", Source: "set l []\nfor-each [ 1 2 ]\n  def x \\ push l (x * 2)\nl", Ret: "[2,4]"},
			{Title: "It gives the collection", Source: "for-each [ 1 2 ]\n  def x \\ 0", Ret: "[1,2]"},
		},
		SeeAlso: []string{"each", "map"},
	},
	each:   func(*vm.Frame, value.Value) bool { return false },
	result: func(f *vm.Frame, _ bool) (value.Value, error) { return f.Slot(itCol), nil },
}

var forEach = forEachIterator.procedure()

var each = withBlock(forEachIterator, []string{"each"}, "for-each",
	sig.Example{Title: "With elt", Source: "set l []\neach [ 1 2 ]\n  push l (elt * 2)\nl", Ret: "[2,4]"},
	sig.Example{Title: "With key and val", Source: "set l []\neach { a: 'A' }\n  push l \"$(key)$(val)\"\nl", Ret: `["aA"]`})

func filterIterator(keep bool, s sig.Proc) iterator {
	return iterator{
		sig: s,
		each: func(f *vm.Frame, ret value.Value) bool {
			if ret.Truthy() == keep {
				gather(f, element(f))
			}
			return false
		},
		result: gathered,
	}
}

var filterKeep = filterIterator(true, sig.Proc{
	Names:      []string{"filter"},
	Group:      sig.Collections,
	Doc:        "Keeps the elements for which a function gives true.",
	Args:       []sig.Arg{collectionArg, functionArg(false)},
	Result:     "A collection of the same kind with those elements.",
	ResultType: sig.Collection,
	Examples: []sig.Example{
		{Title: "An array", Source: "filter [ 1 2 3 4 ]\n  def x \\ x % 2 == 0", Ret: "[2,4]"},
		{Title: "An object", Source: "filter { a: 1, b: 2 }\n  def k v \\ v > 1", Ret: `{"b":2}`},
	},
	SeeAlso: []string{"select", "filter-out", "find", "map"},
})

var filterDrop = filterIterator(false, sig.Proc{
	Names:      []string{"filter-out"},
	Group:      sig.Collections,
	Doc:        "Drops the elements for which a function gives true.",
	Args:       []sig.Arg{collectionArg, functionArg(false)},
	Result:     "A collection of the same kind with the others.",
	ResultType: sig.Collection,
	Examples: []sig.Example{
		{Title: "An array", Source: "filter-out [ 1 2 3 4 ]\n  def x \\ x % 2 == 0", Ret: "[1,3]"},
		{Title: "An object", Source: "filter-out { a: 1, b: 2 }\n  def k v \\ v > 1", Ret: `{"a":1}`},
	},
	SeeAlso: []string{"reject", "filter"},
})

var (
	filter    = filterKeep.procedure()
	filterOut = filterDrop.procedure()
	selectBy  = withBlock(filterKeep, []string{"select"}, "filter",
		sig.Example{Title: "With elt", Source: "select [ 1 2 3 4 ]\n  elt > 2", Ret: "[3,4]"},
		sig.Example{Title: "With val", Source: "select { a: 1, b: 2 }\n  val == 2", Ret: `{"b":2}`})
	reject = withBlock(filterDrop, []string{"reject"}, "filter-out",
		sig.Example{Title: "With elt", Source: "reject [ 1 2 3 4 ]\n  elt > 2", Ret: "[1,2]"},
		sig.Example{Title: "With key", Source: "reject { a: 1, b: 2 }\n  key == 'b'", Ret: `{"a":1}`})
)

// over ends an iteration at the first element for which the function gives
// true.
func untilTrue(_ *vm.Frame, ret value.Value) bool { return ret.Truthy() }

// found gives the element at which the iteration ended, if it did.
func found(f *vm.Frame, over bool) (value.Value, error) {
	if !over {
		return value.Null, nil
	}
	return f.Slot(itElts).AsList().At(int(f.Slot(itIdx).AsInt()) - 1), nil
}

var findIterator = iterator{
	sig: sig.Proc{
		Names:      []string{"find"},
		Group:      sig.Collections,
		Doc:        "Gives the first element for which a function gives true.",
		Args:       []sig.Arg{collectionArg, functionArg(false)},
		Result:     "The element, `[ key, value ]` of an object, or `null` where there is none.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "An array", Source: "find [ 1 2 3 ]\n  def x \\ x > 1", Ret: "2"},
			{Title: "An object", Source: "find { a: 1, b: 2 }\n  def k v \\ v == 2", Ret: `["b",2]`},
			{Title: "None", Source: "find [ 1 2 3 ]\n  def x \\ x > 3", Ret: "null"},
		},
		SeeAlso: []string{"detect", "any?", "filter"},
	},
	each:   untilTrue,
	result: found,
}

var find = findIterator.procedure()

var detect = withBlock(findIterator, []string{"detect"}, "find",
	sig.Example{Title: "With elt", Source: "detect [ 1 2 3 ]\n  elt > 1", Ret: "2"},
	sig.Example{Title: "None", Source: "detect [ 1 2 3 ]\n  elt > 3", Ret: "null"})

var anyIterator = iterator{
	sig: sig.Proc{
		Names:      []string{"any?"},
		Group:      sig.Collections,
		Doc:        "Tells whether a function gives true for at least one element. Without a function it tells whether an element is true in itself; an object only has to have one.",
		Args:       []sig.Arg{collectionArg, functionArg(true)},
		Result:     "`true` or `false`.",
		ResultType: sig.Boolean,
		Examples: []sig.Example{
			{Title: "With a function", Source: "any? [ 1 2 3 ]\n  def x \\ x > 2", Ret: "true"},
			{Title: "Without", Source: "any? [ false null ]", Ret: "false"},
		},
		SeeAlso: []string{"all?", "find", "empty?"},
	},
	optional: true,
	none: func(col value.Value) value.Value {
		if col.IsObject() {
			return value.Bool(col.AsObject().Len() > 0)
		}
		for _, e := range col.AsList().All() {
			if e.Truthy() {
				return value.Bool(true)
			}
		}
		return value.Bool(false)
	},
	each:   untilTrue,
	result: func(_ *vm.Frame, over bool) (value.Value, error) { return value.Bool(over), nil },
}

var anyOf = anyIterator.procedure()

var allIterator = iterator{
	sig: sig.Proc{
		Names:      []string{"all?"},
		Group:      sig.Collections,
		Doc:        "Tells whether a function gives true for every element. Without a function it tells whether every element, or value of an object, is true in itself.",
		Args:       []sig.Arg{collectionArg, functionArg(true)},
		Result:     "`true` or `false`.",
		ResultType: sig.Boolean,
		Examples: []sig.Example{
			{Title: "With a function", Source: "all? [ 1 2 3 ]\n  def x \\ x > 2", Ret: "false"},
			{Title: "None at all", Source: "all? []", Ret: "true"},
		},
		SeeAlso: []string{"any?", "filter"},
	},
	optional: true,
	none: func(col value.Value) value.Value {
		for _, e := range elements(col).All() {
			if col.IsObject() {
				e = e.AsList().At(1)
			}
			if !e.Truthy() {
				return value.Bool(false)
			}
		}
		return value.Bool(true)
	},
	each:   func(_ *vm.Frame, ret value.Value) bool { return !ret.Truthy() },
	result: func(_ *vm.Frame, over bool) (value.Value, error) { return value.Bool(!over), nil },
}

var allOf = allIterator.procedure()

var reduceIterator = iterator{
	sig: sig.Proc{
		Names: []string{"reduce"},
		Group: sig.Collections,
		Doc: "Folds a collection into one value: it calls a function with what it has so far and the next element, and goes on with what that gives.\n\n" +
			"It starts with the argument that is neither function nor collection or, without one, with the first element. A procedure may stand for the function: `v.+`.",
		Args: []sig.Arg{collectionArg,
			{Name: "start", Type: sig.Any, Optional: true, Doc: "What to start with."},
			{Name: "function", Type: sig.Function, Doc: "Called with `res`, then `elt` (`key` and `val` for an object), `idx` and `len`, by position or by these names."}},
		Result:     "What the function gave last.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A sum", Source: "reduce [ 1 2 3 ]\n  def r x \\ r + x", Ret: "6"},
			{Title: "With a start", Source: "reduce [ 1 2 3 ] 10\n  def r x \\ r + x", Ret: "16"},
			{Title: "With a procedure", Source: "reduce [ 2 3 4 ] v.*", Ret: "24"},
		},
		SeeAlso: []string{"inject", "map"},
	},
	procs: true,
	begin: func(f *vm.Frame, rest []value.Value) {
		for _, v := range rest {
			if v.Truthy() {
				f.SetSlot(itRes, v)
				return
			}
		}
		elts := f.Slot(itElts).AsList()
		if elts.Len() == 0 {
			f.SetSlot(itRes, value.Null)
			return
		}
		f.SetSlot(itRes, elts.At(0))
		f.SetSlot(itElts, value.FromList(elts.Sub(1, elts.Len())))
	},
	first: func(f *vm.Frame) []vm.Arg { return []vm.Arg{{Key: "res", Value: f.Slot(itRes)}} },
	each: func(f *vm.Frame, ret value.Value) bool {
		f.SetSlot(itRes, ret)
		return false
	},
	result: func(f *vm.Frame, _ bool) (value.Value, error) { return f.Slot(itRes), nil },
}

var reduce = reduceIterator.procedure()

var inject = withBlock(reduceIterator, []string{"inject"}, "reduce",
	sig.Example{Title: "With res and elt", Source: "inject [ 1 2 3 ]\n  res + elt", Ret: "6"},
	sig.Example{Title: "With a start", Source: "inject [ 1 2 3 ] 10\n  res + elt", Ret: "16"})
