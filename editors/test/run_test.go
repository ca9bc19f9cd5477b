//go:build editors

package test

import (
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// vims are the editors that share the files in editors/vim.
var vims = []string{"vim", "nvim"}

// TestMain builds florc, and puts it before everything else on the PATH. The
// variable FLORC_DIR names a folder that holds another one to test.
func TestMain(m *testing.M) {
	flag.Parse()
	dir, err := os.MkdirTemp("", "florc")
	if err != nil {
		panic(err)
	}
	if other := os.Getenv("FLORC_DIR"); other != "" {
		os.Setenv("PATH", other+string(os.PathListSeparator)+os.Getenv("PATH"))
		os.Exit(m.Run())
	}
	build := exec.Command("go", "build", "-o", dir, "../../cmd/florc")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// absolute returns a path as an editor that works elsewhere needs it.
func absolute(t *testing.T, path string) string {
	t.Helper()
	path, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// run runs an editor to its end. One that hangs is killed after some minutes,
// and the test fails.
func run(t *testing.T, home, dir, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home+"/.config", "XDG_DATA_HOME="+home+"/.local/share", "XDG_STATE_HOME="+home+"/.local/state", "XDG_CACHE_HOME="+home+"/.cache")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// snippet returns the n-th block of a language below a heading of
// docs/editors.md.
func snippet(t *testing.T, heading, lang string, n int) string {
	t.Helper()
	_, text, found := strings.Cut(read(t, "../../docs/editors.md"), "\n## "+heading+"\n")
	text, _, _ = strings.Cut(text, "\n## ")
	blocks := strings.Split(text, "\n```"+lang+"\n")
	if !found || len(blocks) <= n {
		t.Fatalf("docs/editors.md has no block %d of %s below %q", n, lang, heading)
	}
	block, _, _ := strings.Cut(blocks[n], "\n```")
	return block + "\n"
}

// newHome makes a home folder with a clone of the repository in it.
func newHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	if err := os.Symlink(absolute(t, "../.."), filepath.Join(home, "florc")); err != nil {
		t.Fatal(err)
	}
	return home
}

// vim runs commands in Vim or Neovim, in the folder dir, for a user who did
// what docs/editors.md says.
func vim(t *testing.T, editor, dir string, commands ...string) {
	t.Helper()
	home := newHome(t)
	heading := map[string]string{"vim": "Vim", "nvim": "Neovim"}[editor]
	run(t, home, home, "sh", "-ec", snippet(t, heading, "sh", 1))
	vimrc := filepath.Join(home, "vimrc")
	write(t, vimrc, "set nocompatible encoding=utf-8 hidden\n"+snippet(t, "Vim", "vim", 1))
	script := filepath.Join(home, "script.vim")
	lines := append([]string{"packloadall", "try"}, commands...)
	lines = append(lines, "catch", "call writefile([v:exception, v:throwpoint], '"+script+".failed')", "endtry", "qall!")
	write(t, script, strings.Join(lines, "\n")+"\n")
	run(t, home, dir, editor, "-u", vimrc, "-i", "NONE", "-n", "-es", "-S", script)
	if failed, err := os.ReadFile(script + ".failed"); err == nil {
		t.Fatalf("%s: %s", editor, failed)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// examples lists the flows of the examples.
func examples(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob(absolute(t, "../../examples") + "/*/*.flo")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	return paths
}

// conformance writes the conformance sources that parse into a folder, a file
// each, and lists them.
func conformance(t *testing.T) []string {
	t.Helper()
	suites, err := filepath.Glob("../../testdata/conformance/*.jsonl")
	if err != nil || len(suites) == 0 {
		t.Fatalf("no conformance sources: %v", err)
	}
	dir := t.TempDir()
	var paths []string
	for _, suite := range suites {
		for _, line := range strings.Split(strings.TrimSpace(read(t, suite)), "\n") {
			var c struct{ ID, Src string }
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			if _, diags := parser.Parse(source.NewFile(c.ID, c.Src), parser.Options{}); len(diags) > 0 || c.Src == "" {
				continue
			}
			path := filepath.Join(dir, strings.ReplaceAll(c.ID, "/", "-")+".flo")
			write(t, path, c.Src)
			paths = append(paths, path)
		}
	}
	return paths
}

// list writes paths into a file.
func list(t *testing.T, paths []string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list")
	write(t, path, strings.Join(paths, "\n")+"\n")
	return path
}

// compareSyntax compares what an editor makes of the text in syntax.txtar with
// its section.
func compareSyntax(t *testing.T, section, got string) {
	t.Helper()
	const path = "testdata/syntax.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range archive.Files {
		f := &archive.Files[i]
		if f.Name != section {
			continue
		}
		if *update {
			f.Data = []byte(got)
			if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		} else if diff := cmp.Diff(string(f.Data), got); diff != "" {
			t.Errorf("syntax (- expected, + shown):\n%s", diff)
		}
		return
	}
	t.Fatalf("%s has no section %s", path, section)
}

// sample writes the text of syntax.txtar into a file.
func sample(t *testing.T) string {
	t.Helper()
	archive, err := txtar.ParseFile("testdata/syntax.txtar")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "in.flo")
	write(t, path, string(archive.Files[0].Data))
	return path
}
