package runtime_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

func TestCommandTasker(t *testing.T) {
	task := &runtime.Task{Exid: "main-1", Nid: "0_1", ID: "1", Key: "main-1-1", Tasker: "sh", Name: "n",
		Args: []value.Value{value.String("n")}, Params: object(t, `{"a":1}`), Tags: []string{"t"}, Payload: object(t, `{"x":[1]}`), Line: 3}
	for _, test := range []struct{ script, want string }{
		{`cat > /dev/null; echo '{"y": 2}'`, `{"y":2}`},
		{`true`, `unchanged`},
		{`echo '{"in": '; cat; echo '}'`, `{"in":{"exid":"main-1","nid":"0_1","id":"1","key":"main-1-1","tasker":"sh","name":"n",` +
			`"args":["n"],"params":{"a":1},"tags":["t"],"payload":{"x":[1]},"line":3}}`},
		{`echo '{"error": "no paper"}'`, `error: no paper`},
		{`echo '{"error": "kept", "x": 1}'`, `{"error":"kept","x":1}`},
		{`echo out of ink >&2; exit 3`, `error: sh: exit status 3: out of ink`},
		{`echo 12`, `error: sh: it wrote a number, the new payload has to be an object`},
		{`echo hello`, `error: sh: what it wrote is not JSON`},
	} {
		t.Run(test.script, func(t *testing.T) {
			c := &runtime.CommandTasker{Command: []string{"sh", "-c", test.script}}
			reply, err := c.Task(t.Context(), task)
			got := "unchanged"
			switch {
			case err != nil:
				got = "error: " + err.Error()
			case reply != nil:
				got = reply.Payload.String()
			}
			if !strings.HasPrefix(got, test.want) {
				t.Errorf("want %s\n got %s", test.want, got)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	c := &runtime.CommandTasker{Command: []string{"sleep", "1000"}}
	if _, err := c.Task(ctx, task); err == nil {
		t.Error("a program that was stopped succeeded")
	}
	for _, c := range []*runtime.CommandTasker{{}, {Command: []string{"/does/not/exist"}}} {
		if _, err := c.Task(t.Context(), task); err == nil {
			t.Errorf("%v succeeded", c.Command)
		}
	}
}

// TestMessageTime checks that a turn's messages bear the time at which they
// are taken.
func TestMessageTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, runtime.Config{})
		defer stop(t, r)
		exid := launch(t, r, "set f.a (timestamp _)\nsleep '1d'\nset f.b (timestamp _)\n")
		res := wait(t, r, exid)
		if got := res.Payload.String(); !strings.Contains(got, "2000-01-01") || !strings.Contains(got, "2000-01-02") {
			t.Error(got)
		}
	})
}

func Example() {
	// A tasker is a Go value, or a program; a flow calls it by its name.
	_ = map[string]runtime.Tasker{
		"printer": &runtime.CommandTasker{Command: []string{"./print-label"}},
		"clerk":   runtime.Worklist,
		"greeter": runtime.TaskerFunc(func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
			fmt.Fprintln(os.Stdout, "hello", t.Name)
			return nil, nil // the payload goes on as it is
		}),
	}
}
