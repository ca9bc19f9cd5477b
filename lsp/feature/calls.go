package feature

import (
	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// CallItem is a function, or a file as a whole, in a hierarchy of calls. A
// file has an empty NameSpan.
type CallItem struct {
	Name     string
	Detail   string
	Path     string
	Span     source.Span
	NameSpan source.Span
}

// CallEdge is one end of a call: what calls, or is called, and where the calls
// are, in the file of the caller.
type CallEdge struct {
	Item  CallItem
	Spans []source.Span
}

// PrepareCalls returns the functions that what stands at an offset may be.
func PrepareCalls(v *analysis.View, offset int) []CallItem {
	t := thingAt(v, clamp(v, offset))
	if t == nil || t.variable == nil {
		return nil
	}
	return t.variable.functionItems()
}

// functionItems lists the functions that a variable may be.
func (x *variable) functionItems() []CallItem {
	var list []CallItem
	for _, p := range x.parts {
		for _, s := range p.symbols {
			if n := functionNode(s); n != nil && named(p.file, s.Span, s.Name) {
				list = append(list, functionItem(p.file, s, n))
			}
		}
	}
	return list
}

func functionItem(f *analysis.File, s *analysis.Symbol, n *tree.Node) CallItem {
	at := s.Span
	end := max(f.Offset(n.Span.End), f.Offset(at.End), f.Offset(s.Node.Span.End))
	if path := linePath(f.Syntax(), f.Offset(at.Start)); len(path) > 0 {
		end = max(end, blockEnd(f.Syntax(), path[len(path)-1]))
	}
	span := f.Source().Span(min(f.Offset(at.Start), f.Offset(s.Node.Span.Start)), end)
	return CallItem{s.Name, functionSignature(f, s.Name, n), f.Path(), span, at}
}

func fileItem(f *analysis.File) CallItem {
	return CallItem{Name: f.Path(), Path: f.Path(), Span: f.Source().Span(0, len(f.Source().Text)), NameSpan: f.Source().Span(0, 0)}
}

// makers maps the nodes that make functions to their symbols.
func makers(f *analysis.File) map[*tree.Node]*analysis.Symbol {
	m := map[*tree.Node]*analysis.Symbol{}
	for s := range f.Symbols() {
		if n := functionNode(s); n != nil {
			m[n] = s
		}
	}
	return m
}

// enclosing returns the function around a call, or the file.
func enclosing(f *analysis.File, made map[*tree.Node]*analysis.Symbol, c *analysis.Call) CallItem {
	for ; c != nil; c = c.Parent {
		if s := made[c.Node]; s != nil {
			return functionItem(f, s, c.Node)
		}
	}
	return fileItem(f)
}

// edges gathers calls by their other end, in the order in which they come.
type edges struct {
	list  []CallEdge
	index map[Location]int
}

func (e *edges) add(item CallItem, at source.Span) {
	key := Location{item.Path, item.NameSpan}
	i, found := e.index[key]
	if !found {
		if e.index == nil {
			e.index = map[Location]int{}
		}
		i = len(e.list)
		e.index[key] = i
		e.list = append(e.list, CallEdge{Item: item})
	}
	e.list[i].Spans = append(e.list[i].Spans, at)
}

// IncomingCalls returns what calls a function.
func IncomingCalls(p *analysis.Project, item CallItem) []CallEdge {
	f := p.File(item.Path)
	if f == nil {
		return nil
	}
	v := p.View(f)
	t := thingAt(v, clamp(v, f.Offset(item.NameSpan.Start)))
	if t == nil || t.variable == nil || t.span != item.NameSpan {
		return nil
	}
	var found edges
	for _, part := range t.variable.parts {
		made := makers(part.file)
		for _, r := range part.refs {
			found.add(enclosing(part.file, made, r.Call), r.Span)
		}
	}
	return found.list
}

// OutgoingCalls returns the functions that a function, or a file outside of
// its functions, calls.
func OutgoingCalls(p *analysis.Project, item CallItem) []CallEdge {
	f := p.File(item.Path)
	if f == nil {
		return nil
	}
	v := p.View(f)
	made := makers(f)
	variables := map[string][]CallItem{}
	var found edges
	for r := range f.Refs() {
		if around := enclosing(f, made, r.Call); around.NameSpan != item.NameSpan {
			continue
		}
		items, known := variables[r.Name]
		if !known {
			if x := variableOf(v, r.Name, nil, r); x != nil {
				items = x.functionItems()
			}
			variables[r.Name] = items
		}
		for _, called := range items {
			found.add(called, r.Span)
		}
	}
	return found.list
}
