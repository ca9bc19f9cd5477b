//go:build linux

package crash

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/florc-lang/florc/crash/powerfs"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

var cuts = flag.Int("cuts", 20, "how often TestPowerCut cuts the power")

// cutsPerStore bounds what is in one store.
const cutsPerStore = 10

// imagesPerCut are how many of the states that a disk may be in after a cut are
// looked at. One of them is worked on.
const imagesPerCut = 3

// TestPowerCut cuts the power at any time. What processes were promised holds,
// and all that they began comes to what it would have come to anyway. The file
// systems are the least that Linux has, see powerfs.NewFiles: where POSIX is
// all there is, Badger itself loses data, as TestFindsLoss shows.
func TestPowerCut(t *testing.T) {
	rnd := random(t)
	for done := 0; done < *cuts; {
		began := time.Now()
		n := min(1+rnd.IntN(cutsPerStore), *cuts-done)
		d := &disk{world: newWorld(rnd), image: t.TempDir()}
		d.Durability = []powerfs.Durability{powerfs.NewFiles, powerfs.Journal}[rnd.IntN(2)]
		if err := d.cutAndCheck(t, n); err != nil {
			t.Fatalf("%+v: %v", d.Options, err)
		}
		done += n
		t.Logf("%d cuts in %.1f s: %s", done, time.Since(began).Seconds(), d)
	}
}

// disk is a world on a disk that loses its power.
type disk struct {
	*world
	powerfs.Options
	image string // what is on it
}

func (d *disk) cutAndCheck(t *testing.T, cuts int) error {
	for range cuts {
		if err := d.cut(t); err != nil {
			return errors.Join(err, d.failures())
		}
	}
	if err := d.powered(t, func(dir string, f *powerfs.FS) error { return d.settle(t, dir) }); err != nil {
		return errors.Join(err, d.failures())
	}
	dir := filepath.Join(d.image, "store")
	return d.verdict(d.check(dir), dir)
}

// powered mounts the disk and cuts the power in the end.
func (d *disk) powered(t *testing.T, do func(dir string, f *powerfs.FS) error) error {
	d.Seed = d.rnd.Uint64()
	point := t.TempDir()
	f := mount(t, point, d.image, d.Options)
	if err := do(filepath.Join(point, "store"), f); err != nil {
		return err
	}
	if err := f.Unmount(); err != nil {
		return err
	}
	for i := range imagesPerCut {
		image, seed := filepath.Join(t.TempDir(), "image"), d.rnd.Uint64()
		if err := f.Cut(rand.New(rand.NewPCG(seed, 0)), image); err != nil {
			return err
		}
		if i < imagesPerCut-1 {
			err := d.inspect(filepath.Join(image, "store"))
			if err = errors.Join(err, d.failures()); err != nil {
				return fmt.Errorf("%w\nafter the cut, the disk is as in %s", err, keep(f, seed))
			}
			if err := os.RemoveAll(image); err != nil {
				return err
			}
			continue
		}
		if err := os.RemoveAll(d.image); err != nil {
			return err
		}
		d.image = image
	}
	return nil
}

// keep writes what a disk holds after a cut to a directory that stays.
func keep(f *powerfs.FS, seed uint64) string {
	dir, err := os.MkdirTemp("", "florc-crash")
	if err == nil {
		err = f.Cut(rand.New(rand.NewPCG(seed, 0)), dir)
	}
	if err != nil {
		return err.Error()
	}
	return dir
}

// cut has a process work for a while and cuts the power.
func (d *disk) cut(t *testing.T) error {
	return d.powered(t, func(dir string, f *powerfs.FS) error {
		p := d.start(t, dir, true)
		millis := func(n int) time.Duration { return time.Duration(1+d.rnd.IntN(n)) * time.Millisecond }
		var err error
		if d.rnd.IntN(5) == 0 { // while it opens the store
			err = p.hear(millis(60), d.hears)
		} else if err = d.opened(p); err == nil {
			err = d.hearSome(p)
		}
		if err != nil {
			return err
		}
		if d.rnd.IntN(2) == 0 {
			f.WriteBack(d.rnd)
		}
		f.PowerOff()
		p.kill()
		return p.hear(0, func(line string) bool {
			word, _, _ := strings.Cut(line, " ")
			if word != "failed" && word != "error" { // as all does without power
				d.hears(line)
			}
			return true
		})
	})
}

// inspect notes what is wrong with a store after a cut: what was promised is
// there, and whole.
func (d *disk) inspect(dir string) error {
	ctx := context.Background()
	store, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		return err
	}
	w, err := newWorker(orders{}, store, func(...any) {})
	if err != nil {
		return err
	}
	for p, err := range w.r.Verify(ctx, nil) {
		if err != nil {
			return err
		}
		d.problem("%s: %s", p.Exid, p.Text)
	}
	for exid := range d.launched {
		if _, err := store.Record(ctx, exid); err != nil {
			d.problem("%s is lost: %v", exid, err)
		}
	}
	for exid, ended := range d.ended {
		rec, err := store.Record(ctx, exid)
		if err == nil && rec.Status == runtime.Active {
			d.problem("%s had ended with %s, and has not", exid, ended)
		}
	}
	for exid, promised := range d.paused {
		if rec, err := store.Record(ctx, exid); promised && err == nil && rec.Status != runtime.Paused {
			d.problem("%s was paused, and is not", exid)
		}
	}
	if err := d.inspectSpool(ctx, spoolOf(dir), store); err != nil {
		return err
	}
	for key, a := range d.answers {
		if _, err := store.TaskRecord(ctx, a.exid, a.id); !errors.Is(err, runtime.ErrNotFound) {
			d.problem("the answer to the task %s is lost: %v", key, err)
		}
	}
	return store.Close()
}
