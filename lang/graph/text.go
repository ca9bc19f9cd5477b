package graph

import (
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// line returns the source text of a node in one line: as it was written where
// it was written on one line, in canonical form otherwise. What stands below
// it follows, for people to read.
func (a *analysis) line(n *tree.Node) string {
	text, below := a.written(n)
	if text == "" {
		text, below, _ = strings.Cut(strings.TrimSpace(tree.Print(n)), "\n")
	}
	if text == "" { // a tree that no text gives
		text = "…"
	}
	if !n.Literal && n.Head == "_rxs" {
		text = strings.TrimPrefix(text, "r") // it is there for the parser
	}
	if below == "" {
		return text
	}
	lines := strings.Split(below, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return text + " " + strings.Join(lines, "; ")
}

// head returns the source text of a node without what stands below it.
func (a *analysis) head(n *tree.Node) string {
	if text, _ := a.written(n); text != "" {
		return text
	}
	text, _, _ := strings.Cut(tree.Print(n), "\n")
	return text
}

// written returns the text of a node as it stands in the file, and what
// stands below it; "" where that cannot be told.
func (a *analysis) written(n *tree.Node) (text, below string) {
	from, to := n.Span.Start, n.Span.End
	if cut, ok := a.cut[n]; ok {
		to = cut
	}
	if a.file == nil || n.Literal || from.Line != to.Line {
		return "", ""
	}
	text = strings.TrimSpace(a.file.Slice(source.Span{Start: from, End: to}))
	if text == "" {
		return "", ""
	}
	var lines []string
	for _, c := range n.Children {
		if c.Span.Start.Compare(n.Span.End) >= 0 {
			lines = append(lines, a.line(c))
		}
	}
	return text, strings.Join(lines, "\n")
}

// cutPostfix notes where the text of a line ends that is followed by if or
// unless, for its place goes on to the end of the condition.
func (a *analysis) cutPostfix(n *tree.Node) {
	if n.HeadExpr != nil || (n.Head != "_if" && n.Head != "_unless") || len(n.Children) != 2 || a.file == nil {
		return
	}
	condition, inner := n.Children[0].Span, n.Children[1].Span
	if !condition.IsValid() || condition.Start.Line != inner.Start.Line {
		return
	}
	before := a.file.Slice(source.Span{Start: inner.Start, End: condition.Start})
	if at := strings.LastIndex(before, n.Head[1:]); at > 0 {
		a.cut[n.Children[1]] = inner.Start.Plus(at)
	}
}

// question returns a condition with a question mark.
func (a *analysis) question(n *tree.Node) string {
	text := a.line(n)
	if strings.HasSuffix(n.Head, "?") || strings.HasSuffix(text, "?") {
		return text
	}
	return text + "?"
}

// words returns what a node says: a string as it is, anything else as source
// text.
func (a *analysis) words(n *tree.Node) string {
	if s, ok := n.Value.(string); ok && n.Literal {
		return strings.Join(strings.Fields(s), " ")
	}
	return a.line(n)
}

// maxRulesRows bounds the rows of a table.
const maxRulesRows = 12

// gist says what a run of computation does, in few lines.
func (a *analysis) gist(run []part) []string {
	if len(run) <= 2 {
		var lines []string
		for _, p := range run {
			lines = append(lines, a.line(p.node))
		}
		return lines
	}
	var lines []string
	byVerb := map[string]int{}
	others := 0
	for _, p := range run {
		for len(p.node.Children) == 2 && (p.node.Head == "_if" || p.node.Head == "_unless") {
			p = p.at(1)
		}
		n := p.node
		verb, what := "", ""
		if proc := a.procs[n.Head]; !n.Literal && n.HeadExpr == nil && proc != nil && proc.Group == sig.Data && len(proc.Args) > 0 && proc.Args[0].Type == sig.Path && len(p.args()) > 0 {
			verb, what = n.Head, a.line(p.args()[0].node)
		}
		i, seen := byVerb[verb]
		switch {
		case verb == "":
			others++
		case seen && !strings.Contains(", "+lines[i][len(verb)+1:]+", ", ", "+what+", "):
			lines[i] += ", " + what
		case !seen:
			byVerb[verb] = len(lines)
			lines = append(lines, verb+" "+what)
		}
	}
	switch {
	case len(lines) == 0:
		return []string{a.line(run[0].node), "… " + counted(others-1, "more line")}
	case others > 0:
		lines = append(lines, "… "+counted(others, "more line"))
	}
	return lines
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return itoa(n) + " " + what + "s"
}

// sourceOf returns the source text of nodes, up to a limit: it is what one
// sees when pointing at a box.
func sourceOf(run []part) string {
	const maxBytes = 2000
	var b strings.Builder
	for _, p := range run {
		b.WriteString(tree.Print(p.node))
		if b.Len() > maxBytes {
			return strings.ToValidUTF8(b.String()[:maxBytes], "") + "…"
		}
	}
	return strings.TrimSpace(b.String())
}
