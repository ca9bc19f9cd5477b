// Package badgerstore keeps executions in a Badger database: one directory,
// used by one process at a time.
package badgerstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// Options say how a store is opened. The zero value is a good one.
type Options struct {
	// Logger gets what Badger warns of. Default: discards it.
	Logger *slog.Logger
	// AcceptLoss opens a store even where its last commits are lost, as after
	// damage to the disk. What it still holds is whole up to some commit.
	AcceptLoss bool
}

// The errors of Open, wrapped in what says more.
var (
	ErrInUse   = errors.New("another process is using the store")
	ErrForeign = errors.New("the directory is not a store of this program")
	ErrDamaged = errors.New("the store is damaged")
)

const (
	formatFile = "FORMAT"
	lockFile   = "LOCK"
	markFile   = "HIGHWATER"
	dataDir    = "data"
	formatText = "florc store 1\n"

	memTableBytes = 16 << 20
	// Larger values go to Badger's value log: they would not fit a transaction.
	maxInlineBytes = 1 << 20
)

// Store is a runtime.Store in a directory.
type Store struct {
	db     *badger.DB
	lock   *os.File
	mark   *os.File
	log    *slog.Logger
	reqs   chan *request
	ended  chan struct{}  // the committer has
	closed chan struct{}  // no more commits are taken
	users  sync.WaitGroup // of the database

	mu      sync.Mutex
	down    bool
	failure error
	last    uint64         // the last transaction that may be read
	reads   map[uint64]int // open ones, by the transaction that they see
}

// Open opens the store in a directory, which is made if it is not there.
func Open(dir string, o Options) (*Store, error) {
	s := &Store{log: o.Logger, reqs: make(chan *request), ended: make(chan struct{}), closed: make(chan struct{}),
		reads: make(map[uint64]int)}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.open(dir, o); err != nil {
		s.release()
		return nil, fmt.Errorf("store %s: %w", dir, err)
	}
	go s.commitLoop()
	return s, nil
}

func (s *Store) open(dir string, o Options) (err error) {
	if err := prepareDir(dir); err != nil {
		return err
	}
	if s.lock, err = lock(filepath.Join(dir, lockFile)); err != nil {
		return err
	}
	data := filepath.Join(dir, dataDir)
	if err := removeEmptyMemtables(data); err != nil {
		return err
	}
	if s.db, err = badger.OpenManaged(options(data, s.log)); err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if s.mark, err = os.OpenFile(filepath.Join(dir, markFile), os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	last, err := s.lastTransaction()
	if err != nil {
		return err
	}
	if mark := s.readMark(); mark > last && !o.AcceptLoss {
		return fmt.Errorf("%w: its last %d commits are lost. Restore a backup, or open it with AcceptLoss to go on with what is left",
			ErrDamaged, mark-last)
	}
	// What AcceptLoss leaves behind, or a crash, is overwritten by higher ones.
	s.last = max(last, s.db.MaxVersion())
	s.db.SetDiscardTs(s.last)
	s.writeMark()
	return s.finishStaged()
}

// prepareDir makes the directory, or checks that it is a store.
func prepareDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	format, err := os.ReadFile(filepath.Join(dir, formatFile))
	switch {
	case err == nil && string(format) == formatText:
		return nil
	case err == nil && strings.HasPrefix(string(format), "florc store "):
		return fmt.Errorf("%w: its format is %q, this version of florc reads %q", ErrForeign,
			strings.TrimSpace(string(format)), strings.TrimSpace(formatText))
	case err == nil:
		return fmt.Errorf("%w: its file %s says %q", ErrForeign, formatFile, truncate(string(format)))
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != formatFile+".new" { // of a start that was cut short
			return fmt.Errorf("%w: it has other files, such as %s, and no %s", ErrForeign, e.Name(), formatFile)
		}
	}
	return writeDurably(filepath.Join(dir, formatFile), formatText)
}

func truncate(s string) string { return s[:min(len(s), 40)] }

// writeDurably makes a file that is there whole or not at all.
func writeDurably(path, text string) error {
	f, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	// Not every system can sync a directory; those that can't need not.
	_ = d.Sync()
	return d.Close()
}

// removeEmptyMemtables removes memtable files that a crash left without any
// content: Badger does not open a directory that has one (its issue 2207).
// With SyncWrites nothing that was acknowledged can be missing from them.
func removeEmptyMemtables(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.mem"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if st, err := os.Stat(f); err == nil && st.Size() == 0 {
			if err := os.Remove(f); err != nil {
				return err
			}
		}
	}
	return nil
}

// options are for little memory, and for one writer that numbers its
// transactions itself.
func options(dir string, log *slog.Logger) badger.Options {
	return badger.DefaultOptions(dir).
		WithLogger(logger{log}).
		WithSyncWrites(true).
		WithDetectConflicts(false).
		WithNumVersionsToKeep(1).
		WithMemTableSize(memTableBytes).
		WithNumMemtables(2).
		WithNumLevelZeroTables(2).
		WithNumLevelZeroTablesStall(6).
		WithNumCompactors(2).
		WithCompression(0).
		WithBlockCacheSize(0).
		WithValueThreshold(maxInlineBytes).
		WithValueLogFileSize(64 << 20).
		WithMetricsEnabled(false)
}

type logger struct{ log *slog.Logger }

func (l logger) Errorf(format string, args ...any)   { l.log.Error(line(format, args)) }
func (l logger) Warningf(format string, args ...any) { l.log.Warn(line(format, args)) }
func (l logger) Infof(string, ...any)                {}
func (l logger) Debugf(string, ...any)               {}

func line(format string, args []any) string {
	return "badger: " + strings.TrimSpace(fmt.Sprintf(format, args...))
}

// lastTransaction returns the number of the last whole transaction. Each one
// writes its own, as a key that no compaction drops.
func (s *Store) lastTransaction() (uint64, error) {
	txn := s.db.NewTransactionAt(math.MaxUint64, false)
	defer txn.Discard()
	item, err := txn.Get([]byte(lastKey))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return item.Version(), nil
}

// The high-water mark is the number of a transaction that is stored durably,
// in a file of its own. Badger drops what follows the first damaged byte of
// its write-ahead log without a word; this tells.

const markBytes = 16

func (s *Store) readMark() uint64 {
	var b [markBytes]byte
	if _, err := s.mark.ReadAt(b[:], 0); err != nil {
		return 0
	}
	mark := binary.BigEndian.Uint64(b[:])
	if binary.BigEndian.Uint64(b[8:]) != ^mark {
		return 0 // cut short while it was written
	}
	return mark
}

// writeMark notes that the last transaction is durable. It does not sync: an
// older mark is good as well.
func (s *Store) writeMark() {
	b := binary.BigEndian.AppendUint64(nil, s.last)
	b = binary.BigEndian.AppendUint64(b, ^s.last)
	if _, err := s.mark.WriteAt(b, 0); err != nil {
		s.log.Warn("the store's high-water mark cannot be written", "error", err)
	}
}

// Close ends the use of the store; commits under way are finished.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.down {
		s.mu.Unlock()
		<-s.ended
		return nil
	}
	s.down = true
	close(s.closed)
	s.mu.Unlock()
	<-s.ended
	s.users.Wait()
	return s.release()
}

func (s *Store) release() error {
	var errs []error
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	for _, f := range []*os.File{s.mark, s.lock} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

var _ runtime.Store = (*Store)(nil)
