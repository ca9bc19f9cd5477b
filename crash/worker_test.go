package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

// orders are what a worker is told.
type orders struct {
	Dir  string
	Seed uint64
	// Launch has it launch flows, one after the other, of the seeds from First
	// on. Else it ends once nothing is left to be done.
	Launch bool
	First  uint64
	// Restart has it stop and start again in between.
	Restart bool
	// Again are tasks that were returned already. Returning them once more has
	// to be refused.
	Again [][2]string
	// Bug names one of bugs, which is to be found.
	Bug string
}

// worker works a store under load, and tells what it has been promised.
type worker struct {
	orders
	rnd *rand.Rand // of the main goroutine only
	say func(words ...any)
	r   *runtime.Runtime

	running   atomic.Int64
	answering sync.Map // keys of tasks that someone is answering
}

func init() { roles["worker"] = work }

func work(told []byte) error {
	var o orders
	if err := json.Unmarshal(told, &o); err != nil {
		return err
	}
	store, err := badgerstore.Open(o.Dir, badgerstore.Options{})
	if err != nil {
		return err
	}
	say("open")
	w, err := newWorker(o, faulty(store, o.Bug), say)
	if err != nil {
		return err
	}
	terminated, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	if err := w.run(terminated); err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	say("closed")
	return nil
}

func newWorker(o orders, store runtime.Store, say func(words ...any)) (*worker, error) {
	w := &worker{orders: o, rnd: rand.New(rand.NewPCG(o.Seed, 2)), say: say}
	taskers := map[string]runtime.Tasker{"bob": runtime.Worklist, "alice": runtime.Worklist, "never": runtime.Worklist, "pulled": runtime.Worklist}
	for _, name := range []string{"now", "slow", "bad", "later", "both"} {
		taskers[name] = runtime.TaskerFunc(w.task)
	}
	// Together, short runs and no cache are slow with flows of many branches.
	runSteps, cacheNodes := 20, 0
	if w.rnd.IntN(2) == 0 {
		runSteps, cacheNodes = 1000+w.rnd.IntN(9000), w.rnd.IntN(20)-1
	}
	var err error
	w.r, err = runtime.New(runtime.Config{Store: store, Library: stdlib.All(), Taskers: taskers,
		NewID:           func(domain, _ string, _ time.Time) string { return domain }, // which launch gives
		CheckpointEvery: 2 + w.rnd.IntN(20),
		CacheNodes:      cacheNodes,
		Limits:          vm.Limits{RunSteps: runSteps},
		TaskGrace:       time.Minute, // a stop waits for all that is under way
	})
	return w, err
}

// maxRunning bounds the load.
const maxRunning = 40

// run works until it is told to end, or nothing is left to be done.
func (w *worker) run(ctx context.Context) error {
	bg := context.Background()
	if err := w.r.Start(bg); err != nil {
		return err
	}
	list, err := w.r.Executions(bg, runtime.ListOptions{Status: runtime.Active})
	if err != nil {
		return err
	}
	for _, s := range list {
		w.running.Add(1)
		go func() {
			defer w.running.Add(-1)
			w.await(s.Exid)
		}()
	}
	for _, again := range w.Again {
		if err := w.r.Return(bg, again[0], again[1], value.NewObject(), nil); !errors.Is(err, runtime.ErrNotFound) {
			return fmt.Errorf("task %s of %s was returned twice: %v", again[1], again[0], err)
		}
		w.say("refused", again[0]+"-"+again[1])
	}
	restart := -1
	if w.Restart {
		restart = w.rnd.IntN(20)
	}
	for turn, next := 0, w.First; ctx.Err() == nil && (w.Launch || w.running.Load() > 0); turn++ {
		if err := w.r.Err(); err != nil {
			return err
		}
		if turn == restart {
			if err := w.stop(); err != nil {
				return err
			}
			if err := w.r.Start(bg); err != nil {
				return err
			}
		}
		for n := w.rnd.IntN(8); n > 0 && w.Launch && w.running.Load() < maxRunning; n-- {
			w.launch(next)
			next++
		}
		if err := w.people(); err != nil {
			return err
		}
		time.Sleep(time.Duration(w.rnd.IntN(5)) * time.Millisecond)
	}
	return w.stop()
}

func (w *worker) stop() error {
	if err := w.r.Stop(context.Background()); err != nil {
		return err
	}
	if err := w.r.Err(); err != nil {
		return err
	}
	w.say("stopped")
	return nil
}

// launch launches a flow, and tells how it ends.
func (w *worker) launch(seed uint64) {
	w.running.Add(1)
	go func() {
		defer w.running.Add(-1)
		def, err := runtime.Parse("flow.flo", newFlow(seed))
		exid := ""
		if err == nil {
			exid, err = w.r.Launch(context.Background(), def, runtime.LaunchOptions{Domain: exidOf(seed)})
		}
		if err != nil {
			w.failed("launching", exidOf(seed), err)
			return
		}
		w.say("launched", exid)
		w.await(exid)
	}()
}

// await tells how an execution ends.
func (w *worker) await(exid string) {
	for {
		res, err := w.r.Wait(context.Background(), exid)
		if err == nil {
			w.say("ended", exid, outcome(res))
			return
		}
		if !errors.Is(err, runtime.ErrStopped) {
			return // the store failed, which the runtime tells, too
		}
		time.Sleep(time.Millisecond) // it may start again
	}
}

// task does a task, or leaves it to be answered.
func (w *worker) task(ctx context.Context, t *runtime.Task) (*runtime.Reply, error) {
	k, n := markOf(t)
	w.say("dispatched", t.Key, t.Exid, k, n)
	switch t.Tasker {
	case "bad":
		return nil, errors.New("no luck")
	case "slow":
		time.Sleep(time.Duration(len(t.Key)*7%15) * time.Millisecond)
	case "later":
		go w.answer(t)
		return &runtime.Reply{Later: true}, nil
	case "both":
		if w.answer(t) {
			return &runtime.Reply{Payload: spoilt(t)}, nil // nobody may see it
		}
	}
	return &runtime.Reply{Payload: marked(t)}, nil
}

// markOf gives the field of a task's own, and how often it was counted up.
func markOf(t *runtime.Task) (field string, n int64) {
	v, _ := t.Params.AsObject().Get("k")
	field = v.AsString()
	if v, ok := t.Payload.AsObject().Get(field); ok {
		n = v.AsInt()
	}
	return field, n
}

func marked(t *runtime.Task) value.Value {
	k, n := markOf(t)
	return value.FromObject(t.Payload.AsObject().Set(k, value.Int(n+1)))
}

func spoilt(t *runtime.Task) value.Value {
	return value.FromObject(t.Payload.AsObject().Set("answered twice", value.Int(1)))
}

// answer returns a task, and then once more. It tells whether the task is
// returned.
func (w *worker) answer(t *runtime.Task) bool {
	if _, busy := w.answering.LoadOrStore(t.Key, true); busy {
		return false
	}
	defer w.answering.Delete(t.Key)
	k, n := markOf(t)
	field, nonce := fmt.Sprint(answerField, k, "-", n), fmt.Sprint(rand.Uint32())
	payload := value.FromObject(marked(t).AsObject().Set(field, value.String(nonce)))
	ctx := context.Background()
	switch err := w.r.Return(ctx, t.Exid, t.ID, payload, nil); {
	case err == nil:
		w.say("answered", t.Key, t.Exid, t.ID, field, nonce)
	case errors.Is(err, runtime.ErrNotFound), errors.Is(err, runtime.ErrEnded):
		return false // it was answered before, or is cancelled
	default:
		w.failed("returning", t.Key, err)
		return false
	}
	switch err := w.r.Return(ctx, t.Exid, t.ID, spoilt(t), nil); {
	case err == nil:
		w.say("wrong", t.Key, "was answered twice")
	case errors.Is(err, runtime.ErrNotFound), errors.Is(err, runtime.ErrEnded):
		w.say("refused", t.Key)
	}
	return true
}

// pullFor is how long a worker leases tasks; some leases end before they are
// used.
const pullFor = 30 * time.Millisecond

// pull has a worker of another kind claim tasks, and complete them as long as it
// has them; what it was too late for is refused.
func (w *worker) pull() {
	ctx := context.Background()
	list, err := w.r.ClaimTasks(ctx, runtime.ClaimOptions{Worker: "puller", Tasker: []string{"pulled"}, Max: 3, Lease: pullFor})
	if err != nil {
		w.failed("claiming", "tasks", err)
		return
	}
	for _, l := range list {
		if rand.IntN(4) == 0 {
			time.Sleep(pullFor)
		}
		k, n := markOf(&l.Task)
		field, nonce := fmt.Sprint(answerField, k, "-", n), fmt.Sprint(rand.Uint32())
		m := runtime.TaskMove{Act: runtime.CompleteTask, By: l.Person, Lease: l.Lease,
			Payload: value.FromObject(marked(&l.Task).AsObject().Set(field, value.String(nonce)))}
		switch _, err := w.r.MoveTask(ctx, l.Exid, l.ID, m); {
		case err == nil:
			w.say("answered", l.Key, l.Exid, l.ID, field, nonce)
		case errors.Is(err, runtime.ErrLeaseLost), errors.Is(err, runtime.ErrNotFound):
			w.say("refused", l.Key)
			continue
		default:
			w.failed("completing", l.Key, err)
			continue
		}
		switch _, err := w.r.MoveTask(ctx, l.Exid, l.ID, m); {
		case err == nil:
			w.say("wrong", l.Key, "was completed twice")
		case errors.Is(err, runtime.ErrLeaseLost), errors.Is(err, runtime.ErrNotFound):
			w.say("refused", l.Key)
		}
	}
}

// people do what is on the worklist, now and then.
func (w *worker) people() error {
	if w.rnd.IntN(2) == 0 {
		go w.pull()
	}
	tasks, err := w.r.Tasks(context.Background(), "")
	if err != nil {
		return err
	}
	for _, t := range tasks {
		switch {
		case w.rnd.IntN(3) > 0:
		case t.Tasker == "never":
			go w.cancel(t.Exid)
		case t.Tasker == "bob" || t.Tasker == "later":
			go w.answer(t)
		}
		if endingOf(t.Exid) == atAnyTime && w.rnd.IntN(5) == 0 {
			go w.cancel(t.Exid)
		}
	}
	return nil
}

func (w *worker) cancel(exid string) {
	cancel := w.r.Cancel
	if e := endingOf(exid); e == byKilling || e == atAnyTime && rand.IntN(2) == 0 {
		cancel = w.r.Kill
	}
	switch err := cancel(context.Background(), exid, ""); {
	case err == nil:
		w.say("cancelled", exid)
	case errors.Is(err, runtime.ErrNotFound), errors.Is(err, runtime.ErrEnded): // someone else did
	default:
		w.failed("cancelling", exid, err)
	}
}

// failed tells of an error, unless it is that of a worker that has ended its
// work.
func (w *worker) failed(doing, what string, err error) {
	if !errors.Is(err, runtime.ErrClosed) {
		w.say("failed", doing, what, err)
	}
}

// undisturbed tells what the flows of these seeds come to in a world without
// crashes.
func undisturbed(seeds []uint64, store runtime.Store) (map[string]string, error) {
	var mu sync.Mutex
	outcomes := make(map[string]string)
	var wrong error
	w, err := newWorker(orders{}, store, func(words ...any) {
		mu.Lock()
		defer mu.Unlock()
		switch words[0] {
		case "ended":
			outcomes[words[1].(string)] = words[2].(string)
		case "wrong", "failed":
			wrong = errors.New(fmt.Sprintln(words...))
		}
	})
	if err != nil {
		return nil, err
	}
	if err := w.r.Start(context.Background()); err != nil {
		return nil, err
	}
	for len(seeds) > 0 || w.running.Load() > 0 {
		for ; len(seeds) > 0 && w.running.Load() < maxRunning; seeds = seeds[1:] {
			w.launch(seeds[0])
		}
		if err := w.people(); err != nil {
			return nil, err
		}
		time.Sleep(time.Millisecond)
	}
	if err := w.stop(); err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	return outcomes, wrong
}
