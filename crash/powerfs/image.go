package powerfs

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// load fills a directory with what is in dir; all of it counts as synced.
func (n *node) load(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			return err
		}
		path := filepath.Join(dir, e.Name())
		child := n.d.newNode(e.IsDir(), uint32(info.Mode().Perm()))
		switch {
		case e.IsDir():
			err = child.load(path)
		case info.Mode().IsRegular():
			err = child.loadFile(path, info.Size())
		default:
			err = fmt.Errorf("%s is neither a file nor a directory", path)
		}
		if err != nil {
			return err
		}
		n.entries[e.Name()], n.stored[e.Name()] = child, child
	}
	return nil
}

func (n *node) loadFile(path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	n.size, n.sizes[0] = size, size
	for off := int64(0); off < size; {
		if off, err = nextData(f, off); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		p := new(page)
		off -= off % pageBytes
		if _, err := f.ReadAt(p[:], off); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if *p != (page{}) {
			n.pages[off/pageBytes] = p
		}
		off += pageBytes
	}
	return nil
}

// write writes what survives of a directory to dir, which must be empty or
// not there.
func (s *survivor) write(n *node, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries := s.entries(n)
	for _, name := range slices.Sorted(maps.Keys(entries)) { // the same rnd gives the same
		child, path, write := entries[name], filepath.Join(dir, name), s.writeFile
		if child.isDir {
			write = s.write
		}
		if err := write(child, path); err != nil {
			return err
		}
	}
	return os.Chmod(dir, fs.FileMode(n.perm))
}

func (s *survivor) writeFile(n *node, path string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fs.FileMode(n.perm)|0o200)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	chosen := s.size(n)
	size := n.sizes[chosen]
	if err := f.Truncate(size); err != nil {
		return err
	}
	written := make(map[int64]bool)
	for i := range n.pages {
		written[i] = true
	}
	for i := range n.unsynced {
		written[i] = true
	}
	for _, i := range slices.Sorted(maps.Keys(written)) {
		p := s.page(n, i, chosen)
		left := size - i*pageBytes
		if p == nil || left <= 0 {
			continue
		}
		if _, err := f.WriteAt(p[:min(pageBytes, left)], i*pageBytes); err != nil {
			return err
		}
	}
	return nil
}
