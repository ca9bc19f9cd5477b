package badgerstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

const markFile = "HIGHWATER"

// mark is the high-water mark: the number of a transaction that is stored
// durably, in a file of its own. Badger drops what follows the first damaged
// byte of its write-ahead log without a word; this tells. There are two slots,
// written in turn, each with a checksum, so that one that was cut short does
// not matter.
type mark struct {
	file *os.File
	log  *slog.Logger
	slot int64
	last uint64 // as read
}

const slotBytes = 16

// openMark opens the mark of a store, or makes it for a new one.
func openMark(dir, data string, acceptLoss bool, log *slog.Logger) (m mark, err error) {
	m.log = log
	_, err = os.Stat(filepath.Join(data, "MANIFEST"))
	isNew := errors.Is(err, fs.ErrNotExist)
	path := filepath.Join(dir, markFile)
	if m.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return m, err
	}
	var b [2 * slotBytes]byte
	n, err := m.file.ReadAt(b[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return m, err
	}
	whole := 0
	for i := 0; i+slotBytes <= n; i += slotBytes {
		number, ok := readSlot(b[i : i+slotBytes])
		if !ok {
			continue
		}
		if whole++; number >= m.last {
			m.last, m.slot = number, int64(1-i/slotBytes)
		}
	}
	switch {
	case whole == 1 && n == len(b):
		log.Warn("a part of the store's high-water mark was damaged, or cut short; it is written anew", "file", path)
	case whole == 0 && !isNew && !acceptLoss:
		return m, fmt.Errorf("%w: %s does not say which commits have to be there. Restore a backup, or open it with AcceptLoss to go on with what is left",
			ErrDamaged, path)
	case whole == 0:
		return m, m.begin(dir)
	}
	return m, nil
}

// begin writes the first mark durably. It has to be on the disk before the
// database is: a database without a mark has lost it.
func (m *mark) begin(dir string) error {
	if _, err := m.file.WriteAt(append(slot(0), slot(0)...), 0); err != nil {
		return err
	}
	if err := m.file.Sync(); err != nil {
		return err
	}
	return syncDir(dir)
}

// slot makes a slot: a number and its checksum.
func slot(number uint64) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, slotBytes), number)
	return binary.BigEndian.AppendUint64(b, uint64(checksum([]byte(markFile), b)))
}

func readSlot(b []byte) (number uint64, ok bool) {
	number = binary.BigEndian.Uint64(b)
	return number, bytes.Equal(b, slot(number))
}

// write notes that a transaction is durable. It does not sync: an older mark
// is good as well.
func (m *mark) write(last uint64) {
	if _, err := m.file.WriteAt(slot(last), m.slot*slotBytes); err != nil {
		m.log.Warn("the store's high-water mark cannot be written", "error", err)
	}
	m.slot = 1 - m.slot
}

func (m *mark) close() error {
	if m.file == nil {
		return nil
	}
	return errors.Join(m.file.Sync(), m.file.Close())
}
