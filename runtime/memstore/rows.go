package memstore

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/florc-lang/florc/runtime"
)

// mutex is what a row is of.
type mutex struct{ domain, name string }

// checkLocks tells why an execution cannot be imported: somebody is inside of
// what it is inside of. The lock is held.
func (s *Store) checkLocks(b *runtime.Batch) error {
	for _, l := range b.Locks {
		if row := s.rows[mutex{l.Domain, l.Name}]; l.Inside && len(row) > 0 {
			return fmt.Errorf("it is inside of mutex %q, and execution %s is, too: %w", l.Name, row[0].Exid, runtime.ErrConflict)
		}
	}
	return nil
}

// changeRows has nodes leave and join rows, and lets in who has become the
// first.
func (s *Store) changeRows(b *runtime.Batch) {
	b.LetIn = nil
	first := map[mutex]*runtime.Lock{} // before
	var order []mutex
	row := func(l *runtime.Lock) mutex {
		m := mutex{l.Domain, l.Name}
		if _, seen := first[m]; !seen {
			order, first[m] = append(order, m), nil
			if row := s.rows[m]; len(row) > 0 {
				first[m] = &row[0]
			}
		}
		return m
	}
	for _, l := range b.Unlocks {
		m := row(&l)
		s.rows[m] = slices.DeleteFunc(slices.Clone(s.rows[m]), func(o runtime.Lock) bool { return o.Is(&l) })
	}
	for _, l := range b.Locks {
		m := row(&l)
		s.rows[m] = append(slices.Clip(s.rows[m]), l)
	}
	for _, m := range order {
		switch row := s.rows[m]; {
		case len(row) == 0:
			delete(s.rows, m)
		case first[m] == nil || !first[m].Is(&row[0]):
			if l := row[0]; !l.Inside {
				s.send(l.Exid, l.Letter)
				b.LetIn = append(b.LetIn, l.Exid)
			}
		}
	}
}

// Row gives those who are, or want to be, inside of a mutex.
func (s *Store) Row(ctx context.Context, domain, name string) iter.Seq2[*runtime.Lock, error] {
	return snapshot(s, ctx, func() (list []*runtime.Lock) {
		for _, l := range s.rows[mutex{domain, name}] {
			l.Inside = false
			list = append(list, &l)
		}
		return list
	})
}
