package badgerstore

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Image is a store as it is on the disk: its files by their paths. Badger's
// logs have long tails of zeros, which stay holes.
type Image map[string]ImageFile

// ImageFile is a file without the zeros at its end.
type ImageFile struct {
	Data []byte
	Size int64
}

// ImageOf reads it at a moment at which no table comes or goes.
func ImageOf(t testing.TB, dir string) Image {
	t.Helper()
	zeros := make([]byte, 1<<16)
	for {
		before := tablesOf(t, dir)
		m := Image{}
		err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return ignoreGone(err)
			}
			data, err := os.ReadFile(path)
			used := data
			for n := len(used) - len(zeros); n >= 0 && bytes.Equal(used[n:], zeros); n = len(used) - len(zeros) {
				used = used[:n]
			}
			m[strings.TrimPrefix(path, dir)] = ImageFile{bytes.Clone(bytes.TrimRight(used, "\x00")), int64(len(data))}
			return ignoreGone(err)
		})
		if err != nil {
			t.Fatal(err)
		}
		if tablesOf(t, dir) == before {
			return m
		}
	}
}

func ignoreGone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// tablesOf tells which tables a store has.
func tablesOf(t testing.TB, dir string) string {
	t.Helper()
	manifest, err := os.ReadFile(filepath.Join(dir, dataDir, "MANIFEST"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, dataDir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return string(manifest) + strings.Join(files, " ")
}

// Restore writes the files into a new directory.
func (m Image) Restore(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for path, f := range m {
		path = dir + path
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, f.Data, 0o600), os.Truncate(path, f.Size))
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
