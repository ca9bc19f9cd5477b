package main

import (
	"fmt"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
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
