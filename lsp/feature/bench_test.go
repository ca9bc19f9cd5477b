package feature

import (
	"fmt"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/analysis"
)

// largeView is a file of 10,000 lines: the examples again and again, each in a
// function of its own, the last line but one half typed.
func largeView(t testing.TB) *analysis.View {
	list := examples(t)
	var b strings.Builder
	b.WriteString("set total 0\n")
	for n, lines := 0, 1; lines < 10_000; n++ {
		text := shift(list[n%len(list)], 2)
		fmt.Fprintf(&b, "define flow_%d who\n  set total (total + 1)\n%s\n", n, text)
		lines += 3 + strings.Count(text, "\n")
	}
	b.WriteString("flow_1 total\nset x (flow_\n'done'\n")
	return alone("large.flo", b.String())
}

// largeProject is 1,000 files that bring in one.
func largeProject(t testing.TB) *analysis.Project {
	list := examples(t)
	files := []*analysis.File{parse("lib.flo", "set limit 3\ndefine shared n\n  n < limit\n")}
	for n := range 1000 {
		files = append(files, parse(fmt.Sprintf("flows/f%d.flo", n), "import 'lib'\nshared 1\n"+list[n%len(list)]))
	}
	return analysis.NewProject(env, true, files...)
}

func BenchmarkFile10k(b *testing.B) {
	v := largeView(b)
	text := v.Source().Text
	middle := strings.Index(text[len(text)/2:], "total") + len(text)/2
	field := strings.Index(text[len(text)/2:], "f.order") + len(text)/2 + 3
	typed := strings.LastIndex(text, "flow_") + len("flow_")
	function := strings.LastIndex(text, "flow_1 ") + 1
	for _, bench := range []struct {
		name string
		run  func()
	}{
		{"hover", func() { Hover(v, middle) }},
		{"hover-field", func() { Hover(v, field) }},
		{"hover-procedure", func() { Hover(v, strings.Index(text, "set")) }},
		{"complete", func() { Complete(v, typed) }},
		{"complete-head", func() { Complete(v, len(text)) }},
		{"resolve", func() { Resolve(v, Complete(v, typed)[0]) }},
		{"signature", func() { Signature(v, typed) }},
		{"definition", func() { Definition(v, middle) }},
		{"definition-function", func() { Definition(v, function) }},
		{"references", func() { References(v, middle, true) }},
		{"highlights", func() { Highlights(v, middle) }},
		{"tokens", func() { Tokens(v) }},
		{"outline", func() { Outline(v) }},
		{"folds", func() { Folds(v) }},
		{"selection", func() { Selection(v, middle) }},
		{"hints-screen", func() { Hints(v, middle, middle+2000) }},
		{"lenses", func() { Lenses(v) }},
		{"lens-resolve", func() { ResolveLens(v, Lenses(v)[9]) }},
		{"rename", func() { Rename(v, middle, "brand_new") }},
		{"linked", func() { LinkedRanges(v, middle) }},
		{"actions", func() { Actions(v, middle, middle, nil) }},
		{"type", func() { FormatOnType(v, len(text), "\n") }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				bench.run()
			}
		})
	}
}

func BenchmarkProject1000(b *testing.B) {
	p := largeProject(b)
	v := p.View(p.File("lib.flo"))
	function := strings.Index(v.Source().Text, "shared")
	w := p.View(p.File("flows/f7.flo"))
	used := strings.Index(w.Source().Text, "shared")
	field := strings.Index(w.Source().Text, "f.") + 2
	for _, bench := range []struct {
		name string
		run  func()
	}{
		{"rename", func() { Rename(v, function, "brand_new") }},
		{"rename-field", func() { Rename(w, field, "brand_new") }},
		{"references", func() { References(w, used, true) }},
		{"definition", func() { Definition(w, used) }},
		{"hover", func() { Hover(w, used) }},
		{"symbols", func() { FindSymbols(p, "sha", 100) }},
		{"complete", func() { Complete(w, field) }},
		{"rename-file", func() { RenameFile(p, "lib.flo", "shared/lib.flo") }},
		{"incoming", func() { IncomingCalls(p, PrepareCalls(v, function)[0]) }},
		{"view", func() { p.View(w.File) }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				bench.run()
			}
		})
	}
}
