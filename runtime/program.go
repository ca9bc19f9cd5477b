package runtime

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/vm"
)

// programCache compiles trees, once for all the executions of a definition.
//
// Trees are known by the hash of their stored form, positions included: two
// texts that differ in layout have one version, but each reports errors at
// lines of its own.
type programCache struct {
	lib   *vm.Library
	store Store
	mu    sync.Mutex
	byID  map[string]*vm.Program
	trees map[*tree.Node]Tree // the stored forms of those that were launched
}

// maxPrograms bounds the cache: a program can be compiled again at any time.
const maxPrograms = 1000

func (c *programCache) init(lib *vm.Library, store Store) {
	c.lib, c.store, c.byID, c.trees = lib, store, make(map[string]*vm.Program), make(map[*tree.Node]Tree)
}

// compile returns the program of a tree that is to be launched, and the tree's
// stored form.
func (c *programCache) compile(root *tree.Node) (*vm.Program, Tree) {
	c.mu.Lock()
	t, known := c.trees[root]
	p := c.byID[t.ID]
	c.mu.Unlock()
	if !known {
		data := tree.AppendJSON(nil, root, tree.Columns)
		t = Tree{ID: treeID(data), Data: data}
	}
	if p == nil {
		p = c.keep(t.ID, vm.Compile(c.lib, root))
	}
	if !known {
		c.mu.Lock()
		evict(c.trees)
		c.trees[root] = t
		c.mu.Unlock()
	}
	return p, t
}

// get returns the program of a stored tree.
func (c *programCache) get(ctx context.Context, id string) (*vm.Program, error) {
	c.mu.Lock()
	p := c.byID[id]
	c.mu.Unlock()
	if p != nil {
		return p, nil
	}
	data, err := c.store.Tree(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		err = &storeError{err}
	}
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	return c.parse(&Tree{ID: id, Data: data})
}

// parse makes the program of a tree's stored form.
func (c *programCache) parse(t *Tree) (*vm.Program, error) {
	if treeID(t.Data) != t.ID {
		return nil, fmt.Errorf("tree %s: what is stored under this id is something else: the store is damaged", t.ID)
	}
	root, err := tree.ParseJSON(t.Data, tree.ReadOptions{MaxBytes: len(t.Data)})
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", t.ID, err)
	}
	return c.keep(t.ID, vm.Compile(c.lib, root)), nil
}

func (c *programCache) keep(id string, p *vm.Program) *vm.Program {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q := c.byID[id]; q != nil {
		return q
	}
	evict(c.byID)
	c.byID[id] = p
	return p
}

// treeID is the id of a tree's stored form.
func treeID(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// evict makes room for one more.
func evict[K comparable, V any](m map[K]V) {
	for old := range m {
		if len(m) < maxPrograms {
			break
		}
		delete(m, old)
	}
}
