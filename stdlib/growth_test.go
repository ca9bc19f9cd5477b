package stdlib

import (
	"fmt"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// commits stores an execution as a host does: what each step touched, and each
// part of a value once.
type commits struct {
	x     *vm.Execution
	parts map[value.Ref]bool
	buf   []byte
	bytes int
	most  int // in one commit
}

func (c *commits) put(ref value.Ref, data func() []byte) {
	if !c.parts[ref] {
		c.parts[ref] = true
		c.bytes += len(ref) + len(data())
	}
}

// step delivers messages and stores what they lead to; it returns the tasks
// that were handed out.
func (c *commits) step(t testing.TB, ms ...vm.Message) (tasks []vm.TaskEffect) {
	before := c.bytes
	for _, m := range ms {
		c.x.Deliver(m, 1)
	}
	for c.x.Run() {
	}
	for _, e := range c.x.TakeEffects() {
		switch e := e.(type) {
		case vm.TaskEffect:
			tasks = append(tasks, e)
		case vm.FailedEffect:
			t.Fatal(e.Err)
		}
	}
	for _, nid := range c.x.TakeDirty() {
		c.bytes += len(nid.Path)
		if f := c.x.Frame(nid); f != nil {
			c.buf = c.x.AppendFrame(c.buf[:0], f, c.put)
			c.bytes += len(c.buf)
		}
	}
	c.buf = c.x.AppendHeader(c.buf[:0], c.put)
	c.bytes += len(c.buf)
	c.most = max(c.most, c.bytes-before)
	return tasks
}

// The programs whose cost per task must not depend on how many tasks there
// are.
var growths = map[string]func(n int) string{
	"concurrence": func(n int) string { return "concurrence\n" + strings.Repeat("  task 'al'\n", n) },
	"branches": func(n int) string {
		return "concurrence\n" + strings.Repeat("  sequence tag: 'b'\n    task 'al'\n    task 'al'\n", n/2)
	},
	"receiver": func(n int) string {
		return "concurrence on_receive: (def reply from replies branch_count over \\ branch_count == (length replies))\n" + strings.Repeat("  task 'al'\n", n)
	},
	"receiver that waits": func(n int) string {
		return fmt.Sprintf("concurrence\n  on_receive\n    task 'al'\n    from == '0_%d'\n", n/2) + strings.Repeat("  task 'al'\n", n/2)
	},
	"sequence": func(n int) string { return "sequence\n" + strings.Repeat("  task 'al'\n", n) },
	"push": func(n int) string {
		return fmt.Sprintf("set f.l []\nset i 0\nuntil i == %d\n  push f.l i\n  set i (i + 1)\n  task 'al'\n", n)
	},
	"push objects": func(n int) string {
		return fmt.Sprintf("set l []\nset i 0\nuntil i == %d\n  push l { name: 'a name', number: i, flag: true }\n  set i (i + 1)\n  task 'al'\n", n)
	},
}

func launch(t testing.TB, p *vm.Program) *commits {
	t.Helper()
	payload := value.NewObject(value.Member{Key: "customer", Value: value.String("Carol")}, value.Member{Key: "amount", Value: value.Int(12)})
	return &commits{x: vm.New(p, vm.Launch{ID: "test", Payload: payload, NowMicros: 1_700_000_000_000_000}), parts: map[value.Ref]bool{}}
}

// work returns the tasks one by one until none is left, and tells how many
// there were.
func (c *commits) work(t testing.TB) int {
	n := 0
	tasks := c.step(t)
	c.bytes, c.most = 0, 0
	for len(tasks) > 0 {
		task := tasks[0]
		tasks = append(tasks[1:], c.step(t, vm.ReturnMessage(task.Nid, task.ID, vm.NewPayload(task.Payload), nil))...)
		n++
	}
	if !c.x.Terminated() {
		t.Fatalf("it did not end: %v", c.x.Nids())
	}
	return n
}

// TestGrowth sees that what a step stores does not grow with the number of
// live nodes, of replies or of elements of a list.
func TestGrowth(t *testing.T) {
	lib := All()
	for name, source := range growths {
		t.Run(name, func(t *testing.T) {
			var first float64
			for _, n := range []int{100, 1000, 3000} {
				c := launch(t, compile(t, lib, source(n)))
				tasks := c.work(t)
				each := float64(c.bytes) / float64(tasks)
				if first == 0 {
					first = each
				}
				t.Logf("%5d tasks: %.0f bytes each, at most %d", tasks, each, c.most)
				if tasks < n/2*2 || each > 1.5*first {
					t.Errorf("a task costs %.0f bytes among %d, %.0f among 100", each, n, first)
				}
			}
		})
	}
}

func BenchmarkGrowth(b *testing.B) {
	lib := All()
	for name, source := range growths {
		for _, n := range []int{100, 1000, 10_000} {
			p := compile(b, lib, source(n))
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				tasks, bytes := 0, 0
				for b.Loop() {
					c := launch(b, p)
					tasks += c.work(b)
					bytes += c.bytes
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(tasks), "ns/task")
				b.ReportMetric(float64(bytes)/float64(tasks), "B/task")
			})
		}
	}
}

// The ends that many branches come to at once.
var endings = map[string]struct {
	head string
	end  func(tasks []vm.TaskEffect) []vm.Message
}{
	"cancelled from outside": {"concurrence", func([]vm.TaskEffect) []vm.Message {
		return []vm.Message{{Point: vm.Cancel, Nid: vm.NID{Path: "0"}}}
	}},
	"cancelled by the first": {"concurrence expect: 1", func(tasks []vm.TaskEffect) []vm.Message { return returns(tasks[:1]) }},
	"half reply at once":     {"concurrence expect: 1", func(tasks []vm.TaskEffect) []vm.Message { return returns(tasks[len(tasks)/2:]) }},
	"all reply at once":      {"concurrence", returns},
}

func returns(tasks []vm.TaskEffect) (ms []vm.Message) {
	for _, t := range tasks {
		ms = append(ms, vm.ReturnMessage(t.Nid, t.ID, vm.NewPayload(t.Payload), nil))
	}
	return ms
}

// endBranches ends n branches and returns how many messages that took.
func endBranches(t testing.TB, p *vm.Program, end func([]vm.TaskEffect) []vm.Message) (messages int) {
	c := launch(t, p)
	tasks := c.step(t)
	c.x.Observe = func(*vm.Message) { messages++ }
	for ms := end(tasks); len(ms) > 0; {
		withdrawn := c.step(t, ms...)
		ms = returns(withdrawn)
	}
	if !c.x.Over() {
		t.Fatalf("it is not over: %v", c.x.Nids())
	}
	return messages
}

func endingSource(head string, n int) string {
	return head + "\n" + strings.Repeat("  sequence tag: 'b'\n    push f.l 1\n    task 'al'\n", n)
}

// TestEndings sees that the work of ending branches does not grow faster than
// their number.
func TestEndings(t *testing.T) {
	lib := All()
	for name, e := range endings {
		t.Run(name, func(t *testing.T) {
			few, many := 100, 2000
			first := float64(endBranches(t, compile(t, lib, "set f.l []\n"+endingSource(e.head, few)), e.end)) / float64(few)
			each := float64(endBranches(t, compile(t, lib, "set f.l []\n"+endingSource(e.head, many)), e.end)) / float64(many)
			if each > 1.5*first {
				t.Errorf("it takes %.1f messages a branch with %d branches, %.1f with %d", each, many, first, few)
			}
		})
	}
}

func BenchmarkEndings(b *testing.B) {
	lib := All()
	for name, e := range endings {
		for _, n := range []int{100, 1000, 10_000} {
			p := compile(b, lib, "set f.l []\n"+endingSource(e.head, n))
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				for b.Loop() {
					endBranches(b, p, e.end)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/branch")
			})
		}
	}
}
