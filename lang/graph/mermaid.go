package graph

import (
	"cmp"
	"fmt"
	"strings"
)

// mermaidText escapes a label: everything that could mean something to
// Mermaid or to HTML is written by its number.
func mermaidText(lines []string) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteString("<br/>")
		}
		for _, r := range l {
			if r < 0x80 && !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 ,.:-_'?!=+/", r) {
				fmt.Fprintf(&b, "#%d;", r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// mermaidShapes are what stands around the text of a node.
var mermaidShapes = map[Kind][2]string{
	Start: {"([", "])"}, End: {"([", "])"}, Task: {"(", ")"}, Wait: {"([", "])"}, Decision: {"{{", "}}"}, Rules: {"{{", "}}"},
	Call: {"[[", "]]"}, Loop: {">", "]"}, Jump: {"([", "])"}, Fail: {"([", "])"},
}

// Mermaid returns the chart as a flowchart of Mermaid, as Markdown on many
// sites shows it.
func (g *Graph) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	g.nested(0, "", func(depth int, group *Group) {
		fmt.Fprintf(&b, "%ssubgraph %s[\"%s\"]\n", indent(depth), group.ID, mermaidText(group.caption()))
	}, func(depth int, n *Node) {
		around, ok := mermaidShapes[n.Kind]
		if !ok {
			around = [2]string{"[", "]"}
		}
		fmt.Fprintf(&b, "%s%s%s\"%s\"%s:::%s\n", indent(depth), n.ID, around[0], mermaidText(n.caption()), around[1], mermaidClass(n.Kind))
	}, func(depth int) {
		fmt.Fprintf(&b, "%send\n", indent(depth))
	})
	for _, e := range g.Edges {
		arrow := "-->"
		if e.Kind != Flow && e.Kind != Back && e.Kind != JumpTo {
			arrow = "-.->"
		}
		label := ""
		if e.Label != "" {
			label = `|"` + mermaidText([]string{shorten(e.Label, 60)}) + `"|`
		}
		fmt.Fprintf(&b, "  %s %s%s %s\n", e.From, arrow, label, e.To)
	}
	used := map[Kind]bool{}
	for _, n := range g.Nodes {
		used[n.Kind] = true
	}
	for _, k := range []Kind{Task, Wait, Decision, Rules, Compute, Call, Fail, Action} {
		if used[k] {
			fmt.Fprintf(&b, "  classDef %s %s\n", mermaidClass(k), mermaidStyles[k])
		}
	}
	g.mermaidStates(&b)
	return b.String()
}

// mermaidStates gives the nodes the looks of their states.
func (g *Graph) mermaidStates(b *strings.Builder) {
	if !g.marked {
		return
	}
	ids := map[State][]string{}
	for _, n := range g.Nodes {
		ids[n.State] = append(ids[n.State], n.ID)
	}
	for _, s := range append(States, "") {
		if len(ids[s]) > 0 {
			class := "s" + cmp.Or(string(s), "unreached")
			fmt.Fprintf(b, "  classDef %s %s\n  class %s %s\n", class, mermaidStateStyles[s], strings.Join(ids[s], ","), class)
		}
	}
}

var mermaidStateStyles = map[State]string{
	Failed: "stroke:#cf222e,stroke-width:4px", Waiting: "stroke:#0969da,stroke-width:3px", Live: "stroke:#0969da,stroke-width:3px",
	Paused: "stroke:#9a6700,stroke-width:3px,stroke-dasharray:6 4", Done: "stroke:#1a7f37,stroke-width:2px", "": "opacity:0.4",
}

// mermaidClass is the class of a kind; a prefix keeps it apart from words of
// Mermaid.
func mermaidClass(k Kind) string { return "k" + string(k) }

var mermaidStyles = map[Kind]string{
	Task:     "fill:#ddf4ff,stroke:#54aeff,color:#1f2328",
	Wait:     "fill:#fff8c5,stroke:#d4a72c,color:#1f2328",
	Decision: "fill:#fbefff,stroke:#a475f9,color:#1f2328",
	Rules:    "fill:#fbefff,stroke:#a475f9,color:#1f2328",
	Call:     "fill:#ffffff,stroke:#54aeff,color:#1f2328",
	Action:   "fill:#fff1e5,stroke:#fb8f44,color:#1f2328",
	Compute:  "fill:#f6f8fa,stroke:#d1d9e0,color:#59636e",
	Fail:     "fill:#ffebe9,stroke:#ff8182,color:#1f2328",
}
