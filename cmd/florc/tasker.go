package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	goruntime "runtime"
	"strings"
	"sync"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// parseTaskers reads the values of --tasker.
func parseTaskers(s *streams, specs []string, stdinFree bool) (map[string]runtime.Tasker, error) {
	taskers := make(map[string]runtime.Tasker)
	asking := &asker{lines: sync.OnceValue(func() <-chan string { return readLines(s.stdin) }), out: s.stderr, colors: s.errColors}
	for _, spec := range specs {
		name, program, ok := strings.Cut(spec, "=")
		switch {
		case !ok || name == "" || program == "":
			return nil, badUsage("as in --tasker alice=ask, or --tasker stock='python3 stock.py'", "--tasker %q is not NAME=COMMAND", spec)
		case taskers[name] != nil:
			return nil, badUsage("", "the tasker %q is given twice", name)
		case program == "ask" && !stdinFree:
			return nil, badUsage("", "--tasker %s=ask cannot ask here: standard input is not free for that", name)
		case program == "ask":
			taskers[name] = asking
		case strings.HasPrefix(program, "http://"), strings.HasPrefix(program, "https://"):
			taskers[name] = &runtime.HTTPTasker{URL: program}
		default:
			taskers[name] = &runtime.CommandTasker{Command: shell(program)}
		}
	}
	return taskers, nil
}

// shell returns the words that have the system's shell run a command line.
func shell(line string) []string {
	if goruntime.GOOS == "windows" {
		return []string{"cmd", "/C", line}
	}
	return []string{"/bin/sh", "-c", line}
}

// asker is a tasker that asks the person at the terminal, one task at a time.
type asker struct {
	mu     sync.Mutex
	lines  func() <-chan string // what was typed; reading begins at the first call
	out    io.Writer
	colors palette
}

// readLines reads lines for ever: a read cannot be given up when a task is
// withdrawn, so the line goes to the next one.
func readLines(r io.Reader) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewScanner(r); in.Scan(); {
			lines <- in.Text()
		}
	}()
	return lines
}

// Task asks. An empty answer returns the payload as it is, a JSON object sets
// its fields, any other value or text becomes f.ret, and a text after "!" fails
// the task. At the end of the input the task is left waiting.
func (a *asker) Task(ctx context.Context, t *runtime.Task) (*runtime.Reply, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	what := "a task"
	if t.Name != "" {
		what = fmt.Sprintf("task %q", t.Name)
	}
	fmt.Fprintf(a.out, "%s\n", a.colors.paint(bold, sanitize(fmt.Sprintf("%s for %s", what, t.Tasker))))
	if t.Params.IsObject() && t.Params.AsObject().Len() > 0 {
		fmt.Fprintf(a.out, "  params  %s\n", sanitize(t.Params.String()))
	}
	fmt.Fprintf(a.out, "  payload %s\n", sanitize(t.Payload.String()))
	fmt.Fprint(a.out, "  Enter when done; or fields to set, as a JSON object; or a value for f.ret; or ! and why it failed\n")
	select {
	case line, ok := <-a.lines():
		if ok {
			return answer(strings.TrimSpace(line), t.Payload)
		}
		return &runtime.Reply{Later: true}, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func answer(line string, payload value.Value) (*runtime.Reply, error) {
	if why, failed := strings.CutPrefix(line, "!"); failed {
		return nil, errors.New(strings.TrimSpace(why))
	}
	if line == "" {
		return nil, nil
	}
	fields := value.NewObject().AsObject()
	if payload.IsObject() {
		fields = payload.AsObject()
	}
	v, err := value.ParseJSON([]byte(line))
	switch {
	case err != nil:
		fields = fields.Set("ret", value.String(line))
	case v.IsObject():
		fields = fields.Merge(v.AsObject())
	default:
		fields = fields.Set("ret", v)
	}
	return &runtime.Reply{Payload: value.FromObject(fields)}, nil
}
