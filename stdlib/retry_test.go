package stdlib

import (
	"fmt"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// check runs a flow both with and without the shortcut, and compares what it
// traced, and how it ended, as "ret" or as "error: …".
func checkFlow(t *testing.T, src, trace, end string) {
	t.Helper()
	for _, watched := range []bool{false, true} {
		o := run(t, All(), src, "", "", watched)
		got := o.point
		switch {
		case o.err != nil:
			got = "error: " + o.err.Message
		case o.point == "terminated":
			ret, _ := o.payload.AsObject().Get("ret")
			got = plain(ret).String()
		}
		if s := strings.Join(o.trace, " "); s != trace || got != end {
			t.Errorf("%s\nwant [%s] %s\ngot  [%s] %s", src, trace, end, s, got)
		}
	}
}

func TestRetry(t *testing.T) {
	for _, tt := range []struct{ src, trace, end string }{
		// how often
		{"sequence retry: 2\n  trace node.attempt\n  fail 'no'", "1 2 3", "error: no"},
		{"sequence retry: 5\n  trace node.attempt\n  fail 'no' if node.attempt < 3\n  'done'", "1 2 3", `"done"`},
		{"fail 'no' retry: 1", "", "error: no"},
		{"task 'x' retry: 3", "", "waiting"},
		{"7 retry: 3", "", "7"},
		{"fail 'no' retry: 0", "", "error: a node cannot be tried again 0 times"},
		{"fail 'no' retry: { cuont: 2 }", "", `error: retry: has no "cuont"`},
		// a fresh start each time
		{"set f.a 1\nset b 1\nsequence retry: 2\n  trace \"$(f.a) $(b)\"\n  set f.a 9\n  set b (b + 1)\n  fail 'no'", "1 1 1 2 1 3", "error: no"},
		{"set f.a 1\nsequence retry: 1\n  set f.a (f.a + 1)\n  fail 'no' if node.attempt == 1\nf.a", "", "2"},
		{"sequence vars: { a: 1 } retry: 1\n  trace a\n  set a 2\n  fail 'no'", "1 2", "error: no"},
		{"sequence retry: 1 vars: { a: 1 }\n  trace a\n  set a 2\n  fail 'no'", "1 1", "error: no"},
		// what stands before is evaluated once, what comes after each time
		{"set n 0\ndefine next\n  set n (n + 1)\n  n\nsequence x: (next _) retry: 2 y: (next _)\n  trace n\n  fail 'no'", "2 3 4", "error: no"},
		{"define f a b\n  trace \"$(a) $(b)\"\n  fail 'no'\nf 1 2 retry: 1", "1 2 1 2", "error: no"},
		{"set r\n  + 1 2 retry: 3\nr", "", "3"},
		{"map [ 1 2 ] retry: 2\n  def x \\ x * 2", "", "[2,4]"},
		{"loop retry: 1\n  trace node.attempt\n  break 'out' if node.attempt == 2\n  fail 'no'", "1 2", `"out"`},
		{"sequence retry: 1 ret: 4\n  fail 'no' if node.attempt == 1\n  5", "", "4"},
		// which errors
		{"sequence retry: { count: 3, on: 'division-by-zero' }\n  trace node.attempt\n  fail 'no'", "1", "error: no"},
		{"sequence retry: { count: 1, on: 'division-by-zero' }\n  trace node.attempt\n  1 / 0", "1 2", "error: divided by 0"},
		{"sequence retry: { count: 1, on: [ 'nothing' 'FLO0210' ] }\n  trace node.attempt\n  fail 'no'", "1 2", "error: no"},
		{"sequence retry: { count: 1, on: r/^n/ }\n  trace node.attempt\n  fail 'no'", "1 2", "error: no"},
		{"sequence retry: { count: 1, on: r/^x/ }\n  trace node.attempt\n  fail 'no'", "1", "error: no"},
		// delays
		{"concurrence\n  sequence retry: { count: 3, delay: 2 }\n    trace node.attempt\n    fail 'no'\n  every 1\n    trace '.'\n  stall timeout: '7s'", "1 . 2 . . 3 . . 4", "error: no"},
		// handlers come once the attempts are used up, wherever they stand
		{"sequence retry: 1 on_error: (def err \\ \"given up: $(err.msg)\")\n  trace node.attempt\n  fail 'no'", "1 2", `"given up: no"`},
		{"sequence on_error: (def err \\ 'given up') retry: 1\n  trace node.attempt\n  fail 'no'", "1 2", `"given up"`},
		{"sequence retry: 2\n  on error\n    \"given up: $(err.msg)\"\n  trace node.attempt\n  fail 'no'", "1 2 3", `"given up: no"`},
		{"sequence retry: 2\n  sequence on_error: (def \\ 'handled')\n    trace node.attempt\n    fail 'no'", "1", `"handled"`},
		{"sequence retry: 1\n  sequence on_error: (def \\ fail 'again')\n    trace node.attempt\n    fail 'no'", "1 2", "error: again"},
		{"sequence on_error: (def \\ 'outer')\n  sequence retry: 1 on_error: (def \\ fail 'again')\n    trace node.attempt\n    fail 'no'", "1 2", `"outer"`},
		{"sequence retry: 1\n  trace \"outer $(node.attempt)\"\n  sequence retry: 1\n    trace node.attempt\n    fail 'no'", "outer 1 1 2 outer 2 1 2", "error: no"},
		{"sequence retry: 1 retry: 1\n  trace node.attempt\n  fail 'no'", "1 2 1 2", "error: no"},
		{"set l []\nsequence on_receive: (def msg \\ push l 1) retry: 1\n  2\n  fail 'no' if node.attempt == 1\nlength l", "", "3"},
		// branches below are ended before the next attempt
		{"concurrence retry: 1\n  sequence on_cancel: (def \\ trace 'cancelled')\n    stall _\n  sequence\n    trace node.attempt\n    fail 'no'", "1 cancelled 2", "error: no"},
		// timeouts: before retry over all, after it over each attempt
		{"sequence retry: 2 timeout: '1s'\n  trace node.attempt\n  stall _ if node.attempt < 3\n  'done'", "1 2 3", `"done"`},
		{"sequence retry: 1 timeout: '1s' on_timeout: (def \\ 'late')\n  trace node.attempt\n  stall _", "1 2", `"late"`},
		{"sequence retry: { count: 1, on: 'timeout' } timeout: '1s' on_timeout: (def \\ 'late')\n  trace node.attempt\n  stall _", "1 2", `"late"`},
		{"sequence retry: { count: 1, on: 'other' } timeout: '1s' on_timeout: (def \\ 'late')\n  trace node.attempt\n  stall _", "1", `"late"`},
		{"sequence timeout: '1s' on_timeout: (def \\ 'late') retry: 2\n  trace node.attempt\n  stall _", "1", `"late"`},
		{"sequence timeout: '5s' on_timeout: (def \\ 'late') retry: { count: 9, delay: '2s' }\n  trace node.attempt\n  fail 'no'", "1 2 3", `"late"`},
		// cancels: while an attempt is at work, and while the next one is waited for
		{"concurrence\n  sequence tag: 'w' retry: 3 on_cancel: (def \\ trace 'off')\n    trace node.attempt\n    stall _\n  sequence\n    sleep 1\n    cancel ref: 'w'\n'over'", "1 off", `"over"`},
		{"concurrence\n  sequence tag: 'w' on_cancel: (def \\ trace 'off') retry: { count: 3, delay: '1h' }\n    trace node.attempt\n    fail 'no'\n  sequence\n    sleep 1\n    cancel ref: 'w'\n'over'", "1 off", `"over"`},
		{"concurrence\n  sequence tag: 'w' retry: { count: 3, delay: '1h' }\n    trace node.attempt\n    fail 'no'\n  sequence\n    sleep 1\n    kill ref: 'w'\n'over'", "1", `"over"`},
		// beside what follows
		{"sequence flank retry: { count: 1, delay: '1s' }\n  trace node.attempt\n  fail 'no' if node.attempt == 1\ntrace 'next'\nsleep 5", "next 1 2", "5"},
		{"sequence retry: { count: 1, delay: '1s' } flank\n  trace node.attempt\n  fail 'no' if node.attempt == 1\ntrace 'next'\nsleep 5", "next 1 2", "5"},
		{"part retry: { count: 1, delay: '1s' }\n  trace node.attempt\n  fail 'no' if node.attempt == 1\n  trace 'parted'\ntrace 'next'", "next 1 2 parted", `"0_0"`},
		{"sequence retry: 3 off\n  fail 'no'", "", "true"},
	} {
		checkFlow(t, tt.src, tt.trace, tt.end)
	}
}

// TestRetryDelays looks at when attempts are made.
func TestRetryDelays(t *testing.T) {
	times := func(spec string, seed uint64) string {
		x := vm.New(compile(t, All(), "sequence retry: "+spec+"\n  push f.l 1 if false\n  fail 'no'"), vm.Launch{ID: "x", NowMicros: 0, Seed: seed})
		var due []string
		for {
			x.Run()
			var next *vm.TimerEffect
			for _, e := range x.TakeEffects() {
				if e, ok := e.(vm.TimerEffect); ok {
					next = &e
				}
			}
			if next == nil {
				return strings.Join(due, " ")
			}
			due = append(due, fmt.Sprint(next.DueMicros-x.Counters().NowMicros))
			x.Deliver(vm.Message{Point: vm.Trigger, Nid: next.Nid, Timer: next.ID}, next.DueMicros)
		}
	}
	for spec, want := range map[string]string{
		"3":               "",
		"[ '1s' 5 '1m' ]": "1000000 5000000 60000000",
		"{ count: 4, delay: '1s', backoff: 'exponential', max: '3s' }": "1000000 2000000 3000000 3000000",
		"{ count: 3, delay: '1s', backoff: 'linear' }":                 "1000000 2000000 3000000",
	} {
		if got := times(spec, 1); got != want {
			t.Errorf("%s: want %s, got %s", spec, want, got)
		}
	}
	jitter := "{ count: 3, delay: '1s', jitter: 0.5 }"
	if a, b := times(jitter, 1), times(jitter, 1); a != b {
		t.Errorf("the same seed gives %s, then %s", a, b)
	}
	if a, b := times(jitter, 1), times(jitter, 2); a == b {
		t.Errorf("another seed gives %s too", a)
	}
}

// TestReapplyAttempt has an attempt start over, as an operator may: it is the
// same attempt again.
func TestReapplyAttempt(t *testing.T) {
	x := vm.New(compile(t, All(), "sequence retry: 1\n  trace node.attempt\n  fail 'no' if v.bad"), vm.Launch{ID: "x", NowMicros: 1, Vars: parseJSON(t, `{"bad":true}`)})
	if o := finish(t, x); o.point != "failed" || strings.Join(o.trace, " ") != "1 2" {
		t.Fatal(o.point, o.trace)
	}
	var nid vm.NID
	for _, n := range x.Nids() {
		if x.Frame(n).Attempt == 2 {
			nid = n
		}
	}
	x.Deliver(vm.ReapplyMessage(nid, vm.Reapplication{Vars: []vm.Var{{Name: "bad", Value: value.Bool(false)}}}, false), 2)
	if o := finish(t, x); o.point != "terminated" || strings.Join(o.trace, " ") != "2" {
		t.Error(o.point, o.trace, o.err)
	}
}
