package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

const waitedFlow = `set stage 'first'
sequence tag: 'a'
  alice 'one'
set stage 'second'
sequence tag: 'b'
  same 'thing'
signal 'over'
alice 'two'
`

func conditions(t *testing.T, texts ...string) (cs []runtime.Condition) {
	t.Helper()
	for _, text := range texts {
		c, err := runtime.ParseCondition(text)
		if err != nil {
			t.Fatal(err)
		}
		if c.String() != text {
			t.Errorf("%q is written %q", text, c)
		}
		cs = append(cs, c)
	}
	return cs
}

// returnTask returns the only task of an execution.
func returnTask(t *testing.T, r *runtime.Runtime, exid string) {
	t.Helper()
	tasks, err := r.Tasks(t.Context(), exid)
	if err == nil && len(tasks) != 1 {
		err = fmt.Errorf("%d tasks", len(tasks))
	}
	if err == nil {
		err = r.Return(t.Context(), exid, tasks[0].ID, value.Null, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestWaitFor waits for what is, and for what happens between two tasks: also
// where that is over before the wait begins.
func TestWaitFor(t *testing.T) {
	for _, test := range []struct{ name, wait string }{
		{"what is so already", "tag:a task:alice var:stage=first"},
		{"one after the other", "left:a tag:b left:b signal:over task:alice"},
		{"what is met twice", "task:alice left:a task:alice"},
		{"what is over in the same commit", "tag:b left:b"},
		{"a variable", "var:stage=second"},
		{"a point of a node", "point:return@0_1_1"},
	} {
		for _, late := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, late: %t", test.name, late), func(t *testing.T) {
				r := start(t, runtime.Config{Taskers: taskers()})
				defer stop(t, r)
				exid := launch(t, r, waitedFlow)
				if met, err := r.WaitFor(t.Context(), exid, runtime.WaitOptions{Since: 1}, conditions(t, "tag:a", "task:alice")...); err != nil || met[1].Nid != "0_1_1" {
					t.Fatal(met, err)
				}
				cs := conditions(t, strings.Fields(test.wait)...)
				v, err := r.Execution(t.Context(), exid, 0)
				if err != nil {
					t.Fatal(err)
				}
				so := strings.HasPrefix(test.name, "what is so")
				if late && !so {
					returnTask(t, r, exid)
				}
				type result struct {
					met []runtime.Met
					err error
				}
				done := make(chan result, 1)
				go func() {
					met, err := r.WaitFor(t.Context(), exid, runtime.WaitOptions{Since: v.Seq + 1}, cs...)
					done <- result{met, err}
				}()
				if !late && !so {
					returnTask(t, r, exid)
				}
				got := <-done
				if got.err != nil {
					t.Fatal(got.err)
				}
				var met []runtime.Condition
				for i, m := range got.met {
					met = append(met, m.Condition)
					if m.Seq < v.Seq || i > 0 && m.Seq < got.met[i-1].Seq || !so && m.At.IsZero() {
						t.Errorf("%+v", got.met)
					}
				}
				if diff := cmp.Diff(cs, met); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
	}
}

func TestWaitForEnd(t *testing.T) {
	r := start(t, runtime.Config{Taskers: taskers()})
	exid := launch(t, r, "same 'thing'\n")
	if _, err := r.WaitFor(t.Context(), exid, runtime.WaitOptions{}, conditions(t, "end")...); err != nil {
		t.Error(err)
	}
	if _, err := r.WaitFor(t.Context(), exid, runtime.WaitOptions{}, conditions(t, "tag:x")...); !errors.Is(err, runtime.ErrEnded) {
		t.Errorf("waiting for a tag of what has ended: %v", err)
	}
	if met, err := r.WaitFor(t.Context(), exid, runtime.WaitOptions{Since: 1}, conditions(t, "point:execute@0", "point:terminated", "end")...); err != nil || len(met) != 3 {
		t.Errorf("what happened: %v, %v", met, err)
	}
	failed := launch(t, r, "fail 'no'\n")
	if _, err := r.WaitFor(t.Context(), failed, runtime.WaitOptions{}, conditions(t, "failed")...); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.WaitFor(ctx, failed, runtime.WaitOptions{}, conditions(t, "end")...); !errors.Is(err, context.Canceled) {
		t.Errorf("waiting too long: %v", err)
	}
	if _, err := r.WaitFor(t.Context(), "none", runtime.WaitOptions{}, conditions(t, "end")...); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("waiting for none: %v", err)
	}
	stop(t, r)
	if _, err := r.WaitFor(t.Context(), failed, runtime.WaitOptions{}, conditions(t, "end")...); !errors.Is(err, runtime.ErrStopped) {
		t.Errorf("waiting without anybody who works: %v", err)
	}
	for _, text := range []string{"", "ends", "end:", "end:x", "tag", "tag:", "point:nope", "point:cancel@x y", "var:x", "var:x={}"} {
		if c, err := runtime.ParseCondition(text); err == nil {
			t.Errorf("%q is read as %+v", text, c)
		}
	}
}
