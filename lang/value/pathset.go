package value

import "slices"

// Set returns v with new at what p leads to, at each such place for a path
// that is not single. An object gains the key where it lacks it; anything else
// that is missing (what the path goes through, an index beyond a list) is a
// Miss, as is a null on the way. The empty path gives new.
func Set(v Value, p Path, new Value) (Value, *Miss) {
	if p.Single() {
		return setSingle(v, p, 0, v, new)
	}
	places, miss := gather(v, p)
	if miss != nil {
		return Null, miss
	}
	var e edits
	for i := range places {
		pl := &places[i]
		path := pl.at.path(true)
		if !pl.ok {
			if len(pl.rest) > 0 || !pl.coll.IsObject() || pl.key.Kind != ElemKey {
				return Null, cannotSet(pl.miss())
			}
			path = append(path, pl.key)
		}
		e.add(path)
	}
	return e.set(v, new), nil
}

// cannotSet gives m the reason that holds for writing: where a list lacks an
// index, it can't get it.
func cannotSet(m *Miss) *Miss {
	if m.Coll.IsList() && len(m.Rest) == 0 {
		m.Reason = MissBadKey
	}
	return m
}

// setSingle sets p[i:] in at, which p[:i] led to.
func setSingle(v Value, p Path, i int, at, new Value) (Value, *Miss) {
	if i == len(p) {
		return new, nil
	}
	child, ok := at.child(&p[i])
	if last := i == len(p)-1; !ok && !(last && at.IsObject()) {
		return Null, cannotSet(missAt(v, p, i, at))
	}
	child, miss := setSingle(v, p, i+1, child, new)
	if miss != nil {
		return Null, miss
	}
	if at.IsObject() {
		return FromObject(at.AsObject().Set(p[i].Key, child)), nil
	}
	l := at.AsList()
	n, _ := p[i].listIndex(l.Len())
	return FromList(l.Set(n, child)), nil
}

// Unset returns v without what p leads to, and what that was; for a path that
// is not single, the list of all that was. Anything that is missing is a Miss.
func Unset(v Value, p Path) (Value, Value, *Miss) {
	removed, miss := Get(v, p)
	if miss != nil {
		return Null, Null, miss
	}
	if p.Single() {
		var e edits
		e.add(p)
		return e.unset(v), removed, nil
	}
	places, miss := gather(v, p)
	if miss != nil {
		return Null, Null, miss
	}
	var e edits
	for i := range places {
		if !places[i].ok {
			return Null, Null, places[i].miss()
		}
		e.add(places[i].at.path(true))
	}
	return e.unset(v), removed, nil
}

// edits is the tree of the places to change, so that each collection is copied
// once, however many of its elements change.
type edits struct {
	here bool // this very place
	keys []Elem
	subs []*edits
	at   map[string]int // into keys and subs
}

func (e *edits) add(p Path) {
	for _, k := range p {
		i, ok := e.at[k.Key]
		if !ok {
			if e.at == nil {
				e.at = map[string]int{}
			}
			i = len(e.subs)
			e.at[k.Key] = i
			e.keys = append(e.keys, k)
			e.subs = append(e.subs, new(edits))
		}
		e = e.subs[i]
	}
	e.here = true
}

// set puts new at the places. They exist, but for keys of objects.
func (e *edits) set(v, new Value) Value {
	switch {
	case e.here:
		return new
	case len(e.subs) == 0:
		return v
	case v.IsList():
		vals := slices.Clone(v.AsList().Slice())
		for j, k := range e.keys {
			i, _ := k.listIndex(len(vals))
			vals[i] = e.subs[j].set(vals[i], new)
		}
		return FromList(ListOf(vals))
	}
	ms := slices.Clone(v.AsObject().Members())
	for j, k := range e.keys {
		if i := v.AsObject().Find(k.Key); i >= 0 {
			ms[i].Value = e.subs[j].set(ms[i].Value, new)
		} else {
			ms = append(ms, Member{k.Key, new})
		}
	}
	return FromObject(objectOf(ms))
}

// unset takes the places, which exist, out of v; null at the root.
func (e *edits) unset(v Value) Value {
	switch {
	case e.here:
		return Null
	case len(e.subs) == 0:
		return v
	}
	gone := make(map[int]bool, len(e.subs))
	// edit changes the element at i or notes that it goes.
	edit := func(i, j int, old Value) Value {
		if e.subs[j].here {
			gone[i] = true
			return old
		}
		return e.subs[j].unset(old)
	}
	if v.IsList() {
		vals := slices.Clone(v.AsList().Slice())
		for j, k := range e.keys {
			i, _ := k.listIndex(len(vals))
			vals[i] = edit(i, j, vals[i])
		}
		return FromList(ListOf(without(vals, gone)))
	}
	ms := slices.Clone(v.AsObject().Members())
	for j, k := range e.keys {
		i := v.AsObject().Find(k.Key)
		ms[i].Value = edit(i, j, ms[i].Value)
	}
	return FromObject(objectOf(without(ms, gone)))
}

// without drops the elements at the places that are gone.
func without[T any](all []T, gone map[int]bool) []T {
	kept := all[:0]
	for i, e := range all {
		if !gone[i] {
			kept = append(kept, e)
		}
	}
	return kept
}
