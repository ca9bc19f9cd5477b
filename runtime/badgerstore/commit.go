package badgerstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

var requests = sync.Pool{New: func() any { return &request{err: make(chan error, 1)} }}

// Commit writes a batch, see runtime.Store.
func (s *Store) Commit(ctx context.Context, b *runtime.Batch) error {
	s.mu.Lock()
	err := s.usable()
	if err == nil {
		s.users.Add(1)
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	defer s.users.Done()
	req := requests.Get().(*request)
	if err = req.prepare(b); err == nil {
		err = s.space.check(b, req.bytes)
	}
	if err == nil {
		err = s.submit(ctx, req)
	}
	if err != nil {
		return err // the database may still hold what the request made
	}
	req.reset()
	requests.Put(req)
	return nil
}

// submit has a request written.
func (s *Store) submit(ctx context.Context, req *request) error {
	err := ctx.Err()
	if err == nil {
		if s.writing.TryLock() {
			// Nothing is being written: to do it here spares waking the committer.
			s.writeGroups(req)
			s.writing.Unlock()
			err = <-req.err
		} else {
			select {
			case s.reqs <- req:
				err = <-req.err
			case <-s.closed:
				err = runtime.ErrClosed
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
	}
	return err
}

// maxGroup is how many batches one transaction merges.
const maxGroup = 1024

// commitLoop writes the batches that come in while others are being written, as
// many at a time as came: all of them share one sync of the disk.
func (s *Store) commitLoop() {
	defer close(s.ended)
	for {
		select {
		case req := <-s.reqs:
			s.writing.Lock()
			s.writeGroups(req)
			s.writing.Unlock()
		case <-s.closed:
			return
		}
	}
}

// writeGroups writes a batch with those that wait, in one transaction or, where
// there is no room, in more. The lock of the writer is held.
func (s *Store) writeGroups(req *request) {
	for w := &s.writer; req != nil; {
		if !w.begin() {
			req.err <- s.failed()
			return
		}
		req = w.gather(req)
		w.commit()
	}
}

// writer gathers batches into one transaction.
type writer struct {
	s     *Store
	ts    uint64
	txn   *badger.Txn
	reqs  []*request // whose writes are in the transaction
	count int64
	bytes int64
	nth   uint64  // letters in the transaction
	large []write // of a batch that is too large for a transaction

	made       builder // what depends on the state
	ws         []write // of the request that is being added, from made
	changes    []change
	pending    []change // of the request that is being added
	will       map[item]bool
	timersFrom int64
	noted      [][]Write // see note
}

// begin starts a transaction, unless the store has failed.
func (w *writer) begin() bool {
	s := w.s
	if s.failed() != nil {
		return false
	}
	s.passTimers()
	w.made.reset()
	clear(w.will)
	clear(w.reqs)
	// Nobody else writes, so the last transaction is the state as it is.
	*w = writer{s: s, ts: s.last + 1, txn: s.db.NewTransactionAt(s.last, true), reqs: w.reqs[:0], made: w.made,
		ws: w.ws[:0], changes: w.changes[:0], pending: w.pending[:0], will: w.will, timersFrom: s.work.timersFrom}
	return true
}

// gather adds the requests that are there, and returns one that is left over.
func (w *writer) gather(req *request) (left *request) {
	for {
		if left = w.add(req); left != nil || w.large != nil || len(w.reqs) == maxGroup || w.s.failed() != nil {
			return left
		}
		select {
		case req = <-w.s.reqs:
		default:
			return nil
		}
	}
}

// room is what a transaction may hold. Badger's own limits are sharp, and the
// log has to fit, too.
func (s *Store) room() (count, bytes int64) {
	return s.db.MaxBatchCount() * 9 / 10, s.db.MaxBatchSize() * 8 / 10
}

// add puts a batch into the transaction. It returns the request where there is
// no room left for it, and answers it where the batch has to be refused.
func (w *writer) add(req *request) *request {
	mark, nth := len(w.made.spans), w.nth
	w.pending = w.pending[:0]
	err := w.plan(req.batch)
	w.ws = w.made.writes(mark, w.ws[:0])
	size, apart, err2 := sizeOf(w.ws)
	if err := cmp.Or(err, err2); err != nil {
		w.made.spans, w.nth = w.made.spans[:mark], nth
		req.err <- err
		return nil
	}
	count, bytes := int64(len(req.ws)+len(w.ws)), req.bytes+size
	for _, c := range w.pending {
		bytes += c.size()
	}
	maxCount, maxBytes := w.s.room()
	large := w.count+count > maxCount || w.bytes+bytes > maxBytes || req.apart || apart
	if large && len(w.reqs) > 0 {
		w.made.spans, w.nth = w.made.spans[:mark], nth
		return req // it is planned again, after what is there now
	}
	w.count, w.bytes = w.count+count, w.bytes+bytes
	w.reqs = append(w.reqs, req)
	w.accept(req.batch)
	w.note(req.ws, w.ws)
	if large {
		w.large = append(append(w.large, req.ws...), w.ws...)
		return nil
	}
	for _, ws := range [][]write{req.ws, w.ws} {
		for _, e := range ws {
			if err := e.into(w.txn); err != nil {
				w.fail(err)
				return nil
			}
		}
	}
	return nil
}

func (e write) into(txn *badger.Txn) error {
	if e.remove {
		return txn.Delete(e.key)
	}
	return txn.Set(e.key, e.value)
}

// accept notes what follows from a batch that is part of the transaction.
func (w *writer) accept(b *runtime.Batch) {
	if b.Record != nil {
		w.s.seqs.put(b.Record.Exid, b.Record.Seq)
	}
	for _, v := range b.Forgotten {
		w.s.seqs.put(v.Exid, 0)
	}
	for _, t := range b.Trees {
		w.s.trees.put(t.ID, 0)
	}
	for _, t := range b.Timers {
		w.timersFrom = min(w.timersFrom, t.DueMicros)
	}
	w.s.untimers += len(b.Untimers)
	for _, c := range w.pending {
		if w.on(c.item) != c.on {
			w.changes = append(w.changes, c)
			w.will[c.item] = c.on
		}
	}
}

// on tells whether the worklist has an item after what is in the transaction.
func (w *writer) on(i item) bool {
	if on, ok := w.will[i]; ok {
		return on
	}
	_, on := w.s.work.live[i]
	return on
}

// commit writes what was gathered and answers the requests.
func (w *writer) commit() {
	defer w.txn.Discard()
	if len(w.reqs) == 0 {
		return
	}
	s := w.s
	last, err := w.ts, error(nil)
	if w.large == nil {
		err = w.finish(w.txn, last)
	} else {
		last, err = w.commitLarge()
	}
	if err != nil {
		w.fail(err)
		return
	}
	// The changes are logged from the first transaction on.
	s.publish(last, w.timersFrom, w.ts, w.changes)
	for _, req := range w.reqs {
		s.watches.Apply(req.batch)
		req.err <- nil
	}
}

// finish logs how the worklist changes, in a transaction that is the last of
// the group, and commits it.
func (w *writer) finish(txn *badger.Txn, ts uint64) error {
	l := &w.s.work
	for _, i := range l.again(ts) {
		if w.on(i) {
			w.changes = append(w.changes, change{i, true})
		}
	}
	mark := len(w.made.spans)
	from := min(l.from(ts), w.ts)
	for range maxUnlogged {
		if l.first >= from {
			break
		}
		w.made.key(logPrefix).number(l.first).remove()
		l.first++
	}
	w.made.log(ts, l.first, from, w.timersFrom, w.changes)
	ws := w.made.writes(mark, w.ws[:0])
	for _, e := range ws {
		if err := e.into(txn); err != nil {
			return err
		}
	}
	w.tell(ws)
	return w.s.commitAt(txn, ts, false)
}

// publish lets readers see a transaction, and Badger forget what they cannot
// see anymore.
func (s *Store) publish(last uint64, timersFrom int64, logged uint64, changes []change) {
	s.mu.Lock()
	s.last = last
	s.work.apply(logged, changes)
	s.work.timersFrom = timersFrom
	oldest := last
	for ts := range s.reads {
		oldest = min(oldest, ts)
	}
	s.mu.Unlock()
	s.db.SetDiscardTs(oldest)
	s.mark.write(last)
}

// fail answers the requests with an error of the database. Whether their
// batches are stored is unknown, and nothing can be said for what follows: so
// the store is not used anymore.
func (w *writer) fail(err error) {
	err = w.s.fail(err)
	for _, req := range w.reqs {
		req.err <- err
	}
	w.reqs = nil
}

func (s *Store) fail(err error) error {
	err = fmt.Errorf("the store failed, what was being committed may be stored or not: %w", err)
	s.mu.Lock()
	s.failure = err
	s.mu.Unlock()
	return err
}

func (s *Store) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failure
}

// plan checks a batch against the state, and makes those of its writes that
// depend on it.
func (w *writer) plan(b *runtime.Batch) error {
	m := &w.made
	m.err = nil
	if rec := b.Record; rec != nil {
		if err := w.check(rec, b.Import); err != nil {
			return err
		}
		w.planWork(b)
		if err := w.planIndex(b); err != nil {
			return err
		}
	}
	if err := w.planItems(b); err != nil {
		return err
	}
	if k := b.Begun; k != nil {
		t, err := getTask(w.txn, *k)
		if err == nil && t.Withdrawn {
			err = runtime.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("task %s of %s: %w", k.ID, k.Exid, err)
		}
	}
	if k := b.Returned; k != nil {
		there, err := w.untask(*k)
		if err == nil && !there {
			err = fmt.Errorf("task %s of %s: %w", k.ID, k.Exid, runtime.ErrNotFound)
		}
		if err != nil {
			return err
		}
	}
	for _, t := range b.Trees {
		if _, known := w.s.trees.get(t.ID); known {
			continue
		}
		k := key(treePrefix, t.ID)
		if _, err := get(w.txn, k); errors.Is(err, runtime.ErrNotFound) {
			m.key(treePrefix, t.ID).value().bytes(t.Data).end()
		} else if err != nil {
			return err
		}
	}
	if err := w.flagTasks(b); err != nil {
		return err
	}
	for _, k := range b.Untasks {
		if _, err := w.untask(k); err != nil {
			return err
		}
	}
	for _, send := range b.Sends {
		if err := w.send(send.Exid, send.Data); err != nil {
			return err
		}
	}
	if err := w.planRows(b); err != nil {
		return err
	}
	for i := range b.Indexed {
		if err := w.index(&b.Indexed[i]); err != nil {
			return err
		}
	}
	for _, v := range b.Forgotten {
		if err := w.forget(v); err != nil {
			return err
		}
	}
	return m.err
}

// send puts a letter into an inbox.
func (w *writer) send(exid string, data []byte) error {
	if w.nth == maxLetters {
		return fmt.Errorf("%w: %d letters at a time", runtime.ErrTooLarge, w.nth)
	}
	// Numbers rise with the transactions, and within each.
	n := w.ts*maxLetters + w.nth
	w.nth++
	w.made.key(letterPrefix, exid).number(n).value().bytes(data).end()
	w.pending = append(w.pending, change{letterItemOf(exid, n), true})
	return nil
}

// maxLetters is how many letters one transaction can number.
const maxLetters = 1 << 20

func letterItemOf(exid string, n uint64) item {
	return item{letterItem, exid, string(number(make([]byte, 0, 8), n))}
}

func taskItemOf(k runtime.TaskKey) item { return item{taskItem, k.Exid, k.ID} }

// check compares the record's number with that of the stored one.
func (w *writer) check(rec *runtime.Record, imported bool) error {
	seq, err := w.seq(rec.Exid)
	switch {
	case err != nil:
		return err
	case imported && seq > 0:
		return fmt.Errorf("there is an execution %s already: %w", rec.Exid, runtime.ErrConflict)
	case !imported && rec.Seq != seq+1:
		return fmt.Errorf("execution %s is at commit %d, not %d: %w", rec.Exid, seq, rec.Seq-1, runtime.ErrConflict)
	}
	return nil
}

// seq is the number of an execution's last commit, 0 where there is none.
func (w *writer) seq(exid string) (uint64, error) {
	if seq, known := w.s.seqs.get(exid); known {
		return seq, nil
	}
	k := key(recordPrefix, exid)
	v, err := get(w.txn, k)
	if errors.Is(err, runtime.ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	seq, _, err := readSeq(k, v)
	return seq, err
}

// planWork lists how an execution's own batch changes the worklist.
func (w *writer) planWork(b *runtime.Batch) {
	exid := b.Record.Exid
	w.pending = append(w.pending, change{item{kind: readyItem, exid: exid}, b.Record.Ready})
	for _, n := range b.Consumed {
		w.pending = append(w.pending, change{letterItemOf(exid, n), false})
	}
	for i := range b.Tasks {
		t := &b.Tasks[i]
		w.pending = append(w.pending, change{item{taskItem, exid, t.ID}, waits(flags(t))})
	}
}
