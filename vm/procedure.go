package vm

import (
	"fmt"
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
)

// Procedure is what the head of a node names: its signature and its handlers.
// The handlers are nil-able and work on plain state in the frame. A procedure
// that has only a Call is a function of its arguments.
type Procedure struct {
	Sig sig.Proc

	// KeyedFirst has keyed attributes evaluated before unkeyed ones, and
	// treats unkeyed attributes as arguments just like children. Without it
	// the attributes are evaluated as written, and children alone go through
	// Next.
	KeyedFirst bool
	// Gather keeps the arguments in Rets for Done; a procedure with a Call
	// always does.
	Gather bool
	// KeepRet has each argument start with the f.ret that the node started
	// with, instead of the one that the argument before it left.
	KeepRet bool
	// Mode says how the i-th argument is read; nil reads every one as a value.
	Mode func(c *Code, i int) Mode

	// Call computes what the node leaves in f.ret. It has to be a function of
	// its arguments alone (time and randomness come in Args).
	Call func(a *Args) (value.Value, error)

	// Start runs when the node starts, before any of its parts.
	Start func(n *Node) error
	// Next runs when the attributes are evaluated (from is -1) and after each
	// argument (from is its number). It runs another argument or ends the
	// node. The default gathers Rets, runs the arguments in order, then Done.
	Next func(n *Node, from int) error
	// Done ends the node; the default uses Call, or replies.
	Done func(n *Node) error
	// Late says that Done changes what other nodes see, so that it has to wait
	// for its turn where others are at work.
	Late bool
	// Other receives replies that come from no argument of the node, from
	// functions that it called. The default passes them on.
	Other func(n *Node) error
	// Part receives what RunPart ran; with it, no part goes through Next.
	Part func(n *Node) error
	// Variable says that the name usually is a variable's too, so that it has
	// to be looked up each time (break, continue and move, which loops set).
	Variable bool
	// Unkeyed sees each unkeyed attribute of a procedure that is not
	// KeyedFirst, once it is evaluated.
	Unkeyed func(n *Node, v value.Value) error
	// Cancel ends the node early; the default cancels its children and
	// replies once they have.
	Cancel func(n *Node) error
	// CancelClosed sees cancels that come when the node is closed already.
	CancelClosed func(n *Node) error
	// ReceiveClosed sees what children reply to a closed node; the default
	// replies once the last one has.
	ReceiveClosed func(n *Node) error
	// Return receives what a tasker returned.
	Return func(n *Node) error
	// Trigger runs when a timer of the node fires.
	Trigger func(n *Node) error

	// Adds is how the node takes branches and elements from outside; nil where
	// it does not.
	Adds *Adds

	// NameAttrs are words that stand for themselves as unkeyed attributes.
	NameAttrs []string
	// Undoes says that the node takes the steps back that were recorded for it
	// (see AddUndo) where it does not come to its end.
	Undoes bool
	// Detached says that what the node has called goes on when it ends.
	Detached bool
	// Params are the parameters of the function that the body stands for,
	// where Sig.Body is sig.Block.
	Params func(c *Code) []string

	// Binary returns a quicker way to compute Call for two arguments, by the
	// name that it was called by; what it returns tells whether it could.
	Binary func(name string) func(a, b value.Value) (value.Value, bool)

	// Direct compiles a node of this procedure for evaluation without frames
	// and messages; nil where it cannot be (see direct.go). A procedure with
	// a Call needs none.
	Direct func(c *DirectCompiler, code *Code) Eval
}

// Mode says how an argument is read.
type Mode uint8

// The modes.
const (
	ModeValue Mode = iota // evaluated
	ModePath              // a reference gives its path, not its value
	ModeName              // a lone name that stands for nothing gives itself as a string
	ModeKey               // a lone name gives itself as a string
)

// Args is what a Call gets.
type Args struct {
	Name  string        // the name that the procedure was called by
	Rets  []value.Value // the unkeyed arguments
	Keyed []Arg         // the keyed attributes, common ones excepted
	// Ret is the f.ret that the node started with, Last the one that its last
	// part left.
	Ret, Last value.Value
	env       callEnv
}

// callEnv is what a Call may see of the world: all of it comes from messages.
type callEnv interface {
	nowMicros() int64
	random() uint64
	zone() string
}

// Key returns the first keyed attribute of one of these names.
func (a *Args) Key(names ...string) (value.Value, bool) {
	for _, n := range names {
		for _, k := range a.Keyed {
			if k.Key == n {
				return k.Value, true
			}
		}
	}
	return value.Null, false
}

// LastArg returns the last unkeyed argument or, where there is none, Ret.
func (a *Args) LastArg() value.Value {
	if n := len(a.Rets); n > 0 {
		return a.Rets[n-1]
	}
	return a.Ret
}

// NowMicros returns the time, in microseconds since 1970, of the message that
// the execution is working on.
func (a *Args) NowMicros() int64 { return a.env.nowMicros() }

// Random returns 64 random bits, drawn from the execution's seed.
func (a *Args) Random() uint64 { return a.env.random() }

// Zone returns the name of the execution's time zone, "" for UTC.
func (a *Args) Zone() string { return a.env.zone() }

// Library is a set of procedures by name. It is immutable and safe for
// concurrent use.
type Library struct {
	procs []*Procedure
	named map[string]*Procedure
}

// NewLibrary makes a library. Two procedures of one name are a bug: it panics.
func NewLibrary(procs ...*Procedure) *Library {
	l := &Library{procs: procs, named: make(map[string]*Procedure)}
	for _, p := range procs {
		for _, name := range p.Sig.Names {
			if l.named[name] != nil {
				panic(fmt.Sprintf("vm: two procedures are named %q", name))
			}
			l.named[name] = p
		}
	}
	return l
}

// Get returns the procedure of that name, or nil.
func (l *Library) Get(name string) *Procedure { return l.named[name] }

// Schema describes the procedures and the attributes that every node
// understands, for the checker and the language server.
func (l *Library) Schema() sig.Schema {
	s := sig.Schema{Common: CommonAttributes()}
	for _, p := range l.procs {
		s.Procs = append(s.Procs, p.Sig)
	}
	return s
}

// Procedures lists the procedures in the order they were given.
func (l *Library) Procedures() []*Procedure { return slices.Clone(l.procs) }
