package badgerstore

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"path/filepath"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// Check reads all that is stored: the files as such, with their checksums, and
// then each key as it is read in use. Commits beside it wait while it reads
// the write-ahead log. See runtime.Store.
func (s *Store) Check(ctx context.Context, progress func(done, total int64)) error {
	if progress == nil {
		progress = func(int64, int64) {}
	}
	err := s.view(ctx, nil, func(*badger.Txn) error { return nil })
	if err != nil {
		return err
	}
	data := filepath.Join(s.dir, dataDir)
	total := 1 + 2*tableBytes(data) // files, then keys
	i := &inspector{dir: data, key: s.key, progress: func(done int64) { progress(min(done, total), total) }}
	if err := s.checkFiles(ctx, i); err != nil {
		return err
	}
	err = s.checkKeys(ctx, func(read int64) { progress(min(i.done+read, total), total) })
	if err == nil {
		progress(total, total)
	}
	return err
}

func (s *Store) checkFiles(ctx context.Context, i *inspector) error {
	if _, err := readFormat(s.dir); err != nil {
		return err
	}
	if err := i.keys(); err != nil {
		return err
	}
	defer i.close()
	if err := i.tables(ctx, 1<<62); err != nil {
		return err
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	if err := s.mark.check(); err != nil {
		return err
	}
	if err := i.logs(); err != nil {
		return err
	}
	for _, c := range i.cut {
		return damaged(c.path, fmt.Errorf("what stands at %d cannot be read", c.at))
	}
	return nil
}

// checker holds what the keys of some kinds say of others.
type checker struct {
	work       map[item]uint64 // not yet confirmed by what is stored
	timersFrom int64
	pieces     uint64     // of the last checkpoint that are still to come
	rowAt      checkedRow // the row that is being read
	txn        *badger.Txn
	unindexed  bool
	listed     uint64          // sums of the tasks that should be listed, less those that are
	owner      *runtime.Record // of the state that was looked at last
}

func (s *Store) checkKeys(ctx context.Context, read func(done int64)) error {
	c := checker{}
	err := s.view(ctx, func() { c.work, c.timersFrom, c.unindexed = s.work.copy(), s.work.timersFrom, s.unindexed }, func(txn *badger.Txn) error {
		c.txn = txn
		done, told := int64(0), int64(0)
		return scan(txn, nil, nil, func(k, v []byte) (bool, error) {
			if done += int64(len(k) + len(v)); done-told > 1<<20 {
				told = done
				read(done)
				if err := ctx.Err(); err != nil {
					return false, err
				}
			}
			return true, c.check(k, v)
		})
	})
	if err != nil {
		return err
	}
	if c.pieces > 0 {
		return fmt.Errorf("%w: the last checkpoint lacks pieces", ErrDamaged)
	}
	if c.listed != 0 {
		return fmt.Errorf("%w: the lists of tasks do not have the tasks that are there", ErrDamaged)
	}
	if err := c.rowEnds(); err != nil {
		return err
	}
	for i := range c.work {
		if i.kind == freshItem || i.kind == staleItem {
			continue
		}
		return fmt.Errorf("%w: %s is on the worklist (%c %q), and nothing of it is stored", ErrDamaged, i.exid, i.kind, i.id)
	}
	return nil
}

// expect checks that the worklist has an item if, and only if, it should.
func (c *checker) expect(i item, on bool) error {
	if _, has := c.work[i]; has != on {
		return fmt.Errorf("%w: %s should be on the worklist (%c %q): %t, and is: %t", ErrDamaged, i.exid, i.kind, i.id, on, has)
	}
	delete(c.work, i)
	return nil
}

func (c *checker) check(k, v []byte) error {
	prefix := string(k[:min(2, len(k))])
	switch prefix {
	case recordPrefix:
		rec, err := readRecord(k, v)
		if err != nil {
			return err
		}
		if err := c.expect(item{kind: readyItem, exid: rec.Exid}, rec.Ready); err != nil {
			return err
		}
		return c.index(rec.Exid)
	case groupPrefix:
		return c.group(k, v)
	case facetPrefix:
		return c.facet(k)
	case indexedPrefix:
		exid, _, err := cutID(k, indexedPrefix)
		if err == nil {
			_, _, err = c.said(exid)
		}
		return err
	case taskPrefix:
		t, err := readTask(k, v)
		if err != nil {
			return err
		}
		if listed(flags(t)) {
			c.listed += taskSum(t.Tasker, t.Exid, t.ID)
		}
		return c.expect(taskItemOf(t.Key()), waits(flags(t)))
	case listPrefix:
		tasker, _, exid, id, err := listedTask(k)
		c.listed -= taskSum(tasker, exid, id)
		return err
	case heldPrefix:
		_, rest, err := cutID(k, heldPrefix)
		if err == nil {
			_, _, err = taskOf(k, rest)
		}
		return err
	case leasePrefix:
		_, err := readLease(k)
		return err
	case itemPrefix:
		_, err := readItem(k, v)
		return err
	case watchPrefix:
		one, err := readWatch(k, v)
		if err == nil {
			err = one.Check()
		}
		return err
	case rowPrefix:
		return c.row(k, v)
	case taskerPrefix:
		return decode(k, v, &runtime.TaskerRecord{})
	case letterPrefix:
		exid, _, err := cutID(k, letterPrefix)
		if err != nil {
			return err
		}
		return c.expect(letterItemOf(exid, lastNumber(k)), true)
	case timerPrefix:
		t, err := parseTimer(k)
		if err == nil && t.DueMicros < c.timersFrom {
			err = fmt.Errorf("%w: a timer of %s is before the first one", ErrDamaged, t.Exid)
		}
		return err
	case checkpointPrefix:
		return c.checkpoint(k, v)
	case originPrefix:
		return decode(k, v, &runtime.Origin{})
	case framePrefix:
		if err := c.state(k, framePrefix); err != nil {
			return err
		}
		return decode(k, v, &runtime.Frame{})
	case tracePrefix:
		return decode(k, v, &runtime.Trace{})
	case entryPrefix:
		return decode(k, v, &runtime.Entry{})
	case logPrefix:
		_, err := readLog(k, v)
		return err
	case partPrefix, outcomePrefix:
		return c.state(k, prefix)
	case treePrefix, finishedPrefix, listsKey:
		return nil
	}
	return fmt.Errorf("%w: nobody knows what is stored under %q", ErrDamaged, k)
}

// state checks that a part of an execution's state is looked for by Load.
func (c *checker) state(k []byte, prefix string) error {
	exid, _, err := cutID(k, prefix)
	if err != nil {
		return err
	}
	if c.owner == nil || c.owner.Exid != exid {
		of := key(recordPrefix, exid)
		v, err := get(c.txn, of)
		if err == nil {
			c.owner, err = readRecord(of, v)
		}
		if err != nil {
			return fmt.Errorf("%w: %q is of execution %s: %w", ErrDamaged, k, exid, err)
		}
	}
	if over := c.owner.Status == runtime.Terminated; over && prefix != outcomePrefix || c.owner.Bare && prefix != framePrefix {
		return fmt.Errorf("%w: execution %s should have nothing under %q", ErrDamaged, exid, k)
	}
	return nil
}

// taskSum is a number for a task; those of many can be added up in any order.
func taskSum(tasker, exid, id string) uint64 {
	h := fnv.New64a()
	h.Write(key(listPrefix, tasker, exid, id))
	return h.Sum64()
}

// checkpoint counts the pieces of checkpoints, which follow each.
func (c *checker) checkpoint(k, v []byte) error {
	_, rest, err := cutID(k, checkpointPrefix)
	if err != nil {
		return err
	}
	if len(rest) == 8 {
		if c.pieces > 0 {
			return fmt.Errorf("%w: the checkpoint before %q lacks pieces", ErrDamaged, k)
		}
		var head checkpointHead
		err = decode(k, v, &head)
		c.pieces = head.Pieces
		return err
	}
	if c.pieces == 0 {
		return fmt.Errorf("%w: %q is a piece too many", ErrDamaged, k)
	}
	c.pieces--
	return nil
}

// check reads the mark as it is on the disk.
func (m *mark) check() error {
	var b [2 * slotBytes]byte
	n, err := m.file.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	for i := 0; i+slotBytes <= n; i += slotBytes {
		if _, ok := readSlot(b[i : i+slotBytes]); !ok {
			return damaged(m.file.Name(), errors.New("a part of it is not what was written"))
		}
	}
	return nil
}
