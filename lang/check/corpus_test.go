package check_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/stdlib"
)

// definition is a definition that does what it is meant to do, unless fails
// says that it is meant to fail.
type definition struct {
	name  string
	text  string
	vars  []string
	fails bool
}

func options() check.Options {
	schema := stdlib.All().Schema()
	for _, name := range later {
		if stdlib.All().Get(name) == nil {
			schema.Procs = append(schema.Procs, sig.Proc{Names: []string{name}, Body: sig.Block})
		}
	}
	return check.Options{Schema: schema}
}

// later are procedures of the conformance cases that the library may not have
// yet.
var later = []string{
	"abort", "kabort", "part", "flank", "signal", "trap", "c-for-each", "c-each", "ceach", "cmap", "ccollect",
}

// corpus lists the conformance cases, the examples of the signatures, and the
// flows in examples.
func corpus(t testing.TB) []definition {
	t.Helper()
	var list []definition
	for _, suite := range []string{"core", "unit"} {
		data, err := os.ReadFile("../../testdata/conformance/" + suite + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var c struct {
				ID     string
				Src    string
				Vars   map[string]any
				Expect struct{ Point string }
			}
			if err := json.Unmarshal(line, &c); err != nil {
				t.Fatal(err)
			}
			list = append(list, definition{c.ID, c.Src, keys(c.Vars), c.Expect.Point == "failed"})
		}
	}
	for _, p := range options().Schema.Procs {
		for _, e := range p.Examples {
			var vars map[string]any
			if e.Vars != "" {
				if err := json.Unmarshal([]byte(e.Vars), &vars); err != nil {
					t.Fatal(err)
				}
			}
			list = append(list, definition{p.Name() + ": " + e.Title, e.Source, keys(vars), e.Error != ""})
		}
	}
	files, _ := filepath.Glob("../../examples/*/*.flo")
	more, _ := filepath.Glob("../../examples/*.flo")
	for _, f := range append(files, more...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, definition{name: f, text: string(text)})
	}
	return list
}

func keys(m map[string]any) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}

func (d definition) check(opts check.Options) []diag.Diagnostic {
	for _, name := range d.vars {
		opts.Schema = opts.Schema.Merge(sig.Schema{Vars: []sig.Var{{Name: name}}})
	}
	return check.Check(source.NewFile("", d.text), opts)
}

// alarms leaves out what is but information.
func alarms(ds []diag.Diagnostic) []diag.Diagnostic {
	var list []diag.Diagnostic
	for _, d := range ds {
		if d.Severity != diag.Info {
			list = append(list, d)
		}
	}
	return list
}

// text shows diagnostics, a line each.
func text(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		b.WriteString(d.Span.Start.String() + " " + string(d.Severity) + " " + string(d.Code) + " " + d.Message)
		if d.Hint != "" {
			b.WriteString(" (" + d.Hint + ")")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// TestNoFalseAlarms checks definitions that do what they are meant to do. What
// is found in conformance cases, in the examples of signatures and in the
// documentation, which show such things on purpose, is listed in
// testdata/found.txt. In examples there is nothing to find, and errors are
// nowhere.
func TestNoFalseAlarms(t *testing.T) {
	const golden = "testdata/found.txt"
	opts := options()
	// the taskers of the documentation, see docs/samples_test.go
	opts.Schema = opts.Schema.Merge(sig.Schema{Taskers: []sig.Tasker{{Name: "alice"}, {Name: "bob"}}})
	var found strings.Builder
	for _, d := range append(corpus(t), samples(t)...) {
		if d.fails {
			continue // for some, check knows why
		}
		ds := alarms(d.check(opts))
		if diag.HasErrors(ds) || len(ds) > 0 && strings.HasPrefix(d.name, "../../examples") {
			t.Errorf("%s\n%s\n%s", d.name, d.text, text(ds))
		}
		if len(ds) > 0 {
			fmt.Fprintf(&found, "%s\n\t%s\n", d.name, strings.ReplaceAll(strings.TrimSpace(text(ds)), "\n", "\n\t"))
		}
	}
	if *update {
		if err := os.WriteFile(golden, []byte(found.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), found.String()); diff != "" {
		t.Errorf("%s is stale; look at what is found, then run go test ./lang/check -update\n%s", golden, diff)
	}
}

// TestMayImport holds what is told by a text alone of what it may bring in
// against what its analysis finds.
func TestMayImport(t *testing.T) {
	c := check.New(options())
	may := 0
	for _, d := range append(corpus(t), samples(t)...) {
		f, _ := parser.Parse(source.NewFile("", d.text), parser.Options{})
		if c.Env.MayImport(d.text) {
			may++
		} else if imports := analysis.Analyze(c.Env, f).Imports; len(imports) > 0 {
			t.Errorf("%s brings files in:\n%s", d.name, d.text)
		}
	}
	if may == 0 {
		t.Error("no text may bring anything in")
	}
}

// samples lists the samples of the documentation that are run.
func samples(t testing.TB) []definition {
	t.Helper()
	var list []definition
	files, _ := filepath.Glob("../../docs/*.md")
	for _, file := range append(files, "../../README.md") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(file) == "errors.md" {
			continue // TestPages runs these
		}
		for i, part := range strings.Split(string(data), "```flor\n") {
			src, _, ok := strings.Cut(part, "```")
			if i == 0 || !ok {
				continue
			}
			fails := strings.Contains(src, "# error =>") || strings.Contains(src, "# rejected =>")
			list = append(list, definition{name: fmt.Sprintf("%s, sample %d", filepath.Base(file), i), text: src, fails: fails})
		}
	}
	return list
}
