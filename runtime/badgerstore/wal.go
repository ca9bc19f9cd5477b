package badgerstore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	badger "github.com/dgraph-io/badger/v4"
)

// wal syncs the write-ahead log of the database. Left to itself, Badger syncs
// its value log, too, with each transaction, though there is hardly ever anything
// in it: so each commit would wait for the disk twice.
type wal struct {
	data string
	id   int // of the log
	file *os.File
}

// openWAL finds the log that the next transaction goes to.
func openWAL(data string) (*wal, error) {
	logs, err := filepath.Glob(filepath.Join(data, "*.mem"))
	if err != nil {
		return nil, err
	}
	l := &wal{data: data, id: -1}
	for _, path := range logs {
		var id int
		if _, err := fmt.Sscanf(filepath.Base(path), "%d.mem", &id); err == nil {
			l.id = max(l.id, id)
		}
	}
	if l.file, err = os.Open(l.path(l.id)); err != nil {
		return nil, err
	}
	return l, syncDir(data)
}

func (l *wal) path(id int) string { return filepath.Join(l.data, fmt.Sprintf("%05d.mem", id)) }

// sync makes durable what is in the log. A transaction is in one log as a
// whole, the newest there is; nobody writes but who calls this.
func (l *wal) sync() error {
	for {
		next, err := os.Open(l.path(l.id + 1))
		if errors.Is(err, fs.ErrNotExist) {
			return syncData(l.file)
		}
		if err == nil {
			err = errors.Join(syncData(l.file), l.file.Close(), syncDir(l.data))
			l.file, l.id = next, l.id+1
		}
		if err != nil {
			return err
		}
	}
}

func (l *wal) close() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
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
