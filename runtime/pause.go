package runtime

import (
	"context"
	"errors"
	"fmt"

	"github.com/florc-lang/florc/vm"
)

// Pause pauses an execution or a node, see Client.
func (r *Runtime) Pause(ctx context.Context, exid, nid string, o PauseOptions) error {
	id, err := vm.ParseNID(nid)
	if err == nil && id.IsZero() && o.Alone {
		err = errors.New("a node alone is paused by its id")
	}
	if err != nil {
		return err
	}
	m := vm.PauseMessage(id, o.Alone)
	return r.operate(ctx, "pausing", exid, &m)
}

// Resume has an execution or a node go on, see Client.
func (r *Runtime) Resume(ctx context.Context, exid, nid string) error {
	id, err := vm.ParseNID(nid)
	if err != nil {
		return err
	}
	m := vm.ResumeMessage(id)
	return r.operate(ctx, "resuming", exid, &m)
}

// operate takes an operator's message to an execution.
func (r *Runtime) operate(ctx context.Context, doing, exid string, m *vm.Message) error {
	if err := r.isLive(ctx, exid); err != nil {
		return err
	}
	err := r.accepts(ctx, exid, m)
	if err == nil {
		err = r.tell(ctx, exid, m, &Batch{})
	}
	if errors.Is(err, ErrNotFound) && !m.Nid.IsZero() {
		err = fmt.Errorf("node %s: %w", m.Nid, err)
	}
	if err != nil {
		return fmt.Errorf("%s in %s: %w", doing, exid, err)
	}
	return nil
}

// accepts tells why an operator's message cannot be done, where the runtime is
// passive and nobody would hear of it later. An active one finds out as it
// takes the message.
func (r *Runtime) accepts(ctx context.Context, exid string, m *vm.Message) error {
	r.mu.Lock()
	active := r.active()
	r.mu.Unlock()
	if active {
		return nil
	}
	l, err := r.load(ctx, exid)
	switch {
	case err != nil:
		return err
	case l.x == nil:
		return ErrEnded
	}
	return refusal(l.x.Accepts(m))
}

// acceptOperator tells why an operator's message cannot be done.
func (s *step) acceptOperator(m *vm.Message) error {
	if err := s.live.x.Accepts(m); err != nil {
		return refusal(err)
	}
	nids := []vm.NID{m.Nid}
	if m.Nid.IsZero() {
		nids = nil
		if m.Point == vm.Reapply {
			nids = s.live.x.FailedNodes()
		}
	}
	for _, nid := range nids {
		if s.touch(nid); m.Point == vm.Reapply {
			s.live.node(nid, s.now).since = s.now
		}
	}
	return nil
}

func refusal(err error) error {
	switch {
	case errors.Is(err, vm.ErrGone):
		return ErrNotFound
	case err != nil:
		return &refusedError{err}
	}
	return nil
}

// refusedError is an ErrRefused that says why.
type refusedError struct{ error }

func (e *refusedError) Is(target error) bool { return target == ErrRefused }
