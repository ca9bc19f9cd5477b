package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/florc-lang/florc/vm"
)

// Difference is the first difference between what is stored of an execution
// and what its journal gives.
type Difference struct {
	Seq      uint64 // the commit at which it shows
	What     string // such as "the frame of node 0_1"
	Stored   string
	Replayed string
}

func (d *Difference) Error() string {
	return fmt.Sprintf("at commit %d %s differs: stored is %s, the replay gives %s", d.Seq, d.What, d.Stored, d.Replayed)
}

// replayOptions say what part of a journal to work again. The zero value is
// all of it.
type replayOptions struct {
	// FromCheckpoint begins at the last checkpoint instead of the launch.
	FromCheckpoint bool
	// Observe, where it is set, sees every message, internal ones too, before
	// it is worked. It must not keep the message.
	Observe func(seq uint64, m *vm.Message)
}

// Replayed is what a replay that found no difference did.
type Replayed struct {
	Exid      string `json:"exid"`
	From      uint64 `json:"from"` // the commit that it began with
	To        uint64 `json:"to"`
	Messages  int    `json:"messages"` // from outside
	LogHash   string `json:"logHash"`
	StateHash string `json:"stateHash,omitempty"` // "" once it has terminated
}

// replay works a journal again, without any effects, and proves
// that it gives what is stored: state by state, and at the end byte by byte. A
// *Difference tells where it does not.
func (r *Runtime) replay(ctx context.Context, exid string, o replayOptions) (*Replayed, error) {
	st, err := r.store.Load(ctx, exid)
	if err != nil {
		return nil, fmt.Errorf("execution %s: %w", exid, err)
	}
	p, err := r.newPlayer(ctx, st.Record, o)
	if err == nil {
		err = p.play(ctx, st.Record.Seq)
	}
	if err == nil {
		err = p.compare(ctx, st)
	}
	if err != nil {
		return nil, fmt.Errorf("execution %s: %w", exid, err)
	}
	done := &Replayed{Exid: exid, From: p.from, To: p.seq, Messages: p.messages, LogHash: fmt.Sprintf("%x", p.hash)}
	if p.live.x != nil {
		done.StateHash = fmt.Sprintf("%x", p.live.x.StateHash())
	}
	return done, nil
}

// playTo works an execution's journal again up to the commit of that number.
func (r *Runtime) playTo(ctx context.Context, rec *Record, seq uint64) (*player, error) {
	if seq > rec.Seq {
		return nil, fmt.Errorf("it is at commit %d, there is no %d yet", rec.Seq, seq)
	}
	p, err := r.newPlayer(ctx, rec, replayOptions{})
	if err == nil {
		err = p.play(ctx, seq)
	}
	return p, err
}

// player works a journal again.
type player struct {
	r        *Runtime
	rec      *Record
	o        replayOptions
	live     *live
	from     uint64
	seq      uint64 // of the entry worked last
	hash     []byte
	messages int

	// What the commits left, as a store would have it.
	frames  map[string]Frame
	timers  map[Timer]bool
	tasks   map[string]string // the nids, by id
	traces  []Trace
	outcome []byte

	// committed, where it is set, sees what each entry brought.
	committed func(b *Batch, atMicros int64)
}

func (r *Runtime) newPlayer(ctx context.Context, rec *Record, o replayOptions) (*player, error) {
	p := &player{r: r, rec: rec, o: o, from: 1, frames: make(map[string]Frame), timers: make(map[Timer]bool), tasks: make(map[string]string)}
	if !o.FromCheckpoint {
		return p, nil
	}
	c, err := r.store.Checkpoint(ctx, rec.Exid, rec.Seq)
	if errors.Is(err, ErrNotFound) {
		return p, nil
	}
	if err == nil {
		p.live, err = r.fromCheckpoint(ctx, rec.Origin, rec.Exid, c)
	}
	if err != nil {
		return nil, err
	}
	p.from, p.seq, p.hash, p.outcome = c.Seq+1, c.Seq, c.LogHash, p.live.outcome
	for nid, n := range p.live.nodes {
		f := Frame{Nid: nid.String(), SinceMicros: n.since, Task: n.task, Timers: n.timers, TaskParts: joinRefs(n.taskParts),
			Data: p.live.x.AppendFrame(nil, p.live.x.Frame(nid), discardPart)}
		p.frames[f.Nid] = f
		if n.task != "" {
			p.tasks[n.task] = f.Nid
		}
		for _, ft := range n.timers {
			p.timers[Timer{DueMicros: ft.DueMicros, Exid: rec.Exid, Nid: f.Nid, ID: ft.ID}] = true
		}
	}
	return p, nil
}

// observe has every message shown that an entry led to. The shortcut is off for
// that, which changes nothing but where a budget ends: so where it did end,
// the messages that the shortcut saved remain unseen.
func (p *player) observe(je *journalEntry) {
	x := p.live.x
	x.Limits.RunSteps = je.Budget
	if p.o.Observe == nil {
		return
	}
	x.Observe = func(m *vm.Message) { p.o.Observe(p.seq, m) }
	if !je.Cut {
		x.Watched, x.Limits.RunSteps = true, math.MaxInt
	}
}

// play works the entries up to the commit of that number.
func (p *player) play(ctx context.Context, to uint64) error {
	for e, err := range p.r.store.Journal(ctx, p.rec.Exid, max(p.from, p.seq+1)) {
		if err != nil {
			return err
		}
		if e.Seq > to {
			break
		}
		if want := chainHash(p.hash, e.Data); !bytes.Equal(want, e.Hash) {
			return &Difference{e.Seq, "the hash of the journal's entry", fmt.Sprintf("%x", e.Hash), fmt.Sprintf("%x", want)}
		}
		p.seq, p.hash = e.Seq, e.Hash
		if err := p.apply(ctx, &e); err != nil {
			return err
		}
	}
	if p.live == nil {
		return errors.New("its journal has no beginning")
	}
	return nil
}

// apply works an entry.
func (p *player) apply(ctx context.Context, e *Entry) error {
	var je journalEntry
	if err := Unmarshal(e.Data, &je); err != nil {
		return fmt.Errorf("entry %d of the journal: %w", e.Seq, err)
	}
	if je.Launch != nil {
		if err := p.launch(ctx, &je); err != nil {
			return err
		}
	}
	switch {
	case p.live == nil:
		return fmt.Errorf("entry %d of the journal comes before a launch", e.Seq)
	case p.live.x == nil:
		return fmt.Errorf("entry %d of the journal comes after the end", e.Seq)
	}
	s := p.r.newStep(p.live, je.AtMicros)
	s.r = nil
	s.knows = func(name string) bool { return slices.Contains(je.Known, name) }
	s.times = func(name string) int64 { return je.Timeouts[name] }
	s.loads = func(name string) loadedTree {
		i := slices.IndexFunc(je.Loaded, func(t loadedTree) bool { return t.Name == name })
		if i < 0 {
			return loadedTree{Name: name, Error: "the journal does not have it"}
		}
		return je.Loaded[i]
	}
	s.replayHooks(&je)
	p.observe(&je)
	s.entry.Launch = je.Launch
	var failed error
	err := s.safely(func() {
		for _, data := range je.Messages {
			if failed = p.message(ctx, s, data); failed != nil {
				return
			}
			if len(data) > 0 {
				p.messages++
			}
		}
		s.finish()
	})
	if err = errors.Join(failed, err); err != nil {
		return fmt.Errorf("entry %d of the journal: %w", e.Seq, err)
	}
	if s.entry.Cut != je.Cut {
		return &Difference{e.Seq, "where the run ended", fmt.Sprintf("cut short: %t", je.Cut), fmt.Sprintf("cut short: %t", s.entry.Cut)}
	}
	if !bytes.Equal(s.entry.Sum, je.Sum) {
		return &Difference{e.Seq, "the state", fmt.Sprintf("of sum %x", je.Sum), fmt.Sprintf("of sum %x", s.entry.Sum)}
	}
	s.batch.Record.LogHash = e.Hash
	s.committed()
	p.keep(&s.batch)
	if p.committed != nil {
		p.committed(&s.batch, je.AtMicros)
	}
	s.recycle()
	return nil
}

func (p *player) launch(ctx context.Context, je *journalEntry) error {
	prog, err := p.r.programs.get(ctx, je.Launch.Tree)
	if err != nil {
		return err
	}
	l, err := je.Launch.launch(p.rec.Exid, je.AtMicros)
	if err != nil {
		return err
	}
	p.live = newLive(&Record{Exid: p.rec.Exid, Origin: p.rec.Origin}, vm.New(prog, l))
	return nil
}

func (p *player) message(ctx context.Context, s *step, data []byte) error {
	if len(data) == 0 {
		s.again()
		return nil
	}
	m, err := p.live.x.DecodeMessage(data, p.r.programsOf(ctx, p.rec.Origin))
	if err == nil && s.deliver(&m) != nil {
		err = fmt.Errorf("a message %q for node %s is about something that is not there", m.Point, m.Nid)
	}
	return err
}

// keep keeps what a batch leaves.
func (p *player) keep(b *Batch) {
	for _, f := range b.Frames {
		p.frames[f.Nid] = f
	}
	for _, nid := range b.Removed {
		delete(p.frames, nid)
	}
	for _, t := range b.Timers {
		p.timers[t] = true
	}
	for _, t := range b.Untimers {
		delete(p.timers, t)
	}
	for _, t := range b.Tasks {
		p.tasks[t.ID] = t.Nid
	}
	for _, k := range b.Untasks {
		delete(p.tasks, k.ID)
	}
	p.traces = append(p.traces, b.Traces...)
	if b.Outcome != nil {
		p.outcome = b.Outcome
	}
}

// compare holds what the replay left against what is stored.
func (p *player) compare(ctx context.Context, st *Stored) error {
	differ := func(what string, stored, replayed any) error {
		if fmt.Sprint(stored) == fmt.Sprint(replayed) {
			return nil
		}
		return &Difference{p.seq, what, show(stored), show(replayed)}
	}
	rec := p.live.rec
	errs := []error{
		differ("the hash of the journal", st.Record.LogHash, p.hash),
		differ("the status", st.Record.Status, rec.Status),
		differ("the header", st.Record.Header, rec.Header),
		differ("the outcome", st.Outcome, p.outcome),
	}
	stored := make(map[string]Frame, len(st.Frames))
	for _, f := range st.Frames {
		stored[f.Nid] = f
	}
	nids := maps.Clone(stored)
	maps.Copy(nids, p.frames)
	for _, nid := range slices.Sorted(maps.Keys(nids)) {
		a, inStore := stored[nid]
		b, inReplay := p.frames[nid]
		switch {
		case !inStore:
			return &Difference{p.seq, "the frame of node " + nid, "none", "one"}
		case !inReplay:
			return &Difference{p.seq, "the frame of node " + nid, "one", "none"}
		}
		a.Timers, b.Timers = slices.Clip(a.Timers), slices.Clip(b.Timers)
		if frameDigest(&a) != frameDigest(&b) {
			errs = append(errs, &Difference{p.seq, "the frame of node " + nid, show(a), show(b)})
		}
	}
	if p.from == 1 {
		traces := []string{}
		for t, err := range p.r.store.Traces(ctx, p.rec.Exid) {
			if err != nil {
				return err
			}
			traces = append(traces, t.Nid+" "+t.Text)
		}
		replayed := []string{}
		for _, t := range p.traces {
			replayed = append(replayed, t.Nid+" "+t.Text)
		}
		errs = append(errs, differ("the trace", traces, replayed))
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func show(v any) string {
	const most = 500
	s := fmt.Sprintf("%+v", v)
	if b, ok := v.([]byte); ok {
		s = fmt.Sprintf("%x", b)
	}
	if len(s) > most {
		s = s[:most] + "…"
	}
	return s
}
