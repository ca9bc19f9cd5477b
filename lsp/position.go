package lsp

import (
	"strconv"
	"unicode/utf8"

	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/source"
)

// encoding says what the columns of positions count.
type encoding protocol.PositionEncodingKind

// negotiate returns the first encoding that the editor offers and that is
// known here; UTF-16 is what every editor knows.
func negotiate(c *protocol.GeneralClientCapabilities) encoding {
	if c != nil {
		for _, e := range c.PositionEncodings {
			switch e {
			case protocol.PositionEncodingKindUTF8, protocol.PositionEncodingKindUTF16, protocol.PositionEncodingKindUTF32:
				return encoding(e)
			}
		}
	}
	return encoding(protocol.PositionEncodingKindUTF16)
}

// units returns the number of units that a stretch of a line counts.
func (e encoding) units(text string) uint32 {
	n := len(text)
	for i := 0; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			n = i + e.count(text[i:])
			break
		}
	}
	return uint32(n)
}

func (e encoding) count(text string) int {
	switch protocol.PositionEncodingKind(e) {
	case protocol.PositionEncodingKindUTF8:
		return len(text)
	case protocol.PositionEncodingKindUTF32:
		return utf8.RuneCountInString(text)
	}
	n := 0
	for _, r := range text {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// position returns a position as the protocol has it.
func (e encoding) position(src *source.File, p source.Pos) protocol.Position {
	if !p.IsValid() {
		return protocol.Position{}
	}
	before := source.Pos{Line: p.Line, Column: 1}
	return protocol.Position{
		Line:      uint32(src.Row(p) - 1),
		Character: e.units(src.Slice(source.Span{Start: before, End: p})),
	}
}

func (e encoding) span(src *source.File, s source.Span) protocol.Range {
	return protocol.Range{Start: e.position(src, s.Start), End: e.position(src, s.End)}
}

// appendSpan appends a span as JSON of the protocol.
func (e encoding) appendSpan(b []byte, src *source.File, s source.Span) []byte {
	r := e.span(src, s)
	b = appendPosition(append(b, `{"start":`...), r.Start)
	b = appendPosition(append(b, `,"end":`...), r.End)
	return append(b, '}')
}

func appendPosition(b []byte, p protocol.Position) []byte {
	b = strconv.AppendUint(append(b, `{"line":`...), uint64(p.Line), 10)
	b = strconv.AppendUint(append(b, `,"character":`...), uint64(p.Character), 10)
	return append(b, '}')
}

// appendString appends a text as JSON.
func appendString(b []byte, text string) []byte {
	b, _ = protocol.AppendMarshal(b, protocol.String(text)) // which does not fail for a text
	return b
}

// offset returns the offset of a position. A column past the end of its line
// is its end, a line past the end of the text the end of it; one within a
// character is its start.
func (e encoding) offset(src *source.File, p protocol.Position) int {
	line := int(p.Line) + 1
	if line > src.LineCount() || line < 1 {
		return len(src.Text)
	}
	text, start, left := src.Line(line), src.LineStart(line), int(p.Character)
	at := 0
	for left > 0 && at < len(text) {
		_, size := utf8.DecodeRuneInString(text[at:])
		n := 1
		if size > 1 {
			n = e.count(text[at : at+size])
		}
		if left < n {
			break
		}
		left -= n
		at += size
	}
	return start + at
}

// stretch returns the offsets of a range, the first one first.
func (e encoding) stretch(src *source.File, r protocol.Range) (from, to int) {
	from, to = e.offset(src, r.Start), e.offset(src, r.End)
	if from > to {
		from, to = to, from
	}
	return from, to
}
