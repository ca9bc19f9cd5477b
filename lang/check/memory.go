package check

import (
	"maps"
	"sync"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

// Memory keeps what the rules found in the parts of a file, so that of its next
// version only those are looked at again which changed, or which speak of what
// changed. The zero value is ready for use; it is safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	checker *Checker
	view    *analysis.View
	moves   *moves
	states  map[*analysis.Part]*state
	turn    int // how often it was asked
	counted counted
}

// state is what is known of a part. What rules found is nil where they have
// not been asked; settled are the rules that are asked of a settled file only.
type state struct {
	turn           int // when it was known to hold
	summary        *summary
	plain, settled *finding
}

// finding is what some rules found in a part, and what of.
type finding struct {
	asked analysis.Asked
	moves bool // it depends on where moves of the file go
	rows  bool // it says how many lines stand above something

	found      []diag.Diagnostic
	unresolved []*analysis.Reference // names that stand for nothing
	idle       []*analysis.Symbol    // names that nothing in the file reads
	stops      analysis.Stops        // of its lines at the outermost level
}

// recall returns the states of the parts of a file, less what may not hold any
// more. The memory must be locked, or nil.
func (m *Memory) recall(r *rules, v *analysis.View) []*state {
	states := make([]*state, len(v.Parts))
	if m == nil {
		for i, p := range v.Parts {
			states[i] = &state{summary: r.summarize(p)}
		}
		r.moves = r.movesOf(states)
		return states
	}
	var changed *analysis.Difference
	if m.view != nil && m.view.HasSameNeighbours(v) {
		changed = m.view.File.DifferenceTo(v.File)
	}
	for i, p := range v.Parts {
		s := m.states[p]
		if s == nil || s.turn != m.turn || changed == nil {
			s = &state{summary: r.summarize(p)}
			m.states[p] = s
		}
		s.turn = m.turn + 1
		states[i] = s
	}
	r.moves = r.movesOf(states)
	r.counted = &m.counted
	if changed == nil {
		m.counted = counted{}
	} else if m.counted.own != nil {
		for _, p := range changed.Gone {
			m.counted.own.add(p, -1)
		}
		for _, p := range changed.New {
			m.counted.own.add(p, 1)
		}
	}
	if changed != nil {
		moved, shifted := !m.moves.equal(r.moves), !m.view.Source().HasRowsOf(v.Source())
		holds := func(f *finding) *finding {
			if f == nil || f.moves && moved || f.rows && shifted || changed.Concern(&f.asked) {
				return nil
			}
			return f
		}
		for _, s := range states {
			s.plain, s.settled = holds(s.plain), holds(s.settled)
		}
	}
	if len(m.states) > len(states)+len(states)/8+16 { // some are of parts that are gone
		maps.DeleteFunc(m.states, func(_ *analysis.Part, s *state) bool { return s.turn <= m.turn })
	}
	m.turn++
	m.view, m.moves = v, r.moves
	return states
}

// summary is what a part says that is asked of the file as a whole. It depends
// on nothing else.
type summary struct {
	targets  []string // where its moves go, as texts
	named    []string // the same as names, which may stand for something else
	computed bool     // some are known at run time only
}

func (r *rules) summarize(p *analysis.Part) *summary {
	x := &summary{}
	for _, c := range p.Calls {
		if c.Name() != "move" && c.Name() != "cursor" && c.Name() != "loop" {
			continue
		}
		for i := range c.Node.Attrs {
			a := &c.Node.Attrs[i]
			if a.Key != "to" && a.Key != "start" && a.Key != "initial" {
				continue
			}
			switch s, ok := text(a.Value); {
			case ok:
				x.targets = append(x.targets, s)
			case a.Value.IsName():
				x.named = append(x.named, a.Value.Head)
			default:
				x.computed = true
			}
		}
	}
	return x
}

// moves are the targets of the file's moves.
type moves struct {
	names    map[string]bool
	computed bool
}

func (m *moves) equal(n *moves) bool { return m.computed == n.computed && maps.Equal(m.names, n.names) }

func (r *rules) movesOf(states []*state) *moves {
	m := &moves{names: map[string]bool{}}
	for _, s := range states {
		for _, name := range s.summary.targets {
			m.names[name] = true
		}
		for _, name := range s.summary.named {
			m.names[name] = true
			m.computed = m.computed || r.Defines(name) || r.Env.IsGiven(name)
		}
		m.computed = m.computed || s.summary.computed
	}
	return m
}
