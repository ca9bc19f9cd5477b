package check

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// rule is a kind of mistake, or several that are found together: what they
// are, and how to find them. Each stands in a file of its own, with its codes.
// What is nil is not asked.
type rule struct {
	pages []diag.Page
	// settled tells that the rule is asked only where every line of the file
	// parses, stands in its place and has a head that is known. What it looks for is easily brought
	// about by one that does not.
	settled bool
	// file looks at the file as a whole, once all parts have been looked at.
	file func(r *rules)
	// part looks at a line at the outermost level with all that is nested in
	// it. What is found must depend on nothing but the part and what is asked
	// of the view by name: it is kept until the answers may have changed
	// (analysis.Asked). The same holds for the functions below, but for those
	// that are given a call of nil.
	part func(r *rules, p *analysis.Part)
	// call looks at each call that parses.
	call func(r *rules, c *analysis.Call)
	// proc looks at each call of a procedure, unless its head may be a
	// variable's name as well; internal at those of the procedures that the
	// compiler makes.
	proc, internal func(r *rules, c *analysis.Call)
	// value looks, under the same condition as proc, at each value that is given
	// to a procedure as an argument or attribute that its signature knows.
	value func(r *rules, c *analysis.Call, v given)
	// lines looks at the lines nested in each call, and at those of the file
	// itself, with a call of nil.
	lines func(r *rules, c *analysis.Call, lines []*tree.Node)
}

// given is a value that is given to a procedure, with what its signature says of
// it.
type given struct {
	key    string // "" for an argument
	node   *tree.Node
	typ    sig.Type
	values []string // as in sig.Attr
}

// all lists the rules. Names come first: what others say depends on whether a
// name is known.
func all() []rule {
	return []rule{
		unknownName, misplacedLine, misspeltAttribute, missingArgument, strayReturn, strayJump, badDuration, badRegex,
		uselessLines, hiddenParameter, unreachable, unusedNames, unusedTag, loneName, unusedValue, takenName,
		procedureAsPattern, endlessLoop, unknownTag, lostSignal, misspeltField, misspeltTasker,
		functionArguments, tooManyArguments, argumentType, tooGreatExpect, duplicateKey, duplicateAttribute, duplicateArm,
		elseInIf, constantCondition, functionAsCondition, selfComparison, missingFile, importCycle, unknownFlow, singleQuotes, badOption,
		handlers, misreading, minus, timing, taskWithoutTimeout, hiddenName,
		lostWrite, breakInEach, instead, errorMember, badSchedule, badRetry, strayUndo, noValue, endlessRecursion,
		usedBeforeSet, outerMember, takenKey,
		ignoreComments,
	}
}

// Pages explains the codes of the rules, in the order of the codes.
func Pages() []diag.Page {
	var pages []diag.Page
	for _, r := range all() {
		pages = append(pages, r.pages...)
	}
	slices.SortFunc(pages, func(a, b diag.Page) int { return cmp.Compare(a.Code, b.Code) })
	return pages
}

// rules applies the rules to a file.
type rules struct {
	*analysis.View
	found []diag.Diagnostic
	memo  *memo
	isOff func(diag.Code) bool // whether nobody wants to know
	// mentioned are the names that may be defined where it is not known what
	// a line means.
	mentioned map[string]bool
	everyName *lexicon               // of the names of anything, see near
	procNames *lexicon               // of the names of procedures, see isMisspelt
	attrNames map[*sig.Proc]*lexicon // see nearestAttr
	said      map[*analysis.File]*said
	loose     map[string]bool // see isLoose
	counted   *counted
	// unknown are the calls whose head is a misspelt procedure: what their
	// parts mean is not known.
	unknown map[*analysis.Call]bool
	moves   *moves

	here       *finding       // of the part at hand
	part       *analysis.Part // the part at hand, nil where the file is looked at
	stops      analysis.Stops // of the part, or of all lines at the outermost level
	unresolved []*analysis.Reference
	idle       []*analysis.Symbol
}

// looks are what several rules look at.
type looks struct {
	stops                bool // some rule asks how lines at the outermost level end
	file                 []func(*rules)
	part                 []func(*rules, *analysis.Part)
	call, proc, internal []func(*rules, *analysis.Call)
	value                []func(*rules, *analysis.Call, given)
	lines                []func(*rules, *analysis.Call, []*tree.Node)
}

// allLooks are those of all rules, and those of the rules that are asked of a
// settled file only.
var allLooks = sync.OnceValues(func() (plain, settled *looks) {
	plain, settled = &looks{}, &looks{stops: true}
	for _, x := range all() {
		l := plain
		if x.settled {
			l = settled
		}
		l.add(x)
	}
	return plain, settled
})

func (l *looks) add(x rule) {
	if x.file != nil {
		l.file = append(l.file, x.file)
	}
	if x.part != nil {
		l.part = append(l.part, x.part)
	}
	if x.call != nil {
		l.call = append(l.call, x.call)
	}
	if x.proc != nil {
		l.proc = append(l.proc, x.proc)
	}
	if x.internal != nil {
		l.internal = append(l.internal, x.internal)
	}
	if x.value != nil {
		l.value = append(l.value, x.value)
	}
	if x.lines != nil {
		l.lines = append(l.lines, x.lines)
	}
}

// apply applies the rules to the file, with what is remembered of an earlier
// version; memory may be nil.
func (r *rules) apply(memory *Memory) {
	v := r.View
	r.View, r.here = v.Watched(nil), &finding{}
	states := memory.recall(r, v)
	plain, settled := allLooks()
	for i, p := range r.Parts {
		if states[i].plain == nil {
			states[i].plain = r.look(p, plain, memory != nil)
		}
		r.take(states[i].plain)
	}
	r.lookAtFile(plain)
	if !r.isDisturbed() {
		r.stops = analysis.Stops{}
		for i, p := range r.Parts {
			if states[i].settled == nil {
				states[i].settled = r.look(p, settled, memory != nil)
			}
			r.take(states[i].settled)
		}
		r.lookAtFile(settled)
	}
}

// take adds what was found in a part to what was found in the file.
func (r *rules) take(f *finding) {
	r.found = append(r.found, f.found...)
	r.unresolved = append(r.unresolved, f.unresolved...)
	r.idle = append(r.idle, f.idle...)
	maps.Copy(r.stops, f.stops)
}

// lookAtFile looks at the file as a whole, and at its lines at the outermost
// level.
func (r *rules) lookAtFile(l *looks) {
	for _, look := range l.file {
		look(r)
	}
	for _, look := range l.lines {
		look(r, nil, r.Tree.Children)
	}
}

// look looks at a part; watch tells to note what is asked.
func (r *rules) look(p *analysis.Part, l *looks, watch bool) *finding {
	in := *r // what is found on the way is the part's
	in.found, in.unresolved, in.idle, in.stops = nil, nil, nil, nil
	in.here, in.part = &finding{}, p
	if watch {
		in.Watch(&in.here.asked)
		defer in.Watch(nil)
	}
	in.lookAt(p, l)
	f := in.here
	if in.stops == nil && l.stops {
		in.stops = in.Stops(p)
	}
	f.found, f.unresolved, f.idle = in.found, in.unresolved, in.idle
	for _, n := range p.Nodes {
		if after := in.stops[n]; after != sig.GoesOn {
			if f.stops == nil {
				f.stops = analysis.Stops{}
			}
			f.stops[n] = after
		}
	}
	r.everyName, r.attrNames, r.said = in.everyName, in.attrNames, in.said
	return f
}

func (r *rules) lookAt(p *analysis.Part, l *looks) {
	for _, look := range l.part {
		look(r, p)
	}
	for _, c := range p.Calls {
		if c.Broken {
			continue
		}
		for _, look := range l.call {
			look(r, c)
		}
		known := c.Proc != nil && !r.isShadowed(c)
		if known && c.Proc.Group == sig.Internal {
			for _, look := range l.internal {
				look(r, c)
			}
			continue
		}
		if len(c.Node.Children) > 0 {
			for _, look := range l.lines {
				look(r, c, c.Node.Children)
			}
		}
		if known {
			for _, look := range l.proc {
				look(r, c)
			}
			if len(l.value) > 0 {
				r.lookAtValues(c, l.value)
			}
		}
	}
}

func (r *rules) lookAtValues(c *analysis.Call, looks []func(*rules, *analysis.Call, given)) {
	args := c.Proc.Args
	for i := range c.Node.Attrs {
		a := &c.Node.Attrs[i]
		v := given{key: a.Key, node: a.Value}
		switch {
		case a.Unkeyed():
			if len(args) == 0 || r.isFlag(a.Value) {
				continue
			}
			v.typ, args = args[0].Type, args[1:]
		case a.Key != "":
			at := r.Attr(c, a.Key)
			if at == nil {
				continue
			}
			v.typ, v.values = at.Type, at.Values
		default:
			continue
		}
		for _, look := range looks {
			look(r, c, v)
		}
	}
}

// stop says how the branch that comes to a node ends there.
func (r *rules) stop(n *tree.Node) sig.After {
	if r.stops == nil {
		r.stops = r.Stops(r.part)
	}
	return r.stops[n]
}

// isDisturbed tells whether some line does not parse, stands in the wrong place,
// or starts with a misspelt name.
func (r *rules) isDisturbed() bool {
	if r.IsBroken() || len(r.Misplaced) > 0 {
		return true
	}
	for _, misspelt := range r.unknown {
		if misspelt {
			return true
		}
	}
	return false
}

func (r *rules) report(d diag.Diagnostic) {
	// a diagnostic never spans past the line it starts on
	if s := &d.Span; s.IsValid() && s.End.Line > s.Start.Line {
		s.End = r.Source().LineEnd(s.Start)
	}
	r.found = append(r.found, d)
}

// rename is the fix that writes another name.
func rename(at source.Span, name string) *diag.Fix {
	return &diag.Fix{Title: fmt.Sprintf("write %q", name), Edits: []diag.Edit{{Span: at, NewText: name}}}
}

// isShadowed tells whether the head may be a variable's name as well.
func (r *rules) isShadowed(c *analysis.Call) bool {
	switch {
	case c.Ref == nil || !r.IsDefined(c.Ref):
		return false
	case r.Has(c.Ref.Scope, c.Ref.Name):
		return true
	}
	// what an arm of case or match binds, match itself, is seen there only
	return slices.ContainsFunc(r.Definitions(c.Ref), func(d analysis.Definition) bool { return d.Symbol.Kind != analysis.Binding })
}

func (r *rules) head(c *analysis.Call) source.Span {
	if c.Ref != nil {
		return c.Ref.Span
	}
	return c.Node.Span
}
