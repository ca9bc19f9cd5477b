// Package storetest holds the tests that every runtime.Store has to pass.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/florc-lang/florc/runtime"
)

// Opener makes an empty store for a test, and a function that closes it and
// opens it again with what it holds.
type Opener func(t *testing.T) (s runtime.Store, reopen func() runtime.Store)

// Run tests a kind of store.
func Run(t *testing.T, open Opener) {
	tests := []struct {
		name string
		test func(t *testing.T, s runtime.Store, reopen func() runtime.Store)
	}{
		{"Sequence", testSequence},
		{"Frames", testFrames},
		{"Atomic", testAtomic},
		{"Inbox", testInbox},
		{"Ready", testReady},
		{"Timers", testTimers},
		{"Tasks", testTasks},
		{"Logs", testLogs},
		{"Trees", testTrees},
		{"Records", testRecords},
		{"Big", testBig},
		{"Many", testMany},
		{"Concurrent", testConcurrent},
		{"WholeReads", testWholeReads},
		{"Deleted", testDeleted},
		{"Parts", testParts},
		{"Outbox", testOutbox},
		{"Items", testItems},
		{"ItemRace", testItemRace},
		{"Lists", testLists},
		{"Taskers", testTaskers},
		{"Checkpoints", testCheckpoints},
		{"Import", testImport},
		{"Index", testIndex},
		{"IndexOrder", testIndexOrder},
		{"Reindex", testReindex},
		{"Forgotten", testForgotten},
		{"Watches", testWatches},
		{"Rows", testRows},
		{"RowRace", testRowRace},
		{"Check", testCheck},
		{"Closed", testClosed},
		{"Context", testContext},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, reopen := open(t)
			test.test(t, s, reopen)
		})
	}
}

// record makes a record for a test.
func record(exid string, seq uint64) *runtime.Record {
	rec := &runtime.Record{Exid: exid, Seq: seq, Status: runtime.Active, Header: []byte{byte(seq)}}
	if seq == 1 {
		rec.Origin = &runtime.Origin{Domain: "d", Name: "of " + exid}
	}
	return rec
}

func commit(t testing.TB, s runtime.Store, b *runtime.Batch) {
	t.Helper()
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, s runtime.Store, b *runtime.Batch, want error) {
	t.Helper()
	if err := s.Commit(t.Context(), b); !errors.Is(err, want) {
		t.Fatalf("want %q, got %v", want, err)
	}
}

// wholeBytes compares bytes at once, which may be many.
var wholeBytes = cmp.FilterValues(func(a, b []byte) bool { return len(a)+len(b) > 0 }, cmp.Comparer(bytes.Equal))

func check(t testing.TB, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), wholeBytes); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func collect[T any](t testing.TB, seq iter.Seq2[T, error]) (list []T) {
	t.Helper()
	for e, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

func load(t testing.TB, s runtime.Store, exid string) *runtime.Stored {
	t.Helper()
	st, err := s.Load(t.Context(), exid)
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func frames(t testing.TB, s runtime.Store, exid string) map[string]string {
	t.Helper()
	m := map[string]string{}
	for _, f := range load(t, s, exid).Frames {
		m[f.Nid] = string(f.Data)
	}
	return m
}

func testSequence(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	if _, err := s.Record(t.Context(), "a"); !errors.Is(err, runtime.ErrNotFound) {
		t.Fatalf("the record of none: %v", err)
	}
	refused(t, s, &runtime.Batch{Record: record("a", 2)}, runtime.ErrConflict)
	commit(t, s, &runtime.Batch{Record: record("a", 1)})
	refused(t, s, &runtime.Batch{Record: record("a", 1)}, runtime.ErrConflict)
	refused(t, s, &runtime.Batch{Record: record("a", 3)}, runtime.ErrConflict)
	full := &runtime.Record{Exid: "a", Seq: 2, Status: runtime.Failed, EndedMicros: 6, Ready: true, Header: []byte("h"),
		LogHash: []byte("l"), Consumed: 7, Bytes: 8, Checkpoint: 9,
		Origin: &runtime.Origin{Domain: "d", Name: "n", File: "f", LaunchedMicros: -5, Tree: "t", Machine: []byte("m")}}
	first := record("b", 1)
	first.Origin = full.Origin
	commit(t, s, &runtime.Batch{Record: first})
	for _, later := range []*runtime.Origin{{Domain: "other"}, nil} {
		rec := record("b", first.Seq+1)
		rec.Origin = later // which does not matter
		commit(t, s, &runtime.Batch{Record: rec})
		first = rec
	}
	rec := *full
	rec.Origin = nil
	commit(t, s, &runtime.Batch{Record: &rec})
	for range 2 {
		got, err := s.Record(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		full.Origin = record("a", 1).Origin
		check(t, "record", full, got)
		check(t, "record", full, load(t, s, "a").Record)
		if got, err = s.Record(t.Context(), "b"); err != nil || got.Origin == nil || got.Origin.File != "f" {
			t.Fatalf("the record with a full origin: %+v, %v", got, err)
		}
		s = reopen()
	}
	refused(t, s, &runtime.Batch{Record: record("a", 2)}, runtime.ErrConflict)
	commit(t, s, &runtime.Batch{Record: record("a", 3)})
}

func testFrames(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	f := runtime.Frame{Nid: "0_1-3", SinceMicros: 4, Task: "5", Timers: []runtime.FrameTimer{{ID: 1, DueMicros: 2}}, Data: []byte("x")}
	commit(t, s, &runtime.Batch{Record: record("a", 1), Frames: []runtime.Frame{f}})
	check(t, "frame", []runtime.Frame{f}, load(t, s, "a").Frames)
	put := func(nids ...string) (fs []runtime.Frame) {
		for _, nid := range nids {
			fs = append(fs, runtime.Frame{Nid: nid, Data: []byte("of " + nid)})
		}
		return fs
	}
	commit(t, s, &runtime.Batch{Record: record("a-b", 1), Frames: put("0")})
	commit(t, s, &runtime.Batch{Record: record("a", 2), Frames: put("0", "0_1", "0_10", "0_1-1", "0_1_0-1"), Removed: []string{"0_1-3", "0_7"}})
	commit(t, s, &runtime.Batch{Record: record("a", 3), Frames: put("0_2"), Removed: []string{"0_1"}})
	want := map[string]string{"0": "of 0", "0_10": "of 0_10", "0_1-1": "of 0_1-1", "0_1_0-1": "of 0_1_0-1", "0_2": "of 0_2"}
	check(t, "frames", want, frames(t, s, "a"))
	s = reopen()
	check(t, "frames", want, frames(t, s, "a"))
	check(t, "frames", map[string]string{"0": "of 0"}, frames(t, s, "a-b"))
}

// testAtomic refuses a batch that has a part of every kind: none is written.
func testAtomic(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	commit(t, s, &runtime.Batch{Record: record("a", 1), Frames: []runtime.Frame{{Nid: "0"}}, Sends: []runtime.Send{{Exid: "a", Data: []byte("l")}},
		Tasks: []runtime.TaskRecord{{Exid: "a", ID: "1", Domain: "d"}}, Timers: []runtime.Timer{{DueMicros: 1, Exid: "a", Nid: "0", ID: 1}}})
	letters, err := s.Inbox(t.Context(), "a", 9)
	if err != nil {
		t.Fatal(err)
	}
	refused(t, s, &runtime.Batch{
		Record: record("a", 1), Frames: []runtime.Frame{{Nid: "0_1"}}, Removed: []string{"0"}, Consumed: []uint64{letters[0].Number},
		Timers:   []runtime.Timer{{DueMicros: 2, Exid: "a", Nid: "0", ID: 2}},
		Untimers: []runtime.Timer{{DueMicros: 1, Exid: "a", Nid: "0", ID: 1}},
		Tasks:    []runtime.TaskRecord{{Exid: "a", ID: "2"}}, Traces: []runtime.Trace{{Text: "t"}}, Entries: []runtime.Entry{{Seq: 1}},
		Parts: []runtime.Part{{Ref: ref("p"), Data: []byte("p")}}, Checkpoint: &runtime.Checkpoint{Seq: 1}, Outcome: []byte("o"),
		Trees: []runtime.Tree{{ID: "t"}}, Sends: []runtime.Send{{Exid: "b"}}, Untasks: []runtime.TaskKey{{Exid: "a", ID: "1"}},
	}, runtime.ErrConflict)
	refused(t, s, &runtime.Batch{Record: record("a", 2), Sends: []runtime.Send{{Exid: "a"}},
		Returned: &runtime.TaskKey{Exid: "a", ID: "2"}}, runtime.ErrNotFound)
	s = reopen()
	check(t, "frames", map[string]string{"0": ""}, frames(t, s, "a"))
	left, err := s.Inbox(t.Context(), "a", 9)
	check(t, "letters", letters, left)
	timers, err2 := s.Timers(t.Context(), runtime.Timer{}, 9)
	check(t, "timers", []runtime.Timer{{DueMicros: 1, Exid: "a", Nid: "0", ID: 1}}, timers)
	check(t, "tasks", []*runtime.TaskRecord{{Exid: "a", ID: "1", Domain: "d"}}, collect(t, s.Tasks(t.Context(), "")))
	check(t, "traces", []runtime.Trace(nil), collect(t, s.Traces(t.Context(), "a")))
	check(t, "journal", []runtime.Entry(nil), collect(t, s.Journal(t.Context(), "a", 0)))
	check(t, "ready", []string{"a"}, collect(t, s.Ready(t.Context())))
	if st := load(t, s, "a"); len(st.Parts) > 0 || st.Outcome != nil {
		t.Errorf("parts or an outcome are there: %+v", st)
	}
	if _, err := s.Checkpoint(t.Context(), "a", 9); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("the checkpoint is there: %v", err)
	}
	if _, err := s.Tree(t.Context(), "t"); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("the tree is there: %v", err)
	}
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
}

func testInbox(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	texts := func(exid string, limit int) (texts []string, numbers []uint64) {
		letters, err := s.Inbox(t.Context(), exid, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range letters {
			texts, numbers = append(texts, string(l.Data)), append(numbers, l.Number)
		}
		return texts, numbers
	}
	send := func(b *runtime.Batch, exid string, texts ...string) {
		for _, text := range texts {
			b.Sends = append(b.Sends, runtime.Send{Exid: exid, Data: []byte(text)})
		}
		commit(t, s, b)
	}
	send(&runtime.Batch{}, "a", "1", "2", "3")
	send(&runtime.Batch{Record: record("a", 1)}, "a", "4")
	send(&runtime.Batch{}, "a-b", "other")
	send(&runtime.Batch{}, "a", "5")
	got, numbers := texts("a", 3)
	check(t, "letters", []string{"1", "2", "3"}, got)
	rec := record("a", 2)
	rec.Consumed = numbers[1]
	send(&runtime.Batch{Record: rec, Consumed: numbers[:2]}, "a", "6")
	s = reopen()
	send(&runtime.Batch{}, "a", "7")
	got, numbers = texts("a", 99)
	check(t, "letters", []string{"3", "4", "5", "6", "7"}, got)
	if !slices.IsSorted(numbers) {
		t.Errorf("the numbers do not rise: %v", numbers)
	}
	got, _ = texts("a-b", 9)
	check(t, "letters", []string{"other"}, got)
	got, _ = texts("none", 9)
	check(t, "letters", []string(nil), got)
}

func testReady(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	ready := func(exid string, seq uint64) *runtime.Record {
		rec := record(exid, seq)
		rec.Ready = true
		return rec
	}
	commit(t, s, &runtime.Batch{Record: ready("a", 1)})
	commit(t, s, &runtime.Batch{Record: ready("b", 1), Sends: []runtime.Send{{Exid: "b"}, {Exid: "c"}, {Exid: "c"}}})
	commit(t, s, &runtime.Batch{Record: record("d", 1)})
	list := func() []string { return slices.Sorted(slices.Values(collect(t, s.Ready(t.Context())))) }
	check(t, "ready", []string{"a", "b", "c"}, list())
	commit(t, s, &runtime.Batch{Record: record("a", 2)})
	commit(t, s, &runtime.Batch{Record: ready("b", 2)})
	letters, err := s.Inbox(t.Context(), "c", 9)
	if err != nil {
		t.Fatal(err)
	}
	commit(t, s, &runtime.Batch{Record: record("c", 1), Consumed: []uint64{letters[0].Number, letters[1].Number}})
	s = reopen()
	check(t, "ready", []string{"b"}, list())
}

func testTimers(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	var want []runtime.Timer
	for _, due := range []int64{1 << 50, 5, 300, 4, 70000, 5} {
		for _, exid := range []string{"b", "a-b", "a", "a.b"} {
			for _, nid := range []string{"0_1", "0", "0_1-2", "0_10"} {
				for _, id := range []int64{2, 1, 300} {
					want = append(want, runtime.Timer{DueMicros: due, Exid: exid, Nid: nid, ID: id})
				}
			}
		}
	}
	byExid := map[string][]runtime.Timer{}
	for _, timer := range want {
		byExid[timer.Exid] = append(byExid[timer.Exid], timer)
	}
	for exid, timers := range byExid {
		commit(t, s, &runtime.Batch{Record: record(exid, 1), Timers: timers})
	}
	slices.SortFunc(want, runtime.Timer.Compare)
	want = slices.Compact(want)
	read := func(limit int) (all []runtime.Timer) {
		for after := (runtime.Timer{}); ; {
			ts, err := s.Timers(t.Context(), after, limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(ts) > limit {
				t.Fatalf("%d timers, at most %d were asked for", len(ts), limit)
			}
			if all = append(all, ts...); len(ts) < limit {
				return all
			}
			after = ts[len(ts)-1]
		}
	}
	check(t, "timers", want, read(1000))
	s = reopen()
	check(t, "timers", want, read(7))
	gone := runtime.Timer{DueMicros: 5, Exid: "a", Nid: "0", ID: 1}
	commit(t, s, &runtime.Batch{Record: record("a", 2), Untimers: []runtime.Timer{gone, {DueMicros: 6, Exid: "a", Nid: "0", ID: 1}}})
	want = slices.DeleteFunc(want, func(t runtime.Timer) bool { return t == gone })
	check(t, "timers", want, read(50))
}

func testTasks(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	task := runtime.TaskRecord{Exid: "a", ID: "1", Nid: "0_1", Tasker: "al", Name: "n", SinceMicros: 3, Line: 4, Domain: "d", Data: []byte("d")}
	other := runtime.TaskRecord{Exid: "a-b", ID: "1", Nid: "0", Domain: "d"}
	commit(t, s, &runtime.Batch{Record: record("a", 1), Tasks: []runtime.TaskRecord{task, {Exid: "a", ID: "2", Domain: "d"}}})
	commit(t, s, &runtime.Batch{Record: record("a-b", 1), Tasks: []runtime.TaskRecord{other}})
	one, none := task.Key(), runtime.TaskKey{Exid: "a", ID: "3"}
	commit(t, s, &runtime.Batch{Accepted: []runtime.TaskKey{one, none}})
	commit(t, s, &runtime.Batch{Withdrawn: []runtime.TaskKey{one, none}, Untasks: []runtime.TaskKey{none, {Exid: "x", ID: "1"}}})
	s = reopen()
	task.Accepted, task.Withdrawn = true, true
	check(t, "tasks", []*runtime.TaskRecord{&task, {Exid: "a", ID: "2", Domain: "d"}}, collect(t, s.Tasks(t.Context(), "a")))
	check(t, "tasks", []*runtime.TaskRecord{&task, {Exid: "a", ID: "2", Domain: "d"}, &other}, collect(t, s.Tasks(t.Context(), "")))
	got, err := s.TaskRecord(t.Context(), "a", "1")
	if err != nil {
		t.Fatal(err)
	}
	check(t, "task", &task, got)
	// What is withdrawn, or not there, does not begin, nor does what comes with it.
	two := runtime.TaskKey{Exid: "a", ID: "2"}
	for _, k := range []runtime.TaskKey{one, none} {
		refused(t, s, &runtime.Batch{Record: record("c", 1), Begun: &k}, runtime.ErrNotFound)
	}
	commit(t, s, &runtime.Batch{Record: record("c", 1), Begun: &two})
	s = reopen()
	if got, err := s.TaskRecord(t.Context(), "a", "2"); err != nil || !got.Accepted {
		t.Errorf("what has begun is %+v, %v", got, err)
	}
	back := &runtime.Batch{Returned: &one, Sends: []runtime.Send{{Exid: "a", Data: []byte("back")}}}
	commit(t, s, back)
	refused(t, s, back, runtime.ErrNotFound)
	letters, err := s.Inbox(t.Context(), "a", 9)
	if err != nil || len(letters) != 1 {
		t.Errorf("one letter for one return, got %d (%v)", len(letters), err)
	}
	if _, err := s.TaskRecord(t.Context(), "a", "1"); !errors.Is(err, runtime.ErrNotFound) {
		t.Errorf("the task that was returned: %v", err)
	}
	commit(t, s, &runtime.Batch{Untasks: []runtime.TaskKey{{Exid: "a", ID: "2"}}})
	check(t, "tasks", []*runtime.TaskRecord(nil), collect(t, s.Tasks(t.Context(), "a")))
}

func testLogs(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	var traces []runtime.Trace
	var entries []runtime.Entry
	for seq := range uint64(300) {
		e := runtime.Entry{Seq: seq + 1, Hash: []byte{1, byte(seq)}, Data: fmt.Append(nil, seq)}
		two := []runtime.Trace{{Nid: "0", Text: fmt.Sprint(seq), AtMicros: 5}, {Nid: "0", Text: "again"}}
		traces, entries = append(traces, two...), append(entries, e)
		commit(t, s, &runtime.Batch{Record: record("a", seq+1), Traces: two, Entries: []runtime.Entry{e}})
		for i := range two {
			traces[len(traces)-2+i].Seq = seq + 1
		}
	}
	s = reopen()
	check(t, "traces", traces, collect(t, s.Traces(t.Context(), "a")))
	check(t, "journal", entries, collect(t, s.Journal(t.Context(), "a", 0)))
	check(t, "journal", entries[255:], collect(t, s.Journal(t.Context(), "a", 256)))
	for range s.Journal(t.Context(), "a", 0) {
		break // leaving early does no harm
	}
}

func testTrees(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	for range 2 {
		commit(t, s, &runtime.Batch{Trees: []runtime.Tree{{ID: "1", Data: []byte("one")}, {ID: "2", Data: []byte("two")}}})
		s = reopen()
	}
	got, err := s.Tree(t.Context(), "2")
	if err != nil || string(got) != "two" {
		t.Errorf("tree: %q, %v", got, err)
	}
}

func testRecords(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	exids := []string{"a-u0-2", "a-u0-10", "b", "a", "a.b-u0-1"}
	for _, exid := range exids {
		commit(t, s, &runtime.Batch{Record: record(exid, 1), Frames: []runtime.Frame{{Nid: "0"}}})
	}
	s = reopen()
	var got []string
	for _, rec := range collect(t, s.Records(t.Context())) {
		got = append(got, rec.Exid)
		check(t, "record", record(rec.Exid, 1), rec)
	}
	check(t, "records", slices.Sorted(slices.Values(exids)), got)
}

func testClosed(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	commit(t, s, &runtime.Batch{Record: record("a", 1)})
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	refused(t, s, &runtime.Batch{Record: record("a", 2)}, runtime.ErrClosed)
	if _, err := s.Record(t.Context(), "a"); !errors.Is(err, runtime.ErrClosed) {
		t.Errorf("a record of a closed store: %v", err)
	}
	for _, err := range s.Records(t.Context()) {
		if !errors.Is(err, runtime.ErrClosed) {
			t.Errorf("the records of a closed store: %v", err)
		}
	}
	s = reopen()
	commit(t, s, &runtime.Batch{Record: record("a", 2)})
}

func testContext(t *testing.T, s runtime.Store, _ func() runtime.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Record(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("a read after its context ended: %v", err)
	}
}
