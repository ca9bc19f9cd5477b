package badgerstore

import (
	"context"
	"errors"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// request is a batch on its way.
type request struct {
	batch *runtime.Batch
	err   chan error
}

// Commit writes a batch, see runtime.Store.
func (s *Store) Commit(ctx context.Context, b *runtime.Batch) error {
	s.mu.Lock()
	err := s.usable()
	s.mu.Unlock()
	if err != nil {
		return err
	}
	req := &request{b, make(chan error, 1)}
	select {
	case s.reqs <- req:
		return <-req.err
	case <-s.closed:
		return runtime.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// maxGroup is how many batches one transaction merges.
const maxGroup = 1024

// commitLoop writes the batches, as many at a time as came in while the ones
// before were being synced: all of them share one sync of the disk.
func (s *Store) commitLoop() {
	defer close(s.ended)
	var first *request // one that the group before had no room for
	for {
		if first == nil {
			select {
			case first = <-s.reqs:
			case <-s.closed:
				return
			}
		}
		w := s.newWriter()
		first = w.gather(first)
		w.commit()
	}
}

// gather adds the requests that are there, and returns one that is left over.
func (w *writer) gather(req *request) (left *request) {
	for w.large == nil && len(w.reqs) < maxGroup {
		if left = w.add(req); left != nil {
			return left
		}
		select {
		case req = <-w.s.reqs:
		default:
			return nil
		}
	}
	return req
}

// writer gathers batches into one transaction.
type writer struct {
	s     *Store
	ts    uint64
	txn   *badger.Txn
	reqs  []*request // whose writes are in the transaction
	count int64
	bytes int64
	large []write // of a batch that is too large for a transaction
	nth   uint64  // letters in the transaction
}

type write struct {
	key, value []byte
	remove     bool
}

func (s *Store) newWriter() *writer {
	// Nobody else writes, so the last transaction is the state as it is.
	return &writer{s: s, ts: s.last + 1, txn: s.db.NewTransactionAt(s.last, true)}
}

// What Badger can hold at all.
const (
	maxKeyBytes   = 60_000
	maxValueBytes = 60 << 20
)

// Badger's own limits are sharp, and count more than keys and values.
func (s *Store) room() (count, bytes int64) {
	return s.db.MaxBatchCount() / 2, s.db.MaxBatchSize() / 2
}

// add puts a batch into the transaction. It returns the request where there is
// no room left for it, and answers it where the batch has to be refused.
func (w *writer) add(req *request) *request {
	w.s.mu.Lock()
	err := w.s.failure
	w.s.mu.Unlock()
	if err != nil {
		req.err <- err
		return nil
	}
	ws, err := w.plan(req.batch)
	if err != nil {
		req.err <- err
		return nil
	}
	count, bytes := int64(len(ws)), int64(0)
	for _, e := range ws {
		if len(e.value) > maxValueBytes || len(e.key) > maxKeyBytes {
			req.err <- fmt.Errorf("%w: a key of %d bytes with %d bytes", runtime.ErrTooLarge, len(e.key), len(e.value))
			return nil
		}
		bytes += int64(len(e.key) + min(len(e.value), maxInlineBytes) + 32)
	}
	maxCount, maxBytes := w.s.room()
	switch {
	case w.count+count > maxCount || w.bytes+bytes > maxBytes:
		if len(w.reqs) > 0 {
			return req // it is planned again, after what is there now
		}
		w.large = ws
	default:
		for _, e := range ws {
			if err := e.into(w.txn); err != nil {
				w.reqs = append(w.reqs, req)
				w.fail(err)
				return nil
			}
		}
	}
	w.count, w.bytes = w.count+count, w.bytes+bytes
	w.reqs = append(w.reqs, req)
	return nil
}

func (e write) into(txn *badger.Txn) error {
	if e.remove {
		return txn.Delete(e.key)
	}
	return txn.Set(e.key, e.value)
}

// commit writes what was gathered and answers the requests.
func (w *writer) commit() {
	defer w.txn.Discard()
	if len(w.reqs) == 0 {
		return
	}
	s := w.s
	var err error
	last := w.ts
	if w.large != nil {
		last, err = s.commitLarge(w.large)
	} else if err = w.txn.Set([]byte(lastKey), nil); err == nil {
		err = w.txn.CommitAt(w.ts, nil)
	}
	if err != nil {
		w.fail(err)
		return
	}
	s.publish(last)
	for _, req := range w.reqs {
		req.err <- nil
	}
}

// publish lets readers see a transaction, and Badger forget what they cannot
// see anymore.
func (s *Store) publish(last uint64) {
	s.mu.Lock()
	s.last = last
	oldest := last
	for ts := range s.reads {
		oldest = min(oldest, ts)
	}
	s.mu.Unlock()
	s.db.SetDiscardTs(oldest)
	s.writeMark()
}

// fail answers the requests with an error of the database. Whether their
// batches are stored is unknown, and nothing can be said for what follows: so
// the store is not used anymore.
func (w *writer) fail(err error) {
	err = fmt.Errorf("the store failed, what was being committed may be stored or not: %w", err)
	w.s.mu.Lock()
	w.s.failure = err
	w.s.mu.Unlock()
	for _, req := range w.reqs {
		req.err <- err
	}
	w.reqs = nil
}

// plan checks a batch against the state, and lists what it writes.
func (w *writer) plan(b *runtime.Batch) (ws []write, err error) {
	set := func(k, v []byte) { ws = append(ws, write{key: k, value: v}) }
	remove := func(k []byte) { ws = append(ws, write{key: k, remove: true}) }

	if k := b.Returned; k != nil {
		if _, err := w.task(*k); err != nil {
			return nil, fmt.Errorf("task %s of %s: %w", k.ID, k.Exid, err)
		}
		remove(key(taskPrefix, k.Exid, k.ID))
	}
	for _, t := range b.Trees {
		k := key(treePrefix, t.ID)
		if _, err := get(w.txn, k); errors.Is(err, runtime.ErrNotFound) {
			set(k, t.Data)
		} else if err != nil {
			return nil, err
		}
	}
	if rec := b.Record; rec != nil {
		wasReady, err := w.check(rec)
		if err != nil {
			return nil, err
		}
		planExecution(b, wasReady, set, remove)
	}
	changes := []struct {
		keys   []runtime.TaskKey
		change func(*runtime.TaskRecord)
	}{
		{b.Accepted, func(t *runtime.TaskRecord) { t.Accepted = true }},
		{b.Withdrawn, func(t *runtime.TaskRecord) { t.Withdrawn = true }},
		{b.Untasks, nil},
	}
	for _, c := range changes {
		for _, k := range c.keys {
			switch t, err := w.task(k); {
			case errors.Is(err, runtime.ErrNotFound):
			case err != nil:
				return nil, err
			case c.change == nil:
				remove(key(taskPrefix, k.Exid, k.ID))
			default:
				c.change(t)
				set(key(taskPrefix, k.Exid, k.ID), runtime.Marshal(t))
			}
		}
	}
	for _, send := range b.Sends {
		// Numbers rise with the transactions, and within each.
		set(key(letterPrefix, send.Exid, w.ts<<20|w.nth), send.Data)
		w.nth++
	}
	return ws, nil
}

// check compares the record's number with that of the stored one, and tells
// whether that one was ready.
func (w *writer) check(rec *runtime.Record) (wasReady bool, err error) {
	seq := uint64(0)
	v, err := get(w.txn, key(recordPrefix, rec.Exid))
	if err == nil {
		var ok bool
		if seq, wasReady, ok = parseRecordHead(v); !ok {
			return false, fmt.Errorf("%w: the record of %s is cut short", ErrDamaged, rec.Exid)
		}
	} else if !errors.Is(err, runtime.ErrNotFound) {
		return false, err
	}
	if rec.Seq != seq+1 {
		return false, fmt.Errorf("execution %s is at commit %d, not %d: %w", rec.Exid, seq, rec.Seq-1, runtime.ErrConflict)
	}
	return wasReady, nil
}

func (w *writer) task(k runtime.TaskKey) (*runtime.TaskRecord, error) {
	v, err := get(w.txn, key(taskPrefix, k.Exid, k.ID))
	if err != nil {
		return nil, err
	}
	return readTask(nil, v)
}

// planExecution lists what a batch writes of its own execution.
func planExecution(b *runtime.Batch, wasReady bool, set func(k, v []byte), remove func(k []byte)) {
	rec := b.Record
	exid := rec.Exid
	set(key(recordPrefix, exid), recordValue(rec))
	switch {
	case rec.Ready && !wasReady:
		set(key(readyPrefix, exid), nil)
	case !rec.Ready && wasReady:
		remove(key(readyPrefix, exid))
	}
	if rec.Status == runtime.Terminated {
		set(finishedKey(rec), nil)
	}
	for i := range b.Frames {
		set(key(framePrefix, exid, nidKey(b.Frames[i].Nid)), runtime.Marshal(&b.Frames[i]))
	}
	for _, nid := range b.Removed {
		remove(key(framePrefix, exid, nidKey(nid)))
	}
	for _, n := range b.Consumed {
		remove(key(letterPrefix, exid, n))
	}
	for _, t := range b.Timers {
		set(timerKey(t), nil)
	}
	for _, t := range b.Untimers {
		remove(timerKey(t))
	}
	for i := range b.Tasks {
		set(key(taskPrefix, exid, b.Tasks[i].ID), runtime.Marshal(&b.Tasks[i]))
	}
	for i := range b.Traces {
		set(key(tracePrefix, exid, rec.Seq, uint64(i)), runtime.Marshal(&b.Traces[i]))
	}
	if b.Entry != nil {
		set(key(entryPrefix, exid, b.Entry.Seq), runtime.Marshal(b.Entry))
	}
}
