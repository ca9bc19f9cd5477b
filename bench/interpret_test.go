// Package bench measures florc beside its peers: the same programs, equal
// results asserted, CPU time counted.
package bench

import (
	"embed"
	"fmt"
	"math/big"
	"syscall"
	"testing"
	"time"

	"github.com/d5/tengo/v2"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

//go:embed programs
var programs embed.FS

func program(tb testing.TB, name string) string {
	tb.Helper()
	text, err := programs.ReadFile("programs/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return string(text)
}

// cpu is the CPU time that the process has used so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var library = stdlib.All()

func compile(tb testing.TB, text string) *vm.Program {
	tb.Helper()
	file, ds := parser.Parse(source.NewFile("", text), parser.Options{})
	root, more := tree.Lower(file)
	if ds = append(ds, more...); len(ds) > 0 {
		tb.Fatal(ds)
	}
	return vm.Compile(library, root)
}

// runFlorc runs a program in memory and returns f.ret.
func runFlorc(tb testing.TB, p *vm.Program, payload value.Value, watched bool) value.Value {
	tb.Helper()
	x := vm.New(p, vm.Launch{ID: "bench", Payload: payload, NowMicros: 1})
	x.Watched = watched
	for x.Run() {
	}
	for _, e := range x.TakeEffects() {
		switch e := e.(type) {
		case vm.FailedEffect:
			tb.Fatal(e.Err)
		case vm.EndedEffect:
			ret, _ := e.Payload.AsObject().Get("ret")
			return ret
		}
	}
	tb.Fatal("it did not end")
	return value.Null
}

func runStarlark(tb testing.TB, p *starlark.Program) int64 {
	tb.Helper()
	globals, err := p.Init(&starlark.Thread{}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	n, _ := globals["result"].(starlark.Int).Int64()
	return n
}

func compileStarlark(tb testing.TB, text string) *starlark.Program {
	tb.Helper()
	opts := &syntax.FileOptions{While: true, Recursion: true}
	_, p, err := starlark.SourceProgramOptions(opts, "bench.star", text, func(string) bool { return false })
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func compileTengo(tb testing.TB, text string) *tengo.Compiled {
	tb.Helper()
	c, err := tengo.NewScript([]byte(text)).Compile()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func runTengo(tb testing.TB, c *tengo.Compiled) int64 {
	tb.Helper()
	if err := c.Run(); err != nil {
		tb.Fatal(err)
	}
	return c.Get("result").Int64()
}

// BenchmarkInterpret runs each program in florc, go.starlark.net and tengo in
// turn, and reports CPU time and florc's ratio to each.
func BenchmarkInterpret(b *testing.B) {
	for _, name := range []string{"fib", "loop", "lists"} {
		b.Run(name, func(b *testing.B) {
			florc := compile(b, program(b, name+".flo"))
			star := compileStarlark(b, program(b, name+".star"))
			teng := compileTengo(b, program(b, name+".tengo"))
			var spent [3]time.Duration
			timed := func(i int, run func() int64) int64 {
				before := cpu()
				n := run()
				spent[i] += cpu() - before
				return n
			}
			for b.Loop() {
				got := timed(0, func() int64 { return runFlorc(b, florc, value.Null, false).AsInt() })
				want := timed(1, func() int64 { return runStarlark(b, star) })
				third := timed(2, func() int64 { return runTengo(b, teng) })
				if got != want || got != third {
					b.Fatalf("results differ: florc %d, starlark %d, tengo %d", got, want, third)
				}
			}
			n := float64(b.N) * 1e6
			b.ReportMetric(float64(spent[0])/n, "florc-cpu-ms")
			b.ReportMetric(float64(spent[1])/n, "starlark-cpu-ms")
			b.ReportMetric(float64(spent[2])/n, "tengo-cpu-ms")
			b.ReportMetric(float64(spent[0])/float64(spent[1]), "florc/starlark")
			b.ReportMetric(float64(spent[0])/float64(spent[2]), "florc/tengo")
		})
	}
}

// BenchmarkFrames runs fib 20 with the shortcut off: a frame and messages for
// every node.
func BenchmarkFrames(b *testing.B) {
	p := compile(b, program(b, "fib20.flo"))
	before := cpu()
	for b.Loop() {
		if got := runFlorc(b, p, value.Null, true).AsInt(); got != 6765 {
			b.Fatal(got)
		}
	}
	b.ReportMetric(float64(cpu()-before)/float64(b.N)/1e6, "cpu-ms")
}

// BenchmarkAppend appends elements to a list in a field: the time for each
// has to stay the same.
func BenchmarkAppend(b *testing.B) {
	p := compile(b, program(b, "append.flo"))
	for _, count := range []int64{1_000, 10_000, 100_000} {
		for _, watched := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/shortcut=%t", count, !watched), func(b *testing.B) {
				payload := value.NewObject(value.Member{Key: "count", Value: value.Int(count)})
				before := cpu()
				for b.Loop() {
					if got := runFlorc(b, p, payload, watched).AsInt(); got != count {
						b.Fatal(got)
					}
				}
				b.ReportMetric(float64(cpu()-before)/float64(b.N)/float64(count), "cpu-ns/element")
			})
		}
	}
}

// TestPrograms asserts equal results without measuring anything.
func TestPrograms(t *testing.T) {
	for _, name := range []string{"fib", "loop", "lists"} {
		got := runFlorc(t, compile(t, program(t, name+".flo")), value.Null, false)
		want := runStarlark(t, compileStarlark(t, program(t, name+".star")))
		third := runTengo(t, compileTengo(t, program(t, name+".tengo")))
		if !value.Equal(got, value.BigInt(big.NewInt(want))) || want != third {
			t.Errorf("%s: florc %s, starlark %d, tengo %d", name, got, want, third)
		}
	}
}
