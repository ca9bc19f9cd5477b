package vm

import "fmt"

// suggest returns a hint for a name that was not found: the most similar of
// the variables, procedures and functions in sight.
func (x *Execution) suggest(f *Frame, name string) string {
	best, bestDistance := "", len(name)/3+1
	consider := func(other string) {
		if other == name || other == "" || other[0] == '_' {
			return
		}
		if d := editDistance(name, other, bestDistance); d < bestDistance || (d == bestDistance && best == "") {
			best, bestDistance = other, d
		}
	}
	for _, v := range x.visible(f) {
		consider(v.Name)
	}
	for _, p := range x.prog.lib.procs {
		for _, n := range p.Sig.Names {
			consider(n)
		}
	}
	if best == "" {
		return fmt.Sprintf("set a variable, define a function, or give a tasker named %q", name)
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// editDistance is the number of insertions, deletions, substitutions and
// swaps of neighbours between two names (optimal string alignment), or
// limit+1 where it is more than limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return min(row[len(b)], limit+1)
}
