package test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/odvcencio/gotreesitter"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// queryFiles lists the queries of the grammar and of the editors that have
// their own.
func queryFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"../queries/*.scm", "../../helix/queries/flor/*.scm", "../../zed/languages/flor/*.scm"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no queries in %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

func compileQuery(t *testing.T, path string) *gotreesitter.Query {
	t.Helper()
	lang, err := language()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	query, err := gotreesitter.NewQuery(string(text), lang)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return query
}

func TestQueriesCompile(t *testing.T) {
	for _, path := range queryFiles(t) {
		compileQuery(t, path)
	}
}

// TestCaptures compares what each query captures with the golden archives: in
// each, a flow and a section for each query.
func TestCaptures(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		src := archive.Files[0].Data
		tree, lang := parse(t, string(src))
		if tree.RootNode().HasErrorOrMissing() {
			t.Errorf("%s does not parse:\n%s", path, tree.RootNode().SExpr(lang))
		}
		for i := range archive.Files[1:] {
			section := &archive.Files[1+i]
			got := captures(compileQuery(t, filepath.Join("..", section.Name)), tree, lang, src)
			if *update {
				section.Data = []byte(got)
			} else if diff := cmp.Diff(string(section.Data), got); diff != "" {
				t.Errorf("%s, %s (- expected, + captured):\n%s", path, section.Name, diff)
			}
		}
		if *update {
			if err := os.WriteFile(path, txtar.Format(archive), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// captures writes a line for each capture: place, name, and the first line of
// its text.
func captures(query *gotreesitter.Query, tree *gotreesitter.Tree, lang *gotreesitter.Language, src []byte) string {
	var b strings.Builder
	cursor := query.Exec(tree.RootNode(), lang, src)
	for {
		capture, ok := cursor.NextCapture()
		if !ok {
			return b.String()
		}
		if strings.HasPrefix(capture.Name, "_") {
			continue
		}
		start := capture.Node.StartPoint()
		text, _, more := strings.Cut(capture.Node.Text(src), "\n")
		if more {
			text += " …"
		}
		fmt.Fprintf(&b, "%d:%d %s %s\n", start.Row+1, start.Column+1, capture.Name, text)
	}
}
