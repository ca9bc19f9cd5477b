package badgerstore_test

import (
	"bytes"
	"testing"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/runtime/storetest"
)

func TestStoreEncrypted(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (runtime.Store, func() runtime.Store) {
		dir := t.TempDir()
		open := func() *badgerstore.Store {
			s, err := badgerstore.Open(dir, badgerstore.Options{EncryptionKey: []byte(testKey)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		}
		s := open()
		return s, func() runtime.Store {
			s.Close()
			s = open()
			return s
		}
	})
}

// TestEncrypted looks for what is stored in the files of an encrypted store, in
// its write-ahead log, its tables and its value log.
func TestEncrypted(t *testing.T) {
	dir := t.TempDir()
	s, err := badgerstore.Open(dir, badgerstore.Options{EncryptionKey: []byte(testKey)})
	if err != nil {
		t.Fatal(err)
	}
	secret := []byte("the launch code is 00000000")
	for seq := range uint64(10) {
		b := &runtime.Batch{Record: &runtime.Record{Exid: "secretexid", Seq: seq + 1, Header: secret},
			Parts: []runtime.Part{{Data: bytes.Repeat(secret, 1<<16)}}}
		if err := s.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	logged := badgerstore.ImageOf(t, dir)
	s.Close()
	closed := badgerstore.ImageOf(t, dir)
	for _, m := range []badgerstore.Image{logged, closed} {
		for path, f := range m {
			for _, text := range [][]byte{secret[:12], []byte("secretexid"), []byte(testKey)[:16]} {
				if bytes.Contains(f.Data, text) {
					t.Errorf("%s has %q in it", path, text)
				}
			}
		}
	}
	plain := t.TempDir()
	s = open(t, plain)
	commit(t, s, 1)
	s.Close()
	tests := []struct{ dir, key, text string }{
		{dir, "", "no key was given"},
		{dir, testKey[1:] + "x", "not that of the store"},
		{dir, testKey[:16], "not that of the store"},
		{dir, "short", "has 5 bytes"},
		{plain, testKey, "or the store is not encrypted"},
	}
	for _, test := range tests {
		before := badgerstore.ImageOf(t, test.dir)
		refusedWith(t, test.dir, badgerstore.Options{EncryptionKey: []byte(test.key)}, badgerstore.ErrKey, test.text)
		for path, f := range badgerstore.ImageOf(t, test.dir) {
			if path != "/LOCK" && !bytes.Equal(f.Data, before[path].Data) {
				t.Errorf("%q changed %s", test.key, path)
			}
		}
	}
	if s, err = badgerstore.Open(dir, badgerstore.Options{EncryptionKey: []byte(testKey)}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if rec, err := s.Record(t.Context(), "secretexid"); err != nil || !bytes.Equal(rec.Header, secret) {
		t.Errorf("got %v, %v", rec, err)
	}
}
