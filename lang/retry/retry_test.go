package retry

import (
	"fmt"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/value"
)

func TestRead(t *testing.T) {
	for _, tt := range []struct{ json, want string }{
		{`3`, "3 [] constant 0 0 []"},
		{`["1s", 2]`, "2 [1000000 2000000] constant 0 0 []"},
		{`{"count": 4, "delay": "1s", "backoff": "exponential", "max": "3s", "jitter": 0.5, "on": ["a", "b"]}`, "4 [1000000] exponential 3000000 0.5 [\"a\" \"b\"]"},
		{`{"delay": ["1s", "2s"]}`, "2 [1000000 2000000] constant 0 0 []"},
		{`{"count": 9, "delay": ["1s", "2s"], "on": "x"}`, "9 [1000000 2000000] constant 0 0 [\"x\"]"},
		{`0`, "count: a node cannot be tried again 0 times"},
		{`{"count": -1}`, "count: a node cannot be tried again -1 times"},
		{`{"count": 1e9}`, "count: a node cannot be tried again"},
		{`"3"`, `: retry: does not know what to do with "3"`},
		{`[]`, "delay: a list of delays has one or more"},
		{`["soon"]`, `delay: `},
		{`{}`, ": retry: does not say how often"},
		{`{"delay": "1s"}`, ": retry: does not say how often"},
		{`{"counts": 1}`, `counts: retry: has no "counts"`},
		{`{"count": 2, "backoff": "linear"}`, "backoff: backoff: is about a delay"},
		{`{"count": 2, "delay": "1s", "backoff": "cubic"}`, `backoff: "cubic" is no backoff`},
		{`{"delay": ["1s", "2s"], "backoff": "linear"}`, "backoff: a list of delays grows by itself"},
		{`{"count": 2, "delay": "1m", "max": "1s"}`, "max: max: is shorter than the first delay"},
		{`{"count": 2, "delay": 1, "jitter": 2}`, "jitter: jitter: is a number from 0 to 1, not 2"},
		{`{"count": 2, "delay": 1, "jitter": "much"}`, "jitter: jitter: is a number"},
		{`{"count": 2, "delay": 1e300}`, "delay: 1.0e+300 is longer than a thousand years"},
		{`{"count": 2, "on": [1]}`, "on: 1 says nothing about errors"},
	} {
		v, err := value.ParseJSON([]byte(tt.json))
		if err != nil {
			t.Fatal(err)
		}
		p, err := Read(v)
		got := fmt.Sprint(p.Count, " ", p.DelaysMicros, " ", p.Backoff, " ", p.MaxMicros, " ", p.Jitter, " ", p.On)
		if err != nil {
			got = fmt.Sprintf("%s: %s", err.(*Error).Key, err)
			if err.(*Error).Hint == "" {
				t.Errorf("%s: no hint", tt.json)
			}
		}
		if !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s\nwant %s\ngot  %s", tt.json, tt.want, got)
		}
	}
}

func TestDelay(t *testing.T) {
	at := func(u uint64) func() uint64 { return func() uint64 { return u } }
	for _, tt := range []struct {
		p    Policy
		u    uint64
		want string
	}{
		{Policy{}, 0, "0 0 0 0"},
		{Policy{DelaysMicros: []int64{5}, Backoff: Constant}, 0, "5 5 5 5"},
		{Policy{DelaysMicros: []int64{5, 7}, Backoff: Constant}, 0, "5 7 7 7"},
		{Policy{DelaysMicros: []int64{5}, Backoff: Linear}, 0, "5 10 15 10000"},
		{Policy{DelaysMicros: []int64{5}, Backoff: Exponential, MaxMicros: 12}, 0, "5 10 12 12"},
		{Policy{DelaysMicros: []int64{100}, Jitter: 0.5}, 0, "50 50 50 50"},
		{Policy{DelaysMicros: []int64{100}, Jitter: 0.5}, 1<<64 - 1, "150 150 150 150"},
		{Policy{DelaysMicros: []int64{100}, Jitter: 1, MaxMicros: 120}, 1<<64 - 1, "120 120 120 120"},
	} {
		var got []string
		for _, n := range []int64{1, 2, 3, 2000} {
			got = append(got, fmt.Sprint(tt.p.Delay(n, at(tt.u))))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%+v: want %s, got %s", tt.p, tt.want, s)
		}
	}
	p := Policy{DelaysMicros: []int64{1}, Backoff: Exponential}
	if d := p.Delay(1<<40, nil); d != maxMicros {
		t.Errorf("a delay that grows for ever is %d", d)
	}
}
