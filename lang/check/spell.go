package check

import (
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/spell"
)

// guess is what was probably meant by a name.
type guess struct {
	name    string // "" where nothing is like it
	certain bool   // it is one letter away, and the only one
}

// nearest returns the candidate that is most like a name, the first of several.
func nearest(name string, candidates []string) guess {
	likely := make([]string, 0, len(candidates))
	near := map[string]bool{}
	for _, c := range candidates {
		if c != "" && c[0] != '_' {
			likely = append(likely, c)
			if c != name && spell.Distance(name, c, 1) == 1 {
				near[c] = true
			}
		}
	}
	best := spell.Nearest(name, likely)
	return guess{best, near[best] && len(near) == 1}
}

// hint asks whether it was meant.
func (g guess) hint() string { return fmt.Sprintf("did you mean %q?", g.name) }

// propose adds to a finding about a name what was probably meant, and tells
// whether anything was.
func (g guess) propose(d *diag.Diagnostic) bool {
	if g.name == "" {
		return false
	}
	d.Hint = g.hint()
	if g.certain {
		d.Fix = rename(d.Span, g.name)
	}
	return true
}

// lexicon is a number of names among which others are looked for. It keeps what
// it found: a slip is often made many times.
type lexicon struct {
	names   []string
	letters []uint64 // of each
	most    int      // for how many names it looks, 0 for any number
	found   map[string][]string
}

// near lists the names that are anything like a name, in their order.
func (x *lexicon) near(name string) []string {
	list, known := x.found[name]
	if known || x.most > 0 && len(x.found) >= x.most {
		return list
	}
	if x.found == nil {
		x.found = map[string][]string{}
		for _, other := range x.names {
			x.letters = append(x.letters, lettersOf(other))
		}
	}
	limit, letters := max(1, (len(name)+1)/3), lettersOf(name)
	for i, other := range x.names {
		// a change takes one letter away and brings another at most
		if bits.OnesCount64(letters^x.letters[i]) <= 2*limit && other != name && spell.Distance(name, other, limit) <= limit {
			list = append(list, other)
		}
	}
	x.found[name] = list
	return list
}

// lettersOf is a set of the letters of a name; some letters are taken for the
// same.
func lettersOf(name string) (set uint64) {
	for i := range len(name) {
		set |= 1 << (name[i] & 63)
	}
	return set
}

// maxSlipNames is among how many names slips are looked for: every use is
// compared with all of them, and an editor waits for it at each keystroke.
const maxSlipNames = 200

// mayBeNear tells, at little cost, whether two names may be one change apart:
// between what they start and end with alike, at most two characters are left.
func mayBeNear(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 2*utf8.UTFMax {
		return false
	}
	head := 0
	for head < len(a) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return len(b)-head-tail <= 2*utf8.UTFMax
}

// slip returns the only one of several names for which a name is likely a
// slip, "" where there is none.
func slip(name string, names []string) string {
	if len(names) > maxSlipNames {
		return ""
	}
	found := ""
	for _, other := range names {
		if mayBeNear(name, other) && isSlip(name, other) && spell.Distance(name, other, 1) == 1 {
			if found != "" {
				return ""
			}
			found = other
		}
	}
	return found
}

// isSlip tells whether a name is likely a slip for another: it is one letter
// away, other than in a number or at the end.
func isSlip(name, other string) bool {
	if len(name) < 5 || len(other) < 5 || name == other {
		return false
	}
	if strings.HasPrefix(name, other) || strings.HasPrefix(other, name) {
		return false // the plural, officer of office
	}
	digits := func(c rune) rune {
		if c >= '0' && c <= '9' {
			return '0'
		}
		return c
	}
	return strings.Map(digits, name) != strings.Map(digits, other)
}
