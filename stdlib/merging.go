package stdlib

import (
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// merging is how the payloads of branches are merged.
type merging struct {
	byPlace bool // the branches are ranked by their place in the text, not by when they replied
	lowest  bool // the last in rank wins, not the first
	how     string
	key     string // stack: the field that the payloads are gathered in
}

// The ways of merging.
const (
	mergeDeep     = "deep"
	mergeMix      = "mix"
	mergeOverride = "override"
	mergeIgnore   = "ignore"
	mergeStack    = "stack"
)

// readMerging reads the attribute merge: words such as 'last mix' or
// 'stack:results', or two letters such as 'lm'.
func readMerging(v value.Value) merging {
	m := merging{how: mergeDeep}
	if !v.IsString() {
		return m
	}
	words := strings.FieldsFunc(v.AsString(), func(r rune) bool { return r == ' ' || r == '-' || r == '_' })
	if len(words) == 1 && len(words[0]) < 3 {
		words = strings.Split(words[0], "")
	}
	letters := ""
	for _, w := range words {
		name, key, _ := strings.Cut(w, ":")
		switch name {
		case "stack":
			letters += "k"
			m.key = key
		case "tail":
			letters += "a"
		default:
			letters += w[:1]
		}
	}
	switch {
	case strings.Contains(letters, "f"):
	case strings.Contains(letters, "l"):
		m.lowest = true
	case strings.ContainsAny(letters, "tnh"):
		m.byPlace = true
	case strings.ContainsAny(letters, "bsa"):
		m.byPlace, m.lowest = true, true
	}
	switch {
	case strings.Contains(letters, "d"):
	case strings.ContainsAny(letters, "mp"):
		m.how = mergeMix
	case strings.Contains(letters, "o"):
		m.how = mergeOverride
	case strings.Contains(letters, "i"):
		m.how = mergeIgnore
	case strings.Contains(letters, "k"):
		m.how = mergeStack
	}
	return m
}

// mergePayloads merges the payloads that branches replied, by node id and in
// the order of their replies; before is the payload from before the branches.
func mergePayloads(m merging, replies *value.Object, before value.Value) value.Value {
	members := slices.Clone(replies.Members())
	if m.byPlace {
		slices.SortFunc(members, func(a, b value.Member) int {
			x, _ := vm.ParseNID(a.Key)
			y, _ := vm.ParseNID(b.Key)
			return vm.CompareNIDs(x, y)
		})
	}
	if !m.lowest {
		slices.Reverse(members)
	}
	// The one that wins comes last now.
	switch m.how {
	case mergeIgnore:
		return before
	case mergeOverride:
		return members[len(members)-1].Value
	case mergeStack:
		all := make([]value.Value, 0, len(members))
		for _, p := range slices.Backward(members) {
			all = append(all, p.Value)
		}
		key := m.key
		if key == "" {
			key = vm.RetKey
		}
		return value.FromObject(before.AsObject().Set(key, value.NewList(all...)))
	}
	merged := members[0].Value
	for _, p := range members[1:] {
		if m.how == mergeMix {
			merged = value.FromObject(merged.AsObject().Merge(p.Value.AsObject()))
		} else {
			merged = deepMerge(merged, p.Value)
		}
	}
	return merged
}

// deepMerge puts b over a: objects key by key, arrays element by element.
func deepMerge(a, b value.Value) value.Value {
	switch {
	case a.IsObject() && b.IsObject():
		o := a.AsObject()
		for k, v := range b.AsObject().All() {
			if old, ok := o.Get(k); ok {
				v = deepMerge(old, v)
			}
			o = o.Set(k, v)
		}
		return value.FromObject(o)
	case a.IsList() && b.IsList():
		l := a.AsList()
		for i, v := range b.AsList().All() {
			if i < l.Len() {
				l = l.Set(i, deepMerge(l.At(i), v))
			} else {
				l = l.Append(v)
			}
		}
		return value.FromList(l)
	}
	return b
}
