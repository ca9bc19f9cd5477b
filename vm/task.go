package vm

import (
	"fmt"
	"slices"
	"strconv"
)

// ChildTasker is the name of the tasker that launches executions for others. No
// head of a flow reads like it.
const ChildTasker = "(child)"

// UnseenParam is the parameter of a task for ChildTasker that has the child
// launched with Launch.Unseen.
const UnseenParam = "unseen"

// Dispatch hands the task to the world; the procedure's Return sees what
// comes back.
func (n *Node) Dispatch(t TaskEffect) error {
	f := n.f
	if t.Tasker == "" {
		return BadArgument("write task 'alice', or task 'clean up' by: 'alice'", "the task has no tasker")
	}
	if f.TaskID == "" {
		n.x.state.Tasks++
		f.TaskID = strconv.FormatInt(n.x.state.Tasks, 10)
		n.taskerTimeout(t.Tasker)
	}
	t.ID, t.Nid, t.Tags, t.Attempt, t.Payload = f.TaskID, f.Nid, n.TagsAbove(), n.x.attempt(f), n.pl.Object()
	n.x.effect(t)
	n.over = true
	return nil
}

// taskerTimeout has the node time out as its tasker asks for, unless it does
// already as the flow says.
func (n *Node) taskerTimeout(tasker string) {
	if n.x.TaskerTimeout == nil || slices.ContainsFunc(n.f.Timers, func(t Timer) bool { return t.Timeout }) {
		return
	}
	if micros := n.x.TaskerTimeout(tasker); micros > 0 {
		n.setTimer(n.x.state.NowMicros+micros, true)
	}
}

// ReturnMessage is the message by which a tasker returns a task: the payload
// or, where it failed, the error.
func ReturnMessage(nid NID, taskID string, payload Payload, failure *Error) Message {
	return Message{Point: Return, Nid: nid, TaskID: taskID, Payload: payload, Err: failure}
}

// FailMessage is the message by which the host fails a node, as where a limit
// that it keeps is passed (see [LimitExceeded]): handlers take care of it as if
// the node had failed by itself. A task that the node waits for is withdrawn.
func FailMessage(nid NID, err *Error) Message {
	e := *err
	e.Nid = NID{}
	return Message{Point: Failed, Nid: nid, Err: &e}
}

// HaltMessage is the message by which the host stops an execution that it
// cannot let go on: every node that is about to do something fails, whatever
// handlers there are. What waits for the world, such as a task, goes on
// waiting. Where nothing is pending nothing happens.
func HaltMessage(err *Error) Message {
	m := FailMessage(NID{}, err)
	m.Forced = true
	return m
}

// halt replaces what is pending by failures of the nodes that it is for.
func (x *Execution) halt(m *Message) {
	var nids []NID
	for _, q := range x.queue.all() {
		nid := q.Nid
		if x.frames[nid] == nil {
			nid = q.From // of a node that is to start: the one that starts it
		}
		if x.frames[nid] != nil && !slices.Contains(nids, nid) {
			nids = append(nids, nid)
		}
	}
	x.truncate(0)
	for _, nid := range nids {
		c := *m
		c.Nid = nid
		x.queue.push(&c)
	}
}

// TaskFailure is the error of a tasker that failed.
func TaskFailure(tasker, message string) *Error {
	return errTasker.hint(fmt.Sprintf("that is what tasker %q said; an on_error around the task can take care of it", tasker), "%s", message)
}

// Trace writes to the trace of the execution.
func (n *Node) Trace(text string) { n.x.effect(TraceEffect{Nid: n.f.Nid, Text: text}) }

// Output prints.
func (n *Node) Output(text string) { n.x.effect(OutputEffect{Nid: n.f.Nid, Text: text}) }

// returned takes what a tasker returned. A second return, or one of another
// task, changes nothing.
func (n *Node) returned() error {
	f := n.f
	if f.Proc.Return == nil || f.TaskID == "" || n.m.TaskID != f.TaskID {
		return nil
	}
	if n.m.Err != nil {
		f.TaskID = "" // it is back: a cancel has nothing to take back
		return n.m.Err
	}
	return f.Proc.Return(n)
}
