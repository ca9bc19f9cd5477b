package powerfs

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// FS is a mounted file system. Its methods may be called by any number of
// goroutines at once. Files in it should be used by other processes only: one
// that serves a page fault of its own can wait for itself for ever.
type FS struct {
	disk      *disk
	freeBytes int64
	point     string
	root      *inode
	guard     *guard
	unmount   sync.Once
	err       error // of unmounting
}

// Mount mounts a file system on the directory point, filled with what is in
// the directory image, which is left as it is. The error is ErrUnavailable
// where the system refuses to mount. As root it needs nothing but /dev/fuse,
// as another user also fusermount3. A process that ends without having called
// Unmount leaves no mount behind.
func Mount(point, image string, o Options) (*FS, error) {
	d := newDisk(o.Durability, rand.New(rand.NewPCG(o.Seed, 0)))
	if err := d.root.load(image); err != nil {
		return nil, fmt.Errorf("powerfs: loading %s: %w", image, err)
	}
	f := &FS{disk: d, point: point, freeBytes: o.FreeBytes}
	if f.freeBytes == 0 {
		f.freeBytes = 16 << 30
	}
	f.root = &inode{f: f, n: d.root}
	forLong := time.Hour // nobody else changes anything
	fsOptions := &fs.Options{EntryTimeout: &forLong, AttrTimeout: &forLong, RootStableAttr: &fs.StableAttr{Ino: d.root.id}}
	fsOptions.MountOptions = fuse.MountOptions{FsName: "powerfs", Name: "powerfs", DisableXAttrs: true,
		ExplicitDataCacheControl: true}
	var err error
	if f.guard, err = newGuard(point); err != nil {
		return nil, fmt.Errorf("powerfs: %w", err)
	}
	mountPoint := point
	if fd, err := mountDirectly(point); err == nil {
		mountPoint = fmt.Sprintf("/dev/fd/%d", fd) // by which go-fuse knows one that is mounted already
	}
	if _, err = fs.Mount(mountPoint, f.root, fsOptions); err != nil {
		_ = detach(point)
		f.guard.end()
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return f, nil
}

// mountDirectly mounts without the help of fusermount3. go-fuse can do that,
// too, but lets child processes inherit its connection to the kernel: then one
// that waits for the file system keeps it from ending.
func mountDirectly(point string) (fd int, err error) {
	if fd, err = syscall.Open("/dev/fuse", syscall.O_RDWR|syscall.O_CLOEXEC, 0); err != nil {
		return 0, err
	}
	options := fmt.Sprintf("fd=%d,rootmode=%o,user_id=%d,group_id=%d", fd, syscall.S_IFDIR, os.Geteuid(), os.Getegid())
	if err = syscall.Mount("powerfs", point, "fuse.powerfs", syscall.MS_NOSUID|syscall.MS_NODEV, options); err != nil {
		syscall.Close(fd)
	}
	return fd, err
}

// detach takes a mount out of sight. It ends with the last process that uses
// it.
func detach(point string) error {
	err := syscall.Unmount(point, syscall.MNT_DETACH)
	if err != nil {
		if helped := exec.Command("fusermount3", "-u", "-z", point).Run(); helped == nil {
			return nil
		}
	}
	return err
}

// WriteBack has the kernel write some of what processes have written to
// mappings, without a sync, as it may do at any time.
func (f *FS) WriteBack(rnd *rand.Rand) { writeBack(&f.root.Inode, rnd) }

func writeBack(i *fs.Inode, rnd *rand.Rand) {
	for _, child := range i.Children() {
		if child.IsDir() {
			writeBack(child, rnd)
		} else if rnd.IntN(2) == 0 {
			in := child.Operations().(*inode)
			in.f.disk.mu.Lock()
			size := in.n.size
			in.f.disk.mu.Unlock()
			from := rnd.Int64N(size + 1)
			// To forget pages, the kernel has to write them first. What it gives
			// back is not of interest: a page in use stays.
			_ = child.NotifyContent(from, rnd.Int64N(size-from+1))
		}
	}
}

// PowerOff has everything that processes do to the file system from now on
// fail.
func (f *FS) PowerOff() {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.disk.off = true
}

// Cut turns the power off, if that is not done yet, and writes to dir, which
// must be empty or not there, what a disk could hold then. The same rnd gives
// the same again; another may give something else.
func (f *FS) Cut(rnd *rand.Rand, dir string) error {
	f.disk.mu.Lock()
	defer f.disk.mu.Unlock()
	f.disk.off = true
	if err := f.disk.cut(rnd).write(f.disk.root, dir); err != nil {
		return fmt.Errorf("powerfs: writing what is left after the cut: %w", err)
	}
	return nil
}

// Unmount ends the use of the file system. Where a process still uses it, what
// that does fails from now on.
func (f *FS) Unmount() error {
	f.unmount.Do(func() {
		f.PowerOff()
		if f.err = detach(f.point); f.err != nil {
			f.err = fmt.Errorf("powerfs: unmounting %s: %w", f.point, f.err)
			return // the guard tries again when this process ends
		}
		f.guard.end()
	})
	return f.err
}

// guard is a process that unmounts when this one ends, however it does.
type guard struct {
	cmd   *exec.Cmd
	stdin io.Closer
}

func newGuard(point string) (*guard, error) {
	cmd := exec.Command("/bin/sh", "-c", `read _; umount -l "$0" || fusermount3 -u -z "$0"`, point)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // else it ends with this one on an interrupt
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &guard{cmd, stdin}, cmd.Start()
}

func (g *guard) end() {
	g.stdin.Close()
	_ = g.cmd.Wait() // it finds nothing to unmount anymore
}
