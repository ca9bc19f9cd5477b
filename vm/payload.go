package vm

import "github.com/florc-lang/florc/lang/value"

// RetKey is the field that holds what the last node gave.
const RetKey = "ret"

// Payload is what flows through an execution: its fields, with the field
// "ret" apart because nearly every node sets it. The zero Payload is empty.
type Payload struct {
	Fields value.Value // an object without "ret", or null for none
	Ret    value.Value
	HasRet bool
}

// NewPayload makes a payload of an object; null gives the empty payload.
func NewPayload(object value.Value) Payload {
	if object.Kind() != value.KindObject {
		return Payload{}
	}
	o := object.AsObject()
	p := Payload{Fields: object}
	if ret, ok := o.Get(RetKey); ok {
		p.Ret, p.HasRet = ret, true
		p.Fields = value.FromObject(o.Delete(RetKey))
	}
	return p
}

// Object returns the payload as one object, "ret" last.
func (p Payload) Object() value.Value {
	fields := p.fields()
	if p.HasRet {
		fields = fields.Set(RetKey, p.Ret)
	}
	return value.FromObject(fields)
}

// WithRet returns the payload with another ret.
func (p Payload) WithRet(ret value.Value) Payload {
	p.Ret, p.HasRet = ret, true
	return p
}

func (p Payload) fields() *value.Object {
	if p.Fields.Kind() != value.KindObject {
		return value.NewObject().AsObject()
	}
	return p.Fields.AsObject()
}

// hasFunc tells whether a function may be found in the payload.
func (p Payload) hasFunc() bool {
	return p.Ret.HasFunc() || p.Fields.HasFunc()
}
