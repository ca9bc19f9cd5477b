// Package folder runs flows from the folder of a project: it finds flows,
// taskers and variables by domain. Package lang/project reads the folder, for
// this one as for the checker and the editors.
package folder

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// Project is the folder of a project. What it says of taskers and variables is
// as it was when it was opened; flows are read when they are looked for.
type Project struct {
	dir    string
	config project.Config
	shell  func(line string) []string
	posts  map[string]*runtime.HTTPTasker // by the file that says so
}

// Open reads the folder of a project. Shell gives the words that have a command
// line run, for taskers of the project that are programs. Secrets of taskers that are
// services come from the environment. The errors name the file and the line of
// what is wrong in it, or of what the environment lacks.
func Open(dir string, shell func(line string) []string) (*Project, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	p := &Project{dir: abs, shell: shell, posts: make(map[string]*runtime.HTTPTasker)}
	if p.config, err = project.ReadConfig(abs); err != nil {
		return nil, err
	}
	if p.config.File == nil {
		return nil, fmt.Errorf("%s is no project: it has no %s, which may be as short as {}", dir, project.ConfigName)
	}
	var errs []error
	wrong := func(file string, d diag.Diagnostic) {
		if d.Severity == diag.Error {
			errs = append(errs, fmt.Errorf("%s:%d:%d: %s", file, d.Span.Start.Line, d.Span.Start.Column, d.Message))
		}
	}
	for _, d := range p.config.Diagnostics {
		wrong(p.config.File.Name, d)
	}
	for _, f := range p.config.Layout.Faults {
		wrong(f.File.Name, f.Diagnostic)
	}
	for _, t := range p.config.Layout.Taskers {
		if t.URL == "" {
			continue
		}
		var err error
		if p.posts[t.File], err = post(t); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d:%d: %w", t.File, t.At.Start.Line, t.At.Start.Column, err))
		}
	}
	return p, errors.Join(errs...)
}

// Dir is the project's folder.
func (p *Project) Dir() string { return p.dir }

// post makes a tasker that posts. Its secrets are those of the environment.
func post(t project.Tasker) (*runtime.HTTPTasker, error) {
	h := &runtime.HTTPTasker{URL: t.URL, Header: make(http.Header)}
	var errs []error
	value := func(name string) string {
		s := os.Getenv(name)
		if s == "" {
			errs = append(errs, fmt.Errorf("the environment variable %s is not set, which the tasker %q needs", name, t.Name))
		}
		return s
	}
	if t.Secret != "" {
		h.Secret = value(t.Secret)
	}
	for _, name := range slices.Sorted(maps.Keys(t.Headers)) {
		h.Header.Set(name, value(t.Headers[name]))
	}
	return h, errors.Join(errs...)
}

// Configure adds what the project has to a configuration: its taskers, unless
// the configuration has one of that name for the same domain, its hooks, and its
// flows and variables, unless the configuration finds them elsewhere.
func (p *Project) Configure(c *runtime.Config) {
	for _, t := range p.config.Layout.Taskers {
		if has(c, t) {
			continue
		}
		c.Registrations = append(c.Registrations, runtime.Registration{Name: t.Name, Domain: t.Domain, Tasker: p.tasker(t),
			Timeout: t.Timeout, AtOnce: t.AtOnce})
	}
	for _, h := range p.config.Layout.Hooks {
		c.Hooks = append(c.Hooks, runtime.Hook{Domain: h.Domain, Points: h.Points, Tags: h.Tags, Heaps: h.Heaps, Taskers: h.Taskers,
			Message: runtime.CommandHook(p.shell(h.Run), h.Dir)})
	}
	if c.Loader == nil {
		c.Loader = p.Load
	}
	if c.Vars == nil {
		c.Vars = p.Vars
	}
}

func has(c *runtime.Config, t project.Tasker) bool {
	if t.Domain == "" && c.Taskers[t.Name] != nil {
		return true
	}
	for _, r := range c.Registrations {
		if r.Name == t.Name && r.Domain == t.Domain {
			return true
		}
	}
	return false
}

func (p *Project) tasker(t project.Tasker) runtime.Tasker {
	switch {
	case t.Worklist:
		return runtime.Worklist
	case t.URL != "":
		return p.posts[t.File]
	}
	return &runtime.CommandTasker{Command: p.shell(t.Run), Dir: t.Dir}
}

// Vars gives the variables that executions of a domain start with.
func (p *Project) Vars(domain string) (value.Value, error) {
	return p.config.Layout.VariablesOf(domain), nil
}

// Load finds a flow of the project: beside the file that wants it, from the
// top of the project, then in lib/flows, for the domain and those above it.
func (p *Project) Load(w runtime.Wanted) (runtime.Definition, error) {
	from := w.From
	if abs, err := filepath.Abs(from); err == nil && from != "" {
		rel, err := filepath.Rel(p.dir, abs)
		if from = filepath.ToSlash(rel); err != nil || from == ".." || strings.HasPrefix(from, "../") {
			from = ""
		}
	}
	path := project.FindFlow(p.dir, w.Domain, from, w.Name)
	if path == "" {
		return runtime.Definition{}, runtime.ErrNotFound
	}
	return runtime.ReadDefinition(p.dir, path)
}

// Flow returns the path of the flow of that name that a domain has, "" for
// none.
func (p *Project) Flow(domain, name string) string {
	path := project.FindFlow(p.dir, domain, "", name)
	if path == "" {
		return ""
	}
	return filepath.Join(p.dir, filepath.FromSlash(path))
}
