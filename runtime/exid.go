package runtime

import (
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// idSource makes the ids of executions: the domain, the unit, the minute, and
// syllables that one can read out, the first ones for the time within the
// minute. So ids of one domain and unit sort by the time of their launch.
type idSource struct {
	last   atomic.Int64 // in ticks since 1970
	prefix atomic.Pointer[minutePrefix]
}

// minutePrefix is how the ids of a minute go on after domain and unit.
type minutePrefix struct {
	minute int64 // since 1970
	text   string
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
	var ticks int64
	for {
		last := s.last.Load()
		if ticks = max(now.UnixNano()/int64(tick), last+1); s.last.CompareAndSwap(last, ticks) {
			break
		}
	}
	sinceEpoch := time.Duration(ticks) * tick
	p := s.prefix.Load()
	if minute := int64(sinceEpoch / time.Minute); p == nil || p.minute != minute {
		p = &minutePrefix{minute, time.Unix(minute*60, 0).UTC().Format("20060102.1504.")}
		s.prefix.Store(p)
	}
	prefix := p.text
	b := make([]byte, 0, len(domain)+len(unit)+len(prefix)+2+2*(timeSyllables+randomSyllables))
	b = append(append(append(append(append(b, domain...), '-'), unit...), '-'), prefix...)
	b = appendSyllables(b, int(sinceEpoch%time.Minute/tick), timeSyllables)
	for range randomSyllables {
		b = appendSyllables(b, rand.IntN(syllables), 1)
	}
	return string(b)
}

// appendSyllables appends n as so many syllables, which sort as n does.
func appendSyllables(b []byte, n, count int) []byte {
	if count > 1 {
		b = appendSyllables(b, n/syllables, count-1)
	}
	n %= syllables
	return append(b, consonants[n/len(vowels)], vowels[n%len(vowels)])
}
