package runtime

import (
	"maps"
	"slices"

	"github.com/florc-lang/florc/lang/sig"
)

// Describer is a Tasker that says more of itself than its name, for whoever
// writes flows.
type Describer interface {
	Tasker
	// Describe returns what the tasker is; its Name is not looked at.
	Describe() sig.Tasker
}

// Schema describes what flows may rely on in this configuration: the
// procedures of its library and its taskers. Written to a file that the
// project's florc.conf names, it tells florc check and the editors.
func (c Config) Schema() sig.Schema {
	s := sig.Schema{AllTaskers: c.Fallback == nil}
	if c.Library != nil {
		s = c.Library.Schema().Merge(s)
	}
	described := func(name string, t Tasker) {
		var about sig.Tasker
		if d, ok := t.(Describer); ok {
			about = d.Describe()
		}
		about.Name = name
		s.Taskers = append(s.Taskers, about)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Taskers)) {
		described(name, c.Taskers[name])
	}
	for _, r := range c.Registrations {
		if r.Match == nil {
			described(r.Name, r.Tasker)
			continue
		}
		described(r.Match.String(), r.Tasker)
		s.Taskers[len(s.Taskers)-1].Pattern = true
	}
	return s
}
