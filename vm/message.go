package vm

import "github.com/florc-lang/florc/lang/value"

// Point says what a message is about.
type Point string

// The points, as flows see them in msg.point.
const (
	Execute    Point = "execute"    // a node starts
	Receive    Point = "receive"    // a node replied to its parent
	Return     Point = "return"     // a tasker returned a task
	Cancel     Point = "cancel"     // a node is asked to end early
	Signal     Point = "signal"     // a signal was emitted
	Entered    Point = "entered"    // a tag was entered
	Left       Point = "left"       // a tag was left
	Trigger    Point = "trigger"    // a timer fired
	TrapSet    Point = "trap"       // a trap was set
	Grafted    Point = "graft"      // a node has become another one
	Pause      Point = "pause"      // a node is to do nothing for now
	Resume     Point = "resume"     // it is to go on
	Reapply    Point = "reapply"    // a node is to start over
	Reapplied  Point = "reapplied"  // nothing is left of what it did, it starts
	Add        Point = "add"        // a node gets another branch, or elements
	Locked     Point = "locked"     // a node is inside of a mutex
	Sighted    Point = "sighted"    // another execution did what a trap waits for
	Failed     Point = "failed"     // a node failed
	Ceased     Point = "ceased"     // a branch without parent ended
	Terminated Point = "terminated" // the root ended
)

// Message is the only thing that moves: everything that happens in an
// execution is a message taken by it.
type Message struct {
	Point   Point
	Nid     NID // the node it is for
	From    NID // the node it comes from
	Kid     int // Receive: which of its parent's parts From is, -1 where it is none
	Payload Payload

	// Wait counts turns the message lets others go first, for parts of a node
	// that are evaluated without a message of their own. A message that is
	// alone does not wait. It keeps concurrent branches in the order in which
	// one message per part would run them.
	Wait int32

	// Execute
	Code     *Code
	As       string      // the procedure that runs the node, whatever its head: "_rep", a pattern
	Lambda   *Lambda     // apply this function
	Args     []Arg       // with these arguments
	Cnid     NID         // in this closure
	Vars     []Var       // initial variables of the node
	Handlers [3]*Handler // handlers the parent hands down, by flavour error, cancel, timeout
	InError  NID         // the function handles an error of this node
	Attempt  int64       // it is an attempt of From, from 1 on

	// Cancel, and the replies it causes
	Flavour Flavour
	To      value.Value // of MoveTo: the target
	OnLast  []Message   // what the node does once it is cancelled, instead of replying; Trigger of a trap: what it does
	Causes  []Cause     // most recent first

	// Receive
	HandledOn NID    // the reply of an error handler of this node
	SetsOn    string // the reply of on_error and its kin

	// Failed
	Err *Error

	Tags   []string // Entered, Left
	Name   string   // Signal
	Timer  int64    // Trigger
	TaskID string   // Return
	Forced bool     // keep Payload where a handler's message would get another; Failed: no handler takes care of it

	Frameless bool // Receive: from a node that was evaluated without a frame

	// From operators
	Tree       value.Value   // Reapply, Add: a tree, as JSON; null for none
	File       string        // that it was read from
	Elements   []value.Value // Add
	Mark       Mark          // Pause; Reapplied: how the node was paused
	OnlyFailed bool          // Reapply: only where the node failed

	Event  value.Value // Sighted: the message that was seen, as flows see it
	Unseen bool        // it comes of the call of a wide trap, see Frame.Unseen

	Key    string // of whoever sent it, to know it again
	Hooked bool   // it comes from a hook, which is not to see it

	owner *Frame // the frame that has it in its waiting
	place int    // and where
	dead  bool   // it was taken back
}

// Flavour says how a node is cancelled, or why it is closed.
type Flavour string

// The flavours.
const (
	Plain      Flavour = ""
	Kill       Flavour = "kill"
	TimedOut   Flavour = "timeout"
	BreakOut   Flavour = "break"
	ContinueOn Flavour = "continue"
	MoveTo     Flavour = "move"
	ReturnFrom Flavour = "return"
	OnError    Flavour = "on-error"
	FlankReply Flavour = "flank"
	PartReply  Flavour = "part"
)

// Cause is a cancel or trigger message that led, directly or not, to a
// message.
type Cause struct {
	ID   int64
	Kind string // "cancel", "kill", "timeout", "trigger"
	Nid  NID
}

// Arg is an argument of a function call; Key is "" for an unkeyed one.
type Arg struct {
	Key   string
	Value value.Value
}

// Var is a variable with its value.
type Var struct {
	Name  string
	Value value.Value
}

// show gives the message as flows see it in msg.
func (x *Execution) show(m *Message) value.Value {
	o := value.NewObject().AsObject()
	set := func(k string, v value.Value) { o = o.Set(k, v) }
	set("point", value.String(string(m.Point)))
	set("exid", value.String(x.ID))
	if !m.Nid.IsZero() {
		set("nid", value.String(m.Nid.String()))
	}
	if !m.From.IsZero() {
		set("from", value.String(m.From.String()))
	}
	if m.Flavour != Plain {
		set("flavour", value.String(string(m.Flavour)))
	}
	if len(m.Tags) > 0 {
		set("tags", strings_(m.Tags))
	}
	if m.Name != "" {
		set("name", value.String(m.Name))
	}
	if m.Code != nil {
		set("tree", m.Code.TreeValue())
	}
	if m.Err != nil {
		set("error", m.Err.Object())
	}
	set("payload", m.Payload.Object())
	return value.FromObject(o)
}

func strings_(ss []string) value.Value {
	vs := make([]value.Value, len(ss))
	for i, s := range ss {
		vs[i] = value.String(s)
	}
	return value.NewList(vs...)
}
