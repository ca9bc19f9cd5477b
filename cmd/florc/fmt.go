package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/format"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/lang/source"
)

var fmtCommand = command{
	name:    "fmt",
	usage:   "[flags] PATH…|-",
	summary: "formats definitions",
	long: `Formats definitions in place: two blanks a level, one between attributes. Line
breaks and comments stay where they are, and so does the meaning. Folders are
searched for .flo files; what is hidden, or left out by a .gitignore or by the
project's florc.conf, is left out. What comes from standard input goes to
standard output.

Lines that do not parse are left as they are, with those nested in them; they
are mentioned, and are no failure.

Exit status: 0 where that was done, 1 where it was not, or where --check found
a file to format, 2 where a path cannot be read.`,
	example: `florc fmt .
florc fmt --check --diff flows/
florc fmt --range 10:25 order.flo
florc fmt --stdin-filename order.flo - < order.flo`,
	setup: func(fs *pflag.FlagSet) action {
		f := formatting{}
		fs.BoolVar(&f.check, "check", false, "write nothing, list the files that are not formatted, and exit with 1 if there are any")
		fs.BoolVar(&f.diff, "diff", false, "write nothing, and print what would change, as a unified diff")
		lines := fs.String("range", "", "format the lines `FIRST:LAST` only, of one file")
		fs.StringVar(&f.stdinName, "stdin-filename", "", "the `NAME` of the file that standard input comes from, for messages")
		return func(_ context.Context, s *streams, args []string) error {
			if len(args) == 0 {
				return badUsage("'florc fmt .' formats everything below the current folder", "no path is given")
			}
			if err := f.parseRange(*lines, args); err != nil {
				return err
			}
			f.s = s
			for _, arg := range args {
				if err := eachDefinition(arg, f.file); err != nil {
					return err
				}
			}
			return f.finish()
		}
	},
}

// formatting is one use of fmt.
type formatting struct {
	s           *streams
	check, diff bool
	stdinName   string
	options     format.Options
	files       int
	changed     int
	failed      bool
}

// parseRange reads the value of --range.
func (f *formatting) parseRange(text string, args []string) error {
	f.options.Parse = func(file *source.File) *ast.File {
		syntax, _ := parser.Parse(file, parser.Options{})
		return syntax
	}
	if text == "" {
		return nil
	}
	first, last, ok := strings.Cut(text, ":")
	from, err1 := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	if !ok || err1 != nil || err2 != nil || from < 1 || to < from {
		return badUsage("as in --range 10:25, for the lines 10 to 25", "--range has to be two line numbers, this is %q", text)
	}
	f.options.First, f.options.Last = from, to
	if _, err := oneArgument(args, "the file"); err != nil {
		return badUsage("", "--range is about the lines of one file, and several are given")
	}
	if info, err := os.Stat(args[0]); args[0] != "-" && err == nil && info.IsDir() {
		return badUsage("", "--range is about the lines of one file, and %s is a folder", args[0])
	}
	return nil
}

// eachDefinition visits a file, "-" or the definitions of a folder, as a
// project lists them.
func eachDefinition(path string, visit func(path string) error) error {
	if info, err := os.Stat(path); path == "-" || err != nil || !info.IsDir() {
		return visit(path)
	}
	root := project.Root(path)
	config, err := project.ReadConfig(root)
	if err != nil {
		return unreadable(filepath.Join(root, project.ConfigName), err)
	}
	var visited error
	err = project.List(root, path, config.Exclude, func(_, path string) error {
		visited = visit(path)
		return visited
	})
	if err != nil && visited == nil {
		return unreadable(path, err)
	}
	return visited
}

// file formats a file, or standard input.
func (f *formatting) file(path string) error {
	if strings.EqualFold(filepath.Ext(path), ".json") {
		return &inputError{fmt.Errorf("cannot format %s: it is a tree, and has no layout", path)}
	}
	data, err := readInput(f.s, path)
	if err != nil {
		return err
	}
	file := source.NewFile(path, string(data))
	if path == "-" {
		file.Name = f.stdinName
	}
	syntax, diags := parser.Parse(file, parser.Options{})
	text, _, err := format.Source(syntax, f.options)
	if err != nil {
		fmt.Fprintf(f.s.stderr, "florc fmt: %s: %s\n", sanitize(nameOf(file)), err)
		f.failed = true
	}
	f.mention(file, diags)
	f.files++
	changed := text != file.Text
	if changed {
		f.changed++
	}
	if changed && f.diff {
		f.s.showDiff(file, text)
	}
	switch {
	case f.check && changed && !f.diff:
		_, err = fmt.Fprintln(f.s.stdout, sanitize(nameOf(file)))
	case f.check || f.diff:
		return nil
	case path == "-":
		_, err = fmt.Fprint(f.s.stdout, text)
	case changed:
		err = replaceFile(path, text)
	default:
		return nil
	}
	return err
}

// mention says which lines are left as they are.
func (f *formatting) mention(file *source.File, diags []diag.Diagnostic) {
	if len(diags) == 0 {
		return
	}
	d := diags[0]
	more := ""
	if n := len(diags) - 1; n > 0 {
		more = fmt.Sprintf(", and so are %d more", n)
		if n == 1 {
			more = ", and so is one more"
		}
	}
	fmt.Fprintf(f.s.stderr, "%s:%d:%d: %s; the line is left as it is%s\n", sanitize(nameOf(file)), d.Span.Start.Line, file.RuneColumn(d.Span.Start), sanitize(d.Message), more)
}

// showDiff prints what changes in a file.
func (s *streams) showDiff(file *source.File, text string) {
	name := filepath.ToSlash(nameOf(file))
	patch := string(diff.Diff(name+".orig", []byte(file.Text), name, []byte(text)))
	p := s.outColors
	if !p {
		fmt.Fprint(s.stdout, patch)
		return
	}
	for line := range strings.Lines(patch) {
		line, _ = strings.CutSuffix(line, "\n")
		line = sanitize(line)
		switch {
		case strings.HasPrefix(line, "diff "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
			line = p.paint(bold, line)
		case strings.HasPrefix(line, "@@"):
			line = p.paint(cyan, line)
		case strings.HasPrefix(line, "-"):
			line = p.paint(red, line)
		case strings.HasPrefix(line, "+"):
			line = p.paint(green, line)
		}
		fmt.Fprintln(s.stdout, line)
	}
}

func (f *formatting) finish() error {
	if f.failed || f.check && f.changed > 0 {
		return errFailed
	}
	return nil
}

// replaceFile gives a file a new text. It never leaves half of it: the text
// goes to a file beside it, which then takes its place and has its
// permissions. Where the path is a link, what it leads to is replaced.
func replaceFile(name, text string) (err error) {
	defer func() {
		if err != nil {
			if inner := new(fs.PathError); errors.As(err, &inner) {
				err = inner.Err
			}
			err = fmt.Errorf("cannot write %s: %w", name, err)
		}
	}()
	path, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	old, err := os.OpenFile(path, os.O_WRONLY, 0) // fails where it may not be written
	if err != nil {
		return err
	}
	info, err := old.Stat()
	old.Close()
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // nothing is there any more where all went well
	_, err = temp.WriteString(text)
	if err == nil {
		err = temp.Chmod(info.Mode())
	}
	if err == nil {
		err = temp.Sync() // or a crash might leave an empty file
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(temp.Name(), path)
	}
	return err
}
