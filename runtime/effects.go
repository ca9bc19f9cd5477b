package runtime

import (
	"slices"

	"github.com/florc-lang/florc/vm"
)

// effects puts into the batch what the machine wants done outside.
func (s *step) effects() {
	for _, e := range s.live.x.TakeEffects() {
		switch e := e.(type) {
		case vm.TimerEffect:
			s.time(e)
		case vm.UntimeEffect:
			s.untime(e.Nid, e.ID)
		case vm.TaskEffect:
			s.hookTask(&e)
			s.task(&e)
		case vm.TraceEffect:
			s.batch.Traces = append(s.batch.Traces, Trace{Nid: e.Nid.String(), Text: e.Text, AtMicros: s.now})
		case vm.OutputEffect:
			s.output = append(s.output, e.Text)
		case vm.SignalEffect:
			s.batch.Sends = append(s.batch.Sends, Send{e.Exid, vm.AppendMessage(nil, &e.Message)})
		case vm.EndedEffect:
			s.ended = &e
		case vm.FailedEffect:
			s.failed = append(s.failed, e)
		}
	}
	s.sightings()
}

// time sets a timer of a node.
func (s *step) time(e vm.TimerEffect) {
	n := s.live.node(e.Nid, s.now)
	n.timers = append(n.timers, FrameTimer{ID: e.ID, DueMicros: e.DueMicros})
	if s.timers == nil {
		s.timers = make(map[timerKey]Timer)
	}
	s.timers[timerKey{e.Nid, e.ID}] = Timer{DueMicros: e.DueMicros, Exid: s.exid, Nid: e.Nid.String(), ID: e.ID}
	s.touch(e.Nid)
}

// untime removes a timer of a node, if it is set.
func (s *step) untime(nid vm.NID, id int64) {
	n := s.live.nodes[nid]
	if n == nil {
		return
	}
	i := slices.IndexFunc(n.timers, func(ft FrameTimer) bool { return ft.ID == id })
	if i < 0 {
		return
	}
	due := n.timers[i].DueMicros
	n.timers = slices.Delete(n.timers, i, i+1)
	s.touch(nid)
	if _, fresh := s.timers[timerKey{nid, id}]; fresh {
		delete(s.timers, timerKey{nid, id})
		return
	}
	s.batch.Untimers = append(s.batch.Untimers, Timer{DueMicros: due, Exid: s.exid, Nid: nid.String(), ID: id})
}

// task hands out a task, or takes it back. The machine waits for the return of
// a task that it takes back, so that one is returned all the same.
func (s *step) task(e *vm.TaskEffect) {
	n := s.live.node(e.Nid, s.now)
	s.touch(e.Nid)
	if i, fresh := s.handed[e.ID]; e.Withdraw {
		switch {
		case fresh: // it leaves as one that is withdrawn
			s.batch.Tasks[i].Withdrawn, s.batch.Tasks[i].Accepted = true, false
		case n.task == e.ID:
			s.withdraw(e.ID)
		default: // it is back already: its tasker failed
			s.own = append(s.own, vm.ReturnMessage(e.Nid, e.ID, vm.NewPayload(e.Payload), nil))
			n.task = e.ID
		}
		return
	}
	n.task = e.ID
	t := &Task{Exid: s.exid, Nid: e.Nid.String(), ID: e.ID, Key: s.exid + "-" + e.ID, Tasker: e.Tasker, Name: e.Name,
		Args: e.Args, Params: e.Params, Tags: e.Tags, NodeAttempt: e.Attempt, Payload: e.Payload}
	if f := s.live.x.Frame(e.Nid); f != nil {
		t.Line = f.Code.Line()
	}
	data, refs := t.data(s.put)
	n.taskParts = refs
	if s.handed == nil {
		s.handed = make(map[string]int)
	}
	s.handed[e.ID] = len(s.batch.Tasks)
	s.tasks = append(s.tasks, t)
	rec := TaskRecord{Exid: s.exid, ID: e.ID, Nid: t.Nid, Tasker: e.Tasker, Name: e.Name, SinceMicros: s.now, Line: t.Line,
		Data: data, Domain: s.live.x.Domain}
	if s.r != nil {
		if by := s.r.place(&rec); by != nil && by.Inline {
			s.inline = append(s.inline, rec.ID)
		}
	}
	s.batch.Tasks = append(s.batch.Tasks, rec)
}

// drop takes back the task of a node that is gone.
func (s *step) drop(n *node) {
	if i, fresh := s.handed[n.task]; fresh {
		s.tasks[i] = nil // it was never handed out
	} else if n.task != "" {
		s.withdraw(n.task)
	}
	n.task, n.taskParts = "", nil
}

// dropUnhanded leaves out the tasks that came and went within the step.
func (s *step) dropUnhanded() {
	if !slices.Contains(s.tasks, nil) {
		return
	}
	kept := 0
	for i, t := range s.tasks {
		if t != nil {
			s.tasks[kept], s.batch.Tasks[kept] = t, s.batch.Tasks[i]
			kept++
		}
	}
	s.tasks, s.batch.Tasks = s.tasks[:kept], s.batch.Tasks[:kept]
}

func (s *step) withdraw(id string) {
	s.batch.Withdrawn = append(s.batch.Withdrawn, TaskKey{s.exid, id})
}
