package runtime

import (
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// parts are the parts of an execution's values that are stored apart, with the
// parts that each refers to.
type parts map[value.Ref]*part

type part struct {
	bytes int
	refs  []value.Ref
}

// add notes a part that is, or will be, stored.
func (ps parts) add(ref value.Ref, data []byte) error {
	p := &part{bytes: len(data)}
	ps[ref] = p
	return value.EachRef(data, func(r value.Ref) { p.refs = append(p.refs, r) })
}

// unreachable lists the parts that nothing refers to anymore, in order.
func (ps parts) unreachable(roots func(yield func(value.Ref))) []value.Ref {
	seen := make(map[value.Ref]bool, len(ps))
	var walk func(ref value.Ref)
	walk = func(ref value.Ref) {
		p := ps[ref]
		if p == nil || seen[ref] {
			return
		}
		seen[ref] = true
		for _, r := range p.refs {
			walk(r)
		}
	}
	roots(walk)
	var gone []value.Ref
	for ref := range ps {
		if !seen[ref] {
			gone = append(gone, ref)
		}
	}
	slices.SortFunc(gone, compareRefs)
	return gone
}

func compareRefs(a, b value.Ref) int { return slices.Compare(a[:], b[:]) }

// joinRefs and splitRefs are for records that hold refs.
func joinRefs(refs []value.Ref) (b []byte) {
	for _, r := range refs {
		b = append(b, r[:]...)
	}
	return b
}

func splitRefs(b []byte) (refs []value.Ref) {
	for ; len(b) >= len(value.Ref{}); b = b[len(value.Ref{}):] {
		refs = append(refs, value.Ref(b))
	}
	return refs
}

func newPart(data []byte) Part { return Part{value.RefOf(data), data} }

// decodeValue reads a value whose large parts are apart.
func decodeValue(data []byte, part func(value.Ref) ([]byte, error)) (value.Value, error) {
	d := value.CBORDecoder{Part: part}
	return d.Decode(data)
}

// discardPart is for encodings whose parts are stored already.
func discardPart(value.Ref, func() []byte) {}
