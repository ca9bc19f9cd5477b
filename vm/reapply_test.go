package vm_test

import (
	"testing"

	"github.com/florc-lang/florc/vm"
)

// TestReapplyAbove reapplies a node and, while tasks below it have still to come
// back, the one above: the first ends then, whatever its procedure counted and
// whether a branch runs beside it, and the second starts over.
func TestReapplyAbove(t *testing.T) {
	for _, src := range []string{
		"sequence\n  sequence\n    task 'al'\n",
		"sequence\n  concurrence\n    task 'al'\n    task 'al'\n",
		"sequence\n  sequence\n    flank\n      task 'al'\n    task 'al'\n",
		"sequence\n  sequence\n    flank\n      task 'al'\n    sleep '1d'\n",
	} {
		p, err := compile(src)
		if err != nil {
			t.Fatal(err)
		}
		x := vm.New(p, vm.Launch{ID: "test", NowMicros: 1})
		var back []vm.Message // of withdrawn tasks
		out := 0
		run := func() {
			x.Run()
			for _, e := range x.TakeEffects() {
				if e, ok := e.(vm.TaskEffect); ok && e.Withdraw {
					back = append(back, vm.ReturnMessage(e.Nid, e.ID, vm.NewPayload(e.Payload), nil))
				} else if ok {
					out++
				}
			}
		}
		run()
		first := out
		for _, at := range []string{"0_0", "0"} {
			nid, err := vm.ParseNID(at)
			if err != nil {
				t.Fatal(err)
			}
			m := vm.ReapplyMessage(nid, vm.Reapplication{}, false)
			if err := x.Accepts(&m); err != nil {
				t.Fatal(err)
			}
			x.Deliver(m, 2)
			run()
			if len(back) > 1 { // one of them is back before the second reapply
				x.Deliver(back[0], 3)
				back = back[1:]
				run()
			}
		}
		for len(back) > 0 {
			x.Deliver(back[0], 4)
			back = back[1:]
			run()
		}
		if out != 2*first {
			t.Errorf("%s%d tasks were handed out, then %d", src, first, out-first)
			for _, nid := range x.Nids() {
				t.Log(nid, x.Frame(nid).State)
			}
		}
		if _, err := store(x).restore(p); err != nil {
			t.Error(err)
		}
	}
}
