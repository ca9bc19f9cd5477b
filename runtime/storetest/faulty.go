package storetest

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/florc-lang/florc/runtime"
)

// ErrFault is what commits fail with that were told to.
var ErrFault = errors.New("a fault that the test wants")

// Fault is a commit that fails.
type Fault struct {
	Commit int   // its number, from 1 on
	After  bool  // it fails once it is written, not before
	Once   bool  // the commits that follow do not fail, too
	Err    error // what it fails with; ErrFault for nil
}

// FaultyStore is a store whose commits fail as it is told. All else is the
// other store's.
type FaultyStore struct {
	runtime.Store
	// Delay, if it is not nil, tells how long a commit waits before it is
	// written, or fails. It may be called by many goroutines at once.
	Delay func(commit int) time.Duration

	faults  []Fault
	commits atomic.Int64
}

// Faulty makes a store that fails of one that does not.
func Faulty(s runtime.Store, faults ...Fault) *FaultyStore {
	return &FaultyStore{Store: s, faults: faults}
}

// Commits returns how many commits were begun.
func (s *FaultyStore) Commits() int { return int(s.commits.Load()) }

// Commit fails, or has the other store commit.
func (s *FaultyStore) Commit(ctx context.Context, b *runtime.Batch) error {
	n := int(s.commits.Add(1))
	if s.Delay != nil {
		select {
		case <-time.After(s.Delay(n)):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, f := range s.faults {
		if n != f.Commit && (f.Once || n < f.Commit) {
			continue
		}
		if f.After && n == f.Commit {
			if err := s.Store.Commit(ctx, b); err != nil {
				return err
			}
		}
		if f.Err != nil {
			return f.Err
		}
		return ErrFault
	}
	return s.Store.Commit(ctx, b)
}
