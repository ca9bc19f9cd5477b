package analysis

import (
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// Entity is a kind of things that have names but no scope: a tag is the same
// tag wherever it is named.
type Entity string

// The entities.
const (
	Tag    Entity = "tag"
	Field  Entity = "field" // of the payload, by its first name: f.order.id is about order
	Signal Entity = "signal"
	Tasker Entity = "tasker"
	Flow   Entity = "flow" // a file that another brings in, or launches
)

// Mention is a place where something that has no scope is named.
type Mention struct {
	Entity Entity
	Name   string
	Span   source.Span // of the name, without quotes
	Role   Role
	Call   *Call // that the name is given to; for a path, the path
	Scope  *Scope
}

// Role says what is done where something is mentioned.
type Role string

// The roles.
const (
	Uses     Role = "use"    // waited for, read, jumped to, brought in
	Defines  Role = "define" // a tag given, a field set, a signal sent
	Launches Role = "launch" // a flow that becomes an execution of its own
	Changes  Role = "change" // a field pushed to, or otherwise changed in place
)

// Import is a place where a file is brought in.
type Import struct {
	Call   *Call
	Scope  *Scope      // in which the names of the file are seen
	Target string      // as written, "" where it is computed
	Span   source.Span // of the target, without quotes
}

// Computes tells whether some names of an entity that are mentioned in that
// role are only known at run time.
func (f *File) Computes(e Entity, role Role) bool { return f.computed[computing{e, role}] }

type computing struct {
	entity Entity
	role   Role
}

// entities says which types of attributes and arguments name something.
var entities = map[sig.Type]Entity{
	sig.Tag: Tag, sig.SignalName: Signal, sig.TaskerName: Tasker, sig.FilePath: Flow, sig.FlowName: Flow,
}

// mention notes what is named by the value of an attribute or argument.
func (w *walker) mention(e Entity, role Role, c *Call, v *tree.Node, scope *Scope) {
	switch s, isString := v.Value.(string); {
	case v.Literal && isString:
		m := &Mention{Entity: e, Name: s, Span: w.f.inner(v), Role: role, Call: c, Scope: scope}
		w.found.Mentions = append(w.found.Mentions, m)
		if e == Flow && role != Launches {
			w.found.Imports = append(w.found.Imports, &Import{Call: c, Scope: c.Scope, Target: s, Span: m.Span})
		}
	case v.Literal:
	case e == Signal && v.IsName() && c.Name() == "on":
	case v.Head == "_arr" && v.HeadExpr == nil:
		for _, item := range v.Children {
			w.mention(e, role, c, item, scope)
		}
	default:
		w.found.note().computed = append(w.found.note().computed, computing{e, role})
		if e == Flow && role != Launches {
			w.found.Imports = append(w.found.Imports, &Import{Call: c, Scope: c.Scope, Span: v.Span})
		}
	}
}

// inner returns the place of a literal string without its quotes, or of a step
// of a path without its dot.
func (f *File) inner(v *tree.Node) source.Span {
	at := v.Span
	s, _ := v.Value.(string)
	text := f.Source().Slice(at)
	if i := strings.Index(text, s); i == 1 && len(text) <= len(s)+2 {
		return f.spanAt(at.Start, text[:1], len(s))
	}
	return at
}

// attrEntity says which entity an attribute of a call names, "" for none, and
// what it does with it.
func (w *walker) attrEntity(c *Call, key string) (Entity, Role) {
	if c.Proc != nil {
		if at := c.Proc.Attr(key); at != nil {
			e := entities[at.Type]
			if at.Type == sig.FlowName {
				return e, Launches
			}
			if e == Signal && c.Name() == "signal" {
				return e, Defines
			}
			return e, Uses
		}
	}
	if at := w.f.Env.common[key]; at != nil {
		return entities[at.Type], Defines
	}
	return "", Uses
}

// argEntity says the same of the i-th unkeyed argument.
func argEntity(p *sig.Proc, i int) (Entity, Role) {
	if p == nil || len(p.Args) == 0 {
		return "", Uses
	}
	if i >= len(p.Args) {
		i = len(p.Args) - 1
		if !p.Args[i].Repeated {
			return "", Uses
		}
	}
	e := entities[p.Args[i].Type]
	switch {
	case p.Args[i].Type == sig.FlowName:
		return e, Launches
	case p.Name() == "on" && i == 0: // on 'x'; on error names none
		return Signal, Uses
	case e == Tag && (p.Body == sig.Sequence || p.Body == sig.Branches): // sequence 'x' gives the tag, cancel 'x' is about another's
		return e, Defines
	case e == Signal && p.Name() == "signal": // signal 'x' sends, on 'x' waits
		return e, Defines
	}
	return e, Uses
}

// field notes the field, or the tag, that a path is about.
func (w *walker) field(c *Call, role Role, ctx Context) {
	n := c.Node
	if len(n.Children) < 2 {
		return
	}
	root, _ := n.Children[0].Value.(string)
	name, isName := n.Children[1].Value.(string)
	var e Entity
	switch root {
	case "f", "fld", "field":
		e = Field
	case "t", "tag":
		e, role = Tag, Uses
	default:
		return
	}
	if !isName {
		w.found.note().computed = append(w.found.note().computed, computing{e, role})
		return
	}
	w.found.Mentions = append(w.found.Mentions, &Mention{
		Entity: e, Name: name, Span: w.f.inner(n.Children[1]), Role: role, Call: c, Scope: ctx.Scope})
}
