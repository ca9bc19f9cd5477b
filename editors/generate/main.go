// Command generate writes the files of the editors that list procedures, from
// the signatures in stdlib.
package main

import (
	"bytes"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

//go:generate go run . ..

//go:embed templates
var templates embed.FS

// outputs says which files, below editors/, are made of which template.
var outputs = map[string][]string{
	"words.vim":       {"vim/autoload/flor/words.vim"},
	"flor-words.el":   {"emacs/flor-words.el"},
	"highlights.scm":  {"tree-sitter-flor/queries/highlights.scm", "helix/queries/flor/highlights.scm", "zed/languages/flor/highlights.scm"},
	"injections.scm":  {"tree-sitter-flor/queries/injections.scm", "helix/queries/flor/injections.scm", "zed/languages/flor/injections.scm"},
	"locals.scm":      {"tree-sitter-flor/queries/locals.scm", "helix/queries/flor/locals.scm"},
	"folds.scm":       {"tree-sitter-flor/queries/folds.scm"},
	"indents.scm":     {"tree-sitter-flor/queries/indents.scm"},
	"textobjects.scm": {"tree-sitter-flor/queries/textobjects.scm"},
	"helix-indents.scm": {
		"helix/queries/flor/indents.scm",
	},
	"helix-textobjects.scm": {"helix/queries/flor/textobjects.scm", "zed/languages/flor/textobjects.scm"},
	"zed-outline.scm":       {"zed/languages/flor/outline.scm"},
	"zed-config.toml":       {"zed/languages/flor/config.toml"},
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate DIR, the folder editors/")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir string) error {
	files, err := files()
	if err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// files returns the text of every generated file, by its path below editors/.
func files() (map[string][]byte, error) {
	list := gather()
	all, err := template.New("").Funcs(template.FuncMap{"quote": quote, "regexp": alternation}).ParseFS(templates, "templates/*")
	if err != nil {
		return nil, err
	}
	made := map[string][]byte{}
	for name, paths := range outputs {
		var b bytes.Buffer
		if err := all.ExecuteTemplate(&b, name, list); err != nil {
			return nil, err
		}
		for _, path := range paths {
			made[path] = b.Bytes()
		}
	}
	return made, nil
}

// words is what the templates are given.
type words struct {
	Flow       []string // procedures that say what happens when: if, concurrence, task, …
	Functions  []string // the other procedures
	Define     string   // the procedure that makes a named function
	Lambda     []string // those that make one without a name
	Set        []string // those that set a variable or a field
	Condition  []string // if and unless
	On         []string // the procedure of handlers
	Events     []string // what it handles
	Attributes []string // those that every node understands
	Flags      []string // the attributes that may stand without a value
	Roots      []string // what a reference may start with, but for a variable's name
	// Openers are the procedures whose children stand below them, whatever
	// stands on their line.
	Openers []string
	// Arguments are the procedures whose children are arguments: they stand
	// below a line that has none. Where a target comes first, as in "set f.a",
	// they stand below a line that has but that.
	Arguments []string
	Targets   []string
}

// roots are known to no signature: the machine takes them before variables.
var roots = []string{"f", "fld", "field", "v", "var", "variable", "lv", "lvar", "lvariable", "gv", "gvar", "gvariable", "t", "tag", "node", "exe", "execution"}

func gather() words {
	w := words{Roots: roots}
	flow := []sig.Group{sig.Control, sig.Handlers, sig.Concurrency, sig.People}
	for _, p := range stdlib.All().Procedures() {
		s := &p.Sig
		if s.Group == sig.Internal {
			continue
		}
		names := slices.DeleteFunc(slices.Clone(s.Names), func(n string) bool { return strings.HasPrefix(n, "_") })
		if slices.Contains(flow, s.Group) {
			w.Flow = append(w.Flow, names...)
		} else {
			w.Functions = append(w.Functions, names...)
		}
		switch s.Name() {
		case "define":
			w.Define, w.Lambda = names[0], names[1:]
		case "set":
			w.Set = names
		case "on":
			w.On = names
		case "if":
			w.Condition = []string{"if", "unless"}
		}
		if s.Group == sig.Handlers && strings.HasPrefix(s.Name(), "on_") {
			w.Events = append(w.Events, strings.TrimPrefix(s.Name(), "on_"))
		}
		switch s.Body {
		case sig.Sequence, sig.Branches, sig.Cases, sig.Block, sig.Raw:
			w.Openers = append(w.Openers, names...)
		case sig.Arguments:
			if len(s.Args) > 1 && s.Args[0].Type == sig.Path {
				w.Targets = append(w.Targets, names...)
			} else {
				w.Arguments = append(w.Arguments, names...)
			}
		}
	}
	for _, a := range vm.CommonAttributes() {
		w.Attributes = append(w.Attributes, a.Names...)
		if a.Type == sig.Boolean {
			w.Flags = append(w.Flags, a.Names...)
		}
	}
	for _, list := range []*[]string{&w.Flow, &w.Functions, &w.Openers, &w.Arguments, &w.Targets, &w.Attributes, &w.Flags} {
		slices.Sort(*list)
	}
	return w
}

// All lists every procedure.
func (w words) All() []string {
	all := slices.Concat(w.Flow, w.Functions)
	slices.Sort(all)
	return all
}

// quote writes words between quotes, parted by a separator, in lines of at
// most 90 characters that follow an indentation.
func quote(mark, separator, indent string, list []string) string {
	var lines []string
	line := ""
	for i, w := range list {
		item := mark + w + mark
		if i < len(list)-1 {
			item += separator
		}
		if line != "" && len(indent)+len(line)+1+len(item) > 90 {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += item
	}
	return strings.Join(append(lines, line), "\n"+indent)
}

// alternation writes words as alternatives of a regular expression within a
// double-quoted string.
func alternation(list []string) string {
	escaped := make([]string, len(list))
	for i, w := range list {
		escaped[i] = strings.ReplaceAll(regexp.QuoteMeta(w), `\`, `\\`)
	}
	return strings.Join(escaped, "|")
}
