package value

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
)

// The packed form of a value is its CBOR with the large parts of it stored
// apart, each under the hash of its own encoding, so that a value that changes
// a little costs a little to store. What is stored apart:
//
//   - a value whose own encoding, the large parts in it already replaced,
//     takes more than packInline bytes;
//   - of a list or an object of more than fanOut elements, each run of fanOut
//     of them, a chunk of level 1; each fanOut chunks of a level in a row are
//     a chunk of the next;
//   - of each level, the row of the chunks that fill no chunk of the next.
//
// The elements that fill no chunk stay in the encoding of the collection. So a
// value has one packed form, and appending to a list makes a new encoding of
// its last elements and, every fanOut times, of a row of level 1, every fanOut²
// times of one of level 2, and so on: what is new does not grow with the list.
// These are the persistent vectors of Bagwell and Rompf (2011), in base fanOut,
// with hashes for pointers.
//
// In place of a part stands its ref, tagRef on its bytes. A chunk of elements
// is encoded as the list or object of them, a chunk of chunks as tagRef on the
// bytes of all refs in it. A row is tagRef, too, on the refs of its chunks and
// on that of the row of the next level, if there is one. A collection with
// chunks is tagChunks on its length, the ref of the row of level 1, and the
// list or object of the elements that are left.
const (
	tagRef    = 61704
	tagChunks = 61705

	packInline = 256
	fanOut     = 1 << fanOutBits
	fanOutBits = 4
)

// Ref is the address of a part of a value that is stored apart: the first 16
// bytes of the SHA-256 of the part's encoding.
type Ref [16]byte

// RefOf returns the address of a part of that encoding.
func RefOf(data []byte) Ref {
	sum := sha256.Sum256(data)
	return Ref(sum[:])
}

// AppendPacked appends v as CBOR in which large parts are replaced by refs;
// see [CBORDecoder] for the way back. Where put is not nil it is told of each
// part, maybe more than once; data makes the part's encoding, and tells put of
// the parts of that one. A host that has a part has its parts, too, and need
// not call data. Collections remember how they were packed, so that what did
// not change is not walked again.
func AppendPacked(dst []byte, v Value, put func(ref Ref, data func() []byte)) []byte {
	if v.kind < KindString {
		return AppendCBOR(dst, v)
	}
	p := packer{put: put}
	dst = p.value(dst, v)
	p.tell()
	return dst
}

// packer encodes a value. It keeps the parts of it back until it is known
// whether what they are in is a part itself.
type packer struct {
	put   func(Ref, func() []byte)
	parts []part
	deaf  bool // it is told of no parts: it makes a ref only
}

// part is a value, or a chunk of one, that is stored apart.
type part struct {
	ref   Ref
	value Value
	of    *spine // for a chunk or a row of them
	level int
	at    int // the number of the chunk
	row   int // for a row, how many chunks of its level there are
}

// packed is what a collection remembers, from when it was packed first: that
// it is stored apart or, where it is not but has parts that are, its encoding.
type packed struct {
	ref    Ref
	inline []byte
	parts  []part
}

func (p *packer) note(t part) {
	if !p.deaf {
		p.parts = append(p.parts, t)
	}
}

func (p *packer) tell() {
	put := p.put
	if put == nil {
		return
	}
	for _, t := range p.parts {
		put(t.ref, func() []byte {
			q := packer{put: put}
			var data []byte
			switch {
			case t.of == nil:
				data = q.own(nil, t.value)
			case t.row > 0:
				data = q.row(nil, t.of, t.level, t.row)
			default:
				data = q.chunk(nil, t.of, t.level, t.at)
			}
			q.tell()
			return data
		})
	}
}

// value appends v, or the ref of it.
func (p *packer) value(dst []byte, v Value) []byte {
	memory := v.packed()
	if memory != nil {
		switch known := memory.Load(); {
		case known == nil:
		case known.inline != nil:
			if !p.deaf {
				p.parts = append(p.parts, known.parts...)
			}
			return append(dst, known.inline...)
		default:
			p.note(part{ref: known.ref, value: v})
			return appendRefs(dst, known.ref)
		}
	}
	start, noted := len(dst), len(p.parts)
	dst = p.own(dst, v)
	if len(dst)-start <= packInline {
		if memory != nil && len(p.parts) > noted {
			memory.Store(&packed{inline: slices.Clone(dst[start:]), parts: slices.Clone(p.parts[noted:])})
		}
		return dst
	}
	ref := RefOf(dst[start:])
	if memory != nil {
		memory.Store(&packed{ref: ref})
	}
	p.parts = p.parts[:noted] // they are parts of this one
	p.note(part{ref: ref, value: v})
	return appendRefs(dst[:start], ref)
}

func appendRefs(dst []byte, refs ...Ref) []byte {
	dst = appendCBORHead(dst, cborTag, tagRef)
	dst = appendCBORHead(dst, cborBytes, uint64(len(refs)*len(Ref{})))
	for i := range refs {
		dst = append(dst, refs[i][:]...)
	}
	return dst
}

// own appends the value's own encoding.
func (p *packer) own(dst []byte, v Value) []byte {
	if !v.IsCollection() {
		return AppendCBOR(dst, v)
	}
	s := spineOf(v)
	n := s.len()
	if n <= fanOut {
		return p.run(dst, &s, 0, n)
	}
	return p.chunked(dst, s)
}

// chunked appends a collection with chunks.
func (p *packer) chunked(dst []byte, s spine) []byte {
	n := s.len()
	dst = appendCBORHead(appendCBORTag(dst, tagChunks, 3), cborUint, uint64(n))
	dst = appendRefs(dst, p.rowRef(&s, 1, n/fanOut))
	return p.run(dst, &s, n/fanOut*fanOut, n)
}

// rowRef returns the ref of the row of a level that has so many chunks.
func (p *packer) rowRef(s *spine, level, chunks int) Ref {
	ref := s.known.row(level, chunks)
	if ref == (Ref{}) {
		ref = RefOf((&packer{deaf: true}).row(nil, s, level, chunks))
		s.known.setRow(level, chunks, ref)
	}
	p.note(part{ref: ref, of: s, level: level, row: chunks})
	return ref
}

// row appends the row of a level.
func (p *packer) row(dst []byte, s *spine, level, chunks int) []byte {
	var refs [fanOut]Ref
	from := chunks / fanOut * fanOut
	row := p.chunkRefs(refs[:0], s, level, from, chunks)
	if from > 0 {
		row = append(row, p.rowRef(s, level+1, chunks/fanOut))
	}
	return appendRefs(dst, row...)
}

// chunkRefs appends the refs of the chunks of a level from one number up to
// another.
func (p *packer) chunkRefs(refs []Ref, s *spine, level, from, to int) []Ref {
	for at := from; at < to; at++ {
		ref := s.ref(level, at)
		p.note(part{ref: ref, of: s, level: level, at: at})
		refs = append(refs, ref)
	}
	return refs
}

// spine is what lists and objects have in common: a row of elements. One of
// the two slices is nil.
type spine struct {
	vals    []Value
	members []Member
	known   *chunkRefs
}

func spineOf(v Value) (s spine) {
	if v.kind == KindList {
		l := v.AsList()
		s.vals = l.Slice()
		switch {
		case l.n <= fanOut:
		case l.off == 0:
			s.known = l.buf.chunks.make()
		default:
			s.known = new(chunkRefs) // its chunks are not the buffer's
		}
	} else {
		o := v.AsObject()
		if s.members = o.Members(); s.members == nil {
			s.members = []Member{}
		}
		if o.n > fanOut {
			s.known = o.buf.chunks.make()
		}
	}
	return s
}

func (s *spine) len() int { return len(s.vals) + len(s.members) }

// run appends the elements of s from one index up to another.
func (p *packer) run(dst []byte, s *spine, from, to int) []byte {
	if s.members == nil {
		dst = appendCBORHead(dst, cborArray, uint64(to-from))
		for _, v := range s.vals[from:to] {
			dst = p.value(dst, v)
		}
		return dst
	}
	dst = appendCBORHead(dst, cborMap, uint64(to-from))
	for i := from; i < to; i++ {
		dst = p.value(appendCBORString(dst, s.members[i].Key), s.members[i].Value)
	}
	return dst
}

// chunk appends the chunk of that number.
func (p *packer) chunk(dst []byte, s *spine, level, at int) []byte {
	if level == 1 {
		return p.run(dst, s, at*fanOut, (at+1)*fanOut)
	}
	var refs [fanOut]Ref
	return appendRefs(dst, p.chunkRefs(refs[:0], s, level-1, at*fanOut, (at+1)*fanOut)...)
}

// ref returns the ref of a chunk. It holds no lock while it encodes one: a
// list may hold earlier versions of itself.
func (s *spine) ref(level, at int) Ref {
	ref := s.known.get(level, at)
	if ref == (Ref{}) {
		ref = RefOf((&packer{deaf: true}).chunk(nil, s, level, at))
		s.known.set(level, at, ref)
	}
	return ref
}

// chunkRefs remembers the refs of the chunks of a buffer, whose elements never
// change. It is safe for concurrent use.
type chunkRefs struct {
	mu     sync.Mutex
	levels [][]Ref // the zero Ref where it is not known
	rows   []chunkRow
}

// chunkRow is the last row of a level that was asked for.
type chunkRow struct {
	chunks int
	ref    Ref
}

func (c *chunkRefs) row(level, chunks int) Ref {
	c.mu.Lock()
	defer c.mu.Unlock()
	if level > len(c.rows) || c.rows[level-1].chunks != chunks {
		return Ref{}
	}
	return c.rows[level-1].ref
}

func (c *chunkRefs) setRow(level, chunks int, ref Ref) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for level > len(c.rows) {
		c.rows = append(c.rows, chunkRow{})
	}
	c.rows[level-1] = chunkRow{chunks, ref}
}

func (c *chunkRefs) get(level, at int) Ref {
	c.mu.Lock()
	defer c.mu.Unlock()
	if level > len(c.levels) || at >= len(c.levels[level-1]) {
		return Ref{}
	}
	return c.levels[level-1][at]
}

func (c *chunkRefs) set(level, at int, ref Ref) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for level > len(c.levels) {
		c.levels = append(c.levels, nil)
	}
	row := &c.levels[level-1]
	for at >= len(*row) {
		*row = append(*row, Ref{})
	}
	(*row)[at] = ref
}

// chunkCache holds the refs of a buffer's chunks, once they were asked for.
type chunkCache struct {
	p atomic.Pointer[chunkRefs]
}

func (c *chunkCache) make() *chunkRefs {
	if c.p.Load() == nil {
		c.p.CompareAndSwap(nil, new(chunkRefs))
	}
	return c.p.Load()
}

// copyTo gives what is known of the first n elements to a buffer that starts
// with the same ones, but for the one at changed, if that is not -1.
func (c *chunkCache) copyTo(to *chunkCache, n, changed int) {
	from := c.p.Load()
	if from == nil {
		return
	}
	from.mu.Lock()
	defer from.mu.Unlock()
	known := new(chunkRefs)
	for i, row := range from.levels {
		level := i + 1
		row = slices.Clone(row[:min(len(row), n>>(level*fanOutBits))])
		if at := changed >> (level * fanOutBits); changed >= 0 && at < len(row) {
			row[at] = Ref{}
		}
		known.levels = append(known.levels, row)
	}
	to.p.Store(known)
}

// packed is where a collection remembers how it was packed, nil for other
// values.
func (v Value) packed() *atomic.Pointer[packed] {
	switch v.kind {
	case KindList:
		return &v.AsList().packed
	case KindObject:
		return &v.AsObject().packed
	}
	return nil
}

// EachRef calls f for each ref in data, encoded records (CBOR sequences) or a
// part, without decoding the values there. It does not follow the refs.
func EachRef(data []byte, f func(Ref)) error {
	r := cborReader{data: data}
	for refs := false; r.pos < len(data); {
		major, n, err := r.head()
		if err == nil && refs {
			err = r.eachRef(major, n, f)
		} else if err == nil {
			err = r.skip(major, n)
		}
		if err != nil {
			return fmt.Errorf("CBOR: %w, at byte %d", err, r.pos)
		}
		if refs = major == cborTag && n == tagRef; refs && r.pos == len(data) {
			return fmt.Errorf("CBOR: %w, at byte %d", errCBORShort, r.pos)
		}
	}
	return nil
}

// skip passes what belongs to a head alone: the bytes of a text or a float.
func (r *cborReader) skip(major byte, n uint64) error {
	switch {
	case major == cborBytes || major == cborText:
	case major == cborSimple && cborFloat16 <= n && n <= cborFloat64:
		n = 2 << (n - cborFloat16)
	default:
		return nil
	}
	_, err := r.take(n)
	return err
}

func (r *cborReader) eachRef(major byte, n uint64, f func(Ref)) error {
	refs, err := r.refs(major, n)
	for _, ref := range refs {
		f(ref)
	}
	return err
}

// refs reads what stands under tagRef, after its head.
func (r *cborReader) refs(major byte, n uint64) ([]Ref, error) {
	size := uint64(len(Ref{}))
	if major != cborBytes || n == 0 || n%size != 0 {
		return nil, errCBORType
	}
	b, err := r.take(n)
	if err != nil {
		return nil, err
	}
	refs := make([]Ref, 0, n/size)
	for c := range slices.Chunk(b, int(size)) {
		refs = append(refs, Ref(c))
	}
	return refs, nil
}
