package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

// within tells whether an offset is in the lines of a region.
func (r *region) within(offset int) bool { return r.start <= offset && offset < max(r.end, r.start+1) }

func canExtract(r *region) bool {
	if !takesAnyLines(r.v, r.parent) && len(r.lines) > 1 {
		return false
	}
	return headName(r.lines[0]) != "define" && canWrap(r) && r.obstacle() == nil
}

// argumentNamesOf are the names of what a function was called with.
var argumentNamesOf = map[string]bool{
	"args": true, "arga": true, "argv": true, "argh": true, "argd": true, "arguments": true, "yield": true,
}

// obstacle says why lines can't be moved into a function of their own.
func (r *region) obstacle() error {
	for c := range r.v.Calls() {
		if !r.within(r.v.Offset(c.Node.Span.Start)) || c.Ref == nil {
			continue
		}
		outside := func(around *analysis.Call) bool {
			return around == nil || !around.Node.Span.IsValid() || !r.within(r.v.Offset(around.Node.Span.Start))
		}
		switch {
		case c.Proc == nil:
		case c.Name() == "break" || c.Name() == "continue" || c.Name() == "move" || c.Proc.After == sig.EndsRound:
			if outside(c.Loop) {
				return fmt.Errorf("%s in line %d leaves the lines", c.Ref.Name, row(r.v.File, c.Node.Span))
			}
		case c.Name() == "return" || c.Proc.After == sig.EndsFunction:
			if f := innermost(c.Scope); f == nil || f.Node == nil || !r.within(r.v.Offset(f.Node.Span.Start)) {
				return fmt.Errorf("return in line %d leaves the lines", row(r.v.File, c.Node.Span))
			}
		case c.Proc.Group == sig.Handlers && c.Name() != "signal" && outside(c.Parent):
			return fmt.Errorf("%s in line %d is for what is around the lines", c.Ref.Name, row(r.v.File, c.Node.Span))
		}
	}
	for ref := range r.v.Refs() {
		if argumentNamesOf[ref.Name] && r.within(r.v.Offset(ref.Span.Start)) && !r.inOwnFunction(ref) {
			return fmt.Errorf("%s in line %d is about the function around it", ref.Name, row(r.v.File, ref.Span))
		}
	}
	if c := r.call(r.lines[0]); c != nil && c.Proc != nil && len(c.Proc.Args) > 0 && len(c.Node.Attrs) == 1 && c.Node.Attrs[0].Lone() && len(c.Node.Children) == 0 {
		return fmt.Errorf("%s in line %d takes up what the line above gave", c.Node.Head, row(r.v.File, c.Node.Span))
	}
	for m := range r.v.Mentions() {
		if m.Entity == analysis.Field && m.Name == "ret" && r.within(r.v.Offset(m.Span.Start)) {
			return fmt.Errorf("f.ret in line %d would mean something else in a function", row(r.v.File, m.Span))
		}
	}
	// a variable that the lines make, and that is used behind them
	for s := range r.v.Symbols() {
		if !r.within(r.v.Offset(s.Span.Start)) || s.Scope.Node != nil && s.Scope != r.v.Root && s.Scope.Node.Span.IsValid() && r.within(r.v.Offset(s.Scope.Node.Span.Start)) {
			continue
		}
		x := variableOf(r.v, s.Name, s, nil)
		if x == nil {
			continue
		}
		for i := range x.parts {
			p := &x.parts[i]
			if p.file != r.v.File {
				return fmt.Errorf("%s, which line %d sets, is seen from other files", s.Name, row(r.v.File, s.Span))
			}
			before := slices.ContainsFunc(p.symbols, func(o *analysis.Symbol) bool { return r.v.Offset(o.Span.Start) < r.start })
			if before && s.Kind == analysis.Variable {
				continue // set where it is found
			}
			for _, ref := range p.refs {
				if !r.within(r.v.Offset(ref.Span.Start)) {
					return fmt.Errorf("%s, which line %d sets, is used in line %d", s.Name, row(r.v.File, s.Span), row(r.v.File, ref.Span))
				}
			}
		}
	}
	return nil
}

// free lists the names that lines use and that a function at the outermost
// level would not see: those of variables set outside of them, in inner
// scopes. What the lines set stays the caller's, whose variables a function
// sees.
func (r *region) free() []string {
	var names []string
	for ref := range r.v.Refs() {
		if !r.within(r.v.Offset(ref.Span.Start)) || slices.Contains(names, ref.Name) || !ast.IsName(ref.Name) {
			continue
		}
		list := seenBy(r.v.File, ref, ref.Name)
		switch {
		case len(list) == 0:
			if r.v.Env.Proc(ref.Name) == nil && isImplicit(ref.Name) && ref.Scope.InFunction() && !r.inOwnFunction(ref) {
				names = append(names, ref.Name)
			}
			continue
		case slices.ContainsFunc(list, func(s *analysis.Symbol) bool {
			return s.Scope == r.v.Root || r.within(r.v.Offset(s.Span.Start))
		}):
			continue
		}
		names = append(names, ref.Name)
	}
	return names
}

// inOwnFunction tells whether a reference stands in a function that is made
// within the lines.
func (r *region) inOwnFunction(ref *analysis.Reference) bool {
	f := innermost(ref.Scope)
	return f != nil && f.Node != nil && f.Node.Span.IsValid() && r.within(r.v.Offset(f.Node.Span.Start))
}

// definitionPlace returns the offset of the line of text above which a new
// function goes: behind those at the start of the file. Further down it would
// come between lines of which one takes up what the other gave.
func (r *region) definitionPlace() int {
	src := r.v.Source()
	var top *ast.Line
	for _, l := range r.v.Syntax().Lines {
		top = l
		end := src.LineStart(int(src.LineAt(r.blockEnd(l)) + 1))
		name := headName(l)
		if name != "define" && name != "import" && name != "graft" || end > r.start {
			break
		}
	}
	line := src.LineAt(r.base(top))
	above := line
	for above > 1 && strings.HasPrefix(strings.TrimSpace(src.Line(above-1)), "#") {
		above--
	}
	if above > 1 { // a comment at the top is about the file, others go with the line
		line = above
	}
	return src.LineStart(line)
}

// extract moves lines into a function.
func extract(r *region) ([]diag.Edit, error) {
	if err := r.obstacle(); err != nil {
		return nil, err
	}
	name := freshName(r.v, "extracted")
	params := r.free()
	src := r.v.Source()
	at := r.definitionPlace()
	body := shift(shift(src.Text[r.start:r.end], -r.indent()), 2)
	def := strings.TrimSpace("define "+name+" "+strings.Join(params, " ")) + "\n" + body
	call := name + " " + strings.Join(params, " ")
	if len(params) == 0 {
		call = name + " _"
	}
	kept := r.nodes(r.lines)
	if at == r.start {
		return r.finish(r.whole(def+"\n\n"+indented(r.indent(), call)), kept)
	}
	if n := src.LineAt(at) - 1; n > 0 && strings.HasPrefix(strings.TrimSpace(src.Line(n)), "#") {
		def = "\n" + def // the comment is not about the function
	}
	return r.finish([]piece{{at, at, def + "\n\n"}, {r.start, r.end, indented(r.indent(), call)}}, kept)
}

// inlining is a function that is used once, and its use.
type inlining struct {
	define *ast.Line
	node   *tree.Node
	params []*analysis.Symbol
	call   *analysis.Call
	line   *ast.Line // that the call is; nil where it is part of one
	parent *ast.Line // of line
}

// inlinable returns the function that the region's line defines or calls, an
// error where it can't be inlined.
func (r *region) inlinable() (*inlining, error) {
	l := r.one()
	t := thingAt(r.v, r.from)
	if l == nil || t == nil || t.variable == nil {
		return nil, fmt.Errorf("there is no function here")
	}
	x := t.variable
	if len(x.parts) != 1 || x.parts[0].file != r.v.File || len(x.parts[0].symbols) != 1 || len(x.parts[0].refs) != 1 {
		return nil, fmt.Errorf("%s is not a function that is used once, in this file", x.name)
	}
	s, ref := x.parts[0].symbols[0], x.parts[0].refs[0]
	in := &inlining{node: functionNode(s), call: ref.Call}
	path := linePath(r.v.Syntax(), r.v.Offset(s.Span.Start))
	if in.node == nil || s.Kind != analysis.Function || len(path) == 0 || !ref.Head {
		return nil, fmt.Errorf("%s is not a function that is called once", x.name)
	}
	in.define = path[len(path)-1]
	in.params = parameters(r.v.File, in.node)
	if len(in.define.Children) == 0 || r.base(in.define)+in.define.Stmt.Start != r.v.Offset(in.node.Span.Start) {
		return nil, fmt.Errorf("%s does nothing", x.name)
	}
	body := &region{v: r.v, lines: in.define.Children, start: r.base(in.define.Children[0]) + in.define.Children[0].Stmt.Start, end: r.blockEnd(in.define)}
	if body.within(r.v.Offset(ref.Span.Start)) {
		return nil, fmt.Errorf("%s calls itself", x.name)
	}
	if err := body.obstacle(); err != nil {
		return nil, err
	}
	for o := range r.v.Symbols() {
		if o.Scope.Node == in.node && o.Scope.Function && o.Kind != analysis.Parameter {
			return nil, fmt.Errorf("%s has the variable %s of its own", x.name, o.Name)
		}
	}
	for o := range r.v.Refs() {
		if body.within(r.v.Offset(o.Span.Start)) && (isImplicit(o.Name) && len(seenBy(r.v.File, o, o.Name)) == 0 || o.Name == "return") {
			return nil, fmt.Errorf("%s in line %d means something else outside of the function", o.Name, row(r.v.File, o.Span))
		}
	}
	path = linePath(r.v.Syntax(), r.v.Offset(ref.Span.Start))
	if n := len(path); n > 0 && r.base(path[n-1])+path[n-1].Stmt.Start == r.v.Offset(ref.Span.Start) {
		in.line = path[n-1]
		if n > 1 {
			in.parent = path[n-2]
		}
	}
	return in, nil
}

func canInline(r *region) bool {
	in, err := r.inlinable()
	return err == nil && in.line != nil && len(in.line.Children) == 0 && len(in.line.Stmt.Postfixes) == 0 && in.line.Join == ast.NoJoin && !joined(in.define.Children)
}

// inline puts the lines of a function in the place of its only call, and takes
// its definition away.
func inline(r *region) ([]diag.Edit, error) {
	in, err := r.inlinable()
	if err != nil {
		return nil, err
	}
	src := r.v.Source()
	args, err := r.arguments(in)
	if err != nil {
		return nil, err
	}
	first := in.define.Children[0]
	from := src.LineStart(src.LineAt(r.base(first)))
	_, head := r.lineSpan(in.define)
	if from < head {
		return nil, fmt.Errorf("the function is on one line: write it as a block first")
	}
	bottom := src.LineAt(r.blockEnd(in.define))
	to := src.LineStart(bottom) + len(src.Line(bottom))
	body, err := r.substitute(in, from, to, args)
	if err != nil {
		return nil, err
	}
	indent := in.line.Indent
	if len(in.define.Children) > 1 && !takesAnyLines(r.v, in.parent) {
		body = indented(indent, "sequence") + "\n" + shift(body, indent+2-first.Indent)
	} else {
		body = shift(body, indent-first.Indent)
	}
	top := src.LineAt(r.base(in.line))
	_, lineEnds := r.lineSpan(in.line)
	last := src.LineAt(lineEnds)
	call := piece{src.LineStart(top), src.LineStart(last) + len(src.Line(last)), body}
	gone := r.definition(in, to)
	pieces := []piece{gone, call}
	if call.start < gone.start {
		pieces = []piece{call, gone}
	}
	return r.finish(pieces, unchanged(in))
}

// unchanged lists the lines of a function that no parameter stands in.
func unchanged(in *inlining) []*tree.Node {
	var list []*tree.Node
	for _, ch := range in.node.Children {
		text := tree.Print(ch)
		if !slices.ContainsFunc(in.params, func(p *analysis.Symbol) bool { return strings.Contains(text, p.Name) }) {
			list = append(list, ch)
		}
	}
	return list
}

// definition is the piece that takes a definition away, with the comment above
// it and the blank line below.
func (r *region) definition(in *inlining, to int) piece {
	src := r.v.Source()
	line := src.LineAt(r.base(in.define))
	for line > 1 && strings.HasPrefix(strings.TrimSpace(src.Line(line-1)), "#") {
		line--
	}
	for next := src.LineAt(to) + 1; next < src.LineCount() && strings.TrimSpace(src.Line(next)) == ""; next++ {
		to = src.LineStart(next) + len(src.Line(next))
	}
	// with the line end behind it
	return piece{src.LineStart(line), min(len(src.Text), src.LineStart(src.LineAt(to)+1)), ""}
}

// arguments returns what is given for each parameter, as text.
func (r *region) arguments(in *inlining) (map[string]string, error) {
	args := map[string]string{}
	given := in.call.Args()
	used := map[string]int{}
	for ref := range r.v.Refs() {
		used[ref.Name]++
	}
	for i := range in.call.Node.Attrs {
		if at := &in.call.Node.Attrs[i]; at.Keyed() {
			if !slices.ContainsFunc(in.params, func(p *analysis.Symbol) bool { return p.Name == at.Key }) {
				return nil, fmt.Errorf("the call has the attribute %s: which is for no parameter", at.Key)
			}
			args[at.Key] = argumentText(r.v.File, at.Value)
		}
	}
	for _, p := range in.params {
		if _, keyed := args[p.Name]; keyed {
			continue
		}
		if len(given) == 0 {
			args[p.Name] = "null"
			for i := range in.node.Attrs {
				if at := &in.node.Attrs[i]; at.Key == p.Name {
					args[p.Name] = argumentText(r.v.File, at.Value)
				}
			}
			continue
		}
		if !simple(given[0]) && used[p.Name] > 1 {
			return nil, fmt.Errorf("what is given for %s would be worked out more than once", p.Name)
		}
		args[p.Name] = argumentText(r.v.File, given[0])
		given = given[1:]
	}
	if len(given) > 0 {
		return nil, fmt.Errorf("the call gives more than the function takes")
	}
	return args, nil
}

// simple tells whether a value may be worked out any number of times.
func simple(n *tree.Node) bool {
	return n.Literal || n.IsName() || n.Head == "_ref" && n.HeadExpr == nil && !slices.ContainsFunc(n.Children, func(c *tree.Node) bool { return !c.Literal })
}

func argumentText(f *analysis.File, n *tree.Node) string {
	text := textOf(f, n.Span)
	if simple(n) || strings.HasPrefix(n.Head, "_") && n.HeadExpr == nil {
		return text
	}
	return "(" + text + ")"
}

// substitute returns the text from an offset to another with the parameters
// replaced by what is given for them.
func (r *region) substitute(in *inlining, from, to int, args map[string]string) (string, error) {
	text := r.v.Source().Text
	var b strings.Builder
	at := from
	refs := slices.Collect(r.v.Refs())
	slices.SortStableFunc(refs, func(x, y *analysis.Reference) int { return x.Span.Start.Compare(y.Span.Start) })
	for _, ref := range refs {
		value, ok := args[ref.Name]
		s := ref.Span
		if !ok || r.v.Offset(s.Start) < at || r.v.Offset(s.End) > to {
			continue
		}
		list := seenBy(r.v.File, ref, ref.Name)
		if len(list) == 0 || list[0].Node != in.node {
			continue
		}
		goesOn := r.v.Offset(s.End) < len(text) && strings.IndexByte(".[", text[r.v.Offset(s.End)]) >= 0
		if textOf(r.v.File, s) != ref.Name || goesOn && ast.PathLen(value) != len(value) || ref.Head && !ast.IsName(value) {
			return "", fmt.Errorf("%s can't be written for %s in line %d", value, ref.Name, row(r.v.File, s))
		}
		b.WriteString(text[at:r.v.Offset(s.Start)] + value)
		at = r.v.Offset(s.End)
	}
	return b.String() + text[at:to], nil
}
