package main

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/spell"
)

// command is one command of florc. Each has a file of its own.
type command struct {
	name    string
	usage   string // what follows the name: "[flags] FILE"
	summary string // one line, for the list of commands
	long    string // what it does, for its --help
	example string // lines to type
	// setup declares the flags and returns what the command does. It is
	// called once per use, so that no state outlives it.
	setup func(fs *pflag.FlagSet) action
}

// action does the work of a command. The errors it returns set the exit
// status, see exitStatus.
type action func(ctx context.Context, s *streams, args []string) error

// commands lists every command, in the order of the help.
func commands() []command {
	return slices.Concat([]command{runCommand, checkCommand, fmtCommand, lspCommand, treeCommand, graphCommand, docCommand(), explainCommand, schemaCommand,
		launchCommand, psCommand, showCommand, logCommand, traceCommand, waitCommand, tasksCommand, tasksShowCommand}, taskActs(), []command{
		taskersCommand, timersCommand,
		returnCommand, signalCommand, cancelCommand, killCommand, pauseCommand, resumeCommand, retryCommand, reapplyCommand,
		addBranchCommand, addIterationCommand, workCommand, replayCommand, verifyCommand, backupCommand, restoreCommand,
		dumpCommand, archiveCommand, loadCommand, compactCommand, versionCommand})
}

// The exit statuses.
const (
	statusDone     = 0
	statusFailed   = 1 // the work itself failed
	statusRejected = 2 // bad usage, or input that could not be read
	statusInternal = 3 // florc itself failed
)

// errFailed and errRejected set the exit status where everything there is to
// say has been said.
var (
	errFailed   = errors.New("failed")
	errRejected = errors.New("rejected")
)

// usageError is a command used in a way that makes no sense.
type usageError struct {
	message string
	hint    string // "" where there is none
}

func (e *usageError) Error() string { return e.message }

// internalError is a failure that is none of the user's doing.
type internalError struct{ error }

// internalErrors, deferred, makes internal errors of panics and of errors that
// say nothing about the input.
func internalErrors(err *error) {
	if r := recover(); r != nil {
		*err = &internalError{fmt.Errorf("this is a bug in florc, please report it: %v\n%s", r, debug.Stack())}
		return
	}
	var usage *usageError
	var input *inputError
	switch {
	case *err == nil, errors.Is(*err, errFailed), errors.Is(*err, errRejected), errors.As(*err, &usage), errors.As(*err, &input):
	default:
		*err = &internalError{*err}
	}
}

func badUsage(hint, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...), hint}
}

// run runs florc with the arguments and returns its exit status.
func run(ctx context.Context, args []string, s *streams) int {
	name := "help"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	switch name {
	case "help", "--help", "-h":
		return s.status("florc", help(s, args))
	case "--version":
		name = versionCommand.name
	}
	if c, args := findCommand(name, args); c != nil {
		return s.status("florc "+c.name, c.run(ctx, s, args))
	}
	if strings.HasPrefix(name, "-") {
		return s.status("florc", badUsage("flags come after a command", "%s is not a command", name))
	}
	return s.status("florc", unknownCommand(name))
}

// findCommand finds a command by the first words of a line, and gives what
// follows them; nil for none.
func findCommand(name string, args []string) (*command, []string) {
	all := commands()
	if len(args) > 0 {
		for i := range all {
			if all[i].name == name+" "+args[0] {
				return &all[i], args[1:]
			}
		}
	}
	for i := range all {
		if all[i].name == name {
			return &all[i], args
		}
	}
	return nil, nil
}

func unknownCommand(name string) error {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	hint := ""
	if near := spell.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if strings.HasSuffix(name, ".flo") || strings.HasSuffix(name, ".json") {
		hint = "to run it: florc run " + name
	}
	return badUsage(hint, "there is no command %q", name)
}

// run parses the flags of a command and does its work.
func (c command) run(ctx context.Context, s *streams, args []string) error {
	fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
	fs.SortFlags = false
	fs.Usage = func() {}
	act := c.setup(fs)
	err := fs.Parse(args)
	var unknown *pflag.NotExistError
	switch {
	case err == nil:
		return act(ctx, s, fs.Args())
	case errors.Is(err, pflag.ErrHelp):
		c.help(s, fs)
		return nil
	case errors.As(err, &unknown):
		return unknownFlag(fs, unknown.GetSpecifiedName())
	}
	return badUsage("", "%s", err)
}

func unknownFlag(fs *pflag.FlagSet, name string) error {
	var names []string
	fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	dashes, hint := "--", ""
	if len(name) == 1 {
		dashes = "-"
	}
	if near := spell.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean --%s?", near)
	}
	return badUsage(hint, "there is no flag %s%s", dashes, name)
}

// help prints the list of commands, or the help of one.
func help(s *streams, args []string) error {
	if len(args) > 0 {
		if c, _ := findCommand(args[0], args[1:]); c != nil {
			return c.run(context.Background(), s, []string{"--help"})
		}
		return unknownCommand(args[0])
	}
	fmt.Fprintf(s.stdout, "florc runs, checks and documents flows.\n\nUsage:\n  florc COMMAND [flags] [arguments]\n\nCommands:\n")
	for _, c := range commands() {
		if !strings.Contains(c.name, " ") { // those have their place in the help of the first word
			fmt.Fprintf(s.stdout, "  %-9s %s\n", c.name, c.summary)
		}
	}
	fmt.Fprintf(s.stdout, "\nExample:\n  florc run order.flo\n\n'florc COMMAND --help' says more about a command.\n")
	return nil
}

func (c command) help(s *streams, fs *pflag.FlagSet) {
	fmt.Fprintf(s.stdout, "%s\n\nUsage:\n  florc %s %s\n", strings.TrimSpace(c.long), c.name, c.usage)
	if fs.HasFlags() {
		fmt.Fprintf(s.stdout, "\nFlags:\n%s", fs.FlagUsages())
	}
	fmt.Fprintf(s.stdout, "\nExample:\n  %s\n", strings.ReplaceAll(strings.TrimSpace(c.example), "\n", "\n  "))
}

// status reports an error and says with which status to exit.
func (s *streams) status(name string, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return statusDone
	case errors.Is(err, errFailed):
		return statusFailed
	case errors.Is(err, errRejected):
		return statusRejected
	case errors.As(err, &usage):
		fmt.Fprintf(s.stderr, "%s: %s\n", name, sanitize(usage.message))
		if usage.hint != "" {
			fmt.Fprintf(s.stderr, "  %s\n", sanitize(usage.hint))
		}
		fmt.Fprintf(s.stderr, "'%s --help' says how to use it\n", name)
		return statusRejected
	}
	text := err.Error()
	if errors.Is(err, context.Canceled) {
		text = "interrupted"
	}
	fmt.Fprintf(s.stderr, "%s: %s\n", name, sanitize(text))
	var in *inputError
	if errors.As(err, &in) {
		return statusRejected
	}
	var internal *internalError
	if errors.As(err, &internal) {
		return statusInternal
	}
	return statusFailed
}

func noArguments(args []string) error {
	if len(args) > 0 {
		return badUsage("", "one argument too many: %q", args[0])
	}
	return nil
}

// oneArgument returns the only argument of a command.
func oneArgument(args []string, what string) (string, error) {
	switch {
	case len(args) == 0:
		return "", badUsage("", "%s is missing", what)
	case len(args) > 1:
		return "", badUsage("", "one argument too many: %q", args[1])
	}
	return args[0], nil
}
