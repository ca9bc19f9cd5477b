package analysis_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
)

// facts lists what is known of a file.
func facts(f *analysis.File) []string {
	var list []string
	say := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	v := analysis.Alone(f)
	stops := analysis.Stops{}
	for _, p := range f.Parts {
		maps.Copy(stops, f.Stops(p))
	}
	for c := range f.Calls() {
		parent := source.Span{}
		if c.Parent != nil {
			parent = c.Parent.Node.Span
		}
		say("call %s %v in %v broken %t stops %v", c.Node.Head, c.Node.Span, parent, c.Broken, stops[c.Node])
	}
	for s := range f.Symbols() {
		say("symbol %s %s %v", s.Kind, s.Name, s.Span)
	}
	for r := range f.Refs() {
		say("ref %s %v resolves %t", r.Name, r.Span, v.Resolves(r))
		for _, d := range v.Definitions(r) {
			say("  is %v", d.Symbol.Span)
		}
	}
	for m := range f.Mentions() {
		say("mention %s %s %s %v", m.Entity, m.Role, m.Name, m.Span)
	}
	for _, i := range f.Imports {
		say("import %s %v", i.Target, i.Span)
	}
	for _, m := range f.Misplaced {
		say("misplaced %v %s", m.Span, m.Hint)
	}
	for _, name := range slices.Sorted(slices.Values(f.SymbolNames())) {
		say("named %s", name)
		for _, s := range f.Named(name) {
			say("  %v outermost %t", s.Span, slices.Contains(f.NamedIn(f.Root, name), s))
		}
		for _, r := range f.RefsTo(name) {
			say("  used %v", r.Span)
		}
	}
	say("broken %t mentioned %v", f.IsBroken(), f.Mentioned)
	return list
}

// TestNext edits a text, and holds what each version makes of the one before
// against what is made of it anew.
func TestNext(t *testing.T) {
	pieces := []string{
		"\n", "define f x\n  x + 1\n", "  ", "set a 1\n", "f a\n", "# a comment\n", "sequence tag: 'x'\n  task 'bob' 'y'\n", "x", "(", ")", "\"", "\\",
		"set \"v$(a)\" 2\n", "\ufeff", "match a\n  [ b 1 ]; b\n  else; 2\n", "graft 'lib'\n", "| ", "gv.a\n", "\r\n", "return 1\n",
	}
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 3))
		text := "define f x\n  set gv.a x\n  x + a\n\nset a 1\nf a\n"
		var cache parser.Cache
		src := source.NewEdited("", text)
		syntax, _ := cache.Parse(src, parser.Options{})
		f := analysis.Analyze(env, syntax)
		for range 30 {
			at := r.IntN(len(text) + 1)
			if r.IntN(2) == 0 { // most edits do not start in the middle of a line
				at = strings.LastIndexByte(text[:at], '\n') + 1
			}
			to := at
			if r.IntN(3) == 0 {
				to = min(len(text), at+r.IntN(12))
			}
			text = text[:at] + pieces[r.IntN(len(pieces))] + text[to:]
			before, then := f, facts(f)
			src = src.Next(text)
			syntax, _ := cache.Parse(src, parser.Options{})
			f = f.Next(syntax)
			if diff := cmp.Diff(facts(analysis.Analyze(env, syntax)), facts(f)); diff != "" {
				t.Fatalf("seed %d, %q: %s", seed, text, diff)
			}
			if diff := cmp.Diff(then, facts(before)); diff != "" {
				t.Fatalf("seed %d, %q: what was known of the version before has changed: %s", seed, text, diff)
			}
		}
	}
}
