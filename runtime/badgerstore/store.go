// Package badgerstore keeps executions in a Badger database: one directory,
// used by one process at a time.
package badgerstore

import (
	"cmp"
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
	"github.com/dgraph-io/badger/v4/options"

	"github.com/florc-lang/florc/runtime"
)

// Options say how a store is opened. The zero value is a good one.
type Options struct {
	// Logger gets what Badger warns of. Default: discards it.
	Logger *slog.Logger
	// AcceptLoss opens a store even where its last commits are lost, as after
	// damage to the disk. What it still holds is whole up to some commit.
	AcceptLoss bool
	// EncryptionKey encrypts what is stored, with AES: 16, 24 or 32 bytes. A
	// store keeps the key that it was made with. Default: no encryption.
	EncryptionKey []byte
	// MinFreeBytes is the room on the disk below which no execution is begun
	// or imported; below half of it nothing is committed. Commits get
	// runtime.ErrFull then. Default: 256 MiB; negative: none.
	MinFreeBytes int64
	// FreeBytes tells how much room there is. Default: asks the system about
	// the disk that the directory is on.
	FreeBytes func() (int64, error)
	// Record, where set, is given what each batch writes, for benchmarks: but
	// for batches too large for one transaction. It is called by one goroutine
	// at a time, and must not keep the bytes.
	Record func([]Write)

	memTable int64 // bytes of a memory table; 0 for memTableBytes
}

func (o Options) memTableBytes() int64 { return cmp.Or(o.memTable, memTableBytes) }

func (o Options) logger() *slog.Logger {
	if o.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Logger
}

// The errors of Open, wrapped in what says more.
var (
	ErrInUse   = errors.New("another process is using the store")
	ErrForeign = errors.New("the directory is not a store of this program")
	ErrDamaged = errors.New("the store is damaged")
	ErrKey     = errors.New("the encryption key is not that of the store")
)

const (
	lockFile = "LOCK"
	dataDir  = "data"

	// memTableBytes is how much of what was committed is in memory before it is
	// written to a table. Commits wait where that, and merging tables, takes the
	// processors: with 16 MiB four times as often.
	memTableBytes = 64 << 20
	numMemTables  = 2 // that wait to be written, beside the one in use
	// Larger values go to Badger's value log: they would not fit a transaction.
	maxInlineBytes  = 1 << 20
	blockCacheBytes = 32 << 20
	indexCacheBytes = 32 << 20
)

// Store is a runtime.Store in a directory.
type Store struct {
	db     *badger.DB
	wal    *wal // nil where Badger syncs it
	dir    string
	key    []byte // of the encryption
	lock   *os.File
	mark   mark
	log    *slog.Logger
	space  *space
	record func([]Write)
	reqs   chan *request
	ended  chan struct{}  // the committer has
	closed chan struct{}  // no more commits are taken
	users  sync.WaitGroup // of the database

	mu      sync.Mutex
	down    bool
	failure error
	last    uint64         // the last transaction that may be read
	reads   map[uint64]int // open ones, by the transaction that they see
	work    worklist       // as of last; changed by the committer only
	watches runtime.Watches

	unindexed  bool       // there is no index
	reindexing sync.Mutex // held while one is built

	// Held while something is written, by who writes it; what follows is theirs.
	writing     sync.Mutex
	writer      writer
	seqs, trees cache
	untimers    int // removed since the bound of the timers was set
	// Called before each of the transactions of a large batch, for tests.
	beforeWrite func() error
}

// Open opens the store in a directory, which is made if it is not there.
func Open(dir string, o Options) (*Store, error) {
	s := newStore(dir, o)
	if err := s.open(dir, o); err != nil {
		s.release()
		return nil, fmt.Errorf("store %s: %w", dir, err)
	}
	s.writer = writer{s: s, will: make(map[item]bool)}
	go s.commitLoop()
	return s, nil
}

func newStore(dir string, o Options) *Store {
	return &Store{dir: dir, key: o.EncryptionKey, log: o.logger(), record: o.Record, reqs: make(chan *request), ended: make(chan struct{}),
		closed: make(chan struct{}), reads: make(map[uint64]int), work: newWorklist(),
		seqs: newCache(1 << 14), trees: newCache(1 << 10), space: newSpace(dir, o),
		beforeWrite: func() error { return nil }}
}

func (s *Store) open(dir string, o Options) (err error) {
	if err := checkKey(o.EncryptionKey); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := checkDir(dir); err != nil {
		return err
	}
	if s.lock, err = lock(filepath.Join(dir, lockFile)); err != nil {
		return err
	}
	if err := prepareDir(dir, migrations); err != nil {
		return err
	}
	data := filepath.Join(dir, dataDir)
	if err := removeEmptyLogs(data); err != nil {
		return err
	}
	found, err := inspect(data, o.EncryptionKey)
	if err != nil {
		return err
	}
	if s.mark, err = openMark(dir, data, o.AcceptLoss, s.log); err != nil {
		return err
	}
	if s.mark.last > found.last && !o.AcceptLoss {
		return fmt.Errorf("%w: its last %d commits are lost. Restore a backup, or open it with AcceptLoss to go on with what is left",
			ErrDamaged, s.mark.last-found.last)
	}
	if err := found.cutLogs(); err != nil {
		return err
	}
	if err := s.space.checkOpen(); err != nil {
		return err
	}
	s.unindexed = isUnindexed(dir)
	own := syncsItself(data)
	err = guarded(func() error {
		s.db, err = badger.OpenManaged(badgerOptions(data, o, s.log).WithSyncWrites(!own))
		return err
	})
	if err != nil {
		s.db = nil
		if errors.Is(err, fs.ErrPermission) {
			return err
		}
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if own {
		if s.wal, err = openWAL(data); err != nil {
			return err
		}
	}
	if err := s.recover(); err != nil {
		return err
	}
	if err := s.loadWatches(); err != nil {
		return err
	}
	return s.listTasks()
}

func checkKey(key []byte) error {
	switch len(key) {
	case 0, 16, 24, 32:
		return nil
	}
	return fmt.Errorf("%w: it has %d bytes, give 16, 24 or 32", ErrKey, len(key))
}

// recover ends what a crash left.
func (s *Store) recover() error {
	tookBack, err := s.takeBack()
	if err != nil {
		return err
	}
	if err := s.loadWorklist(); err != nil {
		return err
	}
	s.last = s.db.MaxVersion()
	if tookBack {
		w := &writer{s: s, ts: s.last + 1, timersFrom: s.work.timersFrom}
		if err := w.finishLarge(w.ts); err != nil {
			return err
		}
		s.last = w.ts
	}
	s.publish(s.last, s.work.timersFrom, s.last, nil)
	s.mark.write(s.last) // in the other slot, too: with AcceptLoss that may be higher
	return nil
}

// removeEmptyLogs removes write-ahead logs and value logs that a crash left
// without any content: Badger does not open a directory that has one (its issue
// 2207). With SyncWrites nothing that was acknowledged can be missing from them.
func removeEmptyLogs(dir string) error {
	for _, kind := range []string{"*.mem", "*.vlog"} {
		files, err := filepath.Glob(filepath.Join(dir, kind))
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
	}
	return nil
}

// badgerOptions are for little memory, and for one writer that numbers its
// transactions itself.
func badgerOptions(dir string, o Options, log *slog.Logger) badger.Options {
	b := badger.DefaultOptions(dir).
		WithLogger(logger{log}).
		WithSyncWrites(true).
		WithDetectConflicts(false).
		WithNumVersionsToKeep(1).
		WithMemTableSize(o.memTableBytes()).
		WithNumMemtables(numMemTables).
		WithNumLevelZeroTables(4).
		WithNumLevelZeroTablesStall(10).
		WithNumCompactors(2).
		WithCompression(options.Snappy).
		WithBlockCacheSize(blockCacheBytes).
		WithValueThreshold(maxInlineBytes).
		WithValueLogFileSize(64 << 20).
		WithVerifyValueChecksum(true).
		WithMetricsEnabled(false)
	if len(o.EncryptionKey) > 0 {
		b = b.WithEncryptionKey(o.EncryptionKey).WithIndexCacheSize(indexCacheBytes)
	}
	return b
}

type logger struct{ log *slog.Logger }

func (l logger) Errorf(format string, args ...any)   { l.log.Error(line(format, args)) }
func (l logger) Warningf(format string, args ...any) { l.log.Warn(line(format, args)) }
func (l logger) Infof(string, ...any)                {}
func (l logger) Debugf(string, ...any)               {}

func line(format string, args []any) string {
	return "badger: " + strings.TrimSpace(fmt.Sprintf(format, args...))
}

// loadWorklist reads the worklist from its logs.
func (s *Store) loadWorklist() error {
	txn := s.db.NewTransactionAt(s.db.MaxVersion(), false)
	defer txn.Discard()
	last, err := lastKey(txn, []byte(logPrefix), number([]byte(logPrefix), math.MaxUint64))
	if errors.Is(err, runtime.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	v, err := get(txn, last)
	if err != nil {
		return err
	}
	head, err := readLog(last, v)
	if err != nil {
		return err
	}
	s.work.first, s.work.timersFrom = head.first, head.timersFrom
	return scan(txn, []byte(logPrefix), number([]byte(logPrefix), head.from), func(k, v []byte) (bool, error) {
		l, err := readLog(k, v)
		s.work.apply(lastNumber(k), l.changes)
		return true, err
	})
}

// maxPassed is how many keys a look for the first timer goes through.
const maxPassed = 8192

// passTimers raises the bound of the timers beyond those that were removed, now
// and then.
func (s *Store) passTimers() {
	if s.untimers < maxPassed/2 {
		return
	}
	s.untimers = 0
	from := timersFrom(s.work.timersFrom)
	due := int64(math.MaxInt64)
	txn := s.db.NewTransactionAt(s.last, false)
	defer txn.Discard()
	err := guarded(func() error {
		o := badger.DefaultIteratorOptions
		o.Prefix, o.PrefetchValues, o.AllVersions = []byte(timerPrefix), false, true
		it := txn.NewIterator(o)
		defer it.Close()
		var k []byte
		passed := 0
		for it.Seek(from); it.Valid(); it.Next() {
			if string(it.Item().Key()) == string(k) {
				continue // an older version
			}
			k = it.Item().KeyCopy(k)
			if passed++; passed > maxPassed || !it.Item().IsDeletedOrExpired() {
				due = dueOf(k)
				break
			}
		}
		return nil
	})
	if err == nil {
		s.work.timersFrom = due
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
	errs = append(errs, s.wal.close(), s.mark.close())
	if s.lock != nil {
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

var _ runtime.Store = (*Store)(nil)
