package runtime

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// live is an execution in memory, as its last commit left it.
type live struct {
	rec      *Record
	x        *vm.Execution // nil once it has terminated
	nodes    map[vm.NID]*node
	failures map[vm.NID]bool // nodes that failed, and that nothing handles
	parts    parts
	outcome  []byte // once the root ended
	frames   sum    // of the frames

	partBytes  int64 // of the parts
	sweptBytes int64 // that the last sweep left
}

// node is what the runtime keeps about a live node beside its frame.
type node struct {
	since     int64
	watch     int64  // the number of its trap that sees other executions, 0 for none
	lock      *Lock  // its place in a row of the store, nil for none
	task      string // the id of its task, until it is returned
	timers    []FrameTimer
	taskParts []value.Ref // parts that the task's record refers to

	// What is stored of it.
	stored bool
	bytes  int
	digest sum
	parts  []value.Ref // that its frame refers to
}

func newLive(rec *Record, x *vm.Execution) *live {
	return &live{rec: rec, x: x, nodes: make(map[vm.NID]*node), failures: make(map[vm.NID]bool), parts: make(parts)}
}

// load reads an execution from the store.
func (r *Runtime) load(ctx context.Context, exid string) (*live, error) {
	st, err := r.store.Load(ctx, exid)
	if err != nil {
		return nil, err
	}
	return r.revive(ctx, st)
}

// revive makes a live execution of a stored one. A brokenError tells that this
// one cannot be read.
func (r *Runtime) revive(ctx context.Context, st *Stored) (*live, error) {
	l := newLive(st.Record, nil)
	l.outcome = st.Outcome
	if st.Record.Status == Terminated {
		return l, nil
	}
	stored := make(map[value.Ref][]byte, len(st.Parts))
	for _, p := range st.Parts {
		stored[p.Ref] = p.Data
		l.partBytes += int64(len(p.Data))
		if err := l.parts.add(p.Ref, p.Data); err != nil {
			return nil, &brokenError{err}
		}
	}
	part := func(ref value.Ref) ([]byte, error) {
		if data, ok := stored[ref]; ok {
			return data, nil
		}
		return nil, fmt.Errorf("a part of its values, %x, is missing", ref)
	}
	var data iter.Seq2[[]byte, error] = func(yield func([]byte, error) bool) {
		for i := range st.Frames {
			if !yield(st.Frames[i].Data, nil) {
				return
			}
		}
	}
	x, err := vm.Restore(st.Record.Origin.Machine, st.Record.Header, data, part, r.programsOf(ctx, st.Record.Origin))
	if err != nil {
		return nil, &brokenError{err}
	}
	if x.ID != st.Record.Exid {
		return nil, &brokenError{fmt.Errorf("what is stored of it is that of execution %s", x.ID)}
	}
	l.x = x
	for i := range st.Frames {
		f := &st.Frames[i]
		nid, err := vm.ParseNID(f.Nid)
		if err != nil || x.Frame(nid) == nil {
			return nil, &brokenError{fmt.Errorf("the frame of node %q is that of another one", f.Nid)}
		}
		n := &node{since: f.SinceMicros, task: f.Task, timers: slices.Clone(f.Timers), taskParts: splitRefs(f.TaskParts),
			watch: x.Frame(nid).WatchID(), lock: lockOf(x, x.Frame(nid))}
		l.nodes[nid] = n
		if err := l.stored(n, f, frameDigest(f)); err != nil {
			return nil, &brokenError{err}
		}
		l.noteFailure(nid, x.Frame(nid))
	}
	return l, nil
}

// stored notes what is stored of a node, a frame of that digest.
func (l *live) stored(n *node, f *Frame, d sum) error {
	if n.stored {
		l.frames = l.frames.minus(n.digest)
	}
	l.frames = l.frames.plus(d)
	n.stored, n.digest, n.bytes, n.parts = true, d, len(f.Data), n.parts[:0]
	if len(l.parts) == 0 {
		return nil
	}
	return value.EachRef(f.Data, func(ref value.Ref) { n.parts = append(n.parts, ref) })
}

// brokenError tells that an execution cannot be worked, while the store itself
// is well.
type brokenError struct{ error }

func (e *brokenError) Unwrap() error { return e.error }

func isBroken(err error) bool {
	var broken *brokenError
	return errors.As(err, &broken) && !isStoreError(err) || errors.Is(err, ErrTooLarge)
}

// storeError tells that the store could not be read. It says nothing about the
// execution.
type storeError struct{ error }

func (e *storeError) Unwrap() error { return e.error }

func isStoreError(err error) bool {
	var failed *storeError
	return errors.As(err, &failed)
}

// programsOf finds the programs that an execution holds.
func (r *Runtime) programsOf(ctx context.Context, o *Origin) vm.Programs {
	return func(hash string) (*vm.Program, error) {
		p, err := r.programs.get(ctx, o.Tree)
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

// status says how the execution stands between two steps.
func (l *live) status() Status {
	switch {
	case l.x.Terminated() && l.x.Over():
		return Terminated
	case l.x.Paused():
		return Paused
	case l.x.Pending():
		return Active
	case len(l.failures) > 0:
		return Failed
	}
	return Active
}

// size is what the execution counts for in the cache of idle ones.
func (l *live) size() int { return len(l.nodes) + len(l.parts) }
