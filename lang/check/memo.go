package check

import (
	"strings"
	"sync"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/lang/when"
)

// memo remembers what texts in definitions say: an editor has the same ones
// checked at each keystroke, and the same ones stand in many places. It is safe
// for concurrent use.
type memo struct {
	regexes   texts[error]
	durations texts[duration]
}

type duration struct {
	time.Duration
	err error
}

// regex returns what is wrong with a regular expression.
func (m *memo) regex(text string) error {
	return m.regexes.of(text, func(text string) error {
		_, err := value.NewRegex(text)
		return err
	})
}

// duration reads a duration.
func (m *memo) duration(text string) (time.Duration, error) {
	d := m.durations.of(text, func(text string) duration {
		d, err := when.ParseDuration(text)
		return duration{d, err}
	})
	return d.Duration, d.err
}

// maxTexts is how many texts of a kind are remembered.
const maxTexts = 10_000

type texts[T any] struct {
	mu    sync.Mutex
	known map[string]T
}

// of returns what a text says, reading it where that is not known.
func (x *texts[T]) of(text string, read func(string) T) T {
	x.mu.Lock()
	said, ok := x.known[text]
	x.mu.Unlock()
	if ok {
		return said
	}
	said = read(text)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.known == nil || len(x.known) >= maxTexts {
		x.known = map[string]T{}
	}
	x.known[strings.Clone(text)] = said // the text of a whole file is not kept for it
	return said
}
