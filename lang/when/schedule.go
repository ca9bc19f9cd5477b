package when

import (
	"fmt"
	"strings"
	"time"
)

// Kind says how a schedule is meant.
type Kind string

// The kinds.
const (
	AtOnce   Kind = "at"    // once, at a point in time
	AfterIn  Kind = "in"    // once, after a while
	EverySo  Kind = "every" // again and again
	CronLike Kind = "cron"  // again and again, by the calendar
	AnyKind  Kind = ""      // whatever the text says; a duration is once
)

// Schedule says when something is to happen, once or again and again.
type Schedule struct {
	cron  *Cron
	every time.Duration // 0 where it does not happen again
	first time.Time     // of those without a cron
}

// minEvery is the shortest time between repetitions.
const minEvery = time.Millisecond

// ParseSchedule reads a schedule as of now, whose time zone is that of points
// in time and cron expressions without one of their own.
func ParseSchedule(kind Kind, s string, now time.Time) (*Schedule, error) {
	if kind != AfterIn && kind != AtOnce {
		if c, err := ParseCron(s); err == nil {
			return &Schedule{cron: c}, nil
		} else if kind == CronLike && len(strings.Fields(s)) >= 5 && strings.ContainsAny(s, "*0123456789") {
			if c, nat := ParseNatural(s); nat == nil {
				return &Schedule{cron: c}, nil
			}
			return nil, err
		}
	}
	if kind != CronLike && kind != AtOnce {
		d, err := ParseDuration(s)
		switch {
		case err == nil && kind == EverySo && d < minEvery:
			return nil, fmt.Errorf("%q is too short to be repeated", s)
		case err == nil && kind == EverySo:
			return &Schedule{every: d, first: now.Add(d)}, nil
		case err == nil:
			return &Schedule{first: now.Add(d)}, nil
		case kind == AfterIn:
			return nil, err
		}
	}
	if kind != AtOnce {
		if c, err := ParseNatural(s); err == nil {
			return &Schedule{cron: c}, nil
		}
	}
	if kind == AtOnce || kind == AnyKind {
		t, err := ParseTime(s, now)
		if err == nil {
			return &Schedule{first: t}, nil
		}
		if kind == AtOnce {
			return nil, err
		}
	}
	return nil, fmt.Errorf("%q is not a schedule", s)
}

// First is when it happens first; false for never.
func (s *Schedule) First(now time.Time) (time.Time, bool) {
	if s.cron != nil {
		return s.cron.Next(now)
	}
	return s.first, true
}

// Next is when it happens again, after it was due at a time and happened now;
// false where it does not. What was missed in between is left out.
func (s *Schedule) Next(due, now time.Time) (time.Time, bool) {
	switch {
	case s.cron != nil:
		return s.cron.Next(now)
	case s.every == 0:
		return time.Time{}, false
	}
	n := max(now.Sub(due), 0)/s.every + 1
	return due.Add(n * s.every), true
}

var timeLayouts = []string{
	"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02",
	"2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02", "20060102T150405", "20060102.150405",
}

// ParseTime reads a point in time: "2026-12-24 18:00", "2026-12-24T18:00:00Z",
// "2026-12-24 18:00 Europe/Paris", "2026-12-24", "now". Without a zone it is in
// that of now.
func ParseTime(s string, now time.Time) (time.Time, error) {
	text := strings.TrimSpace(s)
	if strings.EqualFold(text, "now") {
		return now, nil
	}
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return t, nil
	}
	zone := now.Location()
	if i := strings.LastIndexByte(text, ' '); i >= 0 {
		if z, err := ParseZone(text[i+1:]); err == nil {
			zone, text = z, strings.TrimSpace(text[:i])
		}
	} else if trimmed, ok := strings.CutSuffix(text, "Z"); ok {
		zone, text = time.UTC, trimmed
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a point in time", s)
}
