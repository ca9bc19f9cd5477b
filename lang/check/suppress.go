package check

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// directive is how a comment sets findings aside:
//
//	# florc:ignore[FLO0301] why         on its line, or the line after the comment
//	# florc:ignore-block[FLO0301] why   and in all that is nested in that line
//	# florc:ignore-file[FLO0301] why    in the file
var directive = regexp.MustCompile(`^(?:#+|//+)\s*florc:ignore(-[a-z]*)?(?:\[([^\]]*)\])?`)

const (
	codeUnusedIgnore diag.Code = "FLO0391"
	codeBadIgnore    diag.Code = "FLO0392"
)

// ignoreComments are findings about the comments themselves. They come once
// all others are known.
var ignoreComments = rule{
	pages: []diag.Page{
		{
			Code:  codeUnusedIgnore,
			Title: "a comment that ignores nothing",
			Why:   "A comment `# florc:ignore[CODE]` sets findings aside: on its line, or on the line after it where it stands alone; `florc:ignore-block` in all that is nested in that line too, `florc:ignore-file` in the file. This one names a code of which there is no finding. Left there, it would hide the next mistake.",
			Bad:   "stall _ # florc:ignore[FLO0301] the archive is known at run time\n",
			Good:  "archive 'all' # florc:ignore[FLO0301] the archive is known at run time\n",
		},
		{
			Code:  codeBadIgnore,
			Title: "a comment that ignores what can't be ignored",
			Why:   "`# florc:ignore[FLO0301, FLO0302] why` names the codes of rules. This one names none, or one that is no rule's. What does not parse can't be ignored.",
			Bad:   "stall _ # florc:ignore until it is cancelled\n",
			Good:  "stall _ # until it is cancelled\n",
		},
	},
}

// suppression sets the findings of some codes aside, on some lines.
type suppression struct {
	comment  source.Span
	from, to int // the numbers of lines, both included
	codes    []suppressed
}

type suppressed struct {
	code diag.Code
	span source.Span
	used bool
}

// extent is what a line of the definition takes of the text: its own lines,
// and the last line of what is nested in it.
type extent struct{ first, last, block int }

// suppress leaves out what comments set aside, and reports comments that set
// nothing aside.
func (c *Checker) suppress(f *analysis.File, found []diag.Diagnostic) []diag.Diagnostic {
	if !strings.Contains(f.Source().Text, "florc:ignore") {
		return found
	}
	list, wrong := suppressions(f)
	kept := found[:0]
	for _, d := range found {
		if !setAside(list, d) {
			kept = append(kept, d)
		}
	}
	for _, s := range list {
		for i := range s.codes {
			// What does not parse hides findings; it is no time to clean up.
			if x := &s.codes[i]; !x.used && !f.IsBroken() && !c.isOff(x.code) {
				kept = append(kept, s.unused(f.Source(), x))
			}
		}
	}
	return append(kept, wrong...)
}

func setAside(list []*suppression, d diag.Diagnostic) bool {
	aside := false
	for _, s := range list {
		for i := range s.codes {
			if line := int(d.Span.Start.Line); s.codes[i].code == d.Code && s.from <= line && line <= s.to {
				s.codes[i].used, aside = true, true
			}
		}
	}
	return aside
}

// unused is the finding about a code that a comment sets aside for nothing.
func (s *suppression) unused(file *source.File, x *suppressed) diag.Diagnostic {
	d := diag.Diagnostic{
		Code: codeUnusedIgnore, Severity: diag.Warning, Span: x.span,
		Message: fmt.Sprintf("there is no %s here to ignore", x.code),
		Hint:    "remove it, so that it does not hide what comes later",
	}
	if len(s.codes) == 1 {
		from := file.Offset(s.comment.Start)
		for from > 0 && (file.Text[from-1] == ' ' || file.Text[from-1] == '\t') {
			from--
		}
		d.Fix = &diag.Fix{Title: "remove the comment", Edits: []diag.Edit{{Span: source.Span{Start: file.Pos(from), End: s.comment.End}}}}
	}
	return d
}

// suppressions reads the comments of a file that set findings aside.
func suppressions(f *analysis.File) (list []*suppression, wrong []diag.Diagnostic) {
	src := f.Source()
	var extents []extent
	extend(f.Syntax(), f.Syntax().Lines, &extents)
	for _, c := range f.Syntax().Comments {
		text := src.Text[c.Start:c.End]
		m := directive.FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		span := src.Span(c.Start, c.End)
		s := &suppression{comment: span}
		at := target(extents, int(span.Start.Line), c.OwnLine)
		scope := ""
		if m[2] >= 0 {
			scope = text[m[2]:m[3]]
		}
		switch scope {
		case "":
			s.from, s.to = at.first, at.last
		case "-block":
			s.from, s.to = at.first, at.block
		case "-file":
			s.from, s.to = 0, math.MaxInt32
		default:
			wrong = append(wrong, badIgnore(src.Span(c.Start, c.Start+m[1]), "there is no florc:ignore"+scope, "write florc:ignore, florc:ignore-block or florc:ignore-file"))
			continue
		}
		if m[4] < 0 || strings.TrimSpace(text[m[4]:m[5]]) == "" {
			wrong = append(wrong, badIgnore(src.Span(c.Start, c.Start+m[1]), "this comment does not say what to ignore", "name the codes, as in florc:ignore[FLO0301]"))
			continue
		}
		for from := c.Start + m[4]; from <= c.Start+m[5]; {
			to := c.Start + m[5]
			if i := strings.IndexByte(src.Text[from:to], ','); i >= 0 {
				to = from + i
			}
			code := strings.TrimSpace(src.Text[from:to])
			start := from + strings.Index(src.Text[from:to], code)
			x := suppressed{code: diag.Code(code), span: src.Span(start, start+len(code))}
			from = to + 1
			if !IsRule(x.code) {
				wrong = append(wrong, badIgnore(x.span, fmt.Sprintf("%q is no code of a rule", code), "codes look like FLO0301; what does not parse can't be ignored"))
				continue
			}
			s.codes = append(s.codes, x)
		}
		list = append(list, s)
	}
	return list, wrong
}

func badIgnore(span source.Span, message, hint string) diag.Diagnostic {
	return diag.Diagnostic{Code: codeBadIgnore, Severity: diag.Warning, Span: span, Message: message, Hint: hint}
}

// extend lists what the lines take of the text, in order.
func extend(f *ast.File, lines []*ast.Line, list *[]extent) (last int) {
	for _, l := range lines {
		span := f.Span(f.Base(l), l.Stmt)
		e := extent{first: int(span.Start.Line), last: int(span.End.Line), block: int(span.End.Line)}
		at := len(*list)
		*list = append(*list, e)
		e.block = max(e.block, extend(f, l.Children, list))
		(*list)[at] = e
		last = max(last, e.block)
	}
	return last
}

// target returns what a comment is about: the lines that it stands on or, for
// one on a line of its own, those that come after it.
func target(extents []extent, line int, ownLine bool) extent {
	t := extent{first: line, last: line, block: line}
	for _, e := range extents {
		switch {
		case ownLine && e.first > line:
			return e
		case !ownLine && e.first <= line && line <= e.last:
			t = extent{min(t.first, e.first), max(t.last, e.last), max(t.block, e.block)}
		}
	}
	return t
}
