package vm

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// The stored form of an execution is a header and a record for each live
// node. A record is a CBOR sequence (RFC 8742) of numbered fields in rising
// order, those that hold nothing left out, ended by 0; so fields can be added
// without touching what is stored already. One description of each record,
// in codecfields.go, serves both directions.
//
// Pointers are stored as what they stand for: code by its program and path, a
// function's code likewise, a procedure by its name. A field's number, once
// released, keeps its meaning for ever.

// headerFormat is the version of the stored form. It changes where adding
// fields will not do.
const headerFormat = 1

// Programs finds a program by the hash of its tree.
type Programs func(hash string) (*Program, error)

var errStored = errors.New("stored execution")

// AppendFrame appends the stored form of a node's frame.
func (x *Execution) AppendFrame(dst []byte, f *Frame) []byte {
	c := coder{x: x, main: x.prog.Hash, out: dst}
	c.frame(f)
	return c.out
}

// AppendHeader appends the stored form of all of the execution's state that
// is not its frames. Hooks (HasTasker, Watched, Observe) and effects not taken
// yet are no part of it.
func (x *Execution) AppendHeader(dst []byte) []byte {
	c := coder{x: x, main: x.prog.Hash, out: dst}
	c.header()
	return c.out
}

// AppendMessage appends the stored form of a message from outside.
func AppendMessage(dst []byte, m *Message) []byte {
	c := coder{out: dst}
	c.topMessage(m)
	return c.out
}

// DecodeMessage reads a message that AppendMessage wrote for the execution.
func (x *Execution) DecodeMessage(data []byte, programs Programs) (Message, error) {
	c := newDecoder(x, data, programs)
	var m Message
	c.topMessage(&m)
	return m, c.finish("message")
}

// Restore makes an execution of its stored header and frames, in any order.
// The caller sets the hooks again.
func Restore(header []byte, frames iter.Seq2[[]byte, error], programs Programs) (*Execution, error) {
	x := &Execution{
		progs: make(map[string]*Program), frames: make(map[NID]*Frame),
		tags: make(map[string][]NID), dirty: make(map[NID]bool),
	}
	c := newDecoder(x, header, programs)
	c.header()
	if err := c.finish("header"); err != nil {
		return nil, err
	}
	order := x.tags
	x.tags = make(map[string][]NID)
	for data, err := range frames {
		if err != nil {
			return nil, err
		}
		c := newDecoder(x, data, programs)
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
	x.tagFrames(order)
	x.Limits = x.Limits.withDefaults()
	return x, nil
}

// tagFrames fills the index of tags. Those in order are in more than one
// node, which entered them in that order.
func (x *Execution) tagFrames(order map[string][]NID) {
	for _, nid := range x.Nids() {
		if f := x.frames[nid]; f.State != Ended {
			for _, t := range f.Tags {
				x.tags[t] = append(x.tags[t], nid)
			}
		}
	}
	for t, nids := range order {
		place := make(map[NID]int, len(nids))
		for i, nid := range nids {
			place[nid] = i
		}
		slices.SortStableFunc(x.tags[t], func(a, b NID) int { return cmp.Compare(place[a], place[b]) })
	}
}

// tagOrder lists the tags whose order the frames do not tell, by name.
func (x *Execution) tagOrder() []taggedNodes {
	var ts []taggedNodes
	for _, tag := range slices.Sorted(maps.Keys(x.tags)) {
		if nids := x.tags[tag]; !slices.IsSortedFunc(nids, CompareNIDs) {
			ts = append(ts, taggedNodes{tag, nids})
		}
	}
	return ts
}

type taggedNodes struct {
	tag  string
	nids []NID
}

// StateHash returns a hash of the execution's state: two executions of one
// hash go on in the same way. How long queued messages let others go first is
// no part of it.
func (x *Execution) StateHash() [sha256.Size]byte {
	h := sha256.New()
	c := coder{x: x, main: x.prog.Hash, noWait: true}
	c.header()
	h.Write(c.out)
	for _, nid := range x.Nids() {
		c = coder{x: x, main: x.prog.Hash, noWait: true, out: c.out[:0]}
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
	out    []byte

	decoding bool
	in       []byte
	dec      value.CBORDecoder
	programs Programs
	field    int64 // the number of the next field, -1 where it is not read yet
	depth    int
	err      error

	funcs []*value.Func  // decoded, to be given their code
	odd   []functionCode // those whose code is not the one they seem to have
}

func newDecoder(x *Execution, data []byte, programs Programs) *coder {
	c := &coder{x: x, decoding: true, in: data, programs: programs, field: -1}
	if x.prog != nil {
		c.main = x.prog.Hash
	}
	c.dec.Link = func(f *value.Func) error {
		c.funcs = append(c.funcs, f)
		return nil
	}
	return c
}

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

func (c *coder) put(v value.Value) { c.out = value.AppendCBOR(c.out, v) }

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
	if p.HasFunc() {
		c.noteFunctions(*p)
	}
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
