package runtime

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// dumpFormat is the version of the lines that Dump writes.
const dumpFormat = 1

// dumped is an execution as Dump writes it: all that is stored of it.
type dumped struct {
	Format  int    `json:"florc_dump"`
	Exid    string `json:"exid"`
	Record  []byte `json:"record"` // as in the store, as is what follows
	Origin  []byte `json:"origin"`
	Outcome []byte `json:"outcome,omitempty"`
	Tree    []byte `json:"tree"`

	Frames      []dumpedAt `json:"frames,omitempty"`
	Parts       [][]byte   `json:"parts,omitempty"`
	Letters     [][]byte   `json:"letters,omitempty"`
	Tasks       []dumpedAt `json:"tasks,omitempty"`
	Items       []dumpedAt `json:"items,omitempty"`
	Traces      []dumpedAt `json:"traces,omitempty"`
	Journal     []dumpedAt `json:"journal"`
	Checkpoints []dumpedAt `json:"checkpoints,omitempty"`
}

// dumpedAt is something with what identifies it in its execution.
type dumpedAt struct {
	ID   string `json:"id,omitempty"`
	Seq  uint64 `json:"seq,omitempty"`
	Data []byte `json:"data"`
}

// Dump writes executions, see Client. Each is written as of one moment.
func (r *Runtime) Dump(ctx context.Context, w io.Writer, exids ...string) error {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	one := func(exid string) error {
		d, err := r.dump(ctx, exid)
		if err == nil {
			err = enc.Encode(d)
		}
		if err != nil {
			return fmt.Errorf("dumping %s: %w", exid, err)
		}
		return nil
	}
	if len(exids) == 0 {
		for rec, err := range r.store.Records(ctx) {
			if err == nil {
				err = one(rec.Exid)
			}
			if err != nil {
				return err
			}
		}
		return out.Flush()
	}
	for _, exid := range exids {
		if err := one(exid); err != nil {
			return err
		}
	}
	return out.Flush()
}

// dump reads an execution, again where it was committed meanwhile.
func (r *Runtime) dump(ctx context.Context, exid string) (*dumped, error) {
	for {
		d, seq, err := r.dumpOnce(ctx, exid)
		rec, recErr := r.store.Record(ctx, exid)
		switch {
		case recErr != nil:
			return nil, recErr
		case rec.Seq == seq || ctx.Err() != nil:
			return d, errors.Join(err, ctx.Err())
		}
	}
}

func (r *Runtime) dumpOnce(ctx context.Context, exid string) (*dumped, uint64, error) {
	st, err := r.store.Load(ctx, exid)
	if err != nil {
		return nil, 0, err
	}
	rec := st.Record
	rec.Consumed = 0 // letters have other numbers in another store
	d := &dumped{Format: dumpFormat, Exid: exid, Record: Marshal(rec), Origin: Marshal(rec.Origin), Outcome: st.Outcome}
	if d.Tree, err = r.store.Tree(ctx, rec.Origin.Tree); err != nil {
		return nil, rec.Seq, err
	}
	slices.SortFunc(st.Frames, func(a, b Frame) int { return strings.Compare(a.Nid, b.Nid) })
	slices.SortFunc(st.Parts, func(a, b Part) int { return compareRefs(a.Ref, b.Ref) })
	for i := range st.Frames {
		d.Frames = append(d.Frames, dumpedAt{ID: st.Frames[i].Nid, Data: Marshal(&st.Frames[i])})
	}
	for _, p := range st.Parts {
		d.Parts = append(d.Parts, p.Data)
	}
	// Tasks come first: one that is returned in between is there, and its letter
	// too, which does no harm.
	for t, err := range r.store.Tasks(ctx, exid) {
		if err != nil {
			return nil, rec.Seq, err
		}
		d.Tasks = append(d.Tasks, dumpedAt{ID: t.ID, Data: Marshal(t)})
	}
	for i, err := range r.store.Items(ctx, exid) {
		if err != nil {
			return nil, rec.Seq, err
		}
		d.Items = append(d.Items, dumpedAt{ID: i.ID, Data: Marshal(i)})
	}
	letters, err := r.store.Inbox(ctx, exid, 1<<30)
	if err != nil {
		return nil, rec.Seq, err
	}
	for _, l := range letters {
		d.Letters = append(d.Letters, l.Data)
	}
	for t, err := range r.store.Traces(ctx, exid) {
		if err != nil {
			return nil, rec.Seq, err
		}
		d.Traces = append(d.Traces, dumpedAt{Seq: t.Seq, Data: Marshal(&t)})
	}
	for e, err := range r.store.Journal(ctx, exid, 0) {
		if err != nil {
			return nil, rec.Seq, err
		}
		d.Journal = append(d.Journal, dumpedAt{Seq: e.Seq, Data: Marshal(&e)})
	}
	if c, err := r.store.Checkpoint(ctx, exid, rec.Seq); err == nil {
		d.Checkpoints = append(d.Checkpoints, dumpedAt{Seq: c.Seq, Data: Marshal(c)})
	} else if !errors.Is(err, ErrNotFound) {
		return nil, rec.Seq, err
	}
	return d, rec.Seq, nil
}

// Load stores what Dump wrote, see Client. Each execution is checked before it
// is stored, and stored whole or not at all.
func (r *Runtime) Load(ctx context.Context, in io.Reader) (exids []string, err error) {
	lines := bufio.NewReader(in)
	for n := 1; ; n++ {
		line, err := lines.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return exids, err
		}
		if len(bytes.TrimSpace(line)) > 0 {
			exid, err := r.loadLine(ctx, line)
			if err != nil {
				return exids, fmt.Errorf("line %d: %w", n, err)
			}
			exids = append(exids, exid)
		}
		if err != nil {
			return exids, nil
		}
	}
}

func (r *Runtime) loadLine(ctx context.Context, line []byte) (string, error) {
	var d dumped
	if err := json.Unmarshal(line, &d); err != nil {
		return "", fmt.Errorf("this is no dump: %w", err)
	}
	if d.Format != dumpFormat {
		return "", fmt.Errorf("this is a dump of format %d, this version of florc reads format %d", d.Format, dumpFormat)
	}
	b, err := d.batch()
	if err == nil {
		err = r.checkDump(ctx, b)
	}
	if err == nil {
		err = r.store.Commit(ctx, b)
	}
	if err != nil {
		return "", fmt.Errorf("execution %s: %w", d.Exid, err)
	}
	r.schedule.committed(b.Timers, nil)
	r.wakeInbox(d.Exid)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active() {
		for i := range b.Tasks {
			if t := &b.Tasks[i]; t.Accepted && !t.Withdrawn {
				r.claims.free(t)
			} else {
				r.tasks.add(t, nil)
			}
		}
	}
	return d.Exid, nil
}

// checkDump checks that an execution can be worked before it is stored, and
// adds to the batch what follows from its frames.
func (r *Runtime) checkDump(ctx context.Context, b *Batch) error {
	if treeID(b.Trees[0].Data) != b.Record.Origin.Tree {
		return errors.New("its tree is another one than the record says")
	}
	if _, err := r.programs.parse(&b.Trees[0]); err != nil {
		return err
	}
	var hash []byte
	for _, e := range b.Entries {
		if hash = chainHash(hash, e.Data); !bytes.Equal(hash, e.Hash) {
			return fmt.Errorf("its journal breaks at commit %d", e.Seq)
		}
	}
	if !bytes.Equal(hash, b.Record.LogHash) {
		return errors.New("its journal is not whole")
	}
	l, err := r.revive(ctx, &Stored{Record: b.Record, Frames: b.Frames, Parts: b.Parts, Outcome: b.Outcome})
	if err == nil {
		b.Watches, b.Locks = l.watches(), l.locks()
		b.Sends = l.withoutLetIn(b.Sends, r.programsOf(ctx, b.Record.Origin))
	}
	return err
}

// batch makes the batch that stores it.
func (d *dumped) batch() (*Batch, error) {
	rec := &Record{}
	if err := Unmarshal(d.Record, rec); err != nil {
		return nil, err
	}
	rec.Exid, rec.Origin, rec.Consumed = d.Exid, &Origin{}, 0
	if err := Unmarshal(d.Origin, rec.Origin); err != nil {
		return nil, err
	}
	b := &Batch{Record: rec, Import: true, Outcome: d.Outcome, Trees: []Tree{{ID: rec.Origin.Tree, Data: d.Tree}}}
	for _, at := range d.Frames {
		f := Frame{Nid: at.ID}
		if err := Unmarshal(at.Data, &f); err != nil {
			return nil, err
		}
		b.Frames = append(b.Frames, f)
		for _, ft := range f.Timers {
			b.Timers = append(b.Timers, Timer{DueMicros: ft.DueMicros, Exid: d.Exid, Nid: f.Nid, ID: ft.ID})
		}
	}
	for _, data := range d.Parts {
		b.Parts = append(b.Parts, newPart(data))
	}
	for _, data := range d.Letters {
		b.Sends = append(b.Sends, Send{d.Exid, data})
	}
	for _, at := range d.Tasks {
		t := TaskRecord{Exid: d.Exid, ID: at.ID}
		if err := Unmarshal(at.Data, &t); err != nil {
			return nil, err
		}
		b.Tasks = append(b.Tasks, t)
	}
	for _, at := range d.Items {
		i := Item{Exid: d.Exid, ID: at.ID}
		if err := Unmarshal(at.Data, &i); err != nil {
			return nil, err
		}
		b.Items = append(b.Items, i)
	}
	for _, at := range d.Traces {
		t := Trace{Seq: at.Seq}
		if err := Unmarshal(at.Data, &t); err != nil {
			return nil, err
		}
		b.Traces = append(b.Traces, t)
	}
	for _, at := range d.Journal {
		e := Entry{Seq: at.Seq}
		if err := Unmarshal(at.Data, &e); err != nil {
			return nil, err
		}
		b.Entries = append(b.Entries, e)
	}
	for _, at := range d.Checkpoints {
		b.Checkpoint = &Checkpoint{Seq: at.Seq}
		if err := Unmarshal(at.Data, b.Checkpoint); err != nil {
			return nil, err
		}
	}
	return b, nil
}
