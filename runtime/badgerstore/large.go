package badgerstore

import (
	"encoding/binary"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"
)

// A batch that is too large for one transaction is first staged: its writes
// are stored, in parts, under keys of their own; part 0, which is stored last
// and removed first, says that it is whole. From there on it is committed. Then
// the writes are done, and what was staged is removed. Readers see none of
// these transactions before the last. Open finishes a batch that is staged
// whole, and forgets another.

const stagedPartBytes = 512 << 10

// commitLarge commits writes of any number. It returns the number of the last
// transaction.
func (s *Store) commitLarge(ws []write) (uint64, error) {
	parts := stagedParts(ws)
	ts, err := s.writeAll(s.last, stage(parts))
	if err == nil {
		ts, err = s.writeAll(ts, []write{stagedWhole(len(parts))})
	}
	if err != nil {
		return 0, err
	}
	return s.applyStaged(ts, ws, len(parts))
}

// stagedParts encodes writes, in parts.
func stagedParts(ws []write) (parts [][]byte) {
	var part []byte
	for _, e := range ws {
		for _, field := range [][]byte{e.key, e.value} {
			part = binary.AppendUvarint(part, uint64(len(field)))
			part = append(part, field...)
		}
		if part = append(part, 0); e.remove {
			part[len(part)-1] = 1
		}
	}
	for len(part) > stagedPartBytes {
		parts = append(parts, part[:stagedPartBytes])
		part = part[stagedPartBytes:]
	}
	return append(parts, part)
}

func stage(parts [][]byte) (ws []write) {
	for i, p := range parts {
		ws = append(ws, write{key: key(stagedPrefix, uint64(i+1)), value: p})
	}
	return ws
}

func stagedWhole(parts int) write {
	return write{key: key(stagedPrefix, uint64(0)), value: binary.AppendUvarint(nil, uint64(parts))}
}

// applyStaged does the writes of a staged batch and removes what was staged.
func (s *Store) applyStaged(ts uint64, ws []write, parts int) (uint64, error) {
	ts, err := s.writeAll(ts, ws)
	if err == nil {
		ts, err = s.writeAll(ts, []write{{key: key(stagedPrefix, uint64(0)), remove: true}})
	}
	var rest []write
	for i := range parts {
		rest = append(rest, write{key: key(stagedPrefix, uint64(i+1)), remove: true})
	}
	if err == nil {
		ts, err = s.writeAll(ts, rest)
	}
	return ts, err
}

// writeAll does writes in as many transactions as they need, numbered from the
// one after ts, and returns the number of the last one.
func (s *Store) writeAll(ts uint64, ws []write) (uint64, error) {
	maxCount, maxBytes := s.room()
	for len(ws) > 0 {
		txn := s.db.NewTransactionAt(ts, true)
		ts++
		count, bytes := int64(0), int64(0)
		err := txn.Set([]byte(lastKey), nil)
		for len(ws) > 0 && err == nil {
			bytes += int64(len(ws[0].key) + min(len(ws[0].value), maxInlineBytes) + 32)
			if count++; count > 1 && (count > maxCount || bytes > maxBytes) {
				break
			}
			err = ws[0].into(txn)
			ws = ws[1:]
		}
		if err == nil {
			err = txn.CommitAt(ts, nil)
		}
		txn.Discard()
		if err != nil {
			return ts, err
		}
	}
	return ts, nil
}

// finishStaged ends what a crash left of a large batch.
func (s *Store) finishStaged() error {
	txn := s.db.NewTransactionAt(s.last, false)
	defer txn.Discard()
	var parts []byte
	n := 0
	whole := false
	err := scan(txn, []byte(stagedPrefix), []byte(stagedPrefix), true, func(k []byte, item *badger.Item) (bool, error) {
		v, err := item.ValueCopy(nil)
		if lastNumber(k) == 0 {
			whole = true
		} else {
			parts = append(parts, v...)
			n++
		}
		return true, err
	})
	if err != nil || n == 0 && !whole {
		return err
	}
	var ws []write
	if whole {
		if ws, err = parseStaged(parts); err != nil {
			return err
		}
	}
	last, err := s.applyStaged(s.last, ws, n)
	if err != nil {
		return err
	}
	s.publish(last)
	return nil
}

func parseStaged(data []byte) (ws []write, err error) {
	field := func() []byte {
		n, size := binary.Uvarint(data)
		if size <= 0 || n > uint64(len(data)-size) {
			err = fmt.Errorf("%w: a staged batch is cut short", ErrDamaged)
			return nil
		}
		f := data[size : size+int(n)]
		data = data[size+int(n):]
		return f
	}
	for len(data) > 0 {
		e := write{key: field(), value: field()}
		if err == nil && len(data) == 0 {
			err = fmt.Errorf("%w: a staged batch is cut short", ErrDamaged)
		}
		if err != nil {
			return nil, err
		}
		e.remove, data = data[0] == 1, data[1:]
		ws = append(ws, e)
	}
	return ws, nil
}
