package value

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// JSONError says where and why a text is not JSON that we can take.
type JSONError struct {
	Offset int // in bytes, from 0
	Msg    string
}

func (e *JSONError) Error() string { return fmt.Sprintf("JSON: %s, at byte %d", e.Msg, e.Offset) }

// maxDigits bounds a number's length, since reading a long one takes more than
// linear time.
const maxDigits = MaxIntBits / 3

// ParseJSON reads one JSON value (RFC 8259). Objects keep their order; a key
// that is there again replaces the value and keeps the place. A number with
// point or exponent is a float, any other an integer. Nesting beyond MaxDepth,
// numbers longer than integers may grow, floats beyond a float64's range and
// text that is not UTF-8 are errors, of type *[JSONError]. The value doesn't
// share memory with data.
func ParseJSON(data []byte) (Value, error) {
	p := jsonParser{data: data}
	p.space()
	v, err := p.value(0)
	if err == nil {
		p.space()
		if p.pos < len(data) {
			err = p.fail("there is more after the value")
		}
	}
	if err != nil {
		return Null, err
	}
	return v, nil
}

type jsonParser struct {
	data    []byte
	pos     int
	values  []Value  // elements of the lists being read
	members []Member // members of the objects being read
	keys    keyCache
}

// keyCache keeps keys lately read, so that the same keys in many objects are
// one string.
type keyCache [32]string

func (c *keyCache) get(b []byte) string {
	if len(b) == 0 || len(b) > 32 {
		return string(b)
	}
	s := &c[(len(b)*5+int(b[0])*3+int(b[len(b)-1]))%len(c)]
	if *s != string(b) {
		*s = string(b)
	}
	return *s
}

func (p *jsonParser) fail(format string, args ...any) error {
	return &JSONError{Offset: p.pos, Msg: fmt.Sprintf(format, args...)}
}

// unexpected is the error for what stands at pos.
func (p *jsonParser) unexpected(want string) error {
	if p.pos >= len(p.data) {
		return p.fail("the text ends where %s is expected", want)
	}
	r, _ := utf8.DecodeRune(p.data[p.pos:])
	return p.fail("%q stands where %s is expected", r, want)
}

func (p *jsonParser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\t', '\n', '\r':
			p.pos++
		default:
			return
		}
	}
}

// peek returns the byte at pos, 0 at the end.
func (p *jsonParser) peek() byte {
	if p.pos < len(p.data) {
		return p.data[p.pos]
	}
	return 0
}

func (p *jsonParser) value(depth int) (Value, error) {
	switch c := p.peek(); {
	case c == '"':
		s, err := p.string()
		return String(s), err
	case c == '{' || c == '[':
		if depth >= MaxDepth {
			return Null, p.fail("collections are nested deeper than %d", MaxDepth)
		}
		if c == '[' {
			return p.list(depth + 1)
		}
		return p.object(depth + 1)
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	}
	for _, w := range [...]struct {
		word  string
		value Value
	}{{"null", Null}, {"true", True}, {"false", False}} {
		if end := p.pos + len(w.word); end <= len(p.data) && string(p.data[p.pos:end]) == w.word {
			p.pos = end
			return w.value, nil
		}
	}
	return Null, p.unexpected("a value")
}

// list reads a list. Elements gather on a stack that all lists share, so each
// list allocates its elements once, at their number.
func (p *jsonParser) list(depth int) (Value, error) {
	p.pos++
	base := len(p.values)
	if p.space(); p.peek() == ']' {
		p.pos++
		return NewList(), nil
	}
	for {
		p.space()
		v, err := p.value(depth)
		if err != nil {
			return Null, err
		}
		p.values = append(p.values, v)
		p.space()
		c := p.peek()
		if c != ',' && c != ']' {
			return Null, p.unexpected("a comma or a closing bracket")
		}
		p.pos++
		if c == ']' {
			l := ListOf(append([]Value(nil), p.values[base:]...))
			p.values = p.values[:base]
			return FromList(l), nil
		}
	}
}

func (p *jsonParser) object(depth int) (Value, error) {
	p.pos++
	base := len(p.members)
	if p.space(); p.peek() == '}' {
		p.pos++
		return NewObject(), nil
	}
	for {
		if p.space(); p.peek() != '"' {
			return Null, p.unexpected("a key in double quotes")
		}
		key, err := p.key()
		if err != nil {
			return Null, err
		}
		if p.space(); p.peek() != ':' {
			return Null, p.unexpected("a colon")
		}
		p.pos++
		p.space()
		v, err := p.value(depth)
		if err != nil {
			return Null, err
		}
		p.members = append(p.members, Member{key, v})
		p.space()
		c := p.peek()
		if c != ',' && c != '}' {
			return Null, p.unexpected("a comma or a closing brace")
		}
		p.pos++
		if c == '}' {
			o := ObjectOf(append([]Member(nil), p.members[base:]...))
			p.members = p.members[:base]
			return FromObject(o), nil
		}
	}
}

// digits passes digits and tells whether there were any.
func (p *jsonParser) digits() bool {
	start := p.pos
	for c := p.peek(); '0' <= c && c <= '9'; c = p.peek() {
		p.pos++
	}
	return p.pos > start
}

func (p *jsonParser) number() (Value, error) {
	start := p.pos
	if p.peek() == '-' {
		p.pos++
	}
	if first := p.pos; !p.digits() {
		return Null, p.unexpected("a digit")
	} else if p.data[first] == '0' && p.pos > first+1 {
		p.pos = first
		return Null, p.fail("a number starts with a needless 0")
	}
	float := false
	if p.peek() == '.' {
		float = true
		if p.pos++; !p.digits() {
			return Null, p.unexpected("a digit")
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		float = true
		p.pos++
		if c := p.peek(); c == '+' || c == '-' {
			p.pos++
		}
		if !p.digits() {
			return Null, p.unexpected("a digit")
		}
	}
	text := string(p.data[start:p.pos])
	if len(text) > maxDigits {
		p.pos = start
		return Null, p.fail("a number has more than %d digits", maxDigits)
	}
	if float {
		f, _ := strconv.ParseFloat(text, 64)
		if math.IsInf(f, 0) {
			p.pos = start
			return Null, p.fail("a number is beyond the range of floats")
		}
		return Float(f), nil
	}
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return Int(i), nil
	}
	i, _ := new(big.Int).SetString(text, 10)
	return BigInt(i), nil
}

func (p *jsonParser) string() (string, error) {
	plain, decoded, err := p.text()
	if plain != nil {
		return string(plain), nil
	}
	return decoded, err
}

func (p *jsonParser) key() (string, error) {
	plain, decoded, err := p.text()
	if plain != nil {
		return p.keys.get(plain), nil
	}
	return decoded, err
}

// text reads a string: its bytes where they stand so in the data, else the
// string decoded.
func (p *jsonParser) text() (plain []byte, decoded string, err error) {
	p.pos++
	start := p.pos
	for p.pos < len(p.data) { // most strings need no decoding
		switch c := p.data[p.pos]; {
		case c == '"':
			p.pos++
			return p.data[start : p.pos-1], "", nil
		case c == '\\' || c < ' ' || c >= utf8.RuneSelf:
			decoded, err = p.decoded(start)
			return nil, decoded, err
		}
		p.pos++
	}
	return nil, "", p.unexpected("the end of a string")
}

// decoded reads on a string of which the text from start to pos is plain.
func (p *jsonParser) decoded(start int) (string, error) {
	buf := append([]byte(nil), p.data[start:p.pos]...)
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			p.pos++
			return string(buf), nil
		case c < ' ':
			return "", p.fail("the control character %#02x stands bare in a string", c)
		case c == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			buf = utf8.AppendRune(buf, r)
		case c < utf8.RuneSelf:
			buf = append(buf, c)
			p.pos++
		default:
			r, size := utf8.DecodeRune(p.data[p.pos:])
			if r == utf8.RuneError && size == 1 {
				return "", p.fail("a string is not valid UTF-8")
			}
			buf = append(buf, p.data[p.pos:p.pos+size]...)
			p.pos += size
		}
	}
	return "", p.unexpected("the end of a string")
}

// escape reads an escape sequence. Half a surrogate pair gives U+FFFD.
func (p *jsonParser) escape() (rune, error) {
	p.pos++
	c := p.peek()
	p.pos++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		r, ok := p.hex4()
		if !ok {
			return 0, p.unexpected("four hexadecimal digits")
		}
		if !utf16.IsSurrogate(r) {
			return r, nil
		}
		if before := p.pos; p.peek() == '\\' && p.pos+1 < len(p.data) && p.data[p.pos+1] == 'u' {
			p.pos += 2
			if low, ok := p.hex4(); ok {
				if r := utf16.DecodeRune(r, low); r != utf8.RuneError {
					return r, nil
				}
			}
			p.pos = before
		}
		return utf8.RuneError, nil
	}
	p.pos--
	return 0, p.unexpected("an escape sequence")
}

// hex4 reads four hexadecimal digits.
func (p *jsonParser) hex4() (rune, bool) {
	if p.pos+4 > len(p.data) {
		return 0, false
	}
	n, err := strconv.ParseUint(string(p.data[p.pos:p.pos+4]), 16, 32)
	if err != nil {
		return 0, false
	}
	p.pos += 4
	return rune(n), true
}
