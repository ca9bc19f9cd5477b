package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
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

	spool     string // the folder of messages; "" for none
	running   atomic.Int64
	awaited   sync.Map     // executions that are waited for
	answering sync.Map     // keys of tasks that someone is answering
	mailed    sync.Map     // keys of tasks that were answered by the spool
	operating sync.Map     // executions that an operator is at
	left      atomic.Int64 // executions that were left paused
	said      atomic.Int64 // when something was said last
	turns     atomic.Int64 // how often the runtime was stopped or started: odd while it is not at work
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
	w.spool = spoolOf(o.Dir)
	if err := errors.Join(os.MkdirAll(w.spool, 0o700), syncDir(filepath.Dir(w.spool))); err != nil {
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
	w := &worker{orders: o, rnd: rand.New(rand.NewPCG(o.Seed, 2))}
	w.said.Store(time.Now().UnixNano())
	w.say = func(words ...any) {
		w.said.Store(time.Now().UnixNano())
		say(words...)
	}
	taskers := map[string]runtime.Tasker{"bob": runtime.Worklist, "alice": runtime.Worklist, "never": runtime.Worklist, "pulled": runtime.Worklist,
		"mailed": runtime.Worklist}
	for _, name := range []string{"now", "slow", "bad", "later", "both", "flaky", "moody"} {
		taskers[name] = runtime.TaskerFunc(w.task)
	}
	// Together, short runs and no cache are slow with flows of many branches.
	runSteps, cacheNodes := 20, 0
	if w.rnd.IntN(2) == 0 {
		runSteps, cacheNodes = 1000+w.rnd.IntN(9000), w.rnd.IntN(20)-1
	}
	var err error
	w.r, err = runtime.New(runtime.Config{Store: store, Library: stdlib.All(), Taskers: taskers,
		Loader:          loadChild,
		NewID:           newID,
		CheckpointEvery: 2 + w.rnd.IntN(20),
		CacheNodes:      cacheNodes,
		Limits:          vm.Limits{RunSteps: runSteps},
		TaskGrace:       time.Minute, // a stop waits for all that is under way
	})
	return w, err
}

// newID makes ids: of a flow that is launched its domain, which says its seed.
func newID(domain, _ string, _ time.Time) string {
	if domain == "spool" {
		return fmt.Sprintf("s%x", rand.Uint64())
	}
	return domain
}

// maxRunning bounds the load.
const maxRunning = 40

// run works until it is told to end, or nothing is left to be done.
func (w *worker) run(ctx context.Context) error {
	bg := context.Background()
	if err := w.r.Start(bg); err != nil {
		return err
	}
	if err := w.takeUp(); err != nil {
		return err
	}
	stopSpool := w.startSpool()
	defer stopSpool()
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
	for turn, next := 0, w.First; ctx.Err() == nil; turn++ {
		if err := w.r.Err(); err != nil {
			return err
		}
		if over, err := w.over(); err != nil {
			return err
		} else if over {
			break
		}
		if time.Since(time.Unix(0, w.said.Load())) > patience*2/3 {
			return w.stuck()
		}
		if turn == restart {
			if err := w.stop(); err != nil {
				return err
			}
			if err := w.r.Start(bg); err != nil {
				return err
			}
			w.turns.Add(1)
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
	stopSpool()
	return w.stop()
}

// over tells whether a worker that launches nothing has nothing left to do. What
// was launched by others meanwhile is waited for.
func (w *worker) over() (bool, error) {
	if w.Launch || w.running.Load() > 0 {
		return false, nil
	}
	if w.spool != "" {
		if left, err := messages(w.spool); err != nil || len(left) > 0 {
			return false, err
		}
	}
	list, err := w.live()
	for _, s := range list {
		w.awaitOnce(s.Exid)
	}
	return len(list) == 0, err
}

func (w *worker) stop() error {
	w.turns.Add(1)
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
	if w.spool != "" && kindOf(seed) == plain && seed%2 == 0 {
		go w.putLaunch(seed)
		return
	}
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
		if _, awaited := w.awaited.LoadOrStore(exid, true); !awaited {
			w.await(exid)
		}
	}()
}

// awaitOnce waits for an execution, unless somebody does.
func (w *worker) awaitOnce(exid string) {
	if _, awaited := w.awaited.LoadOrStore(exid, true); awaited {
		return
	}
	w.running.Add(1)
	go func() {
		defer w.running.Add(-1)
		w.await(exid)
	}()
}

// await tells how an execution ends.
func (w *worker) await(exid string) {
	defer w.awaited.Delete(exid)
	for {
		switch res, err := w.r.Wait(context.Background(), exid); {
		case err == nil && isMoody(res):
			w.retry(exid)
		case err == nil:
			w.say("ended", exid, outcome(res))
			return
		case !errors.Is(err, runtime.ErrStopped):
			return // the store failed, which the runtime tells, too
		default:
			time.Sleep(time.Millisecond) // it may start again
		}
	}
}

// task does a task, or leaves it to be answered.
func (w *worker) task(ctx context.Context, t *runtime.Task) (*runtime.Reply, error) {
	k, n := markOf(t)
	w.say("dispatched", t.Key, t.Exid, t.Nid, k, n)
	switch {
	case t.Tasker == "bad", t.Tasker == "flaky" && t.NodeAttempt < 3:
		return nil, errors.New("no luck")
	case t.Tasker == "moody" && w.Launch && rand.IntN(2) == 0:
		return nil, errMoody
	}
	switch t.Tasker {
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
			if exid := parentOf(t.Exid); is(exid, cancelled) || is(exid, killed) {
				go w.cancel(exid)
			}
		case t.Tasker == "mailed" && w.spool != "":
			go w.mail(t)
		case t.Tasker == "bob" || t.Tasker == "later" || t.Tasker == "mailed":
			go w.answer(t)
		}
		if open(t.Exid) && w.rnd.IntN(5) == 0 {
			go w.cancel(t.Exid)
		}
	}
	return w.operators()
}

// operators do something to an execution that is at work, now and then.
func (w *worker) operators() error {
	if !w.Launch {
		return nil
	}
	list, err := w.r.Executions(context.Background(), runtime.ListOptions{Status: runtime.Active, Limit: maxRunning, Brief: true})
	if err == nil && len(list) > 0 {
		go w.operate(list[w.rnd.IntN(len(list))].Exid)
	}
	return err
}

func (w *worker) cancel(exid string) {
	cancel := w.r.Cancel
	if is(exid, killed) || open(exid) && rand.IntN(2) == 0 {
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

// outcomes are what executions came to: by domain, and the children of each.
type outcomes struct {
	roots map[string]string
	kids  map[string][]string // sorted
}

// undisturbed tells what the flows of these seeds come to in a world without
// crashes.
func undisturbed(seeds []uint64, store runtime.Store) (*outcomes, error) {
	var mu sync.Mutex
	var wrong error
	w, err := newWorker(orders{}, store, func(words ...any) {
		if words[0] == "wrong" || words[0] == "failed" {
			mu.Lock()
			defer mu.Unlock()
			wrong = errors.New(fmt.Sprintln(words...))
		}
	})
	if err != nil {
		return nil, err
	}
	if err := w.r.Start(context.Background()); err != nil {
		return nil, err
	}
	for over := false; len(seeds) > 0 || !over; {
		for ; len(seeds) > 0 && w.running.Load() < maxRunning; seeds = seeds[1:] {
			w.launch(seeds[0])
		}
		if err := w.people(); err != nil {
			return nil, err
		}
		time.Sleep(time.Millisecond)
		if over, err = w.over(); err != nil {
			return nil, err
		}
	}
	if err := w.stop(); err != nil {
		return nil, err
	}
	mu.Lock()
	defer mu.Unlock()
	if wrong != nil {
		return nil, wrong
	}
	results, err := results(w.r, store)
	if err != nil {
		return nil, err
	}
	o, _ := gather(results)
	return o, nil
}
