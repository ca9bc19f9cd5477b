package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// cell is a text in a table.
type cell struct {
	text  string
	style style // "" for none
}

// table is rows of cells in aligned columns.
type table struct {
	indent string
	rows   [][]cell
	// ids tells that the first column holds ids, of which the end says most.
	ids bool
}

func (t *table) add(cells ...cell) { t.rows = append(t.rows, cells) }

// header adds a row of titles.
func (t *table) header(titles ...string) {
	row := make([]cell, len(titles))
	for i, title := range titles {
		row[i] = cell{title, bold}
	}
	t.rows = append(t.rows, row)
}

// minColumn is how far a column is cut for a narrow terminal.
const minColumn = 12

// write writes the table; lines longer than columns are cut, unless that is 0.
func (t *table) write(w io.Writer, p palette, columns int) {
	var widths []int
	for _, row := range t.rows {
		for i := range row {
			row[i].text = oneLine(row[i].text)
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], displayWidth(row[i].text))
		}
	}
	const gap = 2
	if columns > 0 {
		narrow(widths, columns-len(t.indent)-gap*(len(widths)-1))
	}
	for _, row := range t.rows {
		var b strings.Builder
		b.WriteString(t.indent)
		blanks := 0
		for i, c := range row {
			text := cut(c.text, widths[i])
			if t.ids && i == 0 {
				text = cutFront(c.text, widths[i])
			}
			if text != "" {
				b.WriteString(strings.Repeat(" ", blanks) + p.paint(c.style, text))
				blanks = 0
			}
			blanks += widths[i] - displayWidth(text) + gap
		}
		fmt.Fprintln(w, b.String())
	}
}

// narrow takes from the last column, which holds what is longest to say, and
// then from the widest until all fit.
func narrow(widths []int, room int) {
	total := 0
	for _, w := range widths {
		total += w
	}
	if last := &widths[len(widths)-1]; total > room && *last > minColumn {
		kept := max(minColumn, *last-(total-room))
		total -= *last - kept
		*last = kept
	}
	for ; total > room; total-- {
		widest := len(widths) - 1 // of those that are equally wide the last
		for i := len(widths) - 1; i >= 0; i-- {
			// The first column identifies the row: it is cut last.
			if widths[i] > widths[widest] && (i > 0 || widths[widest] <= minColumn) {
				widest = i
			}
		}
		if widths[widest] <= 1 {
			return
		}
		widths[widest]--
	}
}

// cut shortens a text to so many columns.
func cut(text string, width int) string {
	if displayWidth(text) <= width {
		return text
	}
	used := 0
	for i, r := range text {
		if used+runeWidth(r) > width-1 {
			return text[:i] + "…"
		}
		used += runeWidth(r)
	}
	return text
}

// cutFront shortens a text to its last columns.
func cutFront(text string, width int) string {
	if displayWidth(text) <= width {
		return text
	}
	runes := []rune(text)
	used, from := 1, len(runes)
	for from > 0 && used+runeWidth(runes[from-1]) <= width {
		from--
		used += runeWidth(runes[from])
	}
	return "…" + string(runes[from:])
}

// oneLine shows line ends and tabs of a text as blanks.
func oneLine(text string) string {
	return strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(sanitize(text))
}

// localTime writes a time as people here read it.
func localTime(t time.Time) string { return t.Local().Format(time.DateTime) }

// ago tells how long ago a time was, or in how long it will be.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	if d < 0 {
		return "in " + span(-d)
	}
	return span(d) + " ago"
}

func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d < 730*day:
		return fmt.Sprintf("%dd", d/day)
	}
	return fmt.Sprintf("%dy", d/(365*day))
}

// timeAndAge writes a time, and how long ago it was.
func timeAndAge(t, now time.Time) string { return localTime(t) + ", " + ago(t, now) }

// plural writes a number of things.
func plural(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
