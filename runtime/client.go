package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Client is what one can do with executions. A Runtime is one; package
// runtime/socket has one for other processes, which speaks to the Runtime of
// the process that owns the store. Both do and say the same.
type Client interface {
	TaskClient
	// Launch stores a new execution and returns its id; an active runtime then
	// works it.
	Launch(ctx context.Context, def Definition, o LaunchOptions) (exid string, err error)
	// Wait waits until the execution has terminated, or a failure that nothing
	// handles has stopped a part of it. It needs an active runtime, unless the
	// execution is there already; ErrStopped tells that it was stopped.
	Wait(ctx context.Context, exid string) (*Result, error)
	// WaitFor waits for conditions, one after the other, and tells how each was
	// met. Two of them are not met by the same thing that happens. It gives
	// ErrEnded where the execution ends before, and needs an active runtime, as
	// Wait does. The context bounds how long it waits.
	WaitFor(ctx context.Context, exid string, o WaitOptions, conditions ...Condition) ([]Met, error)
	// Return returns a task, given by its id or its node's: with a payload, an
	// object or null for the task's own, or with the failure of its node. It
	// gives ErrNotFound where the task is not out: it was returned already, or
	// withdrawn, or never was. Then nothing is changed. Once it has returned
	// nil, the return is stored.
	Return(ctx context.Context, exid, task string, payload value.Value, failure error) error
	// Cancel asks a node to end early: it may still do what its on_cancel says.
	// An empty nid stands for the root.
	Cancel(ctx context.Context, exid, nid string) error
	// Kill ends a node, and all below it, without asking. An empty nid stands
	// for the root.
	Kill(ctx context.Context, exid, nid string) error
	// Signal emits a signal in an execution, for the on and trap that wait for
	// it, wherever they stand. The payload is an object, or null for an empty
	// one. A signal that nothing waits for is lost.
	Signal(ctx context.Context, exid, name string, payload value.Value) error

	// Pause has a node, and all below it, do nothing until it is resumed; an
	// empty nid stands for the execution. What comes meanwhile, such as a timer
	// that is due or a task that is returned, is stored and taken at the resume,
	// in order. A cancel goes through. Pausing what is paused changes nothing.
	Pause(ctx context.Context, exid, nid string, o PauseOptions) error
	// Resume has a node, and all below it, go on, also where a node above it is
	// paused; an empty nid stands for the execution, and all that is paused in
	// it. Resuming what is not paused changes nothing.
	Resume(ctx context.Context, exid, nid string) error
	// Reapply has a node start over once what is below it is cancelled, and its
	// task withdrawn: with another definition, or the one it has. It gives
	// ErrRefused where the node is being cancelled. An empty nid stands for the
	// root.
	Reapply(ctx context.Context, exid, nid string, o ReapplyOptions) error
	// Retry does what Reapply does to a node that failed, where nothing handles
	// that; an empty nid stands for all of them. It gives ErrRefused where there
	// is none, or the node has not failed.
	Retry(ctx context.Context, exid, nid string, o ReapplyOptions) error
	// AddBranch gives a concurrence that runs another branch, which starts with
	// the payload or, where that is null, with the one the concurrence started
	// with. It gives ErrRefused where the node takes none.
	AddBranch(ctx context.Context, exid, nid string, def Definition, payload value.Value) error
	// AddIteration gives a node that iterates over an array more elements, or
	// one that iterates over an object, more objects. It gives ErrRefused where
	// the node takes none, or none of these.
	AddIteration(ctx context.Context, exid, nid string, elements ...value.Value) error

	// Execution returns an execution as its last commit left it or, for a seq
	// above 0, as the commit of that number did.
	Execution(ctx context.Context, exid string, seq uint64) (*View, error)
	// Executions lists executions, the newest first.
	Executions(ctx context.Context, o ListOptions) ([]Summary, error)
	// Tasks lists the tasks that are out, of an execution or, for exid "", of
	// all.
	Tasks(ctx context.Context, exid string) ([]*Task, error)
	// Timers lists the timers that are set, those first that are due first.
	Timers(ctx context.Context, o TimerOptions) ([]SetTimer, error)
	// Log gives what an execution's journal holds, from a commit on.
	Log(ctx context.Context, exid string, o LogOptions) iter.Seq2[*LogEntry, error]
	// Traces gives what an execution has traced, in order.
	Traces(ctx context.Context, exid string) iter.Seq2[Trace, error]

	// Replay works an execution's journal again, without any effects, and
	// proves that it gives what is stored. A *Difference tells where it does
	// not.
	Replay(ctx context.Context, exid string, fromCheckpoint bool) (*Replayed, error)
	// Verify reads all that is stored and gives what is wrong with it, nothing
	// where all is well. Progress may be nil.
	Verify(ctx context.Context, progress Progress) iter.Seq2[Problem, error]
	// Reindex builds the index anew, by which executions are found.
	Reindex(ctx context.Context) error
	// Dump writes executions, all of them where none is named, as JSON, a line
	// each; Load stores what Dump wrote, and returns the ids. It gives
	// ErrConflict where there is an execution of such an id.
	Dump(ctx context.Context, w io.Writer, exids ...string) error
	Load(ctx context.Context, r io.Reader) (exids []string, err error)
	// Forget removes an execution that has terminated, with all that is stored of
	// it, if that commit is its last: ErrConflict tells that there is a later
	// one, or that it has not ended.
	Forget(ctx context.Context, exid string, seq uint64) error
	// Backup writes all of the store as of one moment.
	Backup(ctx context.Context, w io.Writer, progress Progress) error
}

// Progress is told how much of how much is done; a total of 0 is not known. It
// is called by one goroutine at a time.
type Progress func(done, total int64)

// LaunchOptions say how an execution starts. The zero value is a good one.
type LaunchOptions struct {
	// Exid is the id of the execution, unique and without '/'; Launch gives
	// ErrConflict where there is one of that id. Default: that of Config.NewID.
	Exid    string
	Domain  string      // default: the runtime's
	Zone    string      // default: the runtime's
	Payload value.Value // an object; null for an empty one
	Vars    value.Value // the root's variables, an object; null for none

	child *childOf // nil for none
}

// ListOptions say which executions to list. The zero value is all.
type ListOptions struct {
	Status Status // "" for any
	Domain string // with those below it; "" for any
	Tag    string // that a node of theirs is in; "" for any
	Tasker string // that has a task of theirs; "" for any
	// Vars are variables of their roots, as NAME=VALUE, all of which they have:
	// a text, a number, true, false or null, in JSON; what is none is a text.
	Vars  []string
	Exid  string // that their id begins or ends with; "" for any. All ids are read then.
	After string // those that follow this execution in the list; "" for all
	Limit int    // the newest so many; 0 for all
	Brief bool   // without what they wait for, which takes longer to find
}

// PauseOptions say how to pause. The zero value is the usual way.
type PauseOptions struct {
	// Alone pauses the node, not what is below it: that goes on up to its reply.
	// It takes a nid.
	Alone bool `json:"alone,omitempty"`
}

// ReapplyOptions say how a node starts over. The zero value has it start over
// as it started before.
type ReapplyOptions struct {
	Definition Definition  // that it becomes; none for the one that it has
	Payload    value.Value // an object; null for the one that it started with
	// Vars, an object, are set before: each where the node sees a variable of
	// that name, or else at the root. Null is for none.
	Vars value.Value
}

// TimerOptions say which timers to list. The zero value is all.
type TimerOptions struct {
	Exid  string `json:"exid,omitempty"`  // of this execution; "" for any
	Limit int    `json:"limit,omitempty"` // the first so many; 0 for all
}

// LogOptions say what of a journal to show. The zero value is all of it, as
// far as it is stored.
type LogOptions struct {
	From uint64 // the first commit
	// Internal shows the internal messages too, which are not stored: the
	// journal is worked again for that.
	Internal bool
}

// LogEntry is a commit of an execution.
type LogEntry struct {
	Seq      uint64       `json:"seq"`
	At       time.Time    `json:"at"`
	Hash     string       `json:"hash"`
	Launch   bool         `json:"launch,omitempty"`
	Cut      bool         `json:"cut,omitempty"` // its budget ended: it goes on with the next
	Messages []LogMessage `json:"messages"`
}

// LogMessage is a message, from outside unless it is Internal.
type LogMessage struct {
	Point    string      `json:"point"`
	Nid      string      `json:"nid,omitempty"`
	From     string      `json:"from,omitempty"`
	Flavour  string      `json:"flavour,omitempty"`
	Task     string      `json:"task,omitempty"`
	Timer    int64       `json:"timer,omitempty"`
	Error    *vm.Error   `json:"error,omitempty"`
	Payload  value.Value `json:"payload"`
	Internal bool        `json:"internal,omitempty"`
	// What a node becomes or gets, from outside.
	Tree     json.RawMessage `json:"tree,omitempty"`
	Elements []value.Value   `json:"elements,omitempty"`
	Vars     value.Value     `json:"vars,omitzero"`
}

// Problem is something that is wrong with what is stored.
type Problem struct {
	Exid string `json:"exid,omitempty"` // "" where it is about the store itself
	Text string `json:"problem"`
}

// Result is how an execution stands once it does not go on by itself.
type Result struct {
	Exid    string
	Point   string      // "terminated" or "failed"
	Payload value.Value // at the end, or that of the node that failed
	Vars    value.Value // the root's, at the end
	Trace   []Trace
	Error   *vm.Error // of the first node that failed, with Point "failed"
}

var (
	// ErrEnded tells that an execution has terminated already.
	ErrEnded = errors.New("the execution has ended")
	// ErrStopped tells that the runtime stopped working while it was waited
	// for.
	ErrStopped = errors.New("the runtime was stopped")
	// ErrRefused tells that a node cannot do what is asked of it as it stands.
	ErrRefused = errors.New("the node cannot do that now")
	// ErrUnsupported tells that this store cannot do that.
	ErrUnsupported = errors.New("this store cannot do that")
)

var _ Client = (*Runtime)(nil)
