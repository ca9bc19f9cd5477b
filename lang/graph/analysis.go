package graph

import (
	"strconv"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// role is what a procedure is to the chart.
type role uint8

const (
	computes role = iota // gives a value, and nobody sees it do so
	runs                 // its children, in order
	decides              // which of its arms is run
	forks                // runs its children at the same time
	loops                // runs its children again and again, or lets them jump
	iterates             // calls a function for each element
	asks                 // a tasker
	waits
	jumps
	fails
	acts    // is seen outside in some other way
	defines // makes a function
	handles // gives its parent a handler
	skips   // runs nothing
	parts   // runs its children beside what follows
)

// roleOf tells the role of a procedure from its signature, and by its name
// where that says too little.
func roleOf(p *sig.Proc) role {
	switch p.Name() {
	case "until", "loop", "cursor":
		return loops
	case "and", "not", "apply":
		return computes
	case "noeval":
		return skips
	}
	switch p.After {
	case sig.EndsRound, sig.EndsFunction:
		return jumps
	case sig.Fails:
		return fails
	case sig.EndsExecution:
		return acts
	case sig.NeverEnds:
		return waits
	}
	function := false
	for _, a := range p.Args {
		function = function || a.Type == sig.Function
	}
	switch {
	case p.Body == sig.Branches:
		return forks
	case p.Group == sig.People:
		return asks
	case p.Group == sig.Concurrency && p.Body == sig.Sequence:
		return parts
	case p.Group == sig.Handlers && p.Body != sig.Sequence:
		return handles
	case p.Body == sig.Cases:
		return decides
	case p.Body == sig.Raw && p.ResultType == sig.Function:
		return defines
	case (p.Group == sig.Collections || p.Group == sig.Concurrency) && (function || p.Body == sig.Block):
		return iterates
	case p.Group == sig.Control && p.Body == sig.Sequence:
		return runs
	case p.Group == sig.Data, p.Group == sig.Arithmetic, p.Group == sig.Collections, p.Group == sig.Strings, p.Group == sig.Internal:
		return computes
	case p.Group == sig.Time && p.ResultType != sig.Any && !p.Waits:
		return computes
	case p.Group == sig.Time, p.Waits:
		return waits
	}
	return acts
}

// isHandler tells whether a node, as a child, gives its parent a handler.
func (a *analysis) isHandler(n *tree.Node) bool {
	if n.Literal || n.HeadExpr != nil || n.IsName() {
		return false
	}
	if r, ok := a.role(n); ok {
		if r != handles || len(n.Children) > 0 {
			return r == handles
		}
		for i := range n.Attrs {
			if v := n.Attrs[i].Value; a.isLambda(v) || v.IsName() && (n.Head != "on" || i > 0) {
				return true
			}
		}
		return false // it waits for what is to happen
	}
	return a.named[n.Head] == nil && a.bodies[n.Head] && len(n.Children) > 0
}

// part is a node of a tree with its id, "" where it has none.
type part struct {
	node *tree.Node
	nid  string
}

// at returns the i-th attribute value or child of a part.
func (p part) at(i int) part {
	q := part{node: p.node.At(i)}
	if p.nid != "" {
		q.nid = p.nid + "_" + strconv.Itoa(i)
	}
	return q
}

// attr returns the value of the first of the part's attributes of that name.
func (p part) attr(names ...string) (part, bool) {
	for _, name := range names {
		for i := range p.node.Attrs {
			if p.node.Attrs[i].Key == name {
				return p.at(i), true
			}
		}
	}
	return part{}, false
}

// unkeyed lists the values of the unkeyed attributes.
func (p part) unkeyed() []part {
	var list []part
	for i := range p.node.Attrs {
		if a := &p.node.Attrs[i]; a.Unkeyed() {
			list = append(list, p.at(i))
		}
	}
	return list
}

func (p part) children() []part {
	list := make([]part, len(p.node.Children))
	for i := range list {
		list[i] = p.at(len(p.node.Attrs) + i)
	}
	return list
}

// args lists the unkeyed attributes and the children.
func (p part) args() []part { return append(p.unkeyed(), p.children()...) }

// function is a function that the definition gives a name.
type function struct {
	name string
	part
	params int // the index of the first attribute that is a parameter
	works  bool
	group  *Group
}

// analysis is what is known of a tree before it is drawn.
type analysis struct {
	procs     map[string]*sig.Proc
	roles     map[string]role
	common    map[string]bool
	bodies    map[string]bool // attributes that a child of that name may give, the function's body below it
	functions []*function
	named     map[string]*function
	variables map[string]bool // names that are set, or parameters
	effects   map[*tree.Node]effect
	file      *source.File
	cut       map[*tree.Node]source.Pos // where the text of a node ends, where that is not the end of its place
	mentions  map[string][]*function    // by name: the functions it is mentioned in
	heads     map[string][]*function    // the same, where it is called
}

func analyse(body *tree.Node, opts Options) *analysis {
	a := &analysis{procs: map[string]*sig.Proc{}, roles: map[string]role{}, common: map[string]bool{}, bodies: map[string]bool{},
		named: map[string]*function{}, variables: map[string]bool{}, effects: map[*tree.Node]effect{}, file: opts.File, cut: map[*tree.Node]source.Pos{},
		mentions: map[string][]*function{}, heads: map[string][]*function{}}
	for i := range opts.Procs {
		p := &opts.Procs[i]
		for _, name := range p.Names {
			a.procs[name], a.roles[name] = p, roleOf(p)
		}
		for _, at := range p.Attrs {
			for _, name := range at.Names {
				a.bodies[name] = a.bodies[name] || roleOf(p) == forks
			}
		}
	}
	for _, at := range opts.Common {
		for _, name := range at.Names {
			a.common[name] = true
			a.bodies[name] = a.bodies[name] || at.Type == sig.Function
		}
	}
	direct := map[*function]bool{}
	a.survey(part{body, "0"}, nil, direct)
	// A function works where something in it does, or a function that is
	// called in it.
	var todo []*function
	mark := func(f *function) {
		if f != nil && !f.works {
			f.works = true
			todo = append(todo, f)
		}
	}
	for _, f := range a.functions {
		if direct[f] {
			mark(f)
		}
	}
	for name, users := range a.heads {
		if a.named[name] == nil && !a.variables[name] {
			for _, f := range users {
				mark(f) // it asks a tasker
			}
		}
	}
	for len(todo) > 0 {
		f := todo[0]
		todo = todo[1:]
		if a.named[f.name] == f {
			for _, user := range a.mentions[f.name] {
				mark(user)
			}
		}
	}
	return a
}

// role returns the role of a node whose head is the name of a procedure.
func (a *analysis) role(n *tree.Node) (role, bool) {
	if n.Literal || n.HeadExpr != nil || n.IsName() || a.named[n.Head] != nil {
		return computes, false
	}
	r, ok := a.roles[n.Head]
	return r, ok
}

func (a *analysis) isLambda(n *tree.Node) bool {
	r, ok := a.role(n)
	return ok && r == defines
}

// survey finds functions and variables, what is mentioned where, and which
// functions have something in them that works.
func (a *analysis) survey(p part, in *function, direct map[*function]bool) {
	n := p.node
	if n.Literal {
		return
	}
	if n.IsName() {
		a.mentions[n.Head] = append(a.mentions[n.Head], in)
		return
	}
	a.cutPostfix(n)
	if n.HeadExpr != nil {
		a.survey(part{node: n.HeadExpr}, in, direct)
	} else if r, ok := a.roles[n.Head]; ok {
		switch r {
		case forks, asks, waits, fails, acts, parts:
			direct[in] = true
		case handles:
			direct[in] = direct[in] || !a.isHandler(n)
		case skips:
			return
		case defines:
			a.parameters(p)
		}
	} else if n.Head != "_" && !a.bodies[n.Head] {
		a.mentions[n.Head] = append(a.mentions[n.Head], in)
		a.heads[n.Head] = append(a.heads[n.Head], in)
	}
	if f := a.definition(p); f != nil {
		a.functions = append(a.functions, f)
		if a.named[f.name] == nil {
			a.named[f.name] = f
		}
		in = f
	}
	patterns := a.patterns(p)
	for i := range len(n.Attrs) + len(n.Children) {
		if q := p.at(i); patterns[q.node] {
			a.bindings(q.node)
		} else {
			a.survey(q, in, direct)
		}
	}
}

// patterns holds the arms of a match that are patterns, and run nothing.
func (a *analysis) patterns(p part) map[*tree.Node]bool {
	if p.node.HeadExpr != nil || a.roles[p.node.Head] != decides || p.node.Head != "match" {
		return nil
	}
	found := map[*tree.Node]bool{}
	_, arms := armsOf(p)
	for _, arm := range arms {
		found[arm.when.node] = true
	}
	return found
}

// bindings notes the names in a pattern: they may become variables.
func (a *analysis) bindings(n *tree.Node) {
	if n.IsName() {
		a.variables[n.Head] = true
	}
	for i := range len(n.Attrs) + len(n.Children) {
		a.bindings(n.At(i))
	}
}

// arm is a condition and what is run where it holds, the zero part for
// nothing.
type arm struct{ when, then part }

// armsOf returns what a case or match compares, the zero part for f.ret, and
// its arms.
func armsOf(p part) (subject part, arms []arm) {
	args := p.args()
	if len(args)%2 == 1 {
		subject, args = args[0], args[1:]
	}
	for i := 0; i+1 < len(args); i += 2 {
		arms = append(arms, arm{args[i], args[i+1]})
	}
	return subject, arms
}

// definition returns the function that a node gives a name: define, or a set
// with a def.
func (a *analysis) definition(p part) *function {
	n := p.node
	r, ok := a.roles[n.Head]
	if !ok || n.HeadExpr != nil || n.Literal {
		return nil
	}
	if r == defines {
		if len(n.Attrs) == 0 || n.Attrs[0].Keyed() || a.procs[n.Head].Name() != n.Head {
			return nil
		}
		if name := nameOf(n.Attrs[0].Value); name != "" {
			return &function{name: name, part: p, params: 1}
		}
		return nil
	}
	if p := a.procs[n.Head]; p.Group != sig.Data || len(p.Args) == 0 || p.Args[0].Type != sig.Path {
		return nil
	}
	args := p.args()
	for _, target := range args[:max(0, len(args)-1)] {
		if name := rootName(target.node); name != "" {
			a.variables[name] = true
		}
	}
	if len(args) != 2 || !a.isLambda(args[1].node) {
		return nil
	}
	if name := rootName(args[0].node); name != "" && !args[0].node.Literal {
		return &function{name: name, part: args[1]}
	}
	return nil
}

// parameters notes the names of a function's parameters.
func (a *analysis) parameters(p part) {
	for i := range p.node.Attrs {
		at := &p.node.Attrs[i]
		if at.Key != "" {
			a.variables[at.Key] = true
		} else if name := nameOf(at.Value); name != "" && (i > 0 || a.procs[p.node.Head].Name() != p.node.Head) {
			a.variables[name] = true
		}
	}
}

// nameOf returns a lone name, or a string that is one.
func nameOf(n *tree.Node) string {
	if s, ok := n.Value.(string); ok && n.Literal {
		return s
	}
	if n.IsName() {
		return n.Head
	}
	return ""
}

// rootName returns the variable that set sets, "" for a field.
func rootName(n *tree.Node) string {
	if n.IsName() {
		return n.Head
	}
	if n.Literal || n.Head != "_ref" || len(n.Children) < 2 {
		return ""
	}
	root, _ := n.Children[0].Value.(string)
	switch root {
	case "v", "var", "variable", "lv", "gv", "lvar", "gvar":
		root, _ = n.Children[1].Value.(string)
	case "f", "fld", "field":
		return ""
	}
	return root
}
