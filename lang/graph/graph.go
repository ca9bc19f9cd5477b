// Package graph draws a definition as a flow chart that a business person can
// read: who does what, what is waited for, what is decided, what runs at the
// same time or again and again, and what happens when something goes wrong.
// Computation is gathered in small boxes.
//
// Build makes the chart, as data. SVG, Mermaid, DOT and JSON write it.
package graph

import (
	"encoding/json"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Kind says what a node of the chart stands for.
type Kind string

// The kinds of nodes.
const (
	Start    Kind = "start"
	End      Kind = "end"
	Task     Kind = "task"     // a tasker has something to do
	Wait     Kind = "wait"     // for time, for a signal, for ever
	Decision Kind = "decision" // one of its arms is run
	Rules    Kind = "rules"    // a decision whose arms only compute, as a table
	Compute  Kind = "compute"  // computation, of several lines perhaps
	Call     Kind = "call"     // of a function of the definition
	Loop     Kind = "loop"     // the head of what runs again and again
	Fork     Kind = "fork"     // what follows runs at the same time
	Join     Kind = "join"     // the end of that
	Jump     Kind = "jump"     // break, continue, move, return
	Fail     Kind = "fail"
	Action   Kind = "action" // something else that is seen outside: a signal, a cancel
)

// Node is a node of the chart. It stands for one node of the tree or, where
// it gathers computation, for several.
type Node struct {
	ID    string   `json:"id"`
	Kind  Kind     `json:"kind"`
	By    string   `json:"by,omitempty"`    // the tasker of a task
	Title string   `json:"title,omitempty"` // what it is, in a line; source text where there are no better words
	Lines []string `json:"lines,omitempty"` // more about it, source text
	Rules []Rule   `json:"rules,omitempty"` // the arms of a table
	Tag   string   `json:"tag,omitempty"`
	// Note is how long the node may take.
	Note   string `json:"note,omitempty"`
	Source string `json:"source,omitempty"` // all of it, as source text
	// NIDs are the ids of the tree's nodes that it stands for, without the
	// numbers that a re-run adds; an execution's nodes below them belong to
	// it too. Start, End and Join have none.
	NIDs  []string    `json:"nids,omitempty"`
	State State       `json:"state,omitempty"` // in the execution of the options; "" for not reached
	Span  source.Span `json:"-"`
	Group string      `json:"group,omitempty"` // the innermost group it is in
	// Calls is the group of the function that is called.
	Calls string `json:"calls,omitempty"`

	callee  string
	jump    *jump
	decides bool // it has two arms, yes and no
}

// Rule is an arm of a decision that only computes.
type Rule struct {
	When string `json:"when"`
	Then string `json:"then"`
}

// GroupKind says what a group of nodes is.
type GroupKind string

// The kinds of groups.
const (
	LoopGroup     GroupKind = "loop"     // its nodes run again and again
	ScopeGroup    GroupKind = "scope"    // has a tag, a time limit or handlers
	FunctionGroup GroupKind = "function" // a function of the definition
)

// Group is a frame around nodes.
type Group struct {
	ID     string      `json:"id"`
	Kind   GroupKind   `json:"kind"`
	Title  string      `json:"title,omitempty"`
	Note   string      `json:"note,omitempty"`
	NID    string      `json:"nid,omitempty"`
	Span   source.Span `json:"-"`
	Parent string      `json:"parent,omitempty"` // the group around it
	State  State       `json:"state,omitempty"`
}

// EdgeKind says what makes control go along an edge.
type EdgeKind string

// The kinds of edges.
const (
	Flow      EdgeKind = "flow"
	Back      EdgeKind = "back"    // to the next round
	JumpTo    EdgeKind = "jump"    // break, continue, move
	OnError   EdgeKind = "error"   // to what handles a failure
	OnCancel  EdgeKind = "cancel"  // to what handles a cancel
	OnTimeout EdgeKind = "timeout" // to what is done when time is up
	OnEvent   EdgeKind = "event"   // to what is done at a signal or a reply
	CallOf    EdgeKind = "call"    // from a call to the function
)

// Edge leads from a node or a group to a node or a group, given by their ids.
type Edge struct {
	From  string   `json:"from"`
	To    string   `json:"to"`
	Kind  EdgeKind `json:"kind"`
	Label string   `json:"label,omitempty"`
}

// Graph is a flow chart. It is not changed once built, and may be shared
// between goroutines.
type Graph struct {
	Name   string   `json:"name,omitempty"`
	Nodes  []*Node  `json:"nodes"`
	Edges  []Edge   `json:"edges"`
	Groups []*Group `json:"groups"`

	main      *block
	functions []*block
	drawn     map[Edge]bool // while edges are made
	marked    bool          // it shows how an execution stands
}

// Options are what Build has to know of the language.
type Options struct {
	Procs  []sig.Proc // every procedure
	Common []sig.Attr // the attributes that every node understands
	// File is the text of the tree, from which conditions and the like are
	// quoted; nil where there is none.
	File *source.File
	// States say how the nodes of an execution stand, by their ids, without the
	// numbers that a re-run adds: those that it has come to. None for the chart
	// of a definition.
	States map[string]State
}

// Build makes the chart of a tree, with or without the define around it.
func Build(root *tree.Node, opts Options) *Graph {
	b := newBuilder(root, opts)
	b.build(tree.Body(root))
	for i := range root.Attrs {
		if name, ok := root.Attrs[i].Value.Value.(string); ok && tree.IsWrapper(root) && root.Attrs[i].Key == "name" {
			b.g.Name = name
		}
	}
	b.g.main.items[0].node.Title = b.g.Name
	b.g.connectAll()
	b.g.mark(opts.States)
	return b.g
}

// place is where something stands in the text; lines and columns count from
// 1, columns in bytes. All are 0 where that is not known.
type place struct {
	Line      int `json:"line,omitempty"`
	Column    int `json:"column,omitempty"`
	EndLine   int `json:"endLine,omitempty"`
	EndColumn int `json:"endColumn,omitempty"`
}

func placeOf(s source.Span) place {
	return place{int(s.Start.Line), int(s.Start.Column), int(s.End.Line), int(s.End.Column)}
}

// MarshalJSON adds where the node stands.
func (n *Node) MarshalJSON() ([]byte, error) {
	type plain Node
	return json.Marshal(struct {
		*plain
		place
	}{(*plain)(n), placeOf(n.Span)})
}

// MarshalJSON adds where the group stands.
func (g *Group) MarshalJSON() ([]byte, error) {
	type plain Group
	return json.Marshal(struct {
		*plain
		place
	}{(*plain)(g), placeOf(g.Span)})
}

// JSON returns the chart as one JSON object: nodes, edges and groups, without
// a layout.
func (g *Graph) JSON() string {
	var b jsonBuffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(g); err != nil {
		panic("graph: " + err.Error()) // strings and numbers only
	}
	return string(b)
}

type jsonBuffer []byte

func (b *jsonBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}
