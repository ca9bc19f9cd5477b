package runtime

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"

	"github.com/florc-lang/florc/lang/value"
)

// Replay works an execution's journal again, see Client.
func (r *Runtime) Replay(ctx context.Context, exid string, fromCheckpoint bool) (*Replayed, error) {
	return r.replay(ctx, exid, replayOptions{FromCheckpoint: fromCheckpoint})
}

// Verify reads all that is stored, see Client: the bytes, as the store checks
// them, and of each execution whether its parts agree with one another.
func (r *Runtime) Verify(ctx context.Context, progress Progress) iter.Seq2[Problem, error] {
	return func(yield func(Problem, error) bool) {
		err := r.store.Check(ctx, progress)
		if ctx.Err() != nil {
			yield(Problem{}, ctx.Err())
			return
		}
		if err != nil && !yield(Problem{Text: err.Error()}, nil) {
			return
		}
		for rec, err := range r.store.Records(ctx) {
			if ctx.Err() != nil {
				yield(Problem{}, ctx.Err())
				return
			}
			if err != nil { // of damaged keys or records; there is no way past
				yield(Problem{Text: err.Error()}, nil)
				return
			}
			for _, text := range r.verify(ctx, rec.Exid) {
				if !yield(Problem{Exid: rec.Exid, Text: text}, nil) {
					return
				}
			}
		}
	}
}

// verifyAttempts is how often an execution is looked at again that was
// committed meanwhile.
const verifyAttempts = 5

// verify gives what is wrong with an execution.
func (r *Runtime) verify(ctx context.Context, exid string) (problems []string) {
	for range verifyAttempts {
		st, err := r.store.Load(ctx, exid)
		if err != nil {
			return []string{err.Error()}
		}
		problems = r.verifyStored(ctx, st)
		rec, err := r.store.Record(ctx, exid)
		if len(problems) == 0 || err != nil || rec.Seq == st.Record.Seq {
			return problems
		}
	}
	return problems
}

func (r *Runtime) verifyStored(ctx context.Context, st *Stored) (problems []string) {
	rec := st.Record
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	if rec.Origin == nil {
		return []string{"what it was launched with is missing"}
	}
	if _, err := r.programs.get(ctx, rec.Origin.Tree); err != nil {
		wrong("%s", err)
	}
	last, err := r.verifyJournal(ctx, rec)
	if err != nil {
		wrong("%s", err)
	} else if last == nil {
		wrong("its journal is missing")
	}
	for _, p := range st.Parts {
		if value.RefOf(p.Data) != p.Ref {
			wrong("the part %x of its values is damaged", p.Ref)
		}
	}
	if rec.Status == Terminated {
		if _, _, err := readOutcome(st.Outcome); err != nil {
			wrong("its outcome: %s", err)
		}
		return problems
	}
	l, err := r.revive(ctx, st)
	if err != nil {
		return append(problems, err.Error())
	}
	if last != nil && !bytes.Equal(l.sum(rec).bytes(), last.Sum) {
		wrong("its frames are not those of the last entry of its journal")
	}
	if text := r.verifyIndex(ctx, rec.Exid); text != "" {
		problems = append(problems, text)
	}
	if text := r.verifyWatches(l); text != "" {
		problems = append(problems, text)
	}
	problems = append(problems, r.verifyLocks(ctx, l)...)
	problems = append(problems, r.verifyTasks(ctx, l)...)
	return append(problems, r.verifyTimers(ctx, l)...)
}

// verifyJournal checks the chain of a journal and returns its last entry.
func (r *Runtime) verifyJournal(ctx context.Context, rec *Record) (*journalEntry, error) {
	var hash []byte
	var last *Entry
	for e, err := range r.store.Journal(ctx, rec.Exid, 0) {
		if err != nil {
			return nil, err
		}
		if e.Seq > rec.Seq {
			break // committed meanwhile
		}
		if want := chainHash(hash, e.Data); !bytes.Equal(want, e.Hash) {
			return nil, fmt.Errorf("the journal breaks at commit %d: its entry has the hash %x, it should be %x", e.Seq, e.Hash, want)
		}
		hash, last = e.Hash, &e
	}
	if !bytes.Equal(hash, rec.LogHash) {
		return nil, fmt.Errorf("the journal ends with the hash %x, the record says %x", hash, rec.LogHash)
	}
	if last == nil {
		return nil, nil
	}
	je := &journalEntry{}
	return je, Unmarshal(last.Data, je)
}

func (r *Runtime) verifyTasks(ctx context.Context, l *live) (problems []string) {
	waiting := map[string]string{}
	for nid, n := range l.nodes {
		if n.task != "" {
			waiting[n.task] = nid.String()
		}
	}
	// One that was returned while nobody worked the execution is a letter.
	letters, err := r.store.Inbox(ctx, l.rec.Exid, 1<<30)
	if err != nil {
		return []string{err.Error()}
	}
	for _, letter := range letters {
		if m, err := l.x.DecodeMessage(letter.Data, r.programsOf(ctx, l.rec.Origin)); err == nil {
			delete(waiting, m.TaskID)
		}
	}
	for rec, err := range r.store.Tasks(ctx, l.rec.Exid) {
		if err != nil {
			return append(problems, err.Error())
		}
		delete(waiting, rec.ID)
		if _, err := r.newTask(ctx, rec); err != nil {
			problems = append(problems, fmt.Sprintf("task %s of node %s cannot be read: %s", rec.ID, rec.Nid, err))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(waiting)) {
		problems = append(problems, fmt.Sprintf("node %s waits for task %s, which is not there", waiting[id], id))
	}
	return problems
}

// verifyTimers checks that each timer of a frame is where the scheduler looks.
func (r *Runtime) verifyTimers(ctx context.Context, l *live) (problems []string) {
	for nid, n := range l.nodes {
		for _, ft := range n.timers {
			t := Timer{DueMicros: ft.DueMicros, Exid: l.rec.Exid, Nid: nid.String(), ID: ft.ID}
			before := t
			before.ID--
			ts, err := r.store.Timers(ctx, before, 1)
			if err != nil {
				return append(problems, err.Error())
			}
			if len(ts) == 0 || ts[0] != t {
				problems = append(problems, fmt.Sprintf("timer %d of node %s is not set in the store", ft.ID, nid))
			}
		}
	}
	slices.Sort(problems)
	return problems
}

// Backuper is a Store that can write all that it holds as of one moment, beside
// commits that go on.
type Backuper interface {
	Backup(ctx context.Context, w io.Writer, progress func(done int64)) error
}

// Backup writes all of the store, see Client. It gives ErrUnsupported where
// the store is no Backuper.
func (r *Runtime) Backup(ctx context.Context, w io.Writer, progress Progress) error {
	b, ok := r.store.(Backuper)
	if !ok {
		return ErrUnsupported
	}
	err := b.Backup(ctx, w, func(done int64) {
		if progress != nil {
			progress(done, 0)
		}
	})
	if err != nil {
		return errors.Join(errors.New("the backup is not whole"), err)
	}
	return nil
}
