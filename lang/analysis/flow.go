package analysis

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/tree"
)

// Stops says how branches end at nodes, so that nothing after such a node is
// run; it holds no node after which they may go on. A node that something else
// may cancel, or that handles what happens in it, is taken to go on.
type Stops map[*tree.Node]sig.After

// Stops finds the nodes of a part of the file at which branches end, from the
// inside outwards.
func (f *File) Stops(p *Part) Stops {
	stops := Stops{}
	around := map[*Call]bool{} // calls with a part that stops
	for i := len(p.Calls) - 1; i >= 0; i-- {
		c := p.Calls[i]
		if c.Broken || c.Proc == nil || c.Proc.After == sig.GoesOn && !around[c] || f.ProcOf(c.Node) == nil || f.mayGoOn(c) {
			continue
		}
		after := c.Proc.After
		if after == sig.GoesOn {
			after = stops.in(c)
		}
		if after != sig.GoesOn {
			stops[c.Node] = after
			around[c.Parent] = true
		}
	}
	return stops
}

// mayGoOn tells whether what stops within a call need not stop what is around
// the call.
func (f *File) mayGoOn(c *Call) bool {
	n := c.Node
	switch {
	case c.Proc.Group == sig.Concurrency, c.Proc.After == sig.EndsRound && c.Loop == nil:
		return true
	}
	for i := range n.Attrs {
		a := &n.Attrs[i]
		v := a.Value
		if at := c.Proc.Attr(a.Key); at != nil && at.Type == sig.Tag && c.Proc.After == sig.EndsRound {
			return true // it may be about a loop elsewhere
		}
		switch {
		case a.KeyExpr != nil:
			return true
		case a.Keyed():
			if f.Env.common[a.Key] != nil && a.Key != "vars" && a.Key != "ret" {
				return true
			}
		case a.Lone():
		case v.IsName():
			if at := f.Env.common[v.Head]; at != nil && at.Type == sig.Boolean {
				return true
			}
		case v.Literal && c.Proc.Body == sig.Sequence && len(c.Proc.Args) > 0 && c.Proc.Args[0].Type == sig.Tag:
			return true
		}
	}
	return slices.ContainsFunc(n.Children, f.handles)
}

// handles tells whether a line sets up a handler.
func (f *File) handles(n *tree.Node) bool {
	if n.Literal || n.IsName() {
		return false
	}
	p := f.Env.procs[n.Head]
	at := f.Env.common[n.Head]
	return p != nil && p.Group == sig.Handlers || at != nil && at.Type == sig.Function
}

// in says how a call ends in whose parts something stops.
func (s Stops) in(c *Call) sig.After {
	args := c.Args()
	switch c.Proc.Body {
	case sig.Sequence:
		if c.IsLoop() {
			return sig.GoesOn
		}
		for _, n := range args {
			if after := s[n]; after != sig.GoesOn {
				return after
			}
		}
	case sig.Arguments, sig.NoBody:
		if len(args) > 0 {
			return s[args[0]]
		}
	case sig.Cases:
		if len(args) == 0 {
			return sig.GoesOn
		}
		if after := s[args[0]]; after != sig.GoesOn {
			return after
		}
		if c.Name() == "if" {
			if len(args) < 3 || s[args[1]] == sig.GoesOn {
				return sig.GoesOn
			}
			return s[args[2]]
		}
		return s.inArms(c, args)
	}
	return sig.GoesOn
}

// inArms says how cond, case and match end: as their last arm, where each
// stops and one of them is always taken.
func (s Stops) inArms(c *Call, args []*tree.Node) sig.After {
	conditions, consequences := c.Arms()
	if len(consequences) == 0 || len(conditions) != len(consequences) {
		return sig.GoesOn
	}
	for _, n := range consequences {
		if s[n] == sig.GoesOn {
			return sig.GoesOn
		}
	}
	last := conditions[len(conditions)-1]
	if !last.IsName() || last.Head != "else" && (last.Head != "_" || c.Name() != "match") {
		return sig.GoesOn
	}
	return s[consequences[len(consequences)-1]]
}

// IsLoop tells whether a call runs what is in it again and again, or may.
func (c *Call) IsLoop() bool {
	switch c.Name() {
	case "until", "loop", "cursor":
		return true
	}
	return false
}

// Arms lists the conditions and the consequences of cond, case and match;
// where the arms do not come out even there is one consequence less.
func (c *Call) Arms() (conditions, consequences []*tree.Node) {
	args := c.Args()
	if c.Name() != "cond" && len(args)%2 == 1 {
		args = args[1:]
	}
	for i, n := range args {
		if i%2 == 0 {
			conditions = append(conditions, n)
		} else {
			consequences = append(consequences, n)
		}
	}
	return conditions, consequences
}

// ProcOf returns the procedure that a node calls; nil where it calls none, or
// where its head may be something else that the file defines.
func (f *File) ProcOf(n *tree.Node) *sig.Proc {
	if n.Literal || n.HeadExpr != nil || n.IsName() || f.Defines(n.Head) {
		return nil
	}
	return f.Env.procs[n.Head]
}

// IsRead tells whether somebody may look at what a part of a call gives; a
// parent of nil stands for the file.
func (f *File) IsRead(n *tree.Node, parent *Call) bool {
	for {
		if parent == nil {
			if f.asked != nil {
				f.asked.around = true
			}
			return f.isReadIn(n, f.Tree.Children, true)
		}
		p := parent.Node
		switch {
		case parent.Proc == nil:
			return f.isReadIn(n, p.Children, true)
		case parent.Proc.Body == sig.Block, parent.Proc.Body == sig.Raw:
			return f.isReadIn(n, p.Children, true)
		case parent.Proc.Body == sig.Sequence:
			if parent.Name() == "until" {
				if args := parent.Args(); len(args) > 0 && args[0] == n {
					return true
				}
			}
			if i := slices.Index(p.Children, n); i < 0 || i < len(p.Children)-1 {
				return f.isReadIn(n, p.Children, true)
			}
		case parent.Proc.Body == sig.Branches:
			if slices.Index(p.Children, n) < 0 {
				return true
			}
		case parent.Name() == "if":
			if args := parent.Args(); len(args) == 0 || args[0] == n {
				return true
			}
		case parent.Proc.Body == sig.Cases:
			if _, consequences := parent.Arms(); !slices.Contains(consequences, n) {
				return true
			}
		default:
			return true
		}
		n, parent = p, parent.Parent
	}
}

// isReadIn tells whether one of several lines that are run in order is looked
// at: the last one as the others say, and any that the next one takes up.
func (f *File) isReadIn(n *tree.Node, lines []*tree.Node, last bool) bool {
	i := slices.Index(lines, n)
	switch {
	case i < 0:
		return true
	case i == len(lines)-1:
		return last
	}
	return f.takesUp(lines[i+1])
}

// takesUp tells whether a line may look at what the one before it gave.
func (f *File) takesUp(n *tree.Node) bool {
	if n.Literal || n.IsName() {
		return false
	}
	text := f.textOf(n)
	before := f.Source().Text[:f.Offset(n.Span.Start)]
	if strings.Contains(text, ".ret") || strings.HasSuffix(strings.TrimRight(before, " \t\r\n"), "|") {
		return true
	}
	p := f.ProcOf(n)
	args := arguments(n)
	switch {
	case n.HeadExpr != nil:
		return f.takesUp(n.HeadExpr)
	case p == nil:
		return len(args) == 0
	case p.Body == sig.Sequence, p.Body == sig.Branches, p.Body == sig.Cases:
		return len(args) == 0 || slices.ContainsFunc(args, f.takesUp)
	case p.Name() == "set":
		return len(args) < 2
	case len(args) > 0 && p.Group != sig.Collections && p.Group != sig.Strings:
		return f.takesUp(args[0])
	}
	return len(args) < len(p.Args)
}

// textOf returns the text of a node.
func (f *File) textOf(n *tree.Node) string { return f.Source().Slice(n.Span) }

// Text returns the text of a node, "" where it has none.
func (f *File) Text(n *tree.Node) string { return f.textOf(n) }
