package runtime_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/vm"
)

// TestLog reads a journal: what came from outside and, worked again, every
// message that it led to.
func TestLog(t *testing.T) {
	for _, steps := range []int{0, 3} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, runtime.Config{Taskers: taskers(), Loader: childLoader, Limits: vm.Limits{RunSteps: steps}})
			defer stop(t, r)
			exid := launch(t, r, crashFlow+"task 'alice'\n")
			time.Sleep(time.Minute)
			if err := r.Return(t.Context(), exid, "0_15", value.Null, nil); err != nil {
				t.Fatal(err)
			}
			wait(t, r, exid)
			counts := map[string]int{}
			for _, internal := range []bool{false, true} {
				last := uint64(0)
				for e, err := range r.Log(t.Context(), exid, runtime.LogOptions{Internal: internal}) {
					if err != nil {
						t.Fatal(err)
					}
					if e.Seq != last+1 || e.Launch != (e.Seq == 1) {
						t.Errorf("entry %d comes after %d", e.Seq, last)
					}
					last = e.Seq
					for _, m := range e.Messages {
						counts[fmt.Sprintf("%s %t %t", m.Point, internal, m.Internal)]++
					}
				}
			}
			if a, b := counts["return false false"], counts["return true false"]; a < 6 || a != b {
				t.Errorf("%d returns, %d with the internal messages", a, b)
			}
			if n := counts["execute true true"]; steps == 0 && n < 40 {
				t.Errorf("%d nodes were executed", n)
			}
			if counts["execute false true"]+counts["receive false false"] > 0 {
				t.Errorf("internal messages are stored: %v", counts)
			}
			var views []string
			for seq := uint64(1); ; seq++ {
				v, err := r.Execution(t.Context(), exid, seq)
				if err != nil {
					break
				}
				views = append(views, string(v.Status))
			}
			if n := len(views); n < 5 || views[0] != "active" || views[n-1] != "terminated" {
				t.Errorf("it was %v", views)
			}
			for _, err := range r.Log(t.Context(), "none", runtime.LogOptions{}) {
				if !errors.Is(err, runtime.ErrNotFound) {
					t.Errorf("the log of none: %v", err)
				}
			}
		})
	}
}
