// Generate writes what the extension takes from the signatures of procedures:
// the TextMate grammar of their names, which the hand-written grammar of the
// language includes, and in the language configuration the heads after which
// Enter indents.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"log"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/stdlib"
)

//go:generate go run . ..

// The files, in the folder of the extension.
const (
	grammarFile = "syntaxes/procedures.tmLanguage.json"
	configFile  = "language-configuration.json"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: generate FOLDER")
	}
	files, err := generate(os.Args[1], signatures())
	for name, text := range files {
		if err == nil {
			err = os.WriteFile(filepath.Join(os.Args[1], name), text, 0o644)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

// generate returns the new texts of the files by their names.
func generate(folder string, procs []sig.Proc) (map[string][]byte, error) {
	names, err := grammar(procs)
	if err != nil {
		return nil, err
	}
	config, err := os.ReadFile(filepath.Join(folder, configFile))
	if err != nil {
		return nil, err
	}
	config, err = indentation(config, procs)
	return map[string][]byte{grammarFile: names, configFile: config}, err
}

func signatures() (procs []sig.Proc) {
	for _, p := range stdlib.All().Procedures() {
		procs = append(procs, p.Sig)
	}
	return procs
}

// A procedure is highlighted where it is a head: at the start of a line, or
// after a join, an opening parenthesis, or a postfix if or unless; and not as
// the start of a longer name, of a reference, or as a key.
const (
	headStart = `(?:^|(?<=[(;\\|]|[ \t]if[ \t]|[ \t]unless[ \t]))[ \t]*`
	headEnd   = `(?!(?!//)[^\s.:;|"',()\[\]{}#\\]|\.[^\s.:;|"',()\[\]{}#\\]|[ \t]*:)`
)

// steering lists the groups of which procedures say in which order things
// happen, who does them and when; the others compute.
var steering = []sig.Group{sig.Control, sig.Concurrency, sig.People, sig.Time, sig.Handlers}

// grammar returns the text of the grammar.
func grammar(procs []sig.Proc) ([]byte, error) {
	type capture struct {
		Name string `json:"name"`
	}
	type rule struct {
		Match    string             `json:"match"`
		Captures map[string]capture `json:"captures"`
	}
	scopes := []string{"keyword.control.flor", "support.function.builtin.flor"}
	names := map[string][]string{}
	for _, p := range procs {
		scope := scopes[1]
		if slices.Contains(steering, p.Group) {
			scope = scopes[0]
		}
		for _, n := range p.Names {
			if isHead(p, n) {
				names[scope] = append(names[scope], regexp.QuoteMeta(n))
			}
		}
	}
	var rules []rule
	for _, scope := range scopes {
		// The longest first: an alternative that fits ends the search.
		slices.SortFunc(names[scope], func(a, b string) int {
			if len(a) != len(b) {
				return len(b) - len(a)
			}
			return strings.Compare(a, b)
		})
		rules = append(rules, rule{
			Match:    headStart + "(" + strings.Join(names[scope], "|") + ")" + headEnd,
			Captures: map[string]capture{"1": {scope}},
		})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(struct {
		Comment   string `json:"comment"`
		Name      string `json:"name"`
		ScopeName string `json:"scopeName"`
		Patterns  []rule `json:"patterns"`
	}{"Written by go generate ./editors/vscode/generate; do not edit.", "Flor procedures", "source.flor.procedures", rules})
	return b.Bytes(), err
}

// isHead tells whether people write the name at the start of a line, and the
// hand-written grammar says nothing about it: it has rules for operators and
// for the heads of functions.
func isHead(p sig.Proc, name string) bool {
	return p.Group != sig.Internal && p.Name() != "define" && !strings.HasPrefix(name, "_") &&
		strings.ContainsAny(name, "abcdefghijklmnopqrstuvwxyz")
}

// parents finds the list of heads in the language configuration.
var parents = regexp.MustCompile(`("beforeText": "\^\\\\s\*\(\?:)[^()]*(\)\(\?:\\\\s\[)`)

// indentation puts the procedures that take children into the rule of the
// language configuration that indents after them.
func indentation(config []byte, procs []sig.Proc) ([]byte, error) {
	if len(parents.FindAll(config, -1)) != 1 {
		return nil, errors.New("the rule that indents after heads was not found in " + configFile)
	}
	var names []string
	for _, p := range procs {
		for _, n := range p.Names {
			if takesChildren(p) && isHead(p, n) {
				names = append(names, regexp.QuoteMeta(n))
			}
		}
	}
	list := strings.ReplaceAll(strings.Join(names, "|"), `\`, `\\`)
	return parents.ReplaceAll(config, []byte("${1}"+list+"${2}")), nil
}

// takesChildren tells whether lines of the procedure have children most of the
// time.
func takesChildren(p sig.Proc) bool {
	if p.Name() == "apply" || p.Name() == "signal" { // they may, but seldom do
		return false
	}
	return slices.Contains([]sig.Body{sig.Sequence, sig.Branches, sig.Block, sig.Cases}, p.Body)
}
