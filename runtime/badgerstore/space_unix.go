//go:build linux || darwin

package badgerstore

import "golang.org/x/sys/unix"

// freeBytes returns how much of the disk of a directory this user can write.
func freeBytes(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
