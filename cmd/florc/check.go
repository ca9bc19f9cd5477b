package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/report"
	"github.com/florc-lang/florc/lang/sig"
)

var checkCommand = command{
	name:    "check",
	usage:   "[flags] PATH…|-",
	summary: "says what is wrong with definitions, without running them",
	long: `Says what is wrong with definitions, without running them, and mends with --fix
what surely can be mended. Folders are searched for .flo files; what is hidden,
or left out by a .gitignore, is left out. Files that others bring in are read.

The file florc.conf, in a folder or above it, says what a project relies on:
taskers, variables, schemas of services, levels of rules. In a definition, the
comment '# florc:ignore[CODE] why' sets findings aside on its line, or on the
next one where it stands alone; florc:ignore-block in all that is nested in that
line, florc:ignore-file in the file.

Exit status: 0 where nothing was found, 1 where something was, 2 for bad usage
or a path that cannot be read, 3 where florc itself failed.`,
	example: `florc check .
florc check --fix --diff flows/
florc check --format sarif . > florc.sarif
florc check --rule FLO0301=error --fail-level error order.flo
florc check --write-baseline florc.baseline.json . && florc check --baseline florc.baseline.json .
florc check --stdin-filename order.flo - < order.flo`,
	setup: func(fs *pflag.FlagSet) action {
		c := checking{}
		asJSON := fs.Bool("json", false, "the same as --format json")
		fs.StringVar(&c.format, "format", "text", "how to print what is found: text, "+strings.Join(report.Formats(), ", "))
		fs.BoolVar(&c.fix, "fix", false, "mend what surely can be mended, and report the rest")
		fs.BoolVar(&c.diff, "diff", false, "write nothing, and print what --fix would change, as a unified diff")
		fs.StringVar(&c.failLevel, "fail-level", "warning", "exit with 1 only for findings of this `LEVEL` and worse: info, warning or error")
		fs.BoolVar(&c.exitZero, "exit-zero", false, "exit with 0 whatever is found")
		fs.StringVar(&c.baseline, "baseline", "", "report only what is not in this `FILE`")
		fs.StringVar(&c.writeBaseline, "write-baseline", "", "write what is found to `FILE`, as the baseline of later checks")
		fs.StringVar(&c.stdinName, "stdin-filename", "", "the `NAME` of the file that standard input comes from")
		taskers := fs.StringSlice("tasker", nil, "a `NAME` that stands for a tasker; may be repeated")
		vars := fs.StringSlice("var", nil, "a `NAME` that stands for a variable given at launch; may be repeated")
		schemas := fs.StringSlice("schema", nil, "a `FILE` in which a service says what it adds; may be repeated")
		rules := fs.StringSlice("rule", nil, "the level of a rule, `CODE=LEVEL`: off, info, warning or error; may be repeated")
		noCache := fs.Bool("no-cache", false, "forget what earlier checks found")
		return func(_ context.Context, s *streams, args []string) (err error) {
			defer internalErrors(&err)
			if len(args) == 0 {
				return badUsage("'florc check .' checks everything below the current folder", "no path is given")
			}
			if *asJSON {
				c.format = "json"
			}
			if c.format != "text" && !slices.Contains(report.Formats(), c.format) {
				return badUsage("there are text, "+strings.Join(report.Formats(), ", "), "there is no format %q", c.format)
			}
			if level, err := check.ParseLevel(c.failLevel); err != nil || level == check.Off {
				return badUsage("", "--fail-level is info, warning or error, not %q", c.failLevel)
			}
			c.s, c.cached = s, !*noCache
			if err := c.given(*taskers, *vars, *schemas, *rules); err != nil {
				return err
			}
			return c.run(args)
		}
	},
}

// checking is one use of check.
type checking struct {
	s                       *streams
	format                  string
	fix, diff               bool
	failLevel               string
	exitZero                bool
	baseline, writeBaseline string
	stdinName               string
	hasStdin                bool
	cached                  bool

	schema   sig.Schema // what flags add
	levels   map[diag.Code]check.Level
	files    []string // the paths that were checked
	findings []report.Finding
	fixed    int
}

// given reads what flags say of the world around the definitions.
func (c *checking) given(taskers, vars, schemas, rules []string) error {
	for _, path := range schemas {
		data, err := os.ReadFile(path)
		if err != nil {
			return unreadable(path, err)
		}
		more, err := sig.ReadSchema(data)
		if err != nil {
			return &inputError{fmt.Errorf("%s is no schema: %w", path, err)}
		}
		c.schema = c.schema.Merge(more)
	}
	for _, name := range taskers {
		c.schema.Taskers = append(c.schema.Taskers, sig.Tasker{Name: name})
	}
	for _, name := range vars {
		c.schema.Vars = append(c.schema.Vars, sig.Var{Name: name})
	}
	c.levels = map[diag.Code]check.Level{}
	for _, rule := range rules {
		code, text, _ := strings.Cut(rule, "=")
		level, err := check.ParseLevel(text)
		switch {
		case !check.IsRule(diag.Code(code)):
			return badUsage("'florc explain' lists the codes", "there is no rule %q", code)
		case err != nil:
			return badUsage("as in --rule "+code+"=off", "%s", err)
		}
		c.levels[diag.Code(code)] = level
	}
	return nil
}

func (c *checking) run(args []string) error {
	targets, err := c.targets(args)
	if err != nil {
		return err
	}
	if c.fix || c.diff {
		if err := c.mend(targets); err != nil {
			return err
		}
	}
	for _, t := range targets {
		if err := c.check(t); err != nil {
			return err
		}
	}
	if c.writeBaseline != "" {
		return c.keepBaseline()
	}
	if err := c.leaveOutBaseline(); err != nil {
		return err
	}
	if err := c.print(); err != nil {
		return err
	}
	if c.failed() {
		return errFailed
	}
	return nil
}

func (c *checking) add(path string, f report.Finding) {
	file := *f.File
	file.Name = path
	f.Path, f.File = filepath.ToSlash(path), &file
	c.findings = append(c.findings, f)
}

func (c *checking) keepBaseline() error {
	var b strings.Builder
	if err := report.NewBaseline(c.findings).Write(&b); err != nil {
		return err
	}
	if err := os.WriteFile(c.writeBaseline, []byte(b.String()), 0o644); err != nil {
		return err
	}
	fmt.Fprintf(c.s.stderr, "%s written to %s\n", count(len(c.findings), "finding"), sanitize(c.writeBaseline))
	return nil
}

func (c *checking) leaveOutBaseline() error {
	if c.baseline == "" {
		return nil
	}
	data, err := os.ReadFile(c.baseline)
	if err != nil {
		return unreadable(c.baseline, err)
	}
	b, err := report.ReadBaseline(data)
	if err != nil {
		return &inputError{fmt.Errorf("%s: %w", c.baseline, err)}
	}
	found, gone := b.New(c.findings)
	c.findings = found
	if gone > 0 {
		fmt.Fprintf(c.s.stderr, "%s of %s no more; --write-baseline would drop them\n", count(gone, "finding"), sanitize(c.baseline))
	}
	return nil
}

// print writes what was found. A diff, or the text of standard input, has
// standard output to itself.
func (c *checking) print() error {
	out, colors := c.s.stdout, c.s.outColors
	if c.diff || c.fix && c.hasStdin {
		out, colors = c.s.stderr, c.s.errColors
	}
	if c.format != "text" {
		run := report.Run{Files: c.files, Findings: c.findings, Pages: pages(), Version: version().Version}
		return report.Write(out, c.format, run)
	}
	for _, f := range c.findings {
		colors.showDiagnostic(out, f.File, f.Diagnostic)
		if _, err := fmt.Fprintln(out); err != nil {
			return err
		}
	}
	c.summary()
	return nil
}

// failed tells whether something was found that is bad enough.
func (c *checking) failed() bool {
	if c.exitZero {
		return false
	}
	rank := []diag.Severity{diag.Info, diag.Warning, diag.Error}
	return slices.ContainsFunc(c.findings, func(f report.Finding) bool {
		return slices.Index(rank, f.Diagnostic.Severity) >= slices.Index(rank, diag.Severity(c.failLevel))
	})
}

// summary says how many files are how.
func (c *checking) summary() {
	counts := map[diag.Severity]int{}
	for _, f := range c.findings {
		counts[f.Diagnostic.Severity]++
	}
	var found []string
	for _, severity := range []struct {
		severity diag.Severity
		word     string
	}{{diag.Error, "error"}, {diag.Warning, "warning"}, {diag.Info, "remark"}} {
		if n := counts[severity.severity]; n > 0 {
			found = append(found, count(n, severity.word))
		}
	}
	mended := ""
	if c.fixed > 0 {
		mended = count(c.fixed, "finding") + " mended, "
	}
	if len(found) == 0 {
		fmt.Fprintf(c.s.stderr, "%s checked, %snothing found\n", count(len(c.files), "file"), mended)
		return
	}
	fmt.Fprintf(c.s.stderr, "%s checked: %s%s; 'florc explain %s' says more\n",
		count(len(c.files), "file"), mended, strings.Join(found, ", "), c.findings[0].Diagnostic.Code)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
