// Package when reads the points in time and the spans between them that
// definitions are written with.
package when

import (
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A month counts as 30 days and a year as 365: the span doesn't know when it
// starts.
const (
	day   = 24 * time.Hour
	week  = 7 * day
	month = 30 * day
	year  = 365 * day
)

// maxLength bounds the texts that are looked at, in bytes.
const maxLength = 200

var (
	separator = regexp.MustCompile(`^(?:[ \t,]|(?i:and))+`)
	number    = `^(\d+\.\d*|(?:\d*\.)?\d+)`
	element   = regexp.MustCompile(number + ` *(?:((?i)y(?:ears?)?)|((?i:months?)|M)|((?i)w(?:eeks?)?)|((?i)d(?:ays?)?)|` +
		`((?i)h(?:ours?)?)|((?i:min(?:ute)?s?)|m)|((?i)s(?:ec(?:ond)?)?s?|\z))`)
	elementUnits = [...]time.Duration{year, month, week, day, time.Hour, time.Minute, time.Second}

	isoDuration = regexp.MustCompile(`^P((?:-?\d+[YMWD])*)(?:T((?:-?\d+[HM]|-?(?:\d*\.)?\d+S)+))?$`)
	isoElement  = regexp.MustCompile(`(-?[\d.]+)([A-Z])`)
	isoDate     = map[string]time.Duration{"Y": year, "M": month, "W": week, "D": day}
	isoTime     = map[string]time.Duration{"H": time.Hour, "M": time.Minute, "S": time.Second}
)

// ParseDuration reads a duration as the Ruby library fugit does: "1y2M3w4d5h6m7s"
// (M is months, m minutes), "1.5h", "1 day and 2 hours", "-1d2h" (both
// negative), "1d -2h", "10" (seconds), or ISO 8601, "P1DT2H". A month is 30
// days, a year 365. The result is rounded to the nanosecond; what a
// time.Duration can't hold, 292 years, is an error.
func ParseDuration(s string) (time.Duration, error) {
	text := strings.TrimSpace(s)
	if len(text) > maxLength {
		return 0, fmt.Errorf("%q… is too long for a duration", s[:20])
	}
	sum, ok := parsePlain(text)
	if !ok {
		sum, ok = parseISO(strings.ToUpper(text))
	}
	if !ok {
		return 0, fmt.Errorf("%q is not a duration", s)
	}
	// Round halves away from zero: ±1/2, then cut off.
	half := big.NewRat(int64(sum.Sign()), 2)
	sum.Add(sum, half)
	ns := new(big.Int).Quo(sum.Num(), sum.Denom())
	if !ns.IsInt64() {
		return 0, fmt.Errorf("the duration %q is too long, 292 years is the limit", s)
	}
	return time.Duration(ns.Int64()), nil
}

// add adds n times unit, in nanoseconds, to sum. The number is well-formed.
func add(sum *big.Rat, n string, unit time.Duration, negative bool) {
	r, _ := new(big.Rat).SetString(n)
	if negative {
		r.Neg(r)
	}
	sum.Add(sum, r.Mul(r, new(big.Rat).SetInt64(int64(unit))))
}

func parsePlain(s string) (*big.Rat, bool) {
	sum := new(big.Rat)
	for first := true; first || s != ""; first = false {
		if !first {
			s = s[len(separator.FindString(s)):]
		}
		negative := strings.HasPrefix(s, "-")
		if negative || strings.HasPrefix(s, "+") {
			s = s[1:]
		}
		m := element.FindStringSubmatch(s)
		if m == nil {
			return nil, false
		}
		for ; m != nil; m = element.FindStringSubmatch(s) {
			for i, unit := range elementUnits {
				if m[i+2] != "" || i == len(elementUnits)-1 {
					add(sum, m[1], unit, negative)
					break
				}
			}
			s = s[len(m[0]):]
		}
	}
	return sum, true
}

func parseISO(s string) (*big.Rat, bool) {
	m := isoDuration.FindStringSubmatch(s)
	if m == nil || s == "P" {
		return nil, false
	}
	sum := new(big.Rat)
	for i, units := range [...]map[string]time.Duration{isoDate, isoTime} {
		for _, e := range isoElement.FindAllStringSubmatch(m[i+1], -1) {
			add(sum, e[1], units[e[2]], false)
		}
	}
	return sum, true
}

// FormatDuration writes d in weeks, days, hours, minutes and seconds, leaving
// out what is zero, so that [ParseDuration] reads it back: "1w2d", "-1h30m",
// "1.5s", "0s".
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	var b strings.Builder
	left := uint64(d)
	if d < 0 {
		b.WriteByte('-')
		left = -left
	}
	for _, u := range [...]struct {
		size time.Duration
		name byte
	}{{week, 'w'}, {day, 'd'}, {time.Hour, 'h'}, {time.Minute, 'm'}} {
		if n := left / uint64(u.size); n > 0 {
			b.WriteString(strconv.FormatUint(n, 10))
			b.WriteByte(u.name)
			left %= uint64(u.size)
		}
	}
	if left > 0 {
		seconds := fmt.Sprintf("%d.%09d", left/uint64(time.Second), left%uint64(time.Second))
		b.WriteString(strings.TrimRight(strings.TrimRight(seconds, "0"), "."))
		b.WriteByte('s')
	}
	return b.String()
}
