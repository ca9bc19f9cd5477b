package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/stdlib"
)

var checkCommand = command{
	name:    "check",
	usage:   "[flags] PATH…|-",
	summary: "says what is wrong with definitions, without running them",
	long: `Says what is wrong with definitions, without running them. Folders are searched
for .flo files; those whose name starts with a dot are left out.

Exit status: 0 where nothing was found, 1 where something was, 2 where a path
cannot be read.`,
	example: `florc check order.flo
florc check --json flows/ | jq '.[].message'`,
	setup: func(fs *pflag.FlagSet) action {
		asJSON := fs.Bool("json", false, "print the findings as a JSON array")
		taskers := fs.StringSlice("tasker", nil, "a `NAME` that stands for a tasker; may be repeated")
		vars := fs.StringSlice("var", nil, "a `NAME` that stands for a variable given at launch; may be repeated")
		return func(_ context.Context, s *streams, args []string) error {
			if len(args) == 0 {
				return badUsage("'florc check .' checks everything below the current folder", "no path is given")
			}
			schema := stdlib.All().Schema()
			for _, name := range *taskers {
				schema.Taskers = append(schema.Taskers, sig.Tasker{Name: name})
			}
			for _, name := range *vars {
				schema.Vars = append(schema.Vars, sig.Var{Name: name})
			}
			c := checking{s: s, json: *asJSON, findings: []findingJSON{}, checker: check.New(check.Options{Schema: schema})}
			for _, arg := range args {
				if err := c.path(arg); err != nil {
					return err
				}
			}
			return c.finish()
		}
	},
}

// checking is one use of check.
type checking struct {
	s        *streams
	json     bool
	checker  *check.Checker
	findings []findingJSON
	files    int
	errors   int
	warnings int
	first    diag.Code
}

// path checks a file, or the files of a folder.
func (c *checking) path(path string) error { return eachDefinition(path, c.check) }

func (c *checking) check(path string) error {
	d, err := readDefinition(c.s, path)
	if err != nil {
		return err
	}
	c.files++
	found := d.diags
	if d.isText {
		found = c.checker.Check(d.file)
	}
	for _, x := range found {
		if x.Severity == diag.Error {
			c.errors++
		} else {
			c.warnings++
		}
		if c.first == "" {
			c.first = x.Code
		}
		if !c.json {
			c.s.outColors.showDiagnostic(c.s.stdout, d.file, x)
			fmt.Fprintln(c.s.stdout)
		}
	}
	c.findings = append(c.findings, findingsJSON(d.file, found)...)
	return nil
}

func (c *checking) finish() error {
	var err error
	if c.json {
		err = printJSON(c.s.stdout, c.findings)
	} else {
		c.summary()
	}
	if err == nil && c.errors+c.warnings > 0 {
		err = errFailed
	}
	return err
}

// summary says how many files are how.
func (c *checking) summary() {
	if c.errors+c.warnings == 0 {
		fmt.Fprintf(c.s.stderr, "%s checked, nothing found\n", count(c.files, "file"))
		return
	}
	var found []string
	if c.errors > 0 {
		found = append(found, count(c.errors, "error"))
	}
	if c.warnings > 0 {
		found = append(found, count(c.warnings, "warning"))
	}
	fmt.Fprintf(c.s.stderr, "%s checked: %s; 'florc explain %s' says more\n", count(c.files, "file"), strings.Join(found, ", "), c.first)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
