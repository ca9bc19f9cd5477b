package graph

import (
	"fmt"
	"strings"
)

// dotText quotes a label for DOT.
func dotText(lines []string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, l := range lines {
		if i > 0 {
			b.WriteString(`\n`)
		}
		b.WriteString(strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(l))
	}
	b.WriteByte('"')
	return b.String()
}

var dotShapes = map[Kind]string{
	Start: `shape=oval`, End: `shape=oval`, Task: `style="rounded,filled" fillcolor="#ddf4ff"`, Wait: `style="rounded,filled" fillcolor="#fff8c5"`,
	Decision: `shape=hexagon style=filled fillcolor="#fbefff"`, Rules: `shape=hexagon style=filled fillcolor="#fbefff"`,
	Compute: `style=filled fillcolor="#f6f8fa"`, Call: `peripheries=2`, Loop: `shape=cds`, Jump: `style=rounded`, Fail: `style="rounded,filled" fillcolor="#ffebe9"`,
}

var dotStates = map[State]string{
	Failed: `color="#cf222e" penwidth=4`, Waiting: `color="#0969da" penwidth=3`, Live: `color="#0969da" penwidth=3`,
	Paused: `color="#9a6700" penwidth=3`, Done: `color="#1a7f37" penwidth=2`, "": `color="#d1d9e0" fontcolor="#8c959f"`,
}

// DOT returns the chart in the language of Graphviz.
func (g *Graph) DOT() string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %s {\n  compound=true\n  node [shape=box fontname=\"Helvetica\" fontsize=11]\n  edge [fontname=\"Helvetica\" fontsize=10]\n", dotText([]string{printable(g.Name)}))
	first := map[string]string{} // the first node in each group
	parents := map[string]string{}
	for _, group := range g.Groups {
		parents[group.ID] = group.Parent
	}
	for _, n := range g.Nodes {
		for id := n.Group; id != "" && first[id] == ""; id = parents[id] {
			first[id] = n.ID
		}
	}
	g.nested(0, "", func(depth int, group *Group) {
		fmt.Fprintf(&b, "%ssubgraph cluster_%s {\n%s  label=%s style=rounded\n", indent(depth), group.ID, indent(depth), dotText(group.caption()))
		if first[group.ID] == "" {
			first[group.ID] = "in_" + group.ID
			fmt.Fprintf(&b, "%s  in_%s [shape=point style=invis]\n", indent(depth), group.ID)
		}
	}, func(depth int, n *Node) {
		attrs := "label=" + dotText(n.caption())
		if s := dotShapes[n.Kind]; s != "" {
			attrs += " " + s
		}
		if g.marked {
			attrs += " " + dotStates[n.State]
		}
		fmt.Fprintf(&b, "%s%s [%s]\n", indent(depth), n.ID, attrs)
	}, func(depth int) {
		fmt.Fprintf(&b, "%s}\n", indent(depth))
	})
	for _, e := range g.Edges {
		var attrs []string
		from, to := e.From, e.To
		if n := first[from]; n != "" {
			attrs = append(attrs, "ltail=cluster_"+from)
			from = n
		}
		if n := first[to]; n != "" {
			attrs = append(attrs, "lhead=cluster_"+to)
			to = n
		}
		if e.Label != "" {
			attrs = append(attrs, "label="+dotText([]string{shorten(e.Label, 60)}))
		}
		switch e.Kind {
		case Flow, JumpTo:
		case Back:
			attrs = append(attrs, "constraint=false")
		case CallOf:
			attrs = append(attrs, "style=dotted constraint=false")
		default:
			attrs = append(attrs, "style=dashed")
		}
		fmt.Fprintf(&b, "  %s -> %s", from, to)
		if len(attrs) > 0 {
			fmt.Fprintf(&b, " [%s]", strings.Join(attrs, " "))
		}
		b.WriteByte('\n')
	}
	b.WriteString("}\n")
	return b.String()
}
