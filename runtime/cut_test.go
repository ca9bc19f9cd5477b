package runtime_test

import (
	"testing"
	"testing/synctest"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/vm"
)

// TestCutWithinStep withdraws a task that is back already, so that the runtime
// itself answers in the same step: where the budget ended before the answer, and
// not after it, a replay with every message shown ends it there, too.
func TestCutWithinStep(t *testing.T) {
	for budget := range 12 {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, runtime.Config{Store: memstore.New(), Taskers: taskers(), Limits: vm.Limits{RunSteps: budget + 1}})
			defer stop(t, r)
			o := &operated{t, r, launch(t, r, "concurrence\n  task 'alice' 'one'\n  task 'alice' 'two'\n")}
			synctest.Wait()
			o.pause("")
			o.give("0_0", `{}`)
			o.reapply("0", "", "")
			o.replays()
			o.resume("")
			o.give("0_0-1", `{}`)
			o.give("0_1-1", `{}`)
			o.ends(`{}`)
			o.replays()
		})
	}
}
