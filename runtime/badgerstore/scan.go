package badgerstore

import (
	"context"
	"iter"

	badger "github.com/dgraph-io/badger/v4"
)

// cursor goes through the keys with a prefix.
type cursor struct {
	it     *badger.Iterator
	prefix []byte
}

func newCursor(txn *badger.Txn, prefix, from []byte) (*cursor, error) {
	o := badger.DefaultIteratorOptions
	// Values are beside their keys; fetching them ahead would start a goroutine
	// for each.
	o.Prefix, o.PrefetchValues = prefix, false
	c := &cursor{prefix: prefix}
	return c, guarded(func() error {
		c.it = txn.NewIterator(o)
		c.it.Seek(from)
		return nil
	})
}

func (c *cursor) close() {
	if c.it != nil {
		c.it.Close()
	}
}

func (c *cursor) valid() bool { return c.it.ValidForPrefix(c.prefix) }

// next goes on to the next key.
func (c *cursor) next() error {
	return guarded(func() error { c.it.Next(); return nil })
}

// read gives key and value to a function, which must not keep them.
func (c *cursor) read(f func(k, v []byte) error) error {
	return guarded(func() error {
		item := c.it.Item()
		return item.Value(func(v []byte) error {
			v, err := unseal(item.Key(), v)
			if err == nil {
				err = f(item.Key(), v)
			}
			return err
		})
	})
}

// scan gives the keys with the prefix, from one on, and their values, which
// each must not keep, until it returns false.
func scan(txn *badger.Txn, prefix, from []byte, each func(k, v []byte) (bool, error)) error {
	c, err := newCursor(txn, prefix, from)
	defer c.close()
	for more := true; err == nil && c.valid(); err = c.next() {
		err := c.read(func(k, v []byte) (err error) {
			more, err = each(k, v)
			return err
		})
		if err != nil || !more {
			return err
		}
	}
	return err
}

// each gives what read makes of the values under a prefix, from a key on.
func each[T any](s *Store, ctx context.Context, prefix, from []byte, read func(k, v []byte) (T, error)) iter.Seq2[T, error] {
	return eachIn(s, ctx, prefix, from, func(_ *badger.Txn, k, v []byte) (T, error) { return read(k, v) })
}

// eachIn is each with what else is stored at the same moment.
func eachIn[T any](s *Store, ctx context.Context, prefix, from []byte, read func(txn *badger.Txn, k, v []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := s.view(ctx, nil, func(txn *badger.Txn) error {
			c, err := newCursor(txn, prefix, from)
			defer c.close()
			for ; err == nil && c.valid(); err = c.next() {
				var e T
				err := c.read(func(k, v []byte) (err error) {
					e, err = read(txn, k, v)
					return err
				})
				if err == nil {
					err = ctx.Err()
				}
				if err != nil || !yield(e, nil) {
					return err
				}
			}
			return err
		})
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}
