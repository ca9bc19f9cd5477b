package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
)

// with is a payload with one more field.
func with(m *runtime.HookMessage, key string, v value.Value) value.Value {
	return value.FromObject(m.Payload.AsObject().Set(key, v))
}

// TestHooks has hooks change and add messages; a replay proves what came of it
// without calling them, also one that shows each message.
func TestHooks(t *testing.T) {
	const flow = "sequence tag: 'x'\n  same 'a'\nsequence tag: 'y'\n  on 'go'\n  set f.went true\nset f.done 1\n"
	signal := func(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
		return &runtime.HookReply{Signals: []runtime.HookSignal{{Name: "go", Payload: value.NewObject(value.Member{Key: "by", Value: value.String(m.Nid)})}}}, nil
	}
	for _, test := range []struct {
		name string
		hook runtime.Hook
		src  string
		want string
	}{
		{"a task's payload", runtime.Hook{Points: []string{"task"}, Taskers: []string{"same"}, Message: func(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
			return &runtime.HookReply{Payload: with(m, "who", value.String(m.Tasker+" "+m.Name))}, nil
		}}, "same 'a'\n", `{"who":"same a","ret":"a"}`},
		{"another tasker's", runtime.Hook{Points: []string{"task"}, Taskers: []string{"alice"}, Message: signal}, "same 'a'\n", `{"ret":"a"}`},
		{"a signal once a trap is set", runtime.Hook{Points: []string{"trap"}, Message: signal}, flow, `{"by":"0_1_1","went":true,"done":1,"ret":null}`},
		{"a cancel", runtime.Hook{Points: []string{"trap"}, Heaps: []string{"on"}, Message: func(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
			return &runtime.HookReply{Cancel: []string{m.Nid, "nonsense", "0_99"}}, nil
		}}, "on 'never'\nset f.done 1\n", `{"done":1,"ret":null}`},
		{"a kill", runtime.Hook{Points: []string{"trap"}, Message: func(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
			return &runtime.HookReply{Kill: []string{"0_0"}}, nil
		}}, "on 'never'\nset f.done 1\n", `{"done":1,"ret":null}`},
		{"each start of a node", runtime.Hook{Points: []string{"execute"}, Heaps: []string{"set"}, Message: func(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
			return &runtime.HookReply{Payload: with(m, "at"+m.Nid, value.Bool(true))}, nil
		}}, "set f.a 1\nset f.b 2\n", `{"at0_0":true,"a":1,"at0_1":true,"b":2,"ret":null}`},
		{"all points", runtime.Hook{Message: func(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
			if m.Point == "terminated" {
				return &runtime.HookReply{Payload: value.NewObject()}, nil
			}
			return nil, nil
		}}, "set f.a 1\nsame 'b'\n", `{}`},
		{"of another domain", runtime.Hook{Domain: "acme", Points: []string{"task"}, Message: func(context.Context, *runtime.HookMessage) (*runtime.HookReply, error) { panic("called") }}, "same 'a'\n", `{"ret":"a"}`},
		{"one that fails", runtime.Hook{Points: []string{"task"}, Message: func(context.Context, *runtime.HookMessage) (*runtime.HookReply, error) {
			return &runtime.HookReply{Payload: value.NewObject()}, errors.New("no")
		}}, "same 'a'\n", `{"ret":"a"}`},
		{"one that panics", runtime.Hook{Points: []string{"task"}, Message: func(context.Context, *runtime.HookMessage) (*runtime.HookReply, error) { panic("oops") }}, "same 'a'\n", `{"ret":"a"}`},
		{"a payload that is none", runtime.Hook{Points: []string{"task"}, Message: func(context.Context, *runtime.HookMessage) (*runtime.HookReply, error) {
			return &runtime.HookReply{Payload: value.Int(1)}, nil
		}}, "same 'a'\n", `{"ret":"a"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			store := memstore.New()
			r := start(t, runtime.Config{Store: store, Taskers: taskers(), Hooks: []runtime.Hook{test.hook}, CacheNodes: -1})
			exid := launch(t, r, test.src)
			ends(t, r, exid, test.want)
			stop(t, r)
			for p, err := range r.Verify(t.Context(), nil) {
				t.Error(p, err)
			}
			called := errors.New("a replay calls a hook")
			again, err := runtime.New(runtime.Config{Store: store, Library: newLibrary(), Hooks: []runtime.Hook{{
				Message: func(context.Context, *runtime.HookMessage) (*runtime.HookReply, error) {
					t.Error(called)
					return nil, called
				}}}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := again.Replay(t.Context(), exid, false); err != nil {
				t.Error(err)
			}
			for _, err := range again.Log(t.Context(), exid, runtime.LogOptions{Internal: true}) {
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestHookTags(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	r := start(t, runtime.Config{Taskers: taskers(), Hooks: []runtime.Hook{{Points: []string{"entered", "left"}, Tags: []string{"x"},
		Message: func(_ context.Context, m *runtime.HookMessage) (*runtime.HookReply, error) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, m.Point+" "+fmt.Sprint(m.Tags))
			return nil, nil
		}}}})
	defer stop(t, r)
	ends(t, r, launch(t, r, "sequence tag: 'x'\n  sequence tag: 'y'\n    1\n"), `{"ret":1}`)
	mu.Lock()
	defer mu.Unlock()
	if diff := cmp.Diff([]string{"entered [x]", "left [x]"}, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestCommitted is told of each commit once, in order.
func TestCommitted(t *testing.T) {
	changes := make(chan runtime.Change, 100)
	r := start(t, runtime.Config{Taskers: taskers(), Committed: func(c runtime.Change) { changes <- c }})
	exid := launch(t, r, "alice 'a'\ntrace 'b'\n")
	returnTask(t, r, exid)
	if wait(t, r, exid); true {
		stop(t, r)
	}
	close(changes)
	got := slices.Collect(func(yield func(runtime.Change) bool) {
		for c := range changes {
			if !yield(c) {
				return
			}
		}
	})
	want := []runtime.Change{
		{Exid: exid, Domain: "main", Seq: 1, Status: runtime.Active, Tasks: []string{"1"}},
		{Exid: exid, Domain: "main", Seq: 2, Status: runtime.Terminated, Returned: []string{"1"}, Traces: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
