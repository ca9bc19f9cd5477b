package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/examples/staff"
	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
)

var update = flag.Bool("update", false, "write the expected.json files anew")

// folders lists the examples: the folders that hold a flow.
func folders(t *testing.T) []string {
	t.Helper()
	flows, err := filepath.Glob("*/*.flo")
	if err != nil || len(flows) < 7 {
		t.Fatalf("found %d flows: %v", len(flows), err)
	}
	var names []string
	for _, f := range flows {
		name := filepath.Dir(f)
		if f != filepath.Join(name, name+".flo") {
			t.Errorf("%s: the flow of a folder has the folder's name", f)
			continue
		}
		names = append(names, name)
	}
	return names
}

func read(t *testing.T, name, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(name, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func object(t *testing.T, name, file string) value.Value {
	t.Helper()
	v, err := value.ParseJSON([]byte(read(t, name, file)))
	if err != nil || !v.IsObject() {
		t.Fatalf("%s/%s is not a JSON object: %v", name, file, err)
	}
	return v
}

func definition(t *testing.T, name string) runtime.Definition {
	t.Helper()
	file := source.NewFile(name+".flo", read(t, name, name+".flo"))
	syntax, diags := parser.Parse(file, parser.Options{})
	root, more := tree.Lower(syntax)
	for _, d := range append(diags, more...) {
		t.Errorf("%s:%d: %s", file.Name, d.Span.Start.Line, d.Message)
	}
	return runtime.Definition{Name: name, File: file.Name, Tree: root}
}

// inProcess does a task as the program examples/taskers does it.
var inProcess = runtime.TaskerFunc(func(ctx context.Context, task *runtime.Task) (*runtime.Reply, error) {
	in, err := json.Marshal(task)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := staff.Serve(ctx, bytes.NewReader(in), &out); err != nil {
		return nil, err
	}
	payload, err := value.ParseJSON(bytes.TrimSpace(out.Bytes()))
	if err != nil {
		return nil, err
	}
	if why, failed := payload.AsObject().Get("error"); failed && payload.AsObject().Len() == 1 {
		return nil, errors.New(value.ToText(why))
	}
	return &runtime.Reply{Payload: payload}, nil
})

var taskerFlag = regexp.MustCompile(`--tasker (\S+)="\$T"`)

// command returns the command of the README that runs the example, with the
// taskers that it names.
func command(t *testing.T, name string) (line string, taskers map[string]runtime.Tasker) {
	t.Helper()
	_, block, _ := strings.Cut(read(t, name, "README.md"), "```sh\n")
	block, _, found := strings.Cut(block, "```")
	if !found {
		t.Fatalf("%s/README.md has no command to run", name)
	}
	taskers = make(map[string]runtime.Tasker)
	for _, m := range taskerFlag.FindAllStringSubmatch(block, -1) {
		taskers[m[1]] = inProcess
	}
	return block, taskers
}

func TestExamples(t *testing.T) {
	for _, name := range folders(t) {
		t.Run(name, func(t *testing.T) {
			// In the bubble, waiting takes no time.
			synctest.Test(t, func(t *testing.T) {
				got := run(t, name)
				if *update {
					var b bytes.Buffer
					if err := json.Indent(&b, value.AppendJSON(nil, got), "", "  "); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(filepath.Join(name, "expected.json"), append(b.Bytes(), '\n'), 0o666); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(lines(object(t, name, "expected.json")), lines(got)); diff != "" {
					t.Errorf("the payload is not expected.json (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// run runs an example with the taskers of its README and returns its final
// payload.
func run(t *testing.T, name string) value.Value {
	t.Helper()
	def := definition(t, name)
	_, taskers := command(t, name)
	var asked sync.Map
	for tasker := range taskers {
		taskers[tasker] = runtime.TaskerFunc(func(ctx context.Context, task *runtime.Task) (*runtime.Reply, error) {
			asked.Store(task.Tasker, true)
			return inProcess(ctx, task)
		})
	}
	r, err := runtime.New(runtime.Config{Store: memstore.New(), Library: stdlib.All(), Taskers: taskers})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
	defer cancel()
	if err := r.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer r.Stop(context.Background())
	exid, err := r.Launch(ctx, def, runtime.LaunchOptions{Payload: object(t, name, "payload.json")})
	if err != nil {
		t.Fatal(err)
	}
	res, err := r.Wait(ctx, exid)
	if err != nil {
		t.Fatal(err)
	}
	if res.Error != nil {
		t.Fatalf("it failed at line %d: %s", res.Error.Line, res.Error.Message)
	}
	for tasker := range taskers {
		if _, ok := asked.Load(tasker); !ok {
			t.Errorf("the README gives a tasker %q, whom the flow does not ask", tasker)
		}
	}
	return res.Payload
}

// lines lays a value out, a member a line, for a readable difference.
func lines(v value.Value) []string {
	var b bytes.Buffer
	if err := json.Indent(&b, value.AppendJSON(nil, v), "", "  "); err != nil {
		return []string{err.Error()}
	}
	return strings.Split(b.String(), "\n")
}

// TestChecked has florc check look at the flows, those of the services too.
func TestChecked(t *testing.T) {
	options := check.Options{Schema: stdlib.All().Schema()}
	flows, err := filepath.Glob("*/flows/*.flo")
	if err != nil || len(flows) < 3 {
		t.Fatalf("found %d flows of services: %v", len(flows), err)
	}
	for _, name := range folders(t) {
		flows = append(flows, filepath.Join(name, name+".flo"))
	}
	for _, flow := range flows {
		file := source.NewFile(flow, read(t, ".", flow))
		for _, d := range check.Check(file, options) {
			t.Errorf("%s:%d: %s: %s", file.Name, d.Span.Start.Line, d.Code, d.Message)
		}
	}
}

func TestReadmes(t *testing.T) {
	all := read(t, ".", "README.md")
	for _, name := range folders(t) {
		line, _ := command(t, name)
		for _, part := range []string{"go run ./cmd/florc run", "--payload @examples/" + name + "/payload.json", "examples/" + name + "/" + name + ".flo"} {
			if !strings.Contains(line, part) {
				t.Errorf("%s/README.md: the command lacks %q", name, part)
			}
		}
		if !strings.Contains(all, "("+name+"/") {
			t.Errorf("README.md has no link to %s", name)
		}
	}
}
