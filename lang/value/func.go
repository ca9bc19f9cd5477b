package value

// Func is a function of the language: code of a tree, and the node that holds
// the variables that it closes over.
type Func struct {
	Nid       string // the node that defined it
	Cnid      string // the node whose variables it sees
	Fun       int64  // its number within the execution
	Line      int    // where its definition starts; -1 where there is no line
	Tree      string // the hash of the tree that Nid belongs to
	OnFlavour string // for a handler, what it handles, else ""

	// Place tells the host which code of the node it is, where that does not
	// follow from Nid, else "". It is stored, but neither shown in JSON nor
	// compared.
	Place string
	// Code is the host's compiled form. It is neither encoded nor compared;
	// the decoders let the host attach it again.
	Code any
}

// same tells whether f and g are the same function.
func (f *Func) same(g *Func) bool {
	a, b := *f, *g
	a.Code, b.Code = nil, nil
	a.Place, b.Place = "", ""
	return a == b
}

// Proc is a built-in procedure, as a value.
type Proc struct {
	Name string
	Nid  string // the node that it stands for, or ""
	Line int    // where it was written; -1 where there is no line
}

// Tasker is a tasker, as a value.
type Tasker struct {
	Name string
	Line int // where it was written; -1 where there is no line
}
