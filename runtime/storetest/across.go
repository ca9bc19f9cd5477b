package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// testWatches follows which traps are known.
func testWatches(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	watch := func(exid, nid string, id int64) runtime.Watch {
		return runtime.Watch{Exid: exid, Nid: nid, ID: id, Domain: "d", Below: id == 2, Criteria: []byte{0}}
	}
	is := func(exid string, want ...runtime.Watch) {
		t.Helper()
		for range 2 {
			check(t, "watches of "+exid, want, s.Watches().Of(exid))
			if first, again := s.Watches(), s.Watches(); first != again {
				t.Error("it is another set each time")
			}
			checked(t, s)
			s = reopen()
		}
	}
	commit(t, s, &runtime.Batch{Record: record("a", 1), Watches: []runtime.Watch{watch("a", "0_1", 1), watch("a", "0_0", 2)}})
	commit(t, s, &runtime.Batch{Record: record("a-b", 1), Watches: []runtime.Watch{watch("a-b", "0_1", 1)}})
	is("a", watch("a", "0_0", 2), watch("a", "0_1", 1))
	is("a-b", watch("a-b", "0_1", 1))
	is("none")
	// a trap that starts over
	commit(t, s, &runtime.Batch{Record: record("a", 2), Watches: []runtime.Watch{watch("a", "0_1", 3)}, Unwatches: []runtime.WatchKey{{Exid: "a", Nid: "0_0"}}})
	is("a", watch("a", "0_1", 3))
	refused(t, s, &runtime.Batch{Record: record("a", 2), Unwatches: []runtime.WatchKey{{Exid: "a", Nid: "0_1"}}}, runtime.ErrConflict)
	is("a", watch("a", "0_1", 3))
	commit(t, s, &runtime.Batch{Forgotten: []runtime.Version{version("a", 2)}})
	is("a")
	is("a-b", watch("a-b", "0_1", 1))
}

// place makes a place in the row of a mutex of domain d.
func place(name, exid string, id int64) runtime.Lock {
	return runtime.Lock{Domain: "d", Name: name, Exid: exid, Nid: "0_1", ID: id, Letter: []byte(fmt.Sprint(name, exid, id))}
}

// testRows has executions join and leave rows.
func testRows(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	seqs := map[string]uint64{}
	change := func(exid string, locks, unlocks []runtime.Lock, letIn ...string) {
		t.Helper()
		seqs[exid]++
		b := &runtime.Batch{Record: record(exid, seqs[exid]), Locks: locks, Unlocks: unlocks}
		commit(t, s, b)
		check(t, "who is let in", letIn, b.LetIn)
	}
	is := func(name, want string) {
		t.Helper()
		for range 2 {
			var got []string
			for _, l := range collect(t, s.Row(t.Context(), "d", name)) {
				if l.Domain != "d" || l.Name != name || l.Nid != "0_1" {
					t.Errorf("a place of another row: %+v", l)
				}
				got = append(got, fmt.Sprint(l.Exid, l.ID))
			}
			check(t, "row "+name, want, strings.Join(got, " "))
			checked(t, s)
			s = reopen()
		}
	}
	letters := func(exid string, want ...string) {
		t.Helper()
		list, err := s.Inbox(t.Context(), exid, 99)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range list {
			got = append(got, string(l.Data))
		}
		check(t, "letters of "+exid, want, got)
	}
	one := func(name, exid string, id int64) []runtime.Lock { return []runtime.Lock{place(name, exid, id)} }
	change("a", one("m", "a", 1), nil, "a")
	change("b", one("m", "b", 1), nil)
	change("c", append(one("m", "c", 1), place("m", "c", 2), place("mm", "c", 3)), nil, "c")
	change("d", one("m", "d", 1), nil)
	is("m", "a1 b1 c1 c2 d1")
	is("mm", "c3")
	letters("a", "ma1")
	letters("b")
	letters("c", "mmc3")
	change("c", nil, one("m", "c", 1)) // it did not wait for its turn
	change("a", nil, one("m", "a", 1), "b")
	change("a", nil, one("m", "a", 1)) // it is not there anymore
	is("m", "b1 c2 d1")
	letters("b", "mb1")
	change("b", one("m", "b", 2), one("m", "b", 1), "c") // it starts over
	is("m", "c2 d1 b2")
	letters("c", "mmc3", "mc2")
	change("c", nil, append(one("m", "c", 2), place("mm", "c", 3)), "d")
	is("mm", "")
	change("d", one("m", "d", 2), append(one("m", "d", 1), place("m", "none", 1)), "b")
	change("b", nil, one("m", "b", 2), "d")
	letters("d", "md1", "md2")
	change("d", nil, one("m", "d", 2))
	is("m", "")
	change("d", one("m", "d", 3), one("m", "d", 9), "d")
	change("d", one("m", "d", 4), one("m", "d", 3), "d") // alone: it is let in anew
	is("m", "d4")
	// one that is refused changes nothing
	refused(t, s, &runtime.Batch{Record: record("d", 1), Unlocks: one("m", "d", 4)}, runtime.ErrConflict)
	is("m", "d4")
	// what is imported
	imported := func(exid string, l runtime.Lock, inside bool) *runtime.Batch {
		l.Exid, l.Inside = exid, inside
		return &runtime.Batch{Record: record(exid, 1), Import: true, Locks: []runtime.Lock{l}}
	}
	b := imported("x", place("m", "x", 1), true)
	refused(t, s, b, runtime.ErrConflict)
	commit(t, s, imported("y", place("m", "y", 1), false))
	commit(t, s, imported("z", place("n", "z", 1), true))
	is("m", "d4 y1")
	is("n", "z1")
	letters("z")
	if _, err := s.Record(t.Context(), "x"); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("what was refused: %v", err)
	}
}

// testRowRace has many executions go through one mutex at once.
func testRowRace(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	const many, rounds = 8, 20
	var mu sync.Mutex
	inside, entered := "", 0
	let := make(map[string]chan bool)
	for i := range many {
		let[fmt.Sprint("x", i)] = make(chan bool, 1)
	}
	var wg sync.WaitGroup
	for exid, in := range let {
		wg.Go(func() {
			for n := range int64(rounds) {
				b := &runtime.Batch{Record: record(exid, uint64(2*n+1)), Locks: []runtime.Lock{place("m", exid, n)}}
				if err := s.Commit(t.Context(), b); err != nil {
					t.Error(err)
					return
				}
				if len(b.LetIn) == 1 {
					in <- true
				}
				<-in
				mu.Lock()
				if inside != "" {
					t.Errorf("%s and %s are inside", inside, exid)
				}
				inside = exid
				entered++
				mu.Unlock()
				b = &runtime.Batch{Record: record(exid, uint64(2*n+2)), Unlocks: []runtime.Lock{place("m", exid, n)}}
				mu.Lock()
				inside = ""
				mu.Unlock()
				if err := s.Commit(t.Context(), b); err != nil {
					t.Error(err)
					return
				}
				for _, next := range b.LetIn {
					let[next] <- true
				}
			}
		})
	}
	wg.Wait()
	if entered != many*rounds {
		t.Errorf("%d were let in, not %d", entered, many*rounds)
	}
	checked(t, s)
	checked(t, reopen())
}
