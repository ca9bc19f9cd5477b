package feature

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// OutlineKind says what a symbol of an outline is.
type OutlineKind string

// The kinds of symbols.
const (
	OutlineFunction OutlineKind = "function"
	OutlineVariable OutlineKind = "variable"
	OutlineTag      OutlineKind = "tag"    // a node that has a tag
	OutlineTask     OutlineKind = "task"   // a node that hands a task out
	OutlineSignal   OutlineKind = "signal" // a node that sends or awaits one
	OutlineHandler  OutlineKind = "handler"
	OutlineImport   OutlineKind = "import"
	OutlineField    OutlineKind = "field"
)

// OutlineItem is a part of a definition that has a name.
type OutlineItem struct {
	Name     string
	Detail   string
	Kind     OutlineKind
	Span     source.Span // of the whole part
	NameSpan source.Span // of its name, within Span
	Children []*OutlineItem
}

// Outline returns the parts of a file that have names, in the order of the
// text: functions, tagged nodes, tasks, signals, handlers, files that are
// brought in, and the variables of the outermost scope.
func Outline(v *analysis.View) []*OutlineItem {
	var list []*OutlineItem
	for _, p := range v.Parts {
		list = append(list, OutlineOf(v, p)...)
	}
	return list
}

// OutlineOf is Outline for a part of the file.
func OutlineOf(v *analysis.View, p *analysis.Part) []*OutlineItem {
	o := outliner{v: v, named: map[*analysis.Call]*OutlineItem{}}
	o.names(p)
	var roots []*OutlineItem
	for _, c := range p.Calls {
		item := o.named[c]
		if item == nil {
			item = o.item(c)
		}
		if item == nil || !c.Node.Span.IsValid() {
			continue
		}
		o.named[c] = item
		start, end := v.Offset(c.Node.Span.Start), max(v.Offset(c.Node.Span.End), v.Offset(item.NameSpan.End))
		if path := linePath(v.Syntax(), start); len(path) > 0 {
			if l := path[len(path)-1]; v.Syntax().Base(l)+l.Stmt.Start == start {
				end = max(end, blockEnd(v.Syntax(), l))
			}
		}
		item.Span = v.Source().Span(min(start, v.Offset(item.NameSpan.Start)), end)
		around := c.Parent
		for around != nil && o.named[around] == nil {
			around = around.Parent
		}
		if around == nil {
			roots = append(roots, item)
			continue
		}
		p := o.named[around]
		p.Children = append(p.Children, item)
	}
	for _, item := range roots {
		item.widen()
	}
	return roots
}

// widen makes the span of an item hold those of its children.
func (o *OutlineItem) widen() {
	for _, ch := range o.Children {
		ch.widen()
		if ch.Span.End.Compare(o.Span.End) > 0 {
			o.Span.End = ch.Span.End
		}
		if ch.Span.Start.Compare(o.Span.Start) < 0 {
			o.Span.Start = ch.Span.Start
		}
	}
}

type outliner struct {
	v     *analysis.View
	named map[*analysis.Call]*OutlineItem
}

// names notes the items that symbols and mentions make.
func (o *outliner) names(p *analysis.Part) {
	calls := map[*tree.Node]*analysis.Call{}
	for _, s := range p.Symbols {
		if s.Kind == analysis.Function || s.Kind == analysis.Variable {
			calls[s.Node] = nil
		}
	}
	for _, c := range p.Calls {
		if _, wanted := calls[c.Node]; wanted {
			calls[c.Node] = c
		}
	}
	for _, s := range p.Symbols {
		c := calls[s.Node]
		if c == nil || o.named[c] != nil || !named(o.v.File, s.Span, s.Name) {
			continue
		}
		if n := functionNode(s); n != nil {
			o.named[c] = &OutlineItem{Name: s.Name, Detail: strings.Join(parameterTexts(o.v.File, n), " "), Kind: OutlineFunction, NameSpan: s.Span}
		} else if s.Kind == analysis.Variable && s.Scope == o.v.Root && o.v.NamedIn(s.Scope, s.Name)[0] == s {
			o.named[c] = &OutlineItem{Name: s.Name, Kind: OutlineVariable, NameSpan: s.Span}
		}
	}
	for _, m := range p.Mentions {
		item := o.named[m.Call]
		switch {
		case m.Name == "":
		case m.Entity == analysis.Tag && m.Role == analysis.Defines:
			if item == nil {
				o.named[m.Call] = &OutlineItem{Name: m.Name, Detail: m.Call.Node.Head, Kind: OutlineTag, NameSpan: m.Span}
			}
		case item != nil:
		case m.Entity == analysis.Signal:
			o.named[m.Call] = &OutlineItem{Name: m.Name, Detail: m.Call.Node.Head, Kind: OutlineSignal, NameSpan: m.Span}
		case m.Entity == analysis.Flow:
			o.named[m.Call] = &OutlineItem{Name: m.Name, Detail: m.Call.Node.Head, Kind: OutlineImport, NameSpan: m.Span}
		}
	}
}

// item returns the item of a call that hands a task out or handles something,
// nil for none.
func (o *outliner) item(c *analysis.Call) *OutlineItem {
	if c.Ref == nil || !named(o.v.File, c.Ref.Span, c.Ref.Name) {
		return nil
	}
	isTask := c.Proc != nil && c.Proc.Group == sig.People ||
		c.Proc == nil && (o.v.Env.Tasker(c.Ref.Name) != nil || !o.v.IsDefined(c.Ref) && len(c.Node.Attrs) > 0)
	switch {
	case isTask:
		return &OutlineItem{Name: strings.TrimSpace(c.Ref.Name + " " + o.texts(c)), Kind: OutlineTask, NameSpan: c.Ref.Span}
	case c.Proc != nil && c.Proc.Group == sig.Handlers:
		name := c.Ref.Name
		if args := c.Args(); len(args) > 0 && args[0].IsName() {
			name += " " + args[0].Head
		}
		return &OutlineItem{Name: name, Kind: OutlineHandler, NameSpan: c.Ref.Span}
	}
	return nil
}

// texts lists the first strings that a call is given.
func (o *outliner) texts(c *analysis.Call) string {
	var list []string
	for _, a := range c.Args() {
		if s, ok := a.Value.(string); ok && a.Literal && len(list) < 2 {
			list = append(list, s)
		}
	}
	return strings.Join(list, ": ")
}

// FoundSymbol is a named thing of the project.
type FoundSymbol struct {
	Name string
	Kind OutlineKind
	Location
}

// FindSymbols returns the functions, variables of outermost scopes, tags,
// fields and signals of the project whose names hold the letters of a query in
// their order, those that fit best first, limit at most.
func FindSymbols(p *analysis.Project, query string, limit int) []FoundSymbol {
	type scored struct {
		FoundSymbol
		score int
	}
	var list []scored
	for _, f := range p.Files() {
		seen := map[string]bool{}
		add := func(name string, kind OutlineKind, at source.Span) {
			if seen[string(kind)+name] {
				return
			}
			if score := fuzzy(query, name); score > 0 {
				seen[string(kind)+name] = true
				list = append(list, scored{FoundSymbol{name, kind, Location{f.Path(), at}}, score})
			}
		}
		for s := range f.Symbols() {
			switch {
			case functionNode(s) != nil:
				add(s.Name, OutlineFunction, s.Span)
			case s.Kind == analysis.Variable && s.Scope == f.Root:
				add(s.Name, OutlineVariable, s.Span)
			}
		}
		for m := range f.Mentions() {
			kind := map[analysis.Entity]OutlineKind{analysis.Tag: OutlineTag, analysis.Field: OutlineField, analysis.Signal: OutlineSignal}[m.Entity]
			if kind != "" && m.Role == analysis.Defines && m.Name != "" {
				add(m.Name, kind, m.Span)
			}
		}
	}
	sort.SliceStable(list, func(i, j int) bool {
		if list[i].score != list[j].score {
			return list[i].score > list[j].score
		}
		return list[i].Name < list[j].Name
	})
	out := make([]FoundSymbol, 0, min(limit, len(list)))
	for _, s := range list[:min(limit, len(list))] {
		out = append(out, s.FoundSymbol)
	}
	return out
}

// fuzzy tells how well a name fits a query, 0 for not at all: letters count
// more at the start of the name, of words in it, and next to each other.
func fuzzy(query, name string) int {
	score, at, next := 1, 0, -1
	for _, q := range query {
		if q == ' ' {
			continue
		}
		found := -1
		for i, r := range name[at:] {
			if unicode.ToLower(r) == unicode.ToLower(q) {
				found = at + i
				break
			}
		}
		if found < 0 {
			return 0
		}
		switch {
		case found == 0:
			score += 8
		case found == next:
			score += 5
		case strings.IndexByte("_-. ", name[found-1]) >= 0:
			score += 4
		default:
			score++
		}
		_, size := utf8.DecodeRuneInString(name[found:])
		at = found + size
		next = at
	}
	if at == len(name) {
		score++
	}
	return score
}
