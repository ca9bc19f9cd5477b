package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// CommandTasker is a tasker that runs a program for each task: the task is
// written to its standard input as JSON, and what it writes to its standard
// output, a JSON object, is the new payload, or the failure where it is
// {"error": "…"} alone. Without output the payload stays as it is. A program
// that does not exit with status 0 fails the task, with the last lines that it
// wrote to its standard error.
type CommandTasker struct {
	// Command is the program and its arguments.
	Command []string
	// Dir is where it runs. Default: where this process does.
	Dir string
	// Env is its environment, as in os/exec. Default: this process's.
	Env []string
}

const (
	commandKillDelay   = 5 * time.Second // for a program that was asked to stop
	commandErrorBytes  = 2000
	commandOutputBytes = 64 << 20
)

// Task runs the program.
func (c *CommandTasker) Task(ctx context.Context, t *Task) (*Reply, error) {
	if len(c.Command) == 0 {
		return nil, errors.New("no program is configured")
	}
	input, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	text, err := c.run(ctx, input)
	if err != nil {
		return nil, err
	}
	return replyOf(c.Command[0], text)
}

// run runs the program and returns what it wrote.
func (c *CommandTasker) run(ctx context.Context, input []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, c.Command[0], c.Command[1:]...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = c.Dir, c.Env, commandKillDelay
	killWithChildren(cmd)
	cmd.Stdin = bytes.NewReader(append(input, '\n'))
	out, errs := &limitedBuffer{limit: commandOutputBytes}, &limitedBuffer{limit: commandOutputBytes}
	cmd.Stdout, cmd.Stderr = out, errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w%s", c.Command[0], err, lastLines(errs.Bytes()))
	}
	return bytes.TrimSpace(out.Bytes()), nil
}

func lastLines(stderr []byte) string {
	text := bytes.TrimSpace(stderr)
	if len(text) == 0 {
		return ""
	}
	text = text[max(0, len(text)-commandErrorBytes):]
	return ": " + strings.ToValidUTF8(string(text), "\uFFFD")
}

// limitedBuffer takes so many bytes, then fails.
type limitedBuffer struct {
	bytes.Buffer
	limit int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, fmt.Errorf("the program wrote more than %d bytes", b.limit)
	}
	return b.Buffer.Write(p)
}
