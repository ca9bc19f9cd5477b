package storetest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

func ref(text string) value.Ref {
	sum := sha256.Sum256([]byte(text))
	return value.Ref(sum[:16])
}

func part(text string) runtime.Part { return runtime.Part{Ref: ref(text), Data: []byte(text)} }

func parts(t testing.TB, s runtime.Store, exid string) (texts []string) {
	t.Helper()
	for _, p := range load(t, s, exid).Parts {
		if p.Ref != ref(string(p.Data)) {
			t.Errorf("the part %q is under the address of another", p.Data)
		}
		texts = append(texts, string(p.Data))
	}
	slices.Sort(texts)
	return texts
}

func testParts(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	commit(t, s, &runtime.Batch{Record: record("a", 1), Parts: []runtime.Part{part("x"), part("y"), part("z")}})
	commit(t, s, &runtime.Batch{Record: record("a-b", 1), Parts: []runtime.Part{part("other")}, Outcome: []byte("out")})
	commit(t, s, &runtime.Batch{Record: record("a", 2), Parts: []runtime.Part{part("x"), part("w")}, Unparts: []value.Ref{ref("y"), ref("none")}})
	for range 2 {
		check(t, "parts", []string{"w", "x", "z"}, parts(t, s, "a"))
		check(t, "parts", []string{"other"}, parts(t, s, "a-b"))
		check(t, "outcome", "out", string(load(t, s, "a-b").Outcome))
		s = reopen()
	}
	got, err := s.Part(t.Context(), "a", ref("z"))
	if err != nil || string(got) != "z" {
		t.Errorf("part z: %q, %v", got, err)
	}
	for _, of := range []string{"a", "a-b", "none"} {
		if _, err := s.Part(t.Context(), of, ref("y")); !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("part y of %s: %v", of, err)
		}
	}
	commit(t, s, &runtime.Batch{Record: record("a-b", 2)})
	check(t, "outcome", "out", string(load(t, s, "a-b").Outcome))
}

// testOutbox follows tasks on their way: those that wait for their taskers are
// in the outbox.
func testOutbox(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	task := func(exid, id string) runtime.TaskRecord {
		return runtime.TaskRecord{Exid: exid, ID: id, Nid: "0_1", Data: []byte(exid + id)}
	}
	outbox := func(want ...string) {
		t.Helper()
		for range 2 {
			var got []string
			for _, task := range collect(t, s.Outbox(t.Context())) {
				got = append(got, task.Exid+" "+task.ID)
				if string(task.Data) != task.Exid+task.ID {
					t.Errorf("the task has the data of another: %+v", task)
				}
			}
			check(t, "outbox", want, got)
			s = reopen()
		}
	}
	ready := task("a", "2")
	ready.Accepted = true
	commit(t, s, &runtime.Batch{Record: record("a", 1), Tasks: []runtime.TaskRecord{task("a", "1"), ready, task("a", "3")}})
	commit(t, s, &runtime.Batch{Record: record("b", 1), Tasks: []runtime.TaskRecord{task("b", "1")}})
	outbox("a 1", "a 3", "b 1")
	commit(t, s, &runtime.Batch{Accepted: []runtime.TaskKey{{Exid: "a", ID: "1"}, {Exid: "b", ID: "1"}}})
	outbox("a 3")
	// A batch accepts a task that it has itself, and one that it returns.
	commit(t, s, &runtime.Batch{Record: record("a", 2), Tasks: []runtime.TaskRecord{task("a", "4")},
		Accepted: []runtime.TaskKey{{Exid: "a", ID: "4"}, {Exid: "a", ID: "3"}}, Returned: &runtime.TaskKey{Exid: "a", ID: "3"}})
	outbox()
	check(t, "tasks", 3, len(collect(t, s.Tasks(t.Context(), "a"))))
	commit(t, s, &runtime.Batch{Withdrawn: []runtime.TaskKey{{Exid: "a", ID: "2"}, {Exid: "b", ID: "1"}, {Exid: "b", ID: "9"}}})
	outbox("a 2", "b 1")
	commit(t, s, &runtime.Batch{Accepted: []runtime.TaskKey{{Exid: "a", ID: "2"}}, Untasks: []runtime.TaskKey{{Exid: "b", ID: "1"}}})
	outbox("a 2")
	commit(t, s, &runtime.Batch{Returned: &runtime.TaskKey{Exid: "a", ID: "2"}})
	outbox()
	refused(t, s, &runtime.Batch{Returned: &runtime.TaskKey{Exid: "b", ID: "1"}}, runtime.ErrNotFound)
	check(t, "tasks", 2, len(collect(t, s.Tasks(t.Context(), ""))))
}

func testCheckpoints(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	piece := func(n byte) []byte { return bytes.Repeat([]byte{n}, 700<<10) }
	points := map[uint64]*runtime.Checkpoint{
		2: {Seq: 2, LogHash: []byte("l2"), StateHash: []byte("s2"), State: [][]byte{[]byte("two")}},
		4: {Seq: 4, LogHash: []byte("l4"), StateHash: []byte("s4"), State: [][]byte{piece(1), piece(2), piece(3)}},
		5: {Seq: 5, LogHash: []byte("l5"), StateHash: []byte("s5")},
	}
	for seq := range uint64(7) {
		commit(t, s, &runtime.Batch{Record: record("a", seq+1), Checkpoint: points[seq+1]})
	}
	commit(t, s, &runtime.Batch{Record: record("a-b", 1), Checkpoint: &runtime.Checkpoint{Seq: 1, LogHash: []byte("other")}})
	s = reopen()
	for at, want := range map[uint64]uint64{2: 2, 3: 2, 4: 4, 5: 5, 6: 5, 1 << 63: 5} {
		got, err := s.Checkpoint(t.Context(), "a", at)
		if err != nil {
			t.Fatalf("the checkpoint at %d: %v", at, err)
		}
		check(t, fmt.Sprintf("checkpoint at %d", at), points[want], got)
	}
	for _, exid := range []string{"a", "none", "a-"} {
		if got, err := s.Checkpoint(t.Context(), exid, 1); !errors.Is(err, runtime.ErrNotFound) {
			t.Errorf("a checkpoint of %s before the first: %+v, %v", exid, got, err)
		}
	}
}

// testImport stores an execution that comes from elsewhere.
func testImport(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	rec := record("a", 7)
	rec.Origin = &runtime.Origin{Domain: "from", Machine: []byte("m")}
	rec.Ready = true
	b := &runtime.Batch{Record: rec, Import: true,
		Frames: []runtime.Frame{{Nid: "0", Data: []byte("f")}}, Parts: []runtime.Part{part("x")},
		Timers:     []runtime.Timer{{DueMicros: 3, Exid: "a", Nid: "0", ID: 1}},
		Tasks:      []runtime.TaskRecord{{Exid: "a", ID: "1"}},
		Traces:     []runtime.Trace{{Seq: 1, Text: "one"}, {Seq: 1, Text: "more"}, {Seq: 5, Text: "five"}},
		Entries:    []runtime.Entry{{Seq: 1, Hash: []byte{1}}, {Seq: 4, Data: []byte{4}}, {Seq: 7}},
		Checkpoint: &runtime.Checkpoint{Seq: 3, State: [][]byte{{3}}}, Outcome: []byte("o"),
		Sends: []runtime.Send{{Exid: "a", Data: []byte("letter")}}}
	commit(t, s, b)
	refused(t, s, b, runtime.ErrConflict)
	again := *b
	again.Record = record("a", 8)
	refused(t, s, &again, runtime.ErrConflict)
	s = reopen()
	refused(t, s, b, runtime.ErrConflict)
	st := load(t, s, "a")
	check(t, "record", rec, st.Record)
	check(t, "outcome", "o", string(st.Outcome))
	check(t, "frames", map[string]string{"0": "f"}, frames(t, s, "a"))
	check(t, "parts", []string{"x"}, parts(t, s, "a"))
	check(t, "traces", b.Traces, collect(t, s.Traces(t.Context(), "a")))
	check(t, "journal", b.Entries, collect(t, s.Journal(t.Context(), "a", 0)))
	check(t, "ready", []string{"a"}, collect(t, s.Ready(t.Context())))
	check(t, "outbox", 1, len(collect(t, s.Outbox(t.Context()))))
	refused(t, s, &runtime.Batch{Record: record("a", 1)}, runtime.ErrConflict)
	commit(t, s, &runtime.Batch{Record: record("a", 8)})
	commit(t, s, &runtime.Batch{Record: record("b", 1)})
	other := &runtime.Batch{Record: record("b", 1), Import: true}
	refused(t, s, other, runtime.ErrConflict)
}

func testCheck(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	testImport(t, s, reopen)
	s = reopen()
	last := int64(-1)
	err := s.Check(t.Context(), func(done, total int64) {
		if done > total || done < last {
			t.Errorf("%d of %d bytes after %d", done, total, last)
		}
		last = done
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Check(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}
