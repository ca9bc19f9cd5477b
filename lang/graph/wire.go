package graph

// port is an end of an edge that has still to be led somewhere.
type port struct {
	from  string
	kind  EdgeKind
	label string
}

// connectAll makes the edges.
func (g *Graph) connectAll() {
	g.drawn = map[Edge]bool{}
	defer func() { g.drawn = nil }()
	g.connect(g.main, nil)
	for _, f := range g.functions {
		g.connect(f, nil)
	}
	for _, n := range g.Nodes {
		if n.Calls != "" {
			g.edge(Edge{From: n.ID, To: n.Calls, Kind: CallOf})
		}
	}
	for _, n := range g.Nodes {
		g.jump(n)
	}
}

// edge adds an edge, unless it is there: arms that do nothing may have one
// label.
func (g *Graph) edge(e Edge) {
	if !g.drawn[e] {
		g.drawn[e] = true
		g.Edges = append(g.Edges, e)
	}
}

func (g *Graph) join(ins []port, to *Node) {
	for _, in := range ins {
		g.edge(Edge{in.from, to.ID, in.kind, in.label})
	}
}

// connect leads ins into a block, and returns what leads out of it.
func (g *Graph) connect(x *block, ins []port) []port {
	switch x.shape {
	case step:
		g.join(ins, x.node)
		if !x.falls {
			return nil
		}
		return []port{{x.node.ID, Flow, ""}}
	case series:
		for _, item := range x.items {
			ins = g.connect(item, ins)
		}
		return ins
	case choice:
		g.join(ins, x.node)
		var outs []port
		for _, arm := range x.items {
			outs = append(outs, g.connect(arm, []port{{x.node.ID, Flow, arm.label}})...)
		}
		return outs
	case forked:
		g.join(ins, x.node)
		var outs []port
		for _, branch := range x.items {
			if ends := g.connect(branch, []port{{x.node.ID, Flow, ""}}); branch.falls {
				outs = append(outs, ends...)
			}
		}
		g.join(outs, x.join)
		if !x.falls {
			return nil
		}
		return []port{{x.join.ID, Flow, ""}}
	case framed:
		return g.connectFrame(x, ins)
	}
	from := ""
	if main := x.items[0]; main.shape == framed {
		from = main.group.ID
	} else {
		from = main.node.ID
	}
	outs := g.connect(x.items[0], ins)
	for _, h := range x.items[1:] {
		if ends := g.connect(h, []port{{from, h.event, h.label}}); h.falls {
			outs = append(outs, ends...)
		}
	}
	return outs
}

func (g *Graph) connectFrame(x *block, ins []port) []port {
	outs := g.connectBody(x, ins)
	if x.falls && len(outs) == 0 { // only when time is up
		outs = []port{{x.group.ID, OnTimeout, x.group.Note}}
	}
	return outs
}

func (g *Graph) connectBody(x *block, ins []port) []port {
	if x.node == nil {
		return g.connect(x.items[0], ins)
	}
	g.join(ins, x.node)
	outs := g.connect(x.items[0], []port{{x.node.ID, Flow, ""}})
	if x.back {
		for _, out := range outs {
			g.edge(Edge{out.from, x.node.ID, Back, out.label})
		}
		outs = nil
	}
	if x.leave {
		outs = append(outs, port{x.node.ID, Flow, "done"})
	}
	if x.loop != nil {
		for _, n := range x.loop.breaks {
			outs = append(outs, port{n.ID, JumpTo, ""})
		}
	}
	return outs
}

// jump adds the edge of a continue or a move.
func (g *Graph) jump(n *Node) {
	j := n.jump
	if j == nil || j.loop == nil {
		return
	}
	switch {
	case j.verb == "continue":
		g.edge(Edge{n.ID, j.loop.block.node.ID, JumpTo, ""})
	case j.verb == "move" && j.loop.targets[j.target] != nil:
		if to := entry(j.loop.targets[j.target]); to != nil {
			g.edge(Edge{n.ID, to.ID, JumpTo, ""})
		}
	}
}

// entry returns the node where a block begins, nil for an empty one.
func entry(x *block) *Node {
	for x.node == nil {
		if len(x.items) == 0 {
			return nil
		}
		x = x.items[0]
	}
	return x.node
}
