package analysis

import (
	"hash/maphash"
	"maps"
	"sync"
)

// Memory keeps what was made of the parts of a file, so that of its next version
// only that is made anew which may be different. The zero value is ready for
// use; it is safe for concurrent use.
type Memory[T any] struct {
	mu   sync.Mutex
	view *View
	turn int // how often it was asked
	made map[*Part]*made[T]
}

// made is what was made of a part, and of the text up to the next one.
type made[T any] struct {
	turn  int    // when this was known to hold
	text  uint64 // its hash
	asked Asked
	what  *T
}

// Stretch is a part with the text from its start to the next one, in which
// comments and blank lines stand that are no part of it. What comes before the
// first part makes a stretch with a part that says nothing.
type Stretch struct {
	*Part
	Line     int // of the lines at the outermost level, from 0; negative before them
	From, To int // offsets
}

var nothing Part

// Stretches lists the stretches of a file in order.
func (f *File) Stretches() []Stretch {
	list := make([]Stretch, 0, len(f.Parts)+1)
	last := Stretch{Part: &nothing, Line: -1}
	for i, p := range f.Parts {
		last.To = f.Offset(p.start)
		list = append(list, last)
		last = Stretch{Part: p, Line: i, From: last.To}
	}
	last.To = len(f.source.Text)
	return append(list, last)
}

var seed = maphash.MakeSeed()

// Each returns what is made of each stretch of a file, in their order. It must
// depend on nothing but the text of the stretch, as far as rows within it go,
// what its part says, and what is asked of the view that is given with it. What
// did not have to be made anew is the same pointer.
func (m *Memory[T]) Each(v *View, what func(v *View, s Stretch) T) []*T {
	m.mu.Lock()
	defer m.mu.Unlock()
	var changed *Difference
	if m.view != nil && m.view.HasSameNeighbours(v) {
		changed = m.view.DifferenceTo(v.File)
	}
	watched := v.Watched(nil)
	stretches := v.Stretches()
	list := make([]*T, 0, len(stretches))
	if m.made == nil {
		m.made = map[*Part]*made[T]{}
	}
	for _, s := range stretches {
		text := maphash.String(seed, v.source.Text[s.From:s.To])
		x := m.made[s.Part]
		if changed == nil || x == nil || x.turn != m.turn || x.text != text || changed.Concern(&x.asked) {
			x = &made[T]{text: text}
			watched.Watch(&x.asked)
			x.what = new(what(watched, s))
		}
		x.turn = m.turn + 1
		m.made[s.Part] = x
		list = append(list, x.what)
	}
	if len(m.made) > len(stretches)+len(stretches)/8+16 { // some are of parts that are gone
		maps.DeleteFunc(m.made, func(_ *Part, x *made[T]) bool { return x.turn <= m.turn })
	}
	m.view = v
	m.turn++
	return list
}
