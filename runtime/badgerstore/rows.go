package badgerstore

import (
	"context"
	"errors"
	"fmt"
	"iter"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// rowHead says where a row begins and ends. Without it each look at the first
// of a row that is used much would pass the keys of all who have left it.
type rowHead struct {
	First uint64 `cbor:"1,keyasint,omitempty"` // the number of the first one
	Next  uint64 `cbor:"2,keyasint,omitempty"` // that of who comes next
}

// lockRow is a row as a batch changes it.
type lockRow struct {
	domain, name string
	head         rowHead
	first        *runtime.Lock   // before the batch; nil for nobody
	left         map[uint64]bool // who has left by it
	joined       []*runtime.Lock // who has joined by it, from here on:
	from         uint64
}

func rowKey(domain, name string) []byte { return key(rowPrefix, domain, name) }

// planRows has nodes leave and join rows, and lets in who has become the first.
func (w *writer) planRows(b *runtime.Batch) error {
	b.LetIn = nil
	if len(b.Locks)+len(b.Unlocks) == 0 {
		return nil
	}
	var rows []*lockRow
	rowOf := func(l *runtime.Lock) (*lockRow, error) {
		for _, r := range rows {
			if r.domain == l.Domain && r.name == l.Name {
				return r, nil
			}
		}
		r, err := w.row(l.Domain, l.Name)
		rows = append(rows, r)
		return r, err
	}
	for i := range b.Unlocks {
		r, err := rowOf(&b.Unlocks[i])
		if err == nil {
			err = w.leave(r, &b.Unlocks[i])
		}
		if err != nil {
			return err
		}
	}
	for i := range b.Locks {
		l := &b.Locks[i]
		r, err := rowOf(l)
		if err == nil && l.Inside && r.first != nil {
			err = fmt.Errorf("it is inside of mutex %q, and execution %s is, too: %w", l.Name, r.first.Exid, runtime.ErrConflict)
		}
		if err != nil {
			return err
		}
		w.made.key(rowPrefix, l.Domain, l.Name).number(r.head.Next).value().encoded(l).end()
		r.joined = append(r.joined, l)
		r.head.Next++
	}
	for _, r := range rows {
		if err := w.letIn(r, b); err != nil {
			return err
		}
	}
	return nil
}

// row reads a row.
func (w *writer) row(domain, name string) (*lockRow, error) {
	r := &lockRow{domain: domain, name: name, left: make(map[uint64]bool)}
	k := rowKey(domain, name)
	v, err := get(w.txn, k)
	if errors.Is(err, runtime.ErrNotFound) {
		return r, nil
	}
	if err == nil {
		err = decode(k, v, &r.head)
	}
	if err == nil {
		r.from = r.head.Next
		_, r.first, err = w.firstOf(r)
	}
	return r, err
}

// firstOf returns the first one of a row, who was there before the batch, with
// its number; nil for nobody.
func (w *writer) firstOf(r *lockRow) (n uint64, first *runtime.Lock, err error) {
	err = eachInRow(w.txn, r.domain, r.name, r.head.First, func(at uint64, l *runtime.Lock) bool {
		if r.left[at] {
			return true
		}
		n, first = at, l
		return false
	})
	return n, first, err
}

// leave takes a node out of a row, if it is there.
func (w *writer) leave(r *lockRow, l *runtime.Lock) error {
	return eachInRow(w.txn, r.domain, r.name, r.head.First, func(at uint64, o *runtime.Lock) bool {
		if !o.Is(l) {
			return true
		}
		r.left[at] = true
		w.made.key(rowPrefix, r.domain, r.name).number(at).remove()
		return false
	})
}

// letIn writes where the row begins now, and sends its letter to the first one,
// if that is another one than before.
func (w *writer) letIn(r *lockRow, b *runtime.Batch) error {
	n, first, err := w.firstOf(r)
	if err != nil {
		return err
	}
	if first == nil && len(r.joined) > 0 {
		n, first = r.from, r.joined[0]
	}
	if first == nil {
		w.made.key(rowPrefix, r.domain, r.name).remove()
		return nil
	}
	r.head.First = n
	w.made.key(rowPrefix, r.domain, r.name).value().encoded(&r.head).end()
	if first.Inside || r.first != nil && r.first.Is(first) {
		return nil
	}
	b.LetIn = append(b.LetIn, first.Exid)
	return w.send(first.Exid, first.Letter)
}

// eachInRow gives the places of a row from a number on.
func eachInRow(txn *badger.Txn, domain, name string, from uint64, each func(n uint64, l *runtime.Lock) bool) error {
	prefix := rowKey(domain, name)
	return scan(txn, prefix, number(prefix[:len(prefix):len(prefix)], from), func(k, v []byte) (bool, error) {
		if len(k) != len(prefix)+8 {
			return false, fmt.Errorf("%w: the key %q is none of a place in a row", ErrDamaged, k)
		}
		l := &runtime.Lock{Domain: domain, Name: name}
		if err := decode(k, v, l); err != nil {
			return false, err
		}
		return each(lastNumber(k), l), nil
	})
}

// Row gives those who are, or want to be, inside of a mutex.
func (s *Store) Row(ctx context.Context, domain, name string) iter.Seq2[*runtime.Lock, error] {
	return func(yield func(*runtime.Lock, error) bool) {
		var list []*runtime.Lock
		err := s.view(ctx, nil, func(txn *badger.Txn) error {
			return eachInRow(txn, domain, name, 0, func(_ uint64, l *runtime.Lock) bool {
				list = append(list, l)
				return true
			})
		})
		if err != nil {
			yield(nil, err)
			return
		}
		for _, l := range list {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// row checks what is stored of a row: its head, followed by who is in it.
func (c *checker) row(k, v []byte) error {
	domain, rest, err := cutID(k, rowPrefix)
	if err != nil {
		return err
	}
	_, rest, err = cutID(append([]byte(rowPrefix), rest...), rowPrefix)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		if err := c.rowEnds(); err != nil {
			return err
		}
		c.rowAt = checkedRow{}
		c.rowAt.open = true
		return decode(k, v, &c.rowAt.rowHead)
	}
	n := lastNumber(k)
	if !c.rowAt.open && !c.rowAt.any || n >= c.rowAt.Next || c.rowAt.open && n != c.rowAt.First {
		return fmt.Errorf("%w: the row of a mutex of domain %s does not begin or end where it says", ErrDamaged, domain)
	}
	c.rowAt.open, c.rowAt.any = false, true
	return decode(k, v, &runtime.Lock{})
}

// checkedRow is a row that is being checked.
type checkedRow struct {
	rowHead
	open, any bool // its first one is still to come; it has come
}

// rowEnds checks that the row that was read last had a first one.
func (c *checker) rowEnds() error {
	if c.rowAt.open {
		return fmt.Errorf("%w: the row of a mutex is empty", ErrDamaged)
	}
	return nil
}
