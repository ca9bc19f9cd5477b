package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBatch runs the program through a night, which goes as the README says,
// stops it, and starts it again.
func TestBatch(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "batch")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	store := filepath.Join(t.TempDir(), "store")
	first := run(t, bin, store, "clerk: read the report, 1")
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(readme), "```text\n")
	text, _, _ = strings.Cut(text, "\n```")
	want := strings.Split(text, "\n")
	if diff := cmp.Diff(want, first[1:]); diff != "" {
		t.Errorf("the first night (-want +got):\n%s", diff)
	}
	second := run(t, bin, store, "clerk: read the report, 2")
	if first[0] != second[0] {
		t.Errorf("it did not go on with its execution: %q, then %q", first[0], second[0])
	}
}

// run runs the program until it prints a line that begins with last, stops it
// as an operator would, and returns what it printed.
func run(t *testing.T, bin, store, last string) (lines []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, "-store", store, "-every", "1s", "-pause", "0.01s")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	printed := bufio.NewScanner(out)
	for printed.Scan() && !strings.HasPrefix(printed.Text(), last) {
		lines = append(lines, printed.Text())
	}
	lines = append(lines, printed.Text())
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for printed.Scan() { // what it does until it is gone
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("it ended with %v after %q", err, lines)
	}
	return lines
}
