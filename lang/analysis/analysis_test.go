package analysis_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/stdlib"
)

// env is the standard library, with what it may not have yet.
var env = analysis.NewEnv(func() sig.Schema {
	s := stdlib.All().Schema()
	if stdlib.All().Get("graft") == nil {
		s.Procs = append(s.Procs, sig.Proc{Names: []string{"graft", "import"}, Args: []sig.Arg{{Name: "path", Type: sig.FilePath}}})
	}
	if stdlib.All().Get("signal") == nil {
		s.Procs = append(s.Procs, sig.Proc{Names: []string{"signal"}, Args: []sig.Arg{{Name: "name", Type: sig.SignalName}}})
	}
	return s
}())

func analyze(path, text string) *analysis.File {
	f, _ := parser.Parse(source.NewFile(path, text), parser.Options{})
	return analysis.Analyze(env, f)
}

// TestNames checks what is known of the names of a file.
func TestNames(t *testing.T) {
	a := analysis.Alone(analyze("", "set total 0\ndefine add n\n  set total (total + n)\nadd 1\n"))
	var got []string
	for s := range a.Symbols() {
		got = append(got, fmt.Sprintf("%s %s %s", s.Span.Start, s.Kind, s.Name))
	}
	for r := range a.Refs() {
		for _, d := range a.Definitions(r) {
			got = append(got, fmt.Sprintf("%s %s is %s", r.Span.Start, r.Name, d.Symbol.Span.Start))
		}
	}
	want := []string{
		"1:5 variable total", "2:8 function add", "2:12 parameter n", "3:7 variable total",
		"3:14 total is 3:7", "3:14 total is 1:5", "3:22 n is 2:12", "4:1 add is 2:8",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestMentions checks what is known of tags, fields, signals, taskers and
// files.
func TestMentions(t *testing.T) {
	f := analyze("a/main.flo", `sequence tag: 'all'
  set f.order.id 1
  push f.log "x"
  cancel ref: 'all'
  task 'alice' f.order.id
  graft 'lib'
  signal 'over'
  sequence 'inner'
  t.inner
  on [ 'over' r/^x/ ]
    trap signal: 'under'
  on error
    signal name: 'under'
`)
	var got []string
	for m := range f.Mentions() {
		got = append(got, fmt.Sprintf("%s %s %s %s", m.Span.Start, m.Role, m.Entity, m.Name))
	}
	want := []string{
		"1:16 define tag all", "2:9 define field order", "3:10 change field log", "4:16 use tag all",
		"5:9 use tasker alice", "5:18 use field order", "6:10 use flow lib", "7:11 define signal over",
		"8:13 define tag inner", "9:5 use tag inner",
		"10:9 use signal over", "11:19 use signal under", "13:19 define signal under",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestProject checks that a file sees what the files that it brings in define.
func TestProject(t *testing.T) {
	main := analyze("a/main.flo", "graft 'lib'\nadd 1\ntwice 2\nnada 3\n")
	lib := analyze("a/lib.flo", "import 'shared/more.flo'\ndefine add n\n  n + 1\n")
	more := analyze("shared/more.flo", "define twice n\n  n * 2\n")
	p := analysis.NewProject(env, true, main, lib, more)
	v := p.View(main)
	var got []string
	for r := range v.Refs() {
		for _, d := range v.Definitions(r) {
			got = append(got, fmt.Sprintf("%s %s:%s", r.Name, d.File.Path(), d.Symbol.Span.Start))
		}
		if !v.Resolves(r) {
			got = append(got, r.Name+" is unknown")
		}
	}
	want := []string{"add a/lib.flo:2:8", "twice shared/more.flo:1:8", "nada is unknown"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if !p.Without("shared/more.flo").View(main).Resolves(v.RefsTo("nada")[0]) {
		t.Error("a name is unknown although a file is that may define it")
	}
	var importers []string
	for _, f := range p.Importers(more) {
		importers = append(importers, f.Path())
	}
	if diff := cmp.Diff([]string{"a/lib.flo", "a/main.flo"}, importers); diff != "" {
		t.Error(diff)
	}
}
