// Package memstore keeps executions in the memory of the process: for tests,
// for single runs, and for the browser.
package memstore

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sort"
	"sync"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// Store is a runtime.Store in memory. Closing it keeps what it holds; it can be
// used again after Reopen.
type Store struct {
	mu      sync.RWMutex
	closed  bool
	execs   map[string]*execution
	timers  []runtime.Timer // sorted
	trees   map[string][]byte
	taskers map[runtime.TaskerRecord]bool
	watches runtime.Watches
	rows    map[mutex][]runtime.Lock
	letter  uint64 // the last number given
	commit  uint64 // the number of commits

	unindexed bool
}

type execution struct {
	rec         *runtime.Record // nil where only letters are there
	frames      map[string]runtime.Frame
	parts       map[value.Ref][]byte
	inbox       []runtime.Letter
	tasks       map[string]*runtime.TaskRecord
	items       map[string]*runtime.Item
	traces      []runtime.Trace
	entries     []runtime.Entry
	checkpoints []*runtime.Checkpoint
	outcome     []byte

	indexed *runtime.Indexed // nil for never
	stale   uint64           // since which commit of the store indexed is not up to date, 0 where it is
}

// New returns an empty store.
func New() *Store {
	return &Store{execs: make(map[string]*execution), trees: make(map[string][]byte), taskers: make(map[runtime.TaskerRecord]bool),
		rows: make(map[mutex][]runtime.Lock)}
}

// Reopen undoes Close.
func (s *Store) Reopen() {
	s.mu.Lock()
	s.closed = false
	s.mu.Unlock()
}

// Watches returns the watches that are known.
func (s *Store) Watches() *runtime.Watches { return &s.watches }

// Close makes the store refuse all else.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	return nil
}

func (s *Store) check(ctx context.Context) error {
	if s.closed {
		return runtime.ErrClosed
	}
	return ctx.Err()
}

func (s *Store) execution(exid string) *execution {
	x := s.execs[exid]
	if x == nil {
		x = &execution{frames: make(map[string]runtime.Frame), parts: make(map[value.Ref][]byte),
			tasks: make(map[string]*runtime.TaskRecord), items: make(map[string]*runtime.Item)}
		s.execs[exid] = x
	}
	return x
}

func (x *execution) allTasks() map[string]*runtime.TaskRecord {
	if x == nil {
		return nil
	}
	return x.tasks
}

func (s *Store) task(k runtime.TaskKey) *runtime.TaskRecord {
	if x := s.execs[k.Exid]; x != nil {
		return x.tasks[k.ID]
	}
	return nil
}

// Commit writes a batch, see runtime.Store.
func (s *Store) Commit(ctx context.Context, b *runtime.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(ctx); err != nil {
		return err
	}
	if rec := b.Record; rec != nil {
		seq := uint64(0)
		if x := s.execs[rec.Exid]; x != nil && x.rec != nil {
			seq = x.rec.Seq
		}
		switch {
		case b.Import && seq > 0:
			return fmt.Errorf("there is an execution %s already: %w", rec.Exid, runtime.ErrConflict)
		case !b.Import && rec.Seq != seq+1:
			return fmt.Errorf("execution %s is at commit %d, not %d: %w", rec.Exid, seq, rec.Seq-1, runtime.ErrConflict)
		}
	}
	for _, v := range b.Forgotten {
		if x := s.execs[v.Exid]; x == nil || x.rec == nil || x.rec.Seq != v.Seq {
			return fmt.Errorf("execution %s is not at commit %d: %w", v.Exid, v.Seq, runtime.ErrConflict)
		}
	}
	if err := s.checkItems(b); err != nil {
		return err
	}
	accepted := b.Accepted
	if k := b.Begun; k != nil {
		if t := s.task(*k); t == nil || t.Withdrawn {
			return fmt.Errorf("task %s of %s: %w", k.ID, k.Exid, runtime.ErrNotFound)
		}
		accepted = append(slices.Clone(accepted), *k)
	}
	if err := s.checkLocks(b); err != nil {
		return err
	}
	if k := b.Returned; k != nil {
		if s.task(*k) == nil {
			return fmt.Errorf("task %s of %s: %w", k.ID, k.Exid, runtime.ErrNotFound)
		}
		delete(s.execs[k.Exid].tasks, k.ID)
	}
	s.commit++
	for _, t := range b.Trees {
		s.trees[t.ID] = t.Data
	}
	if b.Record != nil {
		s.commitExecution(s.execution(b.Record.Exid), b)
	}
	change := func(keys []runtime.TaskKey, do func(*runtime.TaskRecord)) {
		for _, k := range keys {
			if t := s.task(k); t != nil {
				c := *t
				do(&c)
				s.execs[k.Exid].tasks[k.ID] = &c
			}
		}
	}
	change(accepted, func(t *runtime.TaskRecord) { t.Accepted = true })
	change(b.Left, func(t *runtime.TaskRecord) { t.Accepted, t.Left = true, true })
	change(b.Taken, func(t *runtime.TaskRecord) {
		if t.Left {
			t.Accepted, t.Left = false, false
		}
	})
	change(b.Withdrawn, func(t *runtime.TaskRecord) { t.Withdrawn = true })
	s.putItems(b)
	for _, k := range b.Untasks {
		if s.task(k) != nil {
			delete(s.execs[k.Exid].tasks, k.ID)
		}
	}
	for _, send := range b.Sends {
		s.send(send.Exid, send.Data)
	}
	s.changeRows(b)
	for _, ix := range b.Indexed {
		s.index(ix)
	}
	s.watches.Apply(b)
	for _, v := range b.Forgotten {
		delete(s.execs, v.Exid)
		s.timers = slices.DeleteFunc(s.timers, func(t runtime.Timer) bool { return t.Exid == v.Exid })
	}
	return nil
}

func (s *Store) send(exid string, data []byte) {
	s.letter++
	x := s.execution(exid)
	x.inbox = append(x.inbox, runtime.Letter{Number: s.letter, Data: data})
}

// commitExecution writes what is about the batch's own execution.
func (s *Store) commitExecution(x *execution, b *runtime.Batch) {
	rec := *b.Record
	if x.rec != nil {
		rec.Origin = x.rec.Origin
	}
	x.rec = clone(&rec)
	if rec.Status == runtime.Terminated {
		x.indexed, x.stale = &runtime.Indexed{Version: runtime.Version{Exid: rec.Exid, Seq: rec.Seq}}, 0
	} else if x.stale == 0 {
		x.stale = s.commit
	}
	for _, f := range b.Frames {
		f.Timers = slices.Clone(f.Timers)
		x.frames[f.Nid] = f
	}
	for _, nid := range b.Removed {
		delete(x.frames, nid)
	}
	if len(b.Consumed) > 0 {
		last := slices.Max(b.Consumed)
		for len(x.inbox) > 0 && x.inbox[0].Number <= last {
			x.inbox[0] = runtime.Letter{}
			x.inbox = x.inbox[1:]
		}
	}
	for _, t := range b.Timers {
		if i, found := s.findTimer(t); !found {
			s.timers = slices.Insert(s.timers, i, t)
		}
	}
	s.removeTimers(b.Untimers)
	for _, p := range b.Parts {
		x.parts[p.Ref] = p.Data
	}
	for _, ref := range b.Unparts {
		delete(x.parts, ref)
	}
	for i := range b.Tasks {
		t := b.Tasks[i]
		t.Exid = rec.Exid
		x.tasks[t.ID] = &t
	}
	for _, t := range b.Traces {
		if !b.Import {
			t.Seq = rec.Seq
		}
		x.traces = append(x.traces, t)
	}
	x.entries = append(x.entries, b.Entries...)
	if b.Checkpoint != nil {
		c := *b.Checkpoint
		c.State = slices.Clone(c.State)
		x.checkpoints = append(x.checkpoints, &c)
	}
	if b.Outcome != nil {
		x.outcome = b.Outcome
	}
}

// clone copies a record with its origin.
func clone(rec *runtime.Record) *runtime.Record {
	c := *rec
	if c.Origin != nil {
		o := *c.Origin
		c.Origin = &o
	}
	return &c
}

// removeTimers removes many timers in one pass.
func (s *Store) removeTimers(ts []runtime.Timer) {
	if len(ts) == 0 {
		return
	}
	gone := make(map[runtime.Timer]bool, len(ts))
	from := len(s.timers)
	for _, t := range ts {
		gone[t] = true
		i, _ := s.findTimer(t)
		from = min(from, i)
	}
	kept := slices.DeleteFunc(s.timers[from:], func(t runtime.Timer) bool { return gone[t] })
	s.timers = s.timers[:from+len(kept)]
}

func (s *Store) findTimer(t runtime.Timer) (int, bool) {
	return slices.BinarySearchFunc(s.timers, t, runtime.Timer.Compare)
}

// find returns an execution, or runtime.ErrNotFound. The lock is held.
func (s *Store) find(ctx context.Context, exid string) (*execution, error) {
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	x := s.execs[exid]
	if x == nil || x.rec == nil {
		return nil, runtime.ErrNotFound
	}
	return x, nil
}

// Record returns an execution's record, or runtime.ErrNotFound.
func (s *Store) Record(ctx context.Context, exid string) (*runtime.Record, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	x, err := s.find(ctx, exid)
	if err != nil {
		return nil, err
	}
	return clone(x.rec), nil
}

// Load returns what is stored of an execution's state, or runtime.ErrNotFound.
func (s *Store) Load(ctx context.Context, exid string) (*runtime.Stored, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	x, err := s.find(ctx, exid)
	if err != nil {
		return nil, err
	}
	st := &runtime.Stored{Record: clone(x.rec), Outcome: x.outcome}
	for _, f := range x.frames {
		f.Timers = slices.Clone(f.Timers)
		st.Frames = append(st.Frames, f)
	}
	for ref, data := range x.parts {
		st.Parts = append(st.Parts, runtime.Part{Ref: ref, Data: data})
	}
	return st, nil
}

// Part returns a part of an execution's values, or runtime.ErrNotFound.
func (s *Store) Part(ctx context.Context, exid string, ref value.Ref) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	x, err := s.find(ctx, exid)
	if err != nil {
		return nil, err
	}
	data, ok := x.parts[ref]
	if !ok {
		return nil, runtime.ErrNotFound
	}
	return data, nil
}

// Checkpoint returns an execution's last checkpoint at or before a commit.
func (s *Store) Checkpoint(ctx context.Context, exid string, at uint64) (*runtime.Checkpoint, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	x, err := s.find(ctx, exid)
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(x.checkpoints) {
		if c.Seq <= at {
			found := *c
			found.State = slices.Clone(c.State)
			return &found, nil
		}
	}
	return nil, runtime.ErrNotFound
}

// Check finds memory to be sound.
func (s *Store) Check(ctx context.Context, _ func(done, total int64)) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.check(ctx)
}

// snapshot gives what collect finds now, to be iterated without the lock.
func snapshot[T any](s *Store, ctx context.Context, collect func() []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		s.mu.RLock()
		err := s.check(ctx)
		var list []T
		if err == nil {
			list = collect()
		}
		s.mu.RUnlock()
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (s *Store) exids() []string { return slices.Sorted(maps.Keys(s.execs)) }

// Records gives all executions, by exid.
func (s *Store) Records(ctx context.Context) iter.Seq2[*runtime.Record, error] {
	return snapshot(s, ctx, func() (list []*runtime.Record) {
		for _, exid := range s.exids() {
			if x := s.execs[exid]; x.rec != nil {
				list = append(list, clone(x.rec))
			}
		}
		return list
	})
}

// Ready gives the executions that have messages to work.
func (s *Store) Ready(ctx context.Context) iter.Seq2[string, error] {
	return snapshot(s, ctx, func() (list []string) {
		for _, exid := range s.exids() {
			if x := s.execs[exid]; len(x.inbox) > 0 || x.rec != nil && x.rec.Ready {
				list = append(list, exid)
			}
		}
		return list
	})
}

// Inbox returns the first of an execution's letters.
func (s *Store) Inbox(ctx context.Context, exid string, limit int) ([]runtime.Letter, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	x := s.execs[exid]
	if x == nil {
		return nil, nil
	}
	return slices.Clone(x.inbox[:min(limit, len(x.inbox))]), nil
}

// Timers returns the first timers after the given one.
func (s *Store) Timers(ctx context.Context, after runtime.Timer, limit int) ([]runtime.Timer, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	from := sort.Search(len(s.timers), func(i int) bool { return s.timers[i].Compare(after) > 0 })
	return slices.Clone(s.timers[from:min(from+limit, len(s.timers))]), nil
}

// Tree returns a tree, or runtime.ErrNotFound.
func (s *Store) Tree(ctx context.Context, id string) ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	data, ok := s.trees[id]
	if !ok {
		return nil, runtime.ErrNotFound
	}
	return data, nil
}

// Traces gives what an execution has traced, in order.
func (s *Store) Traces(ctx context.Context, exid string) iter.Seq2[runtime.Trace, error] {
	return snapshot(s, ctx, func() []runtime.Trace {
		if x := s.execs[exid]; x != nil {
			return slices.Clone(x.traces)
		}
		return nil
	})
}

// Journal gives an execution's journal from the commit of that number on.
func (s *Store) Journal(ctx context.Context, exid string, from uint64) iter.Seq2[runtime.Entry, error] {
	return snapshot(s, ctx, func() (list []runtime.Entry) {
		if x := s.execs[exid]; x != nil {
			for _, e := range x.entries {
				if e.Seq >= from {
					list = append(list, e)
				}
			}
		}
		return list
	})
}

var _ runtime.Store = (*Store)(nil)
