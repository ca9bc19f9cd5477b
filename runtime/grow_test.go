package runtime_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

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
