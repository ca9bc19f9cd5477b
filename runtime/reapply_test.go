package runtime_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

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
		{"sequence\n  every '1m'\n    trace 'tick'\n  trace 'on'\n  task 'alice'\n  'end'\n", "0_0", "", "0_2", `{"ret":"end"}`},
		{"sequence\n  on 'red' \\ trace 'x'\n  trace 'on'\n  task 'alice'\n  'end'\n", "0_0", "", "0_2", `{"ret":"end"}`},
		{"sequence\n  flank\n    task 'alice'\n  trace 'on'\n  task 'alice'\n  'end'\n", "0_0", "", "0_2", `{"ret":"end"}`},
		{"sequence\n  part\n    task 'alice'\n  trace 'on'\n  task 'alice'\n  'end'\n", "0_0", "", "0_2 0_0_0-1", `{"ret":"end"}`},
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
			if strings.Contains(test.src, "trace 'on'") {
				o.traced("on") // its parent goes on once
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
	operating(t, "set f.a 1\nsequence retry: 1\n  set f.b (f.a + 1)\n  task 'bad'\n'end'\n", func(o *operated) { // an attempt is one more
		o.stands("failed, 0_1_2-2 task failed")
		o.must(o.r.Retry(o.Context(), o.exid, "", runtime.ReapplyOptions{}))
		o.stands("failed, 0_1_2-2 task failed")
		o.must(o.r.Reapply(o.Context(), o.exid, "0_1-2", runtime.ReapplyOptions{}))
		o.stands("failed, 0_1_2-4 task failed")
		o.must(o.r.Retry(o.Context(), o.exid, "0_1_2-4", o.again("'mended'", "")))
		o.ends(`{"a":1,"b":2,"ret":"end"}`)
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

// TestReapplyFailing reapplies a node below which something is about to fail:
// what it did before is over, and so is that failure.
func TestReapplyFailing(t *testing.T) {
	for _, with := range []string{"", " retry: 1"} {
		src := "sequence on_error: (def msg err \\ trace 'caught')\n  sequence" + with + "\n    concurrence\n      task 'alice'\n      task 'alice'\n"
		operating(t, src, func(o *operated) {
			o.pause("")
			v := o.view()
			o.must(o.r.Return(o.Context(), o.exid, v.Waiting[0].Nid, value.Null, errors.New("no flour")))
			o.reapply(v.Nodes[slices.IndexFunc(v.Nodes, func(n runtime.Node) bool { return n.Head == "concurrence" })-1].Nid, "", "")
			o.resume("")
			o.traced()
			for _, w := range o.view().Waiting {
				o.give(w.Nid, `{"a":1}`)
			}
			o.traced()
			o.ends(`{"a":1}`)
		})
	}
}

// TestRetryHandled pauses where a failure is being handled: the node has not
// failed, since something handles that, and what else fails is part of it.
func TestRetryHandled(t *testing.T) {
	operating(t, "sequence on_error: (def msg err \\ trace 'caught')\n  sequence retry: 1\n    concurrence\n      task 'alice'\n      task 'alice'\n", func(o *operated) {
		o.pause("0_1-1")
		for _, nid := range []string{"0_1_1_0-1", "0_1_1_1-1"} {
			o.resume(nid)
			o.must(o.r.Return(o.Context(), o.exid, nid, value.Null, errors.New("no flour")))
			if v := o.view(); v.Status != runtime.Active || len(v.Errors) > 0 {
				o.Errorf("%s %v", v.Status, v.Errors)
			}
			o.refused(o.r.Retry(o.Context(), o.exid, "", runtime.ReapplyOptions{}), runtime.ErrRefused, "no node has failed")
		}
		o.resume("")
		o.traced()
		o.stands("active, 0_1_1_0-2 task open, 0_1_1_1-2 task open")
		o.give("0_1_1_0-2", `{"a":1}`)
		o.give("0_1_1_1-2", `{"a":1}`)
		o.ends(`{"a":1}`)
	})
}
