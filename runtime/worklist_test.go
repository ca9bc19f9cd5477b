package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

// desk is a runtime whose tasks are left to people and workers.
func desk(t testing.TB, c runtime.Config) *runtime.Runtime {
	t.Helper()
	c.Registrations = append(c.Registrations, runtime.Registration{Match: regexp.MustCompile("clerks|ocr|ocr-.*"), Tasker: runtime.Worklist})
	return start(t, c)
}

func move(t testing.TB, r *runtime.Runtime, exid, task string, m runtime.TaskMove) *runtime.ListedTask {
	t.Helper()
	l, err := r.MoveTask(t.Context(), exid, task, m)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestTaskLife takes a task through its states, by people.
func TestTaskLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := desk(t, runtime.Config{CacheNodes: -1})
		defer stop(t, r)
		exid := launch(t, r, "task 'clerks' 'file it' n: 1\n")
		steps := []struct {
			m    runtime.TaskMove
			want string // state and person, or the error
		}{
			{runtime.TaskMove{Act: "start", By: "bob"}, "the task does not stand so: it is offered, and start is for one that is allocated"},
			{runtime.TaskMove{Act: "claim"}, "who does it? An act needs a name"},
			{runtime.TaskMove{Act: "burn", By: "bob"}, "nobody knows how to burn a task: it is allocate, claim, complete, delegate, extend, fail, offer, release, resume, start, suspend"},
			{runtime.TaskMove{Act: "lapse", By: "bob"}, "nobody knows how to lapse a task: it is allocate, claim, complete, delegate, extend, fail, offer, release, resume, start, suspend"},
			{runtime.TaskMove{Act: "claim", By: "bob", Groups: []string{"cooks"}}, "somebody else has the task: it is offered to clerks"},
			{runtime.TaskMove{Act: "offer", By: "boss"}, "to offer a task it takes whom it goes to, one for all acts but offer"},
			{runtime.TaskMove{Act: "offer", By: "boss", To: []string{"cooks", "carl"}}, "offered "},
			{runtime.TaskMove{Act: "claim", By: "bob", Groups: []string{"cooks"}}, "allocated bob"},
			{runtime.TaskMove{Act: "claim", By: "carl"}, "somebody else has the task: it is allocated, bob has it"},
			{runtime.TaskMove{Act: "start", By: "carl"}, "somebody else has the task: it is bob's"},
			{runtime.TaskMove{Act: "start", By: "bob"}, "started bob"},
			{runtime.TaskMove{Act: "suspend", By: "bob", Note: "lunch"}, "suspended bob"},
			{runtime.TaskMove{Act: "complete", By: "bob"}, "the task does not stand so: it is suspended, and complete is for one that is allocated or started"},
			{runtime.TaskMove{Act: "resume", By: "bob"}, "started bob"},
			{runtime.TaskMove{Act: "delegate", By: "bob", To: []string{"carl", "dan"}}, "to delegate a task it takes whom it goes to, one for all acts but offer"},
			{runtime.TaskMove{Act: "delegate", By: "bob", To: []string{"carl"}}, "allocated carl"},
			{runtime.TaskMove{Act: "start", By: "boss", Force: true}, "started carl"},
			{runtime.TaskMove{Act: "release", By: "carl"}, "offered "},
			{runtime.TaskMove{Act: "allocate", By: "boss", To: []string{"dan"}}, "allocated dan"},
			{runtime.TaskMove{Act: "complete", By: "dan", Payload: value.Int(1)}, "the payload is a number, it has to be an object"},
			{runtime.TaskMove{Act: "complete", By: "dan", Payload: object(t, `{"filed": true}`)}, "completed "},
			{runtime.TaskMove{Act: "complete", By: "dan"}, "not found"},
		}
		var history []string
		for _, step := range steps {
			time.Sleep(time.Second)
			l, err := r.MoveTask(t.Context(), exid, "0", step.m)
			got := ""
			if err != nil {
				got = strings.TrimPrefix(err.Error(), fmt.Sprintf("%s task 0 of %s: ", step.m.Act, exid))
			} else {
				got = fmt.Sprint(l.State, " ", l.Person)
				history = nil
				for _, e := range l.History {
					history = append(history, strings.TrimSpace(fmt.Sprint(e.By, " ", e.Act, " ", strings.Join(e.To, " "), e.Note)))
				}
			}
			if got != step.want {
				t.Errorf("%s by %s: want %q, got %q", step.m.Act, step.m.By, step.want, got)
			}
		}
		ends(t, r, exid, `{"filed":true}`)
		want := "boss offer cooks carl, bob claim, bob start, bob suspend lunch, bob resume, bob delegate carl, boss start, carl release, boss allocate dan, dan complete"
		if got := strings.Join(history, ", "); got != want {
			t.Errorf("history:\nwant %s\n got %s", want, got)
		}
		l, err := r.Task(t.Context(), exid, "1")
		if err != nil || l.State != runtime.Completed || len(l.History) != 10 {
			t.Errorf("the task that is over: %+v, %v", l, err)
		}
		if l.History[9].At.Sub(l.History[0].At) != 14*time.Second {
			t.Errorf("when: %v", l.History)
		}
		if _, err := r.Replay(t.Context(), exid, false); err != nil {
			t.Error(err)
		}
		other := launch(t, r, "task 'clerks'\n")
		move(t, r, other, "0", runtime.TaskMove{Act: "claim", By: "bob"})
		move(t, r, other, "0", runtime.TaskMove{Act: "fail", By: "bob", Failure: "no paper"})
		ends(t, r, other, "no paper")
	})
}

// TestTaskRules holds the table of acts to itself: each leads to a state that
// is known, and those that end a task end it.
func TestTaskRules(t *testing.T) {
	want := map[runtime.TaskState]string{
		runtime.Offered:    "[allocate claim offer]",
		runtime.Allocated:  "[allocate complete delegate fail offer release start]",
		runtime.Started:    "[complete delegate extend fail release suspend]",
		runtime.Suspended:  "[delegate fail release resume]",
		runtime.Completed:  "[]",
		runtime.FailedTask: "[]",
		runtime.Gone:       "[]",
	}
	for state, acts := range want {
		if got := fmt.Sprint(runtime.TaskActs(state)); got != acts {
			t.Errorf("%s: want %s, got %s", state, acts, got)
		}
	}
}

// TestClaimRace has many people take one task: one gets it.
func TestClaimRace(t *testing.T) {
	r := desk(t, runtime.Config{})
	defer stop(t, r)
	exid := launch(t, r, "task 'clerks'\n")
	var got atomic.Int64
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			switch _, err := r.MoveTask(t.Context(), exid, "0", runtime.TaskMove{Act: "claim", By: fmt.Sprint("p", i)}); {
			case err == nil:
				got.Add(1)
			case !errors.Is(err, runtime.ErrTaken):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got.Load() != 1 {
		t.Errorf("%d got it", got.Load())
	}
}

func claim(t testing.TB, r runtime.Client, o runtime.ClaimOptions) []*runtime.ListedTask {
	t.Helper()
	list, err := r.ClaimTasks(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestLeases has workers take tasks for a while, and lose them.
func TestLeases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		r := desk(t, runtime.Config{Store: store})
		exid := launch(t, r, "concurrence\n  task 'ocr' n: 1\n  task 'ocr-fast' n: 2\n  task 'clerks'\n")
		a := claim(t, r, runtime.ClaimOptions{Worker: "a", Tasker: []string{"ocr"}, Max: 5, Lease: time.Minute})
		if len(a) != 1 || a[0].State != runtime.Started || a[0].Person != "a" || a[0].Lease != 1 || time.Until(*a[0].Until) != time.Minute {
			t.Fatalf("claimed: %+v", a)
		}
		b := claim(t, r, runtime.ClaimOptions{Worker: "b", Match: regexp.MustCompile("ocr|ocr-f|ocr-fast"), Max: 5, Lease: time.Hour})
		if len(b) != 1 || b[0].Tasker != "ocr-fast" {
			t.Fatalf("claimed: %+v", b)
		}
		own := func(l *runtime.ListedTask, act runtime.TaskAct) runtime.TaskMove {
			return runtime.TaskMove{Act: act, By: l.Person, Lease: l.Lease, For: time.Minute, Payload: object(t, fmt.Sprintf(`{"by": %q}`, l.Person))}
		}
		is := func(l *runtime.ListedTask, m runtime.TaskMove, want error) {
			t.Helper()
			if _, err := r.MoveTask(t.Context(), l.Exid, l.ID, m); !errors.Is(err, want) {
				t.Errorf("%s by %s with lease %d: want %v, got %v", m.Act, m.By, m.Lease, want, err)
			}
		}
		is(a[0], runtime.TaskMove{Act: "complete", By: "bob"}, runtime.ErrTaken)
		is(a[0], runtime.TaskMove{Act: "claim", By: "bob"}, runtime.ErrTaken)
		time.Sleep(50 * time.Second)
		is(a[0], own(a[0], "extend"), nil)
		time.Sleep(50 * time.Second)
		is(a[0], own(a[0], "extend"), nil)
		stop(t, r) // leases outlive the process
		r = desk(t, runtime.Config{Store: store})
		defer stop(t, r)
		if got := claim(t, r, runtime.ClaimOptions{Worker: "c", Tasker: []string{"ocr"}}); len(got) > 0 {
			t.Errorf("it is leased: %+v", got[0])
		}
		began := time.Now()
		c := claim(t, r, runtime.ClaimOptions{Worker: "c", Tasker: []string{"ocr"}, Wait: time.Hour})
		if len(c) != 1 || time.Since(began) != time.Minute || c[0].Lease != 2 || c[0].Key != a[0].Key {
			t.Fatalf("after %s: %+v", time.Since(began), c)
		}
		is(a[0], own(a[0], "extend"), runtime.ErrLeaseLost)
		is(a[0], own(a[0], "complete"), runtime.ErrLeaseLost)
		is(c[0], own(c[0], "complete"), nil)
		is(a[0], own(a[0], "complete"), runtime.ErrLeaseLost)
		is(c[0], own(c[0], "complete"), runtime.ErrLeaseLost)
		time.Sleep(time.Hour)
		// The lease has ended; nobody has the task, and the worker no more.
		is(b[0], own(b[0], "complete"), runtime.ErrLeaseLost)
		l, err := r.Task(t.Context(), exid, b[0].ID)
		if err != nil || l.State != runtime.Offered || l.Person != "" {
			t.Errorf("%+v, %v", l, err)
		}
		is(b[0], runtime.TaskMove{Act: "claim", By: "bob"}, nil)
		is(b[0], runtime.TaskMove{Act: "complete", By: "bob"}, nil)
		l, err = r.Task(t.Context(), exid, b[0].ID)
		if acts := historyOf(l); err != nil || acts != "b claim,lapse b,bob claim,bob complete" {
			t.Errorf("%s, %v", acts, err)
		}
	})
}

func historyOf(l *runtime.ListedTask) string {
	var acts []string
	for _, e := range l.History {
		acts = append(acts, strings.TrimSpace(fmt.Sprint(e.By, " ", e.Act, " ", strings.Join(e.To, " "), e.Note)))
	}
	return strings.Join(acts, ",")
}

// TestClaimWaits has a worker wait for a task that comes, one that is given
// back, and none.
func TestClaimWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := desk(t, runtime.Config{})
		defer stop(t, r)
		began := time.Now()
		if got := claim(t, r, runtime.ClaimOptions{Worker: "w", Tasker: []string{"ocr"}, Wait: time.Minute}); len(got) != 0 || time.Since(began) != time.Minute {
			t.Errorf("claimed %v after %s", got, time.Since(began))
		}
		come := make(chan *runtime.ListedTask)
		worker := func(name string) {
			list, err := r.ClaimTasks(context.Background(), runtime.ClaimOptions{Worker: name, Tasker: []string{"ocr"}, Wait: time.Hour})
			if err != nil || len(list) != 1 {
				t.Errorf("%v, %v", list, err)
				come <- nil
				return
			}
			come <- list[0]
		}
		go worker("w")
		time.Sleep(time.Second)
		began = time.Now()
		launch(t, r, "task 'ocr'\n")
		first := <-come
		go worker("v")
		time.Sleep(time.Second)
		move(t, r, first.Exid, first.ID, runtime.TaskMove{Act: "release", By: "w", Lease: first.Lease})
		if second := <-come; second.Key != first.Key || second.Person != "v" || time.Since(began) != time.Second {
			t.Errorf("%+v after %s", second, time.Since(began))
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := r.ClaimTasks(ctx, runtime.ClaimOptions{Worker: "w", Tasker: []string{"ocr"}, Wait: time.Hour}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// TestClaimMany has workers claim many tasks at once: each task goes to one, in
// order, and what AtOnce allows is not passed.
func TestClaimMany(t *testing.T) {
	for _, atOnce := range []int{0, 7} {
		r := start(t, runtime.Config{Registrations: []runtime.Registration{{Name: "ocr", Tasker: runtime.Worklist, AtOnce: atOnce}}})
		const n = 120
		exid := launch(t, r, "concurrence expect: "+fmt.Sprint(n)+"\n"+strings.Repeat("  task 'ocr'\n", n))
		var mu sync.Mutex
		seen := map[string]int{}
		now, most := 0, 0
		var wg sync.WaitGroup
		for w := range 6 {
			wg.Go(func() {
				for {
					mu.Lock()
					over := len(seen) == n
					mu.Unlock()
					if over {
						return
					}
					list, err := r.ClaimTasks(t.Context(), runtime.ClaimOptions{Worker: fmt.Sprint("w", w), Tasker: []string{"ocr"}, Max: 1 + w, Lease: time.Hour})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					now += len(list)
					most = max(most, now)
					for _, l := range list {
						seen[l.ID]++
					}
					mu.Unlock()
					for _, l := range list {
						mu.Lock()
						now--
						mu.Unlock()
						if _, err := r.MoveTask(t.Context(), l.Exid, l.ID, runtime.TaskMove{Act: "complete", By: l.Person, Lease: l.Lease}); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
		wg.Wait()
		if res := wait(t, r, exid); res.Error != nil {
			t.Error(res.Error)
		}
		for id, times := range seen {
			if times != 1 {
				t.Errorf("task %s was claimed %d times", id, times)
			}
		}
		if atOnce > 0 && most > atOnce {
			t.Errorf("%d were out at once, the tasker allows %d", most, atOnce)
		}
		stop(t, r)
	}
}

// TestFindTasks finds tasks by all there is to find them by.
func TestFindTasks(t *testing.T) {
	r := desk(t, runtime.Config{Taskers: map[string]runtime.Tasker{"offers": runtime.TaskerFunc(
		func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
			if t.Name == "mine" {
				return &runtime.Reply{Later: true, Allocate: "bob"}, nil
			}
			return &runtime.Reply{Later: true, Offer: []string{"cooks", "dan"}}, nil
		})}})
	defer stop(t, r)
	for _, l := range []struct{ domain, src, payload string }{
		{"acme", "task 'clerks' 'a' tag: 'x'\n", `{"order": {"n": 1}}`},
		{"acme.it", "sequence tag: 'y'\n  task 'ocr' 'b'\n", `{"order": {"n": 2}}`},
		{"main", "task 'clerks' 'c'\n", `{}`},
		{"main", "task 'offers' 'd'\n", `{}`},
		{"main", "task 'offers' 'mine'\n", `{}`},
	} {
		if _, err := r.Launch(t.Context(), definition(t, l.src), runtime.LaunchOptions{Domain: l.domain, Payload: object(t, l.payload)}); err != nil {
			t.Fatal(err)
		}
	}
	find := func(q runtime.TaskQuery) string {
		t.Helper()
		list, err := r.FindTasks(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, l := range list {
			names = append(names, l.Name)
		}
		slices.Sort(names)
		return strings.Join(names, " ")
	}
	for find(runtime.TaskQuery{Tasker: "offers", Person: "dan"}) != "d" || find(runtime.TaskQuery{Person: "bob"}) != "mine" {
		time.Sleep(time.Millisecond) // their tasker has them for a moment
	}
	for _, test := range []struct {
		q    runtime.TaskQuery
		want string
	}{
		{runtime.TaskQuery{}, "a b c d mine"},
		{runtime.TaskQuery{Tasker: "clerks"}, "a c"},
		{runtime.TaskQuery{Tasker: "clerks", Limit: 1}, "a"},
		{runtime.TaskQuery{Domain: "acme"}, "a b"},
		{runtime.TaskQuery{Tag: "x"}, "a"},
		{runtime.TaskQuery{Tag: "y"}, "b"},
		{runtime.TaskQuery{State: runtime.Allocated}, "mine"},
		{runtime.TaskQuery{Person: "eve", Groups: []string{"cooks", "ocr"}}, "b d"},
		{runtime.TaskQuery{Person: "clerks"}, "a c"},
		{runtime.TaskQuery{Field: "order.n"}, "a b"},
		{runtime.TaskQuery{Field: "order.n", Value: value.Int(2)}, "b"},
		{runtime.TaskQuery{Tasker: "nobody"}, ""},
	} {
		if got := find(test.q); got != test.want {
			t.Errorf("%+v: want %q, got %q", test.q, test.want, got)
		}
	}
	if _, err := r.FindTasks(t.Context(), runtime.TaskQuery{Field: "a[["}); err == nil {
		t.Error("that is no path")
	}
	list, err := r.FindTasks(t.Context(), runtime.TaskQuery{Tasker: "clerks", Limit: 1})
	if err == nil {
		list, err = r.FindTasks(t.Context(), runtime.TaskQuery{Tasker: "clerks", After: list[0].Place()})
	}
	if err != nil || len(list) != 1 || list[0].Name != "c" {
		t.Errorf("the next one: %v, %v", list, err)
	}
}

// TestMissingTasker runs flows on a unit that lacks a tasker: they wait for a
// unit that has it, which takes them up.
func TestMissingTasker(t *testing.T) {
	store := memstore.New()
	full := runtime.Config{Store: store, Taskers: taskers(), Registrations: []runtime.Registration{{Match: regexp.MustCompile("e-.*"), Domain: "main", Tasker: taskers()["echo"]}}}
	stop(t, start(t, full)) // makes its taskers known
	lacking := runtime.Config{Store: store, Fallback: runtime.Worklist}
	r := start(t, lacking)
	exids := []string{launch(t, r, "echo2 _\n"), launch(t, r, "same _\n'done'\n"), launch(t, r, "task 'e-1' n: 1\n"), launch(t, r, "e-2 n: 1\n"),
		launch(t, r, "task 'someone'\n'done'\n"), launch(t, r, "task 'same'\n'done'\n")}
	ends(t, r, exids[0], `don't know how to apply "echo2"`)
	list, err := r.FindTasks(t.Context(), runtime.TaskQuery{})
	if err != nil || len(list) != 5 {
		t.Fatalf("%d wait, %v", len(list), err)
	}
	for _, l := range list {
		if !l.Left {
			t.Errorf("%+v is not for want of a tasker", l)
		}
	}
	move(t, r, exids[5], "0_0", runtime.TaskMove{Act: "claim", By: "bob"}) // and so it is bob's
	stop(t, r)
	r = start(t, full)
	defer stop(t, r)
	ends(t, r, exids[1], `{"ret":"done"}`)
	ends(t, r, exids[2], `{"echo":{"n":1},"ret":null}`)
	ends(t, r, exids[3], `{"echo":{"n":1},"ret":null}`)
	list, err = r.FindTasks(t.Context(), runtime.TaskQuery{})
	if err != nil || len(list) != 2 || list[0].Person+list[1].Person != "bob" {
		t.Errorf("%+v, %v", list, err)
	}
	if n, err := r.ForgetTasker(t.Context(), "same"); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestInstance has a unit's own tasker do its tasks, wherever they come from.
func TestInstance(t *testing.T) {
	store := memstore.New()
	var by []string
	unit := func(name string, regs ...runtime.Registration) runtime.Config {
		return runtime.Config{Store: store, Unit: name, Registrations: regs}
	}
	printer := func(name string) runtime.Registration {
		return runtime.Registration{Name: "printer", Instance: true, Tasker: runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) {
			by = append(by, name)
			return nil, nil
		})}
	}
	waits := runtime.Registration{Name: "printer", Instance: true, Tasker: runtime.TaskerFunc(func(ctx context.Context, _ *runtime.Task) (*runtime.Reply, error) {
		<-ctx.Done() // the process ends before it is done
		return nil, ctx.Err()
	})}
	r := start(t, unit("a", waits))
	begun := launch(t, r, "printer 'one'\n'done'\n")
	stop(t, r)
	r = start(t, unit("b"))
	other := launch(t, r, "printer 'two'\n'done'\n")
	for {
		list, err := r.FindTasks(t.Context(), runtime.TaskQuery{Tasker: "printer"})
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 2 && list[0].Left && list[1].Left && list[0].Unit == "a" && list[1].Unit == "a" {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if got := claim(t, r, runtime.ClaimOptions{Worker: "w", Tasker: []string{"printer"}}); len(got) != 0 {
		t.Errorf("they are a's, and w got %+v", got[0])
	}
	if _, err := r.MoveTask(t.Context(), other, "0_0", runtime.TaskMove{Act: "claim", By: "bob"}); !errors.Is(err, runtime.ErrTaken) {
		t.Error(err)
	}
	// The unit gets them as a client of the one that works the store, too.
	got := claim(t, r, runtime.ClaimOptions{Worker: "w", Unit: "a", Tasker: []string{"printer"}})
	if len(got) != 1 || got[0].Exid != begun {
		t.Fatalf("%+v", got)
	}
	move(t, r, begun, got[0].ID, runtime.TaskMove{Act: "complete", By: "w", Lease: got[0].Lease, Unit: "a"})
	ends(t, r, begun, `{"ret":"done"}`)
	stop(t, r)
	r = start(t, unit("b", printer("b"))) // it has one of its own; the task is a's
	own := launch(t, r, "printer 'three'\n'done'\n")
	ends(t, r, own, `{"ret":"done"}`)
	stop(t, r)
	r = start(t, unit("a", printer("a")))
	defer stop(t, r)
	ends(t, r, other, `{"ret":"done"}`)
	if fmt.Sprint(by) != "[b a]" {
		t.Errorf("done by %v", by)
	}
}
