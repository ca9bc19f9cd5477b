package feature

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

// variables completes the names that the place sees: variables and functions,
// nearest first, those that are given at launch, and what the machine gives to
// functions. A head is called, so functions come first there.
func (x *completer) variables(head bool) {
	for _, f := range x.c.frames {
		for _, name := range append(f.params, f.ownParams()...) {
			if ast.IsName(name) {
				x.add(rankNear, Completion{Label: name, Kind: ParameterItem, Detail: "parameter"})
			}
		}
	}
	depth := map[*analysis.Scope]int{}
	for n, s := 0, x.scope; s != nil; n, s = n+1, s.Parent {
		depth[s] = n
	}
	defs := x.v.Visible(x.scope)
	sort.SliceStable(defs, func(i, j int) bool { // functions before what else has the name
		return functionNode(defs[i].Symbol) != nil && functionNode(defs[j].Symbol) == nil
	})
	for _, d := range defs {
		s := d.Symbol
		if !ast.IsName(s.Name) || strings.HasSuffix(s.Name, "__match") || s.Name == "matched" && s.Kind != analysis.Binding {
			continue
		}
		if d.File == x.v.File && touches(d.File, s.Span, x.offset) {
			continue // the name that is being written
		}
		kind, detail, rank := VariableItem, string(s.Kind), rankFar
		if n, ok := depth[s.Scope]; ok && d.File == x.v.File {
			rank = rankNear + min(n, 8)
		}
		if s.Kind == analysis.Parameter {
			kind = ParameterItem
		}
		if n := functionNode(s); n != nil {
			kind, detail = FunctionItem, functionSignature(d.File, s.Name, n)
			if head {
				rank = rankNear
			}
		} else if head && rank > rankNear {
			rank = rankFar
		}
		if d.File != x.v.File {
			detail += ", " + d.File.Path()
		}
		x.add(rank, Completion{Label: s.Name, Kind: kind, Detail: detail, Key: "symbol:" + strconv.Itoa(d.File.Offset(s.Span.Start)) + ":" + d.File.Path()})
	}
	if x.scope.InFunction() && !head {
		for _, name := range []string{"args", "elt", "idx", "key", "val", "err", "msg", "yield"} {
			x.add(rankWord, Completion{Label: name, Kind: VariableItem, Detail: "given by the machine"})
		}
	}
	for i := range x.v.Env.Schema.Vars {
		g := &x.v.Env.Schema.Vars[i]
		x.add(rankGiven, Completion{Label: g.Name, Kind: VariableItem, Detail: strings.TrimSpace(string(g.Type) + " " + g.Doc)})
	}
	if !head {
		for _, root := range []string{"f.", "v.", "t.", "node.", "exe."} {
			x.add(rankWord, Completion{Label: root, Kind: KeywordItem, Detail: rootDetail[root]})
		}
	}
}

var rootDetail = map[string]string{
	"f.": "a field of the payload", "v.": "a variable, procedure or tasker", "t.": "the nodes that have a tag",
	"node.": "the node at hand", "exe.": "the execution",
}

// taskers completes taskers: those of the schema, and those that the project
// names.
func (x *completer) taskers(rank int, quoted bool) {
	add := func(name, doc string) {
		label := name
		if quoted {
			label = "'" + name + "'"
		} else if x.c.quote == "" && !ast.IsName(name) {
			return
		}
		x.add(rank, Completion{Label: label, Kind: TaskerItem, Detail: doc, Filter: name, Key: "tasker:" + name})
	}
	for i := range x.v.Env.Schema.Taskers {
		if t := &x.v.Env.Schema.Taskers[i]; !t.Pattern {
			add(t.Name, sig.FirstSentence(t.Doc))
		}
	}
	for _, name := range x.entities(analysis.Tasker) {
		add(name, "a tasker named in the project")
	}
}

// entities lists the names of an entity in the project, sorted, but for the
// one that is being written.
func (x *completer) entities(e analysis.Entity) []string {
	set := map[string]bool{}
	for _, f := range x.v.Project.Files() {
		for m := range f.Mentions() {
			if m.Entity == e && m.Name != "" && !(f == x.v.File && touches(f, m.Span, x.offset)) {
				set[m.Name] = true
			}
		}
	}
	list := make([]string, 0, len(set))
	for name := range set {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// path completes what follows a dot.
func (x *completer) path() {
	text := x.v.Source().Text
	steps := strings.Split(x.c.prefix, ".")
	steps = steps[:len(steps)-1]
	from := strings.LastIndexByte(text[x.c.start:x.offset], '.') + 1 + x.c.start
	x.span = x.v.Source().Span(from, from+ast.SymbolLen(text[from:]))
	switch root := steps[0]; root {
	case "f", "fld", "field":
		if len(steps) > 1 {
			break
		}
		for _, name := range x.entities(analysis.Field) {
			x.add(rankNear, Completion{Label: name, Kind: FieldItem, Detail: "a field", Key: "field:" + name})
		}
		for i := range x.v.Env.Schema.Taskers {
			t := &x.v.Env.Schema.Taskers[i]
			for _, s := range t.Sets {
				x.add(rankFar, Completion{Label: s.Name, Kind: FieldItem, Detail: "set by " + t.Name, Key: "field:" + s.Name})
			}
		}
		x.add(rankFar, Completion{Label: "ret", Kind: FieldItem, Detail: "what the node around started with"})
		return
	case "t", "tag":
		for _, name := range x.entities(analysis.Tag) {
			if ast.IsName(name) {
				x.add(rankNear, Completion{Label: name, Kind: TagItem, Detail: "a tag", Key: "tag:" + name})
			}
		}
		return
	case "node":
		x.plain("nid", "the id of the node")
		x.plain("parent", "the id of the node that it stands in")
		x.plain("attempt", "the number of the attempt, where retry: is given")
		return
	case "exe", "execution":
		x.plain("exid", "the id of the execution")
		x.plain("domain", "its domain")
		return
	case "v", "var", "variable", "lv", "lvar", "lvariable", "gv", "gvar", "gvariable":
		if len(steps) > 1 {
			steps = steps[1:]
			break
		}
		x.variables(true)
		if root[0] != 'v' {
			return
		}
		for i := range x.v.Env.Schema.Procs {
			p := &x.v.Env.Schema.Procs[i]
			for _, name := range p.PublicNames() {
				if p.Group != sig.Internal {
					x.add(rankProcedure, Completion{Label: name, Kind: ProcedureItem, Detail: sig.FirstSentence(p.Doc), Key: "proc:" + name})
				}
			}
		}
		x.taskers(rankTasker, false)
		return
	}
	x.members(steps)
}

func (x *completer) plain(name, detail string) {
	x.add(rankNear, Completion{Label: name, Kind: FieldItem, Detail: detail})
}

// members completes a member of what a path leads to: those that other paths
// name, and those of the object that a variable is set to.
func (x *completer) members(steps []string) {
	names := map[string]bool{}
	for c := range x.v.Calls() {
		n := c.Node
		if c.Name() != "_ref" || len(n.Children) <= len(steps) || touches(x.v.File, n.Span, x.offset) {
			continue
		}
		same := true
		for i, s := range steps {
			same = same && n.Children[i].Literal && fmt.Sprint(n.Children[i].Value) == s
		}
		if name, ok := n.Children[len(steps)].Value.(string); same && ok && ast.SymbolLen(name) == len(name) {
			names[name] = true
		}
	}
	if len(steps) == 1 {
		for _, d := range x.visible(steps[0]) {
			for _, key := range objectKeys(d.Symbol) {
				names[key] = true
			}
		}
	}
	for name := range names {
		x.add(rankNear, Completion{Label: name, Kind: FieldItem, Detail: "of " + strings.Join(steps, ".")})
	}
}

// objectKeys lists the keys of the object that a set sets a variable to.
func objectKeys(s *analysis.Symbol) []string {
	n := s.Node
	if s.Kind != analysis.Variable || n.Literal || n.Head != "set" {
		return nil
	}
	var o *tree.Node
	if o = n.At(len(n.Attrs) + len(n.Children) - 1); o == nil || o.Literal || o.Head != "_obj" {
		return nil
	}
	var list []string
	for i := 0; i < len(o.Children); i += 2 {
		switch k := o.Children[i]; {
		case k.IsName():
			list = append(list, k.Head)
		case k.Literal:
			if key, ok := k.Value.(string); ok && key != "" && ast.SymbolLen(key) == len(key) {
				list = append(list, key)
			}
		}
	}
	return list
}

// text completes within a string: what the attribute or argument asks for.
func (x *completer) text() {
	frames := x.c.frames
	i := len(frames) - 1
	for i > 0 && frames[i].kind == '[' {
		i--
	}
	f := &frames[i]
	if !f.isStatement() || !f.hasHead || f.infix {
		return
	}
	p := x.v.Env.Proc(f.head)
	if f.keyed {
		if at := x.v.Env.Attr(p, f.key); at != nil {
			x.values(at.Type, at.Values, at.Names[0])
		}
		return
	}
	// the string itself has been counted
	if arg := argOf(p, f.items-1); arg != nil {
		x.values(arg.Type, arg.Values, arg.Name)
	}
}

func argOf(p *sig.Proc, i int) *sig.Arg {
	if p == nil || i < 0 {
		return nil
	}
	return argAt(p, i)
}

// values completes values of a type.
func (x *completer) values(t sig.Type, values []string, name string) {
	add := func(kind CompletionKind, value, detail, key string) {
		label := value
		if x.c.quote == "" {
			label = "'" + value + "'"
		}
		x.add(rankValue, Completion{Label: label, Kind: kind, Detail: detail, Filter: value, Key: key})
	}
	for _, s := range values {
		switch plain := strings.Trim(s, "'"); {
		case plain != s:
			add(ValueItem, plain, "", "")
		case x.c.quote == "":
			x.add(rankValue, Completion{Label: s, Kind: ValueItem})
		}
	}
	switch t {
	case sig.Tag:
		for _, tag := range x.entities(analysis.Tag) {
			add(TagItem, tag, "a tag", "tag:"+tag)
		}
	case sig.SignalName:
		x.signals(add)
	case sig.TaskerName:
		x.taskers(rankValue, x.c.quote == "")
	case sig.FilePath, sig.FlowName:
		x.files(add)
	case sig.Duration:
		for _, s := range []string{"10s", "5m", "1h", "2d", "1w", "1 day and 2 hours"} {
			add(ValueItem, s, "a duration", "")
		}
	case sig.Cron:
		for _, s := range []string{"0 8 * * mon-fri", "*/15 * * * *", "0 0 1 * *", "every day at five"} {
			add(ValueItem, s, cronWords(s), "")
		}
	case sig.Timezone:
		for _, s := range []string{"UTC", "Europe/Paris", "America/New_York", "Asia/Tokyo"} {
			add(ValueItem, s, "a time zone", "")
		}
	case sig.Symbol:
		if name == "what" { // on 'x'
			x.signals(add)
		}
		if name == "to" || name == "start" || name == "initial" {
			for m := range x.v.Mentions() {
				if m.Entity == analysis.Tag && m.Role == analysis.Defines {
					add(TagItem, m.Name, "a tag", "tag:"+m.Name)
				}
			}
		}
	case sig.Function:
		if x.c.quote == "" {
			params := handlerParams(name)
			x.add(rankValue, Completion{
				Label: "(def" + params + ` \ …)`, Kind: SnippetItem, Detail: "a function", Filter: "def",
				Insert: "(def" + params + ` \\ ${1:_})`, Snippet: true,
			})
		}
	}
}

// signals completes the names of signals.
func (x *completer) signals(add func(kind CompletionKind, value, detail, key string)) {
	for _, s := range x.entities(analysis.Signal) {
		add(SignalItem, s, "a signal", "signal:"+s)
	}
	for _, h := range x.v.Env.Schema.Hooks {
		if h.Signal != "" {
			add(SignalItem, h.Signal, h.Doc, "")
		}
	}
}

// handlerParams lists the parameters of a function given as an attribute.
func handlerParams(name string) string {
	switch {
	case strings.HasSuffix(name, "on_error"):
		return " msg err"
	case name == "on_receive" || name == "receiver":
		return " reply"
	case strings.Contains(name, "on_"):
		return " msg"
	}
	return " x"
}

// files completes the files of the project, as they are written from this
// one.
func (x *completer) files(add func(kind CompletionKind, value, detail, key string)) {
	for _, f := range x.v.Project.Files() {
		if f == x.v.File {
			continue
		}
		target := importTarget(x.v.Project, x.v.Path(), f.Path(), "")
		add(FileItem, target, f.Path(), "file:"+f.Path())
	}
}

// Resolve returns the documentation of a completion, as Markdown.
func Resolve(v *analysis.View, c Completion) string {
	kind, name, _ := strings.Cut(c.Key, ":")
	switch kind {
	case "proc":
		if p := v.Env.Proc(name); p != nil {
			return procDoc(p)
		}
	case "attr":
		proc, key, _ := strings.Cut(name, ":")
		p := v.Env.Proc(proc)
		if at := v.Env.Attr(p, key); at != nil {
			return attrDoc(at, &analysis.Call{Proc: p})
		}
	case "symbol":
		at, path, _ := strings.Cut(name, ":")
		f := v.Project.File(path)
		if f == nil {
			return ""
		}
		for s := range f.Symbols() {
			if fmt.Sprint(f.Offset(s.Span.Start)) == at && s.Name == c.Label {
				if x := variableOf(viewOf(v, f), s.Name, s, nil); x != nil {
					return variableDoc(v, x)
				}
			}
		}
	case "tasker":
		return taskerDoc(v, name)
	case "field":
		return entityDoc(v, &thing{name: name, entity: analysis.Field})
	case "tag":
		return entityDoc(v, &thing{name: name, entity: analysis.Tag})
	case "signal":
		return entityDoc(v, &thing{name: name, entity: analysis.Signal})
	case "file":
		if f := v.Project.File(name); f != nil {
			return joinDoc("`"+name+"`", fileDoc(f))
		}
	}
	return ""
}
