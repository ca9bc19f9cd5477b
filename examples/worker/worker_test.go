package worker_test

import (
	"bufio"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tools returns the python3 and florc commands; without Python the test is
// skipped, but for where everything has to be tested.
func tools(t *testing.T) (python, florc string) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip("there is no python3 here")
	}
	florc = filepath.Join(t.TempDir(), "florc")
	if out, err := exec.Command("go", "build", "-o", florc, "../../cmd/florc").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return python, florc
}

// TestStart runs the command of the README.
func TestStart(t *testing.T) {
	python, florc := tools(t)
	cmd := exec.Command(python, "start.py")
	cmd.Env, cmd.Stderr = append(os.Environ(), "FLORC="+florc), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var taken, counted []string
	for line := range strings.Lines(string(out)) {
		line = strings.TrimSpace(line)
		if _, what, ok := strings.Cut(line, " counts "); ok {
			taken = append(taken, what) // by whom is another matter each time
		} else {
			counted = append(counted, line)
		}
	}
	slices.Sort(taken)
	if diff := cmp.Diff([]string{`"a rose is a rose is a rose"`, `"to be or not to be"`, "42"}, taken); diff != "" {
		t.Errorf("each text is counted once (-want +got):\n%s", diff)
	}
	want := []string{`{"to": 2, "be": 2, "or": 1, "not": 1}`, `{"a": 3, "rose": 3, "is": 2}`, `"cannot be counted: 42 is no text"`}
	if diff := cmp.Diff(want, counted); diff != "" {
		t.Errorf("what the flow gives (-want +got):\n%s", diff)
	}
}

// TestKilled kills a worker in the middle of a task: another one gets the task
// once the lease has ended.
func TestKilled(t *testing.T) {
	python, florc := tools(t)
	store := filepath.Join(t.TempDir(), "store")
	engine, lines := begin(t, exec.Command(florc, "work", "--store", store))
	next(t, lines, "working")
	run := func(arguments ...string) string {
		t.Helper()
		cmd := exec.Command(florc, append(arguments, "--store", store)...)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("florc %v: %v\n%s", arguments, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	exid := run("launch", "--payload", `{"texts": ["one two two"]}`, "flows/words.flo")
	worker := func(name string, more ...string) (*exec.Cmd, *bufio.Scanner) {
		t.Helper()
		return begin(t, exec.Command(python, append([]string{"worker.py", "--florc", florc, "--store", store, "--name", name}, more...)...))
	}
	// The first one would take an hour.
	first, lines := worker("first", "--lease", "2", "--pace", "3600")
	next(t, lines, "first counts")
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.Wait() // it was killed
	second, lines := worker("second")
	next(t, lines, "second counts")
	var payload struct{ Counts []map[string]int }
	if err := json.Unmarshal([]byte(run("wait", exid)), &payload); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]int{{"one": 1, "two": 2}}, payload.Counts); diff != "" {
		t.Errorf("what the flow gives (-want +got):\n%s", diff)
	}
	var task struct {
		History []struct{ Act, By string }
	}
	if err := json.Unmarshal([]byte(run("tasks", "show", "--json", exid, "1")), &task); err != nil {
		t.Fatal(err)
	}
	var acts []string
	for _, h := range task.History {
		if h.Act != "extend" { // as often as it took
			acts = append(acts, strings.TrimSpace(h.Act+" "+h.By))
		}
	}
	if diff := cmp.Diff([]string{"claim first", "lapse", "claim second", "complete second"}, acts); diff != "" {
		t.Errorf("what happened to the task (-want +got):\n%s", diff)
	}
	end(t, second)
	end(t, engine)
}

// begin starts a program, whose lines the scanner gives.
func begin(t *testing.T, cmd *exec.Cmd) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // where the test went wrong
	return cmd, bufio.NewScanner(out)
}

// next waits for a line that has a part.
func next(t *testing.T, lines *bufio.Scanner, part string) {
	t.Helper()
	for lines.Scan() {
		if strings.Contains(lines.Text(), part) {
			return
		}
	}
	t.Fatalf("it ended without printing %q", part)
}

// end stops a program as an operator would.
func end(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v ended with %v", cmd.Args, err)
	}
}
