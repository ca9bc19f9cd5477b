package vm_test

import (
	"testing"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// TestFailMessage fails a node from outside: its handlers see it, or those
// above, and a task that it waits for is taken back once.
func TestFailMessage(t *testing.T) {
	const wait = "the limit of 3 attempts is reached"
	tests := []struct {
		name, src, nid string
		want           string // the payload that it ends with, "" where it fails
		line           int
		withdrawn      string // the node whose task is taken back
	}{
		{"a task", "task 'al'\n", "0", "", 1, "0"},
		{"a task that handles it", "task 'al' on_error: (def msg err \\ \"$(err.code) $(f.a)\")\n", "0", `{"a":1,"ret":"FLO0214 1"}`, 0, "0"},
		{"a task below a handler", "sequence on_error: (def msg err \\ err.msg)\n  task 'al'\n", "0_1", `{"a":1,"ret":"` + wait + `"}`, 0, "0_1"},
		{"a node with children", "sequence on_error: (def msg err \\ err.kind)\n  sequence\n    task 'al'\n", "0_1", `{"a":1,"ret":"limit"}`, 0, "0_1_0"},
		{"a node with children, itself", "sequence on_error: (def msg err \\ err.lin)\n  task 'al'\n", "0", `{"a":1,"ret":1}`, 0, "0_1"},
		{"children of a node that fails", "sequence\n  task 'al'\n", "0", "", 1, ""},
		{"a node that sleeps", "sequence\n  sleep '1d' on_error: (def msg err \\ 'woken')\n", "0_0", `{"a":1,"ret":"woken"}`, 0, ""},
		{"a node that is not there", "task 'al'\n", "0_5", "waiting", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, err := compile(tt.src)
			if err != nil {
				t.Fatal(err)
			}
			x := vm.New(p, vm.Launch{ID: "test", Payload: value.NewObject(value.Member{Key: "a", Value: value.Int(1)}), NowMicros: 1})
			x.Run()
			x.TakeEffects()
			nid, _ := vm.ParseNID(tt.nid)
			m := vm.FailMessage(nid, vm.LimitExceeded("raise it", wait))
			if m, err = x.DecodeMessage(vm.AppendMessage(nil, &m), nil); err != nil {
				t.Fatal(err)
			}
			x.Deliver(m, 2)
			var failure *vm.Error
			got, withdrawn := "waiting", ""
			for range 3 {
				x.Run()
				for _, e := range x.TakeEffects() {
					switch e := e.(type) {
					case vm.TaskEffect:
						if !e.Withdraw || withdrawn != "" {
							t.Errorf("%+v", e)
						}
						withdrawn = e.Nid.String()
						x.Deliver(vm.ReturnMessage(e.Nid, e.ID, vm.NewPayload(e.Payload), nil), 3)
					case vm.FailedEffect:
						failure, got = e.Err, ""
					case vm.EndedEffect:
						got = e.Payload.String()
					}
				}
			}
			if got != tt.want || withdrawn != tt.withdrawn {
				t.Errorf("it ends with %s, withdrawn is %q", got, withdrawn)
			}
			if tt.line > 0 && (failure == nil || failure.Line != tt.line || failure.Nid != nid || failure.Hint == "" || failure.Message != wait) {
				t.Errorf("it fails with %+v", failure)
			}
			if _, err := store(x).restore(p); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestHaltMessage stops a loop that a handler would let go on, and leaves alone
// what waits.
func TestHaltMessage(t *testing.T) {
	p, err := compile("concurrence on_error: (def msg err \\ 'handled')\n  task 'al'\n  loop\n    set f.a 1\n  loop\n    set f.b 1\n")
	if err != nil {
		t.Fatal(err)
	}
	x := vm.New(p, vm.Launch{ID: "test", NowMicros: 1, Limits: vm.Limits{RunSteps: 50}})
	x.Watched = true
	if !x.Run() {
		t.Fatal("it should loop")
	}
	m := vm.HaltMessage(vm.LimitExceeded("raise it", "enough"))
	if m, err = x.DecodeMessage(vm.AppendMessage(nil, &m), nil); err != nil {
		t.Fatal(err)
	}
	x.Deliver(m, 2)
	if x.Run() {
		t.Fatal("it goes on")
	}
	failed, waits := 0, 0
	for _, nid := range x.Nids() {
		switch f := x.Frame(nid); {
		case f.Failure != nil:
			failed++
		case f.TaskID != "":
			waits++
		}
	}
	if failed != 2 || waits != 1 {
		t.Errorf("%d nodes failed, %d wait", failed, waits)
	}
}
