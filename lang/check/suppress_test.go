package check_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

func TestSuppress(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string
	}{
		{"on its line", "nada 1 # florc:ignore[FLO0301] known later\nnada 2", []string{"2 FLO0301"}},
		{"with slashes", "nada 1 // florc:ignore[FLO0301]", nil},
		{"on the line after", "# florc:ignore[FLO0301]\nnada 1\nnada 2", []string{"3 FLO0301"}},
		{"the line after, not what is nested in it", "# florc:ignore[FLO0301]\nnada 1\n  nope 2", []string{"3 FLO0301"}},
		{"a block", "# florc:ignore-block[FLO0301]\nsequence\n  nada 1\n  nope 2\nnada 3", []string{"5 FLO0301"}},
		{"a block, beside its head", "sequence # florc:ignore-block[FLO0301]\n  nada 1\nnada 3", []string{"3 FLO0301"}},
		{"the file", "nada 1\nnope 2\n# florc:ignore-file[FLO0301]", nil},
		{"several codes", "nada 1 xyzzy # florc:ignore[FLO0301, FLO0302]", nil},
		{"a line over several lines of text", "nada [ # florc:ignore[FLO0302]\n  xyzzy\n]", []string{"1 FLO0301"}},
		{"unused", "stall _ # florc:ignore[FLO0301]", []string{"1 FLO0391"}},
		{"one of two unused", "nada 1 # florc:ignore[FLO0301,FLO0302]", []string{"1 FLO0391"}},
		{"unused, but something does not parse", "stall _ # florc:ignore[FLO0301]\n)", []string{"2 FLO0005"}},
		{"what does not parse", ") # florc:ignore[FLO0005]", []string{"1 FLO0005", "1 FLO0392"}},
		{"no code", "stall _ # florc:ignore", []string{"1 FLO0392"}},
		{"no such code", "stall _ # florc:ignore[FLO9999]", []string{"1 FLO0392"}},
		{"no such scope", "stall _ # florc:ignore-line[FLO0301]", []string{"1 FLO0392"}},
		{"a string is no comment", "trace '# florc:ignore[FLO0301]'\nnada 1", []string{"2 FLO0301"}},
	} {
		var got []string
		for _, d := range check.Check(source.NewFile("", c.src), options()) {
			got = append(got, fmt.Sprintf("%d %s", d.Span.Start.Line, d.Code))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s\n%s", c.name, c.src, diff)
		}
	}
}

// TestUnusedFix removes a comment that ignores nothing, with the blanks before.
func TestUnusedFix(t *testing.T) {
	file := source.NewFile("", "trace 'a'  # florc:ignore[FLO0301] once\nstall _\n")
	ds := check.Check(file, options())
	if len(ds) != 1 || ds[0].Fix == nil {
		t.Fatal(text(ds))
	}
	if got, _ := diag.Apply(file, []*diag.Fix{ds[0].Fix}); got != "trace 'a'\nstall _\n" {
		t.Errorf("%q", got)
	}
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		level check.Level
		want  string
	}{
		{"", "1:1 warning FLO0301"}, {check.Error, "1:1 error FLO0301"}, {check.Info, "1:1 info FLO0301"}, {check.Off, ""},
	} {
		opts := options()
		if c.level != "" {
			opts.Levels = map[diag.Code]check.Level{"FLO0301": c.level}
		}
		got := ""
		for _, d := range check.Check(source.NewFile("", "nada 1"), opts) {
			got += fmt.Sprintf("%s %s %s", d.Span.Start, d.Severity, d.Code)
		}
		if got != c.want {
			t.Errorf("level %q: %q, want %q", c.level, got, c.want)
		}
	}
}
