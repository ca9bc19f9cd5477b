package runtime_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

// spooled runs a spool until a folder holds no message anymore.
func spooled(t *testing.T, r *runtime.Runtime, dir string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Spool(ctx, dir) }()
	time.Sleep(1500 * time.Millisecond) // of the bubble's: two looks
	synctest.Wait()
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// TestSpool takes in a message of each kind, and sets bad ones aside.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := start(t, runtime.Config{Taskers: taskers()})
		defer stop(t, r)
		exid := launch(t, r, "sequence\n  on 'go'\n  alice 'a'\n  alice 'b'\n  alice 'c'\n")
		put(t, dir, map[string]string{
			"1.json":     `{"point": "launch", "text": "set f.b 2\nalice 'own'", "name": "own", "domain": "acme", "payload": {"a": 1}}`,
			"2.json":     `{"point": "signal", "exid": "` + exid + `", "name": "go"}`,
			"3.json":     `{"point": "return", "exid": "` + exid + `", "nid": "0_1", "payload": {"x": 1}}`,
			"4.json":     `{"point": "return", "exid": "` + exid + `", "nid": "0_1"}`,
			"5.json":     `{"point": "cancel", "exid": "` + exid + `", "nid": "0_2"}`,
			"6.json":     `{"point": "jump"}`,
			"7.json":     `nonsense`,
			"8.json":     `{"point": "kill", "exid": "none", "nid": "0"}`,
			"9.json":     `{"point": "launch", "text": "sequence ("}`,
			"a.json":     `{"point": "signal", "exid": "x", "to": "y"}`,
			"note.txt":   "not a message",
			".part.json": "not yet",
		})
		spooled(t, r, dir)
		tasks, err := r.Tasks(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, task := range tasks {
			out = append(out, task.Name+" "+task.Payload.String())
		}
		if diff := cmp.Diff([]string{`c {"x":1,"ret":"c"}`, `own {"a":1,"b":2,"ret":"own"}`}, out); diff != "" {
			t.Errorf("tasks (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{".part.json", "note.txt", "rejected", "taken"}, names(t, dir)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if left := names(t, filepath.Join(dir, "taken")); len(left) > 0 {
			t.Errorf("still taken: %v", left)
		}
		for file, want := range map[string]string{"4.txt": "not found", "6.txt": `its point is "jump"`, "7.txt": "it is not JSON",
			"8.txt": "not found", "9.txt": "never closed", "a.txt": `signal has no "to"`} {
			text, err := os.ReadFile(filepath.Join(dir, "rejected", file))
			if err != nil || !strings.Contains(string(text), want) {
				t.Errorf("%s: want %q, got %q, %v", file, want, text, err)
			}
		}
		if n := len(names(t, filepath.Join(dir, "rejected"))); n != 12 {
			t.Errorf("%d files are rejected", n)
		}
	})
}

// TestSpoolCrash takes up what a process was taking in that ended, before it
// did what a message says and after it: all is done once.
func TestSpoolCrash(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		r := start(t, runtime.Config{Store: memstore.New(), Taskers: taskers()})
		defer stop(t, r)
		exid := launch(t, r, "define tidy msg\n  trace 'tidies'\n  alice 'c'\nconcurrence\n  every '1000d' tag: 'x'\n    1\n  trap signal: 'go'\n    def msg \\ trace 'gone'\n  alice 'a'\n  alice 'b' on_cancel: tidy\n")
		for round := range 3 { // as after a crash at the very end, twice
			put(t, dir, map[string]string{
				"taken/id1~1.json": `{"point": "launch", "text": "alice 'own'"}`,
				"taken/id2~2.json": `{"point": "signal", "exid": "` + exid + `", "name": "go"}`,
				"taken/id3~3.json": `{"point": "return", "exid": "` + exid + `", "nid": "0_1_2", "payload": {"x": 1}}`,
				"taken/id4~4.json": `{"point": "cancel", "exid": "` + exid + `", "nid": "0_1_3"}`,
			})
			spooled(t, r, dir)
			if left := names(t, filepath.Join(dir, "taken")); len(left) > 0 {
				t.Errorf("round %d: still taken: %v", round, left)
			}
			if left := names(t, filepath.Join(dir, "rejected")); len(left) > 0 {
				t.Errorf("round %d: rejected: %v", round, left)
			}
		}
		list, err := r.Executions(t.Context(), runtime.ListOptions{})
		if err != nil || len(list) != 2 {
			t.Errorf("executions: %+v, %v", list, err)
		}
		v, err := r.Execution(t.Context(), exid, 0)
		if err != nil || len(v.Trace) != 2 {
			t.Errorf("the signal and the cancel came %v, %v", v.Trace, err)
		}
		tasks, err := r.Tasks(t.Context(), exid)
		if err != nil || len(tasks) != 1 {
			t.Fatalf("tasks: %v, %v", tasks, err)
		}
		if err := r.Return(t.Context(), exid, tasks[0].ID, value.Null, nil); err != nil {
			t.Error(err)
		}
		if v, err = r.Execution(t.Context(), exid, 0); err != nil || len(v.Trace) != 2 {
			t.Errorf("the cancel came again: %v, %v", v.Trace, err)
		}
	})
}

// TestRetention archives what ended, by domain, and removes it.
func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // of archived and lines
		var archived, lines []string
		store := memstore.New()
		r := start(t, runtime.Config{Store: store, Taskers: taskers(), Retention: runtime.Retention{
			Keep: map[string]time.Duration{"": 24 * time.Hour, "acme": 90 * time.Minute},
			Archive: func(_ context.Context, exid string, line []byte) error {
				mu.Lock()
				defer mu.Unlock()
				archived, lines = append(archived, exid), append(lines, string(line))
				return nil
			}}})
		in := func(domain, src string) string {
			exid, err := r.Launch(t.Context(), definition(t, src), runtime.LaunchOptions{Domain: domain})
			if err != nil {
				t.Fatal(err)
			}
			return exid
		}
		sales, other := in("acme.sales", "1\n"), in("other", "2\n")
		in("acme", "alice 'a'\n")
		in("acme", "fail 'no'\n")
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		mu.Lock()
		if diff := cmp.Diff([]string{sales}, archived); diff != "" {
			t.Errorf("after three hours (-want +got):\n%s", diff)
		}
		mu.Unlock()
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		mu.Lock()
		if diff := cmp.Diff([]string{sales, other}, archived); diff != "" {
			t.Errorf("after a day (-want +got):\n%s", diff)
		}
		list, err := r.Executions(t.Context(), runtime.ListOptions{})
		if err != nil || len(list) != 2 {
			t.Errorf("what is left: %+v, %v", list, err)
		}
		exids, err := r.Load(t.Context(), strings.NewReader(strings.Join(lines, "")))
		if err != nil || len(exids) != 2 {
			t.Errorf("what was archived is loaded: %v, %v", exids, err)
		}
		mu.Unlock()
		if err := r.Forget(t.Context(), list[0].Exid, list[0].Seq); err == nil {
			t.Error("one that has not ended is forgotten")
		}
		stop(t, r)
	})
}
