package when

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cron is a repetition written as a cron expression, with the extensions of
// the Ruby library fugit.
type Cron struct {
	// Each lists what matches; nil is everything.
	seconds, minutes, hours, monthdays, months []int
	weekdays                                   []weekday
	// both has month days and weekdays hold together, where both are limited;
	// otherwise either will do.
	both bool
	zone *time.Location // nil for the caller's
}

// weekday is a day of the week: every one, the nth one of the month (the last
// is -1), or that of every mod-th week.
type weekday struct{ day, nth, mod, plus int }

var cronNames = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
	"@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@noon": "0 12 * * *", "@hourly": "0 * * * *",
}

// cronField says what stands in a field.
type cronField struct {
	min, max int
	names    []string // of the numbers from min on
	offset   int      // of the first name
}

var (
	cronSixty   = cronField{min: 0, max: 59}
	cronHours   = cronField{min: 0, max: 23}
	cronDays    = cronField{min: 1, max: 31}
	cronMonths  = cronField{min: 1, max: 12, names: []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}, offset: 1}
	cronWeekday = cronField{min: 0, max: 6, names: []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}}

	cronElement = regexp.MustCompile(`(?i)^(?:(\*)|(-?\w+)(?:-(-?\w+))?)?(?:/(\d\d?))?$`)
	cronDay     = regexp.MustCompile(`(?i)^(\w+)(?:#(-?[1-5]|last|l)|%(\d+)(?:\+(\d+))?)$`)
	zoneOffset  = regexp.MustCompile(`^([-+])(\d\d):?(\d\d)?$`)
	zoneName    = regexp.MustCompile(`^[A-Z][a-zA-Z0-9+\-]+(/[A-Z][a-zA-Z0-9+\-_]+){0,2}$|^Z$`)
)

// ParseCron reads a cron expression: minute, hour, day of the month, month and
// day of the week, with seconds in front where there are six, and a time zone
// behind them where there is one. Beside lists (1,2), ranges (1-5, 22-2) and
// steps (*/5) it knows names (jan, mon), "L" or -1 for the last day of the
// month, mon#2 and fri#L for the second Monday and last Friday of the month,
// mon%2 and mon%2+1 for every second Monday, "&" behind a day for month day and
// weekday to hold together, and names such as @daily.
func ParseCron(s string) (*Cron, error) {
	if len(s) > maxLength {
		return nil, fmt.Errorf("%q… is too long for a cron expression", s[:20])
	}
	fields := strings.Fields(s)
	if len(fields) > 0 && cronNames[fields[0]] != "" {
		fields = append(strings.Fields(cronNames[fields[0]]), fields[1:]...)
	}
	var errs []error
	for _, seconds := range []int{1, 0} {
		if zones := len(fields) - seconds - 5; zones == 0 || zones == 1 {
			c, err := parseCron(fields, seconds, zones)
			if err == nil {
				return c, nil
			}
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 {
		return nil, fmt.Errorf("%q is no cron expression: it has %d fields, not five or six", s, len(fields))
	}
	return nil, fmt.Errorf("%q is no cron expression: %w", s, errs[0])
}

func parseCron(fields []string, seconds, zones int) (c *Cron, err error) {
	c = &Cron{seconds: []int{0}}
	if zones > 0 {
		if c.zone, err = ParseZone(fields[len(fields)-1]); err != nil {
			return nil, err
		}
	}
	if seconds > 0 {
		if c.seconds, err = cronSixty.parse(fields[0]); err != nil {
			return nil, err
		}
		if c.seconds == nil {
			c.seconds = sequence(0, 59)
		}
		fields = fields[1:]
	}
	for i := 2; i <= 4; i += 2 {
		if trimmed := strings.TrimSuffix(fields[i], "&"); trimmed != fields[i] {
			c.both = true
			fields = slices.Clone(fields)
			fields[i] = trimmed
		}
	}
	for i, f := range []struct {
		field cronField
		to    *[]int
	}{{cronSixty, &c.minutes}, {cronHours, &c.hours}, {cronDays, &c.monthdays}, {cronMonths, &c.months}} {
		if *f.to, err = f.field.parse(fields[i]); err != nil {
			return nil, err
		}
	}
	if c.weekdays, err = parseWeekdays(fields[4]); err != nil {
		return nil, err
	}
	if !c.possible() {
		return nil, fmt.Errorf("no month has such a day")
	}
	return c, nil
}

// possible tells whether there is a day of the month in one of the months.
func (c *Cron) possible() bool {
	if c.months == nil || c.monthdays == nil {
		return true
	}
	return slices.ContainsFunc(c.months, func(m int) bool {
		longest := time.Date(2024, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return slices.ContainsFunc(c.monthdays, func(d int) bool { return d <= longest })
	})
}

// number reads a number or a name.
func (f cronField) number(s string) (int, error) {
	s = strings.ToLower(s)
	if i := slices.Index(f.names, s); i >= 0 {
		return i + f.offset, nil
	}
	if f.max == cronDays.max && (s == "l" || s == "last") {
		return -1, nil
	}
	n, err := strconv.Atoi(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no number", s)
	case f.max == cronHours.max && n == 24 || f.names != nil && f.min == 0 && n == 7:
		return n, nil
	case f.max == cronDays.max && n < 0 && n >= -f.max:
		return n, nil
	case n < f.min || n > f.max:
		return 0, fmt.Errorf("%d is not between %d and %d", n, f.min, f.max)
	}
	return n, nil
}

// bounds reads an element such as 1-5/2. Without bounds, and without a step,
// it stands for everything.
func (f cronField) bounds(elt string) (from, to, step int, all bool, err error) {
	m := cronElement.FindStringSubmatch(elt)
	if m == nil || elt == "" {
		return 0, 0, 0, false, fmt.Errorf("%q can't be read", elt)
	}
	from, to, step = f.min, f.max, 1
	if m[4] != "" {
		if step, _ = strconv.Atoi(m[4]); step < 1 {
			return 0, 0, 0, false, fmt.Errorf("a step of 0 in %q", elt)
		}
	}
	if m[2] == "" {
		return from, to, step, m[4] == "", nil
	}
	if from, err = f.number(m[2]); err != nil {
		return 0, 0, 0, false, err
	}
	switch {
	case m[3] != "":
		if to, err = f.number(m[3]); err != nil {
			return 0, 0, 0, false, err
		}
	case m[4] == "":
		to = from
	case from < 0:
		to = -1
	}
	if to < 0 && from > 0 {
		to = f.max
	}
	if from < 0 && to > 0 {
		return 0, 0, 0, false, fmt.Errorf("%q goes from the end of the month to its beginning", elt)
	}
	return from, to, step, from == f.min && to == f.max && step == 1, nil
}

// parse lists the numbers that a field stands for, nil for all.
func (f cronField) parse(field string) ([]int, error) {
	var ns []int
	all := false
	for elt := range strings.SplitSeq(strings.Trim(field, ","), ",") {
		from, to, step, any, err := f.bounds(elt)
		if err != nil {
			return nil, err
		}
		all = all || any
		for i, n := range f.span(from, to) {
			if i%step != 0 {
				continue
			}
			if f.max == cronHours.max && n == 24 {
				n = 0
			}
			if !slices.Contains(ns, n) {
				ns = append(ns, n)
			}
		}
	}
	if all {
		return nil, nil
	}
	slices.Sort(ns)
	return ns, nil
}

// span lists the numbers from one to the other, past the largest where they
// are given that way round.
func (f cronField) span(from, to int) []int {
	switch {
	case from <= to:
		return sequence(from, to)
	case from < 0:
		return append(sequence(from, -1), sequence(-f.max, to)...)
	}
	return append(sequence(from, f.max), sequence(f.min, to)...)
}

func sequence(from, to int) []int {
	ns := make([]int, 0, to-from+1)
	for n := from; n <= to; n++ {
		ns = append(ns, n)
	}
	return ns
}

func parseWeekdays(field string) ([]weekday, error) {
	var ws []weekday
	add := func(w weekday) {
		if w.day %= 7; !slices.Contains(ws, w) {
			ws = append(ws, w)
		}
	}
	for elt := range strings.SplitSeq(strings.Trim(field, ","), ",") {
		if m := cronDay.FindStringSubmatch(elt); m != nil {
			day, err := cronWeekday.number(m[1])
			if err != nil {
				return nil, err
			}
			w := weekday{day: day}
			switch {
			case strings.HasPrefix(strings.ToLower(m[2]), "l"):
				w.nth = -1
			case m[2] != "":
				w.nth, _ = strconv.Atoi(m[2])
			default:
				if w.mod, _ = strconv.Atoi(m[3]); w.mod < 1 {
					return nil, fmt.Errorf("every %sth week in %q", m[3], elt)
				}
				w.plus, _ = strconv.Atoi(m[4])
			}
			add(w)
			continue
		}
		from, to, step, all, err := cronWeekday.bounds(elt)
		if err != nil {
			return nil, err
		}
		if all {
			continue
		}
		if from > to {
			to += 7
		}
		for i := from; i <= to; i += step {
			add(weekday{day: i})
		}
	}
	return ws, nil
}

// ParseZone reads the name of a time zone, such as Europe/Paris, or an offset
// such as +09:00.
func ParseZone(s string) (*time.Location, error) {
	if m := zoneOffset.FindStringSubmatch(s); m != nil {
		h, _ := strconv.Atoi(m[2])
		min, _ := strconv.Atoi(m[3])
		if h > 24 || min > 59 {
			return nil, fmt.Errorf("%q is no time zone", s)
		}
		seconds := h*3600 + min*60
		if m[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone(s, seconds), nil
	}
	if !zoneName.MatchString(s) {
		return nil, fmt.Errorf("%q is no time zone", s)
	}
	if s == "Z" {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(s)
	if err != nil {
		return nil, fmt.Errorf("%q is no time zone", s)
	}
	return zone, nil
}

// horizon is how many years it is looked ahead.
const horizon = 100

// Next returns the first time after t that the expression matches, in t's time
// zone unless the expression has its own; false where there is none in the next
// hundred years. An hour that is skipped when clocks are put forward does not
// match; one that comes twice does once.
func (c *Cron) Next(t time.Time) (time.Time, bool) {
	zone := t.Location()
	if c.zone != nil {
		zone = c.zone
	}
	start := t.In(zone)
	n := start.Truncate(time.Second).Add(time.Second)
	for last := start.Year() + horizon; n.Year() <= last; {
		y, m, d := n.Date()
		switch {
		case c.months != nil && !slices.Contains(c.months, int(m)):
			n = midnight(y, m+1, 1, n)
		case !c.dayMatches(n):
			n = midnight(y, m, d+1, n)
		case c.hours != nil && !slices.Contains(c.hours, n.Hour()):
			n = n.Add(time.Hour - time.Duration(n.Minute())*time.Minute - time.Duration(n.Second())*time.Second)
		case c.minutes != nil && !slices.Contains(c.minutes, n.Minute()):
			n = n.Add(time.Minute - time.Duration(n.Second())*time.Second)
		case !slices.Contains(c.seconds, n.Second()):
			n = n.Add(time.Second)
		case sameClock(n, start):
			n = n.Add(time.Second)
		default:
			return n.In(t.Location()), true
		}
	}
	return time.Time{}, false
}

// sameClock tells whether the clock shows the same at two different times.
func sameClock(a, b time.Time) bool {
	const wall = "2006-01-02 15:04:05"
	return a.Format(wall) == b.Format(wall)
}

// midnight is the beginning of a day that comes after t.
func midnight(y int, m time.Month, d int, t time.Time) time.Time {
	n := time.Date(y, m, d, 0, 0, 0, 0, t.Location())
	day := time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Day()
	for n.Day() != day { // clocks are put forward at midnight
		n = n.Add(time.Hour)
	}
	return n
}

func (c *Cron) dayMatches(t time.Time) bool {
	onWeekday := c.weekdays == nil || slices.ContainsFunc(c.weekdays, func(w weekday) bool { return w.matches(t) })
	onDay := c.monthdays == nil
	for _, d := range c.monthdays {
		if d < 0 {
			d += daysIn(t) + 1
		}
		onDay = onDay || d == t.Day()
	}
	if c.weekdays != nil && c.monthdays != nil && !c.both {
		return onWeekday || onDay
	}
	return onWeekday && onDay
}

func daysIn(t time.Time) int {
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// firstWeek is the first day of the first of the weeks that mod counts.
var firstWeek = time.Date(2018, 12, 31, 0, 0, 0, 0, time.UTC)

func (w weekday) matches(t time.Time) bool {
	if int(t.Weekday()) != w.day {
		return false
	}
	switch {
	case w.nth > 0:
		return (t.Day()-1)/7+1 == w.nth
	case w.nth < 0:
		return (daysIn(t)-t.Day())/7+1 == -w.nth
	case w.mod > 0:
		days := int(time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Sub(firstWeek).Hours()) / 24
		week := floorDiv(days, 7)
		return ((week-w.plus)%w.mod+w.mod)%w.mod == 0
	}
	return true
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
