package runtime_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

// operated is an execution that a test operates on.
type operated struct {
	*testing.T
	r    *runtime.Runtime
	exid string
}

// operating runs a test in simulated time, with the execution in memory and
// restored at every turn. At the end its journal has to give what is stored,
// and nothing may be left.
func operating(t *testing.T, src string, do func(o *operated)) {
	t.Helper()
	for _, cache := range []int{0, -1} {
		synctest.Test(t, func(t *testing.T) {
			store := memstore.New()
			r := start(t, runtime.Config{Store: store, Taskers: taskers(), CacheNodes: cache, CheckpointEvery: 2})
			defer stop(t, r)
			o := &operated{t, r, launch(t, r, src)}
			synctest.Wait()
			do(o)
			o.replays()
			if v := o.view(); v.Status == runtime.Terminated {
				checkEmpty(t, store, o.exid)
			}
		})
	}
}

// replays checks that the journal gives what is stored.
func (o *operated) replays() {
	o.Helper()
	for _, fromCheckpoint := range []bool{false, true} {
		if _, err := o.r.Replay(o.Context(), o.exid, fromCheckpoint); err != nil {
			o.Error(err)
		}
	}
	for _, err := range o.r.Log(o.Context(), o.exid, runtime.LogOptions{Internal: true}) {
		if err != nil {
			o.Error(err)
		}
	}
}

func (o *operated) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
	synctest.Wait()
}

func (o *operated) refused(err error, want error, text string) {
	o.Helper()
	if !errors.Is(err, want) || !strings.Contains(err.Error(), text) {
		o.Errorf("want %v with %q, got %v", want, text, err)
	}
}

func (o *operated) pause(nid string) {
	o.Helper()
	o.must(o.r.Pause(o.Context(), o.exid, nid, runtime.PauseOptions{}))
}
func (o *operated) resume(nid string) { o.Helper(); o.must(o.r.Resume(o.Context(), o.exid, nid)) }
func (o *operated) cancel(nid string) { o.Helper(); o.must(o.r.Cancel(o.Context(), o.exid, nid)) }
func (o *operated) signal(name string) {
	o.Helper()
	o.must(o.r.Signal(o.Context(), o.exid, name, value.Null))
}
func (o *operated) reapply(nid, src, payload string) {
	o.Helper()
	o.must(o.r.Reapply(o.Context(), o.exid, nid, o.again(src, payload)))
}

func (o *operated) again(src, payload string) (a runtime.ReapplyOptions) {
	if src != "" {
		a.Definition = definition(o, src)
	}
	if payload != "" {
		a.Payload = object(o, payload)
	}
	return a
}

// give returns the task of a node.
func (o *operated) give(nid, payload string) {
	o.Helper()
	o.must(o.r.Return(o.Context(), o.exid, nid, object(o, payload), nil))
}

func (o *operated) view() *runtime.View {
	o.Helper()
	synctest.Wait()
	v, err := o.r.Execution(o.Context(), o.exid, 0)
	o.must(err)
	return v
}

// stands checks the status, and that of the nodes: those that are not open, and
// those without children.
func (o *operated) stands(want string) {
	o.Helper()
	v := o.view()
	parents := make(map[string]bool)
	for _, n := range v.Nodes {
		parents[n.Parent] = true
	}
	got := []string{string(v.Status)}
	for _, n := range v.Nodes {
		if n.Status == "ended" || parents[n.Nid] && n.Status == "open" {
			continue
		}
		held := ""
		if n.Held > 0 {
			held = fmt.Sprintf(" %d held", n.Held)
		}
		got = append(got, fmt.Sprintf("%s %s %s%s", n.Nid, n.Head, n.Status, held))
	}
	if diff := cmp.Diff(want, strings.Join(got, ", ")); diff != "" {
		o.Errorf("it stands otherwise (-want +got):\n%s", diff)
	}
}

func (o *operated) ends(want string) { o.Helper(); ends(o, o.r, o.exid, want) }

// traced checks the trace.
func (o *operated) traced(want ...string) {
	o.Helper()
	var got []string
	for _, t := range o.view().Trace {
		got = append(got, t.Text)
	}
	if !slices.Equal(got, want) {
		o.Errorf("traced %q, want %q", got, want)
	}
}
