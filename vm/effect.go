package vm

import "github.com/florc-lang/florc/lang/value"

// Effect is something that the world around an execution has to do, once
// what led to it is stored.
type Effect interface{ effect() }

// TaskEffect hands a task to a tasker.
type TaskEffect struct {
	Nid      NID
	ID       string // the idempotency key within the execution
	Tasker   string
	Name     string        // of the task, where it has one
	Args     []value.Value // the unkeyed attributes
	Params   value.Value   // the keyed attributes, an object
	Tags     []string      // that the task is in
	Attempt  int64         // of the node that is tried again around it, from 1 on; 0 for none
	Payload  value.Value
	Withdraw bool // the task is cancelled: take back the one of that node and id
}

// TimerEffect sets a timer.
type TimerEffect struct {
	ID        int64
	Nid       NID
	DueMicros int64
}

// UntimeEffect removes a timer.
type UntimeEffect struct {
	ID  int64
	Nid NID
}

// TraceEffect records what trace wrote.
type TraceEffect struct {
	Nid  NID
	Text string
}

// OutputEffect is what echo prints.
type OutputEffect struct {
	Nid  NID
	Text string
}

// SignalEffect emits a signal for another execution.
type SignalEffect struct {
	Exid    string
	Message Message
}

// FailedEffect reports the failure of a node that no handler takes care of.
type FailedEffect struct {
	Nid NID
	Err *Error
}

// EndedEffect reports that the root ended.
type EndedEffect struct {
	Payload value.Value
	Vars    value.Value
}

func (TaskEffect) effect()   {}
func (TimerEffect) effect()  {}
func (UntimeEffect) effect() {}
func (TraceEffect) effect()  {}
func (OutputEffect) effect() {}
func (SignalEffect) effect() {}
func (FailedEffect) effect() {}
func (EndedEffect) effect()  {}
