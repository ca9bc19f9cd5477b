package badgerstore_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

// fill commits something of every kind.
func fill(t testing.TB, s *badgerstore.Store, execs, rounds int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for round := range rounds {
		for e := range execs {
			exid, seq := exidOf(e), uint64(round+1)
			rec := &runtime.Record{Exid: exid, Seq: seq, Status: runtime.Active, Header: text(r, 50), Ready: round%2 == 0}
			if seq == 1 {
				rec.Origin = &runtime.Origin{Domain: "d", Name: exid}
			}
			if round == rounds-1 && e%2 == 0 {
				rec.Status = runtime.Terminated
			}
			b := &runtime.Batch{Record: rec,
				Frames:  []runtime.Frame{{Nid: fmt.Sprint("0_", round), Data: text(r, 100)}, {Nid: "0", Data: text(r, 200)}},
				Removed: []string{fmt.Sprint("0_", round-2)},
				Parts:   []runtime.Part{{Ref: value.Ref{byte(round)}, Data: text(r, 300)}},
				Timers:  []runtime.Timer{{DueMicros: int64(round*1000 + e), Exid: exid, Nid: "0", ID: 1}},
				Tasks:   []runtime.TaskRecord{{Exid: exid, ID: fmt.Sprint(round), Data: text(r, 100), Accepted: e%2 == 0, Domain: "d"}},
				Traces:  []runtime.Trace{{Text: "t"}}, Entries: []runtime.Entry{{Seq: seq, Data: text(r, 200)}},
				Outcome: text(r, 30), Trees: []runtime.Tree{{ID: fmt.Sprint(e), Data: text(r, 100)}},
				Sends: []runtime.Send{{Exid: exid, Data: text(r, 40)}},
			}
			if round > 0 {
				b.Untimers = []runtime.Timer{{DueMicros: int64((round-1)*1000 + e), Exid: exid, Nid: "0", ID: 1}}
			}
			if round%3 == 0 {
				b.Checkpoint = &runtime.Checkpoint{Seq: seq, State: [][]byte{text(r, 100), text(r, 100)}}
			}
			if round == 1 && e < 2 {
				b.Parts = append(b.Parts, runtime.Part{Ref: value.Ref{99}, Data: bytes.Repeat(text(r, 1000), 1100)})
			}
			if rec.Status == runtime.Terminated {
				b.Frames, b.Removed = nil, append(b.Removed, "0", fmt.Sprint("0_", round-1))
				b.Parts, b.Unparts = nil, []value.Ref{{99}}
				for i := range round {
					b.Unparts = append(b.Unparts, value.Ref{byte(i)})
				}
			}
			if err := s.Commit(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// dump reads all that is in a store.
func dump(t testing.TB, s *badgerstore.Store) string {
	t.Helper()
	var b strings.Builder
	must := func(err error) {
		if err != nil {
			fmt.Fprintln(&b, "ERROR", err)
		}
	}
	ctx := t.Context()
	for rec, err := range s.Records(ctx) {
		must(err)
		if err != nil {
			break
		}
		st, err := s.Load(ctx, rec.Exid)
		must(err)
		if err != nil {
			break
		}
		origin := *rec.Origin
		rec.Origin = nil
		fmt.Fprintf(&b, "%+v %+v %+v %x %x %q\n", *rec, origin, st.Frames, st.Parts, st.Outcome, rec.Header)
		letters, err := s.Inbox(ctx, rec.Exid, 1000)
		must(err)
		fmt.Fprintln(&b, letters)
		for e, err := range s.Journal(ctx, rec.Exid, 0) {
			must(err)
			fmt.Fprintln(&b, e)
		}
		for e, err := range s.Traces(ctx, rec.Exid) {
			must(err)
			fmt.Fprintln(&b, e)
		}
		for at := range rec.Seq + 1 {
			c, err := s.Checkpoint(ctx, rec.Exid, at)
			fmt.Fprintln(&b, c, err)
		}
	}
	for task, err := range s.Tasks(ctx, "") {
		must(err)
		if err == nil {
			fmt.Fprintf(&b, "%+v\n", *task)
		}
	}
	for task, err := range s.Outbox(ctx) {
		must(err)
		if err == nil {
			fmt.Fprintf(&b, "%+v\n", *task)
		}
	}
	for exid, err := range s.Ready(ctx) {
		must(err)
		fmt.Fprintln(&b, exid)
	}
	timers, err := s.Timers(ctx, runtime.Timer{}, 100_000)
	must(err)
	fmt.Fprintln(&b, timers)
	for id := range 100 {
		data, err := s.Tree(ctx, fmt.Sprint(id))
		fmt.Fprintf(&b, "%q %v\n", data, err)
	}
	return b.String()
}

// TestFlippedBits flips one bit at many places in a store's files: it is found
// when the store is opened or checked, or changes nothing.
func TestFlippedBits(t *testing.T) {
	for _, key := range []string{"", "0123456789abcdef"} {
		t.Run(fmt.Sprint("key=", key), func(t *testing.T) { flipBits(t, badgerstore.Options{EncryptionKey: []byte(key)}) })
	}
}

func flipBits(t *testing.T, o badgerstore.Options) {
	dir := t.TempDir()
	s, err := badgerstore.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, s, 20, 12)
	if err := s.Close(); err != nil { // which writes tables
		t.Fatal(err)
	}
	if s, err = badgerstore.Open(dir, o); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		rec := &runtime.Record{Exid: "later", Seq: uint64(i + 1), Header: noise(100)}
		if i == 0 {
			rec.Origin = &runtime.Origin{}
		}
		b := &runtime.Batch{Record: rec}
		if i == 100 {
			b.Parts = []runtime.Part{{Ref: value.Ref{7}, Data: noise(2 << 20)}}
		}
		if err := s.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	want := dump(t, s)
	crashed := badgerstore.ImageOf(t, dir)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if again, err := badgerstore.Open(dir, o); err != nil {
		t.Fatal(err)
	} else if got := dump(t, again); got != want {
		t.Fatal("the store is not the same after it was opened again")
	} else if again.Close(); strings.Contains(want, "ERROR") {
		t.Fatal("the store cannot be read")
	}
	trials := 3
	if n, err := strconv.Atoi(os.Getenv("FLORC_TEST_FLIPS")); err == nil {
		trials = n
	}
	r := rand.New(rand.NewPCG(3, uint64(trials)))
	for _, file := range slices.Sorted(maps.Keys(crashed)) {
		if filepath.Base(file) == "LOCK" {
			continue // it has the number of a process, for people
		}
		for range trials {
			flipOne(t, r, o, crashed, file, want)
		}
	}
}

func flipOne(t *testing.T, r *rand.Rand, o badgerstore.Options, crashed badgerstore.Image, file, want string) {
	dir := crashed.Restore(t)
	defer os.RemoveAll(dir)
	data := crashed[file].Data
	used := len(data)
	if used == 0 {
		return
	}
	at, bit := r.IntN(used), r.IntN(8)
	switch r.IntN(4) {
	case 0: // near the end, where the lengths are
		at = used - 1 - r.IntN(min(used, 64))
	case 1:
		at = r.IntN(min(used, 64))
	}
	f, err := os.OpenFile(dir+file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{data[at] ^ 1<<bit}, int64(at)); err != nil {
		t.Fatal(err)
	}
	f.Close()
	where := fmt.Sprintf("%s, byte %d of %d, bit %d", file, at, used, bit)
	s, err := badgerstore.Open(dir, o)
	if err != nil {
		if !errors.Is(err, badgerstore.ErrDamaged) && !errors.Is(err, badgerstore.ErrKey) && !errors.Is(err, badgerstore.ErrForeign) {
			t.Errorf("%s: an unclear error: %v", where, err)
		}
		t.Logf("%s: found by Open: %v", where, err)
		return
	}
	defer s.Close()
	if err := s.Check(t.Context(), nil); err != nil {
		t.Logf("%s: found by Check: %v", where, err)
		return
	}
	if got := dump(t, s); got != want {
		t.Errorf("%s: nobody noticed", where)
		return
	}
	t.Logf("%s: harmless", where)
}
