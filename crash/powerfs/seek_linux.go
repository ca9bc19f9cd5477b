//go:build linux

package powerfs

import (
	"errors"
	"io"
	"os"
	"syscall"
)

// nextData returns where the next bytes are that are no hole, or io.EOF.
func nextData(f *os.File, off int64) (int64, error) {
	const seekData = 3
	at, err := f.Seek(off, seekData)
	switch {
	case errors.Is(err, syscall.ENXIO):
		return 0, io.EOF
	case errors.Is(err, syscall.EINVAL):
		return off, nil // that file system has no holes
	}
	return at, err
}
