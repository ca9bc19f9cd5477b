// Package spell finds the name that was probably meant by one that is not
// known.
package spell

// Nearest returns the candidate most like name, the first of several, or ""
// where none is like enough: one letter in three may differ or, in names of
// up to four letters, two neighbours may be swapped or one letter be missing.
func Nearest(name string, candidates []string) string {
	best, limit := "", (len(name)+1)/3
	if len(name) < 3 {
		return ""
	}
	for _, c := range candidates {
		if c == name {
			continue
		}
		if d := Distance(name, c, limit); d <= limit && (d < limit || best == "") {
			best, limit = c, d
		}
	}
	return best
}

// Distance is the number of insertions, deletions, substitutions and swaps of
// neighbours that lead from a to b (optimal string alignment), counted in
// bytes, or limit+1 where it is more than limit.
func Distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	var room [3][64]int // for names, which are short
	rows := [3][]int{room[0][:], room[1][:], room[2][:]}
	if len(b) >= len(room[0]) {
		for i := range rows {
			rows[i] = make([]int, len(b)+1)
		}
	}
	before, row, next := rows[0], rows[1], rows[2]
	for j := range len(b) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
			least = min(least, next[j])
		}
		if least > limit+1 {
			return limit + 1 // a swap may still win one back, no more
		}
		before, row, next = row, next, before
	}
	return min(row[len(b)], limit+1)
}
