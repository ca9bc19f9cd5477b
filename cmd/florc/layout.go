package main

import (
	"strings"
)

// layOut lays JSON out for people: what fits on a line of that width stands
// on one, the rest is broken up, two columns deeper. A node of a tree is
// broken only around its children:
//
//	["sequence", {}, [
//	  ["task", {"_0": "bob"}, [], 2]
//	], 1]
//
// The JSON has to be valid and compact. Nothing but white space is added, so
// that values keep the form they were printed in.
func layOut(compact []byte, width int) string {
	l := layout{text: compact, width: width}
	l.value(0)
	return l.out.String()
}

type layout struct {
	text   []byte
	pos    int
	width  int
	column int
	out    strings.Builder
}

func (l *layout) write(s string) {
	l.out.WriteString(s)
	l.column += len(s)
}

func (l *layout) newline(depth int) {
	l.out.WriteByte('\n')
	// Deep trees are not indented for ever: nobody could read them.
	l.out.WriteString(strings.Repeat("  ", min(depth, 40)))
	l.column = 2 * min(depth, 40)
}

// value lays out the value at the position.
func (l *layout) value(depth int) {
	c := l.text[l.pos]
	if c != '[' && c != '{' || l.fits() {
		end := l.end(l.pos)
		l.write(spaced(l.text[l.pos:end]))
		l.pos = end
		return
	}
	node := c == '[' && l.isNode()
	l.pos++
	l.write(string(c))
	for i := 0; l.text[l.pos] != ']' && l.text[l.pos] != '}'; i++ {
		if l.text[l.pos] == ',' {
			l.pos++
			l.write(",")
			if node {
				l.write(" ")
			}
		}
		if !node {
			l.newline(depth + 1)
		}
		if c == '{' {
			end := l.end(l.pos)
			l.write(string(l.text[l.pos:end]) + ": ")
			l.pos = end + 1
		}
		if node {
			l.value(depth)
		} else {
			l.value(depth + 1)
		}
	}
	if !node {
		l.newline(depth)
	}
	l.write(string(l.text[l.pos]))
	l.pos++
}

// fits tells whether the value at the position fits on the line.
func (l *layout) fits() bool {
	room := l.width - l.column
	depth, quoted := 0, false
	for i, n := l.pos, 0; n <= room; i, n = i+1, n+1 {
		switch c := l.text[i]; {
		case quoted:
			if c == '\\' {
				i, n = i+1, n+1
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == ',' || c == ':':
			n++ // a blank follows
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return n < room
			}
		}
	}
	return false
}

// isNode tells whether the array at the position begins as a node does, with
// a string, an object and an array.
func (l *layout) isNode() bool {
	i := l.pos + 1
	for _, opening := range []byte{'"', '{', '['} {
		if l.text[i] != opening {
			return false
		}
		if opening == '[' {
			return true
		}
		if i = l.end(i); l.text[i] != ',' {
			return false
		}
		i++
	}
	return true
}

// end returns where the value at i ends.
func (l *layout) end(i int) int {
	depth := 0
	for {
		switch l.text[i] {
		case '"':
			for i++; l.text[i] != '"'; i++ {
				if l.text[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		i++
		if depth == 0 && (i == len(l.text) || strings.IndexByte(",:]}", l.text[i]) >= 0) {
			return i
		}
	}
}

// spaced puts a blank after the commas and colons between values.
func spaced(compact []byte) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		b.WriteByte(c)
		switch {
		case quoted && c == '\\':
			i++
			b.WriteByte(compact[i])
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ':'):
			b.WriteByte(' ')
		}
	}
	return b.String()
}
