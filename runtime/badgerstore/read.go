package badgerstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"runtime/debug"
	"slices"
	"strings"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// view reads the state that the last acknowledged transaction left. In managed
// mode a read of anything later could see a part of a transaction. What begin
// does, if it is not nil, is of the same moment.
func (s *Store) view(ctx context.Context, begin func(), read func(txn *badger.Txn) error) error {
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
	if begin != nil {
		begin()
	}
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

// guarded calls into Badger, which panics where it meets damaged tables. It
// also reads files that it cuts off at the same time, or that a full disk has no
// room for: without SetPanicOnFault that ends the process.
func guarded(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			// What Badger says then has whole tables in it.
			text, _, _ := strings.Cut(strings.TrimSpace(fmt.Sprint(r)), "\n")
			err = fmt.Errorf("%w: the database stopped with %.80q", ErrDamaged, text)
		}
	}()
	return f()
}

// get reads the value of a key, or runtime.ErrNotFound. The value is the
// caller's.
func get(txn *badger.Txn, k []byte) (v []byte, err error) {
	err = guarded(func() error {
		item, err := txn.Get(k)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return runtime.ErrNotFound
		}
		if err == nil {
			v, err = item.ValueCopy(nil)
		}
		if err == nil {
			v, err = unseal(k, v)
		}
		return err
	})
	return v, err
}

// Record returns an execution's record, or runtime.ErrNotFound.
func (s *Store) Record(ctx context.Context, exid string) (rec *runtime.Record, err error) {
	err = s.view(ctx, nil, func(txn *badger.Txn) error {
		rec, err = record(txn, exid)
		return err
	})
	return rec, err
}

func record(txn *badger.Txn, exid string) (*runtime.Record, error) {
	k := key(recordPrefix, exid)
	v, err := get(txn, k)
	if err != nil {
		return nil, err
	}
	rec, err := readRecord(k, v)
	if err != nil {
		return nil, err
	}
	k = key(originPrefix, exid)
	switch v, err = get(txn, k); {
	case err == nil:
		rec.Origin = &runtime.Origin{}
		err = decode(k, v, rec.Origin)
	case errors.Is(err, runtime.ErrNotFound):
		err = nil
	}
	return rec, err
}

// Load returns what is stored of an execution's state, or runtime.ErrNotFound.
func (s *Store) Load(ctx context.Context, exid string) (*runtime.Stored, error) {
	st := &runtime.Stored{}
	err := s.view(ctx, nil, func(txn *badger.Txn) (err error) {
		if st.Record, err = record(txn, exid); err != nil {
			return err
		}
		if st.Record.Status != runtime.Terminated {
			if err := loadState(txn, st); err != nil {
				return err
			}
		}
		if st.Record.Bare {
			return nil
		}
		st.Outcome, err = get(txn, key(outcomePrefix, exid))
		if errors.Is(err, runtime.ErrNotFound) {
			return nil
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return st, nil
}

// loadState reads the frames and parts of an execution.
func loadState(txn *badger.Txn, st *runtime.Stored) error {
	prefix := key(framePrefix, st.Record.Exid)
	err := scan(txn, prefix, prefix, func(k, v []byte) (bool, error) {
		var f runtime.Frame
		err := decode(k, v, &f)
		f.Nid = strings.TrimSuffix(string(k[len(prefix):]), "\x00")
		st.Frames = append(st.Frames, f)
		return true, err
	})
	if err != nil || st.Record.Bare {
		return err
	}
	prefix = key(partPrefix, st.Record.Exid)
	return scan(txn, prefix, prefix, func(k, v []byte) (bool, error) {
		p := runtime.Part{Data: bytes.Clone(v)}
		if copy(p.Ref[:], k[len(prefix):]) != len(p.Ref) {
			return false, fmt.Errorf("%w: the key %q is none of a part", ErrDamaged, k)
		}
		st.Parts = append(st.Parts, p)
		return true, nil
	})
}

// Part returns a part of an execution's values, or runtime.ErrNotFound.
func (s *Store) Part(ctx context.Context, exid string, ref value.Ref) ([]byte, error) {
	return s.get(ctx, append(key(partPrefix, exid), ref[:]...))
}

// Tree returns a tree, or runtime.ErrNotFound.
func (s *Store) Tree(ctx context.Context, id string) ([]byte, error) {
	return s.get(ctx, key(treePrefix, id))
}

func (s *Store) get(ctx context.Context, k []byte) (v []byte, err error) {
	err = s.view(ctx, nil, func(txn *badger.Txn) error {
		v, err = get(txn, k)
		return err
	})
	return v, err
}

// Records gives all executions, by exid.
func (s *Store) Records(ctx context.Context) iter.Seq2[*runtime.Record, error] {
	return func(yield func(*runtime.Record, error) bool) {
		err := s.view(ctx, nil, func(txn *badger.Txn) error {
			records, err := newCursor(txn, []byte(recordPrefix), []byte(recordPrefix))
			defer records.close()
			origins, err2 := newCursor(txn, []byte(originPrefix), []byte(originPrefix))
			defer origins.close()
			for err = errors.Join(err, err2); err == nil && records.valid(); err = records.next() {
				var rec *runtime.Record
				err := records.read(func(k, v []byte) (err error) {
					rec, err = readRecord(k, v)
					return err
				})
				if err == nil {
					rec.Origin, err = origins.originOf(rec.Exid)
				}
				if err == nil {
					err = ctx.Err()
				}
				if err != nil || !yield(rec, nil) {
					return err
				}
			}
			return err
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// originOf goes on to the origin of an execution, and returns it, or nil.
func (c *cursor) originOf(exid string) (origin *runtime.Origin, err error) {
	want := key(originPrefix, exid)
	for ; err == nil && c.valid(); err = c.next() {
		switch at := bytes.Compare(c.it.Item().Key(), want); {
		case at > 0:
			return nil, nil
		case at == 0:
			return origin, c.read(func(k, v []byte) error {
				origin = &runtime.Origin{}
				return decode(k, v, origin)
			})
		}
	}
	return nil, err
}

// Ready gives the executions that have messages to work.
func (s *Store) Ready(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		exids := map[string]bool{}
		err := s.view(ctx, func() {
			for i := range s.work.live {
				if i.kind == readyItem || i.kind == letterItem {
					exids[i.exid] = true
				}
			}
		}, func(*badger.Txn) error { return nil })
		if err != nil {
			yield("", err)
			return
		}
		for _, exid := range slices.Sorted(maps.Keys(exids)) {
			if !yield(exid, nil) {
				return
			}
		}
	}
}

// Outbox gives the tasks that wait to be handed out or taken back.
func (s *Store) Outbox(ctx context.Context) iter.Seq2[*runtime.TaskRecord, error] {
	return func(yield func(*runtime.TaskRecord, error) bool) {
		var keys []string
		err := s.view(ctx, func() {
			for i := range s.work.live {
				if i.kind == taskItem {
					keys = append(keys, string(key(taskPrefix, i.exid, i.id)))
				}
			}
		}, func(txn *badger.Txn) error {
			slices.Sort(keys)
			for _, k := range keys {
				v, err := get(txn, []byte(k))
				if err != nil {
					return fmt.Errorf("the task under %q: %w", k, err)
				}
				t, err := readTask([]byte(k), v)
				if err != nil || !yield(t, nil) {
					return err
				}
			}
			return nil
		})
		if err != nil {
			yield(nil, err)
		}
	}
}

// Inbox returns the first of an execution's letters.
func (s *Store) Inbox(ctx context.Context, exid string, limit int) (letters []runtime.Letter, err error) {
	err = s.view(ctx, nil, func(txn *badger.Txn) error {
		from := uint64(0)
		k := key(recordPrefix, exid)
		v, err := get(txn, k)
		if err == nil {
			var rec *runtime.Record
			if rec, err = readRecord(k, v); err == nil {
				from = rec.Consumed + 1
			}
		}
		if err != nil && !errors.Is(err, runtime.ErrNotFound) || limit <= 0 {
			return err
		}
		prefix := key(letterPrefix, exid)
		return scan(txn, prefix, number(slices.Clone(prefix), from), func(k, v []byte) (bool, error) {
			letters = append(letters, runtime.Letter{Number: lastNumber(k), Data: bytes.Clone(v)})
			return len(letters) < limit, nil
		})
	})
	return letters, err
}

// Timers returns the first timers after the given one.
func (s *Store) Timers(ctx context.Context, after runtime.Timer, limit int) (timers []runtime.Timer, err error) {
	var from []byte
	err = s.view(ctx, func() { from = timersFrom(s.work.timersFrom) }, func(txn *badger.Txn) error {
		if after != (runtime.Timer{}) {
			if k := append(timerKey(after), 0); bytes.Compare(k, from) > 0 {
				from = k
			}
		}
		if limit <= 0 {
			return nil
		}
		return scan(txn, []byte(timerPrefix), from, func(k, _ []byte) (bool, error) {
			t, err := parseTimer(k)
			timers = append(timers, t)
			return len(timers) < limit, err
		})
	})
	return timers, err
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
func (s *Store) TaskRecord(ctx context.Context, exid, id string) (*runtime.TaskRecord, error) {
	k := key(taskPrefix, exid, id)
	v, err := s.get(ctx, k)
	if err != nil {
		return nil, err
	}
	return readTask(k, v)
}

// Traces gives what an execution has traced, in order.
func (s *Store) Traces(ctx context.Context, exid string) iter.Seq2[runtime.Trace, error] {
	prefix := key(tracePrefix, exid)
	return each(s, ctx, prefix, prefix, func(k, v []byte) (t runtime.Trace, err error) {
		err = decode(k, v, &t)
		t.Seq = lastNumber(k[:len(k)-8])
		return t, err
	})
}

// Journal gives an execution's journal from the commit of that number on.
func (s *Store) Journal(ctx context.Context, exid string, from uint64) iter.Seq2[runtime.Entry, error] {
	prefix := key(entryPrefix, exid)
	return each(s, ctx, prefix, number(slices.Clone(prefix), from), func(k, v []byte) (e runtime.Entry, err error) {
		err = decode(k, v, &e)
		e.Seq = lastNumber(k)
		return e, err
	})
}

// Checkpoint returns an execution's last checkpoint at or before a commit.
func (s *Store) Checkpoint(ctx context.Context, exid string, at uint64) (*runtime.Checkpoint, error) {
	c := &runtime.Checkpoint{}
	err := s.view(ctx, nil, func(txn *badger.Txn) error {
		prefix := key(checkpointPrefix, exid)
		last, err := lastKey(txn, prefix, number(number(slices.Clone(prefix), at), math.MaxUint64))
		if err != nil {
			return err
		}
		if len(last) < len(prefix)+8 {
			return fmt.Errorf("%w: the key %q is none of a checkpoint", ErrDamaged, last)
		}
		k := last[:len(prefix)+8]
		c.Seq = lastNumber(k)
		var head checkpointHead
		err = scan(txn, k, k, func(name, v []byte) (bool, error) {
			if len(name) == len(k) {
				err := decode(name, v, &head)
				c.LogHash, c.StateHash = head.LogHash, head.StateHash
				return true, err
			}
			c.State = append(c.State, bytes.Clone(v))
			return true, nil
		})
		if err == nil && head.Pieces != uint64(len(c.State)) {
			err = fmt.Errorf("%w: of checkpoint %d of %s, %d of %d pieces are there", ErrDamaged, c.Seq, exid, len(c.State), head.Pieces)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// lastKey returns the last key with a prefix that is not after another, or
// runtime.ErrNotFound.
func lastKey(txn *badger.Txn, prefix, to []byte) (k []byte, err error) {
	err = guarded(func() error {
		o := badger.DefaultIteratorOptions
		o.Prefix, o.PrefetchValues, o.Reverse = prefix, false, true
		it := txn.NewIterator(o)
		defer it.Close()
		if it.Seek(to); !it.Valid() {
			return runtime.ErrNotFound
		}
		k = it.Item().KeyCopy(nil)
		return nil
	})
	return k, err
}
