package badgerstore

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// TestSyncsTheNewestLog fills several logs of the database: the one that is
// synced is always the one that was written to.
func TestSyncsTheNewestLog(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	first := s.wal.id
	for range 3 * smallTables.memTable >> 20 {
		if err := s.Commit(t.Context(), &runtime.Batch{Sends: []runtime.Send{{Exid: "a", Data: bytes.Repeat([]byte("x"), 1<<20-100)}}}); err != nil {
			t.Fatal(err)
		}
		logs, err := filepath.Glob(filepath.Join(s.dir, dataDir, "*.mem"))
		if err != nil {
			t.Fatal(err)
		}
		newest, err := os.Stat(logs[len(logs)-1])
		if err != nil {
			t.Fatal(err)
		}
		synced, err := s.wal.file.Stat()
		if err != nil {
			t.Fatal(err)
		}
		if !os.SameFile(newest, synced) {
			t.Fatalf("log %d is synced, the newest is %s", s.wal.id, newest.Name())
		}
	}
	if s.wal.id < first+2 {
		t.Errorf("from log %d to log %d", first, s.wal.id)
	}
	s.Close()
}

// TestLeavesSyncingToBadger opens a store that has values in the value log.
func TestLeavesSyncingToBadger(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	if err := s.Commit(t.Context(), firstBatch()); err != nil {
		t.Fatal(err)
	}
	if s.wal == nil {
		t.Error("it does not sync the log by itself at first")
	}
	before := describe(t, s)
	s.Close()
	s = mustOpen(t, dir)
	defer s.Close()
	if s.wal != nil {
		t.Error("it syncs the log by itself")
	}
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := describe(t, s); after != before {
		t.Errorf("%s, before %s", after, before)
	}
}
