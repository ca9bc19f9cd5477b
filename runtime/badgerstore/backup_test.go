package badgerstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

const testKey = "0123456789abcdef0123456789abcdef"

func backup(t *testing.T, s *badgerstore.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	last := int64(0)
	err := s.Backup(t.Context(), &b, func(done int64) {
		if done < last {
			t.Errorf("%d bytes after %d", done, last)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != int64(b.Len()) {
		t.Errorf("%d bytes were told of, there are %d", last, b.Len())
	}
	return b.Bytes()
}

func TestBackup(t *testing.T) {
	for _, key := range []string{"", testKey} {
		t.Run("key="+key, func(t *testing.T) {
			o := badgerstore.Options{EncryptionKey: []byte(key)}
			s, err := badgerstore.Open(t.TempDir(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			fill(t, s, 10, 8)
			want := dump(t, s)
			data := backup(t, s)
			if key != "" && (bytes.Contains(data, []byte("order")) || bytes.Contains(data, []byte("main-u0"))) {
				t.Error("the backup of an encrypted store can be read")
			}
			dir := filepath.Join(t.TempDir(), "new")
			if err := badgerstore.Restore(t.Context(), dir, bytes.NewReader(data), o, nil); err != nil {
				t.Fatal(err)
			}
			restored, err := badgerstore.Open(dir, o)
			if err != nil {
				t.Fatal(err)
			}
			if got := dump(t, restored); got != want {
				t.Error("what was restored is not the same")
			}
			// It goes on as the other would: letters come after those before.
			for _, s := range []*badgerstore.Store{s, restored} {
				if err := s.Commit(t.Context(), &runtime.Batch{Sends: []runtime.Send{{Exid: exidOf(0), Data: []byte("later")}}}); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				if err := restored.Check(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
				letters, err := restored.Inbox(t.Context(), exidOf(0), 100)
				if err != nil || string(letters[len(letters)-1].Data) != "later" {
					t.Errorf("letters: %v, %v", letters, err)
				}
				restored.Close()
				if restored, err = badgerstore.Open(dir, o); err != nil {
					t.Fatal(err)
				}
			}
			restored.Close()
			if key == "" {
				return
			}
			for _, wrong := range []string{"", testKey[1:] + "x"} {
				err := badgerstore.Restore(t.Context(), t.TempDir(), bytes.NewReader(data), badgerstore.Options{EncryptionKey: []byte(wrong)}, nil)
				if !errors.Is(err, badgerstore.ErrKey) {
					t.Errorf("key %q: %v", wrong, err)
				}
			}
		})
	}
}

// TestBackupDamaged restores backups that are cut short or have a bit flipped:
// none is taken, and nothing is left of it.
func TestBackupDamaged(t *testing.T) {
	for _, key := range []string{"", testKey} {
		o := badgerstore.Options{EncryptionKey: []byte(key)}
		s, err := badgerstore.Open(t.TempDir(), o)
		if err != nil {
			t.Fatal(err)
		}
		fill(t, s, 2, 3)
		data := backup(t, s)
		s.Close()
		dir := filepath.Join(t.TempDir(), "store")
		r := rand.New(rand.NewPCG(1, 1))
		for trial := range 60 {
			bad := bytes.Clone(data)
			at := r.IntN(len(bad))
			if trial < 25 {
				at = trial
			}
			what := fmt.Sprintf("bit %d of byte %d flipped", trial%8, at)
			if bad[at] ^= 1 << (trial % 8); trial%3 == 0 {
				bad, what = data[:at], fmt.Sprintf("cut after %d bytes", at)
			}
			err := badgerstore.Restore(t.Context(), dir, bytes.NewReader(bad), o, nil)
			if !errors.Is(err, badgerstore.ErrBackup) && !errors.Is(err, badgerstore.ErrKey) {
				t.Errorf("%s: %v", what, err)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Fatalf("%s: left behind: %v, %v", what, left, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		err = badgerstore.Restore(ctx, dir, bytes.NewReader(data), o, func(done int64) {
			if done > 1000 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("canceled: %v", err)
		}
	}
}

// TestRestoreCut opens what a restore leaves whose process ended.
func TestRestoreCut(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "RESTORING"), "")
	write(t, filepath.Join(dir, "HIGHWATER"), "")
	refused(t, dir, badgerstore.ErrForeign, "restore the backup again")
	err := badgerstore.Restore(t.Context(), dir, bytes.NewReader(nil), badgerstore.Options{}, nil)
	if err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a restore into a directory with files: %v", err)
	}
}

// TestBackupBesideCommits makes backups of a store that is in use: each has
// whole commits.
func TestBackupBesideCommits(t *testing.T) {
	s := open(t, t.TempDir())
	commit := func(seq uint64) {
		b := &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: seq}}
		for i := range 50 {
			b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprint(i), Data: fmt.Append(nil, seq)})
		}
		if err := s.Commit(t.Context(), b); err != nil {
			t.Error(err)
		}
	}
	commit(1)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for seq := uint64(2); ctx.Err() == nil; seq++ {
			commit(seq)
		}
	})
	for range 5 {
		data := backup(t, s)
		dir := t.TempDir()
		if err := badgerstore.Restore(t.Context(), dir, bytes.NewReader(data), badgerstore.Options{}, nil); err != nil {
			t.Fatal(err)
		}
		restored := open(t, dir)
		st, err := restored.Load(t.Context(), "a")
		if err != nil || len(st.Frames) != 50 {
			t.Fatal(st, err)
		}
		for _, f := range st.Frames {
			if string(f.Data) != fmt.Sprint(st.Record.Seq) {
				t.Fatalf("a frame of commit %s with the record of %d", f.Data, st.Record.Seq)
			}
		}
		if err := restored.Check(t.Context(), nil); err != nil {
			t.Error(err)
		}
		restored.Close()
	}
	cancel()
	wg.Wait()
}
