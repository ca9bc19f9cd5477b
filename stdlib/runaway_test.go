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

// TestEndlessRecursion runs recursions without end as the runtime does, a short
// run at a time: they have to come to their limit soon, however the shortcut
// tries to help.
func TestEndlessRecursion(t *testing.T) {
	lib := All()
	for _, src := range []string{
		"define f x\n  1 + (f x)\nf 1",
		"define f x\n  set l [ 1 ]\n  reduce l l (def all one \\ all + (f x))\nf 1",
		"define f x\n  each [ 1 2 ]\n    f elt\nf 1",
	} {
		x := vm.New(compile(t, lib, src), vm.Launch{ID: "test", NowMicros: 1, Limits: vm.Limits{RunSteps: 10_000, CallDepth: 600}})
		runs := 1
		for ; x.Run() && runs < 1000; runs++ {
		}
		failed := false
		for _, e := range x.TakeEffects() {
			f, is := e.(vm.FailedEffect)
			failed = failed || is && f.Err.Code == "FLO0214"
		}
		if !failed {
			t.Errorf("after %d runs it did not come to its limit:\n%s", runs, src)
		}
	}
}
