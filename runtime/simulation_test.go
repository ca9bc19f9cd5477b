package runtime_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/florc-lang/florc/runtime"
)

var (
	simSeeds = flag.Int("sim.seeds", 0, "how many seeds TestSimulation tries; 0 for 500, or 50 with -short")
	simSeed  = flag.Uint64("sim.seed", 0, "the first seed of TestSimulation")
)

// TestSimulation runs random flows in a world of faults: crashes, commits whose
// outcome is unknown or that come late, a full disk, a clock that goes back,
// people who answer twice, operators who pause, resume, reapply and retry. What
// comes of them is what comes of them in a world without.
func TestSimulation(t *testing.T) {
	seeds := *simSeeds
	if seeds == 0 {
		if seeds = 500; testing.Short() {
			seeds = 50
		}
	}
	for i := range seeds {
		if err := simulate(*simSeed+uint64(i), nil); err != nil {
			t.Fatalf("seed %d: %v\nto run it alone: go test ./runtime -run TestSimulation -sim.seed %d -sim.seeds 1", *simSeed+uint64(i), err, *simSeed+uint64(i))
		}
	}
}

// simulate runs a world, with a bug put into the program if one is given, and
// returns what is wrong with how it ended.
func simulate(seed uint64, b *bug) (err error) {
	ctx := context.Background()
	var want, wantKids [][]string
	var sources []string
	for range 1 + seed%3 {
		sources = append(sources, randomSource(rand.New(rand.NewPCG(seed, uint64(len(sources))+2))))
	}
	if b != nil && b.source != "" {
		sources = []string{b.source}
	}
	for _, calm := range []bool{true, false} {
		s := newSim(seed, b)
		if s.calm, s.steady = calm, calm; calm {
			s.bug = nil
		}
		if err := s.live(ctx, sources); err != nil {
			return err
		}
		got, kids, err := s.outcomes(ctx)
		if err != nil {
			return err
		}
		if calm {
			want, wantKids = got, kids
			continue
		}
		for i := range got {
			if f := s.flows[i]; !f.reapplied && !f.cancelled && !slices.Equal(kids[i], wantKids[i]) {
				return fmt.Errorf("%s\nhas children that come to %q\ninstead of %q", f.src, kids[i], wantKids[i])
			}
			if s.flows[i].reapplied { // what it traces may come more often
				got[i], want[i] = slices.Compact(got[i]), slices.Compact(want[i])
			}
			if !slices.Equal(got[i], want[i]) && !s.flows[i].cancelled {
				return fmt.Errorf("%s\ncomes to   %s\ninstead of %s", s.flows[i].src, got[i], want[i])
			}
		}
		return s.left(ctx)
	}
	return nil
}

// steps bounds a simulation; one that does not come to an end is stuck.
const simSteps = 20_000

// live lets the world go on until all is over. The faults end after a while.
func (s *sim) live(ctx context.Context, sources []string) error {
	if err := s.boot(); err != nil {
		return err
	}
	calm := s.calm
	s.calm = true // while they are launched
	for i, src := range sources {
		if err := s.launch(ctx, src); err != nil {
			return err
		}
		s.launches = s.launches || strings.Contains(src, "launch")
		s.flows[i].cancelled = !calm && s.rnd.IntN(4) == 0
	}
	s.calm = calm
	for n := range simSteps {
		if n == 400 {
			s.calm = true
			for range s.store.zombies {
				s.bury(ctx)
			}
			s.store.next = noFault
			if s.launches { // what waits for room on the disk is taken up by another process
				if err := s.boot(); err != nil {
					return err
				}
			}
		}
		if s.calm && n%20 == 0 && s.r.Err() == nil {
			if _, err := s.carryOn(ctx); err != nil {
				return err
			}
		}
		if err := s.act(ctx); err != nil && !errors.Is(err, errCrash) {
			return err
		}
		if n%50 == 49 && s.r.Err() == nil {
			for _, f := range s.flows {
				if f.cancelled && s.rnd.IntN(4) == 0 {
					if err := s.r.SimCancel(f.exid, "0", s.rnd.IntN(2) == 0); err != nil {
						return err
					}
				}
			}
		}
		if s.calm && s.over(ctx) {
			if more, err := s.carryOn(ctx); err != nil || !more {
				return err
			}
		}
	}
	return errors.New("it does not come to an end:\n" + s.describe(ctx))
}

// over tells whether nothing is left to happen.
func (s *sim) over(ctx context.Context) bool {
	if s.r.Err() != nil || s.r.SimReady()+s.r.SimTasks() > 0 {
		return false
	}
	for rec, err := range s.store.Records(ctx) {
		if err != nil || !slices.Contains([]runtime.Status{runtime.Terminated, runtime.Failed}, rec.Status) {
			return false
		}
	}
	return true
}

// outcomes tells how the executions ended.
func (s *sim) outcomes(ctx context.Context) (all, kids [][]string, err error) {
	for _, f := range s.flows {
		v, err := s.r.Execution(ctx, f.exid, 0)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, outcomeOf(v))
		of, err := s.kids(ctx, f)
		if err != nil {
			return nil, nil, err
		}
		kids = append(kids, of)
	}
	return all, kids, nil
}

func outcomeOf(v *runtime.View) []string {
	var fields []string
	if v.Payload.IsObject() {
		for k, e := range v.Payload.AsObject().All() {
			if k != "ret" { // that of the branch that came first
				fields = append(fields, fmt.Sprint(k, "=", e))
			}
		}
	}
	for _, t := range v.Trace {
		fields = append(fields, "trace "+t.Text)
	}
	slices.Sort(fields)
	return append([]string{string(v.Status)}, fields...)
}

// left tells what is wrong with what is left in the store.
func (s *sim) left(ctx context.Context) error {
	for _, all := range []bool{false, true} { // as the index finds them, and those it is to be told of
		if err := s.found(ctx); err != nil {
			return err
		}
		if err := s.r.SimIndex(ctx, all); err != nil {
			return err
		}
	}
	if err := s.found(ctx); err != nil {
		return err
	}
	for p, err := range s.r.Verify(ctx, nil) {
		return fmt.Errorf("%s %s %w", p.Exid, p.Text, err)
	}
	exids, err := s.exids(ctx)
	if err != nil {
		return err
	}
	for _, exid := range exids {
		for _, fromCheckpoint := range []bool{false, true} {
			if _, err := s.r.Replay(ctx, exid, fromCheckpoint); err != nil {
				return err
			}
		}
		st, err := s.store.Load(ctx, exid)
		if err != nil {
			return err
		}
		met := []runtime.Condition{{Kind: runtime.UntilPoint, Name: "execute", Nid: "0"}, {Kind: runtime.UntilEnd}}
		if st.Record.Status == runtime.Failed {
			met[1].Kind = runtime.UntilFailed
		}
		if _, err := s.r.WaitFor(ctx, exid, runtime.WaitOptions{Since: 1}, met...); err != nil {
			return err
		}
		if letters, err := s.store.Inbox(ctx, exid, 1); err != nil || len(letters) > 0 {
			return fmt.Errorf("%s: letters are left, %w", exid, err)
		}
		if st.Record.Status == runtime.Terminated && len(st.Frames)+len(st.Parts) > 0 {
			return fmt.Errorf("%s: frames or parts are left", exid)
		}
	}
	timers, err := s.store.Store.Timers(ctx, runtime.Timer{}, 1)
	if err != nil || len(timers) > 0 {
		return fmt.Errorf("timers are left: %v, %w", timers, err)
	}
	for t := range s.store.Tasks(ctx, "") {
		return fmt.Errorf("task %s of %s is left", t.ID, t.Exid)
	}
	return nil
}

func contains(list []runtime.Summary, exid string) bool {
	return slices.ContainsFunc(list, func(e runtime.Summary) bool { return e.Exid == exid })
}

// found tells what is wrong with how executions are found.
func (s *sim) found(ctx context.Context) error {
	exids, err := s.exids(ctx)
	if err != nil {
		return err
	}
	for _, exid := range exids {
		v, err := s.r.Execution(ctx, exid, 0)
		if err != nil {
			return err
		}
		want := map[string]bool{}
		for _, n := range v.Nodes {
			for _, tag := range n.Tags {
				want[tag] = true
			}
		}
		for tag := range want {
			if list, err := s.r.Executions(ctx, runtime.ListOptions{Tag: tag, Brief: true}); err != nil || !contains(list, exid) {
				return fmt.Errorf("%s is not found by its tag %s: %v, %w", exid, tag, list, err)
			}
		}
		for _, status := range []runtime.Status{runtime.Active, runtime.Failed, runtime.Terminated} {
			list, err := s.r.Executions(ctx, runtime.ListOptions{Status: status, Domain: v.Domain, Brief: true})
			if err != nil || contains(list, exid) != (v.Status == status) {
				return fmt.Errorf("%s is %s, and of those that are %s are found: %v, %w", exid, v.Status, status, list, err)
			}
		}
	}
	return nil
}

func (s *sim) describe(ctx context.Context) string {
	var b strings.Builder
	for _, f := range s.flows {
		fmt.Fprintf(&b, "%s\nis %s\n", f.src, f.exid)
	}
	exids, err := s.exids(ctx)
	if err != nil {
		fmt.Fprintln(&b, err)
	}
	for _, exid := range exids {
		v, err := s.r.Execution(ctx, exid, 0)
		if err != nil {
			fmt.Fprintln(&b, exid, err)
			continue
		}
		fmt.Fprintf(&b, "%s (%s) is %s, waits for %v, errors %v\n", exid, v.Name, v.Status, v.Waiting, v.Errors)
	}
	fmt.Fprintln(&b, s.r.SimReady(), "ready,", s.r.SimTasks(), "tasks to do, failed:", s.r.Err(), "at", s.clock.now)
	return b.String()
}

// TestSimulationFinds puts bugs back that there were, here or elsewhere: the
// simulation finds each.
func TestSimulationFinds(t *testing.T) {
	apart := func(change func(b *runtime.Batch)) func(*sim, *runtime.Batch) bool {
		return func(s *sim, b *runtime.Batch) bool {
			if b.Record == nil || s.calm || s.rnd.IntN(20) > 0 {
				return true
			}
			change(b)
			return true
		}
	}
	for _, b := range []*bug{
		{name: "a worker that lost its execution still writes", blind: true},
		{name: "timers are written apart, and lost by a crash between", batch: apart(func(b *runtime.Batch) { b.Timers = nil })},
		{name: "tasks are written apart, and lost by a crash between", batch: func(s *sim, b *runtime.Batch) bool {
			if s.calm || b.Record == nil || len(b.Tasks) == 0 {
				return true
			}
			b.Tasks = nil
			s.store.next = faultAfter
			return true
		}},
		{name: "frames are written apart, and lost by a crash between", batch: apart(func(b *runtime.Batch) { b.Frames = b.Frames[:len(b.Frames)/2] })},
		{name: "parts of values are swept that are still in use", batch: apart(func(b *runtime.Batch) { b.Parts = nil })},
		{name: "removed frames come back", batch: apart(func(b *runtime.Batch) { b.Removed = nil })},
		{name: "timers are not removed", batch: func(_ *sim, b *runtime.Batch) bool { b.Untimers = nil; return true }},
		{name: "the journal misses an entry", batch: apart(func(b *runtime.Batch) { b.Entries = nil })},
		{name: "a trace is written twice", batch: apart(func(b *runtime.Batch) { b.Traces = append(b.Traces, b.Traces...) })},
		{name: "letters come back that were taken", undead: true},
		{name: "the scheduler passes over timers that are set while it reads", betweenReads: func(s *sim) { s.r.SimForgetTold() },
			source: "concurrence\n" + strings.Repeat("  sequence\n    sleep '1s'\n    sleep '0s'\n    sleep '0s'\n", 20)},
		{name: "that somebody has a task is not stored", batch: func(_ *sim, b *runtime.Batch) bool { b.Items = nil; return true },
			source: "concurrence\n  task 'desk' k: 'k1'\n  task 'desk' k: 'k2'\n"},
		{name: "a child begins that was called off", batch: func(s *sim, b *runtime.Batch) bool {
			if b.Begun != nil && !s.calm && s.rnd.IntN(4) == 0 {
				s.store.next = faultLate
			}
			b.Begun = nil
			return true
		},
			source: "concurrence\n" + strings.Repeat("  sequence timeout: '1s'\n    launch 'tidy'\n", 8)},
		{name: "the cancel of a child is lost", batch: func(_ *sim, b *runtime.Batch) bool {
			if b.Record == nil && len(b.Sends) == 2 {
				b.Sends = b.Sends[1:]
			}
			return true
		}, source: "sequence timeout: '1s'\n  launch 'tidy'\n"},
		{name: "a commit is acknowledged and lost", batch: func(s *sim, b *runtime.Batch) bool { return s.calm || s.rnd.IntN(30) > 0 }},
	} {
		t.Run(b.name, func(t *testing.T) {
			for seed := range uint64(300) {
				if err := simulate(seed, b); err != nil {
					t.Logf("seed %d: %.300v", seed, err)
					return
				}
			}
			t.Error("300 seeds do not find it")
		})
	}
}
