package badgerstore

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	badger "github.com/dgraph-io/badger/v4"
)

// wal syncs the write-ahead log of the database. Left to itself, Badger syncs
// its value log, too, with each transaction, though there is hardly ever anything
// in it: so each commit would wait for the disk twice.
type wal struct {
	data string
	dir  *os.File
	id   int // of the log
	next string
	file *os.File
}

// openWAL finds the log that the next transaction goes to.
func openWAL(data string) (*wal, error) {
	logs, err := filepath.Glob(filepath.Join(data, "*.mem"))
	if err != nil {
		return nil, err
	}
	id := -1
	for _, path := range logs {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(path), "%d.mem", &n); err == nil {
			id = max(id, n)
		}
	}
	l := &wal{data: data}
	if l.dir, err = os.Open(data); err != nil {
		return nil, err
	}
	if err := l.open(id); err != nil {
		return nil, errors.Join(err, l.dir.Close())
	}
	return l, nil
}

// open goes on with the log of that number.
func (l *wal) open(id int) error {
	file, err := os.Open(filepath.Join(l.data, logName(id)))
	if err != nil {
		return err
	}
	l.file, l.id, l.next = file, id, logName(id+1)
	return l.dir.Sync()
}

func logName(id int) string { return fmt.Sprintf("%05d.mem", id) }

// sync makes durable what is in the log. A transaction is in one log as a
// whole, the newest there is; nobody writes but who calls this.
func (l *wal) sync() error {
	for {
		switch exists, err := existsIn(l.dir, l.next); {
		case err != nil:
			return err
		case !exists:
			return syncData(l.file)
		}
		if err := errors.Join(syncData(l.file), l.file.Close()); err != nil {
			return err
		}
		if err := l.open(l.id + 1); err != nil {
			return err
		}
	}
}

func (l *wal) close() error {
	if l == nil {
		return nil
	}
	return errors.Join(l.file.Close(), l.dir.Close())
}

// commitAt commits a transaction durably. Values that are apart, in the value
// log, may get there after what refers to them: they are for a batch of many
// transactions, which is taken back unless it has come to its end.
func (s *Store) commitAt(txn *badger.Txn, ts uint64, apart bool) error {
	if err := txn.CommitAt(ts, nil); err != nil || s.wal == nil {
		return err
	}
	if apart {
		if err := s.db.Sync(); err != nil {
			return err
		}
	}
	return s.wal.sync()
}
