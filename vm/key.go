package vm

import "github.com/florc-lang/florc/lang/value"

// Keys of attributes that are themselves expressions, evaluated before their
// value: (+ 't' 'ag'): 'x'.

func (n *Node) keyKnown(part int) bool {
	_, ok := n.f.KeyNames[part]
	return ok
}

func (n *Node) evaluatedKey(part int) string { return n.f.KeyNames[part] }

func (n *Node) setKey(part int, v value.Value) {
	if n.f.KeyNames == nil {
		n.f.KeyNames = make(map[int]string)
	}
	n.f.KeyNames[part] = value.ToText(v)
}
