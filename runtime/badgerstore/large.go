package badgerstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// A batch that is too large for one transaction, or has values that Badger puts
// into its value log, is written in many, under rising numbers. Readers see none of them before the last, as they read at the
// number of the last that was published; and Badger keeps the versions before,
// as it is told of that number, too. The first transaction says, under a key of
// its own, after which number it all began; the last removes that. Where Open
// finds it, it takes back what came after.

const logPartBytes = 512 << 10

// commitLarge commits the batch, and returns the number of the last
// transaction.
func (w *writer) commitLarge() (last uint64, err error) {
	s := w.s
	var m builder
	m.key(unfinishedKey).value().uvarint(s.last).end()
	// A log that is long is put in parts, that of the last transaction is the
	// rest of it.
	parts, done := uint64(0), 0
	for i, size := 0, int64(0); i < len(w.changes); i++ {
		if size += w.changes[i].size(); size > logPartBytes {
			m.log(w.ts+parts, s.work.first, s.work.from(w.ts), w.timersFrom, w.changes[done:i+1])
			parts, done, size = parts+1, i+1, 0
		}
	}
	ws := append(m.writes(0, nil), w.large...)
	if last, err = s.writeMany(s.last, ws); err != nil {
		return 0, err
	}
	all := w.changes
	w.changes = w.changes[done:]
	last = max(last+1, w.ts+parts)
	err = w.finishLarge(last)
	w.changes = all
	return last, err
}

// finishLarge ends what began with the key that tells of it.
func (w *writer) finishLarge(ts uint64) error {
	if err := w.s.beforeWrite(); err != nil {
		return err
	}
	txn := w.s.db.NewTransactionAt(ts-1, true)
	defer txn.Discard()
	if err := txn.Delete([]byte(unfinishedKey)); err != nil {
		return err
	}
	return w.finish(txn, ts)
}

// writeMany does writes in as many transactions as they need, numbered from the
// one after ts, and returns the number of the last one.
func (s *Store) writeMany(ts uint64, ws []write) (uint64, error) {
	maxCount, maxBytes := s.room()
	for len(ws) > 0 {
		n, size := int64(0), int64(0)
		for n < int64(len(ws)) && n < maxCount && (n == 0 || size+ws[n].size() <= maxBytes) {
			size += ws[n].size()
			n++
		}
		ts++
		if err := s.writeOne(ts, ws[:n]); err != nil {
			return ts, err
		}
		ws = ws[n:]
	}
	return ts, nil
}

func (s *Store) writeOne(ts uint64, ws []write) error {
	if err := s.beforeWrite(); err != nil {
		return err
	}
	txn := s.db.NewTransactionAt(ts-1, true)
	defer txn.Discard()
	for _, e := range ws {
		if err := e.into(txn); err != nil {
			return err
		}
	}
	return s.commitAt(txn, ts, true)
}

// takeBack undoes a batch of many transactions whose last is not there: it puts
// what was there before once more, under numbers that follow. The key that
// tells of the batch stays until the first transaction after, so that this may
// be cut short itself.
func (s *Store) takeBack() (took bool, err error) {
	newest := s.db.MaxVersion()
	txn := s.db.NewTransactionAt(newest, false)
	defer txn.Discard()
	k := []byte(unfinishedKey)
	v, err := get(txn, k)
	if errors.Is(err, runtime.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	base, n := binary.Uvarint(v)
	if n <= 0 {
		return false, fmt.Errorf("%w: it does not say where its unfinished batch began", ErrDamaged)
	}
	before := s.db.NewTransactionAt(base, false)
	defer before.Discard()
	o := badger.DefaultIteratorOptions
	o.AllVersions, o.PrefetchValues, o.SinceTs = true, false, base
	it := txn.NewIterator(o)
	defer it.Close()
	var ws []write
	var last []byte
	size, ts := int64(0), newest
	maxCount, maxBytes := s.room()
	for it.Rewind(); it.Valid(); it.Next() {
		if bytes.Equal(it.Item().Key(), last) || bytes.Equal(it.Item().Key(), k) {
			continue
		}
		last = it.Item().KeyCopy(last)
		w := write{key: bytes.Clone(last)}
		if w.value, w.remove, err = asBefore(before, last); err != nil {
			return false, err
		}
		if len(ws) > 0 && (size+w.size() > maxBytes || int64(len(ws)) == maxCount) {
			ts++
			if err := s.writeOne(ts, ws); err != nil {
				return false, err
			}
			ws, size = ws[:0], 0
		}
		ws, size = append(ws, w), size+w.size()
	}
	if _, err = s.writeMany(ts, ws); err != nil {
		return false, err
	}
	return true, nil
}

func asBefore(before *badger.Txn, k []byte) (v []byte, gone bool, err error) {
	item, err := before.Get(k)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, true, nil
	}
	if err == nil {
		v, err = item.ValueCopy(nil)
	}
	return v, false, err
}
