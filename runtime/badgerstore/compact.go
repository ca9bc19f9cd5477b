package badgerstore

import (
	"context"
	"errors"
	"fmt"

	badger "github.com/dgraph-io/badger/v4"
)

// Compact frees what is not needed anymore of the disk. Commits beside it may
// wait until it is done, which takes some ten seconds for each gigabyte. The
// context is heeded between its steps.
func (s *Store) Compact(ctx context.Context) error {
	s.mu.Lock()
	err := s.usable()
	if err == nil {
		s.users.Add(1)
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	defer s.users.Done()
	// One worker: more would merge tables of the same level side by side, each
	// with buffers of its own.
	if err := s.db.Flatten(1); err != nil {
		return fmt.Errorf("compacting the tables: %w", err)
	}
	for s.wal == nil { // else the value log is left as it is, see syncsItself
		if err := ctx.Err(); err != nil {
			return err
		}
		// What it moves is written as of an older transaction. No batch of many
		// transactions is to be under way then.
		s.writing.Lock()
		err := s.db.RunValueLogGC(0.3)
		s.writing.Unlock()
		switch {
		case errors.Is(err, badger.ErrNoRewrite):
			return nil
		case err != nil:
			return fmt.Errorf("compacting the value log: %w", err)
		}
	}
	return nil
}
