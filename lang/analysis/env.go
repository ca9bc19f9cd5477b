package analysis

import (
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/florc-lang/florc/lang/sig"
)

// Env is what definitions may rely on, made for looking names up. It is
// immutable and safe for concurrent use.
type Env struct {
	Schema sig.Schema

	procs    map[string]*sig.Proc
	common   map[string]*sig.Attr
	attrs    map[string]bool // the names of every attribute of any procedure
	taskers  map[string]*sig.Tasker
	patterns []taskerPattern
	vars     map[string]*sig.Var
	// importing are the names of procedures that bring files in or launch them; "" where any
	// line may.
	importing []string
	flows     map[string]*sig.Flow

	flowPatterns []flowPattern
}

type flowPattern struct {
	regex *regexp.Regexp
	flow  *sig.Flow
}

type taskerPattern struct {
	regex  *regexp.Regexp
	tasker *sig.Tasker
}

// NewEnv returns the environment of a schema. A pattern of a tasker or a
// flow that is no regular expression matches nothing.
func NewEnv(s sig.Schema) *Env {
	e := &Env{
		Schema: s, procs: map[string]*sig.Proc{}, common: map[string]*sig.Attr{}, attrs: map[string]bool{},
		taskers: map[string]*sig.Tasker{}, vars: map[string]*sig.Var{}, flows: map[string]*sig.Flow{},
	}
	for i := range s.Procs {
		p := &s.Procs[i]
		for _, name := range p.Names {
			e.procs[name] = p
		}
		importing := slices.ContainsFunc(p.Args, func(a sig.Arg) bool { return entities[a.Type] == Flow })
		for _, a := range p.Attrs {
			importing = importing || entities[a.Type] == Flow
			for _, name := range a.Names {
				e.attrs[name] = true
			}
		}
		if importing {
			e.importing = append(e.importing, p.Names...)
		}
	}
	for i := range s.Common {
		for _, name := range s.Common[i].Names {
			e.common[name] = &s.Common[i]
			e.attrs[name] = true
		}
		if entities[s.Common[i].Type] == Flow {
			e.importing = append(e.importing, "")
		}
	}
	for i := range s.Taskers {
		t := &s.Taskers[i]
		if !t.Pattern {
			e.taskers[t.Name] = t
		} else if rx, err := regexp.Compile("^(?:" + t.Name + ")$"); err == nil {
			e.patterns = append(e.patterns, taskerPattern{rx, t})
		}
	}
	for i := range s.Flows {
		f := &s.Flows[i]
		if !f.Pattern {
			if e.flows[f.Name] == nil || f.Domain == "" {
				e.flows[f.Name] = f
			}
		} else if rx, err := regexp.Compile("^(?:" + f.Name + ")$"); err == nil {
			e.flowPatterns = append(e.flowPatterns, flowPattern{rx, f})
		}
	}
	for i := range s.Vars {
		e.vars[s.Vars[i].Name] = &s.Vars[i]
	}
	return e
}

// Proc returns the procedure of that name, or nil.
func (e *Env) Proc(name string) *sig.Proc { return e.procs[name] }

// Common returns the attribute of that name that every node understands, or
// nil.
func (e *Env) Common(name string) *sig.Attr { return e.common[name] }

// IsAttr tells whether some procedure, or every node, has an attribute of
// that name.
func (e *Env) IsAttr(name string) bool { return e.attrs[name] }

// MayImport tells whether a definition may bring files in, or launch them, by what
// surely stands in its text then: the name of a procedure that does.
func (e *Env) MayImport(text string) bool {
	return slices.ContainsFunc(e.importing, func(name string) bool { return strings.Contains(text, name) })
}

// Tasker returns the tasker that answers to a name, or nil.
func (e *Env) Tasker(name string) *sig.Tasker {
	if t := e.taskers[name]; t != nil {
		return t
	}
	for _, p := range e.patterns {
		if p.regex.MatchString(name) {
			return p.tasker
		}
	}
	return nil
}

// Flow returns the flow that a schema says is found under a name, or nil.
func (e *Env) Flow(name string) *sig.Flow {
	if f := e.flows[name]; f != nil {
		return f
	}
	for _, p := range e.flowPatterns {
		if p.regex.MatchString(name) {
			return p.flow
		}
	}
	return nil
}

// Var returns the variable of that name that is given at launch, or nil.
func (e *Env) Var(name string) *sig.Var { return e.vars[name] }

// IsGiven tells whether a name stands for something outside of definitions: a
// tasker, or a variable given at launch.
func (e *Env) IsGiven(name string) bool { return e.vars[name] != nil || e.Tasker(name) != nil }

// Given lists the names of taskers and variables from outside, sorted.
func (e *Env) Given() []string {
	var names []string
	for name := range e.taskers {
		names = append(names, name)
	}
	for name := range e.vars {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// ProcNames lists every name of every procedure.
func (e *Env) ProcNames() []string {
	var names []string
	for i := range e.Schema.Procs {
		names = append(names, e.Schema.Procs[i].Names...)
	}
	return names
}

// Attr returns the attribute of that name which a call of the procedure, nil
// for none, understands; nil where there is none.
func (e *Env) Attr(p *sig.Proc, name string) *sig.Attr {
	if p != nil {
		if at := p.Attr(name); at != nil {
			return at
		}
	}
	return e.common[name]
}
