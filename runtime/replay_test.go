package runtime_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/vm"
)

// TestReplay has the machine work a journal again: it gets to the state that is
// stored.
func TestReplay(t *testing.T) {
	for _, steps := range []int{0, 1, 7} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, runtime.Config{Taskers: taskers(), Loader: childLoader, Limits: vm.Limits{RunSteps: steps}, CheckpointEvery: 4})
			defer stop(t, r)
			exid := launch(t, r, crashFlow+"set f.r (rand 1000)\nset f.t (timestamp _)\ntask 'alice'\n")
			time.Sleep(time.Hour)
			v, err := r.Execution(t.Context(), exid, 0)
			if err != nil || len(v.Nodes) != 2 {
				t.Fatalf("it should wait for alice: %+v, %v", v, err)
			}
			for _, fromCheckpoint := range []bool{false, true} {
				if done, err := r.Replay(t.Context(), exid, fromCheckpoint); err != nil {
					t.Error(err)
				} else if fromCheckpoint == (done.From == 1) {
					t.Errorf("it began with commit %d", done.From)
				}
			}
			if err := r.Return(t.Context(), exid, "0_17", value.Null, nil); err != nil {
				t.Fatal(err)
			}
			wait(t, r, exid)
			if _, err := r.Replay(t.Context(), exid, false); err != nil {
				t.Error(err)
			}
			for p, err := range r.Verify(t.Context(), nil) {
				t.Error(p, err)
			}
		})
	}
}
