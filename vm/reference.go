package vm

import (
	"strconv"

	"github.com/florc-lang/florc/lang/value"
)

// PathOf reads the elements of a reference. A single string is a path in
// itself: "f.a[1]".
func PathOf(elems []value.Value) (value.Path, error) {
	if len(elems) == 1 && elems[0].IsString() {
		return ParsePath(elems[0])
	}
	path, err := value.PathFromValue(value.NewList(elems...))
	if err != nil {
		return nil, errArgument.new("%s", err)
	}
	return indexed(path), nil
}

// indexed reads keys that are numbers as indexes: l.-1 is l[-1]. (The index of
// an object is the key of that number.)
func indexed(path value.Path) value.Path {
	for i, e := range path {
		if e.Kind == value.ElemKey && i > 0 {
			if at, err := strconv.Atoi(e.Key); err == nil && strconv.Itoa(at) == e.Key {
				path[i] = value.Index(at)
			}
		}
	}
	return path
}

// ParsePath reads a path from what an argument in ModePath gave: a list of
// elements, or a string.
func ParsePath(v value.Value) (value.Path, error) {
	var path value.Path
	var err error
	switch v.Kind() {
	case value.KindString:
		path, err = value.ParsePath(v.AsString())
	case value.KindList:
		path, err = value.PathFromValue(v)
	default:
		return nil, BadArgument("name a variable or a field, such as a, f.a or f.a.0",
			"%s does not name a variable or a field", value.AppendJSON(nil, v))
	}
	if err != nil {
		return nil, errArgument.new("%s", err)
	}
	return indexed(path), nil
}

// Follow gives the value at a path, as references do: null for a field that
// is not there, for what is missing at the very end of a path and, where
// lenient, for everything that is missing. "f.ret" is what the parent started
// with.
func (n *Node) Follow(path value.Path, lenient bool) (value.Value, error) {
	if len(path) >= 2 && isFieldRet(path[:2]) {
		ret := n.f.Payload.Ret
		if p := n.x.frames[n.f.Parent]; p != nil {
			ret = p.Payload.Ret
		}
		n.pl = n.pl.WithRet(ret)
	}
	v, err := n.Lookup(path)
	switch {
	case err == nil:
		return v, nil
	case IsMissingKey(err), lenient && IsMissing(err), n.isHead() && IsMissing(err):
		return value.Null, nil
	}
	return value.Null, err
}

// isHead tells whether the node is the head of its parent.
func (n *Node) isHead() bool {
	p := n.f.Code.Parent
	return p != nil && p.HeadExpr == n.f.Code
}

func isFieldRet(path value.Path) bool {
	if len(path) != 2 {
		return false
	}
	head, ok := keyOf(path[0])
	key, ok2 := keyOf(path[1])
	return ok && ok2 && key == RetKey && isFieldPath(head)
}

// MuteErrors has the node give the empty string when something below it
// fails.
func (n *Node) MuteErrors() {
	n.f.Handlers[HandleError] = []Handler{{Mute: true}}
}

// IsRetPath tells whether the path is that of f.ret.
func IsRetPath(p value.Path) bool { return isFieldRet(p) }
