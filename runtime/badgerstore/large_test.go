package badgerstore

import (
	"fmt"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

// TestStagedCrash ends the process, so to speak, at each step of a batch that
// is too large for one transaction: after Open it is there whole or not at all.
func TestStagedCrash(t *testing.T) {
	b := &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: 2}, Removed: []string{"0"}}
	for i := range 20_000 {
		b.Frames = append(b.Frames, runtime.Frame{Nid: fmt.Sprintf("0_%d", i), Data: make([]byte, 60)})
	}
	for _, steps := range []int{0, 1, 2, 3, 4, 5} {
		t.Run(fmt.Sprint(steps), func(t *testing.T) {
			dir := t.TempDir()
			s, err := Open(dir, Options{})
			if err != nil {
				t.Fatal(err)
			}
			first := &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: 1}, Frames: []runtime.Frame{{Nid: "0"}}}
			if err := s.Commit(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			ws, err := s.newWriter().plan(b)
			if err != nil {
				t.Fatal(err)
			}
			parts := stagedParts(ws)
			staged := stage(parts)
			if len(parts) < 3 {
				t.Fatalf("%d parts are too few for this test", len(parts))
			}
			var unstage []write
			for _, e := range staged {
				unstage = append(unstage, write{key: e.key, remove: true})
			}
			all := [][]write{staged[:2], staged[2:], {stagedWhole(len(parts))}, ws[:len(ws)/2], ws[len(ws)/2:],
				{{key: key(stagedPrefix, uint64(0)), remove: true}}, unstage[1:]}
			last := s.last
			for _, step := range all[:steps] {
				if last, err = s.writeAll(last, step); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if s, err = Open(dir, Options{}); err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			rec, frames, err := s.Load(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			want := 1
			if steps >= 3 {
				want = 20_000
			}
			if len(frames) != want || (rec.Seq == 2) != (steps >= 3) {
				t.Errorf("%d frames of %d at commit %d", len(frames), want, rec.Seq)
			}
		})
	}
}
