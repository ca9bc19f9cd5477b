package feature

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
)

// CompletionKind says what a completion is, for its icon.
type CompletionKind string

// The kinds of completions.
const (
	ProcedureItem CompletionKind = "procedure"
	FunctionItem  CompletionKind = "function"
	TaskerItem    CompletionKind = "tasker"
	VariableItem  CompletionKind = "variable"
	ParameterItem CompletionKind = "parameter"
	FieldItem     CompletionKind = "field"
	AttributeItem CompletionKind = "attribute"
	TagItem       CompletionKind = "tag"
	SignalItem    CompletionKind = "signal"
	FileItem      CompletionKind = "file"
	KeywordItem   CompletionKind = "keyword"
	ValueItem     CompletionKind = "value"
	SnippetItem   CompletionKind = "snippet"
)

// Completion is something that may be written at a place.
type Completion struct {
	Label  string
	Kind   CompletionKind
	Detail string // a few words
	// Insert is what takes the place of Span; where Snippet is set, it has
	// placeholders as in ${1:name}, and $0 where the cursor goes.
	Insert  string
	Snippet bool
	Span    source.Span
	Sort    string // orders the list
	Filter  string // what is compared with what was typed
	// Key names the thing, for Resolve.
	Key string

	number int // in which it was found, for those with the same Sort
}

// completer gathers completions.
type completer struct {
	v      *analysis.View
	c      *cursor
	offset int
	span   source.Span
	scope  *analysis.Scope
	parent *analysis.Call // the call that a line started here would be given to
	list   []Completion
	seen   map[completionName]bool
}

type completionName struct {
	kind  CompletionKind
	label string
}

// seenNames are maps that serve again.
var seenNames = sync.Pool{New: func() any { return map[completionName]bool{} }}

// Complete returns what may be written at an offset, best first. The line need
// not parse, nor the file.
func Complete(v *analysis.View, offset int) []Completion {
	offset = clamp(v, offset)
	c := cursorAt(v, offset)
	if c.dead {
		return nil
	}
	x := &completer{v: v, c: c, offset: offset, seen: seenNames.Get().(map[completionName]bool)}
	defer func() {
		clear(x.seen)
		seenNames.Put(x.seen)
	}()
	x.list = make([]Completion, 0, 2*len(v.Parts)+512)
	x.span = v.Source().Span(c.start, min(c.end, len(v.Source().Text)))
	x.scope, x.parent = scopeAt(v, offset)
	switch {
	case c.quote != "":
		x.text()
	case strings.Contains(c.prefix, "."):
		x.path()
	case !c.top().isStatement():
		x.element()
	case !c.top().hasHead:
		x.head()
	default:
		x.item()
	}
	slices.SortFunc(x.list, func(a, b Completion) int { return cmp.Or(strings.Compare(a.Sort, b.Sort), a.number-b.number) })
	return x.list
}

// The ranks of completions, lower ones first.
const (
	rankValue = iota // what the place asks for
	rankOwn          // the call's own attributes
	rankNear         // variables of this scope and those around it, by distance
	rankFar   = iota + 10
	rankFunction
	rankProcedure
	rankTasker
	rankCommon
	rankGiven
	rankWord
)

func (x *completer) add(rank int, c Completion) {
	name := completionName{c.Kind, c.Label}
	if c.Label == "" || x.seen[name] {
		return
	}
	x.seen[name] = true
	c.Detail = strings.ReplaceAll(c.Detail, "`", "") // it is plain text
	if c.Insert == "" {
		c.Insert = c.Label
	}
	if !c.Span.IsValid() {
		c.Span = x.span
	}
	if c.Filter == "" {
		c.Filter = c.Label
	}
	c.Sort = string([]byte{'0' + byte(rank/10), '0' + byte(rank%10), ' '}) + c.Label
	c.number = len(x.list)
	x.list = append(x.list, c)
}

// scopeAt returns the scope that an offset is in, and the call that a line
// started there would be given to, nil for none.
func scopeAt(v *analysis.View, offset int) (*analysis.Scope, *analysis.Call) {
	src := v.Source()
	here := src.Pos(offset)
	scope := v.Root
	var parent *analysis.Call
	row := src.Row(here)
	start, line := src.LineStart(row), src.Line(row)
	indent := len(line) - len(strings.TrimLeft(line, " \t"))
	if indent == len(line) {
		indent = int(here.Column - 1)
	}
	path := linePath(v.Syntax(), start-1)
	for i := len(path) - 1; i >= 0; i-- {
		if path[i].Join != ast.NoJoin && path[i].Join != ast.Child || path[i].Indent >= indent {
			continue
		}
		if parent = lineCall(v.File, path[i]); parent != nil {
			scope = parent.Inner
			break
		}
	}
	best := len(src.Text) + 1
	consider := func(s source.Span, inner *analysis.Scope) {
		if s.Start.Compare(here) >= 0 || here.Compare(s.End) > 0 {
			return
		}
		if start, end := src.Offsets(s); end-start <= best {
			best, scope = end-start, inner
		}
	}
	p := v.PartAt(offset)
	for _, c := range p.Calls {
		if c.Node.Span.IsValid() && c.Ref != nil {
			inner := c.Inner
			if touches(v.File, c.Ref.Span, offset) {
				inner = c.Scope
			}
			consider(c.Node.Span, inner)
		}
	}
	for _, r := range p.Refs {
		consider(r.Span, r.Scope)
	}
	return scope, parent
}

// lineCall returns the call that a line of the file is, nil where it is none.
func lineCall(f *analysis.File, l *ast.Line) *analysis.Call {
	var found *analysis.Call
	at := f.Syntax().Base(l) + l.Stmt.Start
	start := f.Source().Pos(at)
	for _, c := range f.PartAt(at).Calls {
		if c.Node.Span.Start == start && (found == nil || c.Node.Span.End.Compare(found.Node.Span.End) >= 0) {
			found = c
		}
	}
	return found
}

// head completes the head of a line.
func (x *completer) head() {
	x.variables(true)
	env := x.v.Env
	for i := range env.Schema.Procs {
		p := &env.Schema.Procs[i]
		if p.Group == sig.Internal {
			continue
		}
		for _, name := range p.PublicNames() {
			if ast.IsOperator(name) {
				continue
			}
			rank := rankProcedure
			if name != p.Name() {
				rank = rankCommon // another name for the same
			}
			insert, snippet := x.call(p, name)
			x.add(rank, Completion{Label: name, Kind: ProcedureItem, Detail: sig.FirstSentence(p.Doc), Insert: insert, Snippet: snippet, Key: "proc:" + name})
		}
	}
	x.taskers(rankTasker, false)
	switch p := x.parent; {
	case p == nil, p.Proc == nil || x.c.top().kind != 0:
	case p.Proc.Body == sig.Cases, p.Name() == "match":
		x.add(rankValue, Completion{Label: "else", Kind: KeywordItem, Detail: "where nothing else fits"})
	case p.Proc.Body == sig.Branches:
		for i := range p.Proc.Attrs {
			for _, name := range p.Proc.Attrs[i].Names {
				if strings.HasPrefix(name, "on_") {
					x.add(rankOwn, Completion{Label: name, Kind: AttributeItem, Detail: p.Proc.Attrs[i].Doc, Key: "attr:" + p.Name() + ":" + name})
				}
			}
		}
	}
	if x.c.top().kind != 0 {
		x.words()
	}
}

// call returns what a call of a procedure is started with.
func (x *completer) call(p *sig.Proc, name string) (insert string, snippet bool) {
	text := x.v.Source().Text[x.v.Offset(x.span.End):]
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	if strings.TrimSpace(text) != "" || x.c.top().kind != 0 && p.Body != sig.NoBody {
		return name, false
	}
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(name, "$", `\$`))
	n := 0
	for i := range p.Args {
		a := &p.Args[i]
		if a.Optional && p.Name() != "define" || p.Body == sig.Cases && a.Repeated {
			continue
		}
		if n++; sample(a.Type) != "" {
			fmt.Fprintf(&b, " '${%d:%s}'", n, sample(a.Type))
		} else {
			fmt.Fprintf(&b, " ${%d:%s}", n, strings.ReplaceAll(a.Name, " ", "_"))
		}
		if p.Body == sig.Cases || p.Name() == "define" {
			break
		}
	}
	takesFunction := slices.ContainsFunc(p.Args, func(a sig.Arg) bool { return a.Type == sig.Function })
	switch body := p.Body; {
	case body == sig.Sequence, body == sig.Branches, body == sig.Cases, p.Name() == "define", body == sig.Block && !takesFunction:
		b.WriteString("\n  $0")
		return b.String(), true
	case body == sig.NoBody:
		if n == 0 && len(p.Attrs) == 0 && len(p.Args) == 0 {
			return name + " _", false
		}
	}
	if n == 0 {
		return name, false
	}
	return b.String(), true
}

// needsArgument tells whether a procedure, nil for none, has to be given
// something.
func needsArgument(p *sig.Proc) bool {
	return p != nil && slices.ContainsFunc(p.Args, func(a sig.Arg) bool { return !a.Optional && !a.Repeated })
}

// sample is what a placeholder of a type holds.
func sample(t sig.Type) string {
	switch t {
	case sig.Duration:
		return "1h"
	case sig.Tag:
		return "tag"
	case sig.SignalName:
		return "signal"
	case sig.TaskerName:
		return "tasker"
	case sig.FilePath, sig.FlowName:
		return "file"
	}
	return ""
}

// item completes what comes behind a head: an attribute, its key or value.
func (x *completer) item() {
	f := x.c.top()
	p := x.v.Env.Proc(f.head)
	if f.keyed {
		if at := x.v.Env.Attr(p, f.key); at != nil {
			x.values(at.Type, at.Values, at.Names[0])
			if at.Type == sig.Boolean {
				x.booleans(rankValue)
			}
		}
		x.variables(false)
		x.words()
		return
	}
	if !f.infix {
		if p != nil {
			if arg := argAt(p, f.items); arg != nil {
				x.values(arg.Type, arg.Values, arg.Name)
			}
		}
		x.keys(f, p)
		if f.items == 0 && len(f.keys) == 0 && x.c.prefix == "" && !needsArgument(p) {
			x.add(rankValue, Completion{Label: "_", Kind: KeywordItem, Detail: "a call without arguments"})
		}
		if f.operand && !f.postfix {
			for _, word := range []string{"if", "unless"} {
				x.add(rankWord, Completion{Label: word, Kind: KeywordItem, Detail: "a condition for the line", Insert: word + " ", Key: "proc:" + word})
			}
		}
	}
	x.variables(false)
	x.words()
}

// element completes an element of an array, an index, or a part of an object.
func (x *completer) element() {
	frames := x.c.frames
	i := len(frames) - 1
	if frames[i].kind == '{' && !frames[i].keyed {
		return // a key
	}
	for i > 0 && frames[i].kind == '[' {
		i--
	}
	if f := &frames[i]; f.isStatement() && f.hasHead {
		p := x.v.Env.Proc(f.head)
		if at := x.v.Env.Attr(p, f.key); f.keyed && at != nil {
			x.values(at.Type, nil, "")
		} else if p != nil && !f.keyed {
			if arg := argAt(p, f.items-1); f.items > 0 && arg != nil {
				x.values(arg.Type, nil, "")
			}
		}
	}
	x.variables(false)
	x.words()
}

// keys completes the keys of attributes that are not given yet.
func (x *completer) keys(f *cursorFrame, p *sig.Proc) {
	given := func(names []string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(f.keys, n) })
	}
	key := func(rank int, name, detail, id string) {
		if strings.HasPrefix(x.v.Source().Text[x.v.Offset(x.span.End):], ":") {
			x.add(rank, Completion{Label: name + ":", Kind: AttributeItem, Detail: detail, Insert: name, Filter: name, Key: id})
			return
		}
		x.add(rank, Completion{Label: name + ":", Kind: AttributeItem, Detail: detail, Insert: name + ": ", Filter: name, Key: id})
	}
	env := x.v.Env
	if p == nil {
		for _, d := range x.functions(f.head) {
			n := functionNode(d.symbol)
			for _, s := range parameters(d.file, n) {
				if !given([]string{s.Name}) {
					key(rankOwn, s.Name, "a parameter of "+f.head, "")
				}
			}
		}
		if t := env.Tasker(f.head); t != nil {
			for i := range t.Attrs {
				if a := &t.Attrs[i]; !given(a.Names) {
					key(rankOwn, a.Names[0], a.Doc, "tasker:"+f.head)
				}
			}
		}
	} else {
		for i := range p.Attrs {
			if a := &p.Attrs[i]; !given(a.Names) {
				key(rankOwn, a.Names[0], sig.FirstSentence(a.Doc), "attr:"+p.Name()+":"+a.Names[0])
			}
		}
	}
	for i := range env.Schema.Common {
		if a := &env.Schema.Common[i]; !given(a.Names) {
			key(rankCommon, a.Names[0], sig.FirstSentence(a.Doc), "attr::"+a.Names[0])
		}
	}
}

// functions lists the functions of a name that the place sees.
func (x *completer) functions(name string) []fileSymbol {
	var list []fileSymbol
	for _, d := range x.visible(name) {
		if functionNode(d.Symbol) != nil {
			list = append(list, fileSymbol{d.File, d.Symbol})
		}
	}
	return list
}

// visible lists the definitions of a name that the place sees.
func (x *completer) visible(name string) []analysis.Definition {
	return x.v.Definitions(&analysis.Reference{Name: name, Context: analysis.Context{Scope: x.scope}})
}

// words completes true, false and null.
func (x *completer) words() {
	for _, word := range []string{"true", "false", "null"} {
		x.add(rankWord, Completion{Label: word, Kind: KeywordItem})
	}
}

func (x *completer) booleans(rank int) {
	for _, word := range []string{"true", "false"} {
		x.add(rank, Completion{Label: word, Kind: KeywordItem})
	}
}
