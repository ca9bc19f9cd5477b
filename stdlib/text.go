package stdlib

import "github.com/florc-lang/florc/lang/value"

// displayText returns what v becomes when it is added to a string: like
// [value.ToText], but with a space behind each comma and colon of a
// collection. It breaks off somewhere beyond maxTextBytes: values may share
// their parts, and be far longer as a text than in memory.
func displayText(v value.Value) string {
	if !v.IsCollection() {
		return value.ToText(v)
	}
	return string(appendDisplay(nil, v))
}

func appendDisplay(dst []byte, v value.Value) []byte {
	switch v.Kind() {
	case value.KindList:
		dst = append(dst, '[')
		for i, e := range v.AsList().All() {
			if len(dst) > maxTextBytes {
				break
			}
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendDisplay(dst, e)
		}
		return append(dst, ']')
	case value.KindObject:
		dst = append(dst, '{')
		for i, m := range v.AsObject().Members() {
			if len(dst) > maxTextBytes {
				break
			}
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = value.AppendJSON(dst, value.String(m.Key))
			dst = append(dst, ": "...)
			dst = appendDisplay(dst, m.Value)
		}
		return append(dst, '}')
	}
	return value.AppendJSON(dst, v)
}
