package tree

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
)

// Hash returns the version of a definition: the SHA-256, in hexadecimal, of
// its body without positions. Layout, comments and the name that a wrapping
// define carries make no difference to it; the order of attributes does.
func Hash(root *Node) string {
	sum := sha256.Sum256(appendCanonical(nil, Body(root)))
	return hex.EncodeToString(sum[:])
}

// appendCanonical appends the encoding that is hashed. Each value is a letter
// followed by what it holds, lengths first, so that no two trees have the same
// encoding.
func appendCanonical(b []byte, n *Node) []byte {
	if n.Literal {
		switch v := n.Value.(type) {
		case nil:
			return append(b, 'n')
		case bool:
			if v {
				return append(b, 't')
			}
			return append(b, 'f')
		case int64:
			return appendCanonicalString(append(b, 'i'), strconv.FormatInt(v, 10))
		case *big.Int:
			return appendCanonicalString(append(b, 'i'), v.String())
		case float64:
			return binary.BigEndian.AppendUint64(append(b, 'd'), math.Float64bits(v))
		case string:
			return appendCanonicalString(append(b, 's'), v)
		}
		panic("tree: unknown kind of literal")
	}
	if n.HeadExpr != nil {
		b = appendCanonical(append(b, 'X'), n.HeadExpr)
	} else {
		b = appendCanonicalString(append(b, 'N'), n.Head)
	}
	b = binary.AppendUvarint(b, uint64(len(n.Attrs)))
	for i := range n.Attrs {
		a := &n.Attrs[i]
		if a.KeyExpr != nil {
			b = appendCanonical(append(b, 'x'), a.KeyExpr)
		} else {
			b = appendCanonicalString(append(b, 'k'), a.Key)
		}
		b = appendCanonical(b, a.Value)
	}
	b = binary.AppendUvarint(b, uint64(len(n.Children)))
	for _, c := range n.Children {
		b = appendCanonical(b, c)
	}
	return b
}

func appendCanonicalString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
