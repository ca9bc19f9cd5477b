package runtime

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// effects puts into the batch what the machine wants done outside.
func (t *turn) effects() {
	x := t.live.x
	for _, e := range x.TakeEffects() {
		switch e := e.(type) {
		case vm.TimerEffect:
			t.time(e)
		case vm.UntimeEffect:
			t.untime(e.Nid, e.ID)
		case vm.TaskEffect:
			t.task(&e)
		case vm.TraceEffect:
			t.batch.Traces = append(t.batch.Traces, Trace{Nid: e.Nid.String(), Text: e.Text, AtMicros: t.now})
		case vm.OutputEffect:
			t.output = append(t.output, e.Text)
		case vm.EndedEffect:
			t.ended = &e
		case vm.FailedEffect:
			t.r.c.Logger.Info("a node failed", "exid", x.ID, "nid", e.Nid.String(),
				"line", e.Err.Line, "code", string(e.Err.Code), "error", e.Err.Message)
		}
	}
}

// time sets a timer of a node.
func (t *turn) time(e vm.TimerEffect) {
	n := t.live.node(e.Nid, t.now)
	n.timers = append(n.timers, FrameTimer{ID: e.ID, DueMicros: e.DueMicros})
	t.timers[timerKey{e.Nid, e.ID}] = Timer{DueMicros: e.DueMicros, Exid: t.live.x.ID, Nid: e.Nid.String(), ID: e.ID}
	t.touched[e.Nid] = true
}

// untime removes a timer of a node, if it is set.
func (t *turn) untime(nid vm.NID, id int64) {
	n := t.live.nodes[nid]
	if n == nil {
		return
	}
	i := slices.IndexFunc(n.timers, func(ft FrameTimer) bool { return ft.ID == id })
	if i < 0 {
		return
	}
	due := n.timers[i].DueMicros
	n.timers = slices.Delete(n.timers, i, i+1)
	t.touched[nid] = true
	if _, fresh := t.timers[timerKey{nid, id}]; fresh {
		delete(t.timers, timerKey{nid, id})
		return
	}
	t.batch.Untimers = append(t.batch.Untimers, Timer{DueMicros: due, Exid: t.live.x.ID, Nid: nid.String(), ID: id})
}

// task hands out a task, or takes it back. The machine waits for the return of
// a task that it takes back, so that one is returned all the same.
func (t *turn) task(e *vm.TaskEffect) {
	n := t.live.node(e.Nid, t.now)
	t.touched[e.Nid] = true
	i, fresh := t.handed[e.ID]
	switch {
	case e.Withdraw && fresh:
		t.batch.Tasks[i].Withdrawn = true
		return
	case e.Withdraw && n.task == e.ID:
		t.withdraw(e.ID)
		return
	case e.Withdraw: // it is back already: its tasker failed
		t.own = append(t.own, vm.ReturnMessage(e.Nid, e.ID, vm.NewPayload(e.Payload), nil))
		n.task = e.ID
		return
	}
	n.task = e.ID
	t.handed[e.ID] = len(t.batch.Tasks)
	rec := TaskRecord{Exid: t.live.x.ID, ID: e.ID, Nid: e.Nid.String(), Tasker: e.Tasker, Name: e.Name, SinceMicros: t.now,
		Data: Marshal(taskData{Args: value.AppendCBOR(nil, value.NewList(e.Args...)), Params: value.AppendCBOR(nil, e.Params),
			Tags: e.Tags, Payload: value.AppendCBOR(nil, e.Payload)})}
	if f := t.live.x.Frame(e.Nid); f != nil {
		rec.Line = f.Code.Line()
	}
	t.batch.Tasks = append(t.batch.Tasks, rec)
}

// drop takes back the task of a node that is gone.
func (t *turn) drop(n *node) {
	if i, fresh := t.handed[n.task]; fresh {
		t.batch.Tasks[i].ID = "" // it was never handed out
	} else if n.task != "" {
		t.withdraw(n.task)
	}
	n.task = ""
}

func (t *turn) withdraw(id string) {
	t.batch.Withdrawn = append(t.batch.Withdrawn, TaskKey{t.live.x.ID, id})
}

// release lets the effects of a committed turn out.
func (t *turn) release() {
	r := t.r
	r.schedule.set(t.batch.Timers)
	for _, key := range t.batch.Withdrawn {
		r.tasks.withdraw(key)
	}
	for i := range t.batch.Tasks {
		r.tasks.add(&t.batch.Tasks[i])
	}
	for _, text := range t.output {
		if _, err := fmt.Fprintln(r.c.Output, text); err != nil {
			r.c.Logger.Warn("what a flow prints cannot be written", "exid", t.slot.exid, "error", err)
		}
	}
	if t.live.rec.Status != Active {
		r.mu.Lock()
		r.release(t.slot.exid)
		r.mu.Unlock()
	}
}
