//go:build !unix && !windows

package badgerstore

import "os"

// lock opens the lock file; the database has a lock of its own there.
func lock(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) }
