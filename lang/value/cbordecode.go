package value

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"sync"
	"unicode/utf8"
)

// CBORDecoder reads what [AppendCBOR] wrote or, with Part, [AppendPacked]. The
// zero CBORDecoder is ready for use. Without Part it may be used by several
// goroutines at once if Link may.
type CBORDecoder struct {
	// Link, if not nil, is called for each function read, so that the host can
	// set its Code. Its errors fail the decoding.
	Link func(*Func) error
	// Part returns the encoding of the part of that ref. The values decoded
	// share the parts that they have in common, so the decoder remembers them:
	// it is for one goroutine, and not to be kept for long. The memory taken is
	// bound by the input's length and that of the parts, but for collections
	// in which a chunk is there often, each of up to MaxWeight.
	Part func(Ref) ([]byte, error)

	parts map[Ref]decodedPart
}

// DecodeCBOR decodes exactly one value that [AppendCBOR] encoded. Anything
// else, nesting beyond MaxDepth included, is an error; the input's length
// bounds the memory taken.
func DecodeCBOR(data []byte) (Value, error) { return new(CBORDecoder).Decode(data) }

// Decode decodes exactly one value, see [DecodeCBOR].
func (d *CBORDecoder) Decode(data []byte) (Value, error) {
	v, rest, err := d.DecodeFirst(data)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("CBOR: there is more after the value, at byte %d", len(data)-len(rest))
	}
	if err != nil {
		return Null, err
	}
	return v, nil
}

// DecodeFirst decodes the value at the start of data and returns what comes
// after it.
func (d *CBORDecoder) DecodeFirst(data []byte) (v Value, rest []byte, err error) {
	r := cborReaders.Get().(*cborReader)
	r.data, r.pos, r.d = data, 0, d
	v, err = r.value(0)
	pos := r.pos
	r.data, r.d = nil, nil
	cborReaders.Put(r)
	if err != nil {
		return Null, nil, fmt.Errorf("CBOR: %w, at byte %d", err, pos)
	}
	return v, data[pos:], nil
}

// Readers are used again: with their keys they are larger than most of what
// they read.
var cborReaders = sync.Pool{New: func() any { return new(cborReader) }}

type cborReader struct {
	data []byte
	pos  int
	d    *CBORDecoder
	keys keyCache
}

var (
	errCBORShort = errors.New("the data ends within a value")
	errCBORForm  = errors.New("this is not in the one form in which it is encoded")
	errCBORType  = errors.New("this is not what is expected here")
	errCBORDepth = fmt.Errorf("collections are nested deeper than %d", MaxDepth)
)

// take returns the next n bytes.
func (r *cborReader) take(n uint64) ([]byte, error) {
	if n > uint64(len(r.data)-r.pos) {
		return nil, errCBORShort
	}
	b := r.data[r.pos : r.pos+int(n)]
	r.pos += int(n)
	return b, nil
}

// head reads a major type and its argument. Those of type 7 it does not read
// beyond the first byte, which it returns as the argument.
func (r *cborReader) head() (major byte, n uint64, err error) {
	b, err := r.take(1)
	if err != nil {
		return 0, 0, err
	}
	major, n = b[0]&0xe0, uint64(b[0]&0x1f)
	switch {
	case major == cborSimple:
		return major, uint64(b[0]), nil
	case n < 24:
		return major, n, nil
	case n > 27:
		return 0, 0, errCBORForm
	}
	size := uint64(1) << (n - 24)
	if b, err = r.take(size); err != nil {
		return 0, 0, err
	}
	n = 0
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	if size == 1 && n < 24 || size > 1 && n>>(4*size) == 0 {
		return 0, 0, errCBORForm
	}
	return major, n, nil
}

// expect reads a head of one type.
func (r *cborReader) expect(major byte) (uint64, error) {
	m, n, err := r.head()
	if err == nil && m != major {
		err = errCBORType
	}
	return n, err
}

func (r *cborReader) value(depth int) (Value, error) {
	start := r.pos
	v, err := r.own(depth)
	if err == nil && r.d.Part != nil && r.pos-start > packInline {
		err = errCBORForm // it had to be stored apart
	}
	return v, err
}

// own reads a value however long its own encoding is.
func (r *cborReader) own(depth int) (Value, error) {
	major, n, err := r.head()
	if err != nil {
		return Null, err
	}
	switch major {
	case cborUint:
		if n > math.MaxInt64 {
			return BigInt(new(big.Int).SetUint64(n)), nil
		}
		return Int(int64(n)), nil
	case cborNegative:
		if n > math.MaxInt64 {
			i := new(big.Int).SetUint64(n)
			return BigInt(i.Not(i)), nil
		}
		return Int(^int64(n)), nil
	case cborBytes, cborText:
		s, err := r.text(major, n)
		return String(s), err
	case cborSimple:
		return r.simple(byte(n))
	case cborTag:
		switch {
		case n == tagRef && r.d.Part != nil:
			return r.apart(depth)
		case n == tagChunks && r.d.Part != nil && depth < MaxDepth:
			return r.chunked(depth)
		}
		return r.tagged(n)
	}
	if depth >= MaxDepth {
		return Null, errCBORDepth
	}
	if r.d.Part != nil && n > fanOut {
		return Null, errCBORForm
	}
	if major == cborArray {
		return r.list(n, depth+1)
	}
	return r.object(n, depth+1)
}

func (r *cborReader) list(n uint64, depth int) (Value, error) {
	if n > uint64(len(r.data)-r.pos) { // an element takes a byte or more
		return Null, errCBORShort
	}
	vals := make([]Value, n)
	for i := range vals {
		var err error
		if vals[i], err = r.value(depth); err != nil {
			return Null, err
		}
	}
	return FromList(ListOf(vals)), nil
}

func (r *cborReader) object(n uint64, depth int) (Value, error) {
	if n > uint64(len(r.data)-r.pos)/2 {
		return Null, errCBORShort
	}
	ms := make([]Member, n)
	for i := range ms {
		var err error
		if ms[i].Key, err = r.key(); err != nil {
			return Null, err
		}
		if ms[i].Value, err = r.value(depth); err != nil {
			return Null, err
		}
	}
	o := ObjectOf(ms)
	if o.Len() < len(ms) {
		return Null, errCBORForm
	}
	return FromObject(o), nil
}

// text reads the n bytes of a string.
func (r *cborReader) text(major byte, n uint64) (string, error) {
	b, err := r.take(n)
	if err == nil && utf8.Valid(b) != (major == cborText) {
		err = errCBORForm
	}
	return string(b), err
}

// key reads an object's key, most of which are short ASCII.
func (r *cborReader) key() (string, error) {
	if r.pos < len(r.data) {
		if n := int(r.data[r.pos]) - cborText; 0 < n && n < 24 && r.pos+1+n <= len(r.data) {
			if b := r.data[r.pos+1 : r.pos+1+n]; utf8.Valid(b) {
				r.pos += 1 + n
				return r.keys.get(b), nil
			}
		}
	}
	return r.string()
}

func (r *cborReader) string() (string, error) {
	major, n, err := r.head()
	if err != nil {
		return "", err
	}
	if major != cborText && major != cborBytes {
		return "", errCBORType
	}
	return r.text(major, n)
}

func (r *cborReader) int64() (int64, error) {
	major, n, err := r.head()
	switch {
	case err != nil:
		return 0, err
	case n > math.MaxInt64 || major > cborNegative:
		return 0, errCBORType
	case major == cborNegative:
		return ^int64(n), nil
	}
	return int64(n), nil
}

func (r *cborReader) simple(first byte) (Value, error) {
	size := uint64(0)
	switch first {
	case cborNull:
		return Null, nil
	case cborFalse:
		return False, nil
	case cborTrue:
		return True, nil
	case cborFloat16, cborFloat32, cborFloat64:
		size = 2 << (first - cborFloat16)
	default:
		return Null, errCBORType
	}
	start := r.pos - 1
	b, err := r.take(size)
	if err != nil {
		return Null, err
	}
	var f float64
	switch size {
	case 2:
		f = fromHalf(binary.BigEndian.Uint16(b))
	case 4:
		f = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	default:
		f = math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	var scratch [9]byte
	if again := appendCBORFloat(scratch[:0], f); string(again) != string(r.data[start:r.pos]) {
		return Null, errCBORForm
	}
	return Float(f), nil
}

// tagged reads what has a tag: a large integer, or one of our own kinds.
func (r *cborReader) tagged(tag uint64) (Value, error) {
	if tag == tagBig || tag == tagNegBig {
		n, err := r.expect(cborBytes)
		if err != nil {
			return Null, err
		}
		b, err := r.take(n)
		switch {
		case err != nil:
			return Null, err
		case n <= 8 || b[0] == 0:
			return Null, errCBORForm
		}
		i := new(big.Int).SetBytes(b)
		if tag == tagNegBig {
			i.Not(i)
		}
		return BigInt(i), nil
	}
	f := cborFields{r: r}
	n, err := r.expect(cborArray)
	var v Value
	var fn *Func
	switch {
	case err != nil:
		return Null, err
	case tag == tagFunc && (n == 6 || n == 7):
		fn = &Func{Nid: f.string(), Cnid: f.string(), Fun: f.int(), Line: int(f.int()), Tree: f.string(), OnFlavour: f.string()}
		if n == 7 {
			if fn.Place = f.string(); fn.Place == "" && f.err == nil {
				f.err = errCBORForm
			}
		}
		v = FromFunc(fn)
	case tag == tagProc && n == 3:
		v = FromProc(&Proc{Name: f.string(), Nid: f.string(), Line: int(f.int())})
	case tag == tagTasker && n == 2:
		v = FromTasker(&Tasker{Name: f.string(), Line: int(f.int())})
	case tag == tagRegex && n == 2:
		v = FromRegex(&Regex{Source: f.string(), Line: int(f.int())})
	default:
		return Null, fmt.Errorf("the tag %d on an array of %d is unknown", tag, n)
	}
	if f.err == nil && fn != nil && r.d.Link != nil {
		f.err = r.d.Link(fn)
	}
	return v, f.err
}

// cborFields reads the fields of a tagged array, up to the first error.
type cborFields struct {
	r   *cborReader
	err error
}

func (f *cborFields) string() (s string) {
	if f.err == nil {
		s, f.err = f.r.string()
	}
	return s
}

func (f *cborFields) int() (i int64) {
	if f.err == nil {
		i, f.err = f.r.int64()
	}
	return i
}
