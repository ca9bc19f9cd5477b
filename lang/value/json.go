package value

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// AppendJSON appends v as compact JSON. Objects keep their order; NaN and the
// infinities become null; a function is printed as
// ["_func",{"nid":…,"cnid":…,"fun":…,"tree":…},line], a procedure as
// ["_proc",{"proc":…},line], a tasker as ["_tasker",{"tasker":…},line] and a
// regular expression as ["_rxs","/…/",line], where line is -1 if unknown.
// Bytes that are not UTF-8 become U+FFFD.
func AppendJSON(dst []byte, v Value) []byte {
	switch v.kind {
	case KindNull:
		return append(dst, "null"...)
	case KindBool:
		return strconv.AppendBool(dst, v.AsBool())
	case KindInt:
		return strconv.AppendInt(dst, v.AsInt(), 10)
	case KindBig:
		return v.AsBig().Append(dst, 10)
	case KindFloat:
		return appendFloat(dst, v.AsFloat())
	case KindString:
		return appendJSONString(dst, v.AsString())
	case KindList:
		dst = append(dst, '[')
		for i, e := range v.AsList().Slice() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, e)
		}
		return append(dst, ']')
	case KindObject:
		dst = append(dst, '{')
		for i, m := range v.AsObject().Members() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSONString(dst, m.Key)
			dst = append(dst, ':')
			dst = AppendJSON(dst, m.Value)
		}
		return append(dst, '}')
	}
	return AppendJSON(dst, described(v))
}

// described returns a value that JSON does not have as the list that stands
// for it.
func described(v Value) Value {
	attribute := func(ms []Member, key, s string) []Member {
		if s == "" {
			return ms
		}
		return append(ms, Member{key, String(s)})
	}
	node := func(head string, body Value, line int) Value {
		return NewList(String(head), body, Int(int64(line)))
	}
	switch v.kind {
	case KindFunc:
		f := v.AsFunc()
		ms := []Member{{"nid", String(f.Nid)}, {"cnid", String(f.Cnid)}, {"fun", Int(f.Fun)}, {"tree", String(f.Tree)}}
		return node("_func", NewObject(attribute(ms, "flavour", f.OnFlavour)...), f.Line)
	case KindProc:
		p := v.AsProc()
		ms := []Member{{"proc", String(p.Name)}}
		return node("_proc", NewObject(attribute(ms, "nid", p.Nid)...), p.Line)
	case KindTasker:
		t := v.AsTasker()
		return node("_tasker", NewObject(Member{"tasker", String(t.Name)}), t.Line)
	}
	r := v.AsRegex()
	return node("_rxs", String(r.Source), r.Line)
}

// MarshalJSON makes v a json.Marshaler, see [AppendJSON].
func (v Value) MarshalJSON() ([]byte, error) { return AppendJSON(nil, v), nil }

// UnmarshalJSON makes v a json.Unmarshaler, see [ParseJSON].
func (v *Value) UnmarshalJSON(data []byte) (err error) {
	*v, err = ParseJSON(data)
	return err
}

// String returns v as compact JSON, for messages and debugging.
func (v Value) String() string { return string(AppendJSON(nil, v)) }

// ToText returns what v becomes within a text: a string as it is, null as "",
// anything else as compact JSON.
func ToText(v Value) string {
	switch v.kind {
	case KindNull:
		return ""
	case KindString:
		return v.AsString()
	}
	return v.String()
}

// appendFloat writes the shortest decimal that reads back as f, with at least
// one digit behind the point, and from 1e16 up and below 1e-4 with an exponent
// of two digits or more: as Ruby writes floats.
func appendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	start := len(dst)
	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
		for i := start; dst[i] != '.'; i++ {
			if dst[i] == 'e' { // a lone digit before the exponent
				dst = append(dst, 0, 0)
				copy(dst[i+2:], dst[i:])
				dst[i], dst[i+1] = '.', '0'
				break
			}
		}
		return dst
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

const hexDigits = "0123456789abcdef"

func appendJSONString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c < utf8.RuneSelf {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, s[done:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\b':
			dst = append(dst, `\b`...)
		case '\f':
			dst = append(dst, `\f`...)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			if c >= utf8.RuneSelf {
				dst = utf8.AppendRune(dst, utf8.RuneError)
			} else {
				dst = append(dst, `\u00`...)
				dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
			}
		}
		i += size
		done = i
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}
