package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/report"
	"github.com/florc-lang/florc/lang/source"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func run() report.Run {
	file := source.NewFile("", "set é 1\n  psuh f.l \"é\" é\n")
	clean := "flows/clean.flo"
	return report.Run{
		Files:   []string{"flows/a b.flo", clean},
		Version: "1.2.3",
		Pages:   []diag.Page{{Code: "FLO0301", Title: "a head that nobody knows", Why: "Nothing of this name is known."}},
		Findings: []report.Finding{
			{Path: "flows/a b.flo", File: file, Diagnostic: diag.Diagnostic{
				Code: "FLO0301", Severity: diag.Warning, Span: file.Span(11, 15), Message: "no \"psuh\", 100% <sure>", Hint: "did you mean \"push\"?",
				Related: []diag.Related{{Span: file.Span(4, 6), Message: "beside this"}, {Path: "flows/other.flo", Span: file.Span(0, 3), Message: "and this"}},
				Fix:     &diag.Fix{Title: "write \"push\"", Edits: []diag.Edit{{Span: file.Span(11, 15), NewText: "push"}}},
			}},
			{Path: "flows/a b.flo", File: file, Diagnostic: diag.Diagnostic{Code: "FLO0302", Severity: diag.Error, Span: file.Span(25, 27), Message: "two\nlines: one, two"}},
			{Path: "flows/a b.flo", File: file, Diagnostic: diag.Diagnostic{Code: "FLO0302", Severity: diag.Info, Span: file.Span(21, 23), Message: "the same line"}},
			{Path: "tree.json", File: source.NewFile("", ""), Diagnostic: diag.Diagnostic{Code: "FLO0101", Severity: diag.Error, Message: "nowhere in particular"}},
		},
	}
}

func TestFormats(t *testing.T) {
	for _, format := range report.Formats() {
		for name, run := range map[string]report.Run{format: run(), format + "-none": {Files: []string{"a.flo"}}} {
			var b bytes.Buffer
			if err := report.Write(&b, format, run); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata", name)
			if *update {
				if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("%s:\n%s", name, diff)
			}
		}
	}
	if err := report.Write(&bytes.Buffer{}, "yaml", run()); err == nil {
		t.Error("there is a format yaml")
	}
}

func TestBaseline(t *testing.T) {
	findings := run().Findings
	var b bytes.Buffer
	if err := report.NewBaseline(findings[:2]).Write(&b); err != nil {
		t.Fatal(err)
	}
	base, err := report.ReadBaseline(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	// The line moved, and another finding of the same kind is on it.
	moved := source.NewFile("", "\n\n  psuh  f.l \"é\" é\n")
	findings[0].File, findings[0].Diagnostic.Span = moved, moved.Span(4, 8)
	list, gone := base.New(findings)
	if len(list) != 2 || gone != 0 || list[0].Diagnostic.Severity != diag.Info {
		t.Errorf("%d gone, and %d are new: %v", gone, len(list), list)
	}
	if list, gone := base.New(nil); len(list) != 0 || gone != 2 {
		t.Errorf("%d gone, and new are %v", gone, list)
	}
	for _, text := range []string{"", "[]", "{}"} {
		if _, err := report.ReadBaseline([]byte(text)); err == nil {
			t.Errorf("%q is a baseline", text)
		}
	}
}
