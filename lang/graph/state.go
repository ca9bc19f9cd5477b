package graph

import "strings"

// State says how something stands in an execution.
type State string

// The states, each stands before those that follow where a node of the chart
// stands for several nodes of the execution.
const (
	Failed  State = "failed"
	Waiting State = "waits" // for the world: a task, a time, a signal
	Paused  State = "paused"
	Live    State = "live"
	Done    State = "done"
)

// States are all states, in their order.
var States = []State{Failed, Waiting, Paused, Live, Done}

// before tells whether a state stands before another one.
func (s State) before(t State) bool {
	for _, one := range States {
		if one == s || one == t {
			return one == s && s != t
		}
	}
	return false
}

// mark notes how nodes and groups stand, as places of the tree do.
func (g *Graph) mark(states map[string]State) {
	if len(states) == 0 {
		return
	}
	g.marked = true
	elements := make(map[string][]*State) // by the id of a node of the tree
	for _, n := range g.Nodes {
		for _, nid := range n.NIDs {
			elements[nid] = append(elements[nid], &n.State)
		}
	}
	for _, group := range g.Groups {
		if group.NID != "" {
			elements[group.NID] = append(elements[group.NID], &group.State)
		}
	}
	for place, state := range states {
		at := place
		for len(elements[at]) == 0 && at != "" {
			at = at[:max(strings.LastIndexByte(at, '_'), 0)]
		}
		for _, s := range elements[at] {
			if *s == "" || state.before(*s) {
				*s = state
			}
		}
	}
	for _, n := range g.Nodes {
		for _, nid := range n.NIDs {
			if n.State == Done && states[nid] == "" {
				n.State = "" // it came to some of them only
				break
			}
		}
		switch {
		case n.Kind == Start && states["0"] != "", n.Kind == End && states["0"] == Done:
			n.State = Done
		}
	}
	for _, x := range append([]*block{g.main}, g.functions...) {
		x.markJoins()
	}
}

// markJoins has the end of branches stand as what starts them, once that is
// done.
func (x *block) markJoins() {
	if x.join != nil && x.node != nil && x.node.State == Done {
		x.join.State = Done
	}
	for _, item := range x.items {
		item.markJoins()
	}
}

// badges are the signs of the states, for who does not see the colours.
var badges = map[State]string{Failed: "✗", Waiting: "…", Paused: "‖", Live: "▸", Done: "✓"}

// describeStates says in words how many nodes stand how.
func (g *Graph) describeStates() string {
	counts := map[State]int{}
	for _, n := range g.Nodes {
		if n.Kind != Start && n.Kind != End && n.Kind != Join {
			counts[n.State]++
		}
	}
	var list []string
	for _, s := range States {
		if counts[s] > 0 {
			list = append(list, itoa(counts[s])+" "+string(s))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return " In the execution: " + strings.Join(list, ", ") + "."
}
