package badgerstore_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

// TestFull has the disk fill up, by its word.
func TestFull(t *testing.T) {
	var free, probes atomic.Int64
	const limit = 100 << 20
	free.Store(1 << 40)
	dir := t.TempDir()
	o := badgerstore.WithSmallTables(badgerstore.Options{MinFreeBytes: limit, FreeBytes: func() (int64, error) { probes.Add(1); return free.Load(), nil }})
	s, err := badgerstore.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.Close() }()
	for seq := range uint64(100) {
		commit(t, s, seq+1)
	}
	if probes.Load() > 20 {
		t.Errorf("asked %d times for 100 commits", probes.Load())
	}
	first := &runtime.Batch{Record: &runtime.Record{Exid: "b", Seq: 1}}
	imported := &runtime.Batch{Record: &runtime.Record{Exid: "c", Seq: 9}, Import: true}
	next := &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: 101}}
	s.Close() // which writes a table
	free.Store(tableBytes(t, dir) - 1)
	refusedWith(t, dir, o, runtime.ErrFull, "Make room")
	tests := []struct {
		name    string
		free    int64
		batches []*runtime.Batch
		want    error
	}{
		{"nearly full", limit/2 - 1, []*runtime.Batch{first, imported, next, {Sends: []runtime.Send{{Exid: "a"}}}}, runtime.ErrFull},
		{"low, for new ones", limit - 1, []*runtime.Batch{first, imported}, runtime.ErrFull},
		{"low, for what runs", limit - 1, []*runtime.Batch{next, {Sends: []runtime.Send{{Exid: "a"}}}}, nil},
		{"enough", limit + 4096, []*runtime.Batch{first, imported}, nil},
	}
	for _, test := range tests {
		// One that was just opened asks anew.
		free.Store(test.free + 96<<20 + tableBytes(t, dir))
		if s, err = badgerstore.Open(dir, o); err != nil {
			t.Fatal(err)
		}
		for _, b := range test.batches {
			if err := s.Commit(t.Context(), b); !errors.Is(err, test.want) {
				t.Errorf("%s: want %v, got %v", test.name, test.want, err)
			}
		}
		if rec, err := s.Record(t.Context(), "a"); err != nil || rec.Seq < 100 {
			t.Errorf("%s: the store cannot be read: %v, %v", test.name, rec, err)
		}
		s.Close()
	}
}

// TestFullDisk fills a small disk for real, where the test may mount one.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=400m", "none", dir).CombinedOutput(); err != nil {
		t.Skipf("this test cannot mount a disk: %v %s", err, out)
	}
	defer func() {
		if out, err := exec.Command("umount", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	}()
	o := badgerstore.WithSmallTables(badgerstore.Options{MinFreeBytes: 40 << 20})
	s, err := badgerstore.Open(filepath.Join(dir, "store"), o)
	if err != nil {
		t.Fatal(err)
	}
	data := noise(100 << 10)
	seq := uint64(0)
	for ; err == nil && seq < 5000; seq++ {
		b := &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: seq + 1}, Entries: []runtime.Entry{{Seq: seq, Data: data}}}
		err = s.Commit(t.Context(), b)
	}
	if !errors.Is(err, runtime.ErrFull) {
		t.Fatalf("after %d commits: %v", seq, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = badgerstore.Open(filepath.Join(dir, "store"), o); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if rec, err := s.Record(t.Context(), "a"); err != nil || rec.Seq != seq-1 {
		t.Errorf("want commit %d, got %+v, %v", seq-1, rec, err)
	}
	if err := s.Check(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func tableBytes(t *testing.T, dir string) (total int64) {
	for path, f := range badgerstore.ImageOf(t, dir) {
		if filepath.Ext(path) == ".sst" {
			total += f.Size
		}
	}
	return total
}
