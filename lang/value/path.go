package value

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// Path leads from a collection to values within it, or to where values may be
// put. It reads as the paths of the Ruby library dense do: "a.b.0",
// `a["b"][1:3].c`, "a.*.b", "a..b".
type Path []Elem

// ElemKind tells what an [Elem] selects.
type ElemKind uint8

// The kinds of path elements.
const (
	ElemKey     ElemKind = iota // the member of that key; "first" and "last" of a list
	ElemIndex                   // the element of a list, counted from its end if negative; of an object, the member whose key is the number
	ElemSlice                   // a range of a list's elements
	ElemStar                    // all elements or members
	ElemDot                     // the nearest places, at any depth, where the rest of the path leads somewhere
	ElemDotStar                 // everything at any depth
	ElemRegex                   // the members whose keys match
	ElemUnion                   // what each of several elements selects
)

// Elem is one element of a [Path]. Build it with [Key], [Index] and the like.
type Elem struct {
	Kind  ElemKind
	Key   string // the key; the decimal form of an index
	Index int
	Slice *Slice
	Regex *Regex
	Union []Elem
}

// Slice selects elements of a list: either Count of them from Start on, or
// those from Start to End, both included, every Step-th of them; negative
// positions count from the end. What is nil has a default: the first element,
// the last, and 1. With a negative Step the same elements come in reverse.
type Slice struct{ Start, End, Step, Count *int }

// Key returns the element that selects a key.
func Key(k string) Elem { return Elem{Kind: ElemKey, Key: k} }

// Index returns the element that selects the place i of a list.
func Index(i int) Elem { return Elem{Kind: ElemIndex, Index: i, Key: strconv.Itoa(i)} }

// Union returns the element that selects what each of es does.
func Union(es ...Elem) Elem { return Elem{Kind: ElemUnion, Union: es} }

// SliceElem returns the element that selects a range of a list.
func SliceElem(s Slice) Elem { return Elem{Kind: ElemSlice, Slice: &s} }

// RegexElem returns the element that selects the members whose keys match.
func RegexElem(r *Regex) Elem { return Elem{Kind: ElemRegex, Regex: r} }

// Single tells whether p leads to one place at most: it consists of keys and
// indexes. Reading a path that is not single gives a list.
func (p Path) Single() bool {
	for i := range p {
		if p[i].Kind > ElemIndex {
			return false
		}
	}
	return true
}

// String writes p so that [ParsePath] reads it back, but for keys made of
// digits, which it reads as indexes.
func (p Path) String() string {
	var b strings.Builder
	for _, e := range p {
		s := e.text(false)
		if b.Len() > 0 && s[0] != '[' && s[0] != '.' {
			b.WriteByte('.')
		}
		b.WriteString(s)
	}
	if s := b.String(); strings.HasPrefix(s, "..") {
		return s[1:]
	}
	return b.String()
}

// String writes e as it stands alone in brackets: a key quoted, a number bare.
func (e Elem) String() string { return e.text(true) }

func (e Elem) text(bracketed bool) string {
	switch e.Kind {
	case ElemKey:
		switch {
		case bracketed:
			return quoteKey(e.Key)
		case e.Key == "." || e.Key == "*":
			return `\` + e.Key
		case !plainName(e.Key):
			return "[" + quoteKey(e.Key) + "]"
		}
		return e.Key
	case ElemIndex:
		return e.Key
	case ElemSlice:
		if bracketed {
			return e.Slice.String()
		}
		return "[" + e.Slice.String() + "]"
	case ElemStar:
		return "*"
	case ElemDot:
		return "."
	case ElemDotStar:
		return "..*"
	case ElemRegex:
		return e.Regex.Source
	}
	var parts []string
	for _, u := range e.Union {
		parts = append(parts, u.text(true))
	}
	end := "]"
	if len(parts) < 2 {
		end = ";]"
	}
	return "[" + strings.Join(parts, ";") + end
}

func plainName(s string) bool {
	for _, r := range s {
		if !isNameRune(r) {
			return false
		}
	}
	return s != ""
}

func isNameRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(`-+%^<>_/\=?!`, r)
}

// quoteKey quotes as JSON does, which is what paths unquote.
func quoteKey(s string) string { return string(appendJSONString(nil, s)) }

// String writes s as it stands in brackets: "1:3", "::2", "0,4".
func (s Slice) String() string {
	text := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	switch {
	case s.Count != nil:
		return text(s.Start) + "," + text(s.Count)
	case s.Step != nil:
		return text(s.Start) + ":" + text(s.End) + ":" + text(s.Step)
	}
	return text(s.Start) + ":" + text(s.End)
}

// Value returns p as a value that [PathFromValue] takes: a list of strings,
// numbers, {start,end,step} or {start,count} objects, regular expressions, and
// lists for unions. A path with stars or double dots, which a list can't tell
// from keys, comes as a string.
func (p Path) Value() Value {
	l := make([]Value, len(p))
	for i, e := range p {
		v, ok := e.value()
		if !ok {
			return String(p.String())
		}
		l[i] = v
	}
	return NewList(l...)
}

func (e Elem) value() (Value, bool) {
	optional := func(n *int) Value {
		if n == nil {
			return Null
		}
		return Int(int64(*n))
	}
	switch e.Kind {
	case ElemKey:
		return String(e.Key), true
	case ElemIndex:
		return Int(int64(e.Index)), true
	case ElemSlice:
		s := e.Slice
		if s.Count != nil {
			return NewObject(Member{"start", optional(s.Start)}, Member{"count", optional(s.Count)}), true
		}
		return NewObject(Member{"start", optional(s.Start)}, Member{"end", optional(s.End)}, Member{"step", optional(s.Step)}), true
	case ElemRegex:
		return FromRegex(e.Regex), true
	case ElemUnion:
		l := make([]Value, len(e.Union))
		for i, u := range e.Union {
			v, ok := u.value()
			if !ok {
				return Null, false
			}
			l[i] = v
		}
		return NewList(l...), true
	}
	return Null, false
}

// PathFromValue makes a path of a list, see [Path.Value], in which each string
// is a key, whatever its characters; or of a string, as [ParsePath] does.
func PathFromValue(v Value) (Path, error) {
	switch v.kind {
	case KindString:
		return ParsePath(v.AsString())
	case KindList:
		p := make(Path, v.AsList().Len())
		for i, e := range v.AsList().Slice() {
			var err error
			if p[i], err = elemFromValue(e, true); err != nil {
				return nil, fmt.Errorf("element %d of the path %s: %w", i, v, err)
			}
		}
		return p, nil
	}
	return nil, fmt.Errorf("a path is a list or a string, not %s", withArticle(v))
}

func elemFromValue(v Value, unions bool) (Elem, error) {
	switch v.kind {
	case KindString:
		return Key(v.AsString()), nil
	case KindInt, KindFloat:
		i, err := intFromValue(v)
		if err != nil {
			return Elem{}, err
		}
		return Index(*i), nil
	case KindRegex:
		_, err := v.AsRegex().Regexp()
		return RegexElem(v.AsRegex()), err
	case KindObject:
		return sliceFromValue(v.AsObject())
	case KindList:
		l := v.AsList()
		if !unions || l.Len() == 0 {
			break
		}
		es := make([]Elem, l.Len())
		for i, e := range l.Slice() {
			var err error
			if es[i], err = elemFromValue(e, false); err != nil {
				return Elem{}, err
			}
		}
		return Union(es...), nil
	}
	return Elem{}, fmt.Errorf("%s is no key, index or slice", v)
}

// intFromValue reads an optional whole number.
func intFromValue(v Value) (*int, error) {
	switch v = Integral(v); {
	case v.IsNull():
		return nil, nil
	case v.kind != KindInt || int64(int(v.AsInt())) != v.AsInt():
		return nil, fmt.Errorf("%s is no index", v)
	}
	return new(int(v.AsInt())), nil
}

func sliceFromValue(o *Object) (Elem, error) {
	var s Slice
	for k, v := range o.All() {
		n, err := intFromValue(v)
		switch {
		case err != nil:
			return Elem{}, fmt.Errorf("%q of a slice: %w", k, err)
		case k == "start":
			s.Start = n
		case k == "end":
			s.End = n
		case k == "step":
			s.Step = n
		case k == "count":
			s.Count = n
		default:
			return Elem{}, fmt.Errorf("%q is none of a slice's start, end, step and count", k)
		}
	}
	return SliceElem(s), s.check()
}

func (s Slice) check() error {
	switch {
	case s.Step != nil && *s.Step == 0:
		return errors.New("the step of a slice can't be 0")
	case s.Count != nil && *s.Count < 0:
		return errors.New("the count of a slice can't be negative")
	case s.Count != nil && (s.End != nil || s.Step != nil):
		return errors.New("a slice has either a count or an end and a step")
	}
	return nil
}
