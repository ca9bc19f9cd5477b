package value

import (
	"bytes"
	"fmt"
)

// decodedPart is a value that was read from a part of that many bytes.
type decodedPart struct {
	value Value
	size  int
}

// apart reads a value that is stored apart, after the tag.
func (r *cborReader) apart(depth int) (Value, error) {
	ref, err := r.oneRef()
	if err != nil {
		return Null, err
	}
	p, err := r.part(ref, depth)
	if err == nil && p.size <= packInline {
		err = errCBORForm
	}
	return p.value, err
}

func (r *cborReader) oneRef() (Ref, error) {
	major, n, err := r.head()
	if err != nil {
		return Ref{}, err
	}
	refs, err := r.refs(major, n)
	if err == nil && len(refs) > 1 {
		err = errCBORForm
	}
	if err != nil {
		return Ref{}, err
	}
	return refs[0], nil
}

// load returns the encoding of a part.
func (r *cborReader) load(ref Ref) ([]byte, error) {
	data, err := r.d.Part(ref)
	if err != nil {
		return nil, fmt.Errorf("part %x: %w", ref, err)
	}
	if RefOf(data) != ref {
		return nil, fmt.Errorf("part %x is damaged or missing", ref)
	}
	return data, nil
}

var refHead = appendCBORHead(nil, cborTag, tagRef)

// part returns the value in a part, which stands at that depth.
func (r *cborReader) part(ref Ref, depth int) (decodedPart, error) {
	if p, ok := r.d.parts[ref]; ok {
		if depth+p.value.Depth() > MaxDepth {
			return decodedPart{}, errCBORDepth
		}
		return p, nil
	}
	data, err := r.load(ref)
	if err != nil {
		return decodedPart{}, err
	}
	if bytes.HasPrefix(data, refHead) {
		return decodedPart{}, errCBORForm
	}
	outer, pos := r.data, r.pos
	r.data, r.pos = data, 0
	v, err := r.own(depth)
	if err == nil && r.pos < len(data) {
		err = errCBORForm
	}
	if err != nil {
		return decodedPart{}, err
	}
	r.data, r.pos = outer, pos
	if memory := v.packed(); memory != nil && len(data) > packInline {
		memory.Store(&packed{ref: ref})
	}
	if r.d.parts == nil {
		r.d.parts = make(map[Ref]decodedPart)
	}
	p := decodedPart{v, len(data)}
	r.d.parts[ref] = p
	return p, nil
}

// chunked reads a collection with chunks, after the tag.
func (r *cborReader) chunked(depth int) (Value, error) {
	if n, err := r.expect(cborArray); err != nil || n != 3 {
		return Null, errCBORType
	}
	n, err := r.expect(cborUint)
	if err != nil {
		return Null, err
	}
	if n <= fanOut || n > MaxWeight/ownWeight {
		return Null, errCBORForm
	}
	if tag, err := r.expect(cborTag); err != nil || tag != tagRef {
		return Null, errCBORType
	}
	ref, err := r.oneRef()
	if err != nil {
		return Null, err
	}
	tail, err := r.tail(depth)
	if err != nil {
		return Null, err
	}
	c := chunkReader{r: r, depth: depth, kind: tail.kind}
	if err := c.row(ref, 1, int(n)/fanOut); err != nil {
		return Null, err
	}
	if err := c.elements(tail, int(n)%fanOut); err != nil {
		return Null, err
	}
	return c.collection()
}

// tail reads the elements that fill no chunk.
func (r *cborReader) tail(depth int) (Value, error) {
	major, n, err := r.head()
	switch {
	case err != nil:
		return Null, err
	case n >= fanOut:
		return Null, errCBORForm
	case major == cborArray:
		return r.list(n, depth+1)
	case major == cborMap:
		return r.object(n, depth+1)
	}
	return Null, errCBORType
}

// chunkReader gathers the elements of a collection.
type chunkReader struct {
	r       *cborReader
	depth   int
	kind    Kind
	vals    []Value
	members []Member
	known   chunkRefs
}

// row gathers the elements of a row, and before them those of the rows above
// it; chunks is how many its level has.
func (c *chunkReader) row(ref Ref, level, chunks int) error {
	c.known.setRow(level, chunks, ref)
	n, above := chunks%fanOut, chunks/fanOut
	if above > 0 {
		n++
	}
	refs, err := c.refs(ref, n)
	if err != nil {
		return err
	}
	if above > 0 {
		if err := c.row(refs[n-1], level+1, above); err != nil {
			return err
		}
		refs = refs[:n-1]
	}
	return c.chunks(refs, level, above*fanOut)
}

// refs reads a part that consists of so many refs.
func (c *chunkReader) refs(ref Ref, n int) ([]Ref, error) {
	data, err := c.r.load(ref)
	if err != nil {
		return nil, err
	}
	r := cborReader{data: data}
	if tag, err := r.expect(cborTag); err != nil || tag != tagRef {
		return nil, errCBORForm
	}
	major, size, err := r.head()
	if err != nil {
		return nil, err
	}
	refs, err := r.refs(major, size)
	if err != nil || len(refs) != n || r.pos < len(data) {
		return nil, errCBORForm
	}
	return refs, nil
}

// chunks gathers the elements of chunks of a level, from that number on.
func (c *chunkReader) chunks(refs []Ref, level, from int) error {
	for i, ref := range refs {
		if err := c.chunk(ref, level, from+i); err != nil {
			return err
		}
	}
	return nil
}

func (c *chunkReader) chunk(ref Ref, level, at int) error {
	c.known.set(level, at, ref)
	if level == 1 {
		p, err := c.r.part(ref, c.depth)
		if err != nil {
			return err
		}
		return c.elements(p.value, fanOut)
	}
	refs, err := c.refs(ref, fanOut)
	if err != nil {
		return err
	}
	return c.chunks(refs, level-1, at*fanOut)
}

// elements appends those of v, which has to have n.
func (c *chunkReader) elements(v Value, n int) error {
	switch {
	case v.kind != c.kind:
	case v.kind == KindList && v.AsList().Len() == n:
		c.vals = append(c.vals, v.AsList().Slice()...)
		return nil
	case v.kind == KindObject && v.AsObject().Len() == n:
		c.members = append(c.members, v.AsObject().Members()...)
		return nil
	}
	return errCBORForm
}

func (c *chunkReader) collection() (Value, error) {
	if c.kind == KindList {
		l := ListOf(c.vals)
		l.buf.chunks.p.Store(&c.known)
		return FromList(l), nil
	}
	o := ObjectOf(c.members)
	if o.Len() < len(c.members) {
		return Null, errCBORForm
	}
	o.buf.chunks.p.Store(&c.known)
	return FromObject(o), nil
}
