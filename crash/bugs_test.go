package crash

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// bugs are put into the store, to be found. Each changes a batch, and tells
// whether it is committed.
var bugs = map[string]func(b *runtime.Batch) bool{
	"commits are acknowledged and lost": func(*runtime.Batch) bool { return rand.IntN(50) > 0 },
	"tasks stay that were returned": func(b *runtime.Batch) bool {
		b.Untasks, b.Returned = nil, nil
		return true
	},
	"letters are sent twice": func(b *runtime.Batch) bool {
		if b.Record != nil {
			b.Sends = append(b.Sends[:len(b.Sends):len(b.Sends)], b.Sends...)
		}
		return true
	},
	"pauses are acknowledged and lost": func(b *runtime.Batch) bool { return b.Record == nil || b.Record.Status != runtime.Paused },
	"entries of journals are lost": func(b *runtime.Batch) bool {
		if rand.IntN(20) == 0 {
			b.Entries = nil
		}
		return true
	},
}

type faultyStore struct {
	runtime.Store
	bug func(b *runtime.Batch) bool
}

func (s *faultyStore) Commit(ctx context.Context, b *runtime.Batch) error {
	c := *b
	if !s.bug(&c) {
		return nil
	}
	return s.Store.Commit(ctx, &c)
}

// faulty puts a bug into a store, if one is named.
func faulty(store runtime.Store, bug string) runtime.Store {
	if bug == "" {
		return store
	}
	return &faultyStore{store, bugs[bug]}
}

// TestFindsBugs puts bugs into the store.
func TestFindsBugs(t *testing.T) {
	for bug := range bugs {
		t.Run(bug, func(t *testing.T) {
			rnd := random(t)
			for range 5 {
				w := newWorld(rnd)
				w.bug = bug
				if err := w.killAndCheck(t, filepath.Join(t.TempDir(), "store"), 5); err != nil {
					t.Logf("%.200v", err)
					return
				}
			}
			t.Error("it was not found")
		})
	}
}
