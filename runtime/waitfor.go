package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/florc-lang/florc/vm"
)

// Condition is what WaitFor waits for. Some are about how an execution stands,
// and are met at once where it stands so already: that it has ended, that it
// has failed, that a tag is entered, that a tasker has a task, that a variable
// has a value. Others are about what happens, and are met by what happens from
// then on.
type Condition struct {
	Kind ConditionKind `json:"kind"`
	// Name is that of the tag, the tasker, the signal or the point, such as
	// "cancel"; or a variable of the root with its value, as in "region=eu".
	Name string `json:"name,omitempty"`
	// Nid is the node that a point is about; "" for any.
	Nid string `json:"nid,omitempty"`
}

// ConditionKind says what a condition is about.
type ConditionKind string

// The kinds of conditions.
const (
	UntilEnd    ConditionKind = "end"    // it stands so: it has terminated
	UntilFailed ConditionKind = "failed" // it stands so: a failure that nothing handles
	UntilTag    ConditionKind = "tag"    // it stands so, or happens: a node is in the tag
	UntilTask   ConditionKind = "task"   // it stands so, or happens: the tasker has a task
	UntilVar    ConditionKind = "var"    // it stands so, after a commit: the root's variable has the value
	UntilLeft   ConditionKind = "left"   // happens: a tag is left
	UntilSignal ConditionKind = "signal" // happens: a signal is emitted
	UntilPoint  ConditionKind = "point"  // happens: a message of that point is worked
)

// ParseCondition reads a condition as String writes it: end, failed, tag:NAME,
// left:NAME, task:TASKER, signal:NAME, point:POINT, point:POINT@NID,
// var:NAME=VALUE.
func ParseCondition(text string) (Condition, error) {
	kind, name, named := strings.Cut(text, ":")
	c := Condition{Kind: ConditionKind(kind), Name: name}
	if c.Kind == UntilPoint {
		c.Name, c.Nid, _ = strings.Cut(name, "@")
	}
	err := c.check()
	if err == nil && named != (c.Name != "") {
		err = fmt.Errorf("%q has a colon, and no name", text)
	}
	if err != nil {
		return c, fmt.Errorf("%q: %w", text, err)
	}
	return c, nil
}

// String writes the condition.
func (c Condition) String() string {
	s := string(c.Kind)
	if c.Name != "" {
		s += ":" + c.Name
	}
	if c.Nid != "" {
		s += "@" + c.Nid
	}
	return s
}

// points are those that messages have, as far as they can be waited for.
var points = []vm.Point{vm.Execute, vm.Receive, vm.Return, vm.Cancel, vm.Signal, vm.Entered, vm.Left, vm.Trigger,
	vm.TrapSet, vm.Grafted, vm.Failed, vm.Ceased, vm.Terminated}

func (c Condition) check() (err error) {
	switch c.Kind {
	case UntilEnd, UntilFailed:
		if c.Name != "" {
			return fmt.Errorf("%s has no name", c.Kind)
		}
		return nil
	case UntilVar:
		_, _, err = parseVar(c.Name)
	case UntilPoint:
		if !slices.Contains(points, vm.Point(c.Name)) {
			return fmt.Errorf("there is no point %q: there are %q", c.Name, points)
		}
		if c.Nid != "" {
			_, err = vm.ParseNID(c.Nid)
		}
	case UntilTag, UntilTask, UntilLeft, UntilSignal:
		if c.Name == "" {
			return fmt.Errorf("name what is waited for, as in %s:NAME", c.Kind)
		}
	default:
		return errors.New("this is nothing to wait for: write end, failed, tag:NAME, left:NAME, task:TASKER, signal:NAME, point:POINT or var:NAME=VALUE")
	}
	return err
}

// WaitOptions say how to wait. The zero value is to wait from now on.
type WaitOptions struct {
	// Since is the commit from which on what happens counts, 1 for that of the
	// launch; 0 for the next one.
	Since uint64 `json:"since,omitempty"`
}

// Met is a condition that was met.
type Met struct {
	Condition Condition `json:"condition"`
	Seq       uint64    `json:"seq"` // the commit with which, or before which, it was
	At        time.Time `json:"at"`  // when that was
	Nid       string    `json:"nid,omitempty"`
}

// WaitFor waits for conditions, see Client. It works the journal again, as a
// replay does, and then what is committed: so it sees each message, whoever
// works the execution, and misses nothing.
func (r *Runtime) WaitFor(ctx context.Context, exid string, o WaitOptions, conditions ...Condition) ([]Met, error) {
	w := &conditionWaiter{left: conditions, met: []Met{}, out: make(map[string]TaskRecord)}
	for _, c := range conditions {
		if err := c.check(); err != nil {
			return nil, err
		}
	}
	err := w.wait(ctx, r, exid, o)
	if err != nil {
		return nil, fmt.Errorf("execution %s: %w", exid, err)
	}
	return w.met, nil
}

// conditionWaiter waits for conditions, one after the other.
type conditionWaiter struct {
	p    *player
	left []Condition
	met  []Met
	out  map[string]TaskRecord // the tasks that are out, by id: tasker and node
	from uint64                // the commit from which on what happens counts
	at   time.Time
}

func (w *conditionWaiter) wait(ctx context.Context, r *Runtime, exid string, o WaitOptions) error {
	news := make(chan struct{}, 1)
	r.watch(exid, news)
	defer r.unwatch(exid, news)
	rec, err := r.store.Record(ctx, exid)
	if err != nil {
		return err
	}
	if w.from = o.Since; w.from == 0 {
		w.from = rec.Seq + 1
	}
	// What is before need not be seen, but for who has the tasks that are out.
	before := *rec
	before.Seq = min(w.from-1, rec.Seq)
	tasks := slices.ContainsFunc(w.left, func(c Condition) bool { return c.Kind == UntilTask })
	if w.p, err = r.newPlayer(ctx, &before, replayOptions{FromCheckpoint: !tasks, Observe: w.observe}); err != nil {
		return err
	}
	w.p.rec, w.p.committed = rec, w.committed
	if w.p.seq > 0 && w.p.seq == before.Seq {
		w.stands(&before)
	}
	for {
		r.mu.Lock()
		active, failed := r.active(), r.failed
		r.mu.Unlock()
		if err := w.p.play(ctx, rec.Seq); err != nil {
			return err
		}
		w.stands(rec)
		switch {
		case len(w.left) == 0:
			return nil
		case rec.Status == Terminated:
			return fmt.Errorf("%w before %s", ErrEnded, w.left[0])
		case failed != nil:
			return failed
		case !active:
			return ErrStopped
		}
		select {
		case <-news:
		case <-ctx.Done():
			return ctx.Err()
		}
		if rec, err = r.store.Record(ctx, exid); err != nil {
			return err
		}
	}
}

// take notes that the first condition is met.
func (w *conditionWaiter) take(seq uint64, nid string) {
	w.met = append(w.met, Met{Condition: w.left[0], Seq: seq, At: w.at, Nid: nid})
	w.left = w.left[1:]
}

// observe sees a message before it is worked.
func (w *conditionWaiter) observe(seq uint64, m *vm.Message) {
	if len(w.left) == 0 || seq < w.from {
		return
	}
	nid := ""
	if !m.Nid.IsZero() {
		nid = m.Nid.String()
	}
	happens := false
	switch c := w.left[0]; c.Kind {
	case UntilTag:
		happens = m.Point == vm.Entered && slices.Contains(m.Tags, c.Name)
	case UntilLeft:
		happens = m.Point == vm.Left && slices.Contains(m.Tags, c.Name)
	case UntilSignal:
		happens = m.Point == vm.Signal && m.Name == c.Name
	case UntilPoint:
		happens = string(m.Point) == c.Name && (c.Nid == "" || c.Nid == nid)
	}
	if happens {
		w.take(seq, nid)
	}
}

// committed sees what a commit brought, once its messages are worked.
func (w *conditionWaiter) committed(b *Batch, atMicros int64) {
	seq := b.Record.Seq
	w.at = micros(atMicros)
	for i := len(w.met) - 1; i >= 0 && w.met[i].At.IsZero(); i-- {
		w.met[i].At = w.at
	}
	for i := range b.Tasks {
		t := &b.Tasks[i]
		w.out[t.ID] = TaskRecord{Tasker: t.Tasker, Nid: t.Nid}
		if seq >= w.from && len(w.left) > 0 && w.left[0].Kind == UntilTask && w.left[0].Name == t.Tasker {
			w.take(seq, t.Nid)
		}
	}
	for _, keys := range [][]TaskKey{b.Untasks, b.Withdrawn} {
		for _, k := range keys {
			delete(w.out, k.ID)
		}
	}
	if seq+1 >= w.from {
		w.stands(b.Record)
	}
}

// stands takes the conditions that are how the execution stands now.
func (w *conditionWaiter) stands(rec *Record) {
	for len(w.left) > 0 {
		nid, is := w.stood(rec)
		if !is {
			return
		}
		w.take(rec.Seq, nid)
	}
}

// stood tells whether the first condition is how the execution stands, and the
// node, where it is about one.
func (w *conditionWaiter) stood(rec *Record) (nid string, is bool) {
	c := w.left[0]
	switch c.Kind {
	case UntilEnd:
		return "", rec.Status == Terminated
	case UntilFailed:
		return "", rec.Status == Failed
	case UntilTask:
		for _, t := range w.out {
			if t.Tasker == c.Name && (!is || t.Nid < nid) {
				nid, is = t.Nid, true
			}
		}
		return nid, is
	}
	if w.p.live == nil || w.p.live.x == nil {
		return "", false
	}
	facets, _ := w.p.live.facets()
	switch c.Kind {
	case UntilTag:
		return "", slices.Contains(facets, tagFacet(c.Name))
	case UntilVar:
		name, v, err := parseVar(c.Name)
		return "", err == nil && slices.Contains(facets, varFacet(name, v))
	}
	return "", false
}

// watch has a channel told of each commit of an execution, and of the end of
// the work.
func (r *Runtime) watch(exid string, news chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watchers[exid] = append(r.watchers[exid], news)
	r.watched.Add(1)
}

func (r *Runtime) unwatch(exid string, news chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watched.Add(-1)
	ws := slices.DeleteFunc(r.watchers[exid], func(c chan struct{}) bool { return c == news })
	if r.watchers[exid] = ws; len(ws) == 0 {
		delete(r.watchers, exid)
	}
}

// told tells those who watch an execution that it was committed.
func (r *Runtime) told(exid string) {
	if r.watched.Load() == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tellWatchers(exid)
}

// tellWatchers tells those who watch an execution. The lock is held.
func (r *Runtime) tellWatchers(exid string) {
	for _, news := range r.watchers[exid] {
		select {
		case news <- struct{}{}:
		default: // it will look anyway
		}
	}
}

// tellAllWatchers tells all who watch. The lock is held.
func (r *Runtime) tellAllWatchers() {
	for exid := range r.watchers {
		r.tellWatchers(exid)
	}
}
