package vm

import (
	"fmt"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
)

// graft is a tree that was loaded while the execution ran, at the node that it
// took the place of.
type graft struct {
	text value.Value // the tree's JSON, with positions
	path string
	file string // that it was read from, "" for none
	prog *Program
}

// Graft has the node become the tree of that name, which the execution's
// LoadTree finds: it starts over as that, with its tags, handlers and timers.
func (n *Node) Graft(name string) error {
	x, f := n.x, n.f
	missing := BadArgument("the host looks it up: florc run does so beside the flow", "no subtree %q found (domain %q)", name, x.Domain)
	if x.LoadTree == nil {
		return missing
	}
	text, file, err := x.LoadTree(name)
	if err != nil {
		return BadArgument("", "the subtree %q can't be read: %s", name, err)
	}
	if text == nil {
		return missing
	}
	p, err := x.addGraft(graft{text: value.String(string(text)), path: f.Nid.Path, file: file})
	if err != nil {
		return BadArgument("", "the subtree %q can't be read: %s", name, err)
	}
	f.Code, f.Atts, f.Rets, f.Slots, f.KeyNames, f.Heat, f.HasHeat = p.Root, nil, nil, nil, nil, value.Null, false
	x.touch(f)
	n.emit(Message{Point: Grafted, Nid: f.Nid, Payload: f.Payload, Wait: n.wait, Causes: n.m.Causes})
	n.over = true
	return nil
}

// addGraft compiles a tree, and has the execution hold it.
func (x *Execution) addGraft(g graft) (*Program, error) {
	if err := x.compileGraft(&g); err != nil {
		return nil, err
	}
	if x.held(g.prog.Hash) == nil {
		x.grafts = append(x.grafts, g)
		x.hold(g.prog)
	}
	return x.held(g.prog.Hash), nil
}

func (x *Execution) compileGraft(g *graft) error {
	root, err := tree.ParseJSON([]byte(g.text.AsString()), tree.ReadOptions{MaxBytes: len(g.text.AsString())})
	if err != nil {
		return err
	}
	// One tree may stand at several places, and each has node ids of its own.
	p := &Program{Tree: root, Hash: fmt.Sprintf("%s@%s", tree.Hash(root), g.path), File: g.file, lib: x.prog.lib}
	nid := NID{Path: g.path}
	p.Root = p.compile(tree.Body(root), nil, g.path, nid.index())
	g.prog = p
	return nil
}

// grafted starts a node over that has become another one.
func (x *Execution) grafted(m *Message) {
	f := x.frames[m.Nid]
	if f == nil || f.State != Open {
		return
	}
	x.touch(f)
	n := x.at(f, m)
	n.guard(func() error {
		if err := n.resolveHead(""); err != nil {
			return err
		}
		return n.begin()
	})
}
