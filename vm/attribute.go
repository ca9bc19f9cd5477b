package vm

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
)

// CommonAttributes lists the attributes that every node understands.
func CommonAttributes() []sig.Attr {
	return []sig.Attr{
		{Names: []string{"tag", "tags"}, Type: sig.Tag, Doc: "Names the node, so that others can wait for it, cancel it or refer to it while it is alive."},
		{Names: []string{"vars"}, Type: sig.Any, Doc: "Gives the node a scope of its own: an object of variables, `'copy'` for a copy of all it sees, or an array of the names (or regular expressions) that it may see, with `'-'` first those that it may not."},
		{Names: []string{"ret"}, Type: sig.Any, Doc: "What the node leaves in `f.ret`, whatever it does."},
		{Names: []string{"timeout"}, Type: sig.Duration, Doc: "How long the node may take before it is cancelled."},
		{Names: []string{"on_error"}, Type: sig.Function, Doc: "A function called with `msg` and `err` when the node, or anything below it, fails; its result is the node's."},
		{Names: []string{"on_cancel"}, Type: sig.Function, Doc: "A function called with `msg` when the node is cancelled."},
		{Names: []string{"on_timeout"}, Type: sig.Function, Doc: "A function called with `msg` when the node times out."},
		{Names: []string{"on_receive"}, Type: sig.Function, Doc: "A function called with `msg` each time a child replies."},
		{Names: []string{"child_on_error", "children_on_error"}, Type: sig.Function, Doc: "Gives each child this `on_error`."},
		{Names: []string{"child_on_cancel", "children_on_cancel"}, Type: sig.Function, Doc: "Gives each child this `on_cancel`."},
		{Names: []string{"child_on_timeout", "children_on_timeout"}, Type: sig.Function, Doc: "Gives each child this `on_timeout`."},
		{Names: []string{"retry"}, Type: sig.Any, Doc: "How often the node is tried again when it fails: a number, a list of delays, or an object of `count`, `delay`, `backoff` (`'constant'`, `'linear'`, `'exponential'`), `max`, `jitter` and `on` (which errors). What stands before it is about all attempts, what comes after it about each."},
		{Names: []string{"disabled", "disable", "off"}, Type: sig.Boolean, Doc: "When true, the node is skipped."},
		{Names: []string{"flank"}, Type: sig.Boolean, Doc: "When true, the node runs beside what follows it, until its parent ends."},
	}
}

var commonNames = func() map[string]bool {
	m := make(map[string]bool)
	for _, a := range CommonAttributes() {
		for _, n := range a.Names {
			m[n] = true
		}
	}
	return m
}()

func isCommonAttribute(name string) bool { return commonNames[name] }

// attribute sees an evaluated attribute; its value is the current f.ret.
func (n *Node) attribute(key string) error {
	f, v := n.f, n.pl.Ret
	if key == "" {
		f.Atts = append(f.Atts, Arg{Value: v})
		if f.Proc.gathers() {
			f.Rets = append(f.Rets, v)
		}
		if f.Proc.Unkeyed != nil {
			return f.Proc.Unkeyed(n, v)
		}
		return nil
	}
	if !isCommonAttribute(key) || f.Proc.Sig.Attr(key) != nil {
		f.Atts = append(f.Atts, Arg{Key: key, Value: v})
		n.SetRet(value.Null)
		return nil
	}
	switch base := strings.TrimPrefix(strings.Replace(key, "children_", "child_", 1), "child_"); key {
	case "vars":
		n.SetRet(value.Null)
		return n.setScope(v)
	case "tag", "tags":
		n.EnterTags(tagNames(v))
	case "ret":
		f.ARet = &v
	case "timeout":
		return n.schedule(v, true)
	case "retry":
		return n.retry(v)
	case "on_error", "on_cancel", "on_timeout", "on_receive":
		n.x.storeHandler(f, handlerKind(key), Handler{Fn: v})
	case "disabled", "disable", "off":
		if v.Truthy() {
			return n.reply()
		}
	case "flank":
		if v.Truthy() {
			wait := n.wait
			n.wait = max(wait-1, 0)
			n.Flank(value.Null, false)
			n.wait = wait
		}
	default: // child_on_…
		if v.Kind() == value.KindFunc {
			f.ChildOn[handlerKind(base)] = &Handler{Fn: v}
		}
	}
	return nil
}

func handlerKind(name string) HandlerKind {
	for k, h := range handlerNames {
		if name == "on_"+h {
			return HandlerKind(k)
		}
	}
	panic("vm: no handler is named " + name)
}

// tagNames reads the value of a tag attribute.
func tagNames(v value.Value) []string {
	switch v.Kind() {
	case value.KindString:
		return []string{v.AsString()}
	case value.KindProc:
		return []string{v.AsProc().Name}
	case value.KindTasker:
		return []string{v.AsTasker().Name}
	case value.KindFunc:
		if l, ok := v.AsFunc().Code.(*Lambda); ok && l.Name != "" {
			return []string{l.Name}
		}
		return []string{v.AsFunc().Nid}
	case value.KindList:
		var tags []string
		for _, e := range v.AsList().All() {
			tags = append(tags, tagNames(e)...)
		}
		return tags
	}
	if v.IsNull() {
		return nil
	}
	return []string{value.ToText(v)}
}

// EnterTags gives the node tags.
func (n *Node) EnterTags(tags []string) {
	for _, t := range tags {
		if !slices.Contains(n.f.Tags, t) {
			n.x.tag(n.f, t)
		}
	}
	if len(tags) > 0 {
		n.x.emit(Message{Point: Entered, Nid: n.f.Nid, Tags: tags, Payload: n.pl, Wait: max(n.wait-1, 0), Unseen: n.x.isUnseenAt(n.f)})
	}
}

func (x *Execution) leaveTags(f *Frame, p Payload) {
	if len(f.Tags) == 0 {
		return
	}
	x.untag(f)
	x.emit(Message{Point: Left, Nid: f.Nid, Tags: f.Tags, Payload: p, Unseen: x.isUnseenAt(f)})
}

// TagsAbove lists the tags that the node is in, its own first.
func (n *Node) TagsAbove() []string {
	var tags []string
	for f := n.f; f != nil; f = n.x.frames[f.Parent] {
		tags = append(tags, f.Tags...)
	}
	return tags
}

// setScope gives the node a scope, from its attribute vars.
func (n *Node) setScope(v value.Value) error {
	f := n.f
	switch v.Kind() {
	case value.KindObject:
		n.scope()
		o := v.AsObject()
		for i := range o.Len() {
			k, e := o.At(i)
			n.x.bind(f, k, e)
		}
		return nil
	case value.KindString:
		if s := v.AsString(); s == "copy" || s == "*" {
			seen := n.x.visible(f)
			n.scope()
			for _, va := range seen {
				n.x.bind(f, va.Name, va.Value)
			}
			return nil
		}
	case value.KindList:
		return n.limitScope(v.AsList().Slice())
	}
	return BadArgument("give vars an object, 'copy', or an array of names",
		"vars: doesn't know how to deal with %s", value.AppendJSON(nil, v))
}

func (n *Node) scope() {
	if n.f.Vars == nil {
		n.f.Vars = &Vars{}
	}
}

func (n *Node) limitScope(names []value.Value) error {
	deny := false
	if len(names) > 0 && names[0].Kind() == value.KindString {
		switch names[0].AsString() {
		case "+":
			names = names[1:]
		case "-", "^", "!":
			deny, names = true, names[1:]
		}
	}
	for _, v := range names {
		if v.Kind() == value.KindRegex {
			if _, err := v.AsRegex().Regexp(); err != nil {
				return BadRegex(err)
			}
			continue
		}
		if v.Kind() != value.KindString || strings.Contains(v.AsString(), ".") {
			return BadArgument("name whole variables, 'b' rather than 'b.c'",
				"vars: is limited to 1st level, %s doesn't comply", value.AppendJSON(nil, v))
		}
	}
	n.f.HasList = true
	if deny {
		n.f.Denied = names
	} else {
		n.f.Allowed = names
	}
	return nil
}

func (p *Procedure) gathers() bool { return p.Call != nil || p.Gather }
