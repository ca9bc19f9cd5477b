package memstore

import (
	"context"
	"errors"
	"slices"

	"github.com/florc-lang/florc/runtime"
)

// The index of a store in memory is what it knows of each execution: there are
// as many as fit into the memory, and going through them takes no reading.

func (s *Store) index(ix runtime.Indexed) {
	if x := s.execs[ix.Exid]; x != nil && x.rec != nil && x.rec.Seq == ix.Seq {
		if ix.Facets = slices.Clone(ix.Facets); x.rec.Status == runtime.Terminated {
			ix.Facets = nil
		}
		x.indexed, x.stale = &ix, 0
	}
}

// Find looks in the index, see runtime.Store.
func (s *Store) Find(ctx context.Context, q runtime.Query) (found []*runtime.Record, stale []string, err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.check(ctx); err != nil {
		return nil, nil, err
	}
	if s.unindexed {
		return nil, nil, runtime.ErrUnindexed
	}
	for _, x := range s.execs {
		if x.rec != nil && x.stale == 0 && q.Fits(x.rec, x.indexed.Facets) {
			found = append(found, clone(x.rec))
		}
	}
	slices.SortFunc(found, func(a, b *runtime.Record) int { return a.Position().Compare(b.Position()) })
	return found[:min(q.Limit, len(found))], s.stale(), nil
}

// Stale returns the executions that have changed, see runtime.Store.
func (s *Store) Stale(ctx context.Context, limit int) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.check(ctx); err != nil {
		return nil, err
	}
	stale := s.stale()
	return stale[:min(limit, len(stale))], nil
}

func (s *Store) stale() []string {
	var xs []*execution
	for _, x := range s.execs {
		if x.rec != nil && x.stale > 0 {
			xs = append(xs, x)
		}
	}
	slices.SortFunc(xs, func(a, b *execution) int { // one commit changes one of them
		return int(a.stale) - int(b.stale)
	})
	exids := make([]string, len(xs))
	for i, x := range xs {
		exids[i] = x.rec.Exid
	}
	return exids
}

// Indexed returns what the index says, see runtime.Store.
func (s *Store) Indexed(ctx context.Context, exid string) (*runtime.Indexed, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	x, err := s.find(ctx, exid)
	if err != nil {
		return nil, err
	}
	if x.stale > 0 || s.unindexed {
		return nil, runtime.ErrNotFound
	}
	ix := *x.indexed
	ix.Facets = slices.Clone(ix.Facets)
	return &ix, nil
}

// Reindex builds the index anew, see runtime.Store.
func (s *Store) Reindex(ctx context.Context, of func(exid string) (*runtime.Indexed, error)) error {
	s.mu.Lock()
	err := s.check(ctx)
	if err == nil {
		s.unindexed = true
		for _, x := range s.execs {
			x.indexed, x.stale = nil, max(x.stale, 1)
		}
	}
	s.mu.Unlock()
	for rec, err := range s.Records(ctx) {
		if err != nil {
			return err
		}
		ix, err := of(rec.Exid)
		if errors.Is(err, runtime.ErrNotFound) {
			continue
		}
		if err == nil {
			err = s.Commit(ctx, &runtime.Batch{Indexed: []runtime.Indexed{*ix}})
		}
		if err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unindexed = false
	return s.check(ctx)
}
