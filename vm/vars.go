package vm

import "github.com/florc-lang/florc/lang/value"

// Vars holds the variables of a node in the order in which they were first
// set. The zero Vars is empty and ready to use.
type Vars struct {
	list  []Var
	index map[string]int // built once the list is long
}

const varsIndexFrom = 12

// Len returns the number of variables.
func (vs *Vars) Len() int { return len(vs.list) }

// At returns the i-th variable.
func (vs *Vars) At(i int) Var { return vs.list[i] }

// Get returns the variable of that name.
func (vs *Vars) Get(name string) (value.Value, bool) {
	if i := vs.find(name); i >= 0 {
		return vs.list[i].Value, true
	}
	return value.Value{}, false
}

func (vs *Vars) find(name string) int {
	if vs.index != nil {
		if i, ok := vs.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range vs.list {
		if vs.list[i].Name == name {
			return i
		}
	}
	return -1
}

// Set sets a variable.
func (vs *Vars) Set(name string, v value.Value) {
	if i := vs.find(name); i >= 0 {
		vs.list[i].Value = v
		return
	}
	vs.list = append(vs.list, Var{name, v})
	switch {
	case vs.index != nil:
		vs.index[name] = len(vs.list) - 1
	case len(vs.list) >= varsIndexFrom:
		vs.reindex()
	}
}

// Delete removes a variable and tells whether it was there.
func (vs *Vars) Delete(name string) bool {
	i := vs.find(name)
	if i < 0 {
		return false
	}
	vs.list = append(vs.list[:i:i], vs.list[i+1:]...)
	if vs.index != nil {
		vs.reindex()
	}
	return true
}

func (vs *Vars) reindex() {
	vs.index = make(map[string]int, len(vs.list)*2)
	for i, v := range vs.list {
		vs.index[v.Name] = i
	}
}

// Object returns the variables as an object.
func (vs *Vars) Object() value.Value {
	o := value.NewObject().AsObject()
	for _, v := range vs.list {
		o = o.Set(v.Name, v.Value)
	}
	return value.FromObject(o)
}
