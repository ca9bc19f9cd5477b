package value

import (
	"iter"
	"math"
)

// MaxWeight is the weight that [Value.Weight] gives for all that weighs as
// much or more.
const MaxWeight = math.MaxUint32

// ownWeight is what each value and each key weighs beside its content.
const ownWeight = 8

// HasFunc tells in constant time whether v is a function, or a collection
// that holds one at any depth.
func (v Value) HasFunc() bool { return v.meta().hasFunc }

// Depth returns in constant time how deeply v is nested: 0 for anything that
// is no collection, 1 for a collection that holds none, and so on, up to
// 65,535 for all that is nested as deeply or deeper.
func (v Value) Depth() int { return int(v.meta().depth) }

// Weight returns in constant time about how many bytes v takes when written
// out, up to [MaxWeight]: 8 for each value and each key in it, and the bytes
// of their text. Values share their parts, so one that is small in memory may
// take for ever to encode, to print or to compare; its weight tells.
func (v Value) Weight() int64 { return int64(v.meta().weight) }

// meta is what a collection knows about its elements, kept up to date as it
// is built. It is small enough to be passed in a register.
type meta struct {
	weight  uint32 // up to MaxWeight
	depth   uint16 // up to maxUint16
	hasFunc bool
}

// empty is the meta of a collection without elements. That of the zero List
// and the zero Object, which is zero, stands for it.
var empty = meta{weight: ownWeight, depth: 1}

func (m meta) orEmpty() meta {
	if m.depth == 0 {
		return empty
	}
	return m
}

func (v Value) meta() meta {
	switch v.kind {
	case KindString:
		return meta{weight: textWeight(int(v.num))}
	case KindList:
		return v.AsList().meta.orEmpty()
	case KindObject:
		return v.AsObject().meta.orEmpty()
	case KindBig:
		return meta{weight: textWeight(v.AsBig().BitLen() / 3)}
	case KindFunc:
		f := v.AsFunc()
		return meta{weight: textWeight(len(f.Nid) + len(f.Cnid) + len(f.Tree) + len(f.OnFlavour)), hasFunc: true}
	case KindProc:
		p := v.AsProc()
		return meta{weight: textWeight(len(p.Name) + len(p.Nid))}
	case KindTasker:
		return meta{weight: textWeight(len(v.AsTasker().Name))}
	case KindRegex:
		return meta{weight: textWeight(len(v.AsRegex().Source))}
	}
	return meta{weight: ownWeight}
}

// textWeight is the weight of a text of that many bytes.
func textWeight(bytes int) uint32 { return addWeight(uint64(bytes), ownWeight) }

func addWeight(a uint64, b uint32) uint32 { return uint32(min(a+uint64(b), MaxWeight)) }

func deeper(depth uint16) uint16 { return uint16(min(uint32(depth)+1, math.MaxUint16)) }

// with returns the meta of a collection with meta m that gains element v.
func (m meta) with(v Value) meta {
	if v.kind < KindBig {
		m.weight = addWeight(uint64(m.weight), ownWeight)
		return m
	}
	e := v.meta()
	m.weight = addWeight(uint64(m.weight), e.weight)
	if v.kind >= KindList {
		m.depth, m.hasFunc = max(m.depth, deeper(e.depth)), m.hasFunc || e.hasFunc
	}
	return m
}

// withKey returns the meta of an object with meta m that gains a key.
func (m meta) withKey(key string) meta {
	m.weight = addWeight(uint64(m.weight), textWeight(len(key)))
	return m
}

// add returns the meta of the elements of a and of b together.
func (a meta) add(b meta) meta {
	return meta{
		weight: addWeight(uint64(a.weight), b.weight-ownWeight),
		depth:  max(a.depth, b.depth), hasFunc: a.hasFunc || b.hasFunc,
	}
}

// without returns the meta of a collection with meta m that loses the elements
// gone and has the elements rest then. It is false where the weight is at its
// bound and so can't be told from what goes: rest has to be weighed anew.
func (m meta) without(rest iter.Seq[Value], gone ...Value) (meta, bool) {
	if m.weight == MaxWeight {
		return m, false
	}
	needed := false // m may have its depth, or hasFunc, from what goes
	for _, v := range gone {
		e := v.meta()
		m.weight -= e.weight
		needed = needed || e.hasFunc || m.depth > 1 && deeper(e.depth) == m.depth
	}
	if needed {
		shape := shapeOf(rest, m)
		m.depth, m.hasFunc = shape.depth, shape.hasFunc
	}
	return m, true
}

// replacing returns the meta of a collection with meta m that has v in place
// of old, and so the elements all; it is false as without's is.
func (m meta) replacing(old, v Value, all iter.Seq[Value]) (meta, bool) {
	o, e := old.meta(), v.meta()
	if m.weight != MaxWeight && e.depth >= o.depth && (e.hasFunc || !o.hasFunc) {
		m.weight -= o.weight
		return m.with(v), true
	}
	m, ok := m.without(all, old)
	return m.with(v), ok
}

// shapeOf returns depth and hasFunc of a collection of these elements, which
// are known not to exceed those of bound. It stops where it has reached them;
// so taking elements one by one from a list of objects doesn't look at all of
// them each time.
func shapeOf(vs iter.Seq[Value], bound meta) meta {
	m := empty
	for v := range vs {
		if m = m.with(v); m.depth == bound.depth && m.hasFunc == bound.hasFunc {
			break
		}
	}
	return m
}
