package bench

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"github.com/florc-lang/florc/runtime/badgerstore"
)

// floorWaiting is how many commits wait at a time for the floor's committer,
// as many as a Runtime has workers.
const floorWaiting = 256

// floorOptions are those of badgerstore.
func floorOptions(dir string) badger.Options {
	return badger.DefaultOptions(dir).WithLogger(nil).
		WithSyncWrites(true).WithDetectConflicts(false).WithNumVersionsToKeep(1).
		WithMemTableSize(16 << 20).WithNumMemtables(2).WithNumLevelZeroTables(2).WithNumLevelZeroTablesStall(6).
		WithNumCompactors(2).WithCompression(options.None).WithBlockCacheSize(0).
		WithValueThreshold(1 << 20).WithValueLogFileSize(64 << 20).WithMetricsEnabled(false)
}

// replayWrites writes what a store wrote, batch by batch, to a new Badger
// database with every transaction synced, and returns how long that takes. One
// committer merges the batches that wait into a transaction, as a store does;
// it checks nothing, reads nothing, keeps no promises.
func replayWrites(b testing.TB, batches [][]badgerstore.Write) time.Duration {
	b.Helper()
	db, err := badger.OpenManaged(floorOptions(b.TempDir()))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	type request struct {
		writes []badgerstore.Write
		done   chan struct{}
	}
	requests := make(chan request)
	began := time.Now()
	var next atomic.Int64
	var waiting sync.WaitGroup
	for range floorWaiting {
		waiting.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(batches) {
					return
				}
				req := request{batches[i], make(chan struct{})}
				requests <- req
				<-req.done
			}
		})
	}
	go func() {
		waiting.Wait()
		close(requests)
	}()
	for ts := uint64(1); ; ts++ {
		req, more := <-requests
		if !more {
			return time.Since(began)
		}
		txn := db.NewTransactionAt(ts, true)
		var group []request
		for gathering := true; gathering; {
			group = append(group, req)
			for _, w := range req.writes {
				if w.Removed {
					err = txn.Delete(w.Key)
				} else {
					err = txn.Set(w.Key, w.Value)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			select {
			case req, more = <-requests:
				gathering = more
			default:
				gathering = false
			}
		}
		if err := txn.CommitAt(ts, nil); err != nil {
			b.Fatal(err)
		}
		db.SetDiscardTs(ts)
		for _, r := range group {
			close(r.done)
		}
	}
}
