package runtime

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// TaskState says how a task stands, as the resource patterns of van der Aalst's
// group have it.
type TaskState string

// The states.
const (
	Offered   TaskState = "offered"   // to whoever may take it
	Allocated TaskState = "allocated" // to a person, who has not begun
	Started   TaskState = "started"   // by a person, or leased by a worker
	Suspended TaskState = "suspended" // its person has laid it aside
	Completed TaskState = "completed"
	Gone      TaskState = "gone" // it was returned by its id, or withdrawn
	// FailedTask is a task whose person, or worker, failed it.
	FailedTask TaskState = "failed"
)

// TaskAct is something that is done with a task that is out.
type TaskAct string

// The acts.
const (
	OfferTask    TaskAct = "offer"    // to people and groups
	ClaimTask    TaskAct = "claim"    // somebody takes it for himself
	AllocateTask TaskAct = "allocate" // somebody gives it to a person
	StartTask    TaskAct = "start"
	SuspendTask  TaskAct = "suspend"
	ResumeTask   TaskAct = "resume"
	DelegateTask TaskAct = "delegate" // who has it hands it to another person
	ReleaseTask  TaskAct = "release"  // who has it gives it back to those whom it was offered to
	CompleteTask TaskAct = "complete"
	FailTask     TaskAct = "fail"
	ExtendTask   TaskAct = "extend" // a worker goes on to have it: a heartbeat
	lapse        TaskAct = "lapse"  // a lease has ended
)

// taskRule says what an act does.
type taskRule struct {
	from    []TaskState
	to      TaskState // "" for as it is
	own     bool      // it is for who has the task
	toWhom  bool      // it needs one, or some, to give it to
	forgets bool      // nobody has the task anymore
}

// taskRules are the legal acts, and what they lead to.
var taskRules = map[TaskAct]taskRule{
	OfferTask:    {from: []TaskState{Offered, Allocated}, to: Offered, toWhom: true, forgets: true},
	ClaimTask:    {from: []TaskState{Offered}, to: Allocated},
	AllocateTask: {from: []TaskState{Offered, Allocated}, to: Allocated, toWhom: true},
	StartTask:    {from: []TaskState{Allocated}, to: Started, own: true},
	SuspendTask:  {from: []TaskState{Started}, to: Suspended, own: true},
	ResumeTask:   {from: []TaskState{Suspended}, to: Started, own: true},
	DelegateTask: {from: []TaskState{Allocated, Started, Suspended}, to: Allocated, own: true, toWhom: true},
	ReleaseTask:  {from: []TaskState{Allocated, Started, Suspended}, to: Offered, own: true, forgets: true},
	CompleteTask: {from: []TaskState{Allocated, Started}, to: Completed, own: true},
	FailTask:     {from: []TaskState{Allocated, Started, Suspended}, to: FailedTask, own: true},
	ExtendTask:   {from: []TaskState{Started}, own: true},
	lapse:        {from: []TaskState{Started}, to: Offered, forgets: true},
}

// TaskActs lists the acts that a state allows.
func TaskActs(from TaskState) (acts []TaskAct) {
	for act, rule := range taskRules {
		if act != lapse && slices.Contains(rule.from, from) {
			acts = append(acts, act)
		}
	}
	slices.Sort(acts)
	return acts
}

// TaskEvent is an act that was done.
type TaskEvent struct {
	AtMicros int64    `cbor:"1,keyasint,omitempty"`
	Act      TaskAct  `cbor:"2,keyasint,omitempty"`
	By       string   `cbor:"3,keyasint,omitempty"`
	To       []string `cbor:"4,keyasint,omitempty"`
	Note     string   `cbor:"5,keyasint,omitempty"` // as why it failed
}

// maxHistory is how many events of a task are kept; those in the middle go.
const maxHistory = 100

// The errors of acts.
var (
	// ErrTaken tells that somebody else has the task.
	ErrTaken = errors.New("somebody else has the task")
	// ErrLeaseLost tells that the lease of a task has ended: somebody else may
	// do it now, or has done it.
	ErrLeaseLost = errors.New("the lease of the task is lost")
	// ErrState tells that the task does not stand so that this can be done.
	ErrState = errors.New("the task does not stand so")
)

// act gives how a task stands after an act, at a time; the item is left as it
// is. The tasker is the one whom the task was offered to at first.
func (i *Item) act(a *TaskMove, tasker string, now int64) (*Item, error) {
	rule, known := taskRules[a.Act]
	if !known || a.Act == lapse && a.By != "" {
		return nil, fmt.Errorf("nobody knows how to %s a task: it is %s", a.Act, strings.Join(actNames(), ", "))
	}
	if a.Lease != 0 && (i.Lease != a.Lease || i.UntilMicros <= now) {
		return nil, fmt.Errorf("%w: its lease %d ended before this %s", ErrLeaseLost, a.Lease, a.Act)
	}
	if a.Act == ClaimTask && i.State != Offered {
		return nil, fmt.Errorf("%w: it is %s, %s has it", ErrTaken, i.State, i.Person)
	}
	if !slices.Contains(rule.from, i.State) {
		return nil, fmt.Errorf("%w: it is %s, and %s is for one that is %s", ErrState, i.State, a.Act, stateNames(rule.from))
	}
	if rule.toWhom && len(a.To) == 0 || a.Act != OfferTask && len(a.To) > 1 {
		return nil, fmt.Errorf("to %s a task it takes whom it goes to, one for all acts but %s", a.Act, OfferTask)
	}
	switch {
	case rule.own && !a.Force && i.Lease != 0 && a.Lease == 0:
		return nil, fmt.Errorf("%w: a worker, %s, has leased it", ErrTaken, i.Person)
	case rule.own && !a.Force && i.Lease == 0 && i.Person != a.By:
		return nil, fmt.Errorf("%w: it is %s's", ErrTaken, i.Person)
	case a.By == "" && a.Act != lapse:
		return nil, errors.New("who does it? An act needs a name")
	case a.Act == ClaimTask && a.Groups != nil && !i.offeredTo(a.By, a.Groups):
		return nil, fmt.Errorf("%w: it is offered to %s", ErrTaken, strings.Join(i.Offered, ", "))
	}
	next := *i
	next.Version++
	if rule.to != "" {
		next.State = rule.to
	}
	switch {
	case a.Act == OfferTask:
		next.Offered = slices.Clone(a.To)
	case a.Act == ClaimTask:
		next.Person = a.By
	case rule.toWhom:
		next.Person = a.To[0]
	}
	if rule.forgets || a.Act == DelegateTask || next.over() {
		next.Lease, next.UntilMicros = 0, 0
	}
	if rule.forgets || next.over() {
		next.Person = ""
	}
	if a.For > 0 && (a.Act == ClaimTask || a.Act == ExtendTask) {
		next.UntilMicros = now + a.For.Microseconds()
		if a.Act == ClaimTask {
			next.Leases++
			next.State, next.Lease = Started, next.Leases
		}
	}
	if a.Act != ExtendTask {
		next.note(TaskEvent{AtMicros: now, Act: a.Act, By: a.By, To: a.To, Note: a.Note})
	}
	return &next, nil
}

func (i *Item) note(e TaskEvent) {
	i.History = append(slices.Clone(i.History), e)
	if n := len(i.History); n > maxHistory {
		i.History = slices.Delete(i.History, maxHistory/2, maxHistory/2+1)
		i.Dropped++
	}
}

func (i *Item) over() bool { return i.State == Completed || i.State == FailedTask }

// offeredTo tells whether a task is offered to a person, or to a group.
func (i *Item) offeredTo(person string, groups []string) bool {
	return slices.ContainsFunc(i.Offered, func(o string) bool { return o == person || slices.Contains(groups, o) })
}

// ended tells whether somebody had a lease that has ended.
func (i *Item) ended(now int64) bool { return i.Lease != 0 && i.UntilMicros <= now }

func actNames() (names []string) {
	for a := range taskRules {
		if a != lapse {
			names = append(names, string(a))
		}
	}
	slices.Sort(names)
	return names
}

func stateNames(states []TaskState) string {
	var names []string
	for _, s := range states {
		names = append(names, string(s))
	}
	return strings.Join(names, " or ")
}
