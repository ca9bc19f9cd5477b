package runtime_test

import (
	"errors"
	"testing"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// TestSignal signals executions from outside and from one another, with what
// waits for the signal in memory and restored.
func TestSignal(t *testing.T) {
	for _, cache := range []int{0, -1} {
		r := start(t, runtime.Config{CacheNodes: cache})
		defer stop(t, r)
		signal := func(exid, name string, payload value.Value) {
			t.Helper()
			if err := r.Signal(t.Context(), exid, name, payload); err != nil {
				t.Fatal(err)
			}
		}
		green := value.NewObject(value.Member{Key: "by", Value: value.String("me")})

		nested := launch(t, r, "sequence\n  sequence\n    on 'green'\n    set f.done true\n")
		signal(nested, "red", value.Null)
		signal(nested, "green", green)
		ends(t, r, nested, `{"by":"me","done":true,"ret":null}`)

		beside := launch(t, r, "set f.l []\non r/^./\n  set f.by sig\n  signal 'enough' if sig == 'c'\non 'enough'\n")
		for _, name := range []string{"a", "b", "c"} {
			signal(beside, name, green)
		}
		if res := wait(t, r, beside); res.Point != "terminated" {
			t.Errorf("%+v", res)
		}

		waiting := launch(t, r, "on 'green'\nset f.done true\n")
		sender := launch(t, r, "signal 'green' exid: '"+waiting+"' payload: { by: exe.exid }\nsignal 'lost' exid: 'nobody'\n'sent'\n")
		ends(t, r, sender, `{"ret":"sent"}`)
		ends(t, r, waiting, `{"by":"`+sender+`","done":true,"ret":null}`)

		for _, exid := range []string{nested, beside, waiting, sender} {
			if _, err := r.Replay(t.Context(), exid, false); err != nil {
				t.Error(err)
			}
		}
		if err := r.Signal(t.Context(), waiting, "late", value.Null); !errors.Is(err, runtime.ErrEnded) {
			t.Error(err)
		}
		if err := r.Signal(t.Context(), "nobody", "x", value.Null); !errors.Is(err, runtime.ErrNotFound) {
			t.Error(err)
		}
		if r.Signal(t.Context(), waiting, "", value.Null) == nil || r.Signal(t.Context(), waiting, "x", value.Int(1)) == nil {
			t.Error("a signal without a name, or with a wrong payload, was taken")
		}
	}
}
