package badgerstore

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/florc-lang/florc/runtime"
)

const (
	defaultMinFreeBytes = 256 << 20
	// compactionBytes bounds the room that Badger takes for a while where it
	// merges tables; it is no more than the tables themselves. Where it is not
	// there, the system ends the process: the tables are written as memory.
	compactionBytes = 512 << 20
	probeEvery      = time.Second
	// probeAgain is when a refusal asks anew.
	probeAgain = 20 * time.Millisecond
)

// space watches how much room the disk has.
type space struct {
	min   int64
	probe func() (int64, error)
	data  string // the directory of the tables
	// memTable is the size of one; unflushed is the room that what is committed
	// may still take when it moves from the memory tables into tables.
	memTable, unflushed int64

	mu   sync.Mutex
	at   time.Time // of the last probe
	free int64     // beside what the database needs
	err  error
}

func newSpace(dir string, o Options) *space {
	s := &space{min: o.MinFreeBytes, probe: o.FreeBytes, data: filepath.Join(dir, dataDir),
		memTable: o.memTableBytes(), unflushed: (1 + numMemTables) * o.memTableBytes()}
	if s.min == 0 {
		s.min = defaultMinFreeBytes
	}
	if s.probe == nil {
		s.probe = func() (int64, error) { return freeBytes(dir) }
	}
	return s
}

// take counts bytes that are about to be committed, and returns how much room
// there is then beside what the database needs. It is exact enough where that is
// less than enough.
func (s *space) take(bytes, enough int64) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free -= 2 * bytes // in the write-ahead log, and in tables
	since := time.Since(s.at)
	if s.at.IsZero() || since >= probeEvery || s.free < enough && since >= probeAgain {
		s.at = time.Now()
		if s.free, s.err = s.probe(); s.err != nil {
			s.err = fmt.Errorf("the room on the disk cannot be told: %w", s.err)
		}
		// What is flushed needs room once more where it is merged.
		s.free -= 2*bytes + 2*s.unflushed + min(tableBytes(s.data), compactionBytes)
	}
	return s.free, s.err
}

// tableBytes adds up the tables of a database.
func tableBytes(data string) (total int64) {
	tables, _ := filepath.Glob(filepath.Join(data, "*.sst"))
	for _, path := range tables {
		if st, err := os.Stat(path); err == nil {
			total += st.Size()
		}
	}
	return total
}

// checkOpen returns runtime.ErrFull where there is too little room to open the
// database: for the write-ahead logs to become tables, and to merge those. A
// store that was closed because of ErrFull has it.
func (s *space) checkOpen() error {
	if s.min < 0 {
		return nil
	}
	free, err := s.probe()
	if err != nil {
		return err
	}
	mems, _ := filepath.Glob(filepath.Join(s.data, "*.mem"))
	unflushed := int64(len(mems)) * s.memTable
	need := unflushed + min(tableBytes(s.data)+unflushed, compactionBytes)
	if free < need {
		return fmt.Errorf("%w: opening the store may take %d MB, there are %d. Make room", runtime.ErrFull, need>>20+1, free>>20)
	}
	return nil
}

// check returns runtime.ErrFull where there is too little room for a batch of
// so many bytes.
func (s *space) check(b *runtime.Batch, bytes int64) error {
	if s.min < 0 {
		return nil
	}
	enough := s.min / 2
	if b.Record != nil && (b.Record.Seq == 1 || b.Import) {
		enough = s.min
	}
	free, err := s.take(bytes, enough)
	if err == nil && free < enough {
		err = fmt.Errorf("%w: some %d MB are left to be used, %d MB are to stay free. Make room, or set a lower limit",
			runtime.ErrFull, max(free, 0)>>20, s.min>>20)
	}
	return err
}
