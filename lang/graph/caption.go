package graph

import (
	"strings"
)

// caption returns what a node says, a line each, for writers that lay out
// text themselves.
func (n *Node) caption() []string {
	var lines []string
	if n.By != "" {
		lines = append(lines, n.By+":")
	}
	if n.Title != "" {
		lines = append(lines, n.Title)
	}
	lines = append(lines, n.Lines...)
	for _, r := range n.Rules {
		lines = append(lines, r.When+" → "+r.Then)
	}
	if n.Kind == End {
		lines = append(lines, "end")
	}
	if n.Tag != "" {
		lines = append(lines, "#"+n.Tag)
	}
	if n.Note != "" {
		lines = append(lines, n.Note)
	}
	if len(lines) == 0 {
		lines = []string{string(n.Kind)}
	}
	for i, l := range lines {
		lines[i] = shorten(l, 60)
	}
	return lines
}

func (g *Group) caption() []string {
	var lines []string
	for _, l := range []string{g.Title, g.Note} {
		if l != "" {
			lines = append(lines, shorten(l, 60))
		}
	}
	if len(lines) == 0 {
		lines = []string{string(g.Kind)}
	}
	return lines
}

// shorten cuts a text to so many characters.
func shorten(s string, most int) string {
	r := []rune(printable(s))
	if len(r) <= most {
		return string(r)
	}
	return strings.TrimRight(string(r[:most-1]), " ") + "…"
}

// nested calls open and close around the nodes of each group, and visit for
// each node.
func (g *Graph) nested(depth int, parent string, open func(depth int, g *Group), visit func(depth int, n *Node), closing func(depth int)) {
	for _, n := range g.Nodes {
		if n.Group == parent {
			visit(depth, n)
		}
	}
	for _, group := range g.Groups {
		if group.Parent == parent {
			open(depth, group)
			g.nested(depth+1, group.ID, open, visit, closing)
			closing(depth)
		}
	}
}

func indent(depth int) string { return strings.Repeat("  ", depth+1) }
