package check

import "github.com/florc-lang/florc/lang/spell"

// nearest returns the candidate that is most like name, "" where none is, and
// whether it is surely what was meant: one letter away, and the only one.
func nearest(name string, candidates []string) (best string, certain bool) {
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
	best = spell.Nearest(name, likely)
	return best, near[best] && len(near) == 1
}
