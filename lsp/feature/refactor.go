package feature

import (
	"errors"
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/format"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// refactoring is a change that keeps what a definition means, or changes it in
// the way that its title says.
type refactoring struct {
	title string
	kind  ActionKind
	// offered tells quickly whether it makes sense, apply works it out.
	offered func(r *region) bool
	apply   func(r *region) ([]diag.Edit, error)
}

var refactorings []refactoring

func init() {
	refactorings = []refactoring{
		{"extract into a function", Extract, canExtract, extract},
		{"inline the function", Inline, canInline, inline},
		{"wrap in a sequence", Rewrite, canWrap, func(r *region) ([]diag.Edit, error) { return wrap(r, "sequence") }},
		{"wrap in a concurrence", Rewrite, canWrap, func(r *region) ([]diag.Edit, error) { return wrap(r, "concurrence") }},
		{"unwrap", Rewrite, canUnwrap, unwrap},
		{"move the condition behind the line", Rewrite, canPostfix, toPostfix},
		{"move the condition above the line", Rewrite, canBlock, toBlock},
		{"write the joined lines as a block", Rewrite, canSplit, split},
		{"join the block with \\", Rewrite, canJoin, join},
		{"call it: add _", QuickFix, canUnderscore, underscore},
		{"handle errors: add on_error", Rewrite, canHandle, handle},
		{"quote the word", QuickFix, canQuote, quote},
	}
}

// region is a number of lines beside each other that take whole lines of text,
// with all that is nested in them.
type region struct {
	v        *analysis.View
	parent   *ast.Line // nil at the outermost level
	lines    []*ast.Line
	from, to int // the stretch of text that was chosen
	// start and end are the offsets of the lines of text, without the last
	// line end.
	start, end int
}

// selectLines returns the lines that a stretch of text has a part in, nil
// where there are none, or where they do not stand apart from others.
func selectLines(v *analysis.View, from, to int) *region {
	src := v.Source()
	first, last := src.LineAt(from), src.LineAt(to)
	if to > from && src.Pos(to).Column == 1 {
		last--
	}
	var parent *ast.Line
	f := v.Syntax()
	lines := f.Lines
	for {
		var chosen []*ast.Line
		for _, l := range lines {
			if src.LineAt(blockEnd(f, l)) >= first && src.LineAt(f.Base(l)) <= last {
				chosen = append(chosen, l)
			}
		}
		if len(chosen) == 0 {
			return nil
		}
		if _, end := lineSpan(f, chosen[0]); len(chosen) == 1 && src.LineAt(end) < first && len(chosen[0].Children) > 0 {
			parent, lines = chosen[0], chosen[0].Children
			continue
		}
		r := &region{v: v, parent: parent, lines: chosen, from: from, to: to}
		end := blockEnd(f, chosen[len(chosen)-1])
		for _, l := range lines { // those joined to it come along
			if l.Join != ast.NoJoin && l.Number == chosen[len(chosen)-1].Number && l.Stmt.Start > chosen[len(chosen)-1].Stmt.Start {
				r.lines = append(r.lines, l)
				end = max(end, blockEnd(f, l))
			}
		}
		r.start = src.LineStart(src.LineAt(f.Base(chosen[0])))
		bottom := src.LineAt(end)
		for line := bottom + 1; line <= src.LineCount(); line++ { // comments nested in them
			text := src.Line(line)
			code := strings.TrimLeft(text, " \t")
			if code != "" && (!strings.HasPrefix(code, "#") && !strings.HasPrefix(code, "//") || len(text)-len(code) <= chosen[0].Indent) {
				break
			}
			if code != "" {
				bottom = line
			}
		}
		r.end = src.LineStart(bottom) + len(src.Line(bottom))
		if chosen[0].Join != ast.NoJoin || isBad(r.lines) {
			return nil
		}
		return r
	}
}

// isBad tells whether one of the lines, or one nested in them, does not parse.
func isBad(lines []*ast.Line) bool {
	for _, l := range lines {
		if l.Stmt.Head == nil || len(l.Stmt.Bad) > 0 || isBad(l.Children) {
			return true
		}
	}
	return false
}

// one returns the line of a region of one line, else nil.
func (r *region) one() *ast.Line {
	if len(r.lines) != 1 {
		return nil
	}
	return r.lines[0]
}

// base returns what the positions in a line count from, lineSpan and blockEnd
// where it ends.
func (r *region) base(l *ast.Line) int                  { return r.v.Syntax().Base(l) }
func (r *region) lineSpan(l *ast.Line) (start, end int) { return lineSpan(r.v.Syntax(), l) }
func (r *region) blockEnd(l *ast.Line) int              { return blockEnd(r.v.Syntax(), l) }

// text returns the text of a part of a line.
func (r *region) text(l *ast.Line, n ast.Node) string { return r.v.Syntax().Text(r.base(l), n) }

// own returns the text of a line without those nested in it.
func (r *region) own(l *ast.Line) string { return r.text(l, l.Stmt) }

// indent returns the column of the region.
func (r *region) indent() int { return r.lines[0].Indent }

// call returns the call that a line is, nil where it is none.
func (r *region) call(l *ast.Line) *analysis.Call { return lineCall(r.v.File, l) }

// headName returns the name that a line starts with, "" where it starts with
// something else.
func headName(l *ast.Line) string {
	if n, ok := l.Stmt.Head.(*ast.Name); ok {
		return n.Text
	}
	return ""
}

// shift indents lines of text deeper, or by a negative number less.
func shift(text string, by int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		switch {
		case strings.TrimSpace(line) == "":
		case by >= 0:
			lines[i] = strings.Repeat(" ", by) + line
		default:
			lines[i] = line[min(-by, leadingBlanks(line)):]
		}
	}
	return strings.Join(lines, "\n")
}

// indented writes text as a line of its own.
func indented(column int, text string) string { return strings.Repeat(" ", column) + text }

// piece is what takes the place of lines of text.
type piece struct {
	start, end int
	text       string
}

var errMeaning = errors.New("this would change what the definition means")

// finish returns the changes that put pieces, which are in order, in their
// places. The result has to parse, and to hold each of the nodes kept.
func (r *region) finish(pieces []piece, kept []*tree.Node) ([]diag.Edit, error) {
	edits, root, err := r.rewrite(pieces)
	if err != nil {
		return nil, err
	}
	have := map[string]int{}
	var count func(n *tree.Node)
	count = func(n *tree.Node) {
		have[tree.Print(n)]++
		for i := range n.Attrs {
			count(n.Attrs[i].Value)
		}
		for _, ch := range n.Children {
			count(ch)
		}
	}
	count(root)
	for _, n := range kept {
		key := tree.Print(n)
		if have[key]--; have[key] < 0 {
			return nil, errMeaning
		}
	}
	return edits, nil
}

// finishSame is finish for changes after which the tree has to be the same.
func (r *region) finishSame(pieces []piece) ([]diag.Edit, error) {
	edits, root, err := r.rewrite(pieces)
	if err == nil && tree.Hash(root) != tree.Hash(r.v.Tree) {
		return nil, errMeaning
	}
	return edits, err
}

func syntaxOf(f *source.File) *ast.File {
	syntax, _ := parser.Parse(f, parser.Options{})
	return syntax
}

// rewrite puts pieces in their places and formats them. It returns the changes
// and the tree that they lead to.
func (r *region) rewrite(pieces []piece) ([]diag.Edit, *tree.Node, error) {
	src := r.v.Source()
	text := src.Text
	by := 0
	at := make([]int, len(pieces)) // where the pieces start in the new text
	for i, p := range pieces {
		if eol := lineEnd(text); eol != "\n" {
			p.text = strings.ReplaceAll(strings.ReplaceAll(p.text, eol, "\n"), "\n", eol)
			pieces[i].text = p.text
		}
		at[i] = p.start + by
		text = text[:at[i]] + p.text + text[at[i]+p.end-p.start:]
		by += len(p.text) - (p.end - p.start)
	}
	edits := make([]diag.Edit, len(pieces))
	for i := len(pieces) - 1; i >= 0; i-- {
		size := len(pieces[i].text)
		if code := strings.TrimRight(pieces[i].text, "\r\n"); code != "" {
			file := source.NewFile(src.Name, text)
			formatted, _, err := format.Source(syntaxOf(file), format.Options{
				Parse: syntaxOf, First: file.LineAt(at[i]), Last: file.LineAt(at[i] + len(code)),
			})
			if err == nil && strings.HasPrefix(formatted, text[:at[i]]) && strings.HasSuffix(formatted, text[at[i]+size:]) {
				size += len(formatted) - len(text)
				text = formatted
			}
		}
		edits[i] = diag.Edit{Span: src.Span(pieces[i].start, pieces[i].end), NewText: text[at[i] : at[i]+size]}
	}
	_, before := parser.Parse(src, parser.Options{})
	syntax, after := parser.Parse(source.NewFile(src.Name, text), parser.Options{})
	if len(after) > len(before) {
		return nil, nil, errMeaning
	}
	root, _ := tree.Lower(syntax)
	return edits, root, nil
}

// nodes returns the nodes of some lines.
func (r *region) nodes(lines []*ast.Line) []*tree.Node {
	var list []*tree.Node
	starts := map[int]bool{}
	for _, l := range lines {
		starts[r.base(l)+l.Stmt.Start] = true
	}
	var walk func(ns []*tree.Node)
	walk = func(ns []*tree.Node) {
		for _, n := range ns {
			if starts[r.v.Offset(n.Span.Start)] && n.Span.IsValid() {
				delete(starts, r.v.Offset(n.Span.Start))
				list = append(list, n)
				continue
			}
			if len(starts) > 0 {
				walk(n.Children)
			}
		}
	}
	walk(r.v.Tree.Children)
	return list
}

// whole makes a piece of the region.
func (r *region) whole(text string) []piece { return []piece{{r.start, r.end, text}} }

// replace puts a text in the place of a part of the region.
func (r *region) replace(start, end int, with string, kept []*tree.Node) ([]diag.Edit, error) {
	text := r.v.Source().Text
	if start < r.start || end > r.end {
		return nil, errMeaning
	}
	return r.finish(r.whole(text[r.start:start]+with+text[end:r.end]), kept)
}

// comments tells whether a comment stands within the region.
func (r *region) comments() bool {
	for _, c := range r.v.Syntax().Comments {
		if c.Start >= r.start && c.Start < r.end {
			return true
		}
	}
	return false
}

// freshName returns a name that the file does not use.
func freshName(v *analysis.View, base string) string {
	used := map[string]bool{}
	for r := range v.Refs() {
		used[r.Name] = true
	}
	name := base
	for i := 2; used[name] || len(v.Named(name)) > 0 || v.Env.Proc(name) != nil || v.Env.IsGiven(name); i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	return name
}
