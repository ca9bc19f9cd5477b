package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Summary is an execution in a list.
type Summary struct {
	Exid     string     `json:"exid"`
	Seq      uint64     `json:"seq"` // the number of its commits
	Status   Status     `json:"status"`
	Domain   string     `json:"domain"`
	Name     string     `json:"name"`
	File     string     `json:"file,omitempty"`
	Parent   *Parent    `json:"parent,omitempty"` // that launched it, nil for none
	Launched time.Time  `json:"launched"`
	Ended    *time.Time `json:"ended,omitempty"`
	Waiting  []Waiting  `json:"waiting"`
}

// Waiting is a node without live children: what an execution waits for.
type Waiting struct {
	Nid   string    `json:"nid"`
	Head  string    `json:"head"`
	File  string    `json:"file,omitempty"` // as in Node
	Line  int       `json:"line,omitempty"`
	Since time.Time `json:"since"`
	// Paused tells that it waits for a resume, too.
	Paused bool `json:"paused,omitempty"`
	// Mutex is the name of the mutex that it waits for, Holder the execution that
	// is inside of it, where it can be told.
	Mutex  string `json:"mutex,omitempty"`
	Holder string `json:"holder,omitempty"`
}

// View is an execution as it stands.
type View struct {
	Summary
	Payload value.Value     `json:"payload"` // at the end; before it, that which the root started with
	Vars    value.Value     `json:"vars"`    // the root's
	Trace   []Trace         `json:"trace"`
	Errors  []NodeError     `json:"errors"`
	Nodes   []Node          `json:"nodes"`
	Tree    json.RawMessage `json:"tree"`
	// Grafts are the trees of live nodes that became something else than the
	// tree has there, or came to it from outside.
	Grafts []Graft `json:"grafts,omitempty"`
}

// Graft is the tree of a node, where it is not the execution's.
type Graft struct {
	Nid  string          `json:"nid"`
	File string          `json:"file,omitempty"`
	Tree json.RawMessage `json:"tree"`
}

// NodeError is the failure of a node that nothing handles.
type NodeError struct {
	Nid     string      `json:"nid"`
	Code    string      `json:"code"`
	Kind    string      `json:"kind"`
	Message string      `json:"message"`
	File    string      `json:"file,omitempty"` // as in Node
	Line    int         `json:"line,omitempty"`
	Column  int         `json:"column,omitempty"`
	Error   *vm.Error   `json:"-"`
	Payload value.Value `json:"-"` // that the node started with
}

// Node is a live node.
type Node struct {
	Nid    string    `json:"nid"`
	Head   string    `json:"head"`
	Status string    `json:"status"`         // open, closed (it was cancelled), ended, failed, paused
	File   string    `json:"file,omitempty"` // that it stands in, where that is not the execution's own
	Line   int       `json:"line,omitempty"`
	Parent string    `json:"parent,omitempty"`
	Since  time.Time `json:"since"`
	Tags   []string  `json:"tags,omitempty"`
	Task   string    `json:"task,omitempty"` // the id of the task that it waits for
	Due    time.Time `json:"due,omitzero"`   // when its first timer fires
	Held   int       `json:"held,omitempty"` // how many messages wait until it is resumed
	// Attempt is its number where it is an attempt of its parent, which is
	// tried again when it fails.
	Attempt int64 `json:"attempt,omitempty"`
}

// Execution returns an execution as it stands, or stood, see Client.
func (r *Runtime) Execution(ctx context.Context, exid string, seq uint64) (*View, error) {
	v, err := r.view(ctx, exid, seq)
	if err != nil {
		return nil, fmt.Errorf("execution %s: %w", exid, err)
	}
	return v, nil
}

func (r *Runtime) view(ctx context.Context, exid string, seq uint64) (*View, error) {
	st, err := r.store.Load(ctx, exid)
	if err != nil {
		return nil, err
	}
	if seq == 0 {
		v, err := r.viewOf(ctx, st)
		if err == nil {
			err = v.addTraces(r.store.Traces(ctx, exid))
		}
		return v, err
	}
	p, err := r.playTo(ctx, st.Record, seq)
	if err != nil {
		return nil, err
	}
	v, err := r.newView(ctx, p.live)
	if err == nil {
		v.Trace = append(v.Trace, p.traces...)
	}
	return v, err
}

// viewOf shows what is stored, without traces.
func (r *Runtime) viewOf(ctx context.Context, st *Stored) (*View, error) {
	l, err := r.revive(ctx, st)
	if err != nil {
		return nil, err
	}
	v, err := r.newView(ctx, l)
	if err == nil {
		err = r.addHolders(ctx, v, l)
	}
	return v, err
}

func (r *Runtime) newView(ctx context.Context, l *live) (v *View, err error) {
	v = &View{Summary: summary(l.rec), Trace: []Trace{}, Errors: []NodeError{}, Nodes: []Node{}}
	if v.Tree, err = r.store.Tree(ctx, l.rec.Origin.Tree); err != nil {
		return nil, fmt.Errorf("tree %s: %w", l.rec.Origin.Tree, err)
	}
	if l.x != nil {
		v.addNodes(l)
	}
	switch {
	case l.outcome != nil:
		v.Payload, v.Vars, err = readOutcome(l.outcome)
	case l.x != nil && l.x.Root() != nil:
		root := l.x.Root()
		v.Payload = root.Payload.Object()
		if root.Vars != nil {
			v.Vars = root.Vars.Object()
		}
	}
	return v, err
}

func (v *View) addTraces(traces iter.Seq2[Trace, error]) error {
	for t, err := range traces {
		if err != nil {
			return err
		}
		v.Trace = append(v.Trace, t)
	}
	return nil
}

func readOutcome(data []byte) (payload, vars value.Value, err error) {
	var o outcome
	if err = Unmarshal(data, &o); err == nil {
		if payload, err = value.DecodeCBOR(o.Payload); err == nil {
			vars, err = value.DecodeCBOR(o.Vars)
		}
	}
	return payload, vars, err
}

func (v *View) addNodes(l *live) {
	for _, nid := range l.x.Nids() {
		f := l.x.Frame(nid)
		n := Node{Nid: nid.String(), Head: f.Code.Head, Status: f.State.String(), File: f.Code.Prog.File, Line: f.Code.Line(),
			Parent: f.Parent.String(), Tags: f.Tags, Attempt: f.Attempt}
		if kept := l.nodes[nid]; kept != nil {
			n.Since = micros(kept.since)
			n.Task = kept.task
			if len(kept.timers) > 0 {
				n.Due = micros(slices.MinFunc(kept.timers, func(a, b FrameTimer) int {
					return int(a.DueMicros - b.DueMicros)
				}).DueMicros)
			}
		}
		n.Held = f.Held()
		paused := f.State != vm.Ended && l.x.PausedAt(f)
		if paused && (f.State == vm.Open || f.Again != nil) {
			n.Status = string(Paused)
		}
		if l.x.ReplyHeld(f) {
			n.Status = vm.Ended.String()
		}
		if e := f.Failure; e != nil && f.State == vm.Open {
			n.Status = "failed"
			v.Errors = append(v.Errors, NodeError{Nid: e.Nid.String(), Code: string(e.Code), Kind: e.Kind, Message: e.Message,
				File: e.File, Line: e.Line, Column: e.Column, Error: e, Payload: f.Payload.Object()})
		}
		v.Nodes = append(v.Nodes, n)
		if p := f.Code.Prog; p != l.x.Program() && f.Code == p.Root && n.Status != vm.Ended.String() {
			v.Grafts = append(v.Grafts, Graft{n.Nid, p.File, tree.AppendJSON(nil, p.Tree, tree.Columns)})
		}
		if !f.HasChildren() && n.Status != vm.Ended.String() && n.Status != "failed" {
			w := Waiting{Nid: n.Nid, Head: n.Head, File: n.File, Line: n.Line, Since: n.Since, Paused: paused}
			if f.Lock != nil && !f.Lock.Inside {
				w.Mutex = f.Lock.Name
			}
			v.Waiting = append(v.Waiting, w)
		}
	}
}

func summary(rec *Record) Summary {
	o := rec.Origin
	s := Summary{Exid: rec.Exid, Seq: rec.Seq, Status: rec.Status, Domain: o.Domain, Name: o.Name, File: o.File, Parent: o.Parent,
		Launched: micros(o.LaunchedMicros), Waiting: []Waiting{}}
	if rec.EndedMicros != 0 {
		t := micros(rec.EndedMicros)
		s.Ended = &t
	}
	return s
}

func micros(m int64) time.Time { return time.UnixMicro(m).UTC() }
