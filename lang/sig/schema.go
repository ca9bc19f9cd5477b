package sig

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
)

// Schema is what definitions may rely on: the procedures of the library, and
// what the service that runs them adds. The checker and the language server
// know nothing else. Its JSON form is the schema file that a service writes
// for them.
type Schema struct {
	Procs   []Proc   `json:"procs,omitempty"`
	Common  []Attr   `json:"common,omitempty"` // the attributes that every node understands
	Taskers []Tasker `json:"taskers,omitempty"`
	// AllTaskers says that Taskers lists every tasker there is.
	AllTaskers bool `json:"allTaskers,omitempty"`
	// Flows are those that are found by name, beside the files of a project.
	Flows []Flow `json:"flows,omitempty"`
	// AllFlows says that Flows lists every flow there is.
	AllFlows bool   `json:"allFlows,omitempty"`
	Vars     []Var  `json:"vars,omitempty"`
	Hooks    []Hook `json:"hooks,omitempty"`
}

// Flow is a flow that `launch` and `import` find by name.
type Flow struct {
	// Name is the name. Where Pattern is set, it is a regular expression that the
	// whole name has to match.
	Name    string `json:"name"`
	Pattern bool   `json:"pattern,omitempty"`
	Domain  string `json:"domain,omitempty"` // that has it, with those below; "" for all
	Doc     string `json:"doc,omitempty"`
}

// Tasker describes somebody, or something, that does tasks.
type Tasker struct {
	// Name is the name it is called by. Where Pattern is set, it is a regular
	// expression that the whole name has to match.
	Name    string `json:"name"`
	Pattern bool   `json:"pattern,omitempty"`
	Doc     string `json:"doc,omitempty"`
	Attrs   []Attr `json:"attrs,omitempty"` // what a task for it may carry
	Sets    []Var  `json:"sets,omitempty"`  // the fields that it sets
}

// Var describes a variable that is given at launch, or a field that is set by
// somebody else.
type Var struct {
	Name string `json:"name"`
	Type Type   `json:"type,omitempty"`
	Doc  string `json:"doc,omitempty"`
}

// Hook describes what a service listens to: signals, tags entered and left. What a
// hook listens to is no mistake where no line of the flow does.
type Hook struct {
	Signal string `json:"signal,omitempty"`
	Tag    string `json:"tag,omitempty"`
	Doc    string `json:"doc,omitempty"`
}

// Merge returns a schema that holds what both hold; what more says comes last.
// Procedures and common attributes of more take the place of those of the same
// name.
func (s Schema) Merge(more Schema) Schema {
	names := map[string]bool{}
	for _, p := range more.Procs {
		names[p.Name()] = true
	}
	for _, a := range more.Common {
		names[a.Names[0]+":"] = true
	}
	s.Procs = slices.DeleteFunc(slices.Clone(s.Procs), func(p Proc) bool { return names[p.Name()] })
	s.Procs = append(s.Procs, more.Procs...)
	s.Common = slices.DeleteFunc(slices.Clone(s.Common), func(a Attr) bool { return names[a.Names[0]+":"] })
	s.Common = append(s.Common, more.Common...)
	s.Taskers = append(s.Taskers[:len(s.Taskers):len(s.Taskers)], more.Taskers...)
	s.Vars = append(s.Vars[:len(s.Vars):len(s.Vars)], more.Vars...)
	s.Hooks = append(s.Hooks[:len(s.Hooks):len(s.Hooks)], more.Hooks...)
	s.AllTaskers = s.AllTaskers || more.AllTaskers
	s.Flows = append(s.Flows[:len(s.Flows):len(s.Flows)], more.Flows...)
	s.AllFlows = s.AllFlows || more.AllFlows
	return s
}

// Write writes the schema as JSON, as a schema file holds it.
func (s Schema) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(s)
}

// ReadSchema reads what Write wrote. A field that it does not know is an
// error, since it is a misspelt one, or from a newer version.
func ReadSchema(data []byte) (Schema, error) {
	var s Schema
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Schema{}, err
	}
	for i, p := range s.Procs {
		if len(p.Names) == 0 || p.Names[0] == "" {
			return Schema{}, fmt.Errorf("procs[%d] has no name", i)
		}
	}
	for i, a := range s.Common {
		if len(a.Names) == 0 || a.Names[0] == "" {
			return Schema{}, fmt.Errorf("common[%d] has no name", i)
		}
	}
	for i, t := range s.Taskers {
		if t.Name == "" {
			return Schema{}, fmt.Errorf("taskers[%d] has no name", i)
		}
	}
	for i, f := range s.Flows {
		if f.Name == "" {
			return Schema{}, fmt.Errorf("flows[%d] has no name", i)
		}
	}
	return s, nil
}
