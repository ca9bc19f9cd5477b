package vm

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"

	"github.com/florc-lang/florc/lang/value"
)

// The stored form of an execution is its origin, which never changes, its
// header, and a record for each frame. A record is a CBOR sequence (RFC 8742)
// of numbered fields in rising order, those that hold nothing left out, ended
// by 0; so fields can be added without touching what is stored already. One
// description of each record, in codecfields.go, serves both directions.
//
// Values are packed (see [value.AppendPacked]): large parts of them are stored
// once, apart from the records. Pointers are stored as what they stand for:
// code by its program and path, a procedure by its name. A field's number,
// once released, keeps its meaning for ever.

// storedFormat is the version of the stored form. It changes where adding
// fields will not do.
const storedFormat = 1

// Semantics is the version of what executions do, as far as it can be
// observed: results, errors, the order of effects, node ids, counters. It
// changes when a definition would run otherwise than before. An execution is
// stored with the version that it was launched under, so that a host replays a
// log only with a machine that does what was done then.
const Semantics = 1

// Programs finds a program by the hash of its tree.
type Programs func(hash string) (*Program, error)

// PutPart is told of each part of a value that is stored apart; data makes the
// part's encoding, and is to be called before the next change of the
// execution, where the host does not have the part already.
type PutPart func(ref value.Ref, data func() []byte)

var errStored = errors.New("stored execution")

func (x *Execution) coder(dst []byte, put PutPart) coder {
	return coder{x: x, main: x.prog.Hash, out: dst, parts: put}
}

// AppendOrigin appends the stored form of what an execution was launched as:
// its id, domain, program, limits, time zone and seed. It never changes.
func (x *Execution) AppendOrigin(dst []byte) []byte {
	c := x.coder(dst, nil)
	c.origin()
	return c.out
}

// AppendHeader appends the stored form of the execution's state that is neither
// origin nor frames; it is short where no message is queued. Hooks (HasTasker,
// Watched, Observe) and effects not taken yet are no part of it. A nil put is
// told of nothing.
func (x *Execution) AppendHeader(dst []byte, put PutPart) []byte {
	c := x.coder(dst, put)
	c.header()
	return c.out
}

// AppendFrame appends the stored form of a node's frame. A nil put is told of
// nothing.
func (x *Execution) AppendFrame(dst []byte, f *Frame, put PutPart) []byte {
	c := x.coder(dst, put)
	c.frame(f)
	return c.out
}

// AppendMessage appends the stored form of a message from outside, which is
// complete: no part of it is stored apart.
func AppendMessage(dst []byte, m *Message) []byte {
	c := coder{out: dst, complete: true}
	c.topMessage(m)
	return c.out
}

// DecodeMessage reads a message that AppendMessage wrote for the execution.
func (x *Execution) DecodeMessage(data []byte, programs Programs) (Message, error) {
	c := newDecoder(x, data, programs, nil)
	var m Message
	c.topMessage(&m)
	return m, c.finish("message")
}

// Restore makes an execution of its stored origin, header and frames, those in
// any order. Part returns the encoding of a part that PutPart was told of; it
// may be nil where there are none. The caller sets the hooks again.
func Restore(origin, header []byte, frames iter.Seq2[[]byte, error], part func(value.Ref) ([]byte, error), programs Programs) (*Execution, error) {
	if part == nil {
		part = func(value.Ref) ([]byte, error) { return nil, nil }
	}
	x := &Execution{
		frames: make(map[NID]*Frame), dirty: make(map[NID]bool),
	}
	c := newDecoder(x, origin, programs, part)
	c.origin()
	if err := c.finish("origin"); err != nil {
		return nil, err
	}
	c.reset(header)
	c.header()
	if err := c.finish("header"); err != nil {
		return nil, err
	}
	for data, err := range frames {
		if err != nil {
			return nil, err
		}
		c.reset(data)
		f := &Frame{}
		c.frame(f)
		if err := c.finish("frame"); err != nil {
			return nil, err
		}
		if x.frames[f.Nid] != nil {
			return nil, fmt.Errorf("%w %s: two frames of node %s", errStored, x.ID, f.Nid)
		}
		x.frames[f.Nid] = f
	}
	x.relink()
	x.Limits = x.Limits.withDefaults()
	return x, nil
}

// StateHash returns a hash of the execution's state: two executions of one
// hash go on in the same way. How long queued messages let others go first is
// no part of it. Values that did not change since they were last stored or
// hashed are not walked again.
func (x *Execution) StateHash() [sha256.Size]byte {
	h := sha256.New()
	c := x.coder(nil, nil)
	c.noWait = true
	c.origin()
	c.header()
	h.Write(c.out)
	for _, nid := range x.Nids() {
		c.out = c.out[:0]
		c.frame(x.frames[nid])
		h.Write(c.out)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// coder writes records or, where it decodes, reads them.
type coder struct {
	x      *Execution
	main   string // the hash of the execution's program, which is not repeated
	noWait bool
	parts  PutPart
	// complete has values stored as they are, with their parts.
	complete bool
	out      []byte

	decoding bool
	in       []byte
	dec      value.CBORDecoder
	programs Programs
	field    int64 // the number of the next field, -1 where it is not read yet
	depth    int
	err      error
}

func newDecoder(x *Execution, data []byte, programs Programs, part func(value.Ref) ([]byte, error)) *coder {
	c := &coder{x: x, decoding: true, programs: programs}
	if x.prog != nil {
		c.main = x.prog.Hash
	}
	c.dec.Link, c.dec.Part = c.link, part
	c.reset(data)
	return c
}

// reset has the decoder read another record.
func (c *coder) reset(data []byte) { c.in, c.field = data, -1 }

// finish ends the decoding of a record.
func (c *coder) finish(what string) error {
	if c.err == nil && len(c.in) > 0 {
		c.failf("there is more after its end")
	}
	if c.err != nil {
		return fmt.Errorf("%w %s: %s: %w", errStored, c.x.ID, what, c.err)
	}
	return nil
}

func (c *coder) failf(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// --- the elements of a record ---

func (c *coder) put(v value.Value) {
	if c.complete {
		c.out = value.AppendCBOR(c.out, v)
		return
	}
	c.out = value.AppendPacked(c.out, v, c.parts)
}

// get reads the next element.
func (c *coder) get() value.Value {
	if c.err != nil {
		return value.Null
	}
	v, rest, err := c.dec.DecodeFirst(c.in)
	if err != nil {
		c.err = err
		return value.Null
	}
	c.in = rest
	return v
}

func (c *coder) getInt() int64 {
	v := c.get()
	if c.err == nil && v.Kind() != value.KindInt {
		c.failf("a %s stands for an integer", v.TypeName())
	}
	if c.err != nil {
		return 0
	}
	return v.AsInt()
}

func (c *coder) getString() string {
	v := c.get()
	if c.err == nil && v.Kind() != value.KindString {
		c.failf("a %s stands for a string", v.TypeName())
	}
	if c.err != nil {
		return ""
	}
	return v.AsString()
}

// has starts the field of that number and tells whether it is there: written
// where it is present, or read.
func (c *coder) has(number int64, present bool) bool {
	if !c.decoding {
		if present {
			c.put(value.Int(number))
		}
		return present
	}
	if c.field < 0 {
		c.field = c.getInt()
	}
	if c.err != nil || c.field != number {
		return false
	}
	c.field = -1
	return true
}

// end ends a record.
func (c *coder) end() {
	if !c.decoding {
		c.put(value.Int(0))
		return
	}
	if !c.has(0, true) {
		c.failf("field %d is unknown or out of order: it was written by a newer version, or is damaged", c.field)
	}
}

// bool is a field that is there where it is true.
func (c *coder) bool(number int64, p *bool) { *p = c.has(number, *p) }

func (c *coder) string(number int64, p *string) { text(c, number, p) }

// text is a field that holds a string.
func text[T ~string](c *coder, number int64, p *T) {
	switch {
	case !c.has(number, *p != ""):
	case c.decoding:
		*p = T(c.getString())
	default:
		c.put(value.String(string(*p)))
	}
}

type integer interface {
	~int | ~int32 | ~int64 | ~uint8 | ~uint64
}

// number is a field that holds an integer.
func number[T integer](c *coder, n int64, p *T) {
	switch {
	case !c.has(n, *p != 0):
	case c.decoding:
		i := c.getInt()
		if *p = T(i); int64(*p) != i {
			c.failf("%d is out of range", i)
		}
	default:
		c.put(value.Int(int64(*p)))
	}
}

// value is a field that holds a value.
func (c *coder) value(number int64, p *value.Value) {
	if c.has(number, !p.IsNull()) {
		c.element(p)
	}
}

// element is a value within a field.
func (c *coder) element(p *value.Value) {
	if c.decoding {
		*p = c.get()
		return
	}
	c.put(*p)
}

func valueElement(c *coder, p *value.Value) { c.element(p) }

func stringElement(c *coder, p *string) {
	if c.decoding {
		*p = c.getString()
	} else {
		c.put(value.String(*p))
	}
}

func nidElement(c *coder, p *NID) {
	s := ""
	if !c.decoding {
		s = p.String()
	}
	stringElement(c, &s)
	if c.decoding && c.err == nil {
		*p, c.err = ParseNID(s)
	}
}

func (c *coder) nid(number int64, p *NID) {
	if c.has(number, !p.IsZero()) {
		nidElement(c, p)
	}
}

// nidUnless is a field that is there where the node is not the usual one; it
// may be none then.
func (c *coder) nidUnless(number int64, p *NID, usual NID) {
	switch {
	case c.has(number, *p != usual):
		nidElement(c, p)
	case c.decoding:
		*p = usual
	}
}

// list is a field that holds a list, of which an empty one is as good as none.
func list[T any](c *coder, number int64, p *[]T, each func(*coder, *T)) {
	if c.has(number, len(*p) > 0) {
		elements(c, p, each)
	}
}

// listOrNil is a field that holds a list, or nil, which is something else.
func listOrNil[T any](c *coder, number int64, p *[]T, each func(*coder, *T)) {
	if c.has(number, *p != nil) {
		elements(c, p, each)
	}
}

func elements[T any](c *coder, p *[]T, each func(*coder, *T)) {
	if !c.decoding {
		c.put(value.Int(int64(len(*p))))
		for i := range *p {
			each(c, &(*p)[i])
		}
		return
	}
	n := c.getInt()
	if n < 0 || n > int64(len(c.in)) { // an element takes a byte or more
		c.failf("a list of %d elements does not fit", n)
		return
	}
	*p = []T{}
	for range n {
		var e T
		each(c, &e)
		if c.err != nil {
			return
		}
		*p = append(*p, e)
	}
}

// pointer is a field that holds what a pointer points at, if it is not nil.
func pointer[T any](c *coder, number int64, p **T, each func(*coder, *T)) {
	if !c.has(number, *p != nil) {
		return
	}
	if c.decoding {
		*p = new(T)
	}
	each(c, *p)
}
