package feature

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/stdlib"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// env is the standard library, with what it may not have yet, and what a
// service adds.
var env = analysis.NewEnv(func() sig.Schema {
	s := stdlib.All().Schema()
	add := func(p sig.Proc) {
		if stdlib.All().Get(p.Names[0]) == nil {
			s.Procs = append(s.Procs, p)
		}
	}
	add(sig.Proc{Names: []string{"graft", "import"}, Group: sig.Control, Doc: "Brings in a file.", Args: []sig.Arg{{Name: "path", Type: sig.FilePath, Doc: "The file."}}, Body: sig.NoBody})
	add(sig.Proc{Names: []string{"signal"}, Group: sig.Control, Doc: "Sends a signal.", Args: []sig.Arg{{Name: "name", Type: sig.SignalName, Doc: "Its name."}}, Body: sig.NoBody})
	s.Procs = append(s.Procs, sig.Proc{Names: []string{"test-cron"}, Group: sig.Time, Doc: "Repeats.", Args: []sig.Arg{{Name: "when", Type: sig.Cron, Doc: "When."}}, Body: sig.Block})
	s.Taskers = append(s.Taskers, sig.Tasker{
		Name: "alice", Doc: "Alice, in accounting.",
		Attrs: []sig.Attr{{Names: []string{"amount"}, Type: sig.Number, Doc: "How much."}},
		Sets:  []sig.Var{{Name: "paid", Type: sig.Boolean, Doc: "Whether it was paid."}},
	})
	s.Vars = append(s.Vars, sig.Var{Name: "region", Type: sig.String, Doc: "Where it runs."})
	return s
}())

func parse(path, text string) *analysis.File {
	f, _ := parser.Parse(source.NewEdited(path, text), parser.Options{})
	return analysis.Analyze(env, f)
}

// alone returns the view of a text that is a project of its own.
func alone(path, text string) *analysis.View {
	f := parse(path, text)
	return analysis.NewProject(env, true, f).View(f)
}

// sources lists the texts of the conformance cases and of the examples.
func sources(t testing.TB) []string {
	t.Helper()
	list := examples(t)
	for _, suite := range []string{"core", "unit"} {
		data, err := os.ReadFile("../../testdata/conformance/" + suite + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var c struct{ Src string }
			if err := json.Unmarshal(line, &c); err != nil {
				t.Fatal(err)
			}
			list = append(list, c.Src)
		}
	}
	return list
}

func examples(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../examples/*/*.flo")
	if err != nil || len(files) == 0 {
		t.Fatal("no examples", err)
	}
	var list []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(text))
	}
	return list
}

// probes call every feature at an offset; each reports the spans that it gives.
var probes = map[string]func(v *analysis.View, offset int, span func(path string, s source.Span)){
	"hover": func(v *analysis.View, offset int, span func(string, source.Span)) {
		if h := Hover(v, offset); h != nil {
			span(v.Path(), h.Span)
		}
	},
	"complete": func(v *analysis.View, offset int, span func(string, source.Span)) {
		for i, c := range Complete(v, offset) {
			span(v.Path(), c.Span)
			if i%50 == 0 {
				Resolve(v, c)
			}
		}
	},
	"signature": func(v *analysis.View, offset int, span func(string, source.Span)) {
		if s := Signature(v, offset); s != nil {
			if s.Active >= len(s.Parameters) {
				panic("no such parameter")
			}
			for _, p := range s.Parameters {
				_ = s.Label[p.Start:p.End]
			}
		}
	},
	"outline": func(v *analysis.View, offset int, span func(string, source.Span)) {
		var walk func(outer *OutlineItem, list []*OutlineItem)
		walk = func(outer *OutlineItem, list []*OutlineItem) {
			for _, o := range list {
				span(v.Path(), o.Span)
				span(v.Path(), o.NameSpan)
				if !covers(o.Span, o.NameSpan) || outer != nil && !covers(outer.Span, o.Span) {
					panic("the span of " + o.Name + " is too small")
				}
				walk(o, o.Children)
			}
		}
		walk(nil, Outline(v))
		for _, s := range FindSymbols(v.Project, "a", 100) {
			span(s.Path, s.Span)
		}
	},
	"shape": func(v *analysis.View, offset int, span func(string, source.Span)) {
		for _, f := range Folds(v) {
			if f.First < 1 || f.Last <= f.First || f.Last > v.Source().LineCount() {
				panic("a bad fold")
			}
		}
		var inner source.Span
		for i, s := range Selection(v, offset) {
			span(v.Path(), s)
			if i > 0 && (!covers(s, inner) || s == inner) {
				panic("a selection does not hold the one within")
			}
			inner = s
		}
		end := 0
		for _, tok := range Tokens(v) {
			if tok.Start < end || strings.ContainsAny(v.Source().Text[tok.Start:tok.End], "\r\n") || int(tok.Type) >= len(TokenTypes) {
				panic("a bad token")
			}
			end = tok.End
		}
	},
	"rename": func(v *analysis.View, offset int, span func(string, source.Span)) {
		at, _, err := PrepareRename(v, offset)
		edits, _ := Rename(v, offset, "brand_new")
		if err == nil {
			span(v.Path(), at)
			for _, e := range edits {
				apply(v.Project.File(e.Path).Source().Text, e.Edits)
			}
		}
		for _, s := range LinkedRanges(v, offset) {
			span(v.Path(), s)
		}
	},
	"hints": func(v *analysis.View, offset int, span func(string, source.Span)) {
		for _, h := range Hints(v, 0, len(v.Source().Text)) {
			span(v.Path(), source.Span{Start: h.At, End: h.At})
		}
		for _, l := range Lenses(v) {
			span(v.Path(), ResolveLens(v, l).Span)
		}
	},
	"calls": func(v *analysis.View, offset int, span func(string, source.Span)) {
		for _, item := range PrepareCalls(v, offset) {
			for _, e := range append(IncomingCalls(v.Project, item), OutgoingCalls(v.Project, item)...) {
				span(e.Item.Path, e.Item.Span)
				span(e.Item.Path, e.Item.NameSpan)
			}
		}
	},
	"type": func(v *analysis.View, offset int, span func(string, source.Span)) {
		for _, typed := range FormatTriggers {
			for _, e := range FormatOnType(v, offset, typed) {
				span(v.Path(), e.Span)
			}
		}
	},
	"actions": func(v *analysis.View, offset int, span func(string, source.Span)) {
		text := v.Source().Text
		_, before := parser.Parse(v.Source(), parser.Options{})
		// comments at the ends of lines stand in one column with others
		tidy := formatted(text) == text && !slices.ContainsFunc(v.Syntax().Comments, func(c ast.Comment) bool { return !c.OwnLine })
		for _, a := range Actions(v, offset, offset+20, before) {
			edits, err := ResolveAction(v, a)
			if err != nil {
				continue
			}
			for _, e := range edits {
				span(v.Path(), e.Span)
			}
			changed := apply(text, edits)
			if _, after := parser.Parse(source.NewFile("", changed), parser.Options{}); len(after) > len(before) {
				panic(a.Title + " breaks the text:\n" + text + "\n" + changed)
			}
			if a.Kind != QuickFix && tidy && formatted(changed) != changed {
				panic(a.Title + " leaves the text unformatted:\n" + text + "\n" + changed)
			}
		}
	},
	"links": func(v *analysis.View, offset int, span func(string, source.Span)) {
		for _, l := range Links(v) {
			span(v.Path(), l.Span)
		}
	},
	"definition": func(v *analysis.View, offset int, span func(string, source.Span)) {
		for _, l := range append(Definition(v, offset), References(v, offset, true)...) {
			span(l.Path, l.Span)
		}
		for _, h := range Highlights(v, offset) {
			span(v.Path(), h.Span)
		}
	},
}

// probe holds every feature to giving spans of the text, at some offsets.
func probe(t *testing.T, v *analysis.View, offsets []int) {
	t.Helper()
	size := len(v.Source().Text)
	for name, p := range probes {
		for _, offset := range offsets {
			p(v, offset, func(path string, s source.Span) {
				end := size
				if path != v.Path() {
					end = len(v.Project.File(path).Source().Text)
				}
				if !s.IsValid() || v.Offset(s.Start) < 0 || v.Offset(s.Start) > v.Offset(s.End) || v.Offset(s.End) > end {
					t.Fatalf("%s at %d gives the span %v of %q", name, offset, s, v.Source().Text)
				}
			})
		}
	}
}

// TestAnyText calls every feature on sound texts and on broken ones.
func TestAnyText(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for _, text := range sources(t) {
		for round := range 2 {
			if round > 0 {
				text = mutate(random, text)
			}
			v := alone("test.flo", text)
			var offsets []int
			for range 2 {
				offsets = append(offsets, random.Intn(len(text)+1))
			}
			probe(t, v, append(offsets, -1, len(text)+1))
		}
	}
}

// mutate makes a typing mistake, or stops typing.
func mutate(random *rand.Rand, text string) string {
	if text == "" {
		return "("
	}
	at := random.Intn(len(text))
	switch random.Intn(5) {
	case 0:
		return text[:at]
	case 1:
		return text[:at] + text[min(len(text), at+1+random.Intn(4)):]
	case 2:
		const junk = "'\"()[]{}\\|;:,. \n_$#/"
		i := random.Intn(len(junk))
		return text[:at] + junk[i:i+1] + text[at:]
	case 3:
		return text[:at] + " $(f.x" + text[at:]
	}
	to := random.Intn(len(text))
	return text[:at] + text[to:]
}

// TestReferencesOfDefinition checks that a place is among the references of
// what it is defined by, in files that stand alone and in projects.
func TestReferencesOfDefinition(t *testing.T) {
	for _, text := range sources(t) {
		referencesOfDefinitions(t, alone("test.flo", text))
	}
	for _, name := range []string{"testdata/names.txtar", "testdata/rename.txtar", "testdata/extract.txtar"} {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var files []*analysis.File
		for _, f := range ar.Files {
			if f.Name != "golden" {
				text, _ := unmark(f.Name, string(f.Data))
				files = append(files, parse(f.Name, text))
			}
		}
		p := analysis.NewProject(env, true, files...)
		for _, f := range files {
			referencesOfDefinitions(t, p.View(f))
		}
	}
}

func referencesOfDefinitions(t *testing.T, v *analysis.View) {
	t.Helper()
	places := map[int]bool{}
	for r := range v.Refs() {
		places[v.Offset(r.Span.Start)] = true
	}
	for s := range v.Symbols() {
		places[v.Offset(s.Span.Start)] = true
	}
	for m := range v.Mentions() {
		places[v.Offset(m.Span.Start)] = true
	}
	for offset := range places {
		x := thingAt(v, offset)
		if x == nil || x.entity == analysis.Flow {
			continue
		}
		here := Location{v.Path(), x.span}
		for _, d := range Definition(v, offset) {
			w := v.Project.View(v.Project.File(d.Path))
			if !slices.Contains(References(w, w.Offset(d.Span.Start), true), here) {
				t.Errorf("%s %s is not among the references of its definition %s:%s\n%s", x.name, x.span.Start, d.Path, d.Span.Start, v.Source().Text)
			}
		}
	}
}

// TestRenameRoundTrip renames every name of the examples and of the
// conformance cases, and back again, which has to give the text from before.
func TestRenameRoundTrip(t *testing.T) {
	renamed := 0
	for _, text := range sources(t) {
		v := alone("test.flo", text)
		done := map[string]bool{}
		for r := range v.Refs() {
			if at, name, err := PrepareRename(v, v.Offset(r.Span.Start)); err == nil && !done[name] {
				done[name] = true
				renamed += roundTrip(t, v, v.Offset(at.Start), name)
			}
		}
		for m := range v.Mentions() {
			if at, name, err := PrepareRename(v, v.Offset(m.Span.Start)); err == nil && !done[string(m.Entity)+name] {
				done[string(m.Entity)+name] = true
				renamed += roundTrip(t, v, v.Offset(at.Start), name)
			}
		}
	}
	if renamed < 400 {
		t.Errorf("only %d names were renamed", renamed)
	}
}

func roundTrip(t *testing.T, v *analysis.View, offset int, name string) int {
	t.Helper()
	text := v.Source().Text
	there, err := Rename(v, offset, "zz_new")
	if err != nil {
		return 0
	}
	changed := apply(text, there[0].Edits)
	w := alone("test.flo", changed)
	at := v.Offset(there[0].Edits[0].Span.Start)
	if !strings.HasPrefix(changed[at:], "zz_new") {
		t.Fatalf("renaming %s gives\n%s", name, changed)
	}
	back, err := Rename(w, at, name)
	if err != nil {
		// the old name may be one that nobody should choose
		return 0
	}
	if got := apply(changed, back[0].Edits); got != text {
		t.Errorf("renaming %s and back gives\n%s\nof\n%s", name, got, text)
	}
	return 1
}

// FuzzFeatures calls every feature on texts that nobody wrote.
func FuzzFeatures(f *testing.F) {
	for _, text := range examples(f) {
		f.Add(text, 100)
	}
	f.Add("define f x\n  \"$(f (g ", 14)
	f.Fuzz(func(t *testing.T, text string, offset int) {
		if len(text) < 10_000 {
			probe(t, alone("test.flo", text), []int{offset})
		}
	})
}
