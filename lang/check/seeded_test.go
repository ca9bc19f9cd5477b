package check_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/stdlib"
)

var update = flag.Bool("update", false, "write what the rules find into docs/rules.md and testdata")

// seed is a flow of testdata/seeded with one defect, see the README there.
type seed struct {
	File, Kind, Why, Severity string
	Line                      int
	Also                      []int
	AlsoIn                    []struct {
		File string
		Line int
	}
	OptIn         bool
	Taskers, Vars []string
	Mend          []struct {
		File                    string
		Line, Column, EndColumn int
		Text                    string
	}
}

const seededDir = "testdata/seeded"

func seeds(t testing.TB) []seed {
	t.Helper()
	data, err := os.ReadFile(seededDir + "/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []seed
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

// files returns the texts of the seed's project, by name.
func (s seed) files(t testing.TB) map[string]string {
	t.Helper()
	names := []string{s.File}
	if dir := path.Dir(s.File); dir != "." {
		found, _ := filepath.Glob(filepath.Join(seededDir, dir, "*.flo"))
		names = nil
		for _, f := range found {
			names = append(names, path.Join(dir, filepath.Base(f)))
		}
	}
	texts := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(seededDir, name))
		if err != nil {
			t.Fatal(err)
		}
		texts[name] = string(text)
	}
	return texts
}

// mend applies the corrections to the texts.
func (s seed) mend(texts map[string]string) {
	for i := len(s.Mend) - 1; i >= 0; i-- {
		m := s.Mend[i]
		if m.File == "" {
			m.File = s.File
		}
		lines := strings.Split(texts[m.File], "\n")
		line := []rune(lines[m.Line-1])
		lines[m.Line-1] = string(line[:m.Column-1]) + m.Text + string(line[m.EndColumn-1:])
		texts[m.File] = strings.Join(lines, "\n")
	}
}

// later procedures of the seeded flows, which the library may not have yet.
var laterProcs = []sig.Proc{
	{Names: []string{"import"}, Args: []sig.Arg{{Name: "file", Type: sig.FilePath}}, Body: sig.NoBody},
	{Names: []string{"graft"}, Args: []sig.Arg{{Name: "file", Type: sig.FilePath}}, Body: sig.NoBody},
	{Names: []string{"cron"}, Args: []sig.Arg{{Name: "schedule", Type: sig.Cron}}, Body: sig.Block, Waits: true},
	{Names: []string{"every"}, Args: []sig.Arg{{Name: "schedule", Type: sig.Cron}}, Body: sig.Block, Waits: true},
	{Names: []string{"schedule"}, Args: []sig.Arg{{Name: "schedule", Type: sig.Any}}, Body: sig.Block, Waits: true},
	{Names: []string{"at"}, Args: []sig.Arg{{Name: "time", Type: sig.Any}}, Body: sig.Block, Waits: true},
}

// check checks the texts as a project, and returns what is found, by file.
func (s seed) check(texts map[string]string) map[string][]diag.Diagnostic {
	schema := stdlib.All().Schema()
	for _, p := range laterProcs {
		if stdlib.All().Get(p.Names[0]) == nil {
			schema.Procs = append(schema.Procs, p)
		}
	}
	for _, name := range s.Taskers {
		schema.Taskers = append(schema.Taskers, sig.Tasker{Name: name})
	}
	for _, name := range s.Vars {
		schema.Vars = append(schema.Vars, sig.Var{Name: name})
	}
	opts := check.Options{Schema: schema, Levels: map[diag.Code]check.Level{}}
	for _, p := range check.Pages() {
		if p.OptIn && s.OptIn {
			opts.Levels[p.Code] = check.Warning
		}
	}
	c := check.New(opts)
	var files []*analysis.File
	parsed := map[string][]diag.Diagnostic{}
	for name, text := range texts {
		f, ds := parser.Parse(source.NewFile(name, text), parser.Options{})
		parsed[name] = ds
		files = append(files, analysis.Analyze(c.Env, f))
	}
	p := analysis.NewProject(c.Env, true, files...)
	found := map[string][]diag.Diagnostic{}
	for _, f := range files {
		found[f.Path()] = c.Report(p.View(f), parsed[f.Path()])
	}
	return found
}

// isHit tells whether a finding is about the defect.
func (s seed) isHit(file string, d diag.Diagnostic) bool {
	for _, a := range s.AlsoIn {
		if a.File == file && a.Line == int(d.Span.Start.Line) {
			return true
		}
	}
	return file == s.File && (int(d.Span.Start.Line) == s.Line || slices.Contains(s.Also, int(d.Span.Start.Line)))
}

const (
	tableStart = "<!-- seeded: written by go test ./lang/check -update -->\n"
	tableEnd   = "<!-- end of seeded -->\n"
	rulesDoc   = "../../docs/rules.md"
)

// TestSeeded checks the flows with one defect each, and their mended forms: a
// finding where the defect is hits it, any other is a false alarm. The table
// in docs/rules.md has to say the same.
func TestSeeded(t *testing.T) {
	optIn := map[diag.Code]bool{}
	for _, p := range check.Pages() {
		optIn[p.Code] = p.OptIn
	}
	var table strings.Builder
	hits, alarms, errors := 0, 0, 0
	alarm := func(s seed, form, file string, d diag.Diagnostic) {
		alarms++
		if d.Severity == diag.Error {
			errors++
			t.Errorf("%s, %s: false alarm: %s%s", s.File, form, file, text([]diag.Diagnostic{d}))
		} else {
			t.Logf("%s, %s: false alarm: %s %s", s.File, form, file, text([]diag.Diagnostic{d}))
		}
	}
	list := seeds(t)
	for _, s := range list {
		texts := s.files(t)
		var codes []string
		before := alarms
		for file, ds := range s.check(texts) {
			for _, d := range ds {
				switch {
				case s.isHit(file, d):
					if !slices.Contains(codes, string(d.Code)) {
						codes = append(codes, string(d.Code))
					}
				case !optIn[d.Code]:
					alarm(s, "seeded", file, d)
				}
			}
		}
		s.mend(texts)
		for file, ds := range s.check(texts) {
			for _, d := range ds {
				if !optIn[d.Code] {
					alarm(s, "mended", file, d)
				}
			}
		}
		if len(codes) > 0 {
			hits++
		} else {
			t.Logf("missed: %s:%d %s", s.File, s.Line, s.Kind)
		}
		slices.Sort(codes)
		name, _, _ := strings.Cut(s.File, "-")
		fmt.Fprintf(&table, "| %s | %s | %s | %d |\n", name, s.Kind, strings.Join(codes, ", "), alarms-before)
	}
	got := fmt.Sprintf("%d of %d defects are found, with %d false alarms, %d of them errors.\n\n| flow | defect | found as | false alarms |\n| --- | --- | --- | --- |\n%s",
		hits, len(list), alarms, errors, table.String())
	t.Log(got[:strings.IndexByte(got, '\n')])
	doc, err := os.ReadFile(rulesDoc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(doc), tableStart)
	want, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", rulesDoc)
	}
	if want == got {
		return
	}
	if !*update {
		t.Fatalf("%s is stale; run go test ./lang/check -run TestSeeded -update, and look at what is lost", rulesDoc)
	}
	if err := os.WriteFile(rulesDoc, []byte(before+tableStart+got+tableEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
