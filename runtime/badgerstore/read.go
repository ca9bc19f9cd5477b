package badgerstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// view reads the state that the last acknowledged transaction left. In managed
// mode a read of anything later could see a part of a transaction.
func (s *Store) view(ctx context.Context, read func(txn *badger.Txn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if err := s.usable(); err != nil {
		s.mu.Unlock()
		return err
	}
	ts := s.last
	s.reads[ts]++
	s.users.Add(1)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		if s.reads[ts]--; s.reads[ts] == 0 {
			delete(s.reads, ts)
		}
		s.mu.Unlock()
		s.users.Done()
	}()
	txn := s.db.NewTransactionAt(ts, false)
	defer txn.Discard()
	return read(txn)
}

// usable tells why the store cannot be used, if so. The lock is held.
func (s *Store) usable() error {
	switch {
	case s.failure != nil:
		return s.failure
	case s.down:
		return runtime.ErrClosed
	}
	return nil
}

// get reads the value of a key, or runtime.ErrNotFound.
func get(txn *badger.Txn, k []byte) ([]byte, error) {
	item, err := txn.Get(k)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, runtime.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return item.ValueCopy(nil)
}

// scan gives the keys with the prefix, from one on, until each returns false.
func scan(txn *badger.Txn, prefix, from []byte, values bool, each func(k []byte, item *badger.Item) (bool, error)) error {
	o := badger.DefaultIteratorOptions
	o.Prefix, o.PrefetchValues, o.PrefetchSize = prefix, values, 64
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Seek(from); it.ValidForPrefix(prefix); it.Next() {
		more, err := each(it.Item().Key(), it.Item())
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// each gives what read makes of the values under a prefix, from a key on.
func each[T any](s *Store, ctx context.Context, prefix, from []byte, read func(k, v []byte) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		err := s.view(ctx, func(txn *badger.Txn) error {
			return scan(txn, prefix, from, true, func(k []byte, item *badger.Item) (bool, error) {
				v, err := item.ValueCopy(nil)
				if err == nil {
					err = ctx.Err()
				}
				if err != nil {
					return false, err
				}
				e, err := read(k, v)
				return err == nil && yield(e, nil), err
			})
		})
		if err != nil {
			var none T
			yield(none, err)
		}
	}
}

func readRecord(_, v []byte) (*runtime.Record, error) {
	if len(v) < recordHead {
		return nil, fmt.Errorf("%w: a record is cut short", ErrDamaged)
	}
	rec := &runtime.Record{}
	return rec, runtime.Unmarshal(v[recordHead:], rec)
}

// Record returns an execution's record, or runtime.ErrNotFound.
func (s *Store) Record(ctx context.Context, exid string) (rec *runtime.Record, err error) {
	err = s.view(ctx, func(txn *badger.Txn) error {
		rec, err = record(txn, exid)
		return err
	})
	return rec, err
}

func record(txn *badger.Txn, exid string) (*runtime.Record, error) {
	v, err := get(txn, key(recordPrefix, exid))
	if err != nil {
		return nil, err
	}
	return readRecord(nil, v)
}

// Load returns an execution's record and frames, or runtime.ErrNotFound.
func (s *Store) Load(ctx context.Context, exid string) (rec *runtime.Record, frames []runtime.Frame, err error) {
	err = s.view(ctx, func(txn *badger.Txn) error {
		if rec, err = record(txn, exid); err != nil {
			return err
		}
		prefix := key(framePrefix, exid)
		return scan(txn, prefix, prefix, true, func(_ []byte, item *badger.Item) (bool, error) {
			var f runtime.Frame
			v, err := item.ValueCopy(nil)
			if err == nil {
				err = runtime.Unmarshal(v, &f)
			}
			frames = append(frames, f)
			return true, err
		})
	})
	return rec, frames, err
}

// Records gives all executions, by exid.
func (s *Store) Records(ctx context.Context) iter.Seq2[*runtime.Record, error] {
	return each(s, ctx, []byte(recordPrefix), []byte(recordPrefix), readRecord)
}

// Ready gives the executions that have messages to work.
func (s *Store) Ready(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var exids []string
		err := s.view(ctx, func(txn *badger.Txn) error {
			for _, prefix := range []string{readyPrefix, letterPrefix} {
				err := scanExids(txn, prefix, func(exid string) { exids = append(exids, exid) })
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			yield("", err)
			return
		}
		seen := make(map[string]bool)
		for _, exid := range exids {
			if !seen[exid] && !yield(exid, nil) {
				return
			}
			seen[exid] = true
		}
	}
}

// scanExids gives each exid that has a key under the prefix, once. It does not
// look at the other keys of an execution.
func scanExids(txn *badger.Txn, prefix string, found func(exid string)) error {
	o := badger.DefaultIteratorOptions
	o.Prefix, o.PrefetchValues = []byte(prefix), false
	it := txn.NewIterator(o)
	defer it.Close()
	for it.Seek(o.Prefix); it.ValidForPrefix(o.Prefix); {
		rest := it.Item().KeyCopy(nil)[len(prefix):]
		end := 0
		for end < len(rest) && rest[end] != 0 {
			end++
		}
		exid := string(rest[:end])
		found(exid)
		it.Seek(append([]byte(prefix+exid), 1))
	}
	return nil
}

// Inbox returns the first of an execution's letters. It begins behind the last
// one that was taken: what lies before are the remains of deleted ones.
func (s *Store) Inbox(ctx context.Context, exid string, limit int) (letters []runtime.Letter, err error) {
	err = s.view(ctx, func(txn *badger.Txn) error {
		from := uint64(0)
		rec, err := record(txn, exid)
		switch {
		case err == nil:
			from = rec.Consumed + 1
		case !errors.Is(err, runtime.ErrNotFound):
			return err
		}
		prefix := key(letterPrefix, exid)
		return scan(txn, prefix, binary.BigEndian.AppendUint64(prefix[:len(prefix):len(prefix)], from), true,
			func(k []byte, item *badger.Item) (bool, error) {
				if len(letters) == limit {
					return false, nil
				}
				v, err := item.ValueCopy(nil)
				letters = append(letters, runtime.Letter{Number: lastNumber(k), Data: v})
				return true, err
			})
	})
	return letters, err
}

// lastNumber is the number at the end of a key.
func lastNumber(k []byte) uint64 {
	if len(k) < 8 {
		return 0
	}
	return binary.BigEndian.Uint64(k[len(k)-8:])
}

// Timers returns the first timers after the given one.
func (s *Store) Timers(ctx context.Context, after runtime.Timer, limit int) (timers []runtime.Timer, err error) {
	from := []byte(timerPrefix)
	if after != (runtime.Timer{}) {
		from = append(timerKey(after), 0)
	}
	err = s.view(ctx, func(txn *badger.Txn) error {
		return scan(txn, []byte(timerPrefix), from, false, func(k []byte, _ *badger.Item) (bool, error) {
			if len(timers) == limit {
				return false, nil
			}
			t, ok := parseTimer(k)
			if !ok {
				return false, fmt.Errorf("%w: the key of a timer cannot be read", ErrDamaged)
			}
			timers = append(timers, t)
			return true, nil
		})
	})
	return timers, err
}

func readTask(_, v []byte) (*runtime.TaskRecord, error) {
	t := &runtime.TaskRecord{}
	return t, runtime.Unmarshal(v, t)
}

// Tasks gives the tasks of an execution, or all of them for exid "".
func (s *Store) Tasks(ctx context.Context, exid string) iter.Seq2[*runtime.TaskRecord, error] {
	prefix := []byte(taskPrefix)
	if exid != "" {
		prefix = key(taskPrefix, exid)
	}
	return each(s, ctx, prefix, prefix, readTask)
}

// TaskRecord returns a task, or runtime.ErrNotFound.
func (s *Store) TaskRecord(ctx context.Context, exid, id string) (t *runtime.TaskRecord, err error) {
	err = s.view(ctx, func(txn *badger.Txn) error {
		v, err := get(txn, key(taskPrefix, exid, id))
		if err == nil {
			t, err = readTask(nil, v)
		}
		return err
	})
	return t, err
}

// Tree returns a tree, or runtime.ErrNotFound.
func (s *Store) Tree(ctx context.Context, id string) (data []byte, err error) {
	err = s.view(ctx, func(txn *badger.Txn) error {
		data, err = get(txn, key(treePrefix, id))
		return err
	})
	return data, err
}

// Traces gives what an execution has traced, in order.
func (s *Store) Traces(ctx context.Context, exid string) iter.Seq2[runtime.Trace, error] {
	prefix := key(tracePrefix, exid)
	return each(s, ctx, prefix, prefix, func(_, v []byte) (t runtime.Trace, err error) {
		return t, runtime.Unmarshal(v, &t)
	})
}

// Journal gives an execution's journal from the commit of that number on.
func (s *Store) Journal(ctx context.Context, exid string, from uint64) iter.Seq2[runtime.Entry, error] {
	return each(s, ctx, key(entryPrefix, exid), key(entryPrefix, exid, from), func(k, v []byte) (e runtime.Entry, err error) {
		e.Seq = lastNumber(k)
		return e, runtime.Unmarshal(v, &e)
	})
}
