package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

// sim is a simulated world: runtimes that crash, a store that fails, a clock
// that skips, people who answer twice. All of it follows from a seed.
type sim struct {
	rnd   *rand.Rand
	aside *rand.Rand // for what must not change the rest of a world
	store *simStore
	clock *simClock
	r     *runtime.Runtime
	// passive is the runtime of another process, which works nothing.
	passive *runtime.Runtime
	flows   []*simFlow
	calls   map[string]int  // of taskers, by the task's key
	acked   map[string]bool // tasks whose return was acknowledged
	simDesk
	disturbed map[string]bool // leases, by the task's key, of which the worker cannot know how they stand
	calm      bool            // no faults anymore
	steady    bool            // there never were any
	// calmness is how many acts there are for each fault of a kind.
	calmness int
	bug      *bug
	operated bool // operators pause, resume, reapply and retry
	launches bool // there are children
}

// simFlow is an execution, and what should come of it.
type simFlow struct {
	exid, src string
	cancelled bool
	reapplied bool // a node of it was, so what it traces may come twice
}

// bug is a fault in the program, not in the world, that was there once.
type bug struct {
	name string
	// batch changes what is committed; false drops all of it.
	batch func(s *sim, b *runtime.Batch) bool
	// blind has the store not notice that someone else committed.
	blind bool
	// betweenReads is done after the scheduler has read timers and before it
	// acts on them.
	betweenReads func(s *sim)
	undead       bool   // letters come back that were consumed
	source       string // a flow that is likely to meet it; "" for random ones
}

type simClock struct{ now time.Time }

func (c *simClock) Now() time.Time { return c.now }
func (c *simClock) After(time.Duration) (<-chan time.Time, func()) {
	return make(chan time.Time), func() {}
}

// simStore is a store that fails as told, and reorders.
type simStore struct {
	*memstore.Store
	s       *sim
	next    fault
	zombies []*runtime.Batch // that their process did not live to see committed
	reading bool
}

type fault int

const (
	noFault     fault = iota
	faultBefore       // the process ends before the commit is written
	faultAfter        // after it
	faultLate         // it is written when the process is long gone
	faultFull         // there is no room
)

func (st *simStore) Commit(ctx context.Context, b *runtime.Batch) error {
	if bug := st.s.bug; bug != nil && bug.batch != nil {
		c := *b
		if b = &c; !bug.batch(st.s, b) {
			return nil
		}
	}
	f := st.next
	st.next = noFault
	switch f {
	case faultBefore:
		return errCrash
	case faultLate:
		st.zombies = append(st.zombies, b)
		return errCrash
	case faultFull:
		return runtime.ErrFull
	}
	if err := st.commit(ctx, b); err != nil {
		return err
	}
	if f == faultAfter {
		return errCrash
	}
	return nil
}

func (st *simStore) commit(ctx context.Context, b *runtime.Batch) error {
	if bug := st.s.bug; bug != nil && b.Record != nil {
		if rec, err := st.Record(ctx, b.Record.Exid); err == nil && bug.blind {
			c := *b.Record
			c.Seq = rec.Seq + 1
			b.Record = &c
		}
		if bug.undead && len(b.Consumed) > 0 {
			b.Consumed = nil
		}
	}
	return st.Store.Commit(ctx, b)
}

func (st *simStore) Timers(ctx context.Context, after runtime.Timer, limit int) ([]runtime.Timer, error) {
	ts, err := st.Store.Timers(ctx, after, limit)
	if !st.reading { // others go on meanwhile
		st.reading = true
		for st.s.rnd.IntN(5) > 0 && st.s.work() {
		}
		if st.s.bug != nil && st.s.bug.betweenReads != nil {
			st.s.bug.betweenReads(st.s)
		}
		st.reading = false
	}
	return ts, err
}

func newSim(seed uint64, b *bug) *sim {
	s := &sim{rnd: rand.New(rand.NewPCG(seed, 1)), aside: rand.New(rand.NewPCG(seed, 1<<32)), clock: &simClock{time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)},
		calls: make(map[string]int), acked: make(map[string]bool), bug: b,
		simDesk: simDesk{leases: make(map[string]uint64), done: make(map[string]bool)}, disturbed: make(map[string]bool)}
	s.operated = s.aside.IntN(2) == 0
	s.calmness = []int{40, 200, 100_000}[s.rnd.IntN(3)]
	s.store = &simStore{Store: memstore.New(), s: s}
	return s
}

// boot starts a process.
func (s *sim) boot() error {
	ids := 0
	config := runtime.Config{Store: s.store, Library: stdlib.All(), Clock: s.clock, TaskWorkers: -1,
		Limits: vm.Limits{RunSteps: []int{5, 20, 1000}[s.rnd.IntN(3)]}, CheckpointEvery: []int{2, 5, 1000}[s.rnd.IntN(3)],
		CacheNodes: []int{-1, 10, 1000}[s.rnd.IntN(3)], Seed: s.rnd.Uint64,
		Taskers: map[string]runtime.Tasker{"work": runtime.TaskerFunc(s.task), "same": taskers()["same"], "bad": runtime.TaskerFunc(s.bad), "flaky": runtime.TaskerFunc(s.flaky),
			"moody": runtime.TaskerFunc(s.moody),
			"later": runtime.TaskerFunc(s.later), "alice": runtime.Worklist, "bob": runtime.Worklist},
		Registrations: []runtime.Registration{{Name: "quick", Tasker: runtime.TaskerFunc(s.task), Inline: true},
			{Name: "one", Tasker: runtime.TaskerFunc(s.task), AtOnce: 1}, {Name: "desk", Tasker: runtime.Worklist, AtOnce: 3}},
		Hooks: []runtime.Hook{{Points: []string{"task"}, Taskers: []string{"work", "bob"}, Message: hookTask},
			{Points: []string{"entered", "signal"}, Message: hookEntered}},
		Loader: simKid, NewID: func(string, string, time.Time) string {
			ids++
			return fmt.Sprintf("x%d-%d", len(s.flows), ids)
		}}
	var err error
	if s.r, err = runtime.New(config); err == nil {
		s.passive, err = runtime.New(config)
	}
	if err != nil {
		return err
	}
	for err = s.r.SimStart(context.Background()); errors.Is(err, errCrash); err = s.r.SimStart(context.Background()) {
		// It ended while it made its taskers known.
	}
	return err
}

// hookTask marks the payload of a task.
func hookTask(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
	return &runtime.HookReply{Payload: value.FromObject(m.Payload.AsObject().Set("hooked", value.Int(1)))}, nil
}

// hookEntered emits signals that nobody waits for.
func hookEntered(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
	return &runtime.HookReply{Signals: []runtime.HookSignal{{Name: "hooked"}}}, nil
}

// task marks the payload: twice for one task is the same.
func (s *sim) task(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
	s.calls[t.Key]++
	return &runtime.Reply{Payload: marked(t)}, nil
}

func (s *sim) bad(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
	s.calls[t.Key]++
	return nil, errors.New("no luck")
}

// flaky fails but in the third attempt of the node that it is part of.
func (s *sim) flaky(ctx context.Context, t *runtime.Task) (*runtime.Reply, error) {
	if t.NodeAttempt < 3 {
		return s.bad(ctx, t)
	}
	return s.task(ctx, t)
}

func (s *sim) later(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
	s.calls[t.Key]++
	return &runtime.Reply{Later: true}, nil
}

// marked is a task's payload with a field of the task's own.
func marked(t *runtime.Task) value.Value {
	k, _ := t.Params.AsObject().Get("k")
	n := int64(0)
	if v, ok := t.Payload.AsObject().Get(k.AsString()); ok {
		n = v.AsInt()
	}
	return value.FromObject(t.Payload.AsObject().Set(k.AsString(), value.Int(n+1)))
}

// work takes a turn or does a task, if there is something to do.
func (s *sim) work() bool {
	ready, tasks := s.r.SimReady(), s.r.SimTasks()
	switch n := ready + tasks; {
	case n == 0 || s.r.Err() != nil:
		return false
	case s.rnd.IntN(n) < ready:
		s.r.SimWork(s.rnd.IntN(ready))
	default:
		s.r.SimTask(s.rnd.IntN(tasks))
	}
	return true
}

// act does one thing that may happen.
func (s *sim) act(ctx context.Context) error {
	if s.r.Err() != nil {
		return s.boot() // the process ended, and another one begins
	}
	if !s.calm {
		switch s.rnd.IntN(s.calmness) {
		case 0:
			return s.boot()
		case 1:
			s.store.next = fault(1 + s.rnd.IntN(4))
		case 2:
			s.bury(ctx)
		case 3:
			s.clock.now = s.clock.now.Add(-time.Duration(s.rnd.IntN(2000)) * time.Millisecond)
		case 4:
			s.r.SimForget()
		}
	}
	if s.aside.IntN(20) == 0 {
		if err := s.r.SimIndex(ctx, s.aside.IntN(2) == 0); err != nil {
			return nil // the store failed, or has no room: it stays stale
		}
	}
	if !s.calm && s.operated && s.aside.IntN(10) == 0 {
		return s.operate(ctx)
	}
	switch s.rnd.IntN(8) {
	case 0:
		return s.answer(ctx)
	case 6, 7:
		return s.desk(ctx)
	case 1:
		return s.pass(ctx)
	default:
		if !s.work() {
			return s.pass(ctx)
		}
	}
	return nil
}

// bury has a late commit arrive.
func (s *sim) bury(ctx context.Context) {
	if n := len(s.store.zombies); n > 0 {
		b := s.store.zombies[n-1]
		s.store.zombies = s.store.zombies[:n-1]
		if s.store.commit(ctx, b) == nil {
			// It was the last word of its process; nobody has followed yet. The
			// process that is there now knows nothing of it.
			_ = s.boot()
		}
	}
}

// pass lets time pass, up to the next timer or less.
func (s *sim) pass(ctx context.Context) error {
	sleep, err := s.r.SimFire(ctx)
	if err != nil {
		return nil // the store failed: the process ends
	}
	if s.rnd.IntN(3) > 0 {
		sleep = s.rnd.Int64N(sleep + 1)
	}
	if s.operated { // what is paused must not take so long that something times out
		sleep = min(sleep, (5 * time.Second).Microseconds())
	}
	s.clock.now = s.clock.now.Add(time.Duration(sleep) * time.Microsecond)
	_, _ = s.r.SimFire(ctx)
	return nil
}

// answer has someone answer a task of bob's, or one of those that are done
// later, once or more.
func (s *sim) answer(ctx context.Context) error {
	tasks, err := s.r.Tasks(ctx, "")
	if err != nil {
		return err
	}
	tasks = slices.DeleteFunc(tasks, func(t *runtime.Task) bool {
		return t.Tasker != "bob" && t.Tasker != "later" || s.acked[t.Key]
	})
	if len(tasks) == 0 {
		return nil
	}
	t := tasks[s.rnd.IntN(len(tasks))]
	if s.rnd.IntN(3) == 0 { // from another process
		if err := s.passive.Return(ctx, t.Exid, t.ID, marked(t), nil); err == nil {
			s.acked[t.Key] = true
		}
		s.r.SimInbox(t.Exid)
		return nil
	}
	for range 1 + s.rnd.IntN(2) {
		err := s.r.SimReturn(t, marked(t), func(err error) { s.acked[t.Key] = s.acked[t.Key] || err == nil })
		if err != nil {
			return err
		}
	}
	return nil
}

// launch launches a random flow.
func (s *sim) launch(ctx context.Context, src string) error {
	def, err := runtime.Parse("sim.flo", src)
	if err != nil {
		return err
	}
	f := &simFlow{src: src}
	s.flows = append(s.flows, f)
	f.exid, err = s.r.Launch(ctx, def, runtime.LaunchOptions{})
	return err
}

// simSource writes a flow whose outcome does not depend on what is slow and
// what is fast: each task leaves a mark of its own.
type simSource struct {
	b     strings.Builder
	rnd   *rand.Rand
	marks int
	isKid bool // it launches no others
}

func (g *simSource) line(depth int, format string, args ...any) {
	fmt.Fprintf(&g.b, strings.Repeat("  ", depth)+format+"\n", args...)
}

func (g *simSource) node(depth int) {
	g.marks++
	k := g.marks
	n := g.rnd.IntN(20)
	if depth > 3 {
		n = g.rnd.IntN(7)
	}
	switch n {
	case 0, 1, 2:
		g.line(depth, "task '%s' k: 'k%d'", []string{"work", "quick", "one", "bob", "later", "desk"}[g.rnd.IntN(6)], k)
	case 3, 4:
		g.line(depth, "sleep '%ds'", g.rnd.IntN(4))
	case 5:
		g.line(depth, "set f.s%d %d", k, k)
	case 6:
		g.line(depth, "sequence on_error: (def msg err \\ set f.e%d 1)", k)
		g.line(depth+1, "task 'bad'")
	case 7, 8:
		g.line(depth, "concurrence")
		for range 1 + g.rnd.IntN(3) {
			g.node(depth + 1)
		}
	case 9:
		g.line(depth, "sequence timeout: '%ds'", 1+g.rnd.IntN(3))
		g.line(depth+1, "task 'alice'")
	case 10:
		g.line(depth, "trace 't%d'", k)
	case 11: // what waits for a signal gets one, sooner or later
		g.line(depth, "sequence")
		g.line(depth+1, "every '1s'")
		g.line(depth+2, "signal 's%d'", k)
		g.line(depth+1, "on 's%d' range: 'execution'", k)
		g.line(depth+1, "set f.h%d 1", k)
	case 12: // one branch cancels another
		g.line(depth, "concurrence")
		g.line(depth+1, "sequence tag: 'c%d'", k)
		g.line(depth+2, "trap tag: 'never'")
		g.line(depth+3, "def msg \\ fail 'never'")
		g.line(depth+2, "task 'alice'")
		g.line(depth+1, "sequence")
		g.line(depth+2, "sleep '%ds'", 1+g.rnd.IntN(3))
		g.line(depth+2, "cancel ref: 'c%d'", k)
	case 13: // what runs beside ends with its parent
		g.line(depth, "sequence")
		g.line(depth+1, "every '1s'")
		g.line(depth+2, "set v%d 1", k)
		g.line(depth+1, "flank")
		g.line(depth+2, "task 'alice'")
		g.line(depth+1, "sleep '%ds'", 1+g.rnd.IntN(3))
	case 14: // tried again
		g.line(depth, "task 'flaky' k: 'k%d' retry: { count: 2, delay: '1s', backoff: 'linear', jitter: 0.5 }", k)
	case 15:
		g.line(depth, "sequence retry: { count: 2, delay: '%ds' } timeout: '90d' on_error: (def msg err \\ set f.e%d 1)", g.rnd.IntN(2), k)
		g.node(depth + 1)
		g.line(depth+1, "concurrence expect: 1")
		g.line(depth+2, "task '%s' k: 'k%d'", []string{"flaky", "bad"}[g.rnd.IntN(2)], k)
		g.line(depth+2, "task 'alice'")
	case 16: // one at a time
		g.line(depth, "concurrence")
		for range 2 + g.rnd.IntN(2) {
			g.line(depth+1, "mutex 'm%d' retry: 2", k)
			g.node(depth + 2)
		}
	case 17: // taken back
		g.line(depth, "sequence on_error: (def msg err \\ set f.e%d 1)", k)
		g.line(depth+1, "saga")
		g.line(depth+2, "task 'work' k: 'k%d'", k)
		g.line(depth+2, "undo")
		g.line(depth+3, "task 'work' k: 'u%d'", k)
		g.line(depth+3, "trace \"taken back %d\"", k)
		g.node(depth + 2)
		g.line(depth+2, "task '%s' k: 'k%db'", []string{"bad", "work"}[g.rnd.IntN(2)], k)
	case 18: // done by another execution
		g.kid(depth, k)
	default:
		g.line(depth, "sequence")
		for range 1 + g.rnd.IntN(3) {
			g.node(depth + 1)
		}
	}
}

func randomSource(rnd *rand.Rand) string {
	g := &simSource{rnd: rnd}
	g.line(0, "set f.pad '%s'", strings.Repeat("x", rnd.IntN(600))) // some have parts stored apart
	if rnd.IntN(2) == 0 {                                           // and some parts within parts
		g.line(0, "set f.more '%s'", strings.Repeat("y", 200))
		g.line(0, "set f.most '%s'", strings.Repeat("z", 200))
	}
	for range 2 + rnd.IntN(4) {
		g.node(0)
	}
	if rnd.IntN(3) == 0 { // where nothing handles the failure but an operator
		g.line(0, "concurrence")
		g.line(1, "task 'moody' k: 'm1'")
		g.line(1, "task 'moody' k: 'm2'")
	}
	g.line(0, "trace 'end'")
	return g.b.String()
}
