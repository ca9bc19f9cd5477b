package runtime_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

// operated is an execution that a test operates on.
type operated struct {
	*testing.T
	r    *runtime.Runtime
	exid string
}

// operating runs a test in simulated time, with the execution in memory and
// restored at every turn. At the end its journal has to give what is stored,
// and nothing may be left.
func operating(t *testing.T, src string, do func(o *operated)) {
	t.Helper()
	for _, cache := range []int{0, -1} {
		synctest.Test(t, func(t *testing.T) {
			store := memstore.New()
			r := start(t, runtime.Config{Store: store, Taskers: taskers(), CacheNodes: cache, CheckpointEvery: 2})
			defer stop(t, r)
			o := &operated{t, r, launch(t, r, src)}
			synctest.Wait()
			do(o)
			o.replays()
			if v := o.view(); v.Status == runtime.Terminated {
				checkEmpty(t, store, o.exid)
			}
		})
	}
}

// replays checks that the journal gives what is stored.
func (o *operated) replays() {
	o.Helper()
	for _, fromCheckpoint := range []bool{false, true} {
		if _, err := o.r.Replay(o.Context(), o.exid, fromCheckpoint); err != nil {
			o.Error(err)
		}
	}
	for _, err := range o.r.Log(o.Context(), o.exid, runtime.LogOptions{Internal: true}) {
		if err != nil {
			o.Error(err)
		}
	}
}

func (o *operated) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
	synctest.Wait()
}

func (o *operated) refused(err error, want error, text string) {
	o.Helper()
	if !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
		o.Errorf("want %v with %q, got %v", want, text, err)
	}
}

func (o *operated) pause(nid string) {
	o.Helper()
	o.must(o.r.Pause(o.Context(), o.exid, nid, runtime.PauseOptions{}))
}
func (o *operated) resume(nid string) { o.Helper(); o.must(o.r.Resume(o.Context(), o.exid, nid)) }
func (o *operated) cancel(nid string) { o.Helper(); o.must(o.r.Cancel(o.Context(), o.exid, nid)) }
func (o *operated) signal(name string) {
	o.Helper()
	o.must(o.r.Signal(o.Context(), o.exid, name, value.Null))
}
func (o *operated) reapply(nid, src, payload string) {
	o.Helper()
	o.must(o.r.Reapply(o.Context(), o.exid, nid, o.again(src, payload)))
}

func (o *operated) again(src, payload string) (a runtime.ReapplyOptions) {
	if src != "" {
		a.Definition = definition(o, src)
	}
	if payload != "" {
		a.Payload = object(o, payload)
	}
	return a
}

// give returns the task of a node.
func (o *operated) give(nid, payload string) {
	o.Helper()
	o.must(o.r.Return(o.Context(), o.exid, nid, object(o, payload), nil))
}

func (o *operated) view() *runtime.View {
	o.Helper()
	synctest.Wait()
	v, err := o.r.Execution(o.Context(), o.exid, 0)
	o.must(err)
	return v
}

// stands checks the status, and that of the nodes: those that are not open, and
// those without children.
func (o *operated) stands(want string) {
	o.Helper()
	v := o.view()
	parents := make(map[string]bool)
	for _, n := range v.Nodes {
		parents[n.Parent] = true
	}
	got := []string{string(v.Status)}
	for _, n := range v.Nodes {
		if n.Status == "ended" || parents[n.Nid] && n.Status == "open" {
			continue
		}
		held := ""
		if n.Held > 0 {
			held = fmt.Sprintf(" %d held", n.Held)
		}
		got = append(got, fmt.Sprintf("%s %s %s%s", n.Nid, n.Head, n.Status, held))
	}
	if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
		o.Errorf("it stands otherwise (-want +got):\n%s", diff)
	}
}

func (o *operated) ends(want string) { o.Helper(); ends(o, o.r, o.exid, want) }

// traced checks the trace.
func (o *operated) traced(want ...string) {
	o.Helper()
	var got []string
	for _, t := range o.view().Trace {
		got = append(got, t.Text)
	}
	if !slices.Equal(got, want) {
		o.Errorf("traced %q, want %q", got, want)
	}
}

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

func TestReapply(t *testing.T) {
	src := "set top 1\nsequence tag: 'x' timeout: '1h'\n  set f.a 1\n  task 'alice' 'one'\n  trace 'old'\nset f.end true\n"
	operating(t, src, func(o *operated) { // the tree it has, with the payload it had
		o.reapply("0_1", "", "")
		o.stands("active, 0_1_3-1 task open")
		tasks, err := o.r.Tasks(o.Context(), o.exid)
		if err != nil || len(tasks) != 1 || tasks[0].Nid != "0_1_3-1" {
			o.Errorf("the task of before is out: %v %v", tasks, err)
		}
		o.give("0_1_3-1", `{"b":1}`)
		o.traced("old")
		o.ends(`{"b":1,"end":true,"ret":null}`)
	})
	operating(t, src, func(o *operated) { // another tree, another payload
		o.reapply("0_1", "sequence\n  set f.new f.given\n  set f.top (top + 1)\n  task 'alice' 'two'\n", `{"given": 5}`)
		o.stands("active, 0_1_2-1 task open")
		time.Sleep(2 * time.Hour) // the timeout was that of the tree before
		o.pause("")
		o.resume("")
		v := o.view()
		if i := slices.IndexFunc(v.Nodes, func(n runtime.Node) bool { return n.Nid == "0_1" }); len(v.Nodes[i].Tags) > 0 {
			o.Errorf("it still has tags: %v", v.Nodes[i])
		}
		tasks, _ := o.r.Tasks(o.Context(), o.exid)
		if len(tasks) != 1 || tasks[0].Name != "two" || tasks[0].Payload.String() != `{"given":5,"new":5,"top":2,"ret":"two"}` {
			o.Errorf("%+v", tasks[0])
		}
		o.give("0_1_2-1", `{"c":1}`)
		o.ends(`{"c":1,"end":true,"ret":null}`)
	})
	operating(t, src, func(o *operated) { // the root, again and again
		o.reapply("", "sequence\n  task 'alice' (top + 1)\n", "")
		o.reapply("0", "concurrence\n  task 'alice' (top + 2)\n  task 'alice' 'x'\n", `{}`)
		o.reapply("0_1-2", "'quick'", "")
		o.give("0_0-2", `{"z":1}`)
		o.ends(`{"z":1,"ret":"quick"}`)
	})
	operating(t, src, func(o *operated) { // what fails then, fails
		o.reapply("0_1", "nada 1", "")
		v := o.view()
		if v.Status != runtime.Failed || len(v.Errors) != 1 || v.Errors[0].Nid != "0_1" || v.Errors[0].File != "test.flo" {
			o.Errorf("%v %v", v.Status, v.Errors)
		}
	})
}

// TestReapplyAnywhere reapplies nodes in iterations, functions and handlers,
// and those that take their end in their own way.
func TestReapplyAnywhere(t *testing.T) {
	for _, test := range []struct{ src, nid, with, gives, want string }{
		{"map [ 1 2 ]\n  def x\n    task 'alice'\n    x\n", "0_1_1-1", "", "0_1_1-1 0_1_1-3", `{"ret":[1,2]}`},
		{"map [ 1 2 ]\n  def x\n    task 'alice'\n    x\n", "0_1-1", "sequence\n  task 'alice'\n  x + 10\n", "0_1_0-2 0_1_1-3", `{"ret":[11,2]}`},
		{"map [ 1 ]\n  def x\n    task 'alice'\n    x\n", "0_1-1", "", "0_1_1-2", `{"ret":[1]}`},
		{"define f x\n  task 'alice'\n  set f.x x\nset f.y\n  f 7\n'end'\n", "0_0-1", "", "0_0_2-2", `{"x":7,"y":null,"ret":"end"}`},
		{"define f x\n  task 'alice'\n  x\nset f.y\n  f 7\n'end'\n", "0_0-1", "x + 1", "", `{"y":8,"ret":"end"}`},
		{"define f x\n  task 'alice'\n  x\nset f.y\n  f 7\n'end'\n", "0_1_1", "", "0_0_2-3", `{"y":7,"ret":"end"}`},
		{"cursor\n  task 'alice'\n  'over'\n", "0", "", "0_0-1", `{"ret":"over"}`},
		{"loop\n  task 'alice'\n  break 'over'\n", "0", "", "0_0-1", `{"ret":"over"}`},
		{"set f.n 0\nuntil (f.n == 2)\n  set f.n (f.n + 1)\n  task 'alice'\n'over'\n", "0_1", "", "0_1_2-1 0_1_2-2", `{"n":2,"ret":"over"}`},
		{"concurrence\n  task 'alice'\n  sleep '1h'\n", "0", "'now'", "", `{"ret":"now"}`},
		{"concurrence expect: 1\n  task 'alice'\n  sleep '1h'\n", "0_2", "'now'", "", `{"ret":"now"}`},
		{"cmap [ 1 2 ]\n  def x\n    task 'alice'\n    x\n", "0", "'now'", "", `{"ret":"now"}`},
		{"cmap [ 1 2 ]\n  def x\n    task 'alice'\n    x\n", "0_1-2", "x + 10", "0_1_1-1", `{"ret":[1,12]}`},
		{"sequence\n  every '1m'\n    trace 'tick'\n  task 'alice'\n", "0", "'now'", "", `{"ret":"now"}`},
		{"sequence\n  sequence flank: true\n    task 'alice'\n  task 'alice'\n", "0", "'now'", "", `{"ret":"now"}`},
		{"sequence\n  sequence flank: true\n    task 'alice'\n  task 'alice'\n  'end'\n", "0_0", "'now'", "0_1", `{"ret":"end"}`},
		{"sequence\n  on 'green' \\ trace 'x'\n  task 'alice'\n", "0", "'now'", "", `{"ret":"now"}`},
		{"sequence\n  trap tag: 'x'\n  'end'\n", "0_0", "'now'", "", `{"ret":"end"}`},
		{"sequence on_cancel: (def msg \\ trace 'cancelled')\n  task 'alice'\n", "0", "'now'", "", `{"ret":"now"}`},
		{"sequence on_error: (def msg err \\ task 'alice')\n  fail 'x'\n", "0", "'now'", "", `{"ret":"now"}`},
		{"sequence\n  sequence on_error: (def msg err \\ task 'alice')\n    fail 'x'\n  'end'\n", "0_0", "'now'", "", `{"ret":"end"}`},
		{"sequence\n  stall _\n  'end'\n", "0_0", "'now'", "", `{"ret":"end"}`},
		{"set f.x\n  task 'alice'\n", "0_1", "5", "", `{"x":5,"ret":null}`},
		{"match f.x\n  (task 'alice') ; 1\n  else ; 2\n", "0_1", "3", "", `{"ret":2}`},
		{"task 'alice'\n'end'\n", "0_0", "", "0_0", `{"ret":"end"}`},
	} {
		operating(t, test.src, func(o *operated) {
			o.reapply(test.nid, test.with, "")
			for _, nid := range strings.Fields(test.gives) {
				tasks, err := o.r.Tasks(o.Context(), o.exid)
				o.must(err)
				i := slices.IndexFunc(tasks, func(t *runtime.Task) bool { return t.Nid == nid })
				if i < 0 {
					o.stands("")
					o.Fatalf("%s\nreapplied at %s: there is no task of %s", test.src, test.nid, nid)
				}
				o.must(o.r.Return(o.Context(), o.exid, tasks[i].ID, value.FromObject(tasks[i].Payload.AsObject().Delete("ret")), nil))
			}
			if v := o.view(); v.Status != runtime.Terminated || v.Payload.String() != test.want {
				o.Errorf("%s\nreapplied at %s: %s with %s, waits for %v, errors %v", test.src, test.nid, v.Status, v.Payload, v.Waiting, v.Errors)
			}
		})
	}
}

func TestReapplyPaused(t *testing.T) {
	for _, where := range []string{"", "0_0"} {
		operating(t, "sequence\n  task 'alice'\n  task 'alice'\n'end'\n", func(o *operated) {
			o.pause(where)
			o.reapply("0_0", "sequence\n  trace 'new'\n  task 'alice'\n", "")
			o.traced() // it starts at the resume
			if tasks, _ := o.r.Tasks(o.Context(), o.exid); len(tasks) > 0 {
				o.Errorf("tasks are out: %v", tasks)
			}
			o.replays()
			o.resume(where)
			o.traced("new")
			o.give("0_0_1-1", `{}`)
			o.ends(`{"ret":"end"}`)
		})
	}
	operating(t, "task 'alice'\n", func(o *operated) { // the root itself
		o.pause("")
		o.reapply("", "task 'alice' 'again'", "")
		o.stands("paused, 0 task paused 1 held")
		o.cancel("")
		o.stands("terminated")
	})
}

func TestReapplyCancelled(t *testing.T) {
	// The cancel of a node that is about to start over ends it.
	operating(t, "sequence\n  sequence on_cancel: (def msg \\ task 'alice' 'undo')\n    task 'alice'\n  'end'\n", func(o *operated) {
		o.reapply("", "sequence\n  sequence on_cancel: (def msg \\ task 'alice' 'undo')\n    task 'alice'\n  'end'\n", "")
		o.must(o.r.Reapply(o.Context(), o.exid, "0", o.again("'new'", "")))
		o.cancel("")
		v := o.view()
		for _, w := range v.Waiting {
			if w.Head == "task" {
				o.give(w.Nid, `{}`)
			}
		}
		if v := o.view(); v.Status != runtime.Terminated || v.Payload.AsObject().Has("new") {
			o.Errorf("%s %s %v", v.Status, v.Payload, v.Nodes)
		}
	})
	operating(t, "sequence on_cancel: (def msg \\ task 'alice' 'undo')\n  sleep '1h'\n", func(o *operated) {
		o.cancel("")
		o.refused(o.r.Reapply(o.Context(), o.exid, "", runtime.ReapplyOptions{}), runtime.ErrRefused, "is being cancelled")
		o.must(o.r.Kill(o.Context(), o.exid, ""))
	})
}

func TestRetry(t *testing.T) {
	operating(t, "set f.a 1\nconcurrence\n  task 'bad'\n  task 'alice' who\n'end'\n", func(o *operated) {
		ctx := o.Context()
		o.refused(o.r.Retry(ctx, o.exid, "0", runtime.ReapplyOptions{}), runtime.ErrRefused, "node 0 has not failed")
		if o.r.Retry(ctx, o.exid, "", o.again("'x'", "")) == nil {
			o.Error("one definition for all that failed was taken")
		}
		o.stands("failed, 0_1_0 task failed, 0_1_1_1 who failed")
		o.must(o.r.Retry(ctx, o.exid, "0_1_1_1", runtime.ReapplyOptions{Vars: object(o, `{"who": "pack"}`)}))
		o.stands("failed, 0_1_0 task failed, 0_1_1 task open")
		o.must(o.r.Retry(ctx, o.exid, "", runtime.ReapplyOptions{})) // it fails again
		o.stands("failed, 0_1_0 task failed, 0_1_1 task open")
		o.must(o.r.Retry(ctx, o.exid, "0_1_0", o.again("task 'alice' f.b", `{"b": 2}`)))
		o.stands("active, 0_1_0 task open, 0_1_1 task open")
		tasks, err := o.r.Tasks(ctx, o.exid)
		if err != nil || len(tasks) != 2 || tasks[0].Name != "pack" || tasks[1].Name != "2" {
			o.Errorf("%v %v", tasks, err)
		}
		o.give("0_1_0", `{"c":1}`)
		o.give("0_1_1", `{"d":1}`)
		o.ends(`{"d":1,"c":1,"ret":"end"}`)
		o.refused(o.r.Retry(ctx, o.exid, "", runtime.ReapplyOptions{}), runtime.ErrEnded, "")
	})
	operating(t, "concurrence\n  task 'bad'\n  nada 1\n", func(o *operated) { // the status comes and goes
		o.pause("")
		o.stands("paused, 0 concurrence paused, 0_0 task failed, 0_1 nada failed")
		o.must(o.r.Retry(o.Context(), o.exid, "", runtime.ReapplyOptions{}))
		o.stands("paused, 0 concurrence paused, 0_0 task paused 1 held, 0_1 nada paused 1 held")
		o.resume("")
		o.stands("failed, 0_0 task failed, 0_1 nada failed")
		o.refused(o.r.Retry(o.Context(), o.exid, "0_7", runtime.ReapplyOptions{}), runtime.ErrNotFound, "node 0_7")
		o.cancel("")
	})
}

func TestAddBranch(t *testing.T) {
	add := func(o *operated, nid, src, payload string) error {
		p := value.Null
		if payload != "" {
			p = object(o, payload)
		}
		err := o.r.AddBranch(o.Context(), o.exid, nid, definition(o, src), p)
		synctest.Wait()
		return err
	}
	operating(t, "set f.z 0\nconcurrence tag: 'x'\n  task 'alice'\n  task 'alice'\n'end'\n", func(o *operated) {
		o.must(add(o, "0_1", "task 'alice' f.z", ""))
		o.must(add(o, "0_1", "sequence\n  task 'alice' f.n\n  set f.m 1\n", `{"n": 7}`))
		o.stands("active, 0_1_1 task open, 0_1_2 task open, 0_1_3 task open, 0_1_4_0 task open")
		o.replays()
		o.refused(add(o, "0", "'x'", ""), runtime.ErrRefused, "node 0, a sequence, cannot take a branch")
		o.refused(add(o, "0_9", "'x'", ""), runtime.ErrNotFound, "0_9")
		o.give("0_1_1", `{"a":1}`)
		o.give("0_1_4_0", `{"d":1}`)
		o.give("0_1_3", `{"c":1}`)
		o.give("0_1_2", `{"b":1}`)
		o.ends(`{"b":1,"c":1,"d":1,"m":1,"a":1,"ret":"end"}`)
	})
	operating(t, "concurrence expect: 1 remaining: 'wait'\n  task 'alice'\n  task 'alice'\n", func(o *operated) {
		o.pause("")
		o.must(add(o, "0", "task 'alice'", ""))
		o.stands("paused, 0 concurrence paused 1 held, 0_2 task paused, 0_3 task paused")
		o.resume("")
		o.give("0_4", `{}`)
		o.refused(add(o, "0", "'x'", ""), runtime.ErrRefused, "enough of its branches have replied")
		o.give("0_2", `{}`)
		o.give("0_3", `{}`)
		o.ends(`{}`)
	})
	operating(t, "concurrence on_receive: (def reply \\ (reply.last == true))\n  task 'alice'\n  task 'alice'\n", func(o *operated) {
		o.must(add(o, "0", "sequence\n  task 'alice'\n  set f.last true\n", ""))
		o.give("0_3_0", `{}`)
		o.ends(`{"last":true,"ret":null}`)
	})
}

func TestAddIteration(t *testing.T) {
	add := func(o *operated, nid string, elements ...string) error {
		var vs []value.Value
		for _, e := range elements {
			v, err := value.ParseJSON([]byte(e))
			o.must(err)
			vs = append(vs, v)
		}
		err := o.r.AddIteration(o.Context(), o.exid, nid, vs...)
		synctest.Wait()
		return err
	}
	all := func(o *operated) {
		for {
			tasks, err := o.r.Tasks(o.Context(), o.exid)
			o.must(err)
			if len(tasks) == 0 {
				return
			}
			o.must(o.r.Return(o.Context(), o.exid, tasks[0].ID, value.Null, nil))
		}
	}
	for _, test := range []struct{ src, bad, why, want string }{
		{"map [ 1 2 ]\n  def x i n\n    task 'alice'\n    [ x i n ]\n", "", "", `{"ret":[[1,0,2],[2,1,4],["more",2,4],[{"k":1},3,4]]}`},
		{"cmap [ 1 2 ]\n  def x\n    task 'alice'\n    [ x idx len ]\n", "", "", `{"ret":[[1,0,2],[2,1,2],["more",2,4],[{"k":1},3,4]]}`},
		{"ccollect [ 1 ] v.a v.b\n  task 'alice'\n  [ a b ]\n", "", "", `{"ret":[[1,0],["more",1],[{"k":1},2]]}`},
		{"filter [ 1 2 ]\n  def x i\n    task 'alice'\n    i > 0\n", "", "", `{"ret":[2,"more",{"k":1}]}`},
		{"reduce [ [1] [2] ]\n  def r x\n    task 'alice'\n    r + [ x ]\n", "", "", `{"ret":[1,[2],"more",{"k":1}]}`},
	} {
		operating(t, test.src, func(o *operated) {
			o.must(add(o, "0", `"more"`, `{"k":1}`))
			all(o)
			o.ends(test.want)
		})
	}
	operating(t, "collect { a: 1 }\n  task 'alice'\n  [ key val ]\n", func(o *operated) {
		o.refused(add(o, "0", "1"), runtime.ErrRefused, "it iterates over an object: 1 is none")
		o.refused(add(o, "0", `{"a":2}`), runtime.ErrRefused, `has a "a" already`)
		o.must(add(o, "0", `{"b":2,"c":3}`))
		all(o)
		o.ends(`{"ret":[["a",1],["b",2],["c",3]]}`)
	})
	operating(t, "c-for-each { a: 1 }\n  def k v\n    task 'alice'\n", func(o *operated) {
		o.pause("")
		o.must(add(o, "0", `{"b":2}`))
		o.resume("")
		o.stands("active, 0_1_2-1 task open, 0_1_2-2 task open")
		all(o)
		o.ends(`{"ret":{"a":1,"b":2}}`)
	})
	operating(t, "sequence\n  task 'alice'\n", func(o *operated) {
		o.refused(add(o, "0", "1"), runtime.ErrRefused, "node 0, a sequence, cannot take an element")
		all(o)
	})
}

func TestTimers(t *testing.T) {
	operating(t, "concurrence\n  sequence timeout: '1d'\n    sleep '2h'\n  every '3h'\n    trace 'x'\n  task 'alice'\n", func(o *operated) {
		list := func(opts runtime.TimerOptions) string {
			o.Helper()
			ts, err := o.r.Timers(o.Context(), opts)
			o.must(err)
			var lines []string
			for _, t := range ts {
				due := "fired"
				if !t.Fired {
					due = time.Until(t.Due).Round(time.Minute).String()
				}
				lines = append(lines, fmt.Sprint(due, " ", t.Nid, " ", t.Why, " ", t.Line, " ", t.Paused, " ", t.Text))
			}
			return strings.Join(lines, "\n")
		}
		all := "2h0m0s 0_0_1 sleep 3 false sleep '2h'\n3h0m0s 0_1 every 4 false every '3h'\n24h0m0s 0_0 timeout 2 false sequence timeout: '1d'"
		if diff := cmp.Diff(all, list(runtime.TimerOptions{})); diff != "" {
			o.Error(diff)
		}
		if got := list(runtime.TimerOptions{Exid: o.exid, Limit: 2}); got != all[:strings.LastIndexByte(all, '\n')] {
			o.Error(got)
		}
		o.pause("0_0")
		time.Sleep(150 * time.Minute)
		want := "fired 0_0_1 sleep 3 true sleep '2h'\n30m0s 0_1 every 4 false every '3h'\n21h30m0s 0_0 timeout 2 true sequence timeout: '1d'"
		if diff := cmp.Diff(want, list(runtime.TimerOptions{Exid: o.exid})); diff != "" {
			o.Error(diff)
		}
		o.refused(func() error { _, err := o.r.Timers(o.Context(), runtime.TimerOptions{Exid: "no"}); return err }(), runtime.ErrNotFound, "no")
		o.cancel("")
	})
}

// TestOperatePassive operates from a process that works nothing: what cannot be
// done is refused, what can be is taken later.
func TestOperatePassive(t *testing.T) {
	store := memstore.New()
	exid := launch(t, newRuntime(t, runtime.Config{Store: store}), "task 'alice'\n'end'\n")
	passive := newRuntime(t, runtime.Config{Store: store})
	if err := passive.Pause(t.Context(), exid, "", runtime.PauseOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := passive.Retry(t.Context(), exid, "", runtime.ReapplyOptions{}); !errors.Is(err, runtime.ErrRefused) {
		t.Error(err)
	}
	if err := passive.AddIteration(t.Context(), exid, "0", value.Int(1)); !errors.Is(err, runtime.ErrNotFound) {
		t.Error(err)
	}
	r := start(t, runtime.Config{Store: store, Taskers: taskers()})
	defer stop(t, r)
	settled(t, r, exid, 1)
	if err := r.Resume(t.Context(), exid, ""); err != nil {
		t.Fatal(err)
	}
	if err := r.Return(t.Context(), exid, "0_0", value.Null, nil); err != nil {
		t.Fatal(err)
	}
	ends(t, r, exid, `{"ret":"end"}`)
}
