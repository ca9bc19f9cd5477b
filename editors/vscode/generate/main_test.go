package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/vm"
)

func TestFilesAreCurrent(t *testing.T) {
	files, err := generate("..", signatures())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: run go generate ./editors/vscode/generate (-want +got):\n%s", name, diff)
		}
	}
}

// TestIndentation holds the rules of what is indented after Enter to lines as
// people write them.
func TestIndentation(t *testing.T) {
	var config struct {
		OnEnterRules []struct{ BeforeText string }
	}
	readJSON(t, "../language-configuration.json", &config)
	var rules []*regexp.Regexp
	for _, r := range config.OnEnterRules {
		rules = append(rules, regexp.MustCompile(r.BeforeText))
	}
	for line, want := range map[string]bool{
		"sequence":                      true,
		"  concurrence expect: 1":       true,
		"  each f.orders":               true,
		"  on error":                    true,
		"  unless f.ok":                 true,
		"  sequences f.ok":              false,
		"  length f.list":               false,
		"  task 'alice' 'work'":         false,
		"define greet name":             true,
		"define greet name \\ 'hello'":  false,
		"set f.total":                   true,
		"set f.total 12":                false,
		"map f.orders (def x":           true,
		"map f.orders (def x \\ x + 1)": false,
		"sequence \\":                   true,
		"sequence \\ alice 'work'":      false,
		"push f.list 1 if true":         false,
	} {
		got := slices.ContainsFunc(rules, func(r *regexp.Regexp) bool { return r.MatchString(line) })
		if got != want {
			t.Errorf("after %q, Enter indents: %t, want %t", line, got, want)
		}
	}
}

// TestSnippets checks each snippet as it is inserted, nothing typed over.
func TestSnippets(t *testing.T) {
	var snippets map[string]struct {
		Prefix      string
		Body        []string
		Description string
	}
	readJSON(t, "../snippets/flor.json", &snippets)
	if len(snippets) < 20 {
		t.Errorf("found %d snippets only", len(snippets))
	}
	checker := check.New(check.Options{Schema: sig.Schema{Procs: signatures(), Common: vm.CommonAttributes()}})
	prefixes := map[string]string{}
	for name, s := range snippets {
		if other, twice := prefixes[s.Prefix]; twice {
			t.Errorf("%q and %q have one prefix", name, other)
		}
		prefixes[s.Prefix] = name
		if s.Description == "" {
			t.Errorf("%q has no description", name)
		}
		text := "define parameter \\ 1\nset f.given (parameter _)\n" + inserted(t, strings.Join(s.Body, "\n")) + "\n"
		if s.Prefix == "def" {
			text = "map [ 1 ] " + strings.TrimPrefix(text, "define parameter \\ 1\nset f.given (parameter _)\n")
		}
		for _, d := range checker.Check(source.NewFile(name+".flo", text)) {
			t.Errorf("%s: %s at %s\n%s", d.Code, d.Message, d.Span.Start, text)
		}
	}
}

// inserted replaces the placeholders of a snippet by what they propose.
func inserted(t *testing.T, body string) string {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(body); i++ {
		rest := body[i:]
		switch open := placeholder.FindString(rest); {
		case open != "":
			if strings.HasPrefix(open, "${") {
				depth++
			}
			i += len(open) - 1
		case rest[0] == '\\' && len(rest) > 1 && strings.ContainsRune(`\$}`, rune(rest[1])):
			i++
			b.WriteByte(body[i])
		case rest[0] == '}' && depth > 0:
			depth--
		default:
			b.WriteByte(rest[0])
		}
	}
	if depth != 0 {
		t.Errorf("a placeholder is not closed: %s", body)
	}
	return b.String()
}

var placeholder = regexp.MustCompile(`^\$(?:\{\d+:|\d+)`)

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
