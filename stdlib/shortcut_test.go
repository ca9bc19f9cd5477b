package stdlib

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// TestShortcut runs every case with the shortcut and without it: what it
// gives, the errors, the counters, the frames that are left and the hash of
// the state have to be the same.
func TestShortcut(t *testing.T) {
	lib := All()
	sources := map[string]conformanceCase{}
	for _, suite := range []string{"core", "unit"} {
		for _, c := range conformanceCases(t, suite) {
			sources[c.ID] = c
		}
	}
	for _, p := range lib.Procedures() {
		for _, e := range p.Sig.Examples {
			sources[p.Sig.Name()+"/"+e.Title] = conformanceCase{ID: e.Title, Src: e.Source, Payload: []byte(e.Payload), Vars: []byte(e.Vars)}
		}
	}
	for name, src := range programs {
		if name != "loop" {
			sources["program/"+name] = conformanceCase{Src: src}
		}
	}
	for id, c := range sources {
		t.Run(id, func(t *testing.T) {
			long, short := runState(t, lib, c, true), runState(t, lib, c, false)
			if diff := cmp.Diff(long, short); diff != "" {
				t.Errorf("long way (-) and shortcut (+) differ:\n%s\n%s", diff, c.Src)
			}
		})
	}
}

// state is all that can be seen of an execution at rest.
type state struct {
	Point         string
	Payload, Vars value.Value
	Trace         []string
	Err           *vm.Error
	Counters      vm.Counters
	Nids          []string
	Frames        []string
	Hash          string
}

func runState(t *testing.T, lib *vm.Library, c conformanceCase, watched bool) state {
	t.Helper()
	x := vm.New(compile(t, lib, c.Src), vm.Launch{ID: "test", NowMicros: 1, Seed: 1,
		Payload: parseJSON(t, string(c.Payload)), Vars: parseJSON(t, string(c.Vars))})
	x.Watched = watched
	x.LoadTree = loadTree
	o := finish(t, x)
	s := state{Point: o.point, Payload: o.payload, Vars: o.vars, Trace: o.trace, Err: o.err,
		Counters: x.Counters(), Nids: o.nids, Hash: fmt.Sprintf("%x", x.StateHash())}
	for _, nid := range x.Nids() {
		s.Frames = append(s.Frames, fmt.Sprintf("%s %s", nid, x.Frame(nid).Object()))
	}
	return s
}
