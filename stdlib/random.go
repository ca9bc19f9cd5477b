package stdlib

import (
	"math"
	"math/bits"

	"github.com/florc-lang/florc/lang/value"
)

// A replay has to draw the same numbers in any release of florc and of Go, so
// the algorithms are here, on top of a source of 64 random bits.

// below draws an integer of at least 0 and below n, which is above 0, each as
// likely as the others. It multiplies and rejects, after Daniel Lemire, "Fast
// Random Integer Generation in an Interval", 2019.
func below(random func() uint64, n uint64) uint64 {
	hi, lo := bits.Mul64(random(), n)
	if lo < n {
		for tooLow := -n % n; lo < tooLow; {
			hi, lo = bits.Mul64(random(), n)
		}
	}
	return hi
}

// floatBetween draws a float of at least from and below to, which is greater.
func floatBetween(random func() uint64, from, to float64) float64 {
	unit := float64(random()>>11) / (1 << 53)
	// Two products rather than from + unit*(to-from): the difference may be
	// more than a float can hold.
	f := float64(from*(1-unit)) + float64(to*unit)
	return min(max(f, from), math.Nextafter(to, from))
}

// drawn returns n elements of vs, or all where there are fewer, drawn without
// putting any back: the first n steps of a Fisher-Yates shuffle.
func drawn(random func() uint64, vs []value.Value, n int) []value.Value {
	vs = append([]value.Value(nil), vs...)
	n = min(n, len(vs))
	for i := range n {
		j := i + int(below(random, uint64(len(vs)-i)))
		vs[i], vs[j] = vs[j], vs[i]
	}
	return vs[:n:n]
}
