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

// Loader finds the flow that another one imports by name; ErrNotFound tells
// that there is none. What it gave is kept in the journal of the execution, so
// that a replay does not ask again. It may be called by several goroutines at
// once.
type Loader func(w Wanted) (Definition, error)

// Wanted is a flow that is looked for.
type Wanted struct {
	Name   string
	Domain string // of the execution that wants it
	From   string // the file that this one was launched from, "" for none
}

// maxFlowBytes bounds the texts of definitions.
const maxFlowBytes = 4 << 20

// DirLoader finds flows in a folder and those below it, NAME or NAME.flo.
func DirLoader(dir string) Loader {
	return func(w Wanted) (Definition, error) {
		for _, path := range []string{w.Name, w.Name + ".flo"} {
			if !strings.HasSuffix(path, ".flo") || !fs.ValidPath(path) {
				continue
			}
			if def, err := ReadDefinition(dir, path); !errors.Is(err, ErrNotFound) {
				return def, err
			}
		}
		return Definition{}, ErrNotFound
	}
}

// ReadDefinition reads a definition in a folder, or below it, by its path from
// there, with slashes; ErrNotFound tells that there is none.
func ReadDefinition(dir, path string) (Definition, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Definition{}, err
	}
	defer root.Close()
	f, err := root.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Definition{}, ErrNotFound
	}
	if err != nil {
		return Definition{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFlowBytes+1))
	if err == nil && len(text) > maxFlowBytes {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxFlowBytes)
	}
	if err != nil {
		return Definition{}, err
	}
	return Parse(path, string(text))
}

// loadTree finds a tree for an execution.
func (r *Runtime) loadTree(o *Origin, name string) loadedTree {
	t := loadedTree{Name: name}
	if r.c.Loader == nil {
		return t
	}
	def, err := r.c.Loader(Wanted{Name: name, Domain: o.Domain, From: o.File})
	switch {
	case err == nil:
		t.Tree, t.File = tree.AppendJSON(nil, def.Tree, tree.Columns), def.File
	case !errors.Is(err, ErrNotFound):
		t.Error = err.Error()
	}
	return t
}
