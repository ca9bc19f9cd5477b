package feature

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/format"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
)

// verbs are what a marker ‹verb› or ‹verb word…› in a text may ask for at its
// place; each gives what the golden file is to hold.
var verbs = map[string]func(v *analysis.View, offset int, words string) string{
	"hover": func(v *analysis.View, offset int, _ string) string {
		h := Hover(v, offset)
		if h == nil {
			return "nothing\n"
		}
		lines := strings.Split(h.Markdown, "\n")
		if len(lines) > 12 {
			lines = append(lines[:3], "…", lines[len(lines)-1])
		}
		return textOf(v.File, h.Span) + "\n" + quoted(strings.Join(lines, "\n"))
	},
	"def": func(v *analysis.View, offset int, _ string) string { return locations(v, Definition(v, offset)) },
	"refs": func(v *analysis.View, offset int, _ string) string {
		return locations(v, References(v, offset, true))
	},
	"highlight": func(v *analysis.View, offset int, _ string) string {
		var b strings.Builder
		for _, h := range Highlights(v, offset) {
			fmt.Fprintf(&b, "%s %v\n", shown(v, h.Span.Start), h.Write)
		}
		return b.String()
	},
	"signature": func(v *analysis.View, offset int, _ string) string {
		s := Signature(v, offset)
		if s == nil {
			return "nothing\n"
		}
		active := "none"
		if s.Active >= 0 {
			p := s.Parameters[s.Active]
			active = s.Label[p.Start:p.End] + ": " + p.Doc
		}
		return s.Label + "\n" + quoted(active)
	},
	"outline": func(v *analysis.View, _ int, _ string) string {
		var b strings.Builder
		var walk func(list []*OutlineItem, margin string)
		walk = func(list []*OutlineItem, margin string) {
			for _, o := range list {
				fmt.Fprintf(&b, "%s%s %s (%s) %s-%s %s\n", margin, o.Kind, o.Name, o.Detail, shown(v, o.Span.Start), shown(v, o.Span.End), shown(v, o.NameSpan.Start))
				walk(o.Children, margin+"  ")
			}
		}
		walk(Outline(v), "")
		return b.String()
	},
	"symbols": func(v *analysis.View, _ int, words string) string {
		var b strings.Builder
		for _, s := range FindSymbols(v.Project, words, 6) {
			fmt.Fprintf(&b, "%s %s %s:%s\n", s.Kind, s.Name, s.Path, shown(v.Project.View(v.Project.File(s.Path)), s.Span.Start))
		}
		return b.String()
	},
	"folds": func(v *analysis.View, _ int, _ string) string { return fmt.Sprintln(Folds(v)) },
	"select": func(v *analysis.View, offset int, _ string) string {
		var b strings.Builder
		for _, s := range Selection(v, offset) {
			fmt.Fprintf(&b, "%q\n", textOf(v.File, s))
		}
		return b.String()
	},
	"tokens": func(v *analysis.View, _ int, _ string) string {
		var b strings.Builder
		for _, tok := range Tokens(v) {
			fmt.Fprintf(&b, "%s %s %q", shown(v, v.Source().Pos(tok.Start)), TokenTypes[tok.Type], v.Source().Text[tok.Start:tok.End])
			for i, name := range TokenModifiers {
				if tok.Modifiers&(1<<i) != 0 {
					b.WriteString(" " + name)
				}
			}
			b.WriteString("\n")
		}
		return b.String()
	},
	"rename": func(v *analysis.View, offset int, name string) string {
		edits, err := Rename(v, offset, name)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		return changed(v, edits)
	},
	"prepare": func(v *analysis.View, offset int, _ string) string {
		at, text, err := PrepareRename(v, offset)
		if err != nil {
			return "error: " + err.Error() + "\n"
		}
		return fmt.Sprintf("%s-%s %s\n", shown(v, at.Start), shown(v, at.End), text)
	},
	"linked": func(v *analysis.View, offset int, _ string) string {
		var b strings.Builder
		for _, s := range LinkedRanges(v, offset) {
			fmt.Fprintln(&b, shown(v, s.Start))
		}
		return b.String()
	},
	"hints": func(v *analysis.View, _ int, _ string) string {
		text := v.Source().Text
		for _, h := range slices.Backward(Hints(v, 0, len(text))) {
			text = text[:v.Offset(h.At)] + "«" + h.Label + "»" + text[v.Offset(h.At):]
		}
		return quoted(text)
	},
	"lenses": func(v *analysis.View, _ int, _ string) string {
		var b strings.Builder
		for _, l := range Lenses(v) {
			l = ResolveLens(v, l)
			fmt.Fprintf(&b, "%s %s %s\n", shown(v, l.Span.Start), l.Command, l.Title)
		}
		return b.String()
	},
	"links": func(v *analysis.View, _ int, _ string) string {
		var b strings.Builder
		for _, l := range Links(v) {
			fmt.Fprintf(&b, "%s %s\n", shown(v, l.Span.Start), l.Path)
		}
		return b.String()
	},
	"movefile": func(v *analysis.View, _ int, to string) string {
		return changed(v, RenameFile(v.Project, v.Path(), to))
	},
	"calls": func(v *analysis.View, offset int, _ string) string {
		var b strings.Builder
		for _, item := range PrepareCalls(v, offset) {
			fmt.Fprintf(&b, "%s %s:%s\n", item.Detail, item.Path, shown(v.Project.View(v.Project.File(item.Path)), item.Span.Start))
			for _, e := range IncomingCalls(v.Project, item) {
				fmt.Fprintf(&b, "  from %s %s %d\n", e.Item.Name, e.Item.Path, len(e.Spans))
			}
			for _, e := range OutgoingCalls(v.Project, item) {
				fmt.Fprintf(&b, "  to %s %s %d\n", e.Item.Name, e.Item.Path, len(e.Spans))
			}
		}
		return b.String()
	},
	"type": func(v *analysis.View, offset int, typed string) string {
		typed = strings.ReplaceAll(typed, "newline", "\n")
		edits := FormatOnType(v, offset, typed)
		if len(edits) == 0 {
			return "nothing\n"
		}
		return fmt.Sprintf("%d\n", len(edits[0].NewText))
	},
	"actions": func(v *analysis.View, offset int, words string) string {
		var b strings.Builder
		_, ds := parser.Parse(v.Source(), parser.Options{})
		ds = check.New(check.Options{Schema: env.Schema}).Report(v, ds)
		for _, a := range Actions(v, offset, extend(v, offset, words), ds) {
			fmt.Fprintf(&b, "%s: %s\n", a.Kind, a.Title)
			if edits, err := ResolveAction(v, a); err != nil {
				fmt.Fprintf(&b, "    error: %s\n", err)
			} else if a.Kind == QuickFix {
				b.WriteString(quoted(strings.TrimSuffix(changed(v, []FileEdits{{v.Path(), edits}}), "\n")))
			}
		}
		return b.String()
	},
	"action": func(v *analysis.View, offset int, words string) string {
		more := ""
		if strings.HasPrefix(words, "+") {
			more, words, _ = strings.Cut(words, " ")
		}
		for _, a := range Actions(v, offset, extend(v, offset, more), nil) {
			if strings.HasPrefix(a.Title, words) {
				edits, err := ResolveAction(v, a)
				if err != nil {
					return "error: " + err.Error() + "\n"
				}
				text := apply(v.Source().Text, edits)
				if again := formatted(text); again != text && formatted(v.Source().Text) == v.Source().Text {
					return "not formatted:\n" + quoted(text)
				}
				return quoted(text)
			}
		}
		return "not offered\n"
	},
	"complete": func(v *analysis.View, offset int, words string) string {
		var b strings.Builder
		n := 0
		for _, c := range Complete(v, offset) {
			prefix := string([]rune(v.Source().Text[v.Offset(c.Span.Start):offset]))
			if !strings.HasPrefix(c.Filter, prefix) {
				continue
			}
			if n++; n > 5 {
				b.WriteString("…\n")
				break
			}
			if c.Kind == ProcedureItem || c.Kind == AttributeItem {
				c.Detail = "" // what it says is tested where it is written
			}
			fmt.Fprintf(&b, "%s %s (%s) %q at %s-%s\n", c.Kind, c.Label, c.Detail, c.Insert, shown(v, c.Span.Start), shown(v, c.Span.End))
			if words == "docs" {
				b.WriteString(quoted(Resolve(v, c)))
			}
		}
		return b.String()
	},
}

// extend returns the offset as many lines below another as words say, "+2".
func extend(v *analysis.View, offset int, words string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(words, "+"))
	if n == 0 {
		return offset
	}
	line := v.Source().LineAt(offset) + n
	return v.Source().LineStart(line) + len(v.Source().Line(line))
}

func formatted(text string) string {
	text, _, err := format.Source(syntaxOf(source.NewFile("", text)), format.Options{Parse: syntaxOf})
	if err != nil {
		panic(err)
	}
	return text
}

func quoted(text string) string {
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}

func locations(v *analysis.View, list []Location) string {
	var b strings.Builder
	for _, l := range list {
		fmt.Fprintf(&b, "%s:%s %s\n", l.Path, shown(v.Project.View(v.Project.File(l.Path)), l.Span.Start), textOf(v.Project.File(l.Path), l.Span))
	}
	if len(list) == 0 {
		return "nothing\n"
	}
	return b.String()
}

// apply makes the changes to a text.
func apply(text string, edits []diag.Edit) string {
	var b strings.Builder
	at := 0
	src := source.NewEdited("", text) // as parse has it
	for _, e := range edits {
		if src.Offset(e.Span.Start) < at {
			panic(fmt.Sprintf("edits overlap or are out of order: %v", edits))
		}
		b.WriteString(text[at:src.Offset(e.Span.Start)] + e.NewText)
		at = src.Offset(e.Span.End)
	}
	return b.String() + text[at:]
}

// changed shows the lines that changes change.
func changed(v *analysis.View, list []FileEdits) string {
	var b strings.Builder
	for _, e := range list {
		text := v.Project.File(e.Path).Source().Text
		was := strings.Split(text, "\n")
		for i, line := range strings.Split(apply(text, e.Edits), "\n") {
			if len(strings.Split(apply(text, e.Edits), "\n")) != len(was) || line != was[i] {
				fmt.Fprintf(&b, "%s:%d %s\n", e.Path, i+1, line)
			}
		}
	}
	return b.String()
}

var marker = regexp.MustCompile(`‹[^›]*›`)

type mark struct {
	path   string
	offset int
	words  string
}

// unmark takes the markers out of a text.
func unmark(path, text string) (string, []mark) {
	var marks []mark
	for {
		at := marker.FindStringIndex(text)
		if at == nil {
			return text, marks
		}
		words := strings.TrimSuffix(strings.TrimPrefix(text[at[0]:at[1]], "‹"), "›")
		text = text[:at[0]] + text[at[1]:]
		marks = append(marks, mark{path, at[0], words})
	}
}

// TestMarkers runs the files in testdata: each is a project, with markers in
// its texts and what they give in the file golden.
func TestMarkers(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no test data", err)
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			ar := txtar.Parse(data)
			var parsed []*analysis.File
			var marks []mark
			want := ""
			golden := -1
			for i, f := range ar.Files {
				if f.Name == "golden" {
					want, golden = string(f.Data), i
					continue
				}
				text, more := unmark(f.Name, string(f.Data))
				if f.Name != "eof.flo" && len(more) > 0 && strings.HasSuffix(string(f.Data), "›\n") {
					// a marker at the end stands at the end of the text
					text = strings.TrimSuffix(text, "\n")
				}
				parsed = append(parsed, parse(f.Name, text))
				marks = append(marks, more...)
			}
			p := analysis.NewProject(env, true, parsed...)
			var b strings.Builder
			for _, m := range marks {
				verb, words, _ := strings.Cut(m.words, " ")
				run := verbs[verb]
				if run == nil {
					t.Fatalf("no verb %q", verb)
				}
				v := p.View(p.File(m.path))
				fmt.Fprintf(&b, "== %s:%s %s\n%s", m.path, shown(v, v.Source().Pos(m.offset)), m.words, run(v, m.offset, words))
			}
			got := b.String()
			if *update {
				if golden < 0 {
					golden = len(ar.Files)
					ar.Files = append(ar.Files, txtar.File{Name: "golden"})
				}
				ar.Files[golden].Data = []byte(got)
				if err := os.WriteFile(name, txtar.Format(ar), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// shown returns a position as row and column.
func shown(v *analysis.View, p source.Pos) string {
	return fmt.Sprintf("%d:%d", v.Source().Row(p), p.Column)
}
