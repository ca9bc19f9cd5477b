//go:build linux

package powerfs

import (
	"context"
	"maps"
	"slices"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// inode shows a node to the kernel. Once the power is off, whatever the kernel
// asks for fails with EIO.
type inode struct {
	fs.Inode
	f *FS
	n *node
}

var _ interface {
	fs.NodeLookuper
	fs.NodeReaddirer
	fs.NodeCreater
	fs.NodeMkdirer
	fs.NodeUnlinker
	fs.NodeRmdirer
	fs.NodeRenamer
	fs.NodeGetattrer
	fs.NodeSetattrer
	fs.NodeOpener
	fs.NodeReader
	fs.NodeWriter
	fs.NodeAllocater
	fs.NodeFsyncer
	fs.NodeStatfser
} = (*inode)(nil)

// do does something to the disk, while it has power.
func (i *inode) do(do func() syscall.Errno) syscall.Errno {
	i.f.disk.mu.Lock()
	defer i.f.disk.mu.Unlock()
	if i.f.disk.off {
		return syscall.EIO
	}
	return do()
}

func (i *inode) child(ctx context.Context, n *node, out *fuse.EntryOut) *fs.Inode {
	n.attributes(&out.Attr)
	return i.NewInode(ctx, &inode{f: i.f, n: n}, fs.StableAttr{Mode: out.Attr.Mode & syscall.S_IFMT, Ino: n.id})
}

func (n *node) attributes(a *fuse.Attr) {
	a.Ino, a.Size, a.Nlink, a.Blksize = n.id, uint64(n.size), 1, pageBytes
	a.Blocks = uint64(len(n.pages)) * pageBytes / 512
	a.Mode = n.perm | syscall.S_IFREG
	if n.isDir {
		a.Mode = n.perm | syscall.S_IFDIR
	}
	a.Uid, a.Gid = uint32(syscall.Getuid()), uint32(syscall.Getgid())
	a.SetTimes(&n.modified, &n.modified, &n.modified)
}

func (i *inode) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (child *fs.Inode, errno syscall.Errno) {
	errno = i.do(func() syscall.Errno {
		n := i.n.entries[name]
		if n == nil {
			return syscall.ENOENT
		}
		child = i.child(ctx, n, out)
		return 0
	})
	return child, errno
}

func (i *inode) Readdir(context.Context) (stream fs.DirStream, errno syscall.Errno) {
	errno = i.do(func() syscall.Errno {
		var list []fuse.DirEntry
		for _, name := range slices.Sorted(maps.Keys(i.n.entries)) {
			var a fuse.Attr
			i.n.entries[name].attributes(&a)
			list = append(list, fuse.DirEntry{Name: name, Mode: a.Mode, Ino: a.Ino})
		}
		stream = fs.NewListDirStream(list)
		return 0
	})
	return stream, errno
}

func (i *inode) make(ctx context.Context, name string, isDir bool, mode uint32, out *fuse.EntryOut) (child *fs.Inode, errno syscall.Errno) {
	errno = i.do(func() syscall.Errno {
		n, errno := i.n.create(name, isDir, mode&0o777)
		if errno == 0 {
			child = i.child(ctx, n, out)
		}
		return errno
	})
	return child, errno
}

func (i *inode) Create(ctx context.Context, name string, _, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	child, errno := i.make(ctx, name, false, mode, out)
	return child, nil, fuse.FOPEN_KEEP_CACHE, errno
}

func (i *inode) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return i.make(ctx, name, true, mode, out)
}

func (i *inode) Unlink(_ context.Context, name string) syscall.Errno {
	return i.do(func() syscall.Errno { return i.n.remove(name, false) })
}

func (i *inode) Rmdir(_ context.Context, name string) syscall.Errno {
	return i.do(func() syscall.Errno { return i.n.remove(name, true) })
}

func (i *inode) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	const noReplace = 1
	if flags&^noReplace != 0 {
		return syscall.EINVAL
	}
	return i.do(func() syscall.Errno { return i.n.rename(name, to.(*inode).n, newName, flags&noReplace == 0) })
}

func (i *inode) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	return i.do(func() syscall.Errno {
		i.n.attributes(&out.Attr)
		return 0
	})
}

func (i *inode) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	return i.do(func() syscall.Errno {
		if mode, ok := in.GetMode(); ok {
			i.n.perm = mode & 0o777
		}
		if t, ok := in.GetMTime(); ok {
			i.n.modified = t
		}
		if size, ok := in.GetSize(); ok {
			if i.n.isDir {
				return syscall.EISDIR
			}
			i.n.resize(int64(size))
		}
		i.n.attributes(&out.Attr)
		return 0
	})
}

func (i *inode) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, i.do(func() syscall.Errno {
		if flags&syscall.O_TRUNC != 0 && !i.n.isDir {
			i.n.resize(0)
		}
		return 0
	})
}

func (i *inode) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	errno := i.do(func() syscall.Errno {
		dest = i.n.read(dest, off)
		return 0
	})
	return fuse.ReadResultData(dest), errno
}

func (i *inode) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	return uint32(len(data)), i.do(func() syscall.Errno {
		i.n.write(data, off)
		return 0
	})
}

func (i *inode) Allocate(_ context.Context, _ fs.FileHandle, off, size uint64, mode uint32) syscall.Errno {
	if mode != 0 {
		return syscall.EOPNOTSUPP
	}
	return i.do(func() syscall.Errno {
		if end := int64(off + size); end > i.n.size {
			i.n.resize(end)
		}
		return 0
	})
}

// Fsync comes for fsync, fdatasync and msync, and after the pages that they
// are about. For msync nobody tells the range, but of what was written to a
// mapping the kernel has sent the pages in that range only.
func (i *inode) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return i.do(func() syscall.Errno {
		i.n.sync()
		return 0
	})
}

func (i *inode) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	return i.do(func() syscall.Errno {
		out.Bsize, out.Frsize, out.NameLen = pageBytes, pageBytes, 255
		out.Blocks = uint64(i.f.freeBytes) / pageBytes
		out.Bfree, out.Bavail = out.Blocks, out.Blocks
		out.Files, out.Ffree = 1<<20, 1<<20
		return 0
	})
}
