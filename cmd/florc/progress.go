package main

import (
	"fmt"
	"io"
	"time"
)

// meter shows on stderr how far long work is, where that is a terminal. A nil
// one shows nothing.
type meter struct {
	s     *streams
	what  string
	last  time.Time
	shown bool
}

// How often a meter is drawn.
const meterEvery = 100 * time.Millisecond

func (s *streams) meter(what string) *meter {
	if !s.errTerminal {
		return nil
	}
	return &meter{s: s, what: what}
}

// bytes shows how many bytes of how many are done; a total of 0 is not known.
func (m *meter) bytes(done, total int64) { m.show(done, total, byteCount) }

// count shows how many things of how many are done.
func (m *meter) count(done, total int64) {
	m.show(done, total, func(n int64) string { return fmt.Sprint(n) })
}

func (m *meter) show(done, total int64, unit func(int64) string) {
	if m == nil || time.Since(m.last) < meterEvery {
		return
	}
	m.last, m.shown = time.Now(), true
	text := m.what
	switch {
	case total > 0:
		text = fmt.Sprintf("%s  %3d%%  %s of %s", m.what, 100*min(done, total)/total, unit(done), unit(total))
	case done > 0:
		text += "  " + unit(done)
	}
	fmt.Fprintf(m.s.stderr, "\r\x1b[K%s", text)
}

// end clears what is shown.
func (m *meter) end() {
	if m != nil && m.shown {
		fmt.Fprint(m.s.stderr, "\r\x1b[K")
		m.shown = false
	}
}

// byteCount writes a number of bytes.
func byteCount(n int64) string {
	if n < 1<<10 {
		return plural(int(n), "byte", "bytes")
	}
	v, units := float64(n), "KMGTPE"
	i := -1
	for v >= 1<<10 && i < len(units)-1 {
		v /= 1 << 10
		i++
	}
	return fmt.Sprintf("%.1f %ciB", v, units[i])
}

// meteredWriter shows how much was written.
type meteredWriter struct {
	w io.Writer
	m *meter
	n *int64
}

func (w meteredWriter) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	w.m.bytes(*w.n, 0)
	return n, err
}

// meteredReader shows how much was read.
type meteredReader struct {
	r        io.Reader
	m        *meter
	n, total int64
}

func (r *meteredReader) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	r.n += int64(n)
	r.m.bytes(r.n, r.total)
	return n, err
}
