package value

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// rubyRegex translates a pattern from Ruby's syntax (Onigmo's, as its doc/RE
// has it) to that of Go's regexp, run with (?m): what Go writes differently is
// rewritten, what it lacks is an error.
type rubyRegex struct {
	src      string
	pos      int
	out      strings.Builder
	extended bool // white space and comments are skipped
	groups   []regexGroup
	quant    bool // the last thing written was *, + or ?
	named    bool // there are named groups
	plain    bool // there are unnamed groups
	noPlain  bool // unnamed groups do not capture, as beside named ones
}

// regexGroup is an open group: what to restore and to write when it closes.
type regexGroup struct {
	extended bool
	close    string
}

func (t *rubyRegex) fail(at int, format string, args ...any) error {
	return fmt.Errorf("%s (at character %d)", fmt.Sprintf(format, args...), utf8.RuneCountInString(t.src[:at])+1)
}

func (t *rubyRegex) rest() string { return t.src[t.pos:] }

func (t *rubyRegex) translate() (string, error) {
	t.groups = []regexGroup{{extended: t.extended}}
	for t.pos < len(t.src) {
		if err := t.piece(); err != nil {
			return "", err
		}
	}
	if len(t.groups) > 1 {
		return "", t.fail(len(t.src), "a parenthesis is not closed")
	}
	t.out.WriteString(t.groups[0].close)
	return t.out.String(), nil
}

// piece translates what stands at pos.
func (t *rubyRegex) piece() error {
	c, quant := t.src[t.pos], t.quant
	t.quant = false
	switch {
	case c == '\\':
		return t.escape(false)
	case c == '[':
		return t.class()
	case c == '(':
		return t.group()
	case c == ')':
		if len(t.groups) == 1 {
			return t.fail(t.pos, "a closing parenthesis has no opening one")
		}
		g := t.groups[len(t.groups)-1]
		t.groups = t.groups[:len(t.groups)-1]
		t.extended = g.extended
		t.out.WriteString(g.close + ")")
	case t.extended && strings.IndexByte(" \t\n\r\f\v", c) >= 0:
		t.quant = quant
	case t.extended && c == '#':
		n := strings.IndexByte(t.rest(), '\n')
		if n < 0 {
			n = len(t.rest()) - 1
		}
		t.pos += n
		t.quant = quant
	case c == '+' && quant:
		return t.fail(t.pos, "possessive quantifiers are not supported")
	case c == '*' || c == '+' || c == '?':
		t.out.WriteByte(c)
		t.quant = c != '?' || !quant
	case c == '{' && strings.HasPrefix(t.rest(), "{,"):
		t.out.WriteString("{0,")
		t.pos++
	default:
		t.out.WriteByte(c)
	}
	t.pos++
	return nil
}

// unsupportedGroups are the openings of groups that Go can't do.
var unsupportedGroups = [...]struct{ open, what string }{
	{"(?=", "look-ahead"}, {"(?!", "look-ahead"}, {"(?<=", "look-behind"}, {"(?<!", "look-behind"},
	{"(?>", "an atomic group"}, {"(?~", "an absence operator"}, {"(?(", "a condition"},
}

// group translates the opening of a group.
func (t *rubyRegex) group() error {
	at, rest := t.pos, t.rest()
	for _, u := range unsupportedGroups {
		if strings.HasPrefix(rest, u.open) {
			return t.fail(at, "%s, %s…), is not supported", u.what, u.open)
		}
	}
	switch {
	case !strings.HasPrefix(rest, "(?"):
		t.plain = true
		open := "("
		if t.noPlain {
			open = "(?:"
		}
		t.open(open, 1)
	case strings.HasPrefix(rest, "(?:"):
		t.open("(?:", 3)
	case strings.HasPrefix(rest, "(?#"):
		n := strings.IndexByte(rest, ')')
		if n < 0 {
			return t.fail(at, "a comment is not closed")
		}
		t.pos += n + 1
	case strings.HasPrefix(rest, "(?<"), strings.HasPrefix(rest, "(?'"):
		end := map[byte]byte{'<': '>', '\'': '\''}[rest[2]]
		n := strings.IndexByte(rest[3:], end)
		if n < 1 {
			return t.fail(at, "a group's name is not closed")
		}
		t.named = true
		t.open("(?<"+rest[3:3+n]+">", n+4)
	default:
		return t.options()
	}
	return nil
}

func (t *rubyRegex) open(s string, width int) {
	t.groups = append(t.groups, regexGroup{extended: t.extended})
	t.out.WriteString(s)
	t.pos += width
}

var regexOptions = regexp.MustCompile(`^\(\?([imx]*)(?:-([imx]*))?([:)])`)

// options translates (?imx-imx) and (?imx-imx:…). The former holds up to the
// end of the group around it, alternatives included: so it opens a group.
func (t *rubyRegex) options() error {
	m := regexOptions.FindStringSubmatch(t.rest())
	if m == nil {
		return t.fail(t.pos, "this kind of group is not supported")
	}
	on, off := m[1], m[2]
	extended := (t.extended || strings.Contains(on, "x")) && !strings.Contains(off, "x")
	names := strings.NewReplacer("x", "", "m", "s")
	flags := names.Replace(on)
	if o := names.Replace(off); o != "" {
		flags += "-" + o
	}
	if open := "(?" + flags + ":"; m[3] == ":" {
		t.open(open, len(m[0]))
	} else {
		t.out.WriteString(open)
		t.groups[len(t.groups)-1].close += ")"
		t.pos += len(m[0])
	}
	t.extended = extended
	return nil
}

// regexClasses are the bodies of classes that Ruby knows by name. Ruby's hold
// for all of Unicode, where Go's [:alpha:] and the like are ASCII's.
var regexClasses = map[string]string{
	"alnum": `\p{L}\p{M}\p{Nd}`, "alpha": `\p{L}\p{M}`, "blank": `\t\p{Zs}`, "cntrl": `\p{Cc}`,
	"digit": `\p{Nd}`, "lower": `\p{Ll}`, "punct": "\\p{P}$+<=>^`|~", "upper": `\p{Lu}`,
	"space": `\s\v\x{85}\p{Z}`, "word": `\p{L}\p{M}\p{N}\p{Pc}`, "xdigit": `0-9A-Fa-f`,
	"ascii": `\x00-\x7f`,
}

var regexEscape = regexp.MustCompile(`^\\(?:x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\}|0[0-7]{0,2}|p\{\^?\w+\}|P\{\w+\})`)

// escape translates an escape sequence, in a class or outside of one.
func (t *rubyRegex) escape(inClass bool) error {
	at, rest := t.pos, t.rest()
	if len(rest) < 2 {
		return t.fail(at, "nothing follows the last backslash")
	}
	if m := regexEscape.FindString(rest); m != "" {
		t.pos += len(m)
		t.out.WriteString(numericOrProperty(m, inClass))
		return nil
	}
	set := func(body string) string { // a set of characters
		if inClass {
			return body
		}
		return "[" + body + "]"
	}
	r, size := utf8.DecodeRuneInString(rest[1:])
	t.pos += 1 + size
	switch c := rest[1]; {
	case strings.IndexByte("dDwWntrfvazAB", c) >= 0 && (!inClass || strings.IndexByte("zAB", c) < 0):
		t.out.WriteString(rest[:2])
	case c == 'b' && !inClass:
		t.out.WriteString(`\b`)
	case c == 'b':
		t.out.WriteString(`\x08`)
	case c == 'e':
		t.out.WriteString(`\x1b`)
	case c == 'h':
		t.out.WriteString(set("0-9a-fA-F"))
	case c == 'H':
		t.out.WriteString(set("[:^xdigit:]"))
	case c == 's':
		t.out.WriteString(set("[:space:]"))
	case c == 'S':
		t.out.WriteString(set("[:^space:]"))
	case c == 'R' && !inClass:
		t.out.WriteString(`(?:\r\n|[\n\v\f\r\x{85}\x{2028}\x{2029}])`)
	case c == 'Z' && !inClass:
		return t.fail(at, `\Z is not supported, \z stands for the end of the text`)
	case c >= '1' && c <= '9', c == 'k' && !inClass, c == 'g' && !inClass:
		return t.fail(at, "back-references and calls, %s, are not supported", rest[:2])
	case strings.IndexByte("XKG", c) >= 0 && !inClass, c == 'c', c == 'C', c == 'M':
		return t.fail(at, "%s is not supported", rest[:2])
	case r == utf8.RuneError:
		return t.fail(at, "this is not valid UTF-8")
	default: // the character itself
		if s := string(r); inClass {
			t.out.WriteString(quoteInClass(s))
		} else {
			t.out.WriteString(regexp.QuoteMeta(s))
		}
	}
	return nil
}

// quoteInClass quotes an ASCII character that could be special in a class.
func quoteInClass(s string) string {
	if strings.Contains(`[]\^-&:`, s) {
		return `\` + s
	}
	return s
}

func numericOrProperty(m string, inClass bool) string {
	switch m[1] {
	case 'x', 'u':
		return `\x{` + strings.Trim(m[2:], "{}") + "}"
	case '0':
		var n int
		fmt.Sscanf(m[1:], "%o", &n)
		return fmt.Sprintf(`\x{%x}`, n)
	}
	name := strings.Trim(m[2:], "{}")
	not := (m[1] == 'P') != strings.HasPrefix(name, "^")
	name = strings.TrimPrefix(name, "^")
	class, ok := regexClasses[strings.ToLower(name)]
	switch {
	case !ok && not:
		return `\P{` + name + "}"
	case !ok:
		return `\p{` + name + "}"
	case !not && inClass:
		return class
	case !not:
		return "[" + class + "]"
	case inClass: // no class within a class: let it fail as an unknown property
		return m
	}
	return "[^" + class + "]"
}

var posixClass = regexp.MustCompile(`^\[:(\^?)(\w+):\]`)

// class translates a bracketed class. Classes within it, which Go does not
// have, become part of it where they are not negated.
func (t *rubyRegex) class() error {
	start := t.pos
	t.out.WriteByte('[')
	t.pos++
	if strings.HasPrefix(t.rest(), "^") {
		t.out.WriteByte('^')
		t.pos++
	}
	for depth, first := 1, true; depth > 0; first = false {
		rest := t.rest()
		switch {
		case rest == "":
			return t.fail(start, "a bracket is not closed")
		case rest[0] == ']' && first:
			t.out.WriteString(`\]`)
		case rest[0] == ']':
			if depth--; depth == 0 {
				t.out.WriteByte(']')
			}
		case rest[0] == '\\':
			if err := t.escape(true); err != nil {
				return err
			}
			continue
		case posixClass.MatchString(rest):
			if err := t.posix(); err != nil {
				return err
			}
			continue
		case strings.HasPrefix(rest, "[^"), strings.HasPrefix(rest, "&&"):
			return t.fail(t.pos, "%s within a bracketed class is not supported", rest[:2])
		case rest[0] == '[':
			depth++
		default:
			t.out.WriteByte(rest[0])
		}
		t.pos++
	}
	return nil
}

// posix translates [:name:] and [:^name:] within a class.
func (t *rubyRegex) posix() error {
	m := posixClass.FindStringSubmatch(t.rest())
	class, ok := regexClasses[m[2]]
	switch {
	case m[1] == "" && ok:
		t.out.WriteString(class)
	case m[1] == "" || m[2] == "xdigit" || m[2] == "ascii":
		t.out.WriteString(m[0]) // the same in both
	default:
		return t.fail(t.pos, "%s is not supported", m[0])
	}
	t.pos += len(m[0])
	return nil
}
