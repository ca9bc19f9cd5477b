package docs_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/graph"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/lang/when"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

// The patterns are the files patterns/NN-name.txtar: a title, lines of the form
// "key: value", a blank line, the text; then flows, NAME.flo, each followed by
// the events of running it, NAME.events, once or several times. A line of these
// that is not indented is done by the test:
//
//	launch {"a":1}     launch the flow, with a payload or without
//	return wash {…}    return the task of that name, with fields or without
//	signal go {…}      signal the execution, with a payload or without
//	cancel             cancel the execution
//	add 0_1 "x"        give a node that iterates another element
//	wait 2h            let time pass
//
// The indented lines below it are all that is seen until nothing happens
// anymore: tasks that are offered and withdrawn, in order; then whether the
// execution failed or ended. With -update they are written anew, and so is
// patterns.md.

type pattern struct {
	path, id, title, group, text string
	chart                        bool
	archive                      *txtar.Archive
}

// flow is a flow of a pattern, with the events of its runs.
type flow struct {
	name, text string
	runs       []*txtar.File
}

var patternFile = regexp.MustCompile(`^(\d\d)-[a-z-]+\.txtar$`)

func readPattern(t *testing.T, path string) *pattern {
	t.Helper()
	m := patternFile.FindStringSubmatch(filepath.Base(path))
	a, err := txtar.ParseFile(path)
	if err != nil || m == nil {
		t.Fatalf("%s is no pattern: %v", path, err)
	}
	head, text, _ := strings.Cut(string(a.Comment), "\n\n")
	title, rest, _ := strings.Cut(head, "\n")
	p := &pattern{path: path, id: "WCP-" + strings.TrimPrefix(m[1], "0"), title: title, text: strings.TrimSpace(text), archive: a}
	for line := range strings.Lines(rest) {
		key, v, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch key {
		case "group":
			p.group = v
		case "chart":
			p.chart = true
		default:
			t.Fatalf("%s: the head of a pattern has no %q", path, key)
		}
	}
	return p
}

func (p *pattern) flows(t *testing.T) (flows []*flow) {
	t.Helper()
	for i := range p.archive.Files {
		f := &p.archive.Files[i]
		switch last := len(flows) - 1; {
		case strings.HasSuffix(f.Name, ".flo"):
			flows = append(flows, &flow{name: f.Name, text: string(f.Data)})
		case strings.HasSuffix(f.Name, ".events") && last >= 0:
			flows[last].runs = append(flows[last].runs, f)
		default:
			t.Fatalf("%s: %s is neither a flow nor the events of one", p.path, f.Name)
		}
	}
	for _, f := range flows {
		if len(f.runs) == 0 {
			t.Errorf("%s: %s is not run", p.path, f.name)
		}
	}
	return flows
}

func TestPatterns(t *testing.T) {
	paths, err := filepath.Glob("patterns/*.txtar")
	if err != nil || len(paths) != 43 {
		t.Errorf("there are %d patterns instead of 43: %v", len(paths), err)
	}
	options := check.Options{Schema: stdlib.All().Schema()}
	var patterns []*pattern
	for i, path := range paths {
		p := readPattern(t, path)
		if want := fmt.Sprintf("WCP-%d", i+1); p.id != want {
			t.Errorf("%s comes where %s is missing", path, want)
		}
		patterns = append(patterns, p)
		for _, f := range p.flows(t) {
			for _, d := range check.Check(source.NewFile(f.name, f.text), options) {
				t.Errorf("%s: %s:%d: %s: %s", path, f.name, d.Span.Start.Line, d.Code, d.Message)
			}
			for _, run := range f.runs {
				t.Run(p.id+"/"+run.Name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						got := play(t, f, string(run.Data))
						if *update {
							run.Data = []byte(got)
						} else if diff := gocmp.Diff(strings.Split(string(run.Data), "\n"), strings.Split(got, "\n")); diff != "" {
							t.Errorf("the events are others (-want +got):\n%s", diff)
						}
					})
				})
			}
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(p.archive), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	page := patternPage(t, patterns)
	if *update {
		err = os.WriteFile("patterns.md", []byte(page), 0o666)
	} else {
		var data []byte
		data, err = os.ReadFile("patterns.md")
		if diff := gocmp.Diff(strings.Split(string(data), "\n"), strings.Split(page, "\n")); diff != "" {
			t.Errorf("patterns.md is not what patterns/ gives; run go test ./docs -update (-want +got):\n%s", diff)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// stage plays every tasker of an execution and notes what it sees.
type stage struct {
	t    *testing.T
	r    *runtime.Runtime
	exid string

	mu     sync.Mutex
	out    []*runtime.Task // the tasks that are out, the oldest first
	events []string        // seen since the last step
	failed map[string]bool // the nodes whose failure was noted
	ended  bool
}

// Task takes charge of a task.
func (s *stage) Task(_ context.Context, task *runtime.Task) (*runtime.Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := "offer " + task.Name
	if task.Params.AsObject().Len() > 0 {
		line += " " + string(value.AppendJSON(nil, task.Params))
	}
	s.events, s.out = append(s.events, line), append(s.out, task)
	return &runtime.Reply{Later: true}, nil
}

// Withdraw notes that a task is not to be done anymore.
func (s *stage) Withdraw(_ context.Context, task *runtime.Task) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, "withdraw "+task.Name)
	s.out = slices.DeleteFunc(s.out, func(t *runtime.Task) bool { return t.ID == task.ID })
	return nil
}

// play does what a script says, in simulated time, and returns the script with
// what was seen.
func play(t *testing.T, f *flow, script string) string {
	t.Helper()
	def, err := runtime.Parse(f.name, f.text)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, failed: map[string]bool{}}
	s.r, err = runtime.New(runtime.Config{Store: memstore.New(), Library: stdlib.All(), Fallback: s, TaskWorkers: 1})
	if err == nil {
		err = s.r.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.r.Stop(context.Background())
	var b strings.Builder
	for line := range strings.Lines(script) {
		if line = strings.TrimRight(line, "\n"); line == "" || strings.HasPrefix(line, " ") {
			continue
		}
		if err := s.do(def, line); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		synctest.Wait()
		fmt.Fprintln(&b, line)
		for _, e := range s.seen() {
			fmt.Fprintln(&b, "  "+e)
		}
	}
	if !s.ended {
		t.Errorf("it has not ended; out are %v", s.names())
	}
	return b.String()
}

// do does a line of a script.
func (s *stage) do(def runtime.Definition, line string) (err error) {
	verb, rest, _ := strings.Cut(line, " ")
	rest, data, _ := strings.Cut(rest, "{")
	given := value.Null
	if data != "" {
		if given, err = value.ParseJSON([]byte("{" + data)); err != nil {
			return err
		}
	}
	rest = strings.TrimSpace(rest)
	ctx := s.t.Context()
	switch verb {
	case "launch":
		s.exid, err = s.r.Launch(ctx, def, runtime.LaunchOptions{Payload: given})
	case "return":
		var task *runtime.Task
		if task, err = s.take(rest); err == nil {
			payload := task.Payload.AsObject()
			if given.IsObject() {
				for k, v := range given.AsObject().All() {
					payload = payload.Set(k, v)
				}
			}
			err = s.r.Return(ctx, s.exid, task.ID, value.FromObject(payload), nil)
		}
	case "signal":
		err = s.r.Signal(ctx, s.exid, rest, given)
	case "add":
		nid, json, _ := strings.Cut(rest, " ")
		var element value.Value
		if element, err = value.ParseJSON([]byte(json)); err == nil {
			err = s.r.AddIteration(ctx, s.exid, nid, element)
		}
	case "cancel":
		err = s.r.Cancel(ctx, s.exid, "")
	case "wait":
		var d time.Duration
		if d, err = when.ParseDuration(rest); err == nil {
			time.Sleep(d)
		}
	default:
		err = errors.New("there is no such verb")
	}
	return err
}

// take takes the oldest task of a name that is out.
func (s *stage) take(name string) (*runtime.Task, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.out, func(t *runtime.Task) bool { return t.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no such task is out; out are %v", s.namesLocked())
	}
	task := s.out[i]
	s.out = slices.Delete(s.out, i, i+1)
	return task, nil
}

func (s *stage) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.namesLocked()
}

func (s *stage) namesLocked() (names []string) {
	for _, t := range s.out {
		names = append(names, t.Name)
	}
	return names
}

// seen returns what happened since it was called last.
func (s *stage) seen() []string {
	v, err := s.r.Execution(s.t.Context(), s.exid, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	events := s.events
	s.events = nil
	for _, e := range v.Errors {
		if !s.failed[e.Nid] {
			s.failed[e.Nid] = true
			events = append(events, "failed: "+e.Message)
		}
	}
	if v.Status == runtime.Terminated && !s.ended {
		s.ended = true
		events = append(events, "end")
	}
	return events
}

// patternPage is the page that shows the patterns.
func patternPage(t *testing.T, patterns []*pattern) string {
	t.Helper()
	var b strings.Builder
	intro, err := os.ReadFile("patterns/intro.md")
	if err != nil {
		t.Fatal(err)
	}
	b.WriteString("<!-- Generated from docs/patterns by `go test ./docs -update`; do not edit. -->\n\n")
	b.Write(intro)
	groups := make(map[string][]string)
	var order []string
	for _, p := range patterns {
		if groups[p.group] == nil {
			order = append(order, p.group)
		}
		anchor := strings.ToLower(strings.NewReplacer(" ", "-", ":", "").Replace(p.id + ": " + p.title))
		groups[p.group] = append(groups[p.group], fmt.Sprintf("[%s](#%s) %s", strings.TrimPrefix(p.id, "WCP-"), anchor, p.title))
	}
	b.WriteString("\n| | |\n| --- | --- |\n")
	for _, g := range order {
		fmt.Fprintf(&b, "| %s | %s |\n", cmp.Or(g, "?"), strings.Join(groups[g], "<br>"))
	}
	for _, p := range patterns {
		fmt.Fprintf(&b, "\n## %s: %s\n\n%s\n", p.id, p.title, p.text)
		for i, f := range p.flows(t) {
			fmt.Fprintf(&b, "\n```flor\n%s```\n", f.text)
			if p.chart && i == 0 {
				fmt.Fprintf(&b, "\n```mermaid\n%s```\n", chart(t, f))
			}
			for _, run := range f.runs {
				fmt.Fprintf(&b, "\n```text\n%s```\n", run.Data)
			}
		}
	}
	return b.String()
}

func chart(t *testing.T, f *flow) string {
	t.Helper()
	def, err := runtime.Parse(f.name, f.text)
	if err != nil {
		t.Fatal(err)
	}
	return graph.Build(def.Tree, graph.Options{Procs: stdlib.All().Schema().Procs, Common: vm.CommonAttributes(), File: source.NewFile(f.name, f.text)}).Mermaid()
}
