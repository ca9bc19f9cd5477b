package runtime_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/vm"
)

// TestReplay has the machine work a journal again: it gets to the state that is
// stored.
func TestReplay(t *testing.T) {
	for _, steps := range []int{0, 1, 7} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, runtime.Config{Taskers: taskers(), Limits: vm.Limits{RunSteps: steps}})
			defer stop(t, r)
			exid := launch(t, r, crashFlow+"set f.r (rand 1000)\nset f.t (timestamp _)\ntask 'alice'\n")
			time.Sleep(time.Hour)
			x, y := r.Stored(t, exid), r.Replay(t, exid)
			if x == nil || len(x.Nids()) != 2 {
				t.Fatal("it should wait for alice")
			}
			if x.StateHash() != y.StateHash() {
				t.Errorf("stored  %s %s\nreplayed %s %s", x.Nids(), x.AppendHeader(nil), y.Nids(), y.AppendHeader(nil))
			}
		})
	}
}
