// Package project knows what a folder of definitions is: where it starts,
// what its configuration says, which files belong to it, and what each of
// them brings in. The checker's command line and the language server share it.
package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/spell"
	"github.com/florc-lang/florc/lang/tree"
)

// ConfigName is the name of the file that configures a project, in its
// topmost folder. It holds one object, as definitions have them:
//
//	{
//	  taskers: [ 'alice', r/clerk_.*/ ]   # who does tasks; a regular expression for many
//	  all_taskers: true                   # nobody else does
//	  vars: [ 'region' ]                  # variables given at launch
//	  signals: [ 'stop' ]                 # signals that come from, or go to, elsewhere
//	  schemas: [ 'service.schema.json' ]  # what a service says of itself
//	  exclude: [ 'drafts/' ]              # files that are none of it, as in a .gitignore
//	  rules: { FLO0301: 'error' }         # 'off', 'info', 'warning' or 'error', by code
//	}
const ConfigName = "florc.conf"

const codeConfig diag.Code = "FLO0395"

// Config is what the configuration of a project says.
type Config struct {
	// Schema is what definitions may rely on beyond the library.
	Schema  sig.Schema
	Levels  map[diag.Code]check.Level
	Exclude []string
	// File is the file that says so, nil where there is none, and Diagnostics
	// what is wrong with it. What is wrong counts as not said.
	File        *source.File
	Diagnostics []diag.Diagnostic
	// Schemas are the schema files that it names, from the project's root.
	Schemas []string
	// Layout is what the folders of the project hold for its domains.
	Layout Layout
}

// Checker returns a checker that knows a library and what the project adds.
func (c Config) Checker(library sig.Schema) *check.Checker {
	return check.New(check.Options{Schema: library.Merge(c.Schema), Levels: c.Levels})
}

// Root returns the project that a folder, or a file, belongs to: the nearest
// folder upwards that holds a configuration; without any, the folder itself.
func Root(path string) string {
	dir := path
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		dir = filepath.Dir(path)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir
	}
	if root := upwards(abs, isConfigured); root != "" {
		return root
	}
	return abs
}

// isConfigured tells whether a folder holds a configuration.
func isConfigured(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, ConfigName))
	return err == nil && info.Mode().IsRegular()
}

// ReadConfig reads the configuration of the project in a folder. The error is
// about files that cannot be read; what is wrong in them is in
// Config.Diagnostics.
func ReadConfig(root string) (Config, error) {
	path := filepath.Join(root, ConfigName)
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist): // a folder alone is no project
		return Config{}, nil
	case err != nil:
		return Config{}, err
	}
	c := ParseConfig(source.NewFile(path, string(data)), func(name string) ([]byte, error) {
		return os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	})
	if c.Layout, err = ReadLayout(root); err != nil {
		return Config{}, err
	}
	c.Schema = c.Schema.Merge(c.Layout.schema())
	return c, nil
}

// ParseConfig reads the text of a configuration; read gets the schema files
// that it names.
func ParseConfig(file *source.File, read func(name string) ([]byte, error)) Config {
	c := Config{File: file, Levels: map[diag.Code]check.Level{}}
	syntax, ds := parser.Parse(file, parser.Options{})
	c.Diagnostics = ds
	root, _ := tree.Lower(syntax)
	switch {
	case diag.HasErrors(ds), len(root.Children) == 0:
		return c
	case len(root.Children) > 1 || root.Children[0].Literal || root.Children[0].Head != "_obj":
		c.fault(root.Children[0].Span, "this is no configuration", "it is one object: { taskers: [ 'alice' ] }")
		return c
	}
	c.object(root.Children[0], func(key string, at source.Span, v *tree.Node) {
		switch key {
		case "taskers":
			c.list(v, func(n *tree.Node) { c.tasker(n) })
		case "all_taskers":
			all, ok := v.Value.(bool)
			if !v.Literal || !ok {
				c.fault(v.Span, "all_taskers is true or false", "")
			}
			c.Schema.AllTaskers = all
		case "vars":
			c.names(v, func(name string, _ source.Span) { c.Schema.Vars = append(c.Schema.Vars, sig.Var{Name: name}) })
		case "signals":
			c.names(v, func(name string, _ source.Span) { c.Schema.Hooks = append(c.Schema.Hooks, sig.Hook{Signal: name}) })
		case "schemas":
			c.names(v, func(name string, at source.Span) { c.schema(name, at, read) })
		case "exclude":
			c.names(v, func(name string, _ source.Span) { c.Exclude = append(c.Exclude, name) })
		case "rules":
			c.object(v, c.rule)
		default:
			hint := "there are " + strings.Join(keys, ", ")
			if near := spell.Nearest(key, keys); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			c.fault(at, fmt.Sprintf("a configuration has no %q", key), hint)
		}
	})
	diag.Sort(c.Diagnostics)
	return c
}

// keys are what a configuration may hold.
var keys = []string{"taskers", "all_taskers", "vars", "signals", "schemas", "exclude", "rules"}

func (c *Config) tasker(n *tree.Node) {
	if name, ok := n.Value.(string); n.Literal && ok && name != "" {
		c.Schema.Taskers = append(c.Schema.Taskers, sig.Tasker{Name: name})
		return
	}
	if !n.Literal && n.Head == "_rxs" && len(n.Children) == 1 && len(n.Attrs) == 0 {
		if rx, ok := n.Children[0].Value.(string); ok {
			c.Schema.Taskers = append(c.Schema.Taskers, sig.Tasker{Name: rx, Pattern: true})
			return
		}
	}
	c.fault(n.Span, "a tasker is a name in quotes, or a regular expression", "as in [ 'alice', r/clerk_.*/ ]")
}

func (c *Config) schema(name string, at source.Span, read func(string) ([]byte, error)) {
	c.Schemas = append(c.Schemas, name)
	data, err := read(name)
	if err != nil {
		c.fault(at, fmt.Sprintf("the schema can't be read: %s", err), "the path counts from the folder of the configuration")
		return
	}
	s, err := sig.ReadSchema(data)
	if err != nil {
		c.fault(at, fmt.Sprintf("%s is no schema: %s", name, err), "a service writes it with florc schema, or sig.Schema.Write")
		return
	}
	c.Schema = c.Schema.Merge(s)
}

func (c *Config) rule(code string, at source.Span, v *tree.Node) {
	if !check.IsRule(diag.Code(code)) {
		c.fault(at, fmt.Sprintf("there is no rule %q", code), "rules have codes such as FLO0301, see docs/errors.md")
		return
	}
	text, _ := v.Value.(string)
	level, err := check.ParseLevel(text)
	if err != nil {
		c.fault(v.Span, err.Error(), "write it in quotes")
		return
	}
	c.Levels[diag.Code(code)] = level
}

// object visits the keys and values of an object.
func (c *Config) object(n *tree.Node, visit func(key string, at source.Span, v *tree.Node)) {
	if n.Literal || n.Head != "_obj" {
		c.fault(n.Span, "an object is expected here", "as in { a: 1 }")
		return
	}
	for i := 0; i+1 < len(n.Children); i += 2 {
		k := n.Children[i]
		key, ok := k.Value.(string)
		switch {
		case k.IsName():
			key = k.Head
		case !k.Literal || !ok:
			c.fault(k.Span, "a key has to be a name", "")
			continue
		}
		visit(key, k.Span, n.Children[i+1])
	}
}

// list visits the items of an array.
func (c *Config) list(n *tree.Node, visit func(*tree.Node)) {
	if n.Literal || n.Head != "_arr" {
		c.fault(n.Span, "an array is expected here", "as in [ 'a', 'b' ]")
		return
	}
	for _, item := range n.Children {
		visit(item)
	}
}

// names visits the strings of an array.
func (c *Config) names(n *tree.Node, visit func(name string, at source.Span)) {
	c.list(n, func(item *tree.Node) {
		name, ok := item.Value.(string)
		if !item.Literal || !ok || name == "" {
			c.fault(item.Span, "a text in quotes is expected here", "as in [ 'a', 'b' ]")
			return
		}
		visit(name, item.Span)
	})
}

func (c *Config) fault(span source.Span, message, hint string) {
	if c.File != nil && span.End.Line > span.Start.Line {
		span.End = c.File.LineEnd(span.Start)
	}
	c.Diagnostics = append(c.Diagnostics, diag.Diagnostic{Code: codeConfig, Severity: diag.Error, Span: span, Message: message, Hint: hint})
}

// Pages explains the codes of this package.
func Pages() []diag.Page {
	return []diag.Page{{
		Code:  codeConfig,
		Title: "a configuration that can't be used",
		Why:   "The file `florc.conf` in the topmost folder of a project says what `florc check` and the editors know of it, as one object: `taskers`, `all_taskers`, `vars`, `signals`, `schemas`, `exclude` and `rules`. Something in it is none of these, or has a value that it can't have.",
	}}
}
