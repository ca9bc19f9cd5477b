package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// origin makes a record of a first commit, launched at a time in a domain.
func origin(exid, domain string, launched int64) *runtime.Record {
	rec := record(exid, 1)
	rec.Origin = &runtime.Origin{Domain: domain, LaunchedMicros: launched}
	return rec
}

func version(exid string, seq uint64) runtime.Version { return runtime.Version{Exid: exid, Seq: seq} }

func says(exid string, seq uint64, facets ...string) runtime.Indexed {
	return runtime.Indexed{Version: version(exid, seq), Facets: facets}
}

// find returns the ids of what the index finds, and of what is stale.
func find(t testing.TB, s runtime.Store, q runtime.Query) (found, stale []string) {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 1000
	}
	recs, stale, err := s.Find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range recs {
		found = append(found, rec.Exid)
		if rec.Origin == nil || rec.Seq == 0 {
			t.Errorf("a record is not whole: %+v", rec)
		}
	}
	return found, stale
}

func finds(t testing.TB, s runtime.Store, q runtime.Query, want ...string) {
	t.Helper()
	found, _ := find(t, s, q)
	check(t, fmt.Sprintf("what is found by %+v", q), want, found)
}

func testIndex(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	commit(t, s, &runtime.Batch{Record: origin("a", "acme.sales", 10)})
	commit(t, s, &runtime.Batch{Record: origin("b", "acme", 20)})
	commit(t, s, &runtime.Batch{Record: origin("c", "acmes", 30)})
	found, stale := find(t, s, runtime.Query{})
	check(t, "found before it is indexed", []string(nil), found)
	check(t, "stale", []string{"a", "b", "c"}, stale)
	commit(t, s, &runtime.Batch{Indexed: []runtime.Indexed{says("a", 1, "kalice", "tx"), says("b", 1, "kalice"), says("c", 2, "tx"), says("none", 1)}})
	for range 2 {
		found, stale = find(t, s, runtime.Query{})
		check(t, "found", []string{"b", "a"}, found)
		check(t, "stale", []string{"c"}, stale) // it is not at commit 2
		finds(t, s, runtime.Query{Domain: "acme"}, "b", "a")
		finds(t, s, runtime.Query{Domain: "acme.sales"}, "a")
		finds(t, s, runtime.Query{Domain: "acme.s"})
		finds(t, s, runtime.Query{Facets: []string{"kalice"}}, "b", "a")
		finds(t, s, runtime.Query{Facets: []string{"kalice", "tx"}}, "a")
		finds(t, s, runtime.Query{Facets: []string{"kalic"}})
		finds(t, s, runtime.Query{Facets: []string{"kalice"}, Domain: "acme.sales", Status: runtime.Active}, "a")
		finds(t, s, runtime.Query{Facets: []string{"kalice"}, Status: runtime.Failed})
		ix, err := s.Indexed(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		check(t, "what is said of a", says("a", 1, "kalice", "tx"), *ix)
		if _, err := s.Indexed(t.Context(), "c"); !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("what is said of one that is stale: %v", err)
		}
		s = reopen()
	}
	// One that changes is stale until the index is told.
	rec := record("a", 2)
	rec.Status = runtime.Failed
	commit(t, s, &runtime.Batch{Record: rec})
	found, stale = find(t, s, runtime.Query{Facets: []string{"tx"}})
	check(t, "found while it is stale", []string(nil), found)
	check(t, "stale", []string{"a", "c"}, slices.Sorted(slices.Values(stale)))
	commit(t, s, &runtime.Batch{Indexed: []runtime.Indexed{says("a", 1, "old"), says("a", 2, "ty"), says("c", 1)}})
	finds(t, s, runtime.Query{Facets: []string{"kalice"}}, "b")
	finds(t, s, runtime.Query{Facets: []string{"tx"}})
	finds(t, s, runtime.Query{Facets: []string{"ty"}, Status: runtime.Failed}, "a")
	finds(t, s, runtime.Query{Status: runtime.Active}, "c", "b")
	checked(t, s)
	// One that ends is found at once, unless it was found by something else before.
	end := func(exid string, seq uint64) {
		rec := record(exid, seq)
		rec.Status, rec.EndedMicros = runtime.Terminated, 99
		if seq == 1 {
			rec.Origin = &runtime.Origin{Domain: "acme", LaunchedMicros: 5}
		}
		commit(t, s, &runtime.Batch{Record: rec})
	}
	end("d", 1)
	commit(t, s, &runtime.Batch{Record: origin("e", "acme", 4)})
	end("e", 2)
	finds(t, s, runtime.Query{Status: runtime.Terminated}, "d", "e")
	end("a", 3)
	commit(t, s, &runtime.Batch{Indexed: []runtime.Indexed{says("a", 3)}})
	checked(t, s)
	for range 2 {
		finds(t, s, runtime.Query{Status: runtime.Terminated, Domain: "acme"}, "a", "d", "e")
		finds(t, s, runtime.Query{Facets: []string{"ty"}})
		finds(t, s, runtime.Query{}, "c", "b", "a", "d", "e")
		s = reopen()
	}
	_, stale = find(t, s, runtime.Query{})
	check(t, "stale", []string(nil), stale)
}

func checked(t testing.TB, s runtime.Store) {
	t.Helper()
	if err := s.Check(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// testIndexOrder compares pages of random queries with a list that is gone
// through from its beginning.
func testIndexOrder(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	rnd := rand.New(rand.NewPCG(3, 4))
	domains := []string{"a", "a.b", "a.b.c", "a.c", "b", "ab", "a_b"}
	statuses := []runtime.Status{runtime.Active, runtime.Failed, runtime.Terminated}
	facets := []string{"f", "g", "h", "hh"}
	type known struct {
		rec    *runtime.Record
		facets []string
	}
	var all []known
	for i := range 300 {
		k := known{rec: origin(fmt.Sprintf("x%03d", rnd.IntN(1000)*1000+i), domains[rnd.IntN(len(domains))], int64(rnd.IntN(40))-10)}
		k.rec.Status = statuses[rnd.IntN(3)]
		for _, f := range facets {
			if k.rec.Status != runtime.Terminated && rnd.IntN(2) == 0 {
				k.facets = append(k.facets, f)
			}
		}
		commit(t, s, &runtime.Batch{Record: k.rec})
		commit(t, s, &runtime.Batch{Indexed: []runtime.Indexed{says(k.rec.Exid, 1, k.facets...)}})
		all = append(all, k)
	}
	s = reopen()
	slices.SortFunc(all, func(a, b known) int { return a.rec.Position().Compare(b.rec.Position()) })
	for range 200 {
		q := runtime.Query{Limit: 1 + rnd.IntN(20)}
		if rnd.IntN(2) == 0 {
			q.Domain = domains[rnd.IntN(len(domains))]
		}
		if rnd.IntN(2) == 0 {
			q.Status = statuses[rnd.IntN(3)]
		}
		for _, f := range facets {
			if rnd.IntN(3) == 0 {
				q.Facets = append(q.Facets, f)
			}
		}
		if rnd.IntN(2) == 0 {
			q.After = all[rnd.IntN(len(all))].rec.Position()
		}
		var want []string
		for _, k := range all {
			if len(want) < q.Limit && q.Fits(k.rec, k.facets) {
				want = append(want, k.rec.Exid)
			}
		}
		finds(t, s, q, want...)
	}
}

func testReindex(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	for i := range 600 {
		rec := origin(fmt.Sprintf("x%03d", i), "d", int64(i))
		if i%3 == 0 {
			rec.Status = runtime.Terminated
		}
		commit(t, s, &runtime.Batch{Record: rec})
		if i%2 == 0 {
			commit(t, s, &runtime.Batch{Indexed: []runtime.Indexed{says(rec.Exid, 1, "kold", "kboth")}})
		}
	}
	cut := errors.New("cut short")
	if err := s.Reindex(t.Context(), func(exid string) (*runtime.Indexed, error) {
		if exid == "x400" {
			return nil, cut
		}
		ix := says(exid, 1, "kfirst")
		return &ix, nil
	}); !errors.Is(err, cut) {
		t.Fatal(err)
	}
	if _, _, err := s.Find(t.Context(), runtime.Query{Limit: 1}); !errors.Is(err, runtime.ErrUnindexed) {
		t.Fatalf("looking in an index that is not whole: %v", err)
	}
	checked(t, s)
	if err := s.Reindex(t.Context(), func(exid string) (*runtime.Indexed, error) {
		if exid == "x401" {
			return nil, runtime.ErrNotFound
		}
		ix := says(exid, 1, "kboth", "knew")
		return &ix, nil
	}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for facet, want := range map[string]int{"kold": 0, "kfirst": 0, "knew": 399, "kboth": 399} {
			found, stale := find(t, s, runtime.Query{Facets: []string{facet}})
			if len(found) != want {
				t.Errorf("%d are found by %s, not %d", len(found), facet, want)
			}
			check(t, "stale", []string{"x401"}, stale)
		}
		if found, _ := find(t, s, runtime.Query{Status: runtime.Terminated}); len(found) != 200 {
			t.Errorf("%d have ended, not 200", len(found))
		}
		s = reopen()
	}
	checked(t, s)
}

// testForgotten removes an execution that has something of every kind.
func testForgotten(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	timer := runtime.Timer{DueMicros: 3, Exid: "a", Nid: "0", ID: 1}
	rec := origin("a", "d", 1)
	rec.Ready = true
	commit(t, s, &runtime.Batch{Record: rec,
		Frames: []runtime.Frame{{Nid: "0", Timers: []runtime.FrameTimer{{ID: 1, DueMicros: 3}}}, {Nid: "0_1"}}, Parts: []runtime.Part{part("x")},
		Timers: []runtime.Timer{timer}, Tasks: []runtime.TaskRecord{{Exid: "a", ID: "1"}, {Exid: "a", ID: "2", Accepted: true}},
		Traces: []runtime.Trace{{Text: "t"}}, Entries: []runtime.Entry{{Seq: 1}}, Outcome: []byte("o"),
		Checkpoint: &runtime.Checkpoint{Seq: 1, State: [][]byte{{1}, {2}}},
		Trees:      []runtime.Tree{{ID: "t", Data: []byte("shared")}}, Sends: []runtime.Send{{Exid: "a", Data: []byte("l")}}})
	commit(t, s, &runtime.Batch{Record: origin("a-b", "d", 1), Frames: []runtime.Frame{{Nid: "0"}}})
	commit(t, s, &runtime.Batch{Indexed: []runtime.Indexed{says("a", 1, "f")}})
	refused(t, s, &runtime.Batch{Forgotten: []runtime.Version{version("a-b", 1), version("a", 2)}}, runtime.ErrConflict)
	refused(t, s, &runtime.Batch{Forgotten: []runtime.Version{version("none", 1)}}, runtime.ErrConflict)
	refused(t, s, &runtime.Batch{Forgotten: []runtime.Version{version("none", 0)}}, runtime.ErrConflict)
	check(t, "frames", 1, len(frames(t, s, "a-b")))
	commit(t, s, &runtime.Batch{Forgotten: []runtime.Version{version("a", 1)}})
	for range 2 {
		if _, err := s.Load(t.Context(), "a"); !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("loading it: %v", err)
		}
		if _, err := s.Checkpoint(t.Context(), "a", 9); !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("its checkpoint: %v", err)
		}
		timers, err := s.Timers(t.Context(), runtime.Timer{}, 9)
		letters, err2 := s.Inbox(t.Context(), "a", 9)
		if len(timers)+len(letters) > 0 || err != nil || err2 != nil {
			t.Errorf("timers %v, letters %v, %v, %v", timers, letters, err, err2)
		}
		check(t, "tasks", 0, len(collect(t, s.Tasks(t.Context(), ""))))
		check(t, "outbox", 0, len(collect(t, s.Outbox(t.Context()))))
		check(t, "ready", []string(nil), collect(t, s.Ready(t.Context())))
		check(t, "journal", 0, len(collect(t, s.Journal(t.Context(), "a", 0))))
		check(t, "traces", 0, len(collect(t, s.Traces(t.Context(), "a"))))
		finds(t, s, runtime.Query{Facets: []string{"f"}})
		found, stale := find(t, s, runtime.Query{})
		check(t, "what is left", []string{"a-b"}, append(found, stale...))
		check(t, "frames", 1, len(frames(t, s, "a-b")))
		if tree, err := s.Tree(t.Context(), "t"); err != nil || string(tree) != "shared" {
			t.Errorf("the tree, which may be shared: %q, %v", tree, err)
		}
		checked(t, s)
		s = reopen()
	}
	refused(t, s, &runtime.Batch{Record: record("a", 2)}, runtime.ErrConflict)
	commit(t, s, &runtime.Batch{Record: origin("a", "d", 2)})
}
