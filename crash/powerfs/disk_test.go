package powerfs

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestSurvivors does random things to a file and cuts: each sector is one that
// was there since the last sync, and so is the size.
func TestSurvivors(t *testing.T) {
	for seed := range uint64(100) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 0))
			d := newDisk(POSIX, rand.New(rand.NewPCG(seed, 1)))
			n, _ := d.root.create("f", false, 0o600)
			d.root.sync()
			now := []byte{}
			since := [][]byte{now} // the last sync
			for range rnd.IntN(40) {
				now = append([]byte{}, now...)
				switch rnd.IntN(4) {
				case 0:
					size := rnd.IntN(3 * pageBytes)
					n.resize(int64(size))
					now = append(now, make([]byte, 3*pageBytes)...)[:size]
				case 1:
					n.sync()
					since = nil
				default:
					text := make([]byte, rnd.IntN(2*pageBytes))
					for i := range text {
						text[i] = byte(rnd.IntN(256))
					}
					off := rnd.IntN(len(now) + 1)
					n.write(text, int64(off))
					now = append(now[:off], append(text, now[min(len(now), off+len(text)):]...)...)
				}
				since = append(since, now)
				if got := n.read(make([]byte, len(now)+1), 0); string(got) != string(now) {
					t.Fatal("what is read is not what was written")
				}
			}
			for i := range uint64(5) {
				dir := filepath.Join(t.TempDir(), "after")
				if err := d.cut(rand.New(rand.NewPCG(seed, i))).write(d.root, dir); err != nil {
					t.Fatal(err)
				}
				got, err := os.ReadFile(filepath.Join(dir, "f"))
				if err != nil {
					t.Fatal(err)
				}
				checkSurvivor(t, got, since)
			}
		})
	}
}

func checkSurvivor(t *testing.T, got []byte, since [][]byte) {
	t.Helper()
	sizes := make(map[int]bool)
	for _, v := range since {
		sizes[len(v)] = true
	}
	if !sizes[len(got)] {
		t.Errorf("%d bytes are left, it had %v", len(got), sizes)
	}
	for at := 0; at < len(got); at += sectorBytes {
		end := min(at+sectorBytes, len(got))
		found := false
		for _, v := range since {
			v = append(v[:len(v):len(v)], make([]byte, max(0, end-len(v)))...)
			found = found || string(v[at:end]) == string(got[at:end])
		}
		if !found {
			t.Errorf("the bytes %d to %d were never there", at, end)
		}
	}
}
