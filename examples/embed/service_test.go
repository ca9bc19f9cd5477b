package embed_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestService runs the program that the README shows, twice in one directory,
// and holds the README to it.
func TestService(t *testing.T) {
	program, err := os.ReadFile("service/main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(program), "\n"); n >= 30 {
		t.Errorf("it has %d lines, and should have fewer than 30", n)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```go\n"+string(program)+"```\n") {
		t.Error("README.md shows another program than service/main.go")
	}
	bin := filepath.Join(t.TempDir(), "service")
	if out, err := exec.Command("go", "build", "-o", bin, "./service").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir := t.TempDir()
	for range 2 {
		cmd := exec.Command(bin)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if want := "bob has to greet the world\n{\"ret\":\"done\"}\n"; err != nil || string(out) != want {
			t.Errorf("it printed %q, not %q: %v", out, want, err)
		}
	}
}
