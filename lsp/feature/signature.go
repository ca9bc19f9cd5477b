package feature

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/sig"
)

// SignatureInfo is how something that is being called is to be called.
type SignatureInfo struct {
	Label      string
	Doc        string // Markdown
	Parameters []SignatureParameter
	Active     int // the parameter that is being written, -1 for none of them
}

// SignatureParameter is a parameter of a signature.
type SignatureParameter struct {
	Start, End int // of it in the label, in bytes
	Doc        string
}

// Signature returns how the call that an offset is in is to be written, nil
// where it is in none, or nothing is known of it. The call need not be
// finished.
func Signature(v *analysis.View, offset int) *SignatureInfo {
	offset = clamp(v, offset)
	c := cursorAt(v, offset)
	if c.dead {
		return nil
	}
	scope, _ := scopeAt(v, offset)
	for i := len(c.frames) - 1; i >= 0; i-- {
		f := &c.frames[i]
		if !f.isStatement() || !f.hasHead {
			continue
		}
		given := f.items
		touching := f.operand && c.prefix == "" && offset > 0 && strings.IndexByte(" \t\r\n,", v.Source().Text[offset-1]) < 0
		if i < len(c.frames)-1 || c.quote != "" || f.infix || touching {
			given = max(0, given-1) // what is being written has been counted
		}
		if s := signatureOf(v, scope, f, given); s != nil {
			return s
		}
	}
	return nil
}

func signatureOf(v *analysis.View, scope *analysis.Scope, f *cursorFrame, given int) *SignatureInfo {
	x := &completer{v: v, scope: scope}
	if list := x.functions(f.head); len(list) > 0 {
		d := list[0]
		n := functionNode(d.symbol)
		s := newSignature(f.head, parameterTexts(d.file, n), docAbove(d.file, row(d.file, n.Span)))
		s.Active = -1
		at := 0 // among those that are not given by key
		for i, p := range parameters(d.file, n) {
			switch {
			case f.keyed && p.Name == f.key:
				s.Active = i
			case f.keyed || slices.Contains(f.keys, p.Name):
			case at == given:
				s.Active = i
				at++
			default:
				at++
			}
		}
		return s
	}
	p := v.Env.Proc(f.head)
	if p == nil {
		return taskerSignature(v, f)
	}
	first, _, _ := strings.Cut(strings.TrimSpace(p.Doc), "\n\n")
	s := newSignature(f.head, p.Parts(), first)
	s.Active = -1
	for i := range p.Args {
		s.Parameters[i].Doc = p.Args[i].Doc
	}
	for i := range p.Attrs {
		a := &p.Attrs[i]
		s.Parameters[len(p.Args)+i].Doc = strings.TrimSpace(a.Doc + " " + a.DefaultText())
		if f.keyed && slices.Contains(a.Names, f.key) {
			s.Active = len(p.Args) + i
		}
	}
	if !f.keyed && argAt(p, given) != nil {
		s.Active = min(given, len(p.Args)-1)
	}
	return s
}

func taskerSignature(v *analysis.View, f *cursorFrame) *SignatureInfo {
	t := v.Env.Tasker(f.head)
	if t == nil {
		return nil
	}
	parts := []string{"[name]"}
	for i := range t.Attrs {
		parts = append(parts, "["+t.Attrs[i].Names[0]+": "+string(t.Attrs[i].Type)+"]")
	}
	s := newSignature(f.head, parts, sig.FirstSentence(t.Doc))
	s.Active = -1
	s.Parameters[0].Doc = "The name of the task."
	for i := range t.Attrs {
		s.Parameters[i+1].Doc = t.Attrs[i].Doc
		if f.keyed && slices.Contains(t.Attrs[i].Names, f.key) {
			s.Active = i + 1
		}
	}
	if !f.keyed && f.items <= 1 {
		s.Active = 0
	}
	return s
}

// newSignature writes a label out of its parts.
func newSignature(head string, parts []string, doc string) *SignatureInfo {
	s := &SignatureInfo{Label: head, Doc: doc}
	for _, p := range parts {
		s.Label += " "
		s.Parameters = append(s.Parameters, SignatureParameter{Start: len(s.Label), End: len(s.Label) + len(p)})
		s.Label += p
	}
	return s
}
