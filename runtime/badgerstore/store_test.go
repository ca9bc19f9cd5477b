package badgerstore_test

import (
	"bytes"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/runtime/storetest"
)

func open(t testing.TB, dir string) *badgerstore.Store {
	t.Helper()
	s, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (runtime.Store, func() runtime.Store) {
		dir := t.TempDir()
		s := open(t, dir)
		return s, func() runtime.Store {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, dir)
			return s
		}
	})
}

func commit(t testing.TB, s *badgerstore.Store, seq uint64) {
	t.Helper()
	rec := &runtime.Record{Exid: "a", Seq: seq, Header: make([]byte, 2000)}
	if err := s.Commit(t.Context(), &runtime.Batch{Record: rec}); err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, dir string, want error, text string) {
	t.Helper()
	refusedWith(t, dir, badgerstore.Options{}, want, text)
}

func refusedWith(t *testing.T, dir string, o badgerstore.Options, want error, text string) {
	t.Helper()
	_, err := badgerstore.Open(dir, o)
	if !errors.Is(err, want) || !strings.Contains(err.Error(), text) || !strings.Contains(err.Error(), dir) {
		t.Errorf("want %q with %q, got %v", want, text, err)
	}
}

func TestOpenInUse(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	refused(t, dir, badgerstore.ErrInUse, "process")
	s.Close()
	open(t, dir)
}

func TestOpenForeign(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "letter.txt"), "hello")
	refused(t, dir, badgerstore.ErrForeign, "letter.txt")
	dir = t.TempDir()
	open(t, dir).Close()
	write(t, filepath.Join(dir, "FORMAT"), "florc store 99\n")
	refused(t, dir, badgerstore.ErrForeign, "its format is 99")
}

func TestOpenDamaged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	commit(t, s, 1)
	s.Close()
	whole := badgerstore.ImageOf(t, dir)
	tests := []struct{ file, data, text string }{
		{"/data/MANIFEST", "nonsense", "MANIFEST"},
		{"/data/MANIFEST", "", "MANIFEST"},
		{"/data/MANIFEST", "gone", "MANIFEST"},
		{"/data/000001.sst", "short", "000001.sst"},
		{"/data/000001.sst", "gone", "000001.sst"},
		{"/data/KEYREGISTRY", "gone", "KEYREGISTRY"},
		{"/HIGHWATER", "gone", "HIGHWATER"},
		{"/HIGHWATER", "0123456789abcdef0123456789abcdef", "AcceptLoss"},
	}
	for _, test := range tests {
		dir := whole.Restore(t)
		write(t, dir+test.file, test.data)
		if test.data == "gone" {
			if err := os.Remove(dir + test.file); err != nil {
				t.Fatal(err)
			}
		}
		refused(t, dir, badgerstore.ErrDamaged, test.text)
		refused(t, dir, badgerstore.ErrDamaged, test.text) // nothing made it better
	}
	s, err := badgerstore.Open(dir, badgerstore.Options{AcceptLoss: true}) // which does no harm
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, 2)
}

func TestOpenEmptyMemtable(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	commit(t, s, 1)
	s.Close()
	write(t, filepath.Join(dir, "data", "00099.mem"), "")
	s = open(t, dir)
	commit(t, s, 2)
}

// TestOpenLostTail damages the write-ahead log within. Badger drops the rest of
// it in silence; the store does not.
func TestOpenLostTail(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	const n = 100
	for seq := range uint64(n) {
		commit(t, s, seq+1)
	}
	copied := badgerstore.ImageOf(t, dir).Restore(t) // as a crash would leave it
	s.Close()
	logs, err := filepath.Glob(filepath.Join(copied, "data", "*.mem"))
	if err != nil || len(logs) != 1 {
		t.Fatal(logs, err)
	}
	f, err := os.OpenFile(logs[0], os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{0xff, 0xff, 0xff}, n*2000/2); err != nil {
		t.Fatal(err)
	}
	f.Close()
	before := badgerstore.ImageOf(t, copied)
	refused(t, copied, badgerstore.ErrDamaged, "commits are lost")
	if !bytes.Equal(before["/data/00001.mem"].Data, badgerstore.ImageOf(t, copied)["/data/00001.mem"].Data) {
		t.Error("the log was touched")
	}
	s, err = badgerstore.Open(copied, badgerstore.Options{AcceptLoss: true})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := s.Record(t.Context(), "a")
	if err != nil || rec.Seq < 10 || rec.Seq >= n {
		t.Fatalf("what is left: %v, %v", rec, err)
	}
	s.Close()
	s = open(t, copied)
	commit(t, s, rec.Seq+1)
	s.Close()
	open(t, copied)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func exidOf(n int) string { return fmt.Sprintf("main-u0-20261121.1844.bakido%06d", n) }

func noise(n int) []byte {
	b := make([]byte, n)
	crand.Read(b)
	return b
}

// text is data as executions have it: names that come again, and values that
// do not.
func text(r *rand.Rand, n int) []byte {
	names := []string{"order", "customer", "approved", "amount", "due", "items", "address"}
	var b []byte
	for len(b) < n {
		b = fmt.Appendf(b, "%s: %d, ", names[r.IntN(len(names))], r.Uint32())
	}
	return b[:n]
}
