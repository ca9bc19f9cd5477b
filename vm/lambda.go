package vm

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
)

// Lambda is the code of a function: of a def, or of the children of a node
// that takes them as one.
type Lambda struct {
	Code   *Code
	Body   []int // the parts of Code that are run in sequence
	Block  bool
	Name   string // of a define
	nameAt int    // the part that gives the name of a define, -1 for none
	params []param
	bad    string                    // a parameter that cannot be one
	call   atomic.Pointer[keyedPlan] // the last one asked for
	body   atomic.Pointer[[]Eval]
}

// param is a parameter.
type param struct {
	key  string // "x", or a path such as "f.b"
	ref  bool   // key is a path
	part int    // the part that gives the default, -1 for none
	def  *Code
}

func implicitParams(names []string) []param {
	var ps []param
	for _, n := range names {
		ps = append(ps, param{key: n, part: -1})
	}
	return ps
}

// newDefinition reads the parameters of def, fun or define. They may stand in
// parentheses: the first is then a node with the others as its attributes.
func newDefinition(c *Code) *Lambda {
	l := &Lambda{Code: c, Body: c.plain, nameAt: -1}
	attrs := c.attrs
	if c.Head == "define" && len(attrs) > 0 {
		l.nameAt, l.Name, attrs = attrs[0], c.Parts[attrs[0]].Head, attrs[1:]
	}
	if len(attrs) == 1 && !c.Parts[attrs[0]].IsLit && c.Parts[attrs[0]].NAttr > 0 && c.Parts[attrs[0]].Head != "_ref" {
		first := c.Parts[attrs[0]]
		l.params = append(l.params, param{key: first.Head, part: -1})
		for i := range first.attrs {
			l.addParam(first.Keys[i], first.Parts[i], -1)
		}
		return l
	}
	for _, i := range attrs {
		l.addParam(c.Keys[i], c.Parts[i], i)
	}
	return l
}

func (l *Lambda) addParam(k Key, v *Code, part int) {
	if k.Name == "_" {
		return
	}
	p := param{part: -1}
	switch {
	case k.Name != "": // x: default
		p.key, p.def, p.part = k.Name, v, part
	case k.Expr != nil && k.Expr.Head == "_ref":
		p.key, p.ref, p.def, p.part = refText(k.Expr.Node), true, v, part
	case v.Head == "_ref":
		p.key, p.ref = refText(v.Node), true
	default:
		p.key = v.Head
	}
	if p.ref && !isFieldPath(p.key) {
		l.bad = p.key
	}
	l.params = append(l.params, p)
}

func isFieldPath(s string) bool {
	head, _, _ := strings.Cut(s, ".")
	return head == "f" || head == "fld" || head == "field"
}

// refText is the text of a reference whose elements are literals.
func refText(n *tree.Node) string {
	parts := make([]string, 0, len(n.Children))
	for _, c := range n.Children {
		parts = append(parts, value.ToText(value.FromLiteral(c.Value)))
	}
	return strings.Join(parts, ".")
}

// binding says what a call binds: to name goes argument from, or the default
// of param def, or null.
type binding struct {
	name string
	from int // -1 for none
	def  *param
}

// plan maps arguments, given by their keys, to parameters: those named first,
// then those left by position, then the arguments that are left under their
// own keys.
func (l *Lambda) plan(keys []string) []binding {
	type slot struct {
		key  string
		from int
	}
	left := make([]slot, len(keys))
	for i, k := range keys {
		left[i] = slot{k, i}
	}
	bound := make(map[string]bool)
	seen := make(map[string]bool)
	var plan []binding
	for i := range l.params {
		p := &l.params[i]
		if p.ref {
			continue
		}
		for j, a := range left {
			if a.key == p.key {
				plan = append(plan, binding{name: p.key, from: a.from})
				bound[p.key], seen[p.key] = true, true
				left = append(left[:j:j], left[j+1:]...)
				break
			}
		}
	}
	for i := range l.params {
		p := &l.params[i]
		if !p.ref && bound[p.key] {
			continue
		}
		seen[p.key] = true
		switch {
		case i < len(left):
			seen[left[i].key] = true
			plan = append(plan, binding{name: p.key, from: left[i].from})
		case p.def != nil:
			plan = append(plan, binding{name: p.key, from: -1, def: p})
		case !p.ref:
			plan = append(plan, binding{name: p.key, from: -1})
		}
	}
	for _, a := range left {
		if a.key != "" && !seen[a.key] {
			plan = append(plan, binding{name: a.key, from: a.from})
		}
	}
	return plan
}

// BodyFunction returns the function that stands in a node such as on_merge: a
// def that is all it holds or, failing that, all its parts as a body.
func (c *Code) BodyFunction() *Lambda {
	if len(c.Parts) == 1 && c.Parts[0].IsDefinition() && c.Parts[0].def != nil {
		return c.Parts[0].def
	}
	body := make([]int, len(c.Parts))
	for i := range body {
		body[i] = i
	}
	return &Lambda{Code: c, Body: body, Block: true, nameAt: -1}
}

// keyedPlan is the plan for arguments of these keys, with what a direct call
// wants to know of it.
type keyedPlan struct {
	keys    []string
	plan    []binding
	names   []string // of the plan's bindings
	from    []int    // likewise
	simple  bool     // no defaults, no fields as parameters
	shadows bool     // a name is a procedure's
}

// keyed returns the plan for arguments of these keys. A function is nearly
// always called with the same ones, so the last plan is kept.
func (l *Lambda) keyed(keys []string) *keyedPlan {
	if k := l.call.Load(); k != nil && slices.Equal(k.keys, keys) {
		return k
	}
	k := &keyedPlan{keys: slices.Clone(keys), plan: l.plan(keys), simple: true}
	for _, b := range k.plan {
		k.simple = k.simple && b.def == nil && !strings.Contains(b.name, ".")
		k.shadows = k.shadows || l.Code.Prog.lib.named[b.name] != nil
		k.names, k.from = append(k.names, b.name), append(k.from, b.from)
	}
	l.call.Store(k)
	return k
}

// planFor returns the plan for these arguments.
func (l *Lambda) planFor(args []Arg) []binding {
	sameKey := func(key string, a Arg) bool { return key == a.Key }
	if k := l.call.Load(); k != nil && slices.EqualFunc(k.keys, args, sameKey) {
		return k.plan
	}
	return l.keyed(argKeys(args)).plan
}
