package vm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// finish works an execution, without time or taskers, and returns what it
// ended with: a failure that nothing handled, or the payload.
func finish(x *vm.Execution) (failure *vm.Error, payload value.Value) {
	for range 1000 {
		if !x.Run() {
			break
		}
	}
	for _, e := range x.TakeEffects() {
		switch e := e.(type) {
		case vm.FailedEffect:
			if failure == nil {
				failure = e.Err
			}
		case vm.EndedEffect:
			payload = e.Payload
		}
	}
	return failure, payload
}

func TestPayloadLimits(t *testing.T) {
	const tooLarge, tooDeep = "would take more than", "would be nested more than"
	small := vm.Limits{PayloadBytes: 10_000, PayloadDepth: 50}
	tests := []struct {
		name, src string
		limits    vm.Limits
		want      string // part of the error, "" for none
		line      int
	}{
		{"tripling", "set a [ 1 ]\nuntil false\n  set a [ a a a ]\n", vm.Limits{}, "f.ret would take more than 64 MiB", 3},
		{"tripling a field", "set f.a [ 1 ]\nuntil false\n  set f.a [ f.a f.a f.a ]\n", small, tooLarge, 3},
		{"tripling within a function", "define g a\n  until false\n    set a { x: a, y: a }\ng 1\n", vm.Limits{}, tooLarge, 3},
		{"tripling with a recursion", "define g a \\ g [ a a a ]\ng 1\n", small, tooLarge, 1},
		{"pushing into itself", "set l [ 1 ]\nuntil false\n  push l l\n", small, `variable "l" would take`, 3},
		{"pushing a field into itself", "set f.l [ 1 ]\nuntil false\n  push f.l f.l\n", small, "the payload would take", 3},
		{"merging fields", "set f.a [ 1 ]\nuntil false\n  set f.b f.a\n  set f.a { a: f.a, b: f.b }\n", small, "the payload would take", 3},
		{"doubling text", "set s 'abc'\nuntil false\n  set s \"$(s)$(s)\"\n", small, tooLarge, 3},
		{"functions in it", "set a (def x \\ x)\nuntil false\n  set a [ a a a ]\n", small, tooLarge, 3},
		{"reduce", "range 0 100\nreduce f.ret 1 (def r x \\ [ r r r ])\n", small, tooLarge, 2},
		{"map", "range 0 900\nmap f.ret (def x \\ range 0 900)\n", vm.Limits{PayloadBytes: 1 << 20}, tooLarge, 2},
		{"branches", "set f.a (range 0 900)\nconcurrence\n" + strings.Repeat("  set f.b 1\n", 9), small, `what "concurrence" gathers`, 2},
		{"nesting", "set a []\nuntil false\n  set a [ a ]\n", vm.Limits{}, "f.ret would be nested more than 5000 deep", 3},
		{"nesting objects", "set f.a {}\nuntil false\n  set f.a { b: f.a }\n", small, tooDeep, 3},
		{"nesting a variable", "set a { b: 1 }\nuntil false\n  set a.b a\n", vm.Limits{PayloadDepth: 20, PayloadBytes: 1 << 60}, `variable "a" would be nested`, 3},

		{"a long array", "range 0 100000\nset a f.ret\nset f.b a\npush a 1\nlength a\n", vm.Limits{}, "", 0},
		{"an array grown", "set a []\nset i 0\nuntil i == 20000\n  push a i\n  set i (i + 1)\n", vm.Limits{}, "", 0},
		{"nested, not too deep", "set a []\nset i 0\nuntil i == 40\n  set a [ a ]\n  set i (i + 1)\n", small, "", 0},
		{"grown and cut", "set a [ 1 ]\nset i 0\nuntil i == 100\n  set a [ a a a ]\n  set a a[0:0]\n  set i (i + 1)\n", small, tooDeep, 4},
		{"handled", "set a [ 1 ]\nsequence on_error: (def msg err \\ err.code)\n  until false\n    set a [ a a a ]\n", small, "", 0},
		{"muted", "set a [ 1 ]\n\"x$(range 0 9999)\"\n", small, "", 0},
	}
	for _, tt := range tests {
		for _, watched := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/watched=%t", tt.name, watched), func(t *testing.T) {
				p, err := compile(tt.src)
				if err != nil {
					t.Fatal(err)
				}
				x := vm.New(p, vm.Launch{ID: "test", NowMicros: 1, Limits: tt.limits})
				x.Watched = watched
				failure, payload := finish(x)
				if tt.want == "" {
					if failure != nil || payload.IsNull() {
						t.Fatalf("%v, %.100s", failure, payload)
					}
					return
				}
				if failure == nil || failure.Code != "FLO0214" || !strings.Contains(failure.Message, tt.want) || failure.Line != tt.line || failure.Hint == "" {
					t.Fatalf("%+v, want %q at line %d", failure, tt.want, tt.line)
				}
				if tt.limits == (vm.Limits{}) {
					return // storing that much would take a while
				}
				for _, nid := range x.Nids() { // what is left can be stored and read back
					if size := len(x.AppendFrame(nil, x.Frame(nid), nil)); size > 3*x.Limits.PayloadBytes {
						t.Errorf("the frame of %s takes %d bytes", nid, size)
					}
				}
				again, err := store(x).restore(p)
				if err != nil {
					t.Fatal(err)
				}
				if again.Limits != x.Limits || again.StateHash() != x.StateHash() {
					t.Errorf("restored it is another: %+v, %+v", again.Limits, x.Limits)
				}
			})
		}
	}
}

// TestPayloadFromOutside gives an execution more than it may have: it fails,
// whatever handlers there are.
func TestPayloadFromOutside(t *testing.T) {
	large := value.NewObject(value.Member{Key: "s", Value: value.String(strings.Repeat("x", 2000))})
	limits := vm.Limits{PayloadBytes: 1000}
	p, err := compile("sequence on_error: (def msg err \\ err.code)\n  task 'alice'\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]vm.Launch{"payload": {Payload: large}, "vars": {Vars: large}} {
		t.Run(name, func(t *testing.T) {
			l.Limits = limits
			if failure, _ := finish(vm.New(p, l)); failure == nil || failure.Code != "FLO0214" {
				t.Error(failure)
			}
		})
	}
	t.Run("task", func(t *testing.T) {
		x := vm.New(p, vm.Launch{Limits: limits})
		for _, payload := range []value.Value{large, value.Null} { // the second answers the withdrawal
			x.Run()
			for _, e := range x.TakeEffects() {
				if task, ok := e.(vm.TaskEffect); ok {
					x.Deliver(vm.ReturnMessage(task.Nid, task.ID, vm.NewPayload(payload), nil), 2)
				}
			}
		}
		failure, payload := finish(x)
		if want := `{"ret":"FLO0214"}`; failure != nil || payload.String() != want {
			t.Errorf("%v, %s, want %s", failure, payload, want)
		}
	})
}
