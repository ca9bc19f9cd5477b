package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/stdlib"

	"github.com/florc-lang/florc/vm"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"florc": main})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          scriptCommands,
	})
}

// execStatus runs a program that has to exit with a certain status.
func execStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exec-status STATUS program [arguments]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	got := 0
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%s", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// florc runs a command line in this process, and returns all that it prints,
// and its exit status.
func florc(ctx context.Context, args ...string) (output string, status int) {
	var b bytes.Buffer
	status = run(ctx, args, &streams{stdin: strings.NewReader(""), stdout: &b, stderr: &b, width: defaultWidth})
	return b.String(), status
}

// TestWrong shows what people see of wrong definitions: when they run them,
// and when they check them.
func TestWrong(t *testing.T) {
	t.Chdir("testdata/wrong")
	files, err := filepath.Glob("*.flo")
	if err != nil || len(files) < 30 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			var got strings.Builder
			for _, command := range []string{"run", "check"} {
				output, status := florc(t.Context(), command, file)
				fmt.Fprintf(&got, "$ florc %s %s\n%s[exit status %d]\n\n", command, file, output, status)
			}
			golden(t, strings.TrimSuffix(file, ".flo")+".golden", got.String())
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got), go test -update rewrites it:\n%s", path, diff)
	}
}

// TestDocsAreCurrent fails where the documentation in docs is not what the
// signatures and pages say.
func TestDocsAreCurrent(t *testing.T) {
	const dir = "../../docs"
	want := generatedDocs()
	got := make(map[string]string)
	for name := range want {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		got[name] = string(text)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "procedures", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		if name := "procedures/" + filepath.Base(page); want[name] == "" {
			t.Errorf("docs/%s is the page of no procedure", name)
		}
	}
	if !maps.Equal(got, want) {
		stale := slices.DeleteFunc(slices.Sorted(maps.Keys(want)), func(name string) bool { return got[name] == want[name] })
		t.Errorf("run go generate ./...: not current in docs are %s", strings.Join(stale, ", "))
	}
}

func TestPagesHaveFilesOfTheirOwn(t *testing.T) {
	seen := map[string]string{"README.md": "the index"}
	for _, p := range procedures() {
		file := p.PageFile()
		if other := seen[file]; other != "" {
			t.Errorf("%s and %s both have their page in %s", other, p.Name(), file)
		}
		if strings.Trim(file, "abcdefghijklmnopqrstuvwxyz0123456789_-.") != "" {
			t.Errorf("%s is no name for a file", file)
		}
		seen[file] = p.Name()
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	for _, c := range commands() {
		output, status := florc(t.Context(), append(strings.Fields(c.name), "--help")...)
		if status != statusDone || !strings.Contains(output, "Usage:\n  florc "+c.name) || !strings.Contains(output, "Example:\n  ") {
			t.Errorf("florc %s --help exits with %d:\n%s", c.name, status, output)
		}
	}
}

// TestStoreResumes leaves an execution in a store and has another process's
// runtime carry it on.
func TestStoreResumes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	file := filepath.Join(t.TempDir(), "nap.flo")
	if err := os.WriteFile(file, []byte("set a 1\nsleep '1s'\na + 1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	output, status := florc(t.Context(), "run", "--json", "--store", dir, "--timeout", "0.1s", file)
	var waiting waitingJSON
	if err := json.Unmarshal([]byte(output), &waiting); err != nil || waiting.Point != "waiting" || status != statusFailed {
		t.Fatal(status, output, err)
	}
	store, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	rt, err := runtime.New(runtime.Config{Store: store, Library: stdlib.All()})
	if err != nil {
		t.Fatal(err)
	}
	if err := rt.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer rt.Stop(context.Background())
	res, err := rt.Wait(t.Context(), waiting.Exid)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Payload.String(); res.Point != "terminated" || got != `{"ret":2}` {
		t.Errorf("%s with %s", res.Point, got)
	}
}

// TestInterrupt has an interrupted run say what it waited for.
func TestInterrupt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sleep.flo")
	if err := os.WriteFile(file, []byte("echo 'here'\nsleep '1h'\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var b bytes.Buffer
	s := &streams{stdin: strings.NewReader(""), stdout: cancelling{cancel}, stderr: &b, width: defaultWidth}
	status := run(ctx, []string{"run", file}, s)
	if status != statusFailed || !strings.Contains(b.String(), "0_1  sleep, until ") {
		t.Errorf("exit status %d:\n%s", status, b.String())
	}
}

// cancelling cancels at the first thing that is written.
type cancelling struct{ cancel context.CancelFunc }

func (c cancelling) Write(p []byte) (int, error) {
	c.cancel()
	return len(p), nil
}

// TestErrorPages runs what the pages of errors show: the wrong text meets the
// error, the right one does not.
func TestErrorPages(t *testing.T) {
	for _, p := range vm.Pages() {
		for text, want := range map[string]bool{p.Bad: true, p.Good: false} {
			if text == "" {
				continue
			}
			file := filepath.Join(t.TempDir(), "x.flo")
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
			output, status := florc(t.Context(), "run", "--json", file)
			if met := strings.Contains(output, `"code":"`+string(p.Code)+`"`); met != want || !want && status != statusDone {
				t.Errorf("%s: exit status %d\n%s\n%s", p.Code, status, text, output)
			}
		}
	}
}
