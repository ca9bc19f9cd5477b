package graph

import (
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

// TestStates draws executions, as what they have come to says.
func TestStates(t *testing.T) {
	const src = `set a 1
set b 2
concurrence
  sleep '1h'
  sequence tag: 'work'
    task 'bob' 'look'
    fail 'no'
set c 3
set d 4
task 'amy' 'later'
`
	syntax, _ := parser.Parse(source.NewFile("f.flo", src), parser.Options{})
	root, _ := tree.Lower(syntax)
	for _, c := range []struct {
		states map[string]State
		want   string
	}{
		{nil, ""},
		{map[string]State{"0": Live, "0_0": Done}, "start:done "},
		{map[string]State{"0": Live, "0_0": Done, "0_0_1": Done, "0_1": Done}, "start:done compute:done "},
		{map[string]State{"0": Live, "0_0": Done, "0_1": Failed}, "start:done compute:failed "},
		// what is below a node that is drawn belongs to it, the worst counts
		{map[string]State{"0": Live, "0_0": Done, "0_1": Done, "0_2": Live, "0_2_0": Live, "0_2_0_0": Waiting, "0_2_1": Paused, "0_2_1_1": Done},
			"start:done compute:done fork:live wait:waits task:done (scope:paused) "},
		{map[string]State{"0": Done, "0_0": Done, "0_1": Done, "0_2": Done, "0_2_0": Done, "0_2_1": Done, "0_2_1_1": Done, "0_2_1_2": Done, "0_3": Done, "0_4": Done, "0_5": Done},
			"start:done compute:done fork:done wait:done task:done fail:done join:done compute:done task:done end:done (scope:done) "},
	} {
		g := Build(root, Options{Procs: stdlib.All().Schema().Procs, Common: vm.CommonAttributes(), States: c.states})
		got := ""
		for _, n := range g.Nodes {
			if n.State != "" {
				got += string(n.Kind) + ":" + string(n.State) + " "
			}
		}
		for _, group := range g.Groups {
			if group.State != "" {
				got += "(" + string(group.Kind) + ":" + string(group.State) + ") "
			}
		}
		if got != c.want {
			t.Errorf("%v\nwant %s\n got %s", c.states, c.want, got)
		}
		if drawn := strings.Contains(g.SVG(), "data-state="); drawn != (c.states != nil) {
			t.Errorf("%v: its picture shows states: %t", c.states, drawn)
		}
	}
}
