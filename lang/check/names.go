package check

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/spell"
)

// names finds names that stand for nothing. Those next to a misspelt
// procedure keep silent, as what it would do with them is not known, and so
// do those that a broken line may define.
func (r *rules) names() {
	var unknown []*Reference
	for _, ref := range r.Refs {
		if r.resolves(ref) {
			continue
		}
		unknown = append(unknown, ref)
		if ref.Head && !r.mentioned[ref.Name] {
			ref.call.unknown = r.isMisspelt(ref.Name, ref.words)
		}
	}
	var clear []*Reference
	for _, ref := range unknown {
		if c := ref.under(); !c.anyUnknown() && !r.isDisturbed(ref.call) {
			clear = append(clear, ref)
			continue
		}
		r.mentioned[ref.Name] = true
		if plain, _, ok := ast.Splat(ref.Name); ok {
			r.mentioned[plain] = true
		}
	}
	for _, ref := range clear {
		if !r.mentioned[ref.Name] && (ref.Head || !ref.call.anyBroken()) {
			r.unknown(ref)
		}
	}
}

// isMisspelt tells whether a name is much like a procedure's, or like a word
// that has a meaning where it stands.
func (r *rules) isMisspelt(name string, words []string) bool {
	procs := append(r.procNames(), words...)
	return spell.Nearest(name, procs) != "" || len(name) > 1 && slices.ContainsFunc(procs, func(p string) bool {
		return len(p) > 1 && p[0] != '_' && spell.Distance(name, p, 1) == 1
	})
}

// under returns the call that a reference is given to.
func (ref *Reference) under() *call {
	if ref.Head {
		return ref.call.ctx.parent
	}
	return ref.call
}

// anyUnknown tells whether the call, or one around it in which names might be
// defined, has an unknown head.
func (c *call) anyUnknown() bool {
	for ; c != nil; c = c.ctx.parent {
		if c.unknown {
			return true
		}
	}
	return false
}

func (c *call) anyBroken() bool {
	for ; c != nil; c = c.ctx.parent {
		if c.broken {
			return true
		}
	}
	return false
}

// isDisturbed tells whether a line in or beneath the call, or one around it,
// stands where it hardly belongs, or does not parse where each line counts.
// What is meant by the names there can't be told.
func (r *rules) isDisturbed(c *call) bool {
	if len(r.crooked) == 0 && len(r.damaged) == 0 {
		return false
	}
	for ; c != nil; c = c.ctx.parent {
		if r.crooked[c.node.Line()] {
			return true
		}
		counts := c.name() == "set" || c.proc != nil && c.proc.Body == sig.Cases
		if counts && r.damaged[c.node.Span.Start.Offset] {
			return true
		}
		for _, ch := range c.node.Children {
			if r.crooked[ch.Line()] {
				return true
			}
		}
	}
	return false
}

func (r *rules) unknown(ref *Reference) {
	if ref.call.name() == "_ref" && !ref.Head && r.hiddenBy(ref.call) != nil {
		return // that says more
	}
	if ref.muted && !ref.Head {
		r.mutedName(ref)
		return
	}
	d := diag.Diagnostic{Code: codeName, Severity: diag.Error, Span: ref.Span}
	candidates := append(r.seenBy(ref), ref.words...)
	if ref.Head {
		d.Code, d.Severity = codeHead, diag.Warning
		if r.c.opts.StrictTaskers {
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
	best, certain := nearest(ref.Name, candidates)
	switch {
	case best != "":
		d.Hint = fmt.Sprintf("did you mean %q?", best)
		if certain {
			d.Fix = rename(ref.Span, best)
		}
	case ref.handled:
		// it fails, but somebody takes care of that, and may want to
		d.Severity = diag.Info
	}
	r.report(d)
}

// mutedName finds, within $(…), names that are a variable's but for a letter.
// Those unlike any may well be missing on purpose.
func (r *rules) mutedName(ref *Reference) {
	if !ref.only || len(ref.Name) < 4 {
		return
	}
	var candidates []string
	for name := range r.byName {
		if spell.Distance(ref.Name, name, 1) == 1 {
			candidates = append(candidates, name)
		}
	}
	sort.Strings(candidates)
	if best, certain := nearest(ref.Name, candidates); best != "" && certain {
		r.report(diag.Diagnostic{
			Code: codeMuted, Severity: diag.Warning, Span: ref.Span,
			Message: fmt.Sprintf("nothing is called %q here, so that this gives an empty text", ref.Name),
			Hint:    fmt.Sprintf("did you mean %q?", best), Fix: rename(ref.Span, best),
		})
	}
}

// seenBy lists the names that a reference might have been meant to be.
func (r *rules) seenBy(ref *Reference) []string {
	names := r.procNames()
	for name := range r.byName {
		if ref.Scope.inFunction() || ref.Scope.has(name) {
			names = append(names, name)
		}
	}
	for name := range r.c.outside {
		names = append(names, name)
	}
	if ref.Scope.inFunction() {
		for name := range implicit {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// procNames lists the names of every procedure that people write.
func (r *rules) procNames() []string {
	var names []string
	for _, p := range r.c.opts.Procs {
		names = append(names, p.Names...)
	}
	return names
}
