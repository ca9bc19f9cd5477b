package docs_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

// The samples in the documentation are fenced blocks. One marked "flor" is
// run; its last lines say what comes of it:
//
//	# => 3                     f.ret at the end, as JSON
//	# payload => {"a":1}       the payload at the end
//	# trace => ["a","b"]       what it traced; together with one of the others
//	# error => no such thing   it fails, with a message that contains this
//	# waits                    it waits for something that does not come
//	# rejected => FLO0003      it does not compile, with this diagnostic first
//
// One marked "flor-fragment" is compiled only. The taskers alice and bob are
// known, and never answer. Timers fire at once, in their order.

var update = flag.Bool("update", false, "write what comes of the samples into the documents")

type sample struct {
	file     string
	line     int // of the fence
	lang     string
	source   []string // the lines without those that say what comes of it
	expected []string // these
}

// documents lists the files that hold samples.
func documents(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"../README.md", "*.md", "*/*.md", "../examples/*.md", "../examples/*/*.md", "../editors/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	return files
}

var outcomes = []string{"# => ", "# payload => ", "# trace => ", "# error => ", "# waits", "# rejected => "}

func isOutcome(line string) bool {
	for _, o := range outcomes {
		if strings.HasPrefix(line, o) {
			return true
		}
	}
	return false
}

// samples reads the samples of a document, given as its lines.
func samples(t *testing.T, file string, lines []string) []*sample {
	t.Helper()
	var list []*sample
	var open *sample
	for i, line := range lines {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &sample{file: file, line: i + 1, lang: strings.TrimSpace(fence)}
		case isFence:
			for n := len(open.source); n > 0 && isOutcome(open.source[n-1]); n-- {
				open.expected = append([]string{open.source[n-1]}, open.expected...)
				open.source = open.source[:n-1]
			}
			if open.lang == "flor" || open.lang == "flor-fragment" {
				list = append(list, open)
			}
			open = nil
		case open != nil:
			open.source = append(open.source, line)
		}
	}
	if open != nil {
		t.Errorf("%s:%d: this block is not closed", file, open.line)
	}
	return list
}

func TestSamples(t *testing.T) {
	for _, file := range documents(t) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		if strings.HasPrefix(lines[0], "<!-- Generated") {
			continue // made of signatures and pages, whose examples their own tests run
		}
		shift, write := 0, *update
		for _, s := range samples(t, file, lines) {
			t.Run(fmt.Sprintf("%s:%d", filepath.ToSlash(file), s.line), func(t *testing.T) {
				got, problem := s.outcome()
				if problem != "" {
					t.Fatal(problem)
				}
				if write && s.lang == "flor" && cmp.Diff(s.expected, got) != "" {
					at := s.line + shift + len(s.source)
					lines = append(lines[:at:at], append(got, lines[at+len(s.expected):]...)...)
					shift += len(got) - len(s.expected)
					return
				}
				if diff := cmp.Diff(s.expected, got); diff != "" {
					t.Errorf("not what the sample says (-said +got):\n%s", diff)
				}
			})
		}
		if write {
			if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestGoSamples finds each Go sample in the code that is compiled and run.
func TestGoSamples(t *testing.T) {
	for doc, program := range map[string]string{"embedding.md": "embed_test.go", "taskers.md": "taskers_test.go"} {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		code, err := os.ReadFile("../examples/embed/" + program)
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(text), "```go\n")[1:]
		if len(blocks) == 0 {
			t.Fatalf("%s has no samples", doc)
		}
		for _, b := range blocks {
			b, _, _ = strings.Cut(b, "```")
			if !strings.Contains(string(code), b) {
				t.Errorf("this sample of %s is not in %s:\n%s", doc, program, b)
			}
		}
	}
}

// outcome compiles and runs a sample and says what comes of it, in the form in
// which the sample says it.
func (s *sample) outcome() (lines []string, problem string) {
	syntax, diags := parser.Parse(source.NewFile(s.file, strings.Join(s.source, "\n")), parser.Options{})
	root, more := tree.Lower(syntax)
	diags = append(diags, more...)
	switch {
	case s.lang == "flor-fragment" && len(diags) > 0:
		return nil, fmt.Sprintf("it does not compile: line %d: %s", s.line+int(diags[0].Span.Start.Line), diags[0].Message)
	case s.lang == "flor-fragment":
		return s.expected, ""
	case len(diags) > 0:
		return []string{"# rejected => " + string(diags[0].Code)}, ""
	}
	r := run(root)
	if len(r.trace) > 0 {
		trace, err := json.Marshal(r.trace)
		if err != nil {
			return nil, err.Error()
		}
		lines = append(lines, "# trace => "+string(trace))
	}
	said := strings.Join(s.expected, "\n")
	switch {
	case r.err != nil:
		// A sample may give the part of the message that matters.
		_, part, _ := strings.Cut(said, "# error => ")
		if part == "" || !strings.Contains(r.err.Message, part) {
			part = r.err.Message
		}
		lines = append(lines, "# error => "+part)
	case !r.ended:
		lines = append(lines, "# waits")
	case strings.Contains(said, "# payload => "):
		lines = append(lines, "# payload => "+string(value.AppendJSON(nil, r.payload)))
	default:
		ret, _ := r.payload.AsObject().Get("ret")
		lines = append(lines, "# => "+string(value.AppendJSON(nil, ret)))
	}
	return lines, ""
}

// result is how a run ended.
type result struct {
	ended   bool
	payload value.Value
	trace   []string
	err     *vm.Error
}

// run runs a definition on the machine alone.
func run(root *tree.Node) (r result) {
	taskers := func(name string) bool { return name == "alice" || name == "bob" }
	x := vm.New(vm.Compile(stdlib.All(), root), vm.Launch{ID: "sample", NowMicros: 1, Seed: 1, HasTasker: taskers})
	timers := make(map[int64]vm.TimerEffect)
	for {
		for x.Run() {
		}
		for _, e := range x.TakeEffects() {
			switch e := e.(type) {
			case vm.TraceEffect:
				r.trace = append(r.trace, e.Text)
			case vm.TimerEffect:
				timers[e.ID] = e
			case vm.UntimeEffect:
				delete(timers, e.ID)
			case vm.TaskEffect:
				if e.Withdraw {
					x.Deliver(vm.ReturnMessage(e.Nid, e.ID, vm.NewPayload(e.Payload), nil), 1)
				}
			case vm.EndedEffect:
				r.ended, r.payload = true, e.Payload
			case vm.FailedEffect:
				r.err = e.Err
			}
		}
		if x.Pending() {
			continue
		}
		var next *vm.TimerEffect
		for _, e := range timers {
			if next == nil || e.DueMicros < next.DueMicros || e.DueMicros == next.DueMicros && e.ID < next.ID {
				next = &e
			}
		}
		if next == nil || r.err != nil || x.Over() {
			return r
		}
		delete(timers, next.ID)
		x.Deliver(vm.Message{Point: vm.Trigger, Nid: next.Nid, Timer: next.ID}, next.DueMicros)
	}
}
