package feature

import (
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
)

// FormatTriggers are the characters after which FormatOnType may have changes.
var FormatTriggers = []string{"\n", "|", "\\", ";", ")", "]", "}"}

// FormatOnType returns the changes to the indentation of the line that an
// offset is in, after a character was typed right before it: a new line is
// indented like the one before, or deeper where that takes lines beneath it or
// goes on; a join or a closing bracket at the start of a line goes where the
// line stands that it belongs to.
func FormatOnType(v *analysis.View, offset int, typed string) []diag.Edit {
	src := v.Source()
	offset = clamp(v, offset)
	line := src.LineAt(offset)
	text := src.Line(line)
	trimmed := strings.TrimLeft(text, " \t")
	start := src.LineStart(line)
	before := line - 1
	if line == 1 || trimmed != "" && strings.IndexByte("#", trimmed[0]) >= 0 {
		return nil
	}
	switch typed {
	case "\n", "\r\n", "\r":
		if strings.TrimSpace(src.Line(before)) == "" {
			return nil // the author wants out of the block
		}
	case "|", "\\", ";", ")", "]", "}":
		if !strings.HasPrefix(trimmed, typed) || start+len(text)-len(trimmed)+len(typed) != offset {
			return nil
		}
		for before > 1 && strings.TrimSpace(src.Line(before)) == "" {
			before--
		}
	default:
		return nil
	}
	indent, sure := indentAfter(v, before, trimmed)
	if !sure {
		return nil
	}
	blanks := text[:len(text)-len(trimmed)]
	if want := strings.Repeat(" ", indent); blanks != want {
		return []diag.Edit{{Span: src.Span(start, start+len(blanks)), NewText: want}}
	}
	return nil
}

// indentAfter returns the indentation of a line that follows a line and reads
// rest; false where the text there is a string's.
func indentAfter(v *analysis.View, line int, rest string) (indent int, sure bool) {
	src := v.Source()
	text := src.Line(line)
	own := leadingBlanks(text)
	end := src.LineStart(line) + len(text)
	c := cursorAt(v, end)
	if c.quote != "" {
		return 0, false
	}
	if top := c.top(); len(c.frames) > 1 {
		at := leadingBlanks(src.Line(src.LineAt(top.at)))
		switch {
		case rest != "" && strings.IndexByte(")]}", rest[0]) >= 0:
			return at, true
		case src.LineAt(top.at) == line:
			return at + 2, true
		}
		return own, true
	}
	code := strings.TrimRight(stripComment(v, line), " \t")
	path := linePath(v.Syntax(), src.LineStart(line)+max(0, len(text)-1))
	if len(path) > 0 {
		// what goes on over several lines of text starts further up
		if first := src.LineAt(v.Syntax().Base(path[len(path)-1])); first < line && first > 0 {
			own = leadingBlanks(src.Line(first))
		}
	}
	switch {
	case rest != "" && strings.IndexByte(`|;\`, rest[0]) >= 0:
		return own, true
	case strings.HasSuffix(code, `\`):
		return own + 2, true
	case strings.HasSuffix(code, "|"), strings.HasSuffix(code, ";"):
		return own, true
	case strings.HasSuffix(code, ","), strings.HasSuffix(code, ":"), strings.HasSuffix(code, " and"), strings.HasSuffix(code, " or"):
		return own + 2, true
	case len(path) > 0 && takesLines(v, path[len(path)-1]):
		return own + 2, true
	}
	return own, true
}

func leadingBlanks(text string) int { return len(text) - len(strings.TrimLeft(text, " \t")) }

// stripComment returns a line without the comment at its end.
func stripComment(v *analysis.View, line int) string {
	src := v.Source()
	start, text := src.LineStart(line), src.Line(line)
	for _, c := range v.Syntax().Comments {
		if c.Start >= start && c.Start < start+len(text) {
			return text[:c.Start-start]
		}
	}
	return text
}

// takesLines tells whether a line is most often followed by lines nested in
// it.
func takesLines(v *analysis.View, l *ast.Line) bool {
	name, ok := l.Stmt.Head.(*ast.Name)
	if !ok {
		return false
	}
	given := 0
	for i := range l.Stmt.Attrs {
		a := &l.Stmt.Attrs[i]
		if x, ok := a.Value.(*ast.Name); ok && a.Key == nil && x.Text == "_" {
			return false
		}
		if p, ok := a.Value.(*ast.Paren); ok && len(p.Body.Lines) > 0 && a.Key == nil {
			if h, ok := p.Body.Lines[0].Stmt.Head.(*ast.Name); ok && (h.Text == "def" || h.Text == "fun") {
				return false
			}
		}
		if a.Key == nil {
			given++
		}
	}
	p := v.Env.Proc(name.Text)
	if p == nil {
		return false
	}
	switch p.Body {
	case sig.Sequence:
		return p.Name() != "signal"
	case sig.Branches, sig.Raw:
		return true
	case sig.Cases:
		return given < 2
	case sig.Block:
		return p.Name() == "define" && (name.Text != "define" || given > 0) || p.Group == sig.Handlers && given > 0 || given < 2 && p.Name() != "define"
	case sig.Arguments:
		return given == 0 && len(l.Stmt.Attrs) == 0 && len(p.Args) > 0 && !p.Args[0].Optional || p.Name() == "set" && given == 1
	}
	return false
}
