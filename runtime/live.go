package runtime

import (
	"context"
	"fmt"
	"iter"

	"github.com/florc-lang/florc/vm"
)

// live is an execution in memory, as its last commit left it.
type live struct {
	rec      *Record
	x        *vm.Execution // nil once it has terminated
	nodes    map[vm.NID]*node
	failures map[vm.NID]bool // nodes that failed, and that nothing handles
}

// node is what the runtime keeps about a live node beside its frame.
type node struct {
	since  int64
	stored bool
	task   string // the id of its task, until it is returned
	timers []FrameTimer
}

// load reads an execution from the store.
func (r *Runtime) load(ctx context.Context, exid string) (*live, error) {
	rec, frames, err := r.store.Load(ctx, exid)
	if err != nil {
		return nil, err
	}
	l := &live{rec: rec, nodes: make(map[vm.NID]*node), failures: make(map[vm.NID]bool)}
	if rec.Status == Terminated {
		return l, nil
	}
	if l.x, err = r.restore(ctx, rec, frames); err != nil {
		return nil, &brokenError{err}
	}
	for i := range frames {
		f := &frames[i]
		nid, err := vm.ParseNID(f.Nid)
		if err != nil || l.x.Frame(nid) == nil {
			return nil, &brokenError{fmt.Errorf("the frame of node %q is that of another one", f.Nid)}
		}
		l.nodes[nid] = &node{since: f.SinceMicros, stored: true, task: f.Task, timers: f.Timers}
		l.noteFailure(nid, l.x.Frame(nid))
	}
	return l, nil
}

// brokenError tells that a stored execution cannot be read, while the store
// itself is well.
type brokenError struct{ error }

func (e *brokenError) Unwrap() error { return e.error }

// restore makes the machine's execution of its stored form.
func (r *Runtime) restore(ctx context.Context, rec *Record, frames []Frame) (*vm.Execution, error) {
	var data iter.Seq2[[]byte, error] = func(yield func([]byte, error) bool) {
		for i := range frames {
			if !yield(frames[i].Data, nil) {
				return
			}
		}
	}
	x, err := vm.Restore(rec.Header, data, r.programsOf(ctx, rec))
	if err != nil {
		return nil, err
	}
	x.HasTasker = r.hasTasker
	return x, nil
}

// programsOf finds the programs that an execution holds.
func (r *Runtime) programsOf(ctx context.Context, rec *Record) vm.Programs {
	return func(hash string) (*vm.Program, error) {
		p, err := r.programs.get(ctx, rec.Tree)
		if err == nil && p.Hash != hash {
			err = fmt.Errorf("the execution has no tree of hash %q", hash)
		}
		return p, err
	}
}

// node returns what is kept about a node, a new entry where it is new.
func (l *live) node(nid vm.NID, now int64) *node {
	n := l.nodes[nid]
	if n == nil {
		n = &node{since: now}
		l.nodes[nid] = n
	}
	return n
}

func (l *live) noteFailure(nid vm.NID, f *vm.Frame) {
	if f != nil && f.Failure != nil && f.State == vm.Open {
		l.failures[nid] = true
	} else {
		delete(l.failures, nid)
	}
}

// status says how the execution stands between two turns.
func (l *live) status() Status {
	switch {
	case l.x.Pending():
		return Active
	case l.x.Terminated() && l.x.Over():
		return Terminated
	case len(l.failures) > 0:
		return Failed
	}
	return Active
}
