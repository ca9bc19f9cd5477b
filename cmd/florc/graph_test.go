package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGraphSamples runs the commands of docs/graph.md, from the top of the
// project, and compares what they print with the lines below them, and the
// files that they write with those that are there.
func TestGraphSamples(t *testing.T) {
	t.Chdir("../..")
	const path = "docs/graph.md"
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(data), "```console\n")
	commands := 0
	for i, block := range blocks[1:] {
		sample, rest, _ := strings.Cut(block, "```")
		line, _, _ := strings.Cut(sample, "\n")
		command, ok := strings.CutPrefix(line, "$ florc ")
		if !ok {
			t.Fatalf("no command: %q", line)
		}
		commands++
		args := strings.Fields(command)
		file := ""
		if at := slices.Index(args, "-o"); at >= 0 {
			file = args[at+1]
			args[at+1] = filepath.Join(t.TempDir(), filepath.Base(file))
			defer compareFile(t, file, args[at+1])
		}
		output, status := florc(t.Context(), args...)
		if status != statusDone {
			t.Errorf("florc %s exits with %d:\n%s", command, status, output)
			continue
		}
		got := line + "\n" + output
		if *update {
			blocks[i+1] = got + "```" + rest
		} else if diff := cmp.Diff(sample, got); diff != "" {
			t.Errorf("florc %s (-said +got):\n%s", command, diff)
		}
	}
	if commands < 3 {
		t.Errorf("%d commands only", commands)
	}
	if *update {
		if err := os.WriteFile(path, []byte(strings.Join(blocks, "```console\n")), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// compareFile compares a file of the project with what was written now.
func compareFile(t *testing.T, file, written string) {
	t.Helper()
	got, err := os.ReadFile(written)
	if err != nil {
		t.Error(err)
		return
	}
	if *update {
		if err := os.WriteFile(file, got, 0o666); err != nil {
			t.Error(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Error(err)
		return
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not current, go test -update rewrites it (-want +got):\n%s", file, diff)
	}
}
