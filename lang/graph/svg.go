package graph

import (
	"fmt"
	"strings"
)

// style is the picture's own: no font or file from elsewhere, no script, and
// the colours of the reader's system.
const style = `text{font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif;font-size:13px;fill:#1f2328}
.code,.chip{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace;font-size:11px}
.by{font-size:11px;font-weight:700;fill:#0550ae}.note{font-size:11px;fill:#59636e}.head{font-size:12px;font-weight:700}.chip{fill:#59636e}
.page{fill:#fff}.box{stroke-width:1.2;fill:#fff;stroke:#818b98}
.task .box{fill:#ddf4ff;stroke:#54aeff}.wait .box{fill:#fff8c5;stroke:#d4a72c}.decision .box{fill:#fbefff;stroke:#a475f9}.rules .box{fill:#fbefff;stroke:#a475f9}
.compute .box{fill:#f6f8fa;stroke:#d1d9e0}.compute .code,.task .code{fill:#59636e}.call .box{stroke:#54aeff}.action .box{fill:#fff1e5;stroke:#fb8f44}
.fail .box{fill:#ffebe9;stroke:#ff8182}.start .box,.end .box{fill:#424a53;stroke:#424a53}.start text,.end text{fill:#fff}
.fork .box,.join .box{fill:#424a53;stroke:none}
.frame{fill:#818b98;fill-opacity:.06;stroke:#afb8c1}.function>.frame{stroke:#54aeff}.header{fill:#818b98;fill-opacity:.14}.function>.header{fill:#54aeff;fill-opacity:.22}.loop>.header{fill:#2da44e;fill-opacity:.16}.loop>.frame{stroke:#4ac26b}
.edge{fill:none;stroke:#656d76;stroke-width:1.4}.tip{fill:#656d76}.back{stroke:#2da44e}.tip.back{fill:#2da44e;stroke:none}
.edge.error,.edge.cancel,.edge.timeout,.edge.event{stroke-dasharray:5 4}.error{stroke:#cf222e}.timeout{stroke:#bf8700}.tip.error{fill:#cf222e;stroke:none}.tip.timeout{fill:#bf8700;stroke:none}
.mark{fill:none;stroke:#9a6700;stroke-width:1.4}.rule{stroke:#a475f9;stroke-opacity:.4}.label{fill:#fff;stroke:#d1d9e0}
.label.error{stroke:#cf222e}.label.timeout{stroke:#bf8700;stroke-dasharray:none}
a:hover .box{stroke-width:2.4}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.by{fill:#79c0ff}.note,.chip,.compute .code,.task .code{fill:#9198a1}
.page{fill:#0d1117}.box{fill:#161b22;stroke:#656c76}.task .box{fill:#0c2d4f;stroke:#1f6feb}.wait .box{fill:#3b2e0a;stroke:#9e6a03}.decision .box,.rules .box{fill:#2b1f4a;stroke:#8957e5}
.compute .box{fill:#161b22;stroke:#3d444d}.call .box{stroke:#1f6feb}.action .box{fill:#3d2008;stroke:#bd561d}.fail .box{fill:#4c1519;stroke:#da3633}
.start .box,.end .box{fill:#d1d7e0;stroke:#d1d7e0}.start text,.end text{fill:#0d1117}.fork .box,.join .box{fill:#d1d7e0}
.frame{stroke:#3d444d}.edge{stroke:#9198a1}.tip{fill:#9198a1}.label{fill:#0d1117;stroke:#3d444d}.mark{stroke:#d29922}
.error{stroke:#f85149}.timeout{stroke:#d29922}.back{stroke:#3fb950}.tip.error{fill:#f85149}.tip.timeout{fill:#d29922}.tip.back{fill:#3fb950}.label.error{stroke:#f85149}.label.timeout{stroke:#d29922}}`

// stateStyle is what the picture of an execution has beside: what it has not
// come to is pale.
const stateStyle = `.node:not([data-state]){opacity:.4}.badge{font-size:14px;font-weight:700}
[data-state=done]>.box{stroke:#1a7f37;stroke-width:2}[data-state=done]>.badge{fill:#1a7f37}
[data-state=live]>.box,[data-state=waits]>.box,[data-state=live]>.frame,[data-state=waits]>.frame{stroke:#0969da;stroke-width:3}[data-state=live]>.badge,[data-state=waits]>.badge{fill:#0969da}
[data-state=paused]>.box,[data-state=paused]>.frame{stroke:#9a6700;stroke-width:3;stroke-dasharray:6 4}[data-state=paused]>.badge{fill:#9a6700}
[data-state=failed]>.box,[data-state=failed]>.frame{stroke:#cf222e;stroke-width:4}[data-state=failed]>.badge{fill:#cf222e}
@media (prefers-color-scheme:dark){[data-state=done]>.box{stroke:#3fb950}[data-state=done]>.badge{fill:#3fb950}
[data-state=live]>.box,[data-state=waits]>.box,[data-state=live]>.frame,[data-state=waits]>.frame{stroke:#58a6ff}[data-state=live]>.badge,[data-state=waits]>.badge{fill:#58a6ff}
[data-state=paused]>.box,[data-state=paused]>.frame{stroke:#d29922}[data-state=paused]>.badge{fill:#d29922}
[data-state=failed]>.box,[data-state=failed]>.frame{stroke:#f85149}[data-state=failed]>.badge{fill:#f85149}}`

var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// xmlText escapes what stands in XML.
func xmlText(s string) string { return escaper.Replace(s) }

// xmlLines escapes text of several lines.
func xmlLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = xmlText(printable(lines[i]))
	}
	return strings.Join(lines, "\n")
}

// drawing writes an SVG.
type drawing struct {
	strings.Builder
	g *Graph
	l *layout
}

// SVG returns the chart as a picture: one self-contained SVG document, light
// or dark as the reader's system is. Each node and frame carries its node ids
// in data-nids and its line in data-line.
func (g *Graph) SVG() string {
	d := &drawing{g: g, l: g.layOut()}
	name := g.Name
	if name == "" {
		name = "Flow chart"
	}
	d.put(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n", d.l.width, d.l.height, d.l.width, d.l.height)
	d.put("<title>%s</title>\n<desc>%s</desc>\n", xmlText(printable(name)), xmlText(g.describe()))
	d.put("<style>%s</style>\n", xmlText(style))
	if g.marked {
		d.put("<style>%s</style>\n", xmlText(stateStyle))
	}
	d.put(`<rect class="page" width="%d" height="%d"/>`+"\n", d.l.width, d.l.height)
	for _, group := range g.Groups {
		d.frame(group)
	}
	for _, r := range d.l.routes {
		d.edge(r)
	}
	for _, c := range d.l.chips {
		d.chip(c)
	}
	for _, n := range g.Nodes {
		if r, ok := d.l.nodes[n]; ok {
			d.node(n, r)
		}
	}
	d.WriteString("</svg>\n")
	return d.String()
}

func (d *drawing) put(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// describe says in words what the chart shows.
func (g *Graph) describe() string {
	counts := map[Kind]int{}
	for _, n := range g.Nodes {
		counts[n.Kind]++
	}
	text := "A flow chart"
	sep := " of "
	for _, c := range []struct {
		kind Kind
		word string
	}{{Task, "task"}, {Wait, "wait"}, {Decision, "decision"}, {Rules, "table"}, {Loop, "loop"}, {Fork, "fork"}, {Call, "call"}} {
		if n := counts[c.kind]; n > 0 {
			text += sep + counted(n, c.word)
			sep = ", "
		}
	}
	return text + "." + g.describeStates()
}

// data are the attributes by which a program finds what an element is about.
func data(nids []string, line int, state State) string {
	text := ""
	if state != "" {
		text = fmt.Sprintf(` data-state="%s"`, state)
	}
	if len(nids) > 0 {
		text += fmt.Sprintf(` data-nid="%s" data-nids="%s"`, xmlText(nids[0]), xmlText(strings.Join(nids, " ")))
	}
	if line > 0 {
		text += fmt.Sprintf(` data-line="%d"`, line)
	}
	return text
}

func (d *drawing) frame(g *Group) {
	r, ok := d.l.groups[g]
	if !ok {
		return
	}
	var nids []string
	if g.NID != "" {
		nids = []string{g.NID}
	}
	d.put(`<g id="florc-%s" class="group %s"%s>`, g.ID, g.Kind, data(nids, int(g.Span.Start.Line), g.State))
	d.put(`<rect class="frame" x="%d" y="%d" width="%d" height="%d" rx="8"/>`, r.x, r.y, r.w, r.h)
	h, ok := d.l.headers[g]
	if ok {
		d.put(`<path class="header" d="M%d %dv%da8 8 0 0 1 8 -8h%da8 8 0 0 1 8 8v%dz"/>`, h.x, h.bottom(), 8-h.h, h.w-16, h.h-8)
		d.lines(header(d.l.frames[g]), h.center(), h.y+6, "middle")
	}
	d.WriteString("</g>\n")
}

// lines writes lines of text below one another.
func (d *drawing) lines(lines []textLine, x, y int, anchor string) {
	for _, l := range lines {
		d.text(l, x, y, anchor)
		y += l.font.height
	}
}

// text writes a line of text below y.
func (d *drawing) text(l textLine, x, y int, anchor string) {
	if l.text == "" {
		return
	}
	d.put(`<text class="%s" x="%d" y="%d" text-anchor="%s" textLength="%d" lengthAdjust="spacingAndGlyphs" xml:space="preserve">%s</text>`,
		l.font.class, x, y+l.font.height-l.font.height/4, anchor, l.width, xmlText(l.text))
}

const corner = 6 // the radius where a line turns

func (d *drawing) edge(r route) {
	p := r.points
	d.put(`<path class="edge %s" d="M%d %d`, r.kind, p[0].x, p[0].y)
	for i := 1; i < len(p)-1; i++ {
		a, b := towards(p[i], p[i-1]), towards(p[i], p[i+1])
		d.put("L%d %dQ%d %d %d %d", a.x, a.y, p[i].x, p[i].y, b.x, b.y)
	}
	end := p[len(p)-1]
	if r.arrow { // the line ends within the tip
		end = step4(end, p[len(p)-2])
	}
	d.put("L%d %d\"/>", end.x, end.y)
	if r.arrow {
		d.tip(p[len(p)-2], p[len(p)-1], r.kind)
	}
	d.WriteByte('\n')
}

// towards returns the point where the corner at p begins, coming from q.
func towards(p, q point) point {
	dx, dy := q.x-p.x, q.y-p.y
	n := min(corner, max(dx, -dx, dy, -dy)/2)
	return point{p.x + n*sign(dx), p.y + n*sign(dy)}
}

func step4(p, q point) point { return point{p.x + 4*sign(q.x-p.x), p.y + 4*sign(q.y-p.y)} }

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

// tip draws the tip of an arrow from p to q.
func (d *drawing) tip(p, q point, kind EdgeKind) {
	dx, dy := sign(q.x-p.x), sign(q.y-p.y)
	d.put(`<path class="tip %s" d="M%d %dL%d %dL%d %dz"/>`, kind, q.x, q.y, q.x-8*dx-4*dy, q.y-8*dy-4*dx, q.x-8*dx+4*dy, q.y-8*dy+4*dx)
}

func (d *drawing) chip(c chip) {
	if c.bare {
		d.lines(c.lines, c.x, c.y, "start")
		d.WriteByte('\n')
		return
	}
	d.put(`<rect class="label %s" x="%d" y="%d" width="%d" height="%d" rx="4"/>`, c.kind, c.x, c.y, c.w, c.h)
	d.lines(c.lines, c.center(), c.y+2, "middle")
	d.WriteByte('\n')
}

func (d *drawing) node(n *Node, r rect) {
	link := n.Calls != ""
	if link {
		d.put(`<a href="#florc-%s">`, n.Calls)
	}
	d.put(`<g id="florc-%s" class="node %s"%s>`, n.ID, n.Kind, data(n.NIDs, int(n.Span.Start.Line), n.State))
	if n.Source != "" {
		d.put("<title>%s</title>", xmlLines(n.Source))
	}
	d.shape(n, r)
	if badge := badges[n.State]; badge != "" && n.Kind != Start && n.Kind != End && n.Kind != Join && n.Kind != Fork {
		d.put(`<text class="badge" x="%d" y="%d" text-anchor="start">%s</text>`, r.right()+3, r.y+10, badge)
	}
	d.WriteString("</g>")
	if link {
		d.WriteString("</a>")
	}
	d.WriteByte('\n')
}

func (d *drawing) shape(n *Node, r rect) {
	lines := textOf(n)
	_, h := widest(lines)
	top := r.y + (r.h-h)/2
	box := func(radius int) {
		d.put(`<rect class="box" x="%d" y="%d" width="%d" height="%d" rx="%d"/>`, r.x, r.y, r.w, r.h, radius)
	}
	switch n.Kind {
	case Loop: // the header of its frame is drawn with it
		d.put(`<rect fill="none" x="%d" y="%d" width="%d" height="%d"/>`, r.x, r.y, r.w, r.h)
		return
	case Fork, Join:
		box(3)
		return
	case Decision:
		d.put(`<path class="box" d="M%d %dl16 %dh%dl16 %dl-16 %dh%dz"/>`, r.x, r.middle(), -r.h/2, r.w-32, r.h/2, r.h/2, 32-r.w)
	case Rules:
		box(4)
		d.table(tableOf(n), r)
		return
	case Wait:
		box(min(r.h/2, 18))
		x, y := r.x+20, r.middle()
		d.put(`<circle class="mark" cx="%d" cy="%d" r="7"/><path class="mark" d="M%d %dv-4M%d %dh3"/>`, x, y, x, y, x, y)
		d.lines(lines, r.center()+10, top, "middle")
		return
	case Start, End, Jump, Fail:
		box(min(r.h/2, 14))
	case Call:
		box(2)
		d.put(`<path class="box" d="M%d %dv%dM%d %dv%d"/>`, r.x+7, r.y, r.h, r.right()-7, r.y, r.h)
	case Compute:
		box(2)
	default:
		box(6)
	}
	d.lines(lines, r.center(), top, "middle")
}

func (d *drawing) table(t table, r rect) {
	d.lines(t.title, r.center(), r.y+6, "middle")
	y := r.y + t.titleH
	for i := range t.whens {
		d.put(`<path class="rule" d="M%d %dh%d"/>`, r.x, y, r.w)
		d.text(t.whens[i], r.x+10, y+2, "start")
		d.text(t.thens[i], r.x+t.split+12, y+2, "start")
		y += t.rowHeight
	}
	d.put(`<path class="rule" d="M%d %dv%d"/>`, r.x+t.split, r.y+t.titleH, r.h-t.titleH)
}
