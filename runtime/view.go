package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Summary is an execution in a list.
type Summary struct {
	Exid     string     `json:"exid"`
	Status   Status     `json:"status"`
	Domain   string     `json:"domain"`
	Name     string     `json:"name"`
	File     string     `json:"file,omitempty"`
	Launched time.Time  `json:"launched"`
	Ended    *time.Time `json:"ended,omitempty"`
	Waiting  []Waiting  `json:"waiting"`
}

// Waiting is a node without live children: what an execution waits for.
type Waiting struct {
	Nid   string    `json:"nid"`
	Head  string    `json:"head"`
	Line  int       `json:"line,omitempty"`
	Since time.Time `json:"since"`
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
}

// NodeError is the failure of a node that nothing handles.
type NodeError struct {
	Nid     string      `json:"nid"`
	Code    string      `json:"code"`
	Kind    string      `json:"kind"`
	Message string      `json:"message"`
	Line    int         `json:"line,omitempty"`
	Column  int         `json:"column,omitempty"`
	Error   *vm.Error   `json:"-"`
	Payload value.Value `json:"-"` // that the node started with
}

// Node is a live node.
type Node struct {
	Nid    string    `json:"nid"`
	Head   string    `json:"head"`
	Status string    `json:"status"` // open, closed (it was cancelled), ended, failed
	Line   int       `json:"line,omitempty"`
	Parent string    `json:"parent,omitempty"`
	Since  time.Time `json:"since"`
	Tags   []string  `json:"tags,omitempty"`
	Due    time.Time `json:"due,omitzero"` // when its first timer fires
}

// Execution returns an execution as its last commit left it.
func (r *Runtime) Execution(ctx context.Context, exid string) (*View, error) {
	v, err := r.view(ctx, exid)
	if err != nil {
		return nil, fmt.Errorf("execution %s: %w", exid, err)
	}
	return v, nil
}

func (r *Runtime) view(ctx context.Context, exid string) (*View, error) {
	rec, frames, err := r.store.Load(ctx, exid)
	if err != nil {
		return nil, err
	}
	v := &View{Summary: summary(rec), Trace: []Trace{}, Errors: []NodeError{}, Nodes: []Node{}}
	if rec.Payload != nil {
		if v.Payload, err = value.DecodeCBOR(rec.Payload); err != nil {
			return nil, err
		}
		if v.Vars, err = value.DecodeCBOR(rec.Vars); err != nil {
			return nil, err
		}
	}
	if v.Tree, err = r.store.Tree(ctx, rec.Tree); err != nil {
		return nil, fmt.Errorf("tree %s: %w", rec.Tree, err)
	}
	for t, err := range r.store.Traces(ctx, exid) {
		if err != nil {
			return nil, err
		}
		v.Trace = append(v.Trace, t)
	}
	if rec.Status == Terminated {
		return v, nil
	}
	x, err := r.restore(ctx, rec, frames)
	if err != nil {
		return nil, err
	}
	v.addNodes(x, frames)
	if root := x.Root(); root != nil && rec.Payload == nil {
		v.Payload = root.Payload.Object()
		if root.Vars != nil {
			v.Vars = root.Vars.Object()
		}
	}
	return v, nil
}

func (v *View) addNodes(x *vm.Execution, frames []Frame) {
	stored := make(map[string]*Frame, len(frames))
	for i := range frames {
		stored[frames[i].Nid] = &frames[i]
	}
	for _, nid := range x.Nids() {
		f := x.Frame(nid)
		n := Node{Nid: nid.String(), Head: f.Code.Head, Status: f.State.String(), Line: f.Code.Line(),
			Parent: f.Parent.String(), Tags: f.Tags}
		if s := stored[n.Nid]; s != nil {
			n.Since = micros(s.SinceMicros)
			if len(s.Timers) > 0 {
				n.Due = micros(slices.MinFunc(s.Timers, func(a, b FrameTimer) int {
					return int(a.DueMicros - b.DueMicros)
				}).DueMicros)
			}
		}
		if e := f.Failure; e != nil && f.State == vm.Open {
			n.Status = "failed"
			v.Errors = append(v.Errors, NodeError{Nid: e.Nid.String(), Code: string(e.Code), Kind: e.Kind, Message: e.Message,
				Line: e.Line, Column: e.Column, Error: e, Payload: f.Payload.Object()})
		}
		v.Nodes = append(v.Nodes, n)
		if len(f.Children) == 0 && f.State != vm.Ended && n.Status != "failed" {
			v.Waiting = append(v.Waiting, Waiting{Nid: n.Nid, Head: n.Head, Line: n.Line, Since: n.Since})
		}
	}
}

// Executions lists the executions, the newest first.
func (r *Runtime) Executions(ctx context.Context) ([]Summary, error) {
	list := []Summary{}
	for rec, err := range r.store.Records(ctx) {
		if err != nil {
			return nil, err
		}
		s := summary(rec)
		if rec.Status != Terminated {
			v, err := r.Execution(ctx, rec.Exid)
			if err != nil {
				return nil, err
			}
			s.Waiting = v.Waiting
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b Summary) int { return b.Launched.Compare(a.Launched) })
	return list, nil
}

func summary(rec *Record) Summary {
	s := Summary{Exid: rec.Exid, Status: rec.Status, Domain: rec.Domain, Name: rec.Name, File: rec.File,
		Launched: micros(rec.LaunchedMicros), Waiting: []Waiting{}}
	if rec.EndedMicros != 0 {
		t := micros(rec.EndedMicros)
		s.Ended = &t
	}
	return s
}

func micros(m int64) time.Time { return time.UnixMicro(m).UTC() }
