package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// testBig stores values that are larger than what stores like to hold.
func testBig(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	for i, size := range []int{1 << 10, 600 << 10, 1<<20 + 1, 5 << 20} {
		exid := fmt.Sprintf("a%d", i)
		text := strings.Repeat("x", size-1) + "y"
		rec := record(exid, 1)
		rec.Header = []byte(text)
		commit(t, s, &runtime.Batch{Record: rec, Frames: []runtime.Frame{{Nid: "0", Data: []byte(text)}, {Nid: "1", Data: []byte(text)}},
			Sends: []runtime.Send{{Exid: exid, Data: []byte(text)}}})
		s = reopen()
		got, err := s.Record(t.Context(), exid)
		if err != nil || !bytes.Equal(got.Header, rec.Header) {
			t.Fatalf("%d bytes: the record came back otherwise: %v", size, err)
		}
		if fs := frames(t, s, exid); fs["0"] != text || fs["1"] != text {
			t.Fatalf("%d bytes: the frames came back otherwise", size)
		}
		letters, err := s.Inbox(t.Context(), exid, 9)
		if err != nil || len(letters) != 1 || string(letters[0].Data) != text {
			t.Fatalf("%d bytes: the letter came back otherwise: %v", size, err)
		}
	}
}

// testMany commits more in one batch than stores like to.
func testMany(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	const n = 40_000
	b := &runtime.Batch{Record: record("a", 1)}
	for i := range n {
		b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprintf("0_%d", i), Data: bytes.Repeat([]byte{1}, 50)})
	}
	b.Sends = []runtime.Send{{Exid: "a", Data: []byte("x")}}
	commit(t, s, b)
	commit(t, s, &runtime.Batch{Record: record("a", 2), Sends: []runtime.Send{{Exid: "a", Data: []byte("y")}}})
	s = reopen()
	if got := len(frames(t, s, "a")); got != n {
		t.Fatalf("%d frames of %d", got, n)
	}
	letters, err := s.Inbox(t.Context(), "a", 9)
	if err != nil || len(letters) != 2 || string(letters[0].Data) != "x" {
		t.Fatalf("letters: %v %v", letters, err)
	}
	b = &runtime.Batch{Record: record("a", 3)}
	for i := range n {
		b.Removed = append(b.Removed, fmt.Sprintf("0_%d", i))
	}
	commit(t, s, b)
	check(t, "frames", map[string]string{}, frames(t, s, "a"))
}

// testConcurrent has many goroutines commit at the same time: of those that
// race for a commit of an execution, one wins.
func testConcurrent(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	const racers, rounds, execs = 4, 20, 8
	var wg sync.WaitGroup
	won := make([][]int, execs)
	var mu sync.Mutex
	for e := range execs {
		won[e] = make([]int, rounds+1)
		for range racers {
			wg.Go(func() {
				for seq := 1; seq <= rounds; {
					err := s.Commit(t.Context(), &runtime.Batch{Record: record(fmt.Sprint(e), uint64(seq)),
						Sends: []runtime.Send{{Exid: "sink", Data: fmt.Append(nil, e, seq)}}})
					if err == nil {
						mu.Lock()
						won[e][seq]++
						mu.Unlock()
					} else if !errors.Is(err, runtime.ErrConflict) {
						t.Error(err)
						return
					}
					seq++
				}
			})
		}
	}
	wg.Wait()
	s = reopen()
	total := 0
	for e := range execs {
		rec, err := s.Record(t.Context(), fmt.Sprint(e))
		if err != nil {
			t.Fatal(err)
		}
		for seq := 1; seq <= rounds; seq++ {
			want := 0
			if uint64(seq) <= rec.Seq {
				want = 1
			}
			if won[e][seq] != want {
				t.Errorf("commit %d of %d won %d times", seq, e, won[e][seq])
			}
			total += won[e][seq]
		}
	}
	letters, err := s.Inbox(t.Context(), "sink", 10_000)
	if err != nil || len(letters) != total {
		t.Errorf("%d letters for %d commits (%v)", len(letters), total, err)
	}
}

// testWholeReads reads beside a writer of small batches, and of large ones:
// each read sees whole commits.
func testWholeReads(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	wholeReads(t, s, "a", 200, 20, 3)
	wholeReads(t, s, "b", 5, 2500, 1000)
}

func wholeReads(t *testing.T, s runtime.Store, exid string, rounds uint64, frameCount, size int) {
	batch := func(seq uint64) *runtime.Batch {
		rec := record(exid, seq)
		rec.Ready = seq%2 == 0
		b := &runtime.Batch{Record: rec}
		for i := range frameCount {
			text := fmt.Appendf(nil, "%0*d", size, seq)
			b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprintf("0_%d", i), SinceMicros: int64(seq), Data: text})
		}
		return b
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	commit(t, s, batch(1))
	for range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				st, err := s.Load(t.Context(), exid)
				if err != nil {
					t.Error(err)
					return
				}
				for _, f := range st.Frames {
					if uint64(f.SinceMicros) != st.Record.Seq {
						t.Errorf("a torn read: a frame of commit %d beside record %d", f.SinceMicros, st.Record.Seq)
						return
					}
				}
			}
		})
	}
	for seq := uint64(2); seq < rounds; seq++ {
		commit(t, s, batch(seq))
	}
	cancel()
	wg.Wait()
}

// testDeleted puts and removes the same keys over and over: none comes back.
func testDeleted(t *testing.T, s runtime.Store, reopen func() runtime.Store) {
	seq := uint64(0)
	for round := range 60 {
		b := &runtime.Batch{}
		for i := range 500 {
			b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprintf("0_%d", i), Data: bytes.Repeat([]byte{byte(round)}, 300)})
		}
		seq++
		b.Record = record("a", seq)
		commit(t, s, b)
		gone := &runtime.Batch{}
		for i := range 500 {
			gone.Removed = append(gone.Removed, fmt.Sprintf("0_%d", i))
		}
		seq++
		gone.Record = record("a", seq)
		commit(t, s, gone)
		if round%20 == 19 {
			s = reopen()
		}
		check(t, "frames", map[string]string{}, frames(t, s, "a"))
	}
}
