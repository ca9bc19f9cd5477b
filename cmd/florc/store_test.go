package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/pflag"
)

// TestStoreCommands runs the scripts of the commands that work on a store:
// once each command opens it itself, once beside a process that owns it.
func TestStoreCommands(t *testing.T) {
	for _, owned := range []bool{false, true} {
		name := map[bool]string{false: "alone", true: "owned"}[owned]
		t.Run(name, func(t *testing.T) {
			testscript.Run(t, testscript.Params{
				Dir:           "testdata/store",
				UpdateScripts: *update,
				Cmds:          scriptCommands,
				Condition: func(cond string) (bool, error) {
					if cond != "owned" {
						return false, fmt.Errorf("unknown condition %q", cond)
					}
					return owned, nil
				},
			})
		})
	}
}

var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"exec-status": execStatus,
	"keep":        keep,
	"until":       until,
	"terminate":   terminate,
}

// keep VARIABLE REGEXP keeps what the group of the expression matches in the
// last output.
func keep(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep VARIABLE REGEXP")
	}
	found := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("%s does not match", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// until REGEXP program [arguments] runs a program until it prints that.
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until REGEXP program [arguments]")
	}
	wanted := regexp.MustCompile("(?m)" + args[0])
	for range 500 {
		_ = ts.Exec(args[1], args[2:]...) // it may fail until then
		if wanted.MatchString(ts.ReadFile("stdout") + ts.ReadFile("stderr")) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("it never printed %s", args[0])
}

// terminate ARGUMENT sends SIGTERM to the programs in the background that were
// started with this argument first.
func terminate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: terminate ARGUMENT")
	}
	for _, c := range ts.BackgroundCmds() {
		if len(c.Args) > 1 && c.Args[1] == args[0] {
			ts.Check(c.Process.Signal(syscall.SIGTERM))
		}
	}
}

// shellWords splits a command line as a shell does, as far as samples need it.
func shellWords(line string) (list []string) {
	for _, m := range regexp.MustCompile(`'([^']*)'|[^' ]+`).FindAllStringSubmatch(line, -1) {
		if m[1] != "" {
			list = append(list, m[1])
		} else {
			list = append(list, m[0])
		}
	}
	return list
}

// TestTour runs the sample session of the page of the commands.
func TestTour(t *testing.T) {
	page := markdownCommands(commands())
	flow := regexp.MustCompile("(?s)```flor\n(.*?)# waits\n```").FindStringSubmatch(page)
	session := regexp.MustCompile("(?s)```console\n(.*?)```").FindStringSubmatch(page)
	if flow == nil || session == nil {
		t.Fatal("there is none")
	}
	t.Chdir(t.TempDir())
	if err := os.WriteFile("order.flo", []byte(flow[1]), 0o666); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	defer func() { cancel(); <-ended }()

	ids, times := regexp.MustCompile(`main-u0-\d+\.\d+\.([a-z]+)`), regexp.MustCompile(`\d+-\d+-\d+ \d+:\d+:\d+`)
	normal := func(text string) string { return times.ReplaceAllString(ids.ReplaceAllString(text, "ID"), "TIME") }
	id := ""
	for part := range strings.SplitSeq(strings.TrimPrefix(session[1], "$ "), "\n$ ") {
		line, want, _ := strings.Cut(strings.TrimSuffix(part, "\n")+"\n", "\n")
		command, background := strings.CutSuffix(line, " &")
		args := shellWords(strings.ReplaceAll(command, "bakidofunami", id))[1:]
		if background {
			go func() { defer close(ended); florc(ctx, args...) }()
			for output := ""; !strings.Contains(output, "uses the store"); { // it owns the store now
				output, _ = florc(ctx, "compact", "--store", "orders")
			}
			continue
		}
		if args[0] == "tasks" { // the launch returned before the task was out
			for output := ""; !strings.Contains(output, "pack"); {
				output, _ = florc(ctx, args...)
			}
		}
		got, status := florc(ctx, args...)
		if diff := cmp.Diff(normal(want), normal(got)); diff != "" || status != statusDone {
			t.Errorf("%s: exit status %d (-want +got)\n%s", line, status, diff)
		}
		if m := ids.FindStringSubmatch(got); m != nil {
			id = m[1]
		}
	}
}

// TestExamples has every example of a command use flags that there are.
func TestExamples(t *testing.T) {
	byName := make(map[string]command)
	for _, c := range commands() {
		byName[c.name] = c
	}
	for _, c := range commands() {
		for line := range strings.SplitSeq(c.example, "\n") {
			for _, m := range regexp.MustCompile(`florc ([\w-]+)([^|<>]*)`).FindAllStringSubmatch(line, -1) {
				fs := pflag.NewFlagSet(m[1], pflag.ContinueOnError)
				used, ok := byName[m[1]]
				if words := strings.Fields(m[2]); len(words) > 0 && byName[m[1]+" "+words[0]].setup != nil {
					used = byName[m[1]+" "+words[0]]
				}
				if !ok {
					t.Errorf("%s: there is no command %s", line, m[1])
					continue
				}
				used.setup(fs)
				if err := fs.Parse(shellWords(m[2])); err != nil {
					t.Errorf("%s: %s", line, err)
				}
			}
		}
	}
}
