package when

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ParseNatural reads a repetition in words, as the Ruby library fugit does:
// "every day at five", "every weekday at 16:30 in Asia/Tokyo", "every monday
// and friday at 5pm", "every 15 minutes from 9 to 17", "every 1st of the month
// at noon". The "every" may be left out.
func ParseNatural(s string) (*Cron, error) {
	text := strings.TrimSpace(s)
	if len(text) > maxLength {
		return nil, fmt.Errorf("%q… is too long", s[:20])
	}
	for _, t := range []string{text, "every " + text} {
		p := &natural{rest: t}
		if cron, ok := p.parse(); ok {
			return ParseCron(cron)
		}
	}
	return nil, fmt.Errorf("%q is no repetition", s)
}

// natural reads a text word by word.
type natural struct {
	rest  string
	slots map[string]*slot
	hours []*slot // hours with their minutes
}

// slot is what a part of the text says about a field of a cron expression, or
// about hours (first) and minutes (second).
type slot struct {
	key           string
	first, second []string
	// weak and strong tell whether it gives way to what another part says:
	// about the first (0), the second (1), or not (never).
	weak, strong int
}

const never = -1

const bothSides = 2

func newSlot(key string, first ...string) *slot {
	return &slot{key: key, first: first, weak: never, strong: never}
}

func newHours(first, second []string) *slot {
	return &slot{key: "hours", first: first, second: second, weak: never, strong: never}
}

func compile(s string) *regexp.Regexp { return regexp.MustCompile(`^(?i:` + s + `)`) }

var (
	natEvery     = compile(`[ \t]*every[ \t]+`)
	natFrom      = compile(`[ \t]*from[ \t]+`)
	natAt        = compile(`[ \t]*at[ \t]+`)
	natOn        = compile(`[ \t]*on[ \t]+`)
	natTo        = compile(`[ \t]*to[ \t]+`)
	natThe       = compile(`[ \t]*the[ \t]+`)
	natDays      = compile(`[ \t]*days?[ \t]+`)
	natMinute    = compile(`[ \t]*minute[ \t]+`)
	natInOn      = compile(`(in|on)[ \t]+`)
	natSep       = compile(`[ \t]+|[ \t]*,[ \t]*`)
	natListSep   = compile(`[ \t]*(,[ \t]*)?((and|or)[ \t]+|,[ \t]*)`)
	natAnd       = compile(`[ \t]*(and|or)[ \t]+`)
	natToDash    = compile(`[ \t]*-[ \t]*|[ \t]+(to|through)[ \t]+`)
	natCount     = compile(`\d+`)
	natSixty     = compile(`[0-5]?[0-9]`)
	natMonthday  = compile(`3[0-1]|[0-2]?[0-9]`)
	natWeekday   = regexp.MustCompile(`^(?i)(sunday|monday|tuesday|wednesday|thursday|friday|saturday|sun|mon|tue|wed|thu|fri|sat)($|[-, \t])`)
	natInterval  = regexp.MustCompile(`^[ \t]*(seconds?|minutes?|hours?|days?|months?|sec|min|s|m|h|d|M)`)
	natSingle    = compile(`(1[ \t]+)?(week|year)`)
	natNamed     = compile(`weekday`)
	natOfMonth   = compile(`[ \t]+of the month`)
	natStarting  = compile(`[ \t]*(starting[ \t]+at|from)[ \t]+(second|minute|hour|day|month)s?[ \t]+`)
	natOnTheX    = compile(`[ \t]*the[ \t]+(hour|minute)[ \t]*`)
	natPoint     = compile(`(minutes?|mins?|seconds?|secs?|hours?|hou|h)[ \t]+`)
	natDigital   = compile(`(2[0-4]|[0-1]?[0-9]):([0-5][0-9])`)
	natHour      = compile(`2[0-4]|1[0-9]|[0-9]`)
	natHalf      = regexp.MustCompile(`^[ \t]*(am|AM|pm|PM|[Nn]oon|[Mm]idday|[Mm]idnight)`)
	natDark      = compile(`[ \t]*dark`)
	natBlank     = compile(`[ \t]+`)
	natZone      = regexp.MustCompile(`^([A-Z][a-zA-Z0-9+\-]+(/[A-Z][a-zA-Z0-9+\-_]+){0,2}|Z|[-+]([01][0-9]|2[0-4])(:?(00|15|30|45))?)`)
	natNamedHour = compile(alternatives(hourNames))
	natNamedMin  = compile(alternatives(minuteNames))
	natOrdinal   = compile(alternatives(ordinals))
)

var units = strings.Fields("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen")

var hourNames, minuteNames, ordinals = func() (h, m, o map[string]string) {
	h, m, o = map[string]string{"midnight": "0", "oh": "0", "noon": "12"}, map[string]string{"o'clock": "0", "hundred": "0"}, map[string]string{"last": "L"}
	for i, name := range units {
		if m[name] = strconv.Itoa(i); i <= 12 {
			h[name] = strconv.Itoa(i)
		}
	}
	for i, ten := range []string{"twenty", "thirty", "forty", "fifty"} {
		m[ten] = strconv.Itoa(20 + 10*i)
		for j, one := range units[1:10] {
			m[ten+"-"+one] = strconv.Itoa(20 + 10*i + j + 1)
		}
	}
	words := strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first")
	for i, word := range words {
		n := strconv.Itoa(i + 1)
		suffix := "th"
		if e := (i + 1) % 10; e >= 1 && e <= 3 && (i+1)/10 != 1 {
			suffix = []string{"st", "nd", "rd"}[e-1]
		}
		o[word], o[n+suffix] = n, n
	}
	return h, m, o
}()

// alternatives matches one of the names, the longest first.
func alternatives(names map[string]string) string {
	var list []string
	for name := range names {
		list = append(list, regexp.QuoteMeta(name))
	}
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return strings.Join(list, "|")
}

// take reads what the expression matches and returns its groups, nil where it
// does not match.
func (p *natural) take(re *regexp.Regexp) []string {
	m := re.FindStringSubmatch(p.rest)
	if m != nil {
		p.rest = p.rest[len(m[0]):]
	}
	return m
}

// try undoes what was read where the parts do not fit.
func (p *natural) try(parts func() []*slot) []*slot {
	before := p.rest
	slots := parts()
	if slots == nil {
		p.rest = before
	}
	return slots
}

// list reads elements between separators.
func (p *natural) list(sep *regexp.Regexp, elt func() []*slot) []*slot {
	slots := p.try(elt)
	for slots != nil {
		more := p.try(func() []*slot {
			if p.take(sep) == nil {
				return nil
			}
			return elt()
		})
		if more == nil {
			break
		}
		slots = append(slots, more...)
	}
	return slots
}

// firstOf reads what fits first.
func (p *natural) firstOf(parts ...func() []*slot) []*slot {
	for _, part := range parts {
		if slots := p.try(part); slots != nil {
			return slots
		}
	}
	return nil
}

// parse gives the cron expression that the text stands for.
func (p *natural) parse() (string, bool) {
	slots := p.list(natSep, func() []*slot {
		return p.firstOf(p.every, p.from, p.at, p.timeZone, p.on)
	})
	if slots == nil || p.rest != "" {
		return "", false
	}
	p.slots = make(map[string]*slot)
	for _, s := range slots {
		switch old := p.slots[s.key]; {
		case s.key == "hours":
			p.hours = append(p.hours, s)
		case old != nil:
			old.join(s)
		default:
			p.slots[s.key] = s
		}
	}
	if len(p.hours) == 0 && (p.slots["monthday"] != nil || p.slots["weekday"] != nil || p.slots["month"] != nil) {
		p.hours = append(p.hours, newHours([]string{"0"}, []string{"0"}))
		if p.slots["monthday"] == nil && p.slots["weekday"] == nil {
			p.slots["monthday"] = newSlot("monthday", "1")
		}
	}
	hours, minutes := p.clock()
	fields := [][]string{p.field("second", "0"), minutes, hours, p.field("monthday", "*"), p.field("month", "*"), p.field("weekday", "*")}
	if slices.Equal(fields[0], []string{"0"}) {
		fields = fields[1:]
	}
	if tz := p.slots["zone"]; tz != nil {
		fields = append(fields, tz.first)
	}
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.Join(sorted(f), ","))
	}
	return b.String(), true
}

func (p *natural) field(key, otherwise string) []string {
	if s := p.slots[key]; s != nil {
		return s.first
	}
	return []string{otherwise}
}

// sorted sorts numbers, and puts what is none last.
func sorted(list []string) []string {
	list = slices.Clone(list)
	rank := func(s string) int {
		if n, err := strconv.Atoi(s); err == nil {
			return n
		}
		return 999_999
	}
	slices.SortStableFunc(list, func(a, b string) int { return rank(a) - rank(b) })
	return slices.Compact(list)
}

// clock joins what is said about hours and minutes. Where that takes several
// cron expressions, as in "at 5 and 16:30", the first is taken.
func (p *natural) clock() (hours, minutes []string) {
	if len(p.hours) == 0 {
		return []string{"*"}, []string{"*"}
	}
	hs := p.hours
	for len(hs) > 1 {
		i := slices.IndexFunc(hs, func(s *slot) bool { return s.weak != never || s.strong != never })
		if i < 0 {
			break
		}
		graded, other := hs[i], max(i-1, 0)
		if i == 0 {
			other = 1
		}
		graded.join(hs[other])
		hs = slices.Delete(slices.Clone(hs), other, other+1)
	}
	byMinute := make(map[string][]string)
	var order []string
	for _, h := range hs {
		for _, m := range h.second {
			if byMinute[m] == nil {
				order = append(order, m)
			}
			byMinute[m] = append(byMinute[m], h.first...)
		}
	}
	first := sorted(byMinute[order[0]])
	for _, m := range order {
		if slices.Equal(sorted(byMinute[m]), first) {
			minutes = append(minutes, m)
		}
	}
	return first, minutes
}

// join adds what another slot says about the same.
func (s *slot) join(o *slot) {
	s.first, s.second = s.joined(0, o, s.first, o.first), s.joined(1, o, s.second, o.second)
	s.weak, s.strong = never, never
}

func (s *slot) joined(side int, o *slot, a, b []string) []string {
	is := func(grade int) bool { return grade == side || grade == bothSides }
	switch {
	case b == nil:
		return a
	case a == nil:
		return b
	}
	if side == 0 && o.strong == 1 {
		if r := s.hourRange(); r != nil {
			return r
		}
	}
	if side == 0 && s.strong == 1 {
		if r := o.hourRange(); r != nil {
			return r
		}
	}
	star := []string{"*"}
	switch {
	case is(s.strong):
		return a
	case is(o.strong):
		return b
	case is(o.weak):
		return a
	case is(s.weak):
		return b
	case slices.Equal(a, star) && slices.Equal(b, star):
		return star
	case slices.Equal(a, star):
		return b
	case slices.Equal(b, star):
		return a
	}
	return append(slices.Clone(a), b...)
}

// hourRange is a range of hours without the hour at its end, for what happens
// several times an hour.
func (s *slot) hourRange() []string {
	if s.key != "hours" || len(s.first) != 1 || !slices.Equal(s.second, []string{"0"}) {
		return nil
	}
	from, to, ok := strings.Cut(s.first[0], "-")
	n, err := strconv.Atoi(to)
	if !ok || err != nil {
		return nil
	}
	if to = strconv.Itoa(n - 1); to == from {
		return []string{from}
	}
	return []string{from + "-" + to}
}
