package socket_test

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// desk does what people and workers do with tasks.
func desk(t *testing.T, c runtime.Client, rt *runtime.Runtime, note func(string, any, error), launch func(string, runtime.LaunchOptions) string) {
	ctx := t.Context()
	exid := launch("concurrence\n  task 'clerks' 'file' k: 1 tag: 'x'\n  task 'ocr-1' 'read'\n  task 'ocr-2' 'read'\n", runtime.LaunchOptions{Domain: "acme.sales", Payload: odd()})
	for len(mustTasks(t, rt, exid)) < 3 {
		time.Sleep(time.Millisecond)
	}
	find := func(q runtime.TaskQuery) {
		list, err := c.FindTasks(ctx, q)
		note(fmt.Sprintf("find %+v", q), list, err)
	}
	do := func(task string, m runtime.TaskMove) {
		l, err := c.MoveTask(ctx, exid, task, m)
		note(fmt.Sprintf("%s %s", m.Act, task), l, err)
		for err == nil && l.State != runtime.Offered && worksOn(t, rt, exid, task) != (l.State != runtime.Completed && l.State != runtime.FailedTask) {
			time.Sleep(time.Millisecond) // its return is a letter
		}
		l, err = c.Task(ctx, exid, task)
		note("task", l, err)
	}
	claim := func(o runtime.ClaimOptions) {
		list, err := c.ClaimTasks(ctx, o)
		note(fmt.Sprintf("claim %+v", o), list, err)
	}
	do("1", runtime.TaskMove{Act: runtime.ClaimTask, By: "bob", Groups: []string{"clerks"}})
	do("1", runtime.TaskMove{Act: runtime.ClaimTask, By: "carl"})
	do("1", runtime.TaskMove{Act: runtime.ResumeTask, By: "bob"})
	do("1", runtime.TaskMove{Act: runtime.DelegateTask, By: "bob", To: []string{"carl"}, Note: "he knows"})
	find(runtime.TaskQuery{Exid: exid})
	find(runtime.TaskQuery{Person: "carl"})
	find(runtime.TaskQuery{Tasker: "ocr-1", Domain: "acme", Field: "n", Value: value.Int(math.MinInt64)})
	find(runtime.TaskQuery{Field: "n", Value: value.Int(1)})
	claim(runtime.ClaimOptions{Worker: "w", Match: regexp.MustCompile("ocr-."), Max: 1})
	claim(runtime.ClaimOptions{Worker: "v", Tasker: []string{"ocr-1", "ocr-2"}, Domain: "acme", Lease: time.Hour, Max: 9})
	claim(runtime.ClaimOptions{Worker: "v", Tasker: []string{"ocr-1", "ocr-2"}})
	claim(runtime.ClaimOptions{Worker: "v"})
	for _, lease := range []uint64{1, 2, 3} {
		do("2", runtime.TaskMove{Act: runtime.ExtendTask, By: "w", Lease: lease, For: time.Minute})
	}
	do("2", runtime.TaskMove{Act: runtime.CompleteTask, By: "w", Lease: 1, Payload: odd()})
	do("3", runtime.TaskMove{Act: runtime.FailTask, By: "v", Lease: 1, Failure: "no \x07 ink"})
	do("1", runtime.TaskMove{Act: runtime.CompleteTask, By: "carl", Payload: value.Int(1)})
	do("1", runtime.TaskMove{Act: runtime.CompleteTask, By: "carl"})
	do("nothing", runtime.TaskMove{Act: runtime.CompleteTask, By: "carl"})
	r, err := c.Wait(ctx, exid)
	note("wait for it", r, err)
	known, err := c.KnownTaskers(ctx)
	note("taskers", known, err)
	n, err := c.ForgetTasker(ctx, "nobody")
	note("forget", n, err)
}

// worksOn tells whether a node waits for a task.
func worksOn(t *testing.T, rt *runtime.Runtime, exid, task string) bool {
	t.Helper()
	v, err := rt.Execution(t.Context(), exid, 0)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(v.Nodes, func(n runtime.Node) bool { return n.Task == task })
}
