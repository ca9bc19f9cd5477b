//go:build !linux

package badgerstore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// syncsItself tells whether a store syncs the log of its database, instead of
// Badger.
func syncsItself(string) bool { return false }

func syncData(f *os.File) error { return f.Sync() }

func existsIn(dir *os.File, name string) (bool, error) {
	_, err := os.Stat(filepath.Join(dir.Name(), name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
