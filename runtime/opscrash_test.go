package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

// operatedFlow comes to its end by what operators do only.
const operatedFlow = `
set share 0
concurrence
  sequence
    task 'alice' 'a'
    set f.done 1
  set f.mended
    1 / share
  task 'alice' 'c'
map [ 1, 2 ]
  def x
    task 'alice' "m$(x)"
    x * 10
trace 'end'
`

// operator works through a script. What he asks for and gets no answer to, he
// looks up in the journal, and asks for again where it is not there.
type operator struct {
	t     *testing.T
	r     *runtime.Runtime
	exid  string
	asked map[string]int // messages in the journal, by point
	at    int            // the step of the script
	until int            // the one before which he stops; 0 for none
}

// step asks for something by a message of the point, unless that is done.
func (o *operator) step(ctx context.Context, point string, ask func() error) error {
	n := 0
	for e, err := range o.r.Log(ctx, o.exid, runtime.LogOptions{}) {
		if err != nil {
			return err
		}
		for _, m := range e.Messages {
			if m.Point == point {
				n++
			}
		}
	}
	if n == o.asked[point] {
		if err := ask(); err != nil {
			return err
		}
	}
	o.asked[point]++
	return nil
}

// answer returns the task of that name.
func (o *operator) answer(ctx context.Context, name string) error {
	tasks, err := o.r.Tasks(ctx, o.exid)
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.Name == name {
			return o.r.Return(ctx, o.exid, t.ID, value.FromObject(t.Payload.AsObject().Set(name, value.Int(1))), nil)
		}
	}
	return nil // it was returned, and nobody was told
}

// script is what the operator does.
func (o *operator) script(ctx context.Context) []func() error {
	r, exid := o.r, o.exid
	answer := func(name string) func() error { return func() error { return o.answer(ctx, name) } }
	do := func(point string, ask func() error) func() error {
		return func() error { return o.step(ctx, point, ask) }
	}
	return []func() error{
		do("pause", func() error { return r.Pause(ctx, exid, "", runtime.PauseOptions{}) }),
		answer("a"), // it is held
		do("resume", func() error { return r.Resume(ctx, exid, "") }),
		do("reapply", func() error {
			return r.Retry(ctx, exid, "", runtime.ReapplyOptions{Vars: object(o.t, `{"share": 1}`)})
		}),
		do("add", func() error {
			return r.AddBranch(ctx, exid, "0_1", definition(o.t, "task 'alice' 'd'"), value.Null)
		}),
		do("pause", func() error { return r.Pause(ctx, exid, "0_1_2", runtime.PauseOptions{}) }),
		do("reapply", func() error {
			return r.Reapply(ctx, exid, "0_1_2", runtime.ReapplyOptions{Definition: definition(o.t, "task 'alice' 'e'")})
		}),
		do("resume", func() error { return r.Resume(ctx, exid, "0_1_2") }),
		answer("e"), answer("d"),
		do("add", func() error { return r.AddIteration(ctx, exid, "0_2", value.Int(3)) }),
		answer("m1"), answer("m2"), answer("m3"),
	}
}

// operate goes on with the script, up to its end or that of the process.
func (o *operator) operate(ctx context.Context) error {
	script := o.script(ctx)
	if o.until > 0 {
		script = script[:o.until]
	}
	for ; o.at < len(script); o.at++ {
		time.Sleep(time.Second) // simulated: all that can happen has
		if err := script[o.at](); err != nil {
			return fmt.Errorf("step %d: %w", o.at, err)
		}
	}
	return nil
}

// TestOperatorsCrashAtEachCommit ends the process at each commit of an execution
// that operators pause, mend, change and resume: what they were told holds, and
// what they asked for is done once.
func TestOperatorsCrashAtEachCommit(t *testing.T) {
	const want = `terminated {"d":1,"e":1,"mended":1,"a":1,"done":1,"m1":1,"m2":1,"m3":1,"ret":[10,20,30]} end`
	crashed := 0
	for _, after := range []bool{false, true} {
		for n := 1; ; n++ {
			over := false
			synctest.Test(t, func(t *testing.T) {
				store := memstore.New()
				o := &operator{t: t, asked: make(map[string]int), exid: launch(t, newRuntime(t, runtime.Config{Store: store}), operatedFlow)}
				crashing := &crashingStore{Store: store, after: after}
				crashing.left.Store(int64(n))
				o.r = newRuntime(t, runtime.Config{Store: crashing, Taskers: taskers()})
				err := o.r.Start(t.Context())
				if err == nil {
					err = o.operate(t.Context())
				}
				if err == nil {
					_, err = o.r.Wait(t.Context(), o.exid)
				}
				if err != nil && !errors.Is(err, errCrash) {
					t.Fatalf("commit %d (after it: %t): %v", n, after, err)
				}
				over = err == nil && crashing.left.Load() > 0
				stop(t, o.r)
				o.r = start(t, runtime.Config{Store: store, Taskers: taskers()})
				defer stop(t, o.r)
				if err := o.operate(t.Context()); err != nil {
					t.Fatalf("after a crash at commit %d (after it: %t): %v", n, after, err)
				}
				if got := describe(wait(t, o.r, o.exid)); got != want {
					t.Errorf("crashed at commit %d (after it: %t):\nwant %s\n got %s", n, after, want, got)
				}
				(&operated{t, o.r, o.exid}).replays()
				checkEmpty(t, store, o.exid)
			})
			if over {
				break
			}
			crashed++
		}
	}
	if crashed < 30 {
		t.Errorf("it crashed %d times only", crashed)
	}
}
