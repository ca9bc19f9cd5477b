package value

import (
	"hash/maphash"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
)

// Member is a key of an object and its value.
type Member struct {
	Key   string
	Value Value
}

// Object is an immutable set of members in the order in which their keys were
// first set, safe for concurrent use. The zero Object is empty.
//
// Like a [List] it is a window onto a buffer that newer versions share, so
// adding a key costs amortised constant time. Small objects are searched from
// the first key on; larger ones get an index at the first search.
type Object struct {
	buf    *entries
	n      int
	meta   meta
	packed atomic.Pointer[packed]
}

// entries is the buffer that objects grown from one another share. Each of
// them sees its first n members only, and no key is in it twice.
type entries struct {
	members []Member // its length is its capacity
	index   atomic.Pointer[index]
	chunks  chunkCache

	mu   sync.Mutex // held to claim a place, and to make or extend the index
	used int        // places claimed; grows only
}

// indexedFrom is the size from which searching with an index is faster than
// without.
const indexedFrom = 24

// index is an open-addressing hash table: a slot holds the position of a
// member plus one, 0 while free. It is written under entries.mu only, but read
// without a lock. A reader may meet the slot of a member that a concurrent
// append has just added; that one is beyond its n, and it passes on.
type index struct {
	slots []atomic.Int32 // a power of two, at least twice as many as members
}

var seed = maphash.MakeSeed()

func (x *index) start(key string) int {
	return int(maphash.String(seed, key)) & (len(x.slots) - 1)
}

func (x *index) next(i int) int { return (i + 1) & (len(x.slots) - 1) }

func (x *index) add(key string, pos int) {
	i := x.start(key)
	for x.slots[i].Load() != 0 {
		i = x.next(i)
	}
	x.slots[i].Store(int32(pos + 1))
}

// find returns the position of key in the first n of members, or -1.
func (x *index) find(key string, members []Member, n int) int {
	for i := x.start(key); ; i = x.next(i) {
		switch p := int(x.slots[i].Load()) - 1; {
		case p < 0:
			return -1
		case p < n && members[p].Key == key:
			return p
		}
	}
}

// indexed returns the index, made if need be.
func (e *entries) indexed() *index {
	if x := e.index.Load(); x != nil {
		return x
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if x := e.index.Load(); x != nil {
		return x
	}
	size := 2
	for size < 2*len(e.members) {
		size *= 2
	}
	x := &index{slots: make([]atomic.Int32, size)}
	for i := range e.used {
		x.add(e.members[i].Key, i)
	}
	e.index.Store(x)
	return x
}

// claim puts m behind the first n members, if that place is free.
func (e *entries) claim(n int, m Member) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.used != n || n == len(e.members) {
		return false
	}
	e.members[n] = m
	e.used++
	if x := e.index.Load(); x != nil {
		x.add(m.Key, n)
	}
	return true
}

// copyIndex gives to the index of e, where it holds the first n members only:
// to has the same keys at the same places.
func (e *entries) copyIndex(to *entries, n int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x := e.index.Load()
	if x == nil || e.used != n {
		return
	}
	slots := make([]atomic.Int32, len(x.slots))
	for i := range slots {
		slots[i].Store(x.slots[i].Load())
	}
	to.index.Store(&index{slots: slots})
}

// emptyObject is the object without members; as any object it never changes.
var emptyObject Object

// NewObject returns an object of the given members, as a value, see
// [ObjectOf].
func NewObject(ms ...Member) Value { return FromObject(ObjectOf(ms)) }

// ObjectOf returns an object of the members in ms, which belong to it and must
// not be changed anymore. Where a key is there twice, its last value counts,
// in the first place.
func ObjectOf(ms []Member) *Object {
	if len(ms) == 0 {
		return &emptyObject
	}
	return objectOf(unique(ms))
}

// unique drops repeated keys, in place.
func unique(ms []Member) []Member {
	if len(ms) < indexedFrom {
		kept := ms[:0]
		for _, m := range ms {
			if i := linear(kept, m.Key); i >= 0 {
				kept[i].Value = m.Value
			} else {
				kept = append(kept, m)
			}
		}
		return kept
	}
	places := make(map[string]int, len(ms))
	kept := ms[:0]
	for _, m := range ms {
		if i, ok := places[m.Key]; ok {
			kept[i].Value = m.Value
			continue
		}
		places[m.Key] = len(kept)
		kept = append(kept, m)
	}
	return kept
}

// objectOf returns the object of ms, which has no key twice.
func objectOf(ms []Member) *Object {
	m := empty
	for i := range ms {
		m = m.withKey(ms[i].Key).with(ms[i].Value)
	}
	return objectWith(ms, len(ms), m)
}

// objectWith returns the object of the first n of ms; the others are free.
func objectWith(ms []Member, n int, m meta) *Object {
	both := new(struct { // one allocation for two
		object Object
		buf    entries
	})
	both.buf.members, both.buf.used = ms, n
	both.object = Object{buf: &both.buf, n: n, meta: m}
	return &both.object
}

func memberValues(ms []Member) iter.Seq[Value] {
	return func(yield func(Value) bool) {
		for i := range ms {
			if !yield(ms[i].Value) {
				return
			}
		}
	}
}

// Len returns the number of members.
func (o *Object) Len() int { return o.n }

// HasFunc tells in constant time whether o holds a function, at any depth.
func (o *Object) HasFunc() bool { return o.meta.hasFunc }

// Members returns the members in order; the slice must not be changed.
func (o *Object) Members() []Member {
	if o.buf == nil {
		return nil
	}
	return o.buf.members[:o.n:o.n]
}

// At returns the key and the value at i, which must be within 0 and Len()-1.
func (o *Object) At(i int) (string, Value) {
	m := &o.Members()[i]
	return m.Key, m.Value
}

// All iterates over keys and values, in order.
func (o *Object) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, m := range o.Members() {
			if !yield(m.Key, m.Value) {
				return
			}
		}
	}
}

// Keys returns the keys in order, in a slice of the caller's own.
func (o *Object) Keys() []string {
	keys := make([]string, o.n)
	for i, m := range o.Members() {
		keys[i] = m.Key
	}
	return keys
}

// Find returns the place of key, or -1.
func (o *Object) Find(key string) int {
	switch {
	case o.n == 0:
		return -1
	case o.n < indexedFrom:
		return linear(o.buf.members[:o.n], key)
	}
	return o.buf.indexed().find(key, o.buf.members, o.n)
}

func linear(ms []Member, key string) int {
	for i := range ms {
		if ms[i].Key == key {
			return i
		}
	}
	return -1
}

// Has tells whether o has key.
func (o *Object) Has(key string) bool { return o.Find(key) >= 0 }

// Get returns the value under key, and whether there is one.
func (o *Object) Get(key string) (Value, bool) {
	i := o.Find(key)
	if i < 0 {
		return Null, false
	}
	return o.buf.members[i].Value, true
}

// Set returns o with v under key: in its place where o has the key, else last,
// at amortised constant cost.
func (o *Object) Set(key string, v Value) *Object {
	if i := o.Find(key); i >= 0 {
		return o.SetAt(i, v)
	}
	m := o.meta.orEmpty().withKey(key).with(v)
	entry := Member{Key: key, Value: v}
	if o.buf != nil && o.buf.claim(o.n, entry) {
		return &Object{buf: o.buf, n: o.n + 1, meta: m}
	}
	ms := make([]Member, max(4, 2*o.n))
	copy(ms, o.Members())
	ms[o.n] = entry
	return objectWith(ms, o.n+1, m).packedLike(o, -1)
}

// SetAt returns o with v in place of the value at i, which must be within 0
// and Len()-1.
func (o *Object) SetAt(i int, v Value) *Object {
	_, old := o.At(i)
	ms := make([]Member, len(o.buf.members))
	copy(ms, o.Members())
	ms[i].Value = v
	m, ok := o.meta.replacing(old, v, memberValues(ms[:o.n]))
	if !ok {
		return objectOf(ms[:o.n])
	}
	n := objectWith(ms, o.n, m)
	if o.n >= indexedFrom {
		o.buf.copyIndex(n.buf, o.n)
	}
	return n.packedLike(o, i)
}

// packedLike has o, whose buffer is new, remember what is known of the chunks
// of old, which it starts with but for the member at changed (-1 for none).
func (o *Object) packedLike(old *Object, changed int) *Object {
	if old.n > fanOut {
		old.buf.chunks.copyTo(&o.buf.chunks, old.n, changed)
	}
	return o
}

// Delete returns o without key, o itself if it has no such key.
func (o *Object) Delete(key string) *Object {
	i := o.Find(key)
	if i < 0 {
		return o
	}
	_, old := o.At(i)
	ms := slices.Concat(o.Members()[:i], o.Members()[i+1:])
	if len(ms) == 0 {
		return &emptyObject
	}
	m, ok := o.meta.without(memberValues(ms), old, String(key))
	if !ok {
		return objectOf(ms)
	}
	return objectWith(ms, len(ms), m)
}

// Merge returns o with the members of p set in it, in their order.
func (o *Object) Merge(p *Object) *Object {
	switch {
	case o.n == 0:
		return p
	case p.n < 3:
		for k, v := range p.All() {
			o = o.Set(k, v)
		}
		return o
	}
	return ObjectOf(slices.Concat(o.Members(), p.Members()))
}
