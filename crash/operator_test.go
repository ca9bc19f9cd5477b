package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/florc-lang/florc/runtime"
)

var errMoody = errors.New("not today")

// live gives the executions that are still to come to their end: also those
// that are paused, and those that an operator has try again.
func (w *worker) live() (list []runtime.Summary, err error) {
	for _, status := range []runtime.Status{runtime.Active, runtime.Paused, runtime.Failed} {
		found, err := w.r.Executions(context.Background(), runtime.ListOptions{Status: status, Brief: true})
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if status != runtime.Failed || is(s.Exid, moody) && parentOf(s.Exid) == s.Exid {
				list = append(list, s)
			}
		}
	}
	return list, nil
}

// stuck tells what does not come to its end.
func (w *worker) stuck() error {
	left, err := messages(w.spool)
	text := fmt.Sprintf("it does not come to an end: %d running, messages %q", w.running.Load(), left)
	tasks, err2 := w.r.FindTasks(context.Background(), runtime.TaskQuery{})
	err = errors.Join(err, err2)
	for _, t := range tasks[:min(len(tasks), 20)] {
		text += fmt.Sprintf("; task %s of %s is %s, leased as %d until %v", t.Key, t.Tasker, t.State, t.Lease, t.Until)
	}
	list, err2 := w.live()
	err = errors.Join(err, err2)
	for _, s := range list[:min(len(list), 5)] {
		v, err2 := w.r.Execution(context.Background(), s.Exid, 0)
		if err = errors.Join(err, err2); err2 != nil {
			continue
		}
		text += fmt.Sprintf("; %s (%s of %s) is %s and waits for %+v, failed %v; its flow: %.2000s", s.Exid, s.Name, s.Domain, s.Status, v.Waiting, v.Errors, v.Tree)
	}
	return errors.Join(errors.New(text), err)
}

// takeUp waits for what earlier processes began, and resumes what they paused,
// once it has told what that is.
func (w *worker) takeUp() error {
	list, err := w.live()
	if err != nil {
		return err
	}
	for _, s := range list {
		if s.Status == runtime.Paused {
			w.say("still", s.Exid)
		}
	}
	w.say("stills")
	for _, s := range list {
		if err := w.unpause(s.Exid); err != nil {
			return err
		}
		w.awaitOnce(s.Exid)
	}
	return nil
}

// unpause has an execution go on where it, or a node of it, is paused.
func (w *worker) unpause(exid string) error {
	v, err := w.r.Execution(context.Background(), exid, 0)
	if err != nil {
		return err
	}
	paused := v.Status == runtime.Paused
	for _, n := range v.Nodes {
		paused = paused || n.Status == string(runtime.Paused) || n.Held > 0
	}
	if paused {
		w.resume(exid, "")
	}
	return nil
}

func (w *worker) resume(exid, nid string) {
	ctx := context.Background()
	if nid != "" {
		w.operated("resuming a node of", exid, w.r.Resume(ctx, exid, nid))
		return
	}
	w.say("resuming", exid)
	atWork := w.atWork()
	if err := w.r.Resume(ctx, exid, ""); w.operated("resuming", exid, err) && w.stands(exid, false) && atWork() {
		w.say("resumed", exid)
	}
}

// stands tells whether an execution is paused, or is not: what an operator wants
// comes after the messages that wait already, of which a run may leave many to
// the next one.
func (w *worker) stands(exid string, paused bool) bool {
	v, err := w.r.Execution(context.Background(), exid, 0)
	return err == nil && (v.Status == runtime.Paused) == paused
}

// atWork notes how the runtime is, and gives a function that tells whether it
// was at work all the time: else what is stored may still be a letter.
func (w *worker) atWork() func() bool {
	before := w.turns.Load()
	return func() bool { return before%2 == 0 && w.turns.Load() == before }
}

// operated tells whether an operator was obeyed. Much that he wants cannot be
// done anymore; other errors are told.
func (w *worker) operated(doing, exid string, err error) bool {
	for _, refused := range []error{runtime.ErrNotFound, runtime.ErrRefused, runtime.ErrEnded, runtime.ErrStopped} {
		if errors.Is(err, refused) {
			return false
		}
	}
	if err != nil {
		w.failed(doing, exid, err)
	}
	return err == nil
}

// maxPaused bounds what is left paused to the next process.
const maxPaused = 5

// operate has an operator do something to an execution: it ends as it would
// have anyway.
func (w *worker) operate(exid string) {
	if _, busy := w.operating.LoadOrStore(exid, true); busy {
		return
	}
	defer w.operating.Delete(exid)
	ctx := context.Background()
	v, err := w.r.Execution(ctx, exid, 0)
	if err != nil || len(v.Nodes) == 0 {
		w.operated("looking at", exid, err)
		return
	}
	nid := v.Nodes[rand.IntN(len(v.Nodes))].Nid
	op := rand.IntN(4)
	switch {
	case op < 2 && is(exid, reapplied) && parentOf(exid) == exid:
		w.say("reapplying", exid)
		w.operated("reapplying", exid, w.r.Reapply(ctx, exid, nid, runtime.ReapplyOptions{}))
		return
	case op < 2:
		nid = ""
		w.say("pausing", exid)
		atWork := w.atWork()
		if err := w.r.Pause(ctx, exid, "", runtime.PauseOptions{}); !w.operated("pausing", exid, err) {
			return
		}
		if w.stands(exid, true) && atWork() {
			w.say("paused", exid)
		}
	default:
		w.say("pausing", exid) // it may be the root
		if err := w.r.Pause(ctx, exid, nid, runtime.PauseOptions{Alone: op == 3}); !w.operated("pausing a node of", exid, err) {
			return
		}
	}
	time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond)
	if rand.IntN(8) == 0 && w.left.Add(1) <= maxPaused {
		return // who comes next resumes it
	}
	w.resume(exid, nid)
}

// isMoody tells whether it is for an operator that an execution goes on.
func isMoody(res *runtime.Result) bool {
	return res.Error != nil && strings.Contains(res.Error.Message, errMoody.Error())
}

// retry has what a moody tasker failed be tried again.
func (w *worker) retry(exid string) {
	time.Sleep(time.Duration(rand.IntN(5)) * time.Millisecond)
	w.say("retrying", exid)
	w.operated("retrying", exid, w.r.Retry(context.Background(), exid, "", runtime.ReapplyOptions{}))
}

// --- what the ledger knows of operators ---

// hearOperator takes down what a worker says of them.
func (l *ledger) hearOperator(what, exid string) (known bool) {
	promised := !open(exid) && !is(exid, cancelled) && !is(exid, killed) && parentOf(exid) == exid // others are cancelled meanwhile
	switch what {
	case "pausing":
		delete(l.resumed, exid)
	case "paused":
		l.pauses++
		l.paused[exid] = promised
	case "resuming":
		delete(l.paused, exid)
	case "resumed":
		l.resumed[exid] = promised
	case "reapplying":
		l.changed[exid] = true
		l.reapplied++
	case "retrying":
		l.changed[exid] = true
		l.retried++
	case "still":
		l.stills[exid] = true
		if l.resumed[exid] {
			l.problem("%s was resumed, and is paused", exid)
		}
	case "stills":
		for exid, promised := range l.paused {
			if promised && !l.stills[exid] {
				l.problem("%s was paused, and is not", exid)
			}
		}
		clear(l.stills)
	default:
		return false
	}
	return true
}

func (l *ledger) operators() string {
	return fmt.Sprintf("%d pauses, %d nodes reapplied, %d retries", l.pauses, l.reapplied, l.retried)
}
