package when

import (
	"strconv"
	"strings"
)

// The parts of a text such as "every day at five"; see natural.go.

func (p *natural) every() []*slot {
	if p.take(natEvery) == nil {
		return nil
	}
	return p.list(natAnd, func() []*slot {
		return p.firstOf(p.weekdayRanges, p.ofTheMonth, p.interval, p.named, p.single)
	})
}

// weekdayRanges is "monday", "fri-sun", "monday, tuesday and friday".
func (p *natural) weekdayRanges() []*slot {
	return p.list(natAnd, func() []*slot { return p.firstOf(p.toWeekday, p.weekdays) })
}

func (p *natural) weekday() (string, bool) {
	m := natWeekday.FindStringSubmatch(p.rest)
	if m == nil {
		return "", false
	}
	p.rest = p.rest[len(m[1]):]
	n, err := cronWeekday.number(m[1][:3])
	return strconv.Itoa(n), err == nil
}

func (p *natural) weekdays() []*slot {
	return p.list(natListSep, func() []*slot {
		if d, ok := p.weekday(); ok {
			return []*slot{newSlot("weekday", d)}
		}
		return nil
	})
}

func (p *natural) toWeekday() []*slot {
	from, ok := p.weekday()
	if !ok || p.take(natToDash) == nil {
		return nil
	}
	to, ok := p.weekday()
	if !ok {
		return nil
	}
	return []*slot{newSlot("weekday", from+"-"+to)}
}

func (p *natural) ordinals() []*slot {
	return p.list(natListSep, func() []*slot {
		if m := p.take(natOrdinal); m != nil {
			return []*slot{newSlot("monthday", ordinals[strings.ToLower(m[0])])}
		}
		return nil
	})
}

func (p *natural) ofTheMonth() []*slot {
	slots := p.ordinals()
	if slots == nil || p.take(natOfMonth) == nil {
		return nil
	}
	return slots
}

// interval is "day", "15 minutes", "minute starting at minute 10".
func (p *natural) interval() []*slot {
	count := "1"
	if m := p.take(natCount); m != nil {
		count = m[0]
	}
	m := p.take(natInterval)
	if m == nil {
		return nil
	}
	unit := m[1]
	each := "*"
	if count != "1" {
		each = "*/" + count
	}
	before := p.rest
	if p.take(natStarting) != nil {
		if m := p.take(natCount); m != nil {
			each = m[0] + "/" + count
		} else {
			p.rest = before
		}
	}
	s := newSlot("second", each)
	switch {
	case unit == "M" || strings.HasPrefix(unit, "mon"):
		s.key = "month"
	case unit[0] == 'd':
		s.key, s.weak = "monthday", bothSides
	case unit[0] == 'h':
		s = newHours([]string{each}, []string{"0"})
		s.weak = 1
	case unit[0] == 'm':
		s = newHours([]string{"*"}, []string{each})
		s.strong = 1
	}
	return []*slot{s}
}

func weakly(s *slot) *slot {
	s.weak = bothSides
	return s
}

func (p *natural) named() []*slot {
	if p.take(natNamed) == nil {
		return nil
	}
	return []*slot{weakly(newSlot("weekday", "1-5"))}
}

func (p *natural) single() []*slot {
	switch m := p.take(natSingle); {
	case m == nil:
		return nil
	case strings.EqualFold(m[2], "year"):
		return []*slot{weakly(newSlot("month", "1")), weakly(newSlot("monthday", "1"))}
	}
	return []*slot{weakly(newSlot("weekday", "0"))}
}

func (p *natural) from() []*slot {
	p.take(natFrom)
	return p.list(natAnd, func() []*slot { return p.firstOf(p.toWeekday, p.toOrdinal, p.toHour) })
}

func (p *natural) toOrdinal() []*slot {
	p.take(natThe)
	from := p.take(natOrdinal)
	if from == nil || p.take(natTo) == nil {
		return nil
	}
	p.take(natThe)
	to := p.take(natOrdinal)
	if to == nil {
		return nil
	}
	return []*slot{newSlot("monthday", ordinals[strings.ToLower(from[0])]+"-"+ordinals[strings.ToLower(to[0])])}
}

func (p *natural) toHour() []*slot {
	from := p.hour()
	if from == nil || p.take(natTo) == nil {
		return nil
	}
	to := p.hour()
	if to == nil || from[0].second[0] != to[0].second[0] {
		return nil
	}
	s := newHours([]string{from[0].first[0] + "-" + to[0].first[0]}, []string{"0"})
	s.strong = 0
	return []*slot{s}
}

func (p *natural) at() []*slot {
	p.take(natAt)
	return p.list(natListSep, func() []*slot { return p.firstOf(p.hour, p.points) })
}

// hour is "five", "five o'clock", "16:30", "5 pm", "noon".
func (p *natural) hour() []*slot {
	return p.firstOf(p.namedHour, p.digitalHour, p.simpleHour)
}

func (p *natural) namedHour() []*slot {
	m := p.take(natNamedHour)
	if m == nil {
		return nil
	}
	h, minute := hourNames[strings.ToLower(m[0])], "0"
	p.take(natDark)
	before := p.rest
	if p.take(natBlank) != nil {
		if m := p.take(natNamedMin); m != nil {
			minute = minuteNames[strings.ToLower(m[0])]
		} else {
			p.rest = before
		}
	}
	return p.halfDay(h, minute)
}

func (p *natural) digitalHour() []*slot {
	m := p.take(natDigital)
	if m == nil {
		return nil
	}
	return p.halfDay(m[1], m[2])
}

func (p *natural) simpleHour() []*slot {
	m := p.take(natHour)
	if m == nil {
		return nil
	}
	return p.halfDay(m[0], "0")
}

// halfDay reads am and pm behind an hour.
func (p *natural) halfDay(hour, minute string) []*slot {
	h, _ := strconv.Atoi(hour)
	m, _ := strconv.Atoi(minute)
	half := ""
	if t := p.take(natHalf); t != nil {
		half = strings.ToLower(t[1])
	}
	switch {
	case half == "midnight" && h == 12:
		h = 24
	case half == "pm" && h < 12:
		h += 12
	case half == "am" && h == 12:
		h = 0
	}
	return []*slot{newHours([]string{strconv.Itoa(h)}, []string{strconv.Itoa(m)})}
}

// points is "minute 10, 20 and 30".
func (p *natural) points() []*slot {
	return p.list(natAnd, func() []*slot {
		m := p.take(natPoint)
		if m == nil {
			return nil
		}
		counts := p.list(natListSep, func() []*slot {
			if c := p.take(natCount); c != nil {
				return []*slot{newSlot("count", c[0])}
			}
			return nil
		})
		var ns []string
		for _, c := range counts {
			ns = append(ns, c.first...)
		}
		if ns == nil {
			return nil
		}
		switch strings.ToLower(m[1][:1]) {
		case "m":
			s := newHours([]string{"*"}, ns)
			s.strong = 1
			return []*slot{s}
		case "s":
			return []*slot{newSlot("second", ns...)}
		}
		return []*slot{newHours(ns, []string{"0"})}
	})
}

func (p *natural) timeZone() []*slot {
	p.take(natInOn)
	m := p.take(natZone)
	if m == nil {
		return nil
	}
	return []*slot{newSlot("zone", m[0])}
}

func (p *natural) on() []*slot {
	if p.take(natOn) == nil {
		return nil
	}
	return p.list(natAnd, func() []*slot {
		return p.firstOf(p.onDays, p.weekdays, p.onMinutes, p.onThe, p.onTheHour)
	})
}

func (p *natural) onDays() []*slot {
	if p.take(natDays) == nil {
		return nil
	}
	return p.list(natListSep, func() []*slot {
		if m := p.take(natMonthday); m != nil {
			n, _ := strconv.Atoi(m[0])
			return []*slot{newSlot("monthday", strconv.Itoa(n))}
		}
		return nil
	})
}

func (p *natural) onMinutes() []*slot {
	if p.take(natMinute) == nil {
		return nil
	}
	var ns []string
	p.list(natListSep, func() []*slot {
		p.take(natMinute)
		m := p.take(natSixty)
		if m == nil {
			return nil
		}
		ns = append(ns, m[0])
		return []*slot{{}}
	})
	if ns == nil {
		return nil
	}
	s := newHours([]string{"*"}, ns)
	s.strong = 1
	return []*slot{s}
}

func (p *natural) onThe() []*slot {
	return p.list(natListSep, func() []*slot {
		if p.take(natThe) == nil {
			return nil
		}
		return p.ordinals()
	})
}

func (p *natural) onTheHour() []*slot {
	m := p.take(natOnTheX)
	if m == nil {
		return nil
	}
	s := newHours([]string{"0"}, []string{"*"})
	if s.strong = 0; strings.EqualFold(m[1], "minute") {
		s = newHours([]string{"*"}, []string{"*"})
		s.strong = 1
	}
	return []*slot{s}
}
