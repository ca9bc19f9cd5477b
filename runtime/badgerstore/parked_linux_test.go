package badgerstore_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

const (
	parkedCount = 1_000_000
	parkedDir   = "FLORC_TEST_PARKED_DIR" // set for the process that opens them
)

func parkedExid(i int) string {
	syllables := "babebibobudadedidodufafefifofu"
	var b strings.Builder
	for n := i; b.Len() < 14; n /= 15 {
		b.WriteString(syllables[n%15*2 : n%15*2+2])
	}
	return fmt.Sprintf("main-u0-20261121.%04d.%s", 1000+i/900, b.String())
}

func parkedBatch(i int) *runtime.Batch {
	r := rand.New(rand.NewPCG(1, uint64(i)))
	exid := parkedExid(i)
	hash := func() []byte {
		b := make([]byte, 32)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	now := time.Date(2026, 11, 21, 18, 44, 0, i, time.UTC).UnixMicro()
	rec := &runtime.Record{Exid: exid, Seq: 1, Status: runtime.Active, Header: text(r, 60), LogHash: hash(), Bytes: 240,
		Origin: &runtime.Origin{Domain: "main", Name: "order", File: "flows/order.flo", LaunchedMicros: now, Tree: fmt.Sprintf("%x", hash()[:16]),
			Machine: text(r, 30)}}
	b := &runtime.Batch{Record: rec,
		Frames: []runtime.Frame{{Nid: "0", SinceMicros: now, Data: text(r, 120)}, {Nid: "0_1", SinceMicros: now, Task: "1", Data: text(r, 120)}},
		Tasks:  []runtime.TaskRecord{{Exid: exid, ID: "1", Nid: "0_1", Tasker: "alice", Name: "approve", SinceMicros: now, Data: text(r, 200)}},
	}
	for n := range uint64(2) {
		b.Entries = append(b.Entries, runtime.Entry{Seq: n + 1, Hash: hash(), Data: text(r, 250)})
	}
	return b
}

// BenchmarkParked stores a million executions that wait for tasks, and opens
// them in a process of its own. It tells what they take. It is to be run by
// its name, with -benchtime 1x.
func BenchmarkParked(b *testing.B) {
	if dir := os.Getenv(parkedDir); dir != "" {
		openParked(b, dir)
		return
	}
	dir := b.TempDir()
	s, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	var wg sync.WaitGroup
	const workers = 512
	for w := range workers {
		wg.Go(func() {
			for i := w; i < parkedCount; i += workers {
				batch := parkedBatch(i)
				err := s.Commit(b.Context(), batch)
				if err == nil {
					err = s.Commit(b.Context(), &runtime.Batch{Accepted: []runtime.TaskKey{batch.Tasks[0].Key()}})
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(diskBytes(b, dir))/parkedCount, "bytes/exec-before")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	child(b, dir, "-before")
	if s, err = badgerstore.Open(dir, badgerstore.Options{}); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := s.Compact(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(time.Since(start).Seconds(), "compact-s")
	if err := s.Close(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(diskBytes(b, dir))/parkedCount, "bytes/exec")
	child(b, dir, "")
}

func child(b *testing.B, dir, suffix string) {
	cmd := exec.Command(os.Args[0], "-test.run", "^$", "-test.bench", "^BenchmarkParked$", "-test.benchtime", "1x")
	cmd.Env = append(os.Environ(), parkedDir+"="+dir)
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	_, line, _ := strings.Cut(string(out), "PARKED ")
	var metrics map[string]float64
	if err := json.NewDecoder(strings.NewReader(line)).Decode(&metrics); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for name, value := range metrics {
		b.ReportMetric(value, name+suffix)
	}
}

func openParked(b *testing.B, dir string) {
	start := time.Now()
	s, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	open := time.Since(start)
	for exid, err := range s.Ready(b.Context()) {
		b.Errorf("ready: %s, %v", exid, err)
	}
	for task, err := range s.Outbox(b.Context()) {
		b.Errorf("outbox: %v, %v", task, err)
	}
	if timers, err := s.Timers(context.Background(), runtime.Timer{}, 100); err != nil || len(timers) > 0 {
		b.Errorf("timers: %v, %v", timers, err)
	}
	all := time.Since(start)
	start = time.Now()
	for range 1000 {
		if st, err := s.Load(b.Context(), parkedExid(rand.IntN(parkedCount))); err != nil || len(st.Frames) != 2 {
			b.Fatal(st, err)
		}
	}
	metrics, err := json.Marshal(map[string]float64{
		"open-s": open.Seconds(), "start-s": all.Seconds(), "load-µs": time.Since(start).Seconds() * 1e3, "RssAnon-MB": rssAnonMB(b)})
	if err != nil {
		b.Fatal(err)
	}
	fmt.Printf("PARKED %s\n", metrics)
}

func rssAnonMB(b *testing.B) float64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0 // not on this system
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		var kb float64
		if n, _ := fmt.Sscanf(sc.Text(), "RssAnon: %f", &kb); n == 1 {
			return kb / 1024
		}
	}
	b.Fatal("no RssAnon in /proc/self/status")
	return 0
}

// diskBytes adds up the files, those that are sparse as if they were not but
// for the write-ahead logs, which end with zeros.
func diskBytes(b *testing.B, dir string) (total int64) {
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) == ".mem" {
			return err
		}
		info, err := e.Info()
		total += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return total
}
