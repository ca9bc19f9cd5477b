package check_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
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

func TestNoFalseAlarms(t *testing.T) {
	opts := options()
	for _, d := range corpus(t) {
		if d.fails {
			continue // for some, check knows why
		}
		if ds := alarms(d.check(opts)); len(ds) > 0 {
			t.Errorf("%s\n%s%s", d.name, d.text, text(ds))
		}
	}
}
