package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/lang/report"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/stdlib"
)

// checkSet is the files of a project that are checked together.
type checkSet struct {
	options project.Options
	paths   []string // definitions, as they are shown
	trees   []string // trees in JSON
	stdin   string   // the path of what comes from standard input, "" for none
}

// targets sorts what is given by the projects that it belongs to.
func (c *checking) targets(args []string) ([]*checkSet, error) {
	var sets []*checkSet
	byRoot := map[string]*checkSet{}
	set := func(root string) (*checkSet, error) {
		if t := byRoot[root]; t != nil {
			return t, nil
		}
		config, err := project.ReadConfig(root)
		if err != nil {
			return nil, unreadable(filepath.Join(root, project.ConfigName), err)
		}
		t := &checkSet{options: project.Options{Root: root, Library: stdlib.All().Schema().Merge(c.schema), Config: config, Overlay: map[string]string{}}}
		c.configure(t)
		byRoot[root] = t
		sets = append(sets, t)
		return t, nil
	}
	for _, arg := range args {
		name := arg
		if arg == "-" && c.stdinName != "" {
			name = c.stdinName
		}
		t, err := set(project.Root(name))
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(arg)
		switch {
		case arg == "-":
			err = c.readStdin(t, name)
		case err != nil:
			err = unreadable(arg, err)
		case info.IsDir():
			err = project.List(t.options.Root, arg, t.options.Config.Exclude, func(root, path string) error {
				inner, err := set(root)
				if err == nil {
					inner.paths = append(inner.paths, path)
				}
				return err
			})
			if err != nil {
				err = unreadable(arg, err)
			}
		case strings.EqualFold(filepath.Ext(arg), ".json"):
			t.trees = append(t.trees, arg)
		default:
			t.paths = append(t.paths, arg)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, t := range sets {
		slices.Sort(t.paths)
		t.paths = slices.Compact(t.paths)
	}
	return sets, nil
}

// fromHere returns a path from the working directory on, where there is one.
func fromHere(path string) string {
	if cwd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(cwd, path); err == nil {
			return rel
		}
	}
	return path
}

// configure adds what flags say to what a project's configuration says, and
// reports what is wrong with that.
func (c *checking) configure(t *checkSet) {
	config := &t.options.Config
	for _, d := range config.Diagnostics {
		c.add(fromHere(config.File.Name), report.Finding{File: config.File, Diagnostic: d})
	}
	for _, f := range config.Layout.Faults {
		c.add(fromHere(f.File.Name), report.Finding{File: f.File, Diagnostic: f.Diagnostic})
	}
	levels := maps.Clone(config.Levels)
	if levels == nil {
		levels = map[diag.Code]check.Level{}
	}
	maps.Copy(levels, c.levels)
	config.Levels = levels
	if dir, err := os.UserCacheDir(); err == nil && c.cached {
		sum := sha256.Sum256([]byte(t.options.Root))
		t.options.CacheFile = filepath.Join(dir, "florc", "check", hex.EncodeToString(sum[:8])+".json")
		t.options.Tool = buildID()
		if t.options.Tool == "" {
			t.options.CacheFile = ""
		}
	}
}

// buildID tells this program from others that may give other results.
func buildID() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	info, err := os.Stat(path)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%s %d %d", version().Version, info.Size(), info.ModTime().UnixNano())
}

// readStdin takes standard input for the file of that name, or for one of no
// name.
func (c *checking) readStdin(t *checkSet, name string) error {
	data, err := readInput(c.s, "-")
	if err != nil {
		return err
	}
	abs, err := filepath.Abs(name)
	if err != nil {
		return unreadable(name, err)
	}
	t.options.Overlay[abs] = string(data)
	t.stdin, c.hasStdin = name, true
	t.paths = append(t.paths, name)
	t.options.CacheFile = "" // what is typed is not worth keeping
	return nil
}

// shown returns the name under which people know a path.
func (c *checking) shown(t *checkSet, path string) string {
	if path == t.stdin && c.stdinName == "" {
		return stdinName
	}
	return path
}

// check checks the files of a project.
func (c *checking) check(t *checkSet) error {
	for _, r := range project.Check(t.paths, t.options) {
		if r.Err != nil {
			return unreadable(r.Path, r.Err)
		}
		path := c.shown(t, r.Path)
		c.files = append(c.files, filepath.ToSlash(path))
		for _, d := range r.Diagnostics {
			c.add(path, report.Finding{File: r.File, Diagnostic: d})
		}
	}
	for _, path := range t.trees {
		d, err := readDefinition(c.s, path)
		if err != nil {
			return err
		}
		c.files = append(c.files, filepath.ToSlash(path))
		for _, x := range d.diags {
			c.add(path, report.Finding{File: d.file, Diagnostic: x})
		}
	}
	return nil
}

// mostRounds bounds how often mended files are checked again, for what could
// only be seen, or mended, once something else was.
const mostRounds = 10

// mend makes the fixes of all findings, and then those of what is found in
// what came of it. A file that does not parse as well as before is left as it
// was.
func (c *checking) mend(targets []*checkSet) error {
	for _, t := range targets {
		mended := map[string]*source.File{} // as they were
		for range mostRounds {
			again := false
			for _, r := range project.Check(t.paths, t.options) {
				if r.Err != nil {
					return unreadable(r.Path, r.Err)
				}
				text, n := diag.Apply(r.File, fixes(r.Diagnostics))
				if n == 0 || text == r.File.Text || faults(text) > faults(r.File.Text) {
					continue
				}
				if mended[r.Path] == nil {
					mended[r.Path] = r.File
				}
				abs, err := filepath.Abs(r.Path)
				if err != nil {
					return err
				}
				t.options.Overlay[abs] = text
				c.fixed += n
				again = true
			}
			if !again {
				break
			}
		}
		if err := c.write(t, mended); err != nil {
			return err
		}
	}
	return nil
}

func fixes(ds []diag.Diagnostic) []*diag.Fix {
	var list []*diag.Fix
	for _, d := range ds {
		if d.Fix != nil {
			list = append(list, d.Fix)
		}
	}
	return list
}

// faults counts what does not parse in a text.
func faults(text string) int {
	_, ds := parser.Parse(source.NewFile("", text), parser.Options{})
	return len(ds)
}

// write stores the mended files of a project, or shows what changes.
func (c *checking) write(t *checkSet, mended map[string]*source.File) error {
	for _, path := range t.paths {
		was := mended[path]
		abs, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		text, is := t.options.Overlay[abs]
		switch {
		case c.diff && was != nil:
			file := *was
			file.Name = c.shown(t, path)
			c.s.showDiff(&file, text)
		case path == t.stdin && c.fix && !c.diff && is:
			if _, err := fmt.Fprint(c.s.stdout, text); err != nil {
				return err
			}
		case was != nil && path != t.stdin && !c.diff:
			if err := replaceFile(path, text); err != nil {
				return err
			}
		}
	}
	return nil
}
