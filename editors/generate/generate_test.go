package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFresh fails where a generated file is not what would be generated now.
func TestFresh(t *testing.T) {
	files, err := files()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Errorf("%v; run go generate ./editors/...", err)
			continue
		}
		if diff := cmp.Diff(string(got), string(text)); diff != "" {
			t.Errorf("%s is stale; run go generate ./editors/... (- there, + new):\n%s", name, diff)
		}
	}
}

// TestWords holds what the templates are given to what they take for granted.
func TestWords(t *testing.T) {
	w := gather()
	if w.Define == "" || len(w.Lambda) == 0 || len(w.Set) == 0 || len(w.On) == 0 || len(w.Events) == 0 || len(w.Condition) == 0 {
		t.Errorf("a procedure that the templates name is gone: %+v", w)
	}
	seen := map[string]bool{}
	for _, name := range w.All() {
		if seen[name] {
			t.Errorf("%s is in the list twice", name)
		}
		seen[name] = true
	}
}
