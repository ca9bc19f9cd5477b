package badgerstore

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

var errCut = errors.New("the power is cut")

// largeBatch takes several transactions, in log and data. It puts, changes and
// removes.
func largeBatch() *runtime.Batch {
	b := &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: 2}}
	for i := range 3_000 {
		b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprintf("0_%d", i), Data: bytes.Repeat([]byte{2}, 1000)})
	}
	for i := range 500 {
		b.Removed = append(b.Removed, fmt.Sprintf("old_%d", i))
		b.Timers = append(b.Timers, runtime.Timer{DueMicros: int64(i), Exid: "a", Nid: "0"})
	}
	for i := range 8_000 {
		b.Sends = append(b.Sends, runtime.Send{Exid: fmt.Sprintf("other_executions_have_longer_names_than_these_%d", i), Data: []byte("x")})
	}
	b.Parts = []runtime.Part{{Data: bytes.Repeat([]byte{3}, 2<<20)}}
	return b
}

func firstBatch() *runtime.Batch {
	b := &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: 1, Ready: true, Origin: &runtime.Origin{Name: "n"}},
		Parts:  []runtime.Part{{Data: bytes.Repeat([]byte{1}, 2<<20)}},
		Timers: []runtime.Timer{{DueMicros: 9, Exid: "a", Nid: "1"}}, Sends: []runtime.Send{{Exid: "b", Data: []byte("y")}}}
	for i := range 500 {
		b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprintf("old_%d", i), Data: []byte{1}},
			runtime.Frame{Nid: fmt.Sprintf("0_%d", i), Data: []byte{1}})
	}
	return b
}

func mustOpen(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir, smallTables)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// describe sums up what the batches of this file do.
func describe(t *testing.T, s *Store) string {
	t.Helper()
	st, err := s.Load(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[byte]int{}
	for _, f := range st.Frames {
		sums[f.Data[0]]++
	}
	ready := 0
	for _, err := range s.Ready(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		ready++
	}
	timers, err := s.Timers(t.Context(), runtime.Timer{}, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(st.Record.Seq, sums, st.Parts[0].Data[0], ready, len(timers), timers[0])
}

// cutAfter makes the store fail before the n-th of the transactions that it
// writes for large batches.
func cutAfter(s *Store, n int) {
	s.beforeWrite = func() error {
		if n--; n < 0 {
			return errCut
		}
		return nil
	}
}

// leave ends the use of a store without writing anything more, as if the
// process had ended, but for what is stored already.
func leave(t *testing.T, s *Store) Image {
	t.Helper()
	m := ImageOf(t, s.dir)
	if err := s.release(); err != nil {
		t.Fatal(err)
	}
	return m
}

// TestLargeCut ends the process at each transaction of a batch that is too
// large for one, and at each of those that then take it back: it is there whole
// or not at all, whichever way the store is opened in the end.
func TestLargeCut(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	if err := s.Commit(t.Context(), firstBatch()); err != nil {
		t.Fatal(err)
	}
	before := describe(t, s)
	start := leave(t, s)

	writes := 0
	s = mustOpen(t, start.Restore(t))
	s.beforeWrite = func() error { writes++; return nil }
	if err := s.Commit(t.Context(), largeBatch()); err != nil {
		t.Fatal(err)
	}
	after := describe(t, s)
	s.Close()
	if writes < 4 || before == after {
		t.Fatalf("%d transactions, from %s to %s", writes, before, after)
	}
	for n := range writes {
		for again := range 3 {
			if again > 0 && n != 1 && n != writes-1 {
				continue
			}
			t.Run(fmt.Sprintf("%d,%d", n, again), func(t *testing.T) {
				dir := start.Restore(t)
				s := mustOpen(t, dir)
				cutAfter(s, n)
				if err := s.Commit(t.Context(), largeBatch()); !errors.Is(err, errCut) {
					t.Fatal(err)
				}
				if _, err := s.Record(t.Context(), "a"); err == nil {
					t.Error("the store is in use after it failed")
				}
				dir = leave(t, s).Restore(t)
				if again > 0 { // cut the way back, too
					s := newStore(dir, smallTables)
					cutAfter(s, again-1)
					if err := s.open(dir, smallTables); n > 0 && !errors.Is(err, errCut) {
						t.Fatal("the way back was not cut:", err)
					}
					dir = leave(t, s).Restore(t)
				}
				s = mustOpen(t, dir)
				if got := describe(t, s); got != before {
					t.Errorf("got %s, want %s", got, before)
				}
				// And it goes on.
				if err := s.Commit(t.Context(), largeBatch()); err != nil {
					t.Fatal(err)
				}
				if got := describe(t, s); got != after {
					t.Errorf("got %s, want %s", got, after)
				}
				put(t, s, &runtime.Batch{Record: &runtime.Record{Exid: "c", Seq: 1, Status: runtime.Terminated}})
				s.Close()
				s = mustOpen(t, dir)
				defer s.Close()
				if got := describe(t, s); got != after {
					t.Errorf("got %s after opening, want %s", got, after)
				}
			})
		}
	}
}

// TestLargeCompacted takes back a batch that is so large that tables were
// written and merged before it was cut: what was there before it was kept.
func TestLargeCompacted(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes some 100 MB")
	}
	dir := t.TempDir()
	s := mustOpen(t, dir)
	put(t, s, firstBatch())
	before := describe(t, s)
	b := largeBatch()
	for i := range 100_000 {
		b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprintf("0_%d", i), Data: bytes.Repeat([]byte{2}, 1000)})
	}
	cutAfter(s, len(b.Frames)*1000/int(s.db.MaxBatchSize()))
	if err := s.Commit(t.Context(), b); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	if tables := len(s.db.Tables()); tables < 2 {
		t.Errorf("%d tables are too few for this test", tables)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	if got := describe(t, s); got != before {
		t.Errorf("got %s, want %s", got, before)
	}
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := describe(t, s); got != before {
		t.Errorf("got %s after compaction, want %s", got, before)
	}
	put(t, s, largeBatch())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestLargeLog has a batch whose changes of the worklist are logged in parts:
// all of them are read, also once there are newer logs.
func TestLargeLog(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	b := largeBatch()
	b.Record.Seq = 1
	put(t, s, b)
	for range 2 {
		put(t, s, &runtime.Batch{Sends: []runtime.Send{{Exid: "later"}}})
		want := len(s.work.live)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = mustOpen(t, dir)
		if got := len(s.work.live); got != want {
			t.Errorf("%d of %d items are on the worklist", got, want)
		}
		if err := s.Check(t.Context(), nil); err != nil {
			t.Error(err)
		}
	}
	s.Close()
}
