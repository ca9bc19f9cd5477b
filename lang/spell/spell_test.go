package spell

import "testing"

func TestNearest(t *testing.T) {
	names := []string{"sequence", "concurrence", "run", "set", "sort", "sort_by"}
	for name, want := range map[string]string{
		"seqence": "sequence", "sequnece": "sequence", "concurence": "concurrence",
		"rnu": "run", "sett": "set", "sor": "sort", "xyzzy": "", "": "", "set": "", "a": "", "sot": "set",
	} {
		if got := Nearest(name, names); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b        string
		limit, want int
	}{
		{"", "", 3, 0}, {"abc", "abc", 3, 0}, {"abc", "acb", 3, 1}, {"abc", "ab", 3, 1},
		{"kitten", "sitting", 9, 3}, {"kitten", "sitting", 1, 2}, {"a", "abcdef", 2, 3},
	} {
		if got := Distance(c.a, c.b, c.limit); got != c.want {
			t.Errorf("Distance(%q, %q, %d) = %d, want %d", c.a, c.b, c.limit, got, c.want)
		}
	}
}
