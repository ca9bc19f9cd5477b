package runtime_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/florc-lang/florc/runtime"
)

// childLoader knows the flows that the tests launch.
func childLoader(w runtime.Wanted) (runtime.Definition, error) {
	text, ok := map[string]string{
		"sum":  "set f.sum (f.a + f.b + n)\n'done'\n",
		"bad":  "set f.x 1\nfail 'no flour'\n",
		"wait": "task 'alice' 'read'\n",
		"kid":  "push f.l 'kid'\ntask 'echo' n: 2\nsleep 0.01\npush f.l 'end of kid'\n",
		"deep": "launch 'sum' vars: { n: 1 }\n",
	}[w.Name]
	if !ok {
		return runtime.Definition{}, runtime.ErrNotFound
	}
	return runtime.Parse(w.Name+".flo", text)
}

func TestChild(t *testing.T) { synctest.Test(t, testChild) }

func testChild(t *testing.T) {
	r := start(t, runtime.Config{CacheNodes: -1, Taskers: taskers(), Loader: childLoader})
	defer stop(t, r)
	for src, want := range map[string]string{
		"launch 'sum' payload: { a: 1, b: 2 } vars: { n: 3 }":     `{"a":1,"b":2,"sum":6,"ret":"done"}`,
		"set f.a 1\nset f.b 2\nlaunch 'deep'":                     `{"a":1,"b":2,"sum":4,"ret":"done"}`,
		"sequence on_error: (def err \\ err.msg)\n  launch 'bad'": `{"x":1,"ret":"no flour"}`,
		"launch 'bad'":  "no flour",
		"launch 'nada'": `there is no flow "nada" (domain "main")`,
		"sequence on_error: (def err \\ node.nid)\n  launch 'bad' retry: 1\nset f.ret 1":                   `{"x":1,"ret":1}`,
		"sequence on_timeout: (def \\ 'late') timeout: '0.01s'\n  launch 'wait'":                           `{"ret":"late"}`,
		"set f.id\n  launch 'wait' wait: false\nset f.is (match? f.id (/^main/))\nset f.id 1\nset f.ret 1": `{"id":1,"is":true,"ret":1}`,
	} {
		exid := launch(t, r, src)
		ends(t, r, exid, want)
		if _, err := r.Replay(t.Context(), exid, false); err != nil {
			t.Errorf("%s: %v", src, err)
		}
	}
	list, err := r.Executions(t.Context(), runtime.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	kids := 0
	for _, x := range list {
		if x.Parent == nil {
			continue
		}
		kids++
		if !strings.HasPrefix(x.Exid, x.Parent.Exid+"-") || x.Parent.Nid == "" {
			t.Errorf("%s has the parent %+v", x.Exid, x.Parent)
		}
		if _, err := r.Replay(t.Context(), x.Exid, false); err != nil {
			t.Errorf("%s: %v", x.Exid, err)
		}
	}
	if kids != 9 {
		t.Errorf("there are %d children", kids)
	}
}

// TestChildCancelled cancels a node that waits for a child.
func TestChildCancelled(t *testing.T) {
	started := make(chan struct{})
	alice := runtime.TaskerFunc(func(context.Context, *runtime.Task) (*runtime.Reply, error) {
		close(started)
		return &runtime.Reply{Later: true}, nil
	})
	r := start(t, runtime.Config{Taskers: map[string]runtime.Tasker{"alice": alice}, Loader: childLoader})
	defer stop(t, r)
	exid := launch(t, r, "sequence on_cancel: (def \\ 'off')\n  launch 'wait'")
	child := exid + "-1"
	<-started
	if err := r.Cancel(t.Context(), exid, ""); err != nil {
		t.Fatal(err)
	}
	ends(t, r, exid, `{"ret":"off"}`)
	if res, err := r.Wait(t.Context(), child); err != nil || res.Point != "terminated" {
		t.Error(res, err)
	}
}
