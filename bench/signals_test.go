package bench

import (
	"context"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

// BenchmarkSignals parks executions that wait for a signal and signals them all
// at once, a call of Client.Signal for each. It is timed until the last has
// ended, beside a committer that writes the same keys and bytes and does
// nothing else. Each has to wake once.
func BenchmarkSignals(b *testing.B) {
	n := 10_000
	if testing.Short() {
		n = 500
	}
	var rates, floors, ratios, cpus, commits []float64
	for b.Loop() {
		took, used, written := signalled(b, n, badgerstore.Options{}, func() {})
		rec := &recorded{}
		var on atomic.Bool
		record := func(ws []badgerstore.Write) {
			if on.Load() {
				rec.add(ws)
			}
		}
		// What is recorded is not timed.
		signalled(b, n, badgerstore.Options{Record: record}, func() { on.Store(true) })
		floor, floorUsed := rec.floor(b)
		rates = append(rates, float64(n)/took.Seconds())
		floors = append(floors, float64(n)/floor.Seconds())
		ratios = append(ratios, floor.Seconds()/took.Seconds())
		cpus = append(cpus, floorUsed.Seconds()/used.Seconds())
		commits = append(commits, float64(written)/float64(n))
	}
	b.ReportMetric(medianOf(rates), "woken/s")
	b.ReportMetric(medianOf(floors), "floor-woken/s")
	b.ReportMetric(medianOf(ratios), "of-floor")
	b.ReportMetric(medianOf(cpus), "of-floor-by-cpu")
	b.ReportMetric(medianOf(commits), "commits/execution")
}

// awake counts what the executions print once they wake.
type awake struct {
	printed, expected int64
	all               chan struct{}
}

// Write notes that an execution woke. The Runtime calls it one at a time.
func (a *awake) Write(line []byte) (int, error) {
	if a.printed++; a.printed == a.expected {
		close(a.all)
	}
	return len(line), nil
}

// signalled parks n executions, calls ready, signals them, and returns what
// that took, until all are awake, with the CPU time and the commits.
func signalled(b testing.TB, n int, o badgerstore.Options, ready func()) (took, used time.Duration, commits int64) {
	ctx := context.Background()
	store := &counted{Store: openStore(b, filepath.Join(b.TempDir(), "store"), o)}
	defer store.Close()
	woken := &awake{expected: int64(n), all: make(chan struct{})}
	r := startRuntime(b, runtime.Config{Store: store, Output: woken})
	def := parse(b, "on 'go'\necho 'awake'\n")
	exids := make([]string, n)
	each(n, func(i int) {
		var err error
		if exids[i], err = r.Launch(ctx, def, runtime.LaunchOptions{}); err != nil {
			b.Error(err)
		}
	})
	if b.Failed() {
		b.FailNow()
	}
	ready()
	began, before, written := time.Now(), cpu(), store.commits.Load()
	each(n, func(i int) {
		if err := r.Signal(ctx, exids[i], "go", value.Null); err != nil {
			b.Error(err)
		}
	})
	<-woken.all
	took, used, commits = time.Since(began), cpu()-before, store.commits.Load()-written
	left, err := r.Executions(ctx, runtime.ListOptions{Status: runtime.Active, Brief: true})
	stopRuntime(b, r)
	if err != nil || len(left) > 0 || woken.printed != int64(n) {
		b.Errorf("%d woke, %d times, and %d are left: %v", n, woken.printed, len(left), err)
	}
	return took, used, commits
}

// each does something n times, as many at a time as a Runtime has workers.
func each(n int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range 256 {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	all.Wait()
}
