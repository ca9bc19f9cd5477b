package runtime

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
}

// maxPrograms bounds the cache: a program can be compiled again at any time.
const maxPrograms = 1000

func (c *programCache) init(lib *vm.Library, store Store) {
	c.lib, c.store, c.byID = lib, store, make(map[string]*vm.Program)
}

// compile returns the program of a tree that is to be launched, and the tree's
// stored form.
func (c *programCache) compile(root *tree.Node) (*vm.Program, Tree) {
	data := tree.AppendJSON(nil, root, tree.Columns)
	sum := sha256.Sum256(data)
	t := Tree{ID: hex.EncodeToString(sum[:]), Data: data}
	c.mu.Lock()
	p := c.byID[t.ID]
	c.mu.Unlock()
	if p == nil {
		p = c.keep(t.ID, vm.Compile(c.lib, root))
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
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != id {
		return nil, fmt.Errorf("tree %s: what is stored under this id is something else: the store is damaged", id)
	}
	root, err := tree.ParseJSON(data, tree.ReadOptions{MaxBytes: len(data)})
	if err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	return c.keep(id, vm.Compile(c.lib, root)), nil
}

func (c *programCache) keep(id string, p *vm.Program) *vm.Program {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q := c.byID[id]; q != nil {
		return q
	}
	for old := range c.byID {
		if len(c.byID) < maxPrograms {
			break
		}
		delete(c.byID, old)
	}
	c.byID[id] = p
	return p
}
