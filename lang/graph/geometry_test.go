package graph

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// verifyLayout holds a picture to what keeps it readable: boxes do not
// overlap, lines go around boxes, and everything is where it belongs.
func verifyLayout(g *Graph) error {
	l := g.layOut()
	page := rect{0, 0, l.width, l.height}
	within := func(r, outer rect) bool {
		return r.x >= outer.x && r.y >= outer.y && r.right() <= outer.right() && r.bottom() <= outer.bottom()
	}
	parents := map[string]string{}
	for _, group := range g.Groups {
		parents[group.ID] = group.Parent
	}
	inside := func(id, group string) bool {
		for ; id != ""; id = parents[id] {
			if id == group {
				return true
			}
		}
		return false
	}
	for i, n := range g.Nodes {
		r, ok := l.nodes[n]
		if !ok || r.empty() || !within(r, page) {
			return fmt.Errorf("%s is not on the page: %v", n.ID, r)
		}
		w, h := widest(textOf(n))
		if n.Kind == Join {
			w, h = 0, 0
		}
		if w > r.w || h > r.h {
			return fmt.Errorf("the text of %s does not fit: %d×%d in %v", n.ID, w, h, r)
		}
		for _, m := range g.Nodes[:i] {
			if r.overlaps(l.nodes[m]) {
				return fmt.Errorf("%s %v overlaps %s %v", n.ID, r, m.ID, l.nodes[m])
			}
		}
		for _, group := range g.Groups {
			frame, ok := l.groups[group]
			switch in := inside(n.Group, group.ID); {
			case !ok:
				return fmt.Errorf("%s is not drawn", group.ID)
			case in && !within(r, frame), !in && r.overlaps(frame):
				return fmt.Errorf("%s %v and the frame %s %v, which it is in: %t", n.ID, r, group.ID, frame, in)
			}
			if head, ok := l.headers[group]; ok && head != r && head.overlaps(r) {
				return fmt.Errorf("%s %v overlaps the title of %s %v", n.ID, r, group.ID, head)
			}
		}
	}
	for i, a := range g.Groups {
		for _, b := range g.Groups[:i] {
			ra, rb := l.groups[a], l.groups[b]
			if nested := inside(a.ID, b.ID); nested && !within(ra, rb) || !nested && ra.overlaps(rb) {
				return fmt.Errorf("the frames %s %v and %s %v, nested: %t", a.ID, ra, b.ID, rb, nested)
			}
		}
	}
	return verifyLines(l, page)
}

func verifyLines(l *layout, page rect) error {
	for i, c := range l.chips {
		if c.x < page.x || c.y < page.y || c.right() > page.right() || c.bottom() > page.bottom() {
			return fmt.Errorf("the label %q is not on the page", c.lines[0].text)
		}
		for _, d := range l.chips[:i] {
			if c.overlaps(d.rect) {
				return fmt.Errorf("the labels %q %v and %q %v overlap", c.lines[0].text, c.rect, d.lines[0].text, d.rect)
			}
		}
		for n, r := range l.nodes {
			if c.overlaps(r) {
				return fmt.Errorf("the label %q %v overlaps %s %v", c.lines[0].text, c.rect, n.ID, r)
			}
		}
	}
	for _, r := range l.routes {
		for i := range len(r.points) - 1 {
			p, q := r.points[i], r.points[i+1]
			if p.x != q.x && p.y != q.y {
				return fmt.Errorf("a line is slanted: %v", r.points)
			}
			if min(p.x, q.x) < 0 || min(p.y, q.y) < 0 || max(p.x, q.x) > page.w || max(p.y, q.y) > page.h {
				return fmt.Errorf("a line leaves the page: %v", r.points)
			}
			for n, box := range l.nodes {
				if box.hits(p, q) {
					return fmt.Errorf("the line %v goes through %s %v", r.points, n.ID, box)
				}
			}
			for group, head := range l.headers {
				if head.hits(p, q) {
					return fmt.Errorf("the line %v goes through the title of %s %v", r.points, group.ID, head)
				}
			}
			for _, c := range l.chips {
				// A label is on its own line, and in the way of no other.
				if c.bare && c.hits(p, q) {
					return fmt.Errorf("the line %v goes through the label %q %v", r.points, c.lines[0].text, c.rect)
				}
			}
		}
	}
	for _, c := range l.chips {
		if c.bare {
			continue
		}
		on := 0
		for _, r := range l.routes {
			for i := range len(r.points) - 1 {
				if c.hits(r.points[i], r.points[i+1]) {
					on++
				}
			}
		}
		if on != 1 {
			return fmt.Errorf("the label %q %v is on %d lines", c.lines[0].text, c.rect, on)
		}
	}
	return nil
}

// TestVerifyLayout has verifyLayout find what it is for.
func TestVerifyLayout(t *testing.T) {
	g := draw("", "task 'bob' 'x'\nsleep '1d'\n")
	if err := verifyLayout(g); err != nil {
		t.Fatal(err)
	}
	l := g.layOut()
	box := l.nodes[g.Nodes[1]]
	l.line(Flow, true, point{box.x - 10, box.middle()}, point{box.right() + 10, box.middle()})
	if err := verifyLines(l, rect{0, 0, l.width, l.height}); err == nil || !strings.Contains(err.Error(), "goes through") {
		t.Errorf("a line through a box: %v", err)
	}
	if a, b := (rect{0, 0, 10, 10}), (rect{9, 9, 10, 10}); !a.overlaps(b) || a.overlaps(rect{10, 0, 5, 5}) {
		t.Error("overlaps is wrong")
	}
}

// TestRandomFlows draws flows made at random, of everything within
// everything.
func TestRandomFlows(t *testing.T) {
	for seed := range uint64(150) {
		w := writer{Rand: rand.New(rand.NewPCG(seed, 1))}
		w.lines(0, 1+w.IntN(4))
		text := w.String()
		if problem := verify(draw("random.flo", text)); problem != nil {
			t.Fatalf("seed %d: %v\n%s", seed, problem, text)
		}
	}
}

// writer writes flows at random.
type writer struct {
	*rand.Rand
	strings.Builder
	functions int
}

func (w *writer) pick(list ...string) string { return list[w.IntN(len(list))] }

func (w *writer) lines(depth, n int) {
	for range n {
		w.line(depth)
	}
}

func (w *writer) line(depth int) {
	indent := strings.Repeat("  ", depth)
	put := func(format string, args ...any) {
		fmt.Fprintf(w, indent+format+"\n", args...)
	}
	postfix := w.pick("", "", "", " if f.x > 1", " unless f.a_long_name_of_a_field == 'and a long text beside it' or f.y")
	handler := w.pick("", "", "", " tag: 'here'", " timeout: '3 days'", " on_error: (def msg \\ task 'clerk' 'look')", " on_cancel: (def msg \\ push f.l msg)",
		" timeout: '1h' on_timeout: (def msg \\ sleep '1h'; fail 'late') on_error: (def err \\ set f.e err)")
	if depth > 5 {
		put("task 'bob' 'do it'%s", handler)
		return
	}
	switch w.IntN(20) {
	case 0, 1, 2:
		put("%s%s%s", w.pick("task 'alice' 'write a letter'", "bob 'clean up' room: 12", "task f.who 'approve' amount: f.amount why: \"because of $(f.reason) and more\""), handler, postfix)
	case 3:
		put("%s%s", w.pick("sleep '2d'", "stall _", "cancel ref: 'here'", "fail \"no $(f.x) left in the store\""), postfix)
	case 4, 5:
		put("%s", w.pick("set f.a (f.b + 1)", "set f.a 1\n"+indent+"set f.b 2\n"+indent+"push f.l f.a\n"+indent+"trace 'x'", "push f.l 1", "f.ret"))
	case 6:
		put("%s%s", w.pick("break _", "continue _", "move to: 'here'", "break 1 ref: 'here'", "return f.x"), postfix)
	case 7, 8:
		put("sequence%s%s", handler, postfix)
		w.lines(depth+1, 1+w.IntN(3))
	case 9:
		put("sequence%s", handler)
		put("  on %s", w.pick("error", "error /declined/", "timeout", "cancel", "receive"))
		w.lines(depth+2, 1+w.IntN(2))
		w.lines(depth+1, 1+w.IntN(3))
	case 10, 11:
		put("concurrence%s%s", w.pick("", " expect: 1", " expect: f.n remaining: 'wait'"), handler)
		w.lines(depth+1, w.IntN(5))
	case 12, 13:
		put("%s%s", w.pick("cursor", "loop", "until f.done", "while f.n < 10 tag: 'here'", "each f.list", "cursor tag: 'here'"), handler)
		w.lines(depth+1, w.IntN(5))
	case 14:
		put("if f.x%s", handler)
		w.lines(depth+1, w.IntN(3))
	case 15, 16:
		put("%s%s", w.pick("case f.kind", "match f.order", "cond"), handler)
		for range w.IntN(7) {
			put("  %s", w.pick("'one'", "[ 'a' 'b' ]", "f.x > 3", "{ kind: 'regular', total: (guard t t > 100) }", "else"))
			w.line(depth + 1)
		}
	case 17:
		w.functions++
		put("define fun%d a b: 1", w.functions)
		w.lines(depth+1, 1+w.IntN(3))
	case 18:
		put("fun%d%s%s", 1+w.IntN(w.functions+1), w.pick(" _", " 1", " f.x b: 2"), handler)
		if w.IntN(3) == 0 {
			w.lines(depth+1, 1)
		}
	default:
		put("%s", w.pick("set f.x\n"+indent+"  task 'bob' 'ask'", "map f.list (def x \\ task x 'look')", "task 'bob' 'wait' flank", "sequence flank \\ sleep '1d'"))
	}
}

// TestRandomTrees draws trees that no text gives, or no sane one: any
// procedure with anything in it.
func TestRandomTrees(t *testing.T) {
	opts := options()
	var heads []string
	for _, p := range opts.Procs {
		heads = append(heads, p.Names...)
	}
	heads = append(heads, "bob", "fun", "x", "_", "on_merge", "guard", "else")
	keys := []string{"", "", "", "_", "tag", "timeout", "on_error", "on_timeout", "child_on_error", "ref", "to", "by", "with", "expect", "vars", "class", "f x"}
	for _, at := range opts.Common {
		keys = append(keys, at.Names...)
	}
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 2))
		var node func(depth int) *tree.Node
		node = func(depth int) *tree.Node {
			if depth == 0 || r.IntN(6) == 0 {
				return tree.NewLiteral([]any{nil, true, int64(1), "here", "", 1.5}[r.IntN(6)], source.Span{})
			}
			n := &tree.Node{Head: heads[r.IntN(len(heads))]}
			if r.IntN(12) == 0 {
				n.Head, n.HeadExpr = "", node(depth-1)
			}
			for range r.IntN(3) {
				a := tree.Attr{Key: keys[r.IntN(len(keys))], Value: node(depth - 1)}
				if r.IntN(20) == 0 {
					a.Key, a.KeyExpr = "", node(depth-1)
				}
				n.Attrs = append(n.Attrs, a)
			}
			for range r.IntN(4) {
				n.Children = append(n.Children, node(depth-1))
			}
			return n
		}
		root := node(1 + r.IntN(6))
		if problem := verify(Build(root, opts)); problem != nil {
			t.Fatalf("seed %d: %v\n%s", seed, problem, tree.AppendJSON(nil, root, tree.Bare))
		}
	}
}
