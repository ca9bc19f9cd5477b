package stdlib

import (
	"testing"

	"github.com/florc-lang/florc/vm"
)

// TestRunaway runs loops that never end: each has to give way when its step
// budget is used up, with the shortcut and without it, and go on later.
func TestRunaway(t *testing.T) {
	lib := All()
	for _, src := range []string{
		"until false\n  1",
		"while true\n  set a 1",
		"loop\n  1",
		"loop\n  set a 1",
		"cursor\n  set a 1\n  continue _",
		"set a 0\nuntil a < 0\n  set a (a + 1)",
		"define f \\ f _\nloop\n  sequence on_error: (def err \\ 1)\n    f _",
	} {
		for _, watched := range []bool{true, false} {
			x := vm.New(compile(t, lib, src), vm.Launch{ID: "test", NowMicros: 1,
				Limits: vm.Limits{RunSteps: 1000, CallDepth: 100}})
			x.Watched = watched
			for round := range 3 {
				if !x.Run() {
					t.Errorf("watched=%t: it came to rest in round %d:\n%s", watched, round, src)
					break
				}
				if n := len(x.Nids()); n > 500 {
					t.Errorf("watched=%t: %d nodes are alive:\n%s", watched, n, src)
				}
			}
		}
	}
}
