package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/spell"
)

const (
	codeHead  diag.Code = "FLO0301"
	codeName  diag.Code = "FLO0302"
	codeMuted diag.Code = "FLO0312"
)

// unknownName finds names that stand for nothing.
var unknownName = rule{
	pages: []diag.Page{
		{
			Code:  codeHead,
			Title: "a head that nobody knows",
			Why:   "A line starts with what it does: a procedure, a function, or a tasker. Nothing of this name is known. It may be a tasker that the runtime knows and the checker does not: name it to the checker then. Otherwise the line fails when it is reached.",
			Bad:   "set l []\npsuh l 1\n",
			Good:  "set l []\npush l 1\n",
		},
		{
			Code:  codeName,
			Title: "a name that stands for nothing",
			Why:   "A name without quotes stands for what a variable holds, for a function or for a procedure. Nothing in the file sets a variable of this name that would be seen here, so that the line fails when it is reached. Text stands in quotes. What is set in a function, or beneath `vars:`, is seen there only.",
			Bad:   "set count 1\ncuont + 1\n",
			Good:  "set count 1\ncount + 1\n",
		},
		{
			Code:  codeMuted,
			Title: "a name in a string that stands for nothing",
			Why:   "Within `$(…)` a name that stands for nothing gives an empty text, and no failure. This one is but one letter away from a variable.",
			Bad:   "set customer 'Ann'\n\"Dear $(custmer),\"\n",
			Good:  "set customer 'Ann'\n\"Dear $(customer),\"\n",
		},
	},
	part: (*rules).unresolvedNames,
	file: (*rules).names,
}

func (r *rules) unresolvedNames(p *analysis.Part) {
	for _, ref := range p.Refs {
		if !r.Resolves(ref) {
			r.unresolved = append(r.unresolved, ref)
		}
	}
}

// names finds names that stand for nothing. Those next to a misspelt
// procedure keep silent, as what it would do with them is not known, and so
// do those that a broken line may define.
func (r *rules) names() {
	for _, ref := range r.unresolved {
		if ref.Head && !r.isMentioned(ref.Name) {
			r.unknown[ref.Call] = r.isMisspelt(ref.Name, ref.Words())
		}
	}
	var clear []*analysis.Reference
	for _, ref := range r.unresolved {
		if !r.anyUnknown(under(ref)) && !r.IsDisturbed(ref.Call) {
			clear = append(clear, ref)
			continue
		}
		r.mentioned[ref.Name] = true
		if plain, _, ok := ast.Splat(ref.Name); ok {
			r.mentioned[plain] = true
		}
	}
	for _, ref := range clear {
		if !r.isMentioned(ref.Name) && (ref.Head || !anyBroken(ref.Call)) {
			r.unknownName(ref)
		}
	}
}

func (r *rules) isMentioned(name string) bool { return r.mentioned[name] || r.Mentioned[name] }

// isMisspelt tells whether a name is much like a procedure's, or like a word
// that has a meaning where it stands.
func (r *rules) isMisspelt(name string, words []string) bool {
	if r.procNames == nil {
		r.procNames = &lexicon{names: r.Env.ProcNames()}
	}
	procs := append(slices.Clip(r.procNames.near(name)), words...)
	return spell.Nearest(name, procs) != "" || len(name) > 1 && slices.ContainsFunc(procs, func(p string) bool {
		return len(p) > 1 && p[0] != '_' && spell.Distance(name, p, 1) == 1
	})
}

// under returns the call that a reference is given to.
func under(ref *analysis.Reference) *analysis.Call {
	if ref.Head {
		return ref.Call.Parent
	}
	return ref.Call
}

// anyUnknown tells whether the call, or one around it in which names might be
// defined, has an unknown head.
func (r *rules) anyUnknown(c *analysis.Call) bool {
	for ; c != nil; c = c.Parent {
		if r.unknown[c] {
			return true
		}
	}
	return false
}

func anyBroken(c *analysis.Call) bool {
	for ; c != nil; c = c.Parent {
		if c.Broken {
			return true
		}
	}
	return false
}

func (r *rules) unknownName(ref *analysis.Reference) {
	if ref.Call.Name() == "_ref" && !ref.Head && r.hiddenBy(ref.Call) != nil {
		return // that says more
	}
	if ref.Muted && !ref.Head {
		r.mutedName(ref)
		return
	}
	d := diag.Diagnostic{Code: codeName, Severity: diag.Error, Span: ref.Span}
	if ref.Head {
		d.Code, d.Severity = codeHead, diag.Warning
		if r.Env.Schema.AllTaskers {
			d.Severity = diag.Error
		}
		d.Message = fmt.Sprintf("no procedure, function or tasker %q is known", ref.Name)
		d.Hint = fmt.Sprintf("define a function %q, or name it as a tasker", ref.Name)
	} else {
		d.Message = fmt.Sprintf("nothing is called %q here", ref.Name)
		d.Hint = fmt.Sprintf("set a variable %q first, or write '%s' where the text is meant", ref.Name, ref.Name)
		if strings.HasSuffix(ref.Name, "/") {
			d.Hint = "behind a value a slash divides: write r/…/ for a regular expression"
		}
	}
	if !nearest(ref.Name, append(r.seenBy(ref), ref.Words()...)).propose(&d) && ref.Handled {
		// it fails, but somebody takes care of that, and may want to
		d.Severity = diag.Info
	}
	r.report(d)
}

// mutedName finds, within $(…), names that are a variable's but for a letter.
// Those unlike any may well be missing on purpose.
func (r *rules) mutedName(ref *analysis.Reference) {
	if !ref.Only || len(ref.Name) < 4 {
		return
	}
	var candidates []string
	for _, name := range r.near(ref.Name) {
		if r.Defines(name) && spell.Distance(ref.Name, name, 1) == 1 {
			candidates = append(candidates, name)
		}
	}
	if g := nearest(ref.Name, candidates); g.certain {
		r.slipped(codeMuted, ref.Span, fmt.Sprintf("nothing is called %q here, so that this gives an empty text", ref.Name), g.name)
	}
}

// seenBy lists the names that a reference might have been meant to be, of those
// that are anything like it.
func (r *rules) seenBy(ref *analysis.Reference) []string {
	var names []string
	for _, name := range r.near(ref.Name) {
		switch {
		case r.Env.Proc(name) != nil, r.Env.IsGiven(name), ref.Scope.InFunction(), r.Has(ref.Scope, name):
			names = append(names, name)
		}
	}
	return names
}

// mostSlips bounds for how many names of a file it is looked what they might
// have been meant to be: somebody with more has another worry.
const mostSlips = 200

// near lists the names, of anything, that are anything like a name, sorted.
func (r *rules) near(name string) []string {
	if r.everyName == nil {
		names := append(append(append(r.Env.ProcNames(), r.SymbolNames()...), r.Env.Given()...), analysis.ImplicitNames()...)
		slices.Sort(names)
		r.everyName = &lexicon{names: slices.Compact(names), most: mostSlips}
	}
	return r.everyName.near(name)
}
