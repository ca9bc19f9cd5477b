package runtime

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"
)

// idSource makes the ids of executions: the domain, the unit, the minute, and
// syllables that one can read out, the first ones for the time within the
// minute. So ids of one domain and unit sort by the time of their launch.
type idSource struct {
	mu   sync.Mutex
	last int64 // in ticks since 1970
}

const (
	consonants = "bdfghjkmnprstvyz"
	vowels     = "aeiou"
	syllables  = len(consonants) * len(vowels)
	// timeSyllables tell the place within a minute, in ticks of 117 µs.
	timeSyllables   = 3
	randomSyllables = 3
	tick            = time.Minute/(80*80*80) + 1
)

func (s *idSource) next(domain, unit string, now time.Time) string {
	s.mu.Lock()
	ticks := max(now.UnixNano()/int64(tick), s.last+1)
	s.last = ticks
	s.mu.Unlock()
	at := time.Unix(0, ticks*int64(tick)).UTC()
	within := at.Sub(at.Truncate(time.Minute)) / tick
	var b strings.Builder
	fmt.Fprintf(&b, "%s-%s-%s.", domain, unit, at.Format("20060102.1504"))
	writeSyllables(&b, int(within), timeSyllables)
	for range randomSyllables {
		writeSyllables(&b, rand.IntN(syllables), 1)
	}
	return b.String()
}

// writeSyllables writes n as so many syllables, which sort as n does.
func writeSyllables(b *strings.Builder, n, count int) {
	var digits []int
	for range count {
		digits = append(digits, n%syllables)
		n /= syllables
	}
	for i := len(digits) - 1; i >= 0; i-- {
		b.WriteByte(consonants[digits[i]/len(vowels)])
		b.WriteByte(vowels[digits[i]%len(vowels)])
	}
}
