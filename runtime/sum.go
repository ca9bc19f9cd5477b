package runtime

import (
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
)

// sum is a digest of a set: the sum of its members' digests modulo 2^128. It
// is brought up to date by what a commit changes alone, and finds damage. It
// is no proof against those who choose the members; the hashes of journal and
// checkpoints are.
type sum struct{ hi, lo uint64 }

func (s sum) plus(t sum) sum {
	lo, carry := bits.Add64(s.lo, t.lo, 0)
	hi, _ := bits.Add64(s.hi, t.hi, carry)
	return sum{hi, lo}
}

func (s sum) minus(t sum) sum {
	lo, borrow := bits.Sub64(s.lo, t.lo, 0)
	hi, _ := bits.Sub64(s.hi, t.hi, borrow)
	return sum{hi, lo}
}

// bytes are the sum's, the highest first.
func (s sum) bytes() []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(make([]byte, 0, 16), s.hi), s.lo)
}

func digest(data []byte) sum {
	h := sha256.Sum256(data)
	return sum{binary.BigEndian.Uint64(h[:]), binary.BigEndian.Uint64(h[8:])}
}

// frameDigest is the digest of a frame with its nid.
func frameDigest(f *Frame) sum {
	var room [512]byte
	b := room[:0]
	for _, s := range [...]string{f.Nid, f.Task} {
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	b = binary.AppendVarint(b, f.SinceMicros)
	b = binary.AppendUvarint(b, uint64(len(f.Timers)))
	for _, t := range f.Timers {
		b = binary.AppendVarint(binary.AppendVarint(b, t.ID), t.DueMicros)
	}
	b = append(binary.AppendUvarint(b, uint64(len(f.TaskParts))), f.TaskParts...)
	return digest(append(b, f.Data...))
}
