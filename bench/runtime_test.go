package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"testing"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/stdlib"
)

// The benchmarks of the runtime run on Badger with every commit synced, beside
// a floor that is measured in the same run: a committer that writes the same
// keys and bytes to Badger and does nothing else, or the disk's own fdatasync.

// threeTasks is the flow of the throughput: at least four commits.
const threeTasks = "sequence\n  task 'noop'\n  task 'noop'\n  task 'noop'\n"

// counted counts the commits, and the bytes, that a store is given.
type counted struct {
	runtime.Store
	commits atomic.Int64
}

func (c *counted) Commit(ctx context.Context, b *runtime.Batch) error {
	c.commits.Add(1)
	return c.Store.Commit(ctx, b)
}

func openStore(b testing.TB, dir string, o badgerstore.Options) *badgerstore.Store {
	b.Helper()
	s, err := badgerstore.Open(dir, o)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func startRuntime(b testing.TB, c runtime.Config) *runtime.Runtime {
	b.Helper()
	c.Library = stdlib.All()
	if c.Taskers == nil {
		c.Taskers = map[string]runtime.Tasker{
			"noop":  runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) { return nil, nil }),
			"alice": runtime.Worklist,
		}
	}
	r, err := runtime.New(c)
	if err == nil {
		err = r.Start(context.Background())
	}
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func stopRuntime(b testing.TB, r *runtime.Runtime) {
	b.Helper()
	if err := r.Stop(context.Background()); err != nil {
		b.Fatal(err)
	}
}

func parse(b testing.TB, src string) runtime.Definition {
	b.Helper()
	def, err := runtime.Parse("bench.flo", src)
	if err != nil {
		b.Fatal(err)
	}
	return def
}

func runOne(b testing.TB, r *runtime.Runtime, def runtime.Definition) {
	exid, err := r.Launch(context.Background(), def, runtime.LaunchOptions{})
	if err == nil {
		var res *runtime.Result
		if res, err = r.Wait(context.Background(), exid); err == nil && res.Error != nil {
			err = res.Error
		}
	}
	if err != nil {
		b.Error(err)
	}
}

// BenchmarkOneAtATime is the time from launch to end of an execution of three
// tasks, while nothing else runs: p50, beside five fdatasyncs of the same run.
func BenchmarkOneAtATime(b *testing.B) {
	dir := b.TempDir()
	store := openStore(b, filepath.Join(dir, "store"), badgerstore.Options{})
	defer store.Close()
	r := startRuntime(b, runtime.Config{Store: store})
	defer stopRuntime(b, r)
	def := parse(b, threeTasks)
	var over, p50s []float64
	for b.Loop() {
		var took, synced []time.Duration
		for range 40 {
			synced = append(synced, syncs(b, dir, 5)...)
			for range 5 {
				began := time.Now()
				runOne(b, r, def)
				took = append(took, time.Since(began))
			}
		}
		p50, sync := median(took), median(synced)
		p50s = append(p50s, float64(p50)/1e6)
		over = append(over, float64(p50-5*sync)/1e6)
	}
	b.ReportMetric(medianOf(p50s), "p50-ms")
	b.ReportMetric(medianOf(over), "ms-over-5-fdatasyncs")
}

// BenchmarkLong is one execution of many tasks, one after the other or all at
// once: CPU and bytes per task stay the same.
func BenchmarkLong(b *testing.B) {
	for _, kind := range []string{"sequence", "concurrence"} {
		for _, n := range []int{100, 1000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", kind, n), func(b *testing.B) {
				def := parse(b, kind+"\n"+strings.Repeat("  task 'noop'\n", n))
				var used, written []float64
				for b.Loop() {
					var bytes atomic.Int64
					store := openStore(b, filepath.Join(b.TempDir(), "store"), badgerstore.Options{
						Record: func(ws []badgerstore.Write) {
							for _, w := range ws {
								bytes.Add(int64(len(w.Key) + len(w.Value)))
							}
						}})
					r := startRuntime(b, runtime.Config{Store: store})
					// What a launch costs for the tree is not what a task costs.
					before := cpu()
					runOne(b, r, def)
					used = append(used, float64(cpu()-before)/1e3/float64(n))
					written = append(written, float64(bytes.Load())/float64(n))
					stopRuntime(b, r)
					store.Close()
				}
				b.ReportMetric(medianOf(used), "cpu-µs/task")
				b.ReportMetric(medianOf(written), "bytes/task")
				if kind == "sequence" { // a commit for each
					b.ReportMetric(float64(syncedLog(b, b.TempDir(), min(n, 1000), int(medianOf(written))))/1e3, "cpu-µs/log")
				}
			})
		}
	}
}

// BenchmarkTimers has 2,000 timers due each second, and 100,000 at one moment.
func BenchmarkTimers(b *testing.B) {
	b.Run("2000-a-second", func(b *testing.B) {
		seconds := 50
		if testing.Short() {
			seconds = 3
		}
		for b.Loop() {
			dir := b.TempDir()
			store := openStore(b, filepath.Join(dir, "store"), badgerstore.Options{})
			var mu sync.Mutex
			var late []time.Duration
			tasker := runtime.TaskerFunc(func(_ context.Context, t *runtime.Task) (*runtime.Reply, error) {
				due, _ := t.Payload.AsObject().Get("due")
				d := time.Since(time.UnixMicro(due.AsInt()))
				mu.Lock()
				late = append(late, d)
				mu.Unlock()
				return nil, nil
			})
			r := startRuntime(b, runtime.Config{Store: store, Taskers: map[string]runtime.Tasker{"note": tasker}})
			def := parse(b, "sequence\n  sleep f.s\n  task 'note'\n")
			began := time.Now()
			var launches sync.WaitGroup
			limit := make(chan struct{}, 256)
			for i := range 2000 * seconds {
				limit <- struct{}{}
				launches.Go(func() {
					defer func() { <-limit }()
					// Due 20 s or more from the start, so that all are launched.
					due := began.Add(time.Duration(20+seconds/5)*time.Second + time.Duration(i)*time.Second/2000)
					payload := value.NewObject(value.Member{Key: "due", Value: value.Int(due.UnixMicro())},
						value.Member{Key: "s", Value: value.Float(time.Until(due).Seconds())})
					if _, err := r.Launch(context.Background(), def, runtime.LaunchOptions{Payload: payload}); err != nil {
						b.Error(err)
					}
				})
			}
			launches.Wait()
			launched := time.Since(began)
			waitFor(b, func() bool { mu.Lock(); defer mu.Unlock(); return len(late) >= 2000*seconds })
			synced := percentile(syncs(b, dir, 500), 99)
			b.ReportMetric(launched.Seconds(), "launched-s")
			b.ReportMetric(float64(percentile(late, 50))/1e6, "late-p50-ms")
			b.ReportMetric(float64(percentile(late, 99))/1e6, "late-p99-ms")
			b.ReportMetric(float64(slices.Min(late))/1e6, "late-min-ms")
			b.ReportMetric(float64(synced)/1e6, "fdatasync-p99-ms")
			b.ReportMetric(float64(len(late)), "fired")
			stopRuntime(b, r)
			store.Close()
		}
	})
	b.Run("100000-at-once", func(b *testing.B) {
		n := 100_000
		if testing.Short() {
			n = 5000
		}
		for b.Loop() {
			store := openStore(b, filepath.Join(b.TempDir(), "store"), badgerstore.Options{})
			var fired, early atomic.Int64
			var due time.Time
			tasker := runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) {
				fired.Add(1)
				if time.Now().Before(due) {
					early.Add(1)
				}
				return nil, nil
			})
			r := startRuntime(b, runtime.Config{Store: store, Taskers: map[string]runtime.Tasker{"note": tasker}})
			def := parse(b, "sequence\n  sleep f.s\n  task 'note'\n")
			due = time.Now().Add(time.Duration(n/5000+5) * time.Second)
			var launches sync.WaitGroup
			limit := make(chan struct{}, 256)
			for range n {
				limit <- struct{}{}
				launches.Go(func() {
					defer func() { <-limit }()
					payload := value.NewObject(value.Member{Key: "s", Value: value.Float(time.Until(due).Seconds() + 0.001)})
					if _, err := r.Launch(context.Background(), def, runtime.LaunchOptions{Payload: payload}); err != nil {
						b.Error(err)
					}
				})
			}
			launches.Wait()
			if time.Now().After(due) {
				b.Fatal("they could not be launched before they are due")
			}
			waitFor(b, func() bool { return fired.Load() >= int64(n) })
			b.ReportMetric(time.Since(due).Seconds(), "all-fired-s")
			time.Sleep(time.Second)
			b.ReportMetric(float64(early.Load()), "early")
			b.ReportMetric(float64(fired.Load()-int64(n)), "twice")
			stopRuntime(b, r)
			store.Close()
		}
	})
}

func waitFor(b testing.TB, done func() bool) {
	b.Helper()
	for range 60_000 {
		if done() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.Fatal("it takes more than five minutes")
}

// recorded gathers the writes that a store makes, commit by commit.
type recorded struct {
	mu      sync.Mutex
	batches [][]badgerstore.Write
}

func (r *recorded) add(ws []badgerstore.Write) {
	for i := range ws {
		ws[i].Key, ws[i].Value = slices.Clone(ws[i].Key), slices.Clone(ws[i].Value)
	}
	r.mu.Lock()
	r.batches = append(r.batches, ws)
	r.mu.Unlock()
}

// floorWaiting is how many commits wait at a time for the floor's committer,
// as many as a Runtime has workers.
const floorWaiting = 256

// floor writes what a store wrote to a Badger database with every transaction
// synced, and does nothing else. It returns how long that takes, and the CPU
// time.
func (r *recorded) floor(b testing.TB) (took, used time.Duration) {
	b.Helper()
	f, err := badgerstore.OpenFloor(filepath.Join(b.TempDir(), "floor"), badgerstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	began, before := time.Now(), cpu()
	var next atomic.Int64
	var waiting sync.WaitGroup
	for range floorWaiting {
		waiting.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(r.batches) {
					return
				}
				if err := f.Commit(r.batches[i]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	waiting.Wait()
	return time.Since(began), cpu() - before
}

// BenchmarkTogether runs 2,000 executions of three tasks, launched together,
// beside a committer that writes the same keys and bytes and does nothing else,
// with as many commits waiting at a time. Where other programs have the
// processors, the ratio of the CPU times says more than that of the rates.
func BenchmarkTogether(b *testing.B) {
	const executions = 2000
	def := parse(b, threeTasks)
	run := func(o badgerstore.Options) (took, used time.Duration, commits int64) {
		store := &counted{Store: openStore(b, filepath.Join(b.TempDir(), "store"), o)}
		r := startRuntime(b, runtime.Config{Store: store})
		began, before := time.Now(), cpu()
		var all sync.WaitGroup
		for range executions {
			all.Go(func() { runOne(b, r, def) })
		}
		all.Wait()
		took, used = time.Since(began), cpu()-before
		stopRuntime(b, r)
		store.Close()
		return took, used, store.commits.Load()
	}
	var rates, floors, ratios, cpus, commits []float64
	for b.Loop() {
		took, used, n := run(badgerstore.Options{})
		rec := &recorded{}
		run(badgerstore.Options{Record: rec.add}) // what is recorded is not timed
		floor, floorUsed := rec.floor(b)
		rates = append(rates, 3*executions/took.Seconds())
		floors = append(floors, 3*executions/floor.Seconds())
		ratios = append(ratios, floor.Seconds()/took.Seconds())
		cpus = append(cpus, floorUsed.Seconds()/used.Seconds())
		commits = append(commits, float64(n)/executions)
	}
	b.ReportMetric(medianOf(rates), "tasks/s")
	b.ReportMetric(medianOf(floors), "floor-tasks/s")
	b.ReportMetric(medianOf(ratios), "of-floor")
	b.ReportMetric(medianOf(cpus), "of-floor-by-cpu")
	b.ReportMetric(medianOf(commits), "commits/execution")
}

// BenchmarkParked parks executions, each waiting in a task of alice's, opens
// the store anew and wakes some. FLORC_PARKED says how many; 1,000,000 take
// several minutes.
func BenchmarkParked(b *testing.B) {
	n := 20_000
	if s := os.Getenv("FLORC_PARKED"); s != "" {
		if _, err := fmt.Sscan(s, &n); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		dir := filepath.Join(b.TempDir(), "store")
		def := parse(b, "sequence\n  set f.a 1\n  task 'alice' 'look at it'\n  set f.b 2\n")
		store := openStore(b, dir, badgerstore.Options{})
		r := startRuntime(b, runtime.Config{Store: store})
		began := time.Now()
		exids := make([]string, n)
		var launches sync.WaitGroup
		limit := make(chan struct{}, 512)
		for i := range n {
			limit <- struct{}{}
			launches.Go(func() {
				defer func() { <-limit }()
				var err error
				if exids[i], err = r.Launch(context.Background(), def, runtime.LaunchOptions{}); err != nil {
					b.Error(err)
				}
			})
		}
		launches.Wait()
		b.ReportMetric(float64(n)/time.Since(began).Seconds(), "launches/s")
		// What is parked for long is in the index.
		began = time.Now()
		if _, err := r.Executions(context.Background(), runtime.ListOptions{Status: runtime.Failed, Limit: 1, Brief: true}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "indexed-s")
		stopRuntime(b, r)
		if err := store.Compact(context.Background()); err != nil {
			b.Fatal(err)
		}
		store.Close()
		b.ReportMetric(float64(diskUse(b, dir))/float64(n), "disk-bytes/execution")

		goruntime.GC()
		debug.FreeOSMemory()
		before := anonymous(b)
		began = time.Now()
		store = openStore(b, dir, badgerstore.Options{})
		r = startRuntime(b, runtime.Config{Store: store})
		runOne(b, r, parse(b, "1\n"))
		b.ReportMetric(time.Since(began).Seconds(), "open-s")
		var took []time.Duration
		for i := range 1000 {
			exid := exids[i*(n/1000)]
			began := time.Now()
			if err := r.Return(context.Background(), exid, "1", value.Null, nil); err != nil {
				b.Fatal(err)
			}
			if _, err := r.Wait(context.Background(), exid); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		b.ReportMetric(float64(anonymous(b)-before)/(1<<20), "anonymous-MB")
		b.ReportMetric(float64(median(took))/1e6, "wake-p50-ms")
		b.ReportMetric(float64(percentile(took, 99))/1e6, "wake-p99-ms")
		b.ReportMetric(float64(percentile(syncs(b, filepath.Dir(dir), 1000), 99))/1e6, "fdatasync-p99-ms")
		stopRuntime(b, r)
		store.Close()
	}
}
