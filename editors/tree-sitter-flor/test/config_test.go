package test

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"github.com/BurntSushi/toml"
)

// TestConfiguration reads the files that tell editors of the grammar, and
// holds what they say of it against each other.
func TestConfiguration(t *testing.T) {
	var helix struct {
		Language []struct {
			Name      string
			FileTypes []string `toml:"file-types"`
			Servers   []string `toml:"language-servers"`
		}
		Server  map[string]struct{ Command string } `toml:"language-server"`
		Grammar []struct{ Name string }
	}
	decode(t, "../../helix/languages.toml", &helix)
	var language struct {
		Name, Grammar string
		Suffixes      []string `toml:"path_suffixes"`
		Increase      string   `toml:"increase_indent_pattern"`
	}
	decode(t, "../../zed/languages/flor/config.toml", &language)
	var extension struct {
		Grammars map[string]struct{ Path string }
		Servers  map[string]struct{ Languages []string } `toml:"language_servers"`
	}
	decode(t, "../../zed/extension.toml", &extension)
	var own struct {
		Grammars []struct {
			Name      string
			FileTypes []string `json:"file-types"`
		}
	}
	text, err := os.ReadFile("../tree-sitter.json")
	if err == nil {
		err = json.Unmarshal(text, &own)
	}
	if err != nil {
		t.Fatal(err)
	}

	grammar := own.Grammars[0]
	l := helix.Language[0]
	if l.Name != grammar.Name || helix.Grammar[0].Name != grammar.Name || l.FileTypes[0] != grammar.FileTypes[0] || helix.Server[l.Servers[0]].Command != "florc" {
		t.Errorf("Helix: %+v", helix)
	}
	if language.Grammar != grammar.Name || language.Suffixes[0] != grammar.FileTypes[0] || extension.Grammars[grammar.Name].Path != "editors/tree-sitter-flor" ||
		extension.Servers["florc"].Languages[0] != language.Name {
		t.Errorf("Zed: %+v %+v", language, extension)
	}
	deeper := regexp.MustCompile(language.Increase)
	for line, want := range map[string]bool{
		"sequence": true, "  define f x": true, "on error": true,
		"define f x \\ x": false, "task 'a'": false, "sequences": false,
	} {
		if deeper.MatchString(line) != want {
			t.Errorf("Zed indents below %q: %v", line, !want)
		}
	}
}

func decode(t *testing.T, path string, into any) {
	t.Helper()
	if _, err := toml.DecodeFile(path, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
