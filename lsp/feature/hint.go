package feature

import (
	"fmt"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/when"
)

// Hint is a text to show within a line that is not part of it.
type Hint struct {
	At    source.Pos
	Label string
	After bool // it says more of what stands before it, rather than names what follows
}

// Hints returns the hints for a stretch of a file: the names of arguments that
// are given by position, and durations and repetitions in words where that
// says more.
func Hints(v *analysis.View, from, to int) []Hint {
	var list []Hint
	functions := map[string][]string{} // the parameters of the functions called, by name
	for c := range v.Calls() {
		s := c.Node.Span
		if !s.IsValid() || v.Offset(s.End) < from || v.Offset(s.Start) > to {
			continue
		}
		list = append(list, argumentHints(v, c, functions)...)
		list = append(list, durationHints(v, c)...)
	}
	out := list[:0]
	for _, h := range list {
		if from <= v.Offset(h.At) && v.Offset(h.At) <= to {
			out = append(out, h)
		}
	}
	return out
}

func argumentHints(v *analysis.View, c *analysis.Call, functions map[string][]string) []Hint {
	var names []string
	switch {
	case c.Ref == nil:
		return nil
	case c.Proc == nil || v.IsDefined(c.Ref):
		names = calledNames(v, c, functions)
	default:
		names = argumentNames(c.Proc, len(c.Args()))
	}
	keyed := map[string]bool{}
	for i := range c.Node.Attrs {
		keyed[c.Node.Attrs[i].Key] = true
	}
	var list []Hint
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		if a.Keyed() || a.Lone() || !a.Value.Span.IsValid() {
			continue
		}
		for len(names) > 0 && keyed[names[0]] {
			names = names[1:]
		}
		if len(names) == 0 {
			break
		}
		name := names[0]
		names = names[1:]
		if strings.EqualFold(lastName(a.Value), name) {
			continue // it says so itself
		}
		list = append(list, Hint{At: a.Value.Span.Start, Label: name + ":"})
	}
	return list
}

// calledNames lists the names of the parameters of the function that a call
// calls.
func calledNames(v *analysis.View, c *analysis.Call, functions map[string][]string) []string {
	if list, known := functions[c.Ref.Name]; known {
		return list
	}
	var list []string
	for _, d := range v.Definitions(c.Ref) {
		if n := functionNode(d.Symbol); n != nil {
			for _, p := range parameters(d.File, n) {
				list = append(list, p.Name)
			}
			break
		}
	}
	functions[c.Ref.Name] = list
	return list
}

// argumentNames lists the names of the arguments of a procedure where they are
// several of different kinds, so that one may wonder which is which. Where one in
// the middle may be left out, and something is, it is not known which.
func argumentNames(p *sig.Proc, given int) []string {
	if len(p.Args) < 3 || p.Group == sig.Internal || p.Group == sig.People || p.Body == sig.Cases || p.Body == sig.Raw {
		return nil
	}
	var list []string
	for i, a := range p.Args {
		if a.Optional && i < len(p.Args)-1 && given < len(p.Args) {
			return list
		}
		if a.Repeated || a.Type == sig.Symbol || a.Type == sig.Function {
			return list
		}
		list = append(list, a.Name)
	}
	return list
}

// lastName is the name that a value goes by: total for total and f.total.
func lastName(n *tree.Node) string {
	switch {
	case n.IsName():
		return n.Head
	case !n.Literal && n.Head == "_ref" && len(n.Children) > 0:
		s, _ := n.Children[len(n.Children)-1].Value.(string)
		return s
	}
	return ""
}

// durationHints says how long the durations of a call are, and when its
// repetitions come.
func durationHints(v *analysis.View, c *analysis.Call) []Hint {
	if c.Proc == nil {
		return nil
	}
	var list []Hint
	given := 0
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		t := sig.Any
		switch {
		case a.Lone():
		case a.Keyed():
			if def := v.Env.Attr(c.Proc, a.Key); def != nil {
				t = def.Type
			}
		default:
			if arg := argAt(c.Proc, given); arg != nil {
				t = arg.Type
			}
			given++
		}
		if !a.Value.Literal {
			continue
		}
		words := ""
		switch t {
		case sig.Duration:
			words = unclearDuration(a.Value.Value)
		case sig.Cron:
			words = cronWords(a.Value.Value)
		}
		if words != "" {
			list = append(list, Hint{At: a.Value.Span.End, Label: words, After: true})
		}
	}
	return list
}

// cronWords writes a cron expression in words, "" where that is not clearer.
func cronWords(value any) string {
	s, _ := value.(string)
	c, err := when.ParseCron(s)
	if err != nil {
		return ""
	}
	return c.Words()
}

// unclearDuration writes a duration in words, "" where it is clear as it is.
func unclearDuration(value any) string {
	switch x := value.(type) {
	case int64:
		if x >= 60 && x < 1<<32 {
			return durationWords(time.Duration(x) * time.Second)
		}
	case string:
		d, err := when.ParseDuration(x)
		if err == nil && d > 0 && !strings.ContainsAny(strings.TrimSpace(x), " ,") && when.FormatDuration(d) != x {
			return durationWords(d)
		}
	}
	return ""
}

// Lens is something to show above a line, which may be a command.
type Lens struct {
	Span    source.Span
	Title   string // "" where ResolveLens has to say
	Command LensCommand
}

// LensCommand is what a lens does.
type LensCommand string

// The commands.
const (
	RunLens        LensCommand = "run"        // run the flow
	GraphLens      LensCommand = "graph"      // draw it
	ReferencesLens LensCommand = "references" // list the references to the function at Span
)

// Lenses returns the lenses of a file: to run and draw it at its top, and the
// number of references above each function.
func Lenses(v *analysis.View) []Lens {
	if len(v.Syntax().Lines) == 0 {
		return nil
	}
	top := v.Source().Span(0, 0)
	list := []Lens{{top, "run", RunLens}, {top, "graph", GraphLens}}
	for s := range v.Symbols() {
		if s.Kind == analysis.Function && functionNode(s) != nil && named(v.File, s.Span, s.Name) {
			list = append(list, Lens{Span: s.Span, Command: ReferencesLens})
		}
	}
	return list
}

// ResolveLens returns a lens with its title.
func ResolveLens(v *analysis.View, l Lens) Lens {
	if l.Command != ReferencesLens || l.Title != "" {
		return l
	}
	switch n := len(References(v, v.Offset(l.Span.Start), false)); n {
	case 1:
		l.Title = "1 reference"
	default:
		l.Title = fmt.Sprintf("%d references", n)
	}
	return l
}
