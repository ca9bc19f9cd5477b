package analysis

import (
	"iter"
	"slices"
	"sort"
	"sync"
	"sync/atomic"
)

// Calls lists what does something, in the order of the text.
func (f *File) Calls() iter.Seq[*Call] { return each(f, func(p *Part) []*Call { return p.Calls }) }

// Symbols lists the variables and functions that the file defines, in the order
// of the text.
func (f *File) Symbols() iter.Seq[*Symbol] {
	return each(f, func(p *Part) []*Symbol { return p.Symbols })
}

// Refs lists where names of variables, functions and procedures are used, in
// the order of the text.
func (f *File) Refs() iter.Seq[*Reference] {
	return each(f, func(p *Part) []*Reference { return p.Refs })
}

// Mentions lists where tags, fields, signals, taskers and files are named, in
// the order of the text.
func (f *File) Mentions() iter.Seq[*Mention] {
	return each(f, func(p *Part) []*Mention { return p.Mentions })
}

func each[T any](f *File, list func(*Part) []T) iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, p := range f.Parts {
			for _, x := range list(p) {
				if !yield(x) {
					return
				}
			}
		}
	}
}

// PartAt returns the part that an offset of the text is in, or the one before
// it; where there is none, one with nothing in it.
func (f *File) PartAt(offset int) *Part {
	at := f.source.Pos(offset)
	i := sort.Search(len(f.Parts), func(i int) bool { return f.Parts[i].start.Compare(at) > 0 })
	if i == 0 {
		return &Part{}
	}
	return f.Parts[i-1]
}

// index finds what has a name. Most of it is that of an earlier version of the
// file, whose parts at the start and at the end are still there.
type index struct {
	base       *table
	head, tail int    // how many parts of the base are still there
	own        *table // of the parts between them
}

// maxOwn is how many parts, and which share of all, the index of an earlier
// version may lack before another is made.
const maxOwn, maxOwnShare = 32, 8

// indexOf returns the index of a file, given the version before it, or nil.
func indexOf(f, before *File) *index {
	if before != nil {
		base := before.index.base
		head, tail := common(base.parts, f.Parts)
		changed := max(len(base.parts), len(f.Parts)) - head - tail
		if changed <= max(maxOwn, len(f.Parts)/maxOwnShare) {
			own := before.index.own
			if parts := f.Parts[head : len(f.Parts)-tail]; !slices.Equal(parts, own.parts) {
				own = tableOf(f, parts)
			}
			return &index{base, head, tail, own}
		}
	}
	return &index{base: tableOf(f, f.Parts), head: len(f.Parts), own: tableOf(f, nil)}
}

// common returns how many parts at the start, and how many at the end, are the
// same in two lists.
func common(a, b []*Part) (head, tail int) {
	n := min(len(a), len(b))
	for head < n && a[head] == b[head] {
		head++
	}
	for tail < n-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return head, tail
}

// table lists what has each name in some parts.
type table struct {
	parts   []*Part
	symbols map[string]entry[*Symbol]
	outer   map[string]entry[*Symbol] // those of the outermost scope; nil in a table of a whole small file

	fewRefs  bool
	refsOnce sync.Once
	hasRefs  atomic.Bool
	refs     map[string]entry[*Reference]
}

// entry lists what has a name, each with the part that it is in.
type entry[T any] struct {
	list  []T
	parts []int32
}

func tableOf(f *File, parts []*Part) *table {
	n := &table{parts: parts}
	n.fewRefs = n.hasFewRefs()
	n.symbols = tabulate(parts, func(p *Part) []*Symbol { return p.Symbols }, func(s *Symbol) string { return s.Name })
	if n.fewRefs && len(parts) == len(f.Parts) {
		return n
	}
	n.outer = map[string]entry[*Symbol]{}
	for name, e := range n.symbols {
		outer := e
		for i, s := range e.list {
			if s.Scope != f.Root { // hardly ever both are there
				outer = entry[*Symbol]{list: slices.Clone(e.list[:i]), parts: slices.Clone(e.parts[:i])}
				for k := i + 1; k < len(e.list); k++ {
					if e.list[k].Scope == f.Root {
						outer.add(e.list[k], e.parts[k])
					}
				}
				break
			}
		}
		if len(outer.list) > 0 {
			n.outer[name] = outer
		}
	}
	return n
}

// fewRefs is up to how many references are looked through each time: in a project
// of many files, tables of them would take much memory.
const fewRefs = 1024

func (n *table) hasFewRefs() bool {
	count := 0
	for _, p := range n.parts {
		count += len(p.Refs)
	}
	return count <= fewRefs
}

// refsTo returns what uses a name.
func (n *table) refsTo(name string) (e entry[*Reference]) {
	if n.fewRefs {
		for k, p := range n.parts {
			for _, r := range p.Refs {
				if r.Name == name {
					e.add(r, int32(k))
				}
			}
		}
		return e
	}
	n.refsOnce.Do(func() {
		n.refs = tabulate(n.parts, func(p *Part) []*Reference { return p.Refs }, func(r *Reference) string { return r.Name })
		n.hasRefs.Store(true)
	})
	return n.refs[name]
}

func (e *entry[T]) add(x T, part int32) {
	e.list, e.parts = append(e.list, x), append(e.parts, part)
}

// tabulate lists by name what is in some parts.
func tabulate[T any](parts []*Part, in func(*Part) []T, nameOf func(T) string) map[string]entry[T] {
	count := 0
	for _, p := range parts {
		count += len(in(p))
	}
	byName := make(map[string]entry[T], count/4)
	all := entry[T]{make([]T, 0, count), make([]int32, 0, count)}
	for k, p := range parts {
		for _, x := range in(p) {
			all.add(x, int32(k))
			e, known := byName[nameOf(x)]
			if known {
				e.add(x, int32(k))
			} else { // the only one needs no list of its own
				n := len(all.list)
				e = entry[T]{all.list[n-1 : n : n], all.parts[n-1 : n : n]}
			}
			byName[nameOf(x)] = e
		}
	}
	return byName
}

// Uses is RefsTo for those who ask many files once: it makes no index of them.
func (f *File) Uses(name string) (list []*Reference) {
	if f.index.base.hasRefs.Load() {
		return f.RefsTo(name)
	}
	for r := range f.Refs() {
		if r.Name == name {
			list = append(list, r)
		}
	}
	return list
}

// UsedNames lists the names that references of the file have, each once, in no
// order.
func (f *File) UsedNames() iter.Seq[string] {
	return func(yield func(string) bool) {
		x := f.index
		seen := map[string]bool{}
		for _, p := range f.Parts[x.head : len(f.Parts)-x.tail] {
			for _, r := range p.Refs {
				seen[r.Name] = true
			}
		}
		if x.base.fewRefs {
			for r := range f.Refs() {
				seen[r.Name] = true
			}
		}
		for name := range seen {
			if !yield(name) {
				return
			}
		}
		if x.base.fewRefs {
			return
		}
		x.base.refsTo("")
		for name, e := range x.base.refs {
			if !seen[name] && len(pick(x, e, entry[*Reference]{})) > 0 && !yield(name) {
				return
			}
		}
	}
}

// pick returns what has a name in the file, given what has it in the base and
// between what is left of that.
func pick[T any](x *index, base, own entry[T]) []T {
	switch {
	case len(base.list) == 0:
		return own.list
	case len(own.list) == 0 && x.head == len(x.base.parts):
		return base.list
	}
	gone := func(from int) int {
		return sort.Search(len(base.parts), func(i int) bool { return int(base.parts[i]) >= from })
	}
	i := len(base.list)
	if i > 0 && int(base.parts[i-1]) >= x.head {
		i = gone(x.head)
	}
	j := gone(len(x.base.parts) - x.tail)
	switch {
	case len(own.list) == 0 && i == j:
		return base.list
	case i == 0 && j == len(base.list):
		return own.list
	}
	return slices.Concat(base.list[:i], own.list, base.list[j:])
}

// named returns the symbols of that name, in the order of the text.
func (f *File) named(name string) []*Symbol {
	return pick(f.index, f.index.base.symbols[name], f.index.own.symbols[name])
}

// outermost returns those of them that live in the outermost scope.
func (f *File) outermost(name string) []*Symbol {
	if f.index.base.outer == nil {
		list := f.named(name)
		if !slices.ContainsFunc(list, func(s *Symbol) bool { return s.Scope != f.Root }) {
			return list
		}
		return slices.DeleteFunc(slices.Clone(list), func(s *Symbol) bool { return s.Scope != f.Root })
	}
	return pick(f.index, f.index.base.outer[name], f.index.own.outer[name])
}
