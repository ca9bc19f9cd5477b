package check_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
)

// blocks are what texts are made of in TestMemory: what the rules' pages show,
// bad and good, by its lines at the outermost level, and what brings unrest.
func blocks() []string {
	list := []string{
		"\n", "# a comment |\n", "# florc:ignore-file[FLO0315] why\n", "nada 1\n", "psuh f.l 1\n", "x (\n", " set odd 1\n", "set \"v$(f.a)\" 1\n",
		"define f a\n  define g a \\ a + 1\n  g a\n", "f 1 2 3\n", "set f.ret 1\n", "move to: 'end'\n", "move to: there\n", "set there 'x'\n", "graft 'lib'\n",
		"on error\n  def err \\ trace err.message\n", "set total 1\n", "define total n \\ n\n", "trace total\n", "apply g a: 1 zz: 2\n", "a |\n", "| b\n",
		"sequence\n  f.a == 1\n", "f.b + 2\n", "trace f.ret\n", "trace 1\n", "if f.x\n  f.c == 2\n", "stall\n", "define h x \\ trace '$(zz)'\n", "define k x \\ trace (zz + x)\n", "def zz \\ apply k zz: 1\n",
		"cursor\n  move to: 'nowhere'\n", "sequence\n   set deep 1\n  trace deep\n", "define o \\ oo _\n", "sequence\n  define oo \\ 1\n",
	}
	for _, p := range check.Pages() {
		for _, text := range []string{p.Bad, p.Good} {
			start := 0
			for i := 1; i <= len(text); i++ {
				if i == len(text) || text[i-1] == '\n' && text[i] != ' ' {
					list = append(list, text[start:i])
					start = i
				}
			}
		}
	}
	return list
}

// TestMemory edits a text, and holds what is found with the memory of its
// versions against what is found without.
func TestMemory(t *testing.T) {
	list := blocks()
	opts := options()
	opts.Levels = map[diag.Code]check.Level{}
	for _, p := range check.Pages() {
		if p.OptIn {
			opts.Levels[p.Code] = check.Info
		}
	}
	c := check.New(opts)
	lib, _ := parser.Parse(source.NewFile("lib.flo", "define helper a \\ a\nset shared 1\ngraft 'main'\n"), parser.Options{})
	library := analysis.Analyze(c.Env, lib)
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		var lines []string
		for range 4 + r.IntN(12) {
			lines = append(lines, list[r.IntN(len(list))])
		}
		var cache parser.Cache
		var memory check.Memory
		var file *analysis.File
		src := source.NewEdited("main.flo", "")
		for range 40 {
			at := r.IntN(len(lines) + 1)
			switch n := r.IntN(8); {
			case n < 2:
				lines = slices.Insert(lines, at, list[r.IntN(len(list))])
			case n < 4 && at < len(lines):
				lines = slices.Delete(lines, at, at+1)
			case n < 6 && at < len(lines): // as many lines, so that what is below does not move
				text, rows := list[r.IntN(len(list))], strings.Count(lines[at], "\n")
				for strings.Count(text, "\n") < rows {
					text += "\n"
				}
				lines[at] = text
			case at < len(lines) && len(lines[at]) > 1:
				i := r.IntN(len(lines[at]) - 1)
				lines[at] = lines[at][:i] + string("x _'1a"[r.IntN(6)]) + lines[at][i+r.IntN(2):]
			}
			text := strings.Join(lines, "")
			src = src.Next(text)
			syntax, parsed := cache.Parse(src, parser.Options{})
			if file == nil {
				file = analysis.Analyze(c.Env, syntax)
			} else {
				file = file.Next(syntax)
			}
			view := func(f *analysis.File) *analysis.View {
				if seed%3 == 0 {
					return analysis.NewProject(c.Env, true, f, library).View(f)
				}
				return analysis.Alone(f)
			}
			got := c.ReportNext(&memory, view(file), parsed)
			fresh := analysis.Analyze(c.Env, syntax)
			if diff := cmp.Diff(c.Report(view(fresh), parsed), got); diff != "" {
				t.Fatalf("seed %d: %s\n%s", seed, text, diff)
			}
		}
	}
}
