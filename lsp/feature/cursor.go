package feature

import (
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
)

// cursor is what is known of a place in a line that is being typed, which need
// not parse: the brackets and statements around it, and the word at hand.
type cursor struct {
	// frames are the brackets around the place, the outermost first. The
	// first is the line itself.
	frames     []cursorFrame
	start, end int    // of the word at hand; of the text of the string, where in one
	prefix     string // the word up to the place
	quote      string // the quotes of the string the place is in, "" for none
	dead       bool   // in a comment or a regular expression, where nothing is completed
}

// cursorFrame is a bracket that is open, and how far what stands in it has
// got.
type cursorFrame struct {
	kind  byte // 0 for the line itself, ( [ { $ or " for a string around a $(
	at    int  // of the bracket
	quote string

	head           string // of the statement
	headAt         int
	hasHead        bool
	items          int      // unkeyed attributes, or elements, that have begun
	keys           []string // of the keyed attributes that have begun
	key            string   // of the attribute at hand
	keyed, valued  bool     // the attribute at hand has a key; its value has begun
	operand, infix bool     // an operand, or an operator, stands right before
	last           string   // the last operand, as written
	postfix        bool     // the statement has got to its postfix condition
	params         []string // the parameters of functions whose bodies the place is in
}

// isStatement tells whether statements stand in the frame.
func (f *cursorFrame) isStatement() bool { return f.kind == 0 || f.kind == '(' || f.kind == '$' }

// next starts another statement.
func (f *cursorFrame) next(child bool) {
	params := f.params
	if child {
		params = append(params[:len(params):len(params)], f.ownParams()...)
	}
	*f = cursorFrame{kind: f.kind, at: f.at, quote: f.quote, params: params}
}

// ownParams lists the parameters that the statement makes.
func (f *cursorFrame) ownParams() []string {
	if f.head == "define" || f.head == "def" || f.head == "fun" {
		return f.keys
	}
	return nil
}

// item notes that an operand begins.
func (f *cursorFrame) item(text string, at int) {
	switch {
	case f.isStatement() && !f.hasHead:
		f.hasHead, f.head, f.headAt = true, text, at
	case f.infix:
	case f.keyed && !f.valued:
		f.valued = true
	default:
		f.items++
		f.keyed, f.valued, f.key = false, false, ""
		if (f.head == "define" || f.head == "def" || f.head == "fun") && ast.IsName(text) {
			f.keys = append(f.keys, text)
		}
	}
	f.operand, f.infix, f.last = true, false, text
}

// colon makes a key of the last operand.
func (f *cursorFrame) colon() {
	key := strings.Trim(f.last, `'"`)
	if !f.keyed || f.valued {
		f.items = max(0, f.items-1)
	}
	f.keyed, f.valued, f.key = true, false, key
	f.keys = append(f.keys, key)
	f.operand = false
}

// comma ends an attribute.
func (f *cursorFrame) comma() {
	f.keyed, f.valued, f.key = false, false, ""
	f.operand, f.infix = false, false
}

// top is the innermost frame.
func (c *cursor) top() *cursorFrame { return &c.frames[len(c.frames)-1] }

// cursorAt reads the line that an offset is in, up to it.
func cursorAt(v *analysis.View, offset int) *cursor {
	text := v.Source().Text
	src := v.Source()
	from := src.LineStart(src.LineAt(offset))
	if path := linePath(v.Syntax(), offset); len(path) > 0 {
		from = min(from, v.Syntax().Base(path[len(path)-1]))
		for _, l := range path { // one around it may have a bracket yet to be closed
			if len(l.Stmt.Bad) > 0 {
				from = min(from, v.Syntax().Base(l))
				break
			}
		}
	}
	if from == 0 && strings.HasPrefix(text, "\ufeff") {
		from = min(offset, len("\ufeff"))
	}
	r := cursorReader{text: text, pos: from, offset: offset}
	r.c.frames = []cursorFrame{{}}
	for !r.done && r.pos < offset {
		r.token()
	}
	if !r.done {
		r.c.start, r.c.end = offset, offset+wordLen(text[offset:])
	}
	return &r.c
}

// wordLen returns the length of the name, with dotted fields and perhaps a dot
// at the end, that a text starts with.
func wordLen(s string) int {
	n := ast.SymbolLen(s)
	for n < len(s) && s[n] == '.' {
		n += 1 + ast.SymbolLen(s[n+1:])
	}
	return n
}

type cursorReader struct {
	text        string
	pos, offset int
	c           cursor
	done        bool
}

func (r *cursorReader) push(kind byte, quote string) {
	r.c.frames = append(r.c.frames, cursorFrame{kind: kind, at: r.pos, quote: quote, params: append([]string(nil), r.c.top().params...)})
	own := &r.c.frames[len(r.c.frames)-1]
	own.params = append(own.params, r.c.frames[len(r.c.frames)-2].ownParams()...)
}

// closeTo takes the brackets off that one of these kinds closes.
func (r *cursorReader) closeTo(kinds string) {
	for i := len(r.c.frames) - 1; i > 0; i-- {
		k := r.c.frames[i].kind
		if strings.IndexByte(kinds, k) >= 0 {
			r.c.frames = r.c.frames[:i]
			r.c.top().operand = true
			return
		}
		if k == '"' {
			return
		}
	}
}

func (r *cursorReader) token() {
	top := r.c.top()
	if top.kind == '"' {
		r.textOf(top.quote)
		return
	}
	switch c := r.text[r.pos]; c {
	case ' ', '\t':
		r.pos++
	case '\n', '\r':
		r.newline()
	case '\'', '"':
		r.str(c)
	case '(', '[', '{':
		top.item(string(c), r.pos)
		r.push(c, "")
		r.pos++
	case ')':
		r.pos++
		r.closeTo("($")
	case ']':
		r.pos++
		r.closeTo("[")
	case '}':
		r.pos++
		r.closeTo("{")
	case ',':
		r.pos++
		top.comma()
	case ':':
		r.pos++
		top.colon()
	case '\\', '|', ';':
		r.pos++
		if top.isStatement() {
			top.next(c == '\\')
		}
	default:
		r.word()
	}
}

func (r *cursorReader) newline() {
	r.pos++
	top := r.c.top()
	waits := !top.operand && (top.keyed && !top.valued || top.infix)
	if top.kind == '[' || top.kind == '{' || waits || strings.HasSuffix(strings.TrimRight(r.text[:r.pos-1], " \t\r\n"), ",") {
		return
	}
	top.next(top.kind != 0) // within brackets it may be a child
}

// str reads a string.
func (r *cursorReader) str(c byte) {
	q := string(c)
	if strings.HasPrefix(r.text[r.pos:], strings.Repeat(q, 3)) {
		q = strings.Repeat(q, 3)
	}
	top := r.c.top()
	start := r.pos
	top.item(r.text[start:r.stringEnd(start+len(q), q)], start)
	r.pos += len(q)
	if r.pos > r.offset {
		return
	}
	if c == '"' {
		r.push('"', q)
		r.textOf(q)
		return
	}
	r.textOf(q)
}

// stringEnd returns the offset after the quotes that end a string, or the end
// of its line.
func (r *cursorReader) stringEnd(at int, quote string) int {
	for ; at < len(r.text); at++ {
		switch c := r.text[at]; {
		case strings.HasPrefix(r.text[at:], quote):
			return at + len(quote)
		case c == '\\':
			at++
		case (c == '\n' || c == '\r') && len(quote) == 1:
			return at
		}
	}
	return len(r.text)
}

// textOf reads on in a string, to its end, to a $( or to the place.
func (r *cursorReader) textOf(quote string) {
	start, template := r.pos, quote[0] == '"'
	for at := r.pos; ; at++ {
		switch {
		case at >= r.offset:
			end := at
			for end < len(r.text) && r.text[end] != '\n' && r.text[end] != '\r' && !strings.HasPrefix(r.text[end:], quote) {
				end++
			}
			r.c.start, r.c.end, r.c.prefix, r.c.quote = start, end, r.text[start:r.offset], quote
			if template {
				r.c.frames = r.c.frames[:len(r.c.frames)-1]
			}
			r.done = true
			return
		case strings.HasPrefix(r.text[at:], quote):
			r.pos = at + len(quote)
			if template {
				r.c.frames = r.c.frames[:len(r.c.frames)-1]
				r.c.top().operand = true
			}
			return
		case r.text[at] == '\\':
			at++
		case template && strings.HasPrefix(r.text[at:], "$("):
			r.pos = at
			r.push('$', "")
			r.pos += 2
			return
		case (r.text[at] == '\n' || r.text[at] == '\r') && len(quote) == 1:
			r.pos = at
			r.c.frames = r.c.frames[:1]
			r.c.top().operand = true
			return
		}
	}
}

// word reads a name, a number, an operator, a comment or a regular expression.
func (r *cursorReader) word() {
	rest := r.text[r.pos:]
	top := r.c.top()
	if rest[0] == '#' || strings.HasPrefix(rest, "//") {
		end := len(rest)
		if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
			end = i
		}
		if r.pos += end; r.pos >= r.offset {
			r.c.dead, r.done = true, true
		}
		return
	}
	if n := ast.RegexPrefixLen(rest); n > 0 && !top.operand {
		end := n
		for end < len(rest) && rest[end] != '/' && rest[end] != '\n' && rest[end] != '\r' {
			if rest[end] == '\\' {
				end++
			}
			end++
		}
		if end < len(rest) && rest[end] == '/' {
			top.item(rest[:end+1], r.pos)
			for end++; end < len(rest) && ast.IsRegexOption(rest[end]); end++ {
			}
			if r.pos += end; r.pos > r.offset {
				r.c.dead, r.done = true, true
			}
			return
		}
	}
	n := max(1, wordLen(rest))
	if r.pos+n >= r.offset {
		r.c.start, r.c.end, r.c.prefix = r.pos, r.pos+n, r.text[r.pos:r.offset]
		r.done = true
		return
	}
	word := rest[:n]
	switch {
	case (word == "if" || word == "unless") && top.isStatement() && top.hasHead && top.operand:
		top.postfix = true
		params := top.params
		*top = cursorFrame{kind: top.kind, at: top.at, postfix: true, params: params}
	case ast.IsOperator(word) && top.operand:
		top.infix, top.operand = true, false
	default:
		top.item(word, r.pos)
	}
	r.pos += n
}
