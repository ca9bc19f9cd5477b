package crash

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// roleEnv has what this process is to be, if not the test, and what it is told.
const roleEnv = "FLORC_CRASH_ROLE"

// roles are what processes can be, by name.
var roles = map[string]func(told []byte) error{}

func TestMain(m *testing.M) {
	name, told, isRole := strings.Cut(os.Getenv(roleEnv), " ")
	if !isRole {
		os.Exit(m.Run())
	}
	if err := roles[name]([]byte(told)); err != nil {
		say("error", err)
		os.Exit(1)
	}
}

// say writes a line to the test, at once and as a whole.
func say(words ...any) {
	line := strings.ReplaceAll(fmt.Sprintln(words...), "\n", " ")
	if _, err := os.Stdout.WriteString(line + "\n"); err != nil {
		os.Exit(1) // the test has ended
	}
}

// process is a child process that tells what it does, a line each.
type process struct {
	cmd   *exec.Cmd
	lines chan string // closed when it has ended
	err   error       // how it has ended; to be read after that
}

// start starts a process. It is killed at the end of the test, if it lives that
// long.
func start(t *testing.T, role string, tell any) *process {
	t.Helper()
	told, err := json.Marshal(tell)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(os.Args[0]), lines: make(chan string, 1<<16)}
	p.cmd.Env = append(os.Environ(), roleEnv+"="+role+" "+string(told))
	p.cmd.Stderr = os.Stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		for r := bufio.NewReader(stdout); ; {
			line, err := r.ReadString('\n')
			if err != nil { // a line without an end is not said
				break
			}
			p.lines <- strings.TrimSpace(line)
		}
		p.err = p.cmd.Wait()
		close(p.lines)
	}()
	t.Cleanup(p.kill)
	return p
}

func (p *process) kill() { _ = p.cmd.Process.Kill() }

// terminate asks the process to end.
func (p *process) terminate() { _ = p.cmd.Process.Signal(syscall.SIGTERM) }

// patience is how long a process may say nothing.
const patience = 90 * time.Second

// hear hands what the process says to a function, until that returns false or
// the time is up, or for time 0 until the process ends.
func (p *process) hear(d time.Duration, heard func(line string) bool) error {
	limit := d
	if limit == 0 {
		limit = patience
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case line, ok := <-p.lines:
			if !ok || !heard(line) {
				return nil
			}
			if d == 0 {
				timer.Reset(limit)
			}
		case <-timer.C:
			if d > 0 {
				return nil
			}
			// A Go process writes its stacks before it ends.
			_ = p.cmd.Process.Signal(syscall.SIGQUIT)
			return fmt.Errorf("the process has said nothing for %s", patience)
		}
	}
}
