package value

// String names the kind as the language's users know it: "null", "boolean",
// "number", "string", "array", "object", "function", "procedure", "tasker" or
// "regex".
func (k Kind) String() string {
	switch k {
	case KindNull:
		return "null"
	case KindBool:
		return "boolean"
	case KindInt, KindFloat, KindBig:
		return "number"
	case KindString:
		return "string"
	case KindList:
		return "array"
	case KindObject:
		return "object"
	case KindFunc:
		return "function"
	case KindProc:
		return "procedure"
	case KindTasker:
		return "tasker"
	case KindRegex:
		return "regex"
	}
	return "unknown kind"
}

// TypeName returns the name of v's kind, see [Kind.String].
func (v Value) TypeName() string { return v.kind.String() }

// IsNull tells whether v is null.
func (v Value) IsNull() bool { return v.kind == KindNull }

// Truthy tells whether v counts as true: everything does but null and false.
func (v Value) Truthy() bool {
	return v.kind != KindNull && (v.kind != KindBool || v.num != 0)
}

// IsNumber tells whether v is an integer of any size or a float.
func (v Value) IsNumber() bool { return v.kind >= KindInt && v.kind <= KindBig }

// IsInteger tells whether v is an integer of any size.
func (v Value) IsInteger() bool { return v.kind == KindInt || v.kind == KindBig }

// IsString tells whether v is a string.
func (v Value) IsString() bool { return v.kind == KindString }

// IsList tells whether v is a list.
func (v Value) IsList() bool { return v.kind == KindList }

// IsObject tells whether v is an object.
func (v Value) IsObject() bool { return v.kind == KindObject }

// IsFunc tells whether v is a function of the language.
func (v Value) IsFunc() bool { return v.kind == KindFunc }

// IsCollection tells whether v is a list or an object.
func (v Value) IsCollection() bool { return v.kind == KindList || v.kind == KindObject }

// IsCallable tells whether v is a function, a procedure or a tasker.
func (v Value) IsCallable() bool { return v.kind >= KindFunc && v.kind <= KindTasker }
