package badgerstore

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// TestManifest flips each bit of a manifest, and cuts its last entry short at
// each byte: the former is noticed, the latter is what a crash does.
func TestManifest(t *testing.T) {
	dir := t.TempDir()
	for i := range 4 {
		s := mustOpen(t, dir)
		put(t, s, &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: uint64(i + 1)}})
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	i := &inspector{dir: filepath.Join(dir, dataDir)}
	path := i.path("MANIFEST")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := i.manifest()
	if err != nil || len(want.Tables) == 0 {
		t.Fatal(want, err)
	}
	replay := func(data []byte) (any, error) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return i.manifest()
	}
	for bit := range 8 * len(data) {
		bad := slices.Clone(data)
		bad[bit/8] ^= 1 << (bit % 8)
		if got, err := replay(bad); err == nil && !reflect.DeepEqual(got, want) || err != nil && !errors.Is(err, ErrDamaged) {
			t.Errorf("bit %d of byte %d: %v", bit%8, bit/8, err)
		}
	}
	last, at := 8, 8
	for at < len(data) {
		last = at
		at += 8 + int(data[at+3]) // they are short
	}
	for n := last; n < len(data); n++ {
		if _, err := replay(data[:n]); err != nil {
			t.Errorf("cut after %d of %d bytes: %v", n, len(data), err)
		}
	}
}

// FuzzLog reads logs of any content.
func FuzzLog(f *testing.F) {
	dir := f.TempDir()
	s, err := Open(dir, Options{})
	if err != nil {
		f.Fatal(err)
	}
	for i := range 3 {
		put(f, s, &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: uint64(i + 1)}})
	}
	for _, file := range ImageOf(f, dir) {
		f.Add(file.Data)
		if n := len(file.Data); n > 0 {
			bad := slices.Clone(file.Data)
			bad[rand.IntN(n)]++
			f.Add(bad)
		}
	}
	s.Close()
	plain := &inspector{dir: filepath.Join(dir, dataDir)}
	if err := plain.keys(); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(dir, "log")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if end, _, _, err := plain.log(path); err == nil && end > int64(len(data)) {
			t.Errorf("it ends at %d of %d", end, len(data))
		}
		_ = checkManifest(data)
		if _, err := parseChunk(data); err != nil && !errors.Is(err, ErrBackup) {
			t.Error(err)
		}
		if _, err := readLog(nil, data); err != nil && !errors.Is(err, ErrDamaged) {
			t.Error(err)
		}
		for _, read := range []func(k, v []byte) error{
			func(k, v []byte) error { _, err := readTask(k, v); return err },
			func(k, v []byte) error { _, err := readRecord(k, v); return err },
			func(k, v []byte) error { _, err := parseTimer(k); return err },
			(&checker{}).check,
		} {
			at := len(data) / 3
			if err := read(data[:at], data[at:]); err != nil && !errors.Is(err, ErrDamaged) {
				t.Error(err)
			}
		}
	})
}
