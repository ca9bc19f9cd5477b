package stdlib

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// outcome is how an execution ended.
type outcome struct {
	point   string
	payload value.Value
	vars    value.Value
	trace   []string
	err     *vm.Error
	nids    []string
}

func compile(t testing.TB, lib *vm.Library, src string) *vm.Program {
	t.Helper()
	file, ds := parser.Parse(source.NewFile("", src), parser.Options{})
	if len(ds) > 0 {
		t.Fatalf("%v\n%s", ds, src)
	}
	root, ds := tree.Lower(file)
	if len(ds) > 0 {
		t.Fatalf("%v\n%s", ds, src)
	}
	return vm.Compile(lib, root)
}

// run runs a definition to its end, timers firing at once in the order of
// their time.
func run(t testing.TB, lib *vm.Library, src, payload, vars string, watched bool) outcome {
	t.Helper()
	x := vm.New(compile(t, lib, src), vm.Launch{ID: "test", Payload: parseJSON(t, payload), Vars: parseJSON(t, vars), NowMicros: 1, Seed: 1})
	x.Watched = watched
	x.LoadTree = loadTree
	return finish(t, x)
}

// library holds the flows that flows import.
var library = map[string]string{
	"greetings": "define greet name\n  \"Hello, $(name)!\"\n",
	"counting":  "set n (n + 1)\nsequence\n  def \\ n\n",
	"itself":    "sequence\n  set n (n + 1)\n  import 'itself' if n < 5\n",
	"literal":   "7\n",
	"adding":    "sequence\n  push l 1\n",
	"damaged":   "sequence (\n",
	"failing":   "define break x\n  x / 0\n",
}

func loadTree(name string) (json []byte, path string, err error) {
	text, ok := library[strings.TrimSuffix(name, ".flo")]
	if !ok {
		return nil, "", nil
	}
	file, ds := parser.Parse(source.NewFile(name, text), parser.Options{})
	root, more := tree.Lower(file)
	if ds = append(ds, more...); len(ds) > 0 {
		return nil, "", fmt.Errorf("line %d: %s", ds[0].Span.Start.Line, ds[0].Message)
	}
	return tree.AppendJSON(nil, root, tree.Columns), strings.TrimSuffix(name, ".flo") + ".flo", nil
}

func parseJSON(t testing.TB, s string) value.Value {
	t.Helper()
	if s == "" {
		return value.Null
	}
	v, err := value.ParseJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func finish(t testing.TB, x *vm.Execution) outcome {
	t.Helper()
	o := outcome{point: "waiting"}
	timers := map[int64]vm.TimerEffect{}
	for range 10_000 {
		for range 1000 {
			if !x.Run() {
				break
			}
		}
		for _, e := range x.TakeEffects() {
			switch e := e.(type) {
			case vm.TraceEffect:
				o.trace = append(o.trace, e.Text)
			case vm.TimerEffect:
				timers[e.ID] = e
			case vm.UntimeEffect:
				delete(timers, e.ID)
			case vm.EndedEffect:
				o.point, o.payload, o.vars = "terminated", e.Payload, e.Vars
			case vm.FailedEffect:
				if o.err == nil {
					o.err = e.Err
				}
				o.point = "failed"
			}
		}
		var next *vm.TimerEffect
		for _, e := range timers {
			if next == nil || e.DueMicros < next.DueMicros || e.DueMicros == next.DueMicros && e.ID < next.ID {
				next = &e
			}
		}
		if next == nil || o.point == "failed" || x.Over() {
			break
		}
		delete(timers, next.ID)
		x.Deliver(vm.Message{Point: vm.Trigger, Nid: next.Nid, Timer: next.ID}, next.DueMicros)
	}
	for _, nid := range x.Nids() {
		o.nids = append(o.nids, nid.String())
	}
	return o
}

type conformanceCase struct {
	ID      string          `json:"id"`
	Src     string          `json:"src"`
	Payload json.RawMessage `json:"payload"`
	Vars    json.RawMessage `json:"vars"`
	Expect  struct {
		Point   string          `json:"point"`
		Payload json.RawMessage `json:"payload"`
		Vars    json.RawMessage `json:"vars"`
		Message string          `json:"message"`
		Line    int             `json:"line"`
		Trace   []string        `json:"trace"`
	} `json:"expect"`
}

func conformanceCases(t testing.TB, suite string) []conformanceCase {
	t.Helper()
	data, err := os.ReadFile("../testdata/conformance/" + suite + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var cases []conformanceCase
	for line := range bytes.Lines(data) {
		var c conformanceCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

// plain shows functions, procedures and regular expressions by their kind.
func plain(v value.Value) value.Value {
	switch v.Kind() {
	case value.KindFunc:
		return value.String("<function>")
	case value.KindRegex:
		return value.String("<regex>")
	case value.KindProc:
		return value.String(fmt.Sprintf("<procedure %s>", v.AsProc().Name))
	case value.KindList:
		l := value.NewList().AsList()
		for _, e := range v.AsList().All() {
			l = l.Append(plain(e))
		}
		return value.FromList(l)
	case value.KindObject:
		o := value.NewObject().AsObject()
		for k, e := range v.AsObject().All() {
			o = o.Set(k, plain(e))
		}
		return value.FromObject(o)
	}
	return v
}

func plainVars(v value.Value) value.Value {
	o := value.NewObject().AsObject()
	if v.IsObject() {
		for k, e := range v.AsObject().All() {
			if e = plain(e); !e.IsString() || !strings.HasPrefix(e.AsString(), "<procedure") {
				o = o.Set(k, e)
			}
		}
	}
	return value.FromObject(o)
}
