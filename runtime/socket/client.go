package socket

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"sync/atomic"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// Launch does what [runtime.Client] says, as do the methods below.
func (c *Client) Launch(ctx context.Context, def runtime.Definition, o runtime.LaunchOptions) (exid string, err error) {
	args := launchArgs{newDefinition(def), o.Exid, o.Domain, o.Zone, packed{o.Payload}, packed{o.Vars}}
	err = c.one(ctx, "/launch", args, &exid)
	return exid, err
}

// Wait waits until an execution does not go on by itself.
func (c *Client) Wait(ctx context.Context, exid string) (*runtime.Result, error) {
	var r result
	if err := c.one(ctx, waitPath, exidArgs{exid}, &r); err != nil {
		return nil, err
	}
	return r.result()
}

// WaitFor waits for conditions, one after the other.
func (c *Client) WaitFor(ctx context.Context, exid string, o runtime.WaitOptions, conditions ...runtime.Condition) (met []runtime.Met, err error) {
	err = c.one(ctx, waitForPath, waitForArgs{exid, o, conditions}, &met)
	return met, err
}

// Return returns a task.
func (c *Client) Return(ctx context.Context, exid, task string, payload value.Value, failure error) error {
	return c.none(ctx, "/return", returnArgs{exid, task, packed{payload}, newFailure(failure)}, nil, nil)
}

// Cancel asks a node to end early.
func (c *Client) Cancel(ctx context.Context, exid, nid string) error {
	return c.none(ctx, "/cancel", nodeArgs{exid, nid}, nil, nil)
}

// Kill ends a node.
func (c *Client) Kill(ctx context.Context, exid, nid string) error {
	return c.none(ctx, "/kill", nodeArgs{exid, nid}, nil, nil)
}

// Signal emits a signal in an execution.
func (c *Client) Signal(ctx context.Context, exid, name string, payload value.Value) error {
	return c.none(ctx, "/signal", signalArgs{exid, name, packed{payload}}, nil, nil)
}

// Pause has a node do nothing until it is resumed.
func (c *Client) Pause(ctx context.Context, exid, nid string, o runtime.PauseOptions) error {
	return c.none(ctx, "/pause", pauseArgs{exid, nid, o}, nil, nil)
}

// Resume has a node go on.
func (c *Client) Resume(ctx context.Context, exid, nid string) error {
	return c.none(ctx, "/resume", nodeArgs{exid, nid}, nil, nil)
}

// Reapply has a node start over.
func (c *Client) Reapply(ctx context.Context, exid, nid string, o runtime.ReapplyOptions) error {
	return c.none(ctx, "/reapply", newReapplyArgs(exid, nid, o), nil, nil)
}

// Retry has nodes that failed start over.
func (c *Client) Retry(ctx context.Context, exid, nid string, o runtime.ReapplyOptions) error {
	return c.none(ctx, "/retry", newReapplyArgs(exid, nid, o), nil, nil)
}

// AddBranch gives a concurrence another branch.
func (c *Client) AddBranch(ctx context.Context, exid, nid string, def runtime.Definition, payload value.Value) error {
	return c.none(ctx, "/add-branch", branchArgs{newDefinition(def), exid, nid, packed{payload}}, nil, nil)
}

// AddIteration gives a node more elements to iterate over.
func (c *Client) AddIteration(ctx context.Context, exid, nid string, elements ...value.Value) error {
	return c.none(ctx, "/add-iteration", iterationArgs{exid, nid, pack(elements)}, nil, nil)
}

// Execution returns an execution as it stands, or stood.
func (c *Client) Execution(ctx context.Context, exid string, seq uint64) (*runtime.View, error) {
	var v view
	if err := c.one(ctx, "/execution", executionArgs{exid, seq}, &v); err != nil {
		return nil, err
	}
	return v.view()
}

// Executions lists executions.
func (c *Client) Executions(ctx context.Context, o runtime.ListOptions) (list []runtime.Summary, err error) {
	err = c.one(ctx, "/executions", o, &list)
	return list, err
}

// Tasks lists the tasks that are out.
func (c *Client) Tasks(ctx context.Context, exid string) ([]*runtime.Task, error) {
	var ts []*task
	err := c.one(ctx, "/tasks", exidArgs{exid}, &ts)
	return convert(ts, (*task).task), err
}

// Timers lists the timers that are set.
func (c *Client) Timers(ctx context.Context, o runtime.TimerOptions) (list []runtime.SetTimer, err error) {
	err = c.one(ctx, "/timers", o, &list)
	return list, err
}

// FindTasks lists tasks that are out.
func (c *Client) FindTasks(ctx context.Context, q runtime.TaskQuery) ([]*runtime.ListedTask, error) {
	var ts []*listedTask
	err := c.one(ctx, "/tasks/find", findArgs{q, packed{q.Value}}, &ts)
	return convert(ts, (*listedTask).task), err
}

// Task returns a task with its history.
func (c *Client) Task(ctx context.Context, exid, task string) (*runtime.ListedTask, error) {
	var t listedTask
	if err := c.one(ctx, "/task", taskArgs{Exid: exid, Task: task}, &t); err != nil {
		return nil, err
	}
	return t.task(), nil
}

// MoveTask does something with a task.
func (c *Client) MoveTask(ctx context.Context, exid, task string, m runtime.TaskMove) (*runtime.ListedTask, error) {
	var t listedTask
	if err := c.one(ctx, "/task/move", moveArgs{exid, task, m, packed{m.Payload}}, &t); err != nil {
		return nil, err
	}
	return t.task(), nil
}

// ClaimTasks leases tasks to a worker.
func (c *Client) ClaimTasks(ctx context.Context, o runtime.ClaimOptions) ([]*runtime.ListedTask, error) {
	var ts []*listedTask
	err := c.one(ctx, claimPath, o, &ts)
	return convert(ts, (*listedTask).task), err
}

// KnownTaskers lists the taskers that are registered with the store.
func (c *Client) KnownTaskers(ctx context.Context) (list []runtime.KnownTasker, err error) {
	err = c.one(ctx, "/taskers", noArgs{}, &list)
	return list, err
}

// ForgetTasker has the store know a tasker no more.
func (c *Client) ForgetTasker(ctx context.Context, name string) (n int, err error) {
	err = c.one(ctx, "/taskers/forget", nameArgs{name}, &n)
	return n, err
}

// Log gives what an execution's journal holds.
func (c *Client) Log(ctx context.Context, exid string, o runtime.LogOptions) iter.Seq2[*runtime.LogEntry, error] {
	return row(ctx, c, "/log", logArgs{exid, o}, nil, (*logEntry).entry)
}

// Traces gives what an execution has traced.
func (c *Client) Traces(ctx context.Context, exid string) iter.Seq2[runtime.Trace, error] {
	return row(ctx, c, "/traces", exidArgs{exid}, nil, func(t *trace) (runtime.Trace, error) { return t.trace(), nil })
}

// Replay works an execution's journal again.
func (c *Client) Replay(ctx context.Context, exid string, fromCheckpoint bool) (*runtime.Replayed, error) {
	r := &runtime.Replayed{}
	if err := c.one(ctx, "/replay", replayArgs{exid, fromCheckpoint}, r); err != nil {
		return nil, err
	}
	return r, nil
}

// Verify reads all that is stored.
func (c *Client) Verify(ctx context.Context, progress runtime.Progress) iter.Seq2[runtime.Problem, error] {
	return row(ctx, c, "/verify", noArgs{}, progress, func(p *runtime.Problem) (runtime.Problem, error) { return *p, nil })
}

// Reindex builds the index anew.
func (c *Client) Reindex(ctx context.Context) error {
	return c.none(ctx, "/reindex", noArgs{}, nil, nil)
}

// Dump writes executions.
func (c *Client) Dump(ctx context.Context, w io.Writer, exids ...string) error {
	return c.none(ctx, "/dump", dumpArgs{exids}, w, nil)
}

// Forget removes an execution that has terminated.
func (c *Client) Forget(ctx context.Context, exid string, seq uint64) error {
	return c.none(ctx, "/forget", forgetArgs{exid, seq}, nil, nil)
}

// Load stores what Dump wrote.
func (c *Client) Load(ctx context.Context, r io.Reader) (exids []string, err error) {
	var answered atomic.Bool
	body := &dataSender{src: r, stop: answered.Load}
	a, err := c.call(ctx, loadPath, body, -1)
	if err != nil {
		return nil, err
	}
	answered.Store(true)
	defer a.close()
	_, data, err := a.next(nil)
	if err == nil {
		err = json.Unmarshal(data, &exids)
	}
	if err == nil {
		err = a.rest(nil, nil)
	}
	if failed := body.failed.Load(); failed != nil && err != nil && err.Error() == (*failed).Error() {
		err = *failed // as the reader gave it
	}
	return exids, err
}

// Release asks the process that owns the store to give it up. It gives
// [runtime.ErrUnsupported] where that one keeps it; else it is free before long.
func (c *Client) Release(ctx context.Context) error {
	return c.none(ctx, "/release", noArgs{}, nil, nil)
}

// Backup writes all of the store as of one moment.
func (c *Client) Backup(ctx context.Context, w io.Writer, progress runtime.Progress) error {
	return c.none(ctx, "/backup", noArgs{}, w, progress)
}

var _ runtime.Client = (*Client)(nil)
