//go:build !linux

package badgerstore

import "os"

// syncsItself tells whether a store syncs the log of its database, instead of
// Badger.
func syncsItself(string) bool { return false }

func syncData(f *os.File) error { return f.Sync() }
