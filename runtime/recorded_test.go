package runtime_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

var record = flag.String("record", "", "write testdata/dumps/`NAME`.jsonl, to be replayed by every later version")

// recordedFlows have something of everything whose replay has to stay the
// same.
func recordedFlows() []string {
	flows := []string{crashFlow, "task 'alice'\n" + crashFlow, "fail 'ouch'\n",
		"set l [ 3, 1, 2 ]\nset f.s (sort l)\nset f.r (rand 1000)\nset f.t (timestamp _)\nmap l (def x \\ x * 2)\ntask 'alice'\n",
		"define f x \\ task 'echo' n: x\nf 1\nconcurrence merge: 'last mix'\n  f 2\n  f 3\nsleep '10d'\n"}
	flows = append(flows, "sequence retry: { count: 3, delay: '1s', backoff: 'exponential', jitter: 0.5 } on_error: (def err \\ err.msg)\n  set f.n node.attempt\n  task 'bad'\n",
		"sequence on_error: (def err \\ 'undone')\n  saga\n    set f.room 12\n    undo\n      task 'echo' n: f.room\n    concurrence\n      saga\n        task 'same'\n        compensate\n          trace \"car $(f.room)\"\n      sleep 1\n    task 'bad'\n",
		"saga tag: 'trip'\n  task 'same'\n  undo\n    task 'alice' 'gives it back'\n  sequence timeout: '1s'\n    task 'alice'\n  fail 'no'\n", // it waits for a step back
		"set l []\nconcurrence\n  mutex 'a'\n    sleep 1\n    push l 1\n  mutex 'a' retry: 1\n    fail 'once' if node.attempt == 1\n    push l 2\n  mutex 'a'\n    task 'alice'\n  mutex 'a'\n    push l 4\n",
		"set f.l []\nlaunch 'kid'\nsequence timeout: '1m'\n  launch 'tidy'\nlaunch 'wait' wait: false\nsequence on_error: (def err \\ err.msg)\n  launch 'bad' retry: 1\nlaunch 'wait'\n",
		"trap tag: 't'\n  def msg \\ trace \"$(msg.point) $(msg.nid)\"\ndo-trap signal: r/^s/ count: 2\n  trace sig\nsequence tag: 't'\n  signal 's1'\n  signal 's2' exid: exe.exid\n  on 's2'\ntask 'alice'\n")
	for seed := range uint64(20) {
		flows = append(flows, randomSource(rand.New(rand.NewPCG(seed, 99))))
	}
	return flows
}

// TestRecorded replays journals that were written by this version and by
// earlier ones: they give the same states, bit for bit.
func TestRecorded(t *testing.T) {
	if *record != "" {
		if err := os.WriteFile(filepath.Join("testdata", "dumps", *record+".jsonl"), dumpFlows(t), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob("testdata/dumps/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dumps: %v", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		r := newRuntime(t, runtime.Config{Store: memstore.New()})
		exids, err := r.Load(t.Context(), bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, exid := range exids {
			for _, fromCheckpoint := range []bool{false, true} {
				if _, err := r.Replay(t.Context(), exid, fromCheckpoint); err != nil {
					t.Errorf("%s: %v", file, err)
				}
			}
		}
		for p, err := range r.Verify(t.Context(), nil) {
			t.Errorf("%s: %v %v", file, p, err)
		}
		var again bytes.Buffer
		if err := r.Dump(t.Context(), &again); err != nil {
			t.Error(err)
		}
		if again.String() != string(data) {
			t.Errorf("%s: dumped again it is another", file)
		}
	}
}

func dumpFlows(t *testing.T) []byte {
	var out bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		n := 0
		ts := taskers()
		for _, name := range []string{"work", "quick", "one", "moody", "flaky"} {
			ts[name] = ts["echo"]
		}
		ts["later"], ts["bob"], ts["desk"] = ts["alice"], ts["alice"], ts["alice"]
		r := start(t, runtime.Config{Taskers: ts, Loader: simKid, CheckpointEvery: 5, NewID: func(string, string, time.Time) string {
			n++
			return fmt.Sprintf("recorded-%02d", n)
		}})
		defer stop(t, r)
		for _, src := range recordedFlows() {
			launch(t, r, src)
		}
		o := &operator{t: t, r: r, asked: make(map[string]int), exid: launch(t, r, operatedFlow)}
		if err := o.operate(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		paused := launch(t, r, operatedFlow) // and stays so
		o = &operator{t: t, r: r, asked: make(map[string]int), exid: paused, until: 6}
		if err := o.operate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.Dump(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
	})
	return out.Bytes()
}

// TestLoadedGoesOn moves an execution that waits to another store, where it
// goes on.
func TestLoadedGoesOn(t *testing.T) {
	r := start(t, runtime.Config{Taskers: taskers()})
	exid := launch(t, r, "set f.big '"+strings.Repeat("x", 1000)+"'\nconcurrence\n  task 'alice'\n  sleep '1s'\nset f.big 'small'\n")
	settled(t, r, exid, 2)
	stop(t, r)
	var dump bytes.Buffer
	if err := r.Dump(t.Context(), &dump, exid); err != nil {
		t.Fatal(err)
	}
	other := start(t, runtime.Config{Taskers: taskers()})
	defer stop(t, other)
	for range 2 {
		if _, err := other.Load(t.Context(), bytes.NewReader(dump.Bytes())); err != nil && !strings.Contains(err.Error(), runtime.ErrConflict.Error()) {
			t.Fatal(err)
		}
	}
	if err := other.Return(t.Context(), exid, "0_1_0", value.Null, nil); err != nil {
		t.Fatal(err)
	}
	ends(t, other, exid, `{"big":"small","ret":"alice"}`)
	if _, err := other.Replay(t.Context(), exid, false); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"{}", "nothing", `{"florc_dump":2}`, strings.Replace(dump.String(), `"tree":"`, `"tree":"AAAA`, 1),
		strings.Replace(dump.String(), `"exid":"`, `"exid":"x`, 1)} {
		if exids, err := newRuntime(t, runtime.Config{}).Load(t.Context(), strings.NewReader(bad)); err == nil {
			t.Errorf("loaded %v from %.80s", exids, bad)
		}
	}
}
