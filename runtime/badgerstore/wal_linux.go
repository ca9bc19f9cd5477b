package badgerstore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// syncsItself tells whether a store syncs the log of its database, instead of
// Badger: Badger writes it as memory, and on this system a sync of the file is
// one of that memory, too. Not where values of a MB or more are kept, in the
// value log: those that Compact moves have to be durable before the log is, and
// only Badger knows when. So as long as it does not know, they are not moved.
func syncsItself(data string) bool {
	logs, _ := filepath.Glob(filepath.Join(data, "*.vlog"))
	for _, path := range logs {
		var st syscall.Stat_t
		if err := syscall.Stat(path, &st); err != nil || st.Blocks*512 >= maxInlineBytes {
			return false
		}
	}
	return true
}

func syncData(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}

// existsIn tells whether a directory has a file of that name. It is asked at
// every commit: a path from the root, and an open file, would take ten times as
// long.
func existsIn(dir *os.File, name string) (bool, error) {
	err := unix.Faccessat(int(dir.Fd()), name, unix.F_OK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, os.NewSyscallError("faccessat", err)
}
