package feature

import (
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
)

// ActionKind says what an action is for, in the words of the Language Server
// Protocol.
type ActionKind string

// The kinds of actions.
const (
	QuickFix ActionKind = "quickfix"
	Extract  ActionKind = "refactor.extract"
	Inline   ActionKind = "refactor.inline"
	Rewrite  ActionKind = "refactor.rewrite"
)

// Action is a change that is offered for a stretch of text.
type Action struct {
	Title string
	Kind  ActionKind
	// Diagnostic is what it mends, nil for a refactoring.
	Diagnostic *diag.Diagnostic
	Preferred  bool // it surely mends the diagnostic
	// Edits are the changes to the file; nil where ResolveAction has to work
	// them out.
	Edits []diag.Edit
	From  int // the stretch of text, for ResolveAction
	To    int
}

// Actions returns what is offered for a stretch of text: fixes of the
// diagnostics in it, those of the whole file being given, and refactorings.
func Actions(v *analysis.View, from, to int, ds []diag.Diagnostic) []Action {
	from, to = clamp(v, from), clamp(v, max(from, to))
	var list []Action
	seen := map[diag.Code]bool{}
	for i := range ds {
		d := &ds[i]
		if v.Offset(d.Span.End) < from || v.Offset(d.Span.Start) > to {
			continue
		}
		if d.Fix != nil {
			list = append(list, Action{Title: d.Fix.Title, Kind: QuickFix, Diagnostic: d, Preferred: true, Edits: d.Fix.Edits, From: from, To: to})
			if all := fixAll(ds, d.Code); !seen[d.Code] && len(all) > len(d.Fix.Edits) {
				list = append(list, Action{Title: fmt.Sprintf("fix all of %s in the file", d.Code), Kind: QuickFix, Diagnostic: d, Edits: all, From: from, To: to})
			}
		}
		if edit, ok := suppress(v, d); ok && !seen[d.Code] {
			list = append(list, Action{Title: fmt.Sprintf("ignore %s here", d.Code), Kind: QuickFix, Diagnostic: d, Edits: []diag.Edit{edit}, From: from, To: to})
		}
		seen[d.Code] = true
	}
	r := selectLines(v, from, to)
	if r == nil {
		return list
	}
	for _, f := range refactorings {
		if f.offered(r) {
			list = append(list, Action{Title: f.title, Kind: f.kind, From: from, To: to})
		}
	}
	return list
}

// ResolveAction returns the changes of an action that Actions has offered for
// the same text; an error says to people why it can't be done after all.
func ResolveAction(v *analysis.View, a Action) ([]diag.Edit, error) {
	if a.Edits != nil {
		return a.Edits, nil
	}
	r := selectLines(v, clamp(v, a.From), clamp(v, a.To))
	for _, f := range refactorings {
		if r != nil && f.title == a.Title && f.offered(r) {
			return f.apply(r)
		}
	}
	return nil, fmt.Errorf("this can't be done here any more")
}

// fixAll returns the changes of all fixes of a code, those left out that get
// into the way of one before.
func fixAll(ds []diag.Diagnostic, code diag.Code) []diag.Edit {
	var list []diag.Edit
	for i := range ds {
		if ds[i].Code != code || ds[i].Fix == nil {
			continue
		}
		apart := true
		for _, e := range ds[i].Fix.Edits {
			for _, other := range list {
				apart = apart && (e.Span.End.Compare(other.Span.Start) <= 0 || other.Span.End.Compare(e.Span.Start) <= 0) && e.Span != other.Span
			}
		}
		if apart {
			list = append(list, ds[i].Fix.Edits...)
		}
	}
	slices.SortFunc(list, func(a, b diag.Edit) int { return a.Span.Start.Compare(b.Span.Start) })
	return list
}

// suppress returns the comment that sets a finding aside. What does not parse
// can't be.
func suppress(v *analysis.View, d *diag.Diagnostic) (diag.Edit, bool) {
	src := v.Source()
	at := d.Span.Start
	path := linePath(v.Syntax(), v.Offset(at))
	if !at.IsValid() || d.Code == "" || len(path) == 0 || v.IsBroken() && len(path[len(path)-1].Stmt.Bad) > 0 {
		return diag.Edit{}, false
	}
	// on a line of its own, above the logical line
	line := src.LineAt(v.Syntax().Base(path[len(path)-1]))
	start, text := src.LineStart(line), src.Line(line)
	blanks := text[:leadingBlanks(text)]
	if above := strings.TrimSpace(src.Line(line - 1)); line > 1 {
		// a comment that ignores others takes one more
		if i := strings.Index(above, "florc:ignore["); i >= 0 && strings.HasPrefix(above, "#") {
			if end := strings.IndexByte(above[i:], ']'); end > 0 {
				if strings.Contains(above[i:i+end], string(d.Code)) {
					return diag.Edit{}, false
				}
				at := src.LineStart(line-1) + strings.Index(src.Line(line-1), "florc:ignore[") + end
				return diag.Edit{Span: src.Span(at, at), NewText: ", " + string(d.Code)}, true
			}
		}
	}
	return diag.Edit{Span: src.Span(start, start), NewText: fmt.Sprintf("%s# florc:ignore[%s]%s", blanks, d.Code, lineEnd(src.Text))}, true
}

// lineEnd is the line end that a text uses.
func lineEnd(text string) string {
	if strings.Contains(text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}
