package value

import (
	"fmt"
	"strings"
)

// MissReason tells why a path leads nowhere.
type MissReason uint8

// The reasons of a [Miss].
const (
	MissNothing      MissReason = iota // the collection holds nothing under the key
	MissNoCollection                   // what stands there is no collection
	MissBadKey                         // an array can't have such a key
	MissTooMany                        // the path leads to too many places to visit them all
)

// Miss is the failure of following a path: where it ended, and why.
type Miss struct {
	Reason MissReason
	Before Path  // the path to Coll
	Coll   Value // where the miss happened; no collection if MissNoCollection
	Key    Elem  // what Coll lacks
	Rest   Path  // what would have come after Key
}

// Error words the miss.
func (m *Miss) Error() string {
	where := fmt.Sprintf("at %q", m.Before)
	if len(m.Before) == 0 {
		where = "at root"
	}
	rest := ""
	if len(m.Rest) > 0 {
		rest = fmt.Sprintf(" (%q remains)", m.Rest)
	}
	switch m.Reason {
	case MissBadKey:
		return fmt.Sprintf("no key %s for %s %s", m.Key, m.Coll.TypeName(), where)
	case MissNoCollection:
		return fmt.Sprintf("found no collection %s for key %s%s", where, m.Key, rest)
	case MissTooMany:
		return fmt.Sprintf("the path leads to too many places, %d is the limit", maxVisits)
	}
	at := append(append(Path(nil), m.Before...), m.Key)
	return fmt.Sprintf("found nothing at %q%s", at, rest)
}

// newMiss finds the reason.
func newMiss(before Path, coll Value, key Elem, rest Path) *Miss {
	m := &Miss{Before: before, Coll: coll, Key: key, Rest: rest}
	switch {
	case !coll.IsCollection():
		m.Reason = MissNoCollection
	case coll.IsList() && key.Kind != ElemIndex && key.Kind != ElemSlice:
		m.Reason = MissBadKey
	}
	return m
}

// listIndex returns the index that a key or index selects in a list of n
// elements, which may be out of bounds; ok is false for other keys.
func (e *Elem) listIndex(n int) (i int, ok bool) {
	switch {
	case e.Kind == ElemIndex && e.Index < 0:
		return e.Index + n, true
	case e.Kind == ElemIndex:
		return e.Index, true
	case len(e.Key) == 5 && strings.EqualFold(e.Key, "first"):
		return 0, true
	case len(e.Key) == 4 && strings.EqualFold(e.Key, "last"):
		return n - 1, true
	}
	return 0, false
}

// child returns what a key or index selects in v, if v is a collection that
// has it.
func (v Value) child(e *Elem) (Value, bool) {
	switch v.kind {
	case KindObject:
		return v.AsObject().Get(e.Key)
	case KindList:
		l := v.AsList()
		if i, ok := e.listIndex(l.Len()); ok && 0 <= i && i < l.Len() {
			return l.At(i), true
		}
	}
	return Null, false
}

// resolved returns e as it counts in v: in an object an index is a key; in a
// list "first" is 0 and "last" is -1.
func (e Elem) resolved(v Value) Elem {
	switch {
	case v.kind == KindObject && e.Kind == ElemIndex:
		return Key(e.Key)
	case v.kind == KindList && e.Kind == ElemKey:
		if i, ok := e.listIndex(0); ok {
			return Index(i)
		}
	}
	return e
}

// missAt makes the miss of the single path p, which led from v to coll, its
// first i elements followed.
func missAt(v Value, p Path, i int, coll Value) *Miss {
	before := make(Path, i)
	for j := range before {
		before[j] = p[j].resolved(v)
		v, _ = v.child(&p[j])
	}
	key := p[i]
	if coll.IsCollection() {
		key = key.resolved(coll)
	}
	return newMiss(before, coll, key, p[i+1:])
}

// Get returns what p leads to in v: v itself for the empty path; for a path
// that is not single, the list of all it leads to, misses left out unless
// there is nothing else. It doesn't allocate for a single path that leads
// somewhere.
func Get(v Value, p Path) (Value, *Miss) {
	at, i := follow(v, p)
	switch {
	case i == len(p):
		return at, nil
	case p[i:].Single():
		return Null, missAt(v, p, i, at)
	}
	return getAll(v, p)
}

// follow follows keys and indexes as far as they lead, and returns where to
// and how many.
func follow(v Value, p Path) (Value, int) {
	for i := range p {
		if p[i].Kind > ElemIndex {
			return v, i
		}
		next, ok := v.child(&p[i])
		if !ok {
			return v, i
		}
		v = next
	}
	return v, len(p)
}

func getAll(v Value, p Path) (Value, *Miss) {
	places, miss := gather(v, p)
	if miss != nil {
		return Null, miss
	}
	var found []Value
	for i := range places {
		if pl := &places[i]; pl.ok {
			found = append(found, pl.value)
		} else if miss == nil {
			miss = pl.miss()
		}
	}
	if len(found) == 0 && miss != nil {
		return Null, miss
	}
	return NewList(found...), nil
}

// Has tells whether p leads anywhere in v.
func Has(v Value, p Path) bool {
	_, i := follow(v, p)
	if i == len(p) || p[i:].Single() {
		return i == len(p)
	}
	found, miss := getAll(v, p)
	return miss == nil && found.AsList().Len() > 0
}

// trail is a path of keys and indexes from the root, its last element first.
type trail struct {
	up   *trail
	elem Elem // as the path says it, so maybe counted from the end
	pos  int  // in a list, the place counted from the start
}

// path returns the trail as a path; if exact, with indexes counted from the
// start.
func (t *trail) path(exact bool) Path {
	n := 0
	for u := t; u != nil; u = u.up {
		n++
	}
	p := make(Path, n)
	for u := t; u != nil; u = u.up {
		n--
		p[n] = u.elem
		if exact && u.elem.Kind == ElemIndex {
			p[n] = Index(u.pos)
		}
	}
	return p
}

// place is a value that a path led to, or a miss.
type place struct {
	ok    bool
	at    *trail // to the value; for a miss to coll
	value Value
	coll  Value
	key   Elem
	rest  Path
}

func (pl *place) miss() *Miss { return newMiss(pl.at.path(false), pl.coll, pl.key, pl.rest) }

// identity is the same for places that are the same.
func (pl *place) identity() string {
	p := pl.at.path(false)
	if !pl.ok {
		p = append(p, pl.key)
	}
	return Path{Union(p...)}.String()
}

// maxVisits bounds how many values a path may visit: several ".." could
// otherwise visit the same ones over and over.
const maxVisits = 1 << 18

// mayRepeat tells whether p may lead to one place in several ways.
func (p Path) mayRepeat() bool {
	deep := 0
	for i := range p {
		switch p[i].Kind {
		case ElemUnion:
			return true
		case ElemDot, ElemDotStar:
			deep++
		}
	}
	return deep > 1
}

type gatherer struct {
	places []place
	visits int
}

// gather follows a path that may lead to several places and returns them, in
// order and none twice.
func gather(v Value, p Path) ([]place, *Miss) {
	var g gatherer
	g.walk(nil, v, p)
	if g.visits > maxVisits {
		return nil, &Miss{Reason: MissTooMany}
	}
	if !p.mayRepeat() {
		return g.places, nil
	}
	seen := make(map[string]bool, len(g.places))
	unique := g.places[:0]
	for _, pl := range g.places {
		if id := pl.identity(); !seen[id] {
			seen[id] = true
			unique = append(unique, pl)
		}
	}
	return unique, nil
}

// walk follows p from v, which stands at the end of the trail.
func (g *gatherer) walk(at *trail, v Value, p Path) {
	if g.visits++; g.visits > maxVisits {
		return
	}
	switch {
	case len(p) == 0:
		g.places = append(g.places, place{ok: true, at: at, value: v})
	case !v.IsCollection():
		g.missed(at, v, p[0], p[1:])
	case p[0].Kind == ElemDot:
		g.dot(at, v, p[1:])
	case p[0].Kind == ElemStar || p[0].Kind == ElemDotStar:
		g.star(at, v, p[0].Kind == ElemDotStar, p[1:])
	case p[0].Kind == ElemUnion:
		for i := range p[0].Union {
			g.choose(at, v, &p[0].Union[i], p[1:])
		}
	default:
		g.choose(at, v, &p[0], p[1:])
	}
}

func (g *gatherer) missed(at *trail, coll Value, key Elem, rest Path) {
	g.places = append(g.places, place{at: at, coll: coll, key: key, rest: rest})
}

// eachChild calls f for every element or member of v.
func eachChild(at *trail, v Value, f func(*trail, Value)) {
	switch v.kind {
	case KindList:
		for i, e := range v.AsList().Slice() {
			f(&trail{at, Index(i), i}, e)
		}
	case KindObject:
		for k, e := range v.AsObject().All() {
			f(&trail{up: at, elem: Key(k)}, e)
		}
	}
}

// star follows rest from everything in v, at any depth if deep.
func (g *gatherer) star(at *trail, v Value, deep bool, rest Path) {
	eachChild(at, v, func(t *trail, child Value) {
		g.walk(t, child, rest)
		if deep && g.visits <= maxVisits {
			g.star(t, child, deep, rest)
		}
	})
}

// dot follows rest from v if that leads anywhere, else from what v holds.
func (g *gatherer) dot(at *trail, v Value, rest Path) {
	before := len(g.places)
	g.walk(at, v, rest)
	found := g.places[:before]
	for _, pl := range g.places[before:] {
		if pl.ok {
			found = append(found, pl)
		}
	}
	g.places = found
	if len(found) == before {
		eachChild(at, v, func(t *trail, child Value) {
			if g.visits <= maxVisits {
				g.dot(t, child, rest)
			}
		})
	}
}

// choose follows e, which is a key, an index, a slice or a regular
// expression (or a star, within a union), then rest, from the collection v.
func (g *gatherer) choose(at *trail, v Value, e *Elem, rest Path) {
	switch {
	case e.Kind == ElemStar:
		g.star(at, v, false, rest)
		return
	case e.Kind == ElemSlice && v.IsList():
		for _, i := range e.Slice.indexes(v.AsList().Len()) {
			g.choose(at, v, new(Index(i)), rest)
		}
		return
	case e.Kind == ElemRegex && v.IsObject():
		re, err := e.Regex.Regexp()
		for k, child := range v.AsObject().All() {
			if err == nil && re.MatchString(k) {
				g.walk(&trail{up: at, elem: Key(k)}, child, rest)
			}
		}
		return
	case e.Kind <= ElemIndex:
		if child, ok := v.child(e); ok {
			t := &trail{up: at, elem: e.resolved(v)}
			if v.IsList() {
				t.pos, _ = e.listIndex(v.AsList().Len())
			}
			g.walk(t, child, rest)
			return
		}
	}
	g.missed(at, v, e.resolved(v), rest)
}

// indexes returns the indexes that s selects in a list of n elements: those
// that are there, and of those that are not only the first on either side,
// which is the miss to report. Where s counts from the end, so do they.
func (s *Slice) indexes(n int) []int {
	or := func(p *int, otherwise int) int {
		if p == nil {
			return otherwise
		}
		return *p
	}
	from, to, step := or(s.Start, 0), or(s.End, -1), or(s.Step, 1)
	fromEnd := from < 0
	if fromEnd {
		from += n
	}
	switch {
	case s.Count == nil && to < 0:
		to += n
	case s.Count == nil:
	case *s.Count < 1:
		return nil
	default: // no further than the first index that is not there
		to = from + min(*s.Count-1, max(0, n-from))
	}
	if step < 0 {
		from, to = max(from, to), min(from, to)
	} else if from > to {
		return nil
	}
	var found []int
	for i := from; ; {
		shown := i
		if i < 0 || fromEnd && i < n {
			shown -= n
		}
		found = append(found, shown)
		// Distances are unsigned, as those between any two ints are.
		var stride, outside, left uint64
		if step > 0 {
			stride, left = uint64(step), uint64(to)-uint64(i)
			if i < 0 {
				outside = -uint64(i)
			}
		} else {
			stride, left = -uint64(step), uint64(i)-uint64(to)
			if i >= n {
				outside = uint64(i-n) + 1
			}
		}
		if stride < outside { // on to the first that is there
			stride *= (outside + stride - 1) / stride
		}
		if step > 0 && i >= n || step < 0 && i < 0 || stride > left {
			return found
		}
		if step < 0 {
			stride = -stride
		}
		i += int(stride)
	}
}
