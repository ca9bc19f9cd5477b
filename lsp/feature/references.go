package feature

import (
	"slices"
	"sort"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/source"
)

// occurrence is a place where a thing is named.
type occurrence struct {
	file   *analysis.File
	span   source.Span
	role   analysis.Role
	symbol *analysis.Symbol // where it defines a variable
	ref    *analysis.Reference
}

// occurrences lists the places where a thing is named, over the project. Of
// attributes and procedures, they are those of the file.
func occurrences(v *analysis.View, t *thing) []occurrence {
	switch {
	case t.variable != nil:
		return t.variable.occurrences(v)
	case t.entity != "":
		return entityOccurrences(v.Project, v.Env, t.entity, t.name)
	case t.proc != nil:
		var list []occurrence
		for r := range v.Refs() {
			if v.Env.Proc(r.Name) == t.proc && named(v.File, r.Span, r.Name) && len(seenBy(v.File, r, r.Name)) == 0 {
				list = append(list, occurrence{file: v.File, span: r.Span, role: analysis.Uses, ref: r})
			}
		}
		for _, p := range postfixWords(v, t.name) {
			list = append(list, occurrence{file: v.File, span: p, role: analysis.Uses})
		}
		return list
	case t.attr != nil:
		var list []occurrence
		for c := range v.Calls() {
			for i := range c.Node.Attrs {
				if at := &c.Node.Attrs[i]; at.Key != "" && v.Env.Attr(c.Proc, at.Key) == t.attr {
					list = append(list, occurrence{file: v.File, span: at.KeySpan, role: analysis.Uses})
				}
			}
		}
		return list
	case t.given != nil, t.implicit:
		var list []occurrence
		for r := range v.Refs() {
			if r.Name == t.name && len(seenBy(v.File, r, r.Name)) == 0 && (t.given != nil || sameFunction(r.Scope, t.scope)) {
				list = append(list, occurrence{file: v.File, span: r.Span, role: analysis.Uses, ref: r})
			}
		}
		return list
	}
	return nil
}

// sameFunction tells whether two scopes are in the same innermost function.
func sameFunction(a, b *analysis.Scope) bool { return innermost(a) == innermost(b) }

func innermost(s *analysis.Scope) *analysis.Scope {
	for s != nil && !s.Function {
		s = s.Parent
	}
	return s
}

// occurrences lists the places where the variable is named; among them the
// keys under which it is given to a function as a parameter.
func (x *variable) occurrences(v *analysis.View) []occurrence {
	var list []occurrence
	for _, p := range x.parts {
		for _, s := range p.symbols {
			if named(p.file, s.Span, x.name) {
				list = append(list, occurrence{file: p.file, span: s.Span, role: analysis.Defines, symbol: s})
			}
		}
		for _, r := range p.refs {
			list = append(list, occurrence{file: p.file, span: r.Span, role: analysis.Uses, ref: r})
		}
	}
	return append(list, x.keys(v)...)
}

// keys lists the places where a parameter is given by its name.
func (x *variable) keys(v *analysis.View) []occurrence {
	var list []occurrence
	for _, p := range x.parts {
		for _, s := range p.symbols {
			if s.Kind != analysis.Parameter {
				continue
			}
			for _, fun := range p.file.PartAt(p.file.Offset(s.Span.Start)).Symbols {
				if functionNode(fun) != s.Node {
					continue
				}
				called := variableOf(viewOf(v, p.file), fun.Name, fun, nil)
				if called == nil {
					continue
				}
				for _, q := range called.parts {
					for _, r := range q.refs {
						if !r.Head || r.Call == nil {
							continue
						}
						for i := range r.Call.Node.Attrs {
							if at := &r.Call.Node.Attrs[i]; at.Key == x.name && at.KeySpan.IsValid() {
								list = append(list, occurrence{file: q.file, span: at.KeySpan, role: analysis.Uses})
							}
						}
					}
				}
			}
		}
	}
	return list
}

// viewOf returns the view of a file of the same project.
func viewOf(v *analysis.View, f *analysis.File) *analysis.View {
	if f == v.File {
		return v
	}
	return v.Project.View(f)
}

// entityOccurrences lists the places of the project where a tag, a field, a
// signal, a tasker or a file is named.
func entityOccurrences(p *analysis.Project, env *analysis.Env, e analysis.Entity, name string) []occurrence {
	var list []occurrence
	for _, f := range p.Files() {
		mentions := f.Mentions()
		if e == analysis.Tag {
			mentions = slices.Values(mentionsOf(f))
		}
		for m := range mentions {
			if m.Entity == e && m.Name == name && m.Span.IsValid() {
				list = append(list, occurrence{file: f, span: m.Span, role: m.Role})
			}
		}
		if e != analysis.Tasker || env.Proc(name) != nil {
			continue
		}
		for _, r := range f.Uses(name) {
			if !r.Head && env.Tasker(name) == nil {
				continue
			}
			t := thing{ref: r, name: name}
			if resolve(p.View(f), &t); t.entity == e {
				list = append(list, occurrence{file: f, span: r.Span, role: analysis.Uses, ref: r})
			}
		}
	}
	return list
}

// Definition returns where what stands at an offset gets its meaning: the
// definitions of a variable or function, the places where a tag is given, a
// field set or a signal sent, the file that is brought in. The result is
// empty for what is defined nowhere in the project, as procedures are.
func Definition(v *analysis.View, offset int) []Location {
	t := thingAt(v, clamp(v, offset))
	if t == nil {
		return nil
	}
	if t.entity == analysis.Flow {
		if f := v.Project.Find(v.Path(), t.name); f != nil {
			return []Location{{f.Path(), f.Source().Span(0, 0)}}
		}
		return nil
	}
	var list []Location
	if t.variable != nil && t.ref != nil {
		// the nearest ones, where they can be told
		near := seenBy(v.File, t.ref, t.name)
		for i, s := range near {
			if i > 0 && s.Scope != near[0].Scope && near[0].Kind != analysis.Variable {
				break
			}
			if named(v.File, s.Span, s.Name) {
				list = append(list, Location{v.Path(), s.Span})
			}
		}
		if len(list) > 0 {
			return sortLocations(list)
		}
	}
	for _, o := range occurrences(v, t) {
		if o.role == analysis.Defines || o.role == analysis.Changes && t.entity == analysis.Field {
			list = append(list, Location{o.file.Path(), o.span})
		}
	}
	return sortLocations(list)
}

// References returns every place of the project that names what stands at an
// offset, in the order of paths and texts. Procedures and attributes are
// looked for in the file alone.
func References(v *analysis.View, offset int, includeDefinitions bool) []Location {
	t := thingAt(v, clamp(v, offset))
	if t == nil {
		return nil
	}
	var list []Location
	for _, o := range occurrences(v, t) {
		if includeDefinitions || o.role != analysis.Defines {
			list = append(list, Location{o.file.Path(), o.span})
		}
	}
	return sortLocations(list)
}

// Highlight is a place of the file that names the same thing.
type Highlight struct {
	Span  source.Span
	Write bool // it defines or changes it
}

// Highlights returns the places of the file that name what stands at an
// offset.
func Highlights(v *analysis.View, offset int) []Highlight {
	t := thingAt(v, clamp(v, offset))
	if t == nil {
		return nil
	}
	var list []Highlight
	for _, o := range occurrences(v, t) {
		if o.file == v.File {
			list = append(list, Highlight{o.span, o.role != analysis.Uses})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Span.Start.Compare(list[j].Span.Start) < 0 })
	out := list[:0]
	for i, h := range list {
		if i == 0 || h.Span != list[i-1].Span {
			out = append(out, h)
		} else if h.Write {
			out[len(out)-1].Write = true
		}
	}
	return out
}

// postfixWords returns the places where if or unless stands behind a line.
func postfixWords(v *analysis.View, name string) []source.Span {
	if name != "if" && name != "unless" {
		return nil
	}
	var list []source.Span
	for c := range v.Calls() {
		if c.Node.Head == "_"+name && len(c.Node.Children) == 2 {
			at := v.Offset(c.Node.Children[0].Span.Start)
			text := v.Source().Text[:max(0, min(at, len(v.Source().Text)))]
			if i := strings.LastIndex(text, name); i >= 0 && strings.Trim(text[i+len(name):], " \t\r\n(") == "" {
				list = append(list, v.Source().Span(i, i+len(name)))
			}
		}
	}
	return list
}
