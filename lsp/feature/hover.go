package feature

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/when"
)

// HoverInfo is what is shown of the thing under the pointer.
type HoverInfo struct {
	Span     source.Span
	Markdown string
}

// docsURL is where the pages of the procedures are.
const docsURL = "https://github.com/florc-lang/florc/blob/main/docs/procedures/"

// Hover describes what stands at an offset, nil for nothing that has a
// meaning of its own.
func Hover(v *analysis.View, offset int) *HoverInfo {
	t := thingAt(v, clamp(v, offset))
	if t == nil {
		return nil
	}
	text := describe(v, t)
	if text == "" {
		return nil
	}
	return &HoverInfo{t.span, text}
}

func describe(v *analysis.View, t *thing) string {
	switch {
	case t.variable != nil:
		return variableDoc(v, t.variable)
	case t.proc != nil:
		return procDoc(t.proc)
	case t.attr != nil:
		return attrDoc(t.attr, t.call)
	case t.given != nil:
		return joinDoc(signature(t.name+typeSuffix(t.given.Type)), "A variable that is given at launch.", t.given.Doc)
	case t.implicit:
		return joinDoc(signature(t.name), implicitDoc(t.name))
	case t.literal != nil:
		return literalDoc(v, t)
	}
	switch t.entity {
	case analysis.Tasker:
		return taskerDoc(v, t.name)
	case analysis.Field, analysis.Tag, analysis.Signal:
		return entityDoc(v, t)
	case analysis.Flow:
		if f := v.Project.Find(v.Path(), t.name); f != nil {
			return joinDoc("`"+f.Path()+"`", fileDoc(f))
		}
		return fmt.Sprintf("`%s` is no file of the project.", t.name)
	}
	return ""
}

// signature shows a line of code.
func signature(lines ...string) string {
	return "```flor\n" + strings.Join(lines, "\n") + "\n```"
}

// joinDoc joins paragraphs, those that are empty left out.
func joinDoc(paragraphs ...string) string {
	var list []string
	for _, p := range paragraphs {
		if p != "" {
			list = append(list, p)
		}
	}
	return strings.Join(list, "\n\n")
}

func typeSuffix(t sig.Type) string {
	if t == "" || t == sig.Any {
		return ""
	}
	return "  # " + string(t)
}

// procDoc is the page of a procedure in short.
func procDoc(p *sig.Proc) string {
	first, _, _ := strings.Cut(strings.TrimSpace(p.Doc), "\n\n")
	var args, attrs []string
	for i := range p.Args {
		a := &p.Args[i]
		args = append(args, fmt.Sprintf("- *%s* (%s): %s", a.Name, a.Kind(), a.Doc))
	}
	for i := range p.Attrs {
		attrs = append(attrs, attrLine(&p.Attrs[i]))
	}
	result := ""
	if p.Result != "" {
		result = "Gives: " + p.Result
	}
	example := ""
	if len(p.Examples) > 0 {
		example = signature(strings.TrimSpace(p.Examples[0].Text()))
	}
	return joinDoc(signature(p.Usage()...), first, strings.Join(args, "\n"), strings.Join(attrs, "\n"), result, example,
		fmt.Sprintf("[%s in the documentation](%s%s)", p.Name(), docsURL, p.PageFile()))
}

func attrLine(a *sig.Attr) string {
	return "- `" + a.Keys() + "` (" + string(a.Type) + "): " + strings.TrimSpace(a.Doc+" "+a.DefaultText())
}

// attrDoc describes an attribute of a call.
func attrDoc(a *sig.Attr, c *analysis.Call) string {
	owner := "An attribute of every node."
	if c.Proc != nil && c.Proc.Attr(a.Names[0]) == a {
		owner = "An attribute of `" + c.Proc.Name() + "`."
	}
	return joinDoc(signature(a.Keys()+typeSuffix(a.Type)), strings.TrimSpace(a.Doc+" "+a.DefaultText()), owner)
}

// variableDoc describes a variable or function: what it is, where it is set.
func variableDoc(v *analysis.View, x *variable) string {
	f, s := x.symbol()
	if s == nil {
		return ""
	}
	if n := functionNode(s); n != nil {
		return functionDoc(v, f, s, n)
	}
	var places []string
	kinds := map[sig.Type]bool{}
	for _, p := range x.parts {
		for _, s := range p.symbols {
			place := fmt.Sprintf("line %d", row(p.file, s.Span))
			if p.file != v.File {
				place = fmt.Sprintf("%s, line %d", p.file.Path(), row(p.file, s.Span))
			}
			if len(places) == 0 || places[len(places)-1] != place {
				places = append(places, place)
			}
			kinds[symbolType(p.file, s)] = true
		}
	}
	note := ""
	if len(kinds) == 1 {
		for t := range kinds {
			note = typeSuffix(t)
		}
	}
	where := "Set in "
	if s.Kind == analysis.Parameter || s.Kind == analysis.Binding {
		where = "Bound in "
	}
	doc := docAbove(f, row(f, s.Span))
	if s.Kind != analysis.Variable {
		doc = ""
	}
	return joinDoc(signature(string(s.Kind)+" "+s.Name+note), doc, where+listed(places, 6)+".")
}

// listed joins the first of a list with commas.
func listed(list []string, limit int) string {
	if len(list) > limit {
		return strings.Join(list[:limit], "; ") + fmt.Sprintf("; and in %d other places", len(list)-limit)
	}
	return strings.Join(list, "; ")
}

// symbolType returns the type of what a set puts in a variable, Any where that
// can't be told.
func symbolType(f *analysis.File, s *analysis.Symbol) sig.Type {
	n := s.Node
	if s.Kind != analysis.Variable || n.Literal {
		return sig.Any
	}
	if n.Head == "_obj" && s.Scope.Node == n { // vars: { name: value }
		for i := 0; i+1 < len(n.Children); i += 2 {
			if covers(n.Children[i].Span, s.Span) {
				return nodeType(f.Env, n.Children[i+1])
			}
		}
		return sig.Any
	}
	if n.Head != "set" && n.Head != "setr" || len(n.Attrs)+len(n.Children) != 2 {
		return sig.Any
	}
	return nodeType(f.Env, n.At(1))
}

// nodeType returns the type of what a node gives, Any where that can't be
// told.
func nodeType(env *analysis.Env, n *tree.Node) sig.Type {
	if n.Literal {
		switch n.Value.(type) {
		case nil:
			return sig.Null
		case bool:
			return sig.Boolean
		case string:
			return sig.String
		default:
			return sig.Number
		}
	}
	if n.IsName() || n.HeadExpr != nil {
		return sig.Any
	}
	switch n.Head {
	case "_arr":
		return sig.Array
	case "_obj":
		return sig.Object
	case "_dqs":
		return sig.String
	case "_rxs":
		return sig.Regex
	}
	if p := env.Proc(n.Head); p != nil && p.ResultType != "" {
		return p.ResultType
	}
	return sig.Any
}

// functionDoc describes a function: its signature, and the comment above its
// definition.
func functionDoc(v *analysis.View, f *analysis.File, s *analysis.Symbol, n *tree.Node) string {
	where := ""
	if f != v.File {
		where = fmt.Sprintf("Defined in %s, line %d.", f.Path(), row(f, s.Span))
	}
	return joinDoc(signature(functionSignature(f, s.Name, n)), docAbove(f, row(f, n.Span)), where)
}

// functionSignature writes a function's name and parameters as in its
// definition.
func functionSignature(f *analysis.File, name string, n *tree.Node) string {
	text := "define " + name
	for _, p := range parameterTexts(f, n) {
		text += " " + p
	}
	return text
}

// parameterTexts lists the parameters of a function as they are written, with
// their defaults.
func parameterTexts(f *analysis.File, n *tree.Node) []string {
	var list []string
	for _, p := range parameters(f, n) {
		text := textOf(f, p.Span)
		for i := range n.Attrs {
			if at := &n.Attrs[i]; at.Key == p.Name && at.KeySpan == p.Span {
				text += ": " + defaultOf(f, at)
			}
		}
		list = append(list, text)
	}
	return list
}

// defaultOf is the text of a parameter's default.
func defaultOf(f *analysis.File, at *tree.Attr) string {
	text := textOf(f, at.Value.Span)
	if !at.Value.Literal && len(at.Value.Attrs)+len(at.Value.Children) > 0 && !strings.HasPrefix(at.Value.Head, "_") {
		return "(" + text + ")"
	}
	return text
}

// fileDoc is the comment that a file starts with.
func fileDoc(f *analysis.File) string {
	var list []string
	for i, c := range f.Syntax().Comments {
		if !c.OwnLine || f.Source().LineAt(c.Start) != i+1 {
			break
		}
		list = append(list, strings.TrimPrefix(strings.TrimLeft(f.Source().Text[c.Start:c.End], "#/"), " "))
	}
	return strings.TrimSpace(strings.Join(list, "\n"))
}

// taskerDoc describes a tasker as the schema does.
func taskerDoc(v *analysis.View, name string) string {
	t := v.Env.Tasker(name)
	if t == nil {
		return joinDoc(signature("tasker "+name), "No schema names this tasker.")
	}
	var attrs, sets []string
	for i := range t.Attrs {
		attrs = append(attrs, attrLine(&t.Attrs[i]))
	}
	for _, s := range t.Sets {
		sets = append(sets, fmt.Sprintf("- sets `f.%s` (%s): %s", s.Name, s.Type, s.Doc))
	}
	return joinDoc(signature("tasker "+name), t.Doc, strings.Join(attrs, "\n"), strings.Join(sets, "\n"))
}

// entityDoc says where a field is set and read, a tag given and used, a
// signal sent and waited for.
func entityDoc(v *analysis.View, t *thing) string {
	verbs := map[analysis.Entity][3]string{
		analysis.Field:  {"Read", "Set", "Changed"},
		analysis.Tag:    {"Named", "Given", ""},
		analysis.Signal: {"Waited for", "Sent", ""},
	}[t.entity]
	places := map[analysis.Role][]string{}
	for _, o := range entityOccurrences(v.Project, v.Env, t.entity, t.name) {
		place := fmt.Sprintf("line %d", row(o.file, o.span))
		if o.file != v.File {
			place = fmt.Sprintf("%s, line %d", o.file.Path(), row(o.file, o.span))
		}
		if n := len(places[o.role]); n == 0 || places[o.role][n-1] != place {
			places[o.role] = append(places[o.role], place)
		}
	}
	paragraphs := []string{signature(string(t.entity) + " " + t.name)}
	if t.entity == analysis.Field {
		paragraphs = append(paragraphs, setByTaskers(v.Env, t.name))
	}
	for i, role := range []analysis.Role{analysis.Uses, analysis.Defines, analysis.Changes} {
		if len(places[role]) > 0 {
			paragraphs = append(paragraphs, verbs[i]+" in "+listed(places[role], 6)+".")
		}
	}
	return joinDoc(paragraphs...)
}

// setByTaskers says which taskers set a field.
func setByTaskers(env *analysis.Env, field string) string {
	var list []string
	for i := range env.Schema.Taskers {
		t := &env.Schema.Taskers[i]
		for _, s := range t.Sets {
			if s.Name == field {
				list = append(list, strings.TrimSpace(fmt.Sprintf("Set by the tasker `%s`. %s", t.Name, s.Doc)))
			}
		}
	}
	sort.Strings(list)
	return strings.Join(list, "\n\n")
}

func implicitDoc(name string) string {
	switch name {
	case "elt", "key", "val", "idx", "len", "res":
		return "Given by the procedure that works on a collection: `elt` or `key` and `val` are the element, `idx` its number from 0, `len` how many there are, `res` what was made so far."
	case "msg", "err", "sig", "fcid":
		return "Given to a handler: `msg` is the message, `err` the error, `sig` the signal, `fcid` the number of the child that replied."
	case "yield":
		return "Runs the block that the function was called with."
	case "reply", "from", "replies", "branch_count", "over", "rets":
		return "Given to the functions of a concurrence: `reply` and `from` are the reply at hand and its branch, `replies` and `rets` all of them, `branch_count` how many branches there are, `over` whether enough have replied."
	}
	return "Holds the arguments of the function."
}

// literalDoc says in words how long a duration is, and when a repetition comes;
// other literals say it themselves.
func literalDoc(v *analysis.View, t *thing) string {
	s, ok := t.literal.Value.(string)
	if !ok {
		return ""
	}
	switch typeAt(v, t.span) {
	case sig.Cron:
		return cronWords(s)
	case sig.Duration:
	default:
		return ""
	}
	d, err := when.ParseDuration(s)
	if err != nil {
		return ""
	}
	return durationWords(d)
}

// typeAt returns the type that a signature gives to the attribute or argument
// that stands at a span, "" where it gives none.
func typeAt(v *analysis.View, at source.Span) sig.Type {
	for c := range v.Calls() {
		if c.Proc == nil {
			continue
		}
		given := 0
		for i := range c.Node.Attrs {
			a := &c.Node.Attrs[i]
			switch {
			case a.Lone():
			case a.Keyed():
				if a.Value.Span == at {
					if def := v.Env.Attr(c.Proc, a.Key); def != nil {
						return def.Type
					}
				}
			default:
				if a.Value.Span == at {
					if arg := argAt(c.Proc, given); arg != nil {
						return arg.Type
					}
				}
				given++
			}
		}
	}
	return ""
}

// argAt returns the i-th argument of a procedure, the last one where that is
// repeated; nil where there is none.
func argAt(p *sig.Proc, i int) *sig.Arg {
	switch n := len(p.Args); {
	case i < n:
		return &p.Args[i]
	case n > 0 && p.Args[n-1].Repeated:
		return &p.Args[n-1]
	}
	return nil
}

// durationWords writes a duration out: "2 days 1 hour".
func durationWords(d time.Duration) string {
	if d == 0 {
		return "no time at all"
	}
	sign := ""
	if d < 0 {
		sign, d = "minus ", -d
	}
	var list []string
	for _, u := range []struct {
		size time.Duration
		name string
	}{{7 * 24 * time.Hour, "week"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / u.size; n == 1 {
			list = append(list, "1 "+u.name)
		} else if n > 1 {
			list = append(list, fmt.Sprintf("%d %ss", n, u.name))
		}
		d %= u.size
	}
	if d > 0 {
		list = append(list, d.String())
	}
	return sign + strings.Join(list, " ")
}
