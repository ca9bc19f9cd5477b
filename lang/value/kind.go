package value

import (
	"iter"
	"math"
)

// String names the kind as the language's users know it: "null", "boolean",
// "number", "string", "array", "object", "function", "procedure", "tasker" or
// "regex".
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindBool:
		return "boolean"
	case KindInt, KindFloat, KindBig:
		return "number"
	case KindString:
		return "string"
	case KindList:
		return "array"
	case KindObject:
		return "object"
	case KindFunc:
		return "function"
	case KindProc:
		return "procedure"
	case KindTasker:
		return "tasker"
	case KindRegex:
		return "regex"
	}
	return "unknown kind"
}

// TypeName returns the name of v's kind, see [Kind.String].
func (v Value) TypeName() string { return v.kind.String() }

// IsNull tells whether v is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// Truthy tells whether v counts as true: everything does but null and false.
func (v Value) Truthy() bool {
	return v.kind != KindNull && (v.kind != KindBool || v.num != 0)
}

// IsNumber tells whether v is an integer of any size or a float.
func (v Value) IsNumber() bool { return v.kind >= KindInt && v.kind <= KindBig }

// IsInteger tells whether v is an integer of any size.
func (v Value) IsInteger() bool { return v.kind == KindInt || v.kind == KindBig }

// IsString tells whether v is a string.
func (v Value) IsString() bool { return v.kind == KindString }

// IsList tells whether v is a list.
func (v Value) IsList() bool { return v.kind == KindList }

// IsObject tells whether v is an object.
func (v Value) IsObject() bool { return v.kind == KindObject }

// IsFunc tells whether v is a function of the language.
func (v Value) IsFunc() bool { return v.kind == KindFunc }

// IsCollection tells whether v is a list or an object.
func (v Value) IsCollection() bool { return v.kind == KindList || v.kind == KindObject }

// IsCallable tells whether v is a function, a procedure or a tasker.
func (v Value) IsCallable() bool { return v.kind >= KindFunc && v.kind <= KindTasker }

// HasFunc tells in constant time whether v is a function, or a collection
// that holds one at any depth.
func (v Value) HasFunc() bool { return v.meta().hasFunc }

// Depth returns in constant time how deeply v is nested: 0 for anything that
// is no collection, 1 for a collection that holds none, and so on.
func (v Value) Depth() int { return int(v.meta().depth) }

// meta is what a collection knows about its elements, kept up to date as it
// is built.
type meta struct {
	depth   int32
	hasFunc bool
}

func (v Value) meta() meta {
	switch v.kind {
	case KindList:
		return v.AsList().meta()
	case KindObject:
		return v.AsObject().meta()
	case KindFunc:
		return meta{hasFunc: true}
	}
	return meta{}
}

// with returns the meta of a collection with meta m that gains element v.
func (m meta) with(v Value) meta {
	if v.kind < KindList {
		return m
	}
	e := v.meta()
	return meta{depth: max(m.depth, e.depth+1), hasFunc: m.hasFunc || e.hasFunc}
}

// needs tells whether m may have it from v, so that it can't be kept when v
// leaves the collection.
func (m meta) needs(v Value) bool {
	if v.kind < KindList {
		return false
	}
	e := v.meta()
	return e.hasFunc || e.depth+1 == m.depth && m.depth > 1
}

// anyMeta is above every meta.
var anyMeta = meta{depth: math.MaxInt32, hasFunc: true}

// scan computes the meta of a collection of these elements. It stops early
// where it has reached bound, which it is known not to exceed; so taking
// elements one by one from a list of objects doesn't look at all of them each
// time.
func scan(vs iter.Seq[Value], bound meta) meta {
	m := meta{depth: 1}
	for v := range vs {
		if m = m.with(v); m == bound {
			break
		}
	}
	return m
}
