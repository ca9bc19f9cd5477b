package socket_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// operators does to an execution that failed all that an operator can do.
func operators(t *testing.T, c runtime.Client, rt *runtime.Runtime, exid string, note func(call string, result any, err error)) {
	ctx := t.Context()
	def := definition(t, "concurrence\n  task 'dora'\n  sleep '1h'\n")
	again := runtime.ReapplyOptions{Definition: def, Payload: odd(), Vars: value.NewObject(value.Member{Key: "v", Value: odd()})}
	note("retry", nil, c.Retry(ctx, exid, "", runtime.ReapplyOptions{}))
	note("retry what has not failed", nil, c.Retry(ctx, exid, "0", again))
	note("reapply", nil, c.Reapply(ctx, exid, "0", again))
	for ts := mustTasks(t, rt, exid); len(ts) == 0 || ts[0].Tasker != "dora"; ts = mustTasks(t, rt, exid) {
		time.Sleep(time.Millisecond) // until the task of before is taken back
	}
	note("reapply nothing", nil, c.Reapply(ctx, exid, "0_9", again))
	note("pause", nil, c.Pause(ctx, exid, "0_0", runtime.PauseOptions{Alone: true}))
	note("pause all alone", nil, c.Pause(ctx, exid, "", runtime.PauseOptions{Alone: true}))
	note("add a branch", nil, c.AddBranch(ctx, exid, "0", definition(t, "map f.list\n  def x \\ task 'emil'\n"), odd()))
	note("add a branch to a task", nil, c.AddBranch(ctx, exid, "0_0", def, value.Null))
	note("add elements", nil, c.AddIteration(ctx, exid, "0_2", odd(), value.Int(1)))
	note("add no element", nil, c.AddIteration(ctx, exid, "0_2"))
	for _, o := range []runtime.TimerOptions{{}, {Exid: exid}, {Exid: "nowhere"}, {Limit: 1}} {
		timers, err := c.Timers(ctx, o)
		note(fmt.Sprint("timers ", o), timers, err)
	}
	v, err := c.Execution(ctx, exid, 0)
	note("execution", v, err)
	all, err := c.Executions(ctx, runtime.ListOptions{})
	note("executions", all, err)
	note("resume", nil, c.Resume(ctx, exid, ""))
	note("resume nothing", nil, c.Resume(ctx, "nowhere", ""))
	for e, err := range c.Log(ctx, exid, runtime.LogOptions{}) {
		note("log", e, err)
	}
	r, err := c.Replay(ctx, exid, false)
	note("replay", r, err)
	for _, task := range mustTasks(t, rt, exid) { // one after the other, so that the journal is the same
		note("return", nil, c.Return(ctx, exid, task.ID, value.Null, nil))
	}
	note("cancel", nil, c.Cancel(ctx, exid, ""))
	res, err := c.Wait(ctx, exid)
	note("wait", res, err)
}
