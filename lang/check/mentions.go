package check

import (
	"slices"

	"github.com/florc-lang/florc/lang/analysis"
)

// tally counts how often names are mentioned, by what they are names of and what
// is done with it.
type tally map[purpose]map[string]int

type purpose struct {
	entity analysis.Entity
	role   analysis.Role
}

// add counts what a part mentions, n times.
func (t tally) add(p *analysis.Part, n int) {
	for _, m := range p.Mentions {
		key := purpose{m.Entity, m.Role}
		if t[key] == nil {
			t[key] = map[string]int{}
		}
		if t[key][m.Name] += n; t[key][m.Name] == 0 {
			delete(t[key], m.Name)
		}
	}
}

// tallyOf counts what files mention.
func tallyOf(files ...*analysis.File) tally {
	t := tally{}
	for _, f := range files {
		for _, p := range f.Parts {
			t.add(p, 1)
		}
	}
	return t
}

// tallies counts what the file mentions, and what those mention that go with it.
func (r *rules) tallies() []tally {
	k := r.counted
	if k.own == nil {
		k.own = tallyOf(r.File)
	}
	if k.others == nil {
		k.others = tallyOf(r.Related()[1:]...)
	}
	return []tally{k.own, k.others}
}

// counted are the tallies of a file and of those that go with it, nil where they
// are not known.
type counted struct{ own, others tally }

// mentioned are the names of an entity that are mentioned in some roles in the
// files that go together.
type mentioned struct {
	counts   []map[string]int
	more     map[string]bool // further ones, which are no candidates for what a slip means
	computed bool            // some are known at run time only
}

func (m *mentioned) has(name string) bool {
	return m.more[name] || slices.ContainsFunc(m.counts, func(c map[string]int) bool { return c[name] > 0 })
}

// list lists the names, sorted.
func (m *mentioned) list() []string {
	var list []string
	for _, c := range m.counts {
		for name := range c {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// slip returns what a name is likely a slip for, "" for nothing.
func (m *mentioned) slip(name string) string {
	for _, c := range m.counts {
		if len(c) > maxSlipNames {
			return ""
		}
	}
	return slip(name, m.list())
}

func (r *rules) tags(role analysis.Role) mentioned { return r.mentions(analysis.Tag, role) }

// mentions gathers the names of an entity that are mentioned in a role.
func (r *rules) mentions(e analysis.Entity, roles ...analysis.Role) mentioned {
	var all mentioned
	for _, role := range roles {
		for _, t := range r.tallies() {
			if names := t[purpose{e, role}]; len(names) > 0 {
				all.counts = append(all.counts, names)
			}
		}
		for _, f := range r.Related() {
			all.computed = all.computed || f.Computes(e, role)
		}
	}
	return all
}
