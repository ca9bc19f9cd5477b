package main

import (
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// streams are what a command reads and writes.
type streams struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	// outColors and errColors are the colours of stdout and stderr.
	outColors, errColors palette
	width                int // for what is laid out, in columns
	// columns is the width of the terminal that stdout is, 0 where it is none.
	columns     int
	errTerminal bool // stderr is one
}

const defaultWidth = 80

func terminalStreams() *streams {
	return &streams{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		outColors: paletteFor(os.Stdout), errColors: paletteFor(os.Stderr),
		width: terminalWidth(), columns: terminalColumns(), errTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
}

func terminalColumns() int {
	if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
		return max(w, 40)
	}
	return 0
}

func terminalWidth() int {
	if w := terminalColumns(); w > 0 {
		return min(w, 100)
	}
	return defaultWidth
}

// palette writes colours, where they are on.
type palette bool

// paletteFor turns colours on for a terminal, unless NO_COLOR
// (https://no-color.org) or a dumb terminal asks for none.
func paletteFor(f *os.File) palette {
	return palette(term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}

// style is a select graphic rendition of ECMA-48.
type style string

const (
	bold    style = "1"
	red     style = "1;31"
	yellow  style = "1;33"
	blue    style = "1;34"
	green   style = "32"
	dim     style = "2"
	cyan    style = "36"
	magenta style = "35"
)

func (p palette) paint(st style, text string) string {
	if !p || st == "" || text == "" {
		return text
	}
	return "\x1b[" + string(st) + "m" + text + "\x1b[0m"
}

// sanitize shows control characters, so that no text can steer a terminal.
// Line ends and tabs stay.
func sanitize(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r < 0x20:
			return '\u2400' + r // the symbol for the control character
		case r == 0x7f:
			return '\u2421'
		case r >= 0x80 && r < 0xa0:
			return '\ufffd'
		}
		return r
	}, text)
}
