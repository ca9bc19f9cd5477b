package runtime

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/fxamacker/cbor/v2"

	"github.com/florc-lang/florc/lang/value"
)

// The errors that stores give, wrapped in what says more.
var (
	// ErrNotFound tells that the store does not have it.
	ErrNotFound = errors.New("not found")
	// ErrConflict tells that the execution is not at the commit that the batch
	// expects: someone else has worked it. Nothing of the batch was written.
	ErrConflict = errors.New("another commit came first")
	// ErrTooLarge tells that a part of the batch is larger than the store can
	// hold. Nothing of the batch was written.
	ErrTooLarge = errors.New("too large to be stored")
	// ErrFull tells that the disk has too little room left. Nothing of the batch
	// was written; it may be committed again once there is more.
	ErrFull = errors.New("the disk is nearly full")
	// ErrUnindexed tells that the store has no index, as after it was brought to
	// a new format.
	ErrUnindexed = errors.New("the store has no index of its executions")
	// ErrClosed tells that the store was closed.
	ErrClosed = errors.New("the store is closed")
)

// Store keeps executions. Its methods may be called by any number of
// goroutines at once. What a method returns belongs to the caller but for byte
// slices, which both sides leave as they are.
//
// Readers see a state in which every commit that has returned is there whole,
// and none in part.
type Store interface {
	// Commit writes the whole batch, durably, or, if it returns ErrConflict,
	// ErrNotFound, ErrTooLarge or ErrFull, nothing of it. After any other error
	// it is unknown which, and the store is to be used no more. The context is
	// heeded until the batch is on its way. What is in the batch's slices, but
	// for bytes, belongs to the caller again once Commit has returned nil.
	Commit(ctx context.Context, b *Batch) error

	// Record returns an execution's record, or ErrNotFound.
	Record(ctx context.Context, exid string) (*Record, error)
	// Load returns what is stored of an execution's state as of one moment, or
	// ErrNotFound.
	Load(ctx context.Context, exid string) (*Stored, error)
	// Part returns a part of an execution's values, or ErrNotFound.
	Part(ctx context.Context, exid string, ref value.Ref) ([]byte, error)
	// Records gives all executions, by exid.
	Records(ctx context.Context) iter.Seq2[*Record, error]
	// Ready gives the executions that have messages to work, of their own or
	// in their inboxes, each once.
	Ready(ctx context.Context) iter.Seq2[string, error]
	// Inbox returns the first of an execution's letters in the order in which
	// they were committed, without those consumed.
	Inbox(ctx context.Context, exid string, limit int) ([]Letter, error)
	// Timers returns the first timers after the given one, in the order of
	// Timer.Compare; the zero Timer stands before all.
	Timers(ctx context.Context, after Timer, limit int) ([]Timer, error)
	// Outbox gives the tasks that wait to be handed to their taskers, or to be
	// taken back from them: those that are not accepted, or are withdrawn.
	Outbox(ctx context.Context) iter.Seq2[*TaskRecord, error]
	// Tasks gives the tasks of an execution, or all of them for exid "".
	Tasks(ctx context.Context, exid string) iter.Seq2[*TaskRecord, error]
	// TaskRecord returns a task, or ErrNotFound.
	TaskRecord(ctx context.Context, exid, id string) (*TaskRecord, error)
	ItemStore
	// Watches returns the watches that are known, for as long as the store is
	// used. It follows each commit before Commit returns.
	Watches() *Watches
	// Row gives those who are, or want to be, inside of a mutex of a domain, in
	// their order.
	Row(ctx context.Context, domain, name string) iter.Seq2[*Lock, error]
	// Tree returns a tree by the id under which it was committed, or
	// ErrNotFound.
	Tree(ctx context.Context, id string) ([]byte, error)
	// Traces gives what an execution has traced, in order.
	Traces(ctx context.Context, exid string) iter.Seq2[Trace, error]
	// Journal gives an execution's journal from the commit of that number on.
	Journal(ctx context.Context, exid string, from uint64) iter.Seq2[Entry, error]
	// Checkpoint returns an execution's last checkpoint at or before the commit
	// of that number, or ErrNotFound.
	Checkpoint(ctx context.Context, exid string, at uint64) (*Checkpoint, error)

	// Find looks in the index for the executions that a query is about, and
	// returns the newest ones of those for which the index is up to date, the
	// newest first. Stale are those for which it is not, whether they fit or
	// not, as of the same moment. ErrUnindexed tells that there is no index: see
	// Reindex.
	Find(ctx context.Context, q Query) (found []*Record, stale []string, err error)
	// Stale returns executions that have changed since the index was brought up
	// to date for them, so many at most, those first that did so first.
	Stale(ctx context.Context, limit int) ([]string, error)
	// Indexed returns what the index says of an execution, or ErrNotFound where
	// it is stale, or where there is none.
	Indexed(ctx context.Context, exid string) (*Indexed, error)
	// Reindex drops the index and builds it anew, of what the function says of
	// each execution; one that it gives ErrNotFound for is left out. Where it is
	// cut short, there is no index.
	Reindex(ctx context.Context, of func(exid string) (*Indexed, error)) error

	// Check reads all that is stored and returns an error that names what is
	// damaged; progress, which may be nil, is told now and then how many of how
	// many bytes are read.
	Check(ctx context.Context, progress func(done, total int64)) error
	// Close ends the use of the store. Closing it twice does no harm.
	Close() error
}

// Batch is what one commit writes. The parts from Record to Checkpoint are
// about one execution, and come together: none of them is there without
// Record. A batch without it succeeds whatever is done at the same time to the
// executions that it is about.
type Batch struct {
	// Record is the execution's new record. Its Seq has to be one more than
	// that of the stored one, or 1 where there is none.
	Record *Record
	// Import stores an execution that comes from elsewhere, with whatever Seq:
	// there must be none of that id, or else Commit gives ErrConflict.
	Import bool

	Frames     []Frame  // to be put
	Removed    []string // nodes whose frames are to be removed
	Parts      []Part   // to be put
	Unparts    []value.Ref
	Consumed   []uint64 // the numbers of letters: the first ones in the inbox
	Timers     []Timer
	Untimers   []Timer
	Watches    []Watch      // to be known from now on
	Unwatches  []WatchKey   // not to be known anymore
	Locks      []Lock       // join the ends of their rows, in this order
	Unlocks    []Lock       // leave them, before that
	Tasks      []TaskRecord // to be put
	Traces     []Trace
	Entries    []Entry // of the journal
	Checkpoint *Checkpoint
	Outcome    []byte // nil for none

	Trees []Tree
	Sends []Send
	// LetIn is set by Commit: the executions of those who have become the first
	// of their row by it, and got their letter.
	LetIn []string

	// Returned is a task that has to be there, or else Commit gives
	// ErrNotFound, and is removed: so a task is returned once.
	Returned *TaskKey
	// Begun is a task that has to be there and not to be withdrawn, or else
	// Commit gives ErrNotFound; it is marked as accepted. So what the batch
	// begins is begun once, and not after it was called off.
	Begun *TaskKey
	// Tasks to be marked as accepted or withdrawn, or removed, where they are
	// there.
	Accepted, Withdrawn, Untasks []TaskKey
	// Left are tasks to be marked as accepted for want of a tasker, Taken those
	// of them that are to be handed out after all, where they are there.
	Left, Taken []TaskKey
	// Items say how tasks stand from now on. Unless it comes with an import,
	// each has to find its task there, and its Version to be one more than that
	// of the stored item, or 1 where there is none; else Commit gives ErrNotFound
	// or ErrConflict.
	Items []Item
	// Taskers are to be known from now on, Untaskers not anymore.
	Taskers, Untaskers []TaskerRecord

	// Indexed is what the index is to say of executions from here on. One that
	// is at another commit stays as it is.
	Indexed []Indexed
	// Forgotten are executions to be removed with all that is stored of them,
	// but for their trees, which others may share. Commit gives ErrConflict
	// where one of them is at another commit, or not there.
	Forgotten []Version
}

// Version is an execution as a commit left it.
type Version struct {
	Exid string
	Seq  uint64
}

// Indexed is what an execution can be found by, beside its status and its
// domain, as the commit of that number left it.
type Indexed struct {
	Version
	// Facets are short texts without zero bytes, sorted, each once.
	Facets []string
	// Record is that of the version, with its origin; nil has the store read it.
	Record *Record
}

// Query says which executions to find: those that meet all of it.
type Query struct {
	Status Status   // "" for any
	Domain string   // with those below it; "" for any
	Facets []string // that they have, all of them
	After  Position // those that come after it, from the newest on
	Limit  int      // at most so many, above 0
}

// Position is a place in the order of executions, the newest first, then by
// exid. The zero value stands before all.
type Position struct {
	LaunchedMicros int64
	Exid           string
}

// Compare orders positions.
func (p Position) Compare(q Position) int {
	switch zero := (Position{}); {
	case p == q:
		return 0
	case p == zero:
		return -1
	case q == zero:
		return 1
	}
	return cmp.Or(cmp.Compare(q.LaunchedMicros, p.LaunchedMicros), cmp.Compare(p.Exid, q.Exid))
}

// Position returns the execution's place in the order of executions.
func (r *Record) Position() Position {
	p := Position{Exid: r.Exid}
	if r.Origin != nil {
		p.LaunchedMicros = r.Origin.LaunchedMicros
	}
	return p
}

// InDomain tells whether a domain is another one or below it; all are in "".
func InDomain(domain, top string) bool {
	return top == "" || domain == top || strings.HasPrefix(domain, top+".")
}

// Fits tells whether an execution with these facets, which are sorted, is one
// that the query is about.
func (q *Query) Fits(rec *Record, facets []string) bool {
	domain := ""
	if rec.Origin != nil {
		domain = rec.Origin.Domain
	}
	if q.Status != "" && rec.Status != q.Status || !InDomain(domain, q.Domain) || rec.Position().Compare(q.After) <= 0 {
		return false
	}
	for _, f := range q.Facets {
		if _, has := slices.BinarySearch(facets, f); !has {
			return false
		}
	}
	return true
}

// Record is what is known of an execution beside its nodes.
type Record struct {
	Exid string `cbor:"-"`
	Seq  uint64 `cbor:"1,keyasint,omitempty"` // the number of its commits
	// Origin comes with the first commit, or an import, and never changes. It
	// may be nil in the batches that follow; stores return it with each record.
	Origin      *Origin `cbor:"-"`
	Status      Status  `cbor:"2,keyasint,omitempty"`
	EndedMicros int64   `cbor:"3,keyasint,omitempty"`  // since 1970, as every time here
	Ready       bool    `cbor:"4,keyasint,omitempty"`  // it has messages of its own to work
	Header      []byte  `cbor:"5,keyasint,omitempty"`  // the machine's
	LogHash     []byte  `cbor:"6,keyasint,omitempty"`  // of its journal's last entry
	Consumed    uint64  `cbor:"7,keyasint,omitempty"`  // the number of the last letter taken
	Bytes       int64   `cbor:"8,keyasint,omitempty"`  // of its frames and parts
	Checkpoint  uint64  `cbor:"9,keyasint,omitempty"`  // the Seq of its last checkpoint
	Traces      uint64  `cbor:"10,keyasint,omitempty"` // how many there are
	Bare        bool    `cbor:"11,keyasint,omitempty"` // it has no parts and no outcome: a store need not look for them
}

// Origin is what an execution was launched with.
type Origin struct {
	Domain         string  `cbor:"1,keyasint,omitempty"`
	Name           string  `cbor:"2,keyasint,omitempty"` // of the definition
	File           string  `cbor:"3,keyasint,omitempty"` // that it was read from
	LaunchedMicros int64   `cbor:"4,keyasint,omitempty"`
	Tree           string  `cbor:"5,keyasint,omitempty"` // the id of its tree
	Machine        []byte  `cbor:"6,keyasint,omitempty"` // the machine's
	Parent         *Parent `cbor:"7,keyasint,omitempty"` // that launched it, nil for none
}

// Status says how an execution stands.
type Status string

// The statuses.
const (
	Active     Status = "active"
	Terminated Status = "terminated" // it ended, nothing of it is left to run
	Failed     Status = "failed"     // a node failed, and nothing handles it
	Paused     Status = "paused"     // as a whole, until it is resumed
)

// resting tells whether it stays as it is until someone steps in; one who waits
// for an execution is told then. A paused one goes on where it was.
func (s Status) resting() bool { return s == Terminated || s == Failed }

// Stored is an execution's state as a store has it.
type Stored struct {
	Record  *Record
	Frames  []Frame // in any order
	Parts   []Part  // likewise
	Outcome []byte
}

// Frame is the stored form of a live node.
type Frame struct {
	Nid         string       `cbor:"-"`
	SinceMicros int64        `cbor:"1,keyasint,omitempty"` // when it was first committed
	Task        string       `cbor:"2,keyasint,omitempty"` // the id of its task, until that is returned
	Timers      []FrameTimer `cbor:"3,keyasint,omitempty"` // those that are set
	Data        []byte       `cbor:"4,keyasint,omitempty"` // the machine's
	TaskParts   []byte       `cbor:"5,keyasint,omitempty"` // the refs in the task's record, one after the other
}

// FrameTimer is a timer of a node.
type FrameTimer struct {
	ID        int64 `cbor:"1,keyasint,omitempty"`
	DueMicros int64 `cbor:"2,keyasint,omitempty"`
}

// Part is a large part of an execution's values, stored once however many
// frames and tasks it is in.
type Part struct {
	Ref  value.Ref
	Data []byte
}

// Letter is a message from outside, waiting in an execution's inbox.
type Letter struct {
	Number uint64 // rises with each commit; unique within the execution
	Data   []byte
}

// Send puts a letter into the inbox of an execution.
type Send struct {
	Exid string
	Data []byte
}

// Timer is a timer that is set.
type Timer struct {
	DueMicros int64
	Exid      string
	Nid       string
	ID        int64
}

// Compare orders timers by when they are due, then by execution, node and
// number.
func (t Timer) Compare(u Timer) int {
	return cmp.Or(cmp.Compare(t.DueMicros, u.DueMicros), cmp.Compare(t.Exid, u.Exid),
		cmp.Compare(t.Nid, u.Nid), cmp.Compare(t.ID, u.ID))
}

// TaskKey identifies a task.
type TaskKey struct{ Exid, ID string }

// TaskRecord is a task that was handed out, or is about to be.
type TaskRecord struct {
	Exid        string `cbor:"-"`
	ID          string `cbor:"-"` // unique within the execution
	Nid         string `cbor:"3,keyasint,omitempty"`
	Tasker      string `cbor:"4,keyasint,omitempty"`
	Name        string `cbor:"5,keyasint,omitempty"`
	SinceMicros int64  `cbor:"6,keyasint,omitempty"`
	Line        int    `cbor:"7,keyasint,omitempty"`
	Accepted    bool   `cbor:"8,keyasint,omitempty"`  // the tasker has it, and will return it by itself
	Withdrawn   bool   `cbor:"9,keyasint,omitempty"`  // the tasker is to forget it
	Data        []byte `cbor:"10,keyasint,omitempty"` // arguments, parameters, tags and payload, encoded; parts of them may be apart
	Domain      string `cbor:"11,keyasint,omitempty"` // of the execution
	Unit        string `cbor:"12,keyasint,omitempty"` // the only one that may do it, "" for any
	Left        bool   `cbor:"13,keyasint,omitempty"` // it is accepted for want of a tasker
}

// Key returns the task's key.
func (t *TaskRecord) Key() TaskKey { return TaskKey{t.Exid, t.ID} }

// Trace is a line that an execution has traced.
type Trace struct {
	Seq      uint64 `cbor:"-" json:"-"` // of the commit that it came with
	Nid      string `cbor:"1,keyasint,omitempty" json:"nid"`
	Text     string `cbor:"2,keyasint,omitempty" json:"text"`
	AtMicros int64  `cbor:"3,keyasint,omitempty" json:"-"`
}

// Entry is an entry of a journal: what a commit took, so that it can be worked
// again. Hash is the SHA-256 over the hash of the entry before and Data.
type Entry struct {
	Seq  uint64 `cbor:"-"`
	Hash []byte `cbor:"1,keyasint"`
	Data []byte `cbor:"2,keyasint"`
}

// Checkpoint is an execution's state right after a commit, from which its
// journal can be worked again.
type Checkpoint struct {
	Seq       uint64   `cbor:"-"`
	LogHash   []byte   `cbor:"1,keyasint"`
	StateHash []byte   `cbor:"2,keyasint"`
	State     [][]byte `cbor:"3,keyasint"` // in pieces of at most a megabyte
}

// Tree is the stored form of a definition. ID is the SHA-256 of Data, in
// hexadecimal digits.
type Tree struct {
	ID   string
	Data []byte
}

var encoding = func() cbor.UserBufferEncMode {
	m, err := cbor.CoreDetEncOptions().UserBufferEncMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return m
}()

// Marshal encodes a record as stores keep it, in deterministic CBOR. It panics
// for types that have no encoding, which is a bug.
func Marshal(v any) []byte {
	data, err := encoding.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("runtime: %T cannot be stored: %s", v, err))
	}
	return data
}

// MarshalTo appends to buf what Marshal gives.
func MarshalTo(buf *bytes.Buffer, v any) {
	if err := encoding.MarshalToBuffer(v, buf); err != nil {
		panic(fmt.Sprintf("runtime: %T cannot be stored: %s", v, err))
	}
}

// Unmarshal decodes what Marshal made. It never panics, whatever the data.
func Unmarshal(data []byte, v any) error {
	if err := cbor.Unmarshal(data, v); err != nil {
		return fmt.Errorf("a stored record cannot be read: %w", err)
	}
	return nil
}
