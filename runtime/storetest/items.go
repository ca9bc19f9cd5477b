package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// listedTask is a task that is left to people and workers.
func listedTask(exid, id, tasker string, since int64) runtime.TaskRecord {
	return runtime.TaskRecord{Exid: exid, ID: id, Nid: "0", Tasker: tasker, SinceMicros: since, Accepted: true, Data: []byte(exid + id)}
}

func item(exid, id string, version uint64, person string, lease uint64, until int64) runtime.Item {
	return runtime.Item{Exid: exid, ID: id, Version: version, State: runtime.Started, Person: person, Lease: lease, UntilMicros: until,
		Offered: []string{"all"}, History: []runtime.TaskEvent{{AtMicros: int64(version), Act: runtime.ClaimTask, By: person, To: []string{"x"}}}}
}

// lists says what is listed of the taskers a and b, and for whom.
func lists(t *testing.T, s runtime.Store) string {
	t.Helper()
	ids := func(list []*runtime.TaskRecord) (ids []string) {
		for _, t := range list {
			if string(t.Data) != t.Exid+t.ID {
				panic("the task has the data of another")
			}
			ids = append(ids, t.Exid+t.ID)
		}
		return ids
	}
	held := ids(collect(t, s.Held(t.Context(), "bob")))
	slices.Sort(held)
	var leases []string
	for _, l := range collect(t, s.Leases(t.Context())) {
		leases = append(leases, fmt.Sprint(l.Exid, l.ID, "@", l.UntilMicros))
	}
	return fmt.Sprint("taskers ", collect(t, s.ListedTaskers(t.Context())),
		" free ", ids(collect(t, s.Listed(t.Context(), "a", true, runtime.Place{}))),
		" taken ", ids(collect(t, s.Listed(t.Context(), "a", false, runtime.Place{}))),
		" bob's ", held, " leases ", leases)
}

// testItems follows how tasks stand.
func testItems(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	is := func(want string) {
		t.Helper()
		for range 2 {
			check(t, "lists", want, lists(t, s))
			s = reopen()
		}
		if err := s.Check(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	is("taskers [] free [] taken [] bob's [] leases []")
	commit(t, s, &runtime.Batch{Record: record("x", 1), Tasks: []runtime.TaskRecord{listedTask("x", "1", "a", 3), listedTask("x", "2", "a", 1), {Exid: "x", ID: "3", Tasker: "a", SinceMicros: 2, Data: []byte("x3")}}})
	commit(t, s, &runtime.Batch{Record: record("y", 1), Tasks: []runtime.TaskRecord{listedTask("y", "1", "b", 3)}})
	is("taskers [a b] free [x2 x1] taken [] bob's [] leases []")
	if _, err := s.Item(t.Context(), "x", "1"); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("an item of a task that nobody has dealt with: %v", err)
	}
	x1, x3 := runtime.TaskKey{Exid: "x", ID: "1"}, runtime.TaskKey{Exid: "x", ID: "3"}
	commit(t, s, &runtime.Batch{Items: []runtime.Item{item("x", "1", 1, "bob", 0, 0)}})
	commit(t, s, &runtime.Batch{Accepted: []runtime.TaskKey{x3}, Items: []runtime.Item{item("x", "3", 1, "bob", 1, 70)}})
	is("taskers [a b] free [x2] taken [x3 x1] bob's [x1 x3] leases [x3@70]")
	refused(t, s, &runtime.Batch{Items: []runtime.Item{item("x", "1", 1, "carl", 0, 0)}}, runtime.ErrConflict)
	refused(t, s, &runtime.Batch{Items: []runtime.Item{item("x", "2", 1, "carl", 0, 0), item("x", "1", 3, "carl", 0, 0)}}, runtime.ErrConflict)
	refused(t, s, &runtime.Batch{Items: []runtime.Item{item("x", "9", 1, "carl", 0, 0)}}, runtime.ErrNotFound)
	is("taskers [a b] free [x2] taken [x3 x1] bob's [x1 x3] leases [x3@70]")
	commit(t, s, &runtime.Batch{Items: []runtime.Item{item("x", "1", 2, "carl", 1, 50), item("x", "3", 2, "bob", 1, 80)}})
	is("taskers [a b] free [x2] taken [x3 x1] bob's [x3] leases [x1@50 x3@80]")
	commit(t, s, &runtime.Batch{Items: []runtime.Item{item("x", "1", 3, "", 0, 0)}})
	is("taskers [a b] free [x2 x1] taken [x3] bob's [x3] leases [x3@80]")
	got, err := s.Item(t.Context(), "x", "1")
	if want := item("x", "1", 3, "", 0, 0); err != nil {
		t.Fatal(err)
	} else {
		check(t, "item", &want, got)
	}
	// One that is withdrawn is not listed, and nobody can have it.
	commit(t, s, &runtime.Batch{Withdrawn: []runtime.TaskKey{x3}})
	refused(t, s, &runtime.Batch{Items: []runtime.Item{item("x", "3", 3, "carl", 0, 0)}}, runtime.ErrNotFound)
	is("taskers [a b] free [x2 x1] taken [] bob's [] leases []")
	commit(t, s, &runtime.Batch{Untasks: []runtime.TaskKey{x3}})
	// A task is returned with its item, in one commit.
	back := &runtime.Batch{Returned: &x1, Items: []runtime.Item{item("x", "1", 4, "", 0, 0)}, Sends: []runtime.Send{{Exid: "x", Data: []byte("back")}}}
	stale := *back
	stale.Items = []runtime.Item{item("x", "1", 3, "", 0, 0)}
	refused(t, s, &stale, runtime.ErrConflict)
	commit(t, s, back)
	refused(t, s, back, runtime.ErrNotFound)
	is("taskers [a b] free [x2] taken [] bob's [] leases []")
	items := collect(t, s.Items(t.Context(), "x"))
	if len(items) != 2 || items[0].ID != "1" || items[0].Version != 4 || items[1].Version != 2 {
		t.Errorf("the items that are left: %+v", items)
	}
	if letters, err := s.Inbox(t.Context(), "x", 9); err != nil || len(letters) != 1 {
		t.Errorf("%d letters, %v", len(letters), err)
	}
	// A task that is left for want of a tasker is taken up, once.
	y1 := runtime.TaskKey{Exid: "y", ID: "1"}
	commit(t, s, &runtime.Batch{Taken: []runtime.TaskKey{y1}})
	is("taskers [a b] free [x2] taken [] bob's [] leases []")
	commit(t, s, &runtime.Batch{Left: []runtime.TaskKey{y1, {Exid: "y", ID: "9"}}})
	commit(t, s, &runtime.Batch{Taken: []runtime.TaskKey{y1, {Exid: "x", ID: "2"}}})
	is("taskers [a] free [x2] taken [] bob's [] leases []")
	check(t, "outbox", 1, len(collect(t, s.Outbox(t.Context()))))
	commit(t, s, &runtime.Batch{Left: []runtime.TaskKey{y1}})
	is("taskers [a b] free [x2] taken [] bob's [] leases []")
	// An execution that comes from elsewhere brings how its tasks stand.
	rec := record("z", 5)
	rec.Origin = &runtime.Origin{Domain: "d"}
	commit(t, s, &runtime.Batch{Record: rec, Import: true, Tasks: []runtime.TaskRecord{listedTask("z", "1", "a", 9), listedTask("z", "2", "a", 8)},
		Items: []runtime.Item{item("z", "1", 7, "bob", 3, 5), item("z", "7", 2, "", 0, 0)}})
	is("taskers [a b] free [x2 z2] taken [z1] bob's [z1] leases [z1@5]")
	commit(t, s, &runtime.Batch{Record: record("z", 6), Untasks: []runtime.TaskKey{{Exid: "z", ID: "1"}}})
	is("taskers [a b] free [x2 z2] taken [] bob's [] leases []")
	// An execution that is forgotten takes along how its tasks stand.
	commit(t, s, &runtime.Batch{Items: []runtime.Item{item("z", "2", 1, "bob", 1, 9)}})
	commit(t, s, &runtime.Batch{Forgotten: []runtime.Version{{Exid: "z", Seq: 6}}})
	is("taskers [a b] free [x2] taken [] bob's [] leases []")
	check(t, "items", 0, len(collect(t, s.Items(t.Context(), "z"))))
}

// testItemRace has many goroutines take the same tasks: one gets each.
func testItemRace(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	const tasks, racers = 20, 8
	b := &runtime.Batch{Record: record("x", 1)}
	for i := range tasks {
		b.Tasks = append(b.Tasks, listedTask("x", fmt.Sprint(i), "a", int64(i)))
	}
	commit(t, s, b)
	var won [tasks]atomic.Int64
	var wg sync.WaitGroup
	for r := range racers {
		wg.Go(func() {
			for i := range tasks {
				switch err := s.Commit(t.Context(), &runtime.Batch{Items: []runtime.Item{item("x", fmt.Sprint(i), 1, fmt.Sprint(r), 0, 0)}}); {
				case err == nil:
					won[i].Add(1)
				case !errors.Is(err, runtime.ErrConflict):
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s = reopen()
	for i := range won {
		if won[i].Load() != 1 {
			t.Errorf("task %d was taken %d times", i, won[i].Load())
		}
	}
	check(t, "free", 0, len(collect(t, s.Listed(t.Context(), "a", true, runtime.Place{}))))
	check(t, "taken", tasks, len(collect(t, s.Listed(t.Context(), "a", false, runtime.Place{}))))
}

// testLists lists many tasks in order, and goes on behind a place.
func testLists(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	var want []runtime.Place
	for _, exid := range []string{"b", "a-b", "a", "a.b"} {
		b := &runtime.Batch{Record: record(exid, 1)}
		for _, id := range []string{"1", "10", "2"} {
			for n, tasker := range []string{"t", "t-2", "s"} {
				task := listedTask(exid, fmt.Sprint(id, n), tasker, int64(len(id)*len(exid)))
				b.Tasks = append(b.Tasks, task)
				if tasker == "t" {
					want = append(want, task.Place())
				}
			}
		}
		commit(t, s, b)
	}
	slices.SortFunc(want, runtime.Place.Compare)
	places := func(after runtime.Place) (places []runtime.Place) {
		for _, task := range collect(t, s.Listed(t.Context(), "t", true, after)) {
			places = append(places, task.Place())
		}
		return places
	}
	s = reopen()
	check(t, "list", want, places(runtime.Place{}))
	for i := range want {
		check(t, "rest", want[i+1:], places(want[i])[:len(want)-i-1:len(want)-i-1])
	}
	check(t, "taskers", []string{"s", "t", "t-2"}, collect(t, s.ListedTaskers(t.Context())))
	check(t, "behind", 0, len(places(runtime.Place{SinceMicros: 1 << 40})))
}

func testTaskers(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	a, b := runtime.TaskerRecord{Name: "a"}, runtime.TaskerRecord{Name: "a", Domain: "d", Unit: "u"}
	c := runtime.TaskerRecord{Name: "a.*", Match: true}
	commit(t, s, &runtime.Batch{Taskers: []runtime.TaskerRecord{a, b, c, a}})
	s = reopen()
	check(t, "taskers", []*runtime.TaskerRecord{&a, &b, &c}, collect(t, s.Taskers(t.Context())))
	commit(t, s, &runtime.Batch{Untaskers: []runtime.TaskerRecord{b, {Name: "none"}}})
	s = reopen()
	check(t, "taskers", []*runtime.TaskerRecord{&a, &c}, collect(t, s.Taskers(t.Context())))
}
