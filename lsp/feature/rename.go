package feature

import (
	"fmt"
	"sort"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// PrepareRename returns the span and text of the name at an offset that can be
// renamed; an error says to people why none can.
func PrepareRename(v *analysis.View, offset int) (source.Span, string, error) {
	t := thingAt(v, clamp(v, offset))
	if err := renamable(v, t); err != nil {
		return source.Span{}, "", err
	}
	at := source.Span{Start: t.span.Start, End: t.span.Start.Plus(len(t.name))}
	return at, t.name, nil
}

// Rename returns the changes that give what stands at an offset another name
// wherever the project names it, by path. An error says to people why it can't
// be done: what has no name of its own, a name that is none, or one that means
// something else already in one of the places.
func Rename(v *analysis.View, offset int, name string) ([]FileEdits, error) {
	t := thingAt(v, clamp(v, offset))
	if err := renamable(v, t); err != nil {
		return nil, err
	}
	if name == t.name {
		return nil, nil
	}
	places := occurrences(v, t)
	if err := validName(t, name, places); err != nil {
		return nil, err
	}
	if err := captures(v, t, name); err != nil {
		return nil, err
	}
	byFile := map[string][]diag.Edit{}
	seen := map[Location]bool{}
	for _, o := range places {
		at := Location{o.file.Path(), o.span}
		if seen[at] {
			continue
		}
		seen[at] = true
		if !named(o.file, o.span, t.name) {
			return nil, fmt.Errorf("%s is named in %s, line %d, in a way that can't be changed: write it out there first", t.name, o.file.Path(), row(o.file, o.span))
		}
		byFile[at.Path] = append(byFile[at.Path], diag.Edit{Span: source.Span{Start: o.span.Start, End: o.span.Start.Plus(len(t.name))}, NewText: name})
	}
	return fileEdits(byFile), nil
}

// fileEdits orders changes by path, and those of a file by offset.
func fileEdits(byFile map[string][]diag.Edit) []FileEdits {
	list := make([]FileEdits, 0, len(byFile))
	for path, edits := range byFile {
		sort.Slice(edits, func(i, j int) bool { return edits[i].Span.Start.Compare(edits[j].Span.Start) < 0 })
		list = append(list, FileEdits{path, edits})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	return list
}

// renamable says why a thing can't be renamed.
func renamable(v *analysis.View, t *thing) error {
	switch {
	case t == nil || t.literal != nil:
		return fmt.Errorf("there is no name here")
	case t.proc != nil:
		return fmt.Errorf("%s is a procedure of the language", t.name)
	case t.attr != nil:
		return fmt.Errorf("%s is an attribute of the language", t.name)
	case t.given != nil:
		return fmt.Errorf("%s is a variable that is given at launch: rename it where the flow is launched", t.name)
	case t.implicit:
		return fmt.Errorf("%s is given to functions by the machine", t.name)
	}
	switch t.entity {
	case analysis.Flow:
		return fmt.Errorf("this names a file: rename the file instead")
	case analysis.Tasker:
		if s := v.Env.Tasker(t.name); s != nil {
			return fmt.Errorf("%s is a tasker of the service: rename it there", t.name)
		}
	case analysis.Field:
		if t.name == "ret" {
			return fmt.Errorf("f.ret is a field of the language")
		}
		for i := range v.Env.Schema.Taskers {
			s := &v.Env.Schema.Taskers[i]
			for _, set := range s.Sets {
				if set.Name == t.name {
					return fmt.Errorf("the tasker %s sets f.%s: rename it there", s.Name, t.name)
				}
			}
		}
	case analysis.Tag, analysis.Signal:
	default:
		return renamableVariable(t)
	}
	return nil
}

func renamableVariable(t *thing) error {
	if t.variable == nil || !t.variable.isDefined() {
		return fmt.Errorf("nothing defines %s", t.name)
	}
	for _, p := range t.variable.parts {
		for _, s := range p.symbols {
			switch {
			case s.Name == "match" || s.Name == "matched" || strings.HasSuffix(s.Name, "__match"):
				return fmt.Errorf("%s is given by the language", s.Name)
			case !named(p.file, s.Span, s.Name):
				return fmt.Errorf("%s is named in %s, line %d, in a way that can't be changed: write it out there first", s.Name, p.file.Path(), row(p.file, s.Span))
			}
		}
	}
	return nil
}

// pathRoots are the names that say where a path looks, and so are poor ones
// for variables.
var pathRoots = map[string]bool{
	"f": true, "fld": true, "field": true, "t": true, "tag": true, "node": true, "exe": true, "execution": true,
	"v": true, "var": true, "variable": true, "lv": true, "lvar": true, "lvariable": true,
	"gv": true, "gvar": true, "gvariable": true, "dv": true, "dvar": true, "dvariable": true,
}

// validName says why a name is none for a thing that is named in some places.
func validName(t *thing, name string, places []occurrence) error {
	invalid := fmt.Errorf("%q is no name: blanks, brackets, quotes and . : ; | , # \\ can't stand in one, and it is no number", name)
	if t.variable != nil {
		_, _, splat := ast.Splat(name)
		switch {
		case !ast.IsName(name), name == "_", splat:
			return invalid
		case pathRoots[name]:
			return fmt.Errorf("%s.… means something else: choose another name", name)
		case ast.IsOperator(name), name == "if", name == "unless", name == "else":
			return fmt.Errorf("%s is a word of the language", name)
		}
		return nil
	}
	if name == "" || strings.ContainsAny(name, "'\"\\\n\r") || strings.Contains(name, "$(") {
		return fmt.Errorf("%q can't be the name of a %s: it has a quote, a backslash, a $( or a line end in it, or is empty", name, t.entity)
	}
	if t.entity == analysis.Field && name == "ret" {
		return fmt.Errorf("f.ret is a field of the language")
	}
	for _, o := range places {
		text := o.file.Source().Text
		at := o.file.Offset(o.span.Start)
		quoted := at > 0 && (text[at-1] == '\'' || text[at-1] == '"')
		switch {
		case quoted:
		case at > 0 && text[at-1] == '.':
			if ast.SymbolLen(name) != len(name) || strings.Trim(name, "0123456789") == "" {
				return invalid
			}
		case !ast.IsName(name):
			return invalid
		}
	}
	return nil
}

// captures says what else a name means where a thing would get it.
func captures(v *analysis.View, t *thing, name string) error {
	if t.variable == nil {
		for _, o := range entityOccurrences(v.Project, v.Env, t.entity, name) {
			return fmt.Errorf("there is a %s %s already, in %s, line %d", t.entity, name, o.file.Path(), row(o.file, o.span))
		}
		if t.entity == analysis.Tasker && v.Env.Proc(name) != nil {
			return fmt.Errorf("%s is a procedure of the language", name)
		}
		return nil
	}
	switch {
	case v.Env.Proc(name) != nil:
		return fmt.Errorf("%s is a procedure, which a variable of that name would hide", name)
	case v.Env.IsGiven(name):
		return fmt.Errorf("%s is a tasker, or a variable given at launch, which a variable of that name would hide", name)
	case isImplicit(name):
		return fmt.Errorf("%s is a name that the machine gives to functions", name)
	}
	for _, p := range t.variable.parts {
		for _, s := range p.symbols {
			if s.Kind == analysis.Parameter && v.Env.Common(name) != nil {
				return fmt.Errorf("%s: is an attribute of every node, so no parameter can be given by that name", name)
			}
			for _, other := range seen(p.file, s.Scope, name) {
				return fmt.Errorf("there is a %s %s already, in %s, line %d", other.Kind, name, p.file.Path(), row(p.file, other.Span))
			}
		}
		for _, r := range p.refs {
			for _, other := range seenBy(p.file, r, name) {
				return fmt.Errorf("in line %d of %s, %s is another %s", row(p.file, r.Span), p.file.Path(), name, other.Kind)
			}
		}
		if err := captured(p, name); err != nil {
			return err
		}
		if q := outerPart(p.file, name); p.outer && q != nil {
			return fmt.Errorf("%s is used in %s already", name, p.file.Path())
		}
	}
	return nil
}

// captured says which uses of a name would come to mean the variable, or what
// it is seen from would take its place.
func captured(p part, name string) error {
	for _, r := range p.file.Uses(name) {
		for s := r.Scope; s != nil; s = s.Parent {
			for _, own := range p.symbols {
				if own.Scope == s {
					return fmt.Errorf("in line %d of %s, %s means something else", row(p.file, r.Span), p.file.Path(), name)
				}
			}
		}
	}
	for _, s := range p.file.Named(name) {
		for scope := s.Scope; scope != nil; scope = scope.Parent {
			for _, own := range p.symbols {
				if own.Scope == scope {
					return fmt.Errorf("there is a %s %s already, in %s, line %d", s.Kind, name, p.file.Path(), row(p.file, s.Span))
				}
			}
		}
	}
	return nil
}

// LinkedRanges returns the places that are to change together while one of
// them is edited, the one at an offset among them: those of a name that is
// known to one file alone. Nil where there is but one.
func LinkedRanges(v *analysis.View, offset int) []source.Span {
	t := thingAt(v, clamp(v, offset))
	if renamable(v, t) != nil || t.entity == analysis.Field || t.entity == analysis.Tasker {
		return nil
	}
	if t.variable != nil && t.variable.parts[0].outer {
		return nil
	}
	var list []source.Span
	for _, o := range occurrences(v, t) {
		if o.file != v.File || textOf(o.file, o.span) != t.name {
			return nil
		}
		list = append(list, o.span)
	}
	if len(list) < 2 {
		return nil
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Start.Compare(list[j].Start) < 0 })
	out := list[:1]
	for _, s := range list[1:] {
		if s != out[len(out)-1] {
			out = append(out, s)
		}
	}
	return out
}
