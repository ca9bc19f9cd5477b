package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/florc-lang/florc/runtime"
)

// simDesk is what people and workers know of the tasks of "desk".
type simDesk struct {
	held   []*runtime.ListedTask // leases that workers think they have
	leases map[string]uint64     // the last lease that was given, by the task's key
	done   map[string]bool       // tasks that somebody was told he has completed
}

// desk has somebody deal with a task of "desk".
func (s *sim) desk(ctx context.Context) error {
	var err error
	switch s.rnd.IntN(3) {
	case 0:
		err = s.lease(ctx)
	case 1:
		err = s.person(ctx)
	default:
		err = s.worker(ctx)
	}
	for _, refused := range []error{runtime.ErrFull, runtime.ErrTaken, runtime.ErrState, runtime.ErrLeaseLost, runtime.ErrNotFound} {
		if errors.Is(err, refused) {
			return nil
		}
	}
	if errors.Is(err, errCrash) {
		return s.boot() // the process ended in the middle of it
	}
	return err
}

// lease has a worker claim tasks.
func (s *sim) lease(ctx context.Context) error {
	list, err := s.r.ClaimTasks(ctx, runtime.ClaimOptions{Worker: fmt.Sprint("w", s.rnd.IntN(3)), Tasker: []string{"desk"},
		Max: 1 + s.rnd.IntN(2), Lease: time.Duration(1+s.rnd.IntN(200)) * time.Second})
	for _, l := range list {
		if before := s.simDesk.leases[l.Key]; l.Lease <= before {
			return fmt.Errorf("task %s is leased with number %d, after %d", l.Key, l.Lease, before)
		}
		if s.simDesk.done[l.Key] {
			return fmt.Errorf("task %s is leased after it was completed", l.Key)
		}
		s.simDesk.leases[l.Key] = l.Lease
		s.simDesk.held = append(s.simDesk.held, l)
	}
	return err
}

// worker has one who thinks that he has a lease do something.
func (s *sim) worker(ctx context.Context) error {
	held := s.simDesk.held
	if len(held) == 0 {
		return nil
	}
	i := s.rnd.IntN(len(held))
	l := held[i]
	m := runtime.TaskMove{By: l.Person, Lease: l.Lease, For: time.Minute, Payload: marked(&l.Task),
		Act: []runtime.TaskAct{runtime.ExtendTask, runtime.CompleteTask, runtime.CompleteTask, runtime.ReleaseTask}[s.rnd.IntN(4)]}
	now := s.clock.now
	done, err := s.r.MoveTask(ctx, l.Exid, l.ID, m)
	if err == nil && m.Act == runtime.ExtendTask {
		l.Until = done.Until
	}
	switch {
	case err == nil && s.simDesk.leases[l.Key] != l.Lease:
		return fmt.Errorf("%s of task %s with lease %d, after lease %d was given", m.Act, l.Key, l.Lease, s.simDesk.leases[l.Key])
	case err == nil && m.Act == runtime.CompleteTask:
		return s.completed(l)
	case errors.Is(err, runtime.ErrLeaseLost) && s.steady && !s.simDesk.done[l.Key] && now.Before(*l.Until) && s.simDesk.leases[l.Key] == l.Lease && !s.disturbed[l.Key]:
		return fmt.Errorf("lease %d of task %s is lost before it ends", l.Lease, l.Key)
	case err == nil && m.Act == runtime.ReleaseTask || errors.Is(err, runtime.ErrNotFound):
		s.simDesk.held = append(held[:i:i], held[i+1:]...)
	}
	if err != nil {
		s.disturbed[l.Key] = true // what became of it is not known to the worker
	}
	return err
}

func (s *sim) completed(l *runtime.ListedTask) error {
	if s.simDesk.done[l.Key] {
		return fmt.Errorf("task %s was completed twice", l.Key)
	}
	s.simDesk.done[l.Key] = true
	return nil
}

// person has someone take a task, or do what he can with one that he has.
func (s *sim) person(ctx context.Context) error {
	list, err := s.r.FindTasks(ctx, runtime.TaskQuery{Tasker: "desk"})
	if err != nil || len(list) == 0 {
		return err
	}
	l := list[s.rnd.IntN(len(list))]
	people := []string{"ann", "ben"}
	m := runtime.TaskMove{By: people[s.rnd.IntN(2)], Act: runtime.ClaimTask, Payload: marked(&l.Task)}
	if l.State != runtime.Offered {
		acts := runtime.TaskActs(l.State)
		m.Act, m.By, m.To = acts[s.rnd.IntN(len(acts))], l.Person, people[:1]
		if m.Act == runtime.FailTask {
			m.Act = runtime.CompleteTask
		}
		if m.Act != runtime.CompleteTask && s.rnd.IntN(2) == 0 {
			m.By = people[s.rnd.IntN(2)] // who may have nothing to do with it
		}
	}
	if l.Lease != 0 {
		s.disturbed[l.Key] = true
	}
	done, err := s.r.MoveTask(ctx, l.Exid, l.ID, m)
	if err == nil && done.State == runtime.Completed {
		return s.completed(l)
	}
	return err
}
