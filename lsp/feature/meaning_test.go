package feature

import (
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

// TestRefactoringsKeepMeaning runs flows before and after each refactoring of
// each of their lines. Both have to come to the same end.
func TestRefactoringsKeepMeaning(t *testing.T) {
	done := map[string]int{}
	for _, text := range append(sources(t), moreFlows...) {
		if showsNodes(text) {
			continue
		}
		v := alone("test.flo", text)
		before, ended := run(v.Tree)
		if !ended || v.IsBroken() || isValue(before) {
			continue
		}
		eachLine(v.Syntax().Lines, func(l *ast.Line) {
			at := v.Syntax().Base(l) + l.Stmt.Start
			for _, a := range Actions(v, at, at, nil) {
				if !keepsMeaning(a) {
					continue
				}
				edits, err := ResolveAction(v, a)
				if err != nil {
					continue
				}
				changed := apply(text, edits)
				done[a.Title]++
				if after, _ := run(alone("test.flo", changed).Tree); after != before && !(a.Kind == Extract && isValue(after)) {
					t.Errorf("%s at line %d gives %s and not %s:\n%s\n%s", a.Title, v.Source().LineAt(at), after, before, text, changed)
				}
			}
		})
	}
	for _, f := range refactorings {
		if keepsMeaning(Action{Title: f.title, Kind: f.kind}) && done[f.title] < 3 {
			t.Errorf("%s was tried %d times", f.title, done[f.title])
		}
	}
}

// keepsMeaning tells whether an action is one after which a flow does the same:
// a concurrence does not, and a handler gives what it is to its node.
func keepsMeaning(a Action) bool {
	return a.Kind != QuickFix && a.Title != "wrap in a concurrence" && !strings.HasPrefix(a.Title, "handle errors")
}

// moreFlows are flows with lines that few others have.
var moreFlows = []string{
	"set l []\nif 2 > 1\n  push l 1\nunless false\n  push l 2\nif (empty? l)\n  sequence\n    push l 3\n    push l 4\nl\n",
	"define add a b: 2\n  a + b\nset x 1\nset f.y\n  add x\nx + f.y\n",
	"define twice n\n  trace n\n  trace n\ntwice 'a'\n'end'\n",
	"define note what\n  trace \"$(what)!\"\nif true\n  note 'a'\n'end'\n",
	"set l [ 1 2 ]\nset sum 0\neach l\n  set more (elt * 2)\n  trace more\n  trace idx\n  set sum (sum + 1)\nsum\n",
}

// TestLineEndings checks that actions write the line ends that a file has.
func TestLineEndings(t *testing.T) {
	for _, text := range examples(t) {
		text = strings.ReplaceAll(text, "\n", "\r\n")
		v := alone("test.flo", text)
		eachLine(v.Syntax().Lines, func(l *ast.Line) {
			for _, a := range Actions(v, v.Syntax().Base(l)+l.Stmt.Start, v.Syntax().Base(l)+l.Stmt.Start, nil) {
				edits, err := ResolveAction(v, a)
				if err != nil {
					continue
				}
				if changed := apply(text, edits); strings.Count(changed, "\n") != strings.Count(changed, "\r\n") {
					t.Fatalf("%s mixes line ends:\n%q", a.Title, changed)
				}
			}
		})
	}
}

// showsNodes tells whether a flow looks at the ids of its nodes, or at the
// functions and trees that it has as values: those change with the text.
func showsNodes(text string) bool {
	for _, s := range []string{"nid", "node.", "tag", "t.", "type-of", "rand", "shuffle", "sample", "timestamp", "exid", "err.lin", "heap", "heat", "noeval", "twig", "concurrence", "flank", "part", "cancel", "abort", "signal", "trap", "receive"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}

// isValue tells whether a flow ends with a function or procedure as a value.
func isValue(end string) bool {
	return strings.Contains(end, `"_func"`) || strings.Contains(end, `"_proc"`)
}

func eachLine(lines []*ast.Line, visit func(*ast.Line)) {
	for _, l := range lines {
		visit(l)
		eachLine(l.Children, visit)
	}
}

// run runs a definition on the machine alone, and says how it ends.
func run(root *tree.Node) (end string, ended bool) {
	x := vm.New(vm.Compile(stdlib.All(), root), vm.Launch{ID: "test", NowMicros: 1, Seed: 1, HasTasker: func(string) bool { return false }})
	for steps := 0; steps < 1000 && x.Run(); steps++ {
	}
	var b strings.Builder
	for _, e := range x.TakeEffects() {
		switch e := e.(type) {
		case vm.TraceEffect:
			b.WriteString("trace " + e.Text + "; ")
		case vm.EndedEffect:
			ended = true
			b.Write(value.AppendJSON(nil, e.Payload))
		case vm.FailedEffect:
			b.WriteString("error " + e.Err.Message)
		}
	}
	return b.String(), ended
}
