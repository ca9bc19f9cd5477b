package runtime

import (
	"context"
	"fmt"
	"slices"
)

// waiter gets how the execution came to rest, nil where the store has to be
// asked.
type waiter chan *Result

// Wait waits for an execution to come to rest, see Client.
func (r *Runtime) Wait(ctx context.Context, exid string) (*Result, error) {
	for {
		w := make(waiter, 1)
		r.mu.Lock()
		active, failed, moving := r.active(), r.failed, r.moving(exid)
		r.waiters[exid] = append(r.waiters[exid], w)
		r.mu.Unlock()
		var rec *Record
		var err error
		if !moving {
			rec, err = r.store.Record(ctx, exid)
		}
		switch {
		case err != nil:
			err = fmt.Errorf("execution %s: %w", exid, err)
		case rec != nil && rec.Status.resting():
			r.stopWaiting(exid, w)
			return r.result(ctx, exid)
		case failed != nil:
			err = failed
		case !active:
			err = ErrStopped
		default:
			select {
			case res := <-w:
				if res != nil {
					return res, nil
				}
				continue
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		r.stopWaiting(exid, w)
		return nil, err
	}
}

// moving tells whether the execution is active, or is about to take what came
// for it, so that whoever waits for it will be told without asking the store.
// The lock is held.
func (r *Runtime) moving(exid string) bool {
	s := r.slots[exid]
	return s != nil && (s.moving || s.state == slotReady || s.state == slotWorked)
}

func (r *Runtime) stopWaiting(exid string, w waiter) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ws := slices.DeleteFunc(r.waiters[exid], func(v waiter) bool { return v == w })
	if r.waiters[exid] = ws; len(ws) == 0 {
		delete(r.waiters, exid)
	}
}

func (r *Runtime) releaseWaiters() {
	for exid := range r.waiters {
		r.releaseWaitersOf(exid, nil)
	}
}

// releaseWaitersOf lets those go on who wait for the execution. The lock is
// held.
func (r *Runtime) releaseWaitersOf(exid string, res *Result) {
	for _, w := range r.waiters[exid] {
		if res == nil {
			w <- nil
			continue
		}
		own := *res
		own.Trace = slices.Clone(res.Trace)
		w <- &own
	}
	delete(r.waiters, exid)
}

// rested tells those who wait for an execution how it came to rest with a
// step.
func (r *Runtime) rested(s *step) {
	var res *Result
	rec := s.batch.Record
	if s.ended != nil && rec.Status == Terminated && rec.Traces == uint64(len(s.batch.Traces)) {
		res = &Result{Exid: s.exid, Point: string(Terminated), Payload: s.ended.Payload, Vars: s.ended.Vars,
			Trace: append([]Trace{}, s.batch.Traces...)}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if slot := r.slots[s.exid]; slot != nil {
		slot.moving = false
	}
	r.releaseWaitersOf(s.exid, res)
}

func (r *Runtime) result(ctx context.Context, exid string) (*Result, error) {
	st, err := r.store.Load(ctx, exid)
	if err != nil {
		return nil, err
	}
	res := &Result{Exid: exid, Point: string(st.Record.Status), Trace: []Trace{}}
	for t, err := range r.store.Traces(ctx, exid) {
		if err != nil {
			return nil, err
		}
		res.Trace = append(res.Trace, t)
	}
	if st.Record.Status == Terminated {
		res.Payload, res.Vars, err = readOutcome(st.Outcome)
		return res, err
	}
	v, err := r.viewOf(ctx, st)
	if err == nil && len(v.Errors) > 0 {
		res.Error, res.Payload = v.Errors[0].Error, v.Errors[0].Payload
	}
	return res, err
}
