//go:build linux

package crash

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/crash/powerfs"
)

// writerCase is a program that numbers what it stores and acknowledges each
// number.
type writerCase struct {
	name string
	// write stores what has the number.
	write func(dir string) (write func(n int) error, err error)
	// stored tells how many of the numbers from 0 on are there.
	stored     func(dir string) (int, error)
	durability powerfs.Durability
	loses      bool
}

var writers = []writerCase{
	{
		name:   "a file that is synced",
		write:  func(dir string) (func(n int) error, error) { return appendTo(filepath.Join(dir, "log"), true) },
		stored: func(dir string) (int, error) { return appended(filepath.Join(dir, "log")) },
	},
	{
		name:   "a file that is synced later",
		write:  func(dir string) (func(n int) error, error) { return appendTo(filepath.Join(dir, "log"), false) },
		stored: func(dir string) (int, error) { return appended(filepath.Join(dir, "log")) },
		loses:  true,
	},
	{
		name: "files whose directory is not synced",
		write: func(dir string) (func(n int) error, error) {
			return func(n int) error { return writeFile(filepath.Join(dir, strconv.Itoa(n))) }, nil
		},
		stored: func(dir string) (n int, err error) {
			for err == nil {
				_, err = os.Stat(filepath.Join(dir, strconv.Itoa(n)))
				n++
			}
			return n - 1, nil
		},
		loses: true,
	},
	{
		name:       "Badger with SyncWrites",
		write:      func(dir string) (func(n int) error, error) { return badgerWriter(dir, true) },
		stored:     badgerStored,
		durability: powerfs.NewFiles,
	},
	{
		// It does not sync the directory after it has made files in it.
		name:   "Badger with SyncWrites, where POSIX is all there is",
		write:  func(dir string) (func(n int) error, error) { return badgerWriter(dir, true) },
		stored: badgerStored,
		loses:  true,
	},
	{
		// What Badger writes to a new memory table is synced, what it wrote to
		// the one before is not.
		name:       "Badger with calls of Sync",
		write:      func(dir string) (func(n int) error, error) { return badgerWriter(dir, false) },
		stored:     badgerStored,
		durability: powerfs.Journal,
		loses:      true,
	},
}

func init() {
	roles["writer"] = func(told []byte) error {
		var c struct{ Name, Dir string }
		if err := json.Unmarshal(told, &c); err != nil {
			return err
		}
		for _, w := range writers {
			if w.name != c.Name {
				continue
			}
			write, err := w.write(c.Dir)
			if err != nil {
				return err
			}
			for n := 0; ; n++ {
				if err := write(n); err != nil {
					return err
				}
				say(n)
			}
		}
		return errors.New("there is no such writer")
	}
}

func appendTo(path string, sync bool) (func(n int) error, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return func(n int) error {
		_, err := f.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
		if err == nil && (sync || n%10 == 9) {
			err = f.Sync()
		}
		return err
	}, err
}

func appended(path string) (n int, err error) {
	data, err := os.ReadFile(path)
	for ; len(data) >= 8*(n+1) && binary.BigEndian.Uint64(data[8*n:]) == uint64(n); n++ {
	}
	return n, err
}

func writeFile(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func openBadger(dir string, sync bool) (*badger.DB, error) {
	return badger.Open(badger.DefaultOptions(filepath.Join(dir, "data")).WithLogger(nil).WithSyncWrites(sync).
		WithMemTableSize(1 << 20).WithValueThreshold(100_000).WithValueLogFileSize(1 << 20))
}

// transactions are how many Badger does for each number.
const transactions = 10

func badgerKey(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

func badgerWriter(dir string, sync bool) (func(n int) error, error) {
	db, err := openBadger(dir, sync)
	return func(n int) error {
		var err error
		for i := 0; i < transactions && err == nil; i++ {
			err = db.Update(func(txn *badger.Txn) error {
				return txn.Set(badgerKey(n*transactions+i), make([]byte, 30_000))
			})
		}
		if err == nil && !sync {
			err = db.Sync()
		}
		return err
	}, err
}

func badgerStored(dir string) (n int, err error) {
	// Badger does not open a directory with a memory table that a cut left
	// without content.
	tables, err := filepath.Glob(filepath.Join(dir, "data", "*.mem"))
	if err != nil {
		return 0, err
	}
	for _, path := range tables {
		if st, err := os.Stat(path); err == nil && st.Size() == 0 {
			if err := os.Remove(path); err != nil {
				return 0, err
			}
		}
	}
	db, err := openBadger(dir, true)
	if err != nil {
		return 0, err
	}
	err = db.View(func(txn *badger.Txn) error {
		for ; ; n++ {
			_, err := txn.Get(badgerKey(n))
			if errors.Is(err, badger.ErrKeyNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	return n / transactions, errors.Join(err, db.Close())
}

// TestFindsLoss cuts the power of programs that acknowledge too early, and of
// others.
func TestFindsLoss(t *testing.T) {
	rnd := random(t)
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			for cuts := range 25 {
				if cuts == 8 && !w.loses {
					return
				}
				acknowledged, stored := cutWriter(t, rnd, w)
				if stored < acknowledged {
					t.Logf("cut %d: %d were acknowledged, %d are there", cuts, acknowledged, stored)
					if !w.loses {
						t.Fail()
					}
					return
				}
			}
			t.Error("no loss was found")
		})
	}
}

func cutWriter(t *testing.T, rnd *rand.Rand, w writerCase) (acknowledged, stored int) {
	point, image, after := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "after")
	f := mount(t, point, image, powerfs.Options{Durability: w.durability, Seed: rnd.Uint64()})
	p := start(t, "writer", map[string]string{"Name": w.name, "Dir": point})
	failed := ""
	count := func(line string) bool {
		if n, err := strconv.Atoi(line); err == nil {
			acknowledged = n + 1
		} else {
			failed = line
		}
		return acknowledged == 0 && failed == ""
	}
	all := func(line string) bool { return count(line) || true }
	if err := p.hear(0, count); err != nil || failed != "" {
		t.Fatal(failed, err)
	}
	if err := p.hear(time.Duration(1+rnd.IntN(150))*time.Millisecond, all); err != nil || failed != "" {
		t.Fatal(failed, err)
	}
	if rnd.IntN(2) == 0 {
		f.WriteBack(rnd)
	}
	f.PowerOff()
	p.kill()
	if err := p.hear(0, all); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Unmount(), f.Cut(rnd, after)); err != nil {
		t.Fatal(err)
	}
	stored, err := w.stored(after)
	if err != nil {
		t.Log(err)
	}
	return acknowledged, stored
}

// mount mounts a file system until the end of the test. Where none can be
// mounted, the test is skipped.
func mount(t *testing.T, point, image string, o powerfs.Options) *powerfs.FS {
	t.Helper()
	f, err := powerfs.Mount(point, image, o)
	if errors.Is(err, powerfs.ErrUnavailable) && os.Getenv("FLORC_REQUIRE_FUSE") == "" {
		t.Skipf("NO POWER CUTS WERE TRIED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return f
}
