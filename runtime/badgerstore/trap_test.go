package badgerstore

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/runtime"
)

func put(t testing.TB, s *Store, b *runtime.Batch) {
	t.Helper()
	if err := s.Commit(t.Context(), b); err != nil {
		t.Fatal(err)
	}
}

// TestTornReads shows that reads at any other point than the last acknowledged
// transaction see parts of transactions, which is why view reads there. Where
// this fails Badger has changed, and view could be simpler.
func TestTornReads(t *testing.T) {
	s := mustOpen(t, t.TempDir())
	defer s.Close()
	const keys = 100
	commit := func(seq uint64) {
		b := &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: seq}}
		for i := range keys {
			b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprint(i), SinceMicros: int64(seq)})
		}
		put(t, s, b)
	}
	// torn tells whether two frames are of different commits.
	torn := func(txn *badger.Txn) (torn bool) {
		seqs := map[int64]bool{}
		prefix := key(framePrefix, "a")
		err := scan(txn, prefix, prefix, func(k, v []byte) (bool, error) {
			var f runtime.Frame
			err := decode(k, v, &f)
			seqs[f.SinceMicros] = true
			return true, err
		})
		if err != nil {
			t.Error(err)
		}
		return len(seqs) > 1
	}
	commit(1)
	var wg sync.WaitGroup
	done, enough := make(chan struct{}), make(chan struct{})
	wg.Go(func() {
		defer close(done)
		for seq := uint64(2); seq < 1000 && !t.Failed(); seq++ {
			select {
			case <-enough:
				return
			default:
				commit(seq)
			}
		}
	})
	newest, acknowledged, reads, told := 0, 0, 0, false
	for over := false; !over; reads++ {
		if newest >= 5 && !told {
			told = true
			close(enough)
		}
		select {
		case <-done:
			over = true
		default:
		}
		txn := s.db.NewTransactionAt(math.MaxUint64, false)
		if torn(txn) {
			newest++
		}
		txn.Discard()
		err := s.view(t.Context(), nil, func(txn *badger.Txn) error {
			if torn(txn) {
				acknowledged++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	t.Logf("%d reads, of the newest state %d torn", reads, newest)
	if acknowledged > 0 {
		t.Errorf("%d of %d reads saw a part of a transaction", acknowledged, reads)
	}
	if newest == 0 {
		t.Errorf("none of %d reads of the newest state saw a part of a transaction", reads)
	}
}

// TestDeletedStayDeleted does many puts and deletes, and looks for deleted keys
// that came back, as they did in Badger before 4.9.4. FLORC_TEST_DELETES is
// how many; the fault took some millions to show.
func TestDeletedStayDeleted(t *testing.T) {
	n := 80_000
	if many, err := strconv.Atoi(os.Getenv("FLORC_TEST_DELETES")); err == nil {
		n = many
	} else if testing.Short() {
		n /= 5
	}
	dir := t.TempDir()
	s := mustOpen(t, dir)
	const execs, perCommit = 16, 200
	live := make([]map[string]bool, execs)
	seqs := make([]uint64, execs)
	r := rand.New(rand.NewPCG(5, uint64(n)))
	check := func() {
		t.Helper()
		for e := range execs {
			st, err := s.Load(t.Context(), fmt.Sprint(e))
			if errors.Is(err, runtime.ErrNotFound) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range st.Frames {
				if !live[e][f.Nid] {
					t.Fatalf("frame %s of %d came back", f.Nid, e)
				}
			}
			if len(st.Frames) != len(live[e]) {
				t.Fatalf("%d of %d frames of %d are there", len(st.Frames), len(live[e]), e)
			}
		}
	}
	for done := 0; done < n; done += perCommit {
		e := r.IntN(execs)
		if live[e] == nil {
			live[e] = map[string]bool{}
		}
		seqs[e]++
		b := &runtime.Batch{Record: &runtime.Record{Exid: fmt.Sprint(e), Seq: seqs[e]}}
		touched := map[string]bool{}
		for range perCommit {
			nid := fmt.Sprint(r.IntN(3000))
			if touched[nid] {
				continue
			}
			touched[nid] = true
			if live[e][nid] {
				b.Removed = append(b.Removed, nid)
				delete(live[e], nid)
			} else {
				b.Frames = append(b.Frames, runtime.Frame{Nid: nid, Data: bytes.Repeat([]byte{byte(done)}, 600)})
				live[e][nid] = true
			}
		}
		put(t, s, b)
		if done%(n/8/perCommit*perCommit) == 0 {
			check()
		}
	}
	check()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	defer s.Close()
	check()
}

// TestUnknownCommit has the database fail under a commit: the store says so
// from there on, and is whole when it is opened again.
func TestUnknownCommit(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	put(t, s, firstBatch())
	failure := errors.New("the disk is gone")
	s.beforeWrite = func() error { return failure }
	err := s.Commit(t.Context(), largeBatch())
	if !errors.Is(err, failure) || !strings.Contains(err.Error(), "may be stored or not") {
		t.Errorf("a commit that failed: %v", err)
	}
	small := &runtime.Batch{Record: &runtime.Record{Exid: "other", Seq: 1}}
	if err := s.Commit(t.Context(), small); !errors.Is(err, failure) {
		t.Errorf("a commit after that: %v", err)
	}
	if _, err := s.Record(t.Context(), "a"); !errors.Is(err, failure) {
		t.Errorf("a read after that: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, dir)
	defer s.Close()
	put(t, s, small)
	if err := s.Check(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// TestTimersBound removes timers by the thousand, so that the bound rises, and
// sets earlier ones: none is passed over.
func TestTimersBound(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	r := rand.New(rand.NewPCG(9, 9))
	set := map[runtime.Timer]bool{}
	seq, now := uint64(0), int64(0)
	for round := range 60 {
		b := &runtime.Batch{}
		for i := range 500 {
			due := now + r.Int64N(3000)
			if round < 40 && r.IntN(200) == 0 {
				due = r.Int64N(1 + now) // an earlier one
			}
			timer := runtime.Timer{DueMicros: due, Exid: "a", Nid: fmt.Sprint(round), ID: int64(i)}
			b.Timers = append(b.Timers, timer)
			set[timer] = true
		}
		now += 400
		put(t, s, withRecord(b, &seq))
		b = &runtime.Batch{}
		for timer := range set {
			if timer.DueMicros < now || r.IntN(4) == 0 {
				b.Untimers = append(b.Untimers, timer)
				delete(set, timer)
			}
		}
		put(t, s, withRecord(b, &seq))
		if round%20 == 19 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = mustOpen(t, dir)
		}
		timers, err := s.Timers(t.Context(), runtime.Timer{}, math.MaxInt)
		if err != nil {
			t.Fatal(err)
		}
		got := map[runtime.Timer]bool{}
		for _, timer := range timers {
			got[timer] = true
		}
		if diff := cmp.Diff(set, got); diff != "" {
			t.Fatalf("round %d (-want +got):\n%s", round, diff)
		}
	}
	defer s.Close()
	if bound := s.work.timersFrom; bound < now/2 {
		t.Errorf("the bound is at %d, and it is %d", bound, now)
	}
}

func withRecord(b *runtime.Batch, seq *uint64) *runtime.Batch {
	*seq++
	b.Record = &runtime.Record{Exid: "a", Seq: *seq}
	return b
}

// TestWorklistLog has items come and go, and some stay: after each opening the
// worklist is the same, and its log stays short.
func TestWorklistLog(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	rounds := 2*worklistSlack + 500
	put(t, s, &runtime.Batch{Record: &runtime.Record{Exid: "stays", Seq: 1, Ready: true}, Tasks: []runtime.TaskRecord{{Exid: "stays", ID: "1"}},
		Sends: []runtime.Send{{Exid: "nobody"}}})
	var wg sync.WaitGroup
	const workers = 8
	for w := range workers {
		wg.Go(func() {
			for i := range rounds / workers {
				err := s.Commit(t.Context(), &runtime.Batch{Record: &runtime.Record{Exid: fmt.Sprint(w), Seq: uint64(i + 1), Ready: i%2 == 0}})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	// One at a time, so that each has a log of its own.
	for i := range rounds {
		put(t, s, &runtime.Batch{Record: &runtime.Record{Exid: "one", Seq: uint64(i + 1), Ready: i%2 == 0}})
	}
	want := s.work.copy()
	for i := range want {
		want[i] = 0
	}
	if stay, untold := 3, workers+2; len(want) != stay+untold { // those, and what the index is to be told of
		t.Errorf("want %d items, got %v", stay+untold, want)
	}
	s.Close()
	s = mustOpen(t, dir)
	defer s.Close()
	got := s.work.copy()
	for i := range got {
		got[i] = 0
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(item{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	logs := 0
	err := s.view(t.Context(), nil, func(txn *badger.Txn) error {
		return scan(txn, []byte(logPrefix), []byte(logPrefix), func(k, v []byte) (bool, error) {
			logs++
			return true, nil
		})
	})
	if err != nil || logs > worklistSlack+100 {
		t.Errorf("%d logs are left (%v)", logs, err)
	}
	if err := s.Check(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestMigration brings a store from one format to the next, and is cut short.
func TestMigration(t *testing.T) {
	dir := t.TempDir()
	mustOpen(t, dir).Close()
	if err := writeDurably(filepath.Join(dir, formatFile), formatText(1)); err != nil {
		t.Fatal(err)
	}
	runs := []string{}
	cut := true
	steps := []migration{
		func(dir string) error {
			runs = append(runs, "1")
			return os.WriteFile(filepath.Join(dir, "ADDED"), nil, 0o600)
		},
		func(string) error {
			runs = append(runs, "2")
			if cut {
				return errCut
			}
			return nil
		},
	}
	if err := prepareDir(dir, steps); !errors.Is(err, errCut) || !strings.Contains(err.Error(), "its format, 2, cannot be brought to 3") {
		t.Errorf("a migration that fails: %v", err)
	}
	if n, err := readFormat(dir); n != 2 || err != nil {
		t.Errorf("format %d, %v after the second step failed", n, err)
	}
	cut = false
	for range 2 {
		if err := prepareDir(dir, steps); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := readFormat(dir); n != 3 || err != nil {
		t.Errorf("format %d, %v", n, err)
	}
	if diff := cmp.Diff([]string{"1", "2", "2"}, runs); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if err := writeDurably(filepath.Join(dir, formatFile), formatText(len(migrations)+2)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), "newer") {
		t.Errorf("the format of a later version: %v", err)
	}
}

// TestListTasks opens a store that was written before tasks were listed, and
// knew no domains.
func TestListTasks(t *testing.T) {
	dir := t.TempDir()
	s := mustOpen(t, dir)
	rec := &runtime.Record{Exid: "x", Seq: 1, Origin: &runtime.Origin{Domain: "d"}}
	task := func(id string, accepted bool) runtime.TaskRecord {
		return runtime.TaskRecord{Exid: "x", ID: id, Tasker: "al", Accepted: accepted, Data: []byte(id)}
	}
	if err := s.Commit(t.Context(), &runtime.Batch{Record: rec, Tasks: []runtime.TaskRecord{task("1", true), task("2", false), task("3", true)}}); err != nil {
		t.Fatal(err)
	}
	var unlist builder
	for _, id := range []string{"1", "3"} {
		t := task(id, true)
		unlist.list("x", &t, true).remove()
	}
	unlist.key(listsKey).remove()
	last, err := s.writeMany(s.last, unlist.writes(0, nil))
	if err != nil {
		t.Fatal(err)
	}
	s.publish(last, s.work.timersFrom, last, nil)
	if err := s.Check(t.Context(), nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("a store without lists is found to be sound: %v", err)
	}
	s.Close()
	if err := writeDurably(filepath.Join(dir, formatFile), formatText(1)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		s = mustOpen(t, dir)
		var got []string
		for t, err := range s.Listed(t.Context(), "al", true, runtime.Place{}) {
			if err != nil {
				panic(err)
			}
			got = append(got, t.Domain+t.ID)
		}
		if diff := cmp.Diff([]string{"d1", "d3"}, got); diff != "" {
			t.Error(diff)
		}
		if err := s.Check(t.Context(), nil); err != nil {
			t.Error(err)
		}
		s.Close()
	}
	if n, err := readFormat(dir); n != len(migrations)+1 || err != nil {
		t.Errorf("format %d, %v", n, err)
	}
}
