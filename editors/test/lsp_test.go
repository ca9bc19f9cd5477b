//go:build editors

package test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/stdlib"
)

// project writes a project of two files, and says what an editor has to show
// of it. While nothing can bring a file into another, one file has it all.
func project(t *testing.T) (dir string, shown []string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	first, file, renamed := `import 'lib/greet.flo'`, "lib/greet.flo", "define salute name"
	if stdlib.All().Get("import") == nil {
		first, file, renamed = `define greet name \ "Hello, $(name)!"`, "main.flo", `define salute name \ "Hello, $(name)!"`
	}
	write(t, filepath.Join(dir, "main.flo"), first+`
set f.message (greet 'Ada')
set f.loud (upcsae f.message)
set   f.name   (capitalize 'ada')
`)
	write(t, filepath.Join(dir, "lib/greet.flo"), `define greet name
  "Hello, $(name)!"
`)
	run(t, dir, dir, "git", "init", "-q")
	return dir, []string{
		`diagnostic 3:13-19 WARN "upcsae"`,
		`completion upcase`,
		`hover capitalize`,
		`definition ` + file + ` 1:8`,
		`rename ` + renamed,
		`rename set f.message (salute 'Ada')`,
		`format set f.name (capitalize 'ada')`,
	}
}

func TestNeovimServer(t *testing.T) {
	dir, shown := project(t)
	setup := filepath.Join(dir, "init.lua")
	write(t, setup, snippet(t, "Neovim", "lua", 2))
	vim(t, "nvim", dir, "luafile "+setup, "luafile "+absolute(t, "testdata/lsp.lua"))
	compareShown(t, shown, filepath.Join(dir, "out"))
}

func TestEmacsServer(t *testing.T) {
	dir, shown := project(t)
	out := filepath.Join(dir, "out")
	emacs(t, dir, `(test-lsp "`+out+`")`)
	compareShown(t, shown, out)
}

func compareShown(t *testing.T, shown []string, path string) {
	t.Helper()
	if diff := cmp.Diff(shown, strings.Split(strings.TrimSpace(read(t, path)), "\n")); diff != "" {
		t.Errorf("- expected, + shown:\n%s", diff)
	}
}
