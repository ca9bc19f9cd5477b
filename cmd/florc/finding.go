package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/report"
	"github.com/florc-lang/florc/lang/source"
)

// stdinName is what standard input is called where a file has a name.
const stdinName = "<stdin>"

func nameOf(file *source.File) string {
	if file.Name == "" {
		return stdinName
	}
	return file.Name
}

// findingsJSON returns diagnostics as programs read them.
func findingsJSON(file *source.File, ds []diag.Diagnostic) []report.JSON {
	all := make([]report.JSON, len(ds))
	for i, d := range ds {
		all[i] = report.Finding{Path: nameOf(file), File: file, Diagnostic: d}.ToJSON()
	}
	return all
}

// printJSON writes a value on one line.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// finding is something to show to a person with the place it is about.
type finding struct {
	label string // "error", or the severity of a diagnostic
	code  diag.Code
	text  string
	file  *source.File
	span  source.Span
	notes []note
}

// note is a line below the excerpt.
type note struct{ label, text string }

// show writes a finding the way rustc does: what, where, the line with the
// place underlined, and what to do.
func (p palette) show(w io.Writer, f finding) {
	label := f.label
	if f.code != "" {
		label += "[" + string(f.code) + "]"
	}
	fmt.Fprintln(w, p.paint(severityStyle(f.label), label)+p.paint(bold, ": "+indented(f.text, "  ")))
	gutter := ""
	if f.span.IsValid() {
		gutter = strings.Repeat(" ", len(fmt.Sprint(f.span.Start.Line)))
		p.showPlace(w, gutter, f)
	} else if f.file != nil {
		fmt.Fprintf(w, " %s %s\n", p.paint(blue, "-->"), sanitize(nameOf(f.file)))
	}
	for _, n := range f.notes {
		fmt.Fprintf(w, "%s %s %s: %s\n", gutter, p.paint(blue, "="), p.paint(cyan, n.label), indented(n.text, gutter+"   "))
	}
}

func (p palette) showPlace(w io.Writer, gutter string, f finding) {
	start, end := f.span.Start, f.span.End
	fmt.Fprintf(w, "%s%s %s:%d:%d\n", gutter, p.paint(blue, "-->"), sanitize(nameOf(f.file)), start.Line, f.file.RuneColumn(start))
	line := f.file.Line(int(start.Line))
	if strings.TrimSpace(line) == "" {
		return
	}
	from := min(max(int(start.Column)-1, 0), len(line))
	to := len(line)
	if end.Line == start.Line {
		to = min(max(int(end.Column)-1, from), len(line))
	}
	to = from + len(strings.TrimRight(line[from:to], " \t"))
	before, marked, after := window(line, from, to)
	bar := p.paint(blue, "|")
	fmt.Fprintf(w, "%s %s\n", gutter, bar)
	fmt.Fprintf(w, "%s %s %s\n", p.paint(blue, fmt.Sprint(start.Line)), bar, sanitize(before+marked+after))
	carets := strings.Repeat("^", max(1, displayWidth(marked)))
	fmt.Fprintf(w, "%s %s %s%s\n", gutter, bar, blank(before), p.paint(severityStyle(f.label), carets))
}

// window cuts a long line down to what stands around the marked part.
func window(line string, from, to int) (before, marked, after string) {
	const around, most = 60, 100
	before, marked, after = line[:from], line[from:to], line[to:]
	if runes := []rune(before); len(runes) > around+20 {
		before = "…" + string(runes[len(runes)-around:])
	}
	if runes := []rune(marked); len(runes) > most {
		return before, string(runes[:most]), "…"
	}
	if runes := []rune(after); len(runes) > around+20 {
		after = string(runes[:around]) + "…"
	}
	return before, marked, after
}

// blank returns blanks as wide as text; tabs stay tabs.
func blank(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\t' {
			b.WriteByte('\t')
			continue
		}
		b.WriteString(strings.Repeat(" ", runeWidth(r)))
	}
	return b.String()
}

func displayWidth(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is the number of columns that a character takes on a terminal, as
// far as scripts tell.
func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana),
		r >= 0xff01 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}

func severityStyle(label string) style {
	switch label {
	case string(diag.Warning):
		return yellow
	case string(diag.Info):
		return blue
	}
	return red
}

// indented makes the further lines of a text start with a margin.
func indented(text, margin string) string {
	return strings.ReplaceAll(sanitize(text), "\n", "\n"+margin)
}

// showDiagnostic writes a diagnostic.
func (p palette) showDiagnostic(w io.Writer, file *source.File, d diag.Diagnostic) {
	f := finding{label: string(d.Severity), code: d.Code, text: d.Message, file: file, span: d.Span}
	for _, r := range d.Related {
		path, column := nameOf(file), file.RuneColumn(r.Span.Start)
		if r.Path != "" {
			path, column = r.Path, int(r.Span.Start.Column)
		}
		f.notes = append(f.notes, note{"see", fmt.Sprintf("%s:%d:%d: %s", path, r.Span.Start.Line, column, r.Message)})
	}
	if d.Hint != "" {
		f.notes = append(f.notes, note{"help", d.Hint})
	}
	p.show(w, f)
}
