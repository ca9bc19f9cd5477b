package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestConsoleSamples runs what the pages of docs show of a terminal: blocks
// marked "console", each command after a $, in a folder that holds the blocks
// marked "text file=NAME" which stand above. A last line [exit N] says how the
// command before it ends, 0 where there is none.
func TestConsoleSamples(t *testing.T) {
	for _, page := range []string{"check.md", "domains.md", "hooks.md"} {
		data, err := os.ReadFile(filepath.Join("../../docs", page))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(page, func(t *testing.T) {
			t.Chdir(t.TempDir())
			consolePage(t, page, string(data))
		})
	}
}

func consolePage(t *testing.T, page, text string) {
	ran := 0
	for i, block := range strings.Split(text, "```") {
		info, body, _ := strings.Cut(block, "\n")
		name, isFile := strings.CutPrefix(info, "text file=")
		switch {
		case i%2 == 0:
		case isFile:
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		case info == "console":
			ran += consoleSample(t, page, body)
		}
	}
	if ran == 0 {
		t.Errorf("%s shows no command", page)
	}
}

// consoleSample runs the commands of a block, and counts them.
func consoleSample(t *testing.T, page, body string) int {
	commands := strings.Split("\n"+body, "\n$ ")[1:]
	for _, c := range commands {
		line, want, _ := strings.Cut(c, "\n")
		want = strings.TrimSuffix(want, "\n") + "\n"
		var got bytes.Buffer
		for part := range strings.SplitSeq(line, " && ") {
			args := strings.Fields(part)
			if status := run(context.Background(), args[1:], &streams{stdin: strings.NewReader(""), stdout: &got, stderr: &got}); status != 0 {
				fmt.Fprintf(&got, "[exit %d]\n", status)
			}
		}
		if diff := cmp.Diff(want, filepath.ToSlash(got.String())); diff != "" {
			t.Errorf("%s: $ %s\n%s", page, line, diff)
		}
	}
	return len(commands)
}
