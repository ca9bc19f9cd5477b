package runtime_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

func TestPauseExecution(t *testing.T) {
	operating(t, "concurrence\n  sequence\n    task 'alice'\n    trace 'a'\n  sequence\n    sleep '1h'\n    trace 'b'\n", func(o *operated) {
		o.pause("")
		o.stands("paused, 0 concurrence paused, 0_0 sequence paused, 0_0_0 task paused, 0_1 sequence paused, 0_1_0 sleep paused")
		o.pause("0") // once more changes nothing
		time.Sleep(2 * time.Hour)
		o.give("0_0_0", `{"a": 1}`)
		o.refused(o.r.Return(o.Context(), o.exid, "0_0_0", value.Null, nil), runtime.ErrNotFound, "")
		o.stands("paused, 0 concurrence paused, 0_0 sequence paused, 0_0_0 task paused 1 held, 0_1 sequence paused, 0_1_0 sleep paused 1 held")
		o.traced()
		o.replays()
		o.resume("")
		o.traced("b", "a") // in the order in which they came
		o.ends(`{"a":1,"ret":"1h"}`)
	})
}

func TestPauseWaiter(t *testing.T) {
	operating(t, "task 'alice'\n", func(o *operated) {
		o.pause("")
		got := make(chan *runtime.Result, 1)
		go func() { got <- wait(o, o.r, o.exid) }()
		synctest.Wait()
		select {
		case res := <-got:
			o.Errorf("the wait ended: %+v", res)
		default:
		}
		o.give("0", `{}`)
		o.resume("")
		if res := <-got; res.Point != "terminated" {
			o.Errorf("%+v", res)
		}
	})
}

func TestPauseBranch(t *testing.T) {
	src := "concurrence\n  sequence\n    task 'alice'\n    trace 'a'\n  sequence\n    sleep '1h'\n    trace 'b'\n"
	operating(t, src, func(o *operated) {
		o.pause("0_0")
		o.stands("active, 0_0 sequence paused, 0_0_0 task paused, 0_1_0 sleep open")
		o.give("0_0_0", `{}`)
		time.Sleep(2 * time.Hour)
		o.traced("b")
		o.stands("active, 0_0 sequence paused, 0_0_0 task paused 1 held")
		o.resume("0_0_0") // as far as that goes
		o.stands("active, 0_0 sequence paused 1 held")
		o.resume("")
		o.traced("b", "a")
	})
	operating(t, src, func(o *operated) { // a part of what is paused goes on
		o.pause("")
		o.resume("0_0_0")
		o.stands("paused, 0 concurrence paused, 0_0 sequence paused, 0_0_0 task open, 0_1 sequence paused, 0_1_0 sleep paused")
		o.give("0_0_0", `{}`)
		o.stands("paused, 0 concurrence paused, 0_0 sequence paused 1 held, 0_1 sequence paused, 0_1_0 sleep paused")
		o.resume("0_0")
		o.traced("a")
		o.stands("paused, 0 concurrence paused 1 held, 0_1 sequence paused, 0_1_0 sleep paused")
		o.resume("0")
		o.stands("active, 0_1_0 sleep open")
		time.Sleep(2 * time.Hour)
		o.traced("a", "b")
	})
	operating(t, src, func(o *operated) { // the node alone
		o.must(o.r.Pause(o.Context(), o.exid, "0_0", runtime.PauseOptions{Alone: true}))
		o.stands("active, 0_0 sequence paused, 0_0_0 task open, 0_1_0 sleep open")
		o.give("0_0_0", `{}`)
		o.traced()
		o.stands("active, 0_0 sequence paused 1 held, 0_1_0 sleep open")
		time.Sleep(2 * time.Hour)
		o.resume("0_0")
		o.traced("b", "a")
	})
}

func TestPauseTimers(t *testing.T) {
	operating(t, "sequence timeout: '1h' on_timeout: (def msg \\ 'too late')\n  task 'alice'\n", func(o *operated) {
		o.pause("0_2")
		time.Sleep(2 * time.Hour)
		o.ends(`{"ret":"too late"}`) // the timeout of a node above
	})
	operating(t, "sequence timeout: '1h' on_timeout: (def msg \\ 'too late')\n  task 'alice'\n", func(o *operated) {
		o.pause("")
		time.Sleep(2 * time.Hour)
		o.stands("paused, 0 sequence paused 1 held, 0_2 task paused")
		o.resume("")
		o.ends(`{"ret":"too late"}`)
	})
	operating(t, "every '1h'\n  trace 'again'\ntask 'alice'\n", func(o *operated) {
		o.pause("")
		time.Sleep(5*time.Hour + time.Minute)
		o.traced()
		o.resume("")
		o.traced("again") // once
		time.Sleep(time.Hour)
		o.traced("again", "again")
		o.give("0_1", `{}`)
	})
}

func TestPauseSignals(t *testing.T) {
	operating(t, "sequence\n  on 'green' \\ trace 'branch'\n  on 'green' range: 'execution'\n  trace 'done'\n  task 'alice'\n", func(o *operated) {
		o.pause("")
		o.signal("green") // is seen by what waits for it, which goes on later
		o.traced()
		o.resume("")
		o.traced("branch", "done")
		o.give("0_3", `{}`)
	})
}

func TestPauseCancel(t *testing.T) {
	src := "sequence on_cancel: (def msg \\ trace 'cancelled')\n  concurrence\n    task 'alice'\n    sleep '1h'\n"
	for _, end := range []string{"0", "0_1", "0_1_1"} {
		operating(t, src, func(o *operated) {
			o.pause("0_1")
			o.cancel(end)
			switch end {
			case "0":
				o.traced("cancelled")
			case "0_1_1":
				o.stands("active, 0_1 concurrence paused 1 held, 0_1_0 task paused")
				o.give("0_1_0", `{}`)
				o.resume("")
			}
			if res := wait(o, o.r, o.exid); res.Point != "terminated" {
				o.Errorf("%+v", res)
			}
		})
		operating(t, src, func(o *operated) {
			o.pause("")
			o.must(o.r.Kill(o.Context(), o.exid, end))
			if end == "0_1_1" {
				o.stands("paused, 0 sequence paused, 0_1 concurrence paused 1 held, 0_1_0 task paused")
				o.give("0_1_0", `{}`)
			}
			if end != "0" {
				o.resume("")
			}
			if res := wait(o, o.r, o.exid); res.Point != "terminated" {
				o.Errorf("%+v", res)
			}
		})
	}
	// What others cancel, ends.
	operating(t, "concurrence expect: 1\n  task 'alice'\n  sequence\n    sleep '1h'\n    task 'alice'\n", func(o *operated) {
		o.pause("0_2")
		time.Sleep(2 * time.Hour)
		o.give("0_1", `{"a":1}`)
		o.ends(`{"a":1}`)
	})
}

func TestPauseErrors(t *testing.T) {
	operating(t, "task 'alice'\n", func(o *operated) {
		ctx := o.Context()
		o.refused(o.r.Pause(ctx, o.exid, "0_7", runtime.PauseOptions{}), runtime.ErrNotFound, "node 0_7")
		o.refused(o.r.Pause(ctx, "nobody", "", runtime.PauseOptions{}), runtime.ErrNotFound, "nobody")
		if o.r.Pause(ctx, o.exid, "", runtime.PauseOptions{Alone: true}) == nil || o.r.Pause(ctx, o.exid, "x", runtime.PauseOptions{}) == nil {
			o.Error("a pause of nothing was taken")
		}
		o.give("0", "{}")
		o.refused(o.r.Pause(ctx, o.exid, "", runtime.PauseOptions{}), runtime.ErrEnded, "")
		o.refused(o.r.Resume(ctx, o.exid, ""), runtime.ErrEnded, "")
	})
}

// TestPauseBusy pauses an execution that never waits.
func TestPauseBusy(t *testing.T) {
	r := start(t, runtime.Config{})
	defer stop(t, r)
	exid := launch(t, r, "set i 0\nloop\n  set i (i + 1)\n  break i if i > 1e9\n")
	if err := r.Pause(t.Context(), exid, "", runtime.PauseOptions{}); err != nil {
		t.Fatal(err)
	}
	v, err := r.Execution(t.Context(), exid, 0)
	if err != nil || v.Status != runtime.Paused {
		t.Errorf("%v %v", v, err)
	}
	if err := r.Kill(t.Context(), exid, ""); err != nil {
		t.Fatal(err)
	}
	wait(t, r, exid)
}
