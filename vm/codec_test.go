package vm_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

var library = stdlib.All()

func compile(src string) (*vm.Program, error) {
	file, ds := parser.Parse(source.NewFile("", src), parser.Options{})
	root, more := tree.Lower(file)
	if ds = append(ds, more...); len(ds) > 0 {
		return nil, fmt.Errorf("%v", ds)
	}
	return vm.Compile(library, root), nil
}

// stored is an execution's stored form.
type stored struct {
	origin, header []byte
	frames         map[vm.NID][]byte
	parts          map[value.Ref][]byte
}

func store(x *vm.Execution) stored {
	s := stored{origin: x.AppendOrigin(nil), frames: map[vm.NID][]byte{}, parts: map[value.Ref][]byte{}}
	s.header = x.AppendHeader(nil, s.put)
	for _, nid := range x.Nids() {
		s.frames[nid] = x.AppendFrame(nil, x.Frame(nid), s.put)
	}
	return s
}

func (s stored) put(ref value.Ref, data func() []byte) {
	if _, ok := s.parts[ref]; !ok {
		s.parts[ref] = nil
		s.parts[ref] = data()
	}
}

func (s stored) part(ref value.Ref) ([]byte, error) {
	if data, ok := s.parts[ref]; ok {
		return data, nil
	}
	return nil, fmt.Errorf("no part %x", ref)
}

func (s stored) restore(p *vm.Program) (*vm.Execution, error) {
	var frames iter.Seq2[[]byte, error] = func(yield func([]byte, error) bool) {
		for _, data := range s.frames {
			if !yield(data, nil) {
				return
			}
		}
	}
	return vm.Restore(s.origin, s.header, frames, s.part, func(hash string) (*vm.Program, error) {
		if hash != p.Hash {
			return nil, fmt.Errorf("no tree %s", hash)
		}
		return p, nil
	})
}

// outcome is what can be seen of a whole execution.
type outcome struct {
	Steps  int
	Trace  []string
	Ended  []string
	Failed []string
	Other  []string
	State  string
}

// maxSteps ends executions that loop for ever.
const maxSteps = 20_000

// drive runs an execution, timers firing as soon as nothing else is to be
// done, so many messages at a time; after each time it goes on with what step
// gives.
func drive(x *vm.Execution, runSteps int, step func(*vm.Execution) *vm.Execution) outcome {
	var o outcome
	timers := map[int64]vm.TimerEffect{}
	for o.Steps < maxSteps {
		x.Limits.RunSteps = runSteps
		x.Run()
		o.Steps += runSteps
		for _, e := range x.TakeEffects() {
			switch e := e.(type) {
			case vm.TraceEffect:
				o.Trace = append(o.Trace, e.Text)
			case vm.TimerEffect:
				timers[e.ID] = e
			case vm.UntimeEffect:
				delete(timers, e.ID)
			case vm.EndedEffect:
				o.Ended = append(o.Ended, fmt.Sprintf("%s %s", e.Payload, e.Vars))
			case vm.FailedEffect:
				o.Failed = append(o.Failed, fmt.Sprintf("%+v", *e.Err))
			default:
				o.Other = append(o.Other, fmt.Sprintf("%+v", e))
			}
		}
		x = step(x)
		if x.Pending() {
			continue
		}
		ids := slices.Sorted(maps.Keys(timers))
		if len(ids) == 0 {
			break
		}
		next := timers[ids[0]]
		for _, id := range ids {
			if timers[id].DueMicros < next.DueMicros {
				next = timers[id]
			}
		}
		delete(timers, next.ID)
		x.Deliver(vm.Message{Point: vm.Trigger, Nid: next.Nid, Timer: next.ID}, next.DueMicros)
	}
	o.State = fmt.Sprintf("%x", x.StateHash())
	return o
}

type conformanceCase struct {
	ID      string          `json:"id"`
	Src     string          `json:"src"`
	Payload json.RawMessage `json:"payload"`
	Vars    json.RawMessage `json:"vars"`
}

func conformanceCases(t testing.TB) []conformanceCase {
	t.Helper()
	var cases []conformanceCase
	for _, suite := range []string{"core", "unit"} {
		data, err := os.ReadFile("../testdata/conformance/" + suite + ".jsonl")
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			var c conformanceCase
			if err := json.Unmarshal(line, &c); err != nil {
				t.Fatal(err)
			}
			cases = append(cases, c)
		}
	}
	// What the conformance cases do not have: functions under other names,
	// expressions as keys, functions within collections.
	for i, src := range []string{
		"set d def\nset f.f\n  d x \\ + x 1\nset f.g { h: [ f.f ] }\nf.f 2\nsequence\n  f.g.h.0 3\n",
		"sequence \"t$('a')\": (def x \\ + x 1)\n  1\n",
		"define sum a b\n  + a b\nset o { s: sum }\nsleep '1h'\no.s 1 2\n",
		"set l []\nconcurrence\n  sequence tag: 'a'\n    sleep 3\n    push l tag.a\n  sequence tag: 'a'\n    sleep 1\n  sequence tag: 'a'\n    sleep 2\n",
		"map [ 1 2 3 ]\n  def x\n    sleep x\n    * x 2\n",
		"sequence on_error: (def msg err \\ err.msg)\n  sleep 1\n  fail 'ouch'\n",
		"sequence timeout: '2s' on_timeout: (def msg \\ 'late')\n  sleep '1d'\n",
		"concurrence\n  on_receive false\n    sleep 1\n    2 == (length replies)\n  sleep 1\n  sleep 2\n  sleep 9\n",
		"set l []\ntrap tag: r/^x/ count: 2 range: 'execution'\n  def msg\n    sleep 1\n    push l \"$(msg.point) $(msg.nid)\"\nsequence\n  sequence tag: 'x1'\n    sleep 2\n  sequence tag: [ 'x2' 'y' ]\n    sleep 5\n  sequence tag: 'x3'\n    sleep 5\n",
		"set l []\non [ 'a' r/^b/ ]\n  push l sig\n  sleep 2\n  push l f.x\nevery 3\n  signal 'b1' payload: { x: 7 }\nin '5s'\n  signal 'a'\nsleep 11\nl\n",
		"trap 'terminated'\n  def msg \\ trace \"over $(msg.from)\"\ntrap point: 'receive' heap: 'sequence' bind: '0'\n  def msg \\ trace msg.nid\nsequence\n  sleep 1\n  noret _\n",
		"part\n  sleep 9\n  trace 'parted'\nflank\n  sleep 9\n  trace 'flanked'\non 'x' payload: 'trap'\n  sleep 9\n  trace 'trapped'\nsequence\n  signal 'x'\n  sleep 1\n  trace 'over'\n",
		"concurrence\n  sequence\n    on 'go' bind: '0'\n    trace 'gone'\n  sequence\n    sleep 1\n    signal 'go'\n  sequence tag: 'c'\n    trap tag: 'nothing'\n  sequence\n    sleep 3\n    cancel ref: 'c'\n  sequence\n    sleep 4\n    signal 'elsewhere' exid: 'other'\n",
		"set l []\ncmap [ 3 1 2 ] merge: (def rets \\ sleep 1 ; rets)\n  def x\n    sleep x\n    set v.y (x * 2)\n    y\n",
		"ceach { a: 1, b: 2 } v.k f.v expect: 1\n  sleep f.v\n  trace k\n",
		"cron '*/5 * * * * *'\n  trace \"$(ltimestamp _)\"\nsleep 22\nabort _\n",
		"set n 0\nset g\n  import 'counted'\nwhile n < 4\n  import 'counted'\n  sleep 1\ng _\n",
		"set n 0\nsequence tag: 'r' retry: { count: 3, delay: 2, backoff: 'linear', jitter: 0.3 } timeout: '5s' on_error: (def err \\ trace err.msg)\n  set n (n + 1)\n  sleep 1\n  trace \"$(node.attempt) of $(n)\"\n  stall _ if n == 2\n  fail 'no'\n",
		"part retry: { count: 2, delay: 1 }\n  sleep 1\n  fail 'no'\nconcurrence retry: 1\n  sleep 2\n  task 'al' 1 retry: 2\n  sequence\n    sleep 1\n    fail 'no' if node.attempt == 1\n    sleep 1\n",
		"concurrence\n  mutex 'a'\n    sleep 2\n    trace 1\n  mutex 'a' tag: 'm' on_cancel: (def \\ trace 'off')\n    trace 2\n  mutex 'a' retry: 1\n    sleep 1\n    trace 3\n    fail 'no' if node.attempt == 1\n  sequence\n    sleep 1\n    cancel ref: 'm'\n",
		"define book what\n  undo\n    sleep 1\n    trace \"not $(what) $(f.n)\"\nsaga retry: 1 on_error: (def err \\ trace err.msg)\n  set f.n 1\n  book 'room'\n  saga tag: 's'\n    set f.n 2\n    book 'car'\n  sleep 1\n  fail 'no'\nconcurrence\n  saga tag: 'c'\n    undo\n      sleep 2\n      trace 'undone'\n    stall _\n  sequence\n    sleep 1\n    cancel ref: 'c'\n",
		"set f.x 123456789012345678901234567890\ntask 'al' 1 a: /x+/ tag: 'z'\n",
	} {
		cases = append(cases, conformanceCase{ID: fmt.Sprintf("codec/%d", i), Src: src})
	}
	return cases
}

func (c *conformanceCase) launch(t testing.TB, watched bool) (*vm.Program, func() *vm.Execution) {
	t.Helper()
	p, err := compile(c.Src)
	if err != nil {
		t.Skip(err)
	}
	parse := func(data json.RawMessage) value.Value {
		if data == nil {
			return value.Null
		}
		v, err := value.ParseJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return p, func() *vm.Execution {
		x := vm.New(p, vm.Launch{ID: "test", Domain: "d", Payload: parse(c.Payload), Vars: parse(c.Vars), NowMicros: 1, Seed: 1<<63 + 5, Zone: "Asia/Tokyo"})
		x.HasTasker = func(name string) bool { return name == "al" }
		x.Watched = watched
		x.LoadTree = func(string) ([]byte, string, error) {
			sub, err := compile("set n (n + 1)\ntrace n\nsequence on_error: (def err \\ trace \"$(err.file) $(err.lin)\")\n  1 / (n - n)\ndef \\ \"n is $(n)\"\n")
			if err != nil {
				return nil, "", err
			}
			return tree.AppendJSON(nil, sub.Tree, tree.Columns), "sub.flo", nil
		}
		return x
	}
}

// TestRestore stores and restores an execution after every message, or, with
// the shortcut for what cannot wait, some: what it does must be the same, a
// second encoding too, and the frames that the machine reports as changed must
// be all that did.
func TestRestore(t *testing.T) {
	for _, c := range conformanceCases(t) {
		t.Run(c.ID, func(t *testing.T) { c.testRestore(t, true, 1) })
		t.Run(c.ID+"/shortcut", func(t *testing.T) { c.testRestore(t, false, 20) })
	}
}

func (c *conformanceCase) testRestore(t *testing.T, watched bool, runSteps int) {
	p, launch := c.launch(t, watched)
	want := drive(launch(), runSteps, func(x *vm.Execution) *vm.Execution { return x })
	known := map[vm.NID][]byte{}
	got := drive(launch(), runSteps, func(x *vm.Execution) *vm.Execution {
		s := store(x)
		for _, nid := range x.TakeDirty() {
			if known[nid] = s.frames[nid]; known[nid] == nil {
				delete(known, nid)
			}
		}
		for nid, data := range s.frames {
			if !bytes.Equal(known[nid], data) {
				t.Fatalf("node %s changed, or appeared, unreported", nid)
			}
		}
		if len(known) != len(s.frames) {
			t.Fatalf("a node went unreported: %d were there, %d are", len(known), len(s.frames))
		}
		y, err := s.restore(p)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, store(y), cmp.AllowUnexported(stored{})); diff != "" {
			t.Fatal(diff)
		}
		if x.StateHash() != y.StateHash() {
			t.Fatal("the state hashes differ")
		}
		y.HasTasker, y.LoadTree, y.Watched = x.HasTasker, x.LoadTree, x.Watched
		return y
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzRestore reads damaged executions: an error, or something that holds.
func FuzzRestore(f *testing.F) {
	src := "set f.x [ 1 { a: 2 } ]\nsequence tag: 'a' on_error: (def msg err \\ 1)\n  concurrence\n    task 'al' a: 1\n    sleep '1d'\n"
	p, err := compile(src)
	if err != nil {
		f.Fatal(err)
	}
	x := vm.New(p, vm.Launch{ID: "test", NowMicros: 1})
	x.Limits.RunSteps = 1
	for x.Run() {
		s := store(x)
		f.Add(s.origin, s.header, slices.Concat(slices.Collect(maps.Values(s.frames))...))
		for _, data := range s.frames {
			f.Add(s.origin, s.header, data)
		}
	}
	m := vm.ReturnMessage(vm.NID{Path: "0"}, "1", vm.NewPayload(value.Null), nil)
	f.Add(vm.AppendMessage(nil, &m), []byte{}, []byte{})
	programs := func(hash string) (*vm.Program, error) {
		if hash != p.Hash {
			return nil, fmt.Errorf("no tree %s", hash)
		}
		return p, nil
	}
	f.Fuzz(func(t *testing.T, origin, header, frame []byte) {
		y, err := vm.Restore(origin, header, func(yield func([]byte, error) bool) { yield(frame, nil) }, nil, programs)
		if err == nil {
			again, err := store(y).restore(p)
			if err != nil {
				t.Fatalf("what was restored once cannot be again: %s", err)
			}
			if diff := cmp.Diff(store(y), store(again), cmp.AllowUnexported(stored{})); diff != "" {
				t.Fatal(diff)
			}
		}
		if m, err := x.DecodeMessage(origin, programs); err == nil {
			vm.AppendMessage(nil, &m)
		}
	})
}

// TestEveryField fills every exported field, so that none added later is
// forgotten in the codec.
func TestEveryField(t *testing.T) {
	p, err := compile("sequence\n  def x \\ + x 1\n")
	if err != nil {
		t.Fatal(err)
	}
	x := vm.New(p, vm.Launch{ID: "x", NowMicros: 1})
	x.Run()
	code := p.Find("0_0")
	var f vm.Frame
	fill(t, reflect.ValueOf(&f).Elem(), code, 3)
	f.Nid = vm.NID{Path: "0_0"}
	x2 := roundTrip(t, x, &f)
	if diff := cmp.Diff(f, *x2, equalities...); diff != "" {
		t.Error(diff)
	}
}

func roundTrip(t *testing.T, x *vm.Execution, f *vm.Frame) *vm.Frame {
	t.Helper()
	s := stored{x.AppendOrigin(nil), x.AppendHeader(nil, nil), map[vm.NID][]byte{f.Nid: x.AppendFrame(nil, f, nil)}, nil}
	y, err := s.restore(x.Program())
	if err != nil {
		t.Fatal(err)
	}
	return y.Frame(f.Nid)
}

var equalities = []cmp.Option{
	cmpopts.IgnoreUnexported(vm.Frame{}, vm.Message{}, vm.Trap{}, vm.Lock{}),
	cmp.Comparer(value.Equal),
	cmp.Comparer(func(a, b *vm.Code) bool { return a == b }),
	cmp.Comparer(func(a, b *vm.Lambda) bool {
		return a == b || a != nil && b != nil && a.Code == b.Code && a.Block == b.Block
	}),
	cmp.Comparer(func(a, b *vm.Procedure) bool { return a == b }),
	cmp.Comparer(func(a, b *vm.Vars) bool {
		return a == b || a != nil && b != nil && value.Equal(a.Object(), b.Object())
	}),
}

// fill sets everything in v to something that is not its zero value.
func fill(t *testing.T, v reflect.Value, code *vm.Code, depth int) {
	switch p := v.Addr().Interface().(type) {
	case *value.Value:
		*p = value.NewList(value.Int(7), value.String("s"))
		return
	case *vm.Payload:
		*p = vm.NewPayload(value.NewObject(value.Member{Key: "a", Value: value.Int(1)}, value.Member{Key: "ret", Value: value.Null}))
		return
	case *vm.NID:
		*p = vm.NID{Path: "0_0", Sub: 5}
		return
	case **vm.Code:
		*p = code
		return
	case **vm.Lambda:
		x := vm.New(code.Prog, vm.Launch{ID: "x"})
		x.Run()
		fn, ok := x.Root().Vars.Get("x")
		if !ok {
			*p = nil
		} else {
			*p = fn.AsFunc().Code.(*vm.Lambda)
		}
		return
	case **vm.Procedure:
		*p = library.Get("sequence")
		return
	case **vm.Vars:
		*p = &vm.Vars{}
		(*p).Set("v", value.Int(1))
		return
	case *vm.Point:
		*p = vm.Execute
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(3)
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(2)
	case reflect.String:
		v.SetString("text")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), code, depth)
	case reflect.Slice:
		if depth > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(t, v.Index(0), code, depth-1)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), code, depth)
		}
	case reflect.Map:
		v.Set(reflect.ValueOf(map[int]string{4: "key"}).Convert(v.Type()))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(t, v.Field(i), code, depth)
			}
		}
	default:
		t.Fatalf("a field of type %s", v.Type())
	}
}

// TestRestoreRefuses sees that what cannot be read says why.
func TestRestoreRefuses(t *testing.T) {
	p, err := compile("set f.s (range 0 1000)\ntask 'al'\n")
	if err != nil {
		t.Fatal(err)
	}
	x := vm.New(p, vm.Launch{ID: "x7", NowMicros: 1})
	x.Run()
	for name, tt := range map[string]struct {
		change func(s *stored)
		want   string
	}{
		"newer semantics": {func(s *stored) {
			s.origin = bytes.Replace(s.origin, []byte{2, vm.Semantics}, []byte{2, vm.Semantics + 1}, 1)
		}, "launched by a newer florc"},
		"another format": {func(s *stored) { s.origin[1]++ }, "its format is 2"},
		"no parts":       {func(s *stored) { clear(s.parts) }, "x7: frame: CBOR: part"},
		"a damaged part": {func(s *stored) {
			for _, data := range s.parts {
				data[0] ^= 1
			}
		}, "is damaged or missing"},
	} {
		s := store(x)
		tt.change(&s)
		if _, err := s.restore(p); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLen counts frames, and the branches that are left.
func TestLen(t *testing.T) {
	p, err := compile("concurrence expect: 2\n  task 'al'\n  task 'al'\n  task 'al'\n")
	if err != nil {
		t.Fatal(err)
	}
	x := vm.New(p, vm.Launch{ID: "x", NowMicros: 1})
	x.Run()
	tasks := x.TakeEffects()
	for i, e := range tasks[:2] {
		var kids []vm.NID
		for kid := range x.Root().Children() {
			kids = append(kids, kid.Nid)
		}
		if x.Len() != 4-i || len(kids) != 3-i || !x.Root().HasChildren() || x.Over() {
			t.Errorf("%d frames, the root's children are %v", x.Len(), kids)
		}
		x.Deliver(vm.ReturnMessage(e.(vm.TaskEffect).Nid, e.(vm.TaskEffect).ID, vm.NewPayload(value.Null), nil), 2)
		x.Run()
	}
	if !x.Terminated() || x.Over() {
		t.Error("the last task is still to be taken back")
	}
	e := tasks[2].(vm.TaskEffect)
	x.Deliver(vm.ReturnMessage(e.Nid, e.ID, vm.NewPayload(value.Null), nil), 2)
	x.Run()
	if !x.Over() || x.Len() != 1 {
		t.Errorf("%v", x.Nids())
	}
}
