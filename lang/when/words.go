package when

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Words says in words when a repetition comes, "at 08:00, Monday to Friday";
// "" where that would be no clearer than the expression.
func (c *Cron) Words() string {
	at, days := c.timeWords(), c.dayWords()
	if at == "" || days == "?" {
		return ""
	}
	parts := []string{at}
	if days != "" {
		parts = append(parts, days)
	}
	if c.months != nil {
		var names []string
		for _, m := range c.months {
			names = append(names, time.Month(m).String())
		}
		parts = append(parts, "in "+listWords(names))
	}
	if c.zone != nil {
		parts = append(parts, c.zone.String())
	}
	return strings.Join(parts, ", ")
}

func (c *Cron) timeWords() string {
	if len(c.seconds) != 1 || c.seconds[0] != 0 {
		return ""
	}
	minutes, every := stepOf(c.minutes, 60)
	hours, everyHours := stepOf(c.hours, 24)
	switch {
	case c.minutes == nil && c.hours == nil:
		return "every minute"
	case every && c.hours == nil:
		return fmt.Sprintf("every %d minutes", minutes)
	case len(c.minutes) == 1 && c.hours == nil:
		return fmt.Sprintf("every hour at minute %d", c.minutes[0])
	case len(c.minutes) == 1 && everyHours:
		return fmt.Sprintf("every %d hours at minute %d", hours, c.minutes[0])
	case len(c.minutes) == 1 && len(c.hours) <= 4:
		var list []string
		for _, h := range c.hours {
			list = append(list, fmt.Sprintf("%02d:%02d", h, c.minutes[0]))
		}
		return "at " + listWords(list)
	}
	return ""
}

// stepOf tells whether numbers, of which there are several, start at 0 and go
// on in even steps that the whole is a multiple of.
func stepOf(list []int, whole int) (step int, even bool) {
	if len(list) < 2 || list[0] != 0 {
		return 0, false
	}
	step = list[1]
	for i, n := range list {
		if n != i*step {
			return 0, false
		}
	}
	return step, whole == step*len(list)
}

// dayWords returns "?" for days that are not said in few words.
func (c *Cron) dayWords() string {
	switch {
	case c.weekdays == nil && c.monthdays == nil:
		return ""
	case c.weekdays == nil:
		var list []string
		for _, d := range c.monthdays {
			if d < -1 {
				return "?"
			}
			if d == -1 {
				list = append(list, "the last day")
			} else {
				list = append(list, fmt.Sprintf("day %d", d))
			}
		}
		return "on " + listWords(list) + " of the month"
	case c.monthdays != nil:
		return "?"
	}
	var days []int
	for _, w := range c.weekdays {
		if w.mod != 0 || w.nth != 0 && len(c.weekdays) > 1 {
			return "?"
		}
		days = append(days, w.day)
	}
	if nth := c.weekdays[0].nth; nth != 0 {
		word := map[int]string{1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}[nth]
		if word == "" {
			return "?"
		}
		return fmt.Sprintf("on the %s %s of the month", word, time.Weekday(days[0]))
	}
	slices.Sort(days)
	if n := len(days); n > 2 && days[n-1]-days[0] == n-1 {
		return time.Weekday(days[0]).String() + " to " + time.Weekday(days[n-1]).String()
	}
	var names []string
	for _, d := range days {
		names = append(names, time.Weekday(d).String())
	}
	return "on " + listWords(names)
}

// listWords joins a list with commas and "and".
func listWords(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return list[0]
}
