package badgerstore

import (
	"fmt"
	"sync"
	"time"

	"github.com/florc-lang/florc/runtime"
)

const (
	defaultMinFreeBytes = 256 << 20
	// unflushedBytes is the room that what is committed may still take when it
	// moves from the memory tables into tables.
	unflushedBytes = 3 * memTableBytes
	probeEvery     = time.Second
)

// space watches how much room the disk has.
type space struct {
	min   int64
	probe func() (int64, error)

	mu   sync.Mutex
	at   time.Time // of the last probe
	free int64
	err  error
}

func newSpace(dir string, o Options) *space {
	s := &space{min: o.MinFreeBytes, probe: o.FreeBytes}
	if s.min == 0 {
		s.min = defaultMinFreeBytes
	}
	if s.probe == nil {
		s.probe = func() (int64, error) { return freeBytes(dir) }
	}
	return s
}

// check returns runtime.ErrFull where there is too little room for a batch.
func (s *space) check(b *runtime.Batch) error {
	if s.min < 0 {
		return nil
	}
	s.mu.Lock()
	if now := time.Now(); s.at.IsZero() || now.Sub(s.at) >= probeEvery {
		s.at = now
		s.free, s.err = s.probe()
		s.free -= unflushedBytes
	}
	free, err := s.free, s.err
	s.mu.Unlock()
	begins := b.Record != nil && (b.Record.Seq == 1 || b.Import)
	switch {
	case err != nil:
		return fmt.Errorf("the room on the disk cannot be told: %w", err)
	case free < s.min/2 || begins && free < s.min:
		return fmt.Errorf("%w: some %d MB are left to be used, %d MB are to stay free. Make room, or set a lower limit",
			runtime.ErrFull, max(free, 0)>>20, s.min>>20)
	}
	return nil
}
