package stdlib

import "testing"

func TestSaga(t *testing.T) {
	steps := "  trace 'a'\n  undo\n    trace 'ua'\n  trace 'b'\n  undo\n    trace 'ub'\n"
	for _, tt := range []struct{ src, trace, end string }{
		{"saga\n" + steps + "  7", "a b", "7"},
		{"saga\n" + steps + "  fail 'no'", "a b ub ua", "error: no"},
		{"saga\n  fail 'no'\n" + steps, "", "error: no"},
		{"saga\n  trace 'a'\n  fail 'no'\n  undo\n    trace 'ua'", "a", "error: no"},
		{"saga on_error: (def err \\ \"caught $(err.msg)\")\n" + steps + "  fail 'no'", "a b ub ua", `"caught no"`},
		{"sequence on_error: (def err \\ \"caught $(err.msg)\")\n  set f.x 1\n  saga\n    set f.x 2\n    undo\n      set f.x 9\n    fail 'no'", "", `"caught no"`},
		{"sequence on_error: (def \\ f.x)\n  saga\n    set f.x 2\n    undo\n      set f.x 9\n    set f.x 3\n    fail 'no'", "", "3"},
		{"saga\n  sequence on_error: (def \\ 'handled')\n" + "    undo\n      trace 'u'\n    fail 'no'", "", `"handled"`},
		// the payload is that of the step, the variables are those of now
		{"set v 1\nsaga\n  set f.x 1\n  undo\n    trace \"$(f.x) $(v) $(err.msg)\"\n  set f.x 2\n  set v 2\n  fail 'no'", "1 2 no", "error: no"},
		{"define book what\n  trace what\n  undo\n    trace \"not $(what)\"\nsaga\n  book 'room'\n  book 'car'\n  fail 'no'", "room car not car not room", "error: no"},
		{"saga\n  map [ 1 2 3 ]\n    def x\n      trace x\n      undo\n        trace \"u$(x)\"\n  fail 'no'", "1 2 3 u3 u2 u1", "error: no"},
		{"saga\n  concurrence\n    sequence\n      sleep 2\n      undo\n        trace 'slow'\n    sequence\n      sleep 1\n      undo\n        trace 'quick'\n  fail 'no'", "slow quick", "error: no"},
		// cancel, timeout, kill
		{"concurrence\n  saga tag: 's' on_cancel: (def \\ trace 'off')\n    undo\n      sleep 1\n      trace 'u'\n    stall _\n  sequence\n    sleep 1\n    cancel ref: 's'\n'over'", "u off", `"over"`},
		{"concurrence\n  saga tag: 's'\n    undo\n      trace 'u'\n    stall _\n  sequence\n    sleep 1\n    kill ref: 's'\n'over'", "", `"over"`},
		{"saga timeout: '1s' on_timeout: (def \\ trace 'late')\n  undo\n    trace 'u'\n  stall _\n'over'", "u late", `"over"`},
		{"concurrence expect: 1\n  saga\n    undo\n      trace 'u'\n    stall _\n  sleep 1\nsleep 1\n'over'", "u", `"over"`},
		{"concurrence\n  saga tag: 's'\n    undo\n      trace 'u1'\n    undo\n      sleep 9\n      trace 'u2'\n    stall _\n  sequence\n    sleep 1\n    cancel ref: 's'\n    sleep 1\n    cancel ref: 's'\n'over'", "u1", `"over"`},
		// tried again: undone before each attempt
		{"saga retry: 1\n  trace node.attempt\n  undo\n    trace 'u'\n  fail 'no'", "1 u 2 u", "error: no"},
		{"saga retry: 1 timeout: '1s' on_timeout: (def \\ 'late')\n  trace node.attempt\n  undo\n    trace 'u'\n  stall _", "1 u 2 u", `"late"`},
		{"saga\n  undo\n    trace 'u1'\n  undo\n    sequence retry: 2\n      trace \"u2 $(node.attempt)\"\n      fail 'stuck' if node.attempt < 3\n  fail 'no'", "u2 1 u2 2 u2 3 u1", "error: no"},
		// a step back that fails
		{"saga\n  undo\n    trace 'u1'\n  undo\n    fail 'stuck'\n  fail 'no'", "", "error: stuck"},
		{"sequence on_error: (def err \\ err.msg)\n  saga\n    undo\n      trace 'u1'\n    undo\n      fail 'stuck'\n    fail 'no'", "u1", `"stuck"`},
		{"saga on_error: (def err \\ err.msg)\n  undo\n    trace 'u1'\n  undo\n    fail 'stuck'\n  fail 'no'", "u1", `"stuck"`},
		// sagas in sagas
		{"saga\n  trace 'a'\n  undo\n    trace 'ua'\n  saga\n    trace 'b'\n    undo\n      trace 'ub'\n  trace 'c'\n  undo\n    trace 'uc'\n  fail 'no'", "a b c uc ub ua", "error: no"},
		{"saga on_error: (def \\ 'out')\n  undo\n    trace 'u1'\n  saga\n    undo\n      trace 'u2'\n    fail 'no'", "u2 u1", `"out"`},
		{"saga\n  undo\n    trace 'u1'\n  saga on_error: (def \\ 'in')\n    undo\n      trace 'u2'\n    fail 'no'\n  'done'", "u2", `"done"`},
		{"saga\n  undo\n    saga\n      undo\n        trace 'u2'\n      fail 'stuck'\n  fail 'no'", "u2", "error: stuck"},
	} {
		checkFlow(t, tt.src, tt.trace, tt.end)
	}
}
