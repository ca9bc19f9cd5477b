package stdlib

import "testing"

func TestMutex(t *testing.T) {
	for _, tt := range []struct{ src, trace, end string }{
		{"mutex 'a'\n  1", "", "1"},
		{"3\nmutex 'a'", "", "3"},
		{"mutex 'a'\nmutex 'a'\n  2", "", "2"},
		{"mutex 7\n  1", "", "error: 7 is no name of a mutex"},
		{"mutex _\n  1", "", "error: null is no name of a mutex"},
		// first come, first served; others do not wait
		{"concurrence\n  mutex 'a'\n    trace 1\n    sleep 3\n    trace 2\n  mutex 'a'\n    trace 3\n    sleep 1\n    trace 4\n  mutex 'b'\n    trace 'b'\n  mutex 'a'\n    trace 5\n'over'", "1 b 2 3 4 5", `"over"`},
		{"cmap [ 3 1 2 ]\n  def x\n    mutex \"m$(x > 1)\"\n      trace \"$(x) in\"\n      sleep x\n      trace \"$(x) out\"\n'over'", "3 in 1 in 1 out 3 out 2 in 2 out", `"over"`},
		// within itself, also by way of functions and branches
		{"define f\n  mutex 'a'\n    1\nmutex 'a'\n  concurrence\n    f _\n    2", "", `error: this is inside of mutex "a" already, since line 4`},
		{"mutex 'a'\n  mutex 'b'\n    1", "", "1"},
		// it is left by a failure that is handled, a cancel, a kill, a timeout
		{"concurrence\n  sequence on_error: (def \\ trace 'handled')\n    mutex 'a'\n      sleep 1\n      fail 'no'\n  sequence\n    sleep '0.5s'\n    mutex 'a'\n      trace 'in'\n'over'", "in handled", `"over"`},
		{"concurrence\n  mutex 'a' on_error: (def \\ trace 'handled')\n    sleep 1\n    fail 'no'\n  sequence\n    sleep '0.5s'\n    mutex 'a'\n      trace 'in'\n'over'", "handled in", `"over"`},
		{"concurrence\n  mutex 'a' tag: 'm'\n    stall _\n  mutex 'a'\n    trace 'in'\n  sequence\n    sleep 1\n    cancel ref: 'm'\n'over'", "in", `"over"`},
		{"concurrence\n  mutex 'a' tag: 'm' on_cancel: (def \\ sleep 1; trace 'tidied')\n    stall _\n  sequence\n    sleep '0.5s'\n    mutex 'a'\n      trace 'in'\n  sequence\n    sleep 1\n    cancel ref: 'm'\n'over'", "tidied in", `"over"`},
		{"concurrence\n  mutex 'a' tag: 'm'\n    stall _\n  mutex 'a'\n    trace 'in'\n  sequence\n    sleep 1\n    kill ref: 'm'\n'over'", "in", `"over"`},
		{"concurrence\n  mutex 'a' timeout: '1s'\n    stall _\n  mutex 'a'\n    trace 'in'\n'over'", "in", `"over"`},
		// those who wait can be cancelled too: the next one is let in
		{"concurrence\n  mutex 'a'\n    sleep 5\n    trace 1\n  mutex 'a' tag: 'm'\n    trace 2\n  mutex 'a'\n    trace 3\n  sequence\n    sleep 1\n    cancel ref: 'm'\n'over'", "1 3", `"over"`},
		{"concurrence\n  mutex 'a'\n    sleep 5\n    trace 1\n  mutex 'a' timeout: '2s' on_timeout: (def \\ trace 'late')\n    trace 2\n  mutex 'a'\n    trace 3\n'over'", "late 1 3", `"over"`},
		// each attempt waits anew
		{"concurrence\n  mutex 'a' retry: { count: 1, delay: 1 }\n    trace \"one $(node.attempt)\"\n    sleep 1\n    fail 'no' if node.attempt == 1\n  sequence\n    sleep '0.5s'\n    mutex 'a'\n      trace 'two'\n      sleep 9\n'over'", "one 1 two one 2", `"over"`},
		// a failure that nothing handles keeps it
		{"concurrence\n  mutex 'a'\n    fail 'no'\n  mutex 'a'\n    trace 'in'", "", "error: no"},
	} {
		checkFlow(t, tt.src, tt.trace, tt.end)
	}
}
