// Package powerfs is a file system that can lose its power. It shows a
// directory to processes through FUSE and remembers which pages, sizes and
// directory entries were made durable by fsync, fdatasync or msync. A cut then
// gives what a disk could hold afterwards: all that was synced, and anything of
// what was not.
//
// Killing a process shows nothing about durability, since the kernel keeps what
// the process wrote.
//
// It holds all files in memory, and has regular files and directories only: no
// links, sockets or extended attributes.
package powerfs

import "errors"

// ErrUnavailable tells that this system, or its administrator, does not let
// this process mount a file system.
var ErrUnavailable = errors.New("FUSE is not available")

// Durability is what a file system promises about the entries of directories.
// A rename happens whole or not at all in any case.
type Durability int

const (
	// POSIX: an fsync of a directory makes its entries durable, and nothing else
	// does. Of the other changes a cut leaves any, in any order.
	POSIX Durability = iota
	// NewFiles: so does an fsync of a file for its own entry, and for those of
	// the directories that it is in. This is the least that Linux file systems
	// do, among them btrfs.
	NewFiles
	// Journal: changes reach the disk in their order, and each fsync takes along
	// all of them that came before. So do ext4 and XFS.
	Journal
)

// Options say how the disk behaves. The zero value is as strict as POSIX.
type Options struct {
	Durability Durability
	// Seed decides which writes reach the disk before they are synced.
	Seed uint64
	// FreeBytes is how much room the file system says that it has, in bytes.
	// Default: 16 GiB. Nothing keeps to it.
	FreeBytes int64
}
