package runtime_test

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/vm"
)

// moody fails now and then, until the world is calm: an operator has the node
// tried again.
func (s *sim) moody(ctx context.Context, t *runtime.Task) (*runtime.Reply, error) {
	if !s.calm && s.aside.IntN(2) == 0 {
		return nil, errMoody
	}
	return s.task(ctx, t)
}

var errMoody = errors.New("not today")

// operate has an operator do something to a random node: what that changes is
// when things happen, and how often.
func (s *sim) operate(ctx context.Context) error {
	exids, err := s.exids(ctx)
	if err != nil {
		return err
	}
	exid := exids[s.aside.IntN(len(exids))]
	isFlow := func(f *simFlow) bool { return f.exid == exid }
	var f *simFlow // nil for a child
	if i := slices.IndexFunc(s.flows, isFlow); i >= 0 {
		f = s.flows[i]
	}
	if f != nil && strings.Contains(f.src, "saga") {
		return nil // one that starts over takes back what it did
	}
	v, err := s.r.Execution(ctx, exid, 0)
	if err != nil || len(v.Nodes) == 0 {
		return err
	}
	n := v.Nodes[s.aside.IntN(len(v.Nodes))]
	nid, err := vm.ParseNID(n.Nid)
	if err != nil {
		return err
	}
	if s.aside.IntN(4) == 0 {
		nid = vm.NID{}
	}
	var m vm.Message
	switch op := s.aside.IntN(8); {
	case s.calm || op < 2:
		m = vm.ResumeMessage(nid)
	case op < 5 || f == nil:
		m = vm.PauseMessage(nid, op >= 4 && !nid.IsZero())
	case op == 5 && !nid.IsZero():
		m = vm.ReapplyMessage(nid, vm.Reapplication{}, false)
		f.reapplied = true
	default:
		m = vm.ReapplyMessage(vm.NID{}, vm.Reapplication{}, true)
	}
	if s.aside.IntN(3) == 0 { // from another process
		err := s.passive.SimTell(ctx, exid, &m)
		s.r.SimInbox(exid)
		if errors.Is(err, runtime.ErrNotFound) || errors.Is(err, runtime.ErrRefused) || errors.Is(err, runtime.ErrEnded) {
			err = nil
		}
		if err != nil && s.calm {
			return err
		}
		return nil // the store failed
	}
	s.r.SimPost(exid, &m)
	return nil
}

// carryOn has what is paused go on, and what a moody tasker failed tried again,
// once the world is calm. It tells whether there was anything.
func (s *sim) carryOn(ctx context.Context) (bool, error) {
	any := false
	exids, err := s.exids(ctx)
	if err != nil {
		return false, err
	}
	for _, exid := range exids {
		v, err := s.r.Execution(ctx, exid, 0)
		if err != nil {
			return false, err
		}
		paused := v.Status == runtime.Paused
		for _, n := range v.Nodes {
			paused = paused || n.Status == string(runtime.Paused) || n.Held > 0
		}
		if paused {
			m := vm.ResumeMessage(vm.NID{})
			s.r.SimPost(exid, &m)
			any = true
		}
		if !paused && len(v.Errors) > 0 && v.Errors[0].Message == errMoody.Error() {
			m := vm.ReapplyMessage(vm.NID{}, vm.Reapplication{}, true)
			s.r.SimPost(exid, &m)
			any = true
		}
	}
	return any, nil
}
