package runtime

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/florc-lang/florc/lang/tree"
)

// Loader finds the flow that another one imports by name, for an execution of
// that domain; ErrNotFound tells that there is none. What it gave is kept in
// the journal of the execution, so that a replay does not ask again. It may be
// called by several goroutines at once.
type Loader func(domain, name string) (Definition, error)

// maxFlowBytes bounds the texts that DirLoader reads.
const maxFlowBytes = 4 << 20

// DirLoader finds flows in a folder and those below it, NAME or NAME.flo.
func DirLoader(dir string) Loader {
	return func(_, name string) (Definition, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return Definition{}, err
		}
		defer root.Close()
		for _, path := range []string{name, name + ".flo"} {
			if !strings.HasSuffix(path, ".flo") || !fs.ValidPath(path) {
				continue
			}
			f, err := root.Open(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return Definition{}, err
			}
			text, err := io.ReadAll(io.LimitReader(f, maxFlowBytes+1))
			f.Close()
			if err == nil && len(text) > maxFlowBytes {
				err = fmt.Errorf("%s is larger than %d bytes", path, maxFlowBytes)
			}
			if err != nil {
				return Definition{}, err
			}
			return Parse(path, string(text))
		}
		return Definition{}, ErrNotFound
	}
}

// loadTree finds a tree for an execution of that domain.
func (r *Runtime) loadTree(domain, name string) loadedTree {
	t := loadedTree{Name: name}
	if r.c.Loader == nil {
		return t
	}
	def, err := r.c.Loader(domain, name)
	switch {
	case err == nil:
		t.Tree, t.File = tree.AppendJSON(nil, def.Tree, tree.Columns), def.File
	case !errors.Is(err, ErrNotFound):
		t.Error = err.Error()
	}
	return t
}
