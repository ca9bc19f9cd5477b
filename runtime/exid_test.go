package runtime

import (
	"testing"
	"time"
)

func TestSyllables(t *testing.T) {
	s := &idSource{}
	now := time.Date(2026, 11, 21, 18, 44, 59, 999_999_999, time.UTC)
	a, b := s.next("d", "u", now), s.next("d", "u", now)
	if a >= b || len(a) != len(b) {
		t.Errorf("%s, %s", a, b)
	}
}
