package tree

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Positions says which positions the JSON form carries.
type Positions byte

// The choices of positions.
const (
	Lines   Positions = iota // the line a node starts on
	Columns                  // line and column, [3, 5]
	Bare                     // none
)

// MarshalJSON returns the public JSON form, with lines.
func (n *Node) MarshalJSON() ([]byte, error) { return AppendJSON(nil, n, Lines), nil }

// AppendJSON appends the public JSON form of a tree, as docs/tree.md says, on
// one line, and returns the extended buffer.
func AppendJSON(b []byte, n *Node, positions Positions) []byte {
	if n.Literal {
		return appendLiteral(b, n.Value)
	}
	b = append(b, '[')
	if n.HeadExpr != nil {
		b = AppendJSON(b, n.HeadExpr, positions)
	} else {
		b = appendString(b, n.Head)
	}
	b = append(b, ",{"...)
	names := attrNames(n.Attrs)
	for i := range n.Attrs {
		if i > 0 {
			b = append(b, ',')
		}
		a := &n.Attrs[i]
		b = append(appendString(b, names[i]), ':')
		if a.KeyExpr != nil {
			b = append(b, `["_key",{},[`...)
			b = append(AppendJSON(b, a.KeyExpr, positions), ',')
			b = append(AppendJSON(b, a.Value, positions), "]]"...)
			continue
		}
		b = AppendJSON(b, a.Value, positions)
	}
	b = append(b, "},["...)
	for i, c := range n.Children {
		if i > 0 {
			b = append(b, ',')
		}
		b = AppendJSON(b, c, positions)
	}
	b = append(b, ']')
	if at := n.Span.Start; at.IsValid() && positions == Lines {
		b = strconv.AppendInt(append(b, ','), int64(at.Line), 10)
	} else if at.IsValid() && positions == Columns {
		b = strconv.AppendInt(append(b, ",["...), int64(at.Line), 10)
		b = append(strconv.AppendInt(append(b, ','), int64(at.Column), 10), ']')
	}
	return append(b, ']')
}

// attrNames returns the names under which attributes stand in JSON.
func attrNames(attrs []Attr) []string {
	names := make([]string, len(attrs))
	unkeyed, computed := 0, 0
	var seen map[string]int
	for i := range attrs {
		a := &attrs[i]
		switch {
		case a.KeyExpr != nil:
			names[i] = "_k" + strconv.Itoa(computed)
			computed++
			continue
		case a.Key == "":
			names[i] = "_" + strconv.Itoa(unkeyed)
			unkeyed++
			continue
		}
		if seen == nil {
			seen = make(map[string]int, len(attrs))
		}
		seen[a.Key]++
		name, nth := a.Key, seen[a.Key]
		_, _, numbered := cutNumber(name)
		if !a.Lone() && (reserved(name) || numbered) {
			name = "_=" + name
		}
		if nth > 1 || numbered {
			name += "~" + strconv.Itoa(nth)
		}
		names[i] = name
	}
	return names
}

// reserved tells whether a key written so would be taken for something else.
func reserved(key string) bool {
	rest, ok := strings.CutPrefix(key, "_")
	return ok && (rest == "" || rest[0] == '=' || allDigits(rest) || allDigits(strings.TrimPrefix(rest, "k")))
}

// cutNumber cuts ~N off a name, for the N-th attribute of that key.
func cutNumber(name string) (key string, nth int, ok bool) {
	i := strings.LastIndexByte(name, '~')
	if i < 0 || !allDigits(name[i+1:]) || len(name)-i > 10 {
		return name, 1, false
	}
	nth, _ = strconv.Atoi(name[i+1:])
	return name[:i], nth, true
}

func appendLiteral(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case *big.Int:
		return v.Append(b, 10)
	case float64:
		return appendFloat(b, v)
	case string:
		return appendString(b, v)
	}
	panic("tree: unknown kind of literal")
}

// appendFloat writes a float so that it reads as one: with a point or an
// exponent.
func appendFloat(b []byte, f float64) []byte {
	from := len(b)
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'f', -1, 64)
	if !strings.Contains(string(b[from:]), ".") {
		b = append(b, ".0"...)
	}
	return b
}

const hexDigits = "0123456789abcdef"

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	return append(appendEscaped(b, s, '"'), '"')
}

// appendEscaped writes the text of a string between quotes, in JSON as in a
// definition.
func appendEscaped(b []byte, s string, quote byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += size
			continue
		}
		k := strings.IndexByte("\b\f\n\r\t", c)
		switch {
		case c == quote || c == '\\':
			b = append(b, '\\', c)
		case k >= 0:
			b = append(b, '\\', "bfnrt"[k])
		case c < 0x20 || c == 0x7f:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		default:
			b = append(b, c)
		}
		i++
	}
	return b
}
