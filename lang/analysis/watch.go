package analysis

import (
	"maps"
	"slices"
)

// Asked is what was asked of a file while something was worked out about one
// of its parts. As long as the answers stay the same, so does what came of
// them; see Difference.
type Asked struct {
	symbols map[string]bool // the symbols of these names
	outer   map[string]bool // those that live in the outermost scope
	kinds   map[string]bool // how many there are of these names, and of which kinds
	refs    map[string]bool // the references of these names and, with "f.", fields
	keys    bool            // which names functions may be given
	layout  bool            // which lines are misplaced
	broken  bool            // whether all parses
	around  bool            // what stands before or after the part
}

// Watched returns the view with every question to its file noted, for use by
// one goroutine.
func (v *View) Watched(asked *Asked) *View {
	f := *v.File
	f.asked = asked
	w := *v
	w.File = &f
	return &w
}

// Watch has further questions noted elsewhere. The view must be a watched one.
func (v *View) Watch(asked *Asked) { v.asked = asked }

func (f *File) askSymbols(name string) {
	if f.asked != nil {
		note(&f.asked.symbols, name)
	}
}

func (f *File) askOuter(name string) {
	if f.asked != nil {
		note(&f.asked.outer, name)
	}
}

func (f *File) askKinds(name string) {
	if f.asked != nil {
		note(&f.asked.kinds, name)
	}
}

func (f *File) askRefs(name string) {
	if f.asked != nil {
		note(&f.asked.refs, name)
	}
}

func note(names *map[string]bool, name string) {
	if *names == nil {
		*names = map[string]bool{}
	}
	(*names)[name] = true
}

// Difference is what differs between two versions of a file.
type Difference struct {
	Gone, New []*Part // those that are in one of the two only
	// what the parts speak of that are in one of the two only
	symbols, outer, refs map[string]bool
	// kinds are the names of which there are now others, or more, or fewer
	kinds                map[string]bool
	keys, layout, broken bool
}

// shape is what is asked of symbols besides themselves.
type shape struct {
	name      string
	kind      Kind
	outermost bool
}

// DifferenceTo returns what is different in a version of a file.
func (f *File) DifferenceTo(next *File) *Difference {
	ch := &Difference{symbols: map[string]bool{}, outer: map[string]bool{}, refs: map[string]bool{}, kinds: map[string]bool{}}
	count := map[shape]int{}
	head, tail := common(f.Parts, next.Parts)
	had := map[*Part]bool{}
	for _, p := range f.Parts[head : len(f.Parts)-tail] {
		had[p] = true
	}
	for _, p := range next.Parts[head : len(next.Parts)-tail] {
		if had[p] {
			delete(had, p)
		} else {
			ch.New = append(ch.New, p)
			ch.add(p, count, f.Root, 1)
		}
	}
	for p := range had {
		ch.Gone = append(ch.Gone, p)
		ch.add(p, count, f.Root, -1)
	}
	for s, n := range count {
		if n != 0 {
			ch.kinds[s.name] = true
		}
	}
	ch.keys = !maps.Equal(f.keyed, next.keyed) || !slices.Equal(f.wildcards, next.wildcards)
	ch.layout = !maps.Equal(f.crooked, next.crooked) || !maps.Equal(f.damaged, next.damaged)
	ch.broken = f.isBroken != next.isBroken
	return ch
}

func (ch *Difference) add(p *Part, count map[shape]int, root *Scope, n int) {
	for _, s := range p.Symbols {
		ch.symbols[s.Name] = true
		if s.Scope == root {
			ch.outer[s.Name] = true
		}
		count[shape{s.Name, s.Kind, s.Scope == root}] += n
	}
	for _, r := range p.Refs {
		ch.refs[r.Name] = true
	}
	for _, m := range p.Mentions {
		if m.Entity == Field {
			ch.refs["f."+m.Name] = true
		}
	}
}

// Concern tells whether an answer to what was asked may be another one now.
func (ch *Difference) Concern(a *Asked) bool {
	if a.around || a.keys && ch.keys || a.layout && ch.layout || a.broken && ch.broken {
		return true
	}
	return meet(a.symbols, ch.symbols) || meet(a.outer, ch.outer) || meet(a.kinds, ch.kinds) || meet(a.refs, ch.refs)
}

// meet tells whether a name is in both of two sets.
func meet(a, b map[string]bool) bool {
	if len(b) < len(a) {
		a, b = b, a
	}
	for name := range a {
		if b[name] {
			return true
		}
	}
	return false
}

// HasSameNeighbours tells whether nothing but what is in the files themselves
// can make a difference between two views: other files of their projects are
// the same, and are seen in the same places.
func (v *View) HasSameNeighbours(w *View) bool {
	return v.open == w.open && v.Env == w.Env && v.Project.Complete == w.Project.Complete &&
		slices.Equal(v.imports, w.imports) && slices.Equal(v.importers, w.importers) &&
		slices.Equal(v.Related()[1:], w.Related()[1:])
}
