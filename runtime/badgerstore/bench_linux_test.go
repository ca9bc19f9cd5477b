package badgerstore_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

// stepBatch is like what a step of an execution commits: its record, two
// frames, an entry of the journal, a letter taken, a task that goes and one
// that comes.
func stepBatch(exid string, seq uint64, noise []byte) *runtime.Batch {
	at := int(seq*997) % (len(noise) - 1000)
	rec := &runtime.Record{Exid: exid, Seq: seq, Status: runtime.Active, Header: noise[at : at+60], LogHash: noise[at : at+32], Bytes: 240}
	b := &runtime.Batch{Record: rec,
		Frames:  []runtime.Frame{{Nid: "0_1", Data: noise[at : at+120]}, {Nid: "0_1_0", Data: noise[at+100 : at+220]}},
		Entries: []runtime.Entry{{Seq: seq, Hash: noise[at : at+32], Data: noise[at+200 : at+420]}},
		Tasks:   []runtime.TaskRecord{{Exid: exid, ID: fmt.Sprint(seq), Nid: "0_1", Tasker: "alice", Data: noise[at+300 : at+450]}},
		Sends:   []runtime.Send{{Exid: exid, Data: noise[at+400 : at+550]}},
	}
	if seq == 1 {
		rec.Origin = &runtime.Origin{Domain: "main", Name: "order", Tree: "abcdef"}
	} else {
		b.Untasks = []runtime.TaskKey{{Exid: exid, ID: fmt.Sprint(seq - 1)}}
	}
	return b
}

func cpuSeconds() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// BenchmarkCommit compares the store with its floor, which writes the same
// keys, and with a plain file that the same bytes are appended to and synced,
// by a number of goroutines that each wait for their commits.
func BenchmarkCommit(b *testing.B) {
	for _, waiters := range []int{1, 64, 512} {
		var recorded [][]badgerstore.Write
		each := func(b *testing.B, commit func(waiter, i int)) {
			b.ReportAllocs()
			cpu := cpuSeconds()
			var wg sync.WaitGroup
			var next atomic.Int64
			for w := range waiters {
				wg.Go(func() {
					for i := 0; next.Add(1) <= int64(b.N); i++ {
						commit(w, i)
					}
				})
			}
			wg.Wait()
			b.ReportMetric((cpuSeconds()-cpu)*1e6/float64(b.N), "cpu-µs/op")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		}
		b.Run(fmt.Sprintf("store/%d", waiters), func(b *testing.B) {
			text := noise(1 << 20)
			s, err := badgerstore.Open(b.TempDir(), badgerstore.Options{})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer()
			each(b, func(w, i int) {
				if err := s.Commit(b.Context(), stepBatch(exidOf(w), uint64(i+1), text)); err != nil {
					b.Error(err)
				}
			})
			b.StopTimer()
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
		})
		b.Run(fmt.Sprintf("floor/%d", waiters), func(b *testing.B) {
			recorded = record(b, waiters, b.N)
			f, err := badgerstore.OpenFloor(b.TempDir(), badgerstore.Options{})
			if err != nil {
				b.Fatal(err)
			}
			var next atomic.Int64
			b.ResetTimer()
			each(b, func(int, int) {
				if err := f.Commit(recorded[(next.Add(1)-1)%int64(len(recorded))]); err != nil {
					b.Error(err)
				}
			})
			b.StopTimer()
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
		})
	}
	b.Run("file/1", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "log"))
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		text := noise(1200)
		for range b.N {
			if _, err := f.Write(text); err != nil {
				b.Fatal(err)
			}
			if err := syscall.Fdatasync(int(f.Fd())); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
	})
}

// record returns what the commits of the benchmark write.
func record(b *testing.B, execs, n int) (batches [][]badgerstore.Write) {
	o := badgerstore.Options{Record: func(ws []badgerstore.Write) {
		var all []byte
		var kept []badgerstore.Write
		for _, w := range ws {
			at := len(all)
			all = append(append(all, w.Key...), w.Value...)
			mid := at + len(w.Key)
			kept = append(kept, badgerstore.Write{Key: all[at:mid:mid], Value: all[mid:len(all):len(all)], Removed: w.Removed})
		}
		batches = append(batches, kept)
	}}
	s, err := badgerstore.Open(b.TempDir(), o)
	if err != nil {
		b.Fatal(err)
	}
	text := noise(1 << 20)
	var wg sync.WaitGroup
	for w := range min(execs, n) {
		wg.Go(func() {
			for i := range min(n, 20_000)/min(execs, n) + 1 {
				if err := s.Commit(b.Context(), stepBatch(exidOf(w), uint64(i+1), text)); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	return batches
}
