package badgerstore

import (
	badger "github.com/dgraph-io/badger/v4"
)

// Write is a key that a batch puts or removes.
type Write struct {
	Key, Value []byte
	Removed    bool
}

// note keeps what a batch writes, where someone wants to know.
func (w *writer) note(groups ...[]write) {
	if w.s.record == nil {
		return
	}
	var all []Write
	for _, ws := range groups {
		for _, w := range ws {
			all = append(all, Write{w.key, w.value, w.remove})
		}
	}
	w.noted = append(w.noted, all)
}

// tell hands out what the batches of a transaction write; the log of the
// transaction goes with the last.
func (w *writer) tell(log []write) {
	if len(w.noted) == 0 {
		return
	}
	w.note(log)
	n := len(w.noted) - 1
	w.noted[n-1] = append(w.noted[n-1], w.noted[n]...)
	for _, writes := range w.noted[:n] {
		w.s.record(writes)
	}
	w.noted = w.noted[:0]
}

// Floor is a database that does nothing but take writes, in groups as a Store
// does: what a Store costs beside it is its own. It is for benchmarks.
type Floor struct {
	db    *badger.DB
	reqs  chan floorRequest
	ended chan struct{}
}

type floorRequest struct {
	writes []Write
	err    chan error
}

// OpenFloor makes a Floor in an empty directory, with the options of a Store's
// database. It leaves syncing to Badger.
func OpenFloor(dir string, o Options) (*Floor, error) {
	db, err := badger.OpenManaged(badgerOptions(dir, o, o.logger()))
	if err != nil {
		return nil, err
	}
	f := &Floor{db: db, reqs: make(chan floorRequest), ended: make(chan struct{})}
	go f.loop()
	return f, nil
}

// Commit writes a batch that was recorded. It may be called by any number of
// goroutines at once, but not after Close.
func (f *Floor) Commit(writes []Write) error {
	req := floorRequest{writes, make(chan error, 1)}
	f.reqs <- req
	return <-req.err
}

// Close ends the use of the database.
func (f *Floor) Close() error {
	close(f.reqs)
	<-f.ended
	return f.db.Close()
}

func (f *Floor) loop() {
	defer close(f.ended)
	ts := uint64(0)
	for req := range f.reqs {
		group := []floorRequest{req}
		txn := f.db.NewTransactionAt(ts, true)
		ts++
		err := putAll(txn, req.writes)
	gather:
		for err == nil && len(group) < maxGroup {
			select {
			case req, ok := <-f.reqs:
				if !ok {
					break gather
				}
				group = append(group, req)
				err = putAll(txn, req.writes)
			default:
				break gather
			}
		}
		if err == nil {
			err = txn.CommitAt(ts, nil)
		}
		txn.Discard()
		f.db.SetDiscardTs(ts)
		for _, req := range group {
			req.err <- err
		}
	}
}

func putAll(txn *badger.Txn, ws []Write) error {
	for _, w := range ws {
		if err := (write{w.Key, w.Value, w.Removed}).into(txn); err != nil {
			return err
		}
	}
	return nil
}
