package memstore

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/florc-lang/florc/runtime"
)

// checkItems tells why the items of a batch cannot be put. The lock is held.
func (s *Store) checkItems(b *runtime.Batch) error {
	if b.Import {
		return nil
	}
	for _, i := range b.Items {
		k := i.Key()
		if t := s.task(k); t == nil || t.Withdrawn {
			return fmt.Errorf("task %s of %s: %w", k.ID, k.Exid, runtime.ErrNotFound)
		}
		version := uint64(0)
		if old := s.execs[k.Exid].items[k.ID]; old != nil {
			version = old.Version
		}
		if i.Version != version+1 {
			return fmt.Errorf("task %s of %s is at version %d, not %d: %w", k.ID, k.Exid, version, i.Version-1, runtime.ErrConflict)
		}
	}
	return nil
}

func (s *Store) putItems(b *runtime.Batch) {
	for _, i := range b.Items {
		s.execution(i.Exid).items[i.ID] = copyItem(&i)
	}
	for _, t := range b.Taskers {
		s.taskers[t] = true
	}
	for _, t := range b.Untaskers {
		delete(s.taskers, t)
	}
}

func copyItem(i *runtime.Item) *runtime.Item {
	c := *i
	c.Offered, c.History = slices.Clone(i.Offered), slices.Clone(i.History)
	return &c
}

// Item returns how a task stands, or runtime.ErrNotFound.
func (s *Store) Item(ctx context.Context, exid, id string) (*runtime.Item, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	if x := s.execs[exid]; x != nil && x.items[id] != nil {
		return copyItem(x.items[id]), nil
	}
	return nil, runtime.ErrNotFound
}

// Items gives the items of an execution.
func (s *Store) Items(ctx context.Context, exid string) iter.Seq2[*runtime.Item, error] {
	return snapshot(s, ctx, func() (list []*runtime.Item) {
		if x := s.execs[exid]; x != nil {
			for _, id := range slices.Sorted(maps.Keys(x.items)) {
				list = append(list, copyItem(x.items[id]))
			}
		}
		return list
	})
}

// listed gives copies of the tasks that are left to people and workers, with
// their items, which may be nil. The lock is held.
func (s *Store) listed(pick func(*runtime.TaskRecord, *runtime.Item) bool) (list []*runtime.TaskRecord) {
	for _, x := range s.execs {
		for _, t := range x.tasks {
			if t.Accepted && !t.Withdrawn && pick(t, x.items[t.ID]) {
				c := *t
				list = append(list, &c)
			}
		}
	}
	slices.SortFunc(list, func(a, b *runtime.TaskRecord) int { return a.Place().Compare(b.Place()) })
	return list
}

// Listed gives the tasks of a tasker that are left to people and workers.
func (s *Store) Listed(ctx context.Context, tasker string, free bool, after runtime.Place) iter.Seq2[*runtime.TaskRecord, error] {
	return snapshot(s, ctx, func() []*runtime.TaskRecord {
		return s.listed(func(t *runtime.TaskRecord, i *runtime.Item) bool {
			return t.Tasker == tasker && i.Free() == free && t.Place().Compare(after) > 0
		})
	})
}

// Held gives the tasks that a person has.
func (s *Store) Held(ctx context.Context, person string) iter.Seq2[*runtime.TaskRecord, error] {
	return snapshot(s, ctx, func() []*runtime.TaskRecord {
		return s.listed(func(_ *runtime.TaskRecord, i *runtime.Item) bool {
			return i != nil && i.Person == person && person != ""
		})
	})
}

// ListedTaskers gives the names of the taskers that Listed has tasks of.
func (s *Store) ListedTaskers(ctx context.Context) iter.Seq2[string, error] {
	return snapshot(s, ctx, func() []string {
		names := map[string]bool{}
		for _, t := range s.listed(func(*runtime.TaskRecord, *runtime.Item) bool { return true }) {
			names[t.Tasker] = true
		}
		return slices.Sorted(maps.Keys(names))
	})
}

// Leases gives the leases, the one that ends first before the others.
func (s *Store) Leases(ctx context.Context) iter.Seq2[runtime.Lease, error] {
	return snapshot(s, ctx, func() (list []runtime.Lease) {
		s.listed(func(t *runtime.TaskRecord, i *runtime.Item) bool {
			if i != nil && i.Lease != 0 {
				list = append(list, runtime.Lease{UntilMicros: i.UntilMicros, Exid: t.Exid, ID: t.ID})
			}
			return false
		})
		slices.SortFunc(list, func(a, b runtime.Lease) int {
			return cmp.Or(cmp.Compare(a.UntilMicros, b.UntilMicros), cmp.Compare(a.Exid, b.Exid), cmp.Compare(a.ID, b.ID))
		})
		return list
	})
}

// Taskers gives the taskers that are known, by name.
func (s *Store) Taskers(ctx context.Context) iter.Seq2[*runtime.TaskerRecord, error] {
	return snapshot(s, ctx, func() (list []*runtime.TaskerRecord) {
		for t := range s.taskers {
			list = append(list, &t)
		}
		slices.SortFunc(list, func(a, b *runtime.TaskerRecord) int {
			return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Unit, b.Unit))
		})
		return list
	})
}

// Tasks gives the tasks of an execution, or all of them for exid "".
func (s *Store) Tasks(ctx context.Context, exid string) iter.Seq2[*runtime.TaskRecord, error] {
	return s.tasks(ctx, exid, func(*runtime.TaskRecord) bool { return true })
}

// Outbox gives the tasks that wait to be handed out or taken back.
func (s *Store) Outbox(ctx context.Context) iter.Seq2[*runtime.TaskRecord, error] {
	return s.tasks(ctx, "", func(t *runtime.TaskRecord) bool { return !t.Accepted || t.Withdrawn })
}

func (s *Store) tasks(ctx context.Context, exid string, pick func(*runtime.TaskRecord) bool) iter.Seq2[*runtime.TaskRecord, error] {
	return snapshot(s, ctx, func() (list []*runtime.TaskRecord) {
		execs := s.execs
		if exid != "" {
			execs = map[string]*execution{exid: s.execs[exid]}
		}
		for _, x := range execs {
			for _, t := range x.allTasks() {
				if pick(t) {
					c := *t
					list = append(list, &c)
				}
			}
		}
		slices.SortFunc(list, func(a, b *runtime.TaskRecord) int {
			return cmp.Or(cmp.Compare(a.Exid, b.Exid), cmp.Compare(a.ID, b.ID))
		})
		return list
	})
}

// TaskRecord returns a task, or runtime.ErrNotFound.
func (s *Store) TaskRecord(ctx context.Context, exid, id string) (*runtime.TaskRecord, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	t := s.task(runtime.TaskKey{Exid: exid, ID: id})
	if t == nil {
		return nil, runtime.ErrNotFound
	}
	c := *t
	return &c, nil
}
