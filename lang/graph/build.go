package graph

import (
	"slices"
	"strconv"
	"strings"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

func itoa(n int) string { return strconv.Itoa(n) }

// shape says how the parts of a block are put together. Flows are made of
// blocks within blocks, and so is their picture.
type shape uint8

const (
	step   shape = iota // one node
	series              // items, one after the other
	choice              // node decides which of the items is run
	forked              // all items are run at the same time, between node and join
	framed              // group around the only item; node, if any, is its head
	guard               // the first item, and what its handlers do
)

// block is a part of the chart with one way in and one way out.
type block struct {
	shape shape
	node  *Node
	join  *Node
	group *Group
	items []*block
	// label and event are those of the edge that leads to an arm or handler.
	label string
	event EdgeKind
	falls bool // control comes out at its end
	back  bool // framed: control goes back to the head at the end
	leave bool // framed: control comes out of the head
	loop  *loop

	box // its layout
}

// jump is where a node of kind Jump goes.
type jump struct {
	verb   string // break, continue, move
	loop   *loop  // nil where it is not known
	target string // what move goes to
}

// loop is a loop that jumps may be about.
type loop struct {
	block   *block
	tag     string
	cursor  bool
	targets map[string]*block // what move may go to, by name
	breaks  []*Node           // what breaks out of it
	lanes   []lane            // beside its body, for jumps
}

type builder struct {
	*analysis
	g      *Graph
	inside []*Group // the groups that are open
	loops  []*loop
	// pure tells that the function that is drawn only computes.
	pure bool
}

func newBuilder(root *tree.Node, opts Options) *builder {
	return &builder{analysis: analyse(tree.Body(root), opts), g: &Graph{Nodes: []*Node{}, Edges: []Edge{}, Groups: []*Group{}}}
}

func (b *builder) build(body *tree.Node) {
	for _, f := range b.functions {
		f.group = &Group{Kind: FunctionGroup, Title: signature(f), NID: f.nid, Span: f.node.Span}
	}
	start := b.add(Start, part{})
	flow := b.statements([]part{{body, "0"}})
	b.g.main = &block{shape: series, falls: true, items: []*block{start}}
	b.g.main.append(flow)
	if b.g.main.falls {
		b.g.main.append(b.add(End, part{}))
	}
	for _, f := range b.functions {
		b.pure, b.loops = !f.works, nil
		b.enter(f.group)
		inner := b.body(f.part)
		b.leave()
		b.g.functions = append(b.g.functions, &block{shape: framed, group: f.group, items: []*block{inner}, falls: inner.falls})
	}
	for _, n := range b.g.Nodes {
		if f := b.named[n.callee]; f != nil {
			n.Calls = f.group.ID
		}
	}
}

// signature is how a function is called.
func signature(f *function) string {
	text := f.name
	for i := f.params; i < len(f.node.Attrs); i++ {
		if name := f.node.Attrs[i].Key; name != "" && name != "_" {
			text += " " + name
		} else if name := nameOf(f.node.Attrs[i].Value); name != "" {
			text += " " + name
		}
	}
	return text
}

func (s *block) append(x *block) {
	switch {
	case x.shape == series:
		for _, item := range x.items {
			s.append(item)
		}
	default:
		s.items = append(s.items, x)
		s.falls = x.falls
	}
}

// add makes a node, and the block of it.
func (b *builder) add(kind Kind, parts ...part) *block {
	n := &Node{ID: "n" + itoa(len(b.g.Nodes)+1), Kind: kind}
	for _, p := range parts {
		if p.nid != "" {
			n.NIDs = append(n.NIDs, p.nid)
		}
	}
	if len(parts) > 0 && parts[0].node != nil {
		n.Source = sourceOf(parts)
		n.Span = source.Span{Start: parts[0].node.Span.Start, End: parts[len(parts)-1].node.Span.End}
	}
	if len(b.inside) > 0 {
		n.Group = b.inside[len(b.inside)-1].ID
	}
	b.g.Nodes = append(b.g.Nodes, n)
	return &block{shape: step, node: n, falls: true}
}

func (b *builder) enter(g *Group) {
	g.ID = "g" + itoa(len(b.g.Groups)+1)
	if len(b.inside) > 0 {
		g.Parent = b.inside[len(b.inside)-1].ID
	}
	b.g.Groups = append(b.g.Groups, g)
	b.inside = append(b.inside, g)
}

func (b *builder) leave() { b.inside = b.inside[:len(b.inside)-1] }

// folds tells whether a node goes into a box of computation.
func (b *builder) folds(n *tree.Node) bool {
	e := b.of(n)
	if b.pure {
		e &^= returns
	}
	return e == 0
}

// isTable tells whether a node is a decision that only computes, and worth a
// table.
func (b *builder) isTable(p part) bool {
	r, ok := b.role(p.node)
	if !ok || r != decides || strings.HasPrefix(p.node.Head, "_") || b.of(p.node) != 0 {
		return false
	}
	rules, _ := b.rules(p)
	return len(rules) > 1
}

// statements draws what is run one after the other.
func (b *builder) statements(list []part) *block {
	s := &block{shape: series, falls: true}
	var run []part
	flush := func() {
		if len(run) > 0 {
			x := b.add(Compute, run...)
			x.node.Lines = b.gist(run)
			s.append(x)
			run = nil
		}
	}
	for i, p := range list {
		n := p.node
		if b.isFlag(n, "off") || b.definition(p) != nil || b.isHandler(n) || n.IsName() && n.Head == "_" {
			continue
		}
		r, ok := b.role(n)
		switch {
		case ok && r == skips:
		case b.isTable(p):
			flush()
			s.append(b.table(p))
		case ok && r == runs && b.folds(n) && !b.isFrame(p):
			// The lines of a sequence are as good as lines around it.
			for _, q := range p.children() {
				if !b.isHandler(q.node) && b.definition(q) == nil {
					run = append(run, q)
				}
			}
		case b.folds(n):
			run = append(run, p)
		case b.isFlag(n, "flank"), ok && r == parts:
			flush()
			s.append(b.beside(p, list[i+1:]))
			return s
		default:
			flush()
			s.append(b.statement(p))
		}
	}
	flush()
	return s
}

// beside draws a node that runs beside the rest of its parent: to the end of
// that, or by itself.
func (b *builder) beside(p part, rest []part) *block {
	f := b.add(Fork, p)
	f.node.Title = "beside what follows"
	side := &block{shape: series, falls: true}
	if r, ok := b.role(p.node); ok && r == parts {
		side = b.statements(p.children())
	} else {
		side.append(b.statement(p))
	}
	main := b.statements(rest)
	j := b.add(Join)
	j.node.Title = "ends what runs beside it"
	if p.node.Head == "part" {
		j.node.Title = "what runs beside it goes on"
		side.falls = false
	}
	return &block{shape: forked, node: f.node, join: j.node, items: []*block{main, side}, falls: main.falls}
}

// isFlag tells whether a node has an attribute without a value.
func (b *builder) isFlag(n *tree.Node, name string) bool {
	if !b.common[name] {
		return false
	}
	for i := range n.Attrs {
		if n.Attrs[i].Key == "" && n.Attrs[i].Value.IsName() && n.Attrs[i].Value.Head == name {
			return true
		}
	}
	return false
}

// isFrame tells whether a node that runs others is worth a frame.
func (b *builder) isFrame(p part) bool {
	_, limited := p.attr("timeout")
	return limited || b.tagOf(p) != "" || len(b.handlersOf(p)) > 0
}

func (b *builder) tagOf(p part) string {
	if tag, ok := p.attr("tag", "tags"); ok {
		return b.words(tag.node)
	}
	return ""
}

// titleOf returns the tag of a node that runs others: a lone string is one.
func (b *builder) titleOf(p part) string {
	if tag := b.tagOf(p); tag != "" {
		return tag
	}
	if r, ok := b.role(p.node); ok && (r == runs || r == loops && b.procs[p.node.Head].Args[0].Type == "tag") {
		for _, a := range p.unkeyed() {
			if s, ok := a.node.Value.(string); ok {
				return s
			}
		}
	}
	return ""
}

// statement draws a node, in a frame where it has a tag, a time limit or
// handlers, and with what these do.
func (b *builder) statement(p part) *block {
	r, known := b.role(p.node)
	handlers := b.handlersOf(p)
	single := !known || r == asks || r == waits || r == handles || r == acts || r == fails || r == jumps || r == computes
	note := ""
	if limit := b.limit(p); limit != "" {
		note = "within " + limit
	}
	var x *block
	switch {
	case known && (r == loops || r == iterates):
		x = b.loop(p, r)
		x.group.Note = note
	case single || !b.isFrame(p) && b.titleOf(p) == "":
		x = b.plain(p, r, known)
		if last := lastStep(x); last != nil && single {
			last.Tag, last.Note = b.tagOf(p), note
		}
	default:
		g := &Group{Kind: ScopeGroup, Title: b.titleOf(p), Note: note, NID: p.nid, Span: p.node.Span}
		b.enter(g)
		inner := b.plain(p, r, known)
		b.leave()
		x = &block{shape: framed, group: g, items: []*block{inner}, falls: inner.falls}
	}
	if note != "" && !slices.ContainsFunc(handlers, func(h handler) bool { return h.event == OnTimeout }) {
		x.falls = true // when time is up
		if x.shape == series {
			x.items[len(x.items)-1].falls = true
		}
	}
	if len(handlers) == 0 {
		return x
	}
	if x.shape == series { // the arguments of a step, and the step
		last := x.items[len(x.items)-1]
		x.items[len(x.items)-1] = b.guarded(last, handlers)
		return x
	}
	return b.guarded(x, handlers)
}

func lastStep(x *block) *Node {
	if x.shape == series && len(x.items) > 0 {
		x = x.items[len(x.items)-1]
	}
	if x.shape == step {
		return x.node
	}
	return nil
}

// handler is what a node does when something happens to it.
type handler struct {
	event EdgeKind
	label string
	fun   part   // the function it calls, or
	body  []part // what it runs
}

// guarded adds to a block what its handlers do.
func (b *builder) guarded(x *block, handlers []handler) *block {
	w := &block{shape: guard, items: []*block{x}, falls: x.falls}
	if x.loop != nil { // its handlers may jump in it
		b.loops = append(b.loops, x.loop)
		defer func() { b.loops = b.loops[:len(b.loops)-1] }()
	}
	for _, h := range handlers {
		y := b.statements(h.body)
		if h.fun.node != nil {
			y = b.run(h.fun)
		}
		y.label, y.event = h.label, h.event
		if h.event == OnEvent {
			y.falls = false // it runs beside the flow
		}
		w.items = append(w.items, y)
		w.falls = w.falls || y.falls
	}
	return w
}

// handlersOf lists the handlers of a node, from its attributes and from its
// children.
func (b *builder) handlersOf(p part) []handler {
	var list []handler
	n := p.node
	for i := range n.Attrs {
		what, ok := strings.CutPrefix(strings.TrimPrefix(strings.TrimPrefix(n.Attrs[i].Key, "children_"), "child_"), "on_")
		if event := events[what]; ok && event != "" {
			list = append(list, handler{event: event, label: eventLabel(event, "", b.limit(p)), fun: p.at(i)})
		}
	}
	if !b.takesBlock(p) {
		list = append(list, b.handlersIn(p)...)
	}
	return list
}

// limit returns how long a node may take, "" for ever.
func (b *builder) limit(p part) string {
	if l, ok := p.attr("timeout"); ok {
		return b.words(l.node)
	}
	return ""
}

// handlersIn lists the handlers that the children of a node give it.
func (b *builder) handlersIn(p part) []handler {
	var list []handler
	for _, q := range p.children() {
		if r, ok := b.role(q.node); !ok || r != handles || !b.isHandler(q.node) {
			continue
		}
		if h, ok := b.handler(q, b.limit(p)); ok {
			list = append(list, h)
		}
	}
	return list
}

// handler reads on, on_error and its kin, trap and do-trap. It is not ok
// where the handler only follows what is going on.
func (b *builder) handler(p part, limit string) (h handler, ok bool) {
	what, short := strings.CutPrefix(p.node.Head, "on_")
	args := p.args()
	if !short && b.takesBlock(p) {
		h.body, args = p.children(), p.unkeyed()
	}
	criterion := ""
	for i, a := range args {
		switch {
		case !short && i == 0 && a.node.IsName():
			what = a.node.Head
		case b.isLambda(a.node), short && a.node.IsName():
			h.fun = a
		default:
			criterion = b.words(a.node)
		}
	}
	if class, ok := p.attr("class", "klass"); ok {
		criterion = b.words(class.node)
	}
	if h.event = events[what]; h.event == "" {
		if what == "receive" {
			return h, false
		}
		h.event = OnEvent
		for i := range p.node.Attrs {
			if a := &p.node.Attrs[i]; a.Keyed() {
				criterion = strings.TrimSpace(criterion + " " + a.Key + " " + b.words(a.Value))
			}
		}
	}
	h.label = eventLabel(h.event, criterion, limit)
	return h, true
}

var events = map[string]EdgeKind{"error": OnError, "cancel": OnCancel, "timeout": OnTimeout}

func eventLabel(event EdgeKind, criterion, limit string) string {
	text := "on " + string(event)
	switch {
	case event == OnEvent:
		return "on " + criterion
	case event == OnTimeout && limit != "":
		return "after " + limit
	case criterion != "":
		return text + ": " + criterion
	}
	return text
}

// run draws what a function does, given as a def or by its name.
func (b *builder) run(p part) *block {
	switch {
	case b.isLambda(p.node):
		return b.body(p)
	case p.node.IsName() && b.named[p.node.Head] != nil:
		s := &block{shape: series, falls: true}
		s.append(b.call(p))
		return s
	}
	return b.statements([]part{p})
}

// body draws the children of a node as the body of a function, which may have
// handlers of its own.
func (b *builder) body(p part) *block {
	handlers := b.handlersIn(p)
	if len(handlers) == 0 {
		return b.statements(p.children())
	}
	g := &Group{Kind: ScopeGroup, NID: p.nid, Span: p.node.Span}
	b.enter(g)
	inner := b.statements(p.children())
	b.leave()
	s := &block{shape: series, falls: true}
	s.append(b.guarded(&block{shape: framed, group: g, items: []*block{inner}, falls: inner.falls}, handlers))
	return s
}
