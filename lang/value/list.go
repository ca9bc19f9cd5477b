package value

import (
	"iter"
	"slices"
	"sync/atomic"
)

// List is an immutable sequence of values, safe for concurrent use. The zero
// List is empty.
//
// A list is a window onto a buffer. Appending to the list that ends where the
// used part of its buffer ends claims the next place there, which costs O(1);
// any other append copies, with room for as much again. So appending n
// elements one by one costs O(n), and older versions of a list, or lists
// grown from one version twice, never see each other's elements.
type List struct {
	buf    *buffer
	off, n int
	meta   meta
	packed atomic.Pointer[packed]
}

type buffer struct {
	used   atomic.Int64 // places claimed; grows only
	vals   []Value      // its length is its capacity
	chunks chunkCache   // of the lists that start with it
}

// emptyList is the list without elements; as any list it never changes.
var emptyList List

// NewList returns a list of the given values, as a value. It takes ownership
// of the slice, if given one.
func NewList(vs ...Value) Value { return FromList(ListOf(vs)) }

// ListOf returns a list of the values in vs, which belong to the list and must
// not be changed anymore.
func ListOf(vs []Value) *List {
	if len(vs) == 0 {
		return &emptyList
	}
	return listOf(vs, len(vs), metaOf(vs))
}

// metaOf returns the meta of a list of vs.
func metaOf(vs []Value) meta {
	m := empty
	for _, v := range vs {
		m = m.with(v)
	}
	return m
}

// listOf returns the list of the first n of vals; the others are free places.
func listOf(vals []Value, n int, m meta) *List {
	both := new(struct { // one allocation for two
		list List
		buf  buffer
	})
	both.buf.vals = vals
	both.buf.used.Store(int64(n))
	both.list = List{buf: &both.buf, n: n, meta: m}
	return &both.list
}

// Len returns the number of elements.
func (l *List) Len() int { return l.n }

// HasFunc tells in constant time whether l holds a function, at any depth.
func (l *List) HasFunc() bool { return l.meta.hasFunc }

// At returns the element at i, which must be within 0 and Len()-1.
func (l *List) At(i int) Value { return l.Slice()[i] }

// Slice returns the elements, which must not be changed. Appending to the
// slice copies it.
func (l *List) Slice() []Value {
	if l.buf == nil {
		return nil
	}
	return l.buf.vals[l.off : l.off+l.n : l.off+l.n]
}

// All iterates over indexes and elements.
func (l *List) All() iter.Seq2[int, Value] { return slices.All(l.Slice()) }

// Append returns l with v behind it, at amortised constant cost.
func (l *List) Append(v Value) *List {
	m := l.meta.orEmpty().with(v)
	end := l.off + l.n
	if b := l.buf; b != nil && end < len(b.vals) && b.used.CompareAndSwap(int64(end), int64(end)+1) {
		b.vals[end] = v
		return &List{buf: b, off: l.off, n: l.n + 1, meta: m}
	}
	vals := make([]Value, max(4, 2*l.n))
	copy(vals, l.Slice())
	vals[l.n] = v
	return listOf(vals, l.n+1, m).packedLike(l, -1)
}

// packedLike has l, whose buffer is new, remember what is known of the chunks
// of old, which it starts with but for the element at changed (-1 for none).
func (l *List) packedLike(old *List, changed int) *List {
	if old.n > fanOut && old.off == 0 {
		old.buf.chunks.copyTo(&l.buf.chunks, old.n, changed)
	}
	return l
}

// Concat returns l with the elements of o behind it.
func (l *List) Concat(o *List) *List {
	switch {
	case o.n == 0:
		return l
	case l.n == 0:
		return o
	case o.n == 1:
		return l.Append(o.At(0))
	}
	m := l.meta.add(o.meta)
	end, n := l.off+l.n, l.n+o.n
	if b := l.buf; end+o.n <= len(b.vals) && b.used.CompareAndSwap(int64(end), int64(end+o.n)) {
		copy(b.vals[end:], o.Slice())
		return &List{buf: b, off: l.off, n: n, meta: m}
	}
	vals := make([]Value, max(n, 2*l.n))
	copy(vals[copy(vals, l.Slice()):], o.Slice())
	return listOf(vals, n, m).packedLike(l, -1)
}

// Set returns l with v in place of the element at i, which must be within 0
// and Len()-1.
func (l *List) Set(i int, v Value) *List {
	old := l.At(i)
	vals := slices.Clone(l.Slice())
	vals[i] = v
	m, ok := l.meta.replacing(old, v, slices.Values(vals))
	if !ok {
		return ListOf(vals)
	}
	return listOf(vals, len(vals), m).packedLike(l, i)
}

// Insert returns l with v before the element at i; i must be within 0 and
// Len(), and i == Len() appends.
func (l *List) Insert(i int, v Value) *List {
	if i == l.n {
		return l.Append(v)
	}
	vals := make([]Value, l.n+1)
	copy(vals, l.Slice()[:i])
	vals[i] = v
	copy(vals[i+1:], l.Slice()[i:])
	return listOf(vals, len(vals), l.meta.with(v))
}

// Delete returns l without the element at i, which must be within 0 and
// Len()-1.
func (l *List) Delete(i int) *List {
	old := l.At(i)
	switch i {
	case 0:
		return l.Sub(1, l.n)
	case l.n - 1:
		return l.Sub(0, i)
	}
	vals := slices.Concat(l.Slice()[:i], l.Slice()[i+1:])
	m, ok := l.meta.without(slices.Values(vals), old)
	if !ok {
		return ListOf(vals)
	}
	return listOf(vals, len(vals), m)
}

// Sub returns the elements from index from up to, but not including, index to;
// 0 <= from <= to <= Len(). It shares them with l unless they are few of many,
// which would keep the many in memory.
func (l *List) Sub(from, to int) *List {
	vals := l.Slice()[from:to]
	switch n := len(vals); {
	case n == 0:
		return &emptyList
	case n == l.n:
		return l
	case 2*n < len(l.buf.vals):
		return ListOf(slices.Clone(vals))
	}
	all, m, ok := l.Slice(), l.meta, false
	if 2*len(vals) > l.n { // fewer go than stay
		if m, ok = m.without(slices.Values(vals), all[:from]...); ok {
			m, ok = m.without(slices.Values(vals), all[to:]...)
		}
	}
	if !ok {
		m = metaOf(vals)
	}
	return &List{buf: l.buf, off: l.off + from, n: to - from, meta: m}
}
