package graph

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/sig"
)

// plain draws a node without its tag, time limit and handlers. What its
// arguments do comes first.
func (b *builder) plain(p part, r role, known bool) *block {
	n := p.node
	if known {
		switch r {
		case runs:
			return b.statements(p.children())
		case decides:
			return b.decision(p)
		case forks:
			return b.fork(p)
		}
	}
	s := &block{shape: series, falls: true}
	b.arguments(s, p)
	switch {
	case n.HeadExpr != nil, known && r == computes, !known && (b.variables[n.Head] || b.bodies[n.Head]):
		if r, ok := b.procs[n.Head]; ok && n.HeadExpr == nil && r.Name() == "apply" && len(p.args()) > 0 && b.named[p.args()[0].node.Head] != nil {
			x := b.call(p)
			x.node.callee = p.args()[0].node.Head
			s.append(x)
			break
		}
		x := b.add(Compute, p)
		x.node.Lines = []string{b.line(n)}
		s.append(x)
	case !known && b.named[n.Head] != nil:
		s.append(b.call(p))
		b.block(s, p)
	case !known, r == asks:
		s.append(b.task(p))
		b.block(s, p)
	case r == waits, r == handles:
		s.append(b.wait(p))
		b.block(s, p)
	case r == jumps:
		s.append(b.jump(p))
	case r == fails:
		x := b.add(Fail, p)
		x.node.Title, x.falls = "fail", false
		if args := p.args(); len(args) > 0 {
			x.node.Title = "fail: " + b.words(args[0].node)
		}
		s.append(x)
	default:
		x := b.add(Action, p)
		x.node.Title = b.head(n)
		x.falls = b.procs[n.Head].After == sig.GoesOn
		s.append(x)
		b.block(s, p)
	}
	if len(s.items) == 1 {
		return s.items[0]
	}
	return s
}

// arguments draws what the arguments of a node do, such as a task whose
// answer is put into a variable.
func (b *builder) arguments(s *block, p part) {
	args := p.args()
	if b.takesBlock(p) {
		args = p.unkeyed()
	}
	for i := range p.node.Attrs {
		if p.node.Attrs[i].Keyed() {
			args = append(args, p.at(i))
		}
	}
	for _, q := range args {
		if !b.isLambda(q.node) && !b.isHandler(q.node) && b.of(q.node) != 0 {
			s.append(b.statement(q))
		}
	}
	if p.node.HeadExpr != nil && b.of(p.node.HeadExpr) != 0 {
		s.append(b.statement(part{node: p.node.HeadExpr}))
	}
}

// takesBlock tells whether the children of a node are a function's body.
func (b *builder) takesBlock(p part) bool {
	if p.node.HeadExpr != nil || b.named[p.node.Head] != nil {
		return true
	}
	proc := b.procs[p.node.Head]
	return proc == nil || proc.Body == sig.Block || proc.Body == sig.Raw
}

// block draws the children of a call, which what is called may run.
func (b *builder) block(s *block, p part) {
	if !b.takesBlock(p) || len(p.node.Children) == 0 {
		return
	}
	works := slices.ContainsFunc(p.children(), func(q part) bool { return b.passed(q.node) != 0 })
	if !works {
		return
	}
	g := &Group{Kind: ScopeGroup, Title: "the block of " + p.node.Head, NID: p.nid, Span: p.node.Span}
	b.enter(g)
	inner := &block{shape: series, falls: true}
	if c := p.children(); len(c) == 1 && b.isLambda(c[0].node) {
		inner = b.run(c[0])
	} else {
		inner = b.statements(c)
	}
	b.leave()
	s.append(&block{shape: framed, group: g, items: []*block{inner}, falls: true})
}

func (b *builder) call(p part) *block {
	x := b.add(Call, p)
	x.node.callee = p.node.Head
	x.node.Title = b.head(p.node)
	return x
}

// task draws what a tasker has to do.
func (b *builder) task(p part) *block {
	x := b.add(Task, p)
	n := x.node
	proc := b.procs[p.node.Head]
	unkeyed := p.unkeyed()
	next := func() (text string) {
		if len(unkeyed) > 0 {
			text, unkeyed = b.words(unkeyed[0].node), unkeyed[1:]
		}
		return text
	}
	var by, what *sig.Attr
	if proc == nil {
		n.By = p.node.Head
	} else if len(proc.Attrs) > 1 {
		by, what = &proc.Attrs[0], &proc.Attrs[1]
	}
	keyed := func(at *sig.Attr) string {
		if at == nil {
			return ""
		}
		if v, ok := p.attr(at.Names...); ok {
			return b.words(v.node)
		}
		return ""
	}
	if n.By == "" {
		if n.By = keyed(by); n.By == "" {
			n.By = next()
		}
	}
	if n.Title = keyed(what); n.Title == "" {
		n.Title = next()
	}
	var params []string
	for i := range p.node.Attrs {
		a := &p.node.Attrs[i]
		if !a.Keyed() || b.common[a.Key] || strings.HasPrefix(a.Key, "child") || a.KeyExpr != nil {
			continue
		}
		if proc != nil && proc.Attr(a.Key) != nil {
			continue
		}
		params = append(params, a.Key+": "+b.line(a.Value))
	}
	for _, u := range unkeyed {
		if !(u.node.IsName() && b.common[u.node.Head]) {
			params = append(params, b.line(u.node))
		}
	}
	if len(params) > 0 {
		n.Lines = []string{strings.Join(params, ", ")}
	}
	return x
}

func (b *builder) wait(p part) *block {
	x := b.add(Wait, p)
	proc := b.procs[p.node.Head]
	switch {
	case p.node.Head == "on" && len(p.args()) > 0:
		x.node.Title = "wait for " + b.words(p.args()[0].node)
	case proc.After == sig.NeverEnds:
		x.node.Title, x.falls = "wait until cancelled", false
		if b.limit(p) != "" {
			x.node.Title = "wait"
		}
	case proc.Name() == "sleep":
		x.node.Title = "wait"
		for _, a := range p.args() {
			x.node.Title = "wait " + b.words(a.node)
		}
		if len(proc.Attrs) > 0 {
			if a, ok := p.attr(proc.Attrs[0].Names...); ok {
				x.node.Title = "wait " + b.words(a.node)
			}
		}
	default:
		x.node.Title = b.head(p.node)
	}
	return x
}

// jump draws break, continue, move and return.
func (b *builder) jump(p part) *block {
	x := b.add(Jump, p)
	x.falls = false
	j := &jump{verb: p.node.Head}
	if len(b.loops) > 0 {
		j.loop = b.loops[len(b.loops)-1]
	}
	ref := ""
	if v, ok := p.attr("ref"); ok {
		ref, j.loop = b.words(v.node), nil
		for _, l := range b.loops {
			if l.tag == ref {
				j.loop = l
			}
		}
	}
	x.node.jump = j
	switch {
	case b.procs[p.node.Head].After == sig.EndsFunction:
		x.node.Title, j.loop = strings.TrimSuffix(b.line(p.node), " _"), nil
	case j.verb == "move":
		x.node.Title = "go on elsewhere"
		if to, ok := p.attr("to"); ok {
			j.target = b.words(to.node)
			x.node.Title = "go to " + j.target
		}
	case j.verb == "continue" && (j.loop == nil || !j.loop.cursor):
		x.node.Title = "next round"
	case j.verb == "continue":
		x.node.Title = "start over"
	default:
		x.node.Title = "leave the loop"
		if j.loop != nil {
			j.loop.breaks = append(j.loop.breaks, x.node)
			if j.loop.cursor {
				x.node.Title = "leave"
			}
		}
	}
	if ref != "" {
		x.node.Title += " (" + ref + ")"
	}
	return x
}

// fork draws what runs at the same time.
func (b *builder) fork(p part) *block {
	f := b.add(Fork, p)
	d := &block{shape: forked, node: f.node}
	for _, q := range p.children() {
		if b.isHandler(q.node) {
			continue
		}
		y := b.statements([]part{q})
		if len(y.items) > 0 {
			d.items = append(d.items, y)
			d.falls = d.falls || y.falls
		}
	}
	if len(d.items) == 0 { // nothing was added but the fork
		b.g.Nodes = b.g.Nodes[:len(b.g.Nodes)-1]
		return &block{shape: series, falls: true}
	}
	j := b.add(Join)
	d.join = j.node
	j.node.Title = "waits for all " + itoa(len(d.items))
	if expect, ok := p.attr("expect"); ok {
		j.node.Title = "waits for " + b.words(expect.node) + " of " + itoa(len(d.items))
		if expect.node.Literal && expect.node.Value == int64(1) {
			j.node.Title = "waits for the first of " + itoa(len(d.items))
		}
	}
	if rest, ok := p.attr("remaining", "rem"); ok {
		switch b.words(rest.node) {
		case "wait":
			j.node.Title += ", and for the others to end"
		case "forget":
			j.node.Title += "; the others go on, unheard"
		}
	}
	return d
}

// loop draws what runs again and again.
func (b *builder) loop(p part, r role) *block {
	n := p.node
	proc := b.procs[n.Head]
	g := &Group{Kind: LoopGroup, Title: b.titleOf(p), NID: p.nid, Span: n.Span}
	b.enter(g)
	defer b.leave()
	head := b.add(Loop, p)
	x := &block{shape: framed, group: g, node: head.node, falls: true, back: true}
	if r == iterates {
		x.items = []*block{b.iteration(head.node, p)}
		x.back = proc.Group != sig.Concurrency && x.items[0].falls
		x.leave = true
		return x
	}
	l := &loop{block: x, tag: b.tagOf(p), cursor: proc.Name() == "cursor", targets: map[string]*block{}}
	x.loop = l
	b.loops = append(b.loops, l)
	defer func() { b.loops = b.loops[:len(b.loops)-1] }()
	lines := p.children()
	switch proc.Name() {
	case "until":
		args := p.args()
		head.node.Title = n.Head
		if len(args) > 0 {
			head.node.Title += " " + b.line(args[0].node)
			lines = args[1:]
			if b.of(args[0].node) != 0 {
				lines = args
			}
		}
		x.leave = true
	case "loop":
		head.node.Title = "again and again"
	default:
		head.node.Title = "may start over"
	}
	body := &block{shape: series, falls: true}
	if l.cursor || proc.Name() == "loop" {
		b.targets(body, l, lines)
	} else {
		body = b.statements(lines)
	}
	x.items = []*block{body}
	x.back = !l.cursor && body.falls
	x.falls = x.leave || len(l.breaks) > 0 || l.cursor && body.falls
	return x
}

// targets draws the lines of a cursor; those that move may go to begin boxes
// of their own.
func (b *builder) targets(body *block, l *loop, lines []part) {
	start := 0
	for i := 1; i <= len(lines); i++ {
		if i == len(lines) || b.tagOf(lines[i]) != "" || lines[i].node.Literal || lines[i].node.Head == "_" {
			at := len(body.items)
			body.append(b.statements(lines[start:i]))
			if at < len(body.items) {
				first := lines[start].node
				if tag := b.tagOf(lines[start]); tag != "" {
					l.targets[tag] = body.items[at]
				} else if first.Literal {
					l.targets[b.words(first)] = body.items[at]
				} else if first.Head == "_" && len(lines[start].args()) > 0 {
					l.targets[b.words(lines[start].args()[0].node)] = body.items[at]
				}
			}
			start = i
		}
	}
}

// iteration draws what is done with each element of a collection.
func (b *builder) iteration(head *Node, p part) *block {
	collection := "f.ret"
	var fun part
	for _, q := range p.unkeyed() {
		switch {
		case b.isLambda(q.node), q.node.IsName() && b.named[q.node.Head] != nil:
			fun = q
		case collection == "f.ret":
			collection = b.line(q.node)
		}
	}
	children := p.children()
	if proc := b.procs[p.node.Head]; proc.Body != sig.Block {
		for _, q := range children {
			switch {
			case b.isLambda(q.node), q.node.IsName() && b.named[q.node.Head] != nil:
				fun = q
			case collection == "f.ret":
				collection = b.line(q.node)
			}
		}
	}
	head.Title = "for each of " + collection
	if b.procs[p.node.Head].Group == sig.Concurrency {
		head.Title += ", at the same time"
	}
	loops := b.loops
	b.loops = nil
	defer func() { b.loops = loops }()
	if fun.node != nil {
		return b.run(fun)
	}
	return b.body(p)
}
