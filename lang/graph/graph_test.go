package graph

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

var update = flag.Bool("update", false, "rewrite golden files")

func options() Options {
	opts := Options{Common: vm.CommonAttributes()}
	for _, p := range stdlib.All().Procedures() {
		opts.Procs = append(opts.Procs, p.Sig)
	}
	return opts
}

// draw makes the chart of a text.
func draw(name, text string) *Graph {
	file := source.NewFile(name, text)
	syntax, _ := parser.Parse(file, parser.Options{})
	root, _ := tree.Lower(syntax)
	opts := options()
	opts.File = file
	return Build(root, opts)
}

// definition is one to draw.
type definition struct{ name, text string }

// flows lists the flows of examples and of testdata.
func flows(t testing.TB) []definition {
	t.Helper()
	files, _ := filepath.Glob("../../examples/*/*.flo")
	more, _ := filepath.Glob("testdata/*.flo")
	if len(files) < 5 || len(more) < 3 {
		t.Fatal("flows are missing")
	}
	var list []definition
	for _, f := range append(files, more...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, definition{filepath.Base(f), string(text)})
	}
	return list
}

// corpus lists all definitions that there are: the conformance cases, the
// examples of the signatures, and flows.
func corpus(t testing.TB) []definition {
	t.Helper()
	list := flows(t)
	for _, suite := range []string{"core", "tree", "unit"} {
		data, err := os.ReadFile("../../testdata/conformance/" + suite + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var c struct{ ID, Src string }
			if err := json.Unmarshal(line, &c); err != nil {
				t.Fatal(err)
			}
			list = append(list, definition{c.ID, c.Src})
		}
	}
	for _, p := range stdlib.All().Procedures() {
		for _, e := range p.Sig.Examples {
			list = append(list, definition{p.Sig.Name() + ": " + e.Title, e.Source})
		}
	}
	return list
}

// TestGolden compares the charts of flows with those in testdata.
func TestGolden(t *testing.T) {
	for _, d := range flows(t) {
		t.Run(d.name, func(t *testing.T) {
			g := draw(d.name, d.text)
			name := strings.TrimSuffix(d.name, ".flo")
			got := &txtar.Archive{Files: []txtar.File{
				{Name: name + ".mmd", Data: []byte(g.Mermaid())},
				{Name: name + ".dot", Data: []byte(g.DOT())},
			}}
			if name == "review" {
				got.Files = append(got.Files, txtar.File{Name: name + ".json", Data: []byte(g.JSON())},
					txtar.File{Name: name + ".svg", Data: []byte(g.SVG())})
			}
			path := filepath.Join("testdata", name+".txtar")
			if *update {
				if err := os.WriteFile(path, txtar.Format(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(txtar.Format(got))); diff != "" {
				t.Errorf("-want +got, go test -update rewrites it:\n%s", diff)
			}
		})
	}
}

// TestCorpus draws all definitions in all formats, and holds each to what
// must be true of every chart.
func TestCorpus(t *testing.T) {
	for _, d := range corpus(t) {
		t.Run(d.name, func(t *testing.T) {
			if problem := verify(draw(d.name, d.text)); problem != nil {
				t.Errorf("%v\n%s", problem, d.text)
			}
		})
	}
}

// TestNIDs finds the nodes of the tree that a chart names, each on the line
// that it says.
func TestNIDs(t *testing.T) {
	for _, d := range flows(t) {
		body, found := tree.Body(parse(d.text)), 0
		for _, n := range draw(d.name, d.text).Nodes {
			for i, nid := range n.NIDs {
				at := body
				for _, step := range strings.Split(nid, "_")[1:] {
					k, err := strconv.Atoi(step)
					if at = at.At(k); err != nil || at == nil {
						t.Fatalf("%s: no node %s", d.name, nid)
					}
				}
				if i == 0 && at.Line() != int(n.Span.Start.Line) {
					t.Errorf("%s: node %s is on line %d, not %d", d.name, nid, at.Line(), n.Span.Start.Line)
				}
				found++
			}
		}
		if found == 0 {
			t.Errorf("%s: no ids", d.name)
		}
	}
}

// TestWithoutText draws trees read from JSON, which have no text.
func TestWithoutText(t *testing.T) {
	for _, d := range flows(t) {
		root, err := tree.ParseJSON(tree.AppendJSON(nil, parse(d.text), tree.Bare), tree.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if problem := verify(Build(root, options())); problem != nil {
			t.Errorf("%s: %v", d.name, problem)
		}
	}
}

func parse(text string) *tree.Node {
	syntax, _ := parser.Parse(source.NewFile("", text), parser.Options{})
	root, _ := tree.Lower(syntax)
	return root
}

// verify tells what is wrong with a chart, in any format; nil for nothing.
func verify(g *Graph) error {
	svg := g.SVG()
	return errors.Join(verifyGraph(g), verifyLayout(g), verifyXML(svg), verifyMermaid(g.Mermaid()), verifyDOT(g.DOT()), verifyJSON(g))
}

// verifyGraph looks for edges that lead nowhere and nodes that nothing leads
// to, but for those behind a jump.
func verifyGraph(g *Graph) error {
	ids := map[string]bool{}
	for _, group := range g.Groups {
		if ids[group.ID] || group.Parent != "" && !ids[group.Parent] {
			return fmt.Errorf("group %s comes twice, or before its parent", group.ID)
		}
		ids[group.ID] = true
	}
	for _, n := range g.Nodes {
		if ids[n.ID] || n.Group != "" && !ids[n.Group] {
			return fmt.Errorf("node %s comes twice, or is in no group", n.ID)
		}
		if n.Kind != Start && n.Kind != End && n.Kind != Join && n.Kind != Fork && len(n.caption()[0]) == 0 {
			return fmt.Errorf("node %s says nothing: %+v", n.ID, *n)
		}
	}
	for _, n := range g.Nodes {
		ids[n.ID] = true
	}
	seen := map[Edge]bool{}
	for _, e := range g.Edges {
		if !ids[e.From] || !ids[e.To] {
			return fmt.Errorf("edge %v leads nowhere", e)
		}
		if seen[e] {
			return fmt.Errorf("edge %v comes twice", e)
		}
		seen[e] = true
	}
	return nil
}

// verifyXML tells whether a text is one well-formed XML document, no id of
// which comes twice, and no link of which leads nowhere.
func verifyXML(text string) error {
	dec := xml.NewDecoder(strings.NewReader(text))
	ids, links, roots, depth := map[string]bool{}, []string{}, 0, 0
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
			}
			depth++
			if e.Name.Local == "script" || e.Name.Local == "image" {
				return fmt.Errorf("there is a %s", e.Name.Local)
			}
			for _, a := range e.Attr {
				switch {
				case a.Name.Local == "id" && ids[a.Value]:
					return fmt.Errorf("the id %s comes twice", a.Value)
				case a.Name.Local == "id":
					ids[a.Value] = true
				case a.Name.Local == "href":
					links = append(links, a.Value)
				case strings.HasPrefix(a.Name.Local, "on"):
					return fmt.Errorf("there is a script in %s", a.Name.Local)
				}
			}
		case xml.EndElement:
			depth--
		}
	}
	if roots != 1 {
		return fmt.Errorf("%d roots", roots)
	}
	for _, l := range links {
		if id, ok := strings.CutPrefix(l, "#"); !ok || !ids[id] {
			return fmt.Errorf("the link %s leads nowhere", l)
		}
	}
	return nil
}

func verifyJSON(g *Graph) error {
	var got struct {
		Nodes  []struct{ ID, Kind string }
		Edges  []struct{ From, To string }
		Groups []struct{ ID string }
	}
	dec := json.NewDecoder(strings.NewReader(g.JSON()))
	if err := dec.Decode(&got); err != nil {
		return err
	}
	if len(got.Nodes) != len(g.Nodes) || len(got.Edges) != len(g.Edges) || len(got.Groups) != len(g.Groups) {
		return errors.New("JSON: something is missing")
	}
	return nil
}
