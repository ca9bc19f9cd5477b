package graph

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWriteCharts writes the charts of the whole corpus into the folder that
// FLORC_CHARTS names, for scripts/graph-tools, which gives them to Graphviz,
// Mermaid and librsvg.
func TestWriteCharts(t *testing.T) {
	dir := os.Getenv("FLORC_CHARTS")
	if dir == "" {
		t.Skip("FLORC_CHARTS is not set")
	}
	mermaids := map[string]string{}
	for _, d := range corpus(t) {
		g := draw(d.name, d.text)
		name := strings.Map(func(r rune) rune {
			if strings.ContainsRune("/: ", r) {
				return '-'
			}
			return r
		}, d.name)
		mermaids[d.name] = g.Mermaid()
		for ext, text := range map[string]string{"svg": g.SVG(), "dot": g.DOT()} {
			if err := os.WriteFile(filepath.Join(dir, name+"."+ext), []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	page, err := json.Marshal(mermaids) // "<" comes escaped
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "charts.js"), append([]byte("const charts = "), page...), 0o666); err != nil {
		t.Fatal(err)
	}
}
