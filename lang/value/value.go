package value

import (
	"math"
	"math/big"
	"unsafe"
)

// Kind tells what a [Value] holds.
type Kind uint8

// The kinds of values. The zero Kind is Null's.
const (
	KindNull Kind = iota
	KindBool
	KindInt   // an integer that fits 64 bits
	KindFloat // a float64
	KindBig   // an integer that does not fit 64 bits
	KindString
	KindList
	KindObject
	KindFunc   // a function, defined in the language
	KindProc   // a procedure, built in
	KindTasker // a tasker, known to the host
	KindRegex
)

// Value is an immutable value of any [Kind]; the zero Value is null. Values
// are safe for concurrent use. They can't be compared with ==, which would
// compare addresses: use [Equal] or [Value.Equal].
//
// Nulls, booleans, integers and floats live in num. A string's bytes are at
// ptr, num is their number. Other kinds are at ptr, a pointer to the type that
// kind tells. An interface in place of ptr would make each Value larger and
// each integer or string an allocation; that is what the unsafe pointer buys.
// It is safe because it is set in this file only, always from a pointer (so
// the collector sees it), always together with the kind that says its type.
type Value struct {
	_    [0]func() // forbids ==
	ptr  unsafe.Pointer
	num  uint64
	kind Kind
}

// Null is the null value.
var Null Value

// The two booleans.
var (
	True  = Value{kind: KindBool, num: 1}
	False = Value{kind: KindBool}
)

// Bool returns True or False.
func Bool(b bool) Value {
	if b {
		return True
	}
	return False
}

// Int returns an integer.
func Int(i int64) Value { return Value{kind: KindInt, num: uint64(i)} }

// BigInt returns an integer, of KindInt where 64 bits hold it, else of KindBig.
// The big.Int then belongs to the value and must not be changed anymore.
func BigInt(i *big.Int) Value {
	if i.IsInt64() {
		return Int(i.Int64())
	}
	return Value{kind: KindBig, ptr: unsafe.Pointer(i)}
}

// Float returns a float.
func Float(f float64) Value { return Value{kind: KindFloat, num: math.Float64bits(f)} }

// String returns a string, sharing its bytes.
func String(s string) Value {
	return Value{kind: KindString, ptr: unsafe.Pointer(unsafe.StringData(s)), num: uint64(len(s))}
}

// FromList returns l as a value, the empty list for nil.
func FromList(l *List) Value {
	if l == nil {
		l = &emptyList
	}
	return Value{kind: KindList, ptr: unsafe.Pointer(l)}
}

// FromObject returns o as a value, the empty object for nil.
func FromObject(o *Object) Value {
	if o == nil {
		o = &emptyObject
	}
	return Value{kind: KindObject, ptr: unsafe.Pointer(o)}
}

// FromFunc returns f, which must not be nil nor be changed anymore, as a value.
func FromFunc(f *Func) Value { return Value{kind: KindFunc, ptr: unsafe.Pointer(f)} }

// FromProc returns p, which must not be nil nor be changed anymore, as a value.
func FromProc(p *Proc) Value { return Value{kind: KindProc, ptr: unsafe.Pointer(p)} }

// FromTasker returns t, which must not be nil nor be changed anymore, as a value.
func FromTasker(t *Tasker) Value { return Value{kind: KindTasker, ptr: unsafe.Pointer(t)} }

// FromRegex returns r, which must not be nil, as a value.
func FromRegex(r *Regex) Value { return Value{kind: KindRegex, ptr: unsafe.Pointer(r)} }

// Kind returns the kind of v.
func (v Value) Kind() Kind { return v.kind }

func (v Value) must(k Kind) {
	if v.kind != k {
		panic("value: a " + v.kind.String() + " is used as a " + k.String())
	}
}

// AsBool returns the boolean that v is. This and the other As methods panic
// where v is of another kind: asking is the caller's duty, forgetting to is a
// bug.
func (v Value) AsBool() bool { v.must(KindBool); return v.num != 0 }

// AsInt returns the integer of KindInt that v is.
func (v Value) AsInt() int64 { v.must(KindInt); return int64(v.num) }

// AsFloat returns the float that v is.
func (v Value) AsFloat() float64 { v.must(KindFloat); return math.Float64frombits(v.num) }

// AsBig returns the integer of KindBig that v is; it must not be changed.
func (v Value) AsBig() *big.Int { v.must(KindBig); return (*big.Int)(v.ptr) }

// AsString returns the string that v is.
func (v Value) AsString() string {
	v.must(KindString)
	return unsafe.String((*byte)(v.ptr), int(v.num))
}

// AsList returns the list that v is.
func (v Value) AsList() *List { v.must(KindList); return (*List)(v.ptr) }

// AsObject returns the object that v is.
func (v Value) AsObject() *Object { v.must(KindObject); return (*Object)(v.ptr) }

// AsFunc returns the function that v is; it must not be changed.
func (v Value) AsFunc() *Func { v.must(KindFunc); return (*Func)(v.ptr) }

// AsProc returns the procedure that v is; it must not be changed.
func (v Value) AsProc() *Proc { v.must(KindProc); return (*Proc)(v.ptr) }

// AsTasker returns the tasker that v is; it must not be changed.
func (v Value) AsTasker() *Tasker { v.must(KindTasker); return (*Tasker)(v.ptr) }

// AsRegex returns the regular expression that v is.
func (v Value) AsRegex() *Regex { v.must(KindRegex); return (*Regex)(v.ptr) }

// shares tells whether a and b, of one kind, are one collection in memory.
func (a Value) shares(b Value) bool { return a.IsCollection() && a.ptr == b.ptr }
