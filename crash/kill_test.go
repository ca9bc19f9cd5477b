package crash

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var kills = flag.Int("kills", 50, "how many processes TestKill kills")

// world is a store that one process after the other works.
type world struct {
	*ledger
	rnd   *rand.Rand
	lives uint64 // of processes
	bug   string
}

func newWorld(rnd *rand.Rand) *world { return &world{ledger: newLedger(), rnd: rnd} }

// seedsPerProcess are the flows that one process can launch.
const seedsPerProcess = 100_000

func (w *world) start(t *testing.T, dir string, launch bool) *process {
	w.begin()
	w.lives++
	return start(t, "worker", orders{Dir: dir, Seed: w.rnd.Uint64(), Launch: launch, First: w.lives*seedsPerProcess + w.rnd.Uint64N(seedsPerProcess/2),
		Restart: w.rnd.IntN(5) == 0, Again: w.some(3), Bug: w.bug})
}

func (w *world) hears(line string) bool {
	w.ledger.hear(line)
	return true
}

// opened waits until the process has opened the store.
func (w *world) opened(p *process) error {
	return p.hear(0, func(line string) bool {
		w.ledger.hear(line)
		return line != "open"
	})
}

// hearSome lets a process work for a while: until it has said so much, or for a
// time, since a slow one might do nothing in it.
func (w *world) hearSome(p *process) error {
	lines := w.rnd.IntN(150)
	err := p.hear(time.Duration(100+w.rnd.IntN(1000))*time.Millisecond, func(line string) bool {
		w.ledger.hear(line)
		lines--
		return lines > 0
	})
	if err == nil {
		err = p.hear(time.Duration(1+w.rnd.IntN(20))*time.Millisecond, w.hears)
	}
	return err
}

// disturb has a process work for a while and kills it, or now and then stops
// it. It tells whether it was killed.
func (w *world) disturb(t *testing.T, dir string) (killed bool, err error) {
	p := w.start(t, dir, true)
	millis := func(n int) time.Duration { return time.Duration(1+w.rnd.IntN(n)) * time.Millisecond }
	fate := w.rnd.IntN(10)
	if fate == 0 { // while it opens the store
		err = p.hear(millis(60), w.hears)
	} else if err = w.opened(p); err == nil {
		err = w.hearSome(p)
	}
	if err != nil {
		return false, err
	}
	if fate == 1 {
		p.terminate()
		if err := p.hear(0, w.hears); err != nil || p.err != nil {
			return false, fmt.Errorf("a worker that was asked to stop: %v, %v", err, p.err)
		}
		return false, nil
	}
	p.kill()
	if err := p.hear(0, w.hears); err != nil {
		return false, err
	}
	if p.err == nil || p.err.Error() != "signal: killed" {
		return false, fmt.Errorf("a worker ended by itself: %v", p.err)
	}
	return true, nil
}

// settle has a process work until nothing is left to be done.
func (w *world) settle(t *testing.T, dir string) error {
	p := w.start(t, dir, false)
	if err := p.hear(0, w.hears); err != nil || p.err != nil {
		return fmt.Errorf("the last worker: %v, %v", err, p.err)
	}
	return nil
}

// killAndCheck kills so many processes, lets another one end what they began,
// and returns what is wrong with it.
func (w *world) killAndCheck(t *testing.T, dir string, kills int) error {
	for kills > 0 {
		killed, err := w.disturb(t, dir)
		if err != nil || len(w.problems) > 0 {
			return w.verdict(err, dir)
		}
		if killed {
			kills--
		}
	}
	err := w.settle(t, dir)
	if err == nil {
		err = w.check(dir)
	}
	return w.verdict(err, dir)
}

// verdict gives what went wrong, and saves the store from being removed.
func (w *world) verdict(err error, dir string) error {
	if err = errors.Join(err, w.failures()); err == nil || w.bug != "" {
		return err
	}
	kept, err2 := os.MkdirTemp("", "florc-crash")
	if err2 == nil {
		err2 = os.Rename(dir, filepath.Join(kept, "store"))
	}
	if err2 != nil {
		return errors.Join(err, err2)
	}
	return fmt.Errorf("%w\nthe store is kept in %s", err, kept)
}

// killsPerStore bounds what is in one store.
const killsPerStore = 50

// TestKill kills processes at any time. What they were promised holds, and all
// that they began comes to what it would have come to anyway.
func TestKill(t *testing.T) {
	rnd := random(t)
	for done := 0; done < *kills; {
		began, w := time.Now(), newWorld(rnd)
		n := min(killsPerStore, *kills-done)
		if err := w.killAndCheck(t, filepath.Join(t.TempDir(), "store"), n); err != nil {
			t.Fatal(err)
		}
		done += n
		t.Logf("%d kills in %.1f s: %s", done, time.Since(began).Seconds(), w)
	}
}
