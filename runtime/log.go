package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"github.com/florc-lang/florc/vm"
)

// Traces gives what an execution has traced, see Client.
func (r *Runtime) Traces(ctx context.Context, exid string) iter.Seq2[Trace, error] {
	return func(yield func(Trace, error) bool) {
		if _, err := r.store.Record(ctx, exid); err != nil {
			yield(Trace{}, fmt.Errorf("execution %s: %w", exid, err))
			return
		}
		for t, err := range r.store.Traces(ctx, exid) {
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}

// Log gives what an execution's journal holds, see Client.
func (r *Runtime) Log(ctx context.Context, exid string, o LogOptions) iter.Seq2[*LogEntry, error] {
	return func(yield func(*LogEntry, error) bool) {
		err := r.log(ctx, exid, o, func(e *LogEntry) bool { return yield(e, nil) })
		if err != nil {
			yield(nil, fmt.Errorf("execution %s: %w", exid, err))
		}
	}
}

func (r *Runtime) log(ctx context.Context, exid string, o LogOptions, yield func(*LogEntry) bool) error {
	rec, err := r.store.Record(ctx, exid)
	if err != nil {
		return err
	}
	from := o.From
	var p *player
	var internal []LogMessage
	if o.Internal { // the messages before are needed, too
		from = 0
		p, err = r.newPlayer(ctx, rec, replayOptions{Observe: func(_ uint64, m *vm.Message) {
			internal = append(internal, logMessage(m, true))
		}})
		if err != nil {
			return err
		}
	}
	var x *vm.Execution // messages are read in the context of one
	for e, err := range r.store.Journal(ctx, exid, from) {
		if err != nil {
			return err
		}
		var je journalEntry
		if err := Unmarshal(e.Data, &je); err != nil {
			return fmt.Errorf("entry %d of the journal: %w", e.Seq, err)
		}
		entry := &LogEntry{Seq: e.Seq, At: micros(je.AtMicros), Hash: fmt.Sprintf("%x", e.Hash), Launch: je.Launch != nil,
			Cut: je.Cut, Messages: []LogMessage{}}
		if x == nil {
			if x, err = r.blank(ctx, rec); err != nil {
				return err
			}
		}
		for _, data := range je.Messages {
			if len(data) == 0 {
				continue
			}
			m, err := x.DecodeMessage(data, r.programsOf(ctx, rec.Origin))
			if err != nil {
				return fmt.Errorf("entry %d of the journal: %w", e.Seq, err)
			}
			entry.Messages = append(entry.Messages, logMessage(&m, false))
		}
		if p != nil {
			internal = nil
			p.seq = e.Seq
			if err := p.apply(ctx, &e); err != nil {
				return err
			}
			entry.Messages = append(entry.Messages, internal...)
		}
		if e.Seq >= o.From && !yield(entry) {
			return nil
		}
	}
	return nil
}

// blank is an execution of the same program that has not begun.
func (r *Runtime) blank(ctx context.Context, rec *Record) (*vm.Execution, error) {
	prog, err := r.programs.get(ctx, rec.Origin.Tree)
	if err != nil {
		return nil, err
	}
	return vm.New(prog, vm.Launch{ID: rec.Exid, Domain: rec.Origin.Domain}), nil
}

func logMessage(m *vm.Message, internal bool) LogMessage {
	lm := LogMessage{Point: string(m.Point), Flavour: string(m.Flavour), Task: m.TaskID, Timer: m.Timer, Error: m.Err,
		Payload: m.Payload.Object(), Internal: internal}
	if lm.Elements = m.Elements; m.Tree.IsString() {
		lm.Tree = json.RawMessage(m.Tree.AsString())
	}
	if m.Point == vm.Reapply && len(m.Vars) > 0 {
		lm.Vars = varsObject(m.Vars)
	}
	if !m.Nid.IsZero() {
		lm.Nid = m.Nid.String()
	}
	if !m.From.IsZero() {
		lm.From = m.From.String()
	}
	return lm
}
