package value

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ParsePath reads a path: keys and indexes joined by dots or in brackets,
// where brackets also take quoted keys, slices ("[1:3]", "[::2]", "[0,4]") and
// several of those ("[0;2]", `["a","b"]`); "*" for all elements, ".." for any
// depth, "/…/" for the keys that match. A backslash makes "\*" and "\." keys.
func ParsePath(s string) (Path, error) {
	p := pathParser{src: s, rest: s}
	if s == "" {
		return nil, fmt.Errorf("a path can't be empty")
	}
	if s[0] != '[' && !strings.HasPrefix(s, ".[") {
		p.rest = "." + s
	}
	var path Path
	for p.rest != "" {
		e, err := p.elem()
		if err != nil {
			return nil, err
		}
		if n := len(path); n > 0 && path[n-1].Kind == ElemDot { // "..", "...", "...*"
			if e.Kind == ElemDot {
				continue
			}
			if e.Kind == ElemDotStar {
				path = path[:n-1]
			}
		}
		path = append(path, e)
	}
	return path, nil
}

type pathParser struct {
	src, rest string
}

func (p *pathParser) fail(format string, args ...any) error {
	at := max(0, len(p.src)-len(p.rest))
	return fmt.Errorf("path %q: %s, at character %d", p.src, fmt.Sprintf(format, args...), utf8.RuneCountInString(p.src[:at])+1)
}

// take drops prefix from the rest, if it is there.
func (p *pathParser) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.rest, prefix)
	p.rest = rest
	return ok
}

// elem reads one element with the dot or bracket that opens it.
func (p *pathParser) elem() (Elem, error) {
	if p.take("[") {
		return p.brackets()
	}
	before := p.rest
	if !p.take(".") {
		return Elem{}, p.fail("a dot or a bracket is expected")
	}
	if e, ok, err := p.simple(); ok || err != nil {
		return e, err
	}
	if p.take("[*]") || strings.HasPrefix(before, "..*") {
		p.rest = strings.TrimPrefix(p.rest, ".*")
		return Elem{Kind: ElemDotStar}, nil
	}
	if c := p.rest; c == "" || c[0] == '.' || c[0] == '[' {
		return Elem{Kind: ElemDot}, nil
	}
	return Elem{}, p.fail("a key, an index or a star is expected")
}

var pathIndex = regexp.MustCompile(`^-?\d+$`)

// simple reads what may follow a dot.
func (p *pathParser) simple() (Elem, bool, error) {
	for _, c := range [...]string{"*", "."} {
		if p.take(`\` + c) {
			return Key(c), true, nil
		}
	}
	if p.take("*") {
		return Elem{Kind: ElemStar}, true, nil
	}
	if e, ok, err := p.regex(); ok || err != nil {
		return e, ok, err
	}
	name := p.name()
	if name == "" {
		return Elem{}, false, nil
	}
	if pathIndex.MatchString(name) && (p.rest == "" || p.rest[0] == '.' || p.rest[0] == '[') {
		if i, err := strconv.Atoi(name); err == nil {
			return Index(i), true, nil
		}
	}
	return Key(name), true, nil
}

// name takes the longest name, maybe "".
func (p *pathParser) name() string {
	n := strings.IndexFunc(p.rest, func(r rune) bool { return !isNameRune(r) })
	if n < 0 {
		n = len(p.rest)
	}
	name := p.rest[:n]
	p.rest = p.rest[n:]
	return name
}

var pathRegex = regexp.MustCompile(`^/(?:\\.|[^/\\\x08\f\n\r\t])+/[imxouesn]*`)

func (p *pathParser) regex() (Elem, bool, error) {
	source := pathRegex.FindString(p.rest)
	if source == "" {
		return Elem{}, false, nil
	}
	v, err := NewRegex(source)
	if err != nil {
		return Elem{}, false, p.fail("%v", err)
	}
	p.take(source)
	return RegexElem(v.AsRegex()), true, nil
}

func (p *pathParser) space() { p.rest = strings.TrimLeft(p.rest, " ") }

// brackets reads what is in brackets, up to the closing one.
func (p *pathParser) brackets() (Elem, error) {
	var es []Elem
	for several := false; ; several = true {
		p.space()
		if p.rest != "" && strings.IndexByte(",;]", p.rest[0]) < 0 || strings.HasPrefix(p.rest, ",") && pathCount.MatchString(p.rest) {
			e, err := p.bracketed()
			if err != nil {
				return Elem{}, err
			}
			es = append(es, e)
		}
		p.space()
		switch {
		case p.take(","), p.take(";"):
		case !p.take("]"):
			return Elem{}, p.fail("a comma, a semicolon or a closing bracket is expected")
		case len(es) == 0:
			return Elem{}, p.fail("nothing is in the brackets")
		case several:
			return Union(es...), nil
		default:
			return es[0], nil
		}
	}
}

var (
	pathSlice = regexp.MustCompile(`^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?`)
	pathCount = regexp.MustCompile(`^(-?\d+)?,(\d+)`)
	pathInt   = regexp.MustCompile(`^-?\d+(,)?`)
)

// bracketed reads one of the elements in brackets.
func (p *pathParser) bracketed() (Elem, error) {
	if c := p.rest[0]; c == '"' || c == '\'' {
		return p.quoted(c)
	}
	if p.take("*") {
		return Elem{Kind: ElemStar}, nil
	}
	if m := pathSlice.FindStringSubmatch(p.rest); m != nil {
		return p.slice(m[0], func(n []*int) Slice { return Slice{Start: n[0], End: n[1], Step: n[2]} }, m[1:])
	}
	if m := pathCount.FindStringSubmatch(p.rest); m != nil {
		if m[1] == "" {
			m[1] = "0"
		}
		return p.slice(m[0], func(n []*int) Slice { return Slice{Start: n[0], Count: n[1]} }, m[1:])
	}
	if m := pathInt.FindStringSubmatch(p.rest); m != nil {
		i, err := strconv.Atoi(strings.TrimSuffix(m[0], ","))
		if err != nil {
			return Elem{}, p.fail("an index is too large")
		}
		p.take(m[0]) // with the comma, as "[0,]" is short for "[0]"
		return Index(i), nil
	}
	if e, ok, err := p.regex(); ok || err != nil {
		return e, err
	}
	if name := p.name(); name != "" {
		return Key(name), nil
	}
	return Elem{}, p.fail("a key, an index, a slice or a star is expected")
}

func (p *pathParser) slice(text string, build func([]*int) Slice, numbers []string) (Elem, error) {
	ns := make([]*int, len(numbers))
	for i, s := range numbers {
		if s == "" {
			continue
		}
		n, err := strconv.Atoi(s)
		if err != nil {
			return Elem{}, p.fail("an index is too large")
		}
		ns[i] = &n
	}
	s := build(ns)
	if err := s.check(); err != nil {
		return Elem{}, p.fail("%v", err)
	}
	p.take(text)
	return SliceElem(s), nil
}

// quoted reads a key in quotes, with the escape sequences of JSON and the
// quote's own.
func (p *pathParser) quoted(quote byte) (Elem, error) {
	rest := p.rest
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\\':
			i++
		case c == quote:
			text := rest[1:i]
			if quote == '\'' {
				text = strings.ReplaceAll(strings.ReplaceAll(text, `\'`, `'`), `"`, `\"`)
			}
			j := jsonParser{data: []byte(`"` + text + `"`)}
			key, err := j.string()
			if err != nil || j.pos < len(j.data) {
				return Elem{}, p.fail("this is no quoted key")
			}
			p.rest = rest[i+1:]
			return Key(key), nil
		}
	}
	return Elem{}, p.fail("a quote is not closed")
}
