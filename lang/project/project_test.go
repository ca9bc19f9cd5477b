package project_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/stdlib"
)

// library is the standard library; graft may not be in it yet.
var library = func() sig.Schema {
	s := stdlib.All().Schema()
	if stdlib.All().Get("graft") == nil {
		s.Procs = append(s.Procs, sig.Proc{Names: []string{"graft", "import"}, Args: []sig.Arg{{Name: "path", Type: sig.FilePath}}})
	}
	return s
}()

// write makes the files of a txtar archive in a new folder.
func write(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestConfig(t *testing.T) {
	dir := write(t, `
-- florc.conf --
# of the orders
{
  taskers: [ 'alice', r/clerk_.*/ ]
  all_taskers: true
  vars: [ 'region' ]
  signals: [ 'stop' ]
  schemas: [ 'more.json' ]
  exclude: [ 'drafts/' ]
  rules: { FLO0301: 'error', 'FLO0302': 'off' }
}
-- more.json --
{"taskers": [{"name": "bob", "doc": "Does it."}]}
-- a/b/c.flo --
`)
	c, err := project.ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := project.Config{
		Schema: sig.Schema{
			Taskers:    []sig.Tasker{{Name: "alice"}, {Name: "clerk_.*", Pattern: true}, {Name: "bob", Doc: "Does it."}},
			AllTaskers: true, Vars: []sig.Var{{Name: "region"}}, Hooks: []sig.Hook{{Signal: "stop"}},
		},
		Levels:  map[diag.Code]check.Level{"FLO0301": check.Error, "FLO0302": check.Off},
		Exclude: []string{"drafts/"}, Schemas: []string{"more.json"}, File: c.File,
	}
	if diff := cmp.Diff(want, c, cmp.AllowUnexported(source.File{})); diff != "" {
		t.Error(diff)
	}
	if got := project.Root(filepath.Join(dir, "a/b/c.flo")); got != dir {
		t.Errorf("the root is %s, want %s", got, dir)
	}
	if c, err := project.ReadConfig(filepath.Join(dir, "a")); err != nil || c.File != nil {
		t.Errorf("%v, %v where there is no configuration", c, err)
	}
}

func TestConfigFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"# nothing\n", ""},
		{"{ }", ""},
		{"{", "1:1 this `{` is never closed"},
		{"sequence\n  1", "1:1 this is no configuration"},
		{"{ a: 1 }\n{ b: 2 }", "1:1 this is no configuration"},
		{"{ taskres: [] }", `1:3 a configuration has no "taskres"`},
		{"{ taskers: 'alice' }", "1:12 an array is expected here"},
		{"{ taskers: [ 1 ] }", "1:14 a tasker is a name in quotes, or a regular expression"},
		{"{ vars: [ a ] }", "1:11 a text in quotes is expected here"},
		{"{ all_taskers: 1 }", "1:16 all_taskers is true or false"},
		{"{ rules: [ ] }", "1:10 an object is expected here"},
		{"{ rules: { FLO9999: 'off' } }", `1:12 there is no rule "FLO9999"`},
		{"{ rules: { FLO0001: 'off' } }", `1:12 there is no rule "FLO0001"`},
		{"{ rules: { FLO0301: off } }", `1:21 a level is "off", "info", "warning" or "error", not ""`},
		{"{ schemas: [ 'nada.json' ] }", "1:14 the schema can't be read: no such file"},
		{"{ schemas: [ 'bad.json' ] }", "1:14 bad.json is no schema: EOF"},
	} {
		conf := project.ParseConfig(source.NewFile("florc.conf", c.text), func(name string) ([]byte, error) {
			if name == "bad.json" {
				return nil, nil
			}
			return nil, errors.New("no such file")
		})
		got := ""
		for _, d := range conf.Diagnostics {
			got += fmt.Sprintf("%s %s", d.Span.Start, d.Message)
		}
		if c.want == "" && got != "" || !strings.HasPrefix(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
}

func TestList(t *testing.T) {
	dir := write(t, `
-- .git/HEAD --
-- .gitignore --
build/
*.tmp.flo
/top.flo
-- p/.gitignore --
!keep.tmp.flo
-- p/a.flo --
-- p/x.tmp.flo --
-- p/keep.tmp.flo --
-- p/build/b.flo --
-- p/top.flo --
-- p/drafts/d.flo --
-- p/.hidden.flo --
-- p/.h/e.flo --
-- p/text.txt --
-- p/own/florc.conf --
{ exclude: [ 'not.flo' ] }
-- p/own/yes.flo --
-- p/own/not.flo --
-- top.flo --
`)
	for _, c := range []struct {
		folder  string
		exclude []string
		want    []string
	}{
		{"", nil, []string{"p/a.flo", "p/drafts/d.flo", "p/keep.tmp.flo", "p/own/yes.flo", "p/top.flo"}},
		{"p", nil, []string{"p/a.flo", "p/drafts/d.flo", "p/keep.tmp.flo", "p/own/yes.flo", "p/top.flo"}},
		{"p", []string{"drafts/"}, []string{"p/a.flo", "p/keep.tmp.flo", "p/own/yes.flo", "p/top.flo"}},
		{"p", []string{"/a.flo"}, []string{"p/a.flo", "p/drafts/d.flo", "p/keep.tmp.flo", "p/own/yes.flo", "p/top.flo"}},
		{"p", []string{"/p/a.flo"}, []string{"p/drafts/d.flo", "p/keep.tmp.flo", "p/own/yes.flo", "p/top.flo"}},
	} {
		var got []string
		err := project.List(dir, filepath.Join(dir, c.folder), c.exclude, func(root, path string) error {
			want := dir
			if strings.Contains(path, "own") {
				want = filepath.Join(dir, "p", "own")
			}
			if root != want {
				t.Errorf("%s belongs to %s, want %s", path, root, want)
			}
			rel, err := filepath.Rel(dir, path)
			got = append(got, filepath.ToSlash(rel))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s without %v:\n%s", c.folder, c.exclude, diff)
		}
	}
}

const flows = `
-- main.flo --
graft 'lib/add'
add 1
nada 2
-- lib/add.flo --
define add n
  n + 1
-- alone.flo --
nope 1
`

// TestCheck checks files together, without a cache, with an empty one and
// with a filled one, and after changes.
func TestCheck(t *testing.T) {
	dir := write(t, flows)
	cache := filepath.Join(t.TempDir(), "deep", "cache.json")
	check := func(cache string, overlay map[string]string) string {
		var paths []string
		for _, name := range []string{"main.flo", "alone.flo", "nada.flo"} {
			paths = append(paths, filepath.Join(dir, name))
		}
		var b strings.Builder
		for _, r := range project.Check(paths, project.Options{Root: dir, Library: library, CacheFile: cache, Overlay: overlay, Tool: "test"}) {
			if r.Err != nil {
				fmt.Fprintf(&b, "%s cannot be read\n", filepath.Base(r.Path))
			}
			for _, d := range r.Diagnostics {
				fmt.Fprintf(&b, "%s:%s %s %s\n", r.File.Name, d.Span.Start, d.Code, d.Hint)
			}
		}
		return b.String()
	}
	hint := `define a function %q, or name it as a tasker`
	want := fmt.Sprintf("main.flo:3:1 FLO0301 "+hint+"\nalone.flo:1:1 FLO0301 "+hint+"\nnada.flo cannot be read\n", "nada", "nope")
	for _, name := range []string{"", cache, cache} {
		if diff := cmp.Diff(want, check(name, nil)); diff != "" {
			t.Errorf("with the cache %q:\n%s", name, diff)
		}
	}
	if _, err := os.Stat(cache); err != nil {
		t.Error(err)
	}
	lib := map[string]string{filepath.Join(dir, "lib", "add.flo"): "define plus n\n  n + 1\n"}
	if got := check(cache, lib); got != check("", lib) || !strings.Contains(got, "main.flo:2:1 FLO0301") {
		t.Errorf("a change in a file that is brought in is not seen\n%s", got)
	}
	if err := os.WriteFile(cache, []byte(`{"Found": 7`), 0o644); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, check(cache, nil)); diff != "" {
		t.Errorf("with a damaged cache:\n%s", diff)
	}
	if err := os.Remove(filepath.Join(dir, "lib", "add.flo")); err != nil {
		t.Fatal(err)
	}
	if got := check(cache, nil); got != check("", nil) {
		t.Errorf("with a file gone, the cache says\n%s", got)
	}
}

// TestMissingFile looks for a file of a similar name among those that nothing
// brings in, with a cache that knows the file from before the other was there.
func TestMissingFile(t *testing.T) {
	dir := write(t, "-- main.flo --\ngraft 'helpr'\n-- helper.flo --\ntrace 1\n-- main2.flo --\n\"$(1)\"\n")
	opts := project.Options{Root: dir, Library: library, CacheFile: filepath.Join(t.TempDir(), "cache.json"), Tool: "test"}
	hint := func(names ...string) string {
		var paths []string
		for _, name := range names {
			paths = append(paths, filepath.Join(dir, name))
		}
		ds := project.Check(paths, opts)[0].Diagnostics
		if len(ds) != 1 {
			t.Fatal(ds)
		}
		return ds[0].Hint
	}
	const unlike, like = "it is looked for beside this file, then from the root of the project, also with .flo at its end", `did you mean "helper"?`
	for range 2 {
		if got := hint("main.flo", "main2.flo"); got != unlike {
			t.Error(got)
		}
		if got := hint("main.flo", "main2.flo", "helper.flo"); got != like {
			t.Error(got)
		}
	}
}

// BenchmarkCheck checks some 100,000 lines: files that go with no other, files
// that all bring the same one in, and a few large ones.
func BenchmarkCheck(b *testing.B) {
	const flow = "define step_%[1]d order\n  set f.total_%[1]d (order.price * %[1]d)\n  task 'agent' \"order $(order.id)\" total: f.total_%[1]d\n  push f.log [ %[1]d, 'step' ]\n  if f.total_%[1]d > 1000\n    task 'manager' 'approve' timeout: '2h'\n  sequence on_error: (def msg err \\ push f.log err.msg)\n    sleep '1h'\n    task 'bob' 'check'\nstep_%[1]d f.order\n"
	for _, x := range []struct {
		name         string
		files, flows int
		first        string
	}{{"apart", 100, 100, ""}, {"together", 100, 100, "import 'helper'\n"}, {"large", 10, 1000, ""}} {
		b.Run(x.name, func(b *testing.B) {
			dir := b.TempDir()
			texts := map[string]string{"helper": "define help a\n  a + 1\n"}
			for i := range x.files {
				text := x.first
				for k := range x.flows {
					text += fmt.Sprintf(flow, k)
				}
				texts[fmt.Sprintf("f%d", i)] = strings.ReplaceAll(text, "total", fmt.Sprintf("total%d", i))
			}
			var paths []string
			for name, text := range texts {
				path := filepath.Join(dir, name+".flo")
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					b.Fatal(err)
				}
				paths = append(paths, path)
			}
			opts := project.Options{Root: dir, Library: library}
			run := func(b *testing.B) {
				for b.Loop() {
					project.Check(paths, opts)
				}
			}
			b.Run("cold", run)
			opts.CacheFile = filepath.Join(b.TempDir(), "cache.json")
			project.Check(paths, opts)
			b.Run("cached", run)
		})
	}
}
