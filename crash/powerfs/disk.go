package powerfs

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	pageBytes   = 4096
	sectorBytes = 512
)

type page [pageBytes]byte

// disk is what processes see of a file system, together with what is certain
// to be on the disk below it. Its methods, and those of its nodes, expect the
// lock to be held.
type disk struct {
	mu         sync.Mutex
	off        bool // the power is
	durability Durability
	rnd        *rand.Rand
	root       *node
	nodes      uint64
	pending    []change // that no sync has covered, the oldest first
}

// node is a file or a directory.
type node struct {
	d        *disk
	id       uint64
	isDir    bool
	perm     uint32
	modified time.Time

	entries map[string]*node // of a directory
	stored  map[string]*node // those that are on the disk for certain

	size  int64
	pages map[int64]*page // of a file; one that is not there is all zeros
	// sizes are those of the file since its last sync, beginning with the one
	// that was synced. The disk may have any.
	sizes    []int64
	unsynced map[int64]unsynced // the pages that were changed since the last sync
}

// unsynced is what a disk has of a page until it is synced.
type unsynced struct {
	before *page // nil for zeros
	// cut says with which of the file's sizes the page was cut off; 0 for none.
	// It is on the disk until that size is, and zeros from then on.
	cut int
}

// change is what happens to directories all at once, or not at all.
type change []edit

// edit sets an entry of a directory, or removes it where the node is nil.
type edit struct {
	dir  *node
	name string
	node *node
}

func newDisk(durability Durability, rnd *rand.Rand) *disk {
	d := &disk{durability: durability, rnd: rnd}
	d.root = d.newNode(true, 0o700)
	return d
}

func (d *disk) newNode(isDir bool, perm uint32) *node {
	d.nodes++
	n := &node{d: d, id: d.nodes, isDir: isDir, perm: perm, modified: time.Now()}
	if isDir {
		n.entries, n.stored = make(map[string]*node), make(map[string]*node)
	} else {
		n.pages, n.unsynced, n.sizes = make(map[int64]*page), make(map[int64]unsynced), []int64{0}
	}
	return n
}

func (d *disk) change(c change) {
	c.apply(func(dir *node) map[string]*node { return dir.entries })
	for _, e := range c {
		e.dir.modified = time.Now()
	}
	d.pending = append(d.pending, c)
}

func (c change) apply(entries func(dir *node) map[string]*node) {
	for _, e := range c {
		if e.node == nil {
			delete(entries(e.dir), e.name)
		} else {
			entries(e.dir)[e.name] = e.node
		}
	}
}

// settle puts changes on the disk that a sync of a node covers.
func (d *disk) settle(n *node) {
	linked := map[*node]bool{n: true}
	covers := func(e edit) bool {
		if d.durability == NewFiles && linked[e.node] {
			linked[e.dir] = true
			return true
		}
		return d.durability == Journal || e.dir == n
	}
	var settled []change
	for i := len(d.pending) - 1; i >= 0; i-- { // what is in a directory comes after it
		if slices.ContainsFunc(d.pending[i], covers) {
			settled = append(settled, d.pending[i])
			d.pending[i] = nil
		}
	}
	d.pending = slices.DeleteFunc(d.pending, func(c change) bool { return c == nil })
	for _, c := range slices.Backward(settled) {
		c.apply(func(dir *node) map[string]*node { return dir.stored })
	}
}

func (n *node) create(name string, isDir bool, perm uint32) (*node, syscall.Errno) {
	if n.entries[name] != nil {
		return nil, syscall.EEXIST
	}
	child := n.d.newNode(isDir, perm)
	n.d.change(change{{n, name, child}})
	return child, 0
}

func (n *node) remove(name string, isDir bool) syscall.Errno {
	child := n.entries[name]
	switch {
	case child == nil:
		return syscall.ENOENT
	case child.isDir && !isDir:
		return syscall.EISDIR
	case !child.isDir && isDir:
		return syscall.ENOTDIR
	case len(child.entries) > 0:
		return syscall.ENOTEMPTY
	}
	n.d.change(change{{n, name, nil}})
	return 0
}

// rename renames an entry, and replaces what has the new name. File systems
// promise that a cut shows either all of that or nothing.
func (n *node) rename(name string, to *node, newName string, replace bool) syscall.Errno {
	child, old := n.entries[name], to.entries[newName]
	switch {
	case child == nil:
		return syscall.ENOENT
	case old == nil:
	case !replace:
		return syscall.EEXIST
	case old == child:
		return 0
	case old.isDir && !child.isDir:
		return syscall.EISDIR
	case child.isDir && !old.isDir:
		return syscall.ENOTDIR
	case len(old.entries) > 0:
		return syscall.ENOTEMPTY
	}
	n.d.change(change{{n, name, nil}, {to, newName, child}})
	return 0
}

// touch gives a page to write to. What the disk has of it is kept: mostly as
// the last sync left it, now and then as it is now, since disks may be written
// to at any time.
func (n *node) touch(i int64) *page {
	p := n.pages[i]
	u, known := n.unsynced[i]
	if known && p != nil && (u.cut > 0 || n.d.rnd.IntN(8) > 0) {
		return p
	}
	if u.cut == 0 {
		n.unsynced[i] = unsynced{before: p}
	}
	c := new(page)
	if p != nil {
		*c = *p
	}
	n.pages[i] = c
	return c
}

func (n *node) write(data []byte, off int64) {
	n.modified = time.Now()
	if end := off + int64(len(data)); end > n.size {
		n.resize(end)
	}
	for len(data) > 0 {
		p := n.touch(off / pageBytes)
		done := copy(p[off%pageBytes:], data)
		data, off = data[done:], off+int64(done)
	}
}

// read fills b from an offset on and returns what there is of it.
func (n *node) read(b []byte, off int64) []byte {
	b = b[:max(0, min(int64(len(b)), n.size-off))]
	for rest := b; len(rest) > 0; {
		p := n.pages[off/pageBytes]
		if p == nil {
			p = new(page)
		}
		done := copy(rest, p[off%pageBytes:])
		rest, off = rest[done:], off+int64(done)
	}
	return b
}

// resize sets the size of a file. Bytes that it loses are zero when it grows
// again.
func (n *node) resize(size int64) {
	n.modified = time.Now()
	if size < n.size {
		for i := range n.pages {
			switch start := i * pageBytes; {
			case start >= size:
				u, known := n.unsynced[i]
				if !known {
					u.before = n.pages[i]
				}
				if u.cut == 0 {
					u.cut = len(n.sizes)
				}
				n.unsynced[i] = u
				delete(n.pages, i)
			case start+pageBytes > size:
				clear(n.touch(i)[size-start:])
			}
		}
	}
	if n.size = size; n.sizes[len(n.sizes)-1] != size {
		n.sizes = append(n.sizes, size)
	}
}

// sync puts a node on the disk: a file's bytes and size, a directory's
// entries, and whatever else that sync covers.
func (n *node) sync() {
	if !n.isDir {
		clear(n.unsynced)
		n.sizes = append(n.sizes[:0], n.size)
	}
	n.d.settle(n)
}

// survivor is what a disk holds after a cut.
type survivor struct {
	rnd *rand.Rand
	// luck is how likely it is that what was not synced is there.
	luck  float64
	edits map[*node]change
}

// cut chooses what survives of the changes that were not synced.
func (d *disk) cut(rnd *rand.Rand) *survivor {
	s := &survivor{rnd: rnd, edits: make(map[*node]change)}
	switch rnd.IntN(4) {
	case 0: // nothing survives
	case 1:
		s.luck = 1
	default:
		s.luck = rnd.Float64()
	}
	for _, c := range d.pending {
		if !s.lucky() {
			if d.durability == Journal {
				break // it keeps the order
			}
			continue
		}
		for _, e := range c {
			s.edits[e.dir] = append(s.edits[e.dir], e)
		}
	}
	return s
}

func (s *survivor) lucky() bool { return s.rnd.Float64() < s.luck }

// entries gives what survives of a directory.
func (s *survivor) entries(n *node) map[string]*node {
	entries := maps.Clone(n.stored)
	s.edits[n].apply(func(*node) map[string]*node { return entries })
	return entries
}

// size chooses one of a file's sizes.
func (s *survivor) size(n *node) int {
	if len(n.sizes) == 1 || !s.lucky() {
		return 0
	}
	return 1 + s.rnd.IntN(len(n.sizes)-1)
}

// page gives what survives of a page, with that size of the file; nil for
// zeros. It may be torn.
func (s *survivor) page(n *node, i int64, size int) *page {
	u, unsynced := n.unsynced[i]
	if !unsynced {
		return n.pages[i]
	}
	old := u.before
	if u.cut > 0 {
		if size < u.cut {
			return old
		}
		old = nil
	}
	torn := s.luck > 0 && s.luck < 1 && s.rnd.IntN(4) == 0
	if !torn {
		if s.lucky() {
			return n.pages[i]
		}
		return old
	}
	mixed := new(page)
	for at := 0; at < pageBytes; at += sectorBytes {
		from := old
		if s.lucky() {
			from = n.pages[i]
		}
		if from != nil {
			copy(mixed[at:at+sectorBytes], from[at:])
		}
	}
	return mixed
}
