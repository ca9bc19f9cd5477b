package stdlib

import (
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var slice = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"slice", "index"},
		Group: sig.Collections,
		Doc: "Takes a part of an array or string: `slice` a run of elements or characters, `index` a single one.\n\n" +
			"Indexes start at 0; negative ones count from the end, -1 being the last. `slice a 1 3` goes from index 1 up to and including index 3, `slice a 1 count: 2` takes two from index 1 on, and without an end it goes on to the last. What lies outside is left out, without an error.\n\n" +
			"Mind that `slice 1 -1` subtracts: write `slice 1, -1` or `slice from: 1 to: -1`.",
		Attrs: []sig.Attr{
			{Names: []string{"from", "start"}, Type: sig.Integer, Doc: "`slice`: the index of the first element."},
			{Names: []string{"to", "end"}, Type: sig.Integer, Doc: "`slice`: the index of the last element, itself included."},
			{Names: []string{"count"}, Type: sig.Integer, Doc: "`slice`: how many elements to look at, in place of an end."},
			{Names: []string{"step"}, Type: sig.Integer, Default: "1", Doc: "`slice`: takes only every so many-th of these elements; a negative step walks backwards."},
			{Names: []string{"at"}, Type: sig.Integer, Doc: "`index`: the index of the element."},
		},
		Args: []sig.Arg{
			{Name: "collection", Type: sig.Any, Optional: true, Doc: "The array or string; `f.ret` where it is left out."},
			{Name: "from", Type: sig.Integer, Optional: true, Doc: "The index of the first, or for `index` the only, element."},
			{Name: "to", Type: sig.Integer, Optional: true, Doc: "The index of the last element."},
		},
		Body:       sig.Arguments,
		Result:     "`slice`: an array or a string, as was given. `index`: the element or character, `''` where there is none at that index.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "From, to", Source: "slice [ 'a' 'b' 'c' 'd' ] 1 2", Ret: `["b","c"]`},
			{Title: "From the end of a string", Source: "slice 'abcdef' from: -3", Ret: `"def"`},
			{Title: "What came before", Source: "[ 0 1 2 3 ]\nslice 1 count: 2", Ret: "[1,2]"},
			{Title: "Every other, backwards", Source: "slice [ 0 1 2 3 4 5 ] step: -2", Ret: "[5,3,1]"},
			{Title: "One element", Source: "index [ 'a' 'b' 'c' ] (-2)", Ret: `"b"`},
			{Title: "No such element", Source: "index 'abc' 100", Ret: `""`},
		},
		SeeAlso: []string{"length", "reverse", "split"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		col := a.Ret
		if i := slices.IndexFunc(a.Rets, sliceable); i >= 0 {
			col = a.Rets[i]
		}
		if !sliceable(col) {
			return value.Null, vm.BadArgument("give it an array or a string", "cannot %s %s", a.Name, aKind(col))
		}
		if col.IsList() {
			vs, err := cut(a, col.AsList().Slice())
			switch {
			case err != nil:
				return value.Null, err
			case a.Name == "slice":
				return value.NewList(vs...), nil
			case len(vs) == 0:
				return value.String(""), nil
			}
			return vs[0], nil
		}
		runes, err := cut(a, []rune(col.AsString()))
		return value.String(string(runes)), err
	},
}

func sliceable(v value.Value) bool { return v.IsList() || v.IsString() }

// cut returns the elements that the arguments of slice, or index, ask for.
func cut[T any](a *vm.Args, elements []T) ([]T, error) {
	read := sliceBounds
	if a.Name == "index" {
		read = indexBounds
	}
	from, to, step, err := read(a, int64(len(elements)))
	var taken []T
	for i := from; err == nil && (step > 0 && i <= to || step < 0 && i >= to); i += step {
		taken = append(taken, elements[i])
	}
	return taken, err
}

// indexBounds returns where index has to look among n elements; to is below
// from where there is nothing to see.
func indexBounds(a *vm.Args, n int64) (from, to, step int64, err error) {
	r := indexReader{a: a, ints: indexes(a.Rets)}
	at, given := r.next("at")
	switch {
	case r.err == nil && !given:
		return 0, 0, 0, vm.BadArgument("say which element, as in `index a 0`", "%q needs an index", a.Name)
	case at < 0:
		at += n
	}
	if at < 0 || at >= n {
		return 0, -1, 1, r.err
	}
	return at, at, 1, r.err
}

// sliceBounds returns where slice starts and ends among n elements, and its
// step; steps from the one to the other stay within the elements.
func sliceBounds(a *vm.Args, n int64) (from, to, step int64, err error) {
	r := indexReader{a: a, ints: indexes(a.Rets)}
	from, hasFrom := r.next("from", "start")
	to, hasTo := r.next("to", "end")
	count, hasCount := r.attr("count")
	step, hasStep := r.attr("step")
	if !hasStep {
		step = 1
	}
	if step == 0 {
		return 0, 0, 0, vm.BadArgument("a step of 1 takes each element, one of -1 walks backwards", "slice step is 0")
	}
	if !hasFrom && step < 0 {
		from = -1
	}
	if from < 0 {
		from += n
	}
	switch {
	case hasTo && to < 0:
		to += n
	case hasTo:
	case hasCount && step > 0:
		to = from + count - 1
	case hasCount:
		to = from - count + 1
	case step > 0:
		to = n - 1
	}
	if step > 0 {
		return max(from, 0), min(to, n-1), step, r.err
	}
	return min(from, n-1), max(to, 0), step, r.err
}

// indexReader reads the indexes among the arguments of a call, and keeps the
// first error.
type indexReader struct {
	a    *vm.Args
	ints []int64 // positional ones, not read yet
	err  error
}

// attr reads a keyed attribute.
func (r *indexReader) attr(names ...string) (i int64, given bool) {
	i, given, err := indexAttr(r.a, names...)
	if r.err == nil {
		r.err = err
	}
	return i, given
}

// next reads a keyed attribute or, where it is not given, the next of the
// positional integers.
func (r *indexReader) next(names ...string) (i int64, given bool) {
	if i, given = r.attr(names...); given || len(r.ints) == 0 {
		return i, given
	}
	i, r.ints = r.ints[0], r.ints[1:]
	return i, true
}
