package analysis

import "slices"

// View is a file as a part of its project: it sees what the files that it
// brings in define. It is immutable and safe for concurrent use.
type View struct {
	*File
	Project *Project

	// open tells that a file which is brought in is not known, so that any
	// name may be defined there.
	open    bool
	imports []visible
	// importers bring the file in, and are seen by it.
	importers []*File
}

// visible is what a file that is brought in adds to a scope.
type visible struct {
	scope *Scope
	file  *File
}

// Definition is a symbol with the file that defines it.
type Definition struct {
	File   *File
	Symbol *Symbol
}

// Alone returns the view of a file whose project is not known.
func Alone(f *File) *View { return NewProject(f.Env, false, f).View(f) }

// View returns the view of a file of the project.
func (p *Project) View(f *File) *View {
	v := &View{File: f, Project: p, importers: p.Importers(f)}
	for _, g := range v.importers {
		v.open = v.open || p.opens(g)
	}
	for _, i := range f.Imports {
		g := p.Find(f.Path(), i.Target)
		if g == nil {
			v.open = true
			continue
		}
		v.imports = append(v.imports, visible{i.Scope, g})
		for _, h := range p.Imported(g) {
			v.imports = append(v.imports, visible{i.Scope, h})
		}
		v.open = v.open || p.opens(g)
	}
	return v
}

// IsOpen tells whether a file that is brought in is not known, so that any name
// may be defined there.
func (v *View) IsOpen() bool { return v.open }

// Related lists the files that may run together with the file: itself, those
// that bring it in, and all that any of these bring in.
func (v *View) Related() []*File {
	list := append([]*File{v.File}, v.importers...)
	for _, f := range list[:len(list):len(list)] {
		for _, g := range v.Project.Imported(f) {
			if g.Path() != v.Path() && !slices.Contains(list, g) {
				list = append(list, g)
			}
		}
	}
	return list
}

// opens tells whether a file, or one that it brings in, brings in a file that
// is not known.
func (p *Project) opens(f *File) bool {
	for _, g := range append(p.Imported(f), f) {
		for _, i := range g.Imports {
			if p.Find(g.Path(), i.Target) == nil {
				return true
			}
		}
	}
	return false
}

// Definitions returns the symbols that a reference may stand for: those that
// its scope sees, the innermost first; where it sees none, those of the files
// that are brought in; or, in a function that sees none, every symbol of that
// name.
func (v *View) Definitions(ref *Reference) []Definition {
	var list []Definition
	for _, s := range v.sees(ref.Scope, ref.Name) {
		list = append(list, Definition{v.File, s})
	}
	if len(list) > 0 {
		return list
	}
	for _, i := range v.imports {
		if !i.scope.encloses(ref.Scope) && !v.seesAll(ref) {
			continue
		}
		for _, s := range i.file.outermost(ref.Name) {
			list = append(list, Definition{i.file, s})
		}
	}
	if len(list) == 0 && v.seesAll(ref) {
		for _, s := range v.Named(ref.Name) {
			list = append(list, Definition{v.File, s})
		}
	}
	if len(list) > 0 || len(v.importers) == 0 {
		return list
	}
	for _, g := range v.Related()[1:] { // what is brought in sees what is around
		for _, s := range g.Named(ref.Name) {
			list = append(list, Definition{g, s})
		}
	}
	return list
}

// seesAll tells whether a reference may see every symbol of the file: from
// within a function, which sees what its callers see, and where lines stand
// in a place in which they were hardly meant to be.
func (v *View) seesAll(ref *Reference) bool {
	return ref.Scope.InFunction() || v.AnyMisplaced()
}

// IsDefined tells whether a reference has definitions.
func (v *View) IsDefined(ref *Reference) bool {
	return v.Has(ref.Scope, ref.Name) || v.Defines(ref.Name) && v.seesAll(ref) ||
		(len(v.imports) > 0 || len(v.importers) > 0) && len(v.Definitions(ref)) > 0
}

// implicit are the names that the machine itself may give to a function that
// it calls: arguments, elements of collections, messages and errors.
var implicit = map[string]bool{
	"args": true, "arga": true, "argv": true, "argh": true, "argd": true, "arguments": true, "yield": true,
	"elt": true, "key": true, "val": true, "idx": true, "len": true, "res": true,
	"msg": true, "err": true, "sig": true, "fcid": true,
	"reply": true, "from": true, "replies": true, "branch_count": true, "over": true, "rets": true,
	"a": true, "b": true,
}

// ImplicitNames lists, in no order, the names that the machine may give to
// functions that it calls.
func ImplicitNames() []string {
	list := make([]string, 0, len(implicit))
	for name := range implicit {
		list = append(list, name)
	}
	return list
}

// Resolves tells whether a reference may stand for something.
func (v *View) Resolves(ref *Reference) bool {
	name := ref.Name
	switch {
	case v.Env.procs[name] != nil, v.Env.IsGiven(name), ref.Scope.isOpen(), v.open:
		return true
	case v.IsDefined(ref):
		return true
	}
	return v.MayBeGiven(ref)
}

// MayBeGiven tells whether something that no symbol stands for may give a name a
// meaning: the machine, which gives some names to functions that it calls; an
// argument with a key; a name that is computed.
func (v *View) MayBeGiven(ref *Reference) bool {
	name := ref.Name
	if v.asked != nil {
		v.asked.keys = true
	}
	if (ref.Scope.InFunction() || len(v.importers) > 0) && (implicit[name] || v.keyed[name]) {
		return true
	}
	for _, w := range v.wildcards {
		if w.matches(name) {
			return true
		}
	}
	return false
}

// Visible lists the symbols that a scope sees, innermost first, then those of
// the files that are brought in.
func (v *View) Visible(scope *Scope) []Definition {
	var list []Definition
	for s := scope; s != nil; s = s.Parent {
		for _, sym := range s.symbols {
			list = append(list, Definition{v.File, sym})
		}
		if s != v.Root {
			continue
		}
		list = v.File.addOuter(list)
	}
	for _, i := range v.imports {
		if i.scope.encloses(scope) {
			list = i.file.addOuter(list)
		}
	}
	return list
}

// addOuter adds the symbols of the outermost scope to a list.
func (f *File) addOuter(list []Definition) []Definition {
	for sym := range f.Symbols() {
		if sym.Scope == f.Root {
			list = append(list, Definition{f, sym})
		}
	}
	return list
}
