package runtime_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMutexesThatWait has two branches wait for each other: that can be seen, and
// cancelling one lets the other go on.
func TestMutexesThatWait(t *testing.T) {
	const src = "concurrence\n  mutex 'a'\n    sleep 1\n    mutex 'b'\n      trace 'b in a'\n  mutex 'b'\n    sleep 1\n    mutex 'a'\n      trace 'a in b'\ntrace 'over'\n"
	for _, tt := range []struct {
		how    string
		end    func(o *operated)
		traces []string
	}{
		{"the one that waits is cancelled", func(o *operated) { o.cancel("0_0_0_2") }, []string{"a in b", "over"}},
		{"the outer one is cancelled", func(o *operated) { o.cancel("0_0_0") }, []string{"a in b", "over"}},
		{"it is killed", func(o *operated) { o.must(o.r.Kill(o.Context(), o.exid, "0_0_1")) }, []string{"b in a", "over"}},
		{"all is cancelled", func(o *operated) { o.cancel("") }, nil},
	} {
		t.Run(tt.how, func(t *testing.T) {
			operating(t, src, func(o *operated) {
				time.Sleep(time.Hour)
				var waiting []string
				for _, w := range o.view().Waiting {
					waiting = append(waiting, fmt.Sprint(w.Nid, " ", w.Head, " line ", w.Line))
				}
				if diff := cmp.Diff([]string{"0_0_0_2 mutex line 4", "0_0_1_2 mutex line 8"}, waiting); diff != "" {
					o.Errorf("what it waits for (-want +got):\n%s", diff)
				}
				tt.end(o)
				o.traced(tt.traces...)
				wait(o, o.r, o.exid)
			})
		})
	}
}
