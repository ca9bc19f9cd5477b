package crash

import (
	"flag"
	"math/rand/v2"
	"testing"
)

var seed = flag.Uint64("seed", 0, "what all randomness follows from, as far as timing allows; 0 for a random one")

// random returns a source of its own for each test.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	s := *seed
	if s == 0 {
		s = rand.Uint64N(1_000_000) + 1
	}
	t.Logf("to try the same again, as far as timing allows: -seed %d", s)
	return rand.New(rand.NewPCG(s, 0))
}
