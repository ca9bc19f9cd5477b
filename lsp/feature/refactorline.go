package feature

import (
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

// takesAnyLines tells whether the lines nested in a line, nil for the
// outermost, are run one after the other, however many they are.
func takesAnyLines(v *analysis.View, parent *ast.Line) bool {
	if parent == nil {
		return true
	}
	c := lineCall(v.File, parent)
	if c == nil || c.Proc == nil || c.Ref == nil || c.Ref.Name == "def" && len(c.Node.Children) == 0 {
		return false
	}
	return (c.Proc.Body == sig.Sequence || c.Proc.Body == sig.Block || c.Proc.Name() == "define") && headName(parent) != ""
}

// canWrap tells whether lines may be nested in another: none is a handler, which
// is for the line around it, nor else, nor a block that the line around calls,
// and where the place of each counts it is but one.
func canWrap(r *region) bool {
	for _, l := range r.lines {
		if c := r.call(l); c != nil && c.Proc != nil && c.Proc.Group == sig.Handlers && c.Name() != "signal" {
			return false
		}
		switch headName(l) {
		case "else", "def", "fun":
			return false
		}
	}
	if len(r.lines) == 1 || takesAnyLines(r.v, r.parent) {
		return true
	}
	c := r.call(r.parent)
	return c != nil && c.Proc != nil && c.Proc.Body == sig.Branches
}

// wrap nests lines in another.
func wrap(r *region, head string) ([]diag.Edit, error) {
	return r.finish(r.whole(indented(r.indent(), head)+"\n"+shift(r.v.Source().Text[r.start:r.end], 2)), r.nodes(r.lines))
}

func canUnwrap(r *region) bool {
	l := r.one()
	if l == nil || len(l.Children) == 0 || len(l.Stmt.Attrs) > 0 || len(l.Stmt.Postfixes) > 0 || l.Children[0].Join != ast.NoJoin {
		return false
	}
	head := headName(l)
	return (head == "sequence" || head == "concurrence") && (len(l.Children) == 1 || takesAnyLines(r.v, r.parent))
}

// unwrap takes the lines nested in another out of it.
func unwrap(r *region) ([]diag.Edit, error) {
	l := r.one()
	src := r.v.Source()
	from := src.LineStart(src.LineAt(r.base(l)) + 1)
	text := src.Text[min(from, r.end):r.end]
	return r.finish(r.whole(shift(text, l.Indent-l.Children[0].Indent)), r.nodes(l.Children))
}

func canPostfix(r *region) bool {
	l := r.one()
	if l == nil || headName(l) != "if" && headName(l) != "unless" {
		return false
	}
	if len(l.Stmt.Attrs) != 1 || l.Stmt.Attrs[0].Key != nil || len(l.Stmt.Postfixes) > 0 || len(l.Children) != 1 {
		return false
	}
	child := l.Children[0]
	for _, ch := range child.Children {
		if ch.Join != ast.NoJoin {
			return false
		}
	}
	return !strings.ContainsAny(r.own(l)+r.own(child), "\r\n")
}

// toPostfix moves a condition behind the line that it decides on.
func toPostfix(r *region) ([]diag.Edit, error) {
	l := r.one()
	child := l.Children[0]
	src := r.v.Source()
	_, end := r.lineSpan(child)
	after := src.Text[end:r.end]
	text := indented(l.Indent, r.own(child)+" "+headName(l)+" "+r.text(l, l.Stmt.Attrs[0]))
	// what stands between the two, and behind them: comments
	_, head := r.lineSpan(l)
	if between := strings.Trim(src.Text[head:r.base(child)+child.Stmt.Start], " \t\r\n\\"); between != "" {
		text = shift(indented(l.Indent, between), 0) + "\n" + text
	}
	rest, more, found := strings.Cut(after, "\n")
	text += rest
	if found {
		text += "\n" + shift(more, l.Indent-child.Indent)
	}
	kept := r.nodes([]*ast.Line{l})
	if len(kept) != 1 || len(kept[0].Attrs) != 1 {
		return nil, errMeaning
	}
	return r.finish(r.whole(text), append(kept[0].Children, kept[0].Attrs[0].Value))
}

func canBlock(r *region) bool {
	l := r.one()
	return l != nil && len(l.Stmt.Postfixes) > 0 && (len(l.Children) == 0 || l.Children[0].Join == ast.NoJoin) && !strings.ContainsAny(r.own(l), "\r\n")
}

// toBlock moves the last condition behind a line above it.
func toBlock(r *region) ([]diag.Edit, error) {
	l := r.one()
	src := r.v.Source()
	p := &l.Stmt.Postfixes[len(l.Stmt.Postfixes)-1]
	cond := src.Text[r.base(l)+p.Head.Bounds().Start : r.base(l)+p.End]
	if len(p.Attrs) > 0 {
		cond = "(" + cond + ")"
	}
	own := strings.TrimRight(src.Text[r.base(l)+l.Stmt.Start:r.base(l)+p.Start], " \t,")
	_, end := r.lineSpan(l)
	text := indented(l.Indent, p.Word.Text+" "+cond) + "\n" + indented(l.Indent+2, own)
	rest, more, found := strings.Cut(src.Text[end:r.end], "\n")
	text += rest
	if found {
		text += "\n" + shift(more, 2)
	}
	kept := r.nodes([]*ast.Line{l})
	if len(kept) != 1 {
		return nil, errMeaning
	}
	return r.finish(r.whole(text), kept[0].Children)
}

// joined tells whether one of the lines, or one nested in them, is joined to
// the one before.
func joined(lines []*ast.Line) bool {
	for _, l := range lines {
		if l.Join != ast.NoJoin || joined(l.Children) {
			return true
		}
	}
	return false
}

func canSplit(r *region) bool { return joined(r.lines) }

// split gives each joined line a line of text of its own.
func split(r *region) ([]diag.Edit, error) {
	src := r.v.Source()
	var b strings.Builder
	at := r.start
	var write func(lines []*ast.Line)
	write = func(lines []*ast.Line) {
		for _, l := range lines {
			start, end := r.lineSpan(l)
			if l.Join == ast.NoJoin {
				b.WriteString(src.Text[at:start])
			} else {
				// comments and line ends between joined lines are kept, joins
				// and blanks are not
				for _, c := range r.v.Syntax().Comments {
					if c.Start >= at && c.End <= start {
						b.WriteString("  " + src.Text[c.Start:c.End])
					}
				}
				b.WriteString("\n" + strings.Repeat(" ", l.Indent))
			}
			b.WriteString(src.Text[start:end])
			at = end
			write(l.Children)
		}
	}
	write(r.lines)
	b.WriteString(src.Text[at:r.end])
	return r.finishSame(r.whole(b.String()))
}

func canJoin(r *region) bool {
	l := r.one()
	if l == nil || len(l.Children) != 1 || r.comments() {
		return false
	}
	for ; len(l.Children) > 0; l = l.Children[0] {
		if len(l.Children) > 1 || strings.ContainsAny(r.own(l), "\r\n") {
			return false
		}
	}
	return !strings.ContainsAny(r.own(l), "\r\n")
}

// join writes lines, each nested in the one before, on one line.
func join(r *region) ([]diag.Edit, error) {
	l := r.one()
	text := indented(l.Indent, r.own(l))
	for len(l.Children) > 0 {
		l = l.Children[0]
		text += ` \ ` + r.own(l)
	}
	return r.finishSame(r.whole(text))
}

func canUnderscore(r *region) bool {
	l := r.one()
	if l == nil || headName(l) == "" || len(l.Stmt.Attrs)+len(l.Stmt.Postfixes)+len(l.Children) > 0 {
		return false
	}
	name := headName(l)
	if p := r.v.Env.Proc(name); p != nil && len(r.v.Named(name)) == 0 {
		return p.Group != sig.Internal && !ast.IsOperator(name)
	}
	for _, s := range r.v.Named(name) {
		if functionNode(s) != nil {
			return true
		}
	}
	return false
}

// underscore makes a call of a lone name.
func underscore(r *region) ([]diag.Edit, error) {
	_, end := r.lineSpan(r.one())
	return r.replace(end, end, " _", nil)
}

func canHandle(r *region) bool {
	l := r.one()
	if l == nil || headName(l) == "" || len(l.Stmt.Attrs) == 0 && len(l.Children) == 0 || strings.ContainsAny(r.own(l), "\r\n") {
		return false
	}
	for i := range l.Stmt.Attrs {
		if k, ok := l.Stmt.Attrs[i].Key.(*ast.Name); ok && k.Text == "on_error" {
			return false
		}
	}
	c := r.call(l)
	if c == nil || c.Ref == nil {
		return false
	}
	p := c.Proc
	return p == nil || p.Group == sig.People || p.Body == sig.Sequence || p.Body == sig.Branches
}

// handle gives a line a handler of errors, before its keyed attributes, since
// attributes are worked out in the order of the text.
func handle(r *region) ([]diag.Edit, error) {
	l := r.one()
	at := r.base(l) + l.Stmt.Head.Bounds().End
	for i := range l.Stmt.Attrs { // behind the unkeyed ones that come first
		if l.Stmt.Attrs[i].Key != nil {
			break
		}
		at = r.base(l) + l.Stmt.Attrs[i].End
	}
	return r.replace(at, at, ` on_error: (def msg err \ _)`, r.call(l).Node.Children)
}

func canQuote(r *region) bool {
	t := thingAt(r.v, r.from)
	return t != nil && t.ref != nil && !t.ref.Head && textOf(r.v.File, t.span) == t.name && (t.variable == nil || !t.variable.isDefined()) &&
		t.proc == nil && t.given == nil && t.entity == "" && !t.implicit && !strings.Contains(t.name, "'") && t.ref.Call.Name() != "_ref"
}

// quote makes a string of a name that stands for nothing.
func quote(r *region) ([]diag.Edit, error) {
	t := thingAt(r.v, r.from)
	return r.replace(r.v.Offset(t.span.Start), r.v.Offset(t.span.End), "'"+t.name+"'", nil)
}
