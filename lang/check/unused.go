package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/spell"
	"github.com/florc-lang/florc/lang/tree"
)

const (
	codeUnusedVariable  diag.Code = "FLO0315"
	codeUnusedFunction  diag.Code = "FLO0316"
	codeUnusedParameter diag.Code = "FLO0317"
	codeUnusedTag       diag.Code = "FLO0318"
)

// unusedNames finds variables, functions and parameters that nothing reads.
var unusedNames = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeUnusedVariable,
			Title: "a variable that is never read",
			Why:   "It is set, and nothing in this file or in those that it goes with looks at it. A line that was to use it may be missing, or the name is misspelt there. What is to leave the flow is a field, `f.name`.",
			Bad:   "set deadline '3d'\ntask 'alice' 'write'\n",
			Good:  "set deadline '3d'\ntask 'alice' 'write' until: deadline\n",
		},
		{
			Code:  codeUnusedFunction,
			Title: "a function that is never called",
			Why:   "It is defined, and nothing in this file or in those that it goes with calls it or hands it on.",
			Bad:   "define net n \\ n * 0.9\ntrace 100\n",
			Good:  "define net n \\ n * 0.9\ntrace (net 100)\n",
		},
		{
			Code:  codeUnusedParameter,
			Title: "a parameter that is never read",
			Why:   "Whoever calls the function gives this argument, and nothing comes of it. A parameter that has to be there and is not needed may have a name that starts with an underscore.",
			Bad:   "define pay salary bonus\n  salary * 12\npay 100 50\n",
			Good:  "define pay salary bonus\n  salary * 12 + bonus\npay 100 50\n",
		},
	},
	part: (*rules).idleNames,
	file: (*rules).unusedNames,
}

// unusedTag finds tags that nothing names.
var unusedTag = rule{
	settled: true,
	pages: []diag.Page{
		{
			Code:  codeUnusedTag,
			Title: "a tag that nothing names",
			Why:   "Tags serve to cancel, leave or watch what has them. Nothing here names this one. It may still be meant for taskers, which see the tags around their task, or for whoever looks at the execution; so the rule has to be switched on.",
			Bad:   "sequence tag: 'pilot'\n  task 'alice' 'test'\n",
			Good:  "concurrence\n  sequence tag: 'pilot'\n    task 'alice' 'test'\n  sequence\n    sleep '1d'\n    cancel ref: 'pilot'\n",
			OptIn: true,
		},
	},
	file: (*rules).unusedTags,
}

func (r *rules) idleNames(p *analysis.Part) {
	for _, s := range p.Symbols {
		if s.Kind == analysis.Binding || strings.HasPrefix(s.Name, "_") {
			continue
		}
		// most often it is used close by
		if r.isUsedBy(p.Refs, s) {
			continue
		}
		isUsed := r.isLoose
		if s.Scope == r.Root || s.Kind == analysis.Function { // what is elsewhere may be about it
			isUsed = func(name string) bool { return r.isUsedBy(r.RefsTo(name), s) }
		}
		if !isUsed(s.Name) {
			r.idle = append(r.idle, s)
		}
	}
}

// isLoose tells whether some function uses a name that nothing around it
// defines: whatever has the name may be meant.
func (r *rules) isLoose(name string) bool {
	refs := r.RefsTo(name)
	r.Defines(name) // the answer depends on it, also where it is known
	loose, known := r.loose[name]
	if !known {
		loose = slices.ContainsFunc(refs, func(ref *analysis.Reference) bool { return ref.Scope.InFunction() && !r.Has(ref.Scope, name) })
		r.loose[name] = loose
	}
	return loose
}

func (r *rules) unusedNames() {
	if len(r.Related()) == 1 && r.isLibrary() {
		return
	}
	type kindOfName struct {
		kind analysis.Kind
		name string
	}
	said := map[kindOfName]bool{} // or there is nothing to be said
	for _, s := range r.idle {
		key := kindOfName{s.Kind, s.Name}
		if _, known := said[key]; !known {
			said[key] = r.isUsedElsewhere(s) || s.Kind == analysis.Variable && len(r.Named(s.Name)) > 1 && slices.ContainsFunc(r.Named(s.Name), r.isUsed)
		}
		if said[key] {
			continue
		}
		switch s.Kind {
		case analysis.Variable:
			if isSpread(s.Node) {
				continue
			}
			r.warn(codeUnusedVariable, s.Span, fmt.Sprintf("the variable %q is never read", s.Name),
				"remove it, or use it where it was meant to be used")
		case analysis.Function:
			if n := r.NodeOf(s.Scope); n != nil && last(n.Children) == s.Node {
				continue // what the lines around give
			}
			r.warn(codeUnusedFunction, s.Span, fmt.Sprintf("the function %q is never called", s.Name),
				"remove it, or call it where it was meant to be called")
		case analysis.Parameter:
			if s.Node.Head != "define" || len(s.Node.Children) == 0 || r.isHandedOn(s.Node) || takesAll(r.File, s.Node) {
				continue
			}
			r.warn(codeUnusedParameter, s.Span, fmt.Sprintf("the parameter %q is never read", s.Name),
				fmt.Sprintf("use it, or name it `_%s` to say that it is not needed", s.Name))
		}
		said[key] = true
	}
}

// isLibrary tells whether a file does nothing but define names for others.
func (r *rules) isLibrary() bool {
	for _, n := range r.Tree.Children {
		p := r.ProcOf(n)
		if p == nil || p.Name() != "define" && p.Name() != "set" {
			return false
		}
	}
	return true
}

func last(nodes []*tree.Node) *tree.Node {
	if len(nodes) == 0 {
		return nil
	}
	return nodes[len(nodes)-1]
}

// isSpread tells whether a set has several targets, of which some may be there
// for the others' sake.
func isSpread(n *tree.Node) bool {
	args := 0
	for i := range n.Attrs {
		if n.Attrs[i].Unkeyed() {
			args++
		}
	}
	return n.Head == "set" && args+len(n.Children) > 2
}

// isUsed tells whether something may look at what a name stands for.
func (r *rules) isUsed(s *analysis.Symbol) bool {
	return r.isUsedBy(r.RefsTo(s.Name), s) || r.isUsedElsewhere(s)
}

// isUsedBy tells whether one of several references in the file may.
func (r *rules) isUsedBy(refs []*analysis.Reference, s *analysis.Symbol) bool {
	for _, ref := range refs {
		if ref.Name != s.Name {
			continue
		}
		if s.Kind == analysis.Function && isWithin(ref, s.Node) {
			continue // it calls itself
		}
		for _, d := range r.Definitions(ref) {
			if d.Symbol == s {
				return true
			}
		}
		if ref.Scope.InFunction() && !r.Has(ref.Scope, s.Name) {
			return true
		}
	}
	return false
}

// isUsedElsewhere tells whether other files may, or names that are made of
// texts.
func (r *rules) isUsedElsewhere(s *analysis.Symbol) bool {
	for _, f := range r.Related() {
		if f != r.File && len(f.RefsTo(s.Name)) > 0 {
			return true
		}
		said := r.saidIn(f)
		if said.words[s.Name] || said.brackets || isMeant(said.unknown, s.Name) {
			return true
		}
		if s.Kind == analysis.Variable && said.keys[s.Name] {
			return true // the key may be the variable's value
		}
	}
	return false
}

// isMeant tells whether a name is much like one that stands for nothing, so that
// it will have been meant.
func isMeant(unknown []string, name string) bool {
	if len(unknown) > mostSlips {
		return true // in such a file anything may be
	}
	limit := min(2, len(name)/3)
	return slices.ContainsFunc(unknown, func(other string) bool { return spell.Distance(other, name, limit) <= limit })
}

// said is what a file says beside its references of the names that nothing
// reads.
type said struct {
	words    map[string]bool // those that stand in quotes, behind $( or v.
	brackets bool            // v[…], or a key that is computed, may be about any variable
	keys     map[string]bool // those that are keys of attributes
	unknown  []string        // other names, that stand for nothing
}

// saidIn reads a file for it, once.
func (r *rules) saidIn(f *analysis.File) *said {
	if x := r.said[f]; x != nil {
		return x
	}
	idle := make(map[string]bool, len(r.idle))
	for _, s := range r.idle {
		idle[s.Name] = true
	}
	text := f.Source().Text
	x := &said{words: map[string]bool{}, brackets: strings.Contains(text, "v["), keys: map[string]bool{}}
	for i := 1; i < len(text); i++ {
		switch c := text[i-1]; {
		case c == '\'', c == '"', c == '(' && i > 1 && text[i-2] == '$', c == '.' && i > 1 && text[i-2] == 'v':
			if name := text[i : i+ast.SymbolLen(text[i:])]; idle[name] {
				x.words[name] = true
			}
		}
	}
	for c := range f.Calls() {
		for i := range c.Node.Attrs {
			if key := c.Node.Attrs[i].Key; key != "" && idle[key] {
				x.keys[key] = true
			}
			x.brackets = x.brackets || c.Node.Attrs[i].KeyExpr != nil
		}
	}
	for n := range f.UsedNames() {
		if !r.Defines(n) && len(f.Named(n)) == 0 && r.Env.Proc(n) == nil && !r.Env.IsGiven(n) {
			x.unknown = append(x.unknown, n)
		}
	}
	if r.said == nil {
		r.said = map[*analysis.File]*said{}
	}
	r.said[f] = x
	return x
}

// isHandedOn tells whether a function is given to something, which calls it
// with as many arguments as it likes.
func (r *rules) isHandedOn(n *tree.Node) bool {
	name, _ := parameters(n)
	s, ok := text(name)
	if !ok {
		s = name.Head
	}
	for _, f := range r.Related() {
		if slices.ContainsFunc(f.RefsTo(s), func(ref *analysis.Reference) bool { return !ref.Head }) {
			return true
		}
	}
	return false
}

func (r *rules) unusedTags() {
	if r.isOff(codeUnusedTag) {
		return // it has something to say of most flows
	}
	used := r.tags(analysis.Uses)
	for m := range r.Mentions() {
		if m.Entity == analysis.Tag && m.Role == analysis.Defines && !used.has(m.Name) && !used.computed && !r.moveTargets().names[m.Name] {
			r.warn(codeUnusedTag, m.Span, fmt.Sprintf("nothing names the tag %q", m.Name), "remove it, or name it where it was meant to be named")
		}
	}
}
