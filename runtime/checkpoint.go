package runtime

import (
	"context"
	"fmt"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// checkpointState is what a checkpoint's State holds.
type checkpointState struct {
	Record Record            `cbor:"1,keyasint"`
	Frames []checkpointFrame `cbor:"2,keyasint"`
	Parts  [][]byte          `cbor:"3,keyasint"` // each is found by its hash

	Outcome []byte `cbor:"4,keyasint,omitempty"`
}

type checkpointFrame struct {
	Nid   string `cbor:"1,keyasint"`
	Frame Frame  `cbor:"2,keyasint"`
}

// pieceBytes is the size of the pieces of a checkpoint's state.
const pieceBytes = 1 << 20

// checkpoint adds a checkpoint to the batch if it is time for one: after so
// many commits, or as many as there are nodes if these are more. So what
// checkpoints cost stays in proportion to what commits cost.
func (s *step) checkpoint(every int) {
	l, rec := s.live, s.batch.Record
	if rec.Status == Terminated || every < 0 || rec.Seq-rec.Checkpoint < uint64(max(every, len(l.nodes))) {
		return
	}
	rec.Checkpoint = rec.Seq
	st := checkpointState{Record: *rec, Outcome: l.outcome}
	seen := make(map[value.Ref]bool)
	put := func(ref value.Ref, data func() []byte) {
		if !seen[ref] {
			seen[ref] = true
			st.Parts = append(st.Parts, data())
		}
	}
	for _, nid := range l.x.Nids() {
		n := l.nodes[nid]
		st.Frames = append(st.Frames, checkpointFrame{nid.String(), Frame{SinceMicros: n.since, Task: n.task,
			Timers: n.timers, TaskParts: joinRefs(n.taskParts), Data: l.x.AppendFrame(nil, l.x.Frame(nid), put)}})
	}
	l.x.AppendHeader(nil, put)
	hash := l.x.StateHash()
	c := &Checkpoint{Seq: rec.Seq, LogHash: rec.LogHash, StateHash: hash[:]}
	for data := Marshal(&st); len(data) > 0; {
		n := min(len(data), pieceBytes)
		c.State, data = append(c.State, data[:n]), data[n:]
	}
	s.batch.Checkpoint = c
}

// fromCheckpoint makes a live execution of a checkpoint.
func (r *Runtime) fromCheckpoint(ctx context.Context, origin *Origin, exid string, c *Checkpoint) (*live, error) {
	var data []byte
	for _, piece := range c.State {
		data = append(data, piece...)
	}
	var cs checkpointState
	if err := Unmarshal(data, &cs); err != nil {
		return nil, fmt.Errorf("the checkpoint at commit %d: %w", c.Seq, err)
	}
	rec := cs.Record
	rec.Exid, rec.Origin = exid, origin
	st := &Stored{Record: &rec, Outcome: cs.Outcome}
	for _, f := range cs.Frames {
		f.Frame.Nid = f.Nid
		st.Frames = append(st.Frames, f.Frame)
	}
	for _, p := range cs.Parts {
		st.Parts = append(st.Parts, newPart(p))
	}
	l, err := r.revive(ctx, st)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint at commit %d: %w", c.Seq, err)
	}
	if hash := l.x.StateHash(); string(hash[:]) != string(c.StateHash) {
		return nil, fmt.Errorf("the checkpoint at commit %d is damaged: its state does not have the hash that it says", c.Seq)
	}
	return l, nil
}

var rootNID = vm.NID{Path: "0"}
