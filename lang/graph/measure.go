package graph

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sizes are in pixels, the user units of the SVG.

// font is a way to write a line of text.
type font struct {
	class  string
	size   int // of the characters
	height int // of the line
	mono   bool
	bold   bool
}

var (
	titleFont = font{class: "t", size: 13, height: 17}
	byFont    = font{class: "by", size: 11, height: 15, bold: true}
	noteFont  = font{class: "note", size: 11, height: 15}
	codeFont  = font{class: "code", size: 11, height: 15, mono: true}
	headFont  = font{class: "head", size: 12, height: 16, bold: true}
	chipFont  = font{class: "chip", size: 11, height: 14, mono: true}
)

// textLine is a line of text with its width.
type textLine struct {
	text  string
	font  font
	width int
}

func (f font) line(text string) textLine { return textLine{text, f, f.width(text)} }

// helvetica holds the widths of the printable characters of ASCII, in
// thousandths of the size. What other sans-serif fonts need is near enough:
// the picture tells the width of each line, so that it never leaves its box.
var helvetica = [...]int{
	278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
	556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
	1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
	667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
	333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
	556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
}

// width returns how wide a text is.
func (f font) width(text string) int {
	sum := 0
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case r >= 0x1100 && (unicode.In(r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana) || r >= 0x1f300 && r < 0x20000 || r >= 0xff00 && r < 0xff61):
			sum += 1000
		case f.mono:
			sum += 602
		case r >= ' ' && int(r-' ') < len(helvetica):
			sum += helvetica[r-' ']
		default:
			sum += 640
		}
	}
	if f.bold && !f.mono {
		sum += sum / 16
	}
	return (sum*f.size + 999) / 1000
}

// clip cuts a text to a width.
func (f font) clip(text string, width int) textLine {
	text = printable(text)
	if len(text) <= width && f.width(text) <= width { // no character is narrower than a pixel
		return f.line(text)
	}
	room, end := width-f.width("…"), 0
	for used := 0; end < len(text); {
		_, size := utf8.DecodeRuneInString(text[end:])
		if used += f.width(text[end : end+size]); used > room {
			break
		}
		end += size
	}
	return f.line(strings.TrimRight(text[:end], " ") + "…")
}

// wrap breaks a text into at most so many lines of a width; what is left is
// cut.
func (f font) wrap(text string, width, lines int) []textLine {
	var list []textLine
	words := strings.Fields(printable(text))
	for len(words) > 0 {
		if len(list) == lines-1 {
			return append(list, f.clip(strings.Join(words[:min(len(words), width)], " "), width))
		}
		n, text := 1, words[0]
		for n < len(words) && f.width(text+" "+words[n]) <= width {
			text += " " + words[n]
			n++
		}
		list = append(list, f.clip(text, width))
		words = words[n:]
	}
	return list
}

// printable replaces what XML cannot hold, or what would show as nothing.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case r < ' ' || r == 0x7f || r == utf8.RuneError || r == 0xfffe || r == 0xffff:
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

func widest(lines []textLine) (w, h int) {
	for _, l := range lines {
		w = max(w, l.width)
		h += l.font.height
	}
	return w, h
}

// even rounds up to an even number, so that halves are whole.
func even(n int) int { return n + n&1 }

const (
	maxText = 230 // the width of a line of text
	minNode = 60
)

// textOf returns what stands in a node.
func textOf(n *Node) []textLine {
	var lines []textLine
	switch n.Kind {
	case Task:
		if n.By != "" {
			lines = append(lines, byFont.clip(n.By, maxText))
		}
		if n.Title != "" {
			lines = append(lines, titleFont.wrap(n.Title, maxText, 2)...)
		}
		for _, l := range n.Lines {
			lines = append(lines, codeFont.wrap(l, maxText, 2)...)
		}
	case Decision:
		lines = codeFont.wrap(n.Title, maxText-10, 3)
	case Compute:
		for _, l := range n.Lines {
			if len(lines) < 4 {
				lines = append(lines, codeFont.clip(l, maxText+40))
			}
		}
	case Call, Action:
		lines = codeFont.wrap(n.Title, maxText, 2)
	case Loop:
		lines = headFont.wrap(n.Title, maxText+60, 2)
	case End:
		lines = []textLine{titleFont.line("end")}
	case Start:
		if lines = titleFont.wrap(n.Title, maxText, 1); lines == nil {
			lines = []textLine{titleFont.line("start")}
		}
	case Wait, Jump, Fail:
		lines = titleFont.wrap(n.Title, maxText, 2)
	}
	if n.Tag != "" {
		lines = append(lines, noteFont.clip("#"+n.Tag, maxText))
	}
	if n.Note != "" {
		lines = append(lines, noteFont.clip(n.Note, maxText))
	}
	return lines
}

// sizeOf returns the size of a node's box.
func sizeOf(n *Node) (w, h int) {
	w, h = widest(textOf(n))
	switch n.Kind {
	case Decision:
		return even(w + 56), even(h + 18)
	case Rules:
		t := tableOf(n)
		return even(t.width), even(t.height)
	case Wait:
		return even(max(w+52, minNode)), even(h + 14)
	case Start, End, Jump, Fail:
		return even(max(w+32, minNode)), even(h + 12)
	case Fork, Join:
		return minNode, 6
	case Call:
		return even(max(w+40, minNode)), even(h + 16)
	}
	return even(max(w+28, minNode)), even(h + 16)
}

// table is how a node of rules is laid out.
type table struct {
	title             []textLine
	whens, thens      []textLine
	split             int // where the second column starts
	width, height     int
	rowHeight, titleH int
}

func tableOf(n *Node) table {
	t := table{title: headFont.wrap(n.Title, 2*maxText, 2), rowHeight: 19}
	left, right := 0, 0
	for _, r := range n.Rules {
		when, then := codeFont.clip(r.When, maxText+40), codeFont.clip(r.Then, maxText)
		t.whens, t.thens = append(t.whens, when), append(t.thens, then)
		left, right = max(left, when.width), max(right, then.width)
	}
	w, h := widest(t.title)
	t.titleH = h + 12
	t.split = left + 24
	t.width = max(t.split+right+24, w+28)
	t.height = t.titleH + len(n.Rules)*t.rowHeight + 6
	return t
}
