package runtime_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/runtime/memstore"
)

// launchIn launches a flow in a domain.
func launchIn(t testing.TB, r *runtime.Runtime, domain, src string) string {
	t.Helper()
	exid, err := r.Launch(t.Context(), definition(t, src), runtime.LaunchOptions{Domain: domain})
	if err != nil {
		t.Fatal(err)
	}
	return exid
}

// traced checks what an execution has traced.
func traced(t testing.TB, r *runtime.Runtime, exid, want string) {
	t.Helper()
	if got := tracesOf(t, r, exid); got != want {
		t.Errorf("%s traced (want, got):\n%s\n%s", exid, want, got)
	}
}

func tracesOf(t testing.TB, r *runtime.Runtime, exid string) string {
	t.Helper()
	var texts []string
	for trace, err := range r.Traces(t.Context(), exid) {
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, trace.Text)
	}
	return strings.Join(texts, " ")
}

// sound replays executions and verifies the store.
func sound(t testing.TB, r *runtime.Runtime, exids ...string) {
	t.Helper()
	for _, exid := range exids {
		for _, fromCheckpoint := range []bool{false, true} {
			if _, err := r.Replay(t.Context(), exid, fromCheckpoint); err != nil {
				t.Errorf("%s: %v", exid, err)
			}
		}
	}
	for p, err := range r.Verify(t.Context(), nil) {
		t.Error(p, err)
	}
}

// inDomain runs a test in simulated time, with executions in memory and
// restored at every turn.
func inDomain(t *testing.T, c runtime.Config, test func(t *testing.T, r *runtime.Runtime, store *memstore.Store)) {
	t.Helper()
	for _, cache := range []int{0, -1} {
		synctest.Test(t, func(t *testing.T) {
			store := memstore.New()
			c := c
			c.Store, c.Taskers, c.CacheNodes, c.CheckpointEvery = store, taskers(), cache, 2
			r := start(t, c)
			defer stop(t, r)
			test(t, r, store)
		})
	}
}

// TestTrapRanges sees which executions a trap sees.
func TestTrapRanges(t *testing.T) {
	for kind, want := range map[string]string{
		"subnid": "own", "execution": "own", "domain": "own same later", "subdomain": "own same below later",
	} {
		inDomain(t, runtime.Config{}, func(t *testing.T, r *runtime.Runtime, store *memstore.Store) {
			flow := func(who string) string {
				return "set f.who '" + who + "'\nsequence tag: 't0'\n  1\nsequence tag: 't1'\n  2\n"
			}
			early := launchIn(t, r, "net.acme", flow("early"))
			synctest.Wait()
			trap := launchIn(t, r, "net.acme", "trap tag: 't0' range: '"+kind+"' payload: 'event'\n  def msg \\ trace f.who\n"+flow("own")+"task 'alice'\n")
			synctest.Wait()
			exids := []string{early, trap}
			for _, other := range [][2]string{{"org.acme", "other"}, {"net.acme", "same"}, {"net.acme.s0", "below"}, {"net", "above"},
				{"net.acmes", "beside"}, {"net.acme", "later"}} {
				exids = append(exids, launchIn(t, r, other[0], flow(other[1])))
				synctest.Wait()
			}
			traced(t, r, trap, want)
			if n := len(store.Watches().Of(trap)); n != map[bool]int{true: 1, false: 0}[strings.HasSuffix(kind, "domain")] {
				t.Errorf("the store knows %d traps", n)
			}
			sound(t, r, exids...)
			if err := r.Return(t.Context(), trap, "0_4", value.Null, nil); err != nil {
				t.Fatal(err)
			}
			wait(t, r, trap)
			if n := len(store.Watches().Of(trap)); n != 0 {
				t.Errorf("%d traps have outlived their execution", n)
			}
			sound(t, r, trap)
		})
	}
}

// TestTrapOthers traps what another execution does, by all kinds of criteria.
func TestTrapOthers(t *testing.T) {
	for _, tt := range []struct{ trap, other, want string }{
		{"trap signal: 's' range: 'domain'\n  def msg \\ trace \"$(sig) $(msg.point) $(msg.payload.a) $(msg.nid)\"", "signal 'r'\nsignal 's' payload: { a: 1 }", "s signal 1 0_1"},
		{"on 's' range: 'domain'\n  trace \"$(sig) $(f.a)\"", "signal 's' payload: { a: 1 }", "s 1"},
		{"do-trap 'failed' range: 'domain'\n  trace msg.error.msg", "fail 'no flour'", "no flour"},
		{"trap 'terminated' range: 'domain'\n  def msg \\ trace msg.payload.ret", "7", "7"},
		{"trap tag: r/^t/ point: 'entered, left' range: 'domain'\n  def msg \\ trace \"$(msg.point)-$(msg.tags.0)\"", "sequence tag: 't1'\n  sequence tag: 'u'\n    1", "entered-t1 left-t1"},
		{"trap heap: 'sequence' point: 'execute' range: 'domain'\n  def msg \\ trace msg.nid", "sequence\n  sequence\n    1\n  2", "0 0_0"},
		{"trap heat: 'go' point: 'execute' range: 'domain'\n  def msg \\ trace msg.nid", "define go x\n  x\ngo 1\ngo 2", "0_1 0_2"},
		{"trap tag: 't' range: 'domain' count: 2\n  def msg \\ trace msg.nid", "sequence tag: 't' \\ 1\nsequence tag: 't' \\ 1\nsequence tag: 't' \\ 1", "0_0 0_1"},
		// it holds the branch up, once
		{"trap tag: 't' range: 'domain' payload: 'event'\ntrace \"then $(f.n)\"", "set f.n 3\nsequence tag: 't' \\ 1\nsequence tag: 't' \\ 1", "then 3"},
		// a function in the payload comes as what it is written as
		{"trap tag: 't' range: 'domain'\n  def msg \\ trace msg.payload.fn.0", "define g x \\ x\nset f.fn g\nsequence tag: 't' \\ 1", "_func"},
		// what was cancelled sees no more
		{"trap tag: 't' range: 'domain'\n  def msg \\ trace 'no'\ncancel '0_0'", "sequence tag: 't' \\ 1", ""},
		{"sequence tag: 'around'\n  trap tag: 't' range: 'domain'\n    def msg \\ trace 'yes'\n  1", "sequence tag: 't' \\ 1", "yes"},
		// what it does itself it does not see
		{"trap signal: 's' range: 'domain'\n  def msg\n    trace sig\n    signal 's'\n    sequence tag: 't' \\ 1\ntrap tag: 't' range: 'domain'\n  def msg \\ trace 'no'\nsignal 's'", "signal 's'", "s s"},
		{"trap range: 'planet' point: 'signal'\n  def msg \\ 1", "1", ""},
	} {
		inDomain(t, runtime.Config{}, func(t *testing.T, r *runtime.Runtime, _ *memstore.Store) {
			trap := launch(t, r, tt.trap+"\ntask 'alice'\n")
			synctest.Wait()
			other := launch(t, r, tt.other+"\n")
			synctest.Wait()
			if got := tracesOf(t, r, trap); got != tt.want {
				t.Errorf("%s\n-- and --\n%s\nwant %s\n got %s", tt.trap, tt.other, tt.want, got)
			}
			sound(t, r, trap, other)
		})
	}
}

// TestTrapLoops has traps of many executions do what they trap, in every way
// that they can: each message is seen once by each, and that is all.
func TestTrapLoops(t *testing.T) {
	loader := func(w runtime.Wanted) (runtime.Definition, error) {
		return runtime.Parse(w.Name+".flo", "sequence tag: 't'\n  signal 's'\nlaunch 'deeper' wait: false if '"+w.Name+"' == 'audit'\n")
	}
	const traps = 4
	for _, tt := range []struct {
		src, first string
		times      int
	}{
		{"trap tag: 't' range: 'domain'\n  def msg\n    trace 'seen'\n    sequence tag: 't' \\ 1\n", "sequence tag: 't' \\ 1\n", 1},
		{"trap signal: 's' range: 'subdomain'\n  def msg\n    trace 'seen'\n    signal 's'\n    sleep '1s'\n    signal 's'\n", "signal 's'\n", 1},
		// by way of a function that a signal calls
		{"on 'relay'\n  signal 's'\ntrap signal: 's' range: 'domain'\n  def msg\n    trace 'seen'\n    signal 'relay'\n", "signal 's'\n", 1},
		// by way of the one that did it
		{"trap signal: 's' range: 'domain'\n  def msg\n    trace 'seen'\n    signal 's' exid: msg.exid\n", "on 's'\n  signal 's'\nsignal 's'\nstall timeout: '1h'\n", 2},
		// by way of an execution that it launches, and one that this launches
		{"trap point: 'terminated' range: 'domain'\n  def msg\n    trace 'seen'\n    launch 'audit'\n", "1\n", 1},
		{"trap tag: 't' range: 'domain'\n  def msg\n    trace 'seen'\n    launch 'audit' wait: false\n", "sequence tag: 't' \\ 1\n", 1},
		{"trap point: 'ceased' range: 'domain'\n  def msg\n    trace 'seen'\n", "sequence\n  sequence flank\n    sleep '1s'\n  1\nstall timeout: '1m'\n", 1},
		{"trap point: 'failed' range: 'domain'\n  def msg\n    trace 'seen'\n    fail 'me too'\n", "fail 'no flour'\n", 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := start(t, runtime.Config{Taskers: taskers(), Loader: loader, CacheNodes: -1})
			defer stop(t, r)
			var exids []string
			for range traps {
				exids = append(exids, launch(t, r, tt.src+"task 'alice'\n"))
			}
			synctest.Wait()
			launch(t, r, tt.first)
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			for _, exid := range exids {
				if got := tracesOf(t, r, exid); got != strings.TrimSpace(strings.Repeat("seen ", tt.times)) {
					t.Errorf("%s\nsaw %q", tt.src, got)
				}
			}
			sound(t, r, exids...)
		})
	}
}

// TestTrapDumped moves a trap to another store.
func TestTrapDumped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, runtime.Config{Taskers: taskers()})
		defer stop(t, r)
		trap := launch(t, r, "trap tag: 't' range: 'domain'\n  def msg \\ trace msg.payload.n\ntask 'alice'\n")
		synctest.Wait()
		launch(t, r, "set f.n 1\nsequence tag: 't' \\ 1\n")
		synctest.Wait()
		var dump bytes.Buffer
		if err := r.Dump(t.Context(), &dump, trap); err != nil {
			t.Fatal(err)
		}
		to := start(t, runtime.Config{Taskers: taskers()})
		defer stop(t, to)
		if _, err := to.Load(t.Context(), &dump); err != nil {
			t.Fatal(err)
		}
		launch(t, to, "set f.n 2\nsequence tag: 't' \\ 1\n")
		synctest.Wait()
		traced(t, to, trap, "1 2")
		sound(t, to, trap)
	})
}

// TestTrapReopened has a trap see what happens after its store was opened
// again.
func TestTrapReopened(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	var trap string
	const others = 3
	for n := range others {
		store, err := badgerstore.Open(dir, badgerstore.Options{MinFreeBytes: -1})
		if err != nil {
			t.Fatal(err)
		}
		r := start(t, runtime.Config{Store: store, Taskers: taskers(), CacheNodes: -1})
		if n == 0 {
			trap = launch(t, r, "set f.l []\nset seen 0\non 's' range: 'domain'\n  set seen (seen + 1)\n  trace f.n\n  signal 'enough' if seen == 3\non 'enough'\n")
		}
		wait(t, r, launch(t, r, fmt.Sprintf("signal 's' payload: { n: %d }\n", n)))
		if n == others-1 {
			wait(t, r, trap)
			if list := store.Watches().Of(trap); len(list) > 0 {
				t.Errorf("left: %+v", list)
			}
		}
		sound(t, r, trap)
		stop(t, r)
		if n == others-1 {
			traced(t, r, trap, "0 1 2")
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// acrossFlows are executions that see, and wait for, one another.
var acrossFlows = []string{
	"trap tag: 'in' range: 'domain' payload: 'event'\n  def msg \\ trace f.who\nsleep '1h'\n",
	"sleep '1s'\nset f.who 'a'\nmutex 'm' range: 'domain'\n  sequence tag: 'in'\n    trace 'in'\n    sleep '5s'\n    trace 'out'\n",
	"sleep '2s'\nset f.who 'b'\nmutex 'm' range: 'domain'\n  sequence tag: 'in'\n    trace 'in'\n    task 'same'\n    sleep '5s'\n    trace 'out'\n",
	"sleep '3s'\nsequence timeout: '4s'\n  mutex 'm' range: 'domain'\n    fail 'it is not free yet'\n",
	"sleep '4s'\nset f.who 'd'\nmutex 'm' range: 'domain'\n  sequence tag: 'in'\n    trace 'in'\n    sleep '5s'\n    trace 'out'\n",
}

// stayOf gives the times of an execution's first and last trace.
func stayOf(t testing.TB, r *runtime.Runtime, exid string) (from [2]int64) {
	t.Helper()
	for trace, err := range r.Traces(t.Context(), exid) {
		if err != nil {
			t.Fatal(err)
		}
		if from[1] = trace.AtMicros; from[0] == 0 {
			from[0] = trace.AtMicros
		}
	}
	return from
}

// TestAcrossCrashes ends the process at each commit in turn, with traps and
// mutexes that several executions have to do with.
func TestAcrossCrashes(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n, crashed := 0, true; crashed; n++ {
			synctest.Test(t, func(t *testing.T) {
				store := memstore.New()
				crashing := &crashingStore{Store: store, after: after}
				crashing.left.Store(1 << 30)
				r := start(t, runtime.Config{Store: crashing, Taskers: taskers(), CacheNodes: -(n % 2)})
				var exids []string
				for _, src := range acrossFlows {
					exids = append(exids, launch(t, r, src))
				}
				synctest.Wait()
				crashing.left.Store(int64(n + 1))
				_, err := r.Wait(t.Context(), exids[len(exids)-1])
				if crashed = err != nil; crashed && !errors.Is(err, errCrash) {
					t.Fatal(err)
				}
				stop(t, r)
				r = start(t, runtime.Config{Store: store, Taskers: taskers()})
				defer stop(t, r)
				var stays [][2]int64
				for i, exid := range exids {
					wait(t, r, exid)
					want := "in out"
					switch i {
					case 0:
						want = "a b d"
					case 3:
						want = ""
					default:
						stays = append(stays, stayOf(t, r, exid))
					}
					if got := tracesOf(t, r, exid); got != want {
						t.Errorf("crashed at commit %d (after it: %t): execution %d: want %q, got %q", n, after, i, want, got)
					}
					checkEmpty(t, store, exid)
				}
				for i := 1; i < len(stays); i++ {
					if stays[i][0] < stays[i-1][1] {
						t.Errorf("crashed at commit %d (after it: %t): two are inside: %v", n, after, stays)
					}
				}
				for range store.Row(t.Context(), "main", "m") {
					t.Errorf("crashed at commit %d (after it: %t): the row is not empty", n, after)
				}
				sound(t, r, exids...)
			})
			if n > 200 {
				t.Fatal("it does not end")
			}
		}
	}
}
