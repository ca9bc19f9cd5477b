package stdlib

import (
	"strings"
	"testing"

	"github.com/florc-lang/florc/vm"
)

// TestInterrupted cancels and kills flows after each number of messages: they
// end, whatever they are at.
func TestInterrupted(t *testing.T) {
	for _, src := range []string{
		"sequence\n  sequence\n    noret _\n  sequence\n    stall _\n  noret _\n",
		"cursor\n  concurrence\n    sequence\n      noret _\n    stall timeout: '1s'\n  map [ 1 2 ]\n    def x\n      sequence\n        stall _\n",
		"sequence\n  flank\n    stall _\n  sleep 1\n",
		"sequence\n  sequence flank\n    noret _\n  sleep 1\n",
		"sequence\n  on 'x'\n    noret _\n  every 1\n    signal 'x'\n  part\n    sleep 1\n  sleep 3\n",
		"concurrence\n  sequence retry: 2 timeout: '1h'\n    concurrence\n      stall _\n      fail 'no'\n  sequence on_error: (def \\ 1) retry: { count: 3, delay: 1 }\n    fail 'no'\n",
		"concurrence\n  mutex 'a'\n    sequence\n      stall _\n  mutex 'a' on_cancel: (def \\ noret _)\n    stall _\n  mutex 'a'\n    noret _\n",
		"saga\n  undo\n    noret _\n  saga\n    undo\n      noret _\n    concurrence\n      stall _\n      sequence\n        noret _\n        fail 'no'\n",
		"sequence flank retry: 1\n  fail 'no'\npart retry: { count: 2, delay: 1 }\n  sleep 1\n  fail 'no'\nsleep 9\n",
	} {
		p := compile(t, All(), src)
		for steps := 1; ; steps++ {
			whole := false
			for _, flavour := range []vm.Flavour{vm.Plain, vm.Kill} {
				x := vm.New(p, vm.Launch{ID: "x", NowMicros: 1})
				x.Watched = true
				x.Limits.RunSteps = steps
				whole = !x.Run()
				x.Limits.RunSteps = 10_000
				for _, nid := range x.Roots() {
					x.Deliver(vm.Message{Point: vm.Cancel, Nid: nid, Flavour: flavour}, 2)
				}
				x.Run()
				for _, nid := range x.Roots() {
					if strings.Contains(src, "part") { // that was about to be
						x.Deliver(vm.Message{Point: vm.Cancel, Nid: nid, Flavour: flavour}, 2)
					}
				}
				if x.Run(); !x.Over() {
					t.Errorf("%safter %d messages, %q leaves %v", src, steps, flavour, x.Nids())
				}
			}
			if whole {
				break
			}
		}
	}
}
