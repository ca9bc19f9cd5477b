package vm

import "github.com/florc-lang/florc/lang/value"

// Frame is the state of a live node, plain data all of it: nothing in it
// needs the process that made it.
type Frame struct {
	Nid     NID
	Parent  NID // the node that started it
	ReplyTo NID // where its reply goes; usually Parent, none once it is flanking
	Code    *Code
	Proc    *Procedure  // what it does
	Heat    value.Value // what its head stood for
	HasHeat bool        // the head is an expression, and it is evaluated
	Payload Payload     // as it was when the node started

	Lambda *Lambda // the function, in the frame of a function call
	Cnid   NID     // the node whose variables that function closes over
	Args   []Arg   // its arguments
	Depth  int32   // of function calls

	As string // the procedure that runs the node, whatever its head; "" for the head's

	Vars     *Vars // nil where the node has no scope of its own
	Allowed  []value.Value
	Denied   []value.Value
	HasList  bool // Allowed or Denied limits what it sees
	Escaped  bool // a function outlives the node and sees its variables
	HasFuncs bool // a function was made that sees its variables
	Apart    bool // it goes on when its parent ends, which is kept as long
	Kept     int  // how many nodes that are Apart see its variables

	Atts  []Arg         // evaluated attributes, for the procedures that want them
	Rets  []value.Value // evaluated arguments, likewise
	ARet  *value.Value  // the attribute ret: what it gives, whatever it did
	Tags  []string
	Slots []value.Value // the procedure's own state
	Subs  int64         // the re-run its children are in

	Handlers     [4][]Handler // by handler kind
	ChildOn      [3]*Handler  // handed down to the children
	OnReceive    [2]NID       // the handler's call that is under way, and the child it is about
	OnReceiveKid int          // the part that this child is
	OnLast       []Message    // what to do once cancelled, instead of replying
	InError      NID          // it is the call of an error handler of this node

	State     State
	Flavour   Flavour // why it is closed
	ClosedBy  int64   // the id of the cancel message that closed it
	CalledOff bool    // its parent's cancel is on the way to it
	Timers    []Timer
	Trap      *Trap
	Retry     *Retry   // it is tried again where it fails: each attempt is a child of it
	Undos     []Undo   // the steps back that it would take, the last one first
	Left      *Payload // with which it goes on once they are taken
	Lock      *Lock    // it is, or wants to be, inside of a mutex
	Attempt   int64    // it is an attempt of its parent, from 1 on
	Failure   *Error
	TaskID    string
	Mark      Mark           // whether it is paused by itself
	Again     *Message       // it is to start over, as this says, once what it did has ended
	Called    bool           // it was the call of a function before it became something else
	Added     int            // how many branches came to it from outside
	Unseen    bool           // it is in the call of a wide trap, or comes of what such a call did
	KeyNames  map[int]string // of attributes whose key is an expression

	above    *Frame // the parent, while the node is a child of it
	children chain  // live ones
	awaited  int    // those of them that are not Closed, and will reply
	uncalled int    // those that are neither Closed nor CalledOff
	sibling  link   // its place among its parent's children
	tagged   []*link
	waiting  []*Message    // queued, to start a part of it or to finish it in its turn
	held     []heldMessage // that wait until it is resumed

	dirty bool // it is in the execution's dirty; no part of the state
}

// Timer is a timer of a node.
type Timer struct {
	ID      int64
	Timeout bool    // it ends the node; otherwise the procedure sees it
	Payload Payload // with which the node goes on when it fires
}

// State is where a node stands in its life.
type State uint8

// The states.
const (
	Open       State = iota // it works
	Closed                  // it was cancelled, and waits for its children
	ClosedElse              // it is closed for another reason than a cancel
	Ended                   // it replied
)

func (s State) String() string {
	return [...]string{"open", "closed", "closed", "ended"}[s]
}

// HandlerKind is what a handler handles.
type HandlerKind int

// The kinds of handlers.
const (
	HandleError HandlerKind = iota
	HandleCancel
	HandleTimeout
	HandleReceive
)

var handlerNames = [...]string{"error", "cancel", "timeout", "receive"}

func (k HandlerKind) String() string { return handlerNames[k] }

// Handler is a function to call when something happens to a node or below it.
type Handler struct {
	Criteria []value.Value // of an error; none for every error
	Fn       value.Value
	Mute     bool // no function: the node gives the empty string
	Attempt  bool // an attempt gave it to the node that is tried again
}

// Att returns the evaluated attribute of one of these names; "" is the first
// unkeyed one.
func (f *Frame) Att(names ...string) (value.Value, bool) {
	for _, n := range names {
		for _, a := range f.Atts {
			if a.Key == n {
				return a.Value, true
			}
		}
	}
	return value.Null, false
}

// closed tells whether the node was asked to end, or ended.
func (f *Frame) closed() bool { return f.State == Closed || f.State == ClosedElse }

// Slot returns the procedure's i-th slot of state, null where it is unset.
func (f *Frame) Slot(i int) value.Value {
	if i < len(f.Slots) {
		return f.Slots[i]
	}
	return value.Null
}

// SetSlot sets the procedure's i-th slot of state.
func (f *Frame) SetSlot(i int, v value.Value) {
	for len(f.Slots) <= i {
		f.Slots = append(f.Slots, value.Null)
	}
	f.Slots[i] = v
}
