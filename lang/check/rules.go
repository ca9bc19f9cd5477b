package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/lang/when"
)

// rules applies the rules to an analysis.
type rules struct {
	*analysis.View
	found []diag.Diagnostic
	// mentioned are the names that may be defined where it is not known what
	// a line means.
	mentioned map[string]bool
	// unknown are the calls whose head is a misspelt procedure: what their
	// parts mean is not known.
	unknown map[*analysis.Call]bool
}

func (r *rules) report(d diag.Diagnostic) {
	// a diagnostic never spans past the line it starts on
	if s := &d.Span; s.IsValid() && s.End.Line > s.Start.Line {
		src := r.Source()
		s.End = src.Pos(src.LineStart(s.Start.Line) + len(src.Line(s.Start.Line)))
	}
	r.found = append(r.found, d)
}

// layout reports the lines that stand where they hardly belong.
func (r *rules) layout() {
	for _, m := range r.Misplaced {
		r.report(diag.Diagnostic{
			Code: codeLayout, Severity: diag.Warning, Span: m.Span,
			Message: fmt.Sprintf("this line is indented by %s, which fits none of the lines around it", analysis.Columns(m.Indent)),
			Hint:    m.Hint,
		})
	}
}

// rename is the fix that writes another name.
func rename(at source.Span, name string) *diag.Fix {
	return &diag.Fix{Title: fmt.Sprintf("write %q", name), Edits: []diag.Edit{{Span: at, NewText: name}}}
}

// call applies the rules about what is given to a procedure.
func (r *rules) call(c *analysis.Call) {
	n := c.Node
	if n.HeadExpr != nil && n.HeadExpr.Head == "_lit" && len(n.Children) > 0 {
		r.uselessChildren(c, "a literal runs nothing")
	}
	if c.Proc == nil || r.isShadowed(c) {
		return
	}
	switch c.Name() {
	case "return":
		r.misplacedReturn(c)
	case "break", "move":
		r.misplacedJump(c)
	case "cursor", "loop":
		for i := range n.Attrs {
			if k := n.Attrs[i].Key; k == "start" || k == "initial" {
				r.target(c, n.Attrs[i].Value)
			}
		}
	case "_rxs":
		r.regex(n)
	case "_ref":
		r.hidden(c)
	}
	if c.Proc.Group == sig.Internal {
		return
	}
	r.attributes(c)
	r.arguments(c)
	r.durations(c)
}

// isShadowed tells whether the head may be a variable's name as well.
func (r *rules) isShadowed(c *analysis.Call) bool {
	return c.Ref != nil && r.IsDefined(c.Ref)
}

func (r *rules) head(c *analysis.Call) source.Span {
	if c.Ref != nil {
		return c.Ref.Span
	}
	return c.Node.Span
}

// takesAny tells whether a procedure hands its attributes on, so that they
// may have any name.
func takesAny(p *sig.Proc) bool {
	return p.Group == sig.People || p.Body == sig.Raw || p.Name() == "apply" || p.Name() == "signal"
}

// attributes finds attributes whose name is a misspelt one.
func (r *rules) attributes(c *analysis.Call) {
	if takesAny(c.Proc) {
		return
	}
	for i := range c.Node.Attrs {
		at := &c.Node.Attrs[i]
		if at.Key == "" || at.Key == "_" || r.Env.IsAttr(at.Key) || len(at.Key) < 3 || len(r.Named(at.Key)) > 0 {
			continue
		}
		var candidates []string
		for _, list := range [][]sig.Attr{c.Proc.Attrs, r.Env.Schema.Common} {
			for _, a := range list {
				candidates = append(candidates, a.Names...)
			}
		}
		best, certain := nearest(at.Key, candidates)
		if best == "" || len(at.Key) == 3 && len(best) == 3 && !isSwap(at.Key, best) {
			continue
		}
		d := diag.Diagnostic{
			Code: codeAttribute, Severity: diag.Warning, Span: at.KeySpan,
			Message: fmt.Sprintf("%s has no attribute %q", c.Node.Head, at.Key),
			Hint:    fmt.Sprintf("did you mean %q?", best),
		}
		if certain {
			d.Fix = rename(at.KeySpan, best)
		}
		r.report(d)
	}
}

// isSwap tells whether two names hold the same letters.
func isSwap(a, b string) bool {
	for _, c := range a {
		if strings.Count(a, string(c)) != strings.Count(b, string(c)) {
			return false
		}
	}
	return true
}

// lacks says what procedures are not told that take it either as an argument
// or as an attribute, and fail without. What a signature itself says to be
// required is no part of it.
var lacks = map[string]struct {
	attr     string // the name of the attribute
	argument bool   // an unkeyed argument will do as well
	what     string
	example  string
}{
	"sleep": {"for", true, "how long", "sleep '2h'"},
	"move":  {"to", false, "where to", "move to: 'start'"},
	"task":  {"by", true, "whose task it is", "task 'alice' 'clean up'"},
}

// arguments finds calls that miss an argument, and children that nobody looks
// at.
func (r *rules) arguments(c *analysis.Call) {
	n, p := c.Node, c.Proc
	args := c.Args()
	if l, ok := lacks[c.Name()]; ok && !(l.argument && len(args) > 0) && !r.hasAttribute(c, l.attr) {
		r.report(diag.Diagnostic{
			Code: codeArgument, Severity: diag.Error, Span: r.head(c),
			Message: fmt.Sprintf("%s is not told %s", n.Head, l.what),
			Hint:    "write for example `" + l.example + "`",
		})
	}
	if len(args) == 0 && !r.doesWithout(c) {
		for _, a := range p.Args {
			if !a.Optional && !a.Repeated && !hasKey(n, a.Name) {
				r.report(diag.Diagnostic{
					Code: codeArgument, Severity: diag.Error, Span: r.head(c),
					Message: fmt.Sprintf("%s needs an argument: %s", n.Head, a.Name),
					Hint:    a.Doc,
				})
				break
			}
		}
	}
	if p.Body == sig.NoBody && len(n.Children) > 0 {
		r.uselessChildren(c, n.Head+" takes no lines beneath it")
	}
}

// doesWithout tells whether a call runs although its signature asks for an
// argument: handlers and conditions may be empty, and the lone underscore may
// stand for a condition, or for what is not evaluated.
func (r *rules) doesWithout(c *analysis.Call) bool {
	switch c.Proc.Body {
	case sig.Cases:
		return true
	case sig.Raw, sig.Sequence:
		return hasKey(c.Node, "_")
	}
	return c.Proc.Group == sig.Handlers
}

// hasAttribute tells whether a call has, or may have, an attribute, under any
// of its names.
func (r *rules) hasAttribute(c *analysis.Call, name string) bool {
	if at := r.Attr(c, name); at != nil {
		return hasKey(c.Node, at.Names...)
	}
	return hasKey(c.Node, name)
}

// hasKey tells whether a node has, or may have, an attribute of one of these
// names.
func hasKey(n *tree.Node, keys ...string) bool {
	for i := range n.Attrs {
		if a := &n.Attrs[i]; a.KeyExpr != nil || a.Key != "" && slices.Contains(keys, a.Key) {
			return true
		}
	}
	return false
}

func (r *rules) uselessChildren(c *analysis.Call, why string) {
	ch := c.Node.Children[0]
	if r.IsMisplaced(ch.Line()) || r.IsMisplaced(c.Node.Line()) {
		return
	}
	r.report(diag.Diagnostic{
		Code: codeChildren, Severity: diag.Warning, Span: ch.Span,
		Message: fmt.Sprintf("this is never run: %s", why),
		Hint:    fmt.Sprintf("indent it like line %d to have it run after it", c.Node.Line()),
		Related: []diag.Related{{Span: r.head(c), Message: "it is nested in this"}},
	})
}

// durations finds durations that cannot be read.
func (r *rules) durations(c *analysis.Call) {
	test := func(v *tree.Node) {
		s, ok := v.Value.(string)
		if !v.Literal || !ok {
			return
		}
		if _, err := when.ParseDuration(s); err != nil {
			r.report(diag.Diagnostic{
				Code: codeDuration, Severity: diag.Error, Span: v.Span,
				Message: fmt.Sprintf("%q is no duration", s),
				Hint:    "write it like '10s', '1h30m', '2 days and 1 hour' or 'P1DT2H'",
			})
		}
	}
	n := c.Node
	at := 0 // of the next unkeyed attribute
	for i := range n.Attrs {
		a := &n.Attrs[i]
		switch {
		case a.Lone():
		case a.Keyed():
			if def := r.Attr(c, a.Key); def != nil && def.Type == sig.Duration {
				test(a.Value)
			}
		default:
			if at < len(c.Proc.Args) && c.Proc.Args[at].Type == sig.Duration {
				test(a.Value)
			}
			at++
		}
	}
}

// regex finds regular expressions that cannot be compiled.
func (r *rules) regex(n *tree.Node) {
	text, ok := literalText(n.Children)
	if !ok {
		return
	}
	options := ""
	for i := range n.Attrs {
		if n.Attrs[i].Key == "rxopts" {
			if options, ok = n.Attrs[i].Value.Value.(string); !ok {
				return
			}
		}
	}
	if _, err := value.NewRegex("/" + text + "/" + options); err != nil {
		r.report(diag.Diagnostic{
			Code: codeRegex, Severity: diag.Error, Span: n.Span,
			Message: strings.TrimSuffix(err.Error(), "."),
			Hint:    "regular expressions are Go's: without look-around and back-references",
		})
	}
}

// hiddenBy returns the parameter that a path seems to look into, while its
// first name means something else there: v.x is the variable x, whatever the
// parameter v holds. It is nil where there is none.
func (r *rules) hiddenBy(c *analysis.Call) *analysis.Symbol {
	n := c.Node
	if len(n.Children) < 2 || len(n.Attrs) > 0 {
		return nil
	}
	root, _ := n.Children[0].Value.(string)
	if _, name, _ := analysis.VariableOf(n); root == "" || name == root {
		return nil
	}
	for scope := c.Scope; scope != nil && scope.Parent != nil; scope = scope.Parent {
		for _, s := range scope.Named(root) {
			if s.Kind == analysis.Parameter || s.Kind == analysis.Binding {
				return s
			}
		}
	}
	return nil
}

func (r *rules) hidden(c *analysis.Call) {
	s := r.hiddenBy(c)
	if s == nil {
		return
	}
	what := "a field of the payload"
	switch mode, _, _ := analysis.VariableOf(c.Node); {
	case mode:
		what = "a variable"
	case s.Name == "t" || s.Name == "tag":
		what = "a tag"
	case s.Name == "node" || s.Name == "exe" || s.Name == "execution":
		what = "something of the " + s.Name
	}
	r.report(diag.Diagnostic{
		Code: codeHidden, Severity: diag.Warning, Span: c.Node.Span,
		Message: fmt.Sprintf("`%s.` starts the path of %s, it does not look into %q", s.Name, what, s.Name),
		Hint:    fmt.Sprintf("give %q another name", s.Name),
		Related: []diag.Related{{Span: s.Span, Message: fmt.Sprintf("%q is this", s.Name)}},
	})
}

// literalText returns what literal pieces make together.
func literalText(pieces []*tree.Node) (string, bool) {
	var b strings.Builder
	for _, p := range pieces {
		s, ok := p.Value.(string)
		if !p.Literal || !ok {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}
