package runtime_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// TestLoader imports flows, which are asked for once: neither an execution that
// is loaded again nor a replay asks a second time.
func TestLoader(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"greet.flo":     "define greet name\n  \"Hello, $(name)!\"\n",
		"sub/deep.flo":  "task 'alice' 'read'\ngreet 'deep'\n",
		"broken.flo":    "sequence (\n",
		"not-a-flow.md": "1\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var asked atomic.Int32
	fromDir := runtime.DirLoader(dir)
	loader := func(w runtime.Wanted) (runtime.Definition, error) {
		asked.Add(1)
		return fromDir(w)
	}
	r := start(t, runtime.Config{CacheNodes: -1, Taskers: taskers(), Loader: loader})
	defer stop(t, r)
	exid := launch(t, r, "import 'greet'\nsequence\n  import 'sub/deep.flo'\n")
	tasks, err := r.Tasks(t.Context(), exid)
	if err != nil || len(tasks) != 1 {
		t.Fatal(tasks, err)
	}
	before := asked.Load()
	if err := os.RemoveAll(filepath.Join(dir, "sub")); err != nil {
		t.Fatal(err)
	}
	if err := r.Return(t.Context(), exid, tasks[0].ID, tasks[0].Payload, nil); err != nil {
		t.Fatal(err)
	}
	ends(t, r, exid, `{"ret":"Hello, deep!"}`)
	if _, err := r.Replay(t.Context(), exid, false); err != nil {
		t.Error(err)
	}
	if before != 2 || asked.Load() != 2 {
		t.Errorf("it was asked %d times, then %d", before, asked.Load()-before)
	}
	ends(t, r, launch(t, r, "import 'sub/deep'\n"), `no subtree "sub/deep" found (domain "main")`)
	ends(t, r, launch(t, r, "import 'not-a-flow.md'\n"), `no subtree "not-a-flow.md" found (domain "main")`)
	ends(t, r, launch(t, r, "import 'broken'\n"), "the subtree \"broken\" can't be read: broken.flo:1:10: this `(` is never closed")
	for _, name := range []string{"../" + filepath.Base(dir) + "/greet", "/greet", "", "."} {
		if _, err := fromDir(runtime.Wanted{Name: name}); !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
